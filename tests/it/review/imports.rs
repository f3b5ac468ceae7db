//! What an importer skipped is told in the review.

use vcto::estate::Inventory;
use vcto::review::{Outcome, Read, Review, Reviewer};
use vcto::source::{Input, Reader};
use vcto::{Estate, source};

use super::day;

fn review(inventory: Inventory) -> Review {
    let review = Reviewer::standard()
        .review(&Estate::new(inventory).unwrap(), day("2026-11-22"))
        .unwrap();
    super::check_evidence(&review);
    assert_eq!(Review::from_json(review.to_json().as_bytes()).unwrap(), review);
    review
}

/// Two devices, the second without an id: a record that is lost.
fn rmm() -> Input {
    Input::bytes(
        "devices.json",
        r#"[{"id": 101, "organizationId": 5, "nodeClass": "WINDOWS_SERVER", "displayName": "DC-01"},
            {"organizationId": 5, "nodeClass": "WINDOWS_SERVER", "displayName": "X"}]"#,
    )
}

#[test]
fn a_record_that_was_skipped_is_a_finding_of_its_source_with_the_remark_as_evidence() {
    let inventory =
        source::read_all([rmm(), Input::bytes("r.csv", "asset,fact,value\nDC-01,owner,IT\n")]).unwrap();
    let remarks = inventory
        .source
        .merged_from
        .iter()
        .find(|source| !source.notes.is_empty())
        .unwrap()
        .clone();
    assert!(!remarks.notes.is_empty());
    let review = review(inventory);
    let [finding] = review.findings_of("records.import_notes").collect::<Vec<_>>()[..] else {
        panic!("one source has remarks");
    };
    assert_eq!(
        (finding.outcome, finding.part.as_str()),
        (Outcome::Manual, remarks.name.raw().as_str())
    );
    let [Read::Notes { count, first, .. }] = finding.evidence.reads.as_slice() else {
        panic!("{:?}", finding.evidence.reads);
    };
    assert_eq!((*count, first), (remarks.notes.len() as u64, &remarks.notes));
    assert!(
        finding
            .detail
            .raw()
            .contains("/1: a record of devices without `id` is left out.")
    );
}

#[test]
fn sources_without_remarks_are_not_asked_and_inference_is_no_remark() {
    let pcs = |gateway: &str| {
        Input::bytes(
            "facts.json",
            format!(
                r#"{{"format": "vcto.inventory/1", "source": {{"name": "rmm"}}, "assets": [
                {{"id": "pc", "kind": "workstation", "facts": {{"gateways": "{gateway}"}}}},
                {{"id": "fw", "kind": "firewall", "facts": {{"addresses": "10.0.0.1"}}}}]}}"#
            ),
        )
    };
    let inventory = Reader::new().infer(true).read(pcs("10.0.0.1")).unwrap();
    assert!(
        !inventory.source.notes.is_empty(),
        "the inference is told in a note"
    );
    let review = review(inventory);
    assert_eq!(review.findings_of("records.import_notes").count(), 0);
    let rule = review.rule("records.import_notes").unwrap();
    assert_eq!((rule.conclusion, rule.total), (Outcome::NotApplicable, 0));
}

#[test]
fn sources_of_one_name_are_told_together() {
    let two = |id: &str| {
        let text = format!(
            r#"{{"format": "vcto.inventory/1", "source": {{"name": "crm", "notes": [{{"text": "{id} was cut"}}]}}, "assets": [{{"id": "{id}", "kind": "service"}}]}}"#
        );
        Input::bytes("crm.json", text)
    };
    let review = review(source::read_all([two("a"), two("b")]).unwrap());
    let [finding] = review.findings_of("records.import_notes").collect::<Vec<_>>()[..] else {
        panic!("one name");
    };
    assert_eq!(finding.title.raw(), "2 remarks on reading crm");
}
