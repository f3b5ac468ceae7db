//! Only the gate says that something is in doubt.
use vcto::gate::InDoubt;

#[cfg(fails)]
pub fn forge() -> InDoubt {
    InDoubt { held: loop {} } //~ E0451 + type `_` is private
}

#[cfg(not(fails))]
pub fn keep(doubt: InDoubt) -> InDoubt {
    doubt
}
