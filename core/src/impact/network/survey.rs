//! One search over the network layer: what holds it together, and its blocks.

#![expect(
    clippy::indexing_slicing,
    reason = "indices are below the number of linked assets by the invariant of the links"
)]

use crate::estate::Links;

/// What one search finds, by index into the linked assets.
#[derive(Clone, Debug)]
pub(in crate::impact) struct Survey {
    pub(in crate::impact) cuts: Box<[bool]>,
    pub(in crate::impact) separated: Box<[u32]>,
    /// Ascending, the lower end first.
    pub(in crate::impact) bridges: Vec<(u32, u32)>,
    pub(in crate::impact) blocks: Blocks,
}

/// Lists of assets that any two of hold together by two ways that share no asset between them, or by one link.
#[derive(Clone, Debug, Default)]
pub(in crate::impact) struct Blocks {
    /// Ascending within each block.
    assets: Vec<u32>,
    /// Where each block ends.
    ends: Vec<usize>,
}

impl Blocks {
    /// The blocks in the order in which they were found.
    pub(in crate::impact) fn iter(&self) -> impl Iterator<Item = &[u32]> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        starts
            .zip(&self.ends)
            .map(|(start, end)| self.assets.get(start..*end).unwrap_or_default())
    }

    /// Closes a block of these assets.
    fn close(&mut self, assets: impl Iterator<Item = u32>) {
        let start = self.assets.len();
        self.assets.extend(assets);
        self.assets[start..].sort_unstable();
        self.ends.push(self.assets.len());
    }
}

/// One asset under visit.
struct Frame {
    node: u32,
    /// The next link to look at.
    next: u32,
    /// Whether the link to the parent was passed over: a second one is parallel to it.
    passed: bool,
}

/// Low points by depth-first search (Hopcroft and Tarjan 1973) on an explicit stack. Of the blocks the assets are kept, not
/// the links.
struct Search<'g> {
    links: &'g Links,
    /// When it was found, from 1; 0: not yet.
    found: Vec<u32>,
    /// The earliest found asset that its subtree is linked to.
    low: Vec<u32>,
    /// Assets in its subtree, itself included.
    size: Vec<u32>,
    /// Assets in the subtrees that fall away without it, and the largest of these.
    fallen: Vec<u32>,
    largest: Vec<u32>,
    cuts: Vec<bool>,
    frames: Vec<Frame>,
    bridges: Vec<(u32, u32)>,
    /// Found assets whose block with their parent is still open.
    open: Vec<u32>,
    blocks: Blocks,
    clock: u32,
}

impl Survey {
    pub(in crate::impact) fn of(links: &Links) -> Self {
        let count = links.linked().len();
        let mut search = Search {
            links,
            found: vec![0; count],
            low: vec![0; count],
            size: vec![0; count],
            fallen: vec![0; count],
            largest: vec![0; count],
            cuts: vec![false; count],
            frames: Vec::new(),
            bridges: Vec::new(),
            open: Vec::new(),
            blocks: Blocks::default(),
            clock: 0,
        };
        let mut separated = vec![0; count];
        for (root, _) in (0_u32..).zip(0..count) {
            if search.found[root as usize] == 0 {
                search.visit(root, &mut separated);
            }
        }
        search.bridges.sort_unstable();
        Self {
            cuts: search.cuts.into(),
            separated: separated.into(),
            bridges: search.bridges,
            blocks: search.blocks,
        }
    }
}

impl Search<'_> {
    /// Searches one component, then says for each of its assets how many others it separates.
    fn visit(&mut self, root: u32, separated: &mut [u32]) {
        let mut component = Vec::new();
        let mut pieces_of_root = 0_u32;
        self.enter(root, &mut component);
        while let Some(frame) = self.frames.last_mut() {
            let node = frame.node;
            let Some(to) = self.links.to(node).get(frame.next as usize).copied() else {
                self.frames.pop();
                if let Some(parent) = self.frames.last().map(|parent| parent.node) {
                    self.leave(node, parent);
                    pieces_of_root += u32::from(parent == root);
                }
                continue;
            };
            frame.next += 1;
            let passed = frame.passed;
            if self.found[to as usize] == 0 {
                self.enter(to, &mut component);
            } else if !passed && self.is_parent(to) {
                if let Some(frame) = self.frames.last_mut() {
                    frame.passed = true;
                }
            } else {
                let seen = self.found[to as usize];
                let low = &mut self.low[node as usize];
                *low = seen.min(*low);
            }
        }
        self.open.clear();
        self.cuts[root as usize] = pieces_of_root > 1;
        let others = u32::try_from(component.len()).unwrap_or(u32::MAX) - 1;
        for node in component {
            let index = node as usize;
            let rest = others - self.fallen[index];
            separated[index] = others - rest.max(self.largest[index]);
        }
    }

    fn is_parent(&self, node: u32) -> bool {
        let above = self
            .frames
            .len()
            .checked_sub(2)
            .and_then(|index| self.frames.get(index));
        above.is_some_and(|parent| parent.node == node)
    }

    fn enter(&mut self, node: u32, component: &mut Vec<u32>) {
        self.clock += 1;
        self.found[node as usize] = self.clock;
        self.low[node as usize] = self.clock;
        self.size[node as usize] = 1;
        component.push(node);
        self.open.push(node);
        self.frames.push(Frame {
            node,
            next: 0,
            passed: false,
        });
    }

    /// Tells the parent what was found below it.
    fn leave(&mut self, node: u32, parent: u32) {
        let (index, above) = (node as usize, parent as usize);
        let low = self.low[index];
        self.low[above] = low.min(self.low[above]);
        self.size[above] += self.size[index];
        if low >= self.found[above] {
            self.cuts[above] = true;
            self.fallen[above] += self.size[index];
            self.largest[above] = self.largest[above].max(self.size[index]);
            // The subtree is what was found since: all of it that is still open, and the parent, are a block.
            let found = &self.found;
            let start = self
                .open
                .partition_point(|other| found[*other as usize] < found[index]);
            self.blocks.close(self.open.drain(start..).chain([parent]));
        }
        if low > self.found[above] {
            self.bridges.push((node.min(parent), node.max(parent)));
        }
    }
}
