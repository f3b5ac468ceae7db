//! What an approval holds cannot be reached.
use vcto::gate::Approved;

pub fn peek(approved: &Approved) {
    #[cfg(fails)]
    let _ = &approved.held; //~ E0616
    #[cfg(not(fails))]
    let _ = approved.id();
}
