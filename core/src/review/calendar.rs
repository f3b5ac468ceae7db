//! The calendar: every recorded day on which something ends, soonest first, with who says so and how old that is.

use jiff::civil::Date;
use jiff::tz::Offset;
use serde::{Deserialize, Serialize};

use super::context::Context;
use super::document::RuleResult;
use super::lifecycle::days_between;
use crate::estate::{Asset, AssetId, AssetKind, Fact, Scalar};
use crate::text::Untrusted;

/// Every recorded day on which something ends.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Calendar {
    /// Entries whose day has passed.
    pub past: u64,
    /// Entries of today and the next 30 days.
    pub within_30: u64,
    /// Entries of the 60 days after those.
    pub within_90: u64,
    /// Entries of the 90 days after those.
    pub within_180: u64,
    /// Entries beyond.
    pub later: u64,
    /// Entries on whose day sources disagree.
    pub disputed: u64,
    /// For so many subjects a rule asked for a day and none is recorded, a rule an entry.
    pub not_recorded: Vec<NotRecorded>,
    /// By day, then rule, asset and part.
    pub entries: Vec<Ending>,
}

/// How often a rule found no day.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct NotRecorded {
    /// The rule.
    pub rule: String,
    /// For how many subjects.
    pub count: u64,
}

/// Something that ends on a day.
#[derive(Clone, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Ending {
    /// The day by which something has to be done: the last covered day, or the last day to give notice where that comes
    /// first and has not passed. Of days on which sources disagree the earliest.
    pub date: Date,
    /// The rule that asks for it.
    pub rule: String,
    /// The asset.
    pub asset: AssetId,
    /// What ends: the name of the fact, or `os` and `product` of a release whose security support ends.
    pub part: String,
    /// What people call the asset.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<Untrusted<String>>,
    /// What the asset is.
    pub kind: AssetKind,
    /// What ends, in words.
    pub what: Untrusted<String>,
    /// Days from the review to the day; negative where it has passed.
    pub days: i64,
    /// How near it is.
    pub band: Band,
    /// The last covered day, where [`date`](Self::date) is that of the notice.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ends: Option<Date>,
    /// The last day to give notice, where it is recorded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notice_by: Option<Date>,
    /// Whether it renews itself, where that is recorded and not in dispute.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub auto_renew: Option<bool>,
    /// The latest last day that a source states, where sources disagree: the range begins with the earliest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Date>,
    /// Who says so.
    pub sources: Vec<Statement>,
}

/// One source's day.
#[derive(Clone, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Statement {
    /// The last covered day that it states.
    pub date: Date,
    /// Who says so, where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<Untrusted<String>>,
    /// Of which day the statement is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub as_of: Option<Date>,
    /// How many days before the review that was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub age_days: Option<i64>,
}

/// How near a day is.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
pub enum Band {
    /// It has passed.
    #[serde(rename = "past")]
    Past,
    /// Today or within 30 days.
    #[serde(rename = "within_30")]
    Within30,
    /// Within 90 days.
    #[serde(rename = "within_90")]
    Within90,
    /// Within 180 days.
    #[serde(rename = "within_180")]
    Within180,
    /// Beyond.
    #[serde(rename = "later")]
    Later,
}

impl Band {
    /// The band of a day that is so many days away.
    pub fn of(days: i64) -> Self {
        match days {
            ..0 => Self::Past,
            0..=30 => Self::Within30,
            31..=90 => Self::Within90,
            91..=180 => Self::Within180,
            _ => Self::Later,
        }
    }

    /// The word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Past => "past",
            Self::Within30 => "within_30",
            Self::Within90 => "within_90",
            Self::Within180 => "within_180",
            Self::Later => "later",
        }
    }
}

impl Calendar {
    /// Sorts the entries and counts them; `dated`: the rules that hand in entries.
    pub(super) fn new(mut entries: Vec<Ending>, rules: &[RuleResult], dated: &[&str]) -> Self {
        entries.sort();
        let mut calendar = Self::default();
        for entry in &entries {
            *match entry.band {
                Band::Past => &mut calendar.past,
                Band::Within30 => &mut calendar.within_30,
                Band::Within90 => &mut calendar.within_90,
                Band::Within180 => &mut calendar.within_180,
                Band::Later => &mut calendar.later,
            } += 1;
            calendar.disputed += u64::from(entry.until.is_some());
        }
        calendar.not_recorded = rules
            .iter()
            .filter(|rule| dated.contains(&rule.id.as_str()) && rule.outcomes.not_evaluated > 0)
            .map(|rule| NotRecorded {
                rule: rule.id.clone(),
                count: rule.outcomes.not_evaluated,
            })
            .collect();
        calendar.entries = entries;
        calendar
    }
}

impl Ending {
    /// Something of an asset that ends on the earliest of these days; `None` where there is none.
    pub(super) fn new(
        context: &Context<'_>,
        rule: &str,
        (asset, part): (&Asset, &str),
        what: &str,
        mut sources: Vec<Statement>,
    ) -> Option<Self> {
        sources.sort();
        let (first, last) = (sources.first()?.date, sources.last()?.date);
        let days = context.days_to(first);
        Some(Self {
            date: first,
            rule: rule.to_owned(),
            asset: asset.id.clone(),
            part: part.to_owned(),
            name: asset.name.clone(),
            kind: asset.kind.clone(),
            what: Untrusted::new(what.to_owned()),
            days,
            band: Band::of(days),
            ends: None,
            notice_by: None,
            auto_renew: None,
            until: (last != first).then_some(last),
            sources,
        })
    }

    /// The last day to give notice is the day that bites, where it comes before the end and has not passed.
    #[must_use]
    pub(super) fn noticed(mut self, context: &Context<'_>, notice: Option<Date>) -> Self {
        self.notice_by = notice;
        if let Some(notice) = notice.filter(|day| *day < self.date && context.days_to(*day) >= 0) {
            self.ends = Some(self.date);
            self.date = notice;
            self.days = context.days_to(notice);
            self.band = Band::of(self.days);
        }
        self
    }

    /// Says whether it renews itself.
    #[must_use]
    pub(super) fn renews(mut self, auto_renew: Option<bool>) -> Self {
        self.auto_renew = auto_renew;
        self
    }
}

/// Each statement of a fact that is a day, with who made it and how old it is.
pub(super) fn statements(context: &Context<'_>, asset: &Asset, fact: &str) -> Vec<Statement> {
    let source = context.estate().source();
    let stated = asset.fact(fact).into_iter().flat_map(Fact::values);
    stated
        .filter_map(|stated| {
            let date = Scalar::as_date(&stated.value)?;
            let name = stated.source().unwrap_or(&source.name);
            // A statement with a source of its own is not of the estate's time, unless it says so.
            let at = stated
                .stated_at()
                .or_else(|| source.captured_at.filter(|_| stated.source().is_none()));
            let as_of = at.map(|at| Offset::UTC.to_datetime(at).date());
            Some(Statement {
                date,
                source: (!name.raw().is_empty()).then(|| name.clone()),
                as_of,
                age_days: as_of.map(|day| days_between(day, context.as_of())),
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_band_begins_on_the_day_after_the_one_before_ends() {
        let days = [-1, 0, 30, 31, 90, 91, 180, 181].map(|days| Band::of(days).as_str());
        assert_eq!(
            days,
            [
                "past",
                "within_30",
                "within_30",
                "within_90",
                "within_90",
                "within_180",
                "within_180",
                "later"
            ]
        );
    }
}
