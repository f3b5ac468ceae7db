//! The records of the rules. Their numbers stand with those of the others.

use serde::{Deserialize, Serialize};

use super::Freeze;
use crate::actor::Actor;
use crate::gate::approver::Approver;
use crate::gate::id::ProposalId;
use crate::gate::policy::{Policy, ProcessArea};

/// By what right the rules of a tenant change. The first policy, areas and approvers come with the tenant.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum SetupRight {
    /// It is part of the creation.
    Creation,
    /// A tenant that was created without approvers gets its first ones.
    First,
    /// A step of a running execution.
    Step { proposal: ProposalId, step: String },
}

impl SetupRight {
    /// The execution that it is part of.
    pub(in crate::gate) fn execution(&self) -> Option<&ProposalId> {
        match self {
            Self::Creation | Self::First => None,
            Self::Step { proposal, .. } => Some(proposal),
        }
    }
}

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PolicySet {
    pub(crate) right: SetupRight,
    pub(crate) policy: Policy,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct AreasSet {
    pub(crate) right: SetupRight,
    pub(crate) areas: Vec<ProcessArea>,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ApproversSet {
    pub(crate) right: SetupRight,
    pub(crate) approvers: Vec<Approver>,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct FreezesSet {
    pub(crate) right: SetupRight,
    pub(crate) freezes: Vec<Freeze>,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Halted {
    pub(crate) by: Actor,
    pub(crate) why: String,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct HaltLifted {
    pub(crate) right: SetupRight,
    /// The entries of the halts, in order.
    pub(crate) halts: Vec<u64>,
}
