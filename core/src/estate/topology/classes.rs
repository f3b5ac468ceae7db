//! Each kind with each criticality once.

use std::hash::BuildHasher;

use hashbrown::{DefaultHashBuilder, HashTable, hash_table::Entry};

use super::super::asset::{AssetKind, Criticality};
use super::arena::Class;

/// Numbers what assets are, in the order in which it is first seen.
#[derive(Debug, Default)]
pub(super) struct Classes {
    all: Vec<Class>,
    table: HashTable<u32>,
    hasher: DefaultHashBuilder,
}

impl Classes {
    pub(super) fn number(&mut self, kind: AssetKind, criticality: Option<Criticality>) -> u32 {
        let Self { all, table, hasher } = self;
        let class = (kind, criticality);
        let entry = table.entry(
            hasher.hash_one(&class),
            |other| all.get(*other as usize) == Some(&class),
            |other| all.get(*other as usize).map_or(0, |class| hasher.hash_one(class)),
        );
        match entry {
            Entry::Occupied(known) => *known.get(),
            Entry::Vacant(free) => {
                // INVARIANT: no more than assets, which are fewer.
                let number = u32::try_from(all.len()).unwrap_or(u32::MAX);
                free.insert(number);
                all.push(class);
                number
            }
        }
    }

    /// The classes in their order, and for every number its place there.
    pub(super) fn sorted(self) -> (Box<[Class]>, Vec<u32>) {
        let mut order: Vec<(Class, u32)> = self.all.into_iter().zip(0..).collect();
        order.sort_unstable();
        let mut places = vec![0; order.len()];
        for (place, (_, number)) in (0..).zip(&order) {
            if let Some(slot) = places.get_mut(*number as usize) {
                *slot = place;
            }
        }
        (order.into_iter().map(|(class, _)| class).collect(), places)
    }
}
