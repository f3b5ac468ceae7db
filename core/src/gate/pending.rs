//! What waits, in short.

use jiff::Timestamp;
use serde::{Serialize, Serializer};

use super::id::ProposalId;
use super::level::Level;
use super::outcome::ExecutionStatus;
use crate::actor::Actor;
use crate::change::FindingId;

/// What waits, in short: enough to choose, not to decide.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Pending {
    /// The proposal.
    pub id: ProposalId,
    /// The title of the change.
    pub title: crate::text::Untrusted<String>,
    /// The process area.
    pub area: String,
    /// The findings that it answers.
    pub findings: Vec<FindingId>,
    /// Its level.
    pub level: Level,
    /// What it waits for.
    pub state: PendingState,
    /// Who proposed it.
    pub proposer: Actor,
    /// Since when.
    pub submitted_at: Timestamp,
    /// After this time it can no longer start.
    pub expires_at: Timestamp,
    /// How many approvals it needs.
    pub approvals_needed: usize,
    /// Who has approved, with a decision that is still valid.
    pub approved_by: Vec<String>,
    /// Why it waits in vain, with what helps: nobody is left who can complete its approvals, since keys were revoked or the rules
    /// changed. Absent while somebody can.
    pub stuck: Option<String>,
    /// How many steps the change has.
    pub steps: usize,
}

/// What a proposal that is not over waits for.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[non_exhaustive]
pub enum PendingState {
    /// It has what it needs to start.
    Approved,
    /// It was started: it runs, or is in doubt.
    Started(ExecutionStatus),
    /// It waits for people, or at the levels 0 and 1 for somebody to start it.
    Staged,
}

impl PendingState {
    /// The stable name, in `snake_case`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Approved => "approved",
            Self::Started(status) => status.as_str(),
            Self::Staged => "staged",
        }
    }
}

impl Serialize for PendingState {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}
