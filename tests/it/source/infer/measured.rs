//! Inference against estates of which the truth is known, beside what a simple join would say of them.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;

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
    show(&methods, &by_confidence, &simple);
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

/// Leaves the table where `make test-rust` prints it.
fn show(
    methods: &BTreeMap<&str, Score>,
    by_confidence: &BTreeMap<(&str, Confidence), Score>,
    simple: &Score,
) {
    let mut table = String::from("What inference finds in estates of which the truth is known:\n");
    for (method, score) in methods {
        writeln!(table, "{method:<12} {score}").unwrap();
        for confidence in [Confidence::High, Confidence::Medium, Confidence::Low] {
            let score = by_confidence[&(*method, confidence)];
            let word = format!("{confidence:?}").to_lowercase();
            let (right, wrong) = (score.right, score.wrong);
            let precision = match right + wrong {
                0 => "none ".to_owned(),
                _ => format!("{:.3}", score.precision()),
            };
            writeln!(
                table,
                "  {word:<10} precision {precision}  right {right:>6}  wrong {wrong:>5}"
            )
            .unwrap();
        }
    }
    writeln!(table, "a join of gateways by address alone: {simple}").unwrap();
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap();
    std::fs::write(target.join("inference.txt"), table).unwrap();
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
