//! The inventory while it is made: assets by id, relations, and what could not be linked.

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use super::model::Model;
use super::record::{self, Record};
use super::tables::Tables;
use crate::estate::{Asset, AssetId, AssetKind, Inventory, Relation, RelationKind, Requirement, Scalar};
use crate::source::file::fit::fit;
use crate::source::file::notes::Notes;
use crate::source::identity::mint;

/// What has been made so far.
pub(super) struct Build<'a> {
    pub(super) tables: &'a Tables,
    pub(super) notes: Notes,
    assets: BTreeMap<AssetId, Asset>,
    relations: Vec<Relation>,
    requirements: Vec<Requirement>,
    /// Links to records that are not in the input: from, field, to; how many, and the first place.
    missing: BTreeMap<(Model, &'static str, Model), (usize, String)>,
}

/// `netbox:<model>:<key>`.
pub(super) fn id(model: Model, key: u64) -> AssetId {
    mint("netbox", model.name(), [key.to_string().as_str()])
}

impl<'a> Build<'a> {
    pub(super) fn new(tables: &'a Tables, notes: Notes) -> Self {
        Self {
            tables,
            notes,
            assets: BTreeMap::new(),
            relations: Vec::new(),
            requirements: Vec::new(),
            missing: BTreeMap::new(),
        }
    }

    /// Adds an asset.
    pub(super) fn asset(&mut self, asset: Asset) {
        self.assets.insert(asset.id.clone(), asset);
    }

    /// An asset that is there already.
    pub(super) fn asset_mut(&mut self, id: &AssetId) -> Option<&mut Asset> {
        self.assets.get_mut(id)
    }

    pub(super) fn relate(&mut self, relation: Relation) {
        self.relations.push(relation);
    }

    pub(super) fn require(&mut self, requirement: Requirement) {
        self.requirements.push(requirement);
    }

    /// Relates a record to the one to which a field leads, if it leads anywhere.
    pub(super) fn link(
        &mut self,
        from: (Model, u64),
        record: &Record,
        field: &'static str,
        to: Model,
        kind: RelationKind,
    ) -> Option<AssetId> {
        let target = self.target(from.0, record, field, to)?;
        let relation = Relation::new(id(from.0, from.1), target.clone(), kind);
        self.relate(relation);
        Some(target)
    }

    /// The asset to which a field leads. One that only the REST API's short form names is kept with its name.
    pub(super) fn target(
        &mut self,
        from: Model,
        record: &Record,
        field: &'static str,
        to: Model,
    ) -> Option<AssetId> {
        let key = record.key(field)?;
        let target = id(to, key);
        if self.tables.find(to, key).is_some() || self.assets.contains_key(&target) {
            return Some(target);
        }
        if let Some(name) = record.shown(field) {
            self.stub(&target, to, &name);
            return Some(target);
        }
        let missing = self
            .missing
            .entry((from, field, to))
            .or_insert_with(|| (0, record.place.to_string()));
        missing.0 += 1;
        None
    }

    /// An asset of which only the name is known.
    pub(super) fn stub(&mut self, id: &AssetId, model: Model, name: &str) {
        if !self.assets.contains_key(id) {
            let text = format!("only the name is known: no {} was read", model.name());
            self.notes.about(id, model.name(), text);
            self.asset(Asset::new(id.clone(), kind(model)).named(name));
        }
    }

    /// What a record is called to which a field leads, be it an asset or not.
    pub(super) fn name_of(&self, record: &Record, field: &str, to: Model) -> Option<String> {
        let listed = record
            .key(field)
            .and_then(|key| self.tables.find(to, key))
            .and_then(name);
        listed.or_else(|| record.shown(field))
    }

    /// The inventory's records, with a note for links that lead to nothing.
    pub(super) fn finish(mut self) -> Inventory {
        for ((from, field, to), (count, place)) in std::mem::take(&mut self.missing) {
            let text = format!(
                "{count} records of {} lead by `{field}` to a {} that is not in the input",
                from.name(),
                to.name()
            );
            self.notes.add(place, text);
        }
        let mut inventory = Inventory {
            assets: self.assets.into_values().collect(),
            relations: self.relations,
            requirements: self.requirements,
            ..Inventory::default()
        };
        fit(&mut inventory, &mut self.notes);
        inventory.source.notes = self.notes.finish();
        inventory
    }
}

/// What a record of a model is, where nothing closer is known.
fn kind(model: Model) -> AssetKind {
    match model {
        Model::Circuit => AssetKind::Circuit,
        Model::Cluster => AssetKind::Cluster,
        Model::PowerFeed | Model::PowerPanel => AssetKind::Power,
        Model::Provider => AssetKind::Provider,
        Model::ProviderNetwork => AssetKind::Network,
        Model::Rack => AssetKind::Rack,
        Model::Site => AssetKind::Site,
        Model::VirtualChassis => AssetKind::Other("virtual_chassis".into()),
        Model::VirtualMachine => AssetKind::VirtualMachine,
        _ => AssetKind::Device,
    }
}

/// What a record is called: a device type by its model, a circuit by its number.
fn name(record: &Record) -> Option<String> {
    ["name", "model", "cid", "address"]
        .iter()
        .find_map(|field| record.text(field))
}

/// An asset of a record with its name and what every record may have.
pub(super) fn asset(build: &Build<'_>, model: Model, key: u64, record: &Record, kind: AssetKind) -> Asset {
    let mut asset = Asset::new(id(model, key), kind);
    if let Some(name) = name(record) {
        asset = asset.named(name);
    }
    text(&mut asset, "status", record.choice("status"));
    text(&mut asset, "description", record.text("description"));
    text(
        &mut asset,
        "owner",
        build.name_of(record, "tenant", Model::Tenant),
    );
    asset
}

/// Adds a fact where there is one.
pub(super) fn text(asset: &mut Asset, fact: &str, value: Option<String>) {
    if let Some(value) = value {
        asset.facts.add(fact, value);
    }
}

/// Adds a number where there is one.
pub(super) fn number(asset: &mut Asset, fact: &str, value: Option<Decimal>) {
    if let Some(value) = value {
        asset.facts.add(fact, Scalar::Number(value));
    }
}

/// Adds a count.
pub(super) fn count(asset: &mut Asset, fact: &str, value: usize) {
    asset.facts.add(fact, Scalar::Number(value.into()));
}

/// The device inside of a short form, as ends of cables have it.
pub(super) fn inner(value: &serde_json::Value, field: &str) -> Option<(u64, Option<String>)> {
    let inner = value.get(field)?;
    Some((record::key(inner)?, record::shown(inner)))
}
