//! The inside of an execution: what was called, what came of it, and the one thing that may come next. Pure: the loop that
//! calls executors and the replay of the ledger ask the same function.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::executor::{ApprovedBy, Direction, Effect, Observation, StepOutcome};
use super::outcome::ExecutionStatus;
use super::record::{LeftWhy, ReviewDue};
use crate::actor::Actor;

/// An execution as the ledger knows it.
#[derive(Clone, Debug)]
pub(crate) struct Run {
    pub(crate) operator: Actor,
    pub(crate) started_at: Timestamp,
    /// The approvals on which it started, in the order in which they were given.
    pub(crate) approved_by: Vec<ApprovedBy>,
    pub(crate) review_due: Option<ReviewDue>,
    /// Whether telling who must review failed.
    pub(crate) not_told: bool,
    /// Whether the whole of it is a way back.
    pub(crate) takes_back: bool,
    /// For each step, in order, what the plan has to know of it.
    pub(crate) plan: Vec<Planned>,
    pub(crate) acts: BTreeMap<(usize, Direction), Act>,
    /// Since when and why on the way back.
    pub(crate) undoing: Option<String>,
    pub(crate) left: BTreeMap<usize, LeftWhy>,
    pub(crate) doubted: bool,
    pub(crate) status: ExecutionStatus,
    pub(crate) ended_at: Option<Timestamp>,
}

/// What the order of an execution depends on.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Planned {
    pub(crate) target: String,
    pub(crate) has_undo: bool,
    /// Whether the executor declared that the action only hands the work over.
    pub(crate) hands_over: bool,
}

/// One call of an executor, as far as it is recorded.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(crate) struct Act {
    /// Whether what was done is in somebody else's hands, by the declaration of the action: also where the answer was lost.
    pub(crate) hands_over: bool,
    /// What was seen before; absent where the executor was not called.
    pub(crate) before: Option<Observation>,
    pub(crate) answer: Option<StepOutcome>,
    pub(crate) probed: Option<Effect>,
    pub(crate) after: Option<Observation>,
    /// Of a step that changes the rules: whether the record that does so is in the ledger.
    pub(crate) recorded: bool,
}

/// What is certain of an act.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Settled {
    /// Nothing happened.
    Not,
    /// It happened; `seen` when the target confirms it, `handed` when it is in somebody else's hands.
    Happened { seen: bool, handed: bool },
    /// The executor said that it happened, and the target says that it did not.
    Contradicted,
    /// It cannot be told.
    Open,
}

/// What comes next in an execution.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Next {
    /// Observe, record the intent, call the executor.
    Call(usize, Direction),
    /// The executor was called, and its answer is not recorded.
    Answer(usize, Direction),
    /// Look whether an unknown answer left an effect.
    Probe(usize, Direction),
    /// Look whether the effect is as it should be.
    Verify(usize, Direction),
    /// Turn back at this step.
    TurnBack(usize, String),
    /// Record that a step is not taken back.
    Leave(usize, LeftWhy),
    /// It cannot be told what was done: stop.
    Doubt(Option<(usize, Direction)>),
    /// Record the end.
    Finish(ExecutionStatus),
    /// It is over.
    Nothing,
}

impl Act {
    /// What is certain. `None`: more is to be recorded first.
    pub(crate) fn settled(&self, direction: Direction) -> Option<Settled> {
        let (there, gone) = match direction {
            Direction::Apply => (Effect::Present, Effect::Absent),
            Direction::Undo => (Effect::Absent, Effect::Present),
        };
        let by_probe = |probed: Effect| match probed {
            effect if effect == there => Settled::Happened {
                seen: true,
                handed: self.hands_over,
            },
            effect if effect == gone => Settled::Not,
            _ => Settled::Open,
        };
        match &self.answer {
            None | Some(StepOutcome::Unknown { .. }) => self.probed.map(by_probe),
            Some(StepOutcome::NotDone { .. }) => Some(Settled::Not),
            Some(answer) => {
                let handed = self.hands_over || matches!(answer, StepOutcome::HandedOver { .. });
                self.after.as_ref().map(|after| {
                    if after.effect == gone {
                        Settled::Contradicted
                    } else {
                        Settled::Happened {
                            seen: after.effect == there,
                            handed,
                        }
                    }
                })
            }
        }
    }

    /// What is to be recorded next of a call that has begun.
    fn pending(&self, step: usize, direction: Direction) -> Option<Next> {
        match (&self.answer, self.probed, &self.after) {
            (None, None, _) => Some(Next::Answer(step, direction)),
            (Some(StepOutcome::Unknown { .. }), None, _) => Some(Next::Probe(step, direction)),
            (Some(StepOutcome::Done { .. } | StepOutcome::HandedOver { .. }), _, None) => {
                Some(Next::Verify(step, direction))
            }
            _ => None,
        }
    }
}

impl Run {
    /// The one thing that may come next.
    pub(crate) fn next(&self) -> Next {
        if self.ended_at.is_some() {
            return Next::Nothing;
        }
        if self.doubted {
            return Next::Doubt(None);
        }
        if self.takes_back || self.undoing.is_some() {
            self.next_back()
        } else {
            self.next_forward()
        }
    }

    fn next_forward(&self) -> Next {
        for step in 0..self.plan.len() {
            let Some(act) = self.act(step, Direction::Apply) else {
                return Next::Call(step, Direction::Apply);
            };
            if let Some(next) = act.pending(step, Direction::Apply) {
                return next;
            }
            match act.settled(Direction::Apply) {
                Some(Settled::Happened { .. }) => {}
                Some(Settled::Not) => return Next::TurnBack(step, "the step was not done".to_owned()),
                Some(Settled::Contradicted) => {
                    return Next::TurnBack(step, "the step is not seen to be done".to_owned());
                }
                Some(Settled::Open) | None => return Next::Doubt(Some((step, Direction::Apply))),
            }
        }
        Next::Finish(self.forward_status())
    }

    fn next_back(&self) -> Next {
        for step in self.back_order() {
            if self.left.contains_key(&step) {
                continue;
            }
            let Some(act) = self.act(step, Direction::Undo) else {
                return match self.obstacle(step) {
                    Some(why) => Next::Leave(step, why),
                    None => Next::Call(step, Direction::Undo),
                };
            };
            if let Some(next) = act.pending(step, Direction::Undo) {
                return next;
            }
            match act.settled(Direction::Undo) {
                Some(Settled::Happened { .. }) => {}
                Some(Settled::Not | Settled::Contradicted) => return Next::Leave(step, LeftWhy::Failed),
                Some(Settled::Open) | None => return Next::Doubt(Some((step, Direction::Undo))),
            }
        }
        Next::Finish(self.back_status())
    }

    /// The steps to take back, in order: those whose effect may be there, last first; on a way back all, as they stand.
    fn back_order(&self) -> Vec<usize> {
        if self.takes_back {
            return (0..self.plan.len()).collect();
        }
        (0..self.plan.len())
            .rev()
            .filter(|step| self.may_stand(*step))
            .collect()
    }

    /// Whether the step's own call may have left an effect.
    fn may_stand(&self, step: usize) -> bool {
        self.act(step, Direction::Apply)
            .is_some_and(|act| act.settled(Direction::Apply) != Some(Settled::Not))
    }

    /// Why a step cannot be taken back before anything is tried.
    fn obstacle(&self, step: usize) -> Option<LeftWhy> {
        let planned = self.plan.get(step)?;
        if !planned.has_undo {
            return Some(LeftWhy::NoUndo);
        }
        let blocked = self
            .left
            .keys()
            .filter(|left| {
                self.plan
                    .get(**left)
                    .is_some_and(|other| other.target == planned.target)
            })
            .any(|left| *left != step);
        blocked.then_some(LeftWhy::Blocked)
    }

    pub(crate) fn act(&self, step: usize, direction: Direction) -> Option<&Act> {
        self.acts.get(&(step, direction))
    }

    fn forward_status(&self) -> ExecutionStatus {
        let handed = self.acts.iter().any(|((_, direction), act)| {
            *direction == Direction::Apply
                && matches!(
                    act.settled(Direction::Apply),
                    Some(Settled::Happened { handed: true, .. })
                )
        });
        if handed {
            ExecutionStatus::HandedOver
        } else {
            ExecutionStatus::Succeeded
        }
    }

    fn back_status(&self) -> ExecutionStatus {
        if self.left.values().any(|why| *why == LeftWhy::Conflict) {
            return ExecutionStatus::RollbackConflict;
        }
        if !self.left.is_empty() {
            return ExecutionStatus::RollbackFailed;
        }
        let undone: Vec<_> = self
            .acts
            .iter()
            .filter(|((_, direction), _)| *direction == Direction::Undo)
            .filter_map(|(_, act)| act.settled(Direction::Undo))
            .collect();
        if undone.is_empty() {
            return ExecutionStatus::NotDone;
        }
        let all_seen = undone.iter().all(|settled| {
            matches!(
                settled,
                Settled::Happened {
                    seen: true,
                    handed: false
                }
            )
        });
        if all_seen {
            ExecutionStatus::RolledBack
        } else {
            ExecutionStatus::RolledBackUnverified
        }
    }

    /// The steps whose effect stands, as far as the records tell: done and not taken back. `None`: it cannot be told.
    pub(crate) fn standing(&self) -> Option<Vec<usize>> {
        let mut standing = Vec::new();
        for step in 0..self.plan.len() {
            let done = match self
                .act(step, Direction::Apply)
                .map(|act| act.settled(Direction::Apply))
            {
                None | Some(Some(Settled::Not)) => false,
                Some(Some(Settled::Happened { .. })) => true,
                Some(Some(Settled::Contradicted | Settled::Open) | None) => return None,
            };
            let undone = match self
                .act(step, Direction::Undo)
                .map(|act| act.settled(Direction::Undo))
            {
                None | Some(Some(Settled::Not)) => false,
                Some(Some(Settled::Happened { .. })) => true,
                Some(Some(Settled::Contradicted | Settled::Open) | None) => return None,
            };
            if done && !undone {
                standing.push(step);
            }
        }
        Some(standing)
    }

    /// The steps whose effect may stand.
    pub(crate) fn may_stand_all(&self) -> Vec<usize> {
        (0..self.plan.len())
            .filter(|step| {
                let undone = self
                    .act(*step, Direction::Undo)
                    .and_then(|act| act.settled(Direction::Undo));
                self.may_stand(*step) && !matches!(undone, Some(Settled::Happened { .. }))
            })
            .collect()
    }

    /// How an interrupted execution ended, when the records settle it: everything is done, or nothing is.
    pub(crate) fn settled_status(&self) -> Option<ExecutionStatus> {
        if self.takes_back {
            let settled: Option<Vec<_>> = (0..self.plan.len())
                .map(|step| self.act(step, Direction::Undo)?.settled(Direction::Undo))
                .collect();
            return settled?
                .iter()
                .all(|settled| matches!(settled, Settled::Happened { .. }))
                .then(|| self.back_status());
        }
        let standing = self.standing()?;
        let touched = self
            .acts
            .keys()
            .any(|(_, direction)| *direction == Direction::Undo);
        match standing.len() {
            0 if touched => Some(self.back_status()),
            0 => Some(ExecutionStatus::NotDone),
            n if n == self.plan.len() && !touched => Some(self.forward_status()),
            _ => None,
        }
    }

    /// The calls whose end has to be looked for.
    pub(crate) fn open_acts(&self) -> Vec<(usize, Direction)> {
        self.acts
            .iter()
            .filter(|((_, direction), act)| matches!(act.settled(*direction), None | Some(Settled::Open)))
            .map(|(key, _)| *key)
            .collect()
    }
}
