//! "What is due" and "What it is worth": dates that bite, then principal, interest and risk, which do not add up to one.

use std::collections::BTreeMap;

use jiff::civil::Date;
use maud::{Markup, html};

use super::figure::{counted, figure, more, sentence, severity, subject};
use crate::change::Money;
use crate::review::{Finding, Review, Severity};

const LINES: usize = 10;

/// Findings that say the same of the same day, with the gravest severity among them.
type Group<'a> = ((Date, &'a str), Vec<&'a Finding>);

pub(super) fn section(review: &Review) -> Markup {
    let mut groups: BTreeMap<(Date, &str), Vec<&Finding>> = BTreeMap::new();
    for finding in &review.findings {
        if let (Some(day), true) = (finding.due, finding.outcome.is_problem()) {
            groups
                .entry((day, finding.title.raw().as_str()))
                .or_default()
                .push(finding);
        }
    }
    let (past, coming): (Vec<Group<'_>>, Vec<Group<'_>>) =
        groups.into_iter().partition(|((day, _), _)| *day < review.as_of);
    html! {
        section aria-labelledby="due" {
            h2 id="due" { "What is due" }
            @if past.is_empty() && coming.is_empty() { p { "Nothing is due in what is recorded." } }
            (table("Past", &by_weight(past)))
            (table("To come", &coming))
        }
    }
}

/// What is past stands by its weight: how long ago it ended matters less than what it is.
fn by_weight(mut groups: Vec<Group<'_>>) -> Vec<Group<'_>> {
    groups.sort_by_key(|(_, findings)| std::cmp::Reverse(worst(findings)));
    groups
}

fn worst(findings: &[&Finding]) -> Option<Severity> {
    findings.iter().map(|finding| finding.severity).max()
}

fn table(heading: &str, groups: &[Group<'_>]) -> Markup {
    let rest = groups.len().saturating_sub(LINES);
    html! {
        @if !groups.is_empty() {
            h3 { (heading) }
            div.wide tabindex="0" role="region" aria-label=(format!("What is due: {heading}")) {
                table {
                    thead { tr { th scope="col" { "date" } th scope="col" { "severity" } th scope="col" { "what" } th scope="col" { "how many" } th scope="col" { "which" } } }
                    tbody {
                        @for ((day, title), findings) in groups.iter().take(LINES) {
                            tr {
                                th scope="row" { (day) }
                                td { @if let Some(worst) = worst(findings) { (severity(worst)) } }
                                td { (sentence(title)) }
                                td { (counted(findings)) }
                                td { (which(findings)) }
                            }
                        }
                    }
                }
            }
            (more(rest, "review.json"))
        }
    }
}

fn which(findings: &[&Finding]) -> String {
    let shown: Vec<String> = findings.iter().take(3).map(|finding| subject(finding)).collect();
    let rest = findings.len() - shown.len();
    let names = shown.join(", ");
    if rest > 0 {
        format!("{names} and {rest} more")
    } else {
        names
    }
}

pub(super) fn debt(review: &Review) -> Markup {
    let debt = &review.debt;
    html! {
        section aria-labelledby="debt" {
            h2 id="debt" { "What it is worth" }
            p { "Three measures that do not add up to one. What is not estimated is counted beside each, never taken as zero." }
            dl.measures {
                div { dt { "Principal: to put it right once" } dd { (money(&debt.principal.amounts))
                    @if let Some(hours) = debt.principal.hours { ", " (hours) " hours" }
                    " (known for " (figure("/debt/principal/known", debt.principal.known)) " of " (figure("/debt/principal/total", debt.principal.total)) " assets)" } }
                div { dt { "Interest: each month that it stays" } dd { (money(&debt.interest.per_month))
                    " (known for " (figure("/debt/interest/known", debt.interest.known)) " of " (figure("/debt/interest/total", debt.interest.total)) ")" } }
                div { dt { "Risk: open problems by severity" } dd {
                    (figure("/debt/risk/critical", debt.risk.critical)) " critical, " (figure("/debt/risk/high", debt.risk.high)) " high, "
                    (figure("/debt/risk/medium", debt.risk.medium)) " medium, " (figure("/debt/risk/low", debt.risk.low)) " low; "
                    (figure("/debt/risk/unknown", debt.risk.unknown)) " questions unanswered" } }
                @if let Some(ratio) = &debt.ratio {
                    div { dt { "Ratio to replacement value" } dd { (ratio.percent) " %, grade " (format!("{:?}", ratio.grade)) " (" (ratio.known) " of " (ratio.total) " assets)" } }
                }
            }
        }
    }
}

fn money(amounts: &[Money]) -> String {
    if amounts.is_empty() {
        return "no amount is known".to_owned();
    }
    let shown: Vec<String> = amounts
        .iter()
        .map(|money| format!("{} {}", money.amount, money.currency))
        .collect();
    shown.join(" and ")
}
