//! A change that needs nobody takes no signature either: there is one way at each level.
use vcto::gate::{Approval, Automatic, Decided, Staged};

#[cfg(fails)]
type Level = Automatic;
#[cfg(not(fails))]
type Level = Approval;

pub async fn decide(staged: Staged<Level>, text: &[u8], signature: &str) -> vcto::Result<Decided> {
    staged.decide(text, signature).await //~ E0599
}

pub fn uses(_: Staged<Automatic>, _: Staged<Approval>) {}
