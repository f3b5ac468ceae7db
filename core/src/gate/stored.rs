//! What a proposal is now, read from the state: the one place that says what may be handed out.

use std::sync::Arc;

use jiff::Timestamp;

use super::decision::Statement;
use super::level::Level;
use super::pending::{Pending, PendingState};
use super::staged::Approvals;
use super::state::{Outcome, Phase, Proposal, State};
use super::stuck::stuck;
use crate::actor::Actor;
use crate::error::Result;

/// A proposal, and what it is.
pub(super) enum Stored {
    /// It may start, as far as its history goes.
    Approved(Arc<Proposal>),
    Closed(Arc<Proposal>, Outcome),
    Open(Arc<Proposal>),
    Started(Arc<Proposal>),
}

/// What a proposal is at a time.
pub(super) fn stored(state: &State, proposal: &Arc<Proposal>, at: Timestamp) -> Result<Stored> {
    let proposal = Arc::clone(proposal);
    Ok(match proposal.phase {
        Phase::Closed(outcome) => Stored::Closed(proposal, outcome),
        Phase::Started => Stored::Started(proposal),
        // The levels 0 and 1 are authorized by who holds the staged value; only approvals make an approval by themselves.
        Phase::Open if proposal.level == Level::L2 && proposal.approvals(&state.setup, at)?.is_some() => {
            Stored::Approved(proposal)
        }
        Phase::Open => Stored::Open(proposal),
    })
}

/// How far the approvals have come.
pub(super) fn approvals(
    state: &State,
    proposal: &Proposal,
    operator: &Actor,
    at: Timestamp,
) -> Result<Approvals> {
    let quorum = state.setup.quorum(&proposal.change.area)?;
    let votes = proposal.valid_votes(Statement::Approve, state.setup.register()?, at);
    Ok(Approvals {
        needed: if proposal.level == Level::L2 {
            quorum.approvals
        } else {
            0
        },
        roles: quorum.roles.iter().map(|role| (*role).to_owned()).collect(),
        given: votes.iter().map(|vote| vote.person.clone()).collect(),
        stuck: stuck(state, proposal, operator, at)?,
    })
}

/// What waits, the one whose time ends first before the others.
pub(super) fn pending(state: &State, operator: &Actor, at: Timestamp) -> Result<Vec<Pending>> {
    let mut pending = Vec::new();
    for proposal in state.proposals() {
        let waits = match stored(state, proposal, at)? {
            Stored::Closed(..) => continue,
            Stored::Open(_) | Stored::Approved(_) if at > proposal.closes_at() => continue,
            Stored::Open(_) => PendingState::Staged,
            Stored::Approved(_) => PendingState::Approved,
            Stored::Started(_) => match &proposal.run {
                Some(run) => PendingState::Started(run.status),
                None => continue,
            },
        };
        let approvals = approvals(state, proposal, operator, at)?;
        pending.push(Pending {
            id: proposal.id,
            title: proposal.change.title.clone(),
            area: proposal.change.area.clone(),
            findings: proposal.change.findings.clone(),
            level: proposal.level,
            state: waits,
            proposer: proposal.proposer.clone(),
            submitted_at: proposal.submitted_at,
            expires_at: proposal.ends_at(),
            approvals_needed: approvals.needed,
            approved_by: approvals.given,
            stuck: approvals.stuck,
            steps: proposal.change.steps.len(),
        });
    }
    pending.sort_by_key(|entry| (entry.expires_at, entry.submitted_at, entry.id));
    Ok(pending)
}
