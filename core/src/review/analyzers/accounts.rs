//! Accounts of people who have left.

use crate::change::{EffortSize, Strategy};
use crate::error::Result;
use crate::estate::{Asset, AssetKind, Scalar};
use crate::review::advice::{ARCHITECTURE, Advice};
use crate::review::context::Context;
use crate::review::facts::{Reading, answers, dates, lists};
use crate::review::finding::Read;
use crate::review::outcome::{DebtKind, Outcome, Pillar, Severity};
use crate::review::questions::Want;
use crate::review::rule::{Analyzer, Reads, Rule};
use crate::review::verdict::{Draft, Verdicts};

/// Leavers that can still log on, hold a licence or administer.
#[derive(Clone, Copy, Debug)]
pub(super) struct Accounts;

static RULES: [Rule; 1] = [Rule {
    id: "identity.leaver",
    version: 2,
    title: "Who has left can no longer log on, holds no licence and no administrative role",
    pillar: Pillar::Security,
    debt: DebtKind::Identity,
    reads: &[
        Reads::Property("kind"),
        Reads::Fact("left"),
        Reads::Fact("account_enabled"),
        Reads::Fact("licensed"),
        Reads::Fact("admin_roles"),
    ],
}];

impl Analyzer for Accounts {
    fn rules(&self) -> &[Rule] {
        &RULES
    }

    fn analyze(&self, context: &Context<'_>, verdicts: &mut Verdicts<'_>) -> Result<()> {
        let [leaver] = &RULES;
        for asset in context.estate().assets() {
            context.check()?;
            if asset.kind == AssetKind::UserAccount {
                judge(context, verdicts, leaver, asset)?;
            } else {
                verdicts.not_applicable(leaver, asset);
            }
        }
        Ok(())
    }
}

fn judge(context: &Context<'_>, verdicts: &mut Verdicts<'_>, rule: &Rule, asset: &Asset) -> Result<()> {
    if answers(asset, "left").values() == [false] {
        verdicts.satisfied(rule, asset);
        return Ok(());
    }
    let left = match dates(asset, "left") {
        Reading::Known(days) => days.first().copied(),
        Reading::Unreadable => {
            let draft = Draft::new(Outcome::Error, Severity::Low, "`left` is not a date").reads(reads(asset));
            return verdicts.find(rule, asset, draft);
        }
        Reading::Absent | Reading::Unknown => None,
    };
    let Some(left) = left else {
        let wants = [Want::new(asset, "left")].into_iter().chain(unknown(asset));
        verdicts.unanswered(rule, asset, "whether the person has left", wants);
        return Ok(());
    };
    if context.days_to(left) >= 0 {
        verdicts.satisfied(rule, asset);
        return Ok(());
    }
    let enabled = any(&answers(asset, "account_enabled"));
    let licensed = licensed(asset);
    let administers = administers(asset);
    let still: Vec<&str> = [
        (administers, "has administrative roles"),
        (enabled, "can log on"),
        (licensed, "holds a licence"),
    ]
    .into_iter()
    .filter_map(|(is, what)| (is == Some(true)).then_some(what))
    .collect();
    if still.is_empty() {
        if enabled.is_none() || licensed.is_none() || administers.is_none() {
            let missing = "whether a leaver still has access or a licence";
            verdicts.unanswered(rule, asset, missing, unknown(asset));
        } else {
            verdicts.satisfied(rule, asset);
        }
        return Ok(());
    }
    let severity = match (administers, enabled) {
        (Some(true), _) => Severity::Critical,
        (_, Some(true)) => Severity::High,
        _ => Severity::Medium,
    };
    let draft = Draft::new(
        Outcome::NotSatisfied,
        severity,
        format!("The person left on {left} and still {}", still.join(", ")),
    )
    .detail(format!(
        "That was {} days before the review.",
        -context.days_to(left)
    ))
    .reads(reads(asset))
    .advice(advice(asset));
    verdicts.find(rule, asset, draft)
}

/// A licence may be named instead of affirmed.
fn licensed(asset: &Asset) -> Option<bool> {
    let stated = Reading::of(asset, "licensed", |value| match value {
        Scalar::Boolean(answer) => Some(*answer),
        Scalar::Text(text) => Some(!text.raw().trim().is_empty()),
        Scalar::Number(_) | Scalar::Unknown => None,
    });
    any(&stated)
}

fn administers(asset: &Asset) -> Option<bool> {
    match lists(asset, "admin_roles") {
        Reading::Known(roles) => Some(roles.iter().any(|roles| !roles.is_empty())),
        _ => None,
    }
}

/// What is not known of the access of an account.
fn unknown(asset: &Asset) -> Vec<Want> {
    let known = [
        ("account_enabled", any(&answers(asset, "account_enabled"))),
        ("licensed", licensed(asset)),
        ("admin_roles", administers(asset)),
    ];
    let missing = known.into_iter().filter(|(_, answer)| answer.is_none());
    missing.map(|(fact, _)| Want::new(asset, fact)).collect()
}

/// Where sources disagree, the worse counts.
fn any(answers: &Reading<bool>) -> Option<bool> {
    answers.values().last().copied()
}

fn reads(asset: &Asset) -> Vec<Read> {
    let mut reads = vec![Read::kind(asset)];
    reads.extend(["left", "account_enabled", "licensed", "admin_roles"].map(|fact| Read::fact(asset, fact)));
    reads
}

fn advice(asset: &Asset) -> Advice {
    Advice {
        key: "identity.leaver".to_owned(),
        title: "Close accounts of people who have left".to_owned(),
        rationale: "An account that nobody watches is the easiest way in, and its licence is paid for nothing."
            .to_owned(),
        strategy: Strategy::Remediate,
        size: EffortSize::S,
        area: ARCHITECTURE,
        target: asset.id.clone(),
        action: "Block sign-in, end sessions, remove administrative roles; hand mailbox and files to the manager; then \
                 release the licence."
            .to_owned(),
        confirm: "The next snapshot shows the account disabled, without licence and without administrative roles."
            .to_owned(),
    }
}
