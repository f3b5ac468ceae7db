//! The records of an input by model and key, whatever the form in which they came.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::model::Model;
use super::record::{Record, content_type, key};
use crate::source::file::notes::Notes;

/// Every record that is used.
#[derive(Debug, Default)]
pub(super) struct Tables {
    records: BTreeMap<Model, BTreeMap<u64, Record>>,
    /// Models of which a record was lost, or a page is missing.
    incomplete: BTreeSet<Model>,
    /// How many records the pages of the REST API say that there are.
    claimed: BTreeMap<Model, u64>,
}

impl Tables {
    /// The record with this key.
    pub(super) fn find(&self, model: Model, key: u64) -> Option<&Record> {
        self.records.get(&model)?.get(&key)
    }

    /// The records of a model, by key.
    pub(super) fn of(&self, model: Model) -> impl Iterator<Item = (u64, &Record)> {
        self.records
            .get(&model)
            .into_iter()
            .flatten()
            .map(|(key, record)| (*key, record))
    }

    /// Whether the input speaks of the model at all, be it with no record.
    pub(super) fn has(&self, model: Model) -> bool {
        self.records.contains_key(&model)
    }

    /// Whether the input holds every record of the model that the source gave.
    pub(super) fn is_complete(&self, model: Model) -> bool {
        self.has(model) && !self.incomplete.contains(&model)
    }

    /// Whether there is nothing at all.
    pub(super) fn is_empty(&self) -> bool {
        self.records.is_empty()
    }

    /// Notes that the input speaks of a model.
    pub(super) fn open(&mut self, model: Model) {
        self.records.entry(model).or_default();
    }

    /// Notes how many records a page says that there are.
    pub(super) fn claim(&mut self, model: Model, count: u64) {
        self.open(model);
        let claimed = self.claimed.entry(model).or_default();
        *claimed = count.max(*claimed);
    }

    /// Takes over a record of a known model. The key is `pk` or `id`.
    pub(super) fn insert(
        &mut self,
        model: Model,
        place: String,
        mut fields: Map<String, Value>,
        notes: &mut Notes,
    ) {
        self.open(model);
        let own = fields.get("pk").or_else(|| fields.get("id")).and_then(key);
        let Some(own) = own else {
            self.lose(model, place, "a record without a key is left out", notes);
            return;
        };
        if let Some(Value::Object(inner)) = fields.remove("fields") {
            fields = inner;
        }
        let record = Record::new(place, fields);
        let table = self.records.entry(model).or_default();
        match table.get(&own) {
            None => {
                table.insert(own, record);
            }
            // The pages of a changing list overlap: the same record twice is no news.
            Some(known) if known.says_the_same_as(&record) => {}
            Some(_) => {
                let place = record.place.into_string();
                let text = format!(
                    "{} {own} is there twice with different content: the first is read",
                    model.name()
                );
                self.lose(model, place, &text, notes);
            }
        }
    }

    /// Notes a record that cannot be taken over.
    pub(super) fn lose(&mut self, model: Model, place: String, text: &str, notes: &mut Notes) {
        self.incomplete.insert(model);
        notes.lost(place, text);
    }

    /// Compares what the pages claimed with what there is.
    pub(super) fn count(&mut self, notes: &mut Notes) {
        for (model, claimed) in std::mem::take(&mut self.claimed) {
            let there = self.records.get(&model).map_or(0, |table| table.len() as u64);
            if there < claimed {
                let text = format!("pages are missing: {there} of {claimed} records are here");
                self.lose(model, model.name().to_owned(), &text, notes);
            }
        }
    }

    /// The model that a content type names, by number where the dump has numbers.
    pub(super) fn content_type(&self, record: &Record, field: &str) -> Option<Model> {
        if let Some(model) = record.content_type(field) {
            return Some(model);
        }
        let named = self.find(Model::ContentType, record.key(field)?)?;
        let name = Value::from(format!("{}.{}", named.text("app_label")?, named.text("model")?));
        content_type(&name)
    }
}
