//! One call of an executor: everything that it is told, the permit that is lent for it, and its panics caught.

use std::sync::Arc;

use super::apply_run::{MAX_NOTE, conflicts, idempotency_key, undone_act};
use super::engine::{Gate, shortened};
use super::executor::{
    Direction, Executor, MAX_IMAGE, Observation, Permit, StepContext, StepOutcome, Undoes,
};
use super::record::ActRef;
use super::rules::{self, RULES_EXECUTOR};
use super::state::{Proposal, State};
use crate::error::{Error, ErrorKind, Result};
use crate::estate::Estate;
use crate::foreign::{awaited, guarded};

/// One call of an executor.
pub(super) struct Call {
    pub(super) step: usize,
    pub(super) act: ActRef,
    pub(super) context: StepContext,
    executor: Arc<dyn Executor>,
}

impl Call {
    /// Looks at the target.
    pub(super) async fn observe(&self) -> Result<Observation> {
        let seen = awaited(|| self.executor.observe(&self.context)).await;
        // Of an error only the words are kept: what caused it is somebody else's value.
        let seen = seen.and_then(|seen| guarded(|| seen.map_err(|error| error.to_string())));
        let seen = seen
            .unwrap_or_else(|| Err("the executor panicked".to_owned()))
            .map_err(|why| Error::new(ErrorKind::Unavailable, why))?;
        if seen.image.as_ref().is_some_and(|image| image.len() > MAX_IMAGE) {
            return Err(Error::new(
                ErrorKind::TooLarge,
                "what was observed has more than 64 KiB",
            ));
        }
        Ok(seen)
    }

    /// Calls the executor once, with a permit that is lent for the call.
    pub(super) async fn perform(&self) -> StepOutcome {
        let permit = Permit::lend(&self.context);
        let answer = match self.act.direction {
            Direction::Apply => awaited(|| self.executor.apply(permit)).await,
            Direction::Undo => awaited(|| self.executor.undo(permit)).await,
        };
        match answer {
            None => StepOutcome::unknown("the executor panicked"),
            Some(
                StepOutcome::Done { receipt: Some(text) } | StepOutcome::HandedOver { receipt: Some(text) },
            ) if text.len() > MAX_IMAGE => {
                StepOutcome::unknown("the receipt of the executor has more than 64 KiB")
            }
            Some(StepOutcome::NotDone { reason }) => StepOutcome::not_done(shortened(&reason, MAX_NOTE)),
            Some(StepOutcome::Unknown { reason }) => StepOutcome::unknown(shortened(&reason, MAX_NOTE)),
            Some(answer) => answer,
        }
    }

    /// Whether somebody else has changed the target since the step that is to be taken back.
    pub(super) fn conflicts(&self, state: &State, proposal: &Proposal, before: &Observation) -> bool {
        conflicts(state, proposal, &self.act.step, before)
    }
}

impl Gate {
    /// The executor with this name: a registered one, or the gate itself.
    pub(super) fn executor(&self, name: &str) -> Result<Arc<dyn Executor>> {
        if name == RULES_EXECUTOR {
            Ok(rules::executor(self))
        } else {
            self.registry().executor(name)
        }
    }

    /// Everything for one call of an executor.
    pub(super) fn call(
        &self,
        proposal: &Proposal,
        step: usize,
        direction: Direction,
        estate: Option<&Estate>,
    ) -> Result<Call> {
        self.peek(|state, _| {
            let planned = proposal
                .change
                .steps
                .get(step)
                .ok_or_else(|| Error::new(ErrorKind::Internal, "a step is missing"))?;
            let act = ActRef {
                proposal: proposal.id,
                step: planned.id.clone(),
                direction,
            };
            let (origin, undoes) = match direction {
                Direction::Apply => (proposal, None),
                Direction::Undo => undoes(state, proposal, &act)?,
            };
            let original_step = origin.change.steps.iter().find(|other| other.id == planned.id);
            let context = StepContext {
                tenant: state.setup.tenant()?.name.clone(),
                proposal: proposal.id,
                change: origin.change.as_ref().clone(),
                step: original_step.unwrap_or(planned).clone(),
                asset: estate.and_then(|estate| estate.asset(planned.target.as_str()).cloned()),
                direction,
                idempotency_key: idempotency_key(&state.log_id, &act),
                approved_by: proposal
                    .run
                    .as_ref()
                    .map_or_else(Vec::new, |run| run.approved_by.clone()),
                undoes,
            };
            Ok(Call {
                step,
                act,
                executor: self.executor(&planned.executor)?,
                context,
            })
        })
    }
}

/// Whose step an undo takes back, and what is known of it.
fn undoes<'a>(
    state: &'a State,
    proposal: &'a Proposal,
    act: &ActRef,
) -> Result<(&'a Proposal, Option<Undoes>)> {
    let (origin, applied) = undone_act(state, proposal, &act.step)
        .ok_or_else(|| Error::new(ErrorKind::Internal, "there is nothing to take back"))?;
    let key = ActRef {
        proposal: origin.id,
        step: act.step.clone(),
        direction: Direction::Apply,
    };
    let receipt = match &applied.answer {
        Some(StepOutcome::Done { receipt } | StepOutcome::HandedOver { receipt }) => receipt.clone(),
        _ => None,
    };
    let image = |seen: &Option<Observation>| seen.as_ref().and_then(|seen| seen.image.clone());
    let undoes = Undoes {
        idempotency_key: idempotency_key(&state.log_id, &key),
        before: image(&applied.before),
        after: image(&applied.after),
        receipt,
    };
    Ok((origin, Some(undoes)))
}
