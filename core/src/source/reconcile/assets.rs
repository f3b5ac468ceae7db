//! Assets by id: what sources say of one asset is kept side by side.

use std::collections::BTreeMap;

use crate::error::{Error, ErrorKind, Result};
use crate::estate::{Asset, AssetId, AssetKind, Criticality, FactValue, Scalar, Source};
use crate::text::{Plain, quoted};

/// The assets so far, in the order in which they came.
#[derive(Default)]
pub(super) struct Assets {
    told: Vec<Told>,
    positions: BTreeMap<AssetId, usize>,
    /// The sources of the inventories, without scopes and notes: only name and time are told on.
    sources: Vec<Source>,
}

/// An asset, with the inventories in which it stood first and last, and what was said of it once there were two.
struct Told {
    asset: Asset,
    said: Said,
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
                    if told.said.0.is_empty()
                        && let Some(first) = self.sources.get(told.first)
                    {
                        told.said.hear(&told.asset, first);
                    }
                    told.said.hear(&asset, source);
                    unite(&mut told.asset, asset);
                }
                None => {
                    self.positions.insert(asset.id.clone(), self.told.len());
                    self.told.push(Told {
                        asset,
                        said: Said::default(),
                        first: here,
                        last: here,
                    });
                }
            }
        }
        Ok(())
    }

    pub(super) fn finish(self) -> Vec<Asset> {
        let assets = self.told.into_iter().map(|mut told| {
            told.said.tell(&mut told.asset);
            told.asset
        });
        assets.collect()
    }
}

/// Adds to an asset what another says of it. What is there takes precedence; that the two differ, [`Said`] tells.
pub(super) fn unite(known: &mut Asset, other: Asset) {
    if (known.kind == AssetKind::Device || known.kind.is_unstated()) && !other.kind.is_unstated() {
        // The others are closer descriptions of a device.
        known.kind = other.kind;
    }
    if known.name.is_none() {
        known.name = other.name;
    }
    if known.criticality.is_none() {
        known.criticality = other.criticality;
    }
    for (name, fact) in other.facts.iter() {
        for value in fact.values() {
            add(known, name, value.clone());
        }
    }
}

fn add(asset: &mut Asset, fact: &str, value: FactValue) {
    if asset
        .fact(fact)
        .is_none_or(|fact| !fact.values().contains(&value))
    {
        asset.facts.add(fact, value);
    }
}

/// What is said of kind, name and criticality, of which an asset can have only one.
#[derive(Default)]
pub(super) struct Said(Vec<(&'static str, FactValue)>);

impl Said {
    /// Hears what a source says.
    pub(super) fn hear(&mut self, asset: &Asset, source: &Source) {
        let kind = Some(asset.kind.as_str()).filter(|_| !asset.kind.is_unstated());
        let name = asset.name.as_ref().map(|name| name.raw().as_str());
        let criticality = asset.criticality.as_ref().map(Criticality::as_str);
        for (fact, text) in [("kind", kind), ("name", name), ("criticality", criticality)] {
            if let Some(text) = text {
                let value = FactValue::from(Scalar::from(text)).stated_by(source.name.clone());
                let value = match source.captured_at {
                    Some(at) => value.at(at),
                    None => value,
                };
                self.0.push((fact, value));
            }
        }
    }

    /// Records as facts what differs.
    pub(super) fn tell(self, asset: &mut Asset) {
        for fact in ["kind", "name", "criticality"] {
            let values = || {
                self.0
                    .iter()
                    .filter(|(of, _)| *of == fact)
                    .map(|(_, value)| value)
            };
            let mut texts = values().map(|value| &value.value);
            let first = texts.next();
            if texts.any(|text| Some(text) != first) {
                for value in values() {
                    add(asset, fact, value.clone());
                }
            }
        }
    }
}
