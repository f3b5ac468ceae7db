//! What came of a decision.

use pyo3::prelude::*;

use super::approved::Approved;
use super::staged::StagedApproval;
use crate::error::Result;
use crate::json::Approvals;

/// What came of a decision.
#[derive(IntoPyObject)]
pub enum AnyDecided {
    /// There are enough approvals.
    Approved(Approved),
    /// It is rejected, for good.
    Rejected(Rejected),
    /// More approvals are needed.
    Waiting(Waiting),
}

/// A decision is recorded, and more approvals are needed.
#[pyclass(frozen, module = "vcto")]
pub struct Waiting {
    staged: StagedApproval,
    approvals: vcto::gate::Approvals,
}

impl Waiting {
    /// The change, with how far its approvals have come.
    pub fn new(staged: StagedApproval, approvals: vcto::gate::Approvals) -> Self {
        Self { staged, approvals }
    }
}

#[pymethods]
impl Waiting {
    /// The proposal.
    #[getter]
    fn id(&self) -> &str {
        self.staged.id()
    }

    /// The change, for the next decision.
    #[getter]
    fn staged(&self) -> StagedApproval {
        self.staged.again()
    }

    /// How many approvals it needs, and who has approved so far.
    #[getter]
    fn approvals(&self, py: Python<'_>) -> Result<Approvals> {
        Approvals::of(py, &self.approvals)
    }

    fn __repr__(&self) -> String {
        format!("<Waiting {}>", self.staged.id())
    }
}

/// A change that was rejected, for good.
#[pyclass(frozen, module = "vcto")]
pub struct Rejected {
    id: String,
}

impl Rejected {
    /// The proposal.
    pub fn new(id: String) -> Self {
        Self { id }
    }
}

#[pymethods]
impl Rejected {
    /// The proposal.
    #[getter]
    fn id(&self) -> &str {
        &self.id
    }

    fn __repr__(&self) -> String {
        format!("<Rejected {}>", self.id)
    }
}
