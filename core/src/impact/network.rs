//! The network layer: which devices and links hold it together.

#![expect(
    clippy::indexing_slicing,
    reason = "indices are below the number of linked assets by the invariant of the graph's links"
)]

use serde::Serialize;

use super::{json, position};
use crate::error::Result;
use crate::estate::{AssetId, Estate, Graph};

/// The network layer of an estate: its `connects_to` relations, undirected. A link to itself is left out; two links
/// between the same two assets are parallel, whichever way each was written.
///
/// All answers are computed once, when it is made.
#[derive(Clone, Debug)]
pub struct Network {
    estate: Estate,
    survey: Survey,
}

/// A link without which its two ends are apart.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(transparent)]
pub struct Bridge(pub [AssetId; 2]);

/// The network layer of this estate.
///
/// ```
/// use vcto::{Estate, Inventory, impact};
///
/// let estate = Estate::new(Inventory::from_json(br#"{"format": "vcto.inventory/1", "source": {"name": "lldp"},
///     "assets": [{"id": "core", "kind": "switch"}, {"id": "floor-1", "kind": "switch"}, {"id": "fw", "kind": "firewall"}],
///     "relations": [{"from": "core", "to": "floor-1", "kind": "connects_to"}, {"from": "core", "to": "floor-1", "kind": "connects_to", "note": "second fibre"},
///                   {"from": "fw", "to": "core", "kind": "connects_to"}]}"#)?)?;
/// let network = impact::network(&estate);
/// assert_eq!(network.articulation_points()[0].as_str(), "core");
/// assert_eq!(network.bridges()[0].0[1].as_str(), "fw");
/// assert_eq!(network.separated_by("core")?, 1);
/// # Ok::<(), vcto::Error>(())
/// ```
pub fn network(estate: &Estate) -> Network {
    Network {
        estate: estate.clone(),
        survey: Survey::of(estate.graph()),
    }
}

impl Network {
    /// Assets without which their part of the network falls apart, by id.
    pub fn articulation_points(&self) -> Vec<AssetId> {
        let linked = self.estate.graph().linked();
        linked
            .iter()
            .zip(&self.survey.cuts)
            .filter(|(_, cuts)| **cuts)
            .filter_map(|(asset, _)| self.estate.id(*asset).cloned())
            .collect()
    }

    /// Links without which their part of the network falls apart: the two ends by id, and the links by their ends. A link
    /// beside a parallel one is none.
    pub fn bridges(&self) -> Vec<Bridge> {
        let id = |index: u32| {
            let asset = self.estate.graph().linked().get(index as usize)?;
            self.estate.id(*asset).cloned()
        };
        self.survey
            .bridges
            .iter()
            .filter_map(|(a, b)| Some(Bridge([id(*a)?, id(*b)?])))
            .collect()
    }

    /// How many other assets of its part of the network end up outside the largest piece when this one goes. 0 for an
    /// asset that holds nothing together, and for one with no recorded link.
    ///
    /// # Errors
    /// `not_found` for an unknown id.
    pub fn separated_by(&self, asset: impl AsRef<str>) -> Result<usize> {
        let position = position(&self.estate, asset.as_ref(), "impact.separated_by")?;
        let index = self.estate.graph().linked().binary_search(&position);
        Ok(index.map_or(0, |index| self.survey.separated[index] as usize))
    }

    /// How many assets have a recorded link.
    pub fn asset_count(&self) -> usize {
        self.estate.graph().linked().len()
    }

    /// `{"articulation_points", "bridges"}` as JSON.
    pub fn to_json(&self) -> String {
        #[derive(Serialize)]
        struct Shape {
            articulation_points: Vec<AssetId>,
            bridges: Vec<Bridge>,
        }
        json(&Shape {
            articulation_points: self.articulation_points(),
            bridges: self.bridges(),
        })
    }
}

/// What one search finds, by index into the linked assets.
#[derive(Clone, Debug)]
pub(super) struct Survey {
    pub(super) cuts: Box<[bool]>,
    pub(super) separated: Box<[u32]>,
    /// Ascending, the lower end first.
    pub(super) bridges: Vec<(u32, u32)>,
}

/// One asset under visit.
struct Frame {
    node: u32,
    /// The next link to look at.
    next: u32,
    /// Whether the link to the parent was passed over: a second one is parallel to it.
    passed: bool,
}

/// Low points by depth-first search (Hopcroft and Tarjan 1973) on an explicit stack.
struct Search<'g> {
    graph: &'g Graph,
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
    clock: u32,
}

impl Survey {
    pub(super) fn of(graph: &Graph) -> Self {
        let count = graph.linked().len();
        let mut search = Search {
            graph,
            found: vec![0; count],
            low: vec![0; count],
            size: vec![0; count],
            fallen: vec![0; count],
            largest: vec![0; count],
            cuts: vec![false; count],
            frames: Vec::new(),
            bridges: Vec::new(),
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
            let Some(to) = self.graph.linked_to(node).get(frame.next as usize).copied() else {
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
        }
        if low > self.found[above] {
            self.bridges.push((node.min(parent), node.max(parent)));
        }
    }
}
