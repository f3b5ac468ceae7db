//! Tests of `vcto::oscal` through the proofs that hold its documents: NIST's own schema, and what no schema checks.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use serde_json::Value;

use vcto::Estate;
use vcto::change::FindingId;
use vcto::review::{Reviewer, Waiver, Waivers};

use crate::common::shared;
use crate::proof::World;

const DOCUMENTS: [&str; 3] = [
    "assessment-plan",
    "assessment-results",
    "plan-of-action-and-milestones",
];

fn sample() -> World {
    World::of(&sample_inputs())
}

fn sample_inputs() -> Vec<PathBuf> {
    let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/data/halden-pryce"));
    [
        "ninjaone",
        "documentation.json",
        "services.json",
        "facts.csv",
        "relations.csv",
    ]
    .map(|file| folder.join(file))
    .to_vec()
}

/// The sample client with a waiver of every finding, and one that has run out.
fn waived() -> World {
    let inventory = vcto::source::read_all(sample_inputs()).unwrap();
    let review = Reviewer::standard()
        .review(&Estate::new(inventory).unwrap(), "2026-11-22".parse().unwrap())
        .unwrap();
    let waiver = |of: &FindingId, at: &str, until: &str| {
        Waiver::requested(of.clone(), "B. Holt <b>", "It may wait\n{{ insert }}")
            .approved("A. Jones", at.parse().unwrap(), until.parse().unwrap())
            .unwrap()
    };
    // All but one: something has to wait at the gate.
    let ids = || review.findings.iter().map(|finding| &finding.id);
    let waivers = ids().skip(1).map(|id| waiver(id, "2026-11-01", "2027-01-31"));
    let over = ids().take(1).map(|id| waiver(id, "2026-10-01", "2026-11-21"));
    let waivers = Waivers::new(waivers.chain(over)).unwrap();
    World::reviewed(&sample_inputs(), &Reviewer::standard().waivers(waivers))
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
    for world in [World::small(), sample(), waived()] {
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
fn a_waived_risk_stays_in_both_documents_as_an_approved_deviation() {
    let (sample, waived) = (sample(), waived());
    let (full, less) = (
        documents(&sample.prove("proof")),
        documents(&waived.prove("proof")),
    );
    let risks = |documents: &BTreeMap<&str, Value>, pointer: &str| {
        let document = documents[if pointer.starts_with("/assessment") {
            DOCUMENTS[1]
        } else {
            DOCUMENTS[2]
        }]
        .clone();
        let risks = document.pointer(pointer).unwrap().as_array().unwrap().clone();
        let by_id = |risk: Value| (prop(&risk, "finding-id").unwrap().to_owned(), risk);
        risks.into_iter().map(by_id).collect::<BTreeMap<String, Value>>()
    };
    for pointer in [
        "/assessment-results/results/0/risks",
        "/plan-of-action-and-milestones/risks",
    ] {
        let (all, marked) = (risks(&full, pointer), risks(&less, pointer));
        // Each is there, and one more: the waiver that has run out.
        assert_eq!(marked.len(), all.len() + 1, "{pointer}");
        assert!(all.keys().all(|id| marked.contains_key(id)));
        let waived: Vec<_> = marked
            .values()
            .filter(|risk| prop(risk, "waived-until").is_some())
            .collect();
        assert_eq!(waived.len(), all.len() - 1);
        for risk in waived {
            let log = risk["risk-log"]["entries"].as_array().unwrap();
            let entry = log
                .iter()
                .find(|entry| prop(entry, "type") == Some("dr-approved"))
                .unwrap();
            assert_eq!(prop(entry, "waiver-approved-by"), Some("A. Jones"));
            assert_eq!(prop(entry, "waiver-signed"), Some("no"));
            assert!(
                entry.get("logged-by").is_none() && !entry["description"].as_str().unwrap().contains("{{")
            );
            assert_eq!(prop(risk, "accepted"), Some("true"));
            let last = log
                .iter()
                .rev()
                .find_map(|entry| entry.get("status-change"))
                .unwrap();
            assert_eq!(&risk["status"], last);
        }
    }
    // No control objective is met by waiving what speaks against it.
    let states = |documents: &BTreeMap<&str, Value>| {
        let findings = &documents["assessment-results"]["assessment-results"]["results"][0]["findings"];
        let findings = findings.as_array().unwrap().clone();
        findings
            .into_iter()
            .map(|finding| {
                (
                    finding["target"]["target-id"].to_string(),
                    finding["target"]["status"].to_string(),
                )
            })
            .collect::<BTreeMap<String, String>>()
    };
    let (full, less) = (states(&full), states(&less));
    assert!(full.iter().all(|(objective, state)| less[objective] == *state));
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
    let proofs = [waived(), sample()].map(|world| (world.prove("proof"), world));
    for ((proof, _), name) in proofs
        .iter()
        .flat_map(|proof| DOCUMENTS.map(|name| (proof, name)))
    {
        let bytes = std::fs::read(proof.join(format!("oscal/{name}.json"))).unwrap();
        assert_eq!(vcto::oscal::verify(&bytes).unwrap(), [], "{name}");
    }
    let [_, (proof, _)] = proofs;
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
