//! Circuits, providers and their networks.

use std::collections::BTreeMap;

use super::build::{self, Build};
use super::cables::Cables;
use super::model::Model;
use crate::estate::{AssetId, AssetKind, Relation, RelationKind, Scalar};

pub(super) fn providers(build: &mut Build<'_>) {
    let tables = build.tables;
    for (key, record) in tables.of(Model::Provider) {
        let asset = build::asset(build, Model::Provider, key, record, AssetKind::Provider);
        build.asset(asset);
    }
    for (key, record) in tables.of(Model::ProviderNetwork) {
        let asset = build::asset(build, Model::ProviderNetwork, key, record, AssetKind::Network);
        build.asset(asset);
        let from = (Model::ProviderNetwork, key);
        build.link(from, record, "provider", Model::Provider, RelationKind::DependsOn);
    }
}

/// A circuit depends on its provider, and on the network of the provider into which it leads.
pub(super) fn circuits(build: &mut Build<'_>) {
    let tables = build.tables;
    for (key, record) in tables.of(Model::Circuit) {
        let mut asset = build::asset(build, Model::Circuit, key, record, AssetKind::Circuit);
        build::text(&mut asset, "circuit_id", record.text("cid"));
        let provider = build.name_of(record, "provider", Model::Provider);
        build::text(&mut asset, "provider", provider);
        let kind = build.name_of(record, "type", Model::CircuitType);
        build::text(&mut asset, "type", kind);
        build::number(&mut asset, "commit_rate_kbps", record.number("commit_rate"));
        build::text(&mut asset, "installed_on", record.text("install_date"));
        build::text(&mut asset, "ends_on", record.text("termination_date"));
        build.asset(asset);
        build.link(
            (Model::Circuit, key),
            record,
            "provider",
            Model::Provider,
            RelationKind::DependsOn,
        );
    }
}

/// Where circuits end: at sites, or in networks of providers; and whether any of their ends has a cable.
pub(super) fn terminations(build: &mut Build<'_>, cables: &Cables<'_>) {
    let tables = build.tables;
    let mut reached: BTreeMap<AssetId, bool> = BTreeMap::new();
    for (key, record) in tables.of(Model::CircuitTermination) {
        let Some(circuit) = build.target(Model::CircuitTermination, record, "circuit", Model::Circuit) else {
            continue;
        };
        let has_cable = cables.cabled.contains(&(Model::CircuitTermination, key));
        *reached.entry(circuit.clone()).or_default() |= has_cable;
        // Since version 4.2 one field leads to either; before it there were two.
        let (field, model) = match tables.content_type(record, "termination_type") {
            Some(model @ (Model::ProviderNetwork | Model::Site)) => ("termination_id", model),
            _ if record.key("provider_network").is_some() => ("provider_network", Model::ProviderNetwork),
            _ => ("site", Model::Site),
        };
        let Some(end) = build.target(Model::CircuitTermination, record, field, model) else {
            continue;
        };
        let kind = match model {
            Model::Site => RelationKind::LocatedAt,
            _ => RelationKind::DependsOn,
        };
        let mut relation = Relation::new(circuit, end, kind);
        if let Some(side) = record.text("term_side") {
            relation = relation.noted(format!("{side} side"));
        }
        build.relate(relation);
    }
    for (circuit, has_cable) in reached {
        if let Some(asset) = build.asset_mut(&circuit) {
            asset.facts.add("cabled", Scalar::Boolean(has_cable));
        }
    }
}
