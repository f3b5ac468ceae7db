//! What only a human may do has no way to an approval by the machine.
use vcto::gate::{Approved, HumanOnly, Notify, Staged};

#[cfg(fails)]
type Level = HumanOnly;
#[cfg(not(fails))]
type Level = Notify;

pub async fn wave(staged: Staged<Level>) -> vcto::Result<Approved> {
    staged.authorize().await //~ E0599
}

pub fn uses(_: Staged<HumanOnly>, _: Staged<Notify>) {}
