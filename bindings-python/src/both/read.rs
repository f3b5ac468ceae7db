//! Values of core from JSON text that the caller wrote as objects: an error names the place in them.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use serde_path_to_error::Segment;
use vcto::text::{Plain, pointer_to};
use vcto::{Error, ErrorKind, Result};

/// A longer message of a reader is cut off here, in characters.
const SHOWN: usize = 300;

/// The value of core that a text writes out. `what` names the argument in an error, before the place in it.
pub fn read<T: DeserializeOwned>(text: &[u8], what: &str) -> Result<T> {
    let mut reader = serde_json::Deserializer::from_slice(text);
    serde_path_to_error::deserialize(&mut reader).map_err(|error| {
        let steps = error.path().iter().map(|step| match step {
            Segment::Enum { variant } => pointer_to(variant),
            Segment::Map { key } => pointer_to(key),
            Segment::Seq { index } => format!("/{index}"),
            Segment::Unknown => String::new(),
        });
        let place: String = std::iter::once(what.to_owned()).chain(steps).collect();
        let refused = refused(&error.into_inner());
        // A fault of the whole has no place in it.
        if place.is_empty() {
            refused
        } else {
            refused.at(place)
        }
    })
}

/// The value of core that a word names: `approve`, `2026-11-22T08:00:00Z`. `what` names the argument in an error.
pub fn word<T: DeserializeOwned>(text: &str, what: &str) -> Result<T> {
    serde_json::from_value(text.into()).map_err(|error| refused(&error).at(what))
}

/// As [`read`], where the object may leave out what stands in `defaults`.
pub fn read_over<T: DeserializeOwned>(defaults: &impl Serialize, text: &[u8], what: &str) -> Result<T> {
    let mut all = value(defaults)?;
    lay_over(&mut all, read(text, what)?);
    read(&bytes(&all)?, what)
}

/// As [`read_over`], for a list of such objects.
pub fn read_each_over<T: DeserializeOwned>(
    defaults: &impl Serialize,
    text: &[u8],
    what: &str,
) -> Result<Vec<T>> {
    let defaults = value(defaults)?;
    let mut list: Vec<Value> = read(text, what)?;
    for one in &mut list {
        let mut all = defaults.clone();
        lay_over(&mut all, one.take());
        *one = all;
    }
    read(&bytes(&list)?, what)
}

/// Names the argument before the place in it.
pub fn within<T>(what: &str, written: Result<T>) -> Result<T> {
    written.map_err(|error| {
        let place = format!("{what}{}", error.place().unwrap_or_default());
        error.at(place)
    })
}

/// Says how files are read, where a text was handed in that looks like the name of one.
pub fn no_file(error: Error, text: &[u8], how: &str) -> Error {
    let is_document = text.trim_ascii_start().starts_with(b"{");
    if is_document || text.len() > MAX_PATH || text.trim_ascii().is_empty() {
        return error;
    }
    error.remedy(format!("this is no JSON: {how} reads files"))
}

/// No path is longer, in bytes.
const MAX_PATH: usize = 4_096;

/// The JSON form of a value of core.
pub fn value(value: &impl Serialize) -> Result<Value> {
    serde_json::to_value(value).map_err(|error| defect(&error))
}

/// The JSON text of a value of core.
pub fn bytes(value: &impl Serialize) -> Result<Vec<u8>> {
    serde_json::to_vec(value).map_err(|error| defect(&error))
}

/// Objects are merged, at most as deep as the defaults go; anything else takes the place.
fn lay_over(under: &mut Value, over: Value) {
    match (under, over) {
        (Value::Object(under), Value::Object(over)) => {
            for (key, value) in over {
                match under.get_mut(&key) {
                    Some(place) => lay_over(place, value),
                    None => drop(under.insert(key, value)),
                }
            }
        }
        (under, over) => *under = over,
    }
}

/// What the reader says, without its place in a text that the caller never saw.
fn refused(error: &serde_json::Error) -> Error {
    let said = error.to_string();
    let place = format!(" at line {} column {}", error.line(), error.column());
    let said: String = said
        .trim_end_matches(place.as_str())
        .chars()
        .take(SHOWN)
        .collect();
    Error::new(ErrorKind::InvalidInput, Plain(&said).to_string())
}

fn defect(error: &serde_json::Error) -> Error {
    Error::new(ErrorKind::Internal, error.to_string())
}
