//! Importers: the exports of other tools as inventories.

mod detect;
mod encoding;
mod fit;
mod netbox;
mod notes;
mod relations;
mod rvtools;
mod table;
mod vcto;
mod xlsx;

pub use detect::detect;

use std::path::{Path, PathBuf};

use super::Format;
use super::input::{self, Document, Opened};
use crate::error::{Error, ErrorKind, Result};
use crate::estate::Inventory;
use crate::monitor::Monitor;
use crate::text::Plain;

/// Reads one file in the given format.
fn parse(document: &Document, format: Format, monitor: &Monitor) -> Result<Inventory> {
    let within = |error: Error| error.within(Plain(&document.name));
    match format {
        Format::Netbox => {
            let mut pages = netbox::Pages::default();
            pages.add(document, false, monitor)?;
            pages.finish(&document.name, monitor)
        }
        Format::Relations => relations::read(document, monitor).map_err(within),
        Format::Rvtools => rvtools::read(document, monitor).map_err(within),
        Format::Vcto => {
            let size = document.bytes.len() as u64;
            vcto::read(document.bytes.as_slice(), size, monitor).map_err(within)
        }
    }
}

/// Reads an opened file; without a format it is told by the content.
pub(super) fn parse_file(file: Opened, format: Option<Format>, monitor: &Monitor) -> Result<Inventory> {
    let format = match format {
        Some(format) => Some(format),
        // What a workbook is, its whole content tells.
        None if file.head().starts_with(b"PK\x03\x04") => None,
        None => Some(detect(file.head()).map_err(|error| error.within(Plain(&file.name)))?),
    };
    if format == Some(Format::Vcto) {
        let (name, size) = (file.name.clone(), file.size);
        return vcto::read(file.stream(), size, monitor).map_err(|error| error.within(Plain(&name)));
    }
    let document = file.document()?;
    parse_bytes(&document, format, monitor)
}

/// Reads the content of a file; without a format it is told by the content.
pub(super) fn parse_bytes(
    document: &Document,
    format: Option<Format>,
    monitor: &Monitor,
) -> Result<Inventory> {
    let format = match format {
        Some(format) => format,
        None => detect(&document.bytes).map_err(|error| error.within(Plain(&document.name)))?,
    };
    parse(document, format, monitor)
}

/// Reads a folder: the pages of one NetBox, a file an endpoint or page.
pub(super) fn parse_folder(
    folder: &Path,
    name: &str,
    files: &[PathBuf],
    format: Option<Format>,
    monitor: &Monitor,
) -> Result<Inventory> {
    let refused = |what: String| Error::new(ErrorKind::InvalidInput, what).at(Plain(name).to_string());
    if let Some(format) = format.filter(|format| *format != Format::Netbox) {
        return Err(refused(format!(
            "a folder, where the format `{format}` is one file"
        )));
    }
    if files.is_empty() {
        return Err(refused("the folder holds no `.json` file".to_owned())
            .remedy("a folder is read as the pages of a NetBox; name files of other formats one by one"));
    }
    let mut pages = netbox::Pages::default();
    for (done, path) in files.iter().enumerate() {
        monitor.report("source.read", done as u64, Some(files.len() as u64))?;
        let mut document = input::file(path)?.document()?;
        if let Ok(inside) = path.strip_prefix(folder) {
            document.name = inside.to_string_lossy().into_owned();
        }
        if format.is_none() {
            match detect(&document.bytes) {
                Ok(Format::Netbox) => {}
                Ok(other) => {
                    let what = format!("{} is {}", Plain(&document.name), other.describe());
                    return Err(refused(what).remedy(
                        "a folder is read as the pages of a NetBox; name files of other formats one by one",
                    ));
                }
                Err(error) => return Err(error.within(Plain(&document.name))),
            }
        }
        pages.add(&document, true, monitor)?;
    }
    pages.finish(name, monitor)
}
