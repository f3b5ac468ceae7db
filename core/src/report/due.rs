//! "What is due" and "What it is worth": dates that bite, then principal, interest and risk, which do not add up to one.

use std::collections::BTreeMap;

use jiff::civil::Date;
use maud::{Markup, html};

use super::figure::{counted, figure, more, name, sentence, severity, subject, what_ends};
use crate::change::Money;
use crate::review::{Band, Calendar, Ending, Finding, Review, Severity};

const LINES: usize = 10;
const COMING: usize = 14;

/// Findings that say the same of the same day, with the gravest severity among them.
type Group<'a> = ((Date, &'a str), Vec<&'a Finding>);

pub(super) fn section(review: &Review) -> Markup {
    let mut past: BTreeMap<(Date, &str), Vec<&Finding>> = BTreeMap::new();
    for finding in review
        .findings
        .iter()
        .filter(|finding| finding.outcome.is_problem())
    {
        if let Some(day) = finding.due.filter(|day| *day < review.as_of) {
            past.entry((day, finding.title.raw().as_str()))
                .or_default()
                .push(finding);
        }
    }
    html! {
        section aria-labelledby="due" {
            h2 id="due" { "What is due" }
            (counts(&review.calendar))
            (table("Past", &by_weight(past.into_iter().collect())))
            (coming(&review.calendar))
        }
    }
}

fn counts(calendar: &Calendar) -> Markup {
    let count = |name: &str, number| figure(&format!("/calendar/{name}"), number);
    html! {
        @if calendar.entries.is_empty() { p { "No day on which anything ends is recorded." } }
        @else {
            p {
                "Days on record: " (count("past", calendar.past)) " past, "
                (count("within_30", calendar.within_30)) " within 30 days, "
                (count("within_90", calendar.within_90)) " within 90, "
                (count("within_180", calendar.within_180)) " within 180, "
                (count("later", calendar.later)) " later."
                @if calendar.disputed > 0 { " Sources disagree on " (count("disputed", calendar.disputed)) ": the earliest day counts." }
            }
        }
    }
}

/// What ends in the next half year, the same thing in the same month as one line, in the order of the days.
fn coming(calendar: &Calendar) -> Markup {
    let mut months: BTreeMap<_, Vec<(usize, &Ending)>> = BTreeMap::new();
    for (at, ending) in calendar.entries.iter().enumerate() {
        if matches!(ending.band, Band::Within30 | Band::Within90 | Band::Within180) {
            let key = (ending.date.year(), ending.date.month(), what_ends(ending));
            months.entry(key).or_default().push((at, ending));
        }
    }
    // Entries come by day: the first of a line is its earliest.
    let mut lines: Vec<_> = months
        .into_iter()
        .filter_map(|((_, _, what), endings)| Some((endings.first()?.1.date, what, endings)))
        .collect();
    lines.sort_by(|a, b| (a.0, &a.1).cmp(&(b.0, &b.1)));
    let rest = lines.len().saturating_sub(COMING);
    html! {
        @if !lines.is_empty() {
            h3 { "In the next 180 days" }
            div.wide tabindex="0" role="region" aria-label="What is to be done in the next 180 days" {
                table {
                    thead { tr { th scope="col" { "from" } th scope="col" { "what ends" } th scope="col" { "how many" } th scope="col" { "which" } } }
                    tbody { @for (from, what, endings) in lines.iter().take(COMING) { (ends(*from, what, endings)) } }
                }
            }
            (more(rest, "the calendar in review.json"))
        }
    }
}

fn ends(from: Date, what: &str, endings: &[(usize, &Ending)]) -> Markup {
    let places: Vec<String> = endings.iter().map(|(at, _)| at.to_string()).collect();
    let names = endings.iter().map(|(_, ending)| match &ending.name {
        Some(text) if !text.raw().trim().is_empty() => name(text.raw()),
        _ => name(ending.asset.as_str()),
    });
    html! {
        tr {
            th scope="row" { (from) }
            td { (sentence(what)) }
            td { span.n data-entries=(places.join(" ")) { (endings.len()) } }
            td { (few(names.collect())) }
        }
    }
}

/// What is past stands by its weight, then by how many: how long ago it ended matters less than what it is.
fn by_weight(mut groups: Vec<Group<'_>>) -> Vec<Group<'_>> {
    groups.sort_by_key(|(_, findings)| std::cmp::Reverse((worst(findings), findings.len())));
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
                                td { (few(findings.iter().map(|finding| subject(finding)).collect())) }
                            }
                        }
                    }
                }
            }
            (more(rest, "review.json"))
        }
    }
}

/// Three names, and how many more.
pub(super) fn few(names: Vec<String>) -> String {
    let rest = names.len().saturating_sub(3);
    let shown: Vec<String> = names.into_iter().take(3).collect();
    let shown = shown.join(", ");
    if rest > 0 {
        format!("{shown} and {rest} more")
    } else {
        shown
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
