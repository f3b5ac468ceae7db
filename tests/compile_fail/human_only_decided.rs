//! What only a human may do has no way to an approval by people.
use vcto::gate::{Approval, Decided, HumanOnly, Staged};

#[cfg(fails)]
type Level = HumanOnly;
#[cfg(not(fails))]
type Level = Approval;

pub async fn decide(staged: Staged<Level>, text: &[u8], signature: &str) -> vcto::Result<Decided> {
    staged.decide(text, signature).await //~ E0599
}

pub fn uses(_: Staged<HumanOnly>, _: Staged<Approval>) {}
