//! Several inventories as one. How: `docs/sources.md`, "Merging".

mod assets;
mod relations;
mod same;
mod stamp;

pub(super) use same::is_serial;
pub(crate) use same::serial;

use std::collections::BTreeSet;

use jiff::Timestamp;

use crate::error::{Error, ErrorKind, Result};
use crate::estate::{Inventory, Note, Scope, Source};
use crate::text::Untrusted;

/// At most this many sources are named in the name of a merge.
const NAMED: usize = 5;

/// Makes one inventory of several, of which those that people wrote (`by_hand`), then earlier ones, take precedence where
/// only one can be said: the kind, the name and the criticality of an asset. What the others say of those is kept as facts.
pub(super) fn merge(mut inventories: Vec<Inventory>, by_hand: &[bool]) -> Result<Inventory> {
    if inventories.is_empty() {
        return Err(Error::new(
            ErrorKind::InvalidInput,
            "nothing to read: no input was given",
        ));
    }
    if inventories.len() == 1
        && let Some(mut only) = inventories.pop()
    {
        same::fold(&mut only)?;
        return Ok(only);
    }
    let mut all = Inventory {
        source: source(&inventories),
        ..Inventory::default()
    };
    for inventory in &mut inventories {
        stamp::stamp(inventory);
    }
    let mut merged = assets::Assets::default();
    for wanted in [true, false] {
        for (inventory, by_hand) in inventories.iter_mut().zip(by_hand) {
            if *by_hand == wanted {
                merged.add(std::mem::take(&mut inventory.assets), &inventory.source)?;
            }
        }
    }
    let mut lists = Vec::with_capacity(inventories.len());
    for inventory in inventories {
        lists.push(inventory.relations);
        all.requirements.extend(inventory.requirements);
    }
    all.assets = merged.finish();
    all.relations = relations::union(lists);
    relations::distinct(&mut all.requirements);
    same::fold(&mut all)?;
    all.source.notes.extend(same::candidates(&all.assets));
    Ok(all)
}

/// The source of a merge: complete where all of them are, and in a scope where any of them is.
fn source(inventories: &[Inventory]) -> Source {
    let sources = || inventories.iter().map(|inventory| &inventory.source);
    let mut merged_from: Vec<Source> = Vec::new();
    let mut notes: Vec<Note> = Vec::new();
    for source in sources() {
        let mut source = source.clone();
        let inner = std::mem::take(&mut source.merged_from);
        if inner.is_empty() {
            merged_from.push(source);
        } else {
            // A merge of merges names the sources themselves; what was noted while merging stays.
            notes.append(&mut source.notes);
            merged_from.extend(inner);
        }
    }
    let mut seen: Vec<Source> = Vec::new();
    for source in merged_from {
        if !seen.contains(&source) {
            seen.push(source);
        }
    }
    Source {
        name: name(&seen),
        captured_at: same_time(sources()),
        complete: sources().all(|source| source.complete),
        scopes: scopes(sources()),
        notes,
        merged_from: seen,
    }
}

fn name(sources: &[Source]) -> Untrusted<String> {
    let names: BTreeSet<&str> = sources.iter().map(|source| source.name.raw().as_str()).collect();
    let more = names.len().saturating_sub(NAMED);
    let listed = names.into_iter().take(NAMED).collect::<Vec<_>>().join(" + ");
    // Names of sources may be long; that of a merge is only for people.
    let short: String = listed.chars().take(200).collect();
    Untrusted::new(if more > 0 {
        format!("{short} + {more} more")
    } else {
        short
    })
}

/// A time that all of them share. Facts keep their own.
fn same_time<'a>(mut sources: impl Iterator<Item = &'a Source>) -> Option<Timestamp> {
    let first = sources.next()?.captured_at;
    sources
        .all(|source| source.captured_at == first)
        .then_some(first)?
}

fn scopes<'a>(sources: impl Iterator<Item = &'a Source>) -> Vec<Scope> {
    let mut scopes: Vec<Scope> = Vec::new();
    for scope in sources.flat_map(|source| &source.scopes) {
        match scopes.iter_mut().find(|known| known.name == scope.name) {
            Some(known) => known.complete |= scope.complete,
            None => scopes.push(scope.clone()),
        }
    }
    scopes.sort_by(|a, b| a.name.cmp(&b.name));
    scopes
}
