//! A permit cannot be copied.
use vcto::gate::Permit;

pub fn twice<'a>(permit: Permit<'a>) -> Vec<Permit<'a>> {
    #[cfg(fails)]
    return vec![permit.clone(), permit]; //~ E0599
    #[cfg(not(fails))]
    vec![permit]
}
