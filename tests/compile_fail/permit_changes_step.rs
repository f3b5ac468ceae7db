//! The step that a permit carries cannot be changed.
use vcto::gate::Permit;

pub fn apply(permit: Permit<'_>) {
    #[cfg(fails)]
    permit.step().parameters.clear(); //~ E0596
    #[cfg(not(fails))]
    permit.step().parameters.clone().clear();
}
