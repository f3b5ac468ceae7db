//! The values that a proposal is on its way: staged at a level, approved, in doubt, finished. None of them can be made but by
//! the gate, none is stored, and each may be dropped: the ledger gives it again.

use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;

use jiff::Timestamp;
use serde::Serialize;

use super::amend::Amendment;
use super::attestation::AttestationOptions;
use super::decision::{Attestation, Decision, DecisionOptions, Statement, Verdict};
use super::engine::Gate;
use super::execution::{Execution, StepReport, reports};
use super::finished::Finished;
use super::id::ProposalId;
use super::level::{Approval, Automatic, HumanOnly, Level, Notify, StagedLevel};
use super::risk::{Band, Risk};
use super::state::{Outcome, Proposal};
use super::statement::Wish;
use super::stored::Stored;
use crate::actor::Actor;
use crate::change::Change;
use crate::digest::Digest;
use crate::error::{Error, ErrorKind, Result};

/// A submitted change at its level. What can be done with it depends on the level, and the compiler holds that.
#[derive(Debug)]
#[must_use = "a staged change does nothing until it is authorized, decided or attested; it is kept in the ledger"]
pub enum Routed {
    /// [`L2`](Level::L2): people decide.
    Approval(Staged<Approval>),
    /// [`L0`](Level::L0): it may run.
    Automatic(Staged<Automatic>),
    /// [`L3`](Level::L3): a human does it.
    HumanOnly(Staged<HumanOnly>),
    /// [`L1`](Level::L1): it may run, and is reviewed afterwards.
    Notify(Staged<Notify>),
}

/// A change on its way at the level `L`.
///
/// There is no way to make one but to submit a change or to resume it, and no way to copy or store one. Dropping it loses
/// nothing.
#[must_use = "a staged change does nothing until it is authorized, decided or attested; it is kept in the ledger"]
pub struct Staged<L: StagedLevel> {
    held: Held,
    level: PhantomData<fn() -> L>,
}

/// A change that may be executed, as far as its history goes. Whether it still may is checked when it starts.
#[must_use = "an approval that is not executed does nothing; it is kept in the ledger"]
pub struct Approved {
    held: Held,
}

/// What came of a decision.
#[derive(Debug)]
#[must_use = "an approval that is not executed does nothing; it is kept in the ledger"]
pub enum Decided {
    /// There are enough approvals.
    Approved(Approved),
    /// It is rejected, for good.
    Rejected,
    /// It is recorded, and more approvals are needed.
    Waiting(Staged<Approval>),
}

/// Where a proposal is, as its ledger tells.
#[derive(Debug)]
#[must_use = "it is kept in the ledger"]
pub enum Resumed {
    /// It has what it needs to start.
    Approved(Approved),
    /// It is over.
    Finished(Finished),
    /// It was started, nobody runs it, and it did not end.
    InDoubt(InDoubt),
    /// It waits.
    Routed(Routed),
}

/// An execution that was interrupted, or lost an answer. It never runs on: it is settled by looking, or by a person.
#[must_use = "it stays in doubt until it is settled"]
pub struct InDoubt {
    held: Held,
}

/// What came of settling an execution in doubt.
#[derive(Debug)]
#[must_use = "it stays in doubt until it is settled"]
pub enum Settled {
    /// It is settled.
    Finished(Finished),
    /// It is not.
    InDoubt(InDoubt),
}

/// What all these values share: the gate, and the proposal as it was read.
#[derive(Clone)]
struct Held {
    gate: Gate,
    proposal: Arc<Proposal>,
}

macro_rules! common {
    ($([$($level:ident)?] $name:ty;)*) => {$(
        impl $(<$level: StagedLevel>)? $name {
            /// The proposal. Keep it: [`Tenant::resume`](crate::practice::Tenant::resume) gives this value again.
            pub fn id(&self) -> ProposalId {
                self.held.proposal.id
            }

            /// What is proposed, as it stands in the ledger.
            pub fn change(&self) -> &Change {
                &self.held.proposal.change
            }

            /// The digest of the change: what a decision names.
            pub fn change_digest(&self) -> Digest {
                self.held.proposal.change_digest
            }

            /// Who proposed it.
            pub fn proposer(&self) -> &Actor {
                &self.held.proposal.proposer
            }

            /// The proposal whose place it took, when it is an amended one.
            pub fn amendment(&self) -> Option<&Amendment> {
                self.held.proposal.amendment.as_deref()
            }

            /// After this time it can no longer start, or be done.
            pub fn expires_at(&self) -> Timestamp {
                self.held.proposal.ends_at()
            }

            /// Its level. It never falls.
            pub fn level(&self) -> Level {
                self.held.proposal.level
            }

            /// Why it has its level: the bands that demand it, the highest first.
            pub fn why(&self) -> Vec<Band> {
                let mut bands = self.held.proposal.grounds.risk.bands.clone();
                bands.sort_by_key(|band| (std::cmp::Reverse(band.level), band.axis));
                bands
            }

            /// What the level was computed from.
            pub fn risk(&self) -> &Risk {
                &self.held.proposal.grounds.risk
            }
        }

        impl $(<$level: StagedLevel>)? fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_struct(stringify!($name)).field("id", &self.id()).finish_non_exhaustive()
            }
        }
    )*};
}

common! {
    [L] Staged<L>;
    [] Approved;
    [] InDoubt;
}

impl<L: StagedLevel> Staged<L> {
    /// Takes the proposal back.
    ///
    /// # Errors
    /// `denied` for another than who proposed or widened it, `consumed` or `expired` when it is over.
    pub async fn withdraw(self, by: &Actor) -> Result<()> {
        self.held.gate.withdraw(self.id(), by).await
    }

    fn of(held: Held) -> Self {
        Self {
            held,
            level: PhantomData,
        }
    }
}

impl Staged<Automatic> {
    /// What may run without asking.
    ///
    /// # Errors
    /// `expired` or `consumed` when its time is over or it was started.
    pub async fn authorize(self) -> Result<Approved> {
        self.held.authorize().await
    }
}

impl Staged<Notify> {
    /// What may run without asking. The duty to review it is written by the record that starts it.
    ///
    /// # Errors
    /// `expired` or `consumed` when its time is over or it was started.
    pub async fn authorize(self) -> Result<Approved> {
        self.held.authorize().await
    }
}

impl Staged<Approval> {
    /// The exact bytes that a person signs: `ssh-keygen -Y sign -n vcto-approval-v1`.
    ///
    /// # Errors
    /// As [`decision_with`](Self::decision_with).
    pub fn decision(&self, approver: &str, verdict: Verdict) -> Result<Vec<u8>> {
        self.decision_with(DecisionOptions::new(approver, verdict))
    }

    /// The exact bytes that a person signs, with a reason, a role or a window.
    ///
    /// # Errors
    /// `denied` when the person may not decide: unknown, the proposer, not in that role, or for that window;
    /// `invalid_input` for an unfit reason or window; `expired`.
    #[expect(
        clippy::needless_pass_by_value,
        reason = "the options are written out for the call"
    )]
    pub fn decision_with(&self, options: DecisionOptions) -> Result<Vec<u8>> {
        let wish = Wish {
            reason: options.reason.as_deref(),
            role: options.role.as_deref(),
            not_before: options.not_before,
            not_after: options.not_after,
            ..Wish::new(&options.approver, options.verdict.into())
        };
        self.held.draft(&wish)
    }

    /// Hands in a signed decision: the bytes as they were drafted, and the armoured signature.
    ///
    /// A refused one is recorded, and changes nothing: resume the proposal to try again.
    ///
    /// # Errors
    /// `denied` or `invalid_input` for a text or signature that is not right, `stale` when what it rests on has changed,
    /// `expired`, `consumed` when the proposal is over.
    pub async fn decide(self, text: impl AsRef<[u8]>, signature: impl AsRef<[u8]>) -> Result<Decided> {
        let gate = &self.held.gate;
        let signed = gate
            .signed(self.id(), "decide", text.as_ref(), signature.as_ref())
            .await?;
        gate.decide(self.id(), signed).await
    }

    /// How many approvals it needs, and who has approved so far.
    ///
    /// # Errors
    /// `io` and the like, when the ledger cannot be read.
    pub fn approvals(&self) -> Result<Approvals> {
        self.held.approvals()
    }
}

/// How far the approvals of a proposal have come.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Approvals {
    /// How many distinct persons must approve.
    pub needed: usize,
    /// In which roles somebody must approve.
    pub roles: Vec<String>,
    /// Who has approved, with a decision that is still valid.
    pub given: Vec<String>,
    /// Why nobody is left who can complete them, with what helps; absent while somebody can.
    pub stuck: Option<String>,
}

impl Staged<HumanOnly> {
    /// The exact bytes that the person signs who did it just now, or declines to.
    ///
    /// # Errors
    /// As [`attestation_with`](Self::attestation_with).
    pub fn attestation(&self, person: &str, what: Attestation, note: Option<&str>) -> Result<Vec<u8>> {
        self.attestation_with(AttestationOptions {
            note: note.map(str::to_owned),
            ..AttestationOptions::new(person, what)
        })
    }

    /// The exact bytes that the person signs, also of what was done earlier. They can be handed in for 30 days after
    /// [`expires_at`](Self::expires_at).
    ///
    /// # Errors
    /// As [`Staged::decision_with`]; `denied` or `expired` where it was not done within the window of the change.
    #[expect(
        clippy::needless_pass_by_value,
        reason = "the options are written out for the call"
    )]
    pub fn attestation_with(&self, options: AttestationOptions) -> Result<Vec<u8>> {
        self.held.draft(&Wish {
            reason: options.note.as_deref(),
            done_at: options.done_at,
            ..Wish::new(&options.person, options.what.into())
        })
    }

    /// Hands in a signed attestation: it is kept, and the proposal is over.
    ///
    /// # Errors
    /// As [`Staged::decide`].
    pub async fn attest(self, text: impl AsRef<[u8]>, signature: impl AsRef<[u8]>) -> Result<Finished> {
        let gate = &self.held.gate;
        let signed = gate
            .signed(self.id(), "attest", text.as_ref(), signature.as_ref())
            .await?;
        gate.attest(self.id(), signed).await
    }
}

impl Approved {
    /// Executes the change, as it stands in the ledger. Everything is checked anew, and the start is recorded before
    /// anything is done; what is already started, stale or past its time does not run.
    ///
    /// Dropping the future is a crash: the execution is then in doubt.
    ///
    /// # Errors
    /// `stale`, `expired`, `denied`, `consumed`; `busy` while another execution holds this change or one of its targets;
    /// `not_found` when an executor is not registered in this process; `io` and the like when the ledger cannot be written.
    pub async fn execute(self) -> Result<Execution> {
        self.held.gate.execute(self.held.proposal.id).await
    }

    /// The text with which a person objects before it starts; see [`object`](Self::object).
    ///
    /// # Errors
    /// As [`Staged::decision_with`].
    pub fn objection(&self, approver: &str, reason: Option<&str>) -> Result<Vec<u8>> {
        self.held.draft(&Wish {
            reason,
            ..Wish::new(approver, Statement::Reject)
        })
    }

    /// Hands in a signed objection: the proposal is rejected although it was approved.
    ///
    /// # Errors
    /// As [`Staged::decide`].
    pub async fn object(self, text: impl AsRef<[u8]>, signature: impl AsRef<[u8]>) -> Result<()> {
        let gate = &self.held.gate;
        let signed = gate
            .signed(self.id(), "object", text.as_ref(), signature.as_ref())
            .await?;
        if Decision::parse(signed.text.as_bytes())?.verdict != Statement::Reject {
            return Err(
                Error::new(ErrorKind::InvalidInput, "an objection is a text that rejects")
                    .remedy("sign the text of `objection` as it is")
                    .during("gate.object"),
            );
        }
        gate.decide(self.id(), signed).await.map(|_| ())
    }
}

impl InDoubt {
    /// The steps, as far as is known.
    pub fn steps(&self) -> Vec<StepReport> {
        reports(&self.held.proposal)
    }

    /// Looks at the targets of the calls whose end is not known. Where everything turns out to be done, or nothing, the
    /// execution is settled. Nothing is done or taken back.
    ///
    /// # Errors
    /// `busy` while somebody else settles it, `not_found` when an executor is not registered, `io` and the like.
    pub async fn probe(self) -> Result<Settled> {
        self.held.gate.probe(self.held.proposal.id).await
    }

    /// The text with which a person accepts what was left as it is.
    ///
    /// # Errors
    /// As [`Staged::decision_with`].
    pub fn acceptance(&self, approver: &str, reason: Option<&str>) -> Result<Vec<u8>> {
        self.held.draft(&Wish {
            reason,
            ..Wish::new(approver, Statement::Accept)
        })
    }

    /// Hands in a signed acceptance. With as many as the level needs the execution is over.
    ///
    /// # Errors
    /// As [`Staged::decide`].
    pub async fn accept(self, text: impl AsRef<[u8]>, signature: impl AsRef<[u8]>) -> Result<Settled> {
        let gate = &self.held.gate;
        let signed = gate
            .signed(self.id(), "accept", text.as_ref(), signature.as_ref())
            .await?;
        gate.accept(self.id(), signed).await
    }
}

impl fmt::Debug for Held {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Held")
            .field("id", &self.proposal.id)
            .finish_non_exhaustive()
    }
}

impl Held {
    fn draft(&self, wish: &Wish<'_>) -> Result<Vec<u8>> {
        self.gate.draft(self.proposal.id, wish)
    }

    fn approvals(&self) -> Result<Approvals> {
        self.gate.approvals(self.proposal.id)
    }

    async fn authorize(self) -> Result<Approved> {
        self.gate.authorize(self.proposal.id).await
    }
}

/// Makes the values. Only the gate calls it.
pub(super) struct Mint;

impl Mint {
    /// What a stored proposal is now.
    pub(super) fn resumed(gate: &Gate, stored: Stored) -> Resumed {
        match stored {
            Stored::Approved(proposal) => Resumed::Approved(Self::approved(gate, proposal)),
            Stored::Closed(proposal, outcome) => Resumed::Finished(Self::finished(gate, proposal, outcome)),
            Stored::Open(proposal) => Resumed::Routed(Self::routed(gate, proposal)),
            Stored::Started(proposal) => Resumed::InDoubt(Self::in_doubt(gate, proposal)),
        }
    }

    pub(super) fn routed(gate: &Gate, proposal: Arc<Proposal>) -> Routed {
        let level = proposal.level;
        let held = held(gate, proposal);
        match level {
            Level::L0 => Routed::Automatic(Staged::of(held)),
            Level::L1 => Routed::Notify(Staged::of(held)),
            Level::L2 => Routed::Approval(Staged::of(held)),
            Level::L3 => Routed::HumanOnly(Staged::of(held)),
        }
    }

    pub(super) fn waiting(gate: &Gate, proposal: Arc<Proposal>) -> Decided {
        Decided::Waiting(Staged::of(held(gate, proposal)))
    }

    pub(super) fn approved(gate: &Gate, proposal: Arc<Proposal>) -> Approved {
        Approved {
            held: held(gate, proposal),
        }
    }

    pub(super) fn in_doubt(gate: &Gate, proposal: Arc<Proposal>) -> InDoubt {
        InDoubt {
            held: held(gate, proposal),
        }
    }

    pub(super) fn finished(gate: &Gate, proposal: Arc<Proposal>, outcome: Outcome) -> Finished {
        Finished::of(gate.clone(), proposal, outcome)
    }
}

fn held(gate: &Gate, proposal: Arc<Proposal>) -> Held {
    Held {
        gate: gate.clone(),
        proposal,
    }
}
