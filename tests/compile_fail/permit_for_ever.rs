//! A permit does not outlive its call.
use vcto::gate::Permit;

fn keep<T: 'static>(_: T) {}

pub fn apply(permit: Permit<'_>) {
    #[cfg(fails)]
    keep(permit); //~ E0521
    #[cfg(not(fails))]
    keep(permit.idempotency_key().to_owned());
}
