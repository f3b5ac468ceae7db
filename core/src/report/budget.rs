//! "What it will cost": the years, what they hold most of, and what is in no sum. It knows the client's edition only.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use maud::{Markup, html};
use rust_decimal::Decimal;

use super::due::few;
use super::figure::{more, name, noun, sentence};
use crate::estate::{AssetId, AssetKind};
use crate::plan::{Budget, Item, Line, Total};
use crate::review::Finding;

/// Of the groups of lines so many are told.
const LINES: usize = 6;
/// Rules whose problems a new device puts right.
const REPLACED: [&str; 3] = [
    "lifecycle.security_support",
    "readiness.windows_11",
    "warranty.in_force",
];
/// Of what is in no sum so many groups.
const GROUPS: usize = 12;

/// A line with its place in the document.
type Placed<'a> = (usize, &'a Line);

pub(super) fn section(budget: &Budget) -> Markup {
    html! {
        section aria-labelledby="budget" {
            h2 id="budget" { "What it will cost" }
            (years(budget))
            (beside(budget))
            (largest(budget))
        }
    }
}

/// An amount of `budget.json`, at this JSON pointer.
fn amount(pointer: &str, amount: Decimal) -> Markup {
    html! { span.n.amount data-from=(format!("budget.json#{pointer}")) { (crate::plan::shown(amount)) } }
}

fn count(pointer: &str, count: u64) -> Markup {
    html! { span.n data-from=(format!("budget.json#{pointer}")) { (count) } }
}

fn years(budget: &Budget) -> Markup {
    let of = |label: &str| {
        let totals = budget.totals.iter().enumerate();
        totals
            .filter(|(_, total)| total.fiscal_year == label)
            .collect::<Vec<_>>()
    };
    html! {
        div.wide tabindex="0" role="region" aria-label="What it will cost, by fiscal year" {
            table {
                thead { tr { th scope="col" { "year" } th.sum scope="col" { "once" } th.sum scope="col" { "recurring" } th.sum scope="col" { "together" } th scope="col" { "currency" } th scope="col" { "items" } } }
                tbody {
                    @for year in &budget.fiscal_years {
                        @let totals = of(&year.label);
                        @if totals.is_empty() { tr { th scope="row" { (year.label) } td colspan="5" { "nothing with a price" } } }
                        @for (at, total) in totals { (row(at, total)) }
                    }
                }
            }
        }
        @for (at, total) in budget.totals.iter().enumerate().filter(|(_, total)| total.expired > Decimal::ZERO) {
            p.note {
                "In " (total.fiscal_year) ", " (amount(&format!("/totals/{at}/expired"), total.expired)) " " (total.currency)
                " rest on prices that were no longer valid on " (budget.as_of) "."
            }
        }
    }
}

fn row(at: usize, total: &Total) -> Markup {
    let cell = |field: &str, value| amount(&format!("/totals/{at}/{field}"), value);
    html! {
        tr {
            th scope="row" { (total.fiscal_year) }
            td.sum { (cell("one_off", total.one_off)) }
            td.sum { (cell("recurring", total.recurring)) }
            td.sum { strong { (cell("total", total.total)) } }
            td { (total.currency) }
            td { (count(&format!("/totals/{at}/lines"), total.lines)) }
        }
    }
}

/// What is in no sum, so that a sum is not taken for all there is.
fn beside(budget: &Budget) -> Markup {
    let mut groups: BTreeMap<(Item, &AssetKind), Vec<String>> = BTreeMap::new();
    for (at, item) in budget.unpriced.iter().enumerate() {
        groups
            .entry((item.item, &item.kind))
            .or_default()
            .push(at.to_string());
    }
    let rest = groups.len().saturating_sub(GROUPS);
    html! {
        @if !groups.is_empty() || !budget.undated.is_empty() {
            h3 { "In none of these sums" }
            ul.plain {
                @for ((item, kind), places) in groups.iter().take(GROUPS) {
                    li {
                        "no price: " (item.as_str()) " of "
                        span.n data-in="budget.json#/unpriced" data-at=(places.join(" ")) { (places.len()) } " " (kinds(places.len(), kind))
                    }
                }
                @for (at, undated) in budget.undated.iter().enumerate() {
                    li {
                        "no day of purchase: " (count(&format!("/undated/{at}/count"), undated.count)) " "
                        (kinds(super::frame::amount(undated.count), &undated.kind))
                    }
                }
            }
            (more(rest, "budget.json"))
        }
    }
}

fn kinds(count: usize, kind: &AssetKind) -> String {
    noun(count, &name(&kind.as_str().replace('_', " ")))
}

/// The items that cost most: the same item of the same kind in one year as one.
fn largest(budget: &Budget) -> Markup {
    let mut groups: BTreeMap<(&str, &str, Item, &AssetKind), Vec<Placed<'_>>> = BTreeMap::new();
    for (at, line) in budget.lines.iter().enumerate() {
        let key = (
            line.currency.as_str(),
            line.fiscal_year.as_str(),
            line.item,
            &line.kind,
        );
        groups.entry(key).or_default().push((at, line));
    }
    let mut groups: Vec<_> = groups.into_iter().collect();
    // Currencies are not compared: each is listed apart, in the order of the totals.
    groups.sort_by_cached_key(|((currency, ..), lines)| (*currency, Reverse(sum(lines))));
    html! {
        @if !groups.is_empty() {
            h3 { "The largest items" }
            div.wide tabindex="0" role="region" aria-label="The largest items" {
                table {
                    thead { tr { th scope="col" { "year" } th.sum scope="col" { "amount" } th scope="col" { "currency" } th scope="col" { "what" } th scope="col" { "of what" } } }
                    tbody {
                        @for ((currency, year, item, kind), lines) in groups.iter().take(LINES) {
                            tr {
                                th scope="row" { (year) }
                                td.sum { (together(lines)) }
                                td { (currency) }
                                td { @match lines.as_slice() { [(_, line)] => { (sentence(line.what.raw())) } _ => { (item.as_str()) " of " (counted(lines)) " " (kinds(lines.len(), kind)) } } }
                                td { (few(lines.iter().map(|(_, line)| called(line)).collect())) }
                            }
                        }
                    }
                }
            }
            (more(groups.len().saturating_sub(LINES), "budget.json and budget.xlsx"))
        }
    }
}

fn called(line: &Line) -> String {
    match &line.name {
        Some(text) => name(text.raw()),
        None => name(line.asset.as_str()),
    }
}

/// The sum of lines; the budget's own sums hold them all, so there is no overflow here that was not refused there.
fn sum(lines: &[Placed<'_>]) -> Decimal {
    lines
        .iter()
        .fold(Decimal::ZERO, |sum, (_, line)| sum.saturating_add(line.amount))
}

fn places(lines: &[Placed<'_>]) -> String {
    let places: Vec<String> = lines.iter().map(|(at, _)| at.to_string()).collect();
    places.join(" ")
}

/// The amount of lines of one currency, with their places.
fn together(lines: &[Placed<'_>]) -> Markup {
    if let [(at, line)] = lines {
        return amount(&format!("/lines/{at}/amount"), line.amount);
    }
    html! {
        span.n.amount data-sum="budget.json#/lines" data-at=(places(lines)) { (crate::plan::shown(sum(lines))) }
    }
}

/// How many lines, with their places.
fn counted(lines: &[Placed<'_>]) -> Markup {
    html! { span.n data-in="budget.json#/lines" data-at=(places(lines)) { (lines.len()) } }
}

/// What the budget has to put these findings right, by year; `None` where it has no line: of each target the lines that
/// rest on them, else its new device, if one would put them right.
pub(super) fn of_findings(
    budget: &Budget,
    targets: &BTreeSet<&AssetId>,
    findings: &[&Finding],
) -> Option<Markup> {
    let rests = |line: &Line| findings.iter().any(|finding| line.findings.contains(&finding.id));
    let of_target = |line: &&Placed<'_>| targets.contains(&line.1.asset);
    let lines: Vec<Placed<'_>> = budget.lines.iter().enumerate().collect();
    let own: BTreeSet<&AssetId> = lines
        .iter()
        .filter(of_target)
        .filter(|(_, line)| rests(line))
        .map(|(_, line)| &line.asset)
        .collect();
    let renewed = findings
        .iter()
        .any(|finding| REPLACED.contains(&finding.rule.as_str()));
    let mut years: BTreeMap<(usize, &str), Vec<Placed<'_>>> = BTreeMap::new();
    for (at, line) in lines.iter().filter(of_target) {
        let instead = renewed && line.item == Item::Replacement && !own.contains(&line.asset);
        if rests(line) || instead {
            let mut labels = budget.fiscal_years.iter();
            let year = labels.position(|year| year.label == line.fiscal_year);
            let key = (year.unwrap_or(usize::MAX), line.currency.as_str());
            years.entry(key).or_default().push((*at, line));
        }
    }
    (!years.is_empty()).then(|| {
        html! {
            @for (at, ((_, currency), lines)) in years.iter().enumerate() {
                @if at > 0 { "; " }
                (together(lines)) " " (currency) " in "
                @if let Some((_, line)) = lines.first() { (line.fiscal_year) }
                @match lines.as_slice() {
                    [(_, line)] => { " (" (sentence(line.what.raw())) ")" }
                    _ => { " for " (counted(lines)) " items" }
                }
            }
        }
    })
}
