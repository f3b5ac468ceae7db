//! What could not be read of one device. It is kept with the device, since what is said of devices of other clients must
//! not be told.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::moment::{self, Moment};
use super::record::{Record, whole};
use crate::estate::AssetId;
use crate::source::file::notes::Notes;

/// At most this many are kept of one device; the others are counted.
const KEPT: usize = 50;

/// What several records have in common is told once, with its first place and how often.
type Tally = (&'static str, String);

/// Doubts about one device.
#[derive(Debug, Default)]
pub(super) struct Doubts {
    listed: Vec<(Box<str>, String)>,
    more: usize,
    tallies: BTreeMap<Tally, (usize, Box<str>)>,
}

/// The tallies of all devices that are kept.
#[derive(Debug, Default)]
pub(super) struct Tallies(BTreeMap<Tally, (usize, Box<str>)>);

impl Doubts {
    /// Something at a place.
    pub(super) fn add(&mut self, place: &str, text: impl Into<String>) {
        if self.listed.len() < KEPT {
            self.listed.push((place.into(), text.into()));
        } else {
            self.more += 1;
        }
    }

    /// Something that many records may have alike.
    pub(super) fn tally(&mut self, what: &'static str, of: impl Into<String>, place: &str) {
        let tally = self.tallies.entry((what, of.into()));
        tally.or_insert_with(|| (0, place.into())).0 += 1;
    }

    /// The time in a field. One that cannot be is none, and is noted.
    pub(super) fn time(&mut self, record: &Record, field: &'static str) -> Option<Timestamp> {
        match moment::read(record.value(field)?) {
            Moment::At(at) => Some(at),
            Moment::InMilliseconds(at) => {
                self.tally("are in milliseconds, not seconds: read so", field, &record.place);
                Some(at)
            }
            Moment::Never => {
                self.tally("are 0: taken as never", field, &record.place);
                None
            }
            Moment::Absurd => {
                self.add(
                    &record.place,
                    format!("`{field}` is no time that can be: left out"),
                );
                None
            }
        }
    }

    /// The day in a field.
    pub(super) fn day(&mut self, record: &Record, field: &'static str) -> Option<String> {
        self.time(record, field).map(moment::day)
    }

    /// A size or a number of things: whole, and not below zero.
    pub(super) fn count(&mut self, record: &Record, field: &'static str) -> Option<u64> {
        let value = record.value(field)?;
        if value.as_str().is_some_and(|text| text.trim().is_empty()) {
            return None;
        }
        let count = whole(value).and_then(|number| u64::try_from(number).ok());
        if count.is_none() {
            self.add(
                &record.place,
                format!("`{field}` is no number of things: left out"),
            );
        }
        count
    }

    /// Tells them, about the asset.
    pub(super) fn tell(self, asset: &AssetId, notes: &mut Notes, tallies: &mut Tallies) {
        let first = self.listed.first().map(|(place, _)| place.clone());
        for (place, text) in self.listed {
            notes.about(asset, place, text);
        }
        if let Some(place) = first.filter(|_| self.more > 0) {
            let text = format!("{} more doubts about it are not listed", self.more);
            notes.about(asset, place, text);
        }
        for (tally, (count, place)) in self.tallies {
            tallies.0.entry(tally).or_insert((0, place)).0 += count;
        }
    }
}

impl Tallies {
    /// Tells them all.
    pub(super) fn tell(self, notes: &mut Notes) {
        for ((what, of), (count, place)) in self.0 {
            let of = crate::text::quoted(&of);
            notes.add(place, format!("{count} values of {of} {what}"));
        }
    }
}
