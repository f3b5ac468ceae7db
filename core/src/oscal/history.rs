//! What is exported: the reviews and the gate's records of one tenant, as its ledger tells them, in the order of the ledger.

use jiff::Timestamp;

use crate::change::Change;
use crate::estate::Estate;
use crate::review::Review;

/// Everything that the documents are made of. Nothing else goes in: no clock, no randomness.
#[derive(Clone, Debug)]
pub(crate) struct History {
    /// The client.
    pub(crate) tenant: String,
    /// The region that it is bound to.
    pub(crate) region: String,
    /// The log and the prefix of it that is exported.
    pub(crate) log: LogStamp,
    /// The reviews, oldest first; without one there is nothing to export.
    pub(crate) reviews: Vec<Reviewed>,
    /// The newest recorded snapshot: names and kinds of assets.
    pub(crate) estate: Option<Estate>,
    /// The proposals, oldest first.
    pub(crate) proposals: Vec<Proposal>,
    /// What happened to proposals, oldest first.
    pub(crate) events: Vec<Event>,
}

/// Which prefix of which log.
#[derive(Clone, Debug)]
pub(crate) struct LogStamp {
    /// The first line of its checkpoints.
    pub(crate) origin: String,
    /// 32 hexadecimal digits.
    pub(crate) log_id: String,
    /// How many entries.
    pub(crate) size: u64,
    /// The root hash of those, 64 hexadecimal digits (SHA-256).
    pub(crate) root_sha256: String,
    /// The time of the last of those.
    pub(crate) last_time: Timestamp,
}

/// The place of a record in the ledger.
#[derive(Clone, Debug)]
pub(crate) struct Stamp {
    /// Its number.
    pub(crate) seq: u64,
    /// When it was recorded.
    pub(crate) time: Timestamp,
    /// Its leaf hash, 64 hexadecimal digits (SHA-256).
    pub(crate) leaf_sha256: String,
}

/// A recorded review.
#[derive(Clone, Debug)]
pub(crate) struct Reviewed {
    pub(crate) stamp: Stamp,
    /// What set it off: `manual`, `schedule`, ...
    pub(crate) trigger: String,
    pub(crate) review: Review,
}

/// A change as submitted.
#[derive(Clone, Debug)]
pub(crate) struct Proposal {
    pub(crate) stamp: Stamp,
    pub(crate) id: String,
    pub(crate) change: Change,
    /// The digest that decisions are bound to.
    pub(crate) digest: String,
    pub(crate) proposer: String,
    /// `L0` to `L3`.
    pub(crate) level: String,
    /// Other assets that may be touched, where known.
    pub(crate) reach: Option<u64>,
    /// The proposal that this one takes back.
    pub(crate) takes_back: Option<String>,
}

/// Something that happened to a proposal.
#[derive(Clone, Debug)]
pub(crate) struct Event {
    pub(crate) stamp: Stamp,
    pub(crate) proposal: String,
    pub(crate) what: What,
}

/// What happened.
#[derive(Clone, Debug)]
pub(crate) enum What {
    /// A person decided or attested, with a signature.
    Decided(SignedText),
    /// The execution ended so.
    Finished {
        /// `succeeded`, `handed_over`, `rolled_back`, ...
        status: String,
    },
    /// Any other record of the gate: what it is, and one line about it.
    Other {
        /// `refused`, `expired`, `step_done`, ...
        kind: &'static str,
        /// For people.
        detail: String,
    },
    /// The execution began.
    Started {
        /// Who ran it.
        operator: String,
        /// Whether the level needed no decision.
        automatic: bool,
    },
}

/// A signed statement of a person.
#[derive(Clone, Debug)]
pub(crate) struct SignedText {
    /// The person, as the register names them.
    pub(crate) person: String,
    /// In which role, where one was named.
    pub(crate) role: Option<String>,
    /// `approve`, `reject`, `did`, ...
    pub(crate) statement: String,
    /// The reason code, where one was given.
    pub(crate) reason_code: Option<String>,
    /// `SHA256:...` of the key.
    pub(crate) key: String,
    /// The exact signed bytes.
    pub(crate) text: Vec<u8>,
    /// The armoured SSHSIG.
    pub(crate) signature: Vec<u8>,
}

impl Event {
    /// The name of the record's kind, as it stands in the documents.
    pub(crate) fn kind(&self) -> &'static str {
        match &self.what {
            What::Decided(_) => "decided",
            What::Finished { .. } => "finished",
            What::Other { kind, .. } => kind,
            What::Started { .. } => "started",
        }
    }
}
