//! Checks what can be checked of one record by itself, and brings facts into their one form.

use std::fmt::Display;

use rust_decimal::Decimal;

use super::asset::{Asset, AssetKind, Criticality};
use super::bounds::{
    MAX_FACT_NAME, MAX_FACTS, MAX_ID, MAX_NAME, MAX_NOTES, MAX_RECORDS, MAX_SOURCES, MAX_TEXT, MAX_VALUES,
    MAX_WORD,
};
use super::fact::{Fact, FactValue, Origin};
use super::faults;
use super::inventory::{Inventory, Note, Source};
use super::json::Under;
use super::relation::{Relation, RelationKind};
use super::scalar::Scalar;
use crate::error::{Error, ErrorKind, Result};

/// Counts of records: what follows counts them in 32 bits.
pub(super) fn counts(inventory: &Inventory) -> Result<()> {
    let Inventory {
        assets,
        relations,
        requirements,
        ..
    } = inventory;
    at_most(assets.len(), MAX_RECORDS, "assets").under("assets")?;
    at_most(relations.len(), MAX_RECORDS, "relations").under("relations")?;
    at_most(requirements.len(), MAX_RECORDS, "requirements").under("requirements")
}

/// Names and counts of a source and of those that were merged into it.
pub(super) fn source(source: &Source) -> Result<()> {
    one_source(source).under("source")?;
    at_most(source.merged_from.len(), MAX_SOURCES, "sources")
        .under("merged_from")
        .under("source")?;
    for (at, inner) in source.merged_from.iter().enumerate() {
        let nested = if inner.merged_from.is_empty() {
            one_source(inner)
        } else {
            Err(invalid("a source that was merged has no `merged_from` of its own").under("merged_from"))
        };
        nested.item(at).under("merged_from").under("source")?;
    }
    Ok(())
}

fn one_source(source: &Source) -> Result<()> {
    text(source.name.raw(), MAX_NAME).under("name")?;
    at_most(source.scopes.len(), MAX_SOURCES, "scopes").under("scopes")?;
    for (at, scope) in source.scopes.iter().enumerate() {
        text(scope.name.raw(), MAX_NAME)
            .under("name")
            .item(at)
            .under("scopes")?;
    }
    at_most(source.notes.len(), MAX_NOTES, "notes").under("notes")?;
    for (at, note) in source.notes.iter().enumerate() {
        one_note(note).item(at).under("notes")?;
    }
    Ok(())
}

fn one_note(note: &Note) -> Result<()> {
    text(note.text.raw(), MAX_TEXT).under("text")?;
    if let Some(at) = &note.at {
        text(at.raw(), MAX_TEXT).under("at")?;
    }
    if let Some(id) = &note.asset {
        word(id.as_str(), MAX_ID).under("asset")?;
    }
    Ok(())
}

/// Texts, numbers and counts of the assets.
pub(super) fn assets(assets: &[Asset]) -> Result<()> {
    for (at, asset) in assets.iter().enumerate() {
        self::asset(asset).item(at).under("assets")?;
    }
    Ok(())
}

/// Texts, numbers and counts of one asset.
pub(super) fn asset(asset: &Asset) -> Result<()> {
    word(asset.id.as_str(), MAX_ID).under("id")?;
    word(asset.kind.as_str(), MAX_WORD).under("kind")?;
    if asset.kind.is_unstated() {
        return Err(faults::unstated());
    }
    if let Some(name) = &asset.name {
        text(name.raw(), MAX_NAME).under("name")?;
    }
    if let Some(criticality) = &asset.criticality {
        word(criticality.as_str(), MAX_WORD).under("criticality")?;
    }
    at_most(asset.facts.len(), MAX_FACTS, "facts").under("facts")?;
    for (name, fact) in asset.facts.iter() {
        word(name, MAX_FACT_NAME)
            .and_then(|()| one_fact(fact))
            .under(name)
            .under("facts")?;
    }
    Ok(())
}

fn one_fact(fact: &Fact) -> Result<()> {
    at_most(fact.values().len(), MAX_VALUES, "values")?;
    for (at, value) in fact.values().iter().enumerate() {
        let checked = match &value.value {
            Scalar::Boolean(_) | Scalar::Unknown => Ok(()),
            Scalar::Number(number) => whole_in_range(*number),
            Scalar::Text(content) => text(content.raw(), MAX_TEXT),
        };
        checked.item(at)?;
        if let Some(source) = value.source() {
            text(source.raw(), MAX_NAME).under("source").item(at)?;
        }
    }
    Ok(())
}

/// Texts of a relation; its ends are checked elsewhere.
pub(super) fn relation(relation: &Relation) -> Result<()> {
    word(relation.kind.as_str(), MAX_WORD).under("kind")?;
    for (key, remark) in [("inferred_by", relation.inference()), ("note", relation.note())] {
        if let Some(remark) = remark {
            text(remark.raw(), MAX_TEXT).under(key)?;
        }
    }
    Ok(())
}

/// The one form of an asset: known words are known, numbers have no trailing zeros, statements are sorted and no two are
/// equal.
pub(super) fn settle(asset: &mut Asset) {
    if let AssetKind::Other(word) = &asset.kind {
        asset.kind = AssetKind::from(&**word);
    }
    if let Some(Criticality::Other(word)) = &asset.criticality {
        asset.criticality = Some(Criticality::from(&**word));
    }
    for fact in asset.facts.each_mut() {
        fact.settle(settle_value);
    }
}

/// The one form of a relation.
pub(super) fn settle_relation(relation: &mut Relation) {
    if let RelationKind::Other(word) = &relation.kind
        && let Some(known) = RelationKind::known(word)
    {
        relation.kind = known;
    }
}

fn settle_value(value: &mut FactValue) {
    if let Scalar::Number(number) = &mut value.value {
        number.normalize_assign();
    }
    if value.origin.as_deref() == Some(&Origin::default()) {
        value.origin = None;
    }
}

fn whole_in_range(number: Decimal) -> Result<()> {
    if number.is_integer() && !(Decimal::from(i64::MIN)..=Decimal::from(u64::MAX)).contains(&number) {
        return Err(
            invalid("a whole number that is not between -2^63 and 2^64 - 1").remedy("write it as a text")
        );
    }
    Ok(())
}

fn word(word: &str, limit: usize) -> Result<()> {
    if word.is_empty() {
        return Err(invalid("it is empty"));
    }
    text(word, limit)
}

fn text(text: &str, limit: usize) -> Result<()> {
    if text.len() > limit {
        return Err(Error::new(
            ErrorKind::TooLarge,
            format!("the text is longer than {limit} bytes"),
        ));
    }
    if text.contains('\0') {
        return Err(invalid("a NUL character in a text"));
    }
    Ok(())
}

fn at_most(count: usize, bound: usize, what: impl Display) -> Result<()> {
    if count > bound {
        return Err(Error::new(
            ErrorKind::TooLarge,
            format!("more than {bound} {what}"),
        ));
    }
    Ok(())
}

pub(super) fn invalid(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::InvalidInput, message)
}
