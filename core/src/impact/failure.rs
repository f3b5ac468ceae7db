//! Failure with redundancy: what stops when assets stop.

use serde::Serialize;

use super::explain::{Explanation, explain};
use super::propagation::Propagation;
use super::{ids, json, position};
use crate::error::Result;
use crate::estate::{AssetId, Estate};

/// What a failure does.
///
/// In JSON `{"failed", "degraded"}`.
#[derive(Clone, Debug, Serialize)]
pub struct Failure {
    /// The seeds and everything that stops with them, by id.
    pub failed: Vec<AssetId>,
    /// What still runs but has some hard or soft impact relation or group member that is failed or degraded, by id.
    pub degraded: Vec<AssetId>,
    #[serde(skip)]
    estate: Estate,
    /// Position and round of what failed, ascending.
    #[serde(skip)]
    rounds: Vec<(u32, u32)>,
    /// Position and distance of what is degraded, ascending.
    #[serde(skip)]
    distances: Vec<(u32, u32)>,
}

impl Failure {
    /// The result as JSON.
    pub fn to_json(&self) -> String {
        json(self)
    }

    /// Why this asset is failed or degraded: the shortest derivation from the seeds. None when it is neither.
    ///
    /// # Errors
    /// `not_found` for an unknown id.
    pub fn why(&self, asset: impl AsRef<str>) -> Result<Option<Explanation>> {
        let position = position(&self.estate, asset.as_ref(), "impact.why")?;
        Ok(explain(&self.estate, &self.rounds, &self.distances, position))
    }
}

/// What stops when these assets stop, and what gets worse.
///
/// An asset fails when it is a seed, when something that it needs and that is in none of its groups fails, or when a group
/// of its keeps fewer than the number of members it needs. The result is the least fixed point: assets that only need each
/// other keep each other up.
///
/// ```
/// use vcto::{Estate, Inventory, impact};
///
/// let estate = Estate::new(Inventory::from_json(br#"{"format": "vcto.inventory/1", "source": {"name": "crm"},
///     "assets": [{"id": "erp", "kind": "business_application"}, {"id": "sql-1", "kind": "database"},
///                {"id": "sql-2", "kind": "database"}],
///     "requirements": [{"asset": "erp", "members": ["sql-1", "sql-2"], "needs": 1}]}"#)?)?;
/// let one = impact::fail(&estate, ["sql-1"])?;
/// assert_eq!(one.to_json(), r#"{"failed":["sql-1"],"degraded":["erp"]}"#);
/// let both = impact::fail(&estate, ["sql-1", "sql-2"])?;
/// assert_eq!(both.to_json(), r#"{"failed":["erp","sql-1","sql-2"],"degraded":[]}"#);
/// # Ok::<(), vcto::Error>(())
/// ```
///
/// # Errors
/// `not_found` for an unknown id.
pub fn fail<I>(estate: &Estate, seeds: I) -> Result<Failure>
where
    I: IntoIterator,
    I::Item: AsRef<str>,
{
    FailureSimulator::new(estate).fail(seeds)
}

/// Fails one set of assets after another on the same estate, reusing its memory: a run costs what it touches.
#[derive(Clone, Debug)]
pub struct FailureSimulator {
    estate: Estate,
    propagation: Propagation,
}

/// What a failure does, by position, in the working memory of a [`FailureSimulator`].
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Fallout<'s> {
    /// What stops, in the order of failing, seeds first.
    pub failed: &'s [u32],
    /// What gets worse, in the order of the distance from what stops.
    pub degraded: &'s [u32],
}

impl FailureSimulator {
    /// A simulator for this estate.
    pub fn new(estate: &Estate) -> Self {
        Self {
            estate: estate.clone(),
            propagation: Propagation::new(estate.graph()),
        }
    }

    /// What [`fail`](fail()) gives.
    ///
    /// # Errors
    /// `not_found` for an unknown id.
    pub fn fail<I>(&mut self, seeds: I) -> Result<Failure>
    where
        I: IntoIterator,
        I::Item: AsRef<str>,
    {
        let seeds = seeds
            .into_iter()
            .map(|seed| position(&self.estate, seed.as_ref(), "impact.fail"))
            .collect::<Result<Vec<_>>>()?;
        self.fail_positions(&seeds);
        let mut rounds: Vec<_> = self.propagation.failed_by_round().collect();
        let mut distances: Vec<_> = self.propagation.degraded_by_distance().collect();
        rounds.sort_unstable();
        distances.sort_unstable();
        Ok(Failure {
            failed: ids(&self.estate, rounds.iter().map(|(asset, _)| asset)),
            degraded: ids(&self.estate, distances.iter().map(|(asset, _)| asset)),
            estate: self.estate.clone(),
            rounds,
            distances,
        })
    }

    /// The same by position in [`Estate::assets`], without making ids. Positions beyond the estate are passed over.
    pub fn fail_positions(&mut self, seeds: &[u32]) -> Fallout<'_> {
        self.propagation.fail(self.estate.graph(), seeds);
        self.propagation.degrade(self.estate.graph());
        Fallout {
            failed: self.propagation.failed(),
            degraded: self.propagation.degraded(),
        }
    }

    /// Only what stops, in the order of failing, seeds first.
    pub fn failed_positions(&mut self, seeds: &[u32]) -> &[u32] {
        self.propagation.fail(self.estate.graph(), seeds);
        self.propagation.failed()
    }
}
