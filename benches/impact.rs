//! What breaks what, at the size of a large client, beside petgraph in the same run.
//!
//! First a table of processor time, which other work on the machine disturbs least; then divan's table of wall time.
//! `VCTO_EDGES=file` measures a list of edges (`n m`, then `from to` a line) instead of the instances made here;
//! `VCTO_LARGE=1` adds one of a million assets, without the peer.

mod instances;

use std::sync::OnceLock;

use divan::{Bencher, black_box};
use instances::{Instance, median_ms};
use petgraph::graph::{DiGraph, NodeIndex};
use petgraph::visit::{Dfs, Reversed, Walker};
use vcto::Estate;
use vcto::estate::AssetId;
use vcto::impact::{self, CutSearch, FailureSimulator, MonteCarlo, PairSearch, WhatIfSimulator};

fn main() {
    if std::env::args().any(|argument| argument == "--bench") {
        for (name, instance) in chosen() {
            table(&name, &instance);
        }
        fat_tree();
    }
    divan::main();
}

/// Cut sets of a service with replicas in two pods of a fat tree of 30,528 devices.
fn fat_tree() {
    let estate =
        Estate::new(instances::fat_tree::fat_tree(48, [(0, 0, 0), (1, 0, 0)])).expect("the tree is sound");
    let mut search = CutSearch::new(&estate);
    let mut found = 0;
    let time = median_ms(
        11,
        || (),
        |()| found = search.find("service", 2).expect("within bounds").0.len(),
    );
    println!(
        "fat tree of {} devices: {found} cut sets of order 1 and 2, {time:.2} ms",
        estate.asset_count() - 1
    );
}

fn chosen() -> Vec<(String, Instance)> {
    if let Ok(path) = std::env::var("VCTO_EDGES") {
        return vec![(path.clone(), Instance::read(&path))];
    }
    let mut sizes = vec![10_000, 100_000];
    if std::env::var_os("VCTO_LARGE").is_some() {
        sizes.push(1_000_000);
    }
    sizes
        .into_iter()
        .map(|size| (format!("{size} assets"), instances::layered(size, 42)))
        .collect()
}

/// Processor times of one instance.
fn table(name: &str, instance: &Instance) {
    let estate = estate(instance, false);
    let spared = self::estate(instance, true);
    println!(
        "{name}: {} assets, {} relations, {} groups in the what-ifs; processor time, median",
        estate.asset_count(),
        estate.relation_count(),
        spared.requirements().len()
    );
    // A fresh snapshot each round: the components are found anew.
    let radii = median_ms(
        5,
        || self::estate(instance, false),
        |estate| impact::blast_radii(&estate),
    );
    println!("  blast radii of all, end to end        {radii:>10.2} ms");
    if estate.asset_count() <= 200_000 {
        let peer = DiGraph::<(), ()>::from_edges(instance.edges.iter().copied());
        let mut total = 0;
        let time = median_ms(3, || (), |()| total = petgraph_radii(&peer));
        let ours: u64 = impact::blast_radii(&estate)
            .totals()
            .iter()
            .map(|total| u64::from(*total))
            .sum();
        assert_eq!(ours, total, "petgraph counts the same");
        println!(
            "  the same, petgraph, one search each   {time:>10.2} ms   {:>6.1} x",
            time / radii
        );
    }
    what_ifs(&spared);
    over_the_network(&Estate::new(instances::networked(instance)).expect("the instance is sound"));
    cut_sets(&spared);
    diff(instance, &spared);
}

/// What a change of one dependency each of a hundred assets means, beside the same analyses in full.
fn diff(instance: &Instance, old: &Estate) {
    let mut changed = Instance {
        kinds: instance.kinds.clone(),
        edges: instance.edges.clone(),
    };
    let mut numbers = instances::Numbers(7);
    for _ in 0..100 {
        let (one, other) = (
            numbers.below(changed.edges.len()),
            numbers.below(changed.edges.len()),
        );
        let (from, to) = (changed.edges[one].0, changed.edges[other].1);
        // Down the layers alone: a change is no new ring through everything.
        let layer = |asset: u32| instances::layer(&changed.kinds[asset as usize]);
        if layer(from) < layer(to) {
            changed.edges[one].1 = to;
        }
    }
    changed.edges.sort_unstable();
    changed.edges.dedup();
    let new = estate(&changed, true);
    let mut found = None;
    let time = median_ms(3, || (), |()| found = impact::diff(old, &new).ok());
    let found = found.expect("within bounds");
    let records = median_ms(3, || (), |()| vcto::estate::diff(old, &new));
    let full = median_ms(
        3,
        || (),
        |()| (impact::blast_radii(old), impact::blast_radii(&new)),
    );
    println!(
        "  a diff of {} relations: {} radii and {} services differ {time:>8.2} ms, of which records {records:.2} ms; radii of \
         both in full {full:.2} ms",
        found.changes.relations.added.len(),
        found.radii.len(),
        found.cuts.len()
    );
}

/// What-ifs with the network layer: the largest hub, and the firewall of a site.
fn over_the_network(estate: &Estate) {
    let dependants = |asset: &u32| estate.graph().dependants(*asset).len();
    let hub = (0..)
        .take(estate.asset_count())
        .max_by_key(dependants)
        .unwrap_or(0);
    let seeds = [
        ("the largest hub", estate.id(hub)),
        ("a firewall", Some(&"firewall-00000".into())),
    ];
    let simulator = WhatIfSimulator::new(estate);
    for (what, seed) in seeds {
        let Some(seed) = seed.filter(|seed| estate.asset(seed.as_str()).is_some()) else {
            continue;
        };
        let found = simulator.what_if([seed]).expect("the seed is known");
        let (failed, cut, unknown) = (found.failed.len(), found.cut_off.len(), found.unknown.len());
        println!("  over the network, {what}: {failed} fail, {cut} cut off, {unknown} unknown");
        let first = median_ms(11, || (), |()| impact::what_if(estate, [seed]));
        let next = median_ms(31, || (), |()| simulator.what_if([seed]));
        let text = median_ms(11, || (), |()| found.to_json());
        println!(
            "    the first one {first:>8.3} ms, another one {next:>8.3} ms, every sentence as JSON {text:>8.3} ms"
        );
    }
}

fn what_ifs(estate: &Estate) {
    let mut simulator = FailureSimulator::new(estate);
    let count = u32::try_from(estate.asset_count()).expect("small enough");
    let hub = (0..count)
        .max_by_key(|asset| estate.graph().dependants(*asset).len())
        .unwrap_or(0);
    let failed = simulator.failed_positions(&[hub]).len();
    let one = median_ms(101, || (), |()| simulator.fail_positions(&[hub]).failed.len());
    println!("  one what-if, the largest hub ({failed} fail) {one:>8.4} ms");
    let mut total = 0;
    let all = median_ms(
        3,
        || (),
        |()| {
            total = (0..count)
                .map(|asset| simulator.failed_positions(&[asset]).len())
                .sum::<usize>()
        },
    );
    println!("  every single failure ({total} fail)   {all:>10.2} ms");
    let counted = median_ms(3, || (), |()| impact::single_failures(estate));
    println!("  the same with what degrades, each ring once {counted:>10.2} ms");
    let drawing = MonteCarlo::new(42).draws(1_000).rate(0.001);
    let drawn = median_ms(3, || (), |()| impact::monte_carlo(estate, &drawing));
    println!("  1,000 draws at 0.1 %                  {drawn:>10.2} ms");
    let started = median_ms(3, || (), |()| impact::cold_start(estate));
    println!("  the cold start                        {started:>10.2} ms");
}

fn cut_sets(estate: &Estate) {
    let mut search = CutSearch::new(estate);
    let services: Vec<_> = estate
        .assets()
        .iter()
        .step_by(estate.asset_count().div_ceil(300))
        .map(|asset| &asset.id)
        .collect();
    let mut worst = 0.0_f64;
    let (mut found, mut time) = (0, 0.0);
    for service in &services {
        let one = median_ms(
            1,
            || (),
            |()| found += search.find(service, 2).expect("within bounds").0.len(),
        );
        worst = worst.max(one);
        time += one;
    }
    let mean = time / services.len() as f64;
    println!(
        "  cut sets of order 1 and 2, of {} assets: mean {mean:.3} ms, worst {worst:.2} ms, {found} sets",
        services.len()
    );
    pairs(estate, &services);
}

fn pairs(estate: &Estate, services: &[&AssetId]) {
    let search = PairSearch::new(estate);
    let (mut found, mut refused, mut worst, mut total) = (0, 0, 0.0_f64, 0.0);
    for service in services {
        let one = median_ms(
            1,
            || (),
            |()| match search.find(service) {
                Ok(pairs) => found += pairs.pairs.len(),
                Err(_) => refused += 1,
            },
        );
        worst = worst.max(one);
        total += one;
    }
    let mean = total / services.len() as f64;
    println!(
        "  pairs below each: mean {mean:.3} ms, worst {worst:.2} ms, {found} pairs, {refused} too large"
    );
}

/// The sum of all blast radii, by a search from every node that reuses its memory.
fn petgraph_radii(graph: &DiGraph<(), ()>) -> u64 {
    let backwards = Reversed(graph);
    let mut search = Dfs::empty(backwards);
    let mut total = 0;
    for node in graph.node_indices() {
        search.reset(backwards);
        search.move_to(node);
        while search.next(backwards).is_some() {
            total += 1;
        }
        total -= 1;
    }
    total
}

fn estate(instance: &Instance, spares: bool) -> Estate {
    Estate::new(instance.inventory(spares)).expect("the instance is sound")
}

/// The estate of 100,000 assets with groups.
fn spared() -> &'static Estate {
    static ESTATE: OnceLock<Estate> = OnceLock::new();
    ESTATE.get_or_init(|| estate(&instances::layered(100_000, 42), true))
}

#[divan::bench(sample_count = 10, sample_size = 1, args = [10_000, 100_000])]
fn blast_radii_of_all(bencher: Bencher, assets: usize) {
    let instance = instances::layered(assets, 42);
    bencher
        .with_inputs(|| estate(&instance, false))
        .bench_values(|estate| impact::blast_radii(&estate));
}

#[divan::bench(sample_count = 3, sample_size = 1)]
fn blast_radii_of_all_petgraph_100_000(bencher: Bencher) {
    let instance = instances::layered(100_000, 42);
    let graph = DiGraph::<(), ()>::from_edges(instance.edges.iter().copied());
    bencher.bench(|| petgraph_radii(&graph));
}

#[divan::bench]
fn one_blast_radius(bencher: Bencher) {
    let estate = spared();
    bencher.bench(|| impact::blast_radius(estate, black_box("00000007")));
}

#[divan::bench]
fn one_what_if(bencher: Bencher) {
    let mut simulator = FailureSimulator::new(spared());
    bencher.bench_local(move || simulator.fail_positions(black_box(&[7])).failed.len());
}

#[divan::bench]
fn one_search_petgraph(bencher: Bencher) {
    let instance = instances::layered(100_000, 42);
    let graph = DiGraph::<(), ()>::from_edges(instance.edges.iter().copied());
    bencher.bench(|| {
        let backwards = Reversed(&graph);
        Dfs::new(backwards, NodeIndex::new(black_box(7)))
            .iter(backwards)
            .count()
    });
}

#[divan::bench(sample_count = 10)]
fn components_ours_by_layers(bencher: Bencher) {
    let instance = instances::layered(100_000, 42);
    bencher
        .with_inputs(|| estate(&instance, false))
        .bench_values(|estate| impact::layers(&estate));
}
