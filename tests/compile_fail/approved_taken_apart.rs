//! An approval cannot be taken apart.
use vcto::gate::Approved;

pub fn open(approved: Approved) {
    #[cfg(fails)]
    let Approved { held: _, .. } = approved; //~ E0451 + type `_` is private
    #[cfg(not(fails))]
    let Approved { .. } = approved;
}
