//! The change that takes an executed one back: its approved undos, last first.

use super::outcome::ExecutionStatus;
use super::state::{Outcome, Phase, Proposal};
use crate::change::{Change, FORMAT, Step};
use crate::error::{Error, ErrorKind, Result};
use crate::text::{Untrusted, quoted};

/// The steps of a proposal whose effect stands, by position; and the change that takes them back. Both the one who stages
/// it and the replay of the ledger derive it from the records.
pub(super) fn way_back(original: &Proposal) -> Result<Change> {
    let standing = standing(original)?;
    let steps = standing
        .iter()
        .rev()
        .filter_map(|at| original.change.steps.get(*at))
        .map(undo_step)
        .collect::<Result<Vec<_>>>()?;
    let title = |text: &Untrusted<String>| Untrusted::new(format!("Take back: {}", text.raw()));
    let change = Change {
        format: FORMAT.to_owned(),
        title: title(&original.change.title),
        reason: Untrusted::new(format!("Takes back what {} did.", original.id)),
        area: original.change.area.clone(),
        findings: original.change.findings.clone(),
        steps,
        reads: Vec::new(),
        not_before: None,
        not_after: None,
        cost: None,
    };
    Ok(change)
}

fn standing(original: &Proposal) -> Result<Vec<usize>> {
    let refuse = |message: &str| Err(Error::new(ErrorKind::Denied, message).with("proposal", original.id));
    if original.takes_back.is_some() {
        return refuse("a way back cannot itself be taken back; submit the change again");
    }
    if let Some(other) = &original.taken_back_by {
        return Err(Error::new(
            ErrorKind::Conflict,
            format!("it is taken back by the proposal {other}"),
        ));
    }
    let Phase::Closed(Outcome::Executed(status)) = original.phase else {
        return refuse("only an execution that has ended can be taken back");
    };
    let Some(run) = &original.run else {
        return refuse("it was not executed");
    };
    let standing = match run.standing() {
        Some(standing) => standing,
        // What a person accepted as it is may stand or not: the executors look before they act.
        None if status == ExecutionStatus::AcceptedAsIs => run.may_stand_all(),
        None => return refuse("it cannot be told what stands"),
    };
    if standing.is_empty() {
        return refuse("nothing of it stands");
    }
    Ok(standing)
}

fn undo_step(step: &Step) -> Result<Step> {
    let undo = step.undo.as_ref().ok_or_else(|| {
        Error::new(
            ErrorKind::Denied,
            format!("the step {} has no way back", quoted(&step.id)),
        )
        .remedy("submit a change that makes up for it")
    })?;
    Ok(Step {
        id: step.id.clone(),
        title: Untrusted::new(format!("Take back: {}", step.title.raw())),
        executor: step.executor.clone(),
        action: undo.action.clone(),
        target: step.target.clone(),
        parameters: undo.parameters.clone(),
        undo: None,
    })
}
