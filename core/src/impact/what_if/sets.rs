//! Small sets of numbers that many assets share: where an asset is on the network, or at which sites it is.

use std::collections::BTreeMap;
use std::ops::Range;

/// No number.
pub(super) const NONE: u32 = u32::MAX;

/// An asset with more places than this has none that is known: no part of a set would be the truth.
const MOST: usize = 64;

/// A set for some assets.
#[derive(Clone, Debug)]
pub(super) struct Sets {
    /// The set of every asset, or `NONE`.
    of: Vec<u32>,
    /// INVARIANT: ascending, one more than there are sets; set s is `items[bounds[s]..bounds[s + 1]]`.
    bounds: Vec<u32>,
    items: Vec<u32>,
}

/// What is taken for the set of an asset that leads to others of which some have none.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Gaps {
    /// Those that are known.
    PassedOver,
    /// None.
    Spread,
}

impl Sets {
    /// The sets of `assets` assets. Each of `base` (asset and item, ascending) has the set of its item alone, and the sets
    /// of these come first, in their order; any other has what the assets have that its `pairs` (ascending) lead to. Those
    /// that lead to each other in a ring have none.
    pub(super) fn spread(assets: usize, base: &[(u32, u32)], pairs: &[(u32, u32)], gaps: Gaps) -> Self {
        let mut sets = Self {
            of: vec![NONE; assets],
            bounds: Vec::with_capacity(base.len() + 1),
            items: Vec::with_capacity(base.len()),
        };
        sets.bounds.push(0);
        let mut queue = Vec::with_capacity(base.len());
        for (asset, item) in base {
            let set = sets.add([*item]);
            sets.assign(*asset, set);
            queue.push(*asset);
        }
        let forwards = Starts::new(assets, pairs.iter().map(|(from, _)| *from));
        let backwards = Starts::new(assets, pairs.iter().map(|(_, to)| *to));
        let from = backwards.place(pairs);
        let mut waiting = forwards.lengths();
        for (asset, _) in base {
            if let Some(slot) = waiting.get_mut(*asset as usize) {
                *slot = 0;
            }
        }
        let mut known = BTreeMap::new();
        let mut next = 0;
        // What leads nowhere and has no set of its own: those that lead to it wait for it all the same.
        let awaited = |asset: &u32| sets.of(*asset).is_none() && !backwards.range(*asset).is_empty();
        let settled = |asset: &u32| waiting.get(*asset as usize) == Some(&0);
        queue.extend((0..).take(assets).filter(settled).filter(awaited));
        while let Some(asset) = queue.get(next).copied() {
            next += 1;
            for from in from.get(backwards.range(asset)).unwrap_or_default() {
                let Some(left) = waiting.get_mut(*from as usize).filter(|left| **left > 0) else {
                    continue;
                };
                *left -= 1;
                if *left == 0 {
                    let to = pairs.get(forwards.range(*from)).unwrap_or_default();
                    let set = sets.joined(to, gaps, &mut known);
                    sets.assign(*from, set);
                    queue.push(*from);
                }
            }
        }
        sets
    }

    /// The number of an asset's set.
    pub(super) fn of(&self, asset: u32) -> Option<u32> {
        self.of.get(asset as usize).copied().filter(|set| *set != NONE)
    }

    /// What is in a set, ascending.
    pub(super) fn items(&self, set: u32) -> &[u32] {
        let index = set as usize;
        match (self.bounds.get(index), self.bounds.get(index + 1)) {
            (Some(start), Some(end)) => self.items.get(*start as usize..*end as usize).unwrap_or_default(),
            _ => &[],
        }
    }

    /// What is in the set of an asset; nothing where it has none.
    pub(super) fn at(&self, asset: u32) -> &[u32] {
        self.of(asset).map_or(&[], |set| self.items(set))
    }

    /// How many sets there are.
    pub(super) fn count(&self) -> u32 {
        narrow(self.bounds.len() - 1)
    }

    fn add(&mut self, items: impl IntoIterator<Item = u32>) -> u32 {
        let set = self.count();
        self.items.extend(items);
        self.bounds.push(narrow(self.items.len()));
        set
    }

    fn assign(&mut self, asset: u32, set: u32) {
        if let Some(slot) = self.of.get_mut(asset as usize) {
            *slot = set;
        }
    }

    /// The set of an asset with these pairs: shared where all have the same.
    fn joined(&mut self, pairs: &[(u32, u32)], gaps: Gaps, known: &mut BTreeMap<Vec<u32>, u32>) -> u32 {
        if let [(_, to)] = pairs {
            return self.of(*to).unwrap_or(NONE);
        }
        let mut from: Vec<u32> = pairs.iter().map(|(_, to)| self.of(*to).unwrap_or(NONE)).collect();
        from.sort_unstable();
        from.dedup();
        if from.last() == Some(&NONE) {
            from.pop();
            if gaps == Gaps::Spread {
                return NONE;
            }
        }
        if let [only] = from.as_slice() {
            return *only;
        }
        let mut items = Vec::new();
        for set in from {
            items.extend_from_slice(self.items(set));
            items.sort_unstable();
            items.dedup();
            if items.len() > MOST {
                return NONE;
            }
        }
        if items.is_empty() {
            return NONE;
        }
        if let Some(set) = known.get(&items) {
            return *set;
        }
        let set = self.add(items.iter().copied());
        known.insert(items, set);
        set
    }
}

/// Where the run of each asset starts in a list that is grouped by asset.
struct Starts(Vec<u32>);

impl Starts {
    fn new(assets: usize, keys: impl Iterator<Item = u32>) -> Self {
        let mut starts = vec![0_u32; assets + 1];
        for key in keys {
            if let Some(slot) = starts.get_mut(key as usize + 1) {
                *slot += 1;
            }
        }
        let mut sum = 0;
        for slot in &mut starts {
            sum += *slot;
            *slot = sum;
        }
        Self(starts)
    }

    fn range(&self, asset: u32) -> Range<usize> {
        let index = asset as usize;
        match (self.0.get(index), self.0.get(index + 1)) {
            (Some(start), Some(end)) => *start as usize..*end as usize,
            _ => 0..0,
        }
    }

    fn lengths(&self) -> Vec<u32> {
        self.0
            .windows(2)
            .map(|pair| pair.last().unwrap_or(&0) - pair.first().unwrap_or(&0))
            .collect()
    }

    /// The first of each pair, grouped by the second.
    fn place(&self, pairs: &[(u32, u32)]) -> Vec<u32> {
        let mut next = self.0.clone();
        let mut placed = vec![NONE; pairs.len()];
        for (from, to) in pairs {
            if let Some(slot) = next.get_mut(*to as usize) {
                if let Some(place) = placed.get_mut(*slot as usize) {
                    *place = *from;
                }
                *slot += 1;
            }
        }
        placed
    }
}

/// The pairs of ascending `pairs` that begin with `key`.
pub(super) fn run(pairs: &[(u32, u32)], key: u32) -> &[(u32, u32)] {
    pairs.get(range(pairs, key)).unwrap_or_default()
}

fn range(pairs: &[(u32, u32)], key: u32) -> Range<usize> {
    let start = pairs.partition_point(|(first, _)| *first < key);
    let rest = pairs.get(start..).unwrap_or_default();
    start..start + rest.partition_point(|(first, _)| *first == key)
}

/// INVARIANT: the graph holds the numbers of assets, links and pairs below `u32::MAX`, and a set has at most `MOST` items.
fn narrow(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(NONE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_spread_over_hosts_and_are_shared() {
        // 0 and 1 are known; 2 stands on 0, 3 on 2, 4 and 5 on both, 6 and 7 on each other, 8 on 0 and 6.
        let pairs = [
            (2, 0),
            (3, 2),
            (4, 0),
            (4, 1),
            (5, 1),
            (5, 2),
            (6, 7),
            (7, 6),
            (8, 0),
            (8, 6),
        ];
        for gaps in [Gaps::PassedOver, Gaps::Spread] {
            let sets = Sets::spread(10, &[(0, 70), (1, 71)], &pairs, gaps);
            assert_eq!(sets.at(3), [70]);
            assert_eq!((sets.at(4), sets.of(4)), (&[70, 71][..], sets.of(5)));
            assert_eq!(sets.of(6).or(sets.of(9)), None);
            assert_eq!(sets.count(), 3);
        }
    }

    #[test]
    fn a_gap_is_passed_over_or_spreads() {
        let at = |gaps| Sets::spread(3, &[(0, 9)], &[(2, 0), (2, 1)], gaps).at(2).to_vec();
        assert_eq!(at(Gaps::PassedOver), [9]);
        assert_eq!(at(Gaps::Spread), [] as [u32; 0]);
    }

    #[test]
    fn more_places_than_are_taken_up_are_none() {
        let base: Vec<_> = (0..100).map(|asset| (asset, asset)).collect();
        let pairs: Vec<_> = (0..65)
            .map(|host| (100, host))
            .chain((0..64).map(|host| (101, host)))
            .collect();
        let sets = Sets::spread(102, &base, &pairs, Gaps::Spread);
        assert_eq!((sets.at(100).len(), sets.at(101).len()), (0, 64));
    }
}
