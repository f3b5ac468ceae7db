//! The pieces that a network falls into as devices go: each loss costs what falls off, not what stays.

#![expect(
    clippy::indexing_slicing,
    reason = "nodes are below the number of linked assets, groups and labels are numbers given out here"
)]

use std::collections::VecDeque;

use super::sets::NONE;
use crate::estate::Links;

/// The piece of every node, as devices go one after another.
#[derive(Clone, Debug)]
pub(super) struct Pieces<'g> {
    links: &'g Links,
    /// The piece of every node by index among the linked assets; `NONE` where it is gone.
    label: Vec<u32>,
    labels: u32,
    /// The search that found a node. INVARIANT: `NONE` everywhere between removals.
    owner: Vec<u32>,
}

/// A search from one neighbour of what is gone.
#[derive(Debug, Default)]
struct Front {
    /// Nodes found, each with the link to look at next.
    todo: VecDeque<(u32, u32)>,
    nodes: Vec<u32>,
}

/// The pieces of the network as it is recorded, numbered from 0, and how many there are.
pub(super) fn whole(links: &Links) -> (Vec<u32>, u32) {
    let mut label = vec![NONE; links.linked().len()];
    let mut labels = 0;
    let mut stack = Vec::new();
    for (start, _) in (0_u32..).zip(links.linked()) {
        if label[start as usize] != NONE {
            continue;
        }
        label[start as usize] = labels;
        stack.push(start);
        while let Some(node) = stack.pop() {
            for next in links.to(node) {
                if label[*next as usize] == NONE {
                    label[*next as usize] = labels;
                    stack.push(*next);
                }
            }
        }
        labels += 1;
    }
    (label, labels)
}

impl<'g> Pieces<'g> {
    /// Starts with the pieces of [`whole`].
    pub(super) fn new(links: &'g Links, label: Vec<u32>, labels: u32) -> Self {
        Self {
            links,
            owner: vec![NONE; label.len()],
            label,
            labels,
        }
    }

    /// The piece of a node; `NONE` where it is gone.
    pub(super) fn of(&self, node: u32) -> u32 {
        self.label.get(node as usize).copied().unwrap_or(NONE)
    }

    /// How many labels were given out.
    pub(super) fn count(&self) -> u32 {
        self.labels
    }

    /// Takes nodes away. Gives the nodes that are now in a new piece, with the piece they were in; where a piece falls
    /// apart, one part keeps its label.
    pub(super) fn remove(&mut self, gone: &[u32]) -> Vec<(u32, u32)> {
        let mut from: Vec<(u32, u32)> = gone
            .iter()
            .map(|node| (self.of(*node), *node))
            .filter(|(label, _)| *label != NONE)
            .collect();
        from.sort_unstable();
        from.dedup();
        for (_, node) in &from {
            self.label[*node as usize] = NONE;
        }
        let mut moved = Vec::new();
        for same in from.chunk_by(|(label, _), (other, _)| label == other) {
            let Some((label, _)) = same.first().copied() else {
                continue;
            };
            let mut starts: Vec<u32> = same
                .iter()
                .flat_map(|(_, node)| self.links.to(*node))
                .copied()
                .filter(|node| self.of(*node) == label)
                .collect();
            starts.sort_unstable();
            starts.dedup();
            if starts.len() > 1 {
                self.split(label, &starts, &mut moved);
            }
        }
        moved
    }

    /// Searches from all starts in turns, a link at a time. Those that meet are one; one that ends while others are left has
    /// found a piece that fell off.
    fn split(&mut self, label: u32, starts: &[u32], moved: &mut Vec<(u32, u32)>) {
        let mut fronts: Vec<Front> = Vec::with_capacity(starts.len());
        for (number, start) in (0..).zip(starts) {
            self.owner[*start as usize] = number;
            fronts.push(Front {
                todo: VecDeque::from([(*start, 0)]),
                nodes: vec![*start],
            });
        }
        let mut joined: Vec<u32> = (0..).take(fronts.len()).collect();
        let mut turns: VecDeque<u32> = joined.iter().copied().collect();
        let mut left = fronts.len();
        let mut done: Vec<u32> = Vec::new();
        while left > 1 {
            let Some(turn) = turns.pop_front() else { break };
            if root(&mut joined, turn) != turn {
                continue;
            }
            let front = &mut fronts[turn as usize];
            let Some((node, offset)) = front.todo.pop_front() else {
                done.push(turn);
                left -= 1;
                continue;
            };
            turns.push_back(turn);
            let Some(next) = self.links.to(node).get(offset as usize).copied() else {
                continue;
            };
            front.todo.push_front((node, offset + 1));
            if self.label[next as usize] != label {
                continue;
            }
            let owner = self.owner[next as usize];
            if owner == NONE {
                self.owner[next as usize] = turn;
                front.nodes.push(next);
                front.todo.push_back((next, 0));
            } else if join(&mut joined, &mut fronts, turn, owner) {
                left -= 1;
            }
        }
        self.settle(label, &fronts, &done, moved);
    }

    /// Labels the pieces that fell off and forgets the searches.
    fn settle(&mut self, label: u32, fronts: &[Front], done: &[u32], moved: &mut Vec<(u32, u32)>) {
        for number in done {
            for node in &fronts[*number as usize].nodes {
                self.label[*node as usize] = self.labels;
                moved.push((*node, label));
            }
            self.labels += 1;
        }
        for node in fronts.iter().flat_map(|front| &front.nodes) {
            self.owner[*node as usize] = NONE;
        }
    }
}

/// The search that a search has become part of.
fn root(joined: &mut [u32], mut number: u32) -> u32 {
    while joined[number as usize] != number {
        let above = joined[number as usize];
        joined[number as usize] = joined[above as usize];
        number = above;
    }
    number
}

/// Makes two searches one, the smaller into the larger; `false` when they are one already.
fn join(joined: &mut [u32], fronts: &mut [Front], a: u32, b: u32) -> bool {
    let (a, b) = (root(joined, a), root(joined, b));
    if a == b {
        return false;
    }
    let (small, large) = if fronts[a as usize].nodes.len() < fronts[b as usize].nodes.len() {
        (a, b)
    } else {
        (b, a)
    };
    joined[small as usize] = large;
    let Front { todo, nodes } = std::mem::take(&mut fronts[small as usize]);
    fronts[large as usize].todo.extend(todo);
    fronts[large as usize].nodes.extend(nodes);
    true
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::estate::{GraphBuilder, RelationKind, Strength};

    /// A deterministic stream of numbers (`SplitMix64`, Steele and others 2014).
    struct Numbers(u64);

    impl Numbers {
        fn below(&mut self, bound: u32) -> u32 {
            self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mut mixed = self.0;
            mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            u32::try_from((mixed ^ (mixed >> 31)) % u64::from(bound)).unwrap()
        }
    }

    /// The lowest node that each node is linked to without what is gone.
    fn lowest(links: &Links, gone: &[u32]) -> Vec<u32> {
        let count = u32::try_from(links.linked().len()).unwrap();
        let mut lowest: Vec<u32> = (0..count).collect();
        loop {
            let before = lowest.clone();
            for node in (0..count).filter(|node| !gone.contains(node)) {
                for next in links.to(node).iter().filter(|next| !gone.contains(next)) {
                    lowest[node as usize] = lowest[node as usize].min(lowest[*next as usize]);
                }
            }
            if lowest == before {
                return lowest;
            }
        }
    }

    #[test]
    fn pieces_are_what_a_fresh_search_finds_however_devices_go() {
        for seed in 0..200 {
            let mut numbers = Numbers(seed);
            let mut builder = GraphBuilder::new(40).unwrap();
            for _ in 0..20 + numbers.below(60) {
                let (a, b) = (numbers.below(40), numbers.below(40));
                builder.relation(a, b, &RelationKind::ConnectsTo, Strength::Hard);
            }
            let graph = builder.build().unwrap();
            let links = graph.stated_links();
            let count = u32::try_from(links.linked().len()).unwrap();
            let (label, labels) = whole(links);
            let mut pieces = Pieces::new(links, label, labels);
            let mut gone = Vec::new();
            for _ in 0..8 {
                let batch: Vec<u32> = (0..=numbers.below(4)).map(|_| numbers.below(count)).collect();
                let before: Vec<u32> = (0..count).map(|node| pieces.of(node)).collect();
                let moved = pieces.remove(&batch);
                gone.extend(batch);
                let known = lowest(links, &gone);
                for a in 0..count {
                    assert_eq!(pieces.of(a) == NONE, gone.contains(&a));
                    let changed = pieces.of(a) != NONE && pieces.of(a) != before[a as usize];
                    assert_eq!(moved.contains(&(a, before[a as usize])), changed);
                    for b in (0..count).filter(|b| !gone.contains(b) && !gone.contains(&a)) {
                        let same = known[a as usize] == known[b as usize];
                        assert_eq!(pieces.of(a) == pieces.of(b), same, "{seed}: {a} and {b}");
                    }
                }
            }
        }
    }
}
