//! From JSON to [`Tables`]: lists, pages of reports, lists of pages. Records are read one by one, so that a large file is
//! never in memory as a tree, and a record that cannot be read costs only itself.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::endpoint::Endpoint;
use super::record::{Element, Record};
use super::tables::Tables;
use crate::error::{Error, ErrorKind, Result};
use crate::monitor::Monitor;
use crate::source::file::notes::Notes;

/// Progress is told every so many records.
const STEP: u64 = 4_096;

/// A list of pages of a list is the deepest that is read.
const MAX_DEPTH: usize = 3;

/// Reads one document into the tables. `path` is its path in its folder, `named` whether notes must say it.
pub(super) fn read(
    text: &str,
    path: &str,
    named: bool,
    tables: &mut Tables,
    notes: &mut Notes,
    monitor: &Monitor,
) -> Result<()> {
    let filed = Endpoint::filed(path);
    let mut sink = Sink {
        tables,
        notes,
        monitor,
        prefix: if named {
            format!("{}: ", crate::text::Plain(path))
        } else {
            String::new()
        },
        filed,
        last: None,
        seen: 0,
        passed: Passed::default(),
        stopped: None,
    };
    let read = walk(&mut sink, text, "", MAX_DEPTH, false);
    if let Some(stopped) = sink.stopped {
        return Err(stopped);
    }
    read.map_err(|error| malformed(&error))?;
    let Sink { passed, prefix, .. } = sink;
    passed.tell(&prefix, notes);
    // An empty answer speaks of its endpoint too.
    if let Some(endpoint) = filed {
        tables.open(endpoint);
    }
    Ok(())
}

fn malformed(error: &serde_json::Error) -> Error {
    let what = if error.is_eof() {
        "the JSON ends too early: the file is truncated"
    } else if error.is_syntax() {
        "the file is no well-formed JSON"
    } else {
        "not an answer of NinjaOne: neither a list, nor a page, nor a record"
    };
    Error::new(ErrorKind::InvalidInput, what)
        .at(format!("line {}, column {}", error.line(), error.column()))
        .with("json", crate::text::Plain(&error.to_string()))
}

/// What of a document is not read, each with its first place.
#[derive(Default)]
struct Passed {
    other: Option<(u64, String)>,
    untold: Option<(u64, String)>,
    failed: Option<(u64, String)>,
}

impl Passed {
    fn count(what: &mut Option<(u64, String)>, pointer: &str) {
        what.get_or_insert_with(|| (0, pointer.to_owned())).0 += 1;
    }

    fn tell(self, prefix: &str, notes: &mut Notes) {
        for (what, text) in [
            (
                self.other,
                "records of an answer that is not read are passed over",
            ),
            (
                self.untold,
                "records that do not say what they are, are left out: name the file after the endpoint, as in `devices-detailed.json`",
            ),
            (
                self.failed,
                "answers say that the request failed: save them again",
            ),
        ] {
            if let Some((count, pointer)) = what {
                notes.add(format!("{prefix}{pointer}"), format!("{count} {text}"));
            }
        }
    }
}

/// Where records go.
struct Sink<'a> {
    tables: &'a mut Tables,
    notes: &'a mut Notes,
    monitor: &'a Monitor,
    prefix: String,
    filed: Option<Endpoint>,
    /// What the last record of the document was that told it.
    last: Option<Endpoint>,
    seen: u64,
    passed: Passed,
    /// Why reading was stopped from here.
    stopped: Option<Error>,
}

impl Sink<'_> {
    /// Takes over one element. `paged` when it is a row of a report.
    fn element<E: serde::de::Error>(
        &mut self,
        text: &str,
        pointer: &str,
        depth: usize,
        paged: bool,
    ) -> Result<(), E> {
        self.seen += 1;
        if self.seen.is_multiple_of(STEP)
            && let Err(stopped) = self.monitor.report("source.read", self.seen, None)
        {
            self.stopped = Some(stopped);
            return Err(E::custom("stopped"));
        }
        if text.trim_start().starts_with('[') && depth > 0 {
            return walk(self, text, pointer, depth - 1, paged).map_err(E::custom);
        }
        match Record::parse(text, format!("{}{pointer}", self.prefix)) {
            Ok(Element::Page) if depth > 0 && !paged => {
                walk(self, text, pointer, depth - 1, false).map_err(E::custom)?;
            }
            Ok(Element::Page) => Passed::count(&mut self.passed.untold, pointer),
            Ok(Element::Failed) => {
                Passed::count(&mut self.passed.failed, pointer);
                if let Some(endpoint) = self.filed {
                    self.tables.tear(endpoint);
                }
            }
            Ok(Element::Record(record, told)) => self.record(record, told, pointer, paged),
            Err(why) => self.lose(pointer, &why),
        }
        Ok(())
    }

    fn record(&mut self, record: Record, told: Option<Endpoint>, pointer: &str, paged: bool) {
        let of_device = |endpoint| match endpoint {
            // A row of the backup report looks like a device. It is none: devices that were deleted are in it too.
            Endpoint::Devices if paged || self.filed == Some(Endpoint::BackupUsage) => Endpoint::BackupUsage,
            other => other,
        };
        let told = told.map(of_device);
        if told.is_some_and(|endpoint| endpoint != Endpoint::Passed) {
            self.last = told;
        }
        match told.or(self.last).or(self.filed) {
            Some(Endpoint::Passed) => Passed::count(&mut self.passed.other, pointer),
            Some(endpoint) => self.tables.insert(endpoint, record, self.notes),
            None => Passed::count(&mut self.passed.untold, pointer),
        }
    }

    fn lose(&mut self, pointer: &str, why: &str) {
        let place = format!("{}{pointer}", self.prefix);
        match self
            .last
            .or(self.filed)
            .filter(|endpoint| *endpoint != Endpoint::Passed)
        {
            Some(endpoint) => self.tables.lose(endpoint, place, why, self.notes),
            None => self.notes.lost(place, why),
        }
    }
}

/// Reads a list or an object.
fn walk(
    sink: &mut Sink<'_>,
    text: &str,
    pointer: &str,
    depth: usize,
    paged: bool,
) -> Result<(), serde_json::Error> {
    let mut reader = serde_json::Deserializer::from_str(text);
    Node {
        sink,
        text,
        pointer,
        depth,
        paged,
    }
    .deserialize(&mut reader)?;
    reader.end()
}

/// A list of elements, or an object that is a page or a record.
struct Node<'n, 'a> {
    sink: &'n mut Sink<'a>,
    text: &'n str,
    pointer: &'n str,
    depth: usize,
    paged: bool,
}

impl<'de> DeserializeSeed<'de> for Node<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Node<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an answer of NinjaOne")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        let mut index = 0_u64;
        while let Some(item) = items.next_element::<&'de RawValue>()? {
            let pointer = format!("{}/{index}", self.pointer);
            self.sink.element(item.get(), &pointer, self.depth, self.paged)?;
            index += 1;
        }
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let (mut results, mut claimed) = (None, None);
        while let Some(key) = map.next_key::<std::borrow::Cow<'de, str>>()? {
            match &*key {
                "cursor" => claimed = claim(map.next_value::<&'de RawValue>()?.get()),
                "results" => results = Some(map.next_value::<&'de RawValue>()?),
                _ => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        let Some(results) = results else {
            return self.sink.element(self.text, self.pointer, 0, self.paged);
        };
        let before = self.sink.seen;
        let pointer = format!("{}/results", self.pointer);
        let results = results.get().trim();
        if results.starts_with('[') {
            walk(self.sink, results, &pointer, self.depth, true).map_err(serde::de::Error::custom)?;
        } else if results != "null" {
            self.sink.element(results, &pointer, 0, true)?;
        }
        let rows = self.sink.seen - before;
        if let Some(endpoint) = self.sink.last.or(self.sink.filed) {
            self.sink.tables.claim(endpoint, claimed, rows);
        }
        Ok(())
    }
}

/// How many rows a cursor says that there are.
fn claim(cursor: &str) -> Option<u64> {
    let cursor: serde_json::Value = serde_json::from_str(cursor).ok()?;
    let count = super::record::whole(cursor.get("count")?)?;
    u64::try_from(count).ok()
}
