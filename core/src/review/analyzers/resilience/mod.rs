//! What one failure brings down, and what does not come up again.

mod groups;
mod network;
mod services;
mod start;

use std::collections::BTreeMap;

use crate::error::Result;
use crate::estate::{Asset, AssetId, Criticality, Estate};
use crate::impact::CutSearch;
use crate::review::context::Context;
use crate::review::outcome::{DebtKind, Pillar};
use crate::review::rule::{Analyzer, Reads, Rule};
use crate::review::verdict::Verdicts;

/// Single points of failure: under services, under redundant groups, and in the network. And what waits for itself.
#[derive(Clone, Copy, Debug)]
pub(super) struct Resilience;

const fn rule(id: &'static str, title: &'static str, reads: &'static [Reads]) -> Rule {
    Rule {
        id,
        version: 1,
        title,
        pillar: Pillar::Reliability,
        debt: DebtKind::Resilience,
        reads,
    }
}

static RULES: [Rule; 4] = [
    rule(
        "resilience.single_point",
        "No single failure stops a service that the business depends on",
        &[
            Reads::Property("kind"),
            Reads::Property("criticality"),
            Reads::Impact,
            Reads::Fact("people"),
        ],
    ),
    rule(
        "resilience.group_independence",
        "Redundant members do not stop together",
        &[Reads::Impact],
    ),
    rule(
        "network.articulation",
        "The recorded network, panels and circuits included, holds together without any one asset",
        &[Reads::Property("kind"), Reads::Network],
    ),
    rule(
        "resilience.cold_start",
        "What needs each other can be started again from nothing",
        &[Reads::Property("criticality"), Reads::Impact],
    ),
];

impl Analyzer for Resilience {
    fn rules(&self) -> &[Rule] {
        &RULES
    }

    fn analyze(&self, context: &Context<'_>, verdicts: &mut Verdicts<'_>) -> Result<()> {
        let [single, independent, articulation, cold_start] = &RULES;
        let mut cuts = Cuts::new(context);
        services::judge(context, verdicts, single, &mut cuts)?;
        groups::judge(context, verdicts, independent, &mut cuts)?;
        network::judge(context, verdicts, articulation)?;
        start::judge(context, verdicts, cold_start)
    }
}

/// Single points of failure of assets, each found once.
struct Cuts {
    search: CutSearch,
    found: BTreeMap<AssetId, Vec<AssetId>>,
}

impl Cuts {
    fn new(context: &Context<'_>) -> Self {
        Self {
            search: CutSearch::new(context.estate()).monitor(context.monitor().clone()),
            found: BTreeMap::new(),
        }
    }

    /// The other assets each of which stops this one by its own failure, by id.
    fn of(&mut self, asset: &AssetId) -> Result<&[AssetId]> {
        if !self.found.contains_key(asset) {
            let sets = self.search.find(asset, 1)?.0;
            self.found
                .insert(asset.clone(), sets.into_iter().flatten().collect());
        }
        Ok(self.found.get(asset).map_or(&[], Vec::as_slice))
    }
}

/// Whether its outage is grave by its criticality.
fn is_grave(asset: &Asset) -> bool {
    matches!(asset.criticality, Some(Criticality::Critical | Criticality::High))
}

/// Whether anything is recorded that the asset depends on. What was only inferred is no record: the rest may be missing.
fn has_dependencies(context: &Context<'_>, id: &AssetId) -> bool {
    let related = context
        .outgoing(id)
        .iter()
        .any(|relation| relation.kind.carries_impact() && relation.is_stated());
    related || has_group(context.estate(), id)
}

fn has_group(estate: &Estate, id: &AssetId) -> bool {
    estate
        .requirements()
        .binary_search_by(|requirement| requirement.asset.cmp(id))
        .is_ok()
}
