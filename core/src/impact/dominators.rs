//! Dominators: over which asset all that needs another one comes to it.

#![expect(
    clippy::indexing_slicing,
    reason = "visit numbers count the visited assets from 1, positions are below the number of assets"
)]

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use super::{json, position};
use crate::error::Result;
use crate::estate::{AssetId, Estate, Graph};

/// The dominator tree of an estate, or of the cone of one asset: x dominates y where every chain of dependencies that
/// starts at the root and comes to y leads over x.
///
/// In JSON `{id: {"immediate": id or null, "dominates": count}}`, by id.
#[derive(Clone, Debug)]
pub struct Dominators {
    estate: Estate,
    tree: Tree,
}

/// One asset in the tree.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Dominated<'d> {
    /// The asset.
    pub asset: &'d AssetId,
    /// The nearest of those that dominate it; none where only the root does.
    pub immediate: Option<&'d AssetId>,
    /// How many others it dominates.
    pub dominates: usize,
}

/// The dominators of the whole estate, over hard impact relations and group members, from dependants to dependencies.
///
/// The chains start at a virtual root that needs each asset that nothing depends on, and each member of a ring that
/// nothing outside of it depends on. So every asset is in the tree, all members of such a ring stand side by side, and no
/// order of input tells one of them from the others. What x dominates is needed through x alone: when x goes out of use,
/// nothing else needs it.
///
/// Semi-NCA (Georgiadis, "Linear-time algorithms for dominators and related problems", 2005), in O(n²) at most and
/// near to linear on estates.
///
/// ```
/// use vcto::{Estate, Inventory, impact};
///
/// let estate = Estate::new(Inventory::from_json(br#"{"format": "vcto.inventory/1", "source": {"name": "crm"},
///     "assets": [{"id": "erp", "kind": "business_application"}, {"id": "web", "kind": "server"}, {"id": "sql", "kind": "database"}, {"id": "san", "kind": "storage"}],
///     "relations": [{"from": "erp", "to": "web", "kind": "depends_on"}, {"from": "erp", "to": "sql", "kind": "depends_on"},
///                   {"from": "web", "to": "san", "kind": "depends_on"}, {"from": "sql", "to": "san", "kind": "depends_on"}]}"#)?)?;
/// let dominators = impact::dominators(&estate);
/// assert_eq!(dominators.immediate("san").unwrap().as_str(), "erp");
/// assert_eq!(dominators.dominated_by("erp"), Some(3));
/// assert_eq!(dominators.dominated_by("sql"), Some(0));
/// # Ok::<(), vcto::Error>(())
/// ```
pub fn dominators(estate: &Estate) -> Dominators {
    Dominators {
        estate: estate.clone(),
        tree: Tree::of(estate.graph()),
    }
}

/// The dominators of what one asset depends on, over hard impact relations and group members: the asset is the root, and x
/// dominates y where every chain of dependencies from the asset to y leads over x. What the asset does not depend on is not
/// in the tree. Cost and source as of [`dominators`].
///
/// ```
/// use vcto::{Estate, Inventory, impact};
///
/// let estate = Estate::new(Inventory::from_json(br#"{"format": "vcto.inventory/1", "source": {"name": "crm"},
///     "assets": [{"id": "erp", "kind": "business_application"}, {"id": "sql", "kind": "database"}, {"id": "san", "kind": "storage"}, {"id": "nas", "kind": "storage"}],
///     "relations": [{"from": "erp", "to": "sql", "kind": "depends_on"}, {"from": "sql", "to": "san", "kind": "depends_on"}]}"#)?)?;
/// let dominators = impact::dominators_of(&estate, "erp")?;
/// assert_eq!(dominators.chain("san").map(|id| id.as_str()).collect::<Vec<_>>(), ["sql", "erp"]);
/// assert_eq!(dominators.dominated_by("nas"), None);
/// # Ok::<(), vcto::Error>(())
/// ```
///
/// # Errors
/// `not_found` for an unknown id.
pub fn dominators_of(estate: &Estate, asset: impl AsRef<str>) -> Result<Dominators> {
    let root = position(estate, asset.as_ref(), "impact.dominators_of")?;
    Ok(Dominators {
        estate: estate.clone(),
        tree: Tree::below(estate.graph(), root),
    })
}

impl Dominators {
    /// The nearest asset that dominates this one. None where only the root does, and for an asset that is not in the tree.
    pub fn immediate(&self, asset: impl AsRef<str>) -> Option<&AssetId> {
        let position = self.estate.index_of(asset.as_ref())?;
        self.estate.id(self.tree.immediate(position)?)
    }

    /// All assets that dominate this one, the nearest first.
    pub fn chain(&self, asset: impl AsRef<str>) -> impl Iterator<Item = &AssetId> {
        let start = self.estate.index_of(asset.as_ref());
        let above = |position: u32| self.tree.immediate(position);
        std::iter::successors(start.and_then(above), move |position| above(*position))
            .filter_map(|position| self.estate.id(position))
    }

    /// How many others this asset dominates; none for one that is not in the tree.
    pub fn dominated_by(&self, asset: impl AsRef<str>) -> Option<usize> {
        let position = self.estate.index_of(asset.as_ref())?;
        self.tree.dominates(position).map(|count| count as usize)
    }

    /// The assets of the tree, by id.
    pub fn tree(&self) -> impl Iterator<Item = Dominated<'_>> {
        (0_u32..)
            .zip(self.estate.assets())
            .filter_map(|(position, asset)| {
                let dominates = self.tree.dominates(position)?;
                let immediate = self.tree.immediate(position);
                Some(Dominated {
                    asset: &asset.id,
                    immediate: immediate.and_then(|above| self.estate.id(above)),
                    dominates: dominates as usize,
                })
            })
    }

    /// The result as JSON.
    pub fn to_json(&self) -> String {
        json(self)
    }
}

impl Serialize for Dominators {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Node<'d> {
            immediate: Option<&'d AssetId>,
            dominates: usize,
        }
        let mut map = serializer.serialize_map(None)?;
        for one in self.tree() {
            let node = Node {
                immediate: one.immediate,
                dominates: one.dominates,
            };
            map.serialize_entry(one.asset, &node)?;
        }
        map.end()
    }
}

/// In place of a position: only the root dominates it.
const ROOT: u32 = u32::MAX;
/// In place of a position: it is not in the tree.
const ABSENT: u32 = u32::MAX - 1;

/// The tree by position.
#[derive(Clone, Debug)]
pub(super) struct Tree {
    immediate: Box<[u32]>,
    dominates: Box<[u32]>,
}

impl Tree {
    /// The tree of the whole graph below the virtual root.
    pub(super) fn of(graph: &Graph) -> Self {
        let count = graph.asset_count();
        let mut walk = Walk::new(graph);
        for (asset, _) in (0_u32..).zip(0..count) {
            if graph.hard_dependants(asset).is_empty() {
                walk.descend(asset);
            }
        }
        let mut rings = Vec::new();
        if walk.found() < count {
            // What no chain from above comes to hangs on rings that nothing outside of them needs.
            rings = rings_on_top(graph);
            for asset in &rings {
                walk.descend(*asset);
            }
        }
        walk.settle(&rings)
    }

    /// The tree of what one asset depends on.
    pub(super) fn below(graph: &Graph, root: u32) -> Self {
        let mut walk = Walk::new(graph);
        walk.descend(root);
        walk.settle(&[root])
    }

    /// The nearest asset that dominates it.
    pub(super) fn immediate(&self, asset: u32) -> Option<u32> {
        let above = self.immediate.get(asset as usize).copied()?;
        (above < ABSENT).then_some(above)
    }

    /// How many it dominates; none where it is not in the tree.
    pub(super) fn dominates(&self, asset: u32) -> Option<u32> {
        let present = *self.immediate.get(asset as usize)? != ABSENT;
        self.dominates.get(asset as usize).copied().filter(|_| present)
    }
}

/// The members of rings of which nothing outside needs any.
fn rings_on_top(graph: &Graph) -> Vec<u32> {
    let condensation = graph.condensation();
    let is_on_top = |assets: &&[u32]| {
        assets.len() > 1
            && assets.iter().all(|asset| {
                let own = condensation.of(*asset);
                let above = graph.hard_dependants(*asset);
                above.iter().all(|dependant| condensation.of(*dependant) == own)
            })
    };
    let rings = condensation.components().filter(is_on_top);
    rings.flatten().copied().collect()
}

/// A depth-first search. Assets are numbered from 1 as they are found; 0 is the virtual root.
struct Walk<'g> {
    graph: &'g Graph,
    /// The visit number by position; 0: not found.
    number: Vec<u32>,
    /// The position by visit number; that of the root stands for nothing.
    order: Vec<u32>,
    /// The parent in the search, by visit number.
    parent: Vec<u32>,
    /// What is under visit: its position, its number, and the next dependency to look at.
    frames: Vec<(u32, u32, u32)>,
}

/// A forest of the numbers settled so far, with shortened paths.
#[derive(Clone, Copy)]
struct Link {
    above: u32,
    /// The least semidominator on the shortened path.
    least: u32,
}

impl<'g> Walk<'g> {
    fn new(graph: &'g Graph) -> Self {
        Self {
            graph,
            number: vec![0; graph.asset_count()],
            order: vec![ROOT],
            parent: vec![0],
            frames: Vec::new(),
        }
    }

    fn found(&self) -> usize {
        self.order.len() - 1
    }

    /// The last visit number.
    fn last(&self) -> u32 {
        // INVARIANT: the builder takes fewer than 2^31 assets.
        u32::try_from(self.found()).unwrap_or(u32::MAX)
    }

    fn enter(&mut self, asset: u32, parent: u32) {
        let number = self.last() + 1;
        self.number[asset as usize] = number;
        self.order.push(asset);
        self.parent.push(parent);
        self.frames.push((asset, number, 0));
    }

    /// Finds all that this asset depends on and that was not found before.
    fn descend(&mut self, start: u32) {
        if self.number[start as usize] != 0 {
            return;
        }
        self.enter(start, 0);
        while let Some((asset, number, next)) = self.frames.last_mut() {
            let rest = self.graph.hard_dependencies(*asset).get(*next as usize..);
            let rest = rest.unwrap_or_default();
            let fresh = rest.iter().position(|on| self.number[*on as usize] == 0);
            let Some(offset) = fresh else {
                self.frames.pop();
                continue;
            };
            // INVARIANT: the builder holds the number of edges below u32::MAX.
            *next += u32::try_from(offset).unwrap_or(u32::MAX) + 1;
            let (to, parent) = (rest[offset], *number);
            self.enter(to, parent);
        }
    }

    /// The dominators of what was found. The root leads to every start of a descent and to these assets.
    fn settle(self, entries: &[u32]) -> Tree {
        let mut semi = self.parent.clone();
        for entry in entries {
            semi[self.number[*entry as usize] as usize] = 0;
        }
        let mut links: Vec<Link> = (0_u32..)
            .zip(&self.parent)
            .map(|(number, above)| Link {
                above: *above,
                least: number,
            })
            .collect();
        let mut path = Vec::new();
        for number in (1..=self.last()).rev() {
            let asset = self.order[number as usize];
            let mut least = semi[number as usize];
            let dependants = if least == 0 {
                &[]
            } else {
                self.graph.hard_dependants(asset)
            };
            for dependant in dependants {
                let from = self.number[*dependant as usize];
                if from > number {
                    shorten(&mut links, from, number, &mut path);
                    least = least.min(links[from as usize].least);
                } else if from != 0 {
                    least = least.min(from);
                }
                // Chains through what was not found do not start at the root.
            }
            semi[number as usize] = least;
            links[number as usize].least = least;
        }
        drop(links);
        self.raise(&semi)
    }

    /// The immediate dominator: the nearest ancestor in the search that is not below the semidominator.
    fn raise(self, semi: &[u32]) -> Tree {
        let Self {
            number,
            order,
            parent: mut above,
            ..
        } = self;
        for index in 1..above.len() {
            let mut candidate = above[index];
            while candidate > semi[index] {
                candidate = above[candidate as usize];
            }
            above[index] = candidate;
        }
        let mut below = vec![0_u32; order.len()];
        for index in (1..above.len()).rev() {
            below[above[index] as usize] += below[index] + 1;
        }
        let by_position = |of: &dyn Fn(usize) -> u32, absent: u32| {
            let found = |number: &u32| {
                if *number == 0 {
                    absent
                } else {
                    of(*number as usize)
                }
            };
            number.iter().map(found).collect()
        };
        Tree {
            immediate: by_position(&|number| order[above[number] as usize], ABSENT),
            dominates: by_position(&|number| below[number], 0),
        }
    }
}

/// Lets the links from `from` up to the last number above `settled` lead straight on, and take the least with them.
fn shorten(links: &mut [Link], from: u32, settled: u32, path: &mut Vec<u32>) {
    let mut at = from;
    while links[at as usize].above > settled {
        path.push(at);
        at = links[at as usize].above;
    }
    let mut top = links[at as usize];
    while let Some(below) = path.pop() {
        let link = &mut links[below as usize];
        link.least = link.least.min(top.least);
        link.above = top.above;
        top = *link;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::estate::{GraphBuilder, RelationKind, Strength};

    fn tree(assets: usize, pairs: &[(u32, u32)]) -> Vec<Option<u32>> {
        let mut builder = GraphBuilder::new(assets).unwrap();
        for (from, to) in pairs {
            builder.relation(*from, *to, &RelationKind::DependsOn, Strength::Hard);
        }
        let tree = Tree::of(&builder.build().unwrap());
        assert!(tree.immediate.iter().all(|above| *above != ABSENT));
        (0_u32..)
            .zip(0..assets)
            .map(|(asset, _)| tree.immediate(asset))
            .collect()
    }

    #[test]
    fn the_graph_of_lengauer_and_tarjan_has_the_tree_of_their_paper() {
        // R A B C D E F G H I J K L are 0 to 12; "A fast algorithm for finding dominators in a flowgraph" (1979), figures 1 and 2.
        let pairs = [
            (0, 1),
            (0, 2),
            (0, 3),
            (1, 4),
            (2, 1),
            (2, 4),
            (2, 5),
            (3, 6),
            (3, 7),
            (4, 12),
            (5, 8),
            (6, 9),
            (7, 9),
            (7, 10),
            (8, 5),
            (8, 11),
            (9, 11),
            (10, 9),
            (11, 0),
            (11, 9),
            (12, 8),
        ];
        // The root is on a ring there: a thirteenth that nothing needs leads to it.
        let pairs: Vec<_> = pairs.into_iter().chain([(13, 0)]).collect();
        let above = [13, 0, 0, 0, 0, 0, 3, 3, 0, 0, 7, 0, 4].map(Some);
        assert_eq!(tree(14, &pairs)[..13], above);
    }

    #[test]
    fn members_of_a_ring_on_top_stand_side_by_side() {
        assert_eq!(
            tree(5, &[(0, 1), (1, 2), (2, 0), (2, 3), (3, 4)]),
            [None, None, None, Some(2), Some(3)]
        );
    }

    #[test]
    fn what_hangs_on_a_ring_and_on_an_asset_has_neither_above() {
        assert_eq!(
            tree(4, &[(0, 1), (1, 0), (1, 2), (3, 2)]),
            [None, None, None, None]
        );
    }
}
