//! A topology is that of the estate, whichever way it came to be, and what is no estate is no topology.

use proptest::prelude::*;
use vcto::estate::{Topology, TopologyOptions};
use vcto::monitor::Monitor;
use vcto::{Error, ErrorKind, Estate, Inventory};

use super::arbitrary::inventories;
use super::{SAMPLE, document};

/// Both ways to a topology.
fn both(bytes: &[u8]) -> (Result<Estate, Error>, Result<Topology, Error>) {
    (
        Inventory::read(bytes).and_then(Estate::new),
        Topology::read(bytes),
    )
}

/// What an error says but for the operation.
fn said(error: &Error) -> (ErrorKind, Option<&str>, &str, Option<&str>) {
    (error.kind(), error.place(), error.message(), error.remedy_text())
}

fn agree(bytes: &[u8]) -> Result<(), TestCaseError> {
    match both(bytes) {
        (Ok(estate), Ok(topology)) => {
            prop_assert_eq!(estate.topology(), &topology);
            prop_assert_eq!(estate.asset_count(), topology.asset_count());
            for (at, asset) in (0..).zip(estate.assets()) {
                prop_assert_eq!(topology.index_of(asset.id.as_str()), Some(at));
                prop_assert_eq!(topology.id(at), Some(asset.id.clone()));
                prop_assert_eq!(topology.kind(at), Some(&asset.kind));
                prop_assert_eq!(topology.criticality(at), asset.criticality.as_ref());
                prop_assert_eq!(topology.graph().dependants(at), estate.graph().dependants(at));
                prop_assert_eq!(topology.graph().dependencies(at), estate.graph().dependencies(at));
            }
        }
        (Err(one), Err(other)) => prop_assert_eq!(said(&one), said(&other)),
        (one, other) => prop_assert!(false, "{one:?} and {other:?}"),
    }
    Ok(())
}

#[test]
fn the_sample_has_one_topology_in_every_form() {
    let estate = Inventory::from_json(SAMPLE.as_bytes())
        .and_then(Estate::new)
        .unwrap();
    for text in [SAMPLE.to_owned(), estate.to_json(), estate.to_ndjson()] {
        let topology = Topology::read(text.as_bytes()).unwrap();
        assert_eq!(&topology, estate.topology());
        assert_eq!(topology.estate_digest(), None, "nobody computed it");
    }
    assert_eq!(estate.topology().estate_digest(), Some(estate.digest()));
}

#[test]
fn relations_may_name_assets_that_come_later() {
    let text = document(
        r#""requirements": [{"asset": "erp", "members": ["sql-1", "sql-2"], "needs": 1}],
           "relations": [{"from": "erp", "to": "san", "kind": "uses"}],
           "assets": [{"id": "san", "kind": "storage"}, {"id": "sql-2", "kind": "database"},
                      {"id": "sql-1", "kind": "database"}, {"id": "erp", "kind": "service", "criticality": "vital"}]"#,
    );
    agree(text.as_bytes()).unwrap();
    let topology = Topology::read(text.as_bytes()).unwrap();
    let erp = topology.index_of("erp").unwrap();
    let needs: Vec<_> = topology
        .graph()
        .dependencies(erp)
        .iter()
        .map(|at| topology.id_text(*at).unwrap())
        .collect();
    assert_eq!(needs, ["san", "sql-1", "sql-2"]);
    assert_eq!(topology.criticality(erp).unwrap().as_str(), "vital");
    assert_eq!((topology.index_of("crm"), topology.id(4)), (None, None));
}

#[test]
fn what_clashes_between_records_is_refused_in_the_words_of_the_estate() {
    let assets =
        r#"{"id": "a", "kind": "server"}, {"id": "b", "kind": "server"}, {"id": "c", "kind": "server"}"#;
    let soft = r#"{"from": "a", "to": "b", "kind": "uses", "strength": "soft"}"#;
    let group = r#"{"asset": "a", "members": ["c", "b"], "needs": 1}"#;
    for rest in [
        format!(r#""assets": [{assets}, {{"id": "b", "kind": "router"}}, {{"id": "a", "kind": "router"}}]"#),
        format!(
            r#""assets": [{assets}, {{"id": "b", "kind": "router"}}, {{"id": "d", "kind": "unstated"}}]"#
        ),
        format!(r#""assets": [{assets}], "relations": [{{"from": "a", "to": "x", "kind": "told"}}]"#),
        format!(r#""assets": [{assets}], "relations": [{soft}, {{"from": "y", "to": "x", "kind": "uses"}}]"#),
        format!(r#""assets": [{assets}], "relations": [{{"from": "b", "to": "b", "kind": "part_of"}}]"#),
        format!(r#""assets": [{assets}], "relations": [{{"from": "x", "to": "x", "kind": "part_of"}}]"#),
        format!(r#""assets": [{assets}], "requirements": [{{"asset": "x", "members": ["c"], "needs": 1}}]"#),
        format!(
            r#""assets": [{assets}], "requirements": [{{"asset": "a", "members": ["c", "x"], "needs": 1}}]"#
        ),
        format!(
            r#""assets": [{assets}], "requirements": [{{"asset": "a", "members": ["c", "a"], "needs": 1}}]"#
        ),
        format!(r#""assets": [{assets}], "requirements": [{{"asset": "a", "members": [], "needs": 1}}]"#),
        format!(r#""assets": [{assets}], "requirements": [{{"asset": "a", "members": ["c"], "needs": 0}}]"#),
        format!(
            r#""assets": [{assets}], "requirements": [{{"asset": "a", "members": ["c", "c"], "needs": 2}}]"#
        ),
        format!(r#""assets": [{assets}], "relations": [{soft}, {soft}], "requirements": [{group}]"#),
        format!(
            r#""assets": [{assets}], "relations": [{soft}, {{"from": "y", "to": "x", "kind": "uses"}}], "requirements": [{group}, {{"asset": "a", "members": [], "needs": 1}}]"#
        ),
        r#""assets": [{"id": "a", "kind": "server", "facts": {"y": 1, "x": 2, "z": [], "y": 3}}]"#.to_owned(),
        r#""assets": [{"id": "a", "kind": "server", "facts": {"y": 1, "x": 2, "z": null, "y": 3}}]"#
            .to_owned(),
        format!(
            r#""assets": [{assets}], "relations": [{{"from": "a", "to": "b", "kind": "uses", "confidence": "low"}}]"#
        ),
    ] {
        let text = document(&rest);
        let (estate, topology) = both(text.as_bytes());
        assert!(estate.is_err() && topology.is_err(), "{rest}");
        agree(text.as_bytes()).unwrap();
    }
}

#[test]
fn a_soft_relation_to_a_member_stands_where_it_was_inferred_or_is_hard_as_well() {
    let soft = r#"{"from": "a", "to": "b", "kind": "uses", "strength": "soft"}"#;
    for beside in [
        r#"{"from": "a", "to": "b", "kind": "runs_on"}"#,
        r#"{"from": "a", "to": "b", "kind": "runs_on", "inferred_by": "dns"}"#,
        r#"{"from": "a", "to": "b", "kind": "part_of"}"#,
    ] {
        let text = document(&format!(
            r#""assets": [{{"id": "a", "kind": "server"}}, {{"id": "b", "kind": "server"}}],
               "relations": [{soft}, {beside}], "requirements": [{{"asset": "a", "members": ["b"], "needs": 1}}]"#
        ));
        agree(text.as_bytes()).unwrap();
        assert_eq!(both(text.as_bytes()).1.is_ok(), !beside.contains("part_of"));
    }
}

#[test]
fn the_monitor_hears_of_the_records_and_may_stop() {
    let seen = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
    let listener = std::sync::Arc::clone(&seen);
    let monitor =
        Monitor::new(move |progress| listener.lock().unwrap().push((progress.stage, progress.done)));
    let mut text = r#"{"format": "vcto.inventory/1", "source": {"name": "many"}}"#.to_owned();
    for at in 0..40_000 {
        text.push_str(&format!(
            "\n{{\"asset\": {{\"id\": \"{at}\", \"kind\": \"server\"}}}}"
        ));
    }
    let options = TopologyOptions::new().monitor(monitor.clone());
    let read = Topology::read_with(text.as_bytes(), &options).unwrap();
    assert_eq!(read.asset_count(), 40_000);
    let heard = std::mem::take(&mut *seen.lock().unwrap());
    assert!(heard.contains(&("topology.read", 32_768)), "{heard:?}");
    assert_eq!(heard.last(), Some(&("topology.freeze", 40_000)));
    monitor.cancel();
    let error = Topology::read_with(text.as_bytes(), &options).unwrap_err();
    assert_eq!(
        (error.kind(), error.operation()),
        (ErrorKind::Cancelled, Some("topology.read"))
    );
}

/// Changes a few bytes, or takes a piece out, or doubles one.
fn mutated(mut bytes: Vec<u8>, changes: &[(prop::sample::Index, prop::sample::Index, u8)]) -> Vec<u8> {
    for (start, length, with) in changes {
        if bytes.is_empty() {
            break;
        }
        let start = start.index(bytes.len());
        let end = (start + length.index(40)).min(bytes.len());
        match with % 3 {
            0 => drop(bytes.drain(start..end)),
            1 => bytes
                .splice(start..start, bytes[start..end].to_vec())
                .for_each(drop),
            _ => bytes[start] = b"\"{}[],:0aA1\\\n"[usize::from(*with) % 13],
        }
    }
    bytes
}

fn changes() -> impl Strategy<Value = Vec<(prop::sample::Index, prop::sample::Index, u8)>> {
    prop::collection::vec(any::<(prop::sample::Index, prop::sample::Index, u8)>(), 1..3)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn a_topology_is_that_of_the_estate(inventory in inventories(), lines in any::<bool>()) {
        let text = if lines { inventory.to_ndjson() } else { inventory.to_json() };
        agree(text.as_bytes())?;
    }

    #[test]
    fn what_is_no_estate_is_no_topology(inventory in inventories(), lines in any::<bool>(), changes in changes()) {
        let text = if lines { inventory.to_ndjson() } else { inventory.to_json() };
        agree(&mutated(text.into_bytes(), &changes))?;
    }

    #[test]
    fn records_that_clash_are_refused_alike(
        mut inventory in inventories(),
        swaps in prop::collection::vec(any::<(prop::sample::Index, prop::sample::Index, u8)>(), 1..4),
    ) {
        // Ends, members and ids of other records, so that whatever clashes does.
        let ids: Vec<_> = inventory.assets.iter().map(|asset| asset.id.clone()).chain(["nobody".into()]).collect();
        for (at, id, what) in &swaps {
            let id = ids[id.index(ids.len())].clone();
            let (relations, requirements) = (inventory.relations.len(), inventory.requirements.len());
            match what % 6 {
                0 if relations > 0 => inventory.relations[at.index(relations)].from = id,
                1 if relations > 0 => inventory.relations[at.index(relations)].to = id,
                2 if requirements > 0 => inventory.requirements[at.index(requirements)].members.push(id),
                3 if requirements > 0 => inventory.requirements[at.index(requirements)].needs = u32::from(*what) % 4,
                4 if requirements > 0 => inventory.requirements[at.index(requirements)].asset = id,
                _ => {
                    let count = inventory.assets.len();
                    inventory.assets[at.index(count)].id = id;
                }
            }
        }
        agree(inventory.to_json().as_bytes())?;
    }
}
