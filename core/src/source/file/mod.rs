//! Importers: the exports of other tools as inventories.

mod detect;
mod encoding;
mod netbox;
mod notes;
mod relations;
mod rvtools;
mod vcto;
mod xlsx;

pub use detect::detect;

use super::Format;
use super::input::Document;
use crate::error::{Error, ErrorKind, Result};
use crate::estate::Inventory;
use crate::monitor::Monitor;
use crate::text::Plain;

/// Reads one file in the given format.
pub(super) fn parse(document: &Document, format: Format, monitor: &Monitor) -> Result<Inventory> {
    match format {
        Format::Relations => relations::read(document, monitor),
        Format::Vcto => vcto::read(document, monitor),
        Format::Rvtools => rvtools::read(document, monitor),
        Format::Netbox => Err(Error::new(
            ErrorKind::Unsupported,
            format!("the format `{format}` cannot be read yet"),
        )),
    }
    .map_err(|error| error.within(Plain(&document.name)))
}
