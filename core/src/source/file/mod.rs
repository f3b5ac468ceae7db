//! Importers: the exports of other tools as inventories.

mod detect;
mod encoding;
mod facts;
mod fit;
mod inferred;
mod keys;
mod netbox;
mod ninjaone;
mod notes;
mod questions;
mod relations;
mod rvtools;
mod stated;
mod table;
mod vcto;
mod xlsx;

pub use detect::detect;
pub(crate) use table::{Row, Table, columns, needed};

use std::path::{Path, PathBuf};

use jiff::Timestamp;

use super::Format;
use super::input::{self, Document, Opened};
use crate::error::{Error, ErrorKind, Result};
use crate::estate::{Inventory, Note};
use crate::monitor::Monitor;
use crate::text::{Plain, quoted};

/// How to read: what the caller of [`Reader`](super::Reader) asked for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Options<'a> {
    /// Told by the content unless it is named.
    pub(super) format: Option<Format>,
    /// Which client, where an input holds several.
    pub(super) scope: Option<&'a str>,
    /// When the data was true, where the input does not say it.
    pub(super) captured_at: Option<Timestamp>,
    pub(super) monitor: &'a Monitor,
}

/// Reads one file in the given format.
fn parse(document: &Document, format: Format, options: Options<'_>) -> Result<Inventory> {
    let within = |error: Error| error.within(Plain(&document.name));
    let monitor = options.monitor;
    match format {
        Format::Facts => facts::read(document, monitor).map_err(within),
        Format::Inferred => inferred::read(document, monitor).map_err(within),
        Format::Netbox => {
            let mut pages = netbox::Pages::default();
            pages.add(document, false, monitor)?;
            pages
                .finish(&document.name, monitor)
                .map(|inventory| whole(inventory, options))
        }
        Format::Ninjaone => {
            let mut answers = ninjaone::Answers::default();
            answers.add(document, false, monitor)?;
            answers.finish(&document.name, options)
        }
        Format::Questions => questions::read(document, monitor).map_err(within),
        Format::Relations => relations::read(document, monitor).map_err(within),
        Format::Rvtools => rvtools::read(document, monitor)
            .map(|inventory| whole(inventory, options))
            .map_err(within),
        Format::Vcto => {
            let size = document.bytes.len() as u64;
            vcto::read(document.bytes.as_slice(), size, monitor).map_err(within)
        }
    }
}

/// Notes that a scope was not applied: the format may hold several clients, and knows none of them by name.
fn whole(mut inventory: Inventory, options: Options<'_>) -> Inventory {
    if let Some(scope) = options.scope {
        inventory.source.notes.push(Note {
            at: None,
            text: format!(
                "the scope {} was not applied: this format does not say whose the records are, and all are taken",
                quoted(scope)
            )
            .into(),
            asset: None,
        });
    }
    inventory
}

/// Reads an opened file; without a format it is told by the content.
pub(super) fn parse_file(file: Opened, options: Options<'_>) -> Result<Inventory> {
    let format = match options.format {
        Some(format) => Some(format),
        // What a workbook is, its whole content tells.
        None if file.head().starts_with(b"PK\x03\x04") => None,
        None => Some(detect(file.head()).map_err(|error| error.within(Plain(&file.name)))?),
    };
    if format == Some(Format::Vcto) {
        let (name, size) = (file.name.clone(), file.size);
        return vcto::read(file.stream(), size, options.monitor).map_err(|error| error.within(Plain(&name)));
    }
    let document = file.document()?;
    parse_bytes(&document, Options { format, ..options })
}

/// Reads the content of a file; without a format it is told by the content.
pub(super) fn parse_bytes(document: &Document, options: Options<'_>) -> Result<Inventory> {
    let format = match options.format {
        Some(format) => format,
        None => detect(&document.bytes).map_err(|error| error.within(Plain(&document.name)))?,
    };
    parse(document, format, options)
}

/// The way out for a folder that is none of those that are read.
const FOLDERS: &str =
    "a folder is read as the answers of one NetBox or one NinjaOne; name files of other formats one by one";

/// Reads a folder: what one NetBox or one NinjaOne answered, a file an endpoint or page.
pub(super) fn parse_folder(
    folder: &Path,
    name: &str,
    files: &[PathBuf],
    options: Options<'_>,
) -> Result<Inventory> {
    let refused = |what: String| Error::new(ErrorKind::InvalidInput, what).at(Plain(name).to_string());
    if let Some(format) = options.format
        && !matches!(format, Format::Netbox | Format::Ninjaone)
    {
        return Err(refused(format!(
            "a folder, where the format `{format}` is one file"
        )));
    }
    if files.is_empty() {
        return Err(refused("the folder holds no `.json` file".to_owned()).remedy(FOLDERS));
    }
    let inside = |path: &Path| {
        let inside = path.strip_prefix(folder).unwrap_or(path);
        inside.to_string_lossy().into_owned()
    };
    let format = match options.format {
        Some(format) => format,
        None => told(files, inside, options.monitor).map_err(|error| {
            if error.place().is_none() {
                error.at(Plain(name).to_string())
            } else {
                error
            }
        })?,
    };
    let (mut pages, mut answers) = (netbox::Pages::default(), ninjaone::Answers::default());
    for (done, path) in files.iter().enumerate() {
        options
            .monitor
            .report("source.read", done as u64, Some(files.len() as u64))?;
        let mut document = input::file(path)?.document()?;
        document.name = inside(path);
        match format {
            Format::Ninjaone => answers.add(&document, true, options.monitor)?,
            _ => pages.add(&document, true, options.monitor)?,
        }
    }
    match format {
        Format::Ninjaone => answers.finish(name, options),
        _ => pages
            .finish(name, options.monitor)
            .map(|inventory| whole(inventory, options)),
    }
}

/// What the files of a folder are, by the beginnings of all of them. Those that could be anything follow the others.
fn told(files: &[PathBuf], inside: impl Fn(&Path) -> String, monitor: &Monitor) -> Result<Format> {
    let mut certain: Option<(Format, String)> = None;
    let mut unclear = None;
    for path in files {
        monitor.check()?;
        let file = input::file(path)?;
        let shown = inside(path);
        let within = |error: Error| error.within(Plain(&shown));
        let (format, sure) = match detect::in_folder(file.head()).map_err(within)? {
            Ok(told) => (told.format, told.certain),
            Err(error) => {
                unclear = unclear.or(Some(within(error)));
                continue;
            }
        };
        let is_folder = matches!(format, Format::Netbox | Format::Ninjaone);
        let what = || format!("{} is {}", Plain(&shown), format.describe());
        match &certain {
            _ if !is_folder => {
                return Err(Error::new(ErrorKind::InvalidInput, what()).remedy(FOLDERS));
            }
            Some((other, first)) if sure && *other != format => {
                return Err(
                    Error::new(ErrorKind::InvalidInput, format!("{}, but {first}", what())).remedy(FOLDERS),
                );
            }
            None if sure => certain = Some((format, what())),
            _ => {}
        }
    }
    match (certain, unclear) {
        (Some((Format::Netbox, _)) | None, Some(error)) => Err(error),
        (Some((format, _)), _) => Ok(format),
        (None, None) => Ok(Format::Netbox),
    }
}
