//! The transitions that decide whether something may run: a proposal is routed, an execution begins.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use super::amend::{amended_by, superseding};
use super::apply::{Transition, check_open, malformed, stale_reasons};
use super::executor::ApprovedBy;
use super::id::ProposalId;
use super::level::Level;
use super::named::check_name;
use super::outcome::ExecutionStatus;
use super::record::{Authority, Grounds, Proposed, Started};
use super::risk::{Risk, UndoRisk};
use super::rules;
use super::run::{Planned, Run};
use super::state::{Phase, Proposal, Refusals, State};
use super::statement::{check_operator, expiry};
use super::together::{Subject, names_of};
use super::way_back::way_back;
use crate::actor::Actor;
use crate::change::Change;
use crate::digest::{Digest, Hasher};
use crate::error::{Error, ErrorKind, Result};

/// How many earlier proposals of the same change are named.
const MAX_EARLIER: usize = 10;

pub(super) fn proposed(state: &State, at: Timestamp, record: &Proposed) -> Result<Transition> {
    let policy = Arc::clone(state.setup.policy()?);
    check_name(record.proposer.name(), "proposer")?;
    let bytes = record.change.get().as_bytes();
    let change = Change::from_json(bytes)?;
    rules::check_reserved(&change)?;
    let digest = Digest::of("vcto change v1", bytes);
    if record.proposal != proposal_id(state, &digest) || state.proposals.contains_key(&record.proposal) {
        return Err(malformed("the id is not that of this proposal"));
    }
    let amended = record.amends.as_ref();
    let amended = amended
        .map(|amends| amended_by(state, record, amends, &change, at))
        .transpose()?;
    let authors = amended.as_ref().map_or_else(
        || vec![record.proposer.clone()],
        |amended| amended.authors.clone(),
    );
    let subject = Subject {
        change: &change,
        is_way_back: record.takes_back.is_some(),
        authors: &authors,
        place: state.size(),
    };
    rules::check_proposed(state, &change, &[], at)?;
    check_grounds(state, &subject, &record.grounds, at)?;
    if record.expires_at != expiry(&policy, &change, at) {
        return Err(malformed("the proposal's end is not what the policy says"));
    }
    if record.earlier != earlier(state, &digest) {
        return Err(malformed("the earlier proposals of the same change are others"));
    }
    let proposal = Proposal {
        id: record.proposal,
        change_digest: digest,
        takes_back: record.takes_back,
        proposer: record.proposer.clone(),
        author_names: names_of(&authors).into(),
        authors,
        amendment: amended.as_ref().map(|amended| Arc::clone(&amended.amendment)),
        superseded_by: None,
        place: state.size(),
        submitted_at: at,
        expires_at: record.expires_at,
        level: record.grounds.risk.level,
        grounds: Arc::new(record.grounds.clone()),
        grounds_at: state.size(),
        votes: Vec::new(),
        phase: Phase::Open,
        run: None,
        taken_back_by: None,
        observed: Vec::new(),
        refusals: Refusals::default(),
        change: Arc::new(change),
    };
    check_open(&proposal, at)?;
    let excluded: Vec<&Actor> = proposal.authors.iter().collect();
    check_satisfiable(state, &proposal.change.area, proposal.level, &excluded, at)?;
    match (&record.takes_back, amended) {
        (None, None) => Ok(Transition::of(proposal)),
        (None, Some(amended)) => Ok(superseding(state, proposal, &amended.original)),
        (Some(original), None) => taking_back(state, proposal, original),
        (Some(_), Some(_)) => Err(malformed("a way back does not amend")),
    }
}

/// A way back is exactly the approved undos of what it takes back.
fn taking_back(state: &State, proposal: Proposal, original: &ProposalId) -> Result<Transition> {
    let mut original = Proposal::clone(state.proposal(original)?);
    if way_back(&original)?.digest()? != proposal.change_digest {
        return Err(malformed("the change is not the way back of what it takes back"));
    }
    original.taken_back_by = Some(proposal.id);
    Ok(Transition::all([original, proposal]))
}

/// The identity of a change that is submitted now: unique, since no two proposals have one place in the log.
pub(super) fn proposal_id(state: &State, change: &Digest) -> ProposalId {
    let digest = Hasher::new("vcto proposal v1")
        .field(&state.log_id.0)
        .field(&state.size().to_be_bytes())
        .field(change.as_bytes())
        .finish();
    ProposalId::from_digest(digest)
}

/// The last proposals of the same change, newest last.
pub(super) fn earlier(state: &State, change: &Digest) -> Vec<ProposalId> {
    let same = state.proposals.of_change(change);
    let skipped = same.len().saturating_sub(MAX_EARLIER);
    same.iter().skip(skipped).copied().collect()
}

/// The grounds are about this change, follow from their input, and are those of the rules and the snapshot in force.
pub(super) fn check_grounds(
    state: &State,
    subject: &Subject<'_>,
    grounds: &Grounds,
    at: Timestamp,
) -> Result<()> {
    let (change, is_way_back) = (subject.change, subject.is_way_back);
    if rules::is_of_the_rules(change) {
        return check_grounds_of_rules(state, change, is_way_back, grounds);
    }
    let input = &grounds.risk.input;
    let targets = input.targets.iter().map(|target| &target.asset);
    let actions = input
        .actions
        .iter()
        .map(|action| (&action.executor, &action.action));
    let is_about = input.area == change.area
        && targets.eq(change.targets())
        && actions.eq(change.steps.iter().map(|step| (&step.executor, &step.action)))
        && (input.actions.iter()).all(|action| (action.undo == UndoRisk::IsUndo) == is_way_back);
    if !is_about {
        return Err(malformed("the risk was assessed for something else"));
    }
    let frozen = rules::in_force(&state.setup.freezes, &change.area, at).map(|freeze| &freeze.name);
    if input.halted == state.setup.halts.is_empty() || !input.frozen.iter().eq(frozen) {
        return Err(Error::new(
            ErrorKind::Stale,
            "the freezes and the kill switch are others",
        ));
    }
    let earlier = subject.count_earlier(state, at);
    if input.with_earlier.map_or(0, |together| together.proposals) != earlier {
        return Err(malformed(
            "the earlier changes that count with this one are others",
        ));
    }
    let area = state.setup.areas()?.get(&change.area);
    let assessed = Risk::assess(input.clone(), state.setup.policy()?, area);
    if assessed != grounds.risk {
        return Err(malformed(
            "the level does not follow from what it was computed from",
        ));
    }
    if grounds.policy != state.setup.rules_digest(&change.area)? {
        return Err(Error::new(ErrorKind::Stale, "the policy has changed"));
    }
    if grounds.snapshot != state.snapshot {
        return Err(Error::new(
            ErrorKind::Stale,
            "there is a newer snapshot of the estate",
        ));
    }
    Ok(())
}

/// What a change of the rules rests on is in the ledger alone, so it is computed and not believed.
fn check_grounds_of_rules(
    state: &State,
    change: &Change,
    is_way_back: bool,
    grounds: &Grounds,
) -> Result<()> {
    if is_way_back {
        return Err(malformed("a change of the rules has no way back but another one"));
    }
    let computed = rules::grounds(state, change)?;
    if computed.facts != grounds.facts || computed.snapshot != grounds.snapshot {
        return Err(Error::new(ErrorKind::Stale, "the rules have changed"));
    }
    if computed != *grounds {
        return Err(malformed("the level does not follow from the rules"));
    }
    Ok(())
}

/// At level 2 the quorum can be met by those who may decide. Found now, not at night.
pub(super) fn check_satisfiable(
    state: &State,
    area: &str,
    level: Level,
    excluded: &[&Actor],
    at: Timestamp,
) -> Result<()> {
    if level != Level::L2 {
        return Ok(());
    }
    let eligible = state.setup.register()?.eligible(at, excluded);
    let quorum = state.setup.quorum(area)?;
    if quorum.can_be_met(&eligible) {
        return Ok(());
    }
    let message = format!("nobody could approve this: {}", quorum.beside(&eligible));
    Err(Error::new(ErrorKind::Denied, message)
        .remedy("the proposer and the operator cannot approve; register more approvers or roles"))
}

pub(super) fn started(state: &State, at: Timestamp, record: &Started) -> Result<Transition> {
    let mut proposal = Proposal::clone(state.proposal(&record.proposal)?);
    check_open(&proposal, at)?;
    check_name(record.operator.name(), "operator")?;
    if proposal.change.not_before.is_some_and(|begin| at < begin) {
        return Err(too_early());
    }
    rules::check_stopped(state, &proposal.change, at)?;
    check_grounds(state, &Subject::of(&proposal), &record.grounds, at)?;
    rules::check_proposed(state, &proposal.change, &[], at)?;
    if !stale_reasons(&proposal, &record.grounds).is_empty() {
        return Err(Error::new(
            ErrorKind::Stale,
            "what was approved no longer describes the present",
        ));
    }
    check_authority(state, &proposal, record, at)?;
    check_review_due(state, &proposal, record, at)?;
    if let Some(holder) = state.holder_of_targets(&proposal) {
        return Err(Error::new(
            ErrorKind::Busy,
            format!("the execution of {} holds one of the targets", holder.id),
        ));
    }
    proposal.phase = Phase::Started;
    proposal.run = Some(new_run(&proposal, record, at));
    Ok(Transition::of(proposal))
}

/// The level alone, or the approvals in force: all of them, each within its window.
fn check_authority(state: &State, proposal: &Proposal, record: &Started, at: Timestamp) -> Result<()> {
    match (proposal.level, &record.authority) {
        (Level::L0 | Level::L1, Authority::Level) => Ok(()),
        (Level::L2, Authority::Decisions(digests)) => {
            let votes = proposal
                .approvals(&state.setup, at)?
                .ok_or_else(|| Error::new(ErrorKind::Denied, "the approvals that it needs are not there"))?;
            if votes
                .iter()
                .any(|vote| vote.not_before.is_some_and(|begin| at < begin))
            {
                return Err(too_early());
            }
            check_operator(&record.operator, &votes)?;
            let in_force: Vec<Digest> = votes.iter().map(|vote| vote.digest).collect();
            if in_force != *digests {
                return Err(malformed("the approvals in force are others"));
            }
            Ok(())
        }
        (Level::L3, _) => Err(Error::new(
            ErrorKind::Denied,
            "a change of level L3 is done by a human",
        )),
        _ => Err(Error::new(
            ErrorKind::Denied,
            "it does not have the authority that its level needs",
        )),
    }
}

/// INVARIANT: what runs at level 1 has its duty to review in the same record.
fn check_review_due(state: &State, proposal: &Proposal, record: &Started, at: Timestamp) -> Result<()> {
    let right = match (proposal.level, &record.review_due) {
        (Level::L1, Some(due)) => {
            let within = SignedDuration::from_secs(i64::from(state.setup.policy()?.review_within_s));
            check_name(&due.who, "reviewer")?;
            due.by == at.saturating_add(within).unwrap_or(Timestamp::MAX)
        }
        (Level::L1, None) => false,
        (_, due) => due.is_none(),
    };
    if right {
        Ok(())
    } else {
        Err(malformed(
            "the duty to review is not what the level and the policy say",
        ))
    }
}

fn new_run(proposal: &Proposal, record: &Started, at: Timestamp) -> Run {
    let takes_back = proposal.takes_back.is_some();
    let declared = record.grounds.risk.input.actions.iter();
    let declared = declared.map(|action| action.declared.as_ref().is_some_and(|action| action.hands_over));
    let plan = proposal
        .change
        .steps
        .iter()
        .zip(declared.chain(std::iter::repeat(false)))
        .map(|(step, hands_over)| Planned {
            target: step.target.as_str().to_owned(),
            has_undo: takes_back || step.undo.is_some(),
            hands_over: hands_over && !takes_back,
        })
        .collect();
    Run {
        operator: record.operator.clone(),
        started_at: at,
        approved_by: approved_by(proposal, &record.authority),
        review_due: record.review_due.clone(),
        not_told: false,
        takes_back,
        plan,
        acts: BTreeMap::new(),
        undoing: None,
        left: BTreeMap::new(),
        doubted: false,
        status: ExecutionStatus::Running,
        ended_at: None,
    }
}

/// The approvals on which it starts.
fn approved_by(proposal: &Proposal, authority: &Authority) -> Vec<ApprovedBy> {
    let Authority::Decisions(digests) = authority else {
        return Vec::new();
    };
    let votes = proposal
        .votes
        .iter()
        .filter(|vote| digests.contains(&vote.digest));
    votes
        .map(|vote| ApprovedBy {
            person: vote.person.clone(),
            at: vote.at,
            decision: vote.digest,
        })
        .collect()
}

fn too_early() -> Error {
    Error::new(ErrorKind::Denied, "its window has not begun").remedy("execute it when the window has begun")
}
