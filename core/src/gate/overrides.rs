//! What people decided otherwise than was proposed, and why: what proposals can learn from.

use jiff::Timestamp;
use serde::{Serialize, Serializer};

use super::decision::{ReasonCode, Statement};
use super::engine::Gate;
use super::history::Stated;
use super::id::ProposalId;
use super::record::Record;
use super::state::State;
use crate::actor::Actor;
use crate::change::Extent;
use crate::error::Result;

/// That a person decided otherwise than was proposed. What is proposed in future can learn from it.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Override {
    /// The entry of the ledger.
    pub seq: u64,
    /// When.
    pub at: Timestamp,
    /// What was proposed.
    pub proposal: ProposalId,
    /// What was done instead.
    pub kind: OverrideKind,
    /// The proposal that took its place, where there is one.
    pub replacement: Option<ProposalId>,
    /// Who.
    pub by: Actor,
    /// Why, where a known code was given.
    pub code: Option<ReasonCode>,
    /// Why, as it was given.
    pub reason: Option<String>,
}

/// What was done in place of what was proposed.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[non_exhaustive]
pub enum OverrideKind {
    /// A person attested that it will not be done.
    Declined,
    /// Less of it was proposed.
    Narrowed,
    /// A person rejected it.
    Rejected,
    /// Something else was proposed.
    Widened,
}

impl OverrideKind {
    /// The stable name, in `snake_case`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Declined => "declined",
            Self::Narrowed => "narrowed",
            Self::Rejected => "rejected",
            Self::Widened => "widened",
        }
    }
}

impl Serialize for OverrideKind {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl Gate {
    /// Every time that a person decided otherwise than was proposed, in order.
    pub(crate) async fn overrides(&self) -> Result<Vec<Override>> {
        let mut overrides = Vec::new();
        self.refresh().await?;
        self.each_record(|seq, at, record| {
            overrides.extend(self.peek(|state, _| override_of(state, seq, at, record))?);
            Ok(())
        })
        .await?;
        Ok(overrides)
    }
}

/// The override of which a record tells.
fn override_of(state: &State, seq: u64, at: Timestamp, record: Record) -> Result<Option<Override>> {
    if let Record::Proposed(record) = record {
        let proposal = state.proposal(&record.proposal)?;
        return Ok(proposal.amendment.as_ref().map(|amendment| Override {
            seq,
            at,
            proposal: amendment.original,
            kind: match amendment.extent {
                Extent::Narrower => OverrideKind::Narrowed,
                Extent::Same | Extent::Wider => OverrideKind::Widened,
            },
            replacement: Some(proposal.id),
            by: amendment.by.clone(),
            code: ReasonCode::of(&amendment.reason),
            reason: Some(amendment.reason.clone()),
        }));
    }
    let Some(Stated { decision: said, .. }) = Stated::of(seq, at, record)? else {
        return Ok(None);
    };
    let kind = match said.verdict {
        Statement::Reject => OverrideKind::Rejected,
        Statement::Declined => OverrideKind::Declined,
        Statement::Accept | Statement::Approve | Statement::Did => return Ok(None),
    };
    Ok(Some(Override {
        seq,
        at,
        proposal: said.proposal,
        kind,
        replacement: None,
        by: Actor::Person(said.approver),
        code: said.reason.as_deref().and_then(ReasonCode::of),
        reason: said.reason,
    }))
}
