//! What waits for approvals that nobody can give any more. It was found possible when it was submitted; keys are revoked since, and
//! rules change.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::approver::Registered;
use super::decision::Statement;
use super::level::Level;
use super::quorum::Quorum;
use super::rules;
use super::state::{Phase, Proposal, State, Vote};
use crate::actor::Actor;
use crate::error::Result;

/// What helps.
const REMEDY: &str = "withdraw it and submit it again, or change the rules";

/// Why a proposal waits in vain, with what helps. `None`: it does not wait, or those who have not decided yet can still approve it.
pub(super) fn stuck(
    state: &State,
    proposal: &Proposal,
    operator: &Actor,
    at: Timestamp,
) -> Result<Option<String>> {
    if proposal.phase != Phase::Open || proposal.level != Level::L2 || at > proposal.ends_at() {
        return Ok(None);
    }
    if let Err(error) = rules::check_base(state, &proposal.change) {
        return Ok(Some(format!("{}: {REMEDY}", error.message())));
    }
    let votes = proposal.valid_votes(Statement::Approve, state.setup.register()?, at);
    let quorum = state.setup.quorum(&proposal.change.area)?;
    if quorum.is_met(&votes) {
        return Ok(None);
    }
    let excluded: Vec<&Actor> = proposal.authors.iter().chain([operator]).collect();
    let register = state.setup.register()?.to_come(at, proposal.ends_at(), &excluded);
    let left: Vec<&Registered> = register
        .into_iter()
        .filter(|entry| proposal.is_of_its_electorate(Statement::Approve, entry))
        .collect();
    // Who voted and whose vote ends before the proposal does may vote again, in another role too.
    let lasting: Vec<&Vote> = (votes.iter().copied())
        .filter(|vote| vote.not_after >= proposal.ends_at())
        .collect();
    let not_of = |votes: &[&Vote]| -> Vec<_> {
        let others = left.iter().filter(|entry| has_not_voted(votes, entry));
        others.map(|entry| &entry.approver).collect()
    };
    if rest(&quorum, &lasting).can_be_met(&not_of(&lasting)) {
        return Ok(None);
    }
    let persons: BTreeSet<&str> = not_of(&votes).iter().map(|approver| approver.person()).collect();
    Ok(Some(format!(
        "nobody else can complete its approvals: {}, {} have, and {} may still decide: {REMEDY}",
        quorum.asked(),
        votes.len(),
        persons.len()
    )))
}

/// One decision a person, and one a key.
fn has_not_voted(votes: &[&Vote], entry: &Registered) -> bool {
    let approver = &entry.approver;
    !(votes.iter()).any(|vote| vote.person == approver.person() || vote.key == approver.key())
}

/// What is missing of a quorum beside the votes that are there.
fn rest<'a>(quorum: &Quorum<'a>, votes: &[&Vote]) -> Quorum<'a> {
    let is_filled = |role: &&str| votes.iter().any(|vote| vote.role.as_deref() == Some(*role));
    Quorum {
        approvals: quorum.approvals.max(1).saturating_sub(votes.len()),
        roles: quorum
            .roles
            .iter()
            .copied()
            .filter(|role| !is_filled(role))
            .collect(),
    }
}
