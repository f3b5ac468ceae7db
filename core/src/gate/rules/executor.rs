//! The gate's own executor: its steps append the record that puts a document in force.

use std::sync::{Arc, LazyLock};

use async_trait::async_trait;

use super::document::Document;
use super::planned::of_step;
use super::{RULES_EXECUTOR, apply};
use crate::error::{Error, ErrorKind, Result};
use crate::gate::engine::Gate;
use crate::gate::executor::{
    ActionDeclaration, Executor, Idempotency, Observation, Permit, Reversibility, StepContext, StepOutcome,
};
use crate::gate::record::SetupRight;

/// Writes to the ledger of one gate.
#[derive(Debug)]
struct Rules(Gate);

static ACTIONS: LazyLock<Vec<ActionDeclaration>> = LazyLock::new(|| {
    // What is set is taken back by setting something else, which people approve again.
    let declared = |name| ActionDeclaration::new(name, Reversibility::Compensation, Idempotency::Natural);
    Document::ACTIONS.map(declared).to_vec()
});

/// What the gate declares of an action of its own.
pub(in crate::gate) fn declaration(executor: &str, action: &str) -> Option<ActionDeclaration> {
    let mut actions = ACTIONS.iter().filter(|_| executor == RULES_EXECUTOR);
    actions.find(|declared| declared.name == action).cloned()
}

/// The gate as an executor of its own rules.
pub(in crate::gate) fn executor(gate: &Gate) -> Arc<dyn Executor> {
    Arc::new(Rules(gate.clone()))
}

#[async_trait]
impl Executor for Rules {
    fn name(&self) -> &str {
        RULES_EXECUTOR
    }

    fn actions(&self) -> Vec<ActionDeclaration> {
        ACTIONS.clone()
    }

    async fn observe(&self, context: &StepContext) -> Result<Observation> {
        let is_there = self
            .0
            .read(|state, _| apply::is_there(state, context.proposal(), context.step()))
            .await?;
        Ok(if is_there {
            Observation::present()
        } else {
            Observation::absent()
        })
    }

    async fn apply(&self, permit: Permit<'_>) -> StepOutcome {
        let document = match of_step(permit.step()) {
            Ok(planned) => planned.document,
            Err(error) => return StepOutcome::not_done(error.to_string()),
        };
        let right = SetupRight::Step {
            proposal: *permit.context().proposal(),
            step: permit.step().id.clone(),
        };
        match self.0.put(document.record(right)).await {
            Ok(()) => StepOutcome::done(),
            Err(error) if is_refused(&error) => StepOutcome::not_done(error.to_string()),
            // Written or not: the ledger tells.
            Err(error) => StepOutcome::unknown(error.to_string()),
        }
    }

    async fn undo(&self, _: Permit<'_>) -> StepOutcome {
        StepOutcome::not_done("the way back from a change of the rules is another one")
    }
}

/// Whether the record was not permitted, and so was never handed to the ledger.
fn is_refused(error: &Error) -> bool {
    error.kind().is_refusal() || error.kind() == ErrorKind::InvalidInput
}
