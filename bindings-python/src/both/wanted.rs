//! Which entries of a ledger are wanted.

use std::fmt::Display;
use std::str::FromStr;

use vcto::ledger::{EntryType, Selection};
use vcto::{Error, ErrorKind, Result};

/// What the caller said; what is not said does not matter.
#[derive(Default)]
pub struct Wanted {
    /// Of these types.
    pub types: Option<Vec<u16>>,
    /// From this place on.
    pub start: Option<u64>,
    /// Before this place.
    pub stop: Option<u64>,
    /// From this time on, RFC 3339.
    pub since: Option<String>,
    /// Before this time.
    pub until: Option<String>,
    /// About this.
    pub subject: Option<String>,
}

impl Wanted {
    /// As core has it.
    pub fn selection(self) -> Result<Selection> {
        let mut selection = Selection::all().range(self.start.unwrap_or(0)..self.stop.unwrap_or(u64::MAX));
        if let Some(types) = self.types {
            selection = selection.types(types.into_iter().map(EntryType));
        }
        if let Some(since) = self.since {
            selection = selection.since(time(&since, "since")?);
        }
        if let Some(until) = self.until {
            selection = selection.until(time(&until, "until")?);
        }
        Ok(match self.subject {
            Some(subject) => selection.subject(subject),
            None => selection,
        })
    }
}

/// The error for a number that no entry, type or page has.
pub fn out_of_range(place: &'static str) -> Error {
    Error::new(ErrorKind::InvalidInput, "this number is out of range")
        .at(place)
        .during("ledger.read")
}

fn time<T: FromStr<Err: Display>>(text: &str, place: &'static str) -> Result<T> {
    text.parse().map_err(|error: T::Err| {
        Error::new(ErrorKind::InvalidInput, error.to_string())
            .at(place)
            .remedy("write a time with its zone, such as 2026-11-22T08:00:00Z")
            .during("ledger.read")
    })
}
