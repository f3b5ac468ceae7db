//! One vote of two is no approval.
use vcto::gate::{Approval, Approved, Decided, Staged};

#[cfg(fails)]
type Given = Staged<Approval>;
#[cfg(not(fails))]
type Given = Approved;

pub fn enough(value: Given) -> Decided {
    Decided::Approved(value) //~ E0308
}

pub fn uses(_: Staged<Approval>, _: Approved) {}
