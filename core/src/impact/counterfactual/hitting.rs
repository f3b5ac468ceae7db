//! A smallest set that has something of every one of some sets.

use std::collections::BTreeSet;

/// Sets of which a solution holds one each. INVARIANT: none is empty, each ascends, none is there twice.
#[derive(Clone, Debug, Default)]
pub(super) struct Clauses(BTreeSet<Vec<u32>>);

impl Clauses {
    /// Takes a clause up; whether it is new.
    pub(super) fn add(&mut self, mut clause: Vec<u32>) -> bool {
        clause.sort_unstable();
        clause.dedup();
        !clause.is_empty() && self.0.insert(clause)
    }

    /// So many clauses that have nothing in common, shortest first: no solution is smaller.
    pub(super) fn bound(&self) -> usize {
        let all: Vec<&[u32]> = self.0.iter().map(Vec::as_slice).collect();
        apart(&all)
    }

    /// Of what is in most clauses that are not hit, the first; none where all are hit.
    pub(super) fn most_frequent(&self, chosen: &BTreeSet<u32>) -> Option<u32> {
        let mut counts = std::collections::BTreeMap::<u32, usize>::new();
        let open = self
            .0
            .iter()
            .filter(|clause| !clause.iter().any(|one| chosen.contains(one)));
        for one in open.flatten() {
            *counts.entry(*one).or_default() += 1;
        }
        counts
            .into_iter()
            .max_by_key(|(one, count)| (*count, std::cmp::Reverse(*one)))
            .map(|(one, _)| one)
    }

    /// A smallest set that hits every clause, if one has fewer than `below` elements; `steps` is spent. None where there is
    /// none, an error where the steps do not suffice to tell.
    pub(super) fn smallest(&self, below: usize, steps: &mut usize) -> Result<Option<Vec<u32>>, OutOfSteps> {
        let mut search = Search {
            best: None,
            below,
            stack: vec![Branch::default()],
        };
        while let Some(branch) = search.stack.pop() {
            *steps = steps.checked_sub(1 + self.0.len()).ok_or(OutOfSteps)?;
            search.expand(&self.0, branch);
        }
        Ok(search.best)
    }
}

/// The search was stopped before it could tell.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct OutOfSteps;

/// Clauses that have nothing in common, chosen shortest first.
fn apart(clauses: &[&[u32]]) -> usize {
    let mut sorted = clauses.to_vec();
    sorted.sort_by_key(|clause| clause.len());
    let mut used = BTreeSet::new();
    let mut count = 0;
    for clause in sorted {
        if clause.iter().all(|one| !used.contains(one)) {
            used.extend(clause.iter().copied());
            count += 1;
        }
    }
    count
}

/// What is decided so far.
#[derive(Clone, Default)]
struct Branch {
    chosen: Vec<u32>,
    refused: BTreeSet<u32>,
}

/// Depth first: branch on a shortest open clause, cut off by what is known and by clauses that have nothing in common.
struct Search {
    best: Option<Vec<u32>>,
    /// A better solution has fewer elements.
    below: usize,
    stack: Vec<Branch>,
}

impl Search {
    fn expand(&mut self, clauses: &BTreeSet<Vec<u32>>, branch: Branch) {
        let mut open: Vec<Vec<u32>> = clauses
            .iter()
            .filter(|clause| !clause.iter().any(|one| branch.chosen.contains(one)))
            .map(|clause| {
                let free = clause.iter().filter(|one| !branch.refused.contains(one));
                free.copied().collect()
            })
            .collect();
        open.sort_by_key(Vec::len);
        let Some(first) = open.first() else {
            if branch.chosen.len() < self.below {
                self.below = branch.chosen.len();
                self.best = Some(branch.chosen);
            }
            return;
        };
        let views: Vec<&[u32]> = open.iter().map(Vec::as_slice).collect();
        if branch.chosen.len() + apart(&views) >= self.below {
            return;
        }
        // An empty clause has no branch: what it needs was refused. The first of a clause is looked at first.
        for (place, one) in first.iter().enumerate().rev() {
            let mut next = branch.clone();
            next.chosen.push(*one);
            next.refused.extend(first.iter().take(place));
            self.stack.push(next);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// All clauses of these numbers, told by bits.
    fn clauses(words: &[u32]) -> Clauses {
        let mut clauses = Clauses::default();
        for word in words {
            clauses.add((0..8).filter(|one| word >> one & 1 == 1).collect());
        }
        clauses
    }

    #[test]
    fn the_smallest_is_what_trying_all_finds() {
        let mut seed = 7_u32;
        for round in 0..300 {
            let words: Vec<u32> = (0..round % 9)
                .map(|_| {
                    seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                    ((seed >> 16) & (seed >> 24) & 255) | 1 << (seed >> 29)
                })
                .collect();
            let clauses = clauses(&words);
            let hits = |set: &u32| words.iter().all(|word| word & set != 0);
            let least = (0_u32..256).filter(hits).map(u32::count_ones).min().unwrap_or(0);
            let found = clauses.smallest(9, &mut 1_000_000).unwrap().unwrap();
            assert_eq!(found.len(), least as usize, "{words:?}");
            assert!(hits(&found.iter().fold(0, |set, one| set | 1 << one)));
            assert!(clauses.bound() <= found.len());
            assert_eq!(clauses.smallest(found.len(), &mut 1_000_000), Ok(None));
        }
    }

    #[test]
    fn what_cannot_be_told_in_time_is_told_as_such() {
        let clauses = clauses(&[3, 6, 12, 24, 48, 96, 192, 129]);
        assert_eq!(clauses.smallest(9, &mut 10), Err(OutOfSteps));
        assert_eq!(clauses.smallest(9, &mut 10_000).unwrap().unwrap().len(), 4);
    }
}
