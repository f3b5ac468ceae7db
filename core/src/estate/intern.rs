//! One copy of texts that stand in many places.

use std::borrow::Borrow;
use std::hash::Hash;

use hashbrown::HashSet;

/// Hands out clones of the first copy of each text.
#[derive(Debug)]
pub(super) struct Interner<T>(HashSet<T>);

impl<T> Default for Interner<T> {
    fn default() -> Self {
        Self(HashSet::default())
    }
}

impl<T: Borrow<str> + Clone + Eq + Hash + for<'a> From<&'a str>> Interner<T> {
    /// The one copy of this text.
    pub(super) fn intern(&mut self, text: &str) -> T {
        self.0.get_or_insert_with(text, |text| T::from(text)).clone()
    }
}
