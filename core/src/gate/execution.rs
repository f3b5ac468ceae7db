//! What an execution did, for those who asked for it.

use std::fmt;
use std::sync::Arc;

use jiff::Timestamp;
use serde::{Serialize, Serializer};

use super::engine::Gate;
use super::executor::{Direction, StepOutcome};
use super::id::ProposalId;
use super::outcome::ExecutionStatus;
use super::record::LeftWhy;
use super::run::{Act, Run, Settled};
use super::staged::Routed;
use super::state::Proposal;
use crate::actor::Actor;
use crate::change::Change;
use crate::error::Result;
use crate::estate::AssetId;
use crate::text::Untrusted;

/// An execution as far as its ledger tells.
pub struct Execution {
    gate: Gate,
    proposal: Arc<Proposal>,
}

/// One step of an execution.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct StepReport {
    /// The id of the step.
    pub id: String,
    /// Its title.
    pub title: Untrusted<String>,
    /// What it changes.
    pub target: AssetId,
    /// How far it has come.
    pub state: StepState,
    /// What the executor returned as its receipt.
    pub receipt: Option<String>,
    /// Why it was not done, or is not known, in the executor's words.
    pub note: Option<Untrusted<String>>,
}

/// How far a step has come.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[non_exhaustive]
pub enum StepState {
    /// It is done.
    Done,
    /// It is in somebody else's hands.
    HandedOver,
    /// Its turn did not come.
    NotBegun,
    /// It was not done.
    NotDone,
    /// It was done and not taken back.
    NotTakenBack(LeftWhy),
    /// It was done and taken back.
    TakenBack,
    /// It is not known.
    Unknown,
}

impl StepState {
    /// The stable name, in `snake_case`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::HandedOver => "handed_over",
            Self::NotBegun => "not_begun",
            Self::NotDone => "not_done",
            Self::NotTakenBack(_) => "not_taken_back",
            Self::TakenBack => "taken_back",
            Self::Unknown => "unknown",
        }
    }
}

impl Serialize for StepState {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl Execution {
    pub(super) fn of(gate: Gate, proposal: Arc<Proposal>) -> Self {
        Self { gate, proposal }
    }

    /// The proposal that was executed.
    pub fn id(&self) -> ProposalId {
        self.proposal.id
    }

    /// What was executed.
    pub fn change(&self) -> &Change {
        &self.proposal.change
    }

    /// How far it came.
    pub fn status(&self) -> ExecutionStatus {
        self.proposal
            .run
            .as_ref()
            .map_or(ExecutionStatus::NotDone, |run| run.status)
    }

    /// Who ran it.
    pub fn operator(&self) -> Option<&Actor> {
        self.proposal.run.as_ref().map(|run| &run.operator)
    }

    /// When it began.
    pub fn started_at(&self) -> Option<Timestamp> {
        self.proposal.run.as_ref().map(|run| run.started_at)
    }

    /// When it ended.
    pub fn ended_at(&self) -> Option<Timestamp> {
        self.proposal.run.as_ref()?.ended_at
    }

    /// At level 1: who must review it, and until when.
    pub fn review_due(&self) -> Option<(&str, Timestamp)> {
        let due = self.proposal.run.as_ref()?.review_due.as_ref()?;
        Some((&due.who, due.by))
    }

    /// Whether what was approved came about: it is done, or in the hands of those who do it. Of a way back, that it was taken
    /// back. A change that failed and was taken back whole did not come about.
    pub fn came_about(&self) -> bool {
        let is_way_back = self.proposal.takes_back.is_some();
        match self.status() {
            ExecutionStatus::HandedOver | ExecutionStatus::Succeeded => true,
            ExecutionStatus::RolledBack | ExecutionStatus::RolledBackUnverified => is_way_back,
            ExecutionStatus::AcceptedAsIs
            | ExecutionStatus::InDoubt
            | ExecutionStatus::NotDone
            | ExecutionStatus::RollbackConflict
            | ExecutionStatus::RollbackFailed
            | ExecutionStatus::Running => false,
        }
    }

    /// Whether telling who must review failed. The duty stands all the same.
    pub fn is_reviewer_untold(&self) -> bool {
        self.proposal.run.as_ref().is_some_and(|run| run.not_told)
    }

    /// The steps, in order.
    pub fn steps(&self) -> Vec<StepReport> {
        reports(&self.proposal)
    }

    /// Stages the way back: the undos that were approved with the steps whose effect stands, last first. It is a proposal of
    /// its own, by the operator, with a level and approvals of its own; executing it takes the steps back.
    ///
    /// # Errors
    /// `denied` when nothing stands, a step has no way back, or it cannot be told what stands; `conflict` when it is being
    /// taken back already.
    pub async fn rollback(&self) -> Result<Routed> {
        self.gate.take_back(self.proposal.id).await
    }
}

impl fmt::Debug for Execution {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Execution")
            .field("id", &self.id())
            .field("status", &self.status())
            .finish_non_exhaustive()
    }
}

/// The steps of a proposal, as its run has them.
pub(super) fn reports(proposal: &Proposal) -> Vec<StepReport> {
    let steps = proposal.change.steps.iter().enumerate();
    steps
        .map(|(at, step)| {
            let (state, told_by) = proposal
                .run
                .as_ref()
                .map_or((StepState::NotBegun, None), |run| state_of(run, at));
            let (receipt, note) = told_by
                .and_then(|act| act.answer.as_ref())
                .map_or((None, None), told);
            StepReport {
                id: step.id.clone(),
                title: step.title.clone(),
                target: step.target.clone(),
                state,
                receipt,
                note,
            }
        })
        .collect()
}

fn state_of(run: &Run, at: usize) -> (StepState, Option<&Act>) {
    let (apply, undo) = (run.act(at, Direction::Apply), run.act(at, Direction::Undo));
    if let Some(why) = run.left.get(&at) {
        return (StepState::NotTakenBack(*why), undo.or(apply));
    }
    if let Some(undo) = undo {
        let state = match undo.settled(Direction::Undo) {
            Some(Settled::Happened { .. }) => StepState::TakenBack,
            Some(Settled::Not | Settled::Contradicted) => StepState::NotTakenBack(LeftWhy::Failed),
            Some(Settled::Open) | None => StepState::Unknown,
        };
        return (state, Some(undo));
    }
    let Some(apply) = apply else {
        return (StepState::NotBegun, None);
    };
    let state = match apply.settled(Direction::Apply) {
        Some(Settled::Happened { handed: true, .. }) => StepState::HandedOver,
        Some(Settled::Happened { .. }) => StepState::Done,
        Some(Settled::Not) => StepState::NotDone,
        Some(Settled::Contradicted | Settled::Open) | None => StepState::Unknown,
    };
    (state, Some(apply))
}

fn told(answer: &StepOutcome) -> (Option<String>, Option<Untrusted<String>>) {
    match answer {
        StepOutcome::Done { receipt } | StepOutcome::HandedOver { receipt } => (receipt.clone(), None),
        StepOutcome::NotDone { reason } | StepOutcome::Unknown { reason } => {
            (None, Some(Untrusted::new(reason.clone())))
        }
    }
}
