//! What the ledger has of the gate's past, for those who show or export it.

use jiff::Timestamp;

use super::approver::Register;
use super::decision::Decision;
use super::engine::Gate;
use super::record::{Record, Signed};
use crate::digest::Digest;
use crate::error::Result;

/// How many entries are read at once.
const PAGE: u64 = 256;

/// A signed statement and its place in the log.
pub(crate) struct Stated {
    pub(crate) seq: u64,
    pub(crate) at: Timestamp,
    pub(crate) signed: Signed,
    pub(crate) decision: Decision,
    pub(crate) digest: Digest,
}

impl Gate {
    /// The approvers now.
    pub(crate) async fn register(&self) -> Result<Register> {
        self.read(|state, _| Ok(state.setup.register()?.as_ref().clone()))
            .await
    }

    /// Every signed statement, in order.
    pub(crate) async fn statements(&self) -> Result<Vec<Stated>> {
        let mut statements = Vec::new();
        let size = self.ledger().size().await?;
        let mut from = 0;
        while from < size {
            let entries = self.ledger().entries(from..size.min(from + PAGE)).await?;
            for entry in &entries {
                let signed = match Record::read(entry)? {
                    Some((at, Record::Decided(record))) => (at, record.decision),
                    Some((at, Record::Attested(record))) => (at, record.attestation),
                    _ => continue,
                };
                let text = signed.1.text.as_bytes();
                statements.push(Stated {
                    seq: entry.seq(),
                    at: signed.0,
                    decision: Decision::parse(text)?,
                    digest: Decision::digest_of(text),
                    signed: signed.1,
                });
            }
            from = from.saturating_add(PAGE);
        }
        Ok(statements)
    }
}
