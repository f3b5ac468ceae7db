//! An engine or a model cannot be an approver: an approver is a name under a key.
use vcto::Actor;
use vcto::gate::{Approval, Staged, Verdict};

pub fn draft(staged: &Staged<Approval>, model: &Actor, person: &str) -> vcto::Result<Vec<u8>> {
    let _ = (model, person);
    #[cfg(fails)]
    return staged.decision(model, Verdict::Approve); //~ E0308
    #[cfg(not(fails))]
    return staged.decision(person, Verdict::Approve);
}
