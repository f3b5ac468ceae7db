//! A staged change keeps its level.
use vcto::gate::{Approval, Automatic, Staged};

#[cfg(fails)]
type Given = Approval;
#[cfg(not(fails))]
type Given = Automatic;

pub fn lower(staged: Staged<Given>) -> Staged<Automatic> {
    staged //~ E0308
}

pub fn uses(_: Staged<Approval>) {}
