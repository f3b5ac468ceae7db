//! Who is told of what ran without asking.

use std::fmt;

use async_trait::async_trait;
use jiff::Timestamp;

use super::id::ProposalId;
use crate::error::Result;

/// Tells somebody of their duty to review what ran at level 1. A practice without one asks instead: its level 1 is level 2.
///
/// The duty stands in the ledger, in the very record that began the execution, before this is called; delivering it, again if
/// need be, is the notifier's part. Where that fails, by an error or a panic, the execution goes on, and the ledger says that
/// nobody was told: [`Execution::is_reviewer_untold`](super::Execution::is_reviewer_untold).
#[async_trait]
pub trait Notifier: fmt::Debug + Send + Sync {
    /// Who reviews what runs at level 1. Recorded with each execution: 1 to 128 bytes without control characters, or nothing
    /// is started.
    fn reviewer(&self) -> String;

    /// Tells that person.
    ///
    /// # Errors
    /// Whatever kept it from telling: that it failed is recorded, the error itself is not.
    async fn notify(&self, duty: &ReviewDuty) -> Result<()>;

    /// Tells that the window of an approved change passed and it was not started. Does nothing unless it is written. It is
    /// called once, by whoever records that the time is over; the record stands whatever becomes of the call.
    ///
    /// # Errors
    /// Whatever kept it from telling; nothing follows from it.
    async fn missed(&self, missed: &MissedWindow) -> Result<()> {
        let _ = missed;
        Ok(())
    }
}

/// An approved change that was not started within its window.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct MissedWindow {
    /// The client.
    pub tenant: String,
    /// What was not started.
    pub proposal: ProposalId,
    /// Since when it could have been.
    pub begin: Timestamp,
    /// Until when.
    pub end: Timestamp,
    /// Whether the proposal is over too. If not, it waits for new decisions.
    pub over: bool,
}

/// A duty to review.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct ReviewDuty {
    /// The client.
    pub tenant: String,
    /// What ran.
    pub proposal: ProposalId,
    /// Who reviews it.
    pub who: String,
    /// Until when.
    pub by: Timestamp,
}
