//! The seal of the levels cannot be reached.
pub enum Evil {}

#[cfg(fails)]
impl vcto::gate::level::sealed::Sealed for Evil {} //~ E0603

#[cfg(not(fails))]
pub fn level(_: vcto::gate::Level) {}
