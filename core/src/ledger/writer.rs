//! The writer thread: takes drafts from a queue, and writes as many as are there in one transaction.

use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, TryRecvError};
use std::time::Duration;

use futures_channel::oneshot;

use super::checkpoint::Checkpoint;
use super::edge::{PAGE, View, check_signed, corrupt, row_header};
use super::entry::{Condition, Draft, Level, Receipt};
use super::seal::check_digest;
use super::session::{Session, blank, now_us, sealed};
use super::store::{Batch, Sealed, Store, StoredCheckpoint};
use super::tree::Tree;
use crate::error::{Error, ErrorKind, Result};

/// After this much quiet the log is signed.
const QUIET: Duration = Duration::from_millis(25);
/// After this many unsigned entries the log is signed, quiet or not.
const UNSIGNED: u64 = 1_024;
/// At most this much goes into one transaction.
const GROUP_ENTRIES: usize = 1_024;
const GROUP_BYTES: usize = 8 << 20;

/// An order to the writer, with the way back.
pub(super) enum Order {
    Append {
        drafts: Vec<Draft>,
        condition: Condition,
        reply: oneshot::Sender<Result<Vec<Receipt>>>,
    },
    Checkpoint {
        reply: oneshot::Sender<Result<Checkpoint>>,
    },
}

/// Owns the connection that writes.
pub(super) struct Writer {
    session: Arc<Session>,
    // INVARIANT: `None` after any failure of the store, so that the next order starts from what is stored.
    state: Option<State>,
    /// What was acknowledged or seen: the log never becomes shorter than this.
    floor: u64,
}

struct State {
    store: Box<dyn Store>,
    view: View,
    /// The tree as read back from storage, up to the newest checkpoint that this process signed.
    read_back: Tree,
    signed: Option<Checkpoint>,
}

type Waiting = (oneshot::Sender<Result<Vec<Receipt>>>, Vec<Receipt>);

impl Writer {
    /// Connects, and compares the log with what was signed.
    pub(super) fn open(session: Arc<Session>) -> Result<Self> {
        let mut writer = Self {
            session,
            state: None,
            floor: 0,
        };
        let state = writer.connect()?;
        writer.floor = state.view.tree.size();
        writer.state = Some(state);
        Ok(writer)
    }

    /// Works until all senders are gone, then signs what is unsigned.
    pub(super) fn run(mut self, orders: &Receiver<Order>) {
        let mut queue = VecDeque::new();
        loop {
            if queue.is_empty() && !self.wait(orders, &mut queue) {
                break;
            }
            while queue.len() < GROUP_ENTRIES {
                match orders.try_recv() {
                    Ok(order) => queue.push_back(order),
                    Err(TryRecvError::Empty | TryRecvError::Disconnected) => break,
                }
            }
            self.work(&mut queue);
        }
        if self.unsigned() > 0 {
            // Nobody waits for this one; the next open signs where it fails.
            let _ = self.checkpoint();
        }
    }

    /// Waits for an order; signs the log when it becomes quiet. False when nobody can order any more.
    fn wait(&mut self, orders: &Receiver<Order>, queue: &mut VecDeque<Order>) -> bool {
        if self.unsigned() > 0 {
            match orders.recv_timeout(QUIET) {
                Ok(order) => {
                    queue.push_back(order);
                    return true;
                }
                Err(RecvTimeoutError::Disconnected) => return false,
                Err(RecvTimeoutError::Timeout) => {
                    // A failure here poisons the state; the next append meets it.
                    let _ = self.checkpoint();
                }
            }
        }
        match orders.recv() {
            Ok(order) => {
                queue.push_back(order);
                true
            }
            Err(_) => false,
        }
    }

    fn work(&mut self, queue: &mut VecDeque<Order>) {
        match queue.front() {
            Some(Order::Checkpoint { .. }) => {
                if let Some(Order::Checkpoint { reply }) = queue.pop_front() {
                    let _ = reply.send(self.checkpoint());
                }
            }
            Some(Order::Append { .. }) => {
                self.append(queue);
                if self.unsigned() >= UNSIGNED {
                    let _ = self.checkpoint();
                }
            }
            None => {}
        }
    }

    fn unsigned(&self) -> u64 {
        self.state.as_ref().map_or(0, |state| {
            let signed = state.signed.as_ref().map_or(0, Checkpoint::size);
            state.view.tree.size().saturating_sub(signed)
        })
    }

    fn connect(&self) -> Result<State> {
        let session = &self.session;
        let mut store = session.storage.backend().connect()?;
        let view = View::load(&mut *store, session.identity.log_id)?;
        if view.tree.size() < self.floor {
            return Err(super::edge::rolled_back(view.tree.size(), self.floor));
        }
        let signed = check_signed(
            &mut *store,
            &view,
            &session.key,
            session.options.accept_missing_mark,
        )?;
        let read_back = view.tree.clone();
        Ok(State {
            store,
            view,
            read_back,
            signed,
        })
    }

    /// Takes the state out: whoever fails does not put it back.
    fn take(&mut self) -> Result<State> {
        match self.state.take() {
            Some(state) => Ok(state),
            None => self.connect(),
        }
    }

    /// Writes a group: the orders at the head of the queue, as many as fit into one transaction.
    fn append(&mut self, queue: &mut VecDeque<Order>) {
        let mut waiting: Vec<Waiting> = Vec::new();
        match self.append_group(queue, &mut waiting) {
            Ok(()) => {
                for (reply, receipts) in waiting {
                    let _ = reply.send(Ok(receipts));
                }
            }
            Err(error) => {
                if waiting.is_empty()
                    && let Some(Order::Append { reply, .. }) = queue.pop_front()
                {
                    waiting.push((reply, Vec::new()));
                }
                for (reply, _) in waiting {
                    let _ = reply.send(Err(repeat(&error)));
                }
            }
        }
    }

    fn append_group(&mut self, queue: &mut VecDeque<Order>, waiting: &mut Vec<Waiting>) -> Result<()> {
        let mut state = self.take()?;
        state.store.begin()?;
        state.view.advance(&mut *state.store)?;
        self.floor = self.floor.max(state.view.tree.size());
        let mut group = Group::default();
        while let Some(Order::Append {
            drafts, condition, ..
        }) = queue.front()
        {
            if !group.fits(drafts) {
                break;
            }
            let staged = group.stage(&self.session, &mut state, drafts, *condition);
            let blocked = matches!(staged, Ok(Staged::Later));
            if blocked {
                break;
            }
            let Some(Order::Append { reply, .. }) = queue.pop_front() else {
                break;
            };
            match staged {
                Ok(Staged::Written(receipts)) => waiting.push((reply, receipts)),
                Err(error) => {
                    let _ = reply.send(Err(error));
                }
                Ok(Staged::Later) => {}
            }
        }
        if group.batch.entries.is_empty() {
            state.store.abandon();
        } else {
            state.store.commit(&group.batch)?;
        }
        self.floor = self.floor.max(state.view.tree.size());
        self.state = Some(state);
        Ok(())
    }

    /// Reads back, signs, raises the high-water mark, files the checkpoint.
    fn checkpoint(&mut self) -> Result<Checkpoint> {
        let mut state = self.take()?;
        state.store.begin()?;
        state.view.advance(&mut *state.store)?;
        self.floor = self.floor.max(state.view.tree.size());
        let size = state.view.tree.size();
        let checkpoint = match &state.signed {
            Some(signed) if signed.size() == size => {
                state.store.abandon();
                signed.clone()
            }
            _ => {
                state.read_back(&self.session)?;
                let session = &self.session;
                let root = state.view.tree.root();
                let signed =
                    Checkpoint::sign(&session.identity.origin, size, root, &*session.options.signer)?;
                state.store.set_mark(signed.note())?;
                state.store.commit(&Batch {
                    checkpoint: Some(StoredCheckpoint {
                        size,
                        note: signed.note().to_owned(),
                    }),
                    ..Batch::default()
                })?;
                state.signed = Some(signed.clone());
                signed
            }
        };
        self.state = Some(state);
        Ok(checkpoint)
    }
}

impl State {
    /// Reads what was stored since the last checkpoint, hashes it again, and compares with the tree in memory.
    fn read_back(&mut self, session: &Session) -> Result<()> {
        let end = self.view.tree.size();
        let mut filled = Vec::new();
        while self.read_back.size() < end {
            let from = self.read_back.size();
            let rows = self.store.rows(from, PAGE)?;
            if rows.is_empty() {
                return Err(corrupt(from, "is missing"));
            }
            for row in rows {
                let seq = self.read_back.size();
                let (header, hash) = row_header(&row, seq, session.identity.log_id)?;
                let stored = self
                    .store
                    .ciphertext(seq)?
                    .ok_or_else(|| corrupt(seq, "has no payload"))?;
                check_digest(&header, &stored)?;
                self.read_back.push(hash, &mut filled);
                filled.clear();
            }
        }
        if self.read_back.root() != self.view.tree.root() {
            return Err(
                Error::new(ErrorKind::Corrupt, "what was stored is not what was hashed")
                    .during("ledger.sign"),
            );
        }
        Ok(())
    }
}

/// The transaction that is being put together.
#[derive(Default)]
struct Group {
    batch: Batch,
    tags: BTreeSet<[u8; 16]>,
    bytes: usize,
}

enum Staged {
    /// Its idempotency key is in this group: it must wait until the group is written.
    Later,
    Written(Vec<Receipt>),
}

impl Group {
    fn fits(&self, drafts: &[Draft]) -> bool {
        let bytes: usize = drafts.iter().map(|draft| draft.payload.len()).sum();
        self.batch.entries.is_empty()
            || (self.batch.entries.len() + drafts.len() <= GROUP_ENTRIES && self.bytes + bytes <= GROUP_BYTES)
    }

    fn stage(
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
        if tags.iter().flatten().any(|tag| self.tags.contains(tag)) {
            return Ok(Staged::Later);
        }
        if let Some(receipts) = repeated(session, state, drafts, &tags)? {
            return Ok(Staged::Written(receipts));
        }
        let size = state.view.tree.size();
        if let Condition::SizeIs(expected) = condition
            && expected != size
        {
            return Err(moved(size, expected));
        }
        let time_us = now_us(&*session.options.clock, state.view.last_time_us);
        let mut entries = Vec::with_capacity(drafts.len());
        for ((seq, draft), tag) in (size..).zip(drafts).zip(&tags) {
            entries.push(seal(session, draft, seq, time_us, tag.unwrap_or_default())?);
        }
        let receipts = entries.iter().map(|entry| receipt(entry, false)).collect();
        for entry in entries {
            state.view.tree.push(entry.leaf_hash, &mut self.batch.tiles);
            self.bytes += entry.ciphertext.len();
            self.batch.entries.push(entry);
        }
        state.view.last_time_us = time_us;
        self.tags.extend(tags.iter().flatten());
        Ok(Staged::Written(receipts))
    }
}

fn seal(session: &Session, draft: &Draft, seq: u64, time_us: u64, tag: [u8; 16]) -> Result<Sealed> {
    let mut header = blank(draft.entry_type, session.identity.log_id, seq, time_us);
    header.epoch = session.ring.current_epoch();
    header.codec = draft.codec;
    header.idempotency_tag = tag;
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
    let mut receipts = Vec::with_capacity(drafts.len());
    for ((seq, draft), tag) in (first..).zip(drafts).zip(tags) {
        let row = state.store.rows(seq, 1)?.pop().ok_or_else(other_content)?;
        let (header, _) = row_header(&row, seq, session.identity.log_id)?;
        let stored = state
            .store
            .ciphertext(seq)?
            .ok_or_else(|| corrupt(seq, "has no payload"))?;
        let same = header.entry_type == draft.entry_type
            && header.codec == draft.codec
            && header.idempotency_tag == tag.unwrap_or_default()
            && session.ring.open(&header, stored)? == draft.payload;
        if !same {
            return Err(other_content());
        }
        receipts.push(receipt(&sealed(header, Vec::new()), true));
    }
    Ok(Some(receipts))
}

fn receipt(entry: &Sealed, repeated: bool) -> Receipt {
    Receipt {
        log_id: entry.header.log_id,
        seq: entry.header.seq,
        time: entry.header.time(),
        leaf_hash: entry.leaf_hash,
        level: Level::Durable,
        repeated,
    }
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

fn other_content() -> Error {
    Error::new(
        ErrorKind::Conflict,
        "the idempotency key was used for another content",
    )
    .during("ledger.append")
}

/// The same error for each of those who wait.
fn repeat(error: &Error) -> Error {
    let mut copy =
        Error::new(error.kind(), error.message()).during(error.operation().unwrap_or("ledger.append"));
    if let Some(place) = error.place() {
        copy = copy.at(place);
    }
    if let Some(remedy) = error.remedy_text() {
        copy = copy.remedy(remedy);
    }
    for key in ["have", "expected", "seq"] {
        if let Some((_, value)) = error.context().find(|(name, _)| *name == key) {
            copy = copy.with(key, value);
        }
    }
    copy
}
