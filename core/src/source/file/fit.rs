//! Keeps what other tools wrote within the bounds of the inventory format: one long or broken text does not cost the rest.

use super::notes::Notes;
use crate::estate::bounds::{MAX_NAME, MAX_TEXT};
use crate::estate::{Asset, Fact, Inventory, Relation, Scalar};
use rust_decimal::Decimal;

/// Takes out names, texts and numbers that the format does not hold, with a note for each.
pub(super) fn fit(inventory: &mut Inventory, notes: &mut Notes) {
    for asset in &mut inventory.assets {
        name(asset, notes);
        facts(asset, notes);
    }
    for relation in &mut inventory.relations {
        let broken = relation.note().and_then(|note| unfit(note.raw(), MAX_TEXT));
        if let Some(why) = broken {
            notes.about(
                &relation.from,
                relation.kind.as_str(),
                format!("the remark on a relation {why}: left out"),
            );
            *relation = Relation::new(relation.from.clone(), relation.to.clone(), relation.kind.clone());
        }
    }
}

fn name(asset: &mut Asset, notes: &mut Notes) {
    if let Some(why) = asset.name.as_ref().and_then(|name| unfit(name.raw(), MAX_NAME)) {
        asset.name = None;
        notes.about(&asset.id, "name", format!("the name {why}: left out"));
    }
}

fn facts(asset: &mut Asset, notes: &mut Notes) {
    let broken: Vec<String> = asset
        .facts
        .iter()
        .filter(|(_, fact)| {
            fact.values()
                .iter()
                .any(|value| why_unfit(&value.value).is_some())
        })
        .map(|(name, _)| name.to_owned())
        .collect();
    for name in broken {
        let Some(fact) = asset.facts.remove(&name) else {
            continue;
        };
        for value in fact.values() {
            if let Some(why) = why_unfit(&value.value) {
                notes.about(&asset.id, name.as_str(), format!("the value {why}: left out"));
            }
        }
        let left = fact
            .values()
            .iter()
            .filter(|value| why_unfit(&value.value).is_none())
            .cloned();
        if let Some(fact) = Fact::from_values(left) {
            asset.facts.insert(name, fact);
        }
    }
}

fn why_unfit(value: &Scalar) -> Option<&'static str> {
    match value {
        Scalar::Boolean(_) | Scalar::Unknown => None,
        Scalar::Number(number) => {
            let fits = (Decimal::from(i64::MIN)..=Decimal::from(u64::MAX)).contains(number);
            (number.is_integer() && !fits).then_some("is out of range")
        }
        Scalar::Text(text) => unfit(text.raw(), MAX_TEXT),
    }
}

fn unfit(text: &str, limit: usize) -> Option<&'static str> {
    if text.len() > limit {
        Some("is too long")
    } else if text.contains('\0') {
        Some("has a NUL character")
    } else {
        None
    }
}
