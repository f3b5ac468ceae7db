//! Putting a transaction together: conditions, idempotency, sequence, time, seal.

use std::collections::BTreeSet;

use super::chain::handover;
use super::edge::{corrupt, row_header};
use super::entry::{Condition, Draft, EntryType, Level, Receipt};
use super::keys::Signer;
use super::seal::clear;
use super::session::{Session, blank, now_us, sealed};
use super::signing::Signing;
use super::store::{Batch, Sealed};
use super::writer::State;
use crate::error::{Error, ErrorKind, Result};

/// At most this much goes into one transaction.
pub(super) const GROUP_ENTRIES: usize = 1_024;
const GROUP_BYTES: usize = 8 << 20;
/// So many drafts are not worth a thread; and the most threads that seal one order.
const SEALED_ALONE: usize = 40;
const SEALERS: usize = 4;

/// The transaction that is being put together.
#[derive(Default)]
pub(super) struct Group {
    pub(super) batch: Batch,
    tags: BTreeSet<[u8; 16]>,
    bytes: usize,
}

/// What became of an order.
pub(super) enum Staged {
    /// Its idempotency key is in this group: it must wait until the group is written.
    Later,
    /// Its lease is another's by now. Nothing is written of it.
    Overtaken(Error),
    Written(Vec<Receipt>),
}

impl Group {
    /// Whether the drafts have room in this transaction; the first always has.
    pub(super) fn fits(&self, drafts: &[Draft]) -> bool {
        let bytes: usize = drafts.iter().map(|draft| draft.payload.len()).sum();
        self.batch.entries.is_empty()
            || (self.batch.entries.len() + drafts.len() <= GROUP_ENTRIES && self.bytes + bytes <= GROUP_BYTES)
    }

    /// Seals the drafts and adds them; nothing is added when it fails.
    pub(super) fn stage(
        &mut self,
        session: &Session,
        state: &mut State,
        drafts: &[Draft],
        condition: Condition,
    ) -> Result<Staged> {
        let tags: Vec<Option<[u8; 16]>> = drafts
            .iter()
            .map(|draft| draft.idempotency.as_deref().map(|key| session.ring.tag(key)))
            .collect();
        let mut own = BTreeSet::new();
        if let Some(at) = tags
            .iter()
            .position(|tag| tag.is_some_and(|tag| !own.insert(tag)))
        {
            return Err(twice(at));
        }
        if !own.is_disjoint(&self.tags) {
            return Ok(Staged::Later);
        }
        if let Some(receipts) = repeated(session, state, drafts, &tags)? {
            return Ok(Staged::Written(receipts));
        }
        for lease in drafts.iter().filter_map(|draft| draft.lease.as_deref()) {
            if !state.store.holds(lease)? {
                return Ok(Staged::Overtaken(overtaken(lease)));
            }
        }
        let size = state.view.tree.size();
        if let Condition::SizeIs(expected) = condition
            && expected != size
        {
            return Err(moved(size, expected));
        }
        let time_us = now_us(&*session.options.clock, state.view.last_time_us);
        let entries = seal_all(session, drafts, &tags, size, time_us)?;
        let receipts = entries.iter().map(receipt).collect();
        self.add(state, entries, time_us);
        self.tags.append(&mut own);
        Ok(Staged::Written(receipts))
    }
}

impl Group {
    /// Adds the entry that says that the log's mark was lost.
    pub(super) fn stage_lost_mark(&mut self, session: &Session, state: &mut State) -> Result<()> {
        let size = state.view.tree.size();
        let time_us = now_us(&*session.options.clock, state.view.last_time_us);
        let mut header = blank(EntryType::MARK_REPLACED, session.identity.log_id, size, time_us);
        header.epoch = session.ring.current_epoch();
        let payload = format!("{{\"size\":{size}}}").into_bytes();
        clear(&mut header, &payload)?;
        self.add(state, vec![sealed(header, payload)], time_us);
        Ok(())
    }

    /// Adds the entry with which the log's signing key hands over to another.
    pub(super) fn stage_rotation(
        &mut self,
        session: &Session,
        signing: &Signing,
        state: &mut State,
        next: &dyn Signer,
    ) -> Result<()> {
        let (size, root) = (state.view.tree.size(), state.view.tree.root());
        let identity = &session.identity;
        let time_us = now_us(&*session.options.clock, state.view.last_time_us);
        let mut header = blank(EntryType::KEY_ROTATED, identity.log_id, size, time_us);
        header.epoch = session.ring.current_epoch();
        header.idempotency_tag = signing.chain.next_tag(identity.log_id);
        let payload = handover(&identity.origin, size, &root, &*signing.signer, next)?;
        // What does not verify is not written: a key that is no new one, a signer that does not sign.
        signing.chain.clone().follow(size, &root, &payload)?;
        clear(&mut header, &payload)?;
        self.add(state, vec![sealed(header, payload)], time_us);
        Ok(())
    }

    fn add(&mut self, state: &mut State, entries: Vec<Sealed>, time_us: u64) {
        for entry in entries {
            state
                .view
                .tree
                .push_filling(entry.leaf_hash, &mut self.batch.tiles);
            self.bytes += entry.ciphertext.len();
            self.batch.entries.push(entry);
        }
        state.view.last_time_us = time_us;
    }
}

/// Seals drafts that follow each other, many of them on several threads: each has a key of its own and waits for no other.
fn seal_all(
    session: &Session,
    drafts: &[Draft],
    tags: &[Option<[u8; 16]>],
    first: u64,
    time_us: u64,
) -> Result<Vec<Sealed>> {
    let seal_some = |first: u64, drafts: &[Draft], tags: &[Option<[u8; 16]>]| {
        (first..)
            .zip(drafts)
            .zip(tags)
            .map(|((seq, draft), tag)| seal(session, draft, seq, time_us, tag.unwrap_or_default()))
            .collect::<Result<Vec<_>>>()
    };
    let each = drafts.len().div_ceil(SEALERS).max(SEALED_ALONE);
    if drafts.len() <= each {
        return seal_some(first, drafts, tags);
    }
    std::thread::scope(|scope| {
        let parts: Vec<_> = (first..)
            .step_by(each)
            .zip(drafts.chunks(each).zip(tags.chunks(each)))
            .map(|(first, (drafts, tags))| {
                std::thread::Builder::new()
                    .name("vcto-ledger-seal".to_owned())
                    .spawn_scoped(scope, move || seal_some(first, drafts, tags))
                    .map_err(|source| Error::io(source, "thread"))
            })
            .collect::<Result<_>>()?;
        let mut entries = Vec::with_capacity(drafts.len());
        for part in parts {
            let ended = |_| Error::new(ErrorKind::Internal, "a thread of the ledger panicked");
            entries.append(&mut part.join().map_err(ended)??);
        }
        Ok(entries)
    })
}

fn seal(session: &Session, draft: &Draft, seq: u64, time_us: u64, tag: [u8; 16]) -> Result<Sealed> {
    let mut header = blank(draft.entry_type, session.identity.log_id, seq, time_us);
    header.epoch = session.ring.current_epoch();
    header.codec = draft.codec;
    header.idempotency_tag = tag;
    if draft.is_clear {
        clear(&mut header, &draft.payload)?;
        return Ok(sealed(header, draft.payload.clone()));
    }
    let ciphertext = session.ring.seal(&mut header, &draft.payload)?;
    Ok(sealed(header, ciphertext))
}

/// The receipts of an earlier append with the same keys and content, if there was one.
fn repeated(
    session: &Session,
    state: &mut State,
    drafts: &[Draft],
    tags: &[Option<[u8; 16]>],
) -> Result<Option<Vec<Receipt>>> {
    let mut found = Vec::new();
    for (at, tag) in (0u64..).zip(tags) {
        if let Some(tag) = tag {
            found.push((at, state.store.seq_of_tag(tag)?));
        }
    }
    let first = match found.as_slice() {
        [(at, Some(seq)), ..] => seq.checked_sub(*at).ok_or_else(other_content)?,
        _ if found.iter().any(|(_, seq)| seq.is_some()) => return Err(other_content()),
        _ => return Ok(None),
    };
    let signed = state.signed_size();
    let mut receipts = Vec::with_capacity(drafts.len());
    let mut expected = (first..).zip(drafts).zip(tags);
    state.store.scan(first, drafts.len(), &mut |row, ciphertext| {
        let ((seq, draft), tag) = expected.next().ok_or_else(other_content)?;
        let (header, _) = row_header(row, seq, session.identity.log_id)?;
        let stored = ciphertext.ok_or_else(|| corrupt(seq, "has no payload"))?;
        let same = header.entry_type == draft.entry_type
            && header.codec == draft.codec
            && header.idempotency_tag == tag.unwrap_or_default()
            && session.ring.open(&header, stored.to_vec())? == draft.payload;
        let level = if seq < signed {
            Level::Included
        } else {
            Level::Durable
        };
        receipts.push(Receipt {
            level,
            repeated: true,
            ..receipt(&sealed(header, Vec::new()))
        });
        if same { Ok(()) } else { Err(other_content()) }
    })?;
    if receipts.len() == drafts.len() {
        Ok(Some(receipts))
    } else {
        Err(other_content())
    }
}

fn receipt(entry: &Sealed) -> Receipt {
    Receipt {
        log_id: entry.header.log_id,
        seq: entry.header.seq,
        time: entry.header.time(),
        leaf_hash: entry.leaf_hash,
        level: Level::Durable,
        repeated: false,
    }
}

/// The caller's fault: the store is as it was.
pub(super) fn is_refusal(error: &Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::Conflict | ErrorKind::InvalidInput | ErrorKind::TooLarge
    )
}

fn overtaken(lease: &str) -> Error {
    Error::new(
        ErrorKind::Busy,
        format!("the lease `{lease}` ran out, and another process has taken it over"),
    )
    .during("ledger.append")
}

fn moved(have: u64, expected: u64) -> Error {
    Error::new(
        ErrorKind::Conflict,
        format!("the log has {have} entries, not {expected}: somebody appended meanwhile"),
    )
    .with("have", have)
    .with("expected", expected)
    .during("ledger.append")
}

fn twice(at: usize) -> Error {
    Error::new(
        ErrorKind::InvalidInput,
        "the idempotency key stands twice in one append: each of its entries needs one of its own",
    )
    .at(format!("draft {at}"))
    .during("ledger.append")
}

fn other_content() -> Error {
    Error::new(
        ErrorKind::Conflict,
        "the idempotency key was used for another content",
    )
    .during("ledger.append")
}
