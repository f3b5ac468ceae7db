//! What may start, and what was started and did not end.

use std::sync::Arc;

use pollster::block_on;
use pyo3::prelude::*;
use pyo3::types::PyBytes;
use vcto::Tenant;
use vcto::gate::Settled;

use super::finished::{Execution, Finished};
use super::said::Said;
use super::token::{Never, no_copy, tokens};
use crate::both::about::About;
use crate::both::slot::Slot;
use crate::error::Result;
use crate::executor::interruptible;
use crate::json::{Actor, Amendment, Bands, Change, Risk, Steps};

/// What came of settling.
#[derive(IntoPyObject)]
pub enum AnySettled {
    /// It is over.
    Finished(Finished),
    /// It is still in doubt.
    InDoubt(InDoubt),
}

impl AnySettled {
    fn of(tenant: &Tenant, settled: Settled) -> Self {
        match settled {
            Settled::Finished(finished) => Self::Finished(Finished::new(tenant, finished)),
            Settled::InDoubt(in_doubt) => Self::InDoubt(InDoubt::new(tenant, in_doubt)),
        }
    }
}

tokens! {
    /// A change that may be executed, as far as its history goes. Whether it still may is checked when it starts.
    Approved holds vcto::gate::Approved {
        /// Executes the change, as it stands in the ledger. Everything is checked anew, and the start is recorded first.
        fn execute(&self, py: Python<'_>) -> Result<Execution> {
            let execution = interruptible(py, || self.slot.spend(|approved| block_on(approved.execute())))?;
            Ok(Execution::new(self.slot.tenant(), execution))
        }

        /// The text with which a person objects before it starts.
        #[pyo3(signature = (approver, *, reason=None))]
        fn objection<'py>(&self, py: Python<'py>, approver: &str, reason: Option<&str>) -> Result<Bound<'py, PyBytes>> {
            let text = py.detach(|| self.slot.read(|approved| approved.objection(approver, reason)))?;
            Ok(PyBytes::new(py, &text))
        }

        /// Hands in a signed objection: the proposal is rejected although it was approved.
        fn object(&self, py: Python<'_>, text: Said<'_>, signature: Said<'_>) -> Result<()> {
            let (text, signature) = (text.bytes(), signature.bytes());
            Ok(py.detach(|| self.slot.spend(|approved| block_on(approved.object(text, signature))))?)
        }
    }

    /// An execution that was interrupted, or lost an answer. It never runs on.
    InDoubt holds vcto::gate::InDoubt {
        /// The steps, as far as is known.
        #[getter]
        fn steps(&self, py: Python<'_>) -> Result<Steps> {
            Steps::of(py, &self.slot.read(|in_doubt| Ok(in_doubt.steps()))?)
        }

        /// Looks at the targets; settles where everything turns out to be done, or nothing. Does nothing itself.
        fn probe(&self, py: Python<'_>) -> Result<AnySettled> {
            let settled = interruptible(py, || self.slot.spend(|in_doubt| block_on(in_doubt.probe())))?;
            Ok(AnySettled::of(self.slot.tenant(), settled))
        }

        /// The text with which a person accepts what was left as it is.
        #[pyo3(signature = (approver, *, reason=None))]
        fn acceptance<'py>(&self, py: Python<'py>, approver: &str, reason: Option<&str>) -> Result<Bound<'py, PyBytes>> {
            let text = py.detach(|| self.slot.read(|in_doubt| in_doubt.acceptance(approver, reason)))?;
            Ok(PyBytes::new(py, &text))
        }

        /// Hands in a signed acceptance. With as many as the level needs the execution is over.
        fn accept(&self, py: Python<'_>, text: Said<'_>, signature: Said<'_>) -> Result<AnySettled> {
            let (text, signature) = (text.bytes(), signature.bytes());
            let settled = py.detach(|| self.slot.spend(|in_doubt| block_on(in_doubt.accept(text, signature))))?;
            Ok(AnySettled::of(self.slot.tenant(), settled))
        }
    }
}
