//! Power: what is recorded of its cabling, and whether two supplies feed what should have two.
//!
//! "Not recorded" and "absent" are two things: a port without a recorded cable is a gap in the records, not a device
//! without power.

use std::collections::BTreeSet;

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use crate::change::{EffortSize, Strategy};
use crate::error::Result;
use crate::estate::{Asset, AssetId, AssetKind, Relation};
use crate::review::advice::{ARCHITECTURE, Advice, DOCUMENTATION};
use crate::review::context::Context;
use crate::review::facts::{Reading, answers, numbers};
use crate::review::finding::Read;
use crate::review::life::{in_service, is_retired};
use crate::review::outcome::{DebtKind, Outcome, Pillar, Severity};
use crate::review::questions::Want;
use crate::review::rule::{Analyzer, Reads, Rule};
use crate::review::verdict::{Draft, Verdicts};

/// Power cabling and its redundancy.
#[derive(Clone, Copy, Debug)]
pub(super) struct Power;

static RULES: [Rule; 3] = [
    Rule {
        id: "power.cabling_recorded",
        version: 2,
        title: "The cabling of the power ports is recorded",
        pillar: Pillar::Operations,
        debt: DebtKind::Documentation,
        reads: &in_service![Reads::Fact("power_ports"), Reads::Fact("power_ports_cabled"),],
    },
    Rule {
        id: "power.feed_cabling_recorded",
        version: 1,
        title: "What hangs on the power feed is recorded",
        pillar: Pillar::Operations,
        debt: DebtKind::Documentation,
        reads: &[Reads::Property("kind"), Reads::Fact("cabled")],
    },
    Rule {
        id: "power.two_supplies",
        version: 2,
        title: "Two supplies feed the asset",
        pillar: Pillar::Reliability,
        debt: DebtKind::Resilience,
        reads: &in_service![
            Reads::Property("kind"),
            Reads::Fact("power_ports"),
            Reads::Fact("power_ports_cabled"),
            Reads::Impact,
        ],
    },
];

impl Analyzer for Power {
    fn rules(&self) -> &[Rule] {
        &RULES
    }

    fn analyze(&self, context: &Context<'_>, verdicts: &mut Verdicts<'_>) -> Result<()> {
        let [cabling, feed, supplies] = &RULES;
        for asset in context.estate().assets() {
            context.check()?;
            feed_recorded(verdicts, feed, asset)?;
            if is_retired(asset) {
                verdicts.not_applicable(cabling, asset);
                verdicts.not_applicable(supplies, asset);
                continue;
            }
            recorded(verdicts, cabling, asset)?;
            two_supplies(context, verdicts, supplies, asset)?;
        }
        Ok(())
    }
}

/// A count, where it is one; of disagreeing ones the least.
fn count(asset: &Asset, fact: &str) -> Option<u64> {
    numbers(asset, fact).least().and_then(Decimal::to_u64)
}

fn recorded(verdicts: &mut Verdicts<'_>, rule: &Rule, asset: &Asset) -> Result<()> {
    let Some(ports) = count(asset, "power_ports") else {
        if asset.fact("power_ports").is_some() {
            let cables = count(asset, "power_ports_cabled")
                .is_none()
                .then(|| Want::new(asset, "power_ports_cabled"));
            let wants = [Want::new(asset, "power_ports")].into_iter().chain(cables);
            verdicts.unanswered(rule, asset, "power_ports", wants);
        } else {
            verdicts.not_applicable(rule, asset);
        }
        return Ok(());
    };
    let Some(cabled) = count(asset, "power_ports_cabled") else {
        verdicts.not_recorded(rule, asset, "power_ports_cabled");
        return Ok(());
    };
    if ports == 0 {
        verdicts.not_applicable(rule, asset);
        return Ok(());
    }
    if cabled >= ports {
        verdicts.satisfied(rule, asset);
        return Ok(());
    }
    let (outcome, title) = if cabled == 0 {
        (
            Outcome::NotSatisfied,
            "No cable is recorded at its power ports".to_owned(),
        )
    } else {
        (
            Outcome::Partially,
            format!("A cable is recorded at {cabled} of {ports} power ports"),
        )
    };
    let draft = Draft::new(outcome, Severity::Low, title)
        .detail(
            "This is a gap in the records: what feeds the asset is not known. It does not say that it has no power.",
        )
        .reads([Read::fact(asset, "power_ports"), Read::fact(asset, "power_ports_cabled")])
        .advice(Advice {
            key: "power.cabling_recorded".to_owned(),
            title: "Record what feeds the devices".to_owned(),
            rationale: "While it is not recorded, nobody can say what stops with a feed or a distribution unit."
                .to_owned(),
            strategy: Strategy::Investigate,
            size: EffortSize::S,
            area: DOCUMENTATION,
            target: asset.id.clone(),
            action: "Follow each power lead to its outlet and record the cable at both ends.".to_owned(),
            confirm: "The next snapshot has as many cabled power ports as power ports.".to_owned(),
        });
    verdicts.find(rule, asset, draft)
}

fn feed_recorded(verdicts: &mut Verdicts<'_>, rule: &Rule, asset: &Asset) -> Result<()> {
    if asset.kind != AssetKind::Power || asset.fact("cabled").is_none() {
        verdicts.not_applicable(rule, asset);
        return Ok(());
    }
    match answers(asset, "cabled") {
        // Where sources disagree, it counts as not recorded.
        Reading::Known(answers) if answers.first() == Some(&true) => verdicts.satisfied(rule, asset),
        Reading::Known(_) => {
            let draft = Draft::new(Outcome::NotSatisfied, Severity::Low, "No cable is recorded at the feed")
                .detail("This is a gap in the records: what hangs on the feed is not known.")
                .reads([Read::kind(asset), Read::fact(asset, "cabled")])
                .advice(Advice {
                    key: "power.feed_cabling_recorded".to_owned(),
                    title: "Record what hangs on the power feeds".to_owned(),
                    rationale: "While it is not recorded, nobody can say what stops with a feed.".to_owned(),
                    strategy: Strategy::Investigate,
                    size: EffortSize::S,
                    area: DOCUMENTATION,
                    target: asset.id.clone(),
                    action: "Follow the feed to the distribution unit or device that it supplies and record the cable."
                        .to_owned(),
                    confirm: "The next snapshot shows the feed as cabled.".to_owned(),
                });
            verdicts.find(rule, asset, draft)?;
        }
        _ => verdicts.not_recorded(rule, asset, "cabled"),
    }
    Ok(())
}

fn should_have_two(kind: &AssetKind) -> bool {
    matches!(
        kind,
        AssetKind::Firewall
            | AssetKind::HypervisorHost
            | AssetKind::Router
            | AssetKind::Server
            | AssetKind::Storage
    )
}

fn two_supplies(
    context: &Context<'_>,
    verdicts: &mut Verdicts<'_>,
    rule: &Rule,
    asset: &Asset,
) -> Result<()> {
    if !should_have_two(&asset.kind) {
        verdicts.not_applicable(rule, asset);
        return Ok(());
    }
    let (Some(ports), Some(cabled)) = (count(asset, "power_ports"), count(asset, "power_ports_cabled"))
    else {
        verdicts.not_recorded(rule, asset, "power ports and their cables");
        return Ok(());
    };
    let supplies: Vec<&Relation> = context
        .outgoing(&asset.id)
        .iter()
        .filter(|relation| relation.kind.carries_impact() && is_power(context, &relation.to))
        .collect();
    let distinct: BTreeSet<&AssetId> = supplies.iter().map(|relation| &relation.to).collect();
    let (severity, title) = match (ports, cabled, distinct.len()) {
        (0 | 1, 1.., _) => (Severity::Low, "It has one power port".to_owned()),
        (2.., 2.., 2..) => {
            verdicts.satisfied(rule, asset);
            return Ok(());
        }
        (2.., 2.., 1) => (
            Severity::Medium,
            format!("Its {cabled} cabled power ports hang on one supply"),
        ),
        _ => {
            verdicts.not_recorded(rule, asset, "what feeds the power ports");
            return Ok(());
        }
    };
    let draft = Draft::new(Outcome::NotSatisfied, severity, title)
        .detail("When that supply fails, the asset stops.")
        .related(distinct.into_iter().cloned())
        .reads([
            Read::kind(asset),
            Read::fact(asset, "power_ports"),
            Read::fact(asset, "power_ports_cabled"),
        ])
        .reads(supplies.into_iter().map(Read::relation))
        .advice(Advice {
            key: "power.two_supplies".to_owned(),
            title: "Feed from two supplies what should not stop with one".to_owned(),
            rationale: "A supply fails, or is switched off for work; what has a second one goes on.".to_owned(),
            strategy: Strategy::Remediate,
            size: EffortSize::S,
            area: ARCHITECTURE,
            target: asset.id.clone(),
            action: "Connect the second power port to another feed or distribution unit. Where the device has only one \
                     port, decide with its owner: a transfer switch, a device with two, or live with it."
                .to_owned(),
            confirm: "The next snapshot shows two power ports on two supplies.".to_owned(),
        });
    verdicts.find(rule, asset, draft)
}

fn is_power(context: &Context<'_>, id: &AssetId) -> bool {
    context
        .estate()
        .asset(id.as_str())
        .is_some_and(|asset| asset.kind == AssetKind::Power)
}
