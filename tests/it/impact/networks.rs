//! The network layer against known answers and brute force.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use serde::Deserialize;
use vcto::estate::{Asset, AssetKind, Relation, RelationKind, Strength};
use vcto::impact::{self, Network, NetworkOptions, NetworkView};
use vcto::{ErrorKind, Estate, Inventory};

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

/// Whether one is linked to the other by ways that need no third asset: taking any single one away leaves them linked.
fn inseparable(links: &[(usize, usize)], a: usize, b: usize) -> bool {
    let others = links.iter().flat_map(|(a, b)| [*a, *b]);
    let held = |gone: Option<usize>| linked(links, a, gone).contains(&b);
    held(None)
        && others
            .filter(|one| *one != a && *one != b)
            .all(|gone| held(Some(gone)))
}

/// Two-connected components by their definition: the largest sets of assets that are inseparable two by two.
fn blocks(links: &[(usize, usize)], assets: usize) -> BTreeSet<Set> {
    let mut blocks = BTreeSet::new();
    for (a, b) in links {
        // The block of a link is all that is inseparable from both its ends.
        let other = |one: &usize| {
            *one == *a || *one == *b || (inseparable(links, *one, *a) && inseparable(links, *one, *b))
        };
        blocks.insert((0..assets).filter(other).collect());
    }
    blocks
}

/// The panels and circuits of a case: every second asset may be one.
fn wired(case: &Case, passing: &[Option<AssetKind>]) -> Estate {
    let mut inventory = case.inventory();
    for (asset, kind) in inventory.assets.iter_mut().zip(passing) {
        asset.kind = kind.clone().unwrap_or(AssetKind::Switch);
    }
    Estate::new(inventory).unwrap()
}

/// Links with every wire drawn through, one after the other from the raw record: a wire is known by its two neighbours
/// there.
fn drawn(links: &[(usize, usize)], passing: &Set) -> (Vec<(usize, usize)>, Set) {
    let neighbours = |links: &[(usize, usize)], asset: usize| -> Vec<usize> {
        let ends = links.iter().filter(|(a, b)| *a == asset || *b == asset);
        ends.map(|(a, b)| if *a == asset { *b } else { *a }).collect()
    };
    let is_wire = |asset: &&usize| neighbours(links, **asset).iter().collect::<BTreeSet<_>>().len() == 2;
    let wires: Set = passing.iter().filter(is_wire).copied().collect();
    let in_ring = |wire: &usize| {
        // Whatever it is linked to over wires alone is a wire: no end.
        let part = linked(
            &links
                .iter()
                .copied()
                .filter(|(a, b)| wires.contains(a) || wires.contains(b))
                .collect::<Vec<_>>(),
            *wire,
            None,
        );
        let over = |other: &usize| !wires.contains(other);
        !part.iter().any(over)
    };
    let collapsed: Set = wires.iter().copied().filter(|wire| !in_ring(wire)).collect();
    let mut links = links.to_vec();
    for wire in &collapsed {
        let around = neighbours(&links, *wire);
        links.retain(|(a, b)| a != wire && b != wire);
        let ends: BTreeSet<usize> = around.iter().copied().collect();
        let ends: Vec<usize> = ends.into_iter().collect();
        let [a, b] = ends[..] else { continue };
        let count = |end: usize| around.iter().filter(|one| **one == end).count();
        links.extend(std::iter::repeat_n((a.min(b), a.max(b)), count(a).min(count(b))));
    }
    (links, collapsed)
}

fn wired_case() -> impl Strategy<Value = (Case, Vec<Option<AssetKind>>)> {
    let kind = prop_oneof![
        Just(None),
        Just(Some(AssetKind::PatchPanel)),
        Just(Some(AssetKind::Circuit)),
        Just(Some(AssetKind::Other("patch_panel".into()))),
    ];
    (network_case(), proptest::collection::vec(kind, 12))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn blocks_are_the_largest_sets_of_which_no_asset_holds_the_others_together(case in network_case()) {
        let network = impact::network(&case.estate());
        let found = network.blocks();
        prop_assert!(found.is_sorted());
        let found: BTreeSet<Set> = found.iter().map(|block| ordered(block)).collect();
        prop_assert_eq!(&found, &blocks(&case.links(), case.assets));
        for (a, b) in bridges(&network) {
            prop_assert!(found.contains(&Set::from([a, b])));
        }
    }

    #[test]
    fn a_collapsed_view_is_that_of_the_network_with_its_wires_drawn_through((case, passing) in wired_case()) {
        let estate = wired(&case, &passing);
        let passes: Set = (0..case.assets).filter(|asset| passing[*asset].is_some()).collect();
        let (links, wires) = drawn(&case.links(), &passes);
        let linked: Set = case.links().into_iter().flat_map(|(a, b)| [a, b]).collect();
        let network = impact::network_with(&estate, &NetworkOptions::new().collapse_pass_through());
        let NetworkView::Collapsed { collapsed, kept } = network.view() else {
            panic!("it was asked for");
        };
        prop_assert_eq!(ordered(&collapsed), wires.clone());
        prop_assert_eq!(ordered(&kept), &(&passes & &linked) - &wires);
        let expected = Case {
            relations: links.iter().map(|(a, b)| (*a, *b, RelationKind::ConnectsTo, Strength::Hard)).collect(),
            ..case.clone()
        };
        let plain = impact::network(&expected.estate());
        prop_assert_eq!(network.articulation_points(), plain.articulation_points());
        prop_assert_eq!(network.bridges(), plain.bridges());
        prop_assert_eq!(network.blocks(), plain.blocks());
        prop_assert_eq!(network.asset_count(), plain.asset_count());
        for asset in 0..case.assets {
            let separated = network.separated_by(name(asset));
            if wires.contains(&asset) {
                prop_assert_eq!(separated.unwrap_err().kind(), ErrorKind::InvalidInput);
            } else {
                prop_assert_eq!(separated.unwrap(), plain.separated_by(name(asset)).unwrap());
            }
        }
        prop_assert_eq!(impact::network(&estate).view(), NetworkView::Raw);
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
