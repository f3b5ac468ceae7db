//! What an estate says before anything fails: where each asset is on the network, at which site, and which ways lead out.

use super::exits::{Exits, Ways};
use super::pieces::{Pieces, whole};
use super::sets::{Gaps, NONE, Sets, run};
use super::traits::Traits;
use crate::estate::{AssetKind, Estate, Graph, Links};

/// Made once for an estate, read by every what-if.
#[derive(Clone, Debug)]
pub(super) struct Ground {
    pub(super) estate: Estate,
    /// Where an asset is on the network, by index among the linked assets: at itself, or at the hosts that it stands on.
    pub(super) places: Sets,
    /// The sites of an asset: where it is located, or where its hosts are.
    pub(super) homes: Sets,
    pub(super) exits: Exits,
    /// Pairs of which the second carries the first by inference alone, ascending.
    pub(super) inferred: Vec<(u32, u32)>,
    /// What matters of each asset.
    pub(super) traits: Vec<Traits>,
    /// The piece of every linked asset, and how many pieces there are.
    labels: (Vec<u32>, u32),
    ways: Ways,
    /// Set of places and asset, for assets without a link of their own; ascending.
    guests: Vec<(u32, u32)>,
    /// Node and set, for sets of more than one place; ascending.
    shared: Vec<(u32, u32)>,
}

impl Ground {
    pub(super) fn new(estate: &Estate) -> Self {
        let graph = estate.graph();
        let linked: Vec<(u32, u32)> = graph.stated_links().linked().iter().copied().zip(0..).collect();
        let inferred = inferred(graph);
        let traits = Traits::of_all(estate, &inferred);
        let standing = standing(estate);
        let homes = homes(graph, &traits, &standing);
        let exits = Exits::of(estate, &traits, &homes, &inferred);
        let labels = whole(graph.stated_links());
        let ways = Ways::new(&exits, labels.1, |node| label_at(&labels.0, node));
        let places = Sets::spread(estate.asset_count(), &linked, &standing, Gaps::Spread);
        Self {
            guests: guests(graph, &places),
            shared: shared(graph, &places),
            inferred,
            traits,
            estate: estate.clone(),
            places,
            homes,
            exits,
            labels,
            ways,
        }
    }

    pub(super) fn graph(&self) -> &Graph {
        self.estate.graph()
    }

    /// The links that somebody stated: what was only inferred proves no way.
    pub(super) fn links(&self) -> &Links {
        self.graph().stated_links()
    }

    /// The network as it is recorded.
    pub(super) fn pieces(&self) -> Pieces<'_> {
        Pieces::new(self.links(), self.labels.0.clone(), self.labels.1)
    }

    /// The ways out of the network as it is recorded.
    pub(super) fn ways(&self) -> &Ways {
        &self.ways
    }

    /// The piece of a node of the network as it is recorded.
    pub(super) fn label(&self, node: u32) -> u32 {
        label_at(&self.labels.0, node)
    }

    /// The asset at a node.
    pub(super) fn asset_at(&self, node: u32) -> Option<u32> {
        self.links().linked().get(node as usize).copied()
    }

    /// The node that an asset is itself.
    pub(super) fn node_of(&self, asset: u32) -> Option<u32> {
        let set = self.places.of(asset)?;
        // INVARIANT: the sets of linked assets come first, in their order.
        (self.asset_at(set) == Some(asset)).then_some(set)
    }

    /// The assets that are on the network at this node.
    pub(super) fn assets_on(&self, node: u32) -> impl Iterator<Item = u32> {
        let guests = |set: u32| run(&self.guests, set).iter().map(|(_, asset)| *asset);
        let shared = run(&self.shared, node).iter();
        let own = self.asset_at(node).into_iter().chain(guests(node));
        own.chain(shared.flat_map(move |(_, set)| guests(*set)))
    }

    /// Whether two assets had a way to each other; `None` where one is not on the network.
    pub(super) fn were_joined(&self, a: u32, b: u32) -> Option<bool> {
        joined(self.places.at(a), self.places.at(b), |node| self.label(node))
    }

    pub(super) fn is_inferred(&self, from: u32, to: u32) -> bool {
        self.inferred.binary_search(&(from, to)).is_ok()
    }
}

/// Whether two sets of places share a piece; `None` where one has no place that is left.
pub(super) fn joined(a: &[u32], b: &[u32], label: impl Fn(u32) -> u32) -> Option<bool> {
    let left = |places: &[u32]| {
        let mut labels: Vec<u32> = places
            .iter()
            .map(|node| label(*node))
            .filter(|label| *label != NONE)
            .collect();
        labels.sort_unstable();
        labels
    };
    if let ([a], [b]) = (a, b) {
        let (a, b) = (label(*a), label(*b));
        return (a != NONE && b != NONE).then_some(a == b);
    }
    let (a, b) = (left(a), left(b));
    if a.is_empty() || b.is_empty() {
        return None;
    }
    Some(a.iter().any(|label| b.binary_search(label).is_ok()))
}

fn label_at(labels: &[u32], node: u32) -> u32 {
    labels.get(node as usize).copied().unwrap_or(NONE)
}

/// What stands on what: hosts, the other members of a group that has a host in it, and the members of a cluster.
fn standing(estate: &Estate) -> Vec<(u32, u32)> {
    let graph = estate.graph();
    let told = graph.standing();
    let mut pairs = Vec::new();
    for hosts in told.hosted.chunk_by(|(asset, _), (other, _)| asset == other) {
        let Some((asset, _)) = hosts.first().copied() else {
            continue;
        };
        pairs.extend_from_slice(hosts);
        for group in graph.groups_of(asset).filter_map(|number| graph.group(number)) {
            let mut members = group.members.iter();
            if members.any(|member| hosts.binary_search(&(asset, *member)).is_ok()) {
                pairs.extend(group.members.iter().map(|member| (asset, *member)));
            }
        }
    }
    let is_cluster = |asset: u32| kind_is(estate, asset, &AssetKind::Cluster);
    let clustered = told.members.iter().filter(|(_, whole)| is_cluster(*whole));
    pairs.extend(clustered.map(|(member, cluster)| (*cluster, *member)));
    pairs.sort_unstable();
    pairs.dedup();
    // A cluster whose hosts are not recorded says nothing of where its machines are.
    let known = pairs.clone();
    pairs.retain(|(_, host)| {
        !is_cluster(*host)
            || graph.stated_links().linked().binary_search(host).is_ok()
            || !run(&known, *host).is_empty()
    });
    pairs
}

/// The sites of each asset: the nearest above it, or where what it stands on is.
fn homes(graph: &Graph, traits: &[Traits], standing: &[(u32, u32)]) -> Sets {
    let sites: Vec<(u32, u32)> = (0..)
        .zip(traits)
        .filter(|(_, about)| about.is_site())
        .map(|(at, _)| (at, at))
        .collect();
    let located = &graph.standing().located;
    let mut pairs = located.clone();
    pairs.extend(
        standing
            .iter()
            .filter(|(asset, _)| run(located, *asset).is_empty()),
    );
    pairs.sort_unstable();
    Sets::spread(graph.asset_count(), &sites, &pairs, Gaps::PassedOver)
}

/// Pairs of which every impact relation is inferred and which no group holds.
fn inferred(graph: &Graph) -> Vec<(u32, u32)> {
    let pairs = graph.standing().inferred.iter().copied();
    pairs.filter(|(from, to)| !is_member(graph, *from, *to)).collect()
}

/// Whether a group of the first holds the second.
fn is_member(graph: &Graph, asset: u32, member: u32) -> bool {
    let mut groups = graph.groups_of(asset).filter_map(|number| graph.group(number));
    groups.any(|group| group.members.binary_search(&member).is_ok())
}

/// The method by which the first was inferred to need the second.
pub(super) fn method(estate: &Estate, from: u32, to: u32) -> Option<&str> {
    let (from, to) = (estate.id(from)?, estate.id(to)?);
    let relations = estate.relations();
    let start = relations.partition_point(|relation| (&relation.from, &relation.to) < (from, to));
    let mut same = relations
        .get(start..)?
        .iter()
        .take_while(|relation| (&relation.from, &relation.to) == (from, to));
    same.find_map(|relation| {
        let carries = relation.kind.carries_impact();
        carries.then(|| relation.inference()).flatten()
    })
    .map(|method| method.raw().as_str())
}

fn guests(graph: &Graph, places: &Sets) -> Vec<(u32, u32)> {
    let mut guests: Vec<(u32, u32)> = (0..)
        .take(graph.asset_count())
        .filter_map(|asset| Some((places.of(asset)?, asset)))
        .filter(|(set, asset)| graph.stated_links().linked().get(*set as usize) != Some(asset))
        .collect();
    guests.sort_unstable();
    guests
}

fn shared(graph: &Graph, places: &Sets) -> Vec<(u32, u32)> {
    // INVARIANT: there are fewer links than `NONE`.
    let singles = u32::try_from(graph.stated_links().linked().len()).unwrap_or(NONE);
    let mut shared: Vec<(u32, u32)> = (singles..places.count())
        .flat_map(|set| places.items(set).iter().map(move |node| (*node, set)))
        .collect();
    shared.sort_unstable();
    shared
}

pub(super) fn kind_is(estate: &Estate, asset: u32, kind: &AssetKind) -> bool {
    estate
        .assets()
        .get(asset as usize)
        .is_some_and(|asset| asset.kind == *kind)
}
