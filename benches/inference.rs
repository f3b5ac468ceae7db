//! Inference: how right each method is on estates of which the truth is known, and what it costs. The estates are those of
//! `tests/it/source/infer/world.rs`, where everything that misleads is listed.

#[path = "../tests/it/source/infer/desks.rs"]
mod desks;
#[path = "../tests/it/source/infer/dice.rs"]
mod dice;
mod instances;
#[path = "../tests/it/source/infer/score.rs"]
mod score;
#[path = "../tests/it/source/infer/world.rs"]
mod world;

use std::collections::BTreeMap;

use divan::{Bencher, black_box};
use instances::median_ms;
use score::{Score, scores};
use vcto::source;

fn main() {
    if std::env::args().any(|argument| argument == "--bench") {
        rightness();
        for sites in [40, 400, 4_000] {
            cost(sites);
        }
    }
    divan::main();
}

fn rightness() {
    let (mut methods, mut graded) = (BTreeMap::<_, Score>::new(), BTreeMap::<_, Score>::new());
    for seed in 100..140 {
        let world = world::make(seed, 24);
        let found = source::infer(&world.inventory).expect("a sound inventory");
        let (some, by_confidence) = scores(&world, &found.relations);
        some.into_iter()
            .for_each(|(method, score)| *methods.entry(method).or_default() += score);
        by_confidence
            .into_iter()
            .for_each(|(key, score)| *graded.entry(key).or_default() += score);
    }
    println!("inference on 40 estates of 24 sites, against their truth");
    for (method, score) in methods {
        println!("  {method:<12} {score}");
        for ((_, confidence), score) in graded.iter().filter(|((of, _), _)| *of == method) {
            if score.right + score.wrong > 0 {
                println!("    {confidence:<9?} precision {:.3}", score.precision());
            }
        }
    }
}

fn cost(sites: usize) {
    let inventory = world::make(1, sites).inventory;
    let found = source::infer(&inventory).expect("a sound inventory");
    let time = median_ms(3, || (), |()| source::infer(&inventory));
    println!(
        "{} assets, {} relations inferred: {time:.1} ms processor time, median",
        inventory.assets.len(),
        found.relations.len()
    );
}

#[divan::bench(args = [40, 400], sample_count = 5)]
fn infer(bencher: Bencher<'_, '_>, sites: usize) {
    let inventory = world::make(1, sites).inventory;
    bencher.bench_local(|| source::infer(black_box(&inventory)));
}
