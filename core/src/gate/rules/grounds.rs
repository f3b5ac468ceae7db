//! On what a change of the rules rests: on the rules in force alone, so that the replay of the ledger computes the same.

use std::collections::BTreeSet;

use super::document::Document;
use super::planned::area;
use super::{RULES_TARGET, executor};
use crate::change::Change;
use crate::digest::{Digest, Hasher};
use crate::error::Result;
use crate::estate::AssetId;
use crate::gate::record::Grounds;
use crate::gate::risk::{ActionRisk, DataQuality, Exposure, Known, Risk, RiskInput, UndoRisk};
use crate::gate::state::{Setup, State};

/// The grounds of a change of the rules.
pub(in crate::gate) fn grounds(state: &State, change: &Change) -> Result<Grounds> {
    let actions = change.steps.iter().map(|step| ActionRisk {
        executor: step.executor.clone(),
        action: step.action.clone(),
        declared: executor::declaration(&step.executor, &step.action),
        undo: UndoRisk::None,
    });
    let target = Exposure {
        asset: AssetId::from(RULES_TARGET),
        known: Some(Known {
            dependants: 0,
            critical: true,
            related: true,
            tags: BTreeSet::new(),
        }),
    };
    let input = RiskInput {
        area: change.area.clone(),
        reach: Some(0),
        touched: Some(1),
        with_earlier: None,
        targets: vec![target],
        actions: actions.collect(),
        data: DataQuality {
            age_s: Some(0),
            complete: true,
        },
        halted: false,
        frozen: Vec::new(),
        has_notifier: false,
    };
    Ok(Grounds {
        risk: Risk::assess(input, state.setup.policy()?, Some(area())),
        policy: state.setup.rules_digest(&change.area)?,
        facts: facts(&state.setup)?,
        snapshot: state.snapshot(),
    })
}

/// The stamp of all rules in force but the kill switch, and of when they last changed: whatever changes of them voids the votes.
fn facts(setup: &Setup) -> Result<Digest> {
    let kinds = [
        Document::Policy(setup.policy()?.as_ref().clone()),
        Document::Areas(Vec::new()),
        Document::Approvers(Vec::new()),
        Document::Freezes(Vec::new()),
    ];
    let mut hasher = Hasher::new("vcto rules facts v1");
    hasher.update(&setup.rules_at.to_be_bytes());
    for kind in kinds {
        match kind.in_force(setup)? {
            Some(document) => hasher.field(document.text()?.as_bytes()),
            None => hasher.field(b""),
        };
    }
    // Not the kill switch: who turns it on must not void what is approved to turn it off, or to revoke who does so.
    hasher.field(b"");
    Ok(hasher.finish())
}
