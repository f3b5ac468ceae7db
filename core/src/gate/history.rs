//! What the ledger has of the gate's past, for those who show or export it.

use jiff::Timestamp;

use super::approver::Register;
use super::decision::Decision;
use super::engine::Gate;
use super::record::{Record, Signed, is_of_the_gate};
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
        self.each_record(|seq, at, record| {
            statements.extend(Stated::of(seq, at, record)?);
            Ok(())
        })
        .await?;
        Ok(statements)
    }

    /// Reads the records of the gate, the first one first, with the place and the time of each.
    pub(super) async fn each_record(
        &self,
        mut take: impl FnMut(u64, Timestamp, Record) -> Result<()>,
    ) -> Result<()> {
        let size = self.ledger().size().await?;
        let mut from = 0;
        while from < size {
            let page = from..size.min(from.saturating_add(PAGE));
            for entry in self.ledger().entries_of(page, is_of_the_gate).await? {
                if let Some((at, record)) = Record::read(&entry)? {
                    take(entry.seq(), at, record)?;
                }
            }
            from = from.saturating_add(PAGE);
        }
        Ok(())
    }
}

impl Stated {
    /// What a record states, where a person signed it.
    pub(super) fn of(seq: u64, at: Timestamp, record: Record) -> Result<Option<Self>> {
        let signed = match record {
            Record::Decided(record) => record.decision,
            Record::Attested(record) => record.attestation,
            _ => return Ok(None),
        };
        let text = signed.text.as_bytes();
        Ok(Some(Self {
            seq,
            at,
            decision: Decision::parse(text)?,
            digest: Decision::digest_of(text),
            signed,
        }))
    }
}
