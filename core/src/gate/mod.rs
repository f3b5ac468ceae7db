//! Nothing unapproved runs: the levels, the signed decisions, the permit, and the one transition function behind them.

pub mod allowed_signers;
mod executor;
mod id;
mod level;
pub mod sshsig;

pub use executor::{
    ActionDeclaration, ApprovedBy, Direction, Effect, Executor, Idempotency, MAX_IMAGE, Observation, Permit,
    Reversibility, StepContext, StepOutcome, Undoes,
};
pub use id::ProposalId;
pub use level::{Approval, Automatic, HumanOnly, Level, Notify, StagedLevel};
