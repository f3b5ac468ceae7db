//! What was submitted cannot be edited on its way.
use vcto::gate::{Approval, Staged};

pub fn edit(staged: &mut Staged<Approval>) {
    #[cfg(fails)]
    staged.change().steps.clear(); //~ E0596
    #[cfg(not(fails))]
    staged.change().clone().steps.clear();
}
