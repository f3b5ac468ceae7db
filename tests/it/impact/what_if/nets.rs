//! Networks with known answers, and large ones.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use vcto::estate::{Asset, AssetKind, Relation, RelationKind};
use vcto::impact::WhatIfSimulator;
use vcto::{Estate, Inventory};

use crate::common::shared;

fn text(id: &Value) -> String {
    id.as_str().map_or_else(|| id.to_string(), str::to_owned)
}

/// Nodes that are linked to `start` without passing `gone`.
fn reach<'a>(links: &BTreeMap<&'a str, BTreeSet<&'a str>>, start: &'a str, gone: &str) -> BTreeSet<&'a str> {
    let (mut reached, mut queue) = (BTreeSet::from([start]), vec![start]);
    while let Some(node) = queue.pop() {
        for next in links.get(node).into_iter().flatten() {
            if *next != gone && reached.insert(next) {
                queue.push(next);
            }
        }
    }
    reached
}

/// With the way out at a node of the largest rest, as many routers lose it as networkx says are separated; and in any
/// case those that a search does not find.
#[test]
fn the_124_real_networks_lose_their_way_out_as_is_known() {
    let Some(folder) = shared("data/topologies") else {
        return;
    };
    let read =
        |file| -> Value { serde_json::from_slice(&std::fs::read(folder.join(file)).unwrap()).unwrap() };
    let (topologies, answers) = (read("topologies.json"), read("answers.json"));
    let mut points = 0;
    for topology in topologies.as_array().unwrap() {
        let nodes: Vec<String> = topology["nodes"]
            .as_array()
            .unwrap()
            .iter()
            .map(|node| text(&node["id"]))
            .collect();
        let edges: Vec<(String, String)> = topology["edges"]
            .as_array()
            .unwrap()
            .iter()
            .map(|edge| (text(&edge[0]), text(&edge[1])))
            .filter(|(a, b)| a != b)
            .collect();
        let mut links: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for (a, b) in &edges {
            links.entry(a).or_default().insert(b);
            links.entry(b).or_default().insert(a);
        }
        for (point, separated) in answers[text(&topology["id"])]["separated_by"]
            .as_object()
            .unwrap()
        {
            let pieces = nodes
                .iter()
                .filter(|node| *node != point)
                .map(|node| reach(&links, node, point));
            let largest = pieces.max_by_key(BTreeSet::len).unwrap();
            let exit = *largest.first().unwrap();
            let mut assets: Vec<Asset> = nodes
                .iter()
                .map(|node| Asset::new(node.as_str(), AssetKind::Switch))
                .collect();
            assets.push(Asset::new("the line", AssetKind::Circuit));
            let link = |a: &str, b: &str| Relation::new(a, b, RelationKind::ConnectsTo);
            let mut relations: Vec<Relation> = edges.iter().map(|(a, b)| link(a, b)).collect();
            relations.push(link(exit, "the line"));
            let estate = Estate::new(Inventory {
                assets,
                relations,
                ..Inventory::default()
            })
            .unwrap();
            let found = WhatIfSimulator::new(&estate).what_if([point]).unwrap();
            let whole = reach(&links, exit, "");
            let known: BTreeSet<&str> = whole
                .iter()
                .copied()
                .filter(|node| node != point && !largest.contains(node))
                .collect();
            let cut: BTreeSet<&str> = found.cut_off.iter().map(AsRef::as_ref).collect();
            assert_eq!(cut, known, "{} {point}", topology["id"]);
            assert_eq!(
                cut.len() as u64,
                separated.as_u64().unwrap(),
                "{} {point}",
                topology["id"]
            );
            assert!(
                found
                    .why(cut.first().unwrap())
                    .unwrap()
                    .unwrap()
                    .ends_with(&format!("since {point} is out of service."))
            );
            points += 1;
        }
    }
    assert!(points > 500, "{points}");
}

fn many(count: usize, relation: impl Fn(usize) -> Vec<(usize, RelationKind)>) -> Estate {
    let id = |at: usize| format!("{at:08}");
    let kind = |at: usize| {
        if at == 0 {
            AssetKind::Circuit
        } else {
            AssetKind::Switch
        }
    };
    Estate::new(Inventory {
        assets: (0..count)
            .map(|at| Asset::new(id(at).as_str(), kind(at)))
            .collect(),
        relations: (0..count)
            .flat_map(|at| relation(at).into_iter().map(move |(to, kind)| (at, to, kind)))
            .map(|(at, to, kind)| Relation::new(id(at).as_str(), id(to).as_str(), kind))
            .collect(),
        ..Inventory::default()
    })
    .unwrap()
}

fn on_a_small_stack(work: impl FnOnce() + Send + 'static) {
    let thread = std::thread::Builder::new().stack_size(256 * 1024).spawn(work);
    thread.unwrap().join().unwrap();
}

const MANY: usize = 60_000;

/// Each round cuts off one more device of a chain: a search of all that is left in each round would take hours.
#[test]
fn a_chain_that_comes_apart_round_by_round_takes_no_longer_than_it_is() {
    on_a_small_stack(|| {
        // Odd ones make a chain from the way out, each with a leaf, and need the leaf of the next.
        let estate = many(MANY, |at| match at {
            0 => vec![(1, RelationKind::ConnectsTo)],
            _ if at % 2 == 0 => vec![(at - 1, RelationKind::ConnectsTo)],
            _ if at + 3 < MANY => vec![
                (at + 2, RelationKind::ConnectsTo),
                (at + 3, RelationKind::DependsOn),
            ],
            _ => vec![],
        });
        let last = format!("{:08}", MANY - 3);
        let found = WhatIfSimulator::new(&estate).what_if([&last]).unwrap();
        assert_eq!(found.failed.len(), 1);
        // All but the circuit, which is the outside itself, and the last one, which has no link.
        assert_eq!(found.cut_off.len(), MANY - 3);
        let first = found.why("00000001").unwrap().unwrap();
        let known = "00000001 is cut off: it needs 00000004 and no way to it is left, since 00000003 is out of service.";
        assert_eq!(first, known);
        let near = found.explain(format!("{:08}", MANY - 201)).unwrap().unwrap();
        assert_eq!(near.steps.len(), 100);
    });
}

#[test]
fn a_ring_and_a_star_of_many_pass() {
    on_a_small_stack(|| {
        let ring = many(MANY, |at| vec![((at + 1) % MANY, RelationKind::ConnectsTo)]);
        let found = WhatIfSimulator::new(&ring)
            .what_if(["00000001", "00030000"])
            .unwrap();
        assert_eq!(found.cut_off.len(), 29_998);
        let star = many(MANY, |at| {
            if at == 1 {
                vec![]
            } else {
                vec![(1, RelationKind::ConnectsTo)]
            }
        });
        let simulator = WhatIfSimulator::new(&star);
        assert_eq!(simulator.what_if(["00000001"]).unwrap().cut_off.len(), MANY - 2);
        assert!(simulator.what_if(["00000002"]).unwrap().cut_off.is_empty());
    });
}
