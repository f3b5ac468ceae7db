//! Writes the inventory format.

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use super::asset::Asset;
use super::fact::{Confidence, Fact, FactValue, Facts};
use super::inventory::{FORMAT, Inventory, Source};
use super::relation::{Relation, Requirement};
use super::scalar::Scalar;
use crate::text::Untrusted;

/// The JSON document, in the order in which the inventory stands.
pub(super) fn document(inventory: &Inventory) -> String {
    #[derive(Serialize)]
    struct Document<'a> {
        format: &'static str,
        source: &'a Source,
        assets: &'a [Asset],
        relations: &'a [Relation],
        requirements: &'a [Requirement],
    }
    text(&Document {
        format: FORMAT,
        source: &inventory.source,
        assets: &inventory.assets,
        relations: &inventory.relations,
        requirements: &inventory.requirements,
    })
}

/// NDJSON: the source first, then a line for each asset, relation and requirement.
pub(super) fn lines(inventory: &Inventory) -> String {
    #[derive(Serialize)]
    struct Header<'a> {
        format: &'static str,
        source: &'a Source,
    }
    #[derive(Serialize)]
    #[serde(rename_all = "snake_case")]
    enum Line<'a> {
        Asset(&'a Asset),
        Relation(&'a Relation),
        Requirement(&'a Requirement),
    }
    let mut lines = text(&Header {
        format: FORMAT,
        source: &inventory.source,
    });
    let records = (inventory.assets.iter().map(Line::Asset))
        .chain(inventory.relations.iter().map(Line::Relation))
        .chain(inventory.requirements.iter().map(Line::Requirement));
    for record in records {
        lines.push('\n');
        lines.push_str(&text(&record));
    }
    lines.push('\n');
    lines
}

/// INVARIANT: the types of the format serialise without an error: keys are texts, and every number has a JSON form.
fn text(value: &impl Serialize) -> String {
    let text = serde_json::to_string(value);
    debug_assert!(text.is_ok(), "{text:?}");
    text.unwrap_or_default()
}

impl Serialize for Fact {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.values() {
            [only] => only.serialize(serializer),
            many => serializer.collect_seq(many),
        }
    }
}

impl Serialize for FactValue {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Stated<'a> {
            value: &'a Scalar,
            #[serde(skip_serializing_if = "Option::is_none")]
            source: Option<&'a Untrusted<String>>,
            #[serde(skip_serializing_if = "Option::is_none")]
            at: Option<jiff::Timestamp>,
            #[serde(skip_serializing_if = "Option::is_none")]
            confidence: Option<Confidence>,
        }
        let stated = Stated {
            value: &self.value,
            source: self.source(),
            at: self.stated_at(),
            confidence: self.confidence(),
        };
        if stated.source.is_none() && stated.at.is_none() && stated.confidence.is_none() {
            return self.value.serialize(serializer);
        }
        stated.serialize(serializer)
    }
}

impl Serialize for Facts {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.len()))?;
        for (name, fact) in self.iter() {
            map.serialize_entry(name, fact)?;
        }
        map.end()
    }
}
