//! The format `vcto.work-order/1`.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::markdown;
use crate::change::{FindingId, Money, Step};
use crate::digest::Digest;
use crate::error::{Error, ErrorKind, Result};
use crate::estate::Asset;
use crate::gate::{ApprovedBy, ProposalId, StepContext};
use crate::text::Untrusted;

/// The name of the format, first in every document.
pub const FORMAT: &str = "vcto.work-order/1";

/// The most bytes of one document.
pub const MAX_BYTES: usize = 1_048_576;

/// A work order as it stands in its JSON file.
///
/// What was ordered never changes and carries its digest; only the state does.
#[derive(Clone, Debug)]
pub struct WorkOrder {
    id: String,
    state: State,
    withdrawal: Option<Withdrawal>,
    /// The bytes that the digest covers.
    raw: Box<RawValue>,
    order: Order,
}

/// Whether people are to do it.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// They are.
    Open,
    /// It was taken back.
    Withdrawn,
}

impl State {
    /// The word in the document.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Withdrawn => "withdrawn",
        }
    }
}

/// On what authority it was taken back.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Withdrawal {
    /// The idempotency key of the step back, 64 hexadecimal digits.
    pub id: String,
    /// The proposal under which it was taken back.
    pub proposal: ProposalId,
    /// Who approved that.
    pub approvals: Vec<Approval>,
}

/// What was ordered.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Order {
    /// The client.
    pub tenant: String,
    /// The proposal that is carried out.
    pub proposal: ProposalId,
    /// The change that the step belongs to.
    pub change: OrderedChange,
    /// The place of the step in its change; 1 is first.
    pub number: usize,
    /// How many steps the change has.
    pub of: usize,
    /// The step, as it was approved.
    pub step: Step,
    /// The target as the last recorded snapshot knows it, with those facts alone on which the change rests; null where it
    /// is not recorded.
    pub asset: Option<Asset>,
    /// On what approvals it was written; empty at the levels that need none.
    pub approvals: Vec<Approval>,
}

/// The change that a work order belongs to, without its steps.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct OrderedChange {
    /// The digest of the change, as it was approved.
    pub digest: Digest,
    /// One line.
    pub title: Untrusted<String>,
    /// Why.
    pub reason: Untrusted<String>,
    /// The process area.
    pub area: String,
    /// What it answers.
    pub findings: Vec<FindingId>,
    /// Not to start before.
    pub not_before: Option<Timestamp>,
    /// Not to start after.
    pub not_after: Option<Timestamp>,
    /// What it costs, where known.
    pub cost: Option<Money>,
}

/// One approval.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Approval {
    /// Who.
    pub person: String,
    /// When it was recorded.
    pub at: Timestamp,
    /// The digest of the text that the person signed.
    pub decision: Digest,
}

/// The document as it is written, in the order of the fields.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Document<'a> {
    #[serde(borrow)]
    format: std::borrow::Cow<'a, str>,
    id: String,
    state: State,
    withdrawal: Option<Withdrawal>,
    digest: Digest,
    #[serde(borrow)]
    order: &'a RawValue,
}

impl WorkOrder {
    /// The order for a step that is about to run.
    pub(super) fn of(context: &StepContext) -> Result<Self> {
        let change = context.change();
        let place = change.steps.iter().position(|step| step.id == context.step().id);
        let order = Order {
            tenant: context.tenant().to_owned(),
            proposal: *context.proposal(),
            change: OrderedChange {
                digest: change.digest()?,
                title: change.title.clone(),
                reason: change.reason.clone(),
                area: change.area.clone(),
                findings: change.findings.clone(),
                not_before: change.not_before,
                not_after: change.not_after,
                cost: change.cost.clone(),
            },
            number: place.unwrap_or_default() + 1,
            of: change.steps.len(),
            step: context.step().clone(),
            asset: context.asset().map(|asset| with_facts_read(asset, context)),
            approvals: approvals(context.approved_by()),
        };
        let raw = serde_json::value::to_raw_value(&order).map_err(|source| {
            Error::new(ErrorKind::Internal, "a work order does not serialise").caused_by(source)
        })?;
        Self {
            id: context.idempotency_key().to_owned(),
            state: State::Open,
            withdrawal: None,
            raw,
            order,
        }
        .bounded()
    }

    /// The same order, withdrawn by this step back.
    pub(super) fn withdrawn_by(mut self, context: &StepContext) -> Self {
        self.state = State::Withdrawn;
        self.withdrawal = Some(Withdrawal {
            id: context.idempotency_key().to_owned(),
            proposal: *context.proposal(),
            approvals: approvals(context.approved_by()),
        });
        self
    }

    /// Reads a document; unknown fields and a digest that does not fit are refused.
    ///
    /// # Errors
    /// `invalid_input` with the reason, `unsupported` for another format, `too_large` beyond [`MAX_BYTES`].
    pub fn from_json(bytes: &[u8]) -> Result<Self> {
        if bytes.len() > MAX_BYTES {
            return Err(too_large());
        }
        let document: Document<'_> = serde_json::from_slice(bytes).map_err(unreadable)?;
        if document.format != FORMAT {
            return Err(
                refused(ErrorKind::Unsupported, format!("the format is not `{FORMAT}`")).at("/format"),
            );
        }
        if document.digest != digest(document.order) {
            return Err(refused(
                ErrorKind::InvalidInput,
                "what was ordered does not fit its digest",
            )
            .at("/digest"));
        }
        if (document.state == State::Withdrawn) != document.withdrawal.is_some() {
            return Err(refused(
                ErrorKind::InvalidInput,
                "state and withdrawal contradict each other",
            )
            .at("/state"));
        }
        if crate::digest::unhex::<32>(&document.id).is_none() {
            return Err(refused(ErrorKind::InvalidInput, "the id is not 64 hexadecimal digits").at("/id"));
        }
        Ok(Self {
            id: document.id,
            state: document.state,
            withdrawal: document.withdrawal,
            raw: document.order.to_owned(),
            order: serde_json::from_str(document.order.get()).map_err(unreadable)?,
        })
    }

    /// The document: one JSON object in the order of the fields, without white space, and a final LF.
    ///
    /// # Errors
    /// `too_large` beyond [`MAX_BYTES`].
    pub fn to_json(&self) -> Result<Vec<u8>> {
        let document = Document {
            format: FORMAT.into(),
            id: self.id.clone(),
            state: self.state,
            withdrawal: self.withdrawal.clone(),
            digest: digest(&self.raw),
            order: &self.raw,
        };
        let mut bytes = serde_json::to_vec(&document).map_err(|source| {
            Error::new(ErrorKind::Internal, "a work order does not serialise").caused_by(source)
        })?;
        bytes.push(b'\n');
        if bytes.len() > MAX_BYTES {
            return Err(too_large());
        }
        Ok(bytes)
    }

    /// The same for people. A function of the document.
    pub fn to_markdown(&self) -> String {
        markdown::render(self)
    }

    /// The idempotency key of the step, 64 hexadecimal digits.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Whether people are to do it.
    pub fn state(&self) -> State {
        self.state
    }

    /// On what authority it was taken back.
    pub fn withdrawal(&self) -> Option<&Withdrawal> {
        self.withdrawal.as_ref()
    }

    /// What was ordered.
    pub fn order(&self) -> &Order {
        &self.order
    }

    /// Whether both say the same, in the bytes that the digest covers.
    pub(super) fn is_same_as(&self, other: &Self) -> bool {
        self.id == other.id
            && self.state == other.state
            && self.withdrawal == other.withdrawal
            && self.raw.get() == other.raw.get()
    }

    /// Reads the order back from its own bytes, so that what is shown is what is written, to the last digit of a number.
    fn bounded(self) -> Result<Self> {
        Self::from_json(&self.to_json()?)
    }
}

fn digest(raw: &RawValue) -> Digest {
    Digest::of("vcto work order v1", raw.get().as_bytes())
}

fn approvals(given: &[ApprovedBy]) -> Vec<Approval> {
    given
        .iter()
        .map(|approval| Approval {
            person: approval.person.clone(),
            at: approval.at,
            decision: approval.decision,
        })
        .collect()
}

/// The target with those facts alone on which the change rests: an order is not a copy of the inventory.
fn with_facts_read(asset: &Asset, context: &StepContext) -> Asset {
    let mut target = Asset {
        facts: crate::estate::Facts::default(),
        ..asset.clone()
    };
    for read in &context.change().reads {
        if read.asset == asset.id
            && let Some(fact) = asset.fact(&read.fact)
        {
            target.facts.insert(read.fact.as_str(), fact.clone());
        }
    }
    target
}

fn unreadable(source: serde_json::Error) -> Error {
    refused(ErrorKind::InvalidInput, source.to_string()).caused_by(source)
}

fn too_large() -> Error {
    refused(ErrorKind::TooLarge, "a work order has at most 1 MiB")
}

fn refused(kind: ErrorKind, message: impl Into<String>) -> Error {
    Error::new(kind, message).during("work_order.read")
}
