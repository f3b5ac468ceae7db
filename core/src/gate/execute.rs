//! The execution: one authorisation, then step by step what [`Run::next`](super::run::Run::next) says, each effect between
//! two records.

use std::sync::Arc;

use super::apply::stale_reasons;
use super::apply_run::MAX_NOTE;
use super::call::Call;
use super::engine::{Gate, lease_name, shortened};
use super::execution::Execution;
use super::executor::{Direction, Effect, Observation, StepOutcome};
use super::id::ProposalId;
use super::level::Level;
use super::named::check_name;
use super::notifier::ReviewDuty;
use super::record::{
    ActRef, Authority, Doubt, ExpiredWhat, Finished, LeftWhy, NotTold, Reconciled, Record, ReviewDue, Stale,
    StaleWhy, Started, StepDone, StepIntent, StepLeft, StepProbed, StepVerified, UndoBegun,
};
use super::rules;
use super::run::Next;
use super::staged::Settled;
use super::state::{Phase, Proposal, State};
use super::together::Subject;
use crate::error::{Error, ErrorKind, Result};
use crate::foreign::{awaited, guarded};
use crate::ledger::Lease;

/// What came of the attempt to start.
enum Start {
    Began,
    Stale(Vec<StaleWhy>),
}

impl Gate {
    /// Executes a proposal under its lease.
    pub(super) async fn execute(&self, id: ProposalId) -> Result<Execution> {
        match self.expire(&id).await {
            Ok(None) => {}
            Ok(Some(what)) => return Err(expired(what).during("gate.execute")),
            Err(error) => return Err(error.during("gate.execute")),
        }
        let executed = self.try_execute(id).await;
        match executed {
            Ok(execution) => Ok(execution),
            Err(error) if error.kind().is_refusal() => Err(self
                .refuse(Some(&id), "start", Some(self.operator().name()), error)
                .await),
            Err(error) => Err(error),
        }
        .map_err(|error| error.during("gate.execute"))
    }

    async fn try_execute(&self, id: ProposalId) -> Result<Execution> {
        let is_of_the_rules = self.peek(|state, _| {
            let proposal = state.proposal(&id)?;
            self.check_equipped(proposal)?;
            Ok(rules::is_of_the_rules(&proposal.change))
        })?;
        if is_of_the_rules {
            self.settle_rules().await?;
        }
        // INVARIANT: the lease is taken before `Started` is written and held until nothing more is done.
        let _lease = self.lease(id)?;
        self.start(id).await?;
        self.tell_reviewer(id).await?;
        self.run(id).await?;
        self.peek(|state, _| Ok(Execution::of(self.clone(), Arc::clone(state.proposal(&id)?))))
    }

    /// Shows who executes a proposal. Free when nobody does.
    pub(super) fn lease(&self, id: ProposalId) -> Result<Lease> {
        let lease = self.ledger().try_lease(&lease_name(id))?;
        lease.ok_or_else(|| Error::new(ErrorKind::Busy, format!("{id} is being executed")))
    }

    /// What the proposal needs is there in this process: its absence here is no news about the change.
    fn check_equipped(&self, proposal: &Proposal) -> Result<()> {
        for step in &proposal.change.steps {
            self.executor(&step.executor)?;
        }
        if proposal.level == Level::L1 && self.notifier().is_none() {
            return Err(
                Error::new(ErrorKind::Unavailable, "a change of level 1 needs a notifier")
                    .remedy("open the practice with a notifier"),
            );
        }
        Ok(())
    }

    /// The one point of authorisation: everything is checked on the present state, and `Started` is appended on that place.
    async fn start(&self, id: ProposalId) -> Result<()> {
        let reviewer = self.reviewer(id)?;
        let started = self
            .commit_on_estate(|present| {
                let (state, at) = (present.state, present.at);
                let proposal = state.proposal(&id)?;
                super::apply::check_open(proposal, at)?;
                rules::check_stopped(state, &proposal.change, at)?;
                let original = proposal
                    .takes_back
                    .as_ref()
                    .map(|id| state.proposal(id).map(Arc::as_ref))
                    .transpose()?;
                let grounds = present.grounds(&Subject::of(proposal), original)?;
                let why = stale_reasons(proposal, &grounds);
                if !why.is_empty() {
                    let record = Stale {
                        proposal: id,
                        why: why.clone(),
                        grounds,
                    };
                    return Ok((Some(record.into()), Start::Stale(why)));
                }
                let record = Started {
                    proposal: id,
                    operator: self.operator().clone(),
                    authority: authority(state, proposal, at)?,
                    grounds,
                    review_due: review_due(state, proposal, reviewer.as_deref(), at)?,
                };
                Ok((Some(record.into()), Start::Began))
            })
            .await?;
        match started {
            Start::Began => Ok(()),
            Start::Stale(why) => Err(stale(&why)),
        }
    }

    /// Who would review it. Asked before the state is held: it is somebody else's code.
    fn reviewer(&self, id: ProposalId) -> Result<Option<String>> {
        let is_reviewed = self.peek(|state, _| Ok(state.proposal(&id)?.level == Level::L1))?;
        let Some(notifier) = self.notifier().filter(|_| is_reviewed) else {
            return Ok(None);
        };
        let name = guarded(|| notifier.reviewer())
            .ok_or_else(|| Error::new(ErrorKind::Unavailable, "the notifier panicked"))?;
        check_name(&name, "reviewer")?;
        Ok(Some(name))
    }

    async fn tell_reviewer(&self, id: ProposalId) -> Result<()> {
        let duty = self.peek(|state, _| {
            let tenant = state.setup.tenant()?.name.clone();
            let due = state
                .proposal(&id)?
                .run
                .as_ref()
                .and_then(|run| run.review_due.clone());
            Ok(due.map(|due| ReviewDuty {
                tenant,
                proposal: id,
                who: due.who,
                by: due.by,
            }))
        })?;
        if let (Some(duty), Some(notifier)) = (duty, self.notifier()) {
            // INVARIANT: whatever becomes of the notice, what was started is run to its end.
            let told = awaited(|| notifier.notify(&duty)).await;
            // An error is dropped in there too: what caused it is somebody else's value.
            if guarded(|| told.is_some_and(|told| told.is_ok())) != Some(true) {
                self.put(NotTold { proposal: id }.into()).await?;
            }
        }
        Ok(())
    }

    /// Goes on until the execution has ended or is in doubt.
    async fn run(&self, id: ProposalId) -> Result<()> {
        let estate = self.estate().await?.map(|(_, estate)| estate);
        loop {
            let (next, proposal) = self.peek(|state, _| {
                let proposal = Arc::clone(state.proposal(&id)?);
                let next = proposal.run.as_ref().map_or(Next::Nothing, super::run::Run::next);
                Ok((next, proposal))
            })?;
            match next {
                Next::Nothing | Next::Doubt(None) => return Ok(()),
                Next::Doubt(Some(act)) => self.record_doubt(&proposal, act).await?,
                Next::Answer(..) => return Err(Error::new(ErrorKind::Internal, "an answer is missing")),
                Next::Call(step, direction) => {
                    let call = self.call(&proposal, step, direction, estate.as_ref())?;
                    self.make(&proposal, call).await?;
                }
                Next::Probe(step, direction) => {
                    let call = self.call(&proposal, step, direction, estate.as_ref())?;
                    self.probe_call(&call).await?;
                }
                Next::Verify(step, direction) => {
                    let call = self.call(&proposal, step, direction, estate.as_ref())?;
                    self.verify_call(&call).await?;
                }
                Next::TurnBack(step, why) => self.turn_back(&proposal, step, why).await?,
                Next::Leave(step, why) => self.leave(&proposal, step, why, String::new()).await?,
                Next::Finish(status) => {
                    let record = Finished { proposal: id, status };
                    self.put(record.into()).await?;
                }
            }
        }
    }

    /// Observes, records the intent, calls the executor with a lent permit, records the answer.
    async fn make(&self, proposal: &Proposal, call: Call) -> Result<()> {
        let before = match call.observe().await {
            Ok(before) => before,
            Err(error) => return self.cannot_begin(proposal, &call, error.to_string()).await,
        };
        match (call.act.direction, before.effect) {
            (Direction::Apply, Effect::Present) => {
                let why = "the effect of the step is there already".to_owned();
                return self.turn_back(proposal, call.step, why).await;
            }
            (Direction::Undo, Effect::Absent) => {
                let record = StepProbed {
                    act: call.act,
                    effect: Effect::Absent,
                };
                return self.put(record.into()).await;
            }
            (Direction::Undo, _) if self.peek(|state, _| Ok(call.conflicts(state, proposal, &before)))? => {
                let note = "the target is not as the step left it".to_owned();
                return self.leave(proposal, call.step, LeftWhy::Conflict, note).await;
            }
            _ => {}
        }
        let intent = StepIntent {
            act: call.act.clone(),
            idempotency_key: call.context.idempotency_key.clone(),
            before,
        };
        // INVARIANT: the intent is durable before the executor is called, and without it the executor is not called.
        if !self.announce(intent).await? {
            return Ok(());
        }
        let answer = call.perform().await;
        let done = StepDone {
            act: call.act,
            answer,
        };
        self.put(done.into()).await
    }

    /// Records the intent; where the kill switch is on at that very place, the turn instead. Taking back goes on.
    async fn announce(&self, intent: StepIntent) -> Result<bool> {
        self.commit(|state, _| {
            let proposal = state.proposal(&intent.act.proposal)?;
            if let (Some(halt), Direction::Apply) =
                (rules::halt(state, &proposal.change), intent.act.direction)
            {
                let record = UndoBegun {
                    proposal: proposal.id,
                    step: intent.act.step.clone(),
                    why: shortened(&halt.to_string(), MAX_NOTE),
                };
                return Ok((Some(record.into()), false));
            }
            Ok((Some(intent.clone().into()), true))
        })
        .await
    }

    async fn cannot_begin(&self, proposal: &Proposal, call: &Call, why: String) -> Result<()> {
        match call.act.direction {
            Direction::Apply => {
                let why = format!("the target could not be read: {why}");
                self.turn_back(proposal, call.step, why).await
            }
            Direction::Undo => self.leave(proposal, call.step, LeftWhy::Unreadable, why).await,
        }
    }

    async fn probe_call(&self, call: &Call) -> Result<()> {
        let effect = call.observe().await.map_or(Effect::Unknown, |seen| seen.effect);
        let record = StepProbed {
            act: call.act.clone(),
            effect,
        };
        self.put(record.into()).await
    }

    async fn verify_call(&self, call: &Call) -> Result<()> {
        let record = StepVerified {
            act: call.act.clone(),
            after: call.observe().await.unwrap_or_else(|_| Observation::unknown()),
        };
        self.put(record.into()).await
    }

    async fn turn_back(&self, proposal: &Proposal, step: usize, why: String) -> Result<()> {
        let record = UndoBegun {
            proposal: proposal.id,
            step: step_id(proposal, step),
            why: shortened(&why, MAX_NOTE),
        };
        self.put(record.into()).await
    }

    async fn leave(&self, proposal: &Proposal, step: usize, why: LeftWhy, note: String) -> Result<()> {
        let record = StepLeft {
            proposal: proposal.id,
            step: step_id(proposal, step),
            why,
            note: shortened(&note, MAX_NOTE),
        };
        self.put(record.into()).await
    }

    async fn record_doubt(&self, proposal: &Proposal, (step, direction): (usize, Direction)) -> Result<()> {
        let record = Doubt {
            proposal: proposal.id,
            act: Some(ActRef {
                proposal: proposal.id,
                step: step_id(proposal, step),
                direction,
            }),
        };
        self.put(record.into()).await
    }

    /// Appends a record that the state permits.
    pub(super) async fn put(&self, record: Record) -> Result<()> {
        self.commit(|_, _| Ok((Some(record.clone()), ()))).await
    }

    /// Looks at what an execution in doubt left, and settles it where that tells everything.
    pub(super) async fn probe(&self, id: ProposalId) -> Result<Settled> {
        let probed = self.try_probe(id).await;
        probed.map_err(|error| error.during("gate.probe"))
    }

    pub(super) async fn try_probe(&self, id: ProposalId) -> Result<Settled> {
        let _lease = self.lease(id)?;
        self.refresh().await?;
        let proposal = self.peek(|state, _| Ok(Arc::clone(state.proposal(&id)?)))?;
        super::apply_run::check_in_doubt(&proposal)?;
        let estate = self.estate().await?.map(|(_, estate)| estate);
        let open = proposal
            .run
            .as_ref()
            .map(super::run::Run::open_acts)
            .unwrap_or_default();
        for (step, direction) in open {
            let call = self.call(&proposal, step, direction, estate.as_ref())?;
            let has_answer = proposal
                .run
                .as_ref()
                .and_then(|run| run.act(step, direction))
                .is_some_and(|act| {
                    matches!(
                        act.answer,
                        Some(StepOutcome::Done { .. } | StepOutcome::HandedOver { .. })
                    )
                });
            if has_answer {
                self.verify_call(&call).await?;
            } else {
                self.probe_call(&call).await?;
            }
        }
        self.commit(|state, _| {
            let proposal = state.proposal(&id)?;
            let status = match proposal.phase {
                Phase::Started => super::apply_run::settled_status(proposal),
                _ => None,
            };
            let record = status.map(|status| Record::from(Reconciled { proposal: id, status }));
            Ok((record, ()))
        })
        .await?;
        self.settled(id)
    }
}

/// The call whose end is not recorded.
pub(super) fn open_act(proposal: &Proposal) -> Option<ActRef> {
    let (step, direction) = *proposal.run.as_ref()?.open_acts().last()?;
    Some(ActRef {
        proposal: proposal.id,
        step: step_id(proposal, step),
        direction,
    })
}

fn review_due(
    state: &State,
    proposal: &Proposal,
    reviewer: Option<&str>,
    at: jiff::Timestamp,
) -> Result<Option<ReviewDue>> {
    let (Level::L1, Some(reviewer)) = (proposal.level, reviewer) else {
        return Ok(None);
    };
    let within = jiff::SignedDuration::from_secs(i64::from(state.setup.policy()?.review_within_s));
    Ok(Some(ReviewDue {
        who: reviewer.to_owned(),
        by: at.saturating_add(within).unwrap_or(jiff::Timestamp::MAX),
    }))
}

fn authority(state: &State, proposal: &Proposal, at: jiff::Timestamp) -> Result<Authority> {
    if proposal.level < Level::L2 {
        return Ok(Authority::Level);
    }
    let votes = proposal.approvals(&state.setup, at)?;
    let votes =
        votes.ok_or_else(|| Error::new(ErrorKind::Denied, "the approvals that it needs are not there"))?;
    Ok(Authority::Decisions(
        votes.iter().map(|vote| vote.digest).collect(),
    ))
}

fn step_id(proposal: &Proposal, step: usize) -> String {
    proposal
        .change
        .steps
        .get(step)
        .map_or_else(String::new, |step| step.id.clone())
}

fn expired(what: ExpiredWhat) -> Error {
    match what {
        ExpiredWhat::Approvals => Error::new(ErrorKind::Expired, "an approval is past its time")
            .remedy("resume the proposal: it waits for a new decision"),
        ExpiredWhat::Proposal => {
            Error::new(ErrorKind::Expired, "the proposal is past its time").remedy("submit the change again")
        }
    }
}

fn stale(why: &[StaleWhy]) -> Error {
    let words: Vec<&str> = why
        .iter()
        .map(|why| match why {
            StaleWhy::Facts => "the facts on which it rests have changed",
            StaleWhy::Level => "its level has risen",
            StaleWhy::Policy => "the policy has changed",
        })
        .collect();
    Error::new(ErrorKind::Stale, words.join("; ")).remedy("resume the proposal: it waits for new decisions")
}
