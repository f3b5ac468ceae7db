//! The way of a proposal up to its start: submit, draft, decide, attest, withdraw, resume.

use std::borrow::Cow;
use std::sync::Arc;

use jiff::Timestamp;
use serde_json::value::RawValue;

use super::amend::authors;
use super::apply_start::{check_satisfiable, earlier, proposal_id};
use super::engine::Gate;
use super::executor::Direction;
use super::finished::Finished;
use super::id::ProposalId;
use super::level::Level;
use super::named::check_name;
use super::pending::Pending;
use super::record::{
    Amends, Attested, Decided as DecidedRecord, Doubt, ObservedStep, Proposed, Record, Signed, Withdrawn,
};
use super::rules::{self, RulesEdit};
use super::staged::{Approvals, Approved, Decided, Mint, Resumed, Routed, Settled};
use super::state::{Outcome, Phase, State};
use super::statement::{self, Wish, expiry};
use super::stored::{self, Stored, stored};
use super::together::Subject;
use super::way_back::way_back;
use crate::actor::Actor;
use crate::change::Change;
use crate::digest::Digest;
use crate::error::{Error, ErrorKind, Result};

impl Gate {
    /// Records a change and routes it to its level.
    pub(crate) async fn submit(&self, change: &Change, proposer: &Actor) -> Result<Routed> {
        let submitted = self.stage(Submission::New(change, proposer)).await;
        self.submitted(None, submitted, proposer).await
    }

    /// Records a change of the rules, made over those in force.
    pub(crate) async fn change_rules(
        &self,
        edit: &RulesEdit,
        reason: &str,
        proposer: &Actor,
    ) -> Result<Routed> {
        self.settle_rules()
            .await
            .map_err(|error| error.during("gate.submit"))?;
        let submitted = self.stage(Submission::Rules(edit, reason, proposer)).await;
        self.submitted(None, submitted, proposer).await
    }

    /// Records and routes a change that takes the place of another one.
    pub(super) async fn submit_amended(&self, change: &Change, amends: Amends) -> Result<Routed> {
        let submitted = self.stage(Submission::Amended(change, &amends)).await;
        self.submitted(Some(&amends.proposal), submitted, &amends.by)
            .await
    }

    /// Records and routes the way back of an execution.
    pub(super) async fn take_back(&self, original: ProposalId) -> Result<Routed> {
        let proposer = self.operator().clone();
        let submitted = self.stage(Submission::WayBack(original, &proposer)).await;
        self.submitted(None, submitted, &proposer).await
    }

    async fn submitted(
        &self,
        amended: Option<&ProposalId>,
        submitted: Result<ProposalId>,
        by: &Actor,
    ) -> Result<Routed> {
        match submitted {
            Ok(id) => self.peek(|state, _| Ok(Mint::routed(self, state.proposal(&id)?.clone()))),
            Err(error) if error.kind().is_refusal() => {
                let operation = if amended.is_some() { "amend" } else { "submit" };
                Err(self.refuse(amended, operation, Some(by.name()), error).await)
            }
            Err(error) => Err(error),
        }
        .map_err(|error| error.during("gate.submit"))
    }

    async fn stage(&self, submission: Submission<'_>) -> Result<ProposalId> {
        check_name(submission.by().name(), "by")?;
        self.commit_on_estate(|present| {
            let (state, at) = (present.state, present.at);
            let change = submission.change(state, self.operator(), at)?;
            let bytes = change.to_bytes()?;
            // What is recorded, digested and executed is what the bytes say, not the value that was handed in.
            let change = Change::from_json(&bytes)?;
            rules::check_reserved(&change)?;
            rules::check_proposed(state, &change, &[self.operator()], at)?;
            rules::check_titles(&state.setup, &change)?;
            let digest = Digest::of("vcto change v1", &bytes);
            let takes_back = submission.takes_back();
            let original = takes_back.as_ref().map(|id| state.proposal(id)).transpose()?;
            let authors = submission.authors(state, &change)?;
            let subject = Subject {
                change: &change,
                is_way_back: takes_back.is_some(),
                authors: &authors,
                place: state.size(),
            };
            let grounds = present.grounds(&subject, original.map(std::convert::AsRef::as_ref))?;
            let excluded: Vec<&Actor> = authors.iter().chain([self.operator()]).collect();
            check_satisfiable(state, &change.area, grounds.risk.level, &excluded, at)?;
            let id = proposal_id(state, &digest);
            let record = Proposed {
                proposal: id,
                expires_at: expiry(state.setup.policy()?, &change, at),
                change: raw(bytes)?,
                takes_back,
                proposer: submission.proposer(state)?,
                grounds,
                earlier: earlier(state, &digest),
                amends: submission.amends().cloned(),
            };
            Ok((Some(record.into()), id))
        })
        .await
    }

    /// Drafts a text over the state as it was last seen.
    pub(super) fn draft(&self, id: ProposalId, wish: &Wish<'_>) -> Result<Vec<u8>> {
        self.peek(|state, at| statement::draft(state, state.proposal(&id)?, wish, at))
            .map_err(|error| error.during("gate.decision"))
    }

    pub(super) fn approvals(&self, id: ProposalId) -> Result<Approvals> {
        self.peek(|state, at| stored::approvals(state, state.proposal(&id)?, self.operator(), at))
    }

    /// Takes a text and a signature as text; what is none is refused.
    pub(super) async fn signed(
        &self,
        id: ProposalId,
        operation: &'static str,
        text: &[u8],
        signature: &[u8],
    ) -> Result<Signed> {
        if let (Ok(text), Ok(signature)) = (std::str::from_utf8(text), std::str::from_utf8(signature)) {
            return Ok(Signed {
                text: text.to_owned(),
                signature: signature.to_owned(),
            });
        }
        let error = Error::new(ErrorKind::InvalidInput, "a text and its signature are UTF-8");
        Err(self
            .refuse(Some(&id), operation, None, error)
            .await
            .during("gate.decide"))
    }

    /// Hands in a decision.
    pub(super) async fn decide(&self, id: ProposalId, signed: Signed) -> Result<Decided> {
        let record = DecidedRecord {
            proposal: id,
            decision: signed,
        };
        self.hand_in(id, "decide", record).await?;
        self.peek(|state, at| {
            let proposal = state.proposal(&id)?;
            Ok(match stored(state, proposal, at)? {
                Stored::Approved(proposal) => Decided::Approved(Mint::approved(self, proposal)),
                Stored::Closed(_, Outcome::Rejected) => Decided::Rejected,
                Stored::Open(proposal) if proposal.level == Level::L2 => Mint::waiting(self, proposal),
                _ => return Err(changed_meanwhile()),
            })
        })
    }

    /// Hands in an attestation.
    pub(super) async fn attest(&self, id: ProposalId, signed: Signed) -> Result<Finished> {
        let mut record = Attested {
            proposal: id,
            attestation: signed,
            observed: Vec::new(),
        };
        // Only for a text that will be taken anything is asked of an executor.
        let did = self.peek(|state, at| {
            let after = state.apply(at, &record.clone().into());
            Ok(after.is_ok_and(|after| after.closes(&id, Outcome::HumanDid)))
        })?;
        if did {
            record.observed = self.observe_steps(id).await?;
        }
        self.hand_in(id, "attest", record).await?;
        self.peek(|state, at| match stored(state, state.proposal(&id)?, at)? {
            Stored::Closed(proposal, outcome) => Ok(Mint::finished(self, proposal, outcome)),
            _ => Err(changed_meanwhile()),
        })
    }

    /// What the registered executors see at the targets of the steps now. Where there is no executor, or it sees nothing, it is
    /// left out.
    async fn observe_steps(&self, id: ProposalId) -> Result<Vec<ObservedStep>> {
        let proposal = self.peek(|state, _| Ok(Arc::clone(state.proposal(&id)?)))?;
        let estate = self.estate().await?.map(|(_, estate)| estate);
        let mut observed = Vec::new();
        for (at, step) in proposal.change.steps.iter().enumerate() {
            let Ok(call) = self.call(&proposal, at, Direction::Apply, estate.as_ref()) else {
                continue;
            };
            if let Ok(seen) = call.observe().await {
                observed.push(ObservedStep {
                    step: step.id.clone(),
                    effect: seen.effect,
                });
            }
        }
        Ok(observed)
    }

    /// Hands in an acceptance of what an interrupted execution left.
    pub(super) async fn accept(&self, id: ProposalId, signed: Signed) -> Result<Settled> {
        let record = DecidedRecord {
            proposal: id,
            decision: signed,
        };
        self.hand_in(id, "accept", record).await?;
        self.settled(id)
    }

    /// What an execution in doubt is now.
    pub(super) fn settled(&self, id: ProposalId) -> Result<Settled> {
        self.peek(|state, at| match stored(state, state.proposal(&id)?, at)? {
            Stored::Closed(proposal, outcome) => {
                Ok(Settled::Finished(Mint::finished(self, proposal, outcome)))
            }
            Stored::Started(proposal) => Ok(Settled::InDoubt(Mint::in_doubt(self, proposal))),
            _ => Err(changed_meanwhile()),
        })
    }

    /// Records what a person handed in, or the refusal of it.
    async fn hand_in(
        &self,
        id: ProposalId,
        operation: &'static str,
        record: impl Into<Record>,
    ) -> Result<()> {
        self.expire(&id).await?;
        let recorded = self.put(record.into()).await;
        match recorded {
            Ok(()) => Ok(()),
            Err(error) if error.kind().is_refusal() || is_malformed(&error) => Err(self
                .refuse(Some(&id), operation, None, error)
                .await
                .during("gate.decide")),
            Err(error) => Err(error.during("gate.decide")),
        }
    }

    pub(super) async fn withdraw(&self, id: ProposalId, by: &Actor) -> Result<()> {
        check_name(by.name(), "by").map_err(|error| error.during("gate.withdraw"))?;
        self.expire(&id).await?;
        let withdrawn = self
            .commit(|_, _| {
                let record = Withdrawn {
                    proposal: id,
                    by: by.clone(),
                };
                Ok((Some(record.into()), ()))
            })
            .await;
        match withdrawn {
            Err(error) if error.kind().is_refusal() => Err(self
                .refuse(Some(&id), "withdraw", Some(by.name()), error)
                .await
                .during("gate.withdraw")),
            other => other,
        }
    }

    /// What may run without asking.
    pub(super) async fn authorize(&self, id: ProposalId) -> Result<Approved> {
        self.expire(&id).await?;
        let authorized = self.peek(|state, at| {
            let proposal = state.proposal(&id)?;
            super::apply::check_open(proposal, at)?;
            if proposal.level > Level::L1 {
                return Err(
                    Error::new(ErrorKind::Stale, format!("the level is {} now", proposal.level))
                        .remedy("resume the proposal"),
                );
            }
            Ok(Mint::approved(self, proposal.clone()))
        });
        match authorized {
            Err(error) if error.kind().is_refusal() => Err(self
                .refuse(Some(&id), "authorize", None, error)
                .await
                .during("gate.authorize")),
            other => other,
        }
    }

    /// What a proposal is now. Where it was started and nobody runs it, it is in doubt, and that is recorded.
    pub(crate) async fn resume(&self, id: ProposalId) -> Result<Resumed> {
        self.expire(&id)
            .await
            .map_err(|error| error.during("gate.resume"))?;
        let is_started = self.peek(|state, _| Ok(state.proposal(&id)?.phase == Phase::Started))?;
        if is_started {
            self.settle(id)
                .await
                .map_err(|error| error.during("gate.resume"))?;
        }
        self.peek(|state, at| Ok(Mint::resumed(self, stored(state, state.proposal(&id)?, at)?)))
    }

    /// Records that an execution that nobody runs is in doubt. One of a change of the rules is none for longer than it takes to
    /// look into the ledger.
    async fn settle(&self, id: ProposalId) -> Result<()> {
        self.doubt(id).await?;
        let is_in_doubt = self.peek(|state, _| {
            let proposal = state.proposal(&id)?;
            Ok(proposal.phase == Phase::Started && rules::is_of_the_rules(&proposal.change))
        })?;
        if is_in_doubt {
            let _ = self.try_probe(id).await?;
        }
        Ok(())
    }

    /// Ends what a crash left of changes of the rules, so that it holds up no other one. What still runs goes on.
    pub(super) async fn settle_rules(&self) -> Result<()> {
        let started: Vec<ProposalId> = self
            .read(|state, _| {
                let started = state.proposals.started();
                let of_the_rules = started.filter(|proposal| rules::is_of_the_rules(&proposal.change));
                Ok(of_the_rules.map(|proposal| proposal.id).collect())
            })
            .await?;
        for id in started {
            match self.settle(id).await {
                Err(error) if error.kind() != ErrorKind::Busy => return Err(error),
                _ => {}
            }
        }
        Ok(())
    }

    async fn doubt(&self, id: ProposalId) -> Result<()> {
        // While somebody holds the lease it runs, and is not in doubt.
        let _lease = self.lease(id)?;
        self.commit(|state, _| {
            let proposal = state.proposal(&id)?;
            let is_known = match &proposal.run {
                Some(run) => run.doubted || proposal.phase != Phase::Started,
                None => true,
            };
            let record = Doubt {
                proposal: id,
                act: super::execute::open_act(proposal),
            };
            Ok(((!is_known).then(|| record.into()), ()))
        })
        .await
    }

    /// What waits, the one whose time ends first before the others.
    pub(crate) async fn pending(&self) -> Result<Vec<Pending>> {
        self.read(|state, at| stored::pending(state, self.operator(), at))
            .await
            .map_err(|error| error.during("gate.pending"))
    }
}

/// What is submitted.
#[derive(Clone, Copy)]
enum Submission<'a> {
    Amended(&'a Change, &'a Amends),
    New(&'a Change, &'a Actor),
    /// A change of the rules in force, and why.
    Rules(&'a RulesEdit, &'a str, &'a Actor),
    WayBack(ProposalId, &'a Actor),
}

impl<'a> Submission<'a> {
    fn by(&self) -> &'a Actor {
        match self {
            Self::Amended(_, amends) => &amends.by,
            Self::New(_, by) | Self::Rules(_, _, by) | Self::WayBack(_, by) => by,
        }
    }

    fn change(&self, state: &State, operator: &Actor, at: Timestamp) -> Result<Cow<'a, Change>> {
        match self {
            Self::Amended(change, _) | Self::New(change, _) => Ok(Cow::Borrowed(change)),
            Self::Rules(edit, reason, _) => {
                let change = edit.change(&state.setup, reason, &[operator], at)?;
                Ok(Cow::Owned(change))
            }
            Self::WayBack(original, _) => way_back(state.proposal(original)?).map(Cow::Owned),
        }
    }

    fn takes_back(&self) -> Option<ProposalId> {
        match self {
            Self::WayBack(original, _) => Some(*original),
            Self::Amended(..) | Self::New(..) | Self::Rules(..) => None,
        }
    }

    fn amends(&self) -> Option<&'a Amends> {
        match self {
            Self::Amended(_, amends) => Some(amends),
            Self::New(..) | Self::Rules(..) | Self::WayBack(..) => None,
        }
    }

    /// Who amends does not become the proposer.
    fn proposer(&self, state: &State) -> Result<Actor> {
        match self {
            Self::Amended(_, amends) => Ok(state.proposal(&amends.proposal)?.proposer.clone()),
            Self::New(_, by) | Self::Rules(_, _, by) | Self::WayBack(_, by) => Ok((*by).clone()),
        }
    }

    fn authors(&self, state: &State, change: &Change) -> Result<Vec<Actor>> {
        match self {
            Self::Amended(_, amends) => authors(state, state.proposal(&amends.proposal)?, change, &amends.by),
            Self::New(_, by) | Self::Rules(_, _, by) | Self::WayBack(_, by) => Ok(vec![(*by).clone()]),
        }
    }
}

fn raw(bytes: Vec<u8>) -> Result<Box<RawValue>> {
    let internal = |_| Error::new(ErrorKind::Internal, "a change does not serialise");
    let text =
        String::from_utf8(bytes).map_err(|_| Error::new(ErrorKind::Internal, "a change is not UTF-8"))?;
    RawValue::from_string(text).map_err(internal)
}

/// A signature or text whose form is wrong: refused like one whose content is.
fn is_malformed(error: &Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::InvalidInput | ErrorKind::TooLarge | ErrorKind::Unsupported
    )
}

fn changed_meanwhile() -> Error {
    Error::new(ErrorKind::Conflict, "the proposal changed meanwhile").remedy("resume it")
}
