//! A topology under edits: what was added and taken away lies beside the frozen rows.

mod edit;
mod frozen;
mod groups;

use std::collections::BTreeMap;
use std::fmt;

use hashbrown::{HashMap, HashSet};

use super::asset::{AssetId, AssetKind, Criticality};
use super::graph::{Class, EdgeKind, Graph};
use super::topology::Topology;
use groups::LiveGroups;

/// A topology that is edited. The frozen rows of the topology that it began with stay as they are; an edit lies beside
/// them, so that it costs what it touches, and so does a question.
///
/// Positions are those of the base, and added assets follow behind them in the order in which they came: positions are not
/// in the order of the ids, and those of removed assets are not given again. [`freeze`](Self::freeze) gives a topology of its own.
///
/// What is said of one pair is one edge here, as in a [`Graph`]: setting it replaces all that was said of it. Where a group
/// had absorbed a relation, the relation comes back as hard when the group goes. Links of the network and places are kept
/// as they are and not edited.
///
/// ```
/// use vcto::estate::{Asset, AssetKind, LiveGraph, RelationKind, Strength, Topology};
///
/// let text = br#"{"format": "vcto.inventory/1", "source": {"name": "crm"}, "assets": [{"id": "erp", "kind": "service"}]}"#;
/// let mut live = LiveGraph::new(&Topology::read(&text[..])?);
/// live.add_asset(&Asset::new("sql", AssetKind::Database))?;
/// live.set_edge("erp", "sql", &RelationKind::DependsOn, Strength::Hard)?;
/// assert_eq!(live.blast_radius("sql")?.total, 1);
/// assert_eq!(live.freeze()?.graph().link_count(), 1);
/// # Ok::<(), vcto::Error>(())
/// ```
#[derive(Clone)]
pub struct LiveGraph {
    base: Topology,
    /// At positions from the number of assets of the base.
    added: Vec<Added>,
    /// The positions of added assets that were not removed.
    positions: BTreeMap<AssetId, u32>,
    removed: HashSet<u32>,
    /// What differs from the base, from both sides. INVARIANT: `into` is the transpose of `out`.
    out: Deltas,
    into: Deltas,
    groups: LiveGroups,
}

#[derive(Clone, Debug)]
struct Added {
    id: AssetId,
    kind: AssetKind,
    criticality: Option<Criticality>,
}

/// By asset and neighbour the edge that is there now; none for one that is gone.
type Deltas = HashMap<u32, BTreeMap<u32, Option<Merged>>>;

/// All that is said of a pair.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
struct Merged {
    class: Class,
    kind: EdgeKind,
    /// Whether an edit said it: else it is what the base says, inferred or not.
    edited: bool,
}

impl LiveGraph {
    /// Begins with this topology, or that of an estate.
    pub fn new(base: &impl AsRef<Topology>) -> Self {
        let base = base.as_ref().clone();
        Self {
            groups: LiveGroups::new(&base),
            base,
            added: Vec::new(),
            positions: BTreeMap::new(),
            removed: HashSet::new(),
            out: Deltas::new(),
            into: Deltas::new(),
        }
    }

    /// The topology that it began with.
    pub fn base(&self) -> &Topology {
        &self.base
    }

    /// How many assets there are now.
    pub fn asset_count(&self) -> usize {
        self.base.asset_count() + self.added.len() - self.removed.len()
    }

    /// The position of an asset that is there.
    pub fn index_of(&self, id: &str) -> Option<u32> {
        if let Some(position) = self.positions.get(id) {
            return Some(*position);
        }
        self.base
            .index_of(id)
            .filter(|position| !self.removed.contains(position))
    }

    /// The id of the asset at a position; none where it was removed.
    pub fn id(&self, position: u32) -> Option<AssetId> {
        if self.removed.contains(&position) {
            return None;
        }
        match self.added(position) {
            Some(added) => Some(added.id.clone()),
            None => self.base.id(position),
        }
    }

    /// What the asset at a position is.
    pub fn kind(&self, position: u32) -> Option<&AssetKind> {
        if self.removed.contains(&position) {
            return None;
        }
        match self.added(position) {
            Some(added) => Some(&added.kind),
            None => self.base.kind(position),
        }
    }

    /// How much the business depends on the asset at a position, where that is said.
    pub fn criticality(&self, position: u32) -> Option<&Criticality> {
        if self.removed.contains(&position) {
            return None;
        }
        match self.added(position) {
            Some(added) => added.criticality.as_ref(),
            None => self.base.criticality(position),
        }
    }

    fn id_text(&self, position: u32) -> Option<&str> {
        match self.added(position) {
            Some(added) => Some(added.id.as_str()),
            None => self.base.id_text(position),
        }
    }

    /// The assets that this one needs directly: first those of which nothing changed, in the order of
    /// [`Graph::dependencies`], then the others by position.
    pub fn dependencies(&self, position: u32) -> impl Iterator<Item = u32> {
        let rows = move |class| self.graph().classed_dependencies(position, class);
        current(rows, self.out.get(&position)).map(|(other, _)| other)
    }

    /// The assets that need this one directly, in the same order.
    pub fn dependants(&self, position: u32) -> impl Iterator<Item = u32> {
        self.classed_dependants(position).map(|(other, _)| other)
    }

    pub(crate) fn classed_dependants(&self, position: u32) -> impl Iterator<Item = (u32, Class)> {
        let rows = move |class| self.graph().classed_dependants(position, class);
        current(rows, self.into.get(&position))
    }

    /// The groups with a spare member that an asset is a member of, by number.
    pub(crate) fn joined(&self, position: u32) -> impl Iterator<Item = u32> {
        self.groups.joined(self.graph(), position)
    }

    /// The owner of a group, when exactly this many failed members are what fails it.
    pub(crate) fn owner_at(&self, number: u32, failed: u32) -> Option<u32> {
        self.groups.owner_at(self.graph(), number, failed)
    }

    fn graph(&self) -> &Graph {
        self.base.graph()
    }

    fn added(&self, position: u32) -> Option<&Added> {
        let index = (position as usize).checked_sub(self.base.asset_count())?;
        self.added.get(index)
    }

    /// What is said of a pair now.
    fn pair(&self, from: u32, to: u32) -> Option<Merged> {
        match self.out.get(&from).and_then(|row| row.get(&to)) {
            Some(now) => *now,
            None => self.base_pair(from, to),
        }
    }

    fn base_pair(&self, from: u32, to: u32) -> Option<Merged> {
        let (class, kind) = self.graph().classed_edge(from, to)?;
        Some(Merged {
            class,
            kind,
            edited: false,
        })
    }
}

/// The rows of the base without what has changed, then what has changed.
fn current<'l>(
    rows: impl Fn(Class) -> &'l [u32] + 'l,
    changed: Option<&'l BTreeMap<u32, Option<Merged>>>,
) -> impl Iterator<Item = (u32, Class)> + 'l {
    let is_kept = move |other: &u32| changed.is_none_or(|changed| !changed.contains_key(other));
    [Class::Needed, Class::Shared, Class::Soft]
        .into_iter()
        .flat_map(move |class| rows(class).iter().map(move |other| (*other, class)))
        .filter(move |(other, _)| is_kept(other))
        .chain(
            changed
                .into_iter()
                .flatten()
                .filter_map(|(other, now)| Some((*other, (*now)?.class))),
        )
}

impl fmt::Debug for LiveGraph {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LiveGraph")
            .field("base", &self.base)
            .field("added", &self.added.len())
            .field("removed", &self.removed.len())
            .finish_non_exhaustive()
    }
}
