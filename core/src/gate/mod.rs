//! Nothing unapproved runs: the levels, the signed decisions, the permit, and the one transition function behind them.

pub mod allowed_signers;
mod amend;
mod apply;
mod apply_run;
mod apply_start;
mod approver;
mod attestation;
mod audit;
mod call;
mod decision;
mod engine;
mod execute;
mod execution;
mod executor;
mod finished;
mod grounds;
mod head;
mod history;
mod id;
mod level;
mod named;
mod notifier;
mod outcome;
mod overrides;
mod pending;
mod policy;
mod proposals;
mod quorum;
mod record;
mod registry;
mod risk;
mod route;
mod rules;
mod run;
mod setup;
pub mod sshsig;
mod staged;
mod state;
mod statement;
mod stored;
mod stuck;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod tests_store;
mod together;
mod told;
mod way_back;
mod window;
mod worker;

pub use amend::Amendment;
pub use approver::{Approver, Party, Register, Registered};
pub use attestation::AttestationOptions;
pub use audit::GateCheck;
pub use decision::{Attestation, DecisionOptions, NAMESPACE, ReasonCode, Verdict};
pub use execution::{Execution, StepReport, StepState};
pub use executor::{
    ActionDeclaration, ApprovedBy, Direction, Effect, Executor, Idempotency, MAX_IMAGE, Observation, Permit,
    Reversibility, StepContext, StepOutcome, Undoes,
};
pub use finished::Finished;
pub use id::ProposalId;
pub use level::{Approval, Automatic, HumanOnly, Level, Notify, StagedLevel};
pub use notifier::{MissedWindow, Notifier, ReviewDuty};
pub use outcome::ExecutionStatus;
pub use overrides::{Override, OverrideKind};
pub use pending::{Pending, PendingState};
pub use policy::{BlastBands, POLICY_FORMAT, Policy, ProcessArea};
pub use record::{LeftWhy, ObservedStep};
pub use risk::{ActionRisk, Axis, Band, DataQuality, Exposure, Known, Risk, RiskInput, UndoRisk};
pub use rules::{Freeze, Halt, RULES_AREA, RULES_EXECUTOR, RULES_TARGET, Rules, RulesEdit};
pub use staged::{Approvals, Approved, Decided, InDoubt, Resumed, Routed, Settled, Staged};
pub use state::Outcome;
pub use together::Together;
pub use worker::{Refusal, Stuck, WorkReport, Worked};

pub(crate) use engine::{Gate, Means};
pub(crate) use named::check_name;
pub(crate) use policy::is_name;
pub(crate) use registry::Registry;
pub(crate) use setup::FirstRules;
pub(crate) use told::{Happening, Told, told};

/// The entry that holds a snapshot of the estate.
pub(crate) const SNAPSHOT: crate::ledger::EntryType = crate::ledger::EntryType(0x0200);
