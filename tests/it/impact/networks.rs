//! The network layer against known answers and brute force.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use serde::Deserialize;
use vcto::estate::{Asset, AssetKind, Relation, RelationKind, Strength};
use vcto::impact::{self, Network};
use vcto::{Estate, Inventory};

use super::model::{Case, Set, case, name, number, ordered};
use crate::common::shared;

/// Assets that stay linked to `start` when `gone` and one link are taken away.
fn linked(links: &[(usize, usize)], start: usize, gone: Option<usize>) -> Set {
    let mut reached = Set::from([start]);
    loop {
        let before = reached.len();
        for (a, b) in links.iter().filter(|(a, b)| Some(*a) != gone && Some(*b) != gone) {
            if reached.contains(a) || reached.contains(b) {
                reached.extend([*a, *b]);
            }
        }
        if reached.len() == before {
            return reached;
        }
    }
}

/// The pieces that an asset's part of the network falls into without it.
fn pieces(links: &[(usize, usize)], asset: usize) -> Vec<usize> {
    let mut rest = linked(links, asset, None);
    rest.remove(&asset);
    let mut pieces = Vec::new();
    while let Some(start) = rest.first().copied() {
        let piece = linked(links, start, Some(asset));
        rest.retain(|other| !piece.contains(other));
        pieces.push(piece.len());
    }
    pieces
}

fn bridges(network: &Network) -> BTreeSet<(usize, usize)> {
    let bridges = network.bridges();
    assert!(bridges.windows(2).all(|pair| pair[0] < pair[1]));
    bridges
        .iter()
        .map(|bridge| {
            assert!(bridge.0[0] < bridge.0[1]);
            let [a, b] = bridge.0.clone().map(|id| number(id.as_str()));
            (a.min(b), a.max(b))
        })
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn articulation_points_bridges_and_separation_are_what_taking_away_shows(case in network_case()) {
        let links = case.links();
        let network = impact::network(&case.estate());
        let points: Set = (0..case.assets).filter(|asset| pieces(&links, *asset).len() > 1).collect();
        prop_assert_eq!(ordered(&network.articulation_points()), points);
        for asset in 0..case.assets {
            let pieces = pieces(&links, asset);
            let separated = pieces.iter().sum::<usize>() - pieces.iter().max().copied().unwrap_or(0);
            prop_assert_eq!(network.separated_by(name(asset)).unwrap(), separated);
        }
        let cutting: BTreeSet<(usize, usize)> = (0..links.len())
            .filter(|index| {
                let mut rest = links.clone();
                let (a, b) = rest.swap_remove(*index);
                !linked(&rest, a, None).contains(&b)
            })
            .map(|index| links[index])
            .collect();
        prop_assert_eq!(bridges(&network), cutting);
    }

    #[test]
    fn relations_of_other_kinds_are_not_in_the_network(case in case()) {
        let network = impact::network(&case.estate());
        let ends: Set = case.links().into_iter().flat_map(|(a, b)| [a, b]).collect();
        prop_assert_eq!(network.asset_count(), ends.len());
    }
}

/// Up to twelve assets and links that make trees, rings, parallel links and several parts.
fn network_case() -> impl Strategy<Value = Case> {
    (2_usize..13).prop_flat_map(|assets| {
        let link = (0..assets, 0..assets).prop_filter("an asset has no link to itself", |(a, b)| a != b);
        proptest::collection::vec(link, 0..assets + 4).prop_map(move |links| Case {
            assets,
            relations: links
                .into_iter()
                .map(|(a, b)| (a, b, RelationKind::ConnectsTo, Strength::Hard))
                .collect(),
            groups: vec![],
        })
    })
}

#[test]
fn parallel_links_are_no_bridge_whichever_way_they_are_written() {
    let link = |a, b| (a, b, RelationKind::ConnectsTo, Strength::Hard);
    for second in [link(0, 1), link(1, 0)] {
        let case = Case {
            assets: 3,
            relations: vec![link(0, 1), second, link(1, 2)],
            groups: vec![],
        };
        let network = impact::network(&case.estate());
        assert_eq!(bridges(&network), BTreeSet::from([(1, 2)]));
        assert_eq!(ordered(&network.articulation_points()), Set::from([1]));
    }
}

#[derive(Deserialize)]
struct Topology {
    id: String,
    nodes: Vec<Node>,
    edges: Vec<(serde_json::Value, serde_json::Value)>,
}

#[derive(Deserialize)]
struct Node {
    id: serde_json::Value,
}

#[derive(Deserialize)]
struct Answer {
    articulation_points: BTreeSet<String>,
    bridges: Vec<(String, String)>,
    separated_by: BTreeMap<String, usize>,
}

fn text(id: &serde_json::Value) -> String {
    id.as_str().map_or_else(|| id.to_string(), str::to_owned)
}

fn estate(topology: &Topology) -> Estate {
    let asset = |node: &Node| Asset::new(text(&node.id).as_str(), AssetKind::Router);
    let link = |(a, b): &(_, _)| Relation::new(text(a).as_str(), text(b).as_str(), RelationKind::ConnectsTo);
    Estate::new(Inventory {
        assets: topology.nodes.iter().map(asset).collect(),
        relations: topology.edges.iter().map(link).collect(),
        ..Inventory::default()
    })
    .unwrap()
}

#[test]
fn the_124_real_networks_have_the_known_answers() {
    let Some(folder) = shared("data/topologies") else {
        return;
    };
    let read = |file| std::fs::read(folder.join(file)).unwrap();
    let topologies: Vec<Topology> = serde_json::from_slice(&read("topologies.json")).unwrap();
    let answers: BTreeMap<String, Answer> = serde_json::from_slice(&read("answers.json")).unwrap();
    assert_eq!((topologies.len(), answers.len()), (124, 124));
    for topology in &topologies {
        let (network, answer) = (impact::network(&estate(topology)), &answers[&topology.id]);
        let points: BTreeSet<String> = network
            .articulation_points()
            .iter()
            .map(|id| id.as_str().to_owned())
            .collect();
        assert_eq!(points, answer.articulation_points, "{}", topology.id);
        let pair = |a: &str, b: &str| {
            if a < b {
                (a.to_owned(), b.to_owned())
            } else {
                (b.to_owned(), a.to_owned())
            }
        };
        let found: BTreeSet<_> = network
            .bridges()
            .iter()
            .map(|bridge| pair(bridge.0[0].as_str(), bridge.0[1].as_str()))
            .collect();
        let known: BTreeSet<_> = answer.bridges.iter().map(|(a, b)| pair(a, b)).collect();
        assert_eq!(found, known, "{}", topology.id);
        for node in &topology.nodes {
            let id = text(&node.id);
            let known = answer.separated_by.get(&id).copied().unwrap_or(0);
            assert_eq!(network.separated_by(&id).unwrap(), known, "{} {id}", topology.id);
        }
    }
}
