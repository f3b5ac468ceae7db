//! Inventories and estates.

use std::collections::BTreeMap;

use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyType};
use vcto::estate::{AssetId, AssetKind, Edge, Strength};
use vcto::impact;

use crate::both::edges::edges;
use crate::both::read::no_file;
use crate::error::Result;
use crate::given::{Text, one_of};
use crate::json::{
    Additions, AssetLists, BlastRadii, BlastRadius, Bridges, ClassRadii, ColdStart, Communities, Components,
    Counterfactuals, Dictionary, Dominators, Failure, FailureOdds, ImpactDiff, NetworkView, PairFailures,
    SingleFailures, WhatIf,
};
use crate::monitor::{Progress, watch};

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

    /// How many assets stop, the asset itself included, and how many get worse when each asset fails alone; by asset id.
    #[pyo3(signature = (*, progress=None))]
    fn single_failures(&self, py: Python<'_>, progress: Option<Progress>) -> Result<SingleFailures> {
        let found = watch(py, progress, |monitor| {
            impact::single_failures_with(&self.0, &impact::SingleOptions::default().monitor(monitor))
        })?;
        SingleFailures::of(py, &found)
    }

    /// The pairs of assets below this one that together fail more than each alone; those that fail most first.
    #[pyo3(signature = (asset_id, *, progress=None))]
    fn pair_failures(
        &self,
        py: Python<'_>,
        asset_id: &str,
        progress: Option<Progress>,
    ) -> Result<PairFailures> {
        let found = watch(py, progress, |monitor| {
            impact::PairSearch::new(&self.0).monitor(monitor).find(asset_id)
        })?;
        PairFailures::of(py, &found)
    }

    /// Failures drawn at random from a seed, the same on every machine: how often each asset stops, with an interval of 95 %.
    /// `rate` is how likely each asset is down by itself, `kind_rates` that of kinds, `rates` that of single assets.
    #[pyo3(signature = (seed, *, draws=1000, rate=None, kind_rates=None, rates=None, progress=None))]
    #[expect(clippy::too_many_arguments, reason = "keywords in Python")]
    fn monte_carlo(
        &self,
        py: Python<'_>,
        seed: u64,
        draws: u32,
        rate: Option<f64>,
        kind_rates: Option<BTreeMap<String, f64>>,
        rates: Option<BTreeMap<String, f64>>,
        progress: Option<Progress>,
    ) -> Result<FailureOdds> {
        let mut drawing = impact::MonteCarlo::new(seed).draws(draws);
        if let Some(rate) = rate {
            drawing = drawing.rate(rate);
        }
        for (kind, rate) in kind_rates.unwrap_or_default() {
            drawing = drawing.rate_of_kind(AssetKind::from(kind.as_str()), rate);
        }
        for (asset, rate) in rates.unwrap_or_default() {
            drawing = drawing.rate_of(asset, rate);
        }
        let found = watch(py, progress, |monitor| {
            impact::monte_carlo(&self.0, &drawing.monitor(monitor))
        })?;
        FailureOdds::of(py, &found)
    }

    /// What runs and could not be started again from nothing: rings of assets that wait for each other, and what waits for them.
    #[pyo3(signature = (*, progress=None))]
    fn cold_start(&self, py: Python<'_>, progress: Option<Progress>) -> Result<ColdStart> {
        let found = watch(py, progress, |monitor| {
            impact::cold_start_with(&self.0, &impact::ColdStartOptions::default().monitor(monitor))
        })?;
        ColdStart::of(py, &found)
    }

    /// Of which assets a second instance would remove single points of failure of this one; what removes most first.
    #[pyo3(signature = (asset_id, *, progress=None))]
    fn counterfactuals(
        &self,
        py: Python<'_>,
        asset_id: &str,
        progress: Option<Progress>,
    ) -> Result<Counterfactuals> {
        let found = watch(py, progress, |monitor| {
            impact::CounterfactualSearch::new(&self.0)
                .monitor(monitor)
                .find(asset_id)
        })?;
        Counterfactuals::of(py, &found)
    }

    /// The same for all services together: which second instances remove most single points of failure.
    #[pyo3(signature = (*, progress=None))]
    fn additions(&self, py: Python<'_>, progress: Option<Progress>) -> Result<Additions> {
        let found = watch(py, progress, |monitor| {
            impact::CounterfactualSearch::new(&self.0)
                .monitor(monitor)
                .over_services()
        })?;
        Additions::of(py, &found)
    }

    /// Over which asset all that needs another one comes to it, and how many each asset dominates so; of the whole estate, or of
    /// what one asset depends on.
    #[pyo3(signature = (asset_id=None))]
    fn dominators(&self, py: Python<'_>, asset_id: Option<&str>) -> Result<Dominators> {
        let found = py.detach(|| match asset_id {
            None => Ok(impact::dominators(&self.0)),
            Some(asset_id) => impact::dominators_of(&self.0, asset_id),
        })?;
        Dominators::of(py, &found)
    }

    /// Groups of assets that belong together, as a move would take them; `resolution` makes more and smaller ones above 1, as a
    /// fraction of two whole numbers.
    #[pyo3(signature = (*, resolution=(1, 1), progress=None))]
    fn communities(
        &self,
        py: Python<'_>,
        resolution: (u32, u32),
        progress: Option<Progress>,
    ) -> Result<Communities> {
        let found = watch(py, progress, |monitor| {
            let options = impact::CommunityOptions::new().resolution(resolution.0, resolution.1);
            impact::communities_with(&self.0, &options.monitor(monitor))
        })?;
        Communities::of(py, &found)
    }

    /// The components: assets that need each other in a ring, or one alone; by number, with their layer and what they depend on.
    fn components(&self, py: Python<'_>) -> Result<Components> {
        Components::of(py, &py.detach(|| impact::components(&self.0)))
    }

    /// The totals of all blast radii by the kind of what they touch: by asset id, then by kind, without zeros.
    #[pyo3(signature = (*, progress=None))]
    fn blast_radii_by_kind(&self, py: Python<'_>, progress: Option<Progress>) -> Result<ClassRadii> {
        let found = watch(py, progress, |monitor| {
            let options = impact::RadiiOptions::default().monitor(monitor);
            impact::blast_radii_by(&self.0, &options, |asset| Some(asset.kind.clone()))
        })?;
        ClassRadii::of(py, &found)
    }

    /// The same by criticality; assets without one are not counted.
    #[pyo3(signature = (*, progress=None))]
    fn blast_radii_by_criticality(&self, py: Python<'_>, progress: Option<Progress>) -> Result<ClassRadii> {
        let found = watch(py, progress, |monitor| {
            let options = impact::RadiiOptions::default().monitor(monitor);
            impact::blast_radii_by(&self.0, &options, |asset| asset.criticality.clone())
        })?;
        ClassRadii::of(py, &found)
    }

    /// What it means that the estate is this later one now: records that changed, whose blast radius did, and which cut sets of
    /// services appeared and went, or of the named assets.
    #[pyo3(signature = (new, *, order=2, asset_ids=None, progress=None))]
    fn diff(
        &self,
        py: Python<'_>,
        new: PyRef<'_, Self>,
        order: i64,
        asset_ids: Option<Vec<String>>,
        progress: Option<Progress>,
    ) -> Result<ImpactDiff> {
        let mut options = impact::DiffOptions::default().order(usize::try_from(order).unwrap_or(0));
        if let Some(asset_ids) = asset_ids {
            options = options.assets(asset_ids);
        }
        let new = new.0.clone();
        let found = watch(py, progress, |monitor| {
            impact::diff_with(&self.0, &new, &options.monitor(monitor))
        })?;
        ImpactDiff::of(py, &found)
    }

    /// The ids of all assets, in the order in which arrays and tables have them.
    #[getter]
    fn ids(&self) -> Vec<String> {
        self.0
            .assets()
            .iter()
            .map(|asset| asset.id.as_str().to_owned())
            .collect()
    }

    /// The network layer: its `connects_to` relations, undirected; with `collapse_pass_through`, patch panels and circuits are
    /// drawn as the wires they are.
    #[pyo3(signature = (*, collapse_pass_through=false))]
    fn network(&self, py: Python<'_>, collapse_pass_through: bool) -> Network {
        let mut options = impact::NetworkOptions::new();
        if collapse_pass_through {
            options = options.collapse_pass_through();
        }
        Network(py.detach(|| impact::network_with(&self.0, &options)))
    }

    /// The dependencies as a `networkx.DiGraph`, from dependants to dependencies; assets and edges with what is known of them.
    fn to_networkx<'py>(slf: &Bound<'py, Self>) -> Result<Bound<'py, PyAny>> {
        in_python(slf, "to_networkx")
    }

    /// The same as a `rustworkx.PyDiGraph`, in which the asset at a place of `ids` is the node with that index.
    fn to_rustworkx<'py>(slf: &Bound<'py, Self>) -> Result<Bound<'py, PyAny>> {
        in_python(slf, "to_rustworkx")
    }

    /// A whole-estate result as a table that polars, pandas, pyarrow and `DuckDB` read: `assets`, `blast_radii`, `edges` or
    /// `single_failures`.
    #[cfg(feature = "arrow")]
    fn table(&self, py: Python<'_>, name: &str) -> Result<crate::table::Table> {
        py.detach(|| crate::table::Table::of(&self.0, name))
    }

    /// Every edge of the dependency graph: dependant, dependency, what it stands for, and its strength.
    fn edges(&self) -> Vec<(String, String, String, &'static str)> {
        let id = |position| self.0.id(position).map(|id| id.as_str().to_owned());
        edges(&self.0)
            .filter_map(|(from, to, edge)| {
                let (kind, strength) = words(edge);
                Some((id(from)?, id(to)?, kind, strength))
            })
            .collect()
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

    /// The two-connected components: sets of assets of which no single one holds the others together.
    fn blocks(&self, py: Python<'_>) -> Result<AssetLists> {
        AssetLists::of(py, &self.0.blocks())
    }

    /// How it was read: raw, or with which devices drawn as wires.
    #[getter]
    fn view(&self, py: Python<'_>) -> Result<NetworkView> {
        NetworkView::of(py, &self.0.view())
    }

    fn __repr__(&self) -> String {
        format!("<Network of {} assets>", self.0.asset_count())
    }
}

/// What an edge stands for, `member` where it is only one of a requirement group, and its strength.
pub fn words(edge: Edge) -> (String, &'static str) {
    let kind = edge.kind.relation();
    let kind = kind.map_or_else(|| "member".to_owned(), |kind| kind.as_str().to_owned());
    let strength = match edge.strength {
        Strength::Hard => "hard",
        Strength::Soft => "soft",
    };
    (kind, strength)
}

/// What `vcto.graphs` makes of an estate.
fn in_python<'py>(estate: &Bound<'py, Estate>, function: &str) -> Result<Bound<'py, PyAny>> {
    Ok(estate
        .py()
        .import("vcto.graphs")?
        .call_method1(function, (estate,))?)
}

fn texts(ids: &[AssetId]) -> Vec<String> {
    ids.iter().map(|id| id.as_str().to_owned()).collect()
}
