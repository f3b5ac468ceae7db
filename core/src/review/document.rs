//! The review as a document: format `vcto.review/1`.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::calendar::Calendar;
use super::coverage::Coverage;
use super::debt::Debt;
use super::finding::Finding;
use super::lifecycle::{Catalogue, days_between};
use super::matrix::Matrix;
use super::outcome::{DebtKind, Outcome, Pillar, Tally};
use super::questions::{Question, is_zero};
use super::settings::Settings;
use super::verdict::{Gap, Verdict};
use super::waiver::WaiversTaken;
use crate::change::{FindingId, Recommendation};
use crate::digest::Digest;
use crate::error::{Error, ErrorKind, Result};

/// The name of the format, first in every document.
pub const FORMAT: &str = "vcto.review/1";

/// What a review concluded: a function of the estate, the reference data, the settings and the day.
///
/// The document that [`to_json`](Self::to_json) gives is the same bytes for the same input in all languages; it is
/// described in `docs/formats/review.md`.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Review {
    /// [`FORMAT`].
    pub format: String,
    /// The day as of which everything was judged.
    pub as_of: Date,
    /// The digest of the estate that was reviewed.
    pub estate: Digest,
    /// The limits that were used.
    pub settings: Settings,
    /// The lifecycle catalogue that was used.
    pub catalogue: CatalogueInfo,
    /// What is known of what was asked: beside every count stands how much could be judged.
    pub coverage: Coverage,
    /// Every device against what should look after it; empty in documents of before there was one.
    #[serde(default)]
    pub matrix: Matrix,
    /// Every recorded day on which something ends, soonest first; empty in documents of before there was one.
    #[serde(default)]
    pub calendar: Calendar,
    /// Each rule that was carried out, in order of the id.
    pub rules: Vec<RuleResult>,
    /// What somebody has to know, gravest first.
    pub findings: Vec<Finding>,
    /// What could not be judged since it is not recorded, most frequent first.
    pub gaps: Vec<Gap>,
    /// What to ask whom: see [`questions`](Self::questions).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) questions: Vec<Question>,
    /// So many more questions are not listed.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub questions_unlisted: u64,
    /// What to do, in order of the rank.
    pub recommendations: Vec<Recommendation>,
    /// What the problems are worth.
    pub debt: Debt,
    /// The waivers that the review was given, and what they came to; absent where it was given none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waivers: Option<WaiversTaken>,
    /// Every answer, the good ones too; only where the reviewer was asked to keep them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub verdicts: Vec<Verdict>,
}

/// Which lifecycle catalogue a review used, and how old it was.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct CatalogueInfo {
    /// Identifies the content.
    pub digest: Digest,
    /// How many products it has.
    pub products: u64,
    /// How many releases.
    pub cycles: u64,
    /// The day of its oldest row.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub as_of: Option<Date>,
    /// How many days before the review that was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub age_days: Option<i64>,
}

impl CatalogueInfo {
    pub(super) fn new(catalogue: &Catalogue, as_of: Date) -> Self {
        Self {
            digest: catalogue.digest(),
            products: catalogue.products().len() as u64,
            cycles: catalogue
                .products()
                .map(|product| product.cycles.len() as u64)
                .sum(),
            as_of: catalogue.as_of(),
            age_days: catalogue.as_of().map(|day| days_between(day, as_of)),
        }
    }
}

/// One rule, with how its subjects fared.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct RuleResult {
    /// The rule.
    pub id: String,
    /// Its version.
    pub version: u32,
    /// The rule as a sentence.
    pub title: String,
    /// The pillar that it serves.
    pub pillar: Pillar,
    /// The kind of debt where it is broken.
    pub debt: DebtKind,
    /// What its answer depends on.
    pub reads: Vec<String>,
    /// One outcome for the whole estate. See [`Tally::conclusion`].
    pub conclusion: Outcome,
    /// On so many subjects the data allowed a conclusion...
    pub known: u64,
    /// ...of so many in scope.
    pub total: u64,
    /// How many subjects had which outcome.
    pub outcomes: Tally,
}

impl Review {
    /// The finding with this id.
    pub fn finding(&self, id: &FindingId) -> Option<&Finding> {
        self.findings.iter().find(|finding| finding.id == *id)
    }

    /// How one rule fared.
    pub fn rule(&self, id: &str) -> Option<&RuleResult> {
        self.rules.iter().find(|rule| rule.id == id)
    }

    /// The findings of one rule, gravest first.
    pub fn findings_of(&self, rule: &str) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(move |finding| finding.rule == rule)
    }

    /// The document: one JSON object in the order of the fields, without white space and without a final line end.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// Reads a document back; unknown fields and other versions are refused.
    ///
    /// # Errors
    /// `unsupported` for another format, `invalid_input` with line and column for anything else.
    pub fn from_json(bytes: &[u8]) -> Result<Self> {
        #[derive(Deserialize)]
        struct Head {
            format: String,
        }
        let refuse = |source: serde_json::Error| {
            Error::new(ErrorKind::InvalidInput, source.to_string()).during("review.read")
        };
        let head: Head = serde_json::from_slice(bytes).map_err(refuse)?;
        if head.format != FORMAT {
            return Err(
                Error::new(ErrorKind::Unsupported, format!("the format is not `{FORMAT}`"))
                    .at("/format")
                    .during("review.read"),
            );
        }
        serde_json::from_slice(bytes).map_err(refuse)
    }
}
