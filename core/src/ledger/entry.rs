//! What goes into the log and what comes back: drafts, entries, receipts.

use std::fmt;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use jiff::Timestamp;
use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};
use serde_json::value::RawValue;

use super::header::{Codec, HEADER_LEN, Header};
use super::select::Cursor;
use super::tree::{Hash, leaf_hash};
use super::verdict::DomainCheck;
use crate::error::{Error, ErrorKind, Result};

/// The largest payload of one entry, in bytes (512 MiB).
pub const MAX_PAYLOAD: usize = 512 << 20;

/// The longest idempotency key, in bytes.
const MAX_IDEMPOTENCY: usize = 256;

/// The identity of a log: 16 random bytes, drawn when it was created.
#[derive(Clone, Copy, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct LogId(pub [u8; 16]);

impl fmt::Display for LogId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&crate::digest::hex(&self.0))
    }
}

impl fmt::Debug for LogId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "LogId({self})")
    }
}

/// What an entry records, as a number that never changes its meaning.
///
/// The ledger itself owns `0x0001..=0x00ff`; the gate begins at `0x0100`, the review at `0x0200`, the practice at `0x0300`.
/// What is below `0x8000` belongs to this crate, now or later; a host takes its own types from
/// [`FIRST_FREE`](Self::FIRST_FREE) on.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct EntryType(pub u16);

impl EntryType {
    /// The first entry of every log: identity, origin, region, tree and keys. Not sealed.
    pub const GENESIS: Self = Self(0x0001);
    /// A new epoch key is in use from here on.
    pub const EPOCH_OPENED: Self = Self(0x0002);
    /// The log was opened without its high-water mark, by an explicit option. Not sealed.
    pub const MARK_REPLACED: Self = Self(0x0003);

    /// In an anchor log: the head of a tenant's log, under its blinded name. Not sealed.
    pub const LOG_HEAD: Self = Self(0x0010);
    /// In an anchor log: whose log a blinded name stands for.
    pub const LOG_NAMED: Self = Self(0x0011);
    /// In an anchor log: an anchor outside has confirmed a checkpoint.
    pub const ANCHORED: Self = Self(0x0012);
    /// In an anchor log: an anchor outside has not taken a checkpoint.
    pub const ANCHOR_FAILED: Self = Self(0x0013);
    /// From the next entry on another key signs the log. Not sealed.
    pub const KEY_ROTATED: Self = Self(0x0004);

    /// The first of the types that are for hosts: this crate never gives `0x8000..=0xffff` a meaning.
    pub const FIRST_FREE: Self = Self(0x8000);

    /// Whether the ledger alone may write entries of this type.
    pub fn is_reserved(self) -> bool {
        self.0 < 0x0100
    }
}

/// What is to be appended.
#[derive(Clone, Eq, PartialEq)]
pub struct Draft {
    pub(super) entry_type: EntryType,
    pub(super) codec: Codec,
    pub(super) payload: Vec<u8>,
    pub(super) idempotency: Option<String>,
    pub(super) lease: Option<String>,
    /// Whether the ledger itself writes it.
    is_own: bool,
    /// Whether it is not sealed.
    pub(super) is_clear: bool,
}

impl Draft {
    /// An entry whose payload is this JSON text. The bytes are stored as they are.
    pub fn new(entry_type: EntryType, payload: Vec<u8>) -> Self {
        Self {
            entry_type,
            codec: Codec::Json,
            payload,
            idempotency: None,
            lease: None,
            is_own: false,
            is_clear: false,
        }
    }

    /// An entry of the ledger's own.
    pub(super) fn of_ledger(entry_type: EntryType, value: &impl Serialize) -> Result<Self> {
        Ok(Self {
            is_own: true,
            ..Self::json(entry_type, value)?
        })
    }

    /// Leaves the payload readable to everybody.
    pub(super) fn clear(self) -> Self {
        Self {
            is_clear: true,
            ..self
        }
    }

    /// An entry whose payload is this value, written as JSON.
    ///
    /// # Errors
    /// `invalid_input` when the value has no JSON form.
    pub fn json(entry_type: EntryType, value: &impl Serialize) -> Result<Self> {
        let payload = serde_json::to_vec(value).map_err(|source| {
            Error::new(ErrorKind::InvalidInput, source.to_string()).during("ledger.draft")
        })?;
        Ok(Self::new(entry_type, payload))
    }

    /// An entry whose payload is these bytes, in a form that the entry type defines.
    pub fn octets(entry_type: EntryType, payload: Vec<u8>) -> Self {
        Self {
            codec: Codec::Octets,
            ..Self::new(entry_type, payload)
        }
    }

    /// Makes the append repeatable: a second append with the same key and the same content returns the receipt of the
    /// first and writes nothing; with other content it is a `conflict`. The entries of one append each have a key of their own. The key is stored blinded.
    /// 1 to 256 bytes.
    #[must_use]
    pub fn idempotent(mut self, key: impl Into<String>) -> Self {
        self.idempotency = Some(key.into());
        self
    }

    /// Makes the append rest on this lease: where this process took it and somebody else has taken it over since, the append
    /// is refused with `busy`.
    pub(crate) fn under(mut self, lease: impl Into<String>) -> Self {
        self.lease = Some(lease.into());
        self
    }

    /// What it records.
    pub fn entry_type(&self) -> EntryType {
        self.entry_type
    }

    /// What is appended, before it is sealed.
    pub fn payload(&self) -> &[u8] {
        &self.payload
    }

    /// Refuses a type of entry that only the domain of the log writes.
    pub(super) fn check_free(&self, check: &dyn DomainCheck) -> Result<()> {
        if !check.reserves(self.entry_type) {
            return Ok(());
        }
        Err(Error::new(
            ErrorKind::Denied,
            format!(
                "entries of the type {:#06x} are not appended by hand",
                self.entry_type.0
            ),
        )
        .remedy(format!(
            "types of one's own begin at {:#06x}",
            EntryType::FIRST_FREE.0
        ))
        .during("ledger.append"))
    }

    pub(super) fn check(&self) -> Result<()> {
        let refuse = |kind, message: &str| Err(Error::new(kind, message).during("ledger.append"));
        if self.entry_type.is_reserved() && !self.is_own {
            return refuse(
                ErrorKind::InvalidInput,
                "entry types below 0x0100 belong to the ledger",
            );
        }
        if self.payload.len() > MAX_PAYLOAD {
            return refuse(ErrorKind::TooLarge, "the payload has more than 512 MiB");
        }
        match self.idempotency.as_deref().map(str::len) {
            Some(0) => refuse(ErrorKind::InvalidInput, "the idempotency key is empty"),
            Some(length) if length > MAX_IDEMPOTENCY => {
                refuse(ErrorKind::TooLarge, "the idempotency key has more than 256 bytes")
            }
            _ => Ok(()),
        }
    }
}

impl fmt::Debug for Draft {
    /// Without the payload, which may be confidential.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Draft")
            .field("entry_type", &self.entry_type)
            .field("payload_len", &self.payload.len())
            .finish_non_exhaustive()
    }
}

/// An entry as it was read: its header re-hashed, its ciphertext checked against the header, opened.
#[derive(Clone, Eq, PartialEq)]
pub struct Entry {
    header: Header,
    payload: Vec<u8>,
}

impl Entry {
    pub(super) fn new(header: Header, payload: Vec<u8>) -> Self {
        Self { header, payload }
    }

    /// Its place in the log, from 0.
    pub fn seq(&self) -> u64 {
        self.header.seq
    }

    /// When the writer wrote it, by the writer's clock; never earlier than the entry before.
    pub fn time(&self) -> Timestamp {
        self.header.time()
    }

    /// What it records.
    pub fn entry_type(&self) -> EntryType {
        self.header.entry_type
    }

    /// The form of the payload.
    pub fn codec(&self) -> Codec {
        self.header.codec
    }

    /// The content, opened.
    pub fn payload(&self) -> &[u8] {
        &self.payload
    }

    /// The content, opened, by value.
    pub fn into_payload(self) -> Vec<u8> {
        self.payload
    }

    /// A receipt for it, as an append gives one: to keep elsewhere, to ask how far the entry has come.
    pub fn receipt(&self) -> Receipt {
        Receipt {
            log_id: self.header.log_id,
            seq: self.header.seq,
            time: self.header.time(),
            leaf_hash: leaf_hash(&self.header.to_bytes()),
            level: Level::Durable,
            repeated: false,
        }
    }

    /// The decoded header.
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// The leaf of the tree: the stored header.
    pub fn header_bytes(&self) -> [u8; HEADER_LEN] {
        self.header.to_bytes()
    }

    /// The leaf's hash in the tree, `SHA-256(0x00 || header)`.
    pub fn leaf_hash(&self) -> Hash {
        super::tree::leaf_hash(&self.header.to_bytes())
    }
}

impl Serialize for Entry {
    /// The document that all three languages give: `seq`, `time`, `type`, the `cursor` behind it, and the content: as `payload` where it
    /// is JSON, else as `octets` in base64; the other is null.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let json: Option<&RawValue> = match self.codec() {
            Codec::Json => serde_json::from_slice(&self.payload).ok(),
            Codec::Octets => None,
        };
        let octets = json.is_none().then(|| BASE64_STANDARD.encode(&self.payload));
        let mut document = serializer.serialize_struct("Entry", 6)?;
        document.serialize_field("seq", &self.seq())?;
        document.serialize_field("time", &self.time())?;
        document.serialize_field("type", &self.entry_type().0)?;
        document.serialize_field("cursor", &Cursor::after(self))?;
        document.serialize_field("payload", &json)?;
        document.serialize_field("octets", &octets)?;
        document.end()
    }
}

impl fmt::Debug for Entry {
    /// Without the payload, which may be confidential.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Entry")
            .field("header", &self.header)
            .field("payload_len", &self.payload.len())
            .finish()
    }
}

/// How far an acknowledged entry has come. Ordered: each level includes those before.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[non_exhaustive]
pub enum Level {
    /// On disk, in its final place.
    Durable,
    /// Under a checkpoint that the log has signed.
    Included,
    /// Under a checkpoint that is held outside this store.
    Anchored,
}

impl Level {
    /// The stable name, in `snake_case`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Durable => "durable",
            Self::Included => "included",
            Self::Anchored => "anchored",
        }
    }
}

/// The proof to the caller that an append took place.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Receipt {
    pub(super) log_id: LogId,
    pub(super) seq: u64,
    pub(super) time: Timestamp,
    pub(super) leaf_hash: Hash,
    pub(super) level: Level,
    pub(super) repeated: bool,
}

impl Receipt {
    /// The log.
    pub fn log_id(&self) -> LogId {
        self.log_id
    }

    /// The entry's place in the log, from 0.
    pub fn seq(&self) -> u64 {
        self.seq
    }

    /// The entry's time.
    pub fn time(&self) -> Timestamp {
        self.time
    }

    /// The entry's hash in the tree. Kept elsewhere, it shows later whether the log still has this entry here.
    pub fn leaf_hash(&self) -> Hash {
        self.leaf_hash
    }

    /// How far the entry had come when the receipt was given: an append gives `Durable`, or `Included` where it repeats an
    /// entry that is under a checkpoint already; [`include`](super::Ledger::include) takes it further.
    pub fn level(&self) -> Level {
        self.level
    }

    /// Whether the entry was there already, from an earlier append with the same idempotency key.
    pub fn is_repeated(&self) -> bool {
        self.repeated
    }
}

/// What must hold for an append to take place.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Condition {
    /// Nothing.
    #[default]
    Any,
    /// The log has exactly this many entries: nobody appended since the caller looked. Otherwise the append fails with
    /// `conflict`, and nothing is written.
    SizeIs(u64),
}
