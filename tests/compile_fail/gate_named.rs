//! The gate itself is not for callers: there is no other way in than a tenant.
#[cfg(fails)]
use vcto::gate::Gate; //~ E0603
#[cfg(not(fails))]
use vcto::gate::Level;

#[cfg(not(fails))]
pub fn level(_: Level) {}
