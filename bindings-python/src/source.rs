//! Reading inventories from files.

use std::path::PathBuf;

use pyo3::prelude::*;
use vcto::source::{Format, Reader};

use crate::error::Result;
use crate::estate::Inventory;
use crate::given::one_of;
use crate::monitor::{Progress, watch};

one_of! {
    /// One file, or several that are merged.
    Paths: "a path, or a list of paths" {
        /// One.
        One(PathBuf),
        /// Several.
        Several(Vec<PathBuf>),
    }
}

/// Reads one file, or several that are merged: an inventory, an export of another tool, a table of relations.
///
/// The format is told by the content unless it is named: `vcto`, `netbox`, `ninjaone`, `rvtools`, `relations`, ...
/// `scope` chooses the client, by name or id, where an input holds several: an organization of NinjaOne.
///
/// `progress(stage, done, total)` is called on the way.
#[pyfunction]
#[pyo3(signature = (path_or_paths, format=None, *, scope=None, progress=None))]
pub fn read(
    py: Python<'_>,
    path_or_paths: Paths,
    format: Option<&str>,
    scope: Option<String>,
    progress: Option<Progress>,
) -> Result<Inventory> {
    let format = format.map(str::parse::<Format>).transpose()?;
    let inventory = watch(py, progress, |monitor| {
        let reader = format
            .into_iter()
            .fold(Reader::new().monitor(monitor), Reader::format);
        let reader = scope.into_iter().fold(reader, Reader::scope);
        match path_or_paths {
            Paths::One(path) => reader.read(path),
            Paths::Several(paths) => reader.read_all(paths),
        }
    })?;
    Ok(Inventory(inventory))
}
