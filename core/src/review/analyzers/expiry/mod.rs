//! Ends that are recorded on the assets themselves: warranties, makers' support for single items, subscriptions, domains,
//! certificates, secrets, contracts and their days of notice.

mod covers;
mod weight;

use std::fmt::Write;

use jiff::civil::Date;

use self::covers::{COVERS, Cover, RULES};
use self::weight::Weight;
use crate::change::{EffortSize, Strategy};
use crate::error::Result;
use crate::estate::{Asset, Confidence};
use crate::review::advice::{ARCHITECTURE, Advice};
use crate::review::calendar::{Ending, statements};
use crate::review::context::Context;
use crate::review::facts::{Reading, answers, dates};
use crate::review::finding::Read;
use crate::review::life::is_retired;
use crate::review::matrix::Cell;
use crate::review::outcome::{Outcome, Severity};
use crate::review::rule::{Analyzer, Rule};
use crate::review::verdict::{Draft, Verdicts};

/// Ends that are recorded on the assets themselves.
#[derive(Clone, Copy, Debug)]
pub(super) struct Expiry;

impl Analyzer for Expiry {
    fn rules(&self) -> &[Rule] {
        &RULES
    }

    fn analyze(&self, context: &Context<'_>, verdicts: &mut Verdicts<'_>) -> Result<()> {
        for asset in context.estate().assets() {
            context.check()?;
            let retired = is_retired(asset);
            for (rule, cover) in RULES.iter().zip(&COVERS) {
                if retired && cover.of_what_runs {
                    verdicts.not_applicable(rule, asset);
                } else {
                    cover.judge(context, verdicts, rule, asset)?;
                }
            }
        }
        Ok(())
    }
}

/// The rules about ends.
pub(in crate::review) fn rules() -> &'static [Rule] {
    &RULES
}

/// The warranty of a device as a cell of the coverage matrix.
pub(in crate::review) fn cell(context: &Context<'_>, asset: &Asset) -> Cell {
    let [warranty, ..] = &COVERS;
    let reading = dates(asset, warranty.fact);
    match reading.values() {
        [] if reading == Reading::Absent && !(warranty.asked)(&asset.kind) => Cell::NotApplicable,
        [] => Cell::Unknown,
        [first, .., last] if context.days_to(*first) < 0 && context.days_to(*last) >= 0 => Cell::Contradicted,
        [first, ..] if context.days_to(*first) < 0 => Cell::Gap,
        [..] => Cell::Covered,
    }
}

impl Cover {
    fn judge(
        &self,
        context: &Context<'_>,
        verdicts: &mut Verdicts<'_>,
        rule: &Rule,
        asset: &Asset,
    ) -> Result<()> {
        if !(self.about)(&asset.kind) {
            verdicts.not_applicable(rule, asset);
            return Ok(());
        }
        let reading = dates(asset, self.fact);
        match &reading {
            Reading::Absent if !(self.asked)(&asset.kind) => verdicts.not_applicable(rule, asset),
            Reading::Absent | Reading::Unknown => verdicts.not_recorded(rule, asset, self.fact),
            Reading::Unreadable => verdicts.find(rule, asset, self.unreadable(asset))?,
            Reading::Known(days) => {
                // The earliest of disagreeing dates: a wrong late one must not hide that cover has ended.
                let Some(end) = days.first().copied() else {
                    return Ok(());
                };
                if let Some(entry) = self.entry(context, rule, asset) {
                    verdicts.ends(entry);
                }
                let left = context.days_to(end);
                if left > i64::from((self.window)(context.settings())) {
                    verdicts.satisfied(rule, asset);
                } else {
                    verdicts.find(rule, asset, self.ending(context, asset, end, days))?;
                }
            }
        }
        Ok(())
    }

    /// The day in the calendar; a day of notice stands with the end that it belongs to, and by itself only where that is
    /// not recorded.
    fn entry(&self, context: &Context<'_>, rule: &Rule, asset: &Asset) -> Option<Ending> {
        const ENDS: [&str; 3] = ["contract_end", "expires", "subscription_end"];
        if self.fact == "notice_by" && ENDS.iter().any(|fact| dates(asset, fact).least().is_some()) {
            return None;
        }
        let said = statements(context, asset, self.fact);
        let entry = Ending::new(context, rule.id, (asset, self.fact), self.what, said)?;
        if !ENDS.contains(&self.fact) {
            return Some(entry);
        }
        let notice = dates(asset, "notice_by").least().copied();
        Some(entry.noticed(context, notice).renews(asset.boolean("auto_renew")))
    }

    fn ending(&self, context: &Context<'_>, asset: &Asset, end: Date, days: &[Date]) -> Draft {
        let left = context.days_to(end);
        let over = left < 0;
        let title = format!("{} {end}", if over { self.past } else { self.coming });
        let outcome = if over {
            Outcome::NotSatisfied
        } else {
            Outcome::Partially
        };
        let weight = (!self.of_what_runs).then(|| Weight::of(context, asset));
        let renewal = if self.of_what_runs {
            Reading::Absent
        } else {
            answers(asset, "auto_renew")
        };
        let severity = self.severity(left, weight.as_ref(), &renewal);
        Draft::new(outcome, severity, title)
            .detail(self.detail(left, days, &renewal))
            .confidence(if days.len() > 1 {
                Confidence::Medium
            } else {
                Confidence::High
            })
            .due(Some(end))
            .reads(self.reads(asset))
            .reads(weight.into_iter().flat_map(|weight| weight.reads))
            .advice(self.advice(asset))
    }

    /// By the days that are left, then by what hangs on it, then by whether it renews itself on all accounts.
    fn severity(&self, left: i64, weight: Option<&Weight>, renewal: &Reading<bool>) -> Severity {
        let steps = || self.steps.iter().find(|(days, _)| left <= *days);
        let plain = match left {
            ..0 => self.ended,
            _ => steps().map_or(self.ended, |(_, severity)| *severity),
        };
        let weighed = weight.map_or(plain, |weight| weight.on(plain));
        match (self.fact, renewal.values()) {
            // Without a renewal of its own nothing is lost by silence but the choice; with one, a term is.
            ("notice_by", [false]) => weighed.lowered(),
            ("notice_by", _) => weighed,
            (_, [true]) => weighed.lowered(),
            _ => weighed,
        }
    }

    fn detail(&self, left: i64, days: &[Date], renewal: &Reading<bool>) -> String {
        let mut detail = match left {
            ..0 => format!("That was {} days before the review.", -left),
            _ => format!("{left} days are left."),
        };
        if let [_, .., last] = days {
            // Writing to a string cannot fail.
            let _ = write!(
                detail,
                " Sources disagree, the latest date is {last}: the earliest counts."
            );
        }
        let more = match (self.of_what_runs, renewal.values(), left < 0) {
            (true, ..) => "",
            (_, [true], true) => " It is recorded as renewing itself: see whether it did.",
            (_, [true], false) => " It is recorded as renewing itself: see that it can, and that it should.",
            (_, [false], _) => " It does not renew itself.",
            (_, [_, ..], _) => " Sources disagree whether it renews itself.",
            (_, [], _) => " Whether it renews itself is not recorded.",
        };
        detail.push_str(more);
        detail
    }

    fn advice(&self, asset: &Asset) -> Advice {
        // An end and its day of notice are answered together.
        let fact = match self.fact {
            "notice_by" => "contract_end",
            fact => fact,
        };
        Advice {
            key: format!("{fact}/{}", asset.kind.as_str()),
            title: format!("{}: {}", self.heading, asset.kind.as_str().replace('_', " ")),
            rationale: self.rationale.to_owned(),
            strategy: Strategy::Remediate,
            size: EffortSize::S,
            area: ARCHITECTURE,
            target: asset.id.clone(),
            action: self.action.to_owned(),
            confirm: format!("The next snapshot has a later date in `{}`.", self.fact),
        }
    }

    fn unreadable(&self, asset: &Asset) -> Draft {
        Draft::new(
            Outcome::Error,
            Severity::Low,
            format!("`{}` is not a date", self.fact),
        )
        .detail("A date is written `2027-01-12`.")
        .reads([Read::kind(asset), Read::fact(asset, self.fact)])
    }

    fn reads(&self, asset: &Asset) -> Vec<Read> {
        let mut reads = vec![Read::kind(asset), Read::fact(asset, self.fact)];
        if !self.of_what_runs {
            reads.push(Read::fact(asset, "auto_renew"));
        }
        reads
    }
}
