//! A proposal that is over.

use std::fmt;
use std::sync::Arc;

use super::amend::Amendment;
use super::engine::Gate;
use super::execution::Execution;
use super::id::ProposalId;
use super::record::ObservedStep;
use super::state::{Outcome, Proposal};
use crate::change::Change;

/// A proposal that is over.
#[derive(Clone)]
pub struct Finished {
    gate: Gate,
    proposal: Arc<Proposal>,
    outcome: Outcome,
}

impl Finished {
    pub(super) fn of(gate: Gate, proposal: Arc<Proposal>, outcome: Outcome) -> Self {
        Self {
            gate,
            proposal,
            outcome,
        }
    }

    /// The proposal.
    pub fn id(&self) -> ProposalId {
        self.proposal.id
    }

    /// What was proposed.
    pub fn change(&self) -> &Change {
        &self.proposal.change
    }

    /// How it ended.
    pub fn outcome(&self) -> Outcome {
        self.outcome
    }

    /// The proposal that took its place, when it was amended.
    pub fn superseded_by(&self) -> Option<ProposalId> {
        self.proposal.superseded_by
    }

    /// The proposal whose place it took, when it is an amended one.
    pub fn amendment(&self) -> Option<&Amendment> {
        self.proposal.amendment.as_deref()
    }

    /// What the registered executors saw at the targets when a person attested that they did it. A step is left out where no
    /// executor could look.
    pub fn observed(&self) -> &[ObservedStep] {
        &self.proposal.observed
    }

    /// The execution, when there was one.
    pub fn execution(&self) -> Option<Execution> {
        matches!(self.outcome, Outcome::Executed(_))
            .then(|| Execution::of(self.gate.clone(), Arc::clone(&self.proposal)))
    }
}

impl fmt::Debug for Finished {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Finished")
            .field("id", &self.id())
            .field("outcome", &self.outcome)
            .finish_non_exhaustive()
    }
}
