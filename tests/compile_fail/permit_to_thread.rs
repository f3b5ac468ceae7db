//! A permit cannot go to another thread and outlive the call.
use vcto::gate::Permit;

fn effect(_: Permit<'_>) {}

pub fn apply(permit: Permit<'_>) {
    #[cfg(fails)]
    std::thread::spawn(move || effect(permit)); //~ E0521
    #[cfg(not(fails))]
    std::thread::scope(|_| effect(permit));
}
