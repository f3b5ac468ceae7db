//! What a practice and its tenants are set up with, from objects in the JSON shape of core's types.

use serde_json::json;
use vcto::gate::{ActionDeclaration, Approver, Party, Policy, ProcessArea};
use vcto::{Error, ErrorKind, Result};

use super::read::{read, read_each_over, read_over, value};

/// A policy in the shape of `vcto.policy/1`. What it leaves out is as in the default.
pub fn policy(text: &[u8]) -> Result<Policy> {
    read_over(&Policy::default(), text, "policy")
}

/// Approvers with parties and roles. Who names no party is of the provider, as in core.
pub fn approvers(text: &[u8]) -> Result<Vec<Approver>> {
    let defaults = json!({ "party": value(&Party::default())? });
    read_each_over(&defaults, text, "approvers")
}

/// Process areas.
pub fn areas(text: &[u8]) -> Result<Vec<ProcessArea>> {
    read(text, "areas")
}

/// What an executor declares of its actions. What says nothing does the work itself.
pub fn actions(text: &[u8]) -> Result<Vec<ActionDeclaration>> {
    read_each_over(&json!({ "hands_over": false }), text, "actions")
}

/// Why a notifier is not taken without the person whom it tells, nor the person without it.
pub fn half_a_notifier() -> Error {
    Error::new(
        ErrorKind::InvalidInput,
        "a notifier needs a reviewer, and a reviewer a notifier",
    )
    .at("reviewer")
    .remedy("name the person who reviews what runs at level 1, and give what tells that person")
    .during("practice.open")
}
