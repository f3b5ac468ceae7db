//! Gives ids numbers in the order in which they are first seen.

use std::hash::BuildHasher;

use hashbrown::{DefaultHashBuilder, HashTable};

use super::super::read::Numbered;
use super::arena::at;

/// A number for every id seen, and the ids in one text.
#[derive(Debug, Default)]
pub(super) struct Numbers {
    text: String,
    ends: Vec<u64>,
    /// Half of the hash of an id beside its number: most probes need not look at the text.
    table: HashTable<(u32, u32)>,
    hasher: DefaultHashBuilder,
    /// The number of the last id: relations of one dependant often follow each other.
    last: u32,
}

impl Numbers {
    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }

    pub(super) fn id(&self, number: u32) -> &str {
        at(&self.text, &self.ends, number).unwrap_or_default()
    }

    /// How many bytes all ids have together.
    pub(super) fn text_length(&self) -> usize {
        self.text.len()
    }

    /// Gives up the table: nothing can be numbered any more, what was can be told.
    pub(super) fn close(&mut self) {
        self.table = HashTable::default();
        self.text.shrink_to_fit();
        self.ends.shrink_to_fit();
    }
}

impl Numbered for Numbers {
    fn number(&mut self, id: &str) -> u32 {
        let Self {
            text,
            ends,
            table,
            hasher,
            last,
        } = self;
        let is = |number: u32| at(text, ends, number) == Some(id);
        if is(*last) {
            return *last;
        }
        let half = half(hasher.hash_one(id));
        let found = table.find(spread(half), |(other, number)| *other == half && is(*number));
        if let Some((_, number)) = found {
            *last = *number;
            return *number;
        }
        // INVARIANT: fewer than u32::MAX: an inventory has at most 50 million assets, relations and requirements, and
        // what is beyond is never an asset.
        let number = u32::try_from(ends.len()).unwrap_or(u32::MAX);
        text.push_str(id);
        ends.push(text.len() as u64);
        table.insert_unique(spread(half), (half, number), |(half, _)| spread(*half));
        *last = number;
        number
    }
}

/// The upper half of a hash.
fn half(hash: u64) -> u32 {
    u32::try_from(hash >> 32).unwrap_or_default()
}

/// A hash of which both the low and the high bits depend on all of the half: the table takes its place from the former
/// and its tag from the latter.
fn spread(half: u32) -> u64 {
    u64::from(half).wrapping_mul(0x9e37_79b9_7f4a_7c15)
}
