//! A staged change is never read from anywhere.
use vcto::gate::{Automatic, ProposalId, Staged};

fn read<T: serde::de::DeserializeOwned>() {}

pub fn load() {
    read::<ProposalId>();
    #[cfg(fails)]
    read::<Staged<Automatic>>(); //~ E0277
}

pub fn uses(_: Staged<Automatic>) {}
