//! Failures drawn at random, the same on every machine: how often each asset stops.

mod seeds;

use std::collections::BTreeMap;

use serde::ser::{SerializeMap, SerializeStruct};
use serde::{Serialize, Serializer};

use self::seeds::{Seeds, in_units};
use super::propagation::Propagation;
use super::{json, position};
use crate::error::{Error, ErrorKind, Result};
use crate::estate::{AssetId, AssetKind, Estate};
use crate::monitor::Monitor;
use crate::text::quoted;

/// What to draw: how many times, from which seed, and how likely each asset is down by itself.
///
/// ```
/// use vcto::estate::AssetKind;
/// use vcto::impact::MonteCarlo;
///
/// let drawing = MonteCarlo::new(42).draws(10_000).rate(0.001).rate_of_kind(AssetKind::Switch, 0.002).rate_of("san", 0.01);
/// # let _ = drawing;
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct MonteCarlo {
    seed: u64,
    draws: u32,
    rate: Option<f64>,
    by_kind: BTreeMap<AssetKind, f64>,
    by_asset: BTreeMap<AssetId, f64>,
    monitor: Monitor,
}

impl MonteCarlo {
    /// 1,000 draws from this seed; the same seed gives the same draws everywhere. No asset is down by itself until a rate
    /// is given.
    pub fn new(seed: u64) -> Self {
        Self {
            seed,
            draws: 1_000,
            rate: None,
            by_kind: BTreeMap::new(),
            by_asset: BTreeMap::new(),
            monitor: Monitor::default(),
        }
    }

    /// How many draws.
    pub fn draws(mut self, draws: u32) -> Self {
        self.draws = draws;
        self
    }

    /// The probability, 0 to 1, that an asset is down by itself, for all that have no other.
    pub fn rate(mut self, rate: f64) -> Self {
        self.rate = Some(rate);
        self
    }

    /// The probability for assets of this kind; it goes before that for all.
    pub fn rate_of_kind(mut self, kind: AssetKind, rate: f64) -> Self {
        self.by_kind.insert(kind, rate);
        self
    }

    /// The probability for this asset; it goes before all others.
    pub fn rate_of(mut self, asset: impl Into<AssetId>, rate: f64) -> Self {
        self.by_asset.insert(asset.into(), rate);
        self
    }

    /// Watches the work: progress is told under `impact.monte_carlo`.
    pub fn monitor(mut self, monitor: Monitor) -> Self {
        self.monitor = monitor;
        self
    }

    /// The rate of every asset in units of 2^-64, by position.
    fn rates(&self, estate: &Estate) -> Result<Vec<u128>> {
        if self.draws == 0 {
            return Err(Error::new(ErrorKind::InvalidInput, "no draws").remedy("ask for at least one draw"));
        }
        if self.rate.is_none() && self.by_kind.is_empty() && self.by_asset.is_empty() {
            return Err(Error::new(ErrorKind::InvalidInput, "no asset has a rate")
                .remedy("say with `rate` how likely an asset is down by itself"));
        }
        let all = units(self.rate.unwrap_or(0.0), || "all".to_owned())?;
        let kinds = self
            .by_kind
            .iter()
            .map(|(kind, rate)| Ok((kind, units(*rate, || format!("kind {}", quoted(kind.as_str())))?)))
            .collect::<Result<BTreeMap<_, _>>>()?;
        let mut rates: Vec<u128> = estate
            .assets()
            .iter()
            .map(|asset| kinds.get(&asset.kind).copied().unwrap_or(all))
            .collect();
        for (asset, rate) in &self.by_asset {
            let rate = units(*rate, || format!("asset {}", quoted(asset.as_str())))?;
            let place = position(estate, asset.as_str(), "impact.monte_carlo")?;
            if let Some(slot) = rates.get_mut(place as usize) {
                *slot = rate;
            }
        }
        Ok(rates)
    }
}

fn units(rate: f64, of: impl Fn() -> String) -> Result<u128> {
    in_units(rate).ok_or_else(|| {
        let message = format!("the rate {rate} of {} is no probability", of());
        Error::new(ErrorKind::InvalidInput, message).remedy("give a number from 0 to 1")
    })
}

/// How often assets stopped in draws.
///
/// In JSON `{"method", "seed", "draws", "confidence", "failed": {"mean", "median", "p95", "p99", "most"}, "assets": {id:
/// {"failed", "share", "low", "high"}}}`. The seed is a text, since not every reader of JSON keeps numbers above 2^53.
#[derive(Clone, Debug)]
pub struct FailureOdds {
    estate: Estate,
    seed: u64,
    draws: u32,
    failed: Box<[u32]>,
    spread: Spread,
}

/// How many assets stop in a draw.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Spread {
    /// The mean over all draws.
    pub mean: f64,
    /// In half of the draws no more assets stop.
    pub median: usize,
    /// In 95 % of the draws no more assets stop.
    pub p95: usize,
    /// In 99 % of the draws no more assets stop.
    pub p99: usize,
    /// The most that stop in a draw.
    pub most: usize,
}

/// How often one asset stops.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Odds {
    /// In how many draws it stopped.
    pub failed: u32,
    /// The share of the draws: the estimate of its probability.
    pub share: f64,
    /// The lower end of the 95 % interval (Wilson 1927).
    pub low: f64,
    /// The upper end.
    pub high: f64,
}

impl Odds {
    /// Wilson's score interval (1927). Square roots and the four operations only, which IEEE 754 rounds alike everywhere.
    fn new(failed: u32, draws: u32) -> Self {
        /// The two-sided 95 % point of the normal distribution.
        const Z: f64 = 1.959_963_984_540_054;
        let (hits, count) = (f64::from(failed), f64::from(draws));
        let share = hits / count;
        let scale = 1.0 + Z * Z / count;
        let centre = (share + Z * Z / (2.0 * count)) / scale;
        let half = Z * (share * (1.0 - share) / count + Z * Z / (4.0 * count * count)).sqrt() / scale;
        Self {
            failed,
            share,
            low: if failed == 0 {
                0.0
            } else {
                (centre - half).max(0.0)
            },
            high: if failed == draws {
                1.0
            } else {
                (centre + half).min(1.0)
            },
        }
    }
}

impl FailureOdds {
    /// How the numbers came about.
    pub const METHOD: &str = "monte_carlo";
    /// The level of the intervals.
    pub const CONFIDENCE: f64 = 0.95;

    /// The seed that was drawn from.
    pub fn seed(&self) -> u64 {
        self.seed
    }

    /// How many draws.
    pub fn draws(&self) -> u32 {
        self.draws
    }

    /// How many assets stop in a draw.
    pub fn spread(&self) -> Spread {
        self.spread
    }

    /// How often this asset stops; none for an unknown id.
    pub fn of(&self, asset: impl AsRef<str>) -> Option<Odds> {
        let position = self.estate.index_of(asset.as_ref())?;
        self.failed
            .get(position as usize)
            .map(|failed| Odds::new(*failed, self.draws))
    }

    /// In how many draws each asset stopped, in the order of [`Estate::assets`].
    pub fn failed(&self) -> &[u32] {
        &self.failed
    }

    /// Every asset with how often it stops, by id.
    pub fn iter(&self) -> impl Iterator<Item = (&AssetId, Odds)> {
        self.estate
            .assets()
            .iter()
            .zip(&self.failed)
            .map(|(asset, failed)| (&asset.id, Odds::new(*failed, self.draws)))
    }

    /// The result as JSON.
    pub fn to_json(&self) -> String {
        json(self)
    }
}

impl Serialize for FailureOdds {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("FailureOdds", 6)?;
        object.serialize_field("method", Self::METHOD)?;
        object.serialize_field("seed", &self.seed.to_string())?;
        object.serialize_field("draws", &self.draws)?;
        object.serialize_field("confidence", &Self::CONFIDENCE)?;
        object.serialize_field("failed", &self.spread)?;
        object.serialize_field("assets", &ByAsset(self))?;
        object.end()
    }
}

struct ByAsset<'o>(&'o FailureOdds);

impl Serialize for ByAsset<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.failed.len()))?;
        for (id, odds) in self.0.iter() {
            map.serialize_entry(id, &odds)?;
        }
        map.end()
    }
}

/// How often each asset stops, estimated by drawing.
///
/// In each draw every asset is down by itself with its rate, independently of all others; what [fails](super::fail()) with
/// those that are down is counted. The answer is an estimate: each number has its 95 % interval, and the method, the seed
/// and the number of draws stand beside it. The draws come from BLAKE3 by seed and number of the draw, and are compared
/// with whole numbers, so that the same estate, rates and seed give the same bytes on every machine.
///
/// A draw costs its seeds and the edges that their failure touches, not the size of the estate.
///
/// ```
/// use vcto::{Estate, Inventory, impact};
///
/// let estate = Estate::new(Inventory::from_json(br#"{"format": "vcto.inventory/1", "source": {"name": "crm"},
///     "assets": [{"id": "erp", "kind": "business_application"}, {"id": "sql-1", "kind": "database"},
///                {"id": "sql-2", "kind": "database"}],
///     "requirements": [{"asset": "erp", "members": ["sql-1", "sql-2"], "needs": 1}]}"#)?)?;
/// let drawing = impact::MonteCarlo::new(42).draws(20_000).rate_of("sql-1", 0.1).rate_of("sql-2", 0.1);
/// let odds = impact::monte_carlo(&estate, &drawing)?;
/// let erp = odds.of("erp").unwrap();
/// assert!(erp.low < 0.01 && 0.01 < erp.high);
/// # Ok::<(), vcto::Error>(())
/// ```
///
/// # Errors
/// `invalid_input` for a rate outside 0 to 1, for no rate at all and for 0 draws, `not_found` for an unknown asset,
/// `cancelled` when the monitor asks to stop.
pub fn monte_carlo(estate: &Estate, drawing: &MonteCarlo) -> Result<FailureOdds> {
    let during = |error: Error| error.during("impact.monte_carlo");
    let rates = drawing.rates(estate).map_err(during)?;
    let graph = estate.graph();
    let seeds = Seeds::new(graph, &rates, drawing.seed);
    let mut propagation = Propagation::new(graph);
    let mut failed = vec![0_u32; graph.asset_count()];
    // In how many draws so many stop: bounded by the estate, whatever the number of draws.
    let mut sizes = vec![0_u32; graph.asset_count() + 1];
    let mut down = Vec::new();
    for number in 0..drawing.draws {
        if number % STRIDE == 0 {
            report(drawing, number).map_err(during)?;
        }
        seeds.draw(u64::from(number), &mut down);
        propagation.fail(graph, &down);
        for asset in propagation.failed() {
            if let Some(count) = failed.get_mut(*asset as usize) {
                *count += 1;
            }
        }
        if let Some(count) = sizes.get_mut(propagation.failed().len()) {
            *count += 1;
        }
    }
    report(drawing, drawing.draws).map_err(during)?;
    Ok(FailureOdds {
        estate: estate.clone(),
        seed: drawing.seed,
        draws: drawing.draws,
        spread: Spread::new(&sizes, &failed, drawing.draws),
        failed: failed.into(),
    })
}

/// Draws between two reports of progress.
const STRIDE: u32 = 16;

fn report(drawing: &MonteCarlo, done: u32) -> Result<()> {
    let (done, total) = (u64::from(done), u64::from(drawing.draws));
    drawing.monitor.report("impact.monte_carlo", done, Some(total))
}

impl Spread {
    fn new(sizes: &[u32], failed: &[u32], draws: u32) -> Self {
        let total: u64 = failed.iter().map(|count| u64::from(*count)).sum();
        let within = |percent: u64| {
            let wanted = (u64::from(draws) * percent).div_ceil(100);
            let mut seen = 0;
            sizes
                .iter()
                .position(|count| {
                    seen += u64::from(*count);
                    seen >= wanted
                })
                .unwrap_or(0)
        };
        Self {
            mean: wide(total) / f64::from(draws),
            median: within(50),
            p95: within(95),
            p99: within(99),
            most: within(100),
        }
    }
}

/// A count as a float: exact below 2^53, and rounded once above.
fn wide(count: u64) -> f64 {
    let (high, low) = (count >> 32, count & u64::from(u32::MAX));
    let part = |half: u64| f64::from(u32::try_from(half).unwrap_or(u32::MAX));
    part(high) * 4_294_967_296.0 + part(low)
}
