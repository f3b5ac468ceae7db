//! Who waits for whom, and the rings in it.

#![expect(
    clippy::indexing_slicing,
    reason = "nodes are places in one list of assets, all below the lengths allocated for them"
)]

use super::start::{Needs, Settled};

/// Which of some assets wait for which others of them, by place in `assets`.
pub(super) struct Waiting {
    /// Positions, ascending.
    assets: Vec<u32>,
    /// What node v waits for: `ends[bounds[v]..bounds[v + 1]]`, ascending, each once.
    bounds: Vec<usize>,
    ends: Vec<u32>,
}

/// No node yet.
const NONE: u32 = u32::MAX;

impl Waiting {
    /// `assets` ascend; `waits` adds what an asset waits for, in any order, as positions. Those beyond `assets` are passed
    /// over.
    pub(super) fn new(assets: Vec<u32>, waits: impl Fn(u32, &mut Vec<u32>)) -> Self {
        let mut bounds = vec![0];
        let mut ends = Vec::new();
        let mut own = Vec::new();
        for asset in &assets {
            own.clear();
            waits(*asset, &mut own);
            own.sort_unstable();
            own.dedup();
            ends.extend(own.iter().filter_map(|on| node(&assets, *on)));
            bounds.push(ends.len());
        }
        Self { assets, bounds, ends }
    }

    pub(super) fn count(&self) -> usize {
        self.assets.len()
    }

    pub(super) fn node(&self, position: u32) -> Option<u32> {
        node(&self.assets, position)
    }

    pub(super) fn position(&self, node: u32) -> Option<u32> {
        self.assets.get(node as usize).copied()
    }

    pub(super) fn positions(&self, nodes: &[u32]) -> Vec<u32> {
        nodes.iter().filter_map(|node| self.position(*node)).collect()
    }

    /// Who waits for each node.
    pub(super) fn backward(&self) -> Settled {
        let mut backward = Needs::of(self.count());
        for (node, _) in (0_u32..).zip(&self.assets) {
            backward.add(node, 1, self.waits_for(node).iter().copied());
        }
        backward.settled()
    }

    fn waits_for(&self, node: u32) -> &[u32] {
        &self.ends[self.bounds[node as usize]..self.bounds[node as usize + 1]]
    }

    /// The strongly connected components as nodes, ascending within one; each after all that it waits for. With each,
    /// whether it waits for nothing beyond itself.
    ///
    /// Tarjan's algorithm (1972) on an explicit stack.
    pub(super) fn components(&self) -> Vec<(Vec<u32>, bool)> {
        let mut search = Search {
            waiting: self,
            number: vec![NONE; self.assets.len()],
            low: vec![NONE; self.assets.len()],
            component: vec![NONE; self.assets.len()],
            open: Vec::new(),
            frames: Vec::new(),
            found: Vec::new(),
            next: 0,
        };
        for (root, _) in (0_u32..).zip(&self.assets) {
            if search.number[root as usize] == NONE {
                search.visit(root);
            }
        }
        let Search { component, found, .. } = search;
        (0_u32..)
            .zip(found)
            .map(|(number, nodes)| {
                let inside = |node: &u32| component[*node as usize] == number;
                let closed = nodes.iter().all(|node| self.waits_for(*node).iter().all(inside));
                (nodes, closed)
            })
            .collect()
    }

    /// The shortest ring through the first of these nodes, of several the first by position, each waiting for the next.
    /// INVARIANT: the nodes are a component of more than one.
    pub(super) fn ring(&self, component: &[u32]) -> Vec<u32> {
        let Some(first) = component.first().copied() else {
            return Vec::new();
        };
        let mut before = vec![NONE; self.assets.len()];
        let mut queue = vec![first];
        let mut next = 0;
        while let Some(node) = queue.get(next).copied() {
            next += 1;
            for on in self.waits_for(node) {
                if *on == first {
                    return self.unwind(&before, first, node);
                }
                if before[*on as usize] == NONE {
                    before[*on as usize] = node;
                    queue.push(*on);
                }
            }
        }
        Vec::new()
    }

    fn unwind(&self, before: &[u32], first: u32, last: u32) -> Vec<u32> {
        let mut ring = vec![self.assets[last as usize]];
        let mut node = last;
        while node != first {
            node = before[node as usize];
            ring.push(self.assets[node as usize]);
        }
        ring.reverse();
        ring
    }
}

fn node(assets: &[u32], position: u32) -> Option<u32> {
    let place = assets.binary_search(&position).ok()?;
    u32::try_from(place).ok()
}

struct Search<'w> {
    waiting: &'w Waiting,
    number: Vec<u32>,
    low: Vec<u32>,
    component: Vec<u32>,
    open: Vec<u32>,
    /// A node and the next of what it waits for.
    frames: Vec<(u32, usize)>,
    found: Vec<Vec<u32>>,
    next: u32,
}

impl Search<'_> {
    fn visit(&mut self, root: u32) {
        self.enter(root);
        while let Some((node, next)) = self.frames.last_mut() {
            let node = *node;
            let Some(on) = self.waiting.waits_for(node).get(*next).copied() else {
                self.frames.pop();
                self.leave(node);
                continue;
            };
            *next += 1;
            if self.number[on as usize] == NONE {
                self.enter(on);
            } else if self.component[on as usize] == NONE {
                self.low[node as usize] = self.low[node as usize].min(self.number[on as usize]);
            }
        }
    }

    fn enter(&mut self, node: u32) {
        self.number[node as usize] = self.next;
        self.low[node as usize] = self.next;
        self.next += 1;
        self.open.push(node);
        self.frames.push((node, 0));
    }

    fn leave(&mut self, node: u32) {
        let low = self.low[node as usize];
        if let Some((before, _)) = self.frames.last() {
            let before = &mut self.low[*before as usize];
            *before = low.min(*before);
        }
        if low != self.number[node as usize] {
            return;
        }
        // INVARIANT: components are not more than nodes.
        let number = u32::try_from(self.found.len()).unwrap_or(NONE);
        let mut nodes = Vec::new();
        while let Some(other) = self.open.pop() {
            self.component[other as usize] = number;
            nodes.push(other);
            if other == node {
                break;
            }
        }
        nodes.sort_unstable();
        self.found.push(nodes);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn components_come_after_what_they_wait_for_and_rings_are_shortest() {
        let pairs = [(3, 5), (5, 7), (7, 3), (7, 9), (9, 7), (11, 3), (3, 2)];
        let waiting = Waiting::new(vec![3, 5, 7, 9, 11], |asset, waits| {
            waits.extend(pairs.iter().filter(|(from, _)| *from == asset).map(|(_, to)| *to));
        });
        assert_eq!(waiting.components(), [(vec![0, 1, 2, 3], true), (vec![4], false)]);
        assert_eq!(waiting.ring(&[0, 1, 2, 3]), [3, 5, 7]);
        assert_eq!(waiting.ring(&[3, 2]), [9, 7]);
    }
}
