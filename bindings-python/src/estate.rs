//! Inventories and estates.

use pyo3::prelude::*;
use vcto::text::Html;

use crate::error::Result;
use crate::json::Dictionary;

/// What is known of a client, as one source or a merge of several told it; not checked yet.
#[pyclass(frozen, module = "vcto")]
pub struct Inventory(pub vcto::Inventory);

#[pymethods]
impl Inventory {
    /// The document in the format `vcto.inventory/1`.
    fn to_json(&self, py: Python<'_>) -> String {
        py.detach(|| self.0.to_json())
    }

    fn __repr__(&self) -> String {
        format!(
            "<Inventory of {} assets, {} relations>",
            self.0.assets.len(),
            self.0.relations.len()
        )
    }
}

/// What an estate is made of: an inventory, its JSON text, or a dictionary of the same shape.
#[derive(FromPyObject)]
pub enum Given<'py> {
    /// Read before.
    Inventory(PyRef<'py, Inventory>),
    /// JSON text.
    Text(String),
    /// JSON text in UTF-8.
    Bytes(Vec<u8>),
    /// A dictionary of the format.
    Dictionary(Dictionary<'py>),
}

/// What a client had at one time, checked and frozen, with its dependency graph.
#[pyclass(frozen, module = "vcto")]
pub struct Estate(pub vcto::Estate);

#[pymethods]
impl Estate {
    #[new]
    fn new(py: Python<'_>, inventory: Given<'_>) -> Result<Self> {
        let parse = |bytes: Vec<u8>| py.detach(|| vcto::Inventory::from_json(&bytes));
        let inventory = match inventory {
            Given::Inventory(inventory) => inventory.0.clone(),
            Given::Text(text) => parse(text.into_bytes())?,
            Given::Bytes(bytes) => parse(bytes)?,
            Given::Dictionary(dictionary) => parse(dictionary.to_json()?)?,
        };
        Ok(Self(py.detach(|| vcto::Estate::new(inventory))?))
    }

    /// How many assets there are.
    #[getter]
    fn asset_count(&self) -> usize {
        self.0.asset_count()
    }

    /// How many relations there are, each once.
    #[getter]
    fn relation_count(&self) -> usize {
        self.0.relation_count()
    }

    /// Identifies the content: equal for equal content, whatever the order of the input was.
    #[getter]
    fn digest(&self, py: Python<'_>) -> String {
        py.detach(|| self.0.digest().to_string())
    }

    /// The inventory document of this snapshot: the same bytes for the same content, in every language.
    fn to_json(&self, py: Python<'_>) -> String {
        py.detach(|| self.0.to_json())
    }

    /// The id of the asset with this id, or else of the only one with this name.
    fn find(&self, text: &str) -> Result<String> {
        Ok(self.0.find(text)?.as_str().to_owned())
    }

    fn __repr__(&self) -> String {
        format!(
            "<Estate of {} assets, {} relations>",
            self.0.asset_count(),
            self.0.relation_count()
        )
    }

    fn _repr_html_(&self) -> String {
        format!(
            "<p><b>Estate</b> of {}: {} assets, {} relations</p>",
            Html(self.0.source().name.raw()),
            self.0.asset_count(),
            self.0.relation_count()
        )
    }
}
