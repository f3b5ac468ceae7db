//! The JSON Schema of the format, as it is kept beside its description.

use std::path::Path;

use proptest::prelude::*;
use serde_json::{Value, json};
use vcto::Inventory;
use vcto::estate::inventory_schema;

use super::SAMPLE;
use super::arbitrary::inventories;

const KEPT: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/docs/formats/vcto.inventory-1.schema.json"
);

#[test]
fn the_kept_schema_is_that_of_the_types() {
    let made = inventory_schema();
    if std::env::var_os("VCTO_UPDATE_FORMATS").is_some() {
        std::fs::write(KEPT, &made).unwrap();
    }
    let kept = std::fs::read_to_string(Path::new(KEPT)).unwrap();
    assert_eq!(
        kept, made,
        "run the test with VCTO_UPDATE_FORMATS=1 to write it anew"
    );
}

fn validator() -> jsonschema::Validator {
    let schema: Value = serde_json::from_str(&inventory_schema()).unwrap();
    jsonschema::draft202012::meta::validate(&schema).unwrap();
    jsonschema::draft202012::new(&schema).unwrap()
}

#[test]
fn the_sample_is_valid_and_the_empty_inventory_too() {
    let validator = validator();
    let sample: Value = serde_json::from_str(SAMPLE).unwrap();
    assert!(validator.is_valid(&sample));
    let empty: Value = serde_json::from_str(&Inventory::default().to_json()).unwrap();
    assert!(validator.is_valid(&empty));
}

/// Each breaks one thing that a schema can say. The reader refuses it too.
#[test]
fn what_the_schema_refuses_the_reader_refuses() {
    let validator = validator();
    let breaks: [fn(&mut Value); 19] = [
        |doc| doc["format"] = json!("vcto.inventory/2"),
        |doc| doc["source"] = json!({}),
        |doc| doc["source"]["complete"] = json!("yes"),
        |doc| doc["source"]["captured_at"] = json!(7),
        |doc| doc["colour"] = json!("red"),
        |doc| doc["assets"] = json!({}),
        |doc| doc["assets"][0]["id"] = json!(7),
        |doc| doc["assets"][0]["id"] = json!(""),
        |doc| doc["assets"][0]["kind"] = json!(null),
        |doc| doc["assets"][0]["os"] = json!("x"),
        |doc| doc["assets"][0]["facts"] = json!({"x": []}),
        |doc| doc["assets"][0]["facts"] = json!({"x": {"source": "rmm"}}),
        |doc| doc["assets"][0]["facts"] = json!({"x": {"value": 1, "confidence": "sure"}}),
        |doc| doc["relations"][0]["strength"] = json!("firm"),
        |doc| doc["relations"][0]["weight"] = json!(1),
        |doc| doc["relations"][0]["confidence"] = json!("high"),
        |doc| {
            doc["relations"][0]["inferred_by"] = json!(null);
            doc["relations"][0]["confidence"] = json!("low");
        },
        |doc| {
            doc["relations"][0]["inferred_by"] = json!("dns");
            doc["relations"][0]["confidence"] = json!("sure");
        },
        |doc| doc["requirements"][0]["needs"] = json!(-1),
    ];
    for (at, change) in breaks.iter().enumerate() {
        let mut document: Value = serde_json::from_str(SAMPLE).unwrap();
        change(&mut document);
        assert!(!validator.is_valid(&document), "{at}: {document}");
        assert!(
            Inventory::from_json(document.to_string().as_bytes()).is_err(),
            "{at}: {document}"
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn what_is_written_is_valid(inventory in inventories()) {
        let document: Value = serde_json::from_str(&inventory.to_json()).unwrap();
        if let Err(error) = validator().validate(&document) {
            prop_assert!(false, "{} at {}: {}", error, error.instance_path(), document);
        }
    }
}
