//! Makes a [`Graph`] from checked relations and groups, in linear time.
//!
//! What is large exists once: the relations give way to the sorted run of every dependant, the runs to the rows of the
//! graph, and only then are the rows turned round.

#![expect(
    clippy::indexing_slicing,
    reason = "every position was checked on entry, every offset is a prefix sum over the same entries"
)]

use std::sync::OnceLock;

use super::groups::Draft;
use super::links::freeze_links;
use super::records::{Records, What};
use super::{Adjacency, Class, Edge, EdgeKind, Graph, Groups, Standing};
use crate::error::{Error, ErrorKind, Result};
use crate::estate::relation::{RelationKind, Strength};

/// Collects relations and groups by position; [`build`](Self::build) freezes them. The order of calls does not matter.
///
/// The caller has checked what the format asks: known ends, 1 <= needs <= members, no dependant in its own group, no
/// stated soft relation to a member.
#[derive(Debug)]
pub(crate) struct GraphBuilder {
    assets: u32,
    records: Records,
    groups: Vec<Draft>,
}

/// So many that positions and numbers of components both fit `u32` side by side.
const MOST_ASSETS: u32 = u32::MAX / 2 - 1;

impl GraphBuilder {
    /// A builder for this many assets.
    pub(crate) fn new(assets: usize) -> Result<Self> {
        Self::with_records(assets, Records::default())
    }

    /// A builder that takes relations over. INVARIANT: they are between two different assets below the count.
    pub(crate) fn with_records(assets: usize, records: Records) -> Result<Self> {
        let assets = u32::try_from(assets)
            .ok()
            .filter(|count| *count <= MOST_ASSETS)
            .ok_or_else(|| too_large("assets"))?;
        Ok(Self {
            assets,
            records,
            groups: Vec::new(),
        })
    }

    /// Adds a relation that was stated. Kinds that say nothing of impact, network or place are passed over, and so is a
    /// relation to itself.
    pub(crate) fn relation(&mut self, from: u32, to: u32, kind: &RelationKind, strength: Strength) {
        self.record(from, to, What::stated(Some(kind), strength));
    }

    /// Adds a relation that was inferred: it says nothing of where things stand.
    pub(crate) fn guess(&mut self, from: u32, to: u32, kind: &RelationKind, strength: Strength) {
        self.record(from, to, What::inferred(Some(kind), strength));
    }

    fn record(&mut self, from: u32, to: u32, what: What) {
        if what.matters() && from != to && from < self.assets && to < self.assets {
            self.records.push(from, to, what);
        }
    }

    /// Adds a requirement group: of the members, `needs` must be up. A member that is named twice counts once.
    pub(crate) fn group(&mut self, asset: u32, mut members: Vec<u32>, needs: u32) {
        members.sort_unstable();
        members.dedup();
        // INVARIANT: members are below u32::MAX in number, since each is a position.
        let count = u32::try_from(members.len()).unwrap_or(u32::MAX);
        let sound = asset < self.assets
            && members
                .iter()
                .all(|member| *member < self.assets && *member != asset);
        debug_assert!(
            sound && (1..=count).contains(&needs),
            "the inventory was checked before"
        );
        if sound && (1..=count).contains(&needs) {
            self.groups.push(Draft {
                asset,
                members,
                quorum: count - needs + 1,
            });
        }
    }

    /// Freezes what was collected.
    ///
    /// # Errors
    /// `too_large` where edges, groups or links do not fit `u32`.
    pub(crate) fn build(mut self) -> Result<Graph> {
        self.groups.sort_unstable();
        self.groups.dedup();
        let members: usize = self.groups.iter().map(|group| group.members.len()).sum();
        // A link stands at both its ends.
        fits(self.records.len().saturating_mul(2), "relations")?;
        fits(self.records.len().saturating_add(members), "relations")?;
        let groups = Groups::of(&self.groups, self.assets);
        let runs = Runs::of(self.records, &groups, self.assets);
        Ok(Rows::of(runs).into_graph(groups))
    }
}

fn too_large(what: &str) -> Error {
    Error::new(
        ErrorKind::TooLarge,
        format!("more {what} than 32 bits can number"),
    )
    .during("estate.graph")
}

fn fits(count: usize, what: &str) -> Result<()> {
    if count < u32::MAX as usize {
        Ok(())
    } else {
        Err(too_large(what))
    }
}

/// Stable counting sort: the start of every key's run (one more for the end), and the items in order of their keys.
pub(super) fn scatter<T: Copy>(items: &[T], keys: usize, key: impl Fn(&T) -> usize) -> (Box<[u32]>, Vec<T>) {
    let mut bounds = counted(keys, items.iter().map(&key));
    let Some(first) = items.first() else {
        bounds.truncate(keys + 1);
        return (bounds.into(), Vec::new());
    };
    let mut sorted = vec![*first; items.len()];
    for item in items {
        let slot = &mut bounds[key(item) + 1];
        sorted[*slot as usize] = *item;
        *slot += 1;
    }
    bounds.truncate(keys + 1);
    (bounds.into(), sorted)
}

/// Where the run of every key starts, at `key + 1`. Once every item has been put where its key says and moved that on by
/// one, the start of the run of a key is at `key`, and its end behind it: no second list is needed.
fn counted(keys: usize, of: impl Iterator<Item = usize>) -> Vec<u32> {
    let mut bounds = vec![0_u32; keys + 2];
    for key in of {
        bounds[key + 2] += 1;
    }
    for index in 2..bounds.len() {
        bounds[index] += bounds[index - 1];
    }
    bounds
}

/// Everything that is said, by dependant: the relations and the members of groups.
struct Runs {
    /// The run of every dependant: `said[bounds[v]..bounds[v + 1]]`.
    bounds: Vec<u32>,
    /// The dependency, and what is said of it in the lowest byte.
    said: Vec<u64>,
}

impl Runs {
    fn of(records: Records, groups: &Groups, assets: u32) -> Self {
        let members = || {
            (0_u32..)
                .zip(&groups.asset)
                .flat_map(|(number, asset)| groups.members_of(number).iter().map(|member| (*asset, *member)))
        };
        let from = records
            .from
            .iter()
            .copied()
            .chain(members().map(|(asset, _)| asset));
        let mut bounds = counted(assets as usize, from.map(|asset| asset as usize));
        let mut said = vec![0_u64; records.len() + groups.members.len()];
        let mut put = |from: u32, to: u32, what: What| {
            let slot = &mut bounds[from as usize + 1];
            said[*slot as usize] = u64::from(to) << 8 | u64::from(what.byte());
            *slot += 1;
        };
        for (from, to, what) in records.iter() {
            put(from, to, what);
        }
        drop(records);
        for (number, asset) in (0_u32..).zip(&groups.asset) {
            let what = What::member(groups.has_spare(number));
            for member in groups.members_of(number) {
                put(*asset, *member, what);
            }
        }
        bounds.truncate(assets as usize + 1);
        Self { bounds, said }
    }
}

/// What the runs come to: one edge a pair, and what stands beside the edges.
struct Rows {
    out: Adjacency,
    edges: Box<[Edge]>,
    links: Vec<(u32, u32)>,
    /// Links that were inferred.
    guessed: Vec<(u32, u32)>,
    standing: Standing,
}

impl Rows {
    fn of(mut runs: Runs) -> Self {
        let assets = runs.bounds.len() - 1;
        let mut bounds = Vec::with_capacity(assets * 3 + 1);
        bounds.push(0);
        let mut ends = Vec::with_capacity(runs.said.len());
        let mut edges = Vec::with_capacity(runs.said.len());
        let (mut links, mut guessed, mut standing) = (Vec::new(), Vec::new(), Standing::default());
        let mut classes: [Vec<(u32, EdgeKind)>; 3] = Default::default();
        for (from, window) in (0_u32..).zip(runs.bounds.array_windows()) {
            let [start, end] = *window;
            let run = &mut runs.said[start as usize..end as usize];
            run.sort_unstable();
            for said in run.chunk_by(|one, other| one >> 8 == other >> 8) {
                let Some(pair) = Pair::of(from, said) else {
                    continue;
                };
                pair.links(&mut links, &mut guessed);
                pair.stand(&mut standing);
                if let Some((class, kind)) = pair.edge() {
                    classes[class as usize].push((pair.to, kind));
                }
            }
            for (class, found) in [Class::Needed, Class::Shared, Class::Soft]
                .into_iter()
                .zip(&mut classes)
            {
                for (to, kind) in found.drain(..) {
                    ends.push(to);
                    edges.push(Edge::new(kind, class));
                }
                bounds.push(narrow(ends.len()));
            }
        }
        Self {
            out: Adjacency {
                bounds: bounds.into(),
                ends: ends.into(),
            },
            edges: edges.into(),
            links,
            guessed,
            standing,
        }
    }

    fn into_graph(self, groups: Groups) -> Graph {
        Graph::from_rows(
            self.out,
            self.edges,
            groups,
            self.links,
            self.guessed,
            self.standing,
        )
    }
}

impl Graph {
    /// A graph of what dependants say: the other direction follows from it.
    ///
    /// INVARIANT: `out` and `groups` are as their types say and agree with each other; links are below the number of assets.
    pub(super) fn from_rows(
        out: Adjacency,
        edges: Box<[Edge]>,
        groups: Groups,
        mut links: Vec<(u32, u32)>,
        mut guessed: Vec<(u32, u32)>,
        standing: Standing,
    ) -> Self {
        let (into, into_edge) = turned(&out);
        let assets = out.node_count();
        let stated_links = (!guessed.is_empty()).then(|| freeze_links(&links, assets));
        links.append(&mut guessed);
        Self {
            links: freeze_links(&links, assets),
            stated_links,
            out,
            into,
            edges,
            into_edge,
            groups,
            standing: standing.settled(),
            condensation: OnceLock::new(),
        }
    }
}

/// The adjacency from the other side, and for every of its entries the number of the edge.
fn turned(out: &Adjacency) -> (Adjacency, Box<[u32]>) {
    let key = |at: usize, end: u32| end as usize * 3 + at % 3;
    let runs = || out.bounds.array_windows().enumerate();
    let keys = runs().flat_map(|(at, [start, end])| {
        let run = &out.ends[*start as usize..*end as usize];
        run.iter().map(move |end| key(at, *end))
    });
    let mut bounds = counted(out.bounds.len() - 1, keys);
    let mut ends = vec![0_u32; out.ends.len()].into_boxed_slice();
    let mut edge_of = vec![0_u32; out.ends.len()].into_boxed_slice();
    for (at, [start, end]) in runs() {
        let from = narrow(at / 3);
        for edge in *start..*end {
            let slot = &mut bounds[key(at, out.ends[edge as usize]) + 1];
            ends[*slot as usize] = from;
            edge_of[*slot as usize] = edge;
            *slot += 1;
        }
    }
    bounds.truncate(out.bounds.len());
    let into = Adjacency {
        bounds: bounds.into(),
        ends,
    };
    (into, edge_of)
}

/// All that is said of one pair.
struct Pair<'r> {
    from: u32,
    to: u32,
    said: &'r [u64],
}

impl<'r> Pair<'r> {
    fn of(from: u32, said: &'r [u64]) -> Option<Self> {
        let to = u32::try_from(said.first()? >> 8).ok()?;
        Some(Self { from, to, said })
    }

    fn whats(&self) -> impl Iterator<Item = What> {
        self.said
            .iter()
            .map(|said| What::from_byte(said.to_le_bytes()[0]))
    }

    /// What several statements of one pair come to. A group absorbs a relation to its member.
    fn edge(&self) -> Option<(Class, EdgeKind)> {
        let class = self.whats().filter_map(What::member_class).min();
        let said = self.whats().filter_map(What::impact).min();
        let kind = said.map_or(EdgeKind::Member, |(_, kind)| kind);
        Some((class.or(said.map(|(class, _)| class))?, kind))
    }

    /// Every link is one of its own.
    fn links(&self, stated: &mut Vec<(u32, u32)>, inferred: &mut Vec<(u32, u32)>) {
        for what in self.whats().filter(|what| what.is_link()) {
            let list = if what.is_stated() {
                &mut *stated
            } else {
                &mut *inferred
            };
            list.push((self.from, self.to));
        }
    }

    fn stand(&self, standing: &mut Standing) {
        let pair = (self.from, self.to);
        let any = |is: fn(What) -> bool| self.whats().any(is);
        if any(What::hosts) {
            standing.hosted.push(pair);
        }
        if any(What::locates) {
            standing.located.push(pair);
        }
        if any(What::encloses) {
            standing.members.push(pair);
        }
        let carries = |what: What| what.impact().is_some();
        if self.whats().any(carries) && !self.whats().any(|what| carries(what) && what.is_stated()) {
            standing.inferred.push(pair);
        }
    }
}

/// INVARIANT: the builder has refused counts beyond u32.
pub(super) fn narrow(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn graph(relations: &[(u32, u32, Strength)], groups: &[(u32, &[u32], u32)]) -> Graph {
        let mut builder = GraphBuilder::new(6).unwrap();
        for (from, to, strength) in relations {
            builder.relation(*from, *to, &RelationKind::DependsOn, *strength);
        }
        for (asset, members, needs) in groups {
            builder.group(*asset, members.to_vec(), *needs);
        }
        builder.build().unwrap()
    }

    #[test]
    fn hard_wins_over_soft_and_a_pair_is_one_edge() {
        let mut builder = GraphBuilder::new(2).unwrap();
        builder.relation(0, 1, &RelationKind::AuthenticatesWith, Strength::Soft);
        builder.relation(0, 1, &RelationKind::Uses, Strength::Hard);
        builder.relation(0, 1, &RelationKind::RunsOn, Strength::Hard);
        builder.relation(1, 0, &RelationKind::BackedUpBy, Strength::Hard);
        let graph = builder.build().unwrap();
        let edge = Edge {
            kind: EdgeKind::RunsOn,
            strength: Strength::Hard,
        };
        assert_eq!((graph.link_count(), graph.edge(0, 1)), (1, Some(edge)));
        assert_eq!(graph.edge(1, 0), None);
    }

    #[test]
    fn a_group_absorbs_the_relation_to_its_member() {
        let graph = graph(
            &[
                (0, 1, Strength::Hard),
                (0, 3, Strength::Hard),
                (0, 4, Strength::Soft),
            ],
            &[(0, &[1, 2, 2], 1)],
        );
        assert_eq!(graph.needed_dependencies(0), [3]);
        assert_eq!(graph.hard_dependencies(0), [3, 1, 2]);
        assert_eq!(graph.dependencies(0), [3, 1, 2, 4]);
        assert_eq!(graph.edge(0, 2).unwrap().kind, EdgeKind::Member);
        assert_eq!(graph.edge(0, 1).unwrap().kind, EdgeKind::DependsOn);
        assert_eq!(graph.group(0).unwrap().quorum, 2);
        assert_eq!(graph.joined(1), [0]);
        assert_eq!(graph.spared_dependants(2), [0]);
    }

    #[test]
    fn a_group_without_a_spare_is_needed_even_beside_one_that_has_one() {
        let graph = graph(&[], &[(0, &[1, 2], 1), (0, &[1], 1)]);
        assert_eq!(graph.needed_dependencies(0), [1]);
        assert_eq!(graph.hard_dependencies(0), [1, 2]);
        assert_eq!(graph.groups_of(0), 0..2);
        assert_eq!(graph.groups_of(1), 2..2);
    }

    #[test]
    fn backward_edges_carry_the_weight_of_the_forward_ones() {
        let graph = graph(
            &[
                (0, 5, Strength::Soft),
                (1, 5, Strength::Hard),
                (2, 5, Strength::Hard),
            ],
            &[(3, &[4, 5], 1)],
        );
        assert_eq!(graph.dependants(5), [1, 2, 3, 0]);
        let range = graph.into.range(5, 0..3);
        let strengths: Vec<_> = graph.into_edge[range]
            .iter()
            .map(|edge| graph.edges[*edge as usize].strength)
            .collect();
        assert_eq!(
            strengths,
            [Strength::Hard, Strength::Hard, Strength::Hard, Strength::Soft]
        );
    }

    #[test]
    fn links_stand_at_both_ends_and_parallel_ones_twice() {
        let mut builder = GraphBuilder::new(9).unwrap();
        for (a, b) in [(7, 2), (2, 7), (2, 4), (4, 4)] {
            builder.relation(a, b, &RelationKind::ConnectsTo, Strength::Hard);
        }
        let graph = builder.build().unwrap();
        assert_eq!(graph.links().linked(), [2, 4, 7]);
        assert_eq!(graph.links().to(0), [1, 2, 2]);
        assert_eq!(graph.links().to(1), [0]);
        assert_eq!(graph.link_count(), 0);
    }

    #[test]
    fn counts_are_refused_from_where_32_bits_end() {
        let last = u32::MAX as usize - 1;
        assert!(fits(last, "relations").is_ok());
        for beyond in [last + 1, last + 2, usize::MAX] {
            assert_eq!(fits(beyond, "relations").unwrap_err().kind(), ErrorKind::TooLarge);
        }
        // A link stands at both its ends.
        assert!(fits((last / 2).saturating_mul(2), "network links").is_ok());
        assert!(fits((last / 2 + 1).saturating_mul(2), "network links").is_err());
    }
}
