//! Power: which ports are cabled and which are not, and what supplies what.

use std::collections::BTreeMap;

use super::build::{self, Build};
use super::cables::Cables;
use super::model::Model;
use crate::estate::{AssetId, AssetKind, Relation, RelationKind, Requirement, Scalar};

/// Who is supplied by whom: for each pair the cables.
#[derive(Default)]
pub(super) struct Supply(BTreeMap<AssetId, BTreeMap<AssetId, Vec<String>>>);

impl Supply {
    pub(super) fn add(&mut self, dependant: AssetId, supplier: AssetId, note: String) {
        let cables = self.0.entry(dependant).or_default().entry(supplier).or_default();
        cables.push(note);
    }

    /// A device depends on what supplies it. On several suppliers it depends so far as it certainly does: it stops when
    /// all of them do. NetBox does not say whether one alone carries the load.
    pub(super) fn relate(self, build: &mut Build<'_>) {
        for (dependant, suppliers) in self.0 {
            if suppliers.len() > 1 {
                build.require(Requirement {
                    asset: dependant.clone(),
                    members: suppliers.keys().cloned().collect(),
                    needs: 1,
                });
            }
            for (supplier, cables) in suppliers {
                let relation = Relation::new(dependant.clone(), supplier, RelationKind::DependsOn);
                build.relate(relation.noted(cables.join("; ")));
            }
        }
    }
}

/// Panels, and the feeds that come from them.
pub(super) fn feeds(build: &mut Build<'_>, cables: &Cables<'_>) {
    let tables = build.tables;
    for (key, record) in tables.of(Model::PowerPanel) {
        let mut asset = build::asset(build, Model::PowerPanel, key, record, AssetKind::Power);
        asset.facts.add("power_kind", "panel");
        build::text(
            &mut asset,
            "location",
            build.name_of(record, "location", Model::Location),
        );
        build.asset(asset);
        let from = (Model::PowerPanel, key);
        build.link(from, record, "site", Model::Site, RelationKind::LocatedAt);
    }
    for (key, record) in tables.of(Model::PowerFeed) {
        let mut asset = build::asset(build, Model::PowerFeed, key, record, AssetKind::Power);
        asset.facts.add("power_kind", "feed");
        build::text(&mut asset, "type", record.choice("type"));
        build::number(&mut asset, "voltage", record.number("voltage"));
        let has_cable = cables.cabled.contains(&(Model::PowerFeed, key));
        asset.facts.add("cabled", Scalar::Boolean(has_cable));
        if record.boolean("mark_connected") == Some(true) {
            asset.facts.add("marked_connected", Scalar::Boolean(true));
        }
        build.asset(asset);
        let from = (Model::PowerFeed, key);
        build.link(
            from,
            record,
            "power_panel",
            Model::PowerPanel,
            RelationKind::DependsOn,
        );
        build.link(from, record, "rack", Model::Rack, RelationKind::LocatedAt);
    }
}

/// What is known of the ports of one device.
#[derive(Default)]
struct Ports {
    all: usize,
    cabled: usize,
    marked: usize,
}

/// How many ports each device has and how many of them are cabled, so that "not recorded" stays apart from "absent".
/// A device of which no port is recorded gets no fact.
pub(super) fn ports(build: &mut Build<'_>, cables: &Cables<'_>) {
    for (model, all, cabled, marked) in [
        (
            Model::PowerPort,
            "power_ports",
            "power_ports_cabled",
            "power_ports_marked_connected",
        ),
        (
            Model::Interface,
            "interfaces",
            "interfaces_cabled",
            "interfaces_marked_connected",
        ),
    ] {
        let mut devices: BTreeMap<AssetId, Ports> = BTreeMap::new();
        let tables = build.tables;
        for (key, record) in tables.of(model) {
            let Some(device) = build.target(model, record, "device", Model::Device) else {
                continue;
            };
            let ports = devices.entry(device).or_default();
            ports.all += 1;
            ports.cabled += usize::from(cables.cabled.contains(&(model, key)));
            ports.marked += usize::from(record.boolean("mark_connected") == Some(true));
        }
        for (device, ports) in devices {
            if let Some(asset) = build.asset_mut(&device) {
                build::count(asset, all, ports.all);
                build::count(asset, cabled, ports.cabled);
                if ports.marked > 0 {
                    build::count(asset, marked, ports.marked);
                }
            }
        }
    }
}
