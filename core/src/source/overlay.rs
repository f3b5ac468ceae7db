//! What people add by hand: relations whose ends are written as ids or names, resolved once the assets are known.

use std::collections::BTreeMap;

use super::identity::{encode, unmint};
use crate::error::{Error, ErrorKind, Result};
use crate::estate::near;
use crate::estate::{AssetId, Inventory};
use crate::text::{Plain, quoted};

/// The source in the ids of ends that are not resolved yet.
const SOURCE: &str = "relations";

/// At most this many unresolved ends are listed in one message.
const LISTED: usize = 10;

/// At most this many candidates are named for one end.
const CANDIDATES: usize = 5;

/// An end as it was written, with its line: `relations:<line>:<text>`. It stands for an asset until [`resolve`].
pub(super) fn pending(line: u64, text: &str) -> AssetId {
    AssetId::from(format!("{SOURCE}:{line}:{}", encode(text)))
}

/// Replaces the ends that overlays name by id or by an unambiguous name, against all the inventories.
///
/// # Errors
/// `not_found` or `ambiguous` with the line, the end and its candidates; up to ten are listed. Nothing is guessed.
pub(super) fn resolve(inventories: &mut [Inventory]) -> Result<()> {
    let waits = |inventory: &Inventory| {
        let mut ends = inventory
            .relations
            .iter()
            .flat_map(|relation| [&relation.from, &relation.to]);
        ends.any(|end| unmint(end.as_str(), SOURCE).is_some())
    };
    if !inventories.iter().any(waits) {
        return Ok(());
    }
    let names = Names::of(inventories);
    let mut failures = Vec::new();
    let mut resolved: Vec<Vec<(AssetId, AssetId)>> = Vec::new();
    for inventory in &*inventories {
        let source = inventory.source.name.raw();
        let mut ends = Vec::with_capacity(inventory.relations.len());
        for relation in &inventory.relations {
            match (
                names.find(&relation.from, source),
                names.find(&relation.to, source),
            ) {
                (Ok(from), Ok(to)) => ends.push((from, to)),
                (from, to) => failures.extend([from.err(), to.err()].into_iter().flatten()),
            }
        }
        resolved.push(ends);
    }
    if let Some(error) = failure(failures) {
        return Err(error);
    }
    for (inventory, ends) in inventories.iter_mut().zip(resolved) {
        for (relation, (from, to)) in inventory.relations.iter_mut().zip(ends) {
            (relation.from, relation.to) = (from, to);
        }
    }
    same_end(inventories)
}

/// Two names may turn out to be the same asset.
fn same_end(inventories: &[Inventory]) -> Result<()> {
    for inventory in inventories {
        if let Some(relation) = inventory
            .relations
            .iter()
            .find(|relation| relation.from == relation.to)
        {
            return Err(Error::new(
                ErrorKind::InvalidInput,
                format!("both ends are the asset {}", quoted(relation.from.as_str())),
            )
            .at(Plain(inventory.source.name.raw()).to_string()));
        }
    }
    Ok(())
}

/// The first failure as the error, with the others behind it.
fn failure(mut failures: Vec<Error>) -> Option<Error> {
    let count = failures.len();
    let more: Vec<_> = failures
        .iter()
        .skip(1)
        .take(LISTED - 1)
        .map(Error::to_string)
        .collect();
    let first = (!failures.is_empty()).then(|| failures.swap_remove(0))?;
    if more.is_empty() {
        return Some(first);
    }
    let unlisted = count - 1 - more.len();
    let mut text = format!("{}; and {} more: {}", first.message(), count - 1, more.join("; "));
    if unlisted > 0 {
        text = format!("{text}; {unlisted} are not listed");
    }
    let mut error = Error::new(first.kind(), text).with("unresolved", count);
    if let Some(place) = first.place() {
        error = error.at(place);
    }
    if let Some(remedy) = first.remedy_text() {
        error = error.remedy(remedy);
    }
    Some(error)
}

/// Every id and name of the inventories. Names are compared without regard to case, as `Estate::find` does.
struct Names<'a> {
    ids: BTreeMap<&'a str, &'a AssetId>,
    names: BTreeMap<String, Vec<&'a AssetId>>,
}

impl<'a> Names<'a> {
    fn of(inventories: &'a [Inventory]) -> Self {
        let mut ids = BTreeMap::new();
        let mut names: BTreeMap<String, Vec<&AssetId>> = BTreeMap::new();
        for asset in inventories.iter().flat_map(|inventory| &inventory.assets) {
            // Two sources may speak of one asset, under one name or two.
            ids.insert(asset.id.as_str(), &asset.id);
            if let Some(name) = &asset.name {
                let known = names.entry(name.raw().trim().to_lowercase()).or_default();
                if !known.contains(&&asset.id) {
                    known.push(&asset.id);
                }
            }
        }
        Self { ids, names }
    }

    /// The asset for which an end stands; an end that is no pending one stands for itself.
    fn find(&self, end: &AssetId, source: &str) -> Result<AssetId> {
        let Some((line, text)) =
            unmint(end.as_str(), SOURCE).filter(|_| !self.ids.contains_key(end.as_str()))
        else {
            return Ok(end.clone());
        };
        if let Some(id) = self.ids.get(text.as_str()) {
            return Ok((*id).clone());
        }
        let place = format!("{}: line {line}", Plain(source));
        match self.names.get(&text.to_lowercase()).map(Vec::as_slice) {
            Some([only]) => Ok((*only).clone()),
            Some(several) => Err(Error::new(
                ErrorKind::Ambiguous,
                format!("{} assets are called {}", several.len(), quoted(&text)),
            )
            .at(place)
            .remedy(format!(
                "write one of the ids {}",
                listed(several.iter().map(|id| id.as_str()))
            ))),
            None => Err(self.unknown(&text).at(place)),
        }
    }

    fn unknown(&self, text: &str) -> Error {
        let error = Error::new(
            ErrorKind::NotFound,
            format!("no asset has the id or name {}", quoted(text)),
        );
        if self.ids.is_empty() {
            return error.remedy("read it together with the inventory that it speaks of");
        }
        let names = self
            .names
            .keys()
            .map(String::as_str)
            .chain(self.ids.keys().copied());
        let near = near::closest(text, names);
        if near.is_empty() {
            return error;
        }
        let candidates: Vec<&str> = near
            .iter()
            .flat_map(|name| match self.names.get(*name) {
                Some(ids) => ids.iter().map(|id| id.as_str()).collect(),
                None => vec![*name],
            })
            .collect();
        error.remedy(format!(
            "near: {}, with the ids {}",
            listed(near.iter().copied()),
            listed(candidates.into_iter())
        ))
    }
}

fn listed<'a>(texts: impl ExactSizeIterator<Item = &'a str>) -> String {
    let more = texts.len().saturating_sub(CANDIDATES);
    let shown = texts.take(CANDIDATES).map(quoted).collect::<Vec<_>>().join(", ");
    if more > 0 {
        format!("{shown} and {more} more")
    } else {
        shown
    }
}
