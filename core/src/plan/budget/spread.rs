//! Spreads what is needed over the years, and adds it up.

use std::collections::BTreeMap;

use jiff::ToSpan;
use jiff::civil::Date;
use rust_decimal::Decimal;

use super::choose::{Chooser, Found};
use super::needs::{Need, needs};
use super::renewals::priced;
use super::{
    Budget, BudgetOptions, Cost, CostTotal, Edition, FORMAT, FiscalYear, InternalBudget, Line, Price,
    PriceList, Term, Total, Unpriced, Why,
};
use crate::error::{Error, ErrorKind, Result};
use crate::estate::Estate;
use crate::review::Review;
use crate::text::Untrusted;

/// A budget before it is known for whom it is.
pub(super) struct Spread {
    budget: Budget,
    /// What the provider pays, a line each.
    costs: Vec<Option<Decimal>>,
}

impl Spread {
    pub(super) fn new(
        estate: &Estate,
        review: &Review,
        prices: &PriceList,
        options: &BudgetOptions,
    ) -> Result<Self> {
        let years = FiscalYear::years(review.as_of, options.fiscal_year_start, options.years);
        let (needs, undated) = needs(estate, review, options, &years);
        let mut chooser = Chooser::new(prices, review.as_of);
        let (mut lines, mut unpriced) = (Vec::new(), Vec::new());
        for (need, found) in &priced(needs, &mut chooser) {
            let start = need.from.max(review.as_of);
            match found {
                Found::Price {
                    price,
                    currency,
                    cost,
                } => {
                    for (year, date, instalments) in instalments(&years, start, price.term) {
                        let line = line(need, review.as_of, year, (date, instalments), price, currency)?;
                        let cost = cost.map(|cost| times(cost, instalments)).transpose()?;
                        lines.push((year.starts, line, cost));
                    }
                }
                Found::Ambiguous(rows) => {
                    unpriced.extend(without(need, review.as_of, &years, Why::Ambiguous, rows.clone()));
                }
                Found::Nothing => {
                    unpriced.extend(without(need, review.as_of, &years, Why::NoPrice, Vec::new()));
                }
            }
        }
        lines.sort_by(|(a, x, _), (b, y, _)| {
            (a, x.date, &x.asset, x.item, &x.what.raw()).cmp(&(b, y.date, &y.asset, y.item, &y.what.raw()))
        });
        unpriced.sort_by(|a, b| (a.due, &a.asset, a.item).cmp(&(b.due, &b.asset, b.item)));
        let (lines, costs): (Vec<Line>, Vec<_>) =
            lines.into_iter().map(|(_, line, cost)| (line, cost)).unzip();
        Ok(Self {
            budget: Budget {
                format: FORMAT.to_owned(),
                edition: Edition::Client,
                as_of: review.as_of,
                estate: review.estate,
                prices: prices.digest(),
                totals: totals(&years, &lines)?,
                fiscal_years: years,
                lines,
                unpriced,
                undated,
                unused: chooser.unused(),
            },
            costs,
        })
    }

    /// Without what the provider pays.
    pub(super) fn client(self) -> Budget {
        self.budget
    }

    /// With it.
    pub(super) fn internal(self) -> Result<InternalBudget> {
        let Self { budget, costs } = self;
        let costs: Vec<Cost> = budget
            .lines
            .iter()
            .zip(costs)
            .map(|(line, cost)| Cost {
                cost,
                margin: cost.and_then(|cost| line.amount.checked_sub(cost)),
            })
            .collect();
        let mut sums: BTreeMap<(&str, &str), CostTotal> = BTreeMap::new();
        for (line, cost) in budget.lines.iter().zip(&costs) {
            let key = (line.fiscal_year.as_str(), line.currency.as_str());
            let sum = sums.entry(key).or_insert_with(|| CostTotal {
                fiscal_year: line.fiscal_year.clone(),
                currency: line.currency.clone(),
                cost: Decimal::ZERO,
                margin: Decimal::ZERO,
                known: 0,
                total: 0,
            });
            sum.total += 1;
            if let (Some(paid), Some(margin)) = (cost.cost, cost.margin) {
                sum.known += 1;
                sum.cost = plus(sum.cost, paid)?;
                sum.margin = plus(sum.margin, margin)?;
            }
        }
        let totals = budget
            .totals
            .iter()
            .filter_map(|total| sums.remove(&(total.fiscal_year.as_str(), total.currency.as_str())))
            .collect();
        Ok(InternalBudget {
            format: FORMAT.to_owned(),
            edition: Edition::Internal,
            client: budget,
            costs,
            totals,
        })
    }
}

/// In each year the first day of payment and how many there are.
fn instalments(years: &[FiscalYear], start: Date, term: Term) -> Vec<(&FiscalYear, Date, u32)> {
    let mut found: Vec<(&FiscalYear, Date, u32)> = Vec::new();
    for number in 0_i64.. {
        // From the first day each time, so that the 31st does not become the 28th for good.
        let day = match term {
            Term::OneOff if number > 0 => break,
            Term::OneOff => Ok(start),
            Term::Month => start.checked_add(number.months()),
            Term::Year => start.checked_add(number.years()),
        };
        let Some((day, year)) = day
            .ok()
            .and_then(|day| Some((day, years.iter().find(|year| year.holds(day))?)))
        else {
            break;
        };
        match found.last_mut() {
            Some((last, _, count)) if last.starts == year.starts => *count += 1,
            _ => found.push((year, day, 1)),
        }
    }
    found
}

fn line(
    need: &Need<'_>,
    as_of: Date,
    year: &FiscalYear,
    (date, instalments): (Date, u32),
    price: &Price,
    currency: &str,
) -> Result<Line> {
    Ok(Line {
        fiscal_year: year.label.clone(),
        date,
        asset: need.asset.id.clone(),
        name: need.asset.name.clone(),
        kind: need.asset.kind.clone(),
        item: need.item,
        what: Untrusted::new(need.what.clone()),
        due: need.due,
        overdue: need.due < as_of,
        instalments,
        amount: times(price.amount, instalments)?,
        currency: currency.to_owned(),
        price: price.clone(),
        because: Untrusted::new(need.because.clone()),
        findings: need.findings.clone(),
        facts: need.facts.clone(),
    })
}

/// What has no price stands in the year in which it would be paid first; none where that is beyond the last.
fn without(need: &Need<'_>, as_of: Date, years: &[FiscalYear], why: Why, rows: Vec<u64>) -> Option<Unpriced> {
    let start = need.from.max(as_of);
    let year = years.iter().find(|year| year.holds(start))?;
    Some(Unpriced {
        fiscal_year: year.label.clone(),
        asset: need.asset.id.clone(),
        name: need.asset.name.clone(),
        kind: need.asset.kind.clone(),
        item: need.item,
        what: Untrusted::new(need.what.clone()),
        due: need.due,
        overdue: need.due < as_of,
        why,
        rows,
        because: Untrusted::new(need.because.clone()),
        findings: need.findings.clone(),
        facts: need.facts.clone(),
    })
}

fn totals(years: &[FiscalYear], lines: &[Line]) -> Result<Vec<Total>> {
    let mut sums: BTreeMap<(usize, &str), Total> = BTreeMap::new();
    for line in lines {
        let year = years
            .iter()
            .position(|year| year.label == line.fiscal_year)
            .unwrap_or(0);
        let sum = sums.entry((year, &line.currency)).or_insert_with(|| Total {
            fiscal_year: line.fiscal_year.clone(),
            currency: line.currency.clone(),
            one_off: Decimal::ZERO,
            recurring: Decimal::ZERO,
            total: Decimal::ZERO,
            expired: Decimal::ZERO,
            lines: 0,
        });
        let part = match line.price.term {
            Term::OneOff => &mut sum.one_off,
            Term::Month | Term::Year => &mut sum.recurring,
        };
        *part = plus(*part, line.amount)?;
        sum.total = plus(sum.total, line.amount)?;
        if line.price.expired {
            sum.expired = plus(sum.expired, line.amount)?;
        }
        sum.lines += 1;
    }
    Ok(sums.into_values().collect())
}

fn times(amount: Decimal, count: u32) -> Result<Decimal> {
    amount.checked_mul(count.into()).ok_or_else(too_large)
}

fn plus(a: Decimal, b: Decimal) -> Result<Decimal> {
    a.checked_add(b).ok_or_else(too_large)
}

fn too_large() -> Error {
    Error::new(
        ErrorKind::TooLarge,
        "an amount has more digits than a decimal holds",
    )
}
