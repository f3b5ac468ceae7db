//! The rules of a tenant's gate: what is in force, and how it changes, by a change like any other.

mod apply;
mod document;
mod edit;
mod executor;
mod freeze;
mod grounds;
mod halt;
mod planned;
pub(super) mod record;
#[cfg(test)]
mod tests;
mod way_out;
mod words;

use serde::Serialize;

pub use self::halt::Halt;
pub use edit::RulesEdit;
pub use freeze::Freeze;

pub(super) use apply::{
    approvers_set, areas_set, check_answer, check_base, check_proposed, check_seen, check_stopped,
    freezes_set, halt, halt_lifted, halted, policy_set,
};
pub(super) use document::by_name;
pub(super) use executor::executor;
pub(super) use freeze::in_force;
pub(super) use grounds::grounds;
pub(super) use planned::{check_reserved, is_of_the_rules};
pub(super) use way_out::check_first;
pub(super) use words::check_titles;

use super::approver::Register;
use super::policy::{Policy, ProcessArea};

/// The process area of every change of the rules. It is the gate's own: in no list of areas, never below
/// [`L2`](super::Level::L2).
pub const RULES_AREA: &str = "gate-rules";

/// The executor of every step of a change of the rules: the gate itself.
pub const RULES_EXECUTOR: &str = "vcto.rules";

/// What every step of a change of the rules changes.
pub const RULES_TARGET: &str = "vcto:rules";

/// The rules that a tenant's ledger has in force. See [`Tenant::rules`](crate::practice::Tenant::rules).
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Rules {
    /// What the gate demands of every change.
    pub policy: Policy,
    /// The process areas, in order of the name. The area of changes of the rules themselves is none of them.
    pub areas: Vec<ProcessArea>,
    /// Who may approve, and who once could.
    pub approvers: Register,
    /// When what does not start, in order of the name.
    pub freezes: Vec<Freeze>,
    /// The kill switch: on while there is one, in the order in which they were made. Each stands until it is lifted.
    pub halts: Vec<Halt>,
}
