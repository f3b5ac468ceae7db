//! The transitions inside an execution. Each is what [`Run::next`] says may come, or it is refused.

use std::sync::Arc;

use jiff::Timestamp;

use super::apply::{Transition, malformed, over};
use super::decision::Statement;
use super::executor::{Direction, Effect, MAX_IMAGE, Observation, StepOutcome};
use super::id::ProposalId;
use super::outcome::ExecutionStatus;
use super::quorum::Quorum;
use super::record::{
    ActRef, Doubt, Finished, LeftWhy, NotTold, Reconciled, StepDone, StepIntent, StepLeft, StepProbed,
    StepVerified, UndoBegun,
};
use super::rules;
use super::run::{Act, Next, Run};
use super::state::{Outcome, Phase, Proposal, State};
use crate::digest::Hasher;
use crate::error::{Error, ErrorKind, Result};
use crate::ledger::LogId;

/// The most that an executor's reason or a note may have, in bytes.
pub(super) const MAX_NOTE: usize = 4_096;

pub(super) fn intent(state: &State, record: &StepIntent) -> Result<Transition> {
    let (mut proposal, at) = started(state, &record.act)?;
    let direction = record.act.direction;
    expect(&proposal, |next| *next == Next::Call(at, direction))?;
    if record.idempotency_key != idempotency_key(&state.log_id, &record.act) {
        return Err(malformed("the idempotency key is not that of this step"));
    }
    check_observation(&record.before)?;
    if let (Some(halt), Direction::Apply) = (rules::halt(state, &proposal.change), direction) {
        return Err(Error::new(ErrorKind::Denied, halt.to_string()));
    }
    match direction {
        Direction::Apply if record.before.effect == Effect::Present => {
            return Err(Error::new(
                ErrorKind::Conflict,
                "the effect of the step is there already",
            ));
        }
        Direction::Undo if record.before.effect == Effect::Absent => {
            return Err(Error::new(ErrorKind::Conflict, "there is nothing to take back"));
        }
        Direction::Undo if conflicts(state, &proposal, &record.act.step, &record.before) => {
            return Err(Error::new(
                ErrorKind::Conflict,
                "somebody else has changed the target since",
            ));
        }
        _ => {}
    }
    let before = Some(record.before.clone());
    act_mut(&mut proposal, at, direction)?.before = before;
    Ok(Transition::of(proposal))
}

pub(super) fn done(state: &State, record: &StepDone) -> Result<Transition> {
    let (mut proposal, at) = started(state, &record.act)?;
    let direction = record.act.direction;
    expect(&proposal, |next| *next == Next::Answer(at, direction))?;
    let size = match &record.answer {
        StepOutcome::Done { receipt } | StepOutcome::HandedOver { receipt } => {
            (receipt.as_ref().map_or(0, String::len), MAX_IMAGE)
        }
        StepOutcome::NotDone { reason } | StepOutcome::Unknown { reason } => (reason.len(), MAX_NOTE),
    };
    if size.0 > size.1 {
        return Err(Error::new(
            ErrorKind::TooLarge,
            "the answer of the executor is too large",
        ));
    }
    rules::check_answer(&proposal, at, &record.answer)?;
    act_mut(&mut proposal, at, direction)?.answer = Some(record.answer.clone());
    Ok(Transition::of(proposal))
}

pub(super) fn probed(state: &State, record: &StepProbed) -> Result<Transition> {
    let (mut proposal, at) = started(state, &record.act)?;
    let direction = record.act.direction;
    let run = run_of(&proposal)?;
    let may = match run.next() {
        Next::Probe(step, wanted) => (step, wanted) == (at, direction),
        // Nothing is there to take back: the executor is not called.
        Next::Call(step, Direction::Undo) => {
            (step, Direction::Undo) == (at, direction) && record.effect == Effect::Absent
        }
        Next::Doubt(None) => run.open_acts().contains(&(at, direction)) && !has_answer(run, at, direction),
        _ => false,
    };
    if !may {
        return Err(out_of_order(run));
    }
    rules::check_seen(&proposal, at, record.effect)?;
    act_mut(&mut proposal, at, direction)?.probed = Some(record.effect);
    Ok(Transition::of(proposal))
}

pub(super) fn verified(state: &State, record: &StepVerified) -> Result<Transition> {
    let (mut proposal, at) = started(state, &record.act)?;
    let direction = record.act.direction;
    check_observation(&record.after)?;
    let run = run_of(&proposal)?;
    let may = match run.next() {
        Next::Verify(step, wanted) => (step, wanted) == (at, direction),
        Next::Doubt(None) => run.open_acts().contains(&(at, direction)) && has_answer(run, at, direction),
        _ => false,
    };
    if !may {
        return Err(out_of_order(run));
    }
    rules::check_seen(&proposal, at, record.after.effect)?;
    act_mut(&mut proposal, at, direction)?.after = Some(record.after.clone());
    Ok(Transition::of(proposal))
}

pub(super) fn undo_begun(state: &State, record: &UndoBegun) -> Result<Transition> {
    let mut proposal = in_phase_started(state, &record.proposal)?;
    let at = position(&proposal, &record.step)?;
    check_note(&record.why)?;
    expect(&proposal, |next| match next {
        Next::TurnBack(step, _) | Next::Call(step, Direction::Apply) => *step == at,
        _ => false,
    })?;
    run_mut(&mut proposal)?.undoing = Some(record.why.clone());
    Ok(Transition::of(proposal))
}

pub(super) fn left(state: &State, record: &StepLeft) -> Result<Transition> {
    let mut proposal = in_phase_started(state, &record.proposal)?;
    let at = position(&proposal, &record.step)?;
    check_note(&record.note)?;
    expect(&proposal, |next| match next {
        Next::Leave(step, why) => (*step, *why) == (at, record.why),
        Next::Call(step, Direction::Undo) => {
            *step == at && matches!(record.why, LeftWhy::Conflict | LeftWhy::Unreadable)
        }
        _ => false,
    })?;
    run_mut(&mut proposal)?.left.insert(at, record.why);
    Ok(Transition::of(proposal))
}

pub(super) fn doubt(state: &State, record: &Doubt) -> Result<Transition> {
    let mut proposal = in_phase_started(state, &record.proposal)?;
    if let Some(act) = &record.act {
        position(&proposal, &act.step)?;
    }
    let run = run_mut(&mut proposal)?;
    if run.doubted {
        return Err(Error::new(
            ErrorKind::Conflict,
            "the execution is in doubt already",
        ));
    }
    run.doubted = true;
    run.status = ExecutionStatus::InDoubt;
    Ok(Transition::of(proposal))
}

/// Who has the duty to review was not told. Told or not is decided before anything is done.
pub(super) fn not_told(state: &State, record: &NotTold) -> Result<Transition> {
    let mut proposal = in_phase_started(state, &record.proposal)?;
    let run = run_mut(&mut proposal)?;
    let untouched = run.acts.is_empty() && run.undoing.is_none() && run.left.is_empty() && !run.doubted;
    if run.review_due.is_none() || run.not_told || !untouched {
        return Err(malformed("nobody was to be told here"));
    }
    run.not_told = true;
    Ok(Transition::of(proposal))
}

pub(super) fn finished(state: &State, at: Timestamp, record: &Finished) -> Result<Transition> {
    let proposal = in_phase_started(state, &record.proposal)?;
    expect(&proposal, |next| *next == Next::Finish(record.status))?;
    end(state, at, proposal, record.status)
}

/// How an interrupted execution ended, when the records settle it. Each step of a change of the rules is a record of this very
/// log: what is there was done, what is not was not, and nothing of it is taken back, so the records settle a part of it too.
pub(super) fn settled_status(proposal: &Proposal) -> Option<ExecutionStatus> {
    let run = proposal.run.as_ref()?;
    let of_the_rules = rules::is_of_the_rules(&proposal.change);
    let in_part = || (of_the_rules && run.standing().is_some()).then_some(ExecutionStatus::RollbackFailed);
    run.settled_status().or_else(in_part)
}

pub(super) fn reconciled(state: &State, at: Timestamp, record: &Reconciled) -> Result<Transition> {
    let proposal = in_phase_started(state, &record.proposal)?;
    check_in_doubt(&proposal)?;
    if settled_status(&proposal) != Some(record.status) {
        return Err(malformed("the records do not settle it that way"));
    }
    end(state, at, proposal, record.status)
}

/// A person accepted what an interrupted execution left; with enough of them it ends.
pub(super) fn accepted(state: &State, at: Timestamp, proposal: Proposal) -> Result<Transition> {
    let votes = proposal.valid_votes(Statement::Accept, state.setup.register()?, at);
    let quorum = match proposal.level {
        super::level::Level::L2 => state.setup.quorum(&proposal.change.area)?,
        _ => Quorum {
            approvals: 1,
            roles: std::collections::BTreeSet::new(),
        },
    };
    if quorum.is_met(&votes) {
        end(state, at, proposal, ExecutionStatus::AcceptedAsIs)
    } else {
        Ok(Transition::of(proposal))
    }
}

pub(super) fn check_in_doubt(proposal: &Proposal) -> Result<()> {
    match &proposal.run {
        Some(run) if run.doubted => Ok(()),
        _ => Err(Error::new(ErrorKind::Denied, "the execution is not in doubt")),
    }
}

fn end(state: &State, at: Timestamp, mut proposal: Proposal, status: ExecutionStatus) -> Result<Transition> {
    let run = run_mut(&mut proposal)?;
    run.status = status;
    run.ended_at = Some(at);
    Ok(state.close(proposal, Outcome::Executed(status)))
}

/// The same for the same step, direction and execution over every restart, and no other.
pub(super) fn idempotency_key(log_id: &LogId, act: &ActRef) -> String {
    let direction: &[u8] = match act.direction {
        Direction::Apply => b"apply",
        Direction::Undo => b"undo",
    };
    Hasher::new("vcto idempotency v1")
        .field(&log_id.0)
        .field(act.proposal.to_string().as_bytes())
        .field(act.step.as_bytes())
        .field(direction)
        .finish()
        .hex()
}

/// The call that an undo takes back, and under which proposal: its own, or on a way back that of the original.
pub(super) fn undone_act<'a>(
    state: &'a State,
    proposal: &'a Proposal,
    step: &str,
) -> Option<(&'a Proposal, &'a Act)> {
    let origin = match &proposal.takes_back {
        None => proposal,
        Some(original) => state.proposals.get(original).map(Arc::as_ref)?,
    };
    let at = position(origin, step).ok()?;
    Some((origin, origin.run.as_ref()?.act(at, Direction::Apply)?))
}

/// Whether what is seen before an undo is other than what was seen after the step.
pub(super) fn conflicts(state: &State, proposal: &Proposal, step: &str, before: &Observation) -> bool {
    let after = undone_act(state, proposal, step).and_then(|(_, act)| act.after.as_ref()?.image.as_ref());
    matches!((after, &before.image), (Some(after), Some(now)) if after != now)
}

fn started(state: &State, act: &ActRef) -> Result<(Proposal, usize)> {
    let proposal = in_phase_started(state, &act.proposal)?;
    let at = position(&proposal, &act.step)?;
    Ok((proposal, at))
}

fn in_phase_started(state: &State, id: &ProposalId) -> Result<Proposal> {
    let proposal = state.proposal(id)?;
    if proposal.phase == Phase::Started {
        Ok(Proposal::clone(proposal))
    } else {
        Err(over(proposal))
    }
}

fn position(proposal: &Proposal, step: &str) -> Result<usize> {
    proposal
        .change
        .steps
        .iter()
        .position(|other| other.id == step)
        .ok_or_else(|| malformed("the change has no such step"))
}

fn run_of(proposal: &Proposal) -> Result<&Run> {
    proposal.run.as_ref().ok_or_else(|| over(proposal))
}

fn run_mut(proposal: &mut Proposal) -> Result<&mut Run> {
    proposal
        .run
        .as_mut()
        .ok_or_else(|| Error::new(ErrorKind::Internal, "a started proposal without a run"))
}

fn act_mut(proposal: &mut Proposal, at: usize, direction: Direction) -> Result<&mut Act> {
    let run = run_mut(proposal)?;
    let hands_over = direction == Direction::Apply && run.plan.get(at).is_some_and(|step| step.hands_over);
    Ok(run.acts.entry((at, direction)).or_insert_with(|| Act {
        hands_over,
        ..Act::default()
    }))
}

fn has_answer(run: &Run, at: usize, direction: Direction) -> bool {
    run.act(at, direction).is_some_and(|act| {
        matches!(
            act.answer,
            Some(StepOutcome::Done { .. } | StepOutcome::HandedOver { .. })
        )
    })
}

fn expect(proposal: &Proposal, fits: impl Fn(&Next) -> bool) -> Result<()> {
    let run = run_of(proposal)?;
    if fits(&run.next()) {
        Ok(())
    } else {
        Err(out_of_order(run))
    }
}

fn out_of_order(run: &Run) -> Error {
    Error::new(
        ErrorKind::Conflict,
        format!("this may not come now in an execution; next is {:?}", run.next()),
    )
}

fn check_observation(observation: &Observation) -> Result<()> {
    if observation
        .image
        .as_ref()
        .is_some_and(|image| image.len() > MAX_IMAGE)
    {
        return Err(Error::new(
            ErrorKind::TooLarge,
            "what was observed has more than 64 KiB",
        ));
    }
    Ok(())
}

fn check_note(note: &str) -> Result<()> {
    if note.len() > MAX_NOTE {
        return Err(Error::new(ErrorKind::TooLarge, "a note has more than 4 KiB"));
    }
    Ok(())
}
