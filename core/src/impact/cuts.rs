//! Cut sets: the smallest sets of other assets whose failure fails an asset.

mod cone;
mod search;

use std::fmt;

use serde::Serialize;

use self::cone::{Cone, Marks};
use super::{ids, json, position};
use crate::error::{Error, ErrorKind, Result};
use crate::estate::{AssetId, Estate};
use crate::monitor::Monitor;
use crate::text::quoted;

/// Sets of assets that fail another one together and of which none can be left out: by size, then by ids. In JSON a list
/// of lists.
#[derive(Clone, Debug, Default, Eq, PartialEq, Serialize)]
#[serde(transparent)]
pub struct CutSets(pub Vec<Vec<AssetId>>);

impl CutSets {
    /// The result as JSON.
    pub fn to_json(&self) -> String {
        json(self)
    }
}

/// The sets of at most `order` other assets whose failure fails this one, without those that hold a smaller such set.
/// Exact, cycles included; what [`fail`](super::fail()) says of each set is that the asset fails.
///
/// A set of one is a single point of failure.
///
/// ```
/// use vcto::{Estate, Inventory, impact};
///
/// let estate = Estate::new(Inventory::from_json(br#"{"format": "vcto.inventory/1", "source": {"name": "crm"},
///     "assets": [{"id": "erp", "kind": "business_application"}, {"id": "sql-1", "kind": "database"},
///                {"id": "sql-2", "kind": "database"}, {"id": "san", "kind": "storage"}],
///     "relations": [{"from": "sql-1", "to": "san", "kind": "depends_on"}],
///     "requirements": [{"asset": "erp", "members": ["sql-1", "sql-2"], "needs": 1}]}"#)?)?;
/// let cuts = impact::cut_sets(&estate, "erp", 2)?;
/// assert_eq!(cuts.to_json(), r#"[["san","sql-2"],["sql-1","sql-2"]]"#);
/// # Ok::<(), vcto::Error>(())
/// ```
///
/// # Errors
/// `not_found` for an unknown id, `invalid_input` for order 0, `unsupported` for an order above 2, `too_large` where the
/// sets are more than [`CutSearch::most`] allows.
pub fn cut_sets(estate: &Estate, asset: impl AsRef<str>, order: usize) -> Result<CutSets> {
    CutSearch::new(estate).find(asset, order)
}

/// Finds the cut sets of one asset after another on the same estate, reusing its memory.
pub struct CutSearch {
    estate: Estate,
    marks: Marks,
    monitor: Monitor,
    most: usize,
    silent: bool,
}

impl CutSearch {
    /// A search on this estate.
    pub fn new(estate: &Estate) -> Self {
        Self {
            estate: estate.clone(),
            marks: Marks::new(estate.graph()),
            monitor: Monitor::default(),
            most: 1_000_000,
            silent: false,
        }
    }

    /// Watches the work: progress is told under `impact.cut_sets`.
    #[must_use]
    pub fn monitor(mut self, monitor: Monitor) -> Self {
        self.monitor = monitor;
        self
    }

    /// How many sets at most; more are refused, not cut off. A million unless said otherwise.
    #[must_use]
    pub fn most(mut self, most: usize) -> Self {
        self.most = most;
        self
    }

    /// What [`cut_sets`] gives.
    ///
    /// # Errors
    /// Those of [`cut_sets`], and `cancelled` when the monitor asks to stop.
    pub fn find(&mut self, asset: impl AsRef<str>, order: usize) -> Result<CutSets> {
        let position = position(&self.estate, asset.as_ref(), "impact.cut_sets")?;
        self.positions(position, order)
            .map(|sets| CutSets(sets.iter().map(|set| ids(&self.estate, set)).collect()))
            .map_err(|error| {
                error
                    .during("impact.cut_sets")
                    .with("asset", quoted(asset.as_ref()))
            })
    }

    /// Leaves the progress to the caller; the monitor can still stop the work.
    pub(super) fn silent(mut self) -> Self {
        self.silent = true;
        self
    }

    /// The sets by position, in order.
    pub(super) fn positions(&mut self, asset: u32, order: usize) -> Result<Vec<Vec<u32>>> {
        check_order(order)?;
        let cone = Cone::new(self.estate.graph(), asset, &mut self.marks);
        let singles = search::singles(&cone, |done, total| {
            if self.silent {
                self.monitor.check()
            } else {
                self.monitor.report("impact.cut_sets", done, Some(total))
            }
        })?;
        let at = |row: &u32| cone.rows.get(*row as usize).copied();
        let mut sets: Vec<Vec<u32>> = cone
            .vital
            .iter()
            .skip(1)
            .copied()
            .chain(singles.cuts.iter().filter_map(at))
            .map(|asset| vec![asset])
            .collect();
        self.bound(sets.len())?;
        sets.sort_unstable();
        if order == 2 {
            let mut pairs = Vec::new();
            for (one, other) in search::pairs(&cone, &singles.classes, &self.monitor)? {
                let (Some(one), Some(other)) = (singles.classes.get(one), singles.classes.get(other)) else {
                    continue;
                };
                self.bound(sets.len() + pairs.len() + one.len().saturating_mul(other.len()))?;
                for a in one.iter().filter_map(at) {
                    pairs.extend(other.iter().filter_map(at).map(|b| vec![a.min(b), a.max(b)]));
                }
            }
            pairs.sort_unstable();
            sets.extend(pairs);
        }
        Ok(sets)
    }

    fn bound(&self, count: usize) -> Result<()> {
        if count <= self.most {
            return Ok(());
        }
        Err(
            Error::new(ErrorKind::TooLarge, format!("more than {} cut sets", self.most))
                .remedy("ask for order 1, or raise the bound with `CutSearch::most`"),
        )
    }
}

/// Refuses an order for which there is no search.
pub(super) fn check_order(order: usize) -> Result<()> {
    match order {
        0 => Err(Error::new(
            ErrorKind::InvalidInput,
            "a cut set has at least one asset: order is 1 or 2",
        )),
        1 | 2 => Ok(()),
        _ => Err(Error::new(
            ErrorKind::Unsupported,
            "cut sets are found up to order 2",
        )),
    }
}

impl fmt::Debug for CutSearch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CutSearch")
            .field("estate", &self.estate)
            .field("most", &self.most)
            .finish_non_exhaustive()
    }
}
