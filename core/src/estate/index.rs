//! Finds the position of an asset by its id while an inventory is checked.

use std::hash::BuildHasher;

use hashbrown::{DefaultHashBuilder, HashTable, hash_table::Entry};

use super::asset::{Asset, AssetId};
use super::faults::twice;
use super::order::{places, position};
use crate::error::Result;

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
                Entry::Occupied(taken) => return Err(twice(asset.id.as_str(), *taken.get(), at)),
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
    order_of(assets.len(), |at| {
        assets.get(at as usize).map_or("", |asset| asset.id.as_str())
    })
}

/// The positions of so many ids in the order of the ids, which are all different.
pub(super) fn order_of<'i>(count: usize, id: impl Fn(u32) -> &'i str) -> Vec<u32> {
    let count = position(count);
    if (1..count).all(|at| id(at - 1) < id(at)) {
        return (0..count).collect();
    }
    // The first bytes of an id stand beside its position, so that few comparisons reach for the text.
    let mut keys: Vec<([u64; 2], u32)> = (0..count).map(|at| (first_bytes(id(at)), at)).collect();
    keys.sort_unstable_by(|(a, at), (b, other)| a.cmp(b).then_with(|| id(*at).cmp(id(*other))));
    keys.into_iter().map(|(_, at)| at).collect()
}

/// The first 16 bytes as two numbers that are ordered as the bytes are.
fn first_bytes(text: &str) -> [u64; 2] {
    let mut bytes = [0; 16];
    bytes
        .iter_mut()
        .zip(text.bytes())
        .for_each(|(byte, of)| *byte = of);
    let both = u128::from_be_bytes(bytes);
    [both >> 64, both & u128::from(u64::MAX)].map(|half| u64::try_from(half).unwrap_or_default())
}
