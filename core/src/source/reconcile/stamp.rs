//! Before inventories are mixed, each fact says itself who stated it and when.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;

use crate::estate::{Asset, Fact, FactValue, Facts, Inventory, Origin};
use crate::text::Untrusted;

/// Writes the source and time of the inventory into each statement that leaves them out.
pub(super) fn stamp(inventory: &mut Inventory) {
    if !inventory.source.merged_from.is_empty() {
        // A merge: its facts say it already; one that does not is not of one source.
        return;
    }
    let mut stamp = Stamp::new(&inventory.source.name, inventory.source.captured_at);
    for asset in &mut inventory.assets {
        stamp.asset(asset);
    }
}

/// Shares origins and names of facts: there are few of either.
struct Stamp {
    plain: Arc<Origin>,
    names: BTreeMap<Box<str>, Arc<str>>,
}

impl Stamp {
    fn new(source: &Untrusted<String>, at: Option<Timestamp>) -> Self {
        Self {
            plain: Arc::new(Origin {
                source: Some(source.clone()),
                at,
                confidence: None,
            }),
            names: BTreeMap::new(),
        }
    }

    fn asset(&mut self, asset: &mut Asset) {
        let facts = std::mem::take(&mut asset.facts);
        let mut stamped = Facts::default();
        for (name, fact) in facts.iter() {
            let values = fact.values().iter().cloned().map(|value| self.value(value));
            let Some(fact) = Fact::from_values(values) else {
                continue;
            };
            let name = self.name(name);
            stamped.insert(name, fact);
        }
        asset.facts = stamped;
    }

    fn value(&self, mut value: FactValue) -> FactValue {
        match &mut value.origin {
            None => value.origin = Some(Arc::clone(&self.plain)),
            // A statement with a source of its own is not of the inventory's time, unless it says so.
            Some(origin) if origin.source.is_none() => {
                let origin = Arc::make_mut(origin);
                origin.source.clone_from(&self.plain.source);
                origin.at = origin.at.or(self.plain.at);
            }
            Some(_) => {}
        }
        value
    }

    fn name(&mut self, name: &str) -> Arc<str> {
        if let Some(shared) = self.names.get(name) {
            return Arc::clone(shared);
        }
        let shared: Arc<str> = name.into();
        self.names.insert(name.into(), Arc::clone(&shared));
        shared
    }
}
