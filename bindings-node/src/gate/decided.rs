//! What came of a decision.

use napi::bindgen_prelude::*;
use napi_derive::napi;

use super::approved::Approved;
use super::staged::StagedApproval;
use crate::json;

/// What came of a decision.
pub type AnyDecided = Either3<Approved, Rejected, Waiting>;

/// A decision is recorded, and more approvals are needed.
#[napi]
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

#[napi]
impl Waiting {
    /// The proposal.
    #[napi(getter)]
    pub fn id(&self) -> &str {
        self.staged.id()
    }

    /// The change, for the next decision.
    #[napi(getter)]
    pub fn staged(&self) -> StagedApproval {
        self.staged.again()
    }

    /// How many approvals it needs, and who has approved so far.
    #[napi(getter, ts_return_type = "Approvals")]
    pub fn approvals<'env>(&self, env: &'env Env) -> Result<Object<'env>> {
        json::result(env, &self.approvals)
    }
}

/// A change that was rejected, for good.
#[napi]
pub struct Rejected {
    id: String,
}

impl Rejected {
    /// The proposal.
    pub fn new(id: String) -> Self {
        Self { id }
    }
}

#[napi]
impl Rejected {
    /// The proposal.
    #[napi(getter)]
    pub fn id(&self) -> &str {
        &self.id
    }
}
