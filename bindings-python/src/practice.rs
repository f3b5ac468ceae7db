//! A provider and its clients.

use std::path::PathBuf;

use pollster::block_on;
use pyo3::prelude::*;
use vcto::ledger::VerifyOptions;
use vcto::review::Reviewer;
use vcto::{Actor, PracticeOptions, TenantOptions};

use crate::day::Day;
use crate::error::Result;
use crate::estate::Estate;
use crate::gate::{AnyResumed, AnyStaged, Who};
use crate::json::{Dictionary, Pendings, Proved, Verification, word};
use crate::monitor::{Progress, watch};
use crate::review::Review;

/// A managed service provider: its clients, and the executors that it registered.
#[pyclass(frozen, module = "vcto")]
pub struct Practice(vcto::Practice);

/// Opens the practice in this folder, or begins one where the folder is empty or not there.
///
/// `operator` is the service that runs this process: recorded with each execution, and never an approver of it.
#[pyfunction]
#[pyo3(signature = (directory, *, operator=None, origin=None))]
pub fn open(
    py: Python<'_>,
    directory: PathBuf,
    operator: Option<String>,
    origin: Option<String>,
) -> Result<Practice> {
    let mut options = PracticeOptions::default();
    if let Some(name) = operator {
        options = options.operator(Actor::service(name));
    }
    if let Some(origin) = origin {
        options = options.origin(origin);
    }
    Ok(Practice(
        py.detach(|| block_on(vcto::Practice::open(directory, options)))?,
    ))
}

#[pymethods]
impl Practice {
    /// Registers an executor for all tenants.
    fn register(&self, executor: PyRef<'_, WorkOrders>) -> Result<()> {
        Ok(self.0.register(executor.0.clone())?)
    }

    /// Makes a tenant and opens it. `approvers` is the text of an `allowed_signers` file; the principal is the person.
    #[pyo3(signature = (name, *, region, approvers=None))]
    fn create_tenant(
        &self,
        py: Python<'_>,
        name: &str,
        region: String,
        approvers: Option<String>,
    ) -> Result<Tenant> {
        let mut options = TenantOptions::region(region);
        if let Some(text) = approvers {
            options = options.approvers(text);
        }
        Ok(Tenant(
            py.detach(|| block_on(self.0.create_tenant(name, options)))?,
        ))
    }

    /// Opens a tenant; never makes one.
    fn tenant(&self, py: Python<'_>, name: &str) -> Result<Tenant> {
        Ok(Tenant(py.detach(|| block_on(self.0.tenant(name)))?))
    }

    /// The names of the tenants, in order.
    fn tenants(&self, py: Python<'_>) -> Result<Vec<String>> {
        Ok(py.detach(|| self.0.tenants())?)
    }
}

/// A client: the boundary of isolation, with a ledger of its own.
#[pyclass(frozen, module = "vcto")]
pub struct Tenant(vcto::Tenant);

#[pymethods]
impl Tenant {
    /// Its name.
    #[getter]
    fn name(&self) -> &str {
        self.0.name()
    }

    /// The region to which its data belongs.
    #[getter]
    fn region(&self) -> &str {
        self.0.region()
    }

    /// Its ledger.
    #[getter]
    fn ledger(&self) -> Ledger {
        Ledger(self.0.clone())
    }

    /// Reviews an estate and records it: the snapshot, sealed, and the review. `trigger` is `manual`, `schedule` or `event`.
    #[pyo3(signature = (estate, as_of, trigger="manual", *, progress=None))]
    fn review(
        &self,
        py: Python<'_>,
        estate: PyRef<'_, Estate>,
        as_of: Day<'_>,
        trigger: &str,
        progress: Option<Progress>,
    ) -> Result<Review> {
        let (estate, as_of) = (estate.0.clone(), as_of.parse("tenant.review")?);
        let trigger = word("trigger", trigger)?;
        let review = watch(py, progress, |monitor| {
            let reviewer = Reviewer::standard().monitor(monitor);
            block_on(self.0.review_with(&reviewer, &estate, as_of, trigger))
        })?;
        Ok(Review::new(review))
    }

    /// Submits a change: it is recorded and routed to its level. `by` is the name of a service, or
    /// `{"type": "person", "name": ...}`.
    #[pyo3(signature = (change, by))]
    fn submit(&self, py: Python<'_>, change: Dictionary<'_>, by: Who<'_>) -> Result<AnyStaged> {
        let (change, by) = (vcto::change::Change::from_json(&change.to_json()?)?, by.actor()?);
        let routed = py.detach(|| block_on(self.0.submit(change, &by)))?;
        Ok(AnyStaged::of(&self.0, routed))
    }

    /// What is not over, the proposal whose time ends first before the others.
    fn pending(&self, py: Python<'_>) -> Result<Pendings> {
        let pending = py.detach(|| block_on(self.0.pending()))?;
        Pendings::of(py, &pending)
    }

    /// What a proposal is now, whoever staged it and whenever: derived from the ledger.
    fn resume(&self, py: Python<'_>, id: &str) -> Result<AnyResumed> {
        let id = id.parse()?;
        let resumed = py.detach(|| block_on(self.0.resume(id)))?;
        Ok(AnyResumed::of(&self.0, resumed))
    }

    /// Writes the proof into a folder: the ledger, every signed decision, the OSCAL documents, a signed manifest, and
    /// `verify.sh`, which needs only stock tools. Keep the checkpoint that it gives elsewhere.
    fn prove(&self, py: Python<'_>, directory: PathBuf) -> Result<Proved> {
        let proved = py.detach(|| block_on(self.0.prove(directory)))?;
        Proved::of(
            py,
            &serde_json::json!({
                "checkpoint": proved.checkpoint.note(),
                "decisions": proved.decisions,
                "oscal": proved.oscal,
            }),
        )
    }

    fn __repr__(&self) -> String {
        format!("<Tenant {}>", self.0.name())
    }
}

/// The audit ledger of a tenant.
#[pyclass(frozen, module = "vcto")]
pub struct Ledger(vcto::Tenant);

#[pymethods]
impl Ledger {
    /// The name under which the log is known.
    #[getter]
    fn origin(&self) -> &str {
        self.0.ledger().origin()
    }

    /// How many entries there are.
    fn size(&self, py: Python<'_>) -> Result<u64> {
        Ok(py.detach(|| block_on(self.0.ledger().size()))?)
    }

    /// The key that signs its checkpoints, as `verify` takes it. Keep it elsewhere.
    #[getter]
    fn verifier_key(&self) -> String {
        self.0.ledger().verifier_key().to_string()
    }

    /// Verifies every entry: one verdict for each question, never a bare "valid". `key` and `checkpoint` are what was kept
    /// elsewhere: without them authenticity is `self_signed` and completeness `unanchored` at best.
    #[pyo3(signature = (*, key=None, checkpoint=None, progress=None))]
    fn verify(
        &self,
        py: Python<'_>,
        key: Option<&str>,
        checkpoint: Option<String>,
        progress: Option<Progress>,
    ) -> Result<Verification> {
        let options = kept_elsewhere(key, checkpoint)?;
        let verified = watch(py, progress, |monitor| {
            block_on(self.0.ledger().verify(&options.monitor(monitor)))
        })?;
        Verification::of(py, &verified)
    }

    fn __repr__(&self) -> String {
        format!("<Ledger {}>", self.origin())
    }
}

/// Verifies a proof that `prove` wrote, or the ledger bundle alone: the verdicts of `Ledger.verify`, without keys.
#[pyfunction]
#[pyo3(signature = (directory, *, key=None, checkpoint=None, progress=None))]
pub fn verify_bundle(
    py: Python<'_>,
    directory: PathBuf,
    key: Option<&str>,
    checkpoint: Option<String>,
    progress: Option<Progress>,
) -> Result<Verification> {
    let options = kept_elsewhere(key, checkpoint)?;
    let verified = watch(py, progress, |monitor| {
        vcto::proof::verify_bundle(directory, &options.monitor(monitor))
    })?;
    Verification::of(py, &verified)
}

fn kept_elsewhere(key: Option<&str>, checkpoint: Option<String>) -> Result<VerifyOptions> {
    let mut options = VerifyOptions::default();
    if let Some(key) = key {
        options = options.key(key.parse()?);
    }
    if let Some(note) = checkpoint {
        options = options.seen_checkpoint(note);
    }
    Ok(options)
}

/// Writes a work order per step into a folder, and can withdraw it.
#[pyclass(frozen, module = "vcto")]
pub struct WorkOrders(vcto::WorkOrders);

#[pymethods]
impl WorkOrders {
    #[new]
    fn new(folder: PathBuf) -> Self {
        Self(vcto::WorkOrders::new(folder))
    }

    /// Where the work orders are.
    #[getter]
    fn folder(&self) -> PathBuf {
        self.0.folder().to_owned()
    }
}
