//! An approval is never written anywhere.
use vcto::change::Change;
use vcto::gate::Approved;

fn write<T: serde::Serialize>(_: &T) {}

pub fn store(change: &Change, approved: &Approved) {
    write(change);
    #[cfg(fails)]
    write(approved); //~ E0277
    let _ = approved;
}
