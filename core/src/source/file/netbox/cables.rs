//! Cables: each end led back to the device, circuit or power feed that owns the port.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::build::{self, Build};
use super::model::Model;
use super::power::Supply;
use super::record::{self, Record};
use super::tables::Tables;
use crate::estate::{AssetId, Relation, RelationKind};

/// An end of a cable: a port by model and key.
type End = (Model, u64);

/// The ends of every cable, and the ports that have one.
#[derive(Default)]
pub(super) struct Cables<'a> {
    /// By key of the cable: the ends on its A and B sides.
    sides: BTreeMap<u64, [BTreeSet<End>; 2]>,
    /// Which ports have a cable.
    pub(super) cabled: BTreeSet<End>,
    /// What the REST API shows of a port beside its key.
    shown: BTreeMap<End, &'a Value>,
}

/// The owner of a port, and what the port is called.
struct Owner {
    asset: AssetId,
    port: String,
}

impl<'a> Cables<'a> {
    /// Collects the ends from wherever the input has them: their own table, the cables, or the ports.
    pub(super) fn collect(tables: &'a Tables) -> Self {
        let mut cables = Self::default();
        for (_, record) in tables.of(Model::CableTermination) {
            let model = tables.content_type(record, "termination_type");
            if let (Some(cable), Some(model), Some(key)) =
                (record.key("cable"), model, record.key("termination_id"))
            {
                cables.end(cable, record.text("cable_end").as_deref(), (model, key));
            }
        }
        for (cable, record) in tables.of(Model::Cable) {
            for (side, list, kind, key) in [
                ("A", "a_terminations", "termination_a_type", "termination_a_id"),
                ("B", "b_terminations", "termination_b_type", "termination_b_id"),
            ] {
                cables.listed(cable, side, record.value(list));
                if let (Some(model), Some(key)) = (tables.content_type(record, kind), record.key(key)) {
                    cables.end(cable, Some(side), (model, key));
                }
            }
        }
        let ports = Model::PORTS
            .iter()
            .chain(&[Model::CircuitTermination, Model::PowerFeed]);
        for model in ports {
            for (key, record) in tables.of(*model) {
                if let Some(cable) = record.key("cable") {
                    cables.end(cable, record.text("cable_end").as_deref(), (*model, key));
                }
            }
        }
        cables
    }

    fn listed(&mut self, cable: u64, side: &str, list: Option<&'a Value>) {
        for item in list.and_then(Value::as_array).into_iter().flatten() {
            let model = item.get("object_type").and_then(record::content_type);
            let key = item.get("object_id").and_then(record::key);
            if let (Some(model), Some(key)) = (model, key) {
                if let Some(object) = item.get("object") {
                    self.shown.insert((model, key), object);
                }
                self.end(cable, Some(side), (model, key));
            }
        }
    }

    fn end(&mut self, cable: u64, side: Option<&str>, end: End) {
        self.cabled.insert(end);
        let sides = self.sides.entry(cable).or_default();
        let [a, b] = sides;
        match side {
            Some("A") => a.insert(end),
            Some("B") => b.insert(end),
            _ => false,
        };
    }

    /// Relates what the cables join: `connects_to`, and for power the supply.
    pub(super) fn relate(&self, build: &mut Build<'_>, supply: &mut Supply) {
        let tables = build.tables;
        let listed = tables.of(Model::Cable).map(|(key, _)| key);
        let all: BTreeSet<u64> = listed.chain(self.sides.keys().copied()).collect();
        for cable in all {
            let record = tables.find(Model::Cable, cable);
            let place = record.map_or_else(
                || format!("{}:{cable}", Model::Cable.name()),
                |record| record.place.to_string(),
            );
            if record.and_then(|record| record.choice("status")).as_deref() == Some("planned") {
                build
                    .notes
                    .add(place, format!("cable {cable} is only planned: left out"));
                continue;
            }
            let Some([a, b]) = self.sides.get(&cable) else {
                build
                    .notes
                    .lost(place, format!("cable {cable} has no ends: left out"));
                continue;
            };
            if a.is_empty() || b.is_empty() {
                build
                    .notes
                    .lost(place, format!("cable {cable} has only one end: left out"));
                continue;
            }
            for a in a {
                for b in b {
                    self.join(build, supply, cable, &place, *a, *b);
                }
            }
        }
    }

    fn join(&self, build: &mut Build<'_>, supply: &mut Supply, cable: u64, place: &str, a: End, b: End) {
        let (from, to) = match (self.owner(build, a), self.owner(build, b)) {
            (Ok(from), Ok(to)) => (from, to),
            (Err(why), _) | (_, Err(why)) => {
                build.notes.lost(place, format!("cable {cable}: {why}: left out"));
                return;
            }
        };
        if from.asset == to.asset {
            let text = format!("cable {cable} leads from the asset to itself: left out");
            build.notes.about(&from.asset, place, text);
            return;
        }
        let note = format!("cable {cable}: {} to {}", from.port, to.port);
        match (a.0, b.0) {
            (Model::PowerPort, other) if other.is_power() => supply.add(from.asset, to.asset, note),
            (other, Model::PowerPort) if other.is_power() => supply.add(to.asset, from.asset, note),
            _ => build.relate(Relation::new(from.asset, to.asset, RelationKind::ConnectsTo).noted(note)),
        }
    }

    /// Leads an end back to its owner.
    fn owner(&self, build: &mut Build<'_>, end: End) -> Result<Owner, String> {
        let (model, key) = end;
        let (field, owner) = match model {
            Model::CircuitTermination => ("circuit", Model::Circuit),
            Model::PowerFeed => {
                let record = build.tables.find(model, key).ok_or_else(|| absent(end))?;
                return Ok(Owner {
                    asset: build::id(model, key),
                    port: label(record, end),
                });
            }
            _ if Model::PORTS.contains(&model) => ("device", Model::Device),
            _ => return Err(format!("{} is no port", model.name())),
        };
        if let Some(record) = build.tables.find(model, key) {
            let asset = build.target(model, record, field, owner);
            return Ok(Owner {
                asset: asset.ok_or_else(|| format!("{} {key} has no {field} in the input", model.name()))?,
                port: label(record, end),
            });
        }
        let shown = self.shown.get(&end).ok_or_else(|| absent(end))?;
        let (key, name) = build::inner(shown, field).ok_or_else(|| absent(end))?;
        let asset = build::id(owner, key);
        if build.tables.find(owner, key).is_none() {
            build.stub(&asset, owner, name.as_deref().unwrap_or_default());
        }
        Ok(Owner {
            asset,
            port: record::shown(shown).unwrap_or_else(|| nameless(end)),
        })
    }
}

fn absent((model, key): End) -> String {
    format!("{} {key} is not in the input", model.name())
}

fn label(record: &Record, end: End) -> String {
    record
        .text("name")
        .or_else(|| record.text("term_side").map(|side| format!("{side} side")))
        .unwrap_or_else(|| nameless(end))
}

fn nameless((model, key): End) -> String {
    format!("{} {key}", model.name())
}
