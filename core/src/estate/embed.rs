//! Reads assets, facts and relations where they stand inside other documents, such as the evidence of a finding.
//!
//! Inventories are not read through this: [`read`](super::read) is stricter about numbers and places.

use std::fmt;

use serde::de::{Error as _, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

use super::asset::AssetId;
use super::fact::{Confidence, Fact, FactValue, Facts, Origin};
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

impl<'de> Deserialize<'de> for Facts {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(FactsVisitor)
    }
}

struct FactsVisitor;

impl<'de> Visitor<'de> for FactsVisitor {
    type Value = Facts;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("facts by name")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Facts, A::Error> {
        let mut facts = Facts::default();
        while let Some((name, fact)) = map.next_entry::<String, Fact>()? {
            if facts.insert(name, fact).is_some() {
                return Err(A::Error::custom("a fact stands twice"));
            }
        }
        Ok(facts)
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
    confidence: Option<Confidence>,
    note: Option<Untrusted<String>>,
}

impl<'de> Deserialize<'de> for Relation {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let form = RelationForm::deserialize(deserializer)?;
        let mut relation = Self::new(form.from, form.to, form.kind);
        relation.strength = form.strength;
        relation
            .remarked(form.inferred_by, form.confidence, form.note)
            .ok_or_else(|| D::Error::custom("a confidence without `inferred_by`"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_relation_reads_back_and_a_confidence_needs_a_method() {
        let relation = Relation::new("a", "b", RelationKind::Uses)
            .soft()
            .inferred("dns", Confidence::Low)
            .noted("why");
        let text = serde_json::to_string(&relation).unwrap();
        assert_eq!(serde_json::from_str::<Relation>(&text).unwrap(), relation);
        let bare = r#"{"from": "a", "to": "b", "kind": "uses", "confidence": "low"}"#;
        let error = serde_json::from_str::<Relation>(bare).unwrap_err();
        assert!(error.to_string().contains("inferred_by"), "{error}");
    }
}
