//! A graph as plain lists, to be written and to be read back, and the checks that make a graph of lists from outside.

use super::groups::Draft;
use super::{Adjacency, Class, Edge, EdgeKind, Graph, Groups, Standing};
use crate::error::{Error, ErrorKind, Result};

type Pairs = Vec<(u32, u32)>;

/// What a graph says, each thing once: what follows from it is worked out again. The lists are those of the format
/// `vcto.topology/1`.
#[derive(Debug, Default)]
pub(in crate::estate) struct RawGraph {
    /// How many assets.
    pub(in crate::estate) assets: u32,
    /// Dependencies: the start of every class's run of every asset, and one more for the end.
    pub(in crate::estate) bounds: Box<[u32]>,
    pub(in crate::estate) ends: Box<[u32]>,
    /// What each dependency stands for.
    pub(in crate::estate) kinds: Vec<u8>,
    pub(in crate::estate) groups: RawGroups,
    /// Links of the network that somebody stated, the lower end first.
    pub(in crate::estate) links: Pairs,
    /// Those that a method inferred.
    pub(in crate::estate) guessed: Pairs,
    pub(in crate::estate) standing: Standing,
}

/// Requirement groups, one list a field.
#[derive(Debug, Default)]
pub(in crate::estate) struct RawGroups {
    pub(in crate::estate) assets: Vec<u32>,
    /// How many failed members fail the asset.
    pub(in crate::estate) quorums: Vec<u32>,
    /// How many members each has.
    pub(in crate::estate) sizes: Vec<u32>,
    pub(in crate::estate) members: Vec<u32>,
}

const KINDS: [EdgeKind; 6] = [
    EdgeKind::AuthenticatesWith,
    EdgeKind::DependsOn,
    EdgeKind::HostedOn,
    EdgeKind::RunsOn,
    EdgeKind::Uses,
    EdgeKind::Member,
];

impl Graph {
    /// The starts of the runs of dependencies: three classes an asset, and one more for the end.
    pub(in crate::estate) fn raw_bounds(&self) -> &[u32] {
        &self.out.bounds
    }

    /// The dependencies, by dependant.
    pub(in crate::estate) fn raw_ends(&self) -> &[u32] {
        &self.out.ends
    }

    /// What each dependency stands for.
    pub(in crate::estate) fn raw_kinds(&self) -> impl Iterator<Item = u8> {
        self.edges.iter().map(|edge| edge.kind as u8)
    }

    pub(in crate::estate) fn raw_groups(&self) -> RawGroups {
        let groups = &self.groups;
        RawGroups {
            assets: groups.asset.to_vec(),
            quorums: groups.quorum.to_vec(),
            sizes: groups
                .bounds
                .array_windows()
                .map(|[start, end]| end - start)
                .collect(),
            members: groups.members.to_vec(),
        }
    }

    /// The links that somebody stated, and those that were inferred: the lower end first, ascending.
    pub(in crate::estate) fn raw_links(&self) -> (Pairs, Pairs) {
        let Some(stated) = &self.stated_links else {
            return (self.links.pairs().collect(), Vec::new());
        };
        let stated: Pairs = stated.pairs().collect();
        let mut next = stated.iter().peekable();
        let guessed = self
            .links
            .pairs()
            .filter(|pair| next.next_if(|stated| *stated == pair).is_none())
            .collect();
        (stated, guessed)
    }
}

impl RawGraph {
    /// The graph, when the lists make one.
    ///
    /// # Errors
    /// `invalid_input` with the section at fault.
    pub(in crate::estate) fn checked(self) -> Result<Graph> {
        let Self {
            assets,
            bounds,
            ends,
            kinds,
            groups,
            mut links,
            mut guessed,
            standing,
        } = self;
        let out = rows(assets, bounds, ends)?;
        let edges = edges(&out, &kinds)?;
        let groups = groups.checked(assets)?;
        for (list, name) in [(&mut links, "links"), (&mut guessed, "inferred links")] {
            let sound = list.iter().all(|(a, b)| a < b && *b < assets) && list.is_sorted();
            sound.then_some(()).ok_or_else(|| {
                fault(
                    name,
                    "a link does not lead from a lower asset to a higher one, or is out of order",
                )
            })?;
        }
        for (list, name) in [
            (&standing.hosted, "hosted"),
            (&standing.located, "located"),
            (&standing.members, "within"),
            (&standing.inferred, "inferred"),
        ] {
            let sound = list.iter().all(|(a, b)| a != b && *a < assets && *b < assets);
            if !sound || !list.is_sorted_by(|a, b| a < b) {
                return Err(fault(name, "a pair is not of two assets, or is out of order"));
            }
        }
        let graph = Graph::from_rows(out, edges, groups, links, guessed, standing);
        graph.agrees()?;
        Ok(graph)
    }
}

fn fault(section: &'static str, message: &str) -> Error {
    Error::new(ErrorKind::InvalidInput, message).at(section)
}

/// Bounds ascend from nothing to everything; a run ascends, below the number of assets, without its own asset.
fn rows(assets: u32, bounds: Box<[u32]>, ends: Box<[u32]>) -> Result<Adjacency> {
    let sound = bounds.len() == assets as usize * 3 + 1
        && bounds.first() == Some(&0)
        && bounds.last().is_some_and(|last| *last as usize == ends.len())
        && bounds.is_sorted();
    if !sound {
        return Err(fault(
            "bounds",
            "the runs do not ascend from the first edge to the last",
        ));
    }
    let out = Adjacency { bounds, ends };
    for asset in 0..assets {
        for class in 0..3 {
            let run = out.run(asset, class..class + 1);
            let sound = run.is_sorted_by(|a, b| a < b)
                && run.last().is_none_or(|end| *end < assets)
                && run.binary_search(&asset).is_err();
            // One edge a pair: what is in a run is in none before it.
            let earlier = |end: &u32| (0..class).any(|c| out.run(asset, c..c + 1).binary_search(end).is_ok());
            if !sound || (class > 0 && run.iter().any(earlier)) {
                return Err(fault(
                    "ends",
                    "the dependencies of an asset are out of order, stand twice or are no assets",
                )
                .with("asset", asset));
            }
        }
    }
    Ok(out)
}

fn edges(out: &Adjacency, kinds: &[u8]) -> Result<Box<[Edge]>> {
    let mut edges = Vec::with_capacity(kinds.len());
    let classes = [Class::Needed, Class::Shared, Class::Soft].into_iter().cycle();
    for (window, class) in out.bounds.array_windows().zip(classes) {
        let [start, end] = *window;
        for kind in kinds.get(start as usize..end as usize).unwrap_or_default() {
            let Some(kind) = KINDS.get(usize::from(*kind)) else {
                return Err(fault("kinds", "a kind of edge that the format does not have"));
            };
            edges.push(Edge::new(*kind, class));
        }
    }
    if edges.len() != out.ends.len() {
        return Err(fault("kinds", "not one kind an edge"));
    }
    Ok(edges.into())
}

impl RawGroups {
    fn checked(self, assets: u32) -> Result<Groups> {
        let wrong = |message: &str| fault("groups", message);
        let mut drafts: Vec<Draft> = Vec::with_capacity(self.assets.len());
        let mut rest = self.members.as_slice();
        let fields = self.assets.iter().zip(&self.quorums).zip(&self.sizes);
        for ((asset, quorum), size) in fields {
            let (members, behind) = rest
                .split_at_checked(*size as usize)
                .ok_or_else(|| wrong("the groups have more members than there are"))?;
            rest = behind;
            let sound = *asset < assets
                && (1..=*size).contains(quorum)
                && members.is_sorted_by(|a, b| a < b)
                && members.last().is_some_and(|last| *last < assets)
                && members.binary_search(asset).is_err();
            let draft = Draft {
                asset: *asset,
                members: members.to_vec(),
                quorum: *quorum,
            };
            if !sound || drafts.last().is_some_and(|last| *last >= draft) {
                return Err(wrong("a group is out of order, or no asset can have it"));
            }
            drafts.push(draft);
        }
        if !rest.is_empty() || drafts.len() != self.assets.len() {
            return Err(wrong("there are members without a group"));
        }
        Ok(Groups::of(&drafts, assets))
    }
}

impl Graph {
    /// Fails unless edges, groups and what stands where say the same of every pair.
    fn agrees(&self) -> Result<()> {
        let numbers = 0..u32::try_from(self.group_count()).unwrap_or(u32::MAX);
        let mut members: Vec<(u32, u32, Class)> = numbers
            .filter_map(|number| self.group(number))
            .flat_map(|group| {
                let class = if group.quorum == 1 {
                    Class::Needed
                } else {
                    Class::Shared
                };
                group
                    .members
                    .iter()
                    .map(move |member| (group.asset, *member, class))
            })
            .collect();
        members.sort_unstable();
        members.dedup_by_key(|(asset, member, _)| (*asset, *member));
        let (mut spared, mut unlisted) = (0_usize, 0_usize);
        for (asset, member, class) in members {
            let class_range = class as usize..class as usize + 1;
            if self.out.run(asset, class_range).binary_search(&member).is_err() {
                return Err(fault("groups", "a member is no dependency of its class"));
            }
            spared += usize::from(class == Class::Shared);
            let kind = self.edge(asset, member).map(|edge| edge.kind);
            unlisted += usize::from(kind == Some(EdgeKind::Member));
        }
        let runs = self.out.bounds.array_windows().skip(1).step_by(3);
        let in_run: usize = runs.map(|[start, end]| (end - start) as usize).sum();
        let kinds = self.edges.iter().map(|edge| edge.kind);
        if in_run != spared || kinds.filter(|kind| *kind == EdgeKind::Member).count() != unlisted {
            return Err(fault("groups", "a dependency is of a group that is not there"));
        }
        let told = |pair: &(u32, u32)| {
            self.edge(pair.0, pair.1)
                .is_some_and(|edge| edge.kind != EdgeKind::Member)
        };
        for (list, name) in [
            (&self.standing.hosted, "hosted"),
            (&self.standing.inferred, "inferred"),
        ] {
            if !list.iter().all(told) {
                return Err(fault(name, "a pair without its dependency"));
            }
        }
        Ok(())
    }
}
