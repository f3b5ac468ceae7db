//! How much of what was asked could be known.

use serde::{Deserialize, Serialize};

use super::context::Context;
use super::outcome::Tally;
use crate::estate::{AssetKind, Fact, RelationKind};

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
