//! Technical debt of an estate: principal, interest and risk, three things that do not add up to one.

use std::collections::{BTreeMap, BTreeSet};

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::context::Context;
use super::document::RuleResult;
use super::finding::Finding;
use super::outcome::{DebtKind, Severity};
use crate::change::Money;
use crate::estate::{Asset, AssetId, Scalar};

/// The debt that the findings of a review are. The terms are those of CISQ (principal, interest) and of the debt ratio of
/// `SonarQube`, for assets instead of lines of code.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Debt {
    /// What it would cost once to put everything right.
    pub principal: Principal,
    /// What it costs a month to leave it.
    pub interest: Interest,
    /// What may happen meanwhile.
    pub risk: Risk,
    /// Principal against the value of the estate, for the assets of which both are known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ratio: Option<Ratio>,
    /// Each kind of debt that any rule looks for.
    pub kinds: Vec<KindOfDebt>,
}

/// One-off cost. Only what facts state; the rest is counted, not guessed.
///
/// Principal adds to principal:
/// ```
/// fn total(mut a: vcto::review::Debt, b: vcto::review::Debt) {
///     a.principal += b.principal;
/// }
/// ```
/// and to nothing else:
/// ```compile_fail,E0308
/// fn total(mut a: vcto::review::Debt, b: vcto::review::Debt) {
///     a.principal += b.interest;
/// }
/// ```
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Principal {
    /// Sums of the fact `remediation_cost`, one a currency.
    pub amounts: Vec<Money>,
    /// Sum of the fact `remediation_hours`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hours: Option<Decimal>,
    /// Assets with a problem of which the cost is known...
    pub known: u64,
    /// ...of so many with a problem.
    pub total: u64,
}

/// Cost a month. Only what facts state.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Interest {
    /// Sums of the fact `monthly_cost`, one a currency.
    pub per_month: Vec<Money>,
    /// Assets with a problem of which the cost is known...
    pub known: u64,
    /// ...of so many with a problem.
    pub total: u64,
}

/// Problems by gravity: a maximum and counts, never a sum.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Risk {
    /// The gravest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub highest: Option<Severity>,
    /// Problems of this severity.
    pub critical: u64,
    /// Problems of this severity.
    pub high: u64,
    /// Problems of this severity.
    pub medium: u64,
    /// Problems of this severity.
    pub low: u64,
    /// Problems of this severity.
    pub informational: u64,
    /// The highest lifecycle risk, 0 to 100, of those that are known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lifecycle: Option<u32>,
    /// Questions that could not be answered: not in any count above.
    pub unknown: u64,
}

/// Principal in percent of replacement value, over the assets for which both are known.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Ratio {
    /// Percent, to two places, half to even.
    pub percent: Decimal,
    /// Where it stands on the grid.
    pub grade: Grade,
    /// The currency of both.
    pub currency: String,
    /// So many assets went in...
    pub known: u64,
    /// ...of so many in the estate.
    pub total: u64,
}

/// The grid of `SonarQube`'s debt ratio: A to 5 percent, B to 10, C to 20, D to 50, E beyond.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
pub enum Grade {
    /// At most 5 percent.
    A,
    /// At most 10 percent.
    B,
    /// At most 20 percent.
    C,
    /// At most 50 percent.
    D,
    /// More.
    E,
}

impl Grade {
    /// The grade of a ratio in percent.
    pub fn of(percent: Decimal) -> Self {
        [(5, Self::A), (10, Self::B), (20, Self::C), (50, Self::D)]
            .into_iter()
            .find(|(limit, _)| percent <= Decimal::from(*limit))
            .map_or(Self::E, |(_, grade)| grade)
    }
}

/// What is left of a [`Debt`] without the findings that are waived.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Remaining {
    /// What it would cost once to put the others right.
    pub principal: Principal,
    /// What it costs a month to leave them.
    pub interest: Interest,
    /// What may happen meanwhile. What is unknown is not waived by anything.
    pub risk: Risk,
    /// As in [`Debt::ratio`]: an asset all of whose problems are waived owes nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ratio: Option<Ratio>,
}

/// One kind of debt.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct KindOfDebt {
    /// Which.
    pub kind: DebtKind,
    /// Problems found.
    pub problems: u64,
    /// The gravest of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub highest: Option<Severity>,
    /// So many questions were answered from data...
    pub known: u64,
    /// ...of so many that applied.
    pub total: u64,
}

impl std::ops::AddAssign for Principal {
    fn add_assign(&mut self, other: Self) {
        add_money(&mut self.amounts, other.amounts);
        self.hours = match (self.hours, other.hours) {
            (Some(a), Some(b)) => Some(a.saturating_add(b)),
            (a, b) => a.or(b),
        };
        self.known += other.known;
        self.total += other.total;
    }
}

impl std::ops::AddAssign for Interest {
    fn add_assign(&mut self, other: Self) {
        add_money(&mut self.per_month, other.per_month);
        self.known += other.known;
        self.total += other.total;
    }
}

impl Debt {
    pub(super) fn new(context: &Context<'_>, rules: &[RuleResult], findings: &[Finding]) -> Self {
        let Remaining {
            principal,
            interest,
            risk,
            ratio,
        } = Remaining::of(context, rules, findings, |_| true);
        Self {
            principal,
            interest,
            risk,
            ratio,
            kinds: kinds(rules, findings),
        }
    }
}

impl Remaining {
    /// Without what is waived.
    pub(super) fn new(context: &Context<'_>, rules: &[RuleResult], findings: &[Finding]) -> Self {
        Self::of(context, rules, findings, |finding| finding.waiver.is_none())
    }

    fn of(
        context: &Context<'_>,
        rules: &[RuleResult],
        findings: &[Finding],
        counts: impl Fn(&Finding) -> bool,
    ) -> Self {
        let problems = || {
            findings
                .iter()
                .filter(|finding| finding.outcome.is_problem() && counts(finding))
        };
        let burdened: BTreeSet<&AssetId> = problems().filter_map(|finding| finding.asset.as_ref()).collect();
        let (mut principal, mut interest) = (Principal::default(), Interest::default());
        for asset in burdened
            .iter()
            .filter_map(|id| context.estate().asset(id.as_str()))
        {
            principal += principal_of(asset);
            interest += interest_of(asset);
        }
        Self {
            principal,
            interest,
            risk: risk(problems(), rules),
            ratio: ratio(context, &burdened),
        }
    }
}

fn principal_of(asset: &Asset) -> Principal {
    let cost = money(asset, "remediation_cost");
    let hours = positive(asset, "remediation_hours");
    Principal {
        known: u64::from(cost.is_some() || hours.is_some()),
        total: 1,
        amounts: cost.into_iter().collect(),
        hours,
    }
}

fn interest_of(asset: &Asset) -> Interest {
    let cost = money(asset, "monthly_cost");
    Interest {
        known: u64::from(cost.is_some()),
        total: 1,
        per_month: cost.into_iter().collect(),
    }
}

fn risk<'a>(problems: impl Iterator<Item = &'a Finding>, rules: &[RuleResult]) -> Risk {
    let mut risk = Risk {
        unknown: rules.iter().map(|rule| rule.total - rule.known).sum(),
        ..Risk::default()
    };
    for finding in problems {
        *match finding.severity {
            Severity::Critical => &mut risk.critical,
            Severity::High => &mut risk.high,
            Severity::Medium => &mut risk.medium,
            Severity::Low => &mut risk.low,
            Severity::Informational => &mut risk.informational,
        } += 1;
        risk.highest = risk.highest.max(Some(finding.severity));
        risk.lifecycle = risk.lifecycle.max(finding.risk);
    }
    risk
}

/// Only assets of which the value is known and, where they have a problem, its cost: an unknown cost must not look like
/// none. Several currencies give no ratio.
fn ratio(context: &Context<'_>, burdened: &BTreeSet<&AssetId>) -> Option<Ratio> {
    let (mut cost, mut value) = (Decimal::ZERO, Decimal::ZERO);
    let mut currency: Option<String> = None;
    let mut known = 0;
    for asset in context.estate().assets() {
        let Some(worth) = money(asset, "replacement_cost") else {
            continue;
        };
        let owed = if burdened.contains(&asset.id) {
            let Some(owed) = money(asset, "remediation_cost") else {
                continue;
            };
            owed.amount
        } else {
            Decimal::ZERO
        };
        if currency.get_or_insert_with(|| worth.currency.clone()).as_str() != worth.currency {
            return None;
        }
        cost = cost.checked_add(owed)?;
        value = value.checked_add(worth.amount)?;
        known += 1;
    }
    let percent = cost
        .checked_mul(Decimal::ONE_HUNDRED)?
        .checked_div(value)?
        .round_dp(2)
        .normalize();
    Some(Ratio {
        percent,
        grade: Grade::of(percent),
        currency: currency?,
        known,
        total: context.estate().asset_count() as u64,
    })
}

fn kinds(rules: &[RuleResult], findings: &[Finding]) -> Vec<KindOfDebt> {
    let mut kinds: BTreeMap<DebtKind, KindOfDebt> = BTreeMap::new();
    for rule in rules {
        let entry = kinds.entry(rule.debt).or_insert(KindOfDebt {
            kind: rule.debt,
            problems: 0,
            highest: None,
            known: 0,
            total: 0,
        });
        entry.problems += rule.outcomes.problems();
        entry.known += rule.known;
        entry.total += rule.total;
    }
    for finding in findings.iter().filter(|finding| finding.outcome.is_problem()) {
        if let Some(entry) = kinds.get_mut(&finding.debt) {
            entry.highest = entry.highest.max(Some(finding.severity));
        }
    }
    kinds.into_values().collect()
}

/// An amount and its currency: both agreed by all sources, or it is not known.
pub(crate) fn money(asset: &Asset, fact: &str) -> Option<Money> {
    let amount = positive(asset, fact)?;
    let currency = asset
        .value("currency")
        .and_then(Scalar::as_text)?
        .raw()
        .trim()
        .to_ascii_uppercase();
    (currency.len() == 3 && currency.bytes().all(|letter| letter.is_ascii_uppercase()))
        .then_some(Money { amount, currency })
}

fn positive(asset: &Asset, fact: &str) -> Option<Decimal> {
    asset
        .value(fact)
        .and_then(Scalar::as_number)
        .filter(|number| *number >= Decimal::ZERO)
}

/// INVARIANT: one entry a currency, in order of the currency.
fn add_money(into: &mut Vec<Money>, more: Vec<Money>) {
    for money in more {
        match into.binary_search_by(|held| held.currency.cmp(&money.currency)) {
            Ok(at) => {
                if let Some(held) = into.get_mut(at) {
                    held.amount = held.amount.saturating_add(money.amount);
                }
            }
            Err(at) => into.insert(at, money),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grades_change_just_above_each_limit() {
        let grade = |text: &str| Grade::of(text.parse().unwrap());
        assert_eq!(
            ["0", "5", "5.01", "10", "10.01", "20", "20.01", "50", "50.01"].map(grade),
            [
                Grade::A,
                Grade::A,
                Grade::B,
                Grade::B,
                Grade::C,
                Grade::C,
                Grade::D,
                Grade::D,
                Grade::E
            ]
        );
    }

    #[test]
    fn currencies_stay_apart() {
        let of = |amount: i64, currency: &str| Principal {
            amounts: vec![Money {
                amount: amount.into(),
                currency: currency.to_owned(),
            }],
            hours: None,
            known: 1,
            total: 1,
        };
        let mut sum = of(10, "GBP");
        sum += of(5, "EUR");
        sum += of(7, "GBP");
        let shown: Vec<_> = sum
            .amounts
            .iter()
            .map(|money| (money.amount.to_string(), money.currency.as_str()))
            .collect();
        assert_eq!(shown, [("5".to_owned(), "EUR"), ("17".to_owned(), "GBP")]);
    }
}
