//! NetBox: the shared demo as pages of the REST API and as `dumpdata` writes it says what the dump says.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};
use vcto::estate::Inventory;
use vcto::source::{self, Format, Input, Reader};

use super::netbox::{by_key, demo, records};

/// Which fields of which models lead to which model.
const LINKS: &[(&str, &str, &str)] = &[
    ("circuits.circuit", "provider", "circuits.provider"),
    ("circuits.circuit", "tenant", "tenancy.tenant"),
    ("circuits.circuit", "type", "circuits.circuittype"),
    ("circuits.circuittermination", "circuit", "circuits.circuit"),
    (
        "circuits.circuittermination",
        "provider_network",
        "circuits.providernetwork",
    ),
    ("circuits.circuittermination", "site", "dcim.site"),
    ("circuits.providernetwork", "provider", "circuits.provider"),
    ("dcim.consoleport", "device", "dcim.device"),
    ("dcim.device", "device_type", "dcim.devicetype"),
    ("dcim.device", "location", "dcim.location"),
    ("dcim.device", "platform", "dcim.platform"),
    ("dcim.device", "rack", "dcim.rack"),
    ("dcim.device", "role", "dcim.devicerole"),
    ("dcim.device", "site", "dcim.site"),
    ("dcim.device", "tenant", "tenancy.tenant"),
    ("dcim.device", "virtual_chassis", "dcim.virtualchassis"),
    ("dcim.devicetype", "manufacturer", "dcim.manufacturer"),
    ("dcim.frontport", "device", "dcim.device"),
    ("dcim.interface", "device", "dcim.device"),
    ("dcim.powerfeed", "power_panel", "dcim.powerpanel"),
    ("dcim.powerfeed", "rack", "dcim.rack"),
    ("dcim.poweroutlet", "device", "dcim.device"),
    ("dcim.powerpanel", "site", "dcim.site"),
    ("dcim.powerport", "device", "dcim.device"),
    ("dcim.rack", "location", "dcim.location"),
    ("dcim.rack", "site", "dcim.site"),
    ("dcim.rack", "tenant", "tenancy.tenant"),
    ("dcim.rearport", "device", "dcim.device"),
    ("dcim.region", "parent", "dcim.region"),
    ("dcim.site", "region", "dcim.region"),
    ("dcim.site", "tenant", "tenancy.tenant"),
    ("tenancy.contactassignment", "contact", "tenancy.contact"),
    ("tenancy.contactassignment", "role", "tenancy.contactrole"),
    ("virtualization.cluster", "group", "virtualization.clustergroup"),
    ("virtualization.cluster", "type", "virtualization.clustertype"),
    (
        "virtualization.virtualmachine",
        "cluster",
        "virtualization.cluster",
    ),
    ("virtualization.virtualmachine", "platform", "dcim.platform"),
    ("virtualization.virtualmachine", "role", "dcim.devicerole"),
];

/// The path of a model in the REST API.
fn endpoint(model: &str) -> String {
    let (app, name) = model.split_once('.').unwrap();
    let name = match name {
        "circuittermination" => "circuit-terminations",
        "circuittype" => "circuit-types",
        "clustergroup" => "cluster-groups",
        "clustertype" => "cluster-types",
        "consoleport" => "console-ports",
        "contactassignment" => "contact-assignments",
        "contactrole" => "contact-roles",
        "devicebay" => "device-bays",
        "devicerole" => "device-roles",
        "devicetype" => "device-types",
        "frontport" => "front-ports",
        "powerfeed" => "power-feeds",
        "poweroutlet" => "power-outlets",
        "powerpanel" => "power-panels",
        "powerport" => "power-ports",
        "providernetwork" => "provider-networks",
        "rearport" => "rear-ports",
        "virtualchassis" => "virtual-chassis",
        "virtualmachine" => "virtual-machines",
        other => return format!("{app}/{other}s"),
    };
    format!("{app}/{name}")
}

fn address(model: &str, key: &Value) -> Value {
    format!("https://netbox.example/api/{}/{key}/", endpoint(model)).into()
}

/// A record as the REST API gives it, by an own conversion.
fn rest(raw: &Value, model: &str, record: &Value) -> Value {
    let mut fields: Map<String, Value> = record.as_object().unwrap().clone();
    let key = fields.remove("pk").unwrap();
    fields.insert("url".into(), address(model, &key));
    fields.insert("id".into(), key.clone());
    fields.remove("termination_a");
    fields.remove("termination_z");
    for (from, field, to) in LINKS {
        if *from == model
            && let Some(link) = fields.get_mut(*field)
        {
            let target = by_key(raw, to, link);
            let mut short = json!({"id": link.clone(), "url": address(to, link), "display": "shown"});
            for name in ["name", "model", "cid"] {
                if let Some(value) = target.get(name) {
                    short[name] = value.clone();
                }
            }
            *link = short;
        }
    }
    if let Some(status) = fields.get_mut("status") {
        *status = json!({"value": status.clone(), "label": "Shown"});
    }
    if let Some(cable) = fields.get_mut("cable") {
        *cable = json!({"id": cable.clone(), "url": address("dcim.cable", cable), "display": "#"});
    }
    if model == "dcim.cable" {
        for (side, field) in [("A", "a_terminations"), ("B", "b_terminations")] {
            let ends: Vec<Value> = records(raw, "dcim.cabletermination")
                .filter(|end| end["cable"] == key && end["cable_end"] == side)
                .map(
                    |end| json!({"object_type": end["termination_type"], "object_id": end["termination_id"]}),
                )
                .collect();
            fields.insert(field.into(), ends.into());
        }
    }
    Value::Object(fields)
}

/// The demo as pages of fifty, by endpoint. The table of ends is no endpoint that people export.
fn pages(raw: &Value) -> Vec<(String, Value)> {
    let mut pages = Vec::new();
    for (model, list) in raw.as_object().unwrap() {
        if model == "dcim.cabletermination" {
            continue;
        }
        let list = list.as_array().unwrap();
        for (number, chunk) in list.chunks(50).enumerate() {
            let results: Vec<Value> = chunk.iter().map(|record| rest(raw, model, record)).collect();
            let name = format!("{}-{number}.json", endpoint(model));
            pages.push((
                name,
                json!({"count": list.len(), "next": null, "previous": null, "results": results}),
            ));
        }
    }
    pages
}

/// What must not differ: assets and relations. A dump has kinds of asset by name order, as the pages have.
fn same(dump: &Inventory, pages: &Inventory) {
    assert_eq!(pages.source.notes, []);
    let assets = |inventory: &Inventory| {
        let all = inventory.assets.iter();
        all.map(|asset| (asset.id.clone(), asset.clone()))
            .collect::<BTreeMap<_, _>>()
    };
    for (id, asset) in assets(dump) {
        assert_eq!(assets(pages).get(&id), Some(&asset));
    }
    assert_eq!(dump.assets.len(), pages.assets.len());
    let relations = |inventory: &Inventory| inventory.relations.iter().cloned().collect::<BTreeSet<_>>();
    assert_eq!(relations(dump), relations(pages));
}

#[test]
fn an_array_of_pages_says_what_the_dump_says() {
    let Some((raw, dump)) = demo() else { return };
    let pages: Vec<Value> = pages(&raw).into_iter().map(|(_, page)| page).collect();
    let bytes = serde_json::to_vec(&pages).unwrap();
    assert_eq!(source::detect(&bytes).unwrap(), Format::Netbox);
    same(
        &dump,
        &Reader::new().read(Input::bytes("pages.json", bytes)).unwrap(),
    );
}

#[test]
fn a_folder_of_pages_says_what_the_dump_says() {
    let Some((raw, dump)) = demo() else { return };
    let folder = tempfile::tempdir().unwrap();
    for (name, page) in pages(&raw) {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, serde_json::to_vec(&page).unwrap()).unwrap();
    }
    let inventory = source::read(folder.path(), None).unwrap();
    same(&dump, &inventory);
}

#[test]
fn the_records_of_dumpdata_say_what_the_dump_says() {
    let Some((raw, dump)) = demo() else { return };
    let mut list = Vec::new();
    for (model, records) in raw.as_object().unwrap() {
        for record in records.as_array().unwrap() {
            let mut fields = record.as_object().unwrap().clone();
            let key = fields.remove("pk").unwrap();
            if let Some(kind) = fields.get_mut("termination_type") {
                let (app, name) = kind.as_str().unwrap().split_once('.').unwrap();
                *kind = json!([app, name]);
            }
            list.push(json!({"model": model, "pk": key, "fields": fields}));
        }
    }
    let bytes = serde_json::to_vec(&list).unwrap();
    assert_eq!(source::detect(&bytes).unwrap(), Format::Netbox);
    same(
        &dump,
        &Reader::new().read(Input::bytes("dump.json", bytes)).unwrap(),
    );
}
