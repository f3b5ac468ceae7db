//! Makes a [`Graph`] from checked relations and groups, in linear time.

#![expect(
    clippy::indexing_slicing,
    reason = "every position was checked on entry, every offset is a prefix sum over the same entries"
)]

use std::sync::OnceLock;

use super::{Adjacency, Class, Edge, EdgeKind, Graph, Groups, Links, Standing};
use crate::error::{Error, ErrorKind, Result};
use crate::estate::relation::{RelationKind, Strength};

/// Collects relations and groups by position; [`build`](Self::build) freezes them. The order of calls does not matter.
///
/// The caller has checked what the format asks: known ends, 1 <= needs <= members, no dependant in its own group, no
/// stated soft relation to a member.
#[derive(Debug)]
pub(crate) struct GraphBuilder {
    assets: u32,
    stated: Vec<Stated>,
    groups: Vec<Draft>,
    links: Vec<(u32, u32)>,
    /// Links that were inferred.
    guessed: Vec<(u32, u32)>,
    standing: Standing,
}

/// So many that positions and numbers of components both fit `u32` side by side.
const MOST_ASSETS: u32 = u32::MAX / 2 - 1;

/// One thing said of a pair.
#[derive(Clone, Copy, Debug)]
struct Stated {
    from: u32,
    to: u32,
    class: Class,
    kind: EdgeKind,
}

/// A group before its members have their place. Ordered by dependant first.
#[derive(Debug, Eq, Ord, PartialEq, PartialOrd)]
struct Draft {
    asset: u32,
    members: Vec<u32>,
    quorum: u32,
}

impl GraphBuilder {
    /// A builder for this many assets.
    pub(crate) fn new(assets: usize) -> Result<Self> {
        let assets = u32::try_from(assets)
            .ok()
            .filter(|count| *count <= MOST_ASSETS)
            .ok_or_else(|| too_large("assets"))?;
        Ok(Self {
            assets,
            stated: Vec::new(),
            groups: Vec::new(),
            links: Vec::new(),
            guessed: Vec::new(),
            standing: Standing::default(),
        })
    }

    /// Adds a relation that was stated. Kinds that say nothing of impact, network or place are passed over, and so is a
    /// relation to itself.
    pub(crate) fn relation(&mut self, from: u32, to: u32, kind: &RelationKind, strength: Strength) {
        if !self.is_pair(from, to) {
            return;
        }
        self.standing.add(from, to, kind, strength);
        if *kind == RelationKind::ConnectsTo {
            self.links.push((from, to));
        } else {
            self.impact(from, to, kind, strength);
        }
    }

    /// Adds a relation that was inferred: it says nothing of where things stand.
    pub(crate) fn guess(&mut self, from: u32, to: u32, kind: &RelationKind, strength: Strength) {
        if !self.is_pair(from, to) {
            return;
        }
        if *kind == RelationKind::ConnectsTo {
            self.guessed.push((from, to));
        } else {
            self.impact(from, to, kind, strength);
        }
    }

    /// Notes that every impact relation of this pair was inferred.
    pub(crate) fn only_guessed(&mut self, from: u32, to: u32) {
        self.standing.inferred.push((from, to));
    }

    fn is_pair(&self, from: u32, to: u32) -> bool {
        from != to && from < self.assets && to < self.assets
    }

    fn impact(&mut self, from: u32, to: u32, kind: &RelationKind, strength: Strength) {
        if let Some(kind) = EdgeKind::of(kind) {
            let class = match strength {
                Strength::Hard => Class::Needed,
                Strength::Soft => Class::Soft,
            };
            self.stated.push(Stated {
                from,
                to,
                class,
                kind,
            });
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
        fits(self.stated.len().saturating_add(members), "relations")?;
        let links = self.links.len().saturating_add(self.guessed.len());
        fits(links.saturating_mul(2), "network links")?;
        let groups = freeze_groups(&self.groups, self.assets);
        let merged = merge(self.stated, &self.groups, self.assets);
        let stated_links =
            (!self.guessed.is_empty()).then(|| freeze_links(&self.links, self.assets as usize));
        self.links.append(&mut self.guessed);
        let links = freeze_links(&self.links, self.assets as usize);

        let key_from = |edge: &Stated| edge.from as usize * 3 + edge.class as usize;
        let key_to = |edge: &Stated| edge.to as usize * 3 + edge.class as usize;
        let keys = self.assets as usize * 3;
        let (out_bounds, placed) = scatter(&merged, keys, key_from);
        let (into_bounds, backward) = scatter(&placed, keys, key_to);
        drop(merged);
        let out_ends = placed.iter().map(|edge| edge.to).collect();
        let edges = placed
            .iter()
            .map(|edge| Edge {
                kind: edge.kind,
                strength: match edge.class {
                    Class::Needed | Class::Shared => Strength::Hard,
                    Class::Soft => Strength::Soft,
                },
            })
            .collect();
        let into_edge = positions(&placed, &into_bounds, key_to);
        Ok(Graph {
            out: Adjacency {
                bounds: out_bounds,
                ends: out_ends,
            },
            into: Adjacency {
                bounds: into_bounds,
                ends: backward.iter().map(|edge| edge.from).collect(),
            },
            edges,
            into_edge,
            groups,
            links,
            stated_links,
            standing: self.standing.settled(),
            condensation: OnceLock::new(),
        })
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
fn scatter<T: Copy>(items: &[T], keys: usize, key: impl Fn(&T) -> usize) -> (Box<[u32]>, Vec<T>) {
    let mut bounds = vec![0_u32; keys + 1];
    for item in items {
        bounds[key(item) + 1] += 1;
    }
    for index in 1..bounds.len() {
        bounds[index] += bounds[index - 1];
    }
    let Some(first) = items.first() else {
        return (bounds.into(), Vec::new());
    };
    let mut next = bounds.clone();
    let mut sorted = vec![*first; items.len()];
    for item in items {
        let slot = &mut next[key(item)];
        sorted[*slot as usize] = *item;
        *slot += 1;
    }
    (bounds.into(), sorted)
}

/// Where each item came from, in the order of [`scatter`].
fn positions<T>(items: &[T], bounds: &[u32], key: impl Fn(&T) -> usize) -> Box<[u32]> {
    let mut next = bounds.to_vec();
    let mut from = vec![0_u32; items.len()];
    for (index, item) in (0_u32..).zip(items) {
        let slot = &mut next[key(item)];
        from[*slot as usize] = index;
        *slot += 1;
    }
    from.into()
}

/// One entry a pair, ascending by pair: what was stated and what the groups say, hard before soft.
fn merge(mut stated: Vec<Stated>, groups: &[Draft], assets: u32) -> Vec<Stated> {
    for group in groups {
        let class = if group.quorum == 1 {
            Class::Needed
        } else {
            Class::Shared
        };
        stated.extend(group.members.iter().map(|member| Stated {
            from: group.asset,
            to: *member,
            class,
            kind: EdgeKind::Member,
        }));
    }
    let (_, by_end) = scatter(&stated, assets as usize, |edge| edge.to as usize);
    drop(stated);
    let (_, sorted) = scatter(&by_end, assets as usize, |edge| edge.from as usize);
    drop(by_end);
    sorted
        .chunk_by(|one, other| one.from == other.from && one.to == other.to)
        .filter_map(merge_pair)
        .collect()
}

/// What several statements of one pair come to. A group absorbs a relation to its member.
fn merge_pair(pair: &[Stated]) -> Option<Stated> {
    let first = pair.first()?;
    let member = |edge: &&Stated| edge.kind == EdgeKind::Member;
    let class = pair.iter().filter(member).map(|edge| edge.class).min();
    let said = pair
        .iter()
        .filter(|edge| !member(edge))
        .map(|edge| (edge.class, edge.kind))
        .min();
    Some(Stated {
        class: class.or(said.map(|(class, _)| class))?,
        kind: said.map_or(EdgeKind::Member, |(_, kind)| kind),
        ..*first
    })
}

fn freeze_groups(drafts: &[Draft], assets: u32) -> Groups {
    let mut bounds = vec![0_u32];
    let mut members = Vec::new();
    let mut joined = Vec::new();
    for (number, draft) in (0_u32..).zip(drafts) {
        members.extend_from_slice(&draft.members);
        bounds.push(bounds.last().copied().unwrap_or(0) + narrow(draft.members.len()));
        if draft.quorum > 1 {
            joined.extend(draft.members.iter().map(|member| (*member, number)));
        }
    }
    let (joined_bounds, joined) = if joined.is_empty() {
        (Box::default(), Vec::new())
    } else {
        scatter(&joined, assets as usize, |(member, _)| *member as usize)
    };
    Groups {
        asset: drafts.iter().map(|draft| draft.asset).collect(),
        quorum: drafts.iter().map(|draft| draft.quorum).collect(),
        members: members.into(),
        bounds: bounds.into(),
        joined: joined.into_iter().map(|(_, group)| group).collect(),
        joined_bounds,
    }
}

/// INVARIANT: the builder has refused counts beyond u32.
fn narrow(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

pub(super) fn freeze_links(links: &[(u32, u32)], assets: usize) -> Links {
    if links.is_empty() {
        return Links {
            linked: Box::default(),
            bounds: Box::default(),
            ends: Box::default(),
        };
    }
    let mut index_of = vec![u32::MAX; assets];
    for (a, b) in links {
        index_of[*a as usize] = 0;
        index_of[*b as usize] = 0;
    }
    let mut linked = Vec::new();
    for (asset, index) in (0_u32..).zip(&mut index_of) {
        if *index == 0 {
            *index = narrow(linked.len());
            linked.push(asset);
        }
    }
    let both: Vec<(u32, u32)> = links
        .iter()
        .map(|(a, b)| (index_of[*a as usize], index_of[*b as usize]))
        .flat_map(|(a, b)| [(a, b), (b, a)])
        .collect();
    let (_, by_end) = scatter(&both, linked.len(), |(_, to)| *to as usize);
    let (bounds, sorted) = scatter(&by_end, linked.len(), |(from, _)| *from as usize);
    Links {
        linked: linked.into(),
        bounds,
        ends: sorted.into_iter().map(|(_, to)| to).collect(),
    }
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
