//! A list that is made while it is written, one element at a time: what makes the size of a document no matter of memory.

use serde::{Serialize, Serializer};

/// Makes the elements anew each time that it is asked for them.
pub(super) struct Each<'a, T>(Box<dyn Fn() -> Elements<'a, T> + 'a>);

type Elements<'a, T> = Box<dyn Iterator<Item = T> + 'a>;

impl<'a, T> Each<'a, T> {
    /// The elements that `make` makes; the same each time.
    pub(super) fn of<I: Iterator<Item = T> + 'a>(make: impl Fn() -> I + 'a) -> Self {
        Self(Box::new(move || Box::new(make())))
    }

    /// Whether there are none. Makes the first one.
    pub(super) fn is_empty(&self) -> bool {
        (self.0)().next().is_none()
    }
}

impl<T: Serialize> Serialize for Each<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq((self.0)())
    }
}
