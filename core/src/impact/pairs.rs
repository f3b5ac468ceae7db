//! Pairs of failures that together fail more than each alone.

mod cone;

use std::fmt;

use serde::Serialize;

use self::cone::{Cone, Joint, Strained};
use super::{ids, json, position};
use crate::error::{Error, ErrorKind, Result};
use crate::estate::{AssetId, Estate};
use crate::monitor::Monitor;
use crate::text::quoted;

/// The pairs below one asset that together fail more than each alone. In JSON `{"asset", "pairs"}`.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct PairFailures {
    /// The asset asked about.
    pub asset: AssetId,
    /// Those that fail most together first, then by ids.
    pub pairs: Vec<PairFailure>,
}

/// Two assets whose joint failure fails something that neither fails alone.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct PairFailure {
    /// The two, by id.
    pub pair: [AssetId; 2],
    /// How many assets fail with both and with neither alone: of the asset asked about and what it depends on.
    pub fails: usize,
    /// Whether the asset asked about is one of them: then the two are a [cut set](super::cut_sets()) of it.
    pub breaks_asset: bool,
}

impl PairFailures {
    /// The result as JSON.
    pub fn to_json(&self) -> String {
        json(self)
    }
}

/// Every pair of the assets that this one depends on whose joint failure fails more than the two single failures: exact,
/// cycles included. Looked at is what the asset depends on over hard impact relations and group members, and the asset
/// itself, which is in no pair.
///
/// The pairs that fail the asset itself are its cut sets of size 2; the others are redundancy that is lost below it without
/// stopping it. A pair does more than its two members only where both strain the same group, so only such pairs are
/// examined, each at the cost of what it fails.
///
/// ```
/// use vcto::{Estate, Inventory, impact};
///
/// let estate = Estate::new(Inventory::from_json(br#"{"format": "vcto.inventory/1", "source": {"name": "crm"},
///     "assets": [{"id": "erp", "kind": "business_application"}, {"id": "sql", "kind": "database"},
///                {"id": "ups-1", "kind": "power"}, {"id": "ups-2", "kind": "power"}],
///     "relations": [{"from": "erp", "to": "sql", "kind": "depends_on"}],
///     "requirements": [{"asset": "sql", "members": ["ups-1", "ups-2"], "needs": 1}]}"#)?)?;
/// let pairs = impact::pair_failures(&estate, "erp")?;
/// assert_eq!(pairs.to_json(), r#"{"asset":"erp","pairs":[{"pair":["ups-1","ups-2"],"fails":2,"breaks_asset":true}]}"#);
/// # Ok::<(), vcto::Error>(())
/// ```
///
/// # Errors
/// `not_found` for an unknown id, `too_large` where more pairs have to be examined than [`PairSearch::most`] allows.
pub fn pair_failures(estate: &Estate, asset: impl AsRef<str>) -> Result<PairFailures> {
    PairSearch::new(estate).find(asset)
}

/// Finds the pairs of one asset after another on the same estate.
pub struct PairSearch {
    estate: Estate,
    monitor: Monitor,
    most: usize,
}

impl PairSearch {
    /// A search on this estate.
    pub fn new(estate: &Estate) -> Self {
        Self {
            estate: estate.clone(),
            monitor: Monitor::default(),
            most: 1_000_000,
        }
    }

    /// Watches the work: progress is told under `impact.pair_failures`.
    #[must_use]
    pub fn monitor(mut self, monitor: Monitor) -> Self {
        self.monitor = monitor;
        self
    }

    /// How many pairs are examined at most; more are refused, not cut off. A million unless said otherwise.
    #[must_use]
    pub fn most(mut self, most: usize) -> Self {
        self.most = most;
        self
    }

    /// What [`pair_failures`] gives.
    ///
    /// # Errors
    /// Those of [`pair_failures`], and `cancelled` when the monitor asks to stop.
    pub fn find(&self, asset: impl AsRef<str>) -> Result<PairFailures> {
        let position = position(&self.estate, asset.as_ref(), "impact.pair_failures")?;
        let pairs = self.positions(position).map_err(|error| {
            error
                .during("impact.pair_failures")
                .with("asset", quoted(asset.as_ref()))
        })?;
        let pairs = pairs.into_iter().filter_map(|joint| {
            let pair = <[AssetId; 2]>::try_from(ids(&self.estate, &joint.pair)).ok()?;
            Some(PairFailure {
                pair,
                fails: joint.fails,
                breaks_asset: joint.breaks_asset,
            })
        });
        Ok(PairFailures {
            asset: self
                .estate
                .id(position)
                .cloned()
                .unwrap_or_else(|| asset.as_ref().into()),
            pairs: pairs.collect(),
        })
    }

    fn positions(&self, asset: u32) -> Result<Vec<Joint>> {
        let cone = Cone::new(self.estate.graph(), asset);
        let candidates = cone.candidates(&self.monitor)?;
        let strained = Strained::new(&candidates);
        let mut joints = Vec::new();
        let mut run = cone.run();
        let mut examined = 0;
        for (number, one) in candidates.iter().enumerate() {
            self.monitor.report(
                "impact.pair_failures",
                number as u64,
                Some(candidates.len() as u64),
            )?;
            let partners = cone.partners(&strained, &candidates, number);
            examined += partners.len();
            self.bound(examined)?;
            run.fail(one);
            for other in partners.iter().filter_map(|other| candidates.get(*other)) {
                joints.extend(run.with(one, other));
            }
        }
        joints.sort_unstable_by_key(|joint: &Joint| (std::cmp::Reverse(joint.fails), joint.pair));
        Ok(joints)
    }

    fn bound(&self, examined: usize) -> Result<()> {
        if examined <= self.most {
            return Ok(());
        }
        let message = format!("more than {} pairs to examine", self.most);
        Err(Error::new(ErrorKind::TooLarge, message)
            .remedy("ask of an asset further down, or raise the bound with `PairSearch::most`"))
    }
}

impl fmt::Debug for PairSearch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PairSearch")
            .field("estate", &self.estate)
            .field("most", &self.most)
            .finish_non_exhaustive()
    }
}
