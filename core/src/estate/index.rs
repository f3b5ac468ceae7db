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
        let mut order: Vec<u32> = (0..position(assets.len())).collect();
        order.sort_unstable_by(|a, b| id_at(*a).cmp(&id_at(*b)));
        let places = places(&order);
        Ok(Self {
            assets,
            table,
            hasher,
            order,
            places,
        })
    }

    /// The position of this id in the order of the ids.
    pub(super) fn position(&self, id: &AssetId) -> Option<u32> {
        let at = self.table.find(self.hasher.hash_one(id), |at| {
            self.assets.get(*at as usize).is_some_and(|asset| asset.id == *id)
        })?;
        self.places.get(*at as usize).copied()
    }

    /// The order of the ids, as positions in the inventory.
    pub(super) fn into_order(self) -> Vec<u32> {
        self.order
    }
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
