//! Reading inventories from files.

use std::path::PathBuf;

use pyo3::prelude::*;
use vcto::source::{self, Format, Reader};

use crate::error::Result;
use crate::estate::{Estate, Inventory};
use crate::given::one_of;
use crate::json::Inference;
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
/// With `infer=True`, relations that nobody recorded are inferred once everything is read: soft, each with its why.
///
/// `progress(stage, done, total)` is called on the way.
#[pyfunction]
#[pyo3(signature = (path_or_paths, format=None, *, scope=None, infer=false, progress=None))]
pub fn read(
    py: Python<'_>,
    path_or_paths: Paths,
    format: Option<&str>,
    scope: Option<String>,
    infer: bool,
    progress: Option<Progress>,
) -> Result<Inventory> {
    let format = format.map(str::parse::<Format>).transpose()?;
    let inventory = watch(py, progress, |monitor| {
        let reader = format
            .into_iter()
            .fold(Reader::new().infer(infer).monitor(monitor), Reader::format);
        let reader = scope.into_iter().fold(reader, Reader::scope);
        match path_or_paths {
            Paths::One(path) => reader.read(path),
            Paths::Several(paths) => reader.read_all(paths),
        }
    })?;
    Ok(Inventory(inventory))
}

one_of! {
    /// What relations are inferred from, or were.
    Records<'py>: "an inventory or an estate" {
        /// Frozen.
        Estate(PyRef<'py, Estate>),
        /// Not checked yet.
        Inventory(PyRef<'py, Inventory>),
    }
}

impl Records<'_> {
    fn inventory(&self) -> &vcto::Inventory {
        match self {
            Self::Estate(estate) => estate.0.inventory(),
            Self::Inventory(inventory) => &inventory.0,
        }
    }
}

/// What could be inferred from an inventory or estate, how far each method came, and what was not guessed and why.
#[pyfunction]
pub fn infer(py: Python<'_>, inventory: Records<'_>) -> Result<Inference> {
    let inventory = inventory.inventory();
    Inference::of(py, &py.detach(|| source::infer(inventory))?)
}

/// The sheet `inferred.csv` of everything that was inferred and of which nobody has decided yet: to be filled in, and read
/// beside the inputs.
#[pyfunction]
pub fn inferred_csv(py: Python<'_>, inventory: Records<'_>) -> String {
    let inventory = inventory.inventory();
    py.detach(|| source::inferred_csv(inventory))
}
