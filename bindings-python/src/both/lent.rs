//! A permit in the hands of code in the caller's language: lent for one call, however long that code keeps the object.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use vcto::gate::{Permit, StepContext};
use vcto::{Error, ErrorKind, Result};

type Held = Arc<Mutex<Option<Arc<StepContext>>>>;

/// What the permit's object holds while the call lasts.
pub struct Lent(Held);

/// Ends the loan when it is dropped.
pub struct Loan(Held);

impl Lent {
    /// Lends what a permit says, until the loan is dropped.
    #[expect(
        clippy::needless_pass_by_value,
        reason = "a permit is used up by its one call"
    )]
    pub fn of(permit: Permit<'_>) -> (Self, Loan) {
        let held = Arc::new(Mutex::new(Some(Arc::new(permit.context().clone()))));
        (Self(Arc::clone(&held)), Loan(held))
    }

    /// The context of the step, while the call lasts.
    pub fn context(&self) -> Result<Arc<StepContext>> {
        lock(&self.0).clone().ok_or_else(|| {
            Error::new(
                ErrorKind::Consumed,
                "the call for which this permit was lent is over",
            )
            .remedy("a permit is for one step: do the work before the method returns")
        })
    }
}

impl Drop for Loan {
    fn drop(&mut self) {
        *lock(&self.0) = None;
    }
}

fn lock(held: &Held) -> MutexGuard<'_, Option<Arc<StepContext>>> {
    held.lock().unwrap_or_else(PoisonError::into_inner)
}
