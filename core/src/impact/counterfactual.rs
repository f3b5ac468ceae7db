//! What a second instance would spare: the smallest additions that remove single points of failure.

mod cone;
mod hitting;
mod smallest;
mod sweep;

use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;

use self::cone::{Cone, Marks};
use self::smallest::smallest;
use self::sweep::{Added, Sweep};
use super::bits::{Bits, COLUMNS};
use super::cuts::CutSearch;
use super::what_if::is_service;
use super::{ids, json, position};
use crate::error::{Error, ErrorKind, Result};
use crate::estate::{AssetId, Estate};
use crate::monitor::Monitor;
use crate::text::quoted;

/// What additions would do for one asset.
///
/// In JSON `{"asset", "single_points", "additions", "all", "proved"}`.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Counterfactuals {
    /// The asset that is to go on.
    pub asset: AssetId,
    /// The other assets each of which stops it by its own failure, by id.
    pub single_points: Vec<AssetId>,
    /// Every single addition that removes one of them: those that remove most first, then by id.
    pub additions: Vec<Addition>,
    /// Assets of which a second instance each, on foundations of its own, leaves no single point of failure; by id. As few as
    /// possible where `proved` says so; of several such sets one, always the same.
    pub all: Vec<AssetId>,
    /// Whether no smaller set than `all` does it. If not, the search for one was given up.
    pub proved: bool,
}

/// A second instance of one asset.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Addition {
    /// The asset that is there twice then.
    pub asset: AssetId,
    /// The single points of failure that go when the second instance stands on foundations of its own; by id.
    pub removes: Vec<AssetId>,
    /// Those that go when it needs what the first one needs; by id.
    pub on_same_foundations: Vec<AssetId>,
}

/// What additions would do for several assets together.
///
/// In JSON `{"assets", "single_points", "additions"}`.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Additions {
    /// How many assets were asked about.
    pub assets: usize,
    /// How many pairs there are of one of them and a single point of failure of it.
    pub single_points: usize,
    /// Those that remove most pairs first, then by id.
    pub additions: Vec<SharedAddition>,
}

/// A second instance of one asset, and what it does for all that were asked about.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct SharedAddition {
    /// The asset that is there twice then.
    pub asset: AssetId,
    /// So many pairs of an asset and a single point of failure go when the second instance stands on foundations of its own.
    pub removes: usize,
    /// So many go when it needs what the first one needs.
    pub on_same_foundations: usize,
    /// The assets that lose a single point of failure, by id.
    pub services: Vec<AssetId>,
}

impl Counterfactuals {
    /// The result as JSON.
    pub fn to_json(&self) -> String {
        json(self)
    }
}

impl Additions {
    /// The result as JSON.
    pub fn to_json(&self) -> String {
        json(self)
    }
}

/// The smallest additions that remove single points of failure of an asset.
///
/// An *addition* is a second instance of an asset: what needs the asset needs one of the two then, and a group of which it
/// is a member has one member more and needs as many as before. Two readings are told. On *foundations of its own* the
/// second instance needs nothing that is recorded, so that nothing that fails the first one fails it. On the *same
/// foundations* it needs what the first one needs: then what is below the two stays a single point of failure.
///
/// A second instance of a single point of failure always removes that one, so the smallest additions have size 1; all that
/// remove something are listed. Failures are those of [`fail`](super::fail()); of the asset itself no second instance is
/// considered.
///
/// Exact. Single points of failure are columns of bits, 512 at a time, and every addition settles only what stands above it:
/// for c single points and r assets below, at most r times c/512 passes over these. `all` is found by implicit hitting sets
/// and is `proved` up to a bound on that search.
///
/// ```
/// use vcto::{Estate, Inventory, impact};
///
/// let estate = Estate::new(Inventory::from_json(br#"{"format": "vcto.inventory/1", "source": {"name": "crm"},
///     "assets": [{"id": "erp", "kind": "business_application"}, {"id": "sql", "kind": "database"}, {"id": "san", "kind": "storage"}],
///     "relations": [{"from": "erp", "to": "sql", "kind": "depends_on"}, {"from": "sql", "to": "san", "kind": "depends_on"}]}"#)?)?;
/// let found = impact::counterfactuals(&estate, "erp")?;
/// assert_eq!(found.to_json(), concat!(
///     r#"{"asset":"erp","single_points":["san","sql"],"additions":["#,
///     r#"{"asset":"sql","removes":["san","sql"],"on_same_foundations":["sql"]},"#,
///     r#"{"asset":"san","removes":["san"],"on_same_foundations":["san"]}],"all":["sql"],"proved":true}"#,
/// ));
/// # Ok::<(), vcto::Error>(())
/// ```
///
/// # Errors
/// `not_found` for an unknown id, `too_large` where the additions remove more than a million in sum
/// ([`CounterfactualSearch::most`]).
pub fn counterfactuals(estate: &Estate, asset: impl AsRef<str>) -> Result<Counterfactuals> {
    CounterfactualSearch::new(estate).find(asset)
}

/// The additions that remove most single points of failure of these assets together; see [`counterfactuals`].
///
/// # Errors
/// Those of [`counterfactuals`].
pub fn counterfactuals_of<I>(estate: &Estate, assets: I) -> Result<Additions>
where
    I: IntoIterator,
    I::Item: AsRef<str>,
{
    CounterfactualSearch::new(estate).over(assets)
}

/// Finds the additions for one asset after another on the same estate, reusing its memory.
pub struct CounterfactualSearch {
    estate: Estate,
    cuts: CutSearch,
    marks: Marks,
    monitor: Monitor,
    most: usize,
}

/// What is found of one asset, by row of its cone and by position.
struct Found {
    cone: Cone,
    /// Rows of the single points of failure, ascending.
    cuts: Vec<u32>,
    sweep: Sweep,
    /// By position what goes, each ascending.
    additions: Vec<Removed>,
}

/// What one addition removes, by position.
#[derive(Clone, Default)]
struct Removed {
    asset: u32,
    apart: Vec<u32>,
    beside: Vec<u32>,
}

impl CounterfactualSearch {
    /// A search on this estate.
    pub fn new(estate: &Estate) -> Self {
        Self {
            estate: estate.clone(),
            cuts: CutSearch::new(estate).silent(),
            marks: Marks::new(estate.graph()),
            monitor: Monitor::default(),
            most: 1_000_000,
        }
    }

    /// Watches the work: progress over several assets is told under `impact.counterfactuals`.
    #[must_use]
    pub fn monitor(mut self, monitor: Monitor) -> Self {
        self.cuts = CutSearch::new(&self.estate).silent().monitor(monitor.clone());
        self.monitor = monitor;
        self
    }

    /// How many single points the additions for one asset may remove in sum; more are refused, not cut off. A million unless
    /// said otherwise.
    #[must_use]
    pub fn most(mut self, most: usize) -> Self {
        self.most = most;
        self
    }

    /// What [`counterfactuals`] gives.
    ///
    /// # Errors
    /// Those of [`counterfactuals`], and `cancelled` when the monitor asks to stop.
    pub fn find(&mut self, asset: impl AsRef<str>) -> Result<Counterfactuals> {
        let position = position(&self.estate, asset.as_ref(), "impact.counterfactuals")?;
        self.tell(AssetId::from(asset.as_ref()), position)
            .map_err(|error| self.failed_at(error, position))
    }

    /// What [`counterfactuals_of`] gives. An asset that is named twice counts once.
    ///
    /// # Errors
    /// Those of [`find`](Self::find).
    pub fn over<I>(&mut self, assets: I) -> Result<Additions>
    where
        I: IntoIterator,
        I::Item: AsRef<str>,
    {
        let mut positions = assets
            .into_iter()
            .map(|asset| position(&self.estate, asset.as_ref(), "impact.counterfactuals"))
            .collect::<Result<Vec<u32>>>()?;
        positions.sort_unstable();
        positions.dedup();
        self.sum(&positions)
    }

    /// The same for all business applications, services, subscriptions and what people work with otherwise, the services of
    /// a [what-if](super::what_if()).
    ///
    /// # Errors
    /// Those of [`find`](Self::find).
    pub fn over_services(&mut self) -> Result<Additions> {
        let assets = self.estate.assets().iter().zip(0_u32..);
        let services: Vec<u32> = assets
            .filter(|(asset, _)| is_service(asset))
            .map(|(_, position)| position)
            .collect();
        self.sum(&services)
    }

    fn tell(&mut self, asset: AssetId, position: u32) -> Result<Counterfactuals> {
        let mut found = self.search(position)?;
        let all = smallest(&found.cone, &found.cuts, &mut found.sweep, &self.monitor)?;
        let mut additions = found.additions;
        additions.sort_by_key(|removed| (std::cmp::Reverse(removed.apart.len()), removed.asset));
        let at = |rows: &[u32]| {
            let mut positions: Vec<u32> = rows
                .iter()
                .filter_map(|row| found.cone.rows.get(*row as usize).copied())
                .collect();
            positions.sort_unstable();
            ids(&self.estate, &positions)
        };
        let id = |position: u32| self.estate.id(position).cloned();
        Ok(Counterfactuals {
            asset,
            single_points: at(&found.cuts),
            additions: additions
                .into_iter()
                .filter_map(|removed| {
                    Some(Addition {
                        asset: id(removed.asset)?,
                        removes: ids(&self.estate, &removed.apart),
                        on_same_foundations: ids(&self.estate, &removed.beside),
                    })
                })
                .collect(),
            all: at(&all.rows),
            proved: all.proved,
        })
    }

    fn sum(&mut self, positions: &[u32]) -> Result<Additions> {
        let mut sums: BTreeMap<u32, (usize, usize, Vec<u32>)> = BTreeMap::new();
        let mut single_points = 0;
        for (done, position) in positions.iter().enumerate() {
            let (done, total) = (done as u64, positions.len() as u64);
            self.monitor
                .report("impact.counterfactuals", done, Some(total))
                .and_then(|()| self.search(*position))
                .map(|found| {
                    single_points += found.cuts.len();
                    for removed in found.additions {
                        let (apart, beside, services) = sums.entry(removed.asset).or_default();
                        *apart += removed.apart.len();
                        *beside += removed.beside.len();
                        services.push(*position);
                    }
                })
                .map_err(|error| self.failed_at(error, *position))?;
        }
        let mut ranked: Vec<_> = sums.into_iter().collect();
        // Stable: positions stay in their order.
        ranked.sort_by_key(|(_, (apart, _, _))| std::cmp::Reverse(*apart));
        let told = ranked
            .into_iter()
            .filter_map(|(asset, (removes, on_same_foundations, services))| {
                Some(SharedAddition {
                    asset: self.estate.id(asset)?.clone(),
                    removes,
                    on_same_foundations,
                    services: ids(&self.estate, &services),
                })
            });
        Ok(Additions {
            assets: positions.len(),
            single_points,
            additions: told.collect(),
        })
    }

    /// What every single addition removes.
    fn search(&mut self, position: u32) -> Result<Found> {
        let points = self.cuts.positions(position, 1)?.concat();
        // Each of them is removed by itself at least.
        self.bound(points.len())?;
        let cone = Cone::new(self.estate.graph(), position, &mut self.marks);
        let cuts = cone.rows_of(&points);
        let mut found = Found {
            sweep: Sweep::new(&cone),
            additions: Vec::new(),
            cone,
            cuts,
        };
        let mut removed = vec![Removed::default(); found.cone.rows.len()];
        let mut rows = vec![false; found.cone.rows.len()];
        let mut sum = 0;
        for block in found.cuts.chunks(COLUMNS) {
            let nothing = Added {
                rows: &rows,
                apart: true,
            };
            let failed = found.sweep.start(&found.cone, block, &nothing);
            // Near the asset first: those remove most, and cost least.
            for row in found.cone.numbers().rev().filter(|row| *row != found.cone.top) {
                let (apart, beside) = additions(&found.cone, &mut found.sweep, row, block, &mut rows);
                let (apart, beside) = (failed.without(&apart), failed.without(&beside));
                if apart.is_none() && beside.is_none() {
                    continue;
                }
                self.monitor.check()?;
                sum += apart.count() as usize;
                self.bound(sum)?;
                if let Some(removed) = removed.get_mut(row as usize) {
                    removed.apart.extend(columns(&found.cone, block, &apart));
                    removed.beside.extend(columns(&found.cone, block, &beside));
                }
            }
        }
        found.additions = found
            .cone
            .rows
            .iter()
            .zip(removed)
            .filter(|(_, removed)| !removed.apart.is_empty())
            .map(|(asset, mut removed)| {
                removed.asset = *asset;
                removed.apart.sort_unstable();
                removed.beside.sort_unstable();
                removed
            })
            .collect();
        Ok(found)
    }

    fn bound(&self, count: usize) -> Result<()> {
        if count <= self.most {
            return Ok(());
        }
        Err(Error::new(
            ErrorKind::TooLarge,
            format!(
                "the additions remove more than {} single points in sum",
                self.most
            ),
        )
        .remedy("raise the bound with `CounterfactualSearch::most`"))
    }

    fn failed_at(&self, error: Error, position: u32) -> Error {
        let error = error.during("impact.counterfactuals");
        match self.estate.id(position) {
            Some(id) => error.with("asset", quoted(id.as_str())),
            None => error,
        }
    }
}

/// The columns of the block in which the asset still fails when this row has a second instance, apart and beside the first.
fn additions(cone: &Cone, sweep: &mut Sweep, row: u32, block: &[u32], rows: &mut [bool]) -> (Bits, Bits) {
    // What never fails here and is in no group is never missed.
    if sweep.of(row).is_none() && !cone.is_member(row) {
        return (Bits::ALL, Bits::ALL);
    }
    let apart = sweep.with(cone, row, true, rows);
    // On the same foundations what needs it directly fails as before: only groups have one member more.
    let mut beside = if cone.is_member(row) {
        sweep.with(cone, row, false, rows)
    } else {
        Bits::ALL
    };
    // When just the one fails, the other does not.
    if let Ok(column) = block.binary_search(&row) {
        let mut own = Bits::NONE;
        own.set(column);
        beside = beside.without(&own);
    }
    (apart, beside)
}

fn columns(cone: &Cone, block: &[u32], columns: &Bits) -> Vec<u32> {
    columns
        .columns()
        .filter_map(|column| block.get(column))
        .filter_map(|row| cone.rows.get(*row as usize).copied())
        .collect()
}

impl fmt::Debug for CounterfactualSearch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CounterfactualSearch")
            .field("estate", &self.estate)
            .field("most", &self.most)
            .finish_non_exhaustive()
    }
}
