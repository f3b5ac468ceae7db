//! Who answers for an asset.

use crate::change::{EffortSize, Strategy};
use crate::error::Result;
use crate::estate::{Asset, AssetKind, RelationKind, Scalar};
use crate::review::advice::{Advice, DOCUMENTATION};
use crate::review::context::Context;
use crate::review::finding::Read;
use crate::review::life::{in_service, is_retired};
use crate::review::outcome::{DebtKind, Outcome, Pillar, Severity};
use crate::review::rule::{Analyzer, Reads, Rule};
use crate::review::verdict::{Draft, Verdicts};

/// Whether somebody answers for each application, service and machine.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ownership;

static RULES: [Rule; 1] = [Rule {
    id: "documentation.owner",
    version: 2,
    title: "An owner is recorded",
    pillar: Pillar::Operations,
    debt: DebtKind::Documentation,
    reads: &in_service![
        Reads::Property("kind"),
        Reads::Fact("owner"),
        Reads::Relation("owned_by"),
    ],
}];

impl Analyzer for Ownership {
    fn rules(&self) -> &[Rule] {
        &RULES
    }

    fn analyze(&self, context: &Context<'_>, verdicts: &mut Verdicts<'_>) -> Result<()> {
        let [owner] = &RULES;
        for asset in context.estate().assets() {
            context.check()?;
            if !needs_owner(&asset.kind) || is_retired(asset) {
                verdicts.not_applicable(owner, asset);
                continue;
            }
            let owners = &mut context.outgoing_of(asset, RelationKind::OwnedBy);
            match asset.fact("owner") {
                _ if owners.next().is_some() => verdicts.satisfied(owner, asset),
                None => verdicts.not_recorded(owner, asset, "owner"),
                Some(fact) if fact.values().iter().any(|value| names_somebody(&value.value)) => {
                    verdicts.satisfied(owner, asset);
                }
                Some(_) => verdicts.find(owner, asset, nobody(asset))?,
            }
        }
        Ok(())
    }
}

/// Passive parts, places and records have no owner of their own.
fn needs_owner(kind: &AssetKind) -> bool {
    !matches!(
        kind,
        AssetKind::PatchPanel
            | AssetKind::Power
            | AssetKind::Rack
            | AssetKind::Site
            | AssetKind::Provider
            | AssetKind::Subnet
            | AssetKind::Network
    )
}

fn names_somebody(value: &Scalar) -> bool {
    match value {
        Scalar::Text(text) => !text.raw().trim().is_empty(),
        Scalar::Number(_) => true,
        Scalar::Unknown | Scalar::Boolean(_) => false,
    }
}

fn nobody(asset: &Asset) -> Draft {
    Draft::new(Outcome::NotSatisfied, Severity::Low, "Nobody is known to own it")
        .detail("The records say that the owner is not known. Without one, nobody can decide about it.")
        .reads([
            Read::kind(asset),
            Read::fact(asset, "owner"),
            Read::no_relation(asset, &RelationKind::OwnedBy),
        ])
        .advice(Advice {
            key: "documentation.owner".to_owned(),
            title: "Name an owner".to_owned(),
            rationale:
                "Decisions about repair, renewal and retirement wait for somebody who answers for the asset."
                    .to_owned(),
            strategy: Strategy::Investigate,
            size: EffortSize::S,
            area: DOCUMENTATION,
            target: asset.id.clone(),
            action: "Find out who answers for this asset and record the person or role as its owner."
                .to_owned(),
            confirm: "The next snapshot has a value in the fact `owner`.".to_owned(),
        })
}
