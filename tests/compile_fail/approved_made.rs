//! Only the gate makes an approval.
use vcto::gate::Approved;

#[cfg(fails)]
pub fn forge() -> Approved {
    Approved { held: loop {} } //~ E0451 + type `_` is private
}

#[cfg(not(fails))]
pub fn keep(donor: Approved) -> Approved {
    donor
}
