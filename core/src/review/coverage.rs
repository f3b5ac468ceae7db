//! How much of what was asked could be known.

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use serde::{Deserialize, Serialize};

use super::context::Context;
use super::facts::numbers;
use super::life::Life;
use super::outcome::Tally;
use crate::estate::{Asset, AssetId, AssetKind, Fact, RelationKind};

/// How much is recorded and could be judged: to be read before any count of findings.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Coverage {
    /// Assets in the estate.
    pub assets: u64,
    /// Relations in the estate.
    pub relations: u64,
    /// Of these, inferred by a method and not stated; none of them counts as recorded in a layer.
    #[serde(default)]
    pub inferred_relations: u64,
    /// Sources that were read.
    #[serde(default)]
    pub sources: u64,
    /// Sites in the estate.
    #[serde(default)]
    pub sites: u64,
    /// The people of all sites of which a number is recorded (fact `people`; of disagreeing numbers the least); absent where
    /// none is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub people: Option<u64>,
    /// Devices that can be cabled (those of the matrix that are in service and not virtual) of which a link of the network
    /// is recorded...
    #[serde(default)]
    pub linked: u64,
    /// ...of so many.
    #[serde(default)]
    pub linkable: u64,
    /// So many questions were answered from data...
    pub known: u64,
    /// ...of so many that applied.
    pub total: u64,
    /// The answers of all rules together.
    pub outcomes: Tally,
    /// What is recorded of each layer of the estate.
    pub layers: Vec<LayerCoverage>,
}

/// What is recorded of one layer of the estate.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct LayerCoverage {
    /// `dependencies`, `network`, `backup`, `circuits` or `power`.
    pub layer: String,
    /// Relations or assets of it. With 0, nothing can be said of the layer.
    pub recorded: u64,
}

impl Coverage {
    /// Answered questions in whole percent, rounded down; absent where none applied.
    pub fn percent(&self) -> Option<u64> {
        (self.known * 100).checked_div(self.total)
    }

    pub(super) fn new(context: &Context<'_>, outcomes: Tally) -> Self {
        let estate = context.estate();
        let relations = |wanted: &dyn Fn(&RelationKind) -> bool| {
            estate
                .relations()
                .iter()
                .filter(|relation| relation.is_stated() && wanted(&relation.kind))
                .count() as u64
        };
        let assets =
            |kind: &AssetKind| estate.assets().iter().filter(|asset| asset.kind == *kind).count() as u64;
        let powered = estate
            .assets()
            .iter()
            .filter(|asset| asset.fact("power_ports").is_some_and(Fact::is_known))
            .count() as u64;
        let (linked, linkable) = links(context);
        let sites = || {
            estate
                .assets()
                .iter()
                .filter(|asset| asset.kind == AssetKind::Site)
        };
        let people: Vec<u64> = sites().filter_map(people).collect();
        let layers = [
            ("dependencies", relations(&RelationKind::carries_impact)),
            ("network", relations(&|kind| *kind == RelationKind::ConnectsTo)),
            (
                "backup",
                assets(&AssetKind::BackupJob) + relations(&|kind| *kind == RelationKind::BackedUpBy),
            ),
            ("circuits", assets(&AssetKind::Circuit)),
            ("power", assets(&AssetKind::Power) + powered),
        ];
        Self {
            assets: estate.asset_count() as u64,
            relations: estate.relation_count() as u64,
            inferred_relations: estate.inferred_relation_count() as u64,
            sources: estate.source().merged_from.len().max(1) as u64,
            sites: sites().count() as u64,
            people: (!people.is_empty())
                .then(|| people.iter().fold(0, |sum: u64, of| sum.saturating_add(*of))),
            linked,
            linkable,
            known: outcomes.known(),
            total: outcomes.total(),
            outcomes,
            layers: layers
                .into_iter()
                .map(|(layer, recorded)| LayerCoverage {
                    layer: layer.to_owned(),
                    recorded,
                })
                .collect(),
        }
    }
}

/// Of how many devices that can be cabled a link is recorded, and how many there are.
fn links(context: &Context<'_>) -> (u64, u64) {
    let relations = context.estate().relations();
    let mut ends: Vec<&AssetId> = relations
        .iter()
        .filter(|relation| relation.kind == RelationKind::ConnectsTo && relation.is_stated())
        .flat_map(|relation| [&relation.from, &relation.to])
        .collect();
    ends.sort_unstable();
    let devices = || {
        let rows = context.matrix().rows.iter();
        rows.filter(|row| row.life != Life::Retired && row.kind != AssetKind::VirtualMachine)
    };
    let linked = devices().filter(|row| ends.binary_search(&&row.asset).is_ok());
    (linked.count() as u64, devices().count() as u64)
}

fn people(site: &Asset) -> Option<u64> {
    numbers(site, "people").least().and_then(Decimal::to_u64)
}

/// How many different numbers of people the sources state of a site.
#[cfg(feature = "report")]
pub(crate) fn people_stated(site: &Asset) -> usize {
    numbers(site, "people").values().len()
}
