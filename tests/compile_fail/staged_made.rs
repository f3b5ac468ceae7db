//! Only the gate makes a staged change.
use vcto::gate::{Automatic, Staged};

#[cfg(fails)]
pub fn forge(donor: Staged<Automatic>) -> Staged<Automatic> {
    #[rustfmt::skip]
    return Staged { level: std::marker::PhantomData, ..donor }; //~ E0451
}

#[cfg(not(fails))]
pub fn keep(donor: Staged<Automatic>) -> Staged<Automatic> {
    donor
}
