//! What the waivers of a review came to.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::Waiver;
use crate::change::{FindingId, Recommendation};
use crate::digest::Digest;
use crate::estate::AssetId;
use crate::review::debt::{Debt, Ratio, Remaining, Risk};
use crate::text::Untrusted;

/// The waivers that a review was given, and what they came to. A waiver takes nothing out of the review: findings, counts and
/// debt are in full everywhere else, and [`remaining`](Self::remaining) is what they are without what is waived.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct WaiversTaken {
    /// Identifies the document: see [`Waivers::digest`](super::Waivers::digest).
    pub document: Digest,
    /// So many findings are waived.
    pub in_force: u64,
    /// Waivers that are approved for a later day only.
    pub not_yet: u64,
    /// Waivers that have run out, and none has taken their place.
    pub expired: u64,
    /// Waivers of a finding that has another one in force.
    pub replaced: u64,
    /// Waivers of what was not found.
    pub unmatched: u64,
    /// Debt and counts by severity without the findings that are waived.
    pub remaining: Remaining,
    /// What would be recommended, were nothing waived.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub withheld: Vec<Withheld>,
    /// Each waiver, in the order of the document.
    pub entries: Vec<WaiverEntry>,
}

impl WaiversTaken {
    pub(in crate::review) fn new(
        document: Digest,
        remaining: Remaining,
        withheld: Vec<Recommendation>,
        entries: Vec<WaiverEntry>,
    ) -> Self {
        let count = |state| entries.iter().filter(|entry| entry.state == state).count() as u64;
        Self {
            document,
            in_force: count(WaiverState::InForce),
            not_yet: count(WaiverState::NotYet),
            expired: count(WaiverState::Expired),
            replaced: count(WaiverState::Replaced),
            unmatched: count(WaiverState::Unmatched),
            remaining,
            withheld: withheld.into_iter().map(Withheld::from).collect(),
            entries,
        }
    }

    /// In a line, for a terminal: how many, and the counts with and without what is waived.
    pub(crate) fn line(&self, debt: &Debt) -> String {
        let others: Vec<String> = [
            (self.not_yet, "not yet in force"),
            (self.expired, "expired"),
            (self.replaced, "replaced"),
            (self.unmatched, "about nothing that was found"),
        ]
        .into_iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, what)| format!(", {count} {what}"))
        .collect();
        let counts = |risk: &Risk| {
            format!(
                "{} critical, {} high, {} medium, {} low",
                risk.critical, risk.high, risk.medium, risk.low
            )
        };
        let ratio = |ratio: &Option<Ratio>| {
            ratio.as_ref().map_or_else(String::new, |ratio| {
                format!("; debt ratio {} %, grade {:?}", ratio.percent, ratio.grade)
            })
        };
        format!(
            "Waivers: {} in force{}. All counts are in full ({}{}); without what is waived: {}{}.",
            self.in_force,
            others.concat(),
            counts(&debt.risk),
            ratio(&debt.ratio),
            counts(&self.remaining.risk),
            ratio(&self.remaining.ratio)
        )
    }
}

/// One waiver, and what it came to on the day of the review.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct WaiverEntry {
    /// What it came to.
    pub state: WaiverState,
    /// The finding that it is about; absent where nothing was found.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub finding: Option<FindingId>,
    /// The asset, where one was found.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asset: Option<AssetId>,
    /// Days from the review to its last day; negative where that has passed.
    pub days: i64,
    /// The waiver.
    pub waiver: Waiver,
}

/// What a waiver came to.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum WaiverState {
    /// Its last day has passed: the finding counts in full.
    Expired,
    /// The finding is waived.
    InForce,
    /// It was approved on a day after the review.
    NotYet,
    /// Another waiver of the same finding is in force.
    Replaced,
    /// The review has no such finding.
    Unmatched,
}

impl WaiverState {
    /// The word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Expired => "expired",
            Self::InForce => "in_force",
            Self::NotYet => "not_yet",
            Self::Replaced => "replaced",
            Self::Unmatched => "unmatched",
        }
    }
}

/// The waiver that is in force for a finding, as it stands in the finding.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct WaivedBy {
    /// Why.
    pub reason: Untrusted<String>,
    /// Who asked.
    pub requested_by: Untrusted<String>,
    /// Who approved.
    pub approved_by: Untrusted<String>,
    /// On which day.
    pub at: Date,
    /// The last day on which it counts.
    pub until: Date,
}

impl From<&Waiver> for WaivedBy {
    fn from(waiver: &Waiver) -> Self {
        Self {
            reason: waiver.reason.clone(),
            requested_by: waiver.requested_by.clone(),
            approved_by: waiver.approved_by.clone(),
            at: waiver.at,
            until: waiver.until,
        }
    }
}

/// A recommendation that is not made, since all that it would answer is waived; or the part of one that is.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Withheld {
    /// The recommendation.
    pub id: String,
    /// What it says.
    pub title: Untrusted<String>,
    /// The waived findings that it would answer.
    pub findings: Vec<FindingId>,
    /// The assets that it would work on.
    pub targets: Vec<AssetId>,
}

impl From<Recommendation> for Withheld {
    fn from(advised: Recommendation) -> Self {
        Self {
            id: advised.id,
            title: advised.title,
            findings: advised.findings,
            targets: advised.change.steps.into_iter().map(|step| step.target).collect(),
        }
    }
}
