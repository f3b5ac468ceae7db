//! NetBox: the shared demo with its known numbers, and small dumps of our own.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use vcto::estate::{Asset, AssetKind, Estate, Inventory, RelationKind};
use vcto::source::{self, Input, Reader};

use crate::common;

const DEMO: &str = "data/netbox-demo/netbox-demo-v3.6.json";

pub(super) fn demo() -> Option<(Value, Inventory)> {
    let path = common::shared(DEMO)?;
    let raw = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
    Some((raw, source::read(&path, None).unwrap()))
}

fn of<'a>(inventory: &'a Inventory, model: &str) -> Vec<&'a Asset> {
    let prefix = format!("netbox:{model}:");
    let assets = inventory.assets.iter();
    assets
        .filter(|asset| asset.id.as_str().starts_with(&prefix))
        .collect()
}

pub(super) fn records<'a>(raw: &'a Value, model: &str) -> impl Iterator<Item = &'a Value> {
    raw[model].as_array().unwrap().iter()
}

pub(super) fn by_key<'a>(raw: &'a Value, model: &str, key: &Value) -> &'a Value {
    records(raw, model).find(|record| record["pk"] == *key).unwrap()
}

#[test]
fn the_demo_has_its_known_numbers() {
    let Some((_, inventory)) = demo() else { return };
    for (model, count) in [
        ("dcim.device", 72),
        ("virtualization.virtualmachine", 180),
        ("dcim.site", 24),
        ("dcim.rack", 42),
        ("circuits.circuit", 29),
        ("circuits.provider", 9),
        ("dcim.powerfeed", 48),
        ("virtualization.cluster", 32),
    ] {
        assert_eq!(of(&inventory, model).len(), count, "{model}");
    }
    assert!(inventory.source.notes.is_empty(), "{:?}", inventory.source.notes);
    assert!(inventory.source.scopes.iter().all(|scope| scope.complete));
    Estate::new(inventory).unwrap();
}

/// The owner of an end, by an own walk over the raw records.
fn owner(raw: &Value, termination: &Value) -> String {
    let model = termination["termination_type"].as_str().unwrap();
    let port = by_key(raw, model, &termination["termination_id"]);
    if model == "circuits.circuittermination" {
        format!("netbox:circuits.circuit:{}", port["circuit"])
    } else {
        format!("netbox:dcim.device:{}", port["device"])
    }
}

#[test]
fn all_216_ends_of_the_108_cables_lead_to_their_owner() {
    let Some((raw, inventory)) = demo() else { return };
    let mut expected: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut ends = 0;
    for termination in records(&raw, "dcim.cabletermination") {
        ends += 1;
        let cable = format!("cable {}", termination["cable"]);
        assert!(
            expected
                .entry(cable)
                .or_default()
                .insert(owner(&raw, termination))
        );
    }
    assert_eq!((expected.len(), ends), (108, 216));
    let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for relation in &inventory.relations {
        for note in relation.note().map_or("", |note| note.raw().as_str()).split("; ") {
            if let Some((cable, _)) = note
                .split_once(':')
                .filter(|(cable, _)| cable.starts_with("cable "))
            {
                let ends = [relation.from.as_str().to_owned(), relation.to.as_str().to_owned()];
                assert!(
                    found.insert(cable.to_owned(), BTreeSet::from(ends)).is_none(),
                    "{cable} twice"
                );
            }
        }
    }
    assert_eq!(found, expected);
}

/// Parts of the network when one asset is gone.
fn parts(links: &BTreeMap<&str, BTreeSet<&str>>, gone: Option<&str>) -> usize {
    let mut seen: BTreeSet<&str> = gone.into_iter().collect();
    let mut parts = 0;
    for start in links.keys() {
        let mut open = vec![*start];
        parts += usize::from(!seen.contains(start));
        while let Some(at) = open.pop() {
            if seen.insert(at) {
                open.extend(&links[at]);
            }
        }
    }
    parts
}

#[test]
fn the_network_has_its_22_known_articulation_points() {
    let Some((_, inventory)) = demo() else { return };
    let mut links: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for relation in &inventory.relations {
        if relation.kind == RelationKind::ConnectsTo {
            let (from, to) = (relation.from.as_str(), relation.to.as_str());
            links.entry(from).or_default().insert(to);
            links.entry(to).or_default().insert(from);
        }
    }
    let whole = parts(&links, None);
    let mut kinds: BTreeMap<&str, usize> = BTreeMap::new();
    for id in links.keys().filter(|id| parts(&links, Some(id)) > whole) {
        let asset = inventory
            .assets
            .iter()
            .find(|asset| asset.id.as_str() == *id)
            .unwrap();
        *kinds.entry(asset.kind.as_str()).or_default() += 1;
    }
    assert_eq!(
        kinds,
        BTreeMap::from([("circuit", 3), ("patch_panel", 6), ("router", 13)])
    );
}

#[test]
fn power_cables_are_supply_and_not_network() {
    let Some((raw, inventory)) = demo() else { return };
    let connects = |relation: &&vcto::estate::Relation| relation.kind == RelationKind::ConnectsTo;
    let network: Vec<_> = inventory.relations.iter().filter(connects).collect();
    // 26 of the 108 cables join a power port with an outlet.
    assert_eq!(network.len(), 108 - 26);
    let pdus: BTreeSet<String> = records(&raw, "dcim.device")
        .filter(|device| device["role"] == 5)
        .map(|device| format!("netbox:dcim.device:{}", device["pk"]))
        .collect();
    assert_eq!(pdus.len(), 13);
    assert!(
        network
            .iter()
            .all(|relation| !pdus.contains(relation.from.as_str()) && !pdus.contains(relation.to.as_str()))
    );
    let supplied = inventory
        .relations
        .iter()
        .filter(|relation| relation.kind == RelationKind::DependsOn && pdus.contains(relation.to.as_str()));
    assert_eq!(supplied.count(), 26);
}

#[test]
fn nine_unnamed_devices_and_three_panels_of_one_name_stay_distinct() {
    let Some((_, inventory)) = demo() else { return };
    for key in 98..=106 {
        let id = format!("netbox:dcim.device:{key}");
        let asset = inventory
            .assets
            .iter()
            .find(|asset| asset.id.as_str() == id)
            .unwrap();
        assert!(asset.name.is_none(), "{id}");
    }
    let panels = inventory
        .assets
        .iter()
        .filter(|asset| asset.label().raw() == &"PP:MDF" && asset.kind == AssetKind::PatchPanel);
    assert_eq!(panels.count(), 3);
}

#[test]
fn which_power_ports_are_cabled_is_a_fact_of_the_device() {
    let Some((_, inventory)) = demo() else { return };
    let powered: Vec<_> = inventory
        .assets
        .iter()
        .filter(|asset| asset.fact("power_ports").is_some())
        .collect();
    assert_eq!(powered.len(), 53);
    let none = powered
        .iter()
        .filter(|asset| asset.number("power_ports_cabled").unwrap().is_zero());
    assert_eq!(none.count(), 27);
    let feeds = of(&inventory, "dcim.powerfeed");
    assert_eq!(feeds.len(), 48);
    assert!(feeds.iter().all(|feed| feed.boolean("cabled") == Some(false)));
    // A circuit is cabled when any of its ends is, by the raw records.
    let (raw, _) = demo().unwrap();
    let cabled: BTreeSet<String> = records(&raw, "circuits.circuittermination")
        .filter(|end| end.get("cable").is_some())
        .map(|end| format!("netbox:circuits.circuit:{}", end["circuit"]))
        .collect();
    for circuit in of(&inventory, "circuits.circuit") {
        assert_eq!(
            circuit.boolean("cabled"),
            Some(cabled.contains(circuit.id.as_str()))
        );
    }
}

#[test]
fn facts_come_from_the_records_to_which_a_device_leads() {
    let Some((_, inventory)) = demo() else { return };
    let router = inventory
        .assets
        .iter()
        .find(|asset| asset.label().raw() == &"dmi01-akron-rtr01")
        .unwrap();
    assert_eq!(router.kind, AssetKind::Router);
    for (fact, value) in [
        ("manufacturer", "Cisco"),
        ("model", "ISR 1111-8P"),
        ("os_name", "Cisco IOS"),
        ("owner", "Dunder-Mifflin, Inc."),
        ("role", "Router"),
        ("status", "active"),
    ] {
        assert_eq!(
            router.text(fact).map(|text| text.raw().as_str()),
            Some(value),
            "{fact}"
        );
    }
    let scranton = inventory
        .assets
        .iter()
        .find(|asset| asset.label().raw() == &"DM-Scranton")
        .unwrap();
    let contacts = scranton.text("contacts").unwrap().raw();
    assert!(contacts.starts_with(
        "Dwight Schrute (Operational / primary); Pamela Halpert (Administrative / primary); Michael"
    ));
    assert!(!contacts.contains('@'));
    assert!(
        scranton
            .text("region")
            .unwrap()
            .raw()
            .starts_with("North America / ")
    );
}

fn read(json: &Value) -> Inventory {
    Reader::new()
        .read(Input::bytes("netbox.json", json.to_string()))
        .unwrap()
}

fn notes(inventory: &Inventory) -> Vec<(&str, &str)> {
    let notes = inventory.source.notes.iter();
    notes
        .map(|note| {
            (
                note.at.as_ref().map_or("", |at| at.raw().as_str()),
                note.text.raw().as_str(),
            )
        })
        .collect()
}

#[test]
fn a_missing_page_is_noted_and_its_kind_is_not_complete() {
    let inventory = read(
        &json!({"count": 3, "next": "https://n.example/api/dcim/sites/?offset=1", "previous": null,
        "results": [{"id": 1, "url": "https://n.example/api/dcim/sites/1/", "name": "A"}]}),
    );
    assert_eq!(
        notes(&inventory),
        [("dcim.site", "pages are missing: 1 of 3 records are here")]
    );
    assert!(inventory.source.scopes.iter().all(|scope| !scope.complete));
}

#[test]
fn what_is_wrong_with_one_record_costs_only_that_record() {
    let inventory = read(
        &json!({"dcim.site": [null, 7, {"name": "no key"}, {"pk": "2", "name": "B"}, {"pk": 2, "name": "C"},
        {"pk": -1}, {"pk": 1.5}, {"pk": 3, "name": 4, "status": {"value": ["x"]}, "region": "south"}]}),
    );
    let names: Vec<_> = inventory
        .assets
        .iter()
        .map(|asset| asset.label().raw().to_string())
        .collect();
    assert_eq!(names, ["B", "4"]);
    let places: Vec<_> = notes(&inventory).into_iter().map(|(at, _)| at).collect();
    assert_eq!(
        places,
        [
            "/dcim.site/0",
            "/dcim.site/1",
            "/dcim.site/2",
            "/dcim.site/4",
            "/dcim.site/5",
            "/dcim.site/6"
        ]
    );
}

#[test]
fn links_that_lead_to_nothing_are_counted_and_short_forms_are_kept() {
    let inventory = read(&json!({"dcim.device": [
        {"pk": 1, "site": 9, "rack": {"id": 4, "name": "R4"}}, {"pk": 2, "site": 9}]}));
    assert_eq!(
        notes(&inventory),
        [
            ("dcim.rack", "only the name is known: no dcim.rack was read"),
            (
                "/dcim.device/0",
                "2 records of dcim.device lead by `site` to a dcim.site that is not in the input"
            )
        ]
    );
    let rack = inventory
        .assets
        .iter()
        .find(|asset| asset.kind == AssetKind::Rack)
        .unwrap();
    assert_eq!(rack.label().raw(), &"R4");
    Estate::new(inventory).unwrap();
}

#[test]
fn cables_with_missing_ends_loops_and_plans_are_noted_and_left_out() {
    let port = |key: u64, device: u64| json!({"pk": key, "device": device, "name": format!("p{key}")});
    let end = |cable: u64, side: &str, key: u64| {
        json!({"pk": cable * 10 + key, "cable": cable, "cable_end": side,
        "termination_type": "dcim.interface", "termination_id": key})
    };
    let inventory = read(&json!({
        "dcim.device": [{"pk": 1}, {"pk": 2}],
        "dcim.interface": [port(1, 1), port(2, 2), port(3, 1)],
        "dcim.cable": [{"pk": 1}, {"pk": 2}, {"pk": 3}, {"pk": 4, "status": "planned"}, {"pk": 5}, {"pk": 6}],
        "dcim.cabletermination": [end(1, "A", 1), end(1, "B", 2), end(2, "A", 1), end(3, "A", 1), end(3, "B", 3),
            end(4, "A", 1), end(4, "B", 2), end(6, "A", 1), end(6, "B", 99)],
    }));
    let cabled: Vec<_> = inventory
        .relations
        .iter()
        .map(|relation| relation.note().unwrap().raw().as_str())
        .collect();
    assert_eq!(cabled, ["cable 1: p1 to p2"]);
    let texts: Vec<_> = notes(&inventory).into_iter().map(|(_, text)| text).collect();
    assert_eq!(
        texts,
        [
            "cable 2 has only one end: left out",
            "cable 3 leads from the asset to itself: left out",
            "cable 4 is only planned: left out",
            "cable 5 has no ends: left out",
            "cable 6: dcim.interface 99 is not in the input: left out"
        ]
    );
    let scope = inventory
        .source
        .scopes
        .iter()
        .find(|scope| scope.name.raw() == "connects_to");
    assert!(!scope.unwrap().complete);
}

#[test]
fn two_supplies_are_a_group_of_which_one_must_be_up() {
    let inventory = read(&json!({
        "dcim.device": [{"pk": 1}, {"pk": 2}, {"pk": 3}],
        "dcim.powerport": [{"pk": 1, "device": 1, "name": "PSU0", "cable": 1, "cable_end": "A"},
            {"pk": 2, "device": 1, "name": "PSU1", "cable": 2, "cable_end": "B"}],
        "dcim.poweroutlet": [{"pk": 1, "device": 2, "name": "O1", "cable": 1, "cable_end": "B"},
            {"pk": 2, "device": 3, "name": "O1", "cable": 2, "cable_end": "A"}],
    }));
    let [requirement] = inventory.requirements.as_slice() else {
        panic!("one group")
    };
    assert_eq!(requirement.asset.as_str(), "netbox:dcim.device:1");
    assert_eq!((requirement.members.len(), requirement.needs), (2, 1));
    Estate::new(inventory).unwrap();
}

#[test]
fn a_blade_is_hosted_on_its_chassis_and_a_device_that_runs_machines_is_a_host() {
    let inventory = read(&json!({
        "dcim.devicerole": [{"pk": 1, "name": "Server"}],
        "dcim.device": [{"pk": 1}, {"pk": 2, "role": 1}],
        "dcim.devicebay": [{"pk": 1, "device": 1, "name": "Bay 1", "installed_device": 2}, {"pk": 2, "device": 1}],
        "virtualization.cluster": [{"pk": 5, "name": "C"}],
        "virtualization.virtualmachine": [{"pk": 7, "device": 2, "cluster": 5, "vcpus": "2.00", "memory": 4096}],
    }));
    let kinds: Vec<_> = inventory
        .relations
        .iter()
        .map(|relation| {
            (
                relation.from.as_str(),
                relation.kind.as_str(),
                relation.to.as_str(),
            )
        })
        .collect();
    assert_eq!(
        kinds,
        [
            ("netbox:dcim.device:2", "hosted_on", "netbox:dcim.device:1"),
            (
                "netbox:virtualization.virtualmachine:7",
                "runs_on",
                "netbox:dcim.device:2"
            )
        ]
    );
    let host = inventory
        .assets
        .iter()
        .find(|asset| asset.id.as_str() == "netbox:dcim.device:2")
        .unwrap();
    assert_eq!(host.kind, AssetKind::HypervisorHost);
    let machine = inventory
        .assets
        .iter()
        .find(|asset| asset.kind == AssetKind::VirtualMachine)
        .unwrap();
    assert_eq!(machine.number("cpu_cores").unwrap().to_string(), "2");
}

#[test]
fn secrets_in_comments_and_custom_fields_are_not_read() {
    let inventory = read(
        &json!({"dcim.device": [{"pk": 1, "name": "a", "comments": "hunter2",
        "custom_fields": {"password": "hunter2"}, "local_context_data": {"k": "hunter2"}}]}),
    );
    assert!(!format!("{inventory:?}").contains("hunter2"));
}
