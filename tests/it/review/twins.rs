//! Devices that the RMM may know under another id: asked, not called a gap.

use vcto::Estate;
use vcto::review::{Cell, Column, Review, Reviewer};
use vcto::source::{self, Input};

use super::day;

/// An RMM that knows every machine, and one it knows: DC-01.
fn rmm() -> Input {
    Input::bytes(
        "rmm.json",
        r#"{"format": "vcto.inventory/1", "source": {"name": "rmm", "scopes": [{"name": "rmm", "complete": true}]}, "assets": [
            {"id": "rmm:1", "kind": "server", "name": "DC-01", "facts": {"rmm_agent": true, "serial": "VMW-4431", "mac_addresses": "00:50:56:aa:bb:01"}}]}"#,
    )
}

/// What a hypervisor lists.
fn machines(facts: &str, name: &str) -> Input {
    Input::bytes(
        "vms.json",
        format!(
            r#"{{"format": "vcto.inventory/1", "source": {{"name": "vcenter"}}, "assets": [
            {{"id": "vm:7", "kind": "virtual_machine", "name": "{name}", "facts": {{{facts}}}}}]}}"#
        ),
    )
}

fn sheet(rows: &str) -> Input {
    Input::bytes("facts.csv", format!("asset,fact,value,author,at\n{rows}"))
}

fn reviewed(inputs: impl IntoIterator<Item = Input>) -> Review {
    let estate = Estate::new(source::read_all(inputs).unwrap()).unwrap();
    let review = Reviewer::standard().review(&estate, day("2026-11-22")).unwrap();
    super::check_evidence(&review);
    review
}

fn cell(review: &Review) -> Cell {
    review.matrix.row("vm:7").unwrap().cell(Column::Rmm)
}

#[test]
fn a_machine_that_shares_a_name_or_number_with_one_of_the_rmm_is_unknown_and_asked_about() {
    let cases = [
        (r#""cpu_cores": 4"#, "dc-01.halden.local", "name"),
        (r#""serial": "vmw-4431""#, "Domain controller", "serial number"),
        (
            r#""mac_addresses": "00:50:56:AA:BB:01""#,
            "Domain controller",
            "hardware address",
        ),
        (r#""dns_name": "DC-01.halden.local""#, "Domain controller", "name"),
    ];
    for (facts, name, same) in cases {
        let review = reviewed([rmm(), machines(facts, name)]);
        assert_eq!(cell(&review), Cell::Unknown, "{facts}");
        assert_eq!(review.findings_of("coverage.rmm").count(), 0, "{facts}");
        let question = review
            .questions()
            .iter()
            .find(|question| question.fact == "same_as")
            .unwrap();
        assert_eq!(question.assets[0].as_str(), "vm:7");
        let text = question.question.raw();
        assert!(
            text.contains(&format!("DC-01 (rmm:1), which has the same {same}")),
            "{text}"
        );
        assert!(review.to_questions_csv().contains("rmm:1"));
    }
}

#[test]
fn a_machine_that_is_like_none_of_the_rmm_is_a_gap() {
    for (facts, name) in [
        (r#""cpu_cores": 4"#, "SCAN-02"),
        (r#""serial": "None""#, "10.0.0.1"),
        (r#""mac_addresses": "00:50:56:aa:bb:02""#, "DC-010"),
    ] {
        let review = reviewed([rmm(), machines(facts, name)]);
        assert_eq!(cell(&review), Cell::Gap, "{name}");
        assert_eq!(review.findings_of("coverage.rmm").count(), 1, "{name}");
    }
}

#[test]
fn the_answer_settles_it_either_way() {
    let inputs = |rows: &str| {
        [
            rmm(),
            machines(r#""cpu_cores": 4"#, "DC-01.halden.local"),
            sheet(rows),
        ]
    };
    // What people state of both does not make them one source.
    let open = reviewed(inputs(
        "rmm:1,owner,IT,Jane,2026-11-20\nvm:7,owner,IT,Jane,2026-11-20\n",
    ));
    assert_eq!(cell(&open), Cell::Unknown);
    let two = reviewed(inputs("vm:7,same_as,none,Jane,2026-11-20\n"));
    assert_eq!(cell(&two), Cell::Gap);
    assert!(two.questions().iter().all(|question| question.fact != "same_as"));
    let one = reviewed(inputs("vm:7,same_as,rmm:1,Jane,2026-11-20\n"));
    assert!(one.matrix.row("vm:7").is_none());
    assert_eq!(one.matrix.row("rmm:1").unwrap().cell(Column::Rmm), Cell::Covered);
}

#[test]
fn the_filled_sheet_of_questions_settles_it() {
    let inputs = || vec![rmm(), machines(r#""cpu_cores": 4"#, "DC-01.halden.local")];
    let sheet = reviewed(inputs()).to_questions_csv();
    let filled: String = sheet
        .lines()
        .map(|line| match line.split_once(",same_as,") {
            Some((before, _)) => format!("{before},same_as,1,rmm:1,Jane,2026-11-23\n"),
            None => format!("{line}\n"),
        })
        .collect();
    assert!(filled.contains("rmm:1,Jane"), "{sheet}");
    let mut all = inputs();
    all.push(Input::bytes("questions.csv", filled));
    let estate = Estate::new(source::read_all(all).unwrap()).unwrap();
    assert_eq!(estate.asset_count(), 1);
}

#[test]
fn two_devices_of_one_source_are_two_and_a_name_of_many_tells_nothing() {
    let one = Input::bytes(
        "rmm.json",
        r#"{"format": "vcto.inventory/1", "source": {"name": "rmm", "scopes": [{"name": "rmm", "complete": true}]}, "assets": [
            {"id": "rmm:1", "kind": "server", "name": "DC-01", "facts": {"rmm_agent": true}},
            {"id": "vm:7", "kind": "virtual_machine", "name": "DC-01", "facts": {"cpu_cores": 4}}]}"#,
    );
    assert_eq!(cell(&reviewed([one])), Cell::Gap);
    let many: Vec<String> = (1..=5)
        .map(|n| format!(r#"{{"id": "rmm:{n}", "kind": "server", "name": "localhost", "facts": {{"rmm_agent": true}}}}"#))
        .collect();
    let many = Input::bytes(
        "rmm.json",
        format!(
            r#"{{"format": "vcto.inventory/1", "source": {{"name": "rmm", "scopes": [{{"name": "rmm", "complete": true}}]}}, "assets": [{}]}}"#,
            many.join(",")
        ),
    );
    assert_eq!(
        cell(&reviewed([many, machines(r#""cpu_cores": 4"#, "localhost")])),
        Cell::Gap
    );
}
