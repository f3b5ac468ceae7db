//! Only the gate makes a permit.
use vcto::gate::{Permit, StepContext};

#[cfg(fails)]
pub fn forge(context: &StepContext) -> Permit<'_> {
    Permit { context } //~ E0451
}

#[cfg(not(fails))]
pub fn forward<'a>(_: &'a StepContext, permit: Permit<'a>) -> Permit<'a> {
    permit
}
