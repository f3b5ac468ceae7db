//! Amending what is open: the changed one takes the place of the original, which stays in the ledger with the reason.

use std::sync::Arc;

use jiff::Timestamp;
use serde::Serialize;

use super::apply::{Transition, check_open, malformed};
use super::decision::{ReasonCode, check_reason};
use super::engine::Gate;
use super::id::ProposalId;
use super::named::check_name;
use super::record::{Amends, Proposed};
use super::staged::Routed;
use super::state::{Outcome, Proposal, State};
use crate::actor::Actor;
use crate::change::{Change, Extent};
use crate::error::{Error, ErrorKind, Result};

/// That a proposal takes the place of another one.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Amendment {
    /// The proposal whose place it takes.
    pub original: ProposalId,
    /// Who amended it. Who narrowed it may still approve it, who widened it may not.
    pub by: Actor,
    /// Whether it asks for less than the original and everything that this one took the place of, or for something else.
    pub extent: Extent,
    /// Why: a [`ReasonCode`], or one with words behind it.
    pub reason: String,
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
    let extent = extent(state, original, change)?;
    let authors = authors(state, original, change, &amends.by)?;
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

/// What an amended change asks for beside all that it follows. A chain of amendments, each a little less than the one before,
/// must not end in something that the first one did not ask for.
fn extent(state: &State, original: &Proposal, change: &Change) -> Result<Extent> {
    if change.extent_beside(&original.change) == Extent::Same {
        return Err(Error::new(
            ErrorKind::InvalidInput,
            "nothing in it differs from what it would take the place of",
        ));
    }
    let mut before = Some(original);
    for _ in 0..MAX_AMENDMENTS {
        let Some(other) = before else {
            return Ok(Extent::Narrower);
        };
        if change.extent_beside(&other.change) == Extent::Wider {
            return Ok(Extent::Wider);
        }
        let amendment = other.amendment.as_ref();
        before = amendment
            .map(|amendment| state.proposal(&amendment.original).map(Arc::as_ref))
            .transpose()?;
    }
    Err(
        Error::new(ErrorKind::TooLarge, "a proposal is amended at most 100 times")
            .remedy("withdraw it and submit the change"),
    )
}

/// Who wrote what is in an amended change: all who wrote the original, and who widened it.
pub(super) fn authors(state: &State, original: &Proposal, change: &Change, by: &Actor) -> Result<Vec<Actor>> {
    let mut authors = original.authors.clone();
    if extent(state, original, change)? == Extent::Wider && !authors.contains(by) {
        if authors.len() >= MAX_AUTHORS {
            return Err(
                Error::new(ErrorKind::TooLarge, "a proposal has at most 100 authors")
                    .remedy("withdraw it and submit the change"),
            );
        }
        authors.push(by.clone());
    }
    Ok(authors)
}

/// The most times that a proposal is amended.
const MAX_AMENDMENTS: usize = 100;

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
}
