//! One thing under several ids: folded only where a person says so; candidates are named.

use std::collections::{BTreeMap, BTreeSet};

use super::assets::{self, Said};
use super::relations;
use crate::error::{Error, ErrorKind, Result};
use crate::estate::{Asset, AssetId, Inventory, Note, Scalar, Source};
use crate::text::quoted;

/// The fact by which a person says that an asset is the one with the id in the value.
const SAME_AS: &str = "same_as";

/// Candidates are noted up to this many.
const NOTED: usize = 1_000;

/// What manufacturers and vendors write where no serial number is. Compared in lower case without spaces and dots.
const NO_SERIAL: &[&str] = &[
    "0",
    "123456789",
    "1234567890",
    "chassisserialnumber",
    "default",
    "defaultstring",
    "empty",
    "invalid",
    "n/a",
    "na",
    "none",
    "notapplicable",
    "notavailable",
    "notspecified",
    "null",
    "oem",
    "serialnumber",
    "systemserialnumber",
    "tobefilledbyoem",
    "unknown",
    "xxxxxxxxxx",
];

/// Folds each asset that is said to be another into that other: its facts and relations go over, its id stays behind in
/// the fact `also_known_as`.
///
/// # Errors
/// `not_found` when the fact names no asset, `invalid_input` when assets are said to be each other in a circle, or one is
/// said to be two.
pub(super) fn fold(inventory: &mut Inventory) -> Result<()> {
    let targets = targets(inventory)?;
    if targets.is_empty() {
        return Ok(());
    }
    let mut folded = Vec::new();
    let mut kept = Vec::new();
    for asset in std::mem::take(&mut inventory.assets) {
        match targets.get(&asset.id) {
            Some(target) => folded.push((target.clone(), asset)),
            None => kept.push(asset),
        }
    }
    let positions: BTreeMap<AssetId, usize> = kept
        .iter()
        .enumerate()
        .map(|(at, asset)| (asset.id.clone(), at))
        .collect();
    let mut said: BTreeMap<AssetId, Said> = BTreeMap::new();
    for (target, mut asset) in folded {
        let Some(known) = positions.get(&target).and_then(|at| kept.get_mut(*at)) else {
            continue;
        };
        asset.facts.remove(SAME_AS);
        known.facts.add("also_known_as", asset.id.as_str());
        let said = said.entry(target).or_insert_with_key(|target| {
            let mut said = Said::default();
            said.hear(known, &said_under(target));
            said
        });
        said.hear(&asset, &said_under(&asset.id));
        assets::unite(known, asset);
    }
    for (target, said) in said {
        if let Some(known) = positions.get(&target).and_then(|at| kept.get_mut(*at)) {
            said.tell(known);
        }
    }
    inventory.assets = kept;
    point(inventory, &targets);
    Ok(())
}

/// Kinds and names that differ are told apart by the id under which they were said.
fn said_under(id: &AssetId) -> Source {
    Source {
        name: id.as_str().into(),
        ..Source::default()
    }
}

/// Which asset each one that is said to be another ends up in.
fn targets(inventory: &Inventory) -> Result<BTreeMap<AssetId, AssetId>> {
    let said: BTreeMap<&AssetId, &Asset> = inventory
        .assets
        .iter()
        .filter(|asset| asset.fact(SAME_AS).is_some() && !is_no_other(asset))
        .map(|asset| (&asset.id, asset))
        .collect();
    let mut targets = BTreeMap::new();
    if said.is_empty() {
        return Ok(targets);
    }
    let ids: BTreeSet<&str> = inventory.assets.iter().map(|asset| asset.id.as_str()).collect();
    for id in said.keys() {
        let mut path: Vec<&AssetId> = Vec::new();
        let mut at = AssetId::clone(id);
        // To an asset that is not said to be another, or whose end is known from an earlier walk.
        while let Some((here, asset)) = said.get_key_value(&at).filter(|_| !targets.contains_key(&at)) {
            if path.len() > said.len() {
                return Err(Error::new(
                    ErrorKind::InvalidInput,
                    format!(
                        "{} is said to be itself, by way of `{SAME_AS}`",
                        quoted(id.as_str())
                    ),
                ));
            }
            path.push(here);
            let next = next(asset)?;
            if !ids.contains(next) {
                return Err(nowhere(here, next));
            }
            at = AssetId::from(next);
        }
        let target = targets.get(&at).cloned().unwrap_or(at);
        targets.extend(path.into_iter().map(|id| (id.clone(), target.clone())));
    }
    Ok(targets)
}

/// Whether a person has said that it is no other.
fn is_no_other(asset: &Asset) -> bool {
    match asset.value(SAME_AS) {
        Some(Scalar::Text(text)) => matches!(text.raw().trim().to_lowercase().as_str(), "" | "no" | "none"),
        _ => false,
    }
}

fn nowhere(asset: &AssetId, target: &str) -> Error {
    Error::new(
        ErrorKind::NotFound,
        format!(
            "{} is said to be {}, which is no asset",
            quoted(asset.as_str()),
            quoted(target)
        ),
    )
    .remedy(format!(
        "the fact `{SAME_AS}` takes the id of an asset of one of the inputs"
    ))
}

/// The id in the fact.
fn next(asset: &Asset) -> Result<&str> {
    match asset.value(SAME_AS) {
        Some(Scalar::Text(text)) => Ok(text.raw()),
        _ => Err(Error::new(
            ErrorKind::InvalidInput,
            format!(
                "the fact `{SAME_AS}` of {} names no one id",
                quoted(asset.id.as_str())
            ),
        )),
    }
}

/// Lets relations and requirements lead to what assets were folded into. What then leads from an asset to itself says
/// nothing more.
fn point(inventory: &mut Inventory, targets: &BTreeMap<AssetId, AssetId>) {
    let point = |id: &mut AssetId| {
        if let Some(target) = targets.get(id) {
            *id = target.clone();
        }
    };
    for relation in &mut inventory.relations {
        point(&mut relation.from);
        point(&mut relation.to);
    }
    inventory
        .relations
        .retain(|relation| relation.from != relation.to);
    for requirement in &mut inventory.requirements {
        point(&mut requirement.asset);
        requirement.members.iter_mut().for_each(point);
    }
    relations::distinct(&mut inventory.requirements);
    for note in &mut inventory.source.notes {
        note.asset.as_mut().map(point);
    }
    for source in &mut inventory.source.merged_from {
        for note in &mut source.notes {
            note.asset.as_mut().map(point);
        }
    }
}

/// Assets of different sources with one serial number: named, never merged. A serial number that stands twice in one
/// source tells nothing.
pub(super) fn candidates(assets: &[Asset]) -> Vec<Note> {
    let mut serials: BTreeMap<String, Vec<&Asset>> = BTreeMap::new();
    for asset in assets {
        if let Some(serial) = asset.text("serial").and_then(|text| serial(text.raw())) {
            serials.entry(serial).or_default().push(asset);
        }
    }
    let mut notes = Vec::new();
    for (serial, assets) in serials {
        let sources: BTreeSet<_> = assets.iter().map(|asset| told_by(asset)).collect();
        if assets.len() < 2 || sources.len() < assets.len() || notes.len() >= NOTED {
            continue;
        }
        let ids: Vec<_> = assets.iter().map(|asset| quoted(asset.id.as_str())).collect();
        notes.push(Note {
            at: None,
            text: format!(
                "{} have the serial number {}: if they are one device, give one of them the fact `{SAME_AS}` with the id of the other",
                ids.join(" and "),
                quoted(&serial)
            )
            .into(),
            asset: assets.first().map(|asset| asset.id.clone()),
        });
    }
    notes
}

/// Who told the serial number.
fn told_by(asset: &Asset) -> Option<&str> {
    let value = asset.fact("serial")?.values().first()?;
    value.source().map(|source| source.raw().as_str())
}

/// Whether a text is a serial number, and not what makers leave in the place of one.
pub(in crate::source) fn is_serial(text: &str) -> bool {
    serial(text).is_some()
}

/// A serial number in the form in which it is compared; `None` for what is none.
pub(crate) fn serial(text: &str) -> Option<String> {
    let serial = text.trim().to_lowercase();
    let bare: String = serial.chars().filter(|c| !matches!(c, ' ' | '.')).collect();
    let mut characters = bare.chars();
    let first = characters.next()?;
    let all_equal = characters.all(|c| c == first);
    (bare.len() >= 4 && !all_equal && !NO_SERIAL.contains(&bare.as_str())).then_some(serial)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_serial_number_is_not_compared() {
        for none in [
            "",
            "0",
            "0000000",
            "None",
            "To be filled by O.E.M.",
            "Default string",
            "System Serial Number",
            "xxxx",
            "abc",
        ] {
            assert_eq!(serial(none), None, "{none}");
        }
        assert_eq!(serial(" CZ3 ab12 ").as_deref(), Some("cz3 ab12"));
    }

    #[test]
    fn junk_is_written_as_it_is_compared() {
        assert!(NO_SERIAL.windows(2).all(|pair| pair[0] < pair[1]));
        assert!(
            NO_SERIAL
                .iter()
                .all(|junk| !junk.contains([' ', '.']) && junk.to_lowercase() == *junk)
        );
    }
}
