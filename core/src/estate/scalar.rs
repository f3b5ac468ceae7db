//! The value of a fact, and how facts are written in JSON.

use std::fmt;

use rust_decimal::Decimal;
use rust_decimal::prelude::{FromPrimitive, ToPrimitive};
use serde::de::{Error as _, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::fact::{Confidence, Fact, FactValue, Facts, Origin};
use crate::text::Untrusted;

/// The value of a fact.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Scalar {
    /// The source knows that it does not know.
    Unknown,
    /// Yes or no.
    Boolean(bool),
    /// A number, exact.
    Number(Decimal),
    /// Text; dates and times too (ISO 8601).
    Text(Untrusted<String>),
}

impl Serialize for Scalar {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Unknown => serializer.serialize_unit(),
            Self::Boolean(value) => serializer.serialize_bool(*value),
            Self::Number(value) => number(*value, serializer),
            Self::Text(value) => serializer.serialize_str(value.raw()),
        }
    }
}

/// Whole numbers as integers, others in the shortest form that reads back to the same value.
fn number<S: Serializer>(value: Decimal, serializer: S) -> Result<S::Ok, S::Error> {
    if value.is_integer() {
        if let Some(whole) = value.to_i64() {
            return serializer.serialize_i64(whole);
        }
        if let Some(whole) = value.to_u64() {
            return serializer.serialize_u64(whole);
        }
    }
    match value.to_f64() {
        Some(float) => serializer.serialize_f64(float),
        None => Err(serde::ser::Error::custom("the number has no JSON form")),
    }
}

impl<'de> Deserialize<'de> for Scalar {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ScalarVisitor)
    }
}

struct ScalarVisitor;

impl Visitor<'_> for ScalarVisitor {
    type Value = Scalar;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("null, a boolean, a number or a text")
    }

    fn visit_unit<E>(self) -> Result<Scalar, E> {
        Ok(Scalar::Unknown)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Scalar, E> {
        Ok(Scalar::Boolean(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Scalar, E> {
        Ok(Scalar::Number(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Scalar, E> {
        Ok(Scalar::Number(value.into()))
    }

    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<Scalar, E> {
        // A JSON integer beyond u64 arrives here as a float: it would lose digits, so it is refused with the others.
        Decimal::from_f64(value)
            .filter(|_| value.fract() != 0.0 || value.abs() < 9_007_199_254_740_992.0)
            .map(Scalar::Number)
            .ok_or_else(|| E::custom("the number is out of range"))
    }

    fn visit_str<E>(self, value: &str) -> Result<Scalar, E> {
        Ok(Scalar::Text(value.into()))
    }

    fn visit_string<E>(self, value: String) -> Result<Scalar, E> {
        Ok(Scalar::Text(Untrusted::new(value)))
    }
}

impl From<bool> for Scalar {
    fn from(value: bool) -> Self {
        Self::Boolean(value)
    }
}

impl From<i64> for Scalar {
    fn from(value: i64) -> Self {
        Self::Number(value.into())
    }
}

impl From<&str> for Scalar {
    fn from(value: &str) -> Self {
        Self::Text(value.into())
    }
}

impl From<String> for Scalar {
    fn from(value: String) -> Self {
        Self::Text(value.into())
    }
}

/// A fact in its JSON forms; the long form is the only one with a source, a time or a confidence.
#[derive(Deserialize, Serialize)]
#[serde(untagged)]
enum FactForm {
    Many(Vec<ValueForm>),
    One(ValueForm),
}

#[derive(Deserialize, Serialize)]
#[serde(untagged)]
enum ValueForm {
    Bare(Scalar),
    Stated(Stated),
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Stated {
    value: Scalar,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    source: Option<Untrusted<String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    at: Option<jiff::Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    confidence: Option<Confidence>,
}

impl From<&FactValue> for ValueForm {
    fn from(value: &FactValue) -> Self {
        match value.origin.as_deref().cloned() {
            None => Self::Bare(value.value.clone()),
            Some(Origin {
                source,
                at,
                confidence,
            }) => Self::Stated(Stated {
                value: value.value.clone(),
                source,
                at,
                confidence,
            }),
        }
    }
}

impl From<ValueForm> for FactValue {
    fn from(form: ValueForm) -> Self {
        match form {
            ValueForm::Bare(value) => value.into(),
            ValueForm::Stated(Stated {
                value,
                source,
                at,
                confidence,
            }) => {
                let origin = Origin {
                    source,
                    at,
                    confidence,
                };
                let origin = (origin != Origin::default()).then(|| origin.into());
                Self { value, origin }
            }
        }
    }
}

impl Serialize for Fact {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.values() {
            [only] => ValueForm::from(only).serialize(serializer),
            many => serializer.collect_seq(many.iter().map(ValueForm::from)),
        }
    }
}

impl<'de> Deserialize<'de> for Fact {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let values: Vec<FactValue> = match FactForm::deserialize(deserializer)? {
            FactForm::One(form) => vec![form.into()],
            FactForm::Many(forms) => forms.into_iter().map(Into::into).collect(),
        };
        Self::from_values(values).ok_or_else(|| {
            D::Error::custom("a fact with no value: write null for what is known to be unknown")
        })
    }
}

impl Serialize for Facts {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter())
    }
}

impl<'de> Deserialize<'de> for Facts {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        std::collections::BTreeMap::<String, Fact>::deserialize(deserializer)
            .map(|facts| facts.into_iter().collect())
    }
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for Facts {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Facts".into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        std::collections::BTreeMap::<String, Fact>::json_schema(generator)
    }
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for Fact {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Fact".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let scalar = serde_json::json!({"type": ["null", "boolean", "number", "string"]});
        let stated = serde_json::json!({
            "type": "object",
            "properties": {
                "value": scalar,
                "source": {"type": "string"},
                "at": {"type": "string", "format": "date-time"},
                "confidence": {"enum": ["low", "medium", "high"]},
            },
            "required": ["value"],
            "additionalProperties": false,
        });
        schemars::json_schema!({
            "description": "A scalar, null (known to be unknown), a stated value, or a list of those where sources disagree.",
            "anyOf": [scalar, stated, {"type": "array", "minItems": 1, "items": {"anyOf": [scalar, stated]}}],
        })
    }
}
