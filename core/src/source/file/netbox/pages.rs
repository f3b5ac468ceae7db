//! From JSON to [`Tables`]: a dump by model, the records of Django's `dumpdata`, or pages of the REST API. Records are
//! read one by one, so that a large file is never in memory as a tree.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

use super::model::Model;
use super::tables::Tables;
use crate::error::{Error, ErrorKind, Result};
use crate::monitor::Monitor;
use crate::source::file::encoding;
use crate::source::file::notes::Notes;

/// Progress is told every so many records.
const STEP: u64 = 4_096;

/// Reads one document into the tables. `path` is the file's path in its folder, `named` whether notes must say it.
pub(super) fn read(
    bytes: &[u8],
    path: &str,
    named: bool,
    tables: &mut Tables,
    notes: &mut Notes,
    monitor: &Monitor,
) -> Result<()> {
    let mut sink = Sink {
        tables,
        notes,
        monitor,
        prefix: if named {
            format!("{}: ", crate::text::Plain(path))
        } else {
            String::new()
        },
        filed: Model::filed(path),
        seen: 0,
        stopped: None,
    };
    let mut reader = serde_json::Deserializer::from_slice(encoding::without_mark(bytes)?);
    let read = Top(&mut sink)
        .deserialize(&mut reader)
        .and_then(|()| reader.end());
    match (sink.stopped, read) {
        (Some(stopped), _) => Err(stopped),
        (None, Ok(())) => Ok(()),
        (None, Err(error)) => Err(malformed(&error)),
    }
}

fn malformed(error: &serde_json::Error) -> Error {
    let what = if error.is_eof() {
        "the JSON ends too early: the file is truncated"
    } else if error.is_syntax() {
        "the file is no well-formed JSON"
    } else {
        "not a NetBox dump or page"
    };
    Error::new(ErrorKind::InvalidInput, what)
        .at(format!("line {}, column {}", error.line(), error.column()))
        .with("json", crate::text::Plain(&error.to_string()))
}

/// Where records go.
struct Sink<'a> {
    tables: &'a mut Tables,
    notes: &'a mut Notes,
    monitor: &'a Monitor,
    prefix: String,
    filed: Option<Model>,
    seen: u64,
    /// Why reading was stopped from here.
    stopped: Option<Error>,
}

impl Sink<'_> {
    fn place(&self, pointer: &str) -> String {
        format!("{}{pointer}", self.prefix)
    }

    /// Takes over one value. `model` is known in a dump; otherwise the record says it itself.
    fn record<E: serde::de::Error>(
        &mut self,
        pointer: &str,
        model: Option<Model>,
        value: Value,
    ) -> Result<(), E> {
        self.seen += 1;
        if self.seen.is_multiple_of(STEP)
            && let Err(stopped) = self.monitor.report("source.read", self.seen, None)
        {
            self.stopped = Some(stopped);
            return Err(E::custom("stopped"));
        }
        let place = self.place(pointer);
        let Value::Object(fields) = value else {
            let text = "a record that is no object is left out";
            match model {
                Some(model) => self.tables.lose(model, place, text, self.notes),
                None => self.notes.lost(place, text),
            }
            return Ok(());
        };
        let word = |name: &str| fields.get(name).and_then(Value::as_str);
        let said = match (word("model"), fields.get("fields"), word("url")) {
            (Some(name), Some(_), _) => Some(Model::named(name)),
            (_, _, Some(url)) => Some(Model::addressed(url)),
            _ => None,
        };
        match model.map_or(said, |model| Some(Some(model))) {
            Some(Some(model)) => self.tables.insert(model, place, fields, self.notes),
            // A model that is passed over on purpose.
            Some(None) => {}
            None => match self.filed {
                Some(model) => self.tables.insert(model, place, fields, self.notes),
                None => self.notes.lost(
                    place,
                    "a record that does not say its model is left out: name the file after the endpoint, as in `dcim/devices.json`",
                ),
            },
        }
        Ok(())
    }

    /// The head of a page: how many records there are, and of what.
    fn page(&mut self, count: Option<u64>, links: &[Value], inside: Option<Model>) {
        let linked = links.iter().filter_map(Value::as_str).find_map(Model::addressed);
        if let (Some(model), Some(count)) = (inside.or(linked).or(self.filed), count) {
            self.tables.claim(model, count);
        }
    }
}

/// The whole document.
struct Top<'s, 'a>(&'s mut Sink<'a>);

impl<'de> DeserializeSeed<'de> for Top<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Top<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a NetBox dump or pages of its REST API")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<(), A::Error> {
        object(self.0, "", map)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        let mut index = 0_usize;
        while items.next_element_seed(Item(self.0, index))?.is_some() {
            index += 1;
        }
        Ok(())
    }
}

/// An element of the document: a record or a page.
struct Item<'s, 'a>(&'s mut Sink<'a>, usize);

impl<'de> DeserializeSeed<'de> for Item<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        let Self(sink, index) = self;
        let pointer = format!("/{index}");
        // A page in an array is small: a page of the REST API has a thousand records at most.
        match serde::Deserialize::deserialize(deserializer)? {
            Value::Object(mut page) if page.get("results").is_some_and(Value::is_array) => {
                let results = page.remove("results");
                let mut inside = None;
                if let Some(Value::Array(results)) = results {
                    for (at, value) in results.into_iter().enumerate() {
                        inside = inside.or_else(|| addressed(&value));
                        sink.record(&format!("{pointer}/results/{at}"), None, value)?;
                    }
                }
                let links = ["next", "previous"].map(|link| page.remove(link).unwrap_or_default());
                sink.page(page.get("count").and_then(Value::as_u64), &links, inside);
                Ok(())
            }
            other => sink.record(&pointer, None, other),
        }
    }
}

fn addressed(record: &Value) -> Option<Model> {
    Model::addressed(record.get("url")?.as_str()?)
}

/// An object: a page, one record, or a dump by model.
fn object<'de, A: MapAccess<'de>>(sink: &mut Sink<'_>, pointer: &str, mut map: A) -> Result<(), A::Error> {
    let mut record = Map::new();
    let (mut count, mut links, mut inside, mut is_page, mut is_dump) = (None, Vec::new(), None, false, false);
    while let Some(key) = map.next_key::<String>()? {
        match key.as_str() {
            "count" => count = map.next_value::<Value>()?.as_u64(),
            "next" | "previous" => links.push(map.next_value()?),
            "results" => {
                is_page = true;
                map.next_value_seed(Records {
                    sink,
                    pointer: format!("{pointer}/results"),
                    model: None,
                    inside: &mut inside,
                })?;
            }
            name if super::is_model(name) => {
                is_dump = true;
                match Model::named(name) {
                    Some(model) => {
                        sink.tables.open(model);
                        map.next_value_seed(Records {
                            sink,
                            pointer: format!("{pointer}/{name}"),
                            model: Some(model),
                            inside: &mut inside,
                        })?;
                    }
                    None => {
                        map.next_value::<IgnoredAny>()?;
                    }
                }
            }
            _ => {
                record.insert(key, map.next_value()?);
            }
        }
    }
    if is_page {
        sink.page(count, &links, inside);
    } else if !is_dump {
        if !(record.contains_key("id") || record.contains_key("pk")) {
            return Err(A::Error::custom("neither models, nor a page, nor a record"));
        }
        sink.record(pointer, None, Value::Object(record))?;
    }
    Ok(())
}

/// An array of records.
struct Records<'s, 'a> {
    sink: &'s mut Sink<'a>,
    pointer: String,
    model: Option<Model>,
    /// The model of the records, by their addresses.
    inside: &'s mut Option<Model>,
}

impl<'de> DeserializeSeed<'de> for Records<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Records<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array of records")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        let mut index = 0_usize;
        while let Some(value) = items.next_element::<Value>()? {
            *self.inside = self.inside.or_else(|| addressed(&value));
            self.sink
                .record(&format!("{}/{index}", self.pointer), self.model, value)?;
            index += 1;
        }
        Ok(())
    }
}
