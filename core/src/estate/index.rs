//! Finds the position of an asset by its id while an inventory is checked.

use std::hash::BuildHasher;

use hashbrown::{DefaultHashBuilder, HashTable, hash_table::Entry};

use super::asset::{Asset, AssetId};
use super::order::{places, position};
use crate::error::{Error, ErrorKind, Result};
use crate::text::quoted;

/// From ids to positions in the order of the ids.
pub(super) struct Index<'a> {
    assets: &'a [Asset],
    /// Where the assets stand in the inventory.
    table: HashTable<u32>,
    hasher: DefaultHashBuilder,
    /// The same by the address of the id: ids that were read share their text, and then no text needs to be looked at.
    addresses: HashTable<u32>,
    /// The order of the ids, and its inverse.
    order: Vec<u32>,
    places: Vec<u32>,
}

impl<'a> Index<'a> {
    /// # Errors
    /// `invalid_input` at the second of two assets with one id.
    pub(super) fn new(assets: &'a [Asset]) -> Result<Self> {
        let hasher = DefaultHashBuilder::default();
        let mut table = HashTable::with_capacity(assets.len());
        let id_at = |at: u32| assets.get(at as usize).map(|asset| &asset.id);
        for (at, asset) in (0..).zip(assets) {
            let hash = hasher.hash_one(&asset.id);
            let entry = table.entry(
                hash,
                |other| id_at(*other) == Some(&asset.id),
                |other| hasher.hash_one(id_at(*other)),
            );
            match entry {
                Entry::Vacant(free) => {
                    free.insert(at);
                }
                Entry::Occupied(taken) => return Err(twice(&asset.id, *taken.get(), at)),
            }
        }
        let order = sorted(assets);
        let places = places(&order);
        let address_at = |at: u32| id_at(at).map_or(0, AssetId::address);
        let mut addresses = HashTable::with_capacity(assets.len());
        for at in 0..position(assets.len()) {
            addresses.insert_unique(hasher.hash_one(address_at(at)), at, |other| {
                hasher.hash_one(address_at(*other))
            });
        }
        Ok(Self {
            assets,
            table,
            hasher,
            addresses,
            order,
            places,
        })
    }

    /// The position of this id in the order of the ids.
    pub(super) fn position(&self, id: &AssetId) -> Option<u32> {
        let id_at = |at: u32| self.assets.get(at as usize).map(|asset| &asset.id);
        let address = id.address();
        let at = self
            .addresses
            .find(self.hasher.hash_one(address), |at| {
                id_at(*at).is_some_and(|other| other.address() == address)
            })
            .or_else(|| {
                self.table
                    .find(self.hasher.hash_one(id), |at| id_at(*at) == Some(id))
            })?;
        self.places.get(*at as usize).copied()
    }

    /// The order of the ids, as positions in the inventory.
    pub(super) fn into_order(self) -> Vec<u32> {
        self.order
    }
}

/// The positions of the assets in the order of their ids.
fn sorted(assets: &[Asset]) -> Vec<u32> {
    if assets.is_sorted_by(|a, b| a.id < b.id) {
        return (0..position(assets.len())).collect();
    }
    // The first bytes of an id stand beside its position, so that few comparisons reach for the text.
    let mut keys: Vec<([u8; 16], u32)> = (0..)
        .zip(assets)
        .map(|(at, asset)| (first_bytes(asset.id.as_str()), at))
        .collect();
    let id = |at: u32| assets.get(at as usize).map(|asset| &asset.id);
    keys.sort_unstable_by(|(a, at), (b, other)| a.cmp(b).then_with(|| id(*at).cmp(&id(*other))));
    keys.into_iter().map(|(_, at)| at).collect()
}

fn first_bytes(text: &str) -> [u8; 16] {
    let mut bytes = [0; 16];
    bytes
        .iter_mut()
        .zip(text.bytes())
        .for_each(|(byte, of)| *byte = of);
    bytes
}

fn twice(id: &AssetId, first: u32, second: u32) -> Error {
    Error::new(
        ErrorKind::InvalidInput,
        format!(
            "the id {} belongs to /assets/{first} as well",
            quoted(id.as_str())
        ),
    )
    .at(format!("/assets/{second}/id"))
    .remedy("an id is unique; merge the inventories of several sources with `source::read_all`")
}
