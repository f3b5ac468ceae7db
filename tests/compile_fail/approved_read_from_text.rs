//! An approval is never read from anywhere.
use vcto::change::Change;
use vcto::gate::Approved;

fn read<T: serde::de::DeserializeOwned>() {}

pub fn load() {
    read::<Change>();
    #[cfg(fails)]
    read::<Approved>(); //~ E0277
}

pub fn uses(_: Approved) {}
