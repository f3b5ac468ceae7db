//! Starting an estate from nothing: what runs and could not be started again.

mod knots;
mod start;
mod waiting;

use std::convert::Infallible;

use serde::Serialize;

use self::knots::{Held, Knot, knots};
pub(super) use self::start::{Needs, Settled};
use super::{ids, json, position};
use crate::error::Result;
use crate::estate::{AssetId, Estate};
use crate::monitor::Monitor;

/// What does not come up when everything is down and is started in the order of its needs.
///
/// In JSON `{"deadlocks", "blocked"}`.
#[derive(Clone, Debug, Serialize)]
pub struct ColdStart {
    /// In an order in which they can be broken: each waits for nothing but itself and those before it.
    pub deadlocks: Vec<Deadlock>,
    /// What starts by itself once deadlocks are broken, by id.
    pub blocked: Vec<Blocked>,
    #[serde(skip)]
    estate: Estate,
}

/// Assets that wait for each other in rings: none can be the first to start, even when all other assets are started.
///
/// Each of them has a requirement group (a hard relation is a group of one) with fewer than k members outside the deadlock.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct Deadlock {
    /// The assets, by id; each waits for each, directly or through others of them.
    pub assets: Vec<AssetId>,
    /// The shortest ring through the first of them: each waits for the next, the last for the first.
    pub ring: Vec<AssetId>,
    /// What to start by hand, without what it waits for, so that the rest starts; by id. Enough, not always the fewest:
    /// chosen by how many others wait for it, and none of it can be left out where it is 64 assets or fewer.
    pub start_by_hand: Vec<AssetId>,
}

/// An asset that waits for a deadlock without being part of one.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct Blocked {
    /// The asset.
    pub asset: AssetId,
    /// What it waits for: the next on a shortest way to a deadlock.
    pub waits_for: AssetId,
    /// The index of that deadlock in [`ColdStart::deadlocks`].
    pub deadlock: usize,
}

impl ColdStart {
    fn new(estate: &Estate, knots: Vec<Knot>, held: Vec<Held>) -> Self {
        let deadlocks = knots.into_iter().map(|knot| Deadlock {
            assets: ids(estate, &knot.assets),
            ring: ids(estate, &knot.ring),
            start_by_hand: ids(estate, &knot.by_hand),
        });
        let blocked = held.into_iter().filter_map(|held| {
            Some(Blocked {
                asset: estate.id(held.asset)?.clone(),
                waits_for: estate.id(held.waits_for)?.clone(),
                deadlock: held.knot as usize,
            })
        });
        Self {
            deadlocks: deadlocks.collect(),
            blocked: blocked.collect(),
            estate: estate.clone(),
        }
    }

    /// Whether everything starts from nothing.
    pub fn is_clear(&self) -> bool {
        self.deadlocks.is_empty()
    }

    /// The way from a blocked asset to a deadlock: each waits for the next, the last is in the deadlock. Of an asset in a
    /// deadlock it is that asset alone; none for one that starts.
    ///
    /// # Errors
    /// `not_found` for an unknown id.
    pub fn why(&self, asset: impl AsRef<str>) -> Result<Option<Vec<AssetId>>> {
        let position = position(&self.estate, asset.as_ref(), "impact.why")?;
        let Some(mut at) = self.estate.id(position) else {
            return Ok(None);
        };
        let mut way = vec![at.clone()];
        while let Ok(place) = self.blocked.binary_search_by(|blocked| blocked.asset.cmp(at)) {
            let Some(blocked) = self.blocked.get(place) else {
                break;
            };
            at = &blocked.waits_for;
            way.push(at.clone());
        }
        let stuck = way.len() > 1
            || self
                .deadlocks
                .iter()
                .any(|deadlock| deadlock.assets.binary_search(at).is_ok());
        Ok(stuck.then_some(way))
    }

    /// The result as JSON.
    pub fn to_json(&self) -> String {
        json(self)
    }
}

/// How to compute [`cold_start_with`].
#[derive(Clone, Debug, Default)]
#[must_use]
pub struct ColdStartOptions {
    monitor: Monitor,
}

impl ColdStartOptions {
    /// Watches the work: progress is told under `impact.cold_start`.
    pub fn monitor(mut self, monitor: Monitor) -> Self {
        self.monitor = monitor;
        self
    }
}

/// What could not be started again if everything were down at once.
///
/// [Failure](super::fail()) asks for the least set that fails: assets that only need each other keep each other up. A start
/// from nothing asks for the least set that is up: an asset starts when each of its groups has k started members, and what
/// needs no one starts first. What is in neither set runs today and stays down after an outage of everything; the classic
/// case is a hypervisor that logs on against a directory that runs on it. Soft relations hold nothing up.
///
/// Both sets are fixed points found by the counters of Dowling and Gallier (1984), the rings by Tarjan's components (1972)
/// of who waits for whom: linear time, but for rings within rings, of which each layer is searched once.
///
/// ```
/// use vcto::{Estate, Inventory, impact};
///
/// let estate = Estate::new(Inventory::from_json(br#"{"format": "vcto.inventory/1", "source": {"name": "crm"},
///     "assets": [{"id": "dc", "kind": "virtual_machine"}, {"id": "erp", "kind": "business_application"},
///                {"id": "hv", "kind": "hypervisor_host"}, {"id": "san", "kind": "storage"}],
///     "relations": [{"from": "dc", "to": "hv", "kind": "runs_on"}, {"from": "hv", "to": "dc", "kind": "authenticates_with"},
///                   {"from": "hv", "to": "san", "kind": "depends_on"}, {"from": "erp", "to": "dc", "kind": "uses"}]}"#)?)?;
/// let start = impact::cold_start(&estate);
/// let knot = &start.deadlocks[0];
/// assert_eq!((knot.ring[0].as_str(), knot.ring[1].as_str()), ("dc", "hv"));
/// assert_eq!(start.blocked[0].asset.as_str(), "erp");
/// assert_eq!(start.why("san")?, None);
/// # Ok::<(), vcto::Error>(())
/// ```
pub fn cold_start(estate: &Estate) -> ColdStart {
    match knots::<Infallible>(estate.graph(), |_, _| Ok(())) {
        Ok((knots, held)) => ColdStart::new(estate, knots, held),
        Err(never) => match never {},
    }
}

/// [`cold_start`] with options.
///
/// # Errors
/// `cancelled` when the monitor asks to stop.
pub fn cold_start_with(estate: &Estate, options: &ColdStartOptions) -> Result<ColdStart> {
    knots(estate.graph(), |done, total| {
        options
            .monitor
            .report("impact.cold_start", done as u64, Some(total as u64))
    })
    .map(|(knots, held)| ColdStart::new(estate, knots, held))
    .map_err(|error| error.during("impact.cold_start"))
}
