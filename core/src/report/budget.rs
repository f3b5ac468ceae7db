//! "What it will cost": the years, what they hold most of, and what is in no sum. It knows the client's edition only.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use maud::{Markup, html};
use rust_decimal::Decimal;

use super::figure::{more, name, noun, sentence};
use crate::estate::AssetKind;
use crate::plan::{Budget, Item, Line, Total};

/// Of the lines so many are told.
const LINES: usize = 6;
/// Of what is in no sum so many groups.
const GROUPS: usize = 12;

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

/// The items that cost most, with why.
fn largest(budget: &Budget) -> Markup {
    let mut lines: Vec<(usize, &Line)> = budget.lines.iter().enumerate().collect();
    // Currencies are not compared: each is listed apart, in the order of the totals.
    lines.sort_by(|(_, a), (_, b)| (&a.currency, Reverse(a.amount)).cmp(&(&b.currency, Reverse(b.amount))));
    html! {
        @if !lines.is_empty() {
            h3 { "The largest items" }
            div.wide tabindex="0" role="region" aria-label="The largest items" {
                table {
                    thead { tr { th scope="col" { "year" } th.sum scope="col" { "amount" } th scope="col" { "currency" } th scope="col" { "what" } th scope="col" { "of what" } } }
                    tbody {
                        @for (at, line) in lines.iter().take(LINES) {
                            tr {
                                th scope="row" { (line.fiscal_year) }
                                td.sum { (amount(&format!("/lines/{at}/amount"), line.amount)) }
                                td { (line.currency) }
                                td { (sentence(line.what.raw())) }
                                td { @match &line.name { Some(text) => { (name(text.raw())) } None => { (name(line.asset.as_str())) } } }
                            }
                        }
                    }
                }
            }
            (more(lines.len().saturating_sub(LINES), "budget.json and budget.xlsx"))
        }
    }
}
