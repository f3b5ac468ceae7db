//! A change that waits for people cannot be waved through.
use vcto::gate::{Approval, Approved, Automatic, Staged};

#[cfg(fails)]
type Level = Approval;
#[cfg(not(fails))]
type Level = Automatic;

pub async fn wave(staged: Staged<Level>) -> vcto::Result<Approved> {
    staged.authorize().await //~ E0599
}

pub fn uses(_: Staged<Approval>, _: Staged<Automatic>) {}
