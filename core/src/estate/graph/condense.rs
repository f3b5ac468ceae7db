//! Strongly connected components of the hard edges, and their order: dependants first.

#![expect(
    clippy::indexing_slicing,
    reason = "positions are below n and component numbers below n by the invariants of the graph"
)]

use super::Graph;

/// The components of the hard edges (group members are hard), numbered so that a component that depends on another has
/// the lower number.
///
/// The search runs from the assets that depend on nothing up to those that nothing depends on. So components that stand on
/// the same foundations get near numbers, which is what the sweep over all blast radii lives on. Assets that nothing
/// depends on come before all others.
#[derive(Clone, Debug)]
pub(crate) struct Condensation {
    /// The component of every asset.
    of: Box<[u32]>,
    /// Assets by component, ascending within one, at `bounds[c]..bounds[c + 1]`.
    assets: Box<[u32]>,
    bounds: Box<[u32]>,
    /// How many assets nothing depends on.
    leaves: u32,
}

impl Condensation {
    /// How many components.
    pub(crate) fn count(&self) -> usize {
        self.bounds.len() - 1
    }

    /// How many components at the start are assets that nothing depends on; none of the others is.
    pub(crate) fn leaves(&self) -> usize {
        self.leaves as usize
    }

    /// The component of an asset of the graph.
    pub(crate) fn of(&self, asset: u32) -> u32 {
        self.of[asset as usize]
    }

    /// The assets of one component, ascending; none for a number that is not in use.
    pub(crate) fn assets(&self, component: u32) -> &[u32] {
        let index = component as usize;
        match (self.bounds.get(index), self.bounds.get(index + 1)) {
            (Some(start), Some(end)) => &self.assets[*start as usize..*end as usize],
            _ => &[],
        }
    }

    /// The assets of every component, ascending, dependants first.
    pub(crate) fn components(&self) -> impl DoubleEndedIterator<Item = &[u32]> + ExactSizeIterator {
        self.bounds
            .array_windows()
            .map(|[start, end]| &self.assets[*start as usize..*end as usize])
    }

    /// Pearce's algorithm (2016) on an explicit stack: one number an asset, linear time, no recursion.
    pub(super) fn of_graph(graph: &Graph) -> Self {
        let mut search = Search::new(graph);
        for only_foundations in [true, false] {
            for (root, _) in (0_u32..).zip(0..graph.asset_count()) {
                let foundation = graph.hard_dependencies(root).is_empty();
                if search.number[root as usize] == 0 && (foundation || !only_foundations) {
                    search.visit(root);
                }
            }
        }
        let of: Box<[u32]> = search.number.iter().map(|number| FIRST - number).collect();
        let mut bounds = vec![0_u32; search.found as usize + 1];
        for component in &of {
            bounds[*component as usize + 1] += 1;
        }
        for index in 1..bounds.len() {
            bounds[index] += bounds[index - 1];
        }
        let mut next = bounds.clone();
        let mut assets = vec![0_u32; of.len()];
        for (asset, component) in (0_u32..).zip(&of) {
            let slot = &mut next[*component as usize];
            assets[*slot as usize] = asset;
            *slot += 1;
        }
        Self {
            of,
            assets: assets.into(),
            bounds: bounds.into(),
            leaves: search.leaves,
        }
    }
}

/// The number of component 0; the others count down from it.
const FIRST: u32 = u32::MAX - 1;

/// One asset under visit.
struct Frame {
    asset: u32,
    /// The next dependant to look at.
    next: u32,
    /// Whether nothing beyond it reached back further.
    root: bool,
}

struct Search<'g> {
    graph: &'g Graph,
    /// 0: not seen; from 1 upwards: the visit number of the earliest asset it reaches; from [`FIRST`] downwards: its
    /// component. INVARIANT: the builder takes fewer than 2^31 assets, so that the ranges never meet.
    number: Vec<u32>,
    frames: Vec<Frame>,
    /// Visited assets whose component is still open.
    open: Vec<u32>,
    index: u32,
    /// Leaves numbered so far.
    leaves: u32,
    /// Components numbered so far, all leaves counted in advance.
    found: u32,
}

impl<'g> Search<'g> {
    fn new(graph: &'g Graph) -> Self {
        let leaves = (0_u32..)
            .zip(0..graph.asset_count())
            .filter(|(asset, _)| graph.hard_dependants(*asset).is_empty())
            .count();
        Self {
            graph,
            number: vec![0; graph.asset_count()],
            frames: Vec::new(),
            open: Vec::new(),
            index: 1,
            leaves: 0,
            found: u32::try_from(leaves).unwrap_or(u32::MAX),
        }
    }

    fn visit(&mut self, root: u32) {
        self.enter(root);
        while let Some(frame) = self.frames.last_mut() {
            let asset = frame.asset;
            let dependants = self.graph.hard_dependants(asset);
            let mut low = self.number[asset as usize];
            let mut beyond = None;
            while let Some(dependant) = dependants.get(frame.next as usize) {
                let number = self.number[*dependant as usize];
                if number == 0 {
                    beyond = Some(*dependant);
                    break;
                }
                if number < low {
                    low = number;
                    frame.root = false;
                }
                frame.next += 1;
            }
            self.number[asset as usize] = low;
            match beyond {
                Some(dependant) => self.enter(dependant),
                None => self.leave(),
            }
        }
    }

    fn enter(&mut self, asset: u32) {
        self.number[asset as usize] = self.index;
        self.index += 1;
        self.frames.push(Frame {
            asset,
            next: 0,
            root: true,
        });
    }

    fn leave(&mut self) {
        let Some(Frame { asset, root, .. }) = self.frames.pop() else {
            return;
        };
        if !root {
            self.open.push(asset);
            return;
        }
        let low = self.number[asset as usize];
        let counter = if self.graph.hard_dependants(asset).is_empty() {
            &mut self.leaves
        } else {
            &mut self.found
        };
        let component = FIRST - *counter;
        *counter += 1;
        self.index -= 1;
        while let Some(other) = self.open.pop_if(|other| self.number[*other as usize] >= low) {
            self.number[other as usize] = component;
            self.index -= 1;
        }
        self.number[asset as usize] = component;
    }
}

#[cfg(test)]
mod tests {
    use crate::estate::{GraphBuilder, RelationKind, Strength};

    #[test]
    fn rings_are_one_component_and_dependants_come_first() {
        let mut builder = GraphBuilder::new(7).unwrap();
        for (from, to) in [(0, 1), (1, 2), (2, 0), (2, 3), (4, 0), (3, 5), (5, 3)] {
            builder.relation(from, to, &RelationKind::DependsOn, Strength::Hard);
        }
        builder.relation(3, 4, &RelationKind::DependsOn, Strength::Soft);
        let graph = builder.build().unwrap();
        let components: Vec<_> = graph.condensation().components().collect();
        assert_eq!(components, [&[6][..], &[4], &[0, 1, 2], &[3, 5]]);
        assert_eq!(graph.condensation().of(2), graph.condensation().of(0));
    }
}
