//! Reads facts and relations where they stand inside other documents, such as the evidence of a finding.
//!
//! Inventories are not read through this: [`read`](super::read) is stricter about numbers and places.

use serde::de::Error as _;
use serde::{Deserialize, Deserializer};

use super::asset::AssetId;
use super::fact::{Confidence, Fact, FactValue, Origin};
use super::relation::{Relation, RelationKind, Strength};
use super::scalar::Scalar;
use crate::text::Untrusted;

#[derive(Deserialize)]
#[serde(untagged)]
enum FactForm {
    Many(Vec<ValueForm>),
    One(ValueForm),
}

#[derive(Deserialize)]
#[serde(untagged)]
enum ValueForm {
    Bare(Scalar),
    Stated(Stated),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Stated {
    value: Scalar,
    source: Option<Untrusted<String>>,
    at: Option<jiff::Timestamp>,
    confidence: Option<Confidence>,
}

impl From<ValueForm> for FactValue {
    fn from(form: ValueForm) -> Self {
        match form {
            ValueForm::Bare(value) => value.into(),
            ValueForm::Stated(stated) => {
                let origin = Origin {
                    source: stated.source,
                    at: stated.at,
                    confidence: stated.confidence,
                };
                Self {
                    value: stated.value,
                    origin: (origin != Origin::default()).then(|| origin.into()),
                }
            }
        }
    }
}

impl<'de> Deserialize<'de> for Fact {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let values: Vec<FactValue> = match FactForm::deserialize(deserializer)? {
            FactForm::One(form) => vec![form.into()],
            FactForm::Many(forms) => forms.into_iter().map(Into::into).collect(),
        };
        Self::from_values(values).ok_or_else(|| D::Error::custom("a fact without a value"))
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RelationForm {
    from: AssetId,
    to: AssetId,
    kind: RelationKind,
    #[serde(default)]
    strength: Strength,
    inferred_by: Option<Untrusted<String>>,
    note: Option<Untrusted<String>>,
}

impl<'de> Deserialize<'de> for Relation {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let form = RelationForm::deserialize(deserializer)?;
        let mut relation = Self::new(form.from, form.to, form.kind);
        relation.strength = form.strength;
        if let Some(method) = form.inferred_by {
            relation = relation.inferred_by(method);
        }
        if let Some(note) = form.note {
            relation = relation.noted(note);
        }
        Ok(relation)
    }
}
