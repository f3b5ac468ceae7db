//! The dependency graph of an estate: frozen, adjacency both ways, one `u32` position an asset.

mod build;
mod condense;
mod groups;
mod links;
mod raw;
mod records;
mod standing;
mod visit;

pub(crate) use build::GraphBuilder;
pub(crate) use condense::Condensation;
pub(super) use raw::{RawGraph, RawGroups};
pub(crate) use records::{Records, What};
pub(crate) use standing::Standing;
pub use visit::{EdgeEnds, Edges, Neighbors, Visited};

use std::sync::OnceLock;

use super::relation::{RelationKind, Strength};

/// Which asset needs which, made once from a checked inventory.
///
/// A node is the position of an asset in [`Estate::assets`](crate::Estate::assets); an edge leads from a dependant to its
/// dependency. The edges are the relations that [carry impact](RelationKind::carries_impact), hard and soft, and the
/// members of requirement groups, listed as relations or not. All that is said of one pair is one edge: hard wins.
/// Other kinds of relation are not in it; `connects_to` is read by [`impact::network`](crate::impact).
///
/// `&Graph` implements the visit traits of petgraph 0.8, so its algorithms run on it unchanged (never call its
/// `tarjan_scc` on input: it recurses). To leave the soft edges out, wrap it in `petgraph::visit::EdgeFiltered`.
#[derive(Clone, Debug)]
pub struct Graph {
    /// From dependant to dependency; `edges` runs parallel to its ends.
    out: Adjacency,
    /// From dependency to dependant; `into_edge` runs parallel to its ends.
    into: Adjacency,
    edges: Box<[Edge]>,
    into_edge: Box<[u32]>,
    groups: Groups,
    links: Links,
    /// The links that somebody stated; none where all are.
    stated_links: Option<Links>,
    standing: Standing,
    condensation: OnceLock<Condensation>,
}

/// What is known of one edge.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct Edge {
    /// What was said; where several relations of the same pair were, the first by name among the hard ones.
    pub kind: EdgeKind,
    /// Whether the dependant stops or degrades. A member of a requirement group is hard.
    pub strength: Strength,
}

/// What an edge stands for.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[repr(u8)]
pub enum EdgeKind {
    /// The dependant logs on against it.
    AuthenticatesWith,
    /// The dependant needs it.
    DependsOn,
    /// The dependant is hosted on it.
    HostedOn,
    /// The dependant runs on it.
    RunsOn,
    /// The dependant uses it.
    Uses,
    /// It is a member of a requirement group of the dependant, with no relation listed beside.
    Member,
}

impl Edge {
    fn new(kind: EdgeKind, class: Class) -> Self {
        let strength = match class {
            Class::Needed | Class::Shared => Strength::Hard,
            Class::Soft => Strength::Soft,
        };
        Self { kind, strength }
    }
}

impl EdgeKind {
    /// The edge kind of a relation; none for relations that carry no impact.
    pub fn of(kind: &RelationKind) -> Option<Self> {
        match kind {
            RelationKind::AuthenticatesWith => Some(Self::AuthenticatesWith),
            RelationKind::DependsOn => Some(Self::DependsOn),
            RelationKind::HostedOn => Some(Self::HostedOn),
            RelationKind::RunsOn => Some(Self::RunsOn),
            RelationKind::Uses => Some(Self::Uses),
            _ => None,
        }
    }

    /// The relation it stands for; none for a member that was not listed.
    pub fn relation(self) -> Option<RelationKind> {
        match self {
            Self::AuthenticatesWith => Some(RelationKind::AuthenticatesWith),
            Self::DependsOn => Some(RelationKind::DependsOn),
            Self::HostedOn => Some(RelationKind::HostedOn),
            Self::RunsOn => Some(RelationKind::RunsOn),
            Self::Uses => Some(RelationKind::Uses),
            Self::Member => None,
        }
    }
}

/// What the failure of the end of an edge does. The order is that of the runs in [`Adjacency`].
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
#[repr(u8)]
pub(crate) enum Class {
    /// Its failure alone fails the dependant: a hard relation outside every group, or a group without a spare member.
    Needed,
    /// Its failure counts in a group that can spare some members.
    Shared,
    /// Its failure degrades the dependant.
    Soft,
}

/// Neighbours of every node, grouped by [`Class`], each run in ascending order.
#[derive(Clone, Debug, Eq, PartialEq)]
struct Adjacency {
    /// INVARIANT: 3n + 1 ascending entries; run c of node v is `ends[bounds[3v + c]..bounds[3v + c + 1]]`.
    bounds: Box<[u32]>,
    /// INVARIANT: every entry is below n.
    ends: Box<[u32]>,
}

impl Adjacency {
    fn node_count(&self) -> usize {
        self.bounds.len() / 3
    }

    fn range(&self, node: u32, classes: std::ops::Range<usize>) -> std::ops::Range<usize> {
        let base = node as usize * 3;
        match (
            self.bounds.get(base + classes.start),
            self.bounds.get(base + classes.end),
        ) {
            (Some(start), Some(end)) => *start as usize..*end as usize,
            _ => 0..0,
        }
    }

    fn run(&self, node: u32, classes: std::ops::Range<usize>) -> &[u32] {
        self.ends.get(self.range(node, classes)).unwrap_or_default()
    }
}

/// The requirement groups.
#[derive(Clone, Debug, Eq, PartialEq)]
struct Groups {
    /// The dependants, ascending. INVARIANT: sorted with members and quorum, no two groups are equal.
    asset: Box<[u32]>,
    /// How many failed members fail the dependant: n - k + 1.
    quorum: Box<[u32]>,
    /// Members of every group, ascending, at `bounds[g]..bounds[g + 1]`.
    members: Box<[u32]>,
    bounds: Box<[u32]>,
    /// The groups with a spare member that an asset is a member of: `joined[joined_bounds[v]..joined_bounds[v + 1]]`.
    /// Empty where there is no such group.
    joined: Box<[u32]>,
    joined_bounds: Box<[u32]>,
}

/// The links of the network layer, from both ends. A parallel link stands twice; a link to itself is left out.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Links {
    /// Assets with at least one link, ascending.
    linked: Box<[u32]>,
    /// Neighbours of the i-th linked asset, as indices into `linked`: `ends[bounds[i]..bounds[i + 1]]`, ascending.
    bounds: Box<[u32]>,
    ends: Box<[u32]>,
}

impl Links {
    /// The links between these pairs of different assets of a graph.
    pub(crate) fn between(pairs: &[(u32, u32)], graph: &Graph) -> Self {
        links::freeze_links(pairs, graph.asset_count())
    }

    /// The assets that have a link, ascending.
    pub(crate) fn linked(&self) -> &[u32] {
        &self.linked
    }

    /// The other ends of the links of the i-th linked asset, as indices into [`linked`](Self::linked).
    pub(crate) fn to(&self, index: u32) -> &[u32] {
        let index = index as usize;
        match (self.bounds.get(index), self.bounds.get(index + 1)) {
            (Some(start), Some(end)) => self.ends.get(*start as usize..*end as usize).unwrap_or_default(),
            _ => &[],
        }
    }
}

/// One requirement group, borrowed from the graph.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Group<'g> {
    /// The dependant.
    pub(crate) asset: u32,
    /// The members, ascending, each once.
    pub(crate) members: &'g [u32],
    /// How many failed members fail the dependant.
    pub(crate) quorum: u32,
}

impl Graph {
    /// How many assets.
    pub fn asset_count(&self) -> usize {
        self.out.node_count()
    }

    /// How many edges: pairs of assets of which one needs the other, hard or soft.
    pub fn link_count(&self) -> usize {
        self.edges.len()
    }

    /// The assets that this one needs directly: those it cannot do without first, then members of groups with a spare,
    /// then soft ones; each run ascending. Empty for a position that is not in the graph.
    pub fn dependencies(&self, asset: u32) -> &[u32] {
        self.out.run(asset, 0..3)
    }

    /// The assets that need this one directly, in the same order.
    pub fn dependants(&self, asset: u32) -> &[u32] {
        self.into.run(asset, 0..3)
    }

    /// The edge of this dependant and dependency.
    pub fn edge(&self, dependant: u32, dependency: u32) -> Option<Edge> {
        self.edge_index(dependant, dependency)
            .and_then(|index| self.edges.get(index).copied())
    }

    /// Hard dependencies: those it cannot do without, then members of groups with a spare.
    pub(crate) fn hard_dependencies(&self, asset: u32) -> &[u32] {
        self.out.run(asset, 0..2)
    }

    /// Those that have it as a hard dependency.
    pub(crate) fn hard_dependants(&self, asset: u32) -> &[u32] {
        self.into.run(asset, 0..2)
    }

    /// Dependencies whose failure alone fails it.
    pub(crate) fn needed_dependencies(&self, asset: u32) -> &[u32] {
        self.out.run(asset, 0..1)
    }

    /// Those that fail when it alone fails.
    pub(crate) fn needed_dependants(&self, asset: u32) -> &[u32] {
        self.into.run(asset, 0..1)
    }

    /// Those that do not fail when it alone fails: where it is a member of a group with a spare, then soft ones.
    pub(crate) fn spared_dependants(&self, asset: u32) -> &[u32] {
        self.into.run(asset, 1..3)
    }

    /// Those that have it as a soft dependency.
    pub(crate) fn soft_dependants(&self, asset: u32) -> &[u32] {
        self.into.run(asset, 2..3)
    }

    /// The dependencies of one class.
    pub(super) fn classed_dependencies(&self, asset: u32, class: Class) -> &[u32] {
        let class = class as usize;
        self.out.run(asset, class..class + 1)
    }

    /// The dependants of one class.
    pub(super) fn classed_dependants(&self, asset: u32, class: Class) -> &[u32] {
        let class = class as usize;
        self.into.run(asset, class..class + 1)
    }

    /// What is said of this dependant and dependency.
    pub(super) fn classed_edge(&self, dependant: u32, dependency: u32) -> Option<(Class, EdgeKind)> {
        let classes = [Class::Needed, Class::Shared, Class::Soft];
        let class = classes.into_iter().find(|class| {
            let run = self.classed_dependencies(dependant, *class);
            run.binary_search(&dependency).is_ok()
        })?;
        Some((class, self.edge(dependant, dependency)?.kind))
    }

    /// The components of the hard edges, found at the first call.
    pub(crate) fn condensation(&self) -> &Condensation {
        self.condensation.get_or_init(|| Condensation::of_graph(self))
    }

    /// How many requirement groups.
    pub(crate) fn group_count(&self) -> usize {
        self.groups.asset.len()
    }

    /// A group by number.
    pub(crate) fn group(&self, number: u32) -> Option<Group<'_>> {
        let groups = &self.groups;
        let index = number as usize;
        let (start, end) = (groups.bounds.get(index)?, groups.bounds.get(index + 1)?);
        Some(Group {
            asset: *groups.asset.get(index)?,
            members: groups.members.get(*start as usize..*end as usize)?,
            quorum: *groups.quorum.get(index)?,
        })
    }

    /// The numbers of an asset's groups.
    pub(crate) fn groups_of(&self, asset: u32) -> std::ops::Range<u32> {
        let start = self.groups.asset.partition_point(|other| *other < asset);
        let end = self.groups.asset.partition_point(|other| *other <= asset);
        // INVARIANT: the builder holds the number of groups below u32::MAX.
        u32::try_from(start).unwrap_or(u32::MAX)..u32::try_from(end).unwrap_or(u32::MAX)
    }

    /// The owner of a group, when exactly this many failed members are what fails it.
    pub(crate) fn owner_at(&self, number: u32, failed: u32) -> Option<u32> {
        let index = number as usize;
        (self.groups.quorum.get(index) == Some(&failed))
            .then(|| self.groups.asset.get(index).copied())
            .flatten()
    }

    /// The numbers of the groups with a spare member that this asset is a member of, save those whose owner needs it
    /// anyway.
    pub(crate) fn joined(&self, asset: u32) -> &[u32] {
        if self.into.range(asset, 1..2).is_empty() {
            return &[];
        }
        let bounds = &self.groups.joined_bounds;
        let index = asset as usize;
        match (bounds.get(index), bounds.get(index + 1)) {
            (Some(start), Some(end)) => self
                .groups
                .joined
                .get(*start as usize..*end as usize)
                .unwrap_or_default(),
            _ => &[],
        }
    }

    /// Of [`joined`](Self::joined) those that belong to this owner.
    pub(crate) fn joined_in(&self, asset: u32, owner: u32) -> &[u32] {
        let (joined, own) = (self.joined(asset), self.groups_of(owner));
        let start = joined.partition_point(|number| *number < own.start);
        let end = joined.partition_point(|number| *number < own.end);
        joined.get(start..end).unwrap_or_default()
    }

    /// What stands where.
    pub(crate) fn standing(&self) -> &Standing {
        &self.standing
    }

    /// The network layer.
    pub(crate) fn links(&self) -> &Links {
        &self.links
    }

    /// The network layer without the links that were only inferred.
    pub(crate) fn stated_links(&self) -> &Links {
        self.stated_links.as_ref().unwrap_or(&self.links)
    }

    /// Whether another graph says the same.
    pub(super) fn says_as(&self, other: &Self) -> bool {
        self.out == other.out
            && self.edges == other.edges
            && self.groups == other.groups
            && self.links == other.links
            && self.stated_links == other.stated_links
            && self.standing == other.standing
    }

    fn edge_index(&self, dependant: u32, dependency: u32) -> Option<usize> {
        (0..3).find_map(|class| {
            let range = self.out.range(dependant, class..class + 1);
            let start = range.start;
            let run = self.out.ends.get(range)?;
            run.binary_search(&dependency).ok().map(|offset| start + offset)
        })
    }
}
