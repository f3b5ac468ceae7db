//! Only the gate lends a permit.
use vcto::gate::{Permit, StepContext};

pub fn lend<'a>(context: &'a StepContext, permit: Permit<'a>) -> Permit<'a> {
    #[cfg(fails)]
    return Permit::lend(context); //~ E0624
    #[cfg(not(fails))]
    return (permit, context).0;
}
