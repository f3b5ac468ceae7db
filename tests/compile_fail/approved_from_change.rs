//! A change does not turn into an approval.
use vcto::change::Change;
use vcto::gate::Approved;

#[cfg(fails)]
type Target = Approved;
#[cfg(not(fails))]
type Target = Box<Change>;

pub fn turn(change: Change) -> Target {
    change.into() //~ E0277
}

pub fn uses(_: Approved) {}
