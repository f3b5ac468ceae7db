//! Warranties, makers' support for single items, and subscriptions that end.

use std::fmt::Write;

use jiff::civil::Date;

use crate::change::{EffortSize, Strategy};
use crate::error::Result;
use crate::estate::{Asset, AssetKind, Confidence};
use crate::review::advice::{ARCHITECTURE, Advice};
use crate::review::context::Context;
use crate::review::facts::{Reading, dates};
use crate::review::finding::Read;
use crate::review::life::is_retired;
use crate::review::matrix::Cell;
use crate::review::outcome::{DebtKind, Outcome, Pillar, Severity};
use crate::review::rule::{Analyzer, Reads, Rule};
use crate::review::verdict::{Draft, Verdicts};

/// Ends that are recorded on the assets themselves.
#[derive(Clone, Copy, Debug)]
pub(super) struct Expiry;

/// A fact that names an end, and what to make of it.
#[derive(Debug)]
struct Cover {
    fact: &'static str,
    /// What ends, as the subject of a sentence.
    what: &'static str,
    ended: Severity,
    due: Severity,
    /// Kinds of assets that are asked for it even when nothing is recorded.
    asked: fn(&AssetKind) -> bool,
    action: &'static str,
}

static RULES: [Rule; 3] = [
    Rule {
        id: "warranty.in_force",
        version: 2,
        title: "The hardware warranty has not ended and does not end soon",
        pillar: Pillar::Reliability,
        debt: DebtKind::WarrantyAge,
        reads: &[
            Reads::Property("kind"),
            Reads::Fact("warranty_end"),
            Reads::Fact("status"),
            Reads::Fact("rmm_status"),
        ],
    },
    Rule {
        id: "lifecycle.item_support",
        version: 2,
        title: "The maker's support for the item has not ended and does not end soon",
        pillar: Pillar::Reliability,
        debt: DebtKind::Lifecycle,
        reads: &[
            Reads::Property("kind"),
            Reads::Fact("support_end"),
            Reads::Fact("status"),
            Reads::Fact("rmm_status"),
        ],
    },
    Rule {
        id: "licence.subscription_in_force",
        version: 2,
        title: "A subscription that the asset needs has not ended and does not end soon",
        pillar: Pillar::Security,
        debt: DebtKind::Licence,
        reads: &[
            Reads::Property("kind"),
            Reads::Fact("subscription_end"),
            Reads::Fact("status"),
            Reads::Fact("rmm_status"),
        ],
    },
];

/// In the order of [`RULES`].
static COVERS: [Cover; 3] = [
    Cover {
        fact: "warranty_end",
        what: "The warranty",
        ended: Severity::Medium,
        due: Severity::Low,
        asked: is_hardware,
        action: "Extend the warranty, or plan the replacement of the hardware.",
    },
    Cover {
        fact: "support_end",
        what: "The maker's support",
        ended: Severity::High,
        due: Severity::Medium,
        asked: |_| false,
        action: "Renew the maker's support, or replace the item by one that has it.",
    },
    Cover {
        fact: "subscription_end",
        what: "The subscription",
        ended: Severity::High,
        due: Severity::Medium,
        asked: |kind| {
            matches!(
                kind,
                AssetKind::Firewall | AssetKind::Licence | AssetKind::SaasSubscription
            )
        },
        action: "Renew the subscription, or take what needs it out of service.",
    },
];

impl Analyzer for Expiry {
    fn rules(&self) -> &[Rule] {
        &RULES
    }

    fn analyze(&self, context: &Context<'_>, verdicts: &mut Verdicts<'_>) -> Result<()> {
        for asset in context.estate().assets() {
            context.check()?;
            if is_retired(asset) {
                verdicts.outside(&RULES, asset);
                continue;
            }
            for (rule, cover) in RULES.iter().zip(&COVERS) {
                cover.judge(context, verdicts, rule, asset)?;
            }
        }
        Ok(())
    }
}

/// The warranty of a device as a cell of the coverage matrix.
pub(in crate::review) fn cell(context: &Context<'_>, asset: &Asset) -> Cell {
    let [warranty, ..] = &COVERS;
    let reading = dates(asset, warranty.fact);
    match reading.values() {
        [] if reading == Reading::Absent && !(warranty.asked)(&asset.kind) => Cell::NotApplicable,
        [] => Cell::Unknown,
        [first, .., last] if context.days_to(*first) < 0 && context.days_to(*last) >= 0 => Cell::Contradicted,
        [first, ..] if context.days_to(*first) < 0 => Cell::Gap,
        [..] => Cell::Covered,
    }
}

impl Cover {
    fn judge(
        &self,
        context: &Context<'_>,
        verdicts: &mut Verdicts<'_>,
        rule: &Rule,
        asset: &Asset,
    ) -> Result<()> {
        let reading = dates(asset, self.fact);
        match &reading {
            Reading::Absent if !(self.asked)(&asset.kind) => verdicts.not_applicable(rule, asset),
            Reading::Absent | Reading::Unknown => verdicts.not_recorded(rule, asset, self.fact),
            Reading::Unreadable => verdicts.find(rule, asset, self.unreadable(asset))?,
            Reading::Known(days) => {
                // The earliest of disagreeing dates: a wrong late one must not hide that cover has ended.
                let Some(end) = days.first().copied() else {
                    return Ok(());
                };
                let left = context.days_to(end);
                if left > i64::from(context.settings().due_within_days) {
                    verdicts.satisfied(rule, asset);
                } else {
                    verdicts.find(rule, asset, self.ending(asset, end, left, days))?;
                }
            }
        }
        Ok(())
    }

    fn ending(&self, asset: &Asset, end: Date, left: i64, days: &[Date]) -> Draft {
        let over = left < 0;
        let title = if over {
            format!("{} ended on {end}", self.what)
        } else {
            format!("{} ends on {end}", self.what)
        };
        let mut detail = match left {
            ..0 => format!("That was {} days before the review.", -left),
            _ => format!("{left} days are left."),
        };
        if let [_, .., last] = days {
            // Writing to a string cannot fail.
            let _ = write!(
                detail,
                " Sources disagree, the latest date is {last}: the earliest counts."
            );
        }
        Draft::new(
            if over {
                Outcome::NotSatisfied
            } else {
                Outcome::Partially
            },
            if over { self.ended } else { self.due },
            title,
        )
        .detail(detail)
        .confidence(if days.len() > 1 {
            Confidence::Medium
        } else {
            Confidence::High
        })
        .due(Some(end))
        .reads(self.reads(asset))
        .advice(Advice {
            key: format!("{}/{}", self.fact, asset.kind.as_str()),
            title: format!(
                "{} to renew or replace: {}",
                self.what,
                asset.kind.as_str().replace('_', " ")
            ),
            rationale: "After the end a failure is repaired at the client's own cost and pace, if at all."
                .to_owned(),
            strategy: Strategy::Remediate,
            size: EffortSize::S,
            area: ARCHITECTURE,
            target: asset.id.clone(),
            action: self.action.to_owned(),
            confirm: format!("The next snapshot has a later date in `{}`.", self.fact),
        })
    }

    fn unreadable(&self, asset: &Asset) -> Draft {
        Draft::new(
            Outcome::Error,
            Severity::Low,
            format!("`{}` is not a date", self.fact),
        )
        .detail("A date is written `2027-01-12`.")
        .reads(self.reads(asset))
    }

    fn reads(&self, asset: &Asset) -> [Read; 2] {
        [Read::kind(asset), Read::fact(asset, self.fact)]
    }
}

fn is_hardware(kind: &AssetKind) -> bool {
    matches!(
        kind,
        AssetKind::Firewall
            | AssetKind::HypervisorHost
            | AssetKind::Router
            | AssetKind::Server
            | AssetKind::Storage
            | AssetKind::Switch
            | AssetKind::WirelessAccessPoint
            | AssetKind::Workstation
    )
}
