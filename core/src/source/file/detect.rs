//! Which format a file has: told by its content, never by its name.

use super::encoding;
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
/// # Ok::<(), vcto::Error>(())
/// ```
///
/// # Errors
/// `invalid_input` when the content is none that can be read: the message says what it looks like, and lists the formats.
/// `too_large` for a workbook beyond its bounds.
pub fn detect(bytes: &[u8]) -> Result<Format> {
    recognise(bytes).map_err(|error| error.during("source.detect"))
}

fn recognise(bytes: &[u8]) -> Result<Format> {
    if bytes.starts_with(b"PK\x03\x04") {
        return workbook(bytes);
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
        Some(_) => sheet(text),
        None => Err(Error::new(ErrorKind::InvalidInput, "the file is empty")),
    }
}

/// The titles of a table tell it.
fn sheet(text: &[u8]) -> Result<Format> {
    match table::titles(text) {
        Some(titles) if relations::is_header(&titles) => Ok(Format::Relations),
        _ => Err(unknown(
            "it is neither JSON, nor a workbook, nor a table with the columns from,to,kind",
        )),
    }
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

/// The first key of an object tells it: no format has a key of another.
fn object(text: &[u8]) -> Result<Format> {
    let Some(key) = first_key(text) else {
        return Err(unknown("it is a JSON object without keys, or truncated"));
    };
    match key.as_str() {
        "format" | "source" | "assets" | "relations" | "requirements" => Ok(Format::Vcto),
        "count" | "next" | "previous" | "results" => Ok(Format::Netbox),
        other if super::netbox::is_model(other) => Ok(Format::Netbox),
        other => Err(unknown(&format!(
            "it is a JSON object that begins with the key {}",
            quoted(other)
        ))),
    }
}

/// Records of a Django dump, pages of a REST API, or the records of such pages.
fn array(text: &[u8]) -> Result<Format> {
    let inner = text.get(1..).unwrap_or_default().trim_ascii_start();
    match first_key(inner).as_deref() {
        Some(
            "model" | "pk" | "fields" | "count" | "next" | "previous" | "results" | "id" | "url" | "display",
        ) => Ok(Format::Netbox),
        Some(other) => Err(unknown(&format!(
            "it is a JSON array of objects that begin with the key {}",
            quoted(other)
        ))),
        None => Err(unknown("it is a JSON array without objects, or truncated")),
    }
}

/// The first key of the object that begins here.
fn first_key(text: &[u8]) -> Option<String> {
    let inner = text.strip_prefix(b"{")?.trim_ascii_start();
    if !inner.starts_with(b"\"") {
        return None;
    }
    serde_json::Deserializer::from_slice(inner)
        .into_iter::<String>()
        .next()?
        .ok()
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
