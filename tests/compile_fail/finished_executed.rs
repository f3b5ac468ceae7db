//! What is over does not run again.
use vcto::gate::{Execution, Finished};

pub fn again(finished: &Finished) -> Option<Execution> {
    #[cfg(fails)]
    return finished.execute(); //~ E0599
    #[cfg(not(fails))]
    return finished.execution();
}
