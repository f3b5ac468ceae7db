//! A proposal that is over, and an execution as far as its ledger tells.

use pollster::block_on;
use pyo3::prelude::*;
use vcto::Tenant;

use super::staged::AnyStaged;
use crate::both::told;
use crate::error::Result;
use crate::json::{Actor, Amendment, Change, ObservedSteps, ReviewDue, Steps};

/// A proposal that is over.
#[pyclass(frozen, module = "vcto")]
pub struct Finished {
    tenant: Tenant,
    core: vcto::gate::Finished,
}

impl Finished {
    /// Wraps a value of core.
    pub fn new(tenant: &Tenant, core: vcto::gate::Finished) -> Self {
        Self {
            tenant: tenant.clone(),
            core,
        }
    }
}

#[pymethods]
impl Finished {
    /// The proposal.
    #[getter]
    fn id(&self) -> String {
        self.core.id().to_string()
    }

    /// How it ended.
    #[getter]
    fn outcome(&self) -> &'static str {
        self.core.outcome().as_str()
    }

    /// What was proposed.
    #[getter]
    fn change(&self, py: Python<'_>) -> Result<Change> {
        Change::of(py, self.core.change())
    }

    /// The proposal that took its place, when it was amended.
    #[getter]
    fn superseded_by(&self) -> Option<String> {
        self.core.superseded_by().map(|id| id.to_string())
    }

    /// Whose place it took, when it is an amended one.
    #[getter]
    fn amendment(&self, py: Python<'_>) -> Result<Option<Amendment>> {
        self.core
            .amendment()
            .map(|amendment| Amendment::of(py, amendment))
            .transpose()
    }

    /// What the registered executors saw at the targets when a person attested that they did it. A step is left out where no
    /// executor could look.
    #[getter]
    fn observed(&self, py: Python<'_>) -> Result<ObservedSteps> {
        ObservedSteps::of(py, &self.core.observed())
    }

    /// The execution, when there was one.
    #[getter]
    fn execution(&self) -> Option<Execution> {
        self.core
            .execution()
            .map(|execution| Execution::new(&self.tenant, execution))
    }

    fn __repr__(&self) -> String {
        format!("<Finished {}: {}>", self.core.id(), self.core.outcome().as_str())
    }
}

/// An execution as far as its ledger tells.
#[pyclass(frozen, module = "vcto")]
pub struct Execution {
    tenant: Tenant,
    core: vcto::gate::Execution,
}

impl Execution {
    /// Wraps a value of core.
    pub fn new(tenant: &Tenant, core: vcto::gate::Execution) -> Self {
        Self {
            tenant: tenant.clone(),
            core,
        }
    }
}

#[pymethods]
impl Execution {
    /// The proposal that was executed.
    #[getter]
    fn id(&self) -> String {
        self.core.id().to_string()
    }

    /// How far it came: `succeeded`, `handed_over`, `rolled_back`, `in_doubt`, ...
    #[getter]
    fn status(&self) -> &'static str {
        self.core.status().as_str()
    }

    /// The steps, in order.
    #[getter]
    fn steps(&self, py: Python<'_>) -> Result<Steps> {
        Steps::of(py, &self.core.steps())
    }

    /// What was executed.
    #[getter]
    fn change(&self, py: Python<'_>) -> Result<Change> {
        Change::of(py, self.core.change())
    }

    /// Who ran it.
    #[getter]
    fn operator(&self, py: Python<'_>) -> Result<Option<Actor>> {
        self.core
            .operator()
            .map(|operator| Actor::of(py, operator))
            .transpose()
    }

    /// At level 1: who must review it, and until when.
    #[getter]
    fn review_due(&self, py: Python<'_>) -> Result<Option<ReviewDue>> {
        let due = self.core.review_due().map(told::ReviewDue::of);
        due.map(|due| ReviewDue::of(py, &due)).transpose()
    }

    /// Whether what was approved came about: done, or in the hands of those who do it; of a way back, taken back.
    #[getter]
    fn came_about(&self) -> bool {
        self.core.came_about()
    }

    /// Whether telling who must review failed. The duty stands all the same.
    #[getter]
    fn is_reviewer_untold(&self) -> bool {
        self.core.is_reviewer_untold()
    }

    /// When it began.
    #[getter]
    fn started_at(&self) -> Option<String> {
        self.core.started_at().map(|time| time.to_string())
    }

    /// When it ended.
    #[getter]
    fn ended_at(&self) -> Option<String> {
        self.core.ended_at().map(|time| time.to_string())
    }

    /// Stages the way back: a proposal of its own, with a level and approvals of its own.
    fn rollback(&self, py: Python<'_>) -> Result<AnyStaged> {
        let routed = py.detach(|| block_on(self.core.rollback()))?;
        Ok(AnyStaged::of(&self.tenant, routed))
    }

    fn __repr__(&self) -> String {
        format!("<Execution {}: {}>", self.core.id(), self.core.status())
    }
}
