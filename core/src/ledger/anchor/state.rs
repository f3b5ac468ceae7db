//! What an anchor log comes to: one function for the live log and for its replay.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::head::{AnchoredHead, NamedRecord, malformed, record};
use super::outbox::Standing;
use crate::error::{Error, ErrorKind, Result};
use crate::ledger::entry::{Entry, EntryType};
use crate::ledger::tree::Hash;
use crate::ledger::verdict::{DomainCheck, DomainReplay};

/// The newest head of a tenant's log.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct KnownHead {
    /// Where it stands in the anchor log.
    pub(crate) seq: u64,
    pub(crate) size: u64,
    pub(crate) root: Hash,
    pub(crate) at: Timestamp,
}

/// A tenant that has a name in the anchor log.
#[derive(Clone, Debug)]
pub(super) struct Known {
    /// The names of its log, one for each epoch, the newest last.
    pub(super) blinded: Vec<[u8; 32]>,
    pub(super) last: Option<KnownHead>,
}

/// What the entries so far come to.
#[derive(Clone, Debug, Default)]
pub(super) struct State {
    pub(super) size: u64,
    pub(super) tenants: BTreeMap<String, Known>,
    names: BTreeMap<[u8; 32], String>,
    /// The newest entry that is a head.
    pub(super) newest_head: Option<u64>,
    /// By the name of the anchor.
    pub(super) anchors: BTreeMap<String, Standing>,
}

impl State {
    /// Takes the next entry.
    pub(super) fn apply(&mut self, entry: &Entry) -> Result<()> {
        match entry.entry_type() {
            EntryType::LOG_HEAD => self.take_head(entry)?,
            EntryType::LOG_NAMED => self.take_name(&record(entry)?)?,
            EntryType::ANCHORED => self.take_anchored(record(entry)?, entry.seq())?,
            EntryType::ANCHOR_FAILED => self.take_failed(record(entry)?)?,
            EntryType::GENESIS | EntryType::KEY_ROTATED | EntryType::MARK_REPLACED => {}
            _ => return Err(malformed("an entry that no anchor log has").with("seq", entry.seq())),
        }
        self.size = entry.seq().saturating_add(1);
        Ok(())
    }

    fn take_name(&mut self, named: &NamedRecord) -> Result<()> {
        let blinded = named.blinded()?;
        if self.names.contains_key(&blinded) {
            return Err(malformed("a log is named twice"));
        }
        self.names.insert(blinded, named.tenant.clone());
        let known = self.tenants.entry(named.tenant.clone()).or_insert(Known {
            blinded: Vec::new(),
            last: None,
        });
        known.blinded.push(blinded);
        Ok(())
    }

    fn take_head(&mut self, entry: &Entry) -> Result<()> {
        let head = AnchoredHead::parse(entry.payload())?;
        let known = self
            .names
            .get(&head.blinded)
            .and_then(|name| self.tenants.get_mut(name));
        let known = known.ok_or_else(|| malformed("a head of a log that has no name"))?;
        if let Some(last) = &known.last
            && (head.size < last.size || head.size == last.size && head.root != last.root)
        {
            return Err(malformed("a head that takes an earlier one of the same log back"));
        }
        known.last = Some(KnownHead {
            seq: entry.seq(),
            size: head.size,
            root: head.root,
            at: head.at,
        });
        self.newest_head = Some(entry.seq());
        Ok(())
    }
}

/// The rules of an anchor log. It takes nothing from others than the rounds.
#[derive(Debug)]
pub(super) struct AnchorCheck;

impl DomainCheck for AnchorCheck {
    fn replay(&self) -> Box<dyn DomainReplay> {
        Box::<Replay>::default()
    }

    fn reserves(&self, _: EntryType) -> bool {
        true
    }
}

#[derive(Default)]
struct Replay(State);

impl DomainReplay for Replay {
    fn entry(&mut self, entry: &Entry) -> Result<()> {
        self.0.apply(entry)
    }
}

/// A log that has not what an anchor log says of it.
pub(super) fn taken_back(tenant: &str, have: u64, anchored: u64) -> Error {
    Error::new(
        ErrorKind::RollbackDetected,
        format!(
            "the log of the tenant `{tenant}` has {have} entries, and had {anchored} when it was anchored: it was truncated or restored from an older copy"
        ),
    )
    .with("have", have)
    .with("expected", anchored)
    .during("ledger.anchor")
}

/// A log whose history is another than the anchored one.
pub(super) fn forked(tenant: &str, anchored: u64) -> Error {
    Error::new(
        ErrorKind::Corrupt,
        format!("the log of the tenant `{tenant}` does not begin with the {anchored} entries that were anchored: its history was written anew"),
    )
    .with("expected", anchored)
    .during("ledger.anchor")
}
