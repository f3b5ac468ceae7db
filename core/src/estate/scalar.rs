//! The value of a fact, and its JSON form.

use std::fmt;

use jiff::civil::Date;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use serde::de::Visitor;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;

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

impl Scalar {
    /// The text, when it is one.
    pub fn as_text(&self) -> Option<&Untrusted<String>> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The number, when it is one.
    pub fn as_number(&self) -> Option<Decimal> {
        match self {
            Self::Number(number) => Some(*number),
            _ => None,
        }
    }

    /// The answer, when it is yes or no.
    pub fn as_boolean(&self) -> Option<bool> {
        match self {
            Self::Boolean(answer) => Some(*answer),
            _ => None,
        }
    }

    /// The day, when it is a text that begins with one (`2026-11-22`, `2026-11-22T08:00:00Z`).
    pub fn as_date(&self) -> Option<Date> {
        let text = self.as_text()?.raw();
        let (day, rest) = text.split_at_checked(10)?;
        if !(rest.is_empty() || rest.starts_with(['T', 't', ' '])) {
            return None;
        }
        day.parse().ok()
    }
}

impl From<Decimal> for Scalar {
    fn from(value: Decimal) -> Self {
        Self::Number(value)
    }
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

/// Exact: as an integer or a double where those hold the number, else the digits themselves.
fn number<S: Serializer>(value: Decimal, serializer: S) -> Result<S::Ok, S::Error> {
    let value = value.normalize();
    if value.is_integer() {
        if let Some(whole) = value.to_i64() {
            return serializer.serialize_i64(whole);
        }
        if let Some(whole) = value.to_u64() {
            return serializer.serialize_u64(whole);
        }
    }
    let digits = value.to_string();
    match digits.parse::<f64>() {
        Ok(double) if is_written_as(double, value) => serializer.serialize_f64(double),
        _ => RawValue::from_string(digits)
            .map_err(serde::ser::Error::custom)?
            .serialize(serializer),
    }
}

/// Of several shortest digits that give a double back, its writer may choose others than the number has.
fn is_written_as(double: f64, value: Decimal) -> bool {
    serde_json::to_string(&double).is_ok_and(|written| {
        let read = written.parse().or_else(|_| Decimal::from_scientific(&written));
        read.is_ok_and(|read: Decimal| read == value)
    })
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

    /// The shortest digits that give this double back: those that were written, when they were at most 15.
    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<Scalar, E> {
        // A JSON integer beyond u64 arrives here as a double: it would lose digits.
        let whole = value.fract() == 0.0 && value.abs() >= 9_007_199_254_740_992.0;
        (!whole)
            .then(|| Decimal::from_str_exact(&value.to_string()).ok())
            .flatten()
            .map(|number| Scalar::Number(number.normalize()))
            .ok_or_else(|| E::custom("the number cannot be kept exactly"))
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

#[cfg(test)]
mod tests {
    use super::*;

    // INVARIANT: what is written has the number's own value. These lie midway between the shortest digits of a double:
    // `…730.25` is given back by `…730.2` and by `…730.3`.
    #[test]
    fn a_number_is_written_with_its_own_digits() {
        for digits in [
            "-1184823183860730.3",
            "-1184823183860730.2",
            "1184823183860730.25",
            "0.1",
            "12.5",
            "0.1234567890123456789012345678",
            "18446744073709551615",
            "-9223372036854775808",
        ] {
            let number = Scalar::Number(digits.parse().unwrap());
            assert_eq!(serde_json::to_string(&number).unwrap(), digits);
        }
        let small = Scalar::Number("0.0000001".parse().unwrap());
        assert_eq!(serde_json::to_string(&small).unwrap(), "1e-7");
    }
}
