//! What the entries of an anchor log say.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use jiff::Timestamp;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::digest::{hex, unhex};
use crate::error::{Error, ErrorKind, Result};
use crate::ledger::checkpoint::Checkpoint;
use crate::ledger::entry::{Draft, Entry, EntryType};
use crate::ledger::tree::Hash;

/// A log as it signs itself now, under the name that it has in an anchor log.
#[derive(Clone, Debug)]
pub(crate) struct LogHead {
    /// `keyed(derive("vcto ledger anchor v1", blinding key), "anchor" || epoch)`.
    pub(crate) blinded: [u8; 32],
    pub(crate) epoch: u32,
    pub(crate) checkpoint: Checkpoint,
}

/// The head of a tenant's log, as a leaf of the anchor log of its region states it.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct AnchoredHead {
    /// Names the tenant's log to nobody who does not hold its keys. The same in all heads of one epoch.
    pub blinded: [u8; 32],
    /// How many entries the log had.
    pub size: u64,
    /// Its root at that size.
    pub root: Hash,
    /// When the head was taken, by the clock of the practice.
    pub at: Timestamp,
}

/// The payload of [`EntryType::LOG_HEAD`], in the clear: what an auditor of the tenant is shown.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct HeadRecord {
    v: u8,
    /// 64 hexadecimal digits.
    log: String,
    size: u64,
    /// Base64.
    root: String,
    at: Timestamp,
}

/// The payload of [`EntryType::LOG_NAMED`], sealed: who stands behind a blinded name.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct NamedRecord {
    v: u8,
    log: String,
    pub(super) epoch: u32,
    pub(super) tenant: String,
    pub(super) origin: String,
    pub(super) vkey: String,
}

impl AnchoredHead {
    pub(super) fn draft(&self) -> Result<Draft> {
        let record = HeadRecord {
            v: 1,
            log: hex(&self.blinded),
            size: self.size,
            root: BASE64_STANDARD.encode(self.root),
            at: self.at,
        };
        Draft::of_ledger(EntryType::LOG_HEAD, &record).map(Draft::clear)
    }

    pub(super) fn parse(payload: &[u8]) -> Result<Self> {
        let record: HeadRecord = read(payload)?;
        let root = BASE64_STANDARD.decode(&record.root).ok();
        let root = root.and_then(|root| Hash::try_from(root).ok());
        match (record.v, unhex(&record.log), root) {
            (1, Some(blinded), Some(root)) if record.size > 0 => Ok(Self {
                blinded,
                size: record.size,
                root,
                at: record.at,
            }),
            _ => Err(malformed("a head of a log is not in its form")),
        }
    }
}

impl NamedRecord {
    pub(super) fn draft(tenant: &str, vkey: &str, head: &LogHead) -> Result<Draft> {
        Draft::of_ledger(
            EntryType::LOG_NAMED,
            &Self {
                v: 1,
                log: hex(&head.blinded),
                epoch: head.epoch,
                tenant: tenant.to_owned(),
                origin: head.checkpoint.origin().to_owned(),
                vkey: vkey.to_owned(),
            },
        )
    }

    pub(super) fn blinded(&self) -> Result<[u8; 32]> {
        unhex(&self.log)
            .filter(|_| self.v == 1)
            .ok_or_else(|| malformed("the name of a log is not in its form"))
    }
}

/// The record in the payload of an entry.
pub(super) fn record<T: DeserializeOwned>(entry: &Entry) -> Result<T> {
    read(entry.payload()).map_err(|error| {
        error
            .at(format!("entry {}", entry.seq()))
            .with("seq", entry.seq())
    })
}

fn read<T: DeserializeOwned>(payload: &[u8]) -> Result<T> {
    serde_json::from_slice(payload).map_err(|source| malformed(&source.to_string()))
}

pub(super) fn malformed(message: &str) -> Error {
    Error::new(ErrorKind::Corrupt, message).during("ledger.anchor")
}
