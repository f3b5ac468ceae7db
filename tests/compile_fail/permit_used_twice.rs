//! A permit is for one effect.
use vcto::gate::Permit;

fn effect(_: Permit<'_>) {}

pub fn apply(permit: Permit<'_>) {
    effect(permit);
    #[cfg(fails)]
    effect(permit); //~ E0382
}
