//! What the gate writes into the ledger: one record for each transition, and nothing else holds its state.
//!
//! The format is in `docs/formats/gate-records.md`.

use jiff::Timestamp;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::executor::{Direction, Effect, Observation, StepOutcome};
use super::id::ProposalId;
use super::outcome::ExecutionStatus;
use super::risk::Risk;
pub(crate) use super::rules::record::{
    ApproversSet, AreasSet, FreezesSet, HaltLifted, Halted, PolicySet, SetupRight,
};
use crate::actor::Actor;
use crate::digest::Digest;
use crate::error::{Error, ErrorKind, Result};
use crate::ledger::{Codec, Draft, Entry, EntryType};
use crate::text::Plain;

/// The version of the records.
const VERSION: u8 = 1;

/// The first and the last entry type of the gate.
const TYPES: std::ops::RangeInclusive<u16> = 0x0100..=0x01ff;

/// A record with the gate's time, as it stands in the ledger.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Envelope<T> {
    v: u8,
    at: Timestamp,
    record: T,
}

/// Reads only the version: the rest of a newer version may look different.
#[derive(Deserialize)]
struct Version {
    v: u8,
}

macro_rules! records {
    ($($(#[$doc:meta])* $variant:ident = $number:literal,)*) => {
        /// One transition.
        #[derive(Clone, Debug)]
        pub(crate) enum Record { $($(#[$doc])* $variant($variant),)* }

        impl Record {
            /// The draft to append.
            pub(crate) fn draft(&self, at: Timestamp) -> Result<Draft> {
                match self {
                    $(Self::$variant(record) => {
                        Draft::json(EntryType($number), &Envelope { v: VERSION, at, record })
                    })*
                }
            }

            /// Reads an entry; entries of others are none.
            pub(crate) fn read(entry: &Entry) -> Result<Option<(Timestamp, Self)>> {
                let read = match entry.entry_type().0 {
                    $($number => decode::<$variant>(entry).map(|(at, record)| (at, Self::$variant(record))),)*
                    other if TYPES.contains(&other) => Err(newer()),
                    _ => return Ok(None),
                };
                read.map(Some)
            }
        }

        $(impl From<$variant> for Record {
            fn from(record: $variant) -> Self {
                Self::$variant(record)
            }
        })*
    };
}

records! {
    /// The tenant came to be.
    TenantCreated = 0x0100,
    /// A policy is in force.
    PolicySet = 0x0101,
    /// The process areas are these.
    AreasSet = 0x0102,
    /// The approvers are these.
    ApproversSet = 0x0103,
    /// The freezes are these.
    FreezesSet = 0x0104,
    /// The kill switch is on.
    Halted = 0x0105,
    /// The kill switch is off.
    HaltLifted = 0x0106,
    /// A change was submitted and routed.
    Proposed = 0x0110,
    /// A person decided.
    Decided = 0x0111,
    /// The gate refused.
    Refused = 0x0112,
    /// What was approved no longer describes the present.
    Stale = 0x0113,
    /// A time has passed.
    Expired = 0x0114,
    /// The proposer took it back.
    Withdrawn = 0x0115,
    /// A person attested what they did.
    Attested = 0x0116,
    /// The authority to execute.
    Started = 0x0120,
    /// An executor is about to be called.
    StepIntent = 0x0121,
    /// An executor has answered.
    StepDone = 0x0122,
    /// A target was looked at because the answer of its executor was not known.
    StepProbed = 0x0123,
    /// A target was looked at after its executor had answered.
    StepVerified = 0x0124,
    /// From here on the way back.
    UndoBegun = 0x0125,
    /// A step is not taken back.
    StepLeft = 0x0126,
    /// It is not known what was done.
    Doubt = 0x0127,
    /// The execution ended.
    Finished = 0x0128,
    /// Looking at the targets settled an interrupted execution.
    Reconciled = 0x0129,
    /// Telling who must review failed.
    NotTold = 0x012a,
}

impl Record {
    /// The execution of which this tells: whoever writes it holds its lease.
    pub(super) fn execution(&self) -> Option<&ProposalId> {
        match self {
            Self::PolicySet(record) => record.right.execution(),
            Self::AreasSet(record) => record.right.execution(),
            Self::ApproversSet(record) => record.right.execution(),
            Self::FreezesSet(record) => record.right.execution(),
            Self::HaltLifted(record) => record.right.execution(),
            Self::Started(record) => Some(&record.proposal),
            Self::StepIntent(record) => Some(&record.act.proposal),
            Self::StepDone(record) => Some(&record.act.proposal),
            Self::StepProbed(record) => Some(&record.act.proposal),
            Self::StepVerified(record) => Some(&record.act.proposal),
            Self::UndoBegun(record) => Some(&record.proposal),
            Self::StepLeft(record) => Some(&record.proposal),
            Self::Doubt(record) => Some(&record.proposal),
            Self::Finished(record) => Some(&record.proposal),
            Self::Reconciled(record) => Some(&record.proposal),
            Self::NotTold(record) => Some(&record.proposal),
            _ => None,
        }
    }
}

/// Whether entries of this type are the gate's.
pub(super) fn is_of_the_gate(entry_type: EntryType) -> bool {
    TYPES.contains(&entry_type.0)
}

fn decode<T: DeserializeOwned>(entry: &Entry) -> Result<(Timestamp, T)> {
    if entry.codec() != Codec::Json {
        return Err(malformed("a record of the gate is JSON"));
    }
    let version: Version = parse(entry.payload())?;
    if version.v != VERSION {
        return Err(newer());
    }
    let envelope: Envelope<T> = parse(entry.payload())?;
    Ok((envelope.at, envelope.record))
}

fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T> {
    serde_json::from_slice(bytes).map_err(|source| malformed(&source.to_string()))
}

fn malformed(why: &str) -> Error {
    Error::new(
        ErrorKind::Corrupt,
        format!("not a record of the gate: {}", Plain(why)),
    )
}

fn newer() -> Error {
    Error::new(
        ErrorKind::Unsupported,
        "the record is of a kind or version that this build does not know",
    )
    .remedy("use a newer version of vcto")
}

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TenantCreated {
    pub(crate) tenant: String,
    pub(crate) region: String,
    /// 64 hexadecimal digits: the key of the nonces.
    pub(crate) nonce_key: String,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Proposed {
    pub(crate) proposal: ProposalId,
    /// The exact text that is digested.
    pub(crate) change: Box<RawValue>,
    /// The proposal that this one takes back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) takes_back: Option<ProposalId>,
    pub(crate) proposer: Actor,
    pub(crate) grounds: Grounds,
    pub(crate) expires_at: Timestamp,
    /// Earlier proposals of the same change, newest last: asking again is visible.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) earlier: Vec<ProposalId>,
    /// The proposal whose place this one takes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) amends: Option<Amends>,
}

/// Who changed a proposal that was open, and why.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Amends {
    pub(crate) proposal: ProposalId,
    pub(crate) by: Actor,
    /// A code, or a code and words.
    pub(crate) reason: String,
}

/// On what a level and an approval rest.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Grounds {
    pub(crate) risk: Risk,
    /// Of the policy and the process area in force.
    pub(crate) policy: Digest,
    /// Of the facts that the change reads and the blast radius of its targets.
    pub(crate) facts: Digest,
    /// The entry with the snapshot of the estate; absent where none was recorded.
    pub(crate) snapshot: Option<u64>,
}

/// A text and a signature over its exact bytes.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Signed {
    pub(crate) text: String,
    pub(crate) signature: String,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Decided {
    pub(crate) proposal: ProposalId,
    pub(crate) decision: Signed,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Refused {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) proposal: Option<ProposalId>,
    /// What was asked for: `submit`, `decide`, `start`, ...
    pub(crate) operation: String,
    /// By whom, as far as that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) by: Option<String>,
    /// The kind of the error.
    pub(crate) kind: String,
    pub(crate) why: String,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Stale {
    pub(crate) proposal: ProposalId,
    pub(crate) why: Vec<StaleWhy>,
    /// On what it rests from now on.
    pub(crate) grounds: Grounds,
}

/// What changed since a proposal was routed.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum StaleWhy {
    Facts,
    Level,
    Policy,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Expired {
    pub(crate) proposal: ProposalId,
    pub(crate) what: ExpiredWhat,
}

#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ExpiredWhat {
    /// Approvals; the proposal waits for new ones.
    Approvals,
    /// The proposal, for good.
    Proposal,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Withdrawn {
    pub(crate) proposal: ProposalId,
    pub(crate) by: Actor,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Attested {
    pub(crate) proposal: ProposalId,
    pub(crate) attestation: Signed,
    /// What the executors saw at the targets afterwards, step by step; left out for those that none could look at.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) observed: Vec<ObservedStep>,
}

/// What was seen at the target of a step that a human did.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct ObservedStep {
    /// The step.
    pub step: String,
    /// Whether its effect is there.
    pub effect: Effect,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Started {
    pub(crate) proposal: ProposalId,
    /// Who runs it.
    pub(crate) operator: Actor,
    pub(crate) authority: Authority,
    /// As computed anew at this moment.
    pub(crate) grounds: Grounds,
    /// At level 1: who must review what ran, and until when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) review_due: Option<ReviewDue>,
}

/// Why an execution may begin.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum Authority {
    /// These signed texts, in the order in which they were recorded.
    Decisions(Vec<Digest>),
    /// The level needs no approval.
    Level,
}

#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReviewDue {
    pub(crate) who: String,
    pub(crate) by: Timestamp,
}

/// One call of an executor: a step in a direction.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ActRef {
    pub(crate) proposal: ProposalId,
    pub(crate) step: String,
    pub(crate) direction: Direction,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct StepIntent {
    pub(crate) act: ActRef,
    pub(crate) idempotency_key: String,
    pub(crate) before: Observation,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct StepDone {
    pub(crate) act: ActRef,
    pub(crate) answer: StepOutcome,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct StepProbed {
    pub(crate) act: ActRef,
    pub(crate) effect: Effect,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct StepVerified {
    pub(crate) act: ActRef,
    pub(crate) after: Observation,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct UndoBegun {
    pub(crate) proposal: ProposalId,
    /// The step at which the way forward ended.
    pub(crate) step: String,
    pub(crate) why: String,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct StepLeft {
    pub(crate) proposal: ProposalId,
    pub(crate) step: String,
    pub(crate) why: LeftWhy,
    pub(crate) note: String,
}

/// Why a step is not taken back.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum LeftWhy {
    /// A later step on the same target could not be taken back.
    Blocked,
    /// Somebody else changed the target since.
    Conflict,
    /// The executor did not take it back.
    Failed,
    /// The step has no way back.
    NoUndo,
    /// The target could not be read.
    Unreadable,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Doubt {
    pub(crate) proposal: ProposalId,
    /// The call whose end is not known; absent where the process ended between two.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) act: Option<ActRef>,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Finished {
    pub(crate) proposal: ProposalId,
    pub(crate) status: ExecutionStatus,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Reconciled {
    pub(crate) proposal: ProposalId,
    pub(crate) status: ExecutionStatus,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct NotTold {
    pub(crate) proposal: ProposalId,
}
