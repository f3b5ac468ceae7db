//! What breaks what, beyond single answers: whole-estate results, drawn failures, second instances, comparison.

use std::collections::BTreeMap;

use napi::bindgen_prelude::*;
use napi_derive::napi;
use vcto::estate::{AssetKind, Strength};
use vcto::impact;

use crate::both::edges::edges;
use crate::both::wanted::out_of_range;
use crate::error::OrThrow;
use crate::estate::{Estate, whole};
use crate::json;
use crate::ledger::number;
use crate::promise::{promise, watched};

#[napi]
impl Estate {
    /// The ids of all assets, in the order in which arrays have them.
    #[napi(getter)]
    pub fn ids(&self) -> Vec<String> {
        let assets = self.0.assets().iter();
        assets.map(|asset| asset.id.as_str().to_owned()).collect()
    }

    /// The totals of all blast radii, in the order of `ids`.
    #[napi]
    pub fn blast_radii_array(&self) -> Uint32Array {
        impact::blast_radii(&self.0).totals().to_vec().into()
    }

    /// Every edge of the dependency graph, by the places of its ends in `ids`: what depends, and on what.
    #[napi]
    pub fn edges(&self) -> EdgeArrays {
        let (mut from, mut to, mut soft) = (Vec::new(), Vec::new(), Vec::new());
        for (dependant, dependency, edge) in edges(&self.0) {
            from.push(dependant);
            to.push(dependency);
            soft.push(u8::from(edge.strength == Strength::Soft));
        }
        EdgeArrays {
            from: from.into(),
            to: to.into(),
            soft: soft.into(),
        }
    }

    /// How many assets stop, the asset itself included, and how many get worse when each asset fails alone; in the order of
    /// `ids`.
    #[napi]
    pub fn single_failures(&self) -> SingleFailures {
        let found = impact::single_failures(&self.0);
        SingleFailures {
            failed: found.failed().to_vec().into(),
            degraded: found.degraded().to_vec().into(),
        }
    }

    /// The pairs of assets below this one that together fail more than each alone; those that fail most first.
    #[napi(ts_return_type = "Promise<PairFailures>")]
    pub fn pair_failures<'env>(
        &self,
        env: &'env Env,
        asset_id: String,
        options: Option<WatchOptions<'_>>,
    ) -> Result<Object<'env>> {
        let (estate, monitor) = (self.0.clone(), options.unwrap_or_default().monitor(env)?);
        let work = move || impact::PairSearch::new(&estate).monitor(monitor).find(&asset_id);
        promise(env, work, |env, found| json::result(env, &found))
    }

    /// Failures drawn at random from a seed, the same on every machine: how often each asset stops, with an interval of 95 %.
    #[napi(ts_return_type = "Promise<FailureOdds>")]
    pub fn monte_carlo<'env>(
        &self,
        env: &'env Env,
        seed: Either<f64, BigInt>,
        options: Option<MonteCarloOptions<'_>>,
    ) -> Result<Object<'env>> {
        let options = options.unwrap_or_default();
        let monitor = watched(env, options.signal)?;
        let mut drawing = impact::MonteCarlo::new(seed_of(&seed).or_throw(env)?).monitor(monitor);
        if let Some(draws) = options.draws {
            drawing = drawing.draws(number(draws, "draws").or_throw(env)?);
        }
        if let Some(rate) = options.rate {
            drawing = drawing.rate(rate);
        }
        for (kind, rate) in options.kind_rates.unwrap_or_default() {
            drawing = drawing.rate_of_kind(AssetKind::from(kind.as_str()), rate);
        }
        for (asset, rate) in options.rates.unwrap_or_default() {
            drawing = drawing.rate_of(asset, rate);
        }
        let estate = self.0.clone();
        let work = move || impact::monte_carlo(&estate, &drawing);
        promise(env, work, |env, found| json::result(env, &found))
    }

    /// What runs and could not be started again from nothing: rings of assets that wait for each other, and what waits for them.
    #[napi(ts_return_type = "ColdStart")]
    pub fn cold_start<'env>(&self, env: &'env Env) -> Result<Object<'env>> {
        json::result(env, &impact::cold_start(&self.0))
    }

    /// Of which assets a second instance would remove single points of failure of this one; what removes most first.
    #[napi(ts_return_type = "Counterfactuals")]
    pub fn counterfactuals<'env>(&self, env: &'env Env, asset_id: String) -> Result<Object<'env>> {
        json::result(env, &impact::counterfactuals(&self.0, &asset_id).or_throw(env)?)
    }

    /// The same for all services together: which second instances remove most single points of failure.
    #[napi(ts_return_type = "Promise<Additions>")]
    pub fn additions<'env>(&self, env: &'env Env, options: Option<WatchOptions<'_>>) -> Result<Object<'env>> {
        let (estate, monitor) = (self.0.clone(), options.unwrap_or_default().monitor(env)?);
        let work = move || {
            impact::CounterfactualSearch::new(&estate)
                .monitor(monitor)
                .over_services()
        };
        promise(env, work, |env, found| json::result(env, &found))
    }

    /// Over which asset all that needs another one comes to it, and how many each asset dominates so; of the whole estate, or of
    /// what one asset depends on.
    #[napi(ts_return_type = "Record<string, Dominated>")]
    pub fn dominators<'env>(&self, env: &'env Env, asset_id: Option<String>) -> Result<Object<'env>> {
        let found = match asset_id {
            None => Ok(impact::dominators(&self.0)),
            Some(asset_id) => impact::dominators_of(&self.0, asset_id),
        };
        json::plain(env, &found.or_throw(env)?)
    }

    /// Groups of assets that belong together, as a move would take them.
    #[napi(ts_return_type = "Promise<Communities>")]
    pub fn communities<'env>(
        &self,
        env: &'env Env,
        options: Option<CommunityOptions<'_>>,
    ) -> Result<Object<'env>> {
        let options = options.unwrap_or_default();
        let mut how = impact::CommunityOptions::new().monitor(watched(env, options.signal)?);
        if let Some((numerator, denominator)) = options.resolution {
            how = how.resolution(numerator, denominator);
        }
        let estate = self.0.clone();
        let work = move || impact::communities_with(&estate, &how);
        promise(env, work, |env, found| json::result(env, &found))
    }

    /// The components: assets that need each other in a ring, or one alone; by number, with their layer and what they depend on.
    #[napi(ts_return_type = "Component[]")]
    pub fn components<'env>(&self, env: &'env Env) -> Result<Object<'env>> {
        json::plain(env, &impact::components(&self.0))
    }

    /// The totals of all blast radii by the kind of what they touch: by asset id, then by kind, without zeros.
    #[napi(ts_return_type = "Record<string, Record<string, number>>")]
    pub fn blast_radii_by_kind<'env>(&self, env: &'env Env) -> Result<Object<'env>> {
        let options = impact::RadiiOptions::default();
        let found = impact::blast_radii_by(&self.0, &options, |asset| Some(asset.kind.clone()));
        json::plain(env, &found.or_throw(env)?)
    }

    /// The same by criticality; assets without one are not counted.
    #[napi(ts_return_type = "Record<string, Record<string, number>>")]
    pub fn blast_radii_by_criticality<'env>(&self, env: &'env Env) -> Result<Object<'env>> {
        let options = impact::RadiiOptions::default();
        let found = impact::blast_radii_by(&self.0, &options, |asset| asset.criticality.clone());
        json::plain(env, &found.or_throw(env)?)
    }

    /// What it means that the estate is this later one now: records that changed, whose blast radius did, and which cut sets of
    /// services appeared and went, or of the named assets.
    #[napi(ts_return_type = "Promise<ImpactDiff>")]
    pub fn diff<'env>(
        &self,
        env: &'env Env,
        later: ClassInstance<'_, Estate>,
        options: Option<DiffOptions<'_>>,
    ) -> Result<Object<'env>> {
        let options = options.unwrap_or_default();
        let mut how = impact::DiffOptions::default().monitor(watched(env, options.signal)?);
        if let Some(order) = options.order {
            how = how.order(whole(order));
        }
        if let Some(ids) = options.asset_ids {
            how = how.assets(ids);
        }
        let (old, new) = (self.0.clone(), later.0.clone());
        let work = move || impact::diff_with(&old, &new, &how);
        promise(env, work, |env, found| json::result(env, &found))
    }
}

/// The edges of a dependency graph, by the places of their ends in `ids`.
#[napi(object, object_from_js = false)]
pub struct EdgeArrays {
    /// What depends.
    pub from: Uint32Array,
    /// What it depends on.
    pub to: Uint32Array,
    /// 1 where the dependant only gets worse without it, 0 where it stops.
    pub soft: Uint8Array,
}

/// What each asset does when it fails alone, in the order of `ids`.
#[napi(object, object_from_js = false)]
pub struct SingleFailures {
    /// How many assets stop, itself included.
    pub failed: Uint32Array,
    /// How many only get worse.
    pub degraded: Uint32Array,
}

/// How to watch long work.
#[napi(object, object_to_js = false)]
#[derive(Default)]
pub struct WatchOptions<'a> {
    /// Stops the work.
    #[napi(ts_type = "AbortSignal")]
    pub signal: Option<Object<'a>>,
}

impl WatchOptions<'_> {
    fn monitor(self, env: &Env) -> Result<vcto::monitor::Monitor> {
        watched(env, self.signal)
    }
}

/// What to draw.
#[napi(object, object_to_js = false)]
#[derive(Default)]
pub struct MonteCarloOptions<'a> {
    /// How many times. The default is 1,000.
    pub draws: Option<f64>,
    /// How likely each asset is down by itself, 0 to 1.
    pub rate: Option<f64>,
    /// The same of assets of a kind.
    #[napi(ts_type = "Record<string, number>")]
    pub kind_rates: Option<BTreeMap<String, f64>>,
    /// The same of single assets.
    #[napi(ts_type = "Record<string, number>")]
    pub rates: Option<BTreeMap<String, f64>>,
    /// Stops the work.
    #[napi(ts_type = "AbortSignal")]
    pub signal: Option<Object<'a>>,
}

/// How to group.
#[napi(object, object_to_js = false)]
#[derive(Default)]
pub struct CommunityOptions<'a> {
    /// A fraction of two whole numbers: above 1 more and smaller groups. The default is [1, 1].
    pub resolution: Option<(u32, u32)>,
    /// Stops the work.
    #[napi(ts_type = "AbortSignal")]
    pub signal: Option<Object<'a>>,
}

/// How to compare.
#[napi(object, object_to_js = false)]
#[derive(Default)]
pub struct DiffOptions<'a> {
    /// The largest size of a cut set: 1 or 2. The default is 2.
    pub order: Option<f64>,
    /// The assets of which cut sets are compared. The default is all services.
    pub asset_ids: Option<Vec<String>>,
    /// Stops the work.
    #[napi(ts_type = "AbortSignal")]
    pub signal: Option<Object<'a>>,
}

/// A seed: a whole number that JavaScript has exactly, or a bigint below 2^64.
fn seed_of(seed: &Either<f64, BigInt>) -> vcto::Result<u64> {
    match seed {
        Either::A(seed) => number(*seed, "seed"),
        Either::B(seed) => match seed.get_u64() {
            (false, seed, true) => Ok(seed),
            _ => Err(out_of_range("seed")),
        },
    }
}
