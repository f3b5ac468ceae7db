//! Amending what is open: the changed one takes the place of the original, which stays in the ledger with the reason.

use std::sync::Arc;

use jiff::Timestamp;
use serde::{Serialize, Serializer};

use super::apply::{Transition, check_open, malformed};
use super::decision::{Decision, ReasonCode, Statement, check_reason};
use super::engine::Gate;
use super::id::ProposalId;
use super::named::check_name;
use super::record::{Amends, Proposed, Record};
use super::staged::Routed;
use super::state::{Outcome, Proposal, State};
use crate::actor::Actor;
use crate::change::{Change, Extent};
use crate::error::{Error, ErrorKind, Result};
use crate::ledger::Entry;

/// How many entries are read at once.
const PAGE: u64 = 256;

/// That a proposal takes the place of another one.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Amendment {
    /// The proposal whose place it takes.
    pub original: ProposalId,
    /// Who amended it. Who narrowed it may still approve it, who widened it may not.
    pub by: Actor,
    /// Whether it asks for less than the original, or for something else.
    pub extent: Extent,
    /// Why: a [`ReasonCode`], or one with words behind it.
    pub reason: String,
}

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

/// What a record that amends amounts to.
pub(super) struct Amended {
    pub(super) original: Arc<Proposal>,
    pub(super) amendment: Arc<Amendment>,
    pub(super) authors: Vec<Actor>,
}

/// Checks that a proposal may take the place of another one.
pub(super) fn amended_by(
    state: &State,
    record: &Proposed,
    amends: &Amends,
    change: &Change,
    at: Timestamp,
) -> Result<Amended> {
    let original = state.proposal(&amends.proposal)?;
    check_amendable(original, at)?;
    check_name(amends.by.name(), "by")?;
    check_code(&amends.reason)?;
    if record.proposer != original.proposer {
        return Err(malformed("who proposed it stays the proposer"));
    }
    let extent = change.extent_beside(&original.change);
    let authors = authors(original, change, &amends.by)?;
    let amendment = Amendment {
        original: original.id,
        by: amends.by.clone(),
        extent,
        reason: amends.reason.clone(),
    };
    Ok(Amended {
        original: Arc::clone(original),
        amendment: Arc::new(amendment),
        authors,
    })
}

/// Who wrote what is in an amended change: all who wrote the original, and who widened it.
pub(super) fn authors(original: &Proposal, change: &Change, by: &Actor) -> Result<Vec<Actor>> {
    let mut authors = original.authors.clone();
    match change.extent_beside(&original.change) {
        Extent::Same => Err(Error::new(
            ErrorKind::InvalidInput,
            "nothing in it differs from what it would take the place of",
        )),
        Extent::Wider if !authors.contains(by) && authors.len() >= MAX_AUTHORS => Err(Error::new(
            ErrorKind::TooLarge,
            "a proposal has at most 100 authors",
        )
        .remedy("withdraw it and submit the change")),
        Extent::Wider if !authors.contains(by) => {
            authors.push(by.clone());
            Ok(authors)
        }
        Extent::Narrower | Extent::Wider => Ok(authors),
    }
}

/// The most persons who wrote one proposal.
const MAX_AUTHORS: usize = 100;

/// The original ends with the record that takes its place: no moment has both or none of them open.
pub(super) fn superseding(state: &State, proposal: Proposal, original: &Proposal) -> Transition {
    let mut original = original.clone();
    original.superseded_by = Some(proposal.id);
    let mut transition = state.close(original, Outcome::Superseded);
    transition.add(proposal);
    transition
}

fn check_amendable(original: &Proposal, at: Timestamp) -> Result<()> {
    check_open(original, at)?;
    if original.takes_back.is_some() {
        return Err(Error::new(
            ErrorKind::Denied,
            "a way back is what was approved with the steps, and is not amended",
        )
        .remedy("withdraw it, and submit a change of its own"));
    }
    Ok(())
}

/// A reason that statistics can count.
fn check_code(reason: &str) -> Result<()> {
    check_reason(Some(reason))?;
    if ReasonCode::of(reason).is_some() {
        return Ok(());
    }
    let codes: Vec<&str> = ReasonCode::KNOWN.iter().map(ReasonCode::as_str).collect();
    Err(
        Error::new(ErrorKind::InvalidInput, "the reason does not begin with a code")
            .remedy(format!(
                "one of {}, alone or with words behind it: `too_risky: payroll week`",
                codes.join(", ")
            ))
            .at("/reason"),
    )
}

impl Gate {
    /// Puts a changed one in the place of what is open.
    pub(crate) async fn amend(
        &self,
        original: ProposalId,
        change: &Change,
        by: &Actor,
        reason: &str,
    ) -> Result<Routed> {
        check_code(reason).map_err(|error| error.during("gate.amend"))?;
        self.expire(&original)
            .await
            .map_err(|error| error.during("gate.amend"))?;
        let amends = Amends {
            proposal: original,
            by: by.clone(),
            reason: reason.to_owned(),
        };
        self.submit_amended(change, amends).await
    }

    /// Every time that a person decided otherwise than was proposed, in order.
    pub(crate) async fn overrides(&self) -> Result<Vec<Override>> {
        let mut overrides = Vec::new();
        let size = self.ledger().size().await?;
        let mut from = 0;
        while from < size {
            let page = from..size.min(from.saturating_add(PAGE));
            let entries = self
                .ledger()
                .entries_of(page, super::record::is_of_the_gate)
                .await?;
            self.read(|state, _| {
                for entry in &entries {
                    overrides.extend(override_in(state, entry)?);
                }
                Ok(())
            })
            .await?;
            from = from.saturating_add(PAGE);
        }
        Ok(overrides)
    }
}

/// The override of which an entry tells.
fn override_in(state: &State, entry: &Entry) -> Result<Option<Override>> {
    let told = match Record::read(entry)? {
        Some((at, Record::Proposed(record))) => {
            let proposal = state.proposal(&record.proposal)?;
            proposal.amendment.as_ref().map(|amendment| Override {
                seq: entry.seq(),
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
            })
        }
        Some((at, Record::Decided(record))) => {
            let said = Decision::parse(record.decision.text.as_bytes())?;
            (said.verdict == Statement::Reject).then(|| stated(entry, at, said, OverrideKind::Rejected))
        }
        Some((at, Record::Attested(record))) => {
            let said = Decision::parse(record.attestation.text.as_bytes())?;
            (said.verdict == Statement::Declined).then(|| stated(entry, at, said, OverrideKind::Declined))
        }
        _ => None,
    };
    Ok(told)
}

fn stated(entry: &Entry, at: Timestamp, said: Decision, kind: OverrideKind) -> Override {
    Override {
        seq: entry.seq(),
        at,
        proposal: said.proposal,
        kind,
        replacement: None,
        by: Actor::Person(said.approver),
        code: said.reason.as_deref().and_then(ReasonCode::of),
        reason: said.reason,
    }
}
