//! What a change of the estate means for what breaks what.

mod aligned;
mod cuts;
mod radii;

use serde::Serialize;

use self::aligned::Aligned;
use self::cuts::{Comparison, affected};
use self::radii::{Columns, radii};
use super::cuts::CutSets;
use super::json;
use crate::error::Result;
use crate::estate::{self, AssetId, Estate};
use crate::monitor::Monitor;

/// What changed between two snapshots, and what that means.
///
/// In JSON `{"changes", "radii", "cuts"}`.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ImpactDiff {
    /// What is recorded otherwise, record by record.
    pub changes: estate::Diff,
    /// Every asset that other assets depend on now than before, also where they are as many, and every asset that only one
    /// snapshot has; by id.
    pub radii: Vec<RadiusChange>,
    /// Every service that something stops now and did not before, or the other way round; by id. See
    /// [`worst_first`](Self::worst_first).
    pub cuts: Vec<CutChange>,
}

/// How the [blast radius](super::blast_radius()) of one asset changed.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct RadiusChange {
    /// Which asset.
    pub asset: AssetId,
    /// How many assets depended on it over hard edges; none where the old snapshot does not have it.
    pub before: Option<usize>,
    /// How many do now; none where the new snapshot does not have it.
    pub after: Option<usize>,
    /// How many depend on it now and did not.
    pub gained: usize,
    /// How many did and do not.
    pub lost: usize,
}

/// How the [cut sets](super::cut_sets) of one asset changed.
///
/// Those of before, without `gone` and `absorbed`, with `appeared` and `relieved`, are those of now.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct CutChange {
    /// What stops.
    pub asset: AssetId,
    /// What stops it now and did not: new single points of failure first, then new pairs.
    pub appeared: CutSets,
    /// What stopped it and does not any more.
    pub gone: CutSets,
    /// Pairs that still stop it, but of which one alone is enough now.
    #[serde(skip_serializing_if = "none")]
    pub absorbed: CutSets,
    /// Pairs of which one alone was enough before.
    #[serde(skip_serializing_if = "none")]
    pub relieved: CutSets,
}

fn none(sets: &CutSets) -> bool {
    sets.0.is_empty()
}

impl ImpactDiff {
    /// Whether nothing changed; what is merely unseen in `changes` does not count there, but in `radii` and `cuts`.
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty() && self.radii.is_empty() && self.cuts.is_empty()
    }

    /// The changes of cut sets in the order in which to look at them: most new single points of failure first, then most new
    /// pairs, then by id.
    pub fn worst_first(&self) -> Vec<&CutChange> {
        let mut ranked: Vec<_> = self.cuts.iter().collect();
        // Stable: ids stay in their order.
        ranked.sort_by_key(|change| {
            let sets = &change.appeared.0;
            let singles = sets.iter().filter(|set| set.len() == 1).count();
            std::cmp::Reverse((singles, sets.len()))
        });
        ranked
    }

    /// The result as JSON.
    pub fn to_json(&self) -> String {
        json(self)
    }
}

/// How to compute [`diff_with`].
#[derive(Clone, Debug)]
#[must_use]
pub struct DiffOptions {
    order: usize,
    most: usize,
    assets: Option<Vec<String>>,
    monitor: Monitor,
}

impl Default for DiffOptions {
    fn default() -> Self {
        Self {
            order: 2,
            most: 1_000_000,
            assets: None,
            monitor: Monitor::default(),
        }
    }
}

impl DiffOptions {
    /// How many assets a cut set has at most: 1 or 2. 2 unless said otherwise.
    pub fn order(mut self, order: usize) -> Self {
        self.order = order;
        self
    }

    /// How many cut sets one asset may have in one snapshot; more are refused, not cut off. A million unless said otherwise.
    pub fn most(mut self, most: usize) -> Self {
        self.most = most;
        self
    }

    /// Compares the cut sets of these assets, instead of those of services.
    pub fn assets<I>(mut self, assets: I) -> Self
    where
        I: IntoIterator,
        I::Item: AsRef<str>,
    {
        self.assets = Some(assets.into_iter().map(|id| id.as_ref().to_owned()).collect());
        self
    }

    /// Watches the work: progress is told under `impact.diff`.
    pub fn monitor(mut self, monitor: Monitor) -> Self {
        self.monitor = monitor;
        self
    }
}

/// What a reviewer of a change wants to see first: what is recorded otherwise, whose blast radius changed, and which single
/// points of failure and pairs appeared or went, of business applications, services, subscriptions and what people work
/// with otherwise (the services of a [what-if](super::what_if()); in either snapshot).
///
/// Exact. Each snapshot is taken as it stands: what a partial new one does not mention is `unseen` in `changes` and not
/// there in `radii` and `cuts`. To compare with what was known before, merge the two first
/// ([`source::read_all`](crate::source::read_all)).
///
/// Finding what changed and who may be touched is linear in both snapshots. Then the assets that lead to a changed edge are
/// taken 512 at a time as columns of bits through both graphs (with those that need just one other folded into it) and compared
/// where a changed edge leads down to; cut sets are
/// searched for the services above an asset that needs something else than before. So small changes cost little more than
/// reading; where c assets lead to changed edges, at most c/512 passes over both graphs; where most services stand above a
/// change, as much as the cut sets of most services, twice.
///
/// ```
/// use vcto::{Estate, Inventory, impact};
///
/// let told = |members: &str| Estate::new(Inventory::from_json(format!(r#"{{"format": "vcto.inventory/1",
///     "source": {{"name": "crm", "complete": true}},
///     "assets": [{{"id": "erp", "kind": "business_application"}}, {{"id": "sql-1", "kind": "database"}},
///                {{"id": "sql-2", "kind": "database"}}],
///     "requirements": [{{"asset": "erp", "members": {members}, "needs": 1}}]}}"#).as_bytes())?);
/// let diff = impact::diff(&told(r#"["sql-1", "sql-2"]"#)?, &told(r#"["sql-2"]"#)?)?;
/// assert_eq!(diff.cuts[0].appeared.to_json(), r#"[["sql-2"]]"#);
/// assert_eq!(diff.cuts[0].absorbed.to_json(), r#"[["sql-1","sql-2"]]"#);
/// assert_eq!((diff.radii[0].asset.as_str(), diff.radii[0].lost), ("sql-1", 1));
/// # Ok::<(), vcto::Error>(())
/// ```
///
/// # Errors
/// `too_large` where a service has more than a million cut sets.
pub fn diff(old: &Estate, new: &Estate) -> Result<ImpactDiff> {
    diff_with(old, new, &DiffOptions::default())
}

/// [`diff`] with options.
///
/// # Errors
/// `invalid_input` for order 0, `unsupported` for an order above 2, `not_found` for a named asset that neither snapshot has,
/// `too_large` where an asset has more cut sets than [`DiffOptions::most`], `cancelled` when the monitor asks to stop.
pub fn diff_with(old: &Estate, new: &Estate, options: &DiffOptions) -> Result<ImpactDiff> {
    compare(old, new, options).map_err(|error| error.during("impact.diff"))
}

fn compare(old: &Estate, new: &Estate, options: &DiffOptions) -> Result<ImpactDiff> {
    super::cuts::check_order(options.order)?;
    options.monitor.check()?;
    let aligned = Aligned::new(old, new);
    let columns = Columns::new(&aligned);
    let affected = affected(&aligned, options)?;
    let total = Some((columns.count() + affected.len()) as u64);
    let progress = |done: usize| options.monitor.report("impact.diff", done as u64, total);
    let radii = radii(&aligned, &columns, progress)?;
    let mut comparison = Comparison::new(&aligned, options);
    let mut cuts = Vec::new();
    for (place, number) in affected.into_iter().enumerate() {
        progress(columns.count() + place)?;
        cuts.extend(comparison.of(number)?);
    }
    Ok(ImpactDiff {
        changes: estate::diff(old, new),
        radii,
        cuts,
    })
}
