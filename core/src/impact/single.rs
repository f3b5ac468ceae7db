//! Every failure of one asset alone: how many stop, and how many get worse.

use std::convert::Infallible;

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use super::json;
use super::propagation::Propagation;
use crate::error::Result;
use crate::estate::{AssetId, Estate, Graph};
use crate::monitor::Monitor;

/// What the failure of each asset alone does, in numbers: the lengths of the lists of [`fail`](super::fail()).
///
/// In JSON `{id: {"failed", "degraded"}}`, by id.
#[derive(Clone, Debug)]
pub struct SingleFailures {
    estate: Estate,
    failed: Box<[u32]>,
    degraded: Box<[u32]>,
}

/// What the failure of one asset does, in numbers.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
pub struct SingleFailure {
    /// How many assets stop, the asset itself included.
    pub failed: usize,
    /// How many still run, but lean on something that is failed or degraded.
    pub degraded: usize,
}

impl SingleFailures {
    fn new(estate: &Estate, (failed, degraded): (Vec<u32>, Vec<u32>)) -> Self {
        Self {
            estate: estate.clone(),
            failed: failed.into(),
            degraded: degraded.into(),
        }
    }

    /// What the failure of this asset does; none for an unknown id.
    pub fn of(&self, asset: impl AsRef<str>) -> Option<SingleFailure> {
        self.at(self.estate.index_of(asset.as_ref())?)
    }

    /// How many stop with each asset, itself included, in the order of [`Estate::assets`].
    pub fn failed(&self) -> &[u32] {
        &self.failed
    }

    /// How many each asset degrades, in the order of [`Estate::assets`].
    pub fn degraded(&self) -> &[u32] {
        &self.degraded
    }

    /// Every asset with what its failure does, by id.
    pub fn iter(&self) -> impl Iterator<Item = (&AssetId, SingleFailure)> {
        let counts = self.failed.iter().zip(&self.degraded);
        self.estate
            .assets()
            .iter()
            .zip(counts)
            .map(|(asset, (failed, degraded))| (&asset.id, SingleFailure::new(*failed, *degraded)))
    }

    /// The `count` assets whose failure is worst: most that stop, then most that degrade, then by id.
    pub fn worst(&self, count: usize) -> Vec<(&AssetId, SingleFailure)> {
        let key = |position: &u32| {
            let counts = self.at(*position).map(|one| (one.failed, one.degraded));
            (std::cmp::Reverse(counts), *position)
        };
        let mut order: Vec<u32> = (0..).zip(&self.failed).map(|(position, _)| position).collect();
        if count < order.len() {
            order.select_nth_unstable_by_key(count, key);
            order.truncate(count);
        }
        order.sort_unstable_by_key(key);
        order
            .into_iter()
            .filter_map(|position| Some((self.estate.id(position)?, self.at(position)?)))
            .collect()
    }

    /// The result as JSON.
    pub fn to_json(&self) -> String {
        json(self)
    }

    fn at(&self, position: u32) -> Option<SingleFailure> {
        let index = position as usize;
        Some(SingleFailure::new(
            *self.failed.get(index)?,
            *self.degraded.get(index)?,
        ))
    }
}

impl SingleFailure {
    fn new(failed: u32, degraded: u32) -> Self {
        Self {
            failed: failed as usize,
            degraded: degraded as usize,
        }
    }
}

impl Serialize for SingleFailures {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.failed.len()))?;
        for (id, counts) in self.iter() {
            map.serialize_entry(id, &counts)?;
        }
        map.end()
    }
}

/// How to compute [`single_failures_with`].
#[derive(Clone, Debug, Default)]
#[must_use]
pub struct SingleOptions {
    monitor: Monitor,
}

impl SingleOptions {
    /// Watches the work: progress is told under `impact.single_failures`.
    pub fn monitor(mut self, monitor: Monitor) -> Self {
        self.monitor = monitor;
        self
    }
}

/// How many assets stop and how many get worse when each asset stops alone, groups counted: what
/// [`fail`](super::fail()) says of each, for all of them.
///
/// Each failure is carried on by the counters of Dowling and Gallier (1984) and costs the edges it touches. Assets of a
/// ring that need each other without a spare do the same and are failed once.
///
/// ```
/// use vcto::{Estate, Inventory, impact};
///
/// let estate = Estate::new(Inventory::from_json(br#"{"format": "vcto.inventory/1", "source": {"name": "crm"},
///     "assets": [{"id": "erp", "kind": "business_application"}, {"id": "sql-1", "kind": "database"},
///                {"id": "sql-2", "kind": "database"}, {"id": "san", "kind": "storage"}],
///     "relations": [{"from": "sql-1", "to": "san", "kind": "depends_on"}, {"from": "sql-2", "to": "san", "kind": "depends_on"}],
///     "requirements": [{"asset": "erp", "members": ["sql-1", "sql-2"], "needs": 1}]}"#)?)?;
/// let all = impact::single_failures(&estate);
/// let one = all.of("sql-1").unwrap();
/// assert_eq!((one.failed, one.degraded), (1, 1));
/// let (worst, counts) = all.worst(1)[0];
/// assert_eq!((worst.as_str(), counts.failed), ("san", 4));
/// # Ok::<(), vcto::Error>(())
/// ```
pub fn single_failures(estate: &Estate) -> SingleFailures {
    match counts::<Infallible>(estate.graph(), |_, _| Ok(())) {
        Ok(counts) => SingleFailures::new(estate, counts),
        Err(never) => match never {},
    }
}

/// [`single_failures`] with options.
///
/// # Errors
/// `cancelled` when the monitor asks to stop.
pub fn single_failures_with(estate: &Estate, options: &SingleOptions) -> Result<SingleFailures> {
    counts(estate.graph(), |done, total| {
        options
            .monitor
            .report("impact.single_failures", u64::from(done), Some(total as u64))
    })
    .map(|counts| SingleFailures::new(estate, counts))
    .map_err(|error| error.during("impact.single_failures"))
}

/// Assets between two calls of the progress function.
const STRIDE: u32 = 64;

/// How many fail and how many degrade with each asset, by position.
///
/// `progress` hears how many assets of how many are done, and can stop the work.
pub(super) fn counts<E>(
    graph: &Graph,
    mut progress: impl FnMut(u32, usize) -> Result<(), E>,
) -> Result<(Vec<u32>, Vec<u32>), E> {
    let count = graph.asset_count();
    let mut all = vec![(0, 0); count];
    let mut propagation = Propagation::new(graph);
    let mut alike = Vec::new();
    for (asset, _) in (0_u32..).zip(0..count) {
        if asset % STRIDE == 0 {
            progress(asset, count)?;
        }
        if all.get(asset as usize) != Some(&(0, 0)) {
            continue;
        }
        propagation.fail(graph, &[asset]);
        propagation.degrade(graph);
        // An asset fails with itself, so that no count of failed is 0.
        let counts = (narrow(propagation.failed()), narrow(propagation.degraded()));
        let mut settle = |one: &u32| match all.get_mut(*one as usize) {
            Some(slot) if *slot == (0, 0) => {
                *slot = counts;
                true
            }
            _ => false,
        };
        alike.clear();
        alike.extend(Some(asset).filter(&mut settle));
        while let Some(one) = alike.pop() {
            // What takes the asset along and is taken along by it does the same.
            alike.extend(
                ring(graph, one)
                    .filter(|on| propagation.is_failed(*on))
                    .filter(&mut settle),
            );
        }
    }
    progress(u32::try_from(count).unwrap_or(u32::MAX), count)?;
    Ok(all.into_iter().unzip())
}

/// What an asset needs without a spare and is on a ring with it.
fn ring(graph: &Graph, asset: u32) -> impl Iterator<Item = u32> {
    let condensation = graph.condensation();
    let component = condensation.of(asset);
    graph
        .needed_dependencies(asset)
        .iter()
        .copied()
        .filter(move |on| condensation.of(*on) == component)
}

/// INVARIANT: assets are below `u32::MAX` in number.
fn narrow(assets: &[u32]) -> u32 {
    u32::try_from(assets.len()).unwrap_or(u32::MAX)
}
