//! No approval comes from nothing.
use vcto::gate::Approved;

pub fn nothing() -> Option<Approved> {
    #[cfg(fails)]
    return Some(Approved::default()); //~ E0599
    #[cfg(not(fails))]
    return Option::default();
}
