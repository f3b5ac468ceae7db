//! The tasks, by vcto's public functions.

use std::cell::Cell;

use serde_json::{Value, json};
use vcto::estate::{Asset, AssetId, AssetKind, Relation, RelationKind};
use vcto::impact::{self, FailureSimulator};
use vcto::{Estate, Inventory};

use super::measure::{once, repeated};
use super::{Edges, sizes};

/// One task on the instance in this file; none for a task that is not known.
pub fn run(task: &str, path: &str) -> Option<Value> {
    Some(match task {
        "build" => once(
            || Cell::new(Some(inventory(&Edges::read(path), &RelationKind::DependsOn))),
            |inventory| {
                Estate::new(inventory.take().expect("it is taken once")).expect("the instance is sound")
            },
            |_, estate| json!({"nodes": estate.asset_count(), "edges": estate.graph().link_count()}),
        ),
        "scc" => once(|| estate(path), impact::cycles, components),
        "condensation" => once(
            || estate(path),
            impact::components,
            |_, found| {
                let between: usize = found.iter().map(|one| one.depends_on.len()).sum();
                let all = found.iter().map(|one| one.assets.len());
                json!({"components": found.count(), "sizes": sizes(all), "between": between})
            },
        ),
        "dominators" => once(
            || estate(path),
            impact::dominators,
            |_, tree| {
                let below = tree.tree().filter(|one| one.immediate.is_some()).count();
                json!({"dominated": below})
            },
        ),
        "cuts" => once(
            || {
                let edges = Edges::read(path).undirected();
                Estate::new(inventory(&edges, &RelationKind::ConnectsTo)).expect("the instance is sound")
            },
            |estate| {
                let network = impact::network(estate);
                (network.articulation_points().len(), network.bridges().len())
            },
            |_, (points, bridges)| json!({"articulation_points": points, "bridges": bridges}),
        ),
        "radii" => once(
            || estate(path),
            impact::blast_radii,
            |_, radii| {
                let sum: u64 = radii.totals().iter().map(|total| u64::from(*total)).sum();
                json!({"sum": sum, "max": radii.totals().iter().max()})
            },
        ),
        "layers" => once(
            || estate(path),
            impact::layers,
            |_, layers| {
                let sum: usize = layers
                    .0
                    .iter()
                    .enumerate()
                    .map(|(height, assets)| height * assets.len())
                    .sum();
                json!({"layers": layers.0.len(), "sum": sum})
            },
        ),
        "hub" => hub(path),
        "single_failures" => single_failures(path),
        "load" => once(
            || std::fs::read(path).expect("the inventory can be read"),
            |text| Estate::new(Inventory::from_json(text).expect("sound")).expect("sound"),
            |_, estate| json!({"nodes": estate.asset_count(), "edges": estate.graph().link_count()}),
        ),
        _ => return None,
    })
}

/// What a failure of the most used asset stops: nothing here has a spare, so it is its ancestors.
fn hub(path: &str) -> Value {
    let seed = Edges::read(path).hub();
    repeated(
        200,
        || FailureSimulator::new(&estate(path)),
        |simulator| simulator.failed_positions(&[seed]).len(),
        |_, failed| json!({"reached": failed}),
    )
}

fn single_failures(path: &str) -> Value {
    once(
        || estate(path),
        |estate| {
            let mut simulator = FailureSimulator::new(estate);
            (0_u32..)
                .take(estate.asset_count())
                .map(|asset| simulator.failed_positions(&[asset]).len() as u64)
                .sum::<u64>()
        },
        // The asset itself is among those that fail.
        |estate, failed| json!({"sum": failed - estate.asset_count() as u64}),
    )
}

fn components(estate: &Estate, cycles: &impact::Cycles) -> Value {
    let in_rings: usize = cycles.0.iter().map(Vec::len).sum();
    let single = estate.asset_count() - in_rings;
    let all = cycles
        .0
        .iter()
        .map(Vec::len)
        .chain(std::iter::repeat_n(1, single));
    json!({"components": single + cycles.0.len(), "sizes": sizes(all)})
}

/// A fresh snapshot: nothing is found in advance.
fn estate(path: &str) -> Estate {
    Estate::new(inventory(&Edges::read(path), &RelationKind::DependsOn)).expect("the instance is sound")
}

fn inventory(edges: &Edges, kind: &RelationKind) -> Inventory {
    let ids: Vec<AssetId> = (0..edges.nodes)
        .map(|asset| format!("{asset:08}").into())
        .collect();
    let mut inventory = Inventory::default();
    inventory.source.name = "bench".into();
    inventory.assets = ids
        .iter()
        .map(|id| Asset::new(id.clone(), AssetKind::Server))
        .collect();
    inventory.relations = edges
        .pairs
        .iter()
        .map(|(from, to)| {
            Relation::new(
                ids[*from as usize].clone(),
                ids[*to as usize].clone(),
                kind.clone(),
            )
        })
        .collect();
    inventory
}
