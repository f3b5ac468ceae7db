//! Assets by id: what sources say of one asset is kept side by side.

use std::collections::BTreeMap;

use crate::error::{Error, ErrorKind, Result};
use crate::estate::{Asset, AssetId, AssetKind, FactValue, Scalar, Source};
use crate::text::{Plain, quoted};

/// The assets so far, in the order in which they came.
#[derive(Default)]
pub(super) struct Assets {
    told: Vec<Told>,
    positions: BTreeMap<AssetId, usize>,
    /// The sources of the inventories, without scopes and notes: only name and time are told on.
    sources: Vec<Source>,
}

/// An asset, with the inventories in which it stood first and last.
struct Told {
    asset: Asset,
    first: usize,
    last: usize,
}

impl Assets {
    /// Adds the assets of an inventory.
    ///
    /// # Errors
    /// `invalid_input` for an id that is there twice in it.
    pub(super) fn add(&mut self, assets: Vec<Asset>, source: &Source) -> Result<()> {
        let here = self.sources.len();
        self.sources.push(Source {
            name: source.name.clone(),
            captured_at: source.captured_at,
            ..Source::default()
        });
        for (at, asset) in assets.into_iter().enumerate() {
            let known = self
                .positions
                .get(&asset.id)
                .and_then(|position| self.told.get_mut(*position));
            match known {
                Some(told) if told.last == here => {
                    return Err(Error::new(
                        ErrorKind::InvalidInput,
                        format!("the id {} is there twice", quoted(asset.id.as_str())),
                    )
                    .at(format!("{}: /assets/{at}/id", Plain(source.name.raw()))));
                }
                Some(told) => {
                    told.last = here;
                    if let Some(first) = self.sources.get(told.first) {
                        unite(&mut told.asset, first, asset, source);
                    }
                }
                None => {
                    self.positions.insert(asset.id.clone(), self.told.len());
                    self.told.push(Told {
                        asset,
                        first: here,
                        last: here,
                    });
                }
            }
        }
        Ok(())
    }

    pub(super) fn finish(self) -> Vec<Asset> {
        self.told.into_iter().map(|told| told.asset).collect()
    }
}

/// Adds to an asset what another source says of it.
pub(super) fn unite(known: &mut Asset, first: &Source, other: Asset, second: &Source) {
    differ(
        known,
        "kind",
        (known.kind.as_str().to_owned(), first),
        (other.kind.as_str().to_owned(), second),
    );
    if known.kind == AssetKind::Device {
        // The others are closer descriptions of a device.
        known.kind = other.kind;
    }
    match (&known.name, other.name) {
        (None, name) => known.name = name,
        (Some(name), Some(another)) => {
            let name = name.raw().clone();
            differ(known, "name", (name, first), (another.into_raw(), second));
        }
        (Some(_), None) => {}
    }
    match (&known.criticality, other.criticality) {
        (None, criticality) => known.criticality = criticality,
        (Some(one), Some(another)) => {
            let one = one.as_str().to_owned();
            differ(
                known,
                "criticality",
                (one, first),
                (another.as_str().to_owned(), second),
            );
        }
        (Some(_), None) => {}
    }
    for (name, fact) in other.facts.iter() {
        for value in fact.values() {
            if known.fact(name).is_none_or(|fact| !fact.values().contains(value)) {
                known.facts.add(name, value.clone());
            }
        }
    }
}

/// Records as a fact that two sources differ about what is no fact.
fn differ(known: &mut Asset, fact: &str, one: (String, &Source), other: (String, &Source)) {
    if one.0 == other.0 {
        return;
    }
    for (text, source) in [one, other] {
        let value = stated(text, source);
        if known
            .fact(fact)
            .is_none_or(|fact| !fact.values().contains(&value))
        {
            known.facts.add(fact, value);
        }
    }
}

fn stated(text: String, source: &Source) -> FactValue {
    let value = FactValue::from(Scalar::from(text)).stated_by(source.name.clone());
    match source.captured_at {
        Some(at) => value.at(at),
        None => value,
    }
}
