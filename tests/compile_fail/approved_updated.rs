//! An approval cannot be made out of parts of another.
use vcto::gate::Approved;

pub fn forge(donor: Approved) -> Approved {
    #[cfg(fails)]
    #[rustfmt::skip]
    return Approved { held: loop {}, ..donor }; //~ E0451 + type `_` is private
    #[cfg(not(fails))]
    return donor;
}
