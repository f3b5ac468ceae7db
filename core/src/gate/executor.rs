//! What an executor is, and the permit without which none of its mutating methods can be called.

use std::fmt;

use async_trait::async_trait;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::ProposalId;
use crate::change::{Change, Step};
use crate::digest::Digest;
use crate::error::Result;
use crate::estate::Asset;

/// Something that may change the world: a writer of work orders, a ticket system, a management tool.
///
/// An executor is registered once, before anything that names it is staged, and declares its actions then: how an action
/// can be taken back is a property of the executor, never of who proposes. Mutating methods take a [`Permit`], which only
/// the gate makes, once for each step of an approved change. Reads take none.
///
/// Both mutating methods are called at most once for a step and are never repeated by the gate: where the answer of a
/// remote system is lost, return [`StepOutcome::Unknown`] and let [`observe`](Self::observe) find out. A panic counts as
/// unknown. The gate sets no time limit: an executor that talks to a network sets its own.
///
/// ```
/// use async_trait::async_trait;
/// use vcto::gate::{
///     ActionDeclaration, Executor, Idempotency, Observation, Permit, Reversibility, StepContext, StepOutcome,
/// };
///
/// #[derive(Debug)]
/// struct Lamp(std::sync::atomic::AtomicBool);
///
/// #[async_trait]
/// impl Executor for Lamp {
///     fn name(&self) -> &str {
///         "lamp"
///     }
///
///     fn actions(&self) -> Vec<ActionDeclaration> {
///         vec![ActionDeclaration::new("switch_on", Reversibility::Exact, Idempotency::Natural)]
///     }
///
///     async fn observe(&self, _: &StepContext) -> vcto::Result<Observation> {
///         let on = self.0.load(std::sync::atomic::Ordering::SeqCst);
///         Ok(if on { Observation::present() } else { Observation::absent() })
///     }
///
///     async fn apply(&self, _: Permit<'_>) -> StepOutcome {
///         self.0.store(true, std::sync::atomic::Ordering::SeqCst);
///         StepOutcome::done()
///     }
///
///     async fn undo(&self, _: Permit<'_>) -> StepOutcome {
///         self.0.store(false, std::sync::atomic::Ordering::SeqCst);
///         StepOutcome::done()
///     }
/// }
/// ```
#[async_trait]
pub trait Executor: fmt::Debug + Send + Sync {
    /// The name by which a [`Step`] asks for it: lower-case letters, digits, `_` and `-`; unique in a practice.
    fn name(&self) -> &str;

    /// Everything that it can do, undo actions included. Read once, at registration.
    fn actions(&self) -> Vec<ActionDeclaration>;

    /// Looks at the target of a step and changes nothing: called before and after [`apply`](Self::apply) and
    /// [`undo`](Self::undo), and after a crash to find out what happened.
    ///
    /// # Errors
    /// When the target cannot be read; before a mutation this stops the execution.
    async fn observe(&self, context: &StepContext) -> Result<Observation>;

    /// Does what the step says.
    async fn apply(&self, permit: Permit<'_>) -> StepOutcome;

    /// Takes back what [`apply`](Self::apply) did, as [`Undo`](crate::change::Undo) of the step says. Must cope with
    /// finding nothing to take back.
    async fn undo(&self, permit: Permit<'_>) -> StepOutcome;
}

/// What an executor says of one of its actions.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct ActionDeclaration {
    /// The name by which a step asks for it.
    pub name: String,
    /// How it can be taken back.
    pub reversibility: Reversibility,
    /// What happens when the same request arrives twice.
    pub idempotency: Idempotency,
    /// Whether it only hands the work to somebody else: a work order, a ticket. Such a step ends in
    /// [`StepOutcome::HandedOver`] and counts as done only when a later snapshot shows it.
    pub hands_over: bool,
}

impl ActionDeclaration {
    /// An action that does the work itself.
    pub fn new(name: impl Into<String>, reversibility: Reversibility, idempotency: Idempotency) -> Self {
        Self {
            name: name.into(),
            reversibility,
            idempotency,
            hands_over: false,
        }
    }

    /// Says that the action only hands the work over.
    #[must_use]
    pub fn hands_over(mut self) -> Self {
        self.hands_over = true;
        self
    }
}

/// How an action can be taken back. Ordered from best to worst.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Reversibility {
    /// Exactly, and a test of this executor has shown it.
    Verified,
    /// Exactly.
    Exact,
    /// Only by something else that makes up for it, or nobody has tried.
    Compensation,
    /// Not at all.
    Irreversible,
}

/// What a target does when the same request arrives twice.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Idempotency {
    /// It honours [`StepContext::idempotency_key`]: the second request has no effect.
    Key,
    /// The action sets a state; setting it again changes nothing.
    Natural,
    /// It acts twice.
    None,
}

/// Whether a step is being done or taken back.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// Done.
    Apply,
    /// Taken back.
    Undo,
}

/// The step that is about to run or did run, with everything an executor may know of it. All of it comes from the ledger.
#[derive(Clone, Debug)]
pub struct StepContext {
    pub(super) tenant: String,
    pub(super) proposal: ProposalId,
    pub(super) change: Change,
    pub(super) step: Step,
    pub(super) asset: Option<Asset>,
    pub(super) direction: Direction,
    pub(super) idempotency_key: String,
    pub(super) approved_by: Vec<ApprovedBy>,
    pub(super) undoes: Option<Undoes>,
}

/// One approval of the change that is executed.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct ApprovedBy {
    /// Who.
    pub person: String,
    /// When it was recorded.
    pub at: Timestamp,
    /// The digest of the text that the person signed.
    pub decision: Digest,
}

/// What is to be taken back.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Undoes {
    /// The key under which the step was applied.
    pub idempotency_key: String,
    /// What was observed before it was applied.
    pub before: Option<String>,
    /// What was observed after it was applied.
    pub after: Option<String>,
    /// What [`Executor::apply`] returned as its receipt.
    pub receipt: Option<String>,
}

impl StepContext {
    /// The client.
    pub fn tenant(&self) -> &str {
        &self.tenant
    }

    /// The proposal that is executed.
    pub fn proposal(&self) -> &ProposalId {
        &self.proposal
    }

    /// The whole change that the step belongs to.
    pub fn change(&self) -> &Change {
        &self.change
    }

    /// The step. In the direction [`Undo`](Direction::Undo) its `undo` is what is to be done.
    pub fn step(&self) -> &Step {
        &self.step
    }

    /// The target as the last recorded snapshot of the estate knows it.
    pub fn asset(&self) -> Option<&Asset> {
        self.asset.as_ref()
    }

    /// Whether the step is done or taken back.
    pub fn direction(&self) -> Direction {
        self.direction
    }

    /// 64 hexadecimal digits: the same for the same step, direction and execution over every restart, and no other.
    pub fn idempotency_key(&self) -> &str {
        &self.idempotency_key
    }

    /// The approvals on which it runs, in the order in which they were given; empty at the levels that need none.
    pub fn approved_by(&self) -> &[ApprovedBy] {
        &self.approved_by
    }

    /// What is to be taken back; absent in the direction [`Apply`](Direction::Apply).
    pub fn undoes(&self) -> Option<&Undoes> {
        self.undoes.as_ref()
    }

    /// A context for the unit tests of this crate's executors: the first step of a change.
    #[cfg(test)]
    #[allow(dead_code, reason = "for the executors' unit tests")]
    pub(crate) fn for_test(change: Change, undoes: Option<Undoes>) -> Self {
        Self {
            tenant: "halden".to_owned(),
            proposal: "p-0123456789abcdef0123".parse().unwrap(),
            step: change.steps[0].clone(),
            change,
            asset: None,
            direction: undoes.as_ref().map_or(Direction::Apply, |_| Direction::Undo),
            idempotency_key: "0".repeat(64),
            approved_by: vec![ApprovedBy {
                person: "alice".to_owned(),
                at: jiff::Timestamp::UNIX_EPOCH,
                decision: Digest::from_bytes([7; 32]),
            }],
            undoes,
        }
    }

    /// Another execution of the same step.
    #[cfg(test)]
    #[allow(dead_code, reason = "for the executors' unit tests")]
    pub(crate) fn set_key_for_test(&mut self, key: String) {
        self.idempotency_key = key;
    }
}

/// The permission to do one step once. Only the gate makes one, after the intent is durable in the ledger.
///
/// It is lent for the call and taken by value: it can be neither kept, copied nor used for another step, and its step is the
/// one that was approved.
#[derive(Debug)]
#[must_use = "a permit that is not used does nothing"]
pub struct Permit<'p> {
    context: &'p StepContext,
}

impl<'p> Permit<'p> {
    /// Lends the permission for one call.
    pub(super) fn lend(context: &'p StepContext) -> Self {
        Self { context }
    }

    /// A permit for the unit tests of this crate's executors; everybody else tests through a practice.
    #[cfg(test)]
    #[allow(dead_code, reason = "for the executors' unit tests")]
    pub(crate) fn for_test(context: &'p StepContext) -> Self {
        Self::lend(context)
    }

    /// The step, the change and the keys.
    pub fn context(&self) -> &'p StepContext {
        self.context
    }

    /// The step that may be done.
    pub fn step(&self) -> &'p Step {
        &self.context.step
    }

    /// See [`StepContext::idempotency_key`].
    pub fn idempotency_key(&self) -> &'p str {
        &self.context.idempotency_key
    }
}

/// What was seen of a step's target.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Observation {
    /// Whether the effect of the step is there.
    pub effect: Effect,
    /// What the executor needs to remember of the target, in a form of its own: kept in the ledger, handed back to
    /// [`Executor::undo`], and compared, so that an undo does not overwrite what somebody else changed since. At most
    /// [`MAX_IMAGE`] bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image: Option<String>,
}

/// The most that an image or a receipt may have, in bytes.
pub const MAX_IMAGE: usize = 64 * 1024;

impl Observation {
    /// The effect of the step is not there.
    pub fn absent() -> Self {
        Self::of(Effect::Absent)
    }

    /// The effect of the step is there.
    pub fn present() -> Self {
        Self::of(Effect::Present)
    }

    /// It cannot be seen whether the effect is there.
    pub fn unknown() -> Self {
        Self::of(Effect::Unknown)
    }

    /// Adds what to remember of the target.
    #[must_use]
    pub fn with_image(mut self, image: impl Into<String>) -> Self {
        self.image = Some(image.into());
        self
    }

    fn of(effect: Effect) -> Self {
        Self { effect, image: None }
    }
}

/// Whether the effect of a step is there.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// It is not.
    Absent,
    /// It is.
    Present,
    /// It cannot be seen.
    Unknown,
}

/// How one call of an executor ended.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case", tag = "outcome", deny_unknown_fields)]
pub enum StepOutcome {
    /// It is done.
    Done {
        /// What the executor needs to take it back, in a form of its own.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        receipt: Option<String>,
    },
    /// It is in somebody else's hands: a work order was written, a ticket opened.
    HandedOver {
        /// What the executor needs to take it back, in a form of its own.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        receipt: Option<String>,
    },
    /// It is certain that nothing was done.
    NotDone {
        /// Why, for people.
        reason: String,
    },
    /// Nobody knows: a time-out, a lost answer. Never repeated.
    Unknown {
        /// Why, for people.
        reason: String,
    },
}

impl StepOutcome {
    /// It is done.
    pub fn done() -> Self {
        Self::Done { receipt: None }
    }

    /// It is in somebody else's hands.
    pub fn handed_over() -> Self {
        Self::HandedOver { receipt: None }
    }

    /// It is certain that nothing was done.
    pub fn not_done(reason: impl Into<String>) -> Self {
        Self::NotDone {
            reason: reason.into(),
        }
    }

    /// Nobody knows.
    pub fn unknown(reason: impl Into<String>) -> Self {
        Self::Unknown {
            reason: reason.into(),
        }
    }

    /// Adds a receipt where there is something to take back.
    #[must_use]
    pub fn with_receipt(self, text: impl Into<String>) -> Self {
        match self {
            Self::Done { .. } => Self::Done {
                receipt: Some(text.into()),
            },
            Self::HandedOver { .. } => Self::HandedOver {
                receipt: Some(text.into()),
            },
            other => other,
        }
    }
}
