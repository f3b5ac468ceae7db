//! Which format a file has: told by its content, never by its name.

use super::encoding;
use super::facts;
use super::inferred;
use super::keys::Keys;
use super::questions;
use super::relations;
use super::table;
use super::xlsx::Workbook;
use crate::error::{Error, ErrorKind, Result};
use crate::source::Format;
use crate::text::quoted;

/// Tells the format of a file by its content.
///
/// ```
/// use vcto::source::{self, Format};
///
/// assert_eq!(source::detect(b"from;to;kind\n")?, Format::Relations);
/// assert_eq!(source::detect(br#"{"dcim.device": []}"#)?, Format::Netbox);
/// assert_eq!(source::detect(br#"[{"id": 101, "organizationId": 5, "nodeClass": "WINDOWS_SERVER"}]"#)?, Format::Ninjaone);
/// # Ok::<(), vcto::Error>(())
/// ```
///
/// # Errors
/// `invalid_input` when the content is none that can be read: the message says what it looks like, and lists the formats.
/// `too_large` for a workbook beyond its bounds.
pub fn detect(bytes: &[u8]) -> Result<Format> {
    recognise(bytes)
        .map(|told| told.format)
        .map_err(|error| error.during("source.detect"))
}

/// A format, and whether nothing else looks like that: the records of several vendors begin with an `id`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Told {
    pub(super) format: Format,
    pub(super) certain: bool,
}

impl From<Format> for Told {
    fn from(format: Format) -> Self {
        Self {
            format,
            certain: true,
        }
    }
}

/// What one of the files of a folder is, by its beginning. JSON that says nothing, such as an empty list, may be a part
/// of what the other files are: the inner error is for a folder in which no file says more.
///
/// # Errors
/// `invalid_input` for what is no JSON.
pub(super) fn in_folder(head: &[u8]) -> Result<Result<Told>> {
    let text = encoding::without_mark(head)?.trim_ascii_start();
    match recognise(head) {
        Err(error) if !text.starts_with(b"{") && !text.starts_with(b"[") => Err(error),
        told => Ok(told),
    }
}

fn recognise(bytes: &[u8]) -> Result<Told> {
    if bytes.starts_with(b"PK\x03\x04") {
        return workbook(bytes).map(Told::from);
    }
    if bytes.starts_with(b"\xD0\xCF\x11\xE0") {
        return Err(Error::new(
            ErrorKind::InvalidInput,
            "an old or a password-protected Excel workbook",
        )
        .remedy("save it as xlsx without a password"));
    }
    let text = encoding::without_mark(bytes)?.trim_ascii_start();
    match text.first() {
        Some(b'{') => object(text),
        Some(b'[') => array(text),
        Some(b'<') => Err(unknown("it looks like HTML or XML")),
        Some(_) => sheet(text).map(Told::from),
        None => Err(Error::new(ErrorKind::InvalidInput, "the file is empty")),
    }
}

/// The titles of a table tell it.
fn sheet(text: &[u8]) -> Result<Format> {
    let titles = table::titles(text).unwrap_or_default();
    if relations::is_header(&titles) {
        Ok(Format::Relations)
    } else if inferred::is_header(&titles) {
        Ok(Format::Inferred)
    } else if questions::is_header(&titles) {
        Ok(Format::Questions)
    } else if is_waivers(&titles) {
        // Its column `asset` would make it a sheet of facts.
        Err(Error::new(
            ErrorKind::InvalidInput,
            "it is a sheet of waivers, which is no inventory",
        )
        .remedy("give it to the review: `Reviewer::waivers`, `waivers=`, `--waivers`"))
    } else if facts::is_header(&titles) {
        Ok(Format::Facts)
    } else {
        Err(unknown(
            "it is neither JSON, nor a workbook, nor a table with the columns from,to,kind or with a column asset",
        ))
    }
}

fn is_waivers(titles: &[String]) -> bool {
    ["approved_by", "requested_by", "until"]
        .iter()
        .all(|needed| titles.iter().any(|title| title.eq_ignore_ascii_case(needed)))
}

fn workbook(bytes: &[u8]) -> Result<Format> {
    let workbook = Workbook::open(bytes)?;
    if workbook.names().any(super::rvtools::is_sheet) {
        return Ok(Format::Rvtools);
    }
    let names: Vec<_> = workbook.names().take(5).map(quoted).collect();
    Err(unknown(&format!(
        "it is a workbook without the sheets of RVTools: it has {}",
        names.join(", ")
    )))
}

/// The first key of an object tells it, but for pages and records, which several vendors have.
fn object(text: &[u8]) -> Result<Told> {
    let keys = Keys::of(text);
    let Some(key) = keys.first() else {
        return Err(unknown("it is a JSON object without keys, or truncated"));
    };
    match key {
        "format" | "source" | "assets" | "relations" | "requirements" => Ok(Format::Vcto.into()),
        other if super::netbox::is_model(other) => Ok(Format::Netbox.into()),
        _ if is_ninjaone(&keys) => Ok(Format::Ninjaone.into()),
        // Pages of NetBox count; without a count, an empty page may be of either.
        "count" | "next" | "previous" | "results" => Ok(Told {
            format: Format::Netbox,
            certain: ["count", "next", "previous", "url", "display"]
                .iter()
                .any(|key| keys.has(key)),
        }),
        other => Err(unknown(&format!(
            "it is a JSON object that begins with the key {}",
            quoted(other)
        ))),
    }
}

/// Records of a Django dump, pages of a REST API, or the records of such pages.
fn array(text: &[u8]) -> Result<Told> {
    let keys = Keys::of(text);
    if is_ninjaone(&keys) {
        return Ok(Format::Ninjaone.into());
    }
    match keys.first() {
        Some(
            "model" | "pk" | "fields" | "count" | "next" | "previous" | "results" | "id" | "url" | "display",
        ) => Ok(Told {
            format: Format::Netbox,
            certain: ["url", "display", "pk", "fields", "count"]
                .iter()
                .any(|key| keys.has(key)),
        }),
        Some(other) => Err(unknown(&format!(
            "it is a JSON array of objects that begin with the key {}",
            quoted(other)
        ))),
        None => Err(unknown("it is a JSON array without objects, or truncated")),
    }
}

fn is_ninjaone(keys: &Keys) -> bool {
    super::ninjaone::is_answer(&keys.names)
}

fn unknown(looks: &str) -> Error {
    let formats: Vec<_> = Format::ALL
        .iter()
        .map(|format| format!("{format} is {}", format.describe()))
        .collect();
    Error::new(
        ErrorKind::InvalidInput,
        format!("the format is not recognised: {looks}"),
    )
    .remedy(formats.join("; "))
}
