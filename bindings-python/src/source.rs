//! Reading inventories from files.

use std::path::PathBuf;

use pyo3::prelude::*;
use vcto::source::{Format, Reader};

use crate::error::Result;
use crate::estate::Inventory;

/// One file, or several that are merged.
#[derive(FromPyObject)]
pub enum Paths {
    /// One.
    One(PathBuf),
    /// Several.
    Several(Vec<PathBuf>),
}

/// Reads one file, or several that are merged: an inventory, an export of another tool, a table of relations.
///
/// The format is told by the content unless it is named: `vcto`, `netbox`, `rvtools`, `relations`, ...
#[pyfunction]
#[pyo3(signature = (path_or_paths, format=None))]
pub fn read(py: Python<'_>, path_or_paths: Paths, format: Option<&str>) -> Result<Inventory> {
    let mut reader = Reader::new();
    if let Some(format) = format {
        reader = reader.format(format.parse::<Format>()?);
    }
    Ok(Inventory(py.detach(|| match path_or_paths {
        Paths::One(path) => reader.read(path),
        Paths::Several(paths) => reader.read_all(paths),
    })?))
}
