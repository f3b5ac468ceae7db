//! One record, read leniently: every field may be absent, a number may be written as a text and a text as a number.

use serde_json::Value;

use super::endpoint::Endpoint;
use super::fields::{self, Fields};

/// Keys of an answer that is an error.
const FAILURES: &[&str] = &["errorMessage", "error_description", "incidentId", "resultCode"];

/// What an element of an answer is.
#[derive(Debug)]
pub(super) enum Element {
    /// It says that the request failed.
    Failed,
    /// It has `results`: a page of a report.
    Page,
    /// A record; told by its keys, where these tell it.
    Record(Record, Option<Endpoint>),
}

/// A record, and where it was read.
#[derive(Clone, Debug)]
pub(super) struct Record {
    pub(super) place: Box<str>,
    fields: Fields,
}

impl Record {
    /// Reads an object from its text.
    ///
    /// # Errors
    /// When the value is no object, holds a number or text that no reader can hold, or says a field twice.
    pub(super) fn parse(text: &str, place: String) -> Result<Element, String> {
        if !text.trim_start().starts_with('{') {
            return Err("a record that is no object is left out".to_owned());
        }
        let (fields, keys) = fields::read(text)
            .map_err(|error| format!("a record that cannot be read is left out: {}", why(&error)))?;
        if keys.has("results") {
            return Ok(Element::Page);
        }
        if FAILURES.iter().any(|key| keys.has(key)) {
            return Ok(Element::Failed);
        }
        let told = Endpoint::told(&keys.0);
        let place = place.into();
        Ok(Element::Record(Self { place, fields }, told))
    }

    /// A record inside another.
    pub(super) fn inner(&self, fields: Fields) -> Self {
        Self {
            place: self.place.clone(),
            fields,
        }
    }

    /// What the field holds; null is nothing.
    pub(super) fn value(&self, field: &str) -> Option<&Value> {
        self.fields
            .iter()
            .find(|(name, _)| *name == field)
            .map(|(_, value)| value)
    }

    /// The object in a field.
    pub(super) fn object(&self, field: &str) -> Option<Self> {
        Some(self.inner(fields::of(self.value(field)?)?))
    }

    /// The objects in a field; one alone counts as a list of one.
    pub(super) fn objects(&self, field: &str) -> Vec<Self> {
        match self.value(field) {
            Some(Value::Array(items)) => items
                .iter()
                .filter_map(|item| Some(self.inner(fields::of(item)?)))
                .collect(),
            _ => self.object(field).into_iter().collect(),
        }
    }

    /// A text; blank is nothing. Numbers count as their digits.
    pub(super) fn text(&self, field: &str) -> Option<String> {
        match self.value(field)? {
            Value::Number(number) => Some(number.to_string()),
            Value::String(text) => Some(text.trim().to_owned()).filter(|text| !text.is_empty()),
            _ => None,
        }
    }

    /// A key: a whole number, also where it is a text or a double.
    pub(super) fn key(&self, field: &str) -> Option<i64> {
        whole(self.value(field)?)
    }

    /// Yes or no, also where it is a text.
    pub(super) fn boolean(&self, field: &str) -> Option<bool> {
        match self.value(field)? {
            Value::Bool(answer) => Some(*answer),
            Value::String(text) if text.trim().eq_ignore_ascii_case("true") => Some(true),
            Value::String(text) if text.trim().eq_ignore_ascii_case("false") => Some(false),
            _ => None,
        }
    }

    /// The texts of a list; one text alone may hold several, by spaces, commas or semicolons.
    pub(super) fn list(&self, field: &str) -> Vec<&str> {
        let texts: Vec<&str> = match self.value(field) {
            Some(Value::Array(items)) => items.iter().filter_map(Value::as_str).collect(),
            Some(Value::String(text)) => vec![text.as_str()],
            _ => Vec::new(),
        };
        texts
            .into_iter()
            .flat_map(|text| text.split(|c: char| c.is_whitespace() || matches!(c, ',' | ';')))
            .filter(|text| !text.is_empty())
            .collect()
    }

    /// Whether both say the same, wherever they were read.
    pub(super) fn says_the_same_as(&self, other: &Self) -> bool {
        self.fields == other.fields
    }

    /// Adds what another record says of the same thing. Where both say something, the later one holds; returns whether
    /// they differ there.
    pub(super) fn join(&mut self, other: Self, later: bool) -> bool {
        let mut differ = false;
        for (name, value) in other.fields {
            match self.fields.iter_mut().find(|(known, _)| *known == name) {
                None => self.fields.push((name, value)),
                Some((_, known)) => differ |= join(known, value, later),
            }
        }
        differ
    }
}

/// A number, also where it is a text or a double without a fraction.
pub(super) fn whole(value: &Value) -> Option<i64> {
    match value {
        Value::Number(number) => number.as_i64().or_else(|| integral(number.as_f64()?)),
        Value::String(text) => {
            let text = text.trim();
            text.parse().ok().or_else(|| text.parse().ok().and_then(integral))
        }
        _ => None,
    }
}

/// Up to 2^53, beyond which a double has lost digits.
fn integral(number: f64) -> Option<i64> {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    #[expect(clippy::cast_possible_truncation, reason = "whole, and within 2^53")]
    let whole = (number.fract() == 0.0 && number.abs() <= EXACT).then_some(number as i64);
    whole
}

/// Objects are joined field by field, one level deep.
fn join(known: &mut Value, value: Value, later: bool) -> bool {
    match (known, value) {
        (Value::Object(known), Value::Object(fields)) => {
            let mut differ = false;
            for (name, value) in fields {
                match known.get_mut(&name) {
                    None => {
                        known.insert(name, value);
                    }
                    Some(known) if *known != value => {
                        differ = true;
                        if later {
                            *known = value;
                        }
                    }
                    Some(_) => {}
                }
            }
            differ
        }
        (known, value) if *known != value => {
            if later {
                *known = value;
            }
            true
        }
        _ => false,
    }
}

/// The reader's words without its line and column, which count from the record.
fn why(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let end = text.find(" at line ").unwrap_or(text.len());
    crate::text::Plain(text.get(..end).unwrap_or(&text)).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(json: &str) -> Record {
        match Record::parse(json, "/0".to_owned()).unwrap() {
            Element::Record(record, _) => record,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn numbers_and_texts_say_the_same() {
        for (json, id, build) in [
            (r#"{"id": 101, "buildNumber": 19045}"#, 101, "19045"),
            (r#"{"id": "101", "buildNumber": "19045"}"#, 101, "19045"),
            (r#"{"id": 101.0, "buildNumber": " 19045 "}"#, 101, "19045"),
            (
                r#"{"id": -2147483648, "buildNumber": 19045}"#,
                -2_147_483_648,
                "19045",
            ),
        ] {
            let record = record(json);
            assert_eq!(record.key("id"), Some(id), "{json}");
            assert_eq!(record.text("buildNumber").as_deref(), Some(build), "{json}");
        }
        for none in ["1.5", "1e300", "true", "[]", "\"a\"", "\"\"", "null", "{}"] {
            assert_eq!(record(&format!("{{\"id\": {none}}}")).key("id"), None, "{none}");
        }
    }

    #[test]
    fn lists_may_be_one_text() {
        let joined = record(r#"{"ipAddresses": "10.0.0.1 10.0.0.2;fe80::1"}"#);
        let listed = record(r#"{"ipAddresses": ["10.0.0.1", null, "10.0.0.2", 7, "fe80::1"]}"#);
        assert_eq!(joined.list("ipAddresses"), listed.list("ipAddresses"));
        assert_eq!(joined.list("ipAddresses").len(), 3);
    }

    #[test]
    fn fields_that_may_hold_secrets_do_not_stay() {
        let secret = record(
            r#"{"id": 1, "userData": {"k": "pw"}, "notes": [{"text": "pw"}], "fields": "pw", "customFields": {"name": "pw"},
                "references": {"organization": {"id": 1, "userData": {"name": "pw"}}, "assignedOwner": {"phone": "pw"}}}"#,
        );
        assert!(!format!("{secret:?}").contains("pw"));
    }

    #[test]
    fn what_is_too_deep_or_there_twice_costs_the_record_or_less() {
        let deep = format!("{{\"references\": {}1{}}}", "[".repeat(90), "]".repeat(90));
        assert!(record(&deep).value("references").is_some());
        let twice = Record::parse(r#"{"id": 1, "id": 2}"#, "/0".to_owned()).unwrap_err();
        assert!(twice.contains("`id` is there twice"), "{twice}");
        for broken in [r#"{"name": "\ud800"}"#, r#"{"id": 1e999}"#, "7", "null", "\"a\""] {
            assert!(Record::parse(broken, "/0".to_owned()).is_err(), "{broken}");
        }
    }
}
