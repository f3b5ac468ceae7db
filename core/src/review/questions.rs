//! What to ask whom, so that rules which could not be evaluated can be.

mod build;

use serde::{Deserialize, Serialize};

pub(super) use self::build::questions;

use super::document::Review;
use crate::estate::{Asset, AssetId, Fact};
pub use crate::source::overlay::Ask;
use crate::text::{Untrusted, csv_line};

/// So many questions are listed in a review; the rest is counted.
pub(super) const LISTED: usize = 2_000;

/// The longest list of assets in one question, in bytes: it stands in one field of `questions.csv`.
const LIST: usize = 3_800;

/// One question, about one asset or about several that one answer serves.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Question {
    /// The question as a sentence, without the asset's name, and how to write the answer.
    pub question: Untrusted<String>,
    /// Who is likely to know.
    pub ask: Ask,
    /// About which assets, by id.
    pub assets: Vec<AssetId>,
    /// What people call them; of several only the first.
    pub name: Untrusted<String>,
    /// What the answer is recorded as: the name of a fact, `criticality`, or a kind of relation.
    pub fact: String,
    /// So many answers of rules this answer alone makes possible, where it is a definite one: a date and not `unknown`, a
    /// release that the lifecycle table knows.
    pub unlocks: u64,
    /// So many more it makes possible together with the answers to the questions in [`together_with`](Self::together_with).
    #[serde(default, skip_serializing_if = "is_zero")]
    pub unlocks_together: u64,
    /// The other facts that those wait for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub together_with: Vec<String>,
    /// The rules that wait for it.
    pub rules: Vec<String>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
pub(super) fn is_zero(count: &u64) -> bool {
    *count == 0
}

/// One thing that has to be known of an asset for a rule to be answered: see [`Verdicts::unanswered`].
///
/// [`Verdicts::unanswered`]: super::Verdicts::unanswered
#[derive(Clone, Debug)]
pub struct Want {
    asset: AssetId,
    fact: &'static str,
    of: Option<String>,
    /// Whether an answer changes anything: a value that is there and cannot be used stays there beside it.
    open: bool,
}

impl Want {
    /// A fact of an asset, its `criticality`, or a relation of this kind from it.
    pub fn new(asset: &Asset, fact: &'static str) -> Self {
        Self {
            asset: asset.id.clone(),
            fact,
            of: None,
            open: !asset.fact(fact).is_some_and(Fact::is_known),
        }
    }

    /// What it is about beside the asset, a product say: one answer serves all assets with it. Text from outside in it must
    /// be escaped already.
    #[must_use]
    pub fn of(mut self, what: impl Into<String>) -> Self {
        self.of = Some(what.into());
        self
    }

    pub(super) fn is_open(&self) -> bool {
        self.open
    }
}

/// One want of one answer that a rule could not give.
#[derive(Debug)]
pub(super) struct Asked {
    pub(super) want: Want,
    pub(super) rule: &'static str,
    /// Which answer of the rule: those with one number are wanted together.
    pub(super) answer: u64,
}

impl Review {
    /// What to ask whom: first what makes most answers possible, then what the business depends on most, then by id. At most
    /// 2,000; [`questions_unlisted`](Self::questions_unlisted) counts the others.
    ///
    /// What no answer in a sheet can settle (a lifecycle date that the table has not, the lines of a site) is in
    /// [`gaps`](Self::gaps) alone.
    ///
    /// ```
    /// use vcto::{Estate, Inventory, review::Reviewer};
    ///
    /// let inventory = Inventory::from_json(br#"{"format": "vcto.inventory/1", "source": {"name": "rmm"},
    ///     "assets": [{"id": "7", "kind": "printer", "name": "MFP"}]}"#)?;
    /// let review = Reviewer::standard().review(&Estate::new(inventory)?, "2026-11-22".parse()?)?;
    /// let owner = review.questions().iter().find(|question| question.fact == "owner").ok_or("not asked")?;
    /// assert_eq!((owner.assets[0].as_str(), owner.unlocks), ("7", 1));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn questions(&self) -> &[Question] {
        &self.questions
    }

    /// The questions as a sheet to fill in: format `docs/formats/questions-csv.md`. Filled, it is read like any other source,
    /// together with the inventory that was reviewed.
    pub fn to_questions_csv(&self) -> String {
        let mut sheet = csv_line([
            "question", "ask", "asset", "name", "fact", "unlocks", "answer", "author", "date",
        ]);
        for question in &self.questions {
            let assets = list(&question.assets);
            let unlocks = question.unlocks.to_string();
            sheet.push_str(&csv_line([
                question.question.raw(),
                question.ask.as_str(),
                &assets,
                question.name.raw(),
                &question.fact,
                &unlocks,
                "",
                "",
                "",
            ]));
        }
        sheet
    }
}

/// Ids in one field.
fn list(assets: &[AssetId]) -> String {
    let ids: Vec<&str> = assets.iter().map(AssetId::as_str).collect();
    ids.join("; ")
}
