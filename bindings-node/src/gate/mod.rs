//! The values of the gate, one file for each thing that a proposal can be.

mod approved;
mod decided;
mod finished;
mod said;
mod staged;
mod token;

use napi::bindgen_prelude::*;
use vcto::Tenant;
use vcto::gate::Resumed;

use approved::{Approved, InDoubt};
use finished::Finished;
use staged::{StagedApproval, StagedAutomatic, StagedHumanOnly, StagedNotify};

pub use said::actor;
pub use staged::staged;

/// What a proposal is now.
pub type AnyResumed =
    Either7<Approved, Finished, InDoubt, StagedApproval, StagedAutomatic, StagedHumanOnly, StagedNotify>;

/// The class for what the ledger says.
pub fn resumed(tenant: &Tenant, resumed: Resumed) -> AnyResumed {
    match resumed {
        Resumed::Approved(approved) => Either7::A(Approved::new(tenant, approved)),
        Resumed::Finished(finished) => Either7::B(Finished::new(tenant, finished)),
        Resumed::InDoubt(in_doubt) => Either7::C(InDoubt::new(tenant, in_doubt)),
        Resumed::Routed(routed) => match staged(tenant, routed) {
            Either4::A(staged) => Either7::D(staged),
            Either4::B(staged) => Either7::E(staged),
            Either4::C(staged) => Either7::F(staged),
            Either4::D(staged) => Either7::G(staged),
        },
    }
}
