//! Assets that hold the recorded network together.

use std::collections::BTreeSet;

use crate::change::{EffortSize, Strategy};
use crate::error::Result;
use crate::estate::{Asset, AssetId, AssetKind, RelationKind};
use crate::impact;
use crate::review::advice::{ARCHITECTURE, Advice};
use crate::review::context::Context;
use crate::review::finding::Read;
use crate::review::outcome::{Outcome, Severity};
use crate::review::questions::Want;
use crate::review::rule::Rule;
use crate::review::verdict::{Draft, Verdicts};

pub(super) fn judge(context: &Context<'_>, verdicts: &mut Verdicts<'_>, rule: &Rule) -> Result<()> {
    let estate = context.estate();
    let links = estate
        .relations()
        .iter()
        .filter(|relation| relation.kind == RelationKind::ConnectsTo && relation.from != relation.to);
    let linked: BTreeSet<&AssetId> = links
        .flat_map(|relation| [&relation.from, &relation.to])
        .collect();
    let network = impact::network(estate);
    let points: BTreeSet<AssetId> = network.articulation_points().into_iter().collect();
    for asset in estate.assets() {
        context.check()?;
        if points.contains(&asset.id) {
            let separated = network.separated_by(&asset.id)?;
            verdicts.find(rule, asset, draft(context, asset, separated))?;
        } else if linked.contains(&asset.id) {
            verdicts.satisfied(rule, asset);
        } else if belongs_to_network(&asset.kind) {
            verdicts.unanswered(rule, asset, "network links", [Want::new(asset, "connects_to")]);
        } else {
            verdicts.not_applicable(rule, asset);
        }
    }
    Ok(())
}

fn belongs_to_network(kind: &AssetKind) -> bool {
    matches!(
        kind,
        AssetKind::Firewall | AssetKind::Router | AssetKind::Switch | AssetKind::WirelessAccessPoint
    )
}

/// A panel passes through, a circuit is a line: what to do about them is decided at their ends.
fn passes_through(kind: &AssetKind) -> bool {
    matches!(kind, AssetKind::Circuit | AssetKind::PatchPanel)
}

fn draft(context: &Context<'_>, asset: &Asset, separated: usize) -> Draft {
    let passive = passes_through(&asset.kind);
    let severity = match (passive, separated) {
        (true, _) => Severity::Informational,
        (false, 10..) => Severity::Medium,
        (false, _) => Severity::Low,
    };
    let assets = if separated == 1 { "asset" } else { "assets" };
    let draft = Draft::new(
        Outcome::NotSatisfied,
        severity,
        format!("Without it the recorded network falls apart: {separated} {assets} cut off"),
    )
    .detail(
        "Counted in the raw graph of recorded links, panels and circuits included; the largest part that is left counts as \
         the rest. Links that are not recorded may join what seems cut off.",
    )
    .reads([Read::kind(asset), context.network_layer()]);
    if passive {
        return draft;
    }
    draft.advice(Advice {
        key: "network.articulation".to_owned(),
        title: "Plan second paths where the network hangs on one device".to_owned(),
        rationale: "When the device fails or is updated, what lies behind it is cut off.".to_owned(),
        strategy: Strategy::Remediate,
        size: EffortSize::M,
        area: ARCHITECTURE,
        target: asset.id.clone(),
        action: "Check on the spot whether there is a second path that is not recorded. If not, plan one for what lies \
                 behind the device, or keep a configured spare."
            .to_owned(),
        confirm: "The next snapshot has the second path.".to_owned(),
    })
}
