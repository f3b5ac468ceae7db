//! The entries one after the other: header, place, time, epoch, payload, and what they mean.

use jiff::Timestamp;

use super::findings::{About, Findings};
use super::{Evidence, is_finding};
use crate::error::Result;
use crate::ledger::entry::{Entry, EntryType, LogId};
use crate::ledger::header::{Aead, Header};
use crate::ledger::seal::{KeyRing, check_digest};
use crate::ledger::session::{Genesis, LOG_FORMAT, TREE};
use crate::ledger::store::Row;
use crate::ledger::tree::{FullTile, Tree, leaf_hash};
use crate::ledger::verdict::{DomainReplay, Policy};

/// A hole of more entries than this is not stepped over.
const MAX_HOLE: u64 = 1_024;

/// What the entries so far have come to.
pub(super) struct Records<'a> {
    ring: Option<&'a KeyRing>,
    replay: Option<Box<dyn DomainReplay>>,
    is_headers_only: bool,
    policy: Policy,
    log_id: Option<LogId>,
    origin: String,
    tree: Tree,
    full: Vec<FullTile>,
    epoch: u32,
    time_us: u64,
    last_time: Timestamp,
}

impl<'a> Records<'a> {
    pub(super) fn new(
        ring: Option<&'a KeyRing>,
        replay: Option<Box<dyn DomainReplay>>,
        log_id: Option<LogId>,
        is_headers_only: bool,
    ) -> Self {
        let replay = replay.filter(|_| ring.is_some() && !is_headers_only);
        Self {
            policy: if replay.is_some() {
                Policy::Ok
            } else {
                Policy::NotChecked
            },
            ring,
            replay,
            is_headers_only,
            log_id,
            origin: String::new(),
            tree: Tree::default(),
            full: Vec::new(),
            epoch: 0,
            time_us: 0,
            last_time: Timestamp::UNIX_EPOCH,
        }
    }

    pub(super) fn size(&self) -> u64 {
        self.tree.size()
    }

    pub(super) fn tree(&self) -> &Tree {
        &self.tree
    }

    pub(super) fn last_time(&self) -> Timestamp {
        self.last_time
    }

    /// The newest epoch that was opened.
    pub(super) fn epoch(&self) -> u32 {
        self.epoch
    }

    pub(super) fn origin(&self) -> String {
        self.origin.clone()
    }

    /// The tiles that were filled since the last call.
    pub(super) fn take_full(&mut self) -> Vec<FullTile> {
        std::mem::take(&mut self.full)
    }

    /// Reads what the log says of itself.
    pub(super) fn read_genesis(
        &mut self,
        evidence: &mut dyn Evidence,
        findings: &mut Findings,
    ) -> Result<Option<Genesis>> {
        let mut genesis = None;
        let read = evidence.scan(0, 1, &mut |row, ciphertext| {
            genesis = parse_genesis(row, ciphertext);
            Ok(())
        });
        match read {
            Err(error) if !is_finding(&error) => return Err(error),
            _ => {}
        }
        let Some((header, genesis)) = genesis else {
            findings.note(
                About::Integrity,
                Some(0),
                "the genesis of the log is missing or not what was written",
            );
            return Ok(None);
        };
        if self.log_id.get_or_insert(header.log_id) != &header.log_id {
            findings.note(About::Integrity, Some(0), "the genesis is that of another log");
        }
        self.origin.clone_from(&genesis.origin);
        Ok(Some(genesis))
    }

    /// Takes the next row; its header, where it is whole.
    pub(super) fn take(
        &mut self,
        row: &Row,
        ciphertext: Option<&[u8]>,
        findings: &mut Findings,
    ) -> Option<Header> {
        if !self.step_over_hole(row.seq, findings) {
            return None;
        }
        let seq = self.size();
        let hash = leaf_hash(&row.header);
        if row.leaf_hash != hash {
            findings.note(
                About::Integrity,
                Some(seq),
                format!("entry {seq} has a header that is not the one that was hashed"),
            );
        }
        let header = match Header::parse(&row.header) {
            Ok(header) => Some(header),
            Err(error) => {
                findings.note(
                    About::Integrity,
                    Some(seq),
                    format!("entry {seq} has no valid header: {}", error.message()),
                );
                None
            }
        };
        if let Some(header) = &header {
            self.check(header, ciphertext, findings);
            self.replay(header, ciphertext, findings);
        }
        self.tree.push_filling(hash, &mut self.full);
        header
    }

    /// Ends the replay.
    pub(super) fn finish_replay(&mut self, findings: &mut Findings) -> Policy {
        if let Some(mut replay) = self.replay.take()
            && let Err(error) = replay.finish()
        {
            self.policy = Policy::Failed;
            findings.note(About::Policy, None, error.to_string());
        }
        self.policy
    }

    /// False when the row is not beyond what was read already, or the hole before it is too large.
    fn step_over_hole(&mut self, seq: u64, findings: &mut Findings) -> bool {
        let expected = self.size();
        if seq < expected || seq - expected > MAX_HOLE {
            findings.note(
                About::Integrity,
                Some(expected),
                format!("entry {expected} is missing; entry {seq} is in its place"),
            );
            return false;
        }
        for missing in expected..seq {
            findings.note(
                About::Integrity,
                Some(missing),
                format!("entry {missing} is missing"),
            );
            self.tree.push_filling([0; 32], &mut self.full);
            self.give_up_replay(missing, findings);
        }
        true
    }

    fn check(&mut self, header: &Header, ciphertext: Option<&[u8]>, findings: &mut Findings) {
        let seq = self.size();
        let mut wrong =
            |text: &str| findings.note(About::Integrity, Some(seq), format!("entry {seq} {text}"));
        if header.seq != seq {
            wrong("says that it is at another place");
        }
        if self.log_id.is_some_and(|log_id| log_id != header.log_id) {
            wrong("belongs to another log");
        }
        if (header.entry_type == EntryType::GENESIS) != (seq == 0) {
            wrong("is a genesis in the wrong place, or none where one must be");
        }
        if header.time_us < self.time_us {
            wrong("is older than the entry before it");
        }
        let opened = header.entry_type == EntryType::EPOCH_OPENED;
        if header.epoch != self.epoch && !(opened && Some(header.epoch) == self.epoch.checked_add(1)) {
            wrong("is sealed under an epoch that was not opened");
        }
        match ciphertext {
            None if self.is_headers_only => {}
            None => wrong("has no payload"),
            Some(ciphertext) if check_digest(header, ciphertext).is_err() => {
                wrong("has another payload than its header commits to");
            }
            Some(_) => {}
        }
        self.epoch = self.epoch.max(header.epoch);
        self.time_us = self.time_us.max(header.time_us);
        self.last_time = self.last_time.max(header.time());
    }

    fn replay(&mut self, header: &Header, ciphertext: Option<&[u8]>, findings: &mut Findings) {
        let (Some(ring), Some(replay)) = (self.ring, &mut self.replay) else {
            return;
        };
        let seq = self.tree.size();
        let opened = match ciphertext {
            Some(ciphertext) => ring.open(header, ciphertext.to_vec()).ok(),
            None => None,
        };
        let Some(payload) = opened else {
            findings.note(
                About::Integrity,
                Some(seq),
                format!("the payload of entry {seq} does not open"),
            );
            self.give_up_replay(seq, findings);
            return;
        };
        if let Err(error) = replay.entry(&Entry::new(header.clone(), payload)) {
            findings.note(About::Policy, Some(seq), error.to_string());
            self.policy = Policy::Failed;
            self.replay = None;
        }
    }

    /// What follows an entry that cannot be read cannot be judged.
    fn give_up_replay(&mut self, seq: u64, findings: &mut Findings) {
        if self.replay.take().is_some() {
            self.policy = Policy::NotChecked;
            findings.remark(
                About::Policy,
                Some(seq),
                format!("not checked from entry {seq} on: it cannot be read"),
            );
        }
    }
}

fn parse_genesis(row: &Row, ciphertext: Option<&[u8]>) -> Option<(Header, Genesis)> {
    let header = Header::parse(&row.header).ok()?;
    let payload = ciphertext?;
    check_digest(&header, payload).ok()?;
    if row.seq != 0 || header.entry_type != EntryType::GENESIS || header.aead != Aead::Clear {
        return None;
    }
    let genesis: Genesis = serde_json::from_slice(payload).ok()?;
    let consistent =
        genesis.format == LOG_FORMAT && genesis.tree == TREE && genesis.log_id == header.log_id.to_string();
    consistent.then_some((header, genesis))
}
