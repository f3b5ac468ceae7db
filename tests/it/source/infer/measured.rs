//! Inference against estates of which the truth is known, beside what a simple join would say of them.

use std::collections::{BTreeMap, BTreeSet};

use vcto::estate::{Asset, Confidence};
use vcto::source;

use super::score::{Score, scores};
use super::world::{Pair, World, make};

const SEEDS: std::ops::Range<u64> = 1..9;
const SITES: usize = 24;

#[test]
fn precision_and_recall_of_each_method_are_known_and_above_their_floors() {
    let mut methods: BTreeMap<&str, Score> = BTreeMap::new();
    let mut by_confidence: BTreeMap<(&str, Confidence), Score> = BTreeMap::new();
    let mut simple = Score::default();
    for seed in SEEDS {
        let world = make(seed, SITES);
        let found = source::infer(&world.inventory).unwrap();
        let (some, graded) = scores(&world, &found.relations);
        for (method, score) in some {
            *methods.entry(method).or_default() += score;
        }
        for (key, score) in graded {
            *by_confidence.entry(key).or_default() += score;
        }
        simple += Score::of(&joined(&world, "gateways"), &world.truth["gateway"]);
    }
    for (method, score) in &methods {
        println!("{method:<12} {score}");
        for confidence in [Confidence::High, Confidence::Medium, Confidence::Low] {
            let score = by_confidence[&(*method, confidence)];
            println!(
                "  {:<10} precision {:.3}  right {:>6}  wrong {:>5}",
                format!("{confidence:?}").to_lowercase(),
                score.precision(),
                score.right,
                score.wrong
            );
        }
    }
    println!("a join of gateways by address alone: {simple}");
    for (method, precision, recall) in [
        ("gateway", 0.99, 0.80),
        ("dns", 0.96, 0.75),
        ("domain_join", 0.85, 0.65),
        ("hosting", 0.95, 0.70),
        ("sql_client", 0.60, 0.80),
        ("backup", 0.55, 0.95),
    ] {
        let score = methods[method];
        assert!(score.precision() >= precision, "{method}: {score}");
        assert!(score.recall() >= recall, "{method}: {score}");
    }
    assert!(simple.precision() < 0.6, "the estates mislead nobody: {simple}");
    for ((method, confidence), score) in by_confidence {
        // A machine that has moved since still names the host before.
        let floor = if method == "hosting" { 0.95 } else { 0.99 };
        assert!(
            confidence < Confidence::High || score.precision() >= floor,
            "{method}: {score}"
        );
    }
}

/// What joining the estate with itself by address gives: the last asset that has the address.
fn joined(world: &World, fact: &str) -> BTreeSet<Pair> {
    let list = |asset: &Asset, fact: &str| -> Vec<String> {
        let text = asset
            .text(fact)
            .map(|text| text.raw().clone())
            .unwrap_or_default();
        text.split("; ")
            .map(str::to_owned)
            .filter(|text| !text.is_empty())
            .collect()
    };
    let mut owners: BTreeMap<String, &Asset> = BTreeMap::new();
    for asset in &world.inventory.assets {
        for address in list(asset, "addresses") {
            owners.insert(address, asset);
        }
    }
    let mut found = BTreeSet::new();
    for asset in &world.inventory.assets {
        for address in list(asset, fact) {
            if let Some(owner) = owners.get(&address) {
                found.insert((asset.id.as_str().to_owned(), owner.id.as_str().to_owned()));
            }
        }
    }
    found
}
