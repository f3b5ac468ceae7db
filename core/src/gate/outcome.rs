//! How an execution or a proposal ended.

use std::fmt;

use serde::{Deserialize, Serialize};

/// How far an execution has come, or how it ended.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ExecutionStatus {
    /// It was interrupted, and a person accepted what it left.
    AcceptedAsIs,
    /// At least one step is in somebody else's hands, the others are done. Not done yet.
    HandedOver,
    /// It was interrupted or lost an answer; it is not known what was done.
    InDoubt,
    /// Nothing was done.
    NotDone,
    /// A step failed; everything before it was taken back.
    RolledBack,
    /// As [`RolledBack`](Self::RolledBack), but the taking back of a step could not be seen or is in somebody else's hands.
    RolledBackUnverified,
    /// A step failed or was to be taken back, and somebody else had changed its target since: a human decides.
    RollbackConflict,
    /// A step failed or was to be taken back, and not everything could be taken back: a human is needed.
    RollbackFailed,
    /// It runs.
    Running,
    /// Every step is done.
    Succeeded,
}

impl ExecutionStatus {
    /// The stable name, in `snake_case`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::AcceptedAsIs => "accepted_as_is",
            Self::HandedOver => "handed_over",
            Self::InDoubt => "in_doubt",
            Self::NotDone => "not_done",
            Self::RolledBack => "rolled_back",
            Self::RolledBackUnverified => "rolled_back_unverified",
            Self::RollbackConflict => "rollback_conflict",
            Self::RollbackFailed => "rollback_failed",
            Self::Running => "running",
            Self::Succeeded => "succeeded",
        }
    }

    /// Whether a human has to look: something was left that nobody approved to leave.
    pub fn needs_human(self) -> bool {
        matches!(
            self,
            Self::InDoubt | Self::RollbackConflict | Self::RollbackFailed
        )
    }
}

impl fmt::Display for ExecutionStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
