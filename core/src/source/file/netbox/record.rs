//! One record, read leniently: a value may be bare, as in a dump, or an object, as in the REST API.

use std::str::FromStr;

use rust_decimal::Decimal;
use serde_json::{Map, Value};

use super::model::Model;

/// The fields that are kept. Others never stay in memory: comments, custom fields and local contexts hold secrets.
const FIELDS: &[&str] = &[
    "a_terminations",
    "address",
    "app_label",
    "asset_tag",
    "b_terminations",
    "cable",
    "cable_end",
    "cid",
    "circuit",
    "cluster",
    "commit_rate",
    "contact",
    "content_type",
    "description",
    "device",
    "device_role",
    "device_type",
    "display",
    "display_name",
    "facility",
    "group",
    "id",
    "install_date",
    "installed_device",
    "label",
    "location",
    "manufacturer",
    "mark_connected",
    "master",
    "memory",
    "model",
    "name",
    "object",
    "object_id",
    "object_type",
    "parent",
    "parent_device",
    "part_number",
    "physical_address",
    "platform",
    "position",
    "power_panel",
    "primary_ip",
    "primary_ip4",
    "primary_ip6",
    "priority",
    "provider",
    "provider_network",
    "rack",
    "region",
    "role",
    "scope",
    "scope_id",
    "scope_type",
    "serial",
    "site",
    "slug",
    "status",
    "tenant",
    "term_side",
    "termination",
    "termination_a",
    "termination_a_id",
    "termination_a_type",
    "termination_b_id",
    "termination_b_type",
    "termination_date",
    "termination_id",
    "termination_type",
    "termination_z",
    "type",
    "value",
    "vcpus",
    "virtual_chassis",
    "voltage",
];

/// How deep objects in a record are kept: the end of a cable has a port, which has a device.
const MAX_DEPTH: usize = 4;

/// A record of a model.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Record {
    /// Where it was read.
    pub(super) place: Box<str>,
    fields: Box<[(&'static str, Value)]>,
}

impl Record {
    /// Keeps what is used of an object.
    pub(super) fn new(place: String, fields: Map<String, Value>) -> Self {
        let fields = fields
            .into_iter()
            .filter_map(|(name, value)| Some((kept(&name)?, pruned(value, MAX_DEPTH)?)))
            .collect();
        Self {
            place: place.into(),
            fields,
        }
    }

    /// Whether both say the same, wherever they were read.
    pub(super) fn says_the_same_as(&self, other: &Self) -> bool {
        self.fields == other.fields
    }

    /// What the field holds; null is nothing.
    pub(super) fn value(&self, field: &str) -> Option<&Value> {
        self.fields
            .iter()
            .find(|(name, _)| *name == field)
            .map(|(_, value)| value)
    }

    /// A text; blank is nothing. Numbers count as their digits.
    pub(super) fn text(&self, field: &str) -> Option<String> {
        text(self.value(field)?)
    }

    /// A word out of a list: bare, or as `{"value", "label"}`.
    pub(super) fn choice(&self, field: &str) -> Option<String> {
        match self.value(field)? {
            Value::Object(choice) => choice.get("value").and_then(text),
            bare => text(bare),
        }
    }

    /// A number, also where it is written as a text.
    pub(super) fn number(&self, field: &str) -> Option<Decimal> {
        let digits = self.text(field)?;
        Decimal::from_str(&digits).ok().map(|number| number.normalize())
    }

    /// Yes or no.
    pub(super) fn boolean(&self, field: &str) -> Option<bool> {
        self.value(field)?.as_bool()
    }

    /// The key of the record to which the field leads.
    pub(super) fn key(&self, field: &str) -> Option<u64> {
        key(self.value(field)?)
    }

    /// What the REST API shows beside the key: the name of the record to which the field leads.
    pub(super) fn shown(&self, field: &str) -> Option<String> {
        shown(self.value(field)?)
    }

    /// The model that a content type names: `dcim.interface`, `["dcim", "interface"]`, or an object.
    pub(super) fn content_type(&self, field: &str) -> Option<Model> {
        content_type(self.value(field)?)
    }
}

/// The key in a value: a number, digits, or an object with an `id`.
pub(super) fn key(value: &Value) -> Option<u64> {
    match value {
        Value::Number(number) => number.as_u64(),
        Value::Object(object) => key(object.get("id")?),
        Value::String(digits) => digits.parse().ok(),
        _ => None,
    }
}

/// The name in an object.
pub(super) fn shown(value: &Value) -> Option<String> {
    let object = value.as_object()?;
    ["name", "model", "cid", "address", "display", "display_name"]
        .iter()
        .find_map(|field| object.get(*field).and_then(text))
}

/// See [`Record::content_type`].
pub(super) fn content_type(value: &Value) -> Option<Model> {
    match value {
        Value::Array(parts) => match parts.as_slice() {
            [Value::String(app), Value::String(model)] => Model::named(&format!("{app}.{model}")),
            _ => None,
        },
        Value::Object(object) => {
            let part = |name| object.get(name).and_then(Value::as_str);
            Model::named(&format!("{}.{}", part("app_label")?, part("model")?))
        }
        Value::String(name) => Model::named(name),
        _ => None,
    }
}

fn text(value: &Value) -> Option<String> {
    match value {
        Value::Number(number) => Some(number.to_string()),
        Value::String(text) => Some(text.trim().to_owned()).filter(|text| !text.is_empty()),
        _ => None,
    }
}

fn kept(name: &str) -> Option<&'static str> {
    let at = FIELDS.binary_search(&name).ok()?;
    FIELDS.get(at).copied()
}

/// Without nulls, blank texts and `false`, which say no more than their absence; and in objects without the fields that are not kept. `depth` bounds the recursion.
fn pruned(value: Value, depth: usize) -> Option<Value> {
    match value {
        Value::Array(items) if depth > 0 => Some(Value::Array(
            items
                .into_iter()
                .filter_map(|item| pruned(item, depth - 1))
                .collect(),
        )),
        Value::Object(fields) if depth > 0 => Some(Value::Object(
            fields
                .into_iter()
                .filter(|(name, _)| kept(name).is_some())
                .filter_map(|(name, value)| Some((name, pruned(value, depth - 1)?)))
                .collect(),
        )),
        Value::Array(_) | Value::Bool(false) | Value::Null | Value::Object(_) => None,
        Value::String(text) if text.is_empty() => None,
        bare => Some(bare),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(json: &str) -> Record {
        Record::new("/0".to_owned(), serde_json::from_str(json).unwrap())
    }

    #[test]
    fn fields_are_searched_by_name() {
        assert!(FIELDS.windows(2).all(|pair| pair[0] < pair[1]));
    }

    #[test]
    fn bare_values_and_objects_say_the_same() {
        let dump = record(
            r#"{"site": 2, "status": "active", "position": "4.0", "termination_type": ["dcim", "interface"]}"#,
        );
        let rest = record(
            r#"{"site": {"id": 2, "url": "x", "name": "Akron"}, "status": {"value": "active", "label": "Active"},
                "position": 4.0, "termination_type": "dcim.interface"}"#,
        );
        for record in [&dump, &rest] {
            assert_eq!(record.key("site"), Some(2));
            assert_eq!(record.choice("status").as_deref(), Some("active"));
            assert_eq!(record.number("position"), Some(Decimal::from(4)));
            assert_eq!(record.content_type("termination_type"), Some(Model::Interface));
        }
        assert_eq!(rest.shown("site").as_deref(), Some("Akron"));
    }

    #[test]
    fn fields_that_may_hold_secrets_do_not_stay() {
        let secret = record(
            r#"{"comments": "pw", "custom_fields": {"k": "pw"}, "tenant": {"id": 1, "comments": "pw"}, "name": "a"}"#,
        );
        assert!(!format!("{secret:?}").contains("pw"));
    }
}
