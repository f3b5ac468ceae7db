//! Whether what runs on an asset still gets security fixes.

mod drafts;
mod judge;
mod slot;

use self::drafts::{due, ended, only_meant, unclear};
use self::judge::State;
use self::slot::{Bench, Case, Entitlement, SLOTS};
use crate::error::Result;
use crate::review::calendar::{Ending, Statement, statements};
use crate::review::context::Context;
use crate::review::finding::Read;
use crate::review::life::{in_service, is_retired};
use crate::review::outcome::{DebtKind, Outcome, Pillar, Severity};
use crate::review::questions::Want;
use crate::review::rule::{Analyzer, Reads, Rule};
use crate::review::verdict::{Draft, Subject, Verdicts};
use crate::text::Plain;

/// End of support of operating systems and products.
#[derive(Clone, Copy, Debug)]
pub(super) struct EndOfSupport;

const READS: &[Reads] = &in_service![
    Reads::Property("kind"),
    Reads::Fact("os_name"),
    Reads::Fact("os_version"),
    Reads::Fact("os_build"),
    Reads::Fact("os_configured"),
    Reads::Fact("product"),
    Reads::Fact("version"),
    Reads::Fact("extended_support"),
    Reads::Fact("extended_support_end"),
    Reads::Catalogue,
];

/// The rule whose days of support stand in the calendar.
pub(super) const DATED: &str = "lifecycle.security_support";

static RULES: [Rule; 3] = [
    Rule {
        id: DATED,
        version: 2,
        title: "The maker's security support for everybody has not ended and does not end soon",
        pillar: Pillar::Security,
        debt: DebtKind::Lifecycle,
        reads: READS,
    },
    Rule {
        id: "lifecycle.paid_extension",
        version: 2,
        title: "Where only a paid extension of support is left, it was bought",
        pillar: Pillar::Security,
        debt: DebtKind::Lifecycle,
        reads: READS,
    },
    Rule {
        id: "lifecycle.catalogue_current",
        version: 1,
        title: "The lifecycle dates are not old",
        pillar: Pillar::Operations,
        debt: DebtKind::Documentation,
        reads: &[Reads::Catalogue],
    },
];

impl Analyzer for EndOfSupport {
    fn rules(&self) -> &[Rule] {
        &RULES
    }

    fn analyze(&self, context: &Context<'_>, verdicts: &mut Verdicts<'_>) -> Result<()> {
        let [security, extension, current] = &RULES;
        let mut bench = Bench::new(context);
        for asset in context.estate().assets() {
            context.check()?;
            for slot in SLOTS {
                let subject = Subject::from((asset, slot.part));
                if is_retired(asset) || (asset.fact(slot.name).is_none() && !slot.is_asked_of(asset)) {
                    verdicts.not_applicable(security, subject);
                    verdicts.not_applicable(extension, subject);
                } else if let Some(case) = bench.case(asset, slot) {
                    endings(context, verdicts, &case);
                    verdict_on_support(context, verdicts, security, &case)?;
                    verdict_on_extension(context, verdicts, extension, &case)?;
                } else {
                    // What else is to be asked about an extension, the release tells.
                    verdicts.unanswered(extension, subject, slot.words, []);
                    let want = Want::new(asset, slot.name);
                    match bench.hint(asset, slot) {
                        None => verdicts.unanswered(security, subject, slot.words, [want]),
                        Some(meant) => {
                            verdicts.ask(security, [want]);
                            verdicts.find(security, subject, only_meant(asset, slot, &meant))?;
                        }
                    }
                }
            }
        }
        verdict_on_catalogue(context, verdicts, current)
    }
}

/// The days of this case in the calendar: the end of support for everybody, and that of a paid extension.
fn endings(context: &Context<'_>, verdicts: &mut Verdicts<'_>, case: &Case<'_>) {
    let [security, extension, _] = &RULES;
    let (judgement, subject) = (&case.judgement, (case.asset, case.slot.part));
    let known = matches!(judgement.state, State::Due | State::Ended | State::Supported);
    let end = judgement.milestones.security_end().date().filter(|_| known);
    let Some((date, (source, as_of))) = end.zip(judgement.stated.clone()) else {
        return;
    };
    let what = format!("security support of {}", judgement.label);
    let said = Statement {
        date,
        source: Some(source),
        as_of,
        age_days: as_of.map(|day| -context.days_to(day)),
    };
    if let Some(entry) = Ending::new(context, security.id, subject, &what, vec![said]) {
        verdicts.ends(entry);
    }
    let what = format!("paid extension of support of {}", judgement.label);
    let bought = statements(context, case.asset, "extended_support_end");
    if let Some(entry) = Ending::new(context, extension.id, subject, &what, bought) {
        verdicts.ends(entry);
    }
}

fn verdict_on_support(
    context: &Context<'_>,
    verdicts: &mut Verdicts<'_>,
    rule: &Rule,
    case: &Case<'_>,
) -> Result<()> {
    let judgement = &case.judgement;
    let draft = match &judgement.state {
        State::Supported => {
            verdicts.satisfied(rule, case.subject());
            return Ok(());
        }
        State::Missing(what) => {
            verdicts.not_recorded(rule, case.subject(), what);
            return Ok(());
        }
        State::Unclear(why) => {
            verdicts.ask(rule, case.release());
            unclear(case, Outcome::NotEvaluated, why)
        }
        State::Contradiction(why) => unclear(case, Outcome::Manual, why),
        State::Due => due(context, case),
        State::Ended => ended(context, case),
    };
    verdicts.find(rule, case.subject(), draft.reads(case.reads()))
}

fn verdict_on_extension(
    context: &Context<'_>,
    verdicts: &mut Verdicts<'_>,
    rule: &Rule,
    case: &Case<'_>,
) -> Result<()> {
    match &case.judgement.state {
        State::Supported | State::Due => verdicts.not_applicable(rule, case.subject()),
        State::Missing(what) => verdicts.not_recorded(rule, case.subject(), what),
        State::Unclear(_) => verdicts.not_recorded(rule, case.subject(), "the exact release"),
        State::Contradiction(_) => verdicts.answer(rule, case.subject(), Outcome::Manual),
        State::Ended => return on_ended(context, verdicts, rule, case),
    }
    Ok(())
}

fn on_ended(context: &Context<'_>, verdicts: &mut Verdicts<'_>, rule: &Rule, case: &Case<'_>) -> Result<()> {
    let offered = case.judgement.milestones.extended_support;
    let label = &case.judgement.label;
    let (until, problem) = match case.entitlement(context.as_of()) {
        Entitlement::Until(day) if context.days_to(day) >= 0 => {
            verdicts.satisfied(rule, case.subject());
            return Ok(());
        }
        Entitlement::Until(day) => (
            Some(day),
            format!("The paid extension for {label} ended on {day}"),
        ),
        Entitlement::Contradiction => {
            verdicts.answer(rule, case.subject(), Outcome::Manual);
            return Ok(());
        }
        _ if offered.has_passed(context.as_of()) != Some(false) => {
            verdicts.not_applicable(rule, case.subject());
            return Ok(());
        }
        Entitlement::NotBought => (None, format!("No paid extension for {label} was bought")),
        Entitlement::NotRecorded => {
            let want = Want::new(case.asset, "extended_support_end").of(Plain(label).to_string());
            verdicts.unanswered(
                rule,
                case.subject(),
                "whether and until when a paid extension of support was bought",
                [want],
            );
            return Ok(());
        }
    };
    let draft = Draft::new(Outcome::NotSatisfied, Severity::Medium, problem)
        .detail("Weaknesses that are found now stay open on this asset.")
        .confidence(case.judgement.confidence)
        .due(until)
        .reads(case.reads())
        .advice(case.replace());
    verdicts.find(rule, case.subject(), draft)
}

fn verdict_on_catalogue(context: &Context<'_>, verdicts: &mut Verdicts<'_>, rule: &Rule) -> Result<()> {
    let limit = context.settings().catalogue_stale_days;
    let Some(day) = context.catalogue().as_of() else {
        verdicts.not_recorded(rule, Subject::ESTATE, "the day of the lifecycle dates");
        return Ok(());
    };
    let age = -context.days_to(day);
    if age <= i64::from(limit) {
        verdicts.satisfied(rule, Subject::ESTATE);
        return Ok(());
    }
    let draft = Draft::new(
        Outcome::NotSatisfied,
        Severity::Low,
        format!("The lifecycle dates are {age} days old"),
    )
    .detail(format!(
        "They are of {day}; what was announced since is not in them. The limit is {limit} days."
    ))
    .reads([Read::Catalogue {
        row: "*".to_owned(),
        digest: context.catalogue().digest(),
    }]);
    verdicts.find(rule, Subject::ESTATE, draft)
}
