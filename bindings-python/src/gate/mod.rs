//! The values of the gate, one file for each thing that a proposal can be.

mod approved;
mod decided;
mod finished;
mod said;
mod staged;
mod token;

use pyo3::prelude::*;
use vcto::Tenant;
use vcto::gate::Resumed;

pub use approved::{Approved, InDoubt};
pub use decided::{Rejected, Waiting};
pub use finished::{Execution, Finished};
pub use said::Who;
pub use staged::{AnyStaged, StagedApproval, StagedAutomatic, StagedHumanOnly, StagedNotify};
pub use token::{Never, no_copy};

/// What a proposal is now.
#[derive(IntoPyObject)]
pub enum AnyResumed {
    /// It may start.
    Approved(Approved),
    /// It is over.
    Finished(Finished),
    /// It was started and did not end.
    InDoubt(InDoubt),
    /// It waits.
    Staged(AnyStaged),
}

impl AnyResumed {
    /// The class for what the ledger says.
    pub fn of(tenant: &Tenant, resumed: Resumed) -> Self {
        match resumed {
            Resumed::Approved(approved) => Self::Approved(Approved::new(tenant, approved)),
            Resumed::Finished(finished) => Self::Finished(Finished::new(tenant, finished)),
            Resumed::InDoubt(in_doubt) => Self::InDoubt(InDoubt::new(tenant, in_doubt)),
            Resumed::Routed(routed) => Self::Staged(AnyStaged::of(tenant, routed)),
        }
    }
}
