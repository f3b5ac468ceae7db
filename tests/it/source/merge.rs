//! Several inventories as one.

use vcto::ErrorKind;
use vcto::estate::{AssetKind, Criticality, Estate, Inventory};
use vcto::source::{self, Input};

/// A document of the own format, around assets and more.
fn told(name: &str, at: &str, rest: &str) -> Input {
    let json = format!(
        r#"{{"format": "vcto.inventory/1", "source": {{"name": "{name}", "captured_at": "{at}", "complete": true,
            "scopes": [{{"name": "server", "complete": {}}}]}}, {rest}}}"#,
        name == "rmm"
    );
    Input::bytes(format!("{name}.json"), json)
}

fn rmm() -> Input {
    told(
        "rmm",
        "2026-11-20T00:00:00Z",
        r#""assets": [{"id": "a", "kind": "device", "name": "SRV", "facts": {"os_name": "Windows Server 2016", "cpu_cores": 8}},
            {"id": "b", "kind": "storage"}],
           "relations": [{"from": "a", "to": "b", "kind": "depends_on"}, {"from": "a", "to": "b", "kind": "connects_to"},
            {"from": "a", "to": "b", "kind": "connects_to"}],
           "requirements": [{"asset": "a", "members": ["b"], "needs": 1}]"#,
    )
}

fn psa() -> Input {
    told(
        "psa",
        "2026-11-21T00:00:00Z",
        r#""assets": [{"id": "b", "kind": "storage", "name": "SAN", "criticality": "high"},
            {"id": "a", "kind": "server", "name": "SRV01", "facts": {"os_name": "Windows Server 2019", "cpu_cores": 8}}],
           "relations": [{"from": "a", "to": "b", "kind": "depends_on"}, {"from": "b", "to": "a", "kind": "connects_to"}],
           "requirements": [{"asset": "a", "members": ["b", "b"], "needs": 1}]"#,
    )
}

fn merged() -> Inventory {
    source::read_all([rmm(), psa()]).unwrap()
}

fn asset<'a>(inventory: &'a Inventory, id: &str) -> &'a vcto::estate::Asset {
    inventory
        .assets
        .iter()
        .find(|asset| asset.id.as_str() == id)
        .unwrap()
}

/// Value, source and day of each statement.
fn said(inventory: &Inventory, id: &str, fact: &str) -> Vec<(String, String, String)> {
    let fact = asset(inventory, id).fact(fact).unwrap();
    let values = fact.values().iter().map(|value| {
        let text = match (value.value.as_text(), value.value.as_number()) {
            (Some(text), _) => text.raw().clone(),
            (_, Some(number)) => number.to_string(),
            _ => "?".to_owned(),
        };
        let day = value.stated_at().unwrap().to_string();
        (text, value.source().unwrap().raw().clone(), day[..10].to_owned())
    });
    values.collect()
}

fn line(value: &str, source: &str, day: &str) -> (String, String, String) {
    (value.to_owned(), source.to_owned(), day.to_owned())
}

#[test]
fn what_sources_say_of_one_asset_stands_side_by_side_with_source_and_time() {
    let merged = merged();
    assert_eq!(merged.assets.len(), 2);
    assert_eq!(
        said(&merged, "a", "os_name"),
        [
            line("Windows Server 2016", "rmm", "2026-11-20"),
            line("Windows Server 2019", "psa", "2026-11-21")
        ]
    );
    assert!(asset(&merged, "a").fact("os_name").unwrap().disagrees());
    let cores = asset(&merged, "a").fact("cpu_cores").unwrap();
    assert!(!cores.disagrees() && cores.values().len() == 2);
}

#[test]
fn kinds_and_names_that_differ_become_facts_and_the_closer_kind_holds() {
    let merged = merged();
    assert_eq!(asset(&merged, "a").kind, AssetKind::Server);
    assert_eq!(asset(&merged, "a").label().raw(), &"SRV");
    assert_eq!(
        said(&merged, "a", "name"),
        [
            line("SRV", "rmm", "2026-11-20"),
            line("SRV01", "psa", "2026-11-21")
        ]
    );
    assert_eq!(
        said(&merged, "a", "kind"),
        [
            line("device", "rmm", "2026-11-20"),
            line("server", "psa", "2026-11-21")
        ]
    );
    // What only one source says is no disagreement.
    let b = asset(&merged, "b");
    assert_eq!(
        (b.label().raw(), &b.criticality),
        (&"SAN", &Some(Criticality::High))
    );
    assert!(b.fact("name").is_none() && b.fact("kind").is_none());
}

#[test]
fn relations_are_taken_once_and_parallel_cables_are_those_of_one_source() {
    let merged = merged();
    let kinds: Vec<_> = merged
        .relations
        .iter()
        .map(|relation| relation.kind.as_str())
        .collect();
    assert_eq!(kinds, ["depends_on", "connects_to", "connects_to"]);
    assert_eq!(merged.requirements.len(), 1);
}

#[test]
fn the_source_of_a_merge_names_its_parts_and_is_complete_where_any_is() {
    let source = merged().source;
    assert_eq!(source.name.raw(), "psa + rmm");
    let parts: Vec<_> = source
        .merged_from
        .iter()
        .map(|part| part.name.raw().as_str())
        .collect();
    assert_eq!(parts, ["rmm", "psa"]);
    assert!(source.complete && source.scopes[0].complete);
    assert_eq!(source.captured_at, None);
}

#[test]
fn the_order_of_the_inputs_changes_neither_facts_nor_relations() {
    let one = Estate::new(source::read_all([rmm(), psa()]).unwrap()).unwrap();
    let other = Estate::new(source::read_all([psa(), rmm()]).unwrap()).unwrap();
    assert_eq!(one.relation_count(), other.relation_count());
    for (one, other) in one.assets().iter().zip(other.assets()) {
        assert_eq!(
            (&one.id, &one.kind, &one.facts),
            (&other.id, &other.kind, &other.facts)
        );
    }
}

#[test]
fn an_input_given_twice_says_nothing_new() {
    let once = source::read_all([rmm(), psa()]).unwrap();
    let twice = source::read_all([rmm(), psa(), psa(), rmm()]).unwrap();
    assert_eq!(once, twice);
}

#[test]
fn a_merge_of_merges_names_the_sources_themselves() {
    let inner = source::read_all([rmm(), psa()]).unwrap();
    let third = told(
        "crm",
        "2026-11-22T00:00:00Z",
        r#""assets": [{"id": "c", "kind": "service"}]"#,
    );
    let outer = source::read_all([Input::from(inner), third]).unwrap();
    let parts: Vec<_> = outer
        .source
        .merged_from
        .iter()
        .map(|part| part.name.raw().as_str())
        .collect();
    assert_eq!(parts, ["rmm", "psa", "crm"]);
    Estate::new(outer).unwrap();
}

#[test]
fn one_input_stays_as_it_is_and_none_is_refused() {
    let alone = source::read_all([rmm()]).unwrap();
    assert_eq!(alone, source::Reader::new().read(rmm()).unwrap());
    let error = source::read_all::<[Input; 0]>([]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
}

#[test]
fn an_id_that_stands_twice_in_one_input_is_refused_with_its_place() {
    let twice = told(
        "rmm",
        "2026-11-20T00:00:00Z",
        r#""assets": [{"id": "a", "kind": "server"}, {"id": "a", "kind": "server"}]"#,
    );
    let error = source::read_all([twice, psa()]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
    assert_eq!(error.place(), Some("rmm: /assets/1/id"));
}

#[test]
fn an_asset_that_a_person_says_is_another_is_folded_into_it() {
    let overlay = told(
        "by-hand",
        "2026-11-22T00:00:00Z",
        r#""assets": [{"id": "x", "kind": "server", "name": "SRV-X", "facts": {"same_as": "a", "owner": "finance"}},
            {"id": "y", "kind": "server", "facts": {"same_as": "x"}}],
           "relations": [{"from": "y", "to": "b", "kind": "uses"}, {"from": "x", "to": "a", "kind": "depends_on"}]"#,
    );
    let merged = source::read_all([rmm(), overlay]).unwrap();
    let ids: Vec<_> = merged.assets.iter().map(|asset| asset.id.as_str()).collect();
    assert_eq!(ids, ["a", "b"]);
    let a = asset(&merged, "a");
    assert_eq!(a.text("owner").unwrap().raw(), "finance");
    assert!(a.fact("same_as").is_none());
    assert_eq!(a.fact("also_known_as").unwrap().values().len(), 2);
    assert!(
        merged
            .relations
            .iter()
            .any(|relation| relation.from.as_str() == "a" && relation.kind.as_str() == "uses")
    );
    Estate::new(merged).unwrap();
}

#[test]
fn same_as_in_a_circle_or_to_nothing_is_refused() {
    let with = |facts: &str| told("by-hand", "2026-11-22T00:00:00Z", facts);
    let circle = with(
        r#""assets": [{"id": "x", "kind": "server", "facts": {"same_as": "y"}}, {"id": "y", "kind": "server", "facts": {"same_as": "x"}}]"#,
    );
    assert_eq!(
        source::read_all([circle]).unwrap_err().kind(),
        ErrorKind::InvalidInput
    );
    let nothing = with(r#""assets": [{"id": "x", "kind": "server", "facts": {"same_as": "z"}}]"#);
    assert_eq!(
        source::read_all([nothing]).unwrap_err().kind(),
        ErrorKind::NotFound
    );
    let number = with(r#""assets": [{"id": "x", "kind": "server", "facts": {"same_as": 7}}]"#);
    assert_eq!(
        source::read_all([number]).unwrap_err().kind(),
        ErrorKind::InvalidInput
    );
}

#[test]
fn one_serial_number_in_two_sources_is_named_and_not_merged() {
    let one = |name, id, serial| {
        told(
            name,
            "2026-11-20T00:00:00Z",
            &format!(r#""assets": [{{"id": "{id}", "kind": "server", "facts": {{"serial": "{serial}"}}}}]"#),
        )
    };
    let merged = source::read_all([one("rmm", "a", "CZ3451ABCD"), one("psa", "b", "cz3451abcd")]).unwrap();
    assert_eq!(merged.assets.len(), 2);
    let [note] = merged.source.notes.as_slice() else {
        panic!("one note")
    };
    let text = note.text.raw();
    assert!(
        text.contains("`a` and `b`") && text.contains("`same_as`"),
        "{text}"
    );
    let junk = source::read_all([
        one("rmm", "a", "To be filled by O.E.M."),
        one("psa", "b", "To Be Filled By O.E.M."),
    ]);
    assert!(junk.unwrap().source.notes.is_empty());
}
