//! A staged change cannot be copied.
use vcto::gate::{Approval, ProposalId, Staged};

fn copies<T: Clone>(_: &T) {}

pub fn check(staged: &Staged<Approval>, id: &ProposalId) {
    copies(id);
    #[cfg(fails)]
    copies(staged); //~ E0277
    let _ = staged;
}
