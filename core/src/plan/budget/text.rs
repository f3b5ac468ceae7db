//! The sums of a budget for a terminal.

use std::collections::BTreeMap;
use std::fmt::Write;

use rust_decimal::Decimal;

use super::{Budget, Item};
use crate::estate::AssetKind;

pub(super) fn render(budget: &Budget) -> String {
    // Writing to a string cannot fail.
    let mut out = String::new();
    for line in years(budget) {
        let _ = writeln!(out, "{line}");
    }
    let mut missing: BTreeMap<(Item, &AssetKind), u64> = BTreeMap::new();
    for item in &budget.unpriced {
        *missing.entry((item.item, &item.kind)).or_default() += 1;
    }
    if !missing.is_empty() {
        let kinds: Vec<String> = missing
            .iter()
            .map(|((item, kind), count)| format!("{} of {count} {kind}", item.as_str()))
            .collect();
        let _ = writeln!(
            out,
            "{} items have no price and are in no sum: {}.",
            budget.unpriced.len(),
            kinds.join(", ")
        );
    }
    if !budget.undated.is_empty() {
        let kinds: Vec<String> = budget
            .undated
            .iter()
            .map(|kind| format!("{} {}", kind.count, kind.kind))
            .collect();
        let _ = writeln!(
            out,
            "In no year, since nobody recorded when they were bought: {}.",
            kinds.join(", ")
        );
    }
    out
}

/// A line a year: its label, and the sums of each currency.
pub(super) fn years(budget: &Budget) -> impl Iterator<Item = String> {
    budget.fiscal_years.iter().map(|year| {
        let of_year = budget
            .totals
            .iter()
            .filter(|total| total.fiscal_year == year.label);
        let sums: Vec<String> = of_year
            .map(|total| {
                let expired = if total.expired > Decimal::ZERO {
                    format!(" (of which {} at prices no longer valid)", shown(total.expired))
                } else {
                    String::new()
                };
                format!("{} {}{expired}", shown(total.total), total.currency)
            })
            .collect();
        let sums = if sums.is_empty() {
            "nothing".to_owned()
        } else {
            sums.join(", ")
        };
        format!("{}  {sums}", year.label)
    })
}

/// With thousands apart and two decimals at least.
pub(crate) fn shown(amount: Decimal) -> String {
    let mut text = amount.normalize();
    text.rescale(text.scale().max(2));
    let text = text.to_string();
    let (whole, rest) = text.split_once('.').unwrap_or((&text, ""));
    let mut out = String::new();
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    format!("{out}.{rest}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_shown_with_thousands_apart_and_nothing_rounded() {
        let of = |text: &str| shown(text.parse().unwrap());
        assert_eq!(
            ["0", "999", "1000", "1234567.5", "12.3456"].map(of),
            ["0.00", "999.00", "1,000.00", "1,234,567.50", "12.3456"]
        );
    }
}
