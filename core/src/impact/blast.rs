//! The blast radius of one asset: what could be touched.

use std::collections::BTreeMap;

use serde::Serialize;

use super::what_if::{is_service, people as stated_people};
use super::{ids, json, position};
use crate::error::Result;
use crate::estate::{Asset, AssetId, AssetKind, Criticality, Estate, Graph};

/// What a failure of one asset could touch, redundancy ignored.
///
/// In JSON `{"asset", "total", "by_kind", "by_criticality", "without_criticality", "people", "assets", "degraded"}`.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct BlastRadius {
    /// The asset asked about; it is not counted.
    pub asset: AssetId,
    /// How many assets reach it over hard impact relations and group memberships.
    pub total: usize,
    /// `total` by kind of asset.
    pub by_kind: BTreeMap<AssetKind, usize>,
    /// `total` by criticality, as far as it is stated.
    pub by_criticality: BTreeMap<Criticality, usize>,
    /// How many of `total` state no criticality.
    pub without_criticality: usize,
    /// How many people work with what is touched.
    pub people: PeopleTouched,
    /// These assets, by id.
    pub assets: Vec<AssetId>,
    /// Assets that reach it only by paths with at least one soft relation, by id; not in the other counts.
    pub degraded: Vec<AssetId>,
}

/// How many people work with one of some assets, as far as the fact `people` of services and applications tells. The same
/// people may work with several, so the largest number that one of them states is certain, and their sum is not.
///
/// In JSON `{"at_least", "unrecorded"}`.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, Serialize)]
pub struct PeopleTouched {
    /// At least so many people: those of the asset itself, if it is a service, or of one that it touches.
    pub at_least: u64,
    /// So many services and applications, the asset itself among them if it is one, state no number: with theirs it may be
    /// more. Where this is not zero, a zero is none.
    pub unrecorded: usize,
}

impl BlastRadius {
    /// The result as JSON.
    pub fn to_json(&self) -> String {
        json(self)
    }
}

/// What a failure of this asset could touch: the other assets that reach it over hard impact relations. A member of a
/// requirement group counts as a hard relation, listed or not.
///
/// It counts what is recorded: 0 means that no dependant is *recorded*.
///
/// ```
/// use vcto::{Estate, Inventory, impact};
///
/// let estate = Estate::new(Inventory::from_json(br#"{"format": "vcto.inventory/1", "source": {"name": "crm"},
///     "assets": [{"id": "erp", "kind": "business_application"}, {"id": "sql", "kind": "database"},
///                {"id": "san", "kind": "storage"}, {"id": "bi", "kind": "service"}],
///     "relations": [{"from": "erp", "to": "sql", "kind": "depends_on"}, {"from": "sql", "to": "san", "kind": "depends_on"},
///                   {"from": "bi", "to": "sql", "kind": "uses", "strength": "soft"}]}"#)?)?;
/// let touched = impact::blast_radius(&estate, "san")?;
/// assert_eq!(touched.total, 2);
/// assert_eq!(touched.assets[0].as_str(), "erp");
/// assert_eq!(touched.degraded[0].as_str(), "bi");
/// # Ok::<(), vcto::Error>(())
/// ```
///
/// # Errors
/// `not_found` for an unknown id.
pub fn blast_radius(estate: &Estate, asset: impl AsRef<str>) -> Result<BlastRadius> {
    let start = position(estate, asset.as_ref(), "impact.blast_radius")?;
    let reached = reach(estate.graph(), start);
    let assets = ids(estate, &reached.hard);
    let touched = || about(estate, &reached.hard);
    let by_criticality = tally(touched().filter_map(|asset| asset.criticality.as_ref()));
    Ok(BlastRadius {
        asset: estate.id(start).cloned().unwrap_or_else(|| asset.as_ref().into()),
        total: assets.len(),
        by_kind: tally(touched().map(|asset| &asset.kind)),
        without_criticality: assets.len() - by_criticality.values().sum::<usize>(),
        by_criticality,
        people: people(about(estate, &[start]).chain(touched())),
        assets,
        degraded: ids(estate, &reached.soft),
    })
}

fn about<'e>(estate: &'e Estate, positions: &[u32]) -> impl Iterator<Item = &'e Asset> {
    positions
        .iter()
        .filter_map(|position| estate.assets().get(*position as usize))
}

fn tally<'e, C: Clone + Ord + 'e>(classes: impl Iterator<Item = &'e C>) -> BTreeMap<C, usize> {
    let mut counts = BTreeMap::new();
    for class in classes {
        match counts.get_mut(class) {
            Some(count) => *count += 1,
            None => {
                counts.insert(class.clone(), 1);
            }
        }
    }
    counts
}

/// The people of the services among these assets, as a what-if counts them.
fn people<'e>(assets: impl Iterator<Item = &'e Asset>) -> PeopleTouched {
    let mut touched = PeopleTouched::default();
    for service in assets.filter(|asset| is_service(asset)) {
        match stated_people(service) {
            Some(people) => touched.at_least = touched.at_least.max(people),
            None => touched.unrecorded += 1,
        }
    }
    touched
}

/// The assets that reach one, ascending.
pub(super) struct Reached {
    pub(super) hard: Vec<u32>,
    /// Only by a path with a soft edge.
    pub(super) soft: Vec<u32>,
}

pub(super) fn reach(graph: &Graph, start: u32) -> Reached {
    let mut seen = vec![false; graph.asset_count()];
    let mut visit = |asset: u32| {
        seen.get_mut(asset as usize)
            .is_some_and(|seen| !std::mem::replace(seen, true))
    };
    visit(start);
    let mut hard = vec![start];
    let mut next = 0;
    while let Some(asset) = hard.get(next).copied() {
        next += 1;
        hard.extend(
            graph
                .hard_dependants(asset)
                .iter()
                .copied()
                .filter(|dependant| visit(*dependant)),
        );
    }
    let mut soft = Vec::new();
    for asset in &hard {
        soft.extend(
            graph
                .soft_dependants(*asset)
                .iter()
                .copied()
                .filter(|dependant| visit(*dependant)),
        );
    }
    next = 0;
    while let Some(asset) = soft.get(next).copied() {
        next += 1;
        soft.extend(
            graph
                .dependants(asset)
                .iter()
                .copied()
                .filter(|dependant| visit(*dependant)),
        );
    }
    hard.swap_remove(0);
    hard.sort_unstable();
    soft.sort_unstable();
    Reached { hard, soft }
}
