//! Facts on which sources disagree.

use jiff::civil::Date;
use rust_decimal::Decimal;

use crate::change::{EffortSize, Strategy};
use crate::error::Result;
use crate::estate::{Asset, Fact, FactValue, Scalar};
use crate::review::advice::{Advice, DOCUMENTATION};
use crate::review::context::Context;
use crate::review::finding::Read;
use crate::review::lifecycle::days_between;
use crate::review::outcome::{DebtKind, Outcome, Pillar, Severity};
use crate::review::rule::{Analyzer, Reads, Rule};
use crate::review::verdict::{Draft, Subject, Verdicts};
use crate::text::quoted;

/// Whether sources that speak of the same fact say the same.
#[derive(Clone, Copy, Debug)]
pub(super) struct Agreement;

static RULES: [Rule; 1] = [Rule {
    id: "facts.agree",
    version: 2,
    title: "Sources that state the same fact agree",
    pillar: Pillar::Operations,
    debt: DebtKind::Documentation,
    reads: &[Reads::Fact("*")],
}];

impl Analyzer for Agreement {
    fn rules(&self) -> &[Rule] {
        &RULES
    }

    fn analyze(&self, context: &Context<'_>, verdicts: &mut Verdicts<'_>) -> Result<()> {
        let [agree] = &RULES;
        for asset in context.estate().assets() {
            context.check()?;
            for (name, fact) in asset.facts.iter().filter(|(_, fact)| fact.values().len() > 1) {
                let subject = Subject::from((asset, name));
                let limit = context.settings().dates_differ_days;
                match difference(fact, limit) {
                    None => verdicts.satisfied(agree, subject),
                    Some(difference) => {
                        verdicts.find(agree, subject, draft(asset, name, fact, &difference))?;
                    }
                }
            }
        }
        Ok(())
    }
}

/// How the known values differ: `None` where they mean the same.
fn difference(fact: &Fact, days: u32) -> Option<String> {
    let known: Vec<&Scalar> = fact
        .values()
        .iter()
        .map(|stated| &stated.value)
        .filter(|value| **value != Scalar::Unknown)
        .collect();
    let dates: Option<Vec<Date>> = known.iter().map(|value| value.as_date()).collect();
    if let Some(dates) = dates.filter(|dates| !dates.is_empty()) {
        let (first, last) = (dates.iter().min()?, dates.iter().max()?);
        let apart = days_between(*first, *last);
        return (apart > i64::from(days)).then(|| format!("The dates are {apart} days apart."));
    }
    let numbers: Option<Vec<Decimal>> = known.iter().map(|value| value.as_number()).collect();
    let differ = if let Some(numbers) = numbers {
        numbers.windows(2).any(|pair| pair.first() != pair.last())
    } else {
        let plain: Vec<String> = known.iter().map(|value| folded(value)).collect();
        plain.windows(2).any(|pair| pair.first() != pair.last())
    };
    differ.then(String::new)
}

/// Upper and lower case and runs of space do not matter.
fn folded(value: &Scalar) -> String {
    let text = shown(value).to_lowercase();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn shown(value: &Scalar) -> String {
    match value {
        Scalar::Unknown => "unknown".to_owned(),
        Scalar::Boolean(answer) => answer.to_string(),
        Scalar::Number(number) => number.to_string(),
        Scalar::Text(text) => text.raw().clone(),
    }
}

fn statement(stated: &FactValue) -> String {
    match stated.source() {
        Some(source) => format!("{} ({})", quoted(&shown(&stated.value)), quoted(source.raw())),
        None => quoted(&shown(&stated.value)),
    }
}

fn draft(asset: &Asset, name: &str, fact: &Fact, difference: &str) -> Draft {
    let end = name.ends_with("_end") || matches!(name, "expires" | "notice_by");
    let statements: Vec<String> = fact.values().iter().take(5).map(statement).collect();
    let rule = if end {
        " Other rules count with the earliest date."
    } else {
        ""
    };
    Draft::new(
        Outcome::NotSatisfied,
        if end || name.starts_with("os_") {
            Severity::Medium
        } else {
            Severity::Low
        },
        format!("Sources disagree on {}", quoted(name)),
    )
    .detail(
        format!("{} {difference}{rule}", statements.join(", "))
            .trim()
            .to_owned(),
    )
    .reads([Read::fact(asset, name)])
    .advice(Advice {
        key: format!("facts.agree/{name}"),
        title: format!("Settle what is true of {}", quoted(name)),
        rationale: "A plan that rests on the wrong one of two values fails when it is carried out."
            .to_owned(),
        strategy: Strategy::Investigate,
        size: EffortSize::S,
        area: DOCUMENTATION,
        target: asset.id.clone(),
        action: format!(
            "Find out which value of {} is right, and correct the source that is wrong: {}.",
            quoted(name),
            statements.join(", ")
        ),
        confirm: "The next snapshot has one value, or values that agree.".to_owned(),
    })
}
