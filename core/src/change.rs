//! What is proposed: plain data, format `vcto.change/1`. Nothing here can run; that is the gate's and the executors' part.

use std::collections::BTreeMap;
use std::fmt;

use jiff::Timestamp;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::digest::Digest;
use crate::error::{Error, ErrorKind, Result};
use crate::estate::{AssetId, Scalar};
use crate::text::Untrusted;

mod extent;

pub use extent::Extent;

/// The name of the format, first in every document.
pub const FORMAT: &str = "vcto.change/1";

/// The identity of a finding: stable over runs of a review.
#[derive(Clone, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(transparent)]
pub struct FindingId(pub String);

impl fmt::Display for FindingId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        crate::text::Plain(&self.0).fmt(f)
    }
}

/// What a review advises, with the change that would carry it out.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Recommendation {
    /// Stable over runs, derived from the findings and the strategy.
    pub id: String,
    /// One line.
    pub title: Untrusted<String>,
    /// Why, in a few sentences.
    pub rationale: Untrusted<String>,
    /// What kind of answer it is.
    pub strategy: Strategy,
    /// How much work.
    pub effort: Effort,
    /// 1 is first.
    pub rank: u32,
    /// What it answers.
    pub findings: Vec<FindingId>,
    /// The change to submit.
    pub change: Change,
}

/// The kind of answer: repair in place, look into it, or one of the seven migration strategies.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Strategy {
    /// Find out what is missing.
    Investigate,
    /// Rebuild for a new platform.
    Refactor,
    /// Move as it is.
    Rehost,
    /// Move the hypervisor layer.
    Relocate,
    /// Repair in place.
    Remediate,
    /// Move to a managed form.
    Replatform,
    /// Buy as a service.
    Repurchase,
    /// Leave as it is.
    Retain,
    /// Switch off.
    Retire,
}

/// Work in T-shirt sizes, 1, 2, 4 and 8, with hours where they were estimated.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Effort {
    /// The size.
    pub size: EffortSize,
    /// Estimated hours.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hours: Option<Decimal>,
}

/// See [`Effort`].
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum EffortSize {
    /// 1: within a visit.
    S,
    /// 2: a day or two.
    M,
    /// 4: a week.
    L,
    /// 8: a project.
    Xl,
}

/// An amount in one currency. Amounts of different currencies do not add.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Money {
    /// Exact.
    pub amount: Decimal,
    /// ISO 4217, three capital letters.
    pub currency: String,
}

/// Something to do to an estate: the unit that is submitted, signed and executed. In this form it proposes; whether and
/// when it runs is the gate's decision.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Change {
    /// [`FORMAT`].
    pub format: String,
    /// One line.
    pub title: Untrusted<String>,
    /// Why, for the person who decides.
    pub reason: Untrusted<String>,
    /// The process area that it belongs to: `architecture-review`, `documentation` or one the embedding service added.
    pub area: String,
    /// What it answers.
    #[serde(default)]
    pub findings: Vec<FindingId>,
    /// In order of execution; at least one.
    pub steps: Vec<Step>,
    /// The facts on which it rests: when one of them changes, an approval of it is void.
    #[serde(default)]
    pub reads: Vec<FactRef>,
    /// Not to start before.
    #[serde(default)]
    pub not_before: Option<Timestamp>,
    /// Not to start after.
    #[serde(default)]
    pub not_after: Option<Timestamp>,
    /// What it costs, where known.
    #[serde(default)]
    pub cost: Option<Money>,
}

/// One fact of one asset.
#[derive(Clone, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(deny_unknown_fields)]
pub struct FactRef {
    /// Of which asset.
    pub asset: AssetId,
    /// Which fact.
    pub fact: String,
}

/// One action of one executor on one asset.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// Unique in the change.
    pub id: String,
    /// One line.
    pub title: Untrusted<String>,
    /// The registered executor.
    pub executor: String,
    /// The action, as the executor declares it.
    pub action: String,
    /// The asset that it changes.
    pub target: AssetId,
    /// What the action needs.
    #[serde(default)]
    pub parameters: BTreeMap<String, Scalar>,
    /// The way back; approved together with the step. Absent: there is none.
    #[serde(default)]
    pub undo: Option<Undo>,
}

/// The way back from a [`Step`], by the same executor on the same asset.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Undo {
    /// The action, as the executor declares it.
    pub action: String,
    /// What the action needs.
    #[serde(default)]
    pub parameters: BTreeMap<String, Scalar>,
}

impl Change {
    /// The bytes that are digested, recorded and executed: one JSON object in the order of the fields, without white space.
    ///
    /// # Errors
    /// `invalid_input` when a bound is broken or a field is malformed; the place is a JSON pointer. `too_large` beyond 4 MiB.
    pub fn to_bytes(&self) -> Result<Vec<u8>> {
        self.check()?;
        let bytes = serde_json::to_vec(self).map_err(|source| {
            Error::new(ErrorKind::Internal, "a change does not serialise").caused_by(source)
        })?;
        check_size(&bytes)?;
        Ok(bytes)
    }

    /// The identity of what is proposed: the digest of [`to_bytes`](Self::to_bytes).
    ///
    /// # Errors
    /// As [`to_bytes`](Self::to_bytes).
    pub fn digest(&self) -> Result<Digest> {
        Ok(Digest::of("vcto change v1", &self.to_bytes()?))
    }

    /// Reads a change back from its bytes; unknown fields are refused.
    ///
    /// # Errors
    /// `invalid_input`, with the place; `too_large` beyond 4 MiB.
    pub fn from_json(bytes: &[u8]) -> Result<Self> {
        check_size(bytes)?;
        let change: Self = serde_json::from_slice(bytes).map_err(|source| {
            let place = format!("line {} column {}", source.line(), source.column());
            Error::new(ErrorKind::InvalidInput, crate::text::quoted(&source.to_string()))
                .at(place)
                .during("change.read")
        })?;
        change.check()?;
        Ok(change)
    }

    /// The assets that it changes, each once, in order of the identity.
    pub fn targets(&self) -> std::collections::BTreeSet<&AssetId> {
        self.steps.iter().map(|step| &step.target).collect()
    }

    fn check(&self) -> Result<()> {
        let refuse = |place: String, message: &str| {
            Err(Error::new(ErrorKind::InvalidInput, message)
                .at(place)
                .during("change.check"))
        };
        if self.format != FORMAT {
            return Err(
                Error::new(ErrorKind::Unsupported, format!("the format is not `{FORMAT}`"))
                    .at("/format")
                    .during("change.check"),
            );
        }
        if self.steps.is_empty() || self.steps.len() > MAX_STEPS {
            return refuse("/steps".to_owned(), "a change has 1 to 1,000 steps");
        }
        if !is_short(&self.area) {
            return refuse(
                "/area".to_owned(),
                "a change belongs to a process area: 1 to 128 bytes and no control characters",
            );
        }
        for (place, at) in [("/not_before", self.not_before), ("/not_after", self.not_after)] {
            if at.is_some_and(|at| at.subsec_nanosecond() != 0) {
                return refuse(place.to_owned(), "a window begins and ends at a whole second");
            }
        }
        if let (Some(from), Some(to)) = (self.not_before, self.not_after)
            && from >= to
        {
            return refuse("/not_after".to_owned(), "the window ends before it begins");
        }
        let mut ids = std::collections::BTreeSet::new();
        for (at, step) in self.steps.iter().enumerate() {
            let names = [
                ("id", &step.id),
                ("executor", &step.executor),
                ("action", &step.action),
            ];
            let undo = step.undo.as_ref().map(|undo| ("undo/action", &undo.action));
            if let Some((name, _)) = names.into_iter().chain(undo).find(|(_, text)| !is_short(text)) {
                return refuse(
                    format!("/steps/{at}/{name}"),
                    "the id, executor and action of a step have 1 to 128 bytes and no control characters",
                );
            }
            if !ids.insert(step.id.as_str()) {
                return refuse(format!("/steps/{at}/id"), "the id of a step is used twice");
            }
        }
        Ok(())
    }
}

const MAX_BYTES: usize = 4 << 20;
const MAX_ID: usize = 128;
const MAX_STEPS: usize = 1_000;

/// What stands in records and messages beside the change itself.
fn is_short(text: &str) -> bool {
    (1..=MAX_ID).contains(&text.len()) && !text.chars().any(char::is_control)
}

fn check_size(bytes: &[u8]) -> Result<()> {
    if bytes.len() <= MAX_BYTES {
        return Ok(());
    }
    Err(Error::new(ErrorKind::TooLarge, "a change has at most 4 MiB")
        .remedy("submit it in parts")
        .during("change.check"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change() -> Change {
        let text = br#"{"format": "vcto.change/1", "title": "T", "reason": "R", "area": "documentation",
            "steps": [{"id": "s1", "title": "S", "executor": "e", "action": "a", "target": "x"}]}"#;
        Change::from_json(text).unwrap()
    }

    #[test]
    fn the_bytes_have_every_field_in_order_and_read_back() {
        let bytes = change().to_bytes().unwrap();
        let text = String::from_utf8(bytes.clone()).unwrap();
        assert_eq!(
            text,
            concat!(
                r#"{"format":"vcto.change/1","title":"T","reason":"R","area":"documentation","findings":[],"#,
                r#""steps":[{"id":"s1","title":"S","executor":"e","action":"a","target":"x","parameters":{},"undo":null}],"#,
                r#""reads":[],"not_before":null,"not_after":null,"cost":null}"#
            )
        );
        assert_eq!(Change::from_json(&bytes).unwrap(), change());
    }

    #[test]
    fn malformed_changes_are_refused_at_their_place() {
        type Spoil = fn(&mut Change);
        let cases: [(&str, Spoil); 8] = [
            ("/format", |change| change.format = "vcto.change/2".to_owned()),
            ("/area", |change| change.area.clear()),
            ("/steps", |change| change.steps.clear()),
            ("/steps/0/id", |change| change.steps[0].id.clear()),
            ("/steps/0/id", |change| change.steps[0].id = "a\nb".to_owned()),
            ("/steps/1/id", |change| change.steps.push(change.steps[0].clone())),
            ("/not_before", |change| {
                change.not_before = Some("2026-11-22T08:00:00.5Z".parse().unwrap());
            }),
            ("/not_after", |change| {
                change.not_before = Some("2026-11-22T08:00:00Z".parse().unwrap());
                change.not_after = change.not_before;
            }),
        ];
        for (place, spoil) in cases {
            let mut spoiled = change();
            spoil(&mut spoiled);
            assert_eq!(spoiled.to_bytes().unwrap_err().place(), Some(place));
        }
        for text in ["", "{}", "[", r#"{"format":"vcto.change/1","extra":1}"#] {
            assert_eq!(
                Change::from_json(text.as_bytes()).unwrap_err().kind(),
                ErrorKind::InvalidInput
            );
        }
        let huge = vec![b' '; MAX_BYTES + 1];
        assert_eq!(Change::from_json(&huge).unwrap_err().kind(), ErrorKind::TooLarge);
    }
}
