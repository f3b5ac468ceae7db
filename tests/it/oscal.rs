//! Tests of `vcto::oscal` through the proofs that hold its documents: NIST's own schema, and what no schema checks.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde_json::Value;

use crate::common::shared;
use crate::proof::World;

const DOCUMENTS: [&str; 3] = [
    "assessment-plan",
    "assessment-results",
    "plan-of-action-and-milestones",
];

fn sample() -> World {
    let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/data/halden-pryce"));
    World::of(
        &[
            "ninjaone",
            "documentation.json",
            "services.json",
            "facts.csv",
            "relations.csv",
        ]
        .map(|file| folder.join(file)),
    )
}

fn documents(proof: &Path) -> BTreeMap<&'static str, Value> {
    let read = |name: &str| std::fs::read(proof.join(format!("oscal/{name}.json"))).unwrap();
    DOCUMENTS
        .into_iter()
        .map(|name| (name, serde_json::from_slice(&read(name)).unwrap()))
        .collect()
}

/// The schema of one model: the complete schema, with the model as the only one at its root.
fn validator(schemas: &Path, release: &str, model: &str) -> jsonschema::Validator {
    let path = schemas.join(format!("oscal_complete_schema-{release}.json"));
    let mut schema: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    let one = schema["oneOf"]
        .as_array()
        .unwrap()
        .iter()
        .find(|one| one["properties"].get(model).is_some())
        .unwrap()
        .clone();
    schema["oneOf"] = Value::Array(vec![one]);
    jsonschema::options()
        .should_validate_formats(true)
        .build(&schema)
        .unwrap()
}

#[test]
fn every_document_is_valid_under_both_releases() {
    let Some(schemas) = shared("oscal/schema") else {
        return;
    };
    for world in [World::small(), sample()] {
        for (model, document) in &mut documents(&world.prove("proof")) {
            for release in ["1.2.3", "1.1.3"] {
                document[model]["metadata"]["oscal-version"] = release.into();
                let validator = validator(&schemas, release, model);
                let errors: Vec<_> = validator
                    .iter_errors(document)
                    .take(3)
                    .map(|error| error.to_string().chars().take(300).collect::<String>())
                    .collect();
                assert!(errors.is_empty(), "{model} under {release}: {errors:?}");
            }
        }
    }
}

#[test]
fn the_schema_check_can_fail() {
    let Some(schemas) = shared("oscal/schema") else {
        return;
    };
    let mut documents = documents(&World::small().prove("proof"));
    let results = documents.get_mut("assessment-results").unwrap();
    results["assessment-results"]["results"][0]["observations"][0]["methods"] = Value::Array(Vec::new());
    assert!(!validator(&schemas, "1.2.3", "assessment-results").is_valid(results));
}

#[test]
fn every_reference_resolves_and_a_broken_one_is_named() {
    let world = sample();
    let proof = world.prove("proof");
    for name in DOCUMENTS {
        let bytes = std::fs::read(proof.join(format!("oscal/{name}.json"))).unwrap();
        assert_eq!(vcto::oscal::verify(&bytes).unwrap(), [], "{name}");
    }
    let mut results = documents(&proof).remove("assessment-results").unwrap();
    for pointer in references(&results) {
        let good = results.pointer(&pointer).unwrap().clone();
        let mut broken = good.as_str().unwrap().to_owned();
        broken.replace_range(broken.len() - 12.., "000000000000");
        *results.pointer_mut(&pointer).unwrap() = broken.into();
        let defects = vcto::oscal::verify(&serde_json::to_vec(&results).unwrap()).unwrap();
        assert!(defects.iter().any(|defect| defect.place == pointer), "{pointer}");
        *results.pointer_mut(&pointer).unwrap() = good;
    }
}

/// Some references of each kind, found by name: fields that end in `-uuid`, and hrefs into the document.
fn references(document: &Value) -> Vec<String> {
    let mut found: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut stack = vec![(String::new(), document)];
    while let Some((place, value)) = stack.pop() {
        match value {
            Value::Array(items) => stack.extend(
                items
                    .iter()
                    .enumerate()
                    .map(|(at, item)| (format!("{place}/{at}"), item)),
            ),
            Value::Object(fields) => {
                for (name, value) in fields {
                    let here = format!("{place}/{name}");
                    let text = value.as_str().unwrap_or_default();
                    if name.ends_with("-uuid") || name == "href" && text.starts_with('#') {
                        found.entry(name.clone()).or_default().push(here.clone());
                    }
                    stack.push((here, value));
                }
            }
            _ => {}
        }
    }
    assert!(found.len() >= 7, "{:?}", found.keys());
    found
        .into_values()
        .flat_map(|places| places.into_iter().step_by(97).take(3))
        .collect()
}

#[test]
fn every_decision_of_the_ledger_stands_once_in_the_assessment_log() {
    let world = World::small();
    let results = documents(&world.prove("proof"))
        .remove("assessment-results")
        .unwrap();
    let mut logged = Vec::new();
    for result in results["assessment-results"]["results"].as_array().unwrap() {
        for entry in result["assessment-log"]["entries"].as_array().unwrap() {
            if prop(entry, "event-kind") == Some("decided") {
                logged.push(prop(entry, "ledger-seq").unwrap().parse::<u64>().unwrap());
            }
        }
    }
    let recorded: Vec<_> = pollster::block_on(world.tenant.decisions())
        .unwrap()
        .iter()
        .map(|decision| decision.seq)
        .collect();
    assert_eq!(logged, recorded);
    assert_eq!(recorded.len(), 3);
}

#[test]
fn the_plan_of_action_has_the_identities_of_the_results() {
    let documents = documents(&sample().prove("proof"));
    let uuids = |risks: &Value| -> BTreeSet<String> {
        risks
            .as_array()
            .unwrap()
            .iter()
            .map(|risk| risk["uuid"].as_str().unwrap().to_owned())
            .collect()
    };
    let all = uuids(&documents["assessment-results"]["assessment-results"]["results"][0]["risks"]);
    let open = uuids(&documents["plan-of-action-and-milestones"]["plan-of-action-and-milestones"]["risks"]);
    assert!(!open.is_empty() && open.is_subset(&all));
}

#[test]
fn only_known_controls_are_named() {
    let Some(catalogue) =
        shared("oscal/examples/NIST_SP-800-53_rev5_HIGH-baseline-resolved-profile_catalog-min.json")
    else {
        return;
    };
    let text = std::fs::read_to_string(catalogue).unwrap();
    let results = documents(&sample().prove("proof"))
        .remove("assessment-results")
        .unwrap();
    let result = &results["assessment-results"]["results"][0];
    let controls = &result["reviewed-controls"]["control-selections"][0]["include-controls"];
    for control in controls.as_array().unwrap() {
        assert!(
            text.contains(&format!("\"id\":{}", control["control-id"])),
            "{control}"
        );
    }
    for finding in result["findings"].as_array().unwrap() {
        assert!(
            text.contains(&format!("\"id\":{}", finding["target"]["target-id"])),
            "{}",
            finding["target"]
        );
    }
}

fn prop<'v>(entry: &'v Value, name: &str) -> Option<&'v str> {
    entry["props"]
        .as_array()?
        .iter()
        .find(|prop| prop["name"] == name)?["value"]
        .as_str()
}
