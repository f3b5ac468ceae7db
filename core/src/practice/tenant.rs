//! A tenant: one client, and the boundary between clients.

use std::fmt;
use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::open::Practice;
use crate::actor::Actor;
use crate::change::Change;
use crate::digest::Digest;
use crate::error::Result;
use crate::estate::Estate;
use crate::gate::{Gate, Override, Pending, ProposalId, Register, Resumed, Routed};
use crate::ledger::Ledger;
use crate::review::{Review, Reviewer};

/// One client of a practice, open. Clones are handles to the same one.
///
/// Nothing of a tenant is kept in this value: what it says comes from the tenant's ledger, which other processes may write
/// at the same time.
#[derive(Clone)]
pub struct Tenant(Arc<Open>);

/// What the handles to a tenant share.
pub(super) struct Open {
    pub(super) name: String,
    pub(super) gate: Gate,
    pub(super) practice: Practice,
    pub(super) pid: u32,
}

/// What made a review take place.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Trigger {
    /// Something happened: an alert, a change in the estate.
    Event,
    /// A person asked.
    #[default]
    Manual,
    /// Its time had come.
    Schedule,
}

impl Trigger {
    /// The stable name, in `snake_case`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Event => "event",
            Self::Manual => "manual",
            Self::Schedule => "schedule",
        }
    }
}

/// A signed statement as the ledger has it: a decision, an attestation, an acceptance.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct RecordedDecision {
    /// The entry of the ledger.
    pub seq: u64,
    /// When it was recorded: the time at which its key must have been valid.
    pub at: Timestamp,
    /// What it is about.
    pub proposal: ProposalId,
    /// Who signed, as the text says and the key confirms.
    pub person: String,
    /// In which role.
    pub role: Option<String>,
    /// What was stated: `approve`, `reject`, `did`, `declined` or `accept`.
    pub statement: String,
    /// Why.
    pub reason: Option<String>,
    /// The exact bytes that were signed.
    pub text: String,
    /// The armoured signature.
    pub signature: String,
    /// Identifies the text.
    pub digest: Digest,
}

impl Tenant {
    pub(super) fn of(open: Arc<Open>) -> Self {
        Self(open)
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.0.name
    }

    /// The region to which its data belongs.
    pub fn region(&self) -> &str {
        self.ledger().region()
    }

    /// Its ledger: read, prove, verify, and append entries of one's own, of types from
    /// [`EntryType::FIRST_FREE`](crate::ledger::EntryType::FIRST_FREE) on. What the gate and the review write cannot be
    /// appended through it: `denied`, and nothing is written.
    pub fn ledger(&self) -> &Ledger {
        self.gate().ledger()
    }

    /// Reviews an estate and records it: the snapshot, sealed, and the review. From then on this snapshot is what levels and
    /// approvals rest on.
    ///
    /// # Errors
    /// As [`Reviewer::review`]; `io` and the like from the ledger.
    pub async fn review(&self, estate: &Estate, as_of: Date, trigger: Trigger) -> Result<Review> {
        self.review_with(&Reviewer::standard(), estate, as_of, trigger)
            .await
    }

    /// As [`review`](Self::review), by a reviewer of one's own making.
    ///
    /// # Errors
    /// As [`review`](Self::review).
    pub async fn review_with(
        &self,
        reviewer: &Reviewer,
        estate: &Estate,
        as_of: Date,
        trigger: Trigger,
    ) -> Result<Review> {
        let review = reviewer.review(estate, as_of)?;
        self.record_review(estate, &review, trigger)
            .await
            .map_err(|error| error.during("tenant.review"))?;
        Ok(review)
    }

    /// Submits a change: it is recorded and routed to its level, which is computed from the last recorded snapshot and what
    /// the registered executors declare. Nobody who submits can choose it.
    ///
    /// # Errors
    /// `invalid_input` for a malformed change; `denied` when nobody could approve it; `expired` when its window is over;
    /// `io` and the like.
    pub async fn submit(&self, change: Change, by: &Actor) -> Result<Routed> {
        self.gate().submit(&change, by).await
    }

    /// Puts a changed one in the place of a proposal that is open. The original stays in the ledger and is over, the changed one
    /// is a proposal of its own with its own digest, and every decision on it is a new one. The proposer stays whoever proposed
    /// the original; who narrows it ([`Extent::Narrower`](crate::change::Extent)) may still approve it, who widens it may not.
    /// `reason` is a [`ReasonCode`](crate::gate::ReasonCode), alone or with words behind it: `wrong_time: payroll week`.
    ///
    /// # Errors
    /// `invalid_input` for a malformed change, one that differs in nothing, or a reason without a code; `denied` when nobody
    /// could approve it or the original is a way back; `consumed` and `expired` when the original is no longer open;
    /// `not_found`; `io` and the like.
    pub async fn amend(
        &self,
        original: ProposalId,
        change: Change,
        by: &Actor,
        reason: &str,
    ) -> Result<Routed> {
        self.gate().amend(original, &change, by, reason).await
    }

    /// Every time that a person decided otherwise than was proposed, in order: amended, rejected, declined.
    ///
    /// # Errors
    /// `io` and the like from the ledger.
    pub async fn overrides(&self) -> Result<Vec<Override>> {
        self.gate().overrides().await
    }

    /// What is not over, the proposal whose time ends first before the others.
    ///
    /// # Errors
    /// `io` and the like from the ledger.
    pub async fn pending(&self) -> Result<Vec<Pending>> {
        self.gate().pending().await
    }

    /// What a proposal is now, whoever staged it and whenever: derived from the ledger.
    ///
    /// # Errors
    /// `not_found`; `busy` while it is being executed; `io` and the like.
    pub async fn resume(&self, id: ProposalId) -> Result<Resumed> {
        self.gate().resume(id).await
    }

    /// The approvers as the ledger has them now.
    ///
    /// # Errors
    /// `io` and the like from the ledger.
    pub async fn approvers(&self) -> Result<Register> {
        self.gate().register().await
    }

    /// Every signed statement of the ledger, in order: to show them, to verify them with other tools.
    ///
    /// # Errors
    /// `io` and the like from the ledger.
    pub async fn decisions(&self) -> Result<Vec<RecordedDecision>> {
        let mut decisions = Vec::new();
        for statement in self.gate().statements().await? {
            let said = statement.decision;
            decisions.push(RecordedDecision {
                seq: statement.seq,
                at: statement.at,
                proposal: said.proposal,
                person: said.approver,
                role: said.role,
                statement: said.verdict.as_str().to_owned(),
                reason: said.reason,
                text: statement.signed.text,
                signature: statement.signed.signature,
                digest: statement.digest,
            });
        }
        Ok(decisions)
    }

    pub(super) fn practice(&self) -> &Practice {
        &self.0.practice
    }

    pub(crate) fn gate(&self) -> &Gate {
        &self.0.gate
    }
}

impl fmt::Debug for Tenant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tenant")
            .field("name", &self.0.name)
            .field("region", &self.region())
            .finish_non_exhaustive()
    }
}
