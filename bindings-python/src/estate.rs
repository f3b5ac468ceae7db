//! Inventories and estates.

use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyType};
use vcto::estate::AssetId;
use vcto::impact;

use crate::both::read::no_file;
use crate::error::Result;
use crate::given::{Text, one_of};
use crate::json::{AssetLists, BlastRadii, BlastRadius, Bridges, Dictionary, Failure, WhatIf};

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

one_of! {
    /// What an estate is made of: an inventory, its JSON text, or a dictionary of the same shape.
    Given<'py>: "an inventory, its JSON text or a dictionary of that shape (`vcto.read` reads files)" {
        /// Read before.
        Inventory(PyRef<'py, Inventory>),
        /// JSON text.
        Text(Text),
        /// JSON text in UTF-8.
        Bytes(Bound<'py, PyBytes>),
        /// A dictionary of the format.
        Dictionary(Dictionary<'py>),
    }
}

/// What a client had at one time, checked and frozen, with its dependency graph.
#[pyclass(frozen, module = "vcto")]
pub struct Estate(pub vcto::Estate);

#[pymethods]
impl Estate {
    #[new]
    fn new(py: Python<'_>, inventory: Given<'_>) -> Result<Self> {
        let parse = |text: &[u8]| py.detach(|| vcto::Inventory::from_json(text));
        let inventory = match inventory {
            Given::Inventory(inventory) => inventory.0.clone(),
            Given::Text(Text(text)) => {
                parse(text.as_bytes()).map_err(|error| no_file(error, text.as_bytes(), "`vcto.read`"))?
            }
            Given::Bytes(bytes) => parse(bytes.as_bytes())?,
            Given::Dictionary(dictionary) => {
                let text = dictionary.text().map_err(|error| error.during("inventory.read"));
                text.and_then(|text| parse(&text))?
            }
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

    /// How many of the relations nobody stated: a method inferred them.
    #[getter]
    fn inferred_relation_count(&self) -> usize {
        self.0.inferred_relation_count()
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

    /// A `facts.csv` to fill in: what people know of services, sites and circuits, and this snapshot has not.
    fn facts_template(&self, py: Python<'_>) -> String {
        py.detach(|| vcto::source::facts_template(&self.0))
    }

    /// The id of the asset with this id, or else of the only one with this name.
    fn find(&self, text: &str) -> Result<String> {
        Ok(self.0.find(text)?.as_str().to_owned())
    }

    /// What a failure of this asset could touch, redundancy ignored; the asset itself is not counted.
    fn blast_radius(&self, py: Python<'_>, asset_id: &str) -> Result<BlastRadius> {
        BlastRadius::of(py, &py.detach(|| impact::blast_radius(&self.0, asset_id))?)
    }

    /// The totals of all blast radii, by asset id.
    fn blast_radii(&self, py: Python<'_>) -> Result<BlastRadii> {
        BlastRadii::of(py, &py.detach(|| impact::blast_radii(&self.0)))
    }

    /// What stops, and what only gets worse, when these assets fail; they are among the failed.
    fn fail(&self, py: Python<'_>, asset_ids: Vec<String>) -> Result<Failure> {
        Failure::of(py, &py.detach(|| impact::fail(&self.0, asset_ids))?)
    }

    /// What stops, what is cut off, what gets worse and what is not known when these assets fail, over dependencies and the
    /// network together; a reason for each, and the people.
    fn what_if(&self, py: Python<'_>, asset_ids: Vec<String>) -> Result<WhatIf> {
        WhatIf::of(py, &py.detach(|| impact::what_if(&self.0, asset_ids))?)
    }

    /// The smallest sets of other assets, of up to `order`, whose failure fails this one; by size, then by ids.
    #[pyo3(signature = (asset_id, order=2))]
    fn cut_sets(&self, py: Python<'_>, asset_id: &str, order: i64) -> Result<AssetLists> {
        // What is no order is refused by core.
        let order = usize::try_from(order).unwrap_or(0);
        AssetLists::of(py, &py.detach(|| impact::cut_sets(&self.0, asset_id, order))?)
    }

    /// Groups of assets that need each other in a ring.
    fn cycles(&self, py: Python<'_>) -> Result<AssetLists> {
        AssetLists::of(py, &py.detach(|| impact::cycles(&self.0)))
    }

    /// The assets by how much stands below them, from the foundations up.
    fn layers(&self, py: Python<'_>) -> Result<AssetLists> {
        AssetLists::of(py, &py.detach(|| impact::layers(&self.0)))
    }

    /// The shortest chain by which the first depends on the second, both included; `None` when it does not.
    fn path(&self, py: Python<'_>, from_id: &str, to_id: &str) -> Result<Option<Vec<String>>> {
        let path = py.detach(|| impact::path(&self.0, from_id, to_id))?;
        Ok(path.map(|path| texts(&path.0)))
    }

    /// The network layer: its `connects_to` relations, undirected.
    fn network(&self, py: Python<'_>) -> Network {
        Network(py.detach(|| impact::network(&self.0)))
    }

    fn __repr__(&self) -> String {
        format!(
            "<Estate of {} assets, {} relations>",
            self.0.asset_count(),
            self.0.relation_count()
        )
    }

    /// A copy or a pickle is the document, read again.
    fn __reduce__<'py>(slf: &Bound<'py, Self>) -> (Bound<'py, PyType>, (String,)) {
        (slf.get_type(), (slf.get().0.to_json(),))
    }

    /// What it is, as a fragment of HTML: no script, no style; text from outside is escaped.
    fn to_html(&self) -> String {
        self.0.to_html()
    }

    fn _repr_html_(&self) -> String {
        self.0.to_html()
    }
}

/// The network layer of an estate.
#[pyclass(frozen, module = "vcto")]
pub struct Network(impact::Network);

#[pymethods]
impl Network {
    /// How many assets are linked.
    #[getter]
    fn asset_count(&self) -> usize {
        self.0.asset_count()
    }

    /// Assets without which their part of the network falls apart.
    fn articulation_points(&self) -> Vec<String> {
        texts(&self.0.articulation_points())
    }

    /// Links without which their part of the network falls apart, as pairs of ids.
    fn bridges(&self, py: Python<'_>) -> Result<Bridges> {
        Bridges::of(py, &self.0.bridges())
    }

    /// How many other assets of its part end up outside the largest rest when this asset goes.
    fn separated_by(&self, asset_id: &str) -> Result<usize> {
        Ok(self.0.separated_by(asset_id)?)
    }

    fn __repr__(&self) -> String {
        format!("<Network of {} assets>", self.0.asset_count())
    }
}

fn texts(ids: &[AssetId]) -> Vec<String> {
    ids.iter().map(|id| id.as_str().to_owned()).collect()
}
