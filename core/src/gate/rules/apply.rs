//! The transitions of the rules: each is set once at the creation, and from then on only by a step of an approved change.

use std::sync::Arc;

use jiff::Timestamp;

use super::document::{Document, by_name, check_halts};
use super::freeze;
use super::halt::{Halt, check as check_halt, check_room};
use super::planned::{Planned, is_of_the_rules, of_step, planned};
use super::way_out::{check_first, check_lasting, check_way_out};
use crate::actor::Actor;
use crate::change::{Change, Step};
use crate::error::{Error, ErrorKind, Result};
use crate::gate::apply::Transition;
use crate::gate::approver::Register;
use crate::gate::executor::{Direction, Effect, StepOutcome};
use crate::gate::id::ProposalId;
use crate::gate::policy::{check_areas, check_standard};
use crate::gate::record::{ApproversSet, AreasSet, FreezesSet, HaltLifted, Halted, PolicySet, SetupRight};
use crate::gate::run::Next;
use crate::gate::state::{Phase, Proposal, Setup, State};

pub(in crate::gate) fn policy_set(state: &State, at: Timestamp, record: &PolicySet) -> Result<Transition> {
    set(state, at, &record.right, &Document::Policy(record.policy.clone()))
}

pub(in crate::gate) fn areas_set(state: &State, at: Timestamp, record: &AreasSet) -> Result<Transition> {
    set(state, at, &record.right, &Document::Areas(record.areas.clone()))
}

pub(in crate::gate) fn approvers_set(
    state: &State,
    at: Timestamp,
    record: &ApproversSet,
) -> Result<Transition> {
    set(
        state,
        at,
        &record.right,
        &Document::Approvers(record.approvers.clone()),
    )
}

pub(in crate::gate) fn freezes_set(state: &State, at: Timestamp, record: &FreezesSet) -> Result<Transition> {
    set(
        state,
        at,
        &record.right,
        &Document::Freezes(record.freezes.clone()),
    )
}

pub(in crate::gate) fn halt_lifted(state: &State, at: Timestamp, record: &HaltLifted) -> Result<Transition> {
    set(state, at, &record.right, &Document::NoHalts(record.halts.clone()))
}

/// A document comes into force.
fn set(state: &State, at: Timestamp, right: &SetupRight, document: &Document) -> Result<Transition> {
    state.setup.tenant()?;
    match right {
        SetupRight::Creation => created(state, at, document),
        SetupRight::First => first(state, at, document),
        SetupRight::Step { proposal, step } => by_step(state, at, proposal, step, document),
    }
}

/// What comes with the creation comes once.
fn created(state: &State, at: Timestamp, document: &Document) -> Result<Transition> {
    let mut setup = state.setup.clone();
    let is_set = match document {
        Document::Policy(policy) => {
            policy.check()?;
            setup.policy.replace(Arc::new(policy.clone())).is_some()
        }
        Document::Areas(areas) => {
            check_areas(areas)?;
            check_standard(areas)?;
            setup.areas.replace(Arc::new(by_name(areas))).is_some()
        }
        Document::Approvers(approvers) => {
            let register = Register::new(approvers.iter().cloned(), state.size())?;
            setup.register.replace(Arc::new(register)).is_some()
        }
        // A tenant begins with none of them.
        Document::Freezes(_) | Document::NoHalts(_) => true,
    };
    if is_set {
        return Err(Error::new(
            ErrorKind::Denied,
            "it is set already, and is changed only by an approved change",
        ));
    }
    if setup.is_complete() {
        check_first(&setup, at)?;
    }
    setup.rules_at = state.size();
    Ok(Transition::of_setup(setup, None))
}

/// Who has never had an approver cannot ask any: the first ones come from whoever has the tenant. From then on they are changed
/// only by an approved change.
fn first(state: &State, at: Timestamp, document: &Document) -> Result<Transition> {
    let Document::Approvers(approvers) = document else {
        return Err(denied("only approvers come later than the creation"));
    };
    if state.setup.register()?.iter().next().is_some() || approvers.is_empty() {
        return Err(denied("there are or were approvers, or there are none to come")
            .remedy("approvers change by an approved change of the rules"));
    }
    let mut setup = state.setup.clone();
    let register = Register::new(approvers.iter().cloned(), state.size())?;
    setup.register = Some(Arc::new(register));
    check_first(&setup, at)?;
    setup.rules_at = state.size();
    Ok(Transition::of_setup(setup, None))
}

/// INVARIANT: a rule changes only between the intent and the answer of the very step that says so, once.
fn by_step(
    state: &State,
    at: Timestamp,
    id: &ProposalId,
    step: &str,
    document: &Document,
) -> Result<Transition> {
    let mut proposal = Proposal::clone(state.proposal(id)?);
    let position = proposal.change.steps.iter().position(|other| other.id == step);
    let (Some(position), Some(run)) = (position, &mut proposal.run) else {
        return Err(denied("no step of a running change sets this"));
    };
    let is_called = run.next() == Next::Answer(position, Direction::Apply);
    let act = run.acts.get_mut(&(position, Direction::Apply));
    let Some(act) = act.filter(|act| is_called && !act.recorded) else {
        return Err(denied("the step that sets this is not being done"));
    };
    act.recorded = true;
    let planned = proposal.change.steps.get(position).map(of_step).transpose()?;
    if !is_of_the_rules(&proposal.change) || planned.is_none_or(|planned| planned.document != *document) {
        return Err(denied("this is not what was approved"));
    }
    let mut setup = state.setup.clone();
    document.put(&mut setup, state.size(), at)?;
    setup.rules_at = state.size();
    check_way_out(&setup, &[], at)?;
    Ok(Transition::of_setup(setup, Some(proposal)))
}

/// The kill switch is turned on: by anybody, at once.
pub(in crate::gate) fn halted(state: &State, at: Timestamp, record: &Halted) -> Result<Transition> {
    if !state.setup.is_complete() {
        return Err(crate::gate::state::incomplete());
    }
    check_halt(&record.by, &record.why)?;
    let mut setup = state.setup.clone();
    let mut halts = setup.halts.as_ref().clone();
    let place = halts.iter().position(|halt| halt.by == record.by);
    if let Some(old) = place.map(|place| halts.remove(place)) {
        // Those who wait to lift the old one must still be able to do the rest of what they were approved for.
        if is_to_be_lifted(state, old.seq) {
            let mut replaced = setup.replaced_halts.as_ref().clone();
            replaced.insert(old.seq);
            setup.replaced_halts = Arc::new(replaced);
        }
    }
    check_room(&halts)?;
    halts.push(Halt {
        seq: state.size(),
        by: record.by.clone(),
        at,
        why: record.why.clone(),
    });
    setup.halts = Arc::new(halts);
    Ok(Transition::of_setup(setup, None))
}

/// Whether a change that is not over would lift this halt.
pub(super) fn is_to_be_lifted(state: &State, seq: u64) -> bool {
    let names = |step: &Step| match of_step(step).map(|planned| planned.document) {
        Ok(Document::NoHalts(named)) => named.contains(&seq),
        _ => false,
    };
    let mut open = state.proposals().filter(|proposal| {
        matches!(proposal.phase, Phase::Open | Phase::Started) && is_of_the_rules(&proposal.change)
    });
    open.any(|proposal| proposal.change.steps.iter().any(names))
}

/// The first halt that stands and stops this change. The kill switch stops no changes of the rules: they are the way out.
pub(in crate::gate) fn halt<'a>(state: &'a State, change: &Change) -> Option<&'a Halt> {
    let halt = state.setup.halts.first();
    halt.filter(|_| !is_of_the_rules(change))
}

/// Neither the kill switch nor a freeze keeps a change from starting. Changes of the rules are kept by neither.
pub(in crate::gate) fn check_stopped(state: &State, change: &Change, at: Timestamp) -> Result<()> {
    if let Some(halt) = halt(state, change) {
        return Err(denied(&halt.to_string())
            .remedy("what was approved stays so; a change of the rules lifts the halt")
            .with("halt", halt.seq));
    }
    let mut freezes = freeze::in_force(&state.setup.freezes, &change.area, at);
    match freezes.next() {
        None => Ok(()),
        Some(freeze) => Err(denied(&format!(
            "the freeze {} holds from {} until {}: {}",
            freeze.name, freeze.from, freeze.until, freeze.reason
        ))
        .remedy(format!(
            "what was approved stays so: execute it from {} on, or end the freeze by a change of the rules",
            freeze.until
        ))
        .with("until", freeze.until)),
    }
}

/// A change of the rules can be made on the rules in force: each step takes the place of what is there, changes it, and
/// leaves rules that those who are then registered can still change.
pub(in crate::gate) fn check_proposed(
    state: &State,
    change: &Change,
    excluded: &[&Actor],
    at: Timestamp,
) -> Result<()> {
    if !is_of_the_rules(change) {
        return Ok(());
    }
    let steps = planned(change)?;
    check_bases(&state.setup, &steps)?;
    let mut setup = state.setup.clone();
    for (position, planned) in steps.iter().enumerate() {
        if planned.document.is_in_force(&setup)? {
            return Err(Error::new(
                ErrorKind::InvalidInput,
                "the step changes nothing: what it sets is in force",
            )
            .at(format!("/steps/{position}")));
        }
        planned.document.put(&mut setup, state.size(), at)?;
        let left = check_way_out(&setup, excluded, at).and_then(|()| check_lasting(&state.setup, &setup, at));
        left.map_err(|error| error.at(format!("/steps/{position}")))?;
    }
    Ok(())
}

/// What the steps take the place of is in force still: who signs the change sees what it changes.
pub(in crate::gate) fn check_base(state: &State, change: &Change) -> Result<()> {
    if is_of_the_rules(change) {
        check_bases(&state.setup, &planned(change)?)
    } else {
        Ok(())
    }
}

fn check_bases(setup: &Setup, steps: &[Planned]) -> Result<()> {
    for planned in steps {
        let in_force = planned.document.in_force(setup)?;
        let is_base = match &planned.document {
            Document::NoHalts(named) => check_halts(setup, named).is_ok(),
            _ => in_force.map(|document| document.digest()).transpose()? == planned.replaces,
        };
        if !is_base {
            return Err(Error::new(
                ErrorKind::Stale,
                format!(
                    "what the step {} takes the place of is no longer in force",
                    planned.document.action()
                ),
            )
            .remedy("read the rules anew, and make the change over them"));
        }
    }
    Ok(())
}

/// Whether what a step sets is there: once it was called, whether its record is; before, whether the rules say so.
pub(super) fn is_there(state: &State, id: &ProposalId, step: &Step) -> Result<bool> {
    let proposal = state.proposal(id)?;
    let position = proposal.change.steps.iter().position(|other| other.id == step.id);
    let act = position
        .zip(proposal.run.as_ref())
        .and_then(|(position, run)| run.act(position, Direction::Apply));
    match act {
        Some(act) => Ok(act.recorded),
        None => of_step(step)?.document.is_in_force(&state.setup),
    }
}

/// What a record says of a step of the gate's own is what the ledger itself shows.
pub(in crate::gate) fn check_answer(proposal: &Proposal, step: usize, answer: &StepOutcome) -> Result<()> {
    let said = match answer {
        StepOutcome::Done { receipt: None } => Some(true),
        StepOutcome::NotDone { .. } => Some(false),
        StepOutcome::Unknown { .. } => return Ok(()),
        StepOutcome::Done { .. } | StepOutcome::HandedOver { .. } => None,
    };
    check_said(proposal, step, said)
}

/// As [`check_answer`], of what was seen after the call.
pub(in crate::gate) fn check_seen(proposal: &Proposal, step: usize, effect: Effect) -> Result<()> {
    match effect {
        Effect::Unknown => Ok(()),
        effect => check_said(proposal, step, Some(effect == Effect::Present)),
    }
}

fn check_said(proposal: &Proposal, step: usize, said: Option<bool>) -> Result<()> {
    let act = proposal
        .run
        .as_ref()
        .and_then(|run| run.act(step, Direction::Apply));
    if is_of_the_rules(&proposal.change) && said != Some(act.is_some_and(|act| act.recorded)) {
        return Err(denied("the ledger shows something else of this step"));
    }
    Ok(())
}

fn denied(message: &str) -> Error {
    Error::new(ErrorKind::Denied, message)
}
