//! The words of findings about end of support.

use jiff::civil::Date;

use super::judge::Judgement;
use super::slot::{Case, Entitlement, Slot};
use crate::change::{EffortSize, Strategy};
use crate::estate::{Asset, Confidence};
use crate::review::advice::{Advice, DOCUMENTATION};
use crate::review::context::Context;
use crate::review::finding::Read;
use crate::review::lifecycle::When;
use crate::review::outcome::{Outcome, Severity};
use crate::review::verdict::Draft;

pub(super) fn unclear(case: &Case<'_>, outcome: Outcome, why: &str) -> Draft {
    let label = &case.judgement.label;
    Draft::new(
        outcome,
        Severity::Low,
        format!("Which release of {label} it is, is not clear"),
    )
    .detail(why)
    .confidence(Confidence::Low)
    .advice(Advice {
        key: format!("lifecycle/which/{}", case.judgement.key),
        title: format!("Record which release of {label} it is"),
        rationale: "Without the exact release nobody can say until when it gets security fixes.".to_owned(),
        strategy: Strategy::Investigate,
        size: EffortSize::S,
        area: DOCUMENTATION,
        target: case.asset.id.clone(),
        action: format!(
            "Read edition and version of {label} on the asset and record them in `{}` and `{}`.",
            case.slot.name,
            case.slot.versions.join("`, `")
        ),
        confirm: "The next review names one release.".to_owned(),
    })
}

/// Nothing says what runs, only what is meant to: that is no finding against the asset, but worth a look.
pub(super) fn only_meant(asset: &Asset, slot: &Slot, meant: &Judgement) -> Draft {
    let hint = slot.hint.unwrap_or(slot.name);
    let end = meant.milestones.security_end().date();
    Draft::new(
        Outcome::NotEvaluated,
        Severity::Low,
        format!("What runs is not recorded; it is configured for {}", meant.label),
    )
    .detail(format!(
        "Security support of {} has its last day on {} ({}). Whether it is what runs, nobody says.",
        meant.label,
        shown(end),
        meant.source
    ))
    .confidence(Confidence::Low)
    .due(end)
    .reads([
        Read::kind(asset),
        Read::fact(asset, slot.name),
        Read::fact(asset, hint),
    ])
    .reads(meant.rows.iter().map(|(row, digest)| Read::Catalogue {
        row: row.clone(),
        digest: *digest,
    }))
    .advice(Advice {
        key: format!("lifecycle/runs/{}", meant.key),
        title: format!("Find out what runs where {} is configured", meant.label),
        rationale: "Without knowing what runs, nobody can say until when it gets security fixes.".to_owned(),
        strategy: Strategy::Investigate,
        size: EffortSize::S,
        area: DOCUMENTATION,
        target: asset.id.clone(),
        action: format!(
            "Read the {} on the asset, install the agent or guest tools that report it, and record it in `{}`.",
            slot.words, slot.name
        ),
        confirm: format!("The next snapshot has `{}`.", slot.name),
    })
}

pub(super) fn due(context: &Context<'_>, case: &Case<'_>) -> Draft {
    let judgement = &case.judgement;
    let end = judgement.milestones.security_end().date();
    let risk = judgement.milestones.risk(context.as_of(), false);
    let severity = match risk {
        Some(60..) => Severity::High,
        Some(30..) => Severity::Medium,
        _ => Severity::Low,
    };
    let days = end.map_or(0, |day| context.days_to(day));
    Draft::new(
        Outcome::Partially,
        raised_if(case.exposed(), severity),
        format!("Security support of {} ends on {}", judgement.label, shown(end)),
    )
    .detail(format!(
        "{days} days are left ({}).{}",
        judgement.source,
        exposure(case)
    ))
    .confidence(judgement.confidence)
    .due(end)
    .risk(risk)
    .advice(case.replace())
}

pub(super) fn ended(context: &Context<'_>, case: &Case<'_>) -> Draft {
    let judgement = &case.judgement;
    let mut milestones = judgement.milestones;
    let end = milestones.security_end().date();
    let offered = milestones.extended_support.has_passed(context.as_of()) == Some(false);
    let can_be_had = format!(
        "A paid extension until {} can be had",
        shown(milestones.extended_support.date())
    );
    let (extension, severity, risk) = match case.entitlement(context.as_of()) {
        Entitlement::Until(day) if context.days_to(day) >= 0 => {
            milestones.extended_support = When::On(day);
            (
                format!("The paid extension covers it until {day}."),
                Severity::Medium,
                milestones.risk(context.as_of(), true),
            )
        }
        Entitlement::Until(day) => (
            format!("The paid extension ended on {day}."),
            Severity::High,
            Some(100),
        ),
        Entitlement::Contradiction => (
            "The records say both that no paid extension was bought and until when it runs.".to_owned(),
            Severity::High,
            Some(100),
        ),
        Entitlement::NotBought if offered => (
            format!("{can_be_had} and was not bought."),
            Severity::High,
            Some(100),
        ),
        Entitlement::NotRecorded if offered => (
            format!("{can_be_had}; whether and until when it was bought is not recorded."),
            Severity::High,
            Some(100),
        ),
        _ => (
            "There is no paid extension, or it has ended too.".to_owned(),
            Severity::High,
            Some(100),
        ),
    };
    let when = end.map_or_else(
        || format!("Security support of {} has ended", judgement.label),
        |day| format!("Security support of {} ended on {day}", judgement.label),
    );
    Draft::new(Outcome::NotSatisfied, raised_if(case.exposed(), severity), when)
        .detail(format!("{extension} ({}).{}", judgement.source, exposure(case)))
        .confidence(judgement.confidence)
        .due(end)
        .risk(risk)
        .advice(case.replace())
}

/// An edge device without fixes is open to the whole internet (CISA's binding directive 26-02 gives such devices dates of
/// their own).
fn raised_if(exposed: bool, severity: Severity) -> Severity {
    if exposed { severity.raised() } else { severity }
}

fn exposure(case: &Case<'_>) -> &'static str {
    if case.exposed() {
        " It stands at the edge of the network."
    } else {
        ""
    }
}

fn shown(day: Option<Date>) -> String {
    day.map_or_else(|| "an unknown day".to_owned(), |day| day.to_string())
}
