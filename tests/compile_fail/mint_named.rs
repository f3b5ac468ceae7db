//! What makes the values is not for callers.
#[cfg(not(fails))]
use vcto::gate::Approved;
#[cfg(fails)]
use vcto::gate::staged::Mint; //~ E0603

#[cfg(not(fails))]
pub fn uses(_: Approved) {}
