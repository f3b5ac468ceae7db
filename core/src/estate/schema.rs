//! The JSON Schema of the inventory format, derived from the types.

use schemars::generate::SchemaSettings;
use schemars::transform::RecursiveTransform;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde_json::{Value, json};

use super::asset::{Asset, AssetId};
use super::bounds::{MAX_FACT_NAME, MAX_FACTS, MAX_ID, MAX_NAME, MAX_SOURCES, MAX_TEXT, MAX_VALUES};
use super::fact::{Fact, Facts};
use super::inventory::{FORMAT, Source};
use super::relation::{Relation, Requirement};

/// The JSON Schema (2020-12) of a document of the format `vcto.inventory/1`, as it is kept in `docs/formats`.
///
/// A schema cannot say everything: bounds on bytes are given in characters, and that ends of relations exist, that ids
/// are unique and that groups make sense is checked by [`Estate::new`](crate::Estate::new) alone.
pub fn inventory_schema() -> String {
    #[derive(JsonSchema)]
    #[schemars(deny_unknown_fields, title = "vcto.inventory/1")]
    #[expect(dead_code, reason = "only its schema is used")]
    struct Document {
        /// The name of the format.
        #[schemars(schema_with = "format")]
        format: String,
        /// Who told it, when, and how complete it is.
        source: Source,
        /// Configuration items.
        #[serde(default)]
        assets: Vec<Asset>,
        /// Who depends on whom, and other links.
        #[serde(default)]
        relations: Vec<Relation>,
        /// Redundancy: needs at least k of n.
        #[serde(default)]
        requirements: Vec<Requirement>,
    }
    let schema = SchemaSettings::draft2020_12()
        .with_transform(RecursiveTransform(for_people))
        .into_generator()
        .into_root_schema_for::<Document>();
    let mut text = serde_json::to_string_pretty(&schema).unwrap_or_default();
    text.push('\n');
    text
}

/// Of the documentation of the types, the first paragraph on one line: what follows is for Rust.
fn for_people(schema: &mut Schema) {
    if let Some(Value::String(description)) = schema.get_mut("description") {
        let first = description.split("\n\n").next().unwrap_or_default();
        *description = first.replace('\n', " ");
    }
}

/// Sources that were merged have no `merged_from` of their own.
pub(super) fn merged_from(generator: &mut SchemaGenerator) -> Schema {
    let source = generator.subschema_for::<Source>();
    json_schema!({
        "type": "array",
        "items": {"allOf": [source], "properties": {"merged_from": false}},
        "maxItems": MAX_SOURCES,
    })
}

/// A confidence stands only beside a method. `null` is the same as absence.
pub(super) fn confidence_needs_a_method(schema: &mut Schema) {
    let absent = json!({"properties": {"confidence": {"type": "null"}}});
    let method = json!({"properties": {"inferred_by": {"type": "string"}}, "required": ["inferred_by"]});
    schema.insert("anyOf".to_owned(), json!([absent, method]));
}

fn format(_: &mut SchemaGenerator) -> Schema {
    json_schema!({"const": FORMAT})
}

impl JsonSchema for AssetId {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "AssetId".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "string", "minLength": 1, "maxLength": MAX_ID})
    }
}

impl JsonSchema for Facts {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Facts".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let fact = generator.subschema_for::<Fact>();
        json_schema!({
            "type": "object",
            "additionalProperties": fact,
            "propertyNames": {"minLength": 1, "maxLength": MAX_FACT_NAME},
            "maxProperties": MAX_FACTS,
        })
    }
}

impl JsonSchema for Fact {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Fact".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let scalar =
            serde_json::json!({"type": ["null", "boolean", "number", "string"], "maxLength": MAX_TEXT});
        let stated = serde_json::json!({
            "type": "object",
            "properties": {
                "value": scalar,
                "source": {"type": ["string", "null"], "maxLength": MAX_NAME},
                "at": {"type": ["string", "null"], "format": "date-time"},
                "confidence": {"enum": ["low", "medium", "high", null]},
            },
            "required": ["value"],
            "additionalProperties": false,
        });
        json_schema!({
            "description": "A scalar, null (known to be unknown), a stated value, or a list of those where several sources spoke.",
            "anyOf": [
                scalar,
                stated,
                {"type": "array", "minItems": 1, "maxItems": MAX_VALUES, "items": {"anyOf": [scalar, stated]}},
            ],
        })
    }
}
