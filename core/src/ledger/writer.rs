//! The writer thread: takes drafts from a queue, and writes as many as are there in one transaction.

use std::collections::VecDeque;
use std::ops::Range;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::Duration;

use futures_channel::oneshot;

use super::chain::rotated;
use super::checkpoint::Checkpoint;
use super::edge::{PAGE, Signed, View, check_signed, corrupt, edge, row_header};
use super::entry::{Condition, Draft, Receipt};
use super::group::{GROUP_ENTRIES, Group, Staged, is_refusal};
use super::keys::Signer;
use super::seal::check_digest;
use super::session::Session;
use super::store::{Batch, Store, StoredCheckpoint};
use super::tree::{Hash, Tree};
use crate::error::{Error, ErrorKind, Result};

/// After this much quiet the log is signed.
const QUIET: Duration = Duration::from_millis(25);
/// After this many unsigned entries the log is signed, quiet or not.
const UNSIGNED: u64 = 8_192;

/// So many entries are read back by two threads; and at most so many at once.
const SHARED: u64 = 2_048;
const AT_ONCE: u64 = 65_536;

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
    /// Hands over to the next signing key, and signs with it.
    Succeed {
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

pub(super) struct State {
    pub(super) store: Box<dyn Store>,
    pub(super) view: View,
    /// The tree as read back from storage, up to the newest checkpoint.
    read_back: Tree,
    signed: Signed,
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
        let has_mark = state.signed.has_mark;
        writer.state = Some(state);
        if !has_mark {
            writer.record_lost_mark()?;
        }
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
                let Ok(order) = orders.try_recv() else { break };
                queue.push_back(order);
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
            Some(Order::Succeed { .. }) => {
                if let Some(Order::Succeed { reply }) = queue.pop_front() {
                    let _ = reply.send(self.succeed());
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
            state.view.tree.size().saturating_sub(state.signed_size())
        })
    }

    fn connect(&self) -> Result<State> {
        let session = &self.session;
        let mut store = session.storage.backend().connect()?;
        let mut view = View::load(&mut *store, session.identity.log_id)?;
        if view.tree.size() < self.floor {
            return Err(super::edge::rolled_back(view.tree.size(), self.floor));
        }
        let signed = check_signed(&mut *store, &mut view, session)?;
        // What was written since the newest checkpoint, by whomever, is read back before the next one.
        let signed_size = signed.newest.as_ref().map_or(0, Checkpoint::size);
        let read_back = edge(&mut *store, session.identity.log_id, signed_size)?;
        Ok(State {
            store,
            view,
            read_back,
            signed,
        })
    }

    /// The mark was missing and the caller accepts that: the log says so from here on, and has a mark again.
    fn record_lost_mark(&mut self) -> Result<()> {
        let mut state = self.begin()?;
        let mut group = Group::default();
        group.stage_lost_mark(&self.session, &mut state)?;
        state.store.commit(&group.batch)?;
        self.floor = state.view.tree.size();
        self.state = Some(state);
        self.checkpoint().map(drop)
    }

    /// Takes the state out, in a transaction and with what others wrote: whoever fails does not put it back.
    fn begin(&mut self) -> Result<State> {
        let begun = match self.state.take() {
            // A server that was away meanwhile has done nothing yet: that is no news to the caller.
            Some(mut state) => match state.store.begin() {
                Err(error) if error.kind() == ErrorKind::Unavailable => None,
                other => Some(other.map(|()| state)),
            },
            None => None,
        };
        let mut state = if let Some(begun) = begun {
            begun?
        } else {
            let mut state = self.connect()?;
            state.store.begin()?;
            state
        };
        state.view.advance(&mut *state.store)?;
        self.floor = self.floor.max(state.view.tree.size());
        Ok(state)
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
        let mut state = self.begin()?;
        let group = self.stage(&mut state, queue, waiting)?;
        if group.batch.entries.is_empty() {
            state.store.abandon();
        } else {
            state.store.commit(&group.batch)?;
        }
        self.floor = self.floor.max(state.view.tree.size());
        self.state = Some(state);
        Ok(())
    }

    /// Seals orders from the head of the queue until the transaction is full.
    fn stage(
        &self,
        state: &mut State,
        queue: &mut VecDeque<Order>,
        waiting: &mut Vec<Waiting>,
    ) -> Result<Group> {
        let mut group = Group::default();
        while let Some(Order::Append {
            drafts, condition, ..
        }) = queue.front()
        {
            if !group.fits(drafts) {
                break;
            }
            let staged = group.stage(&self.session, state, drafts, *condition);
            if matches!(staged, Ok(Staged::Later)) {
                break;
            }
            let Some(Order::Append { reply, .. }) = queue.pop_front() else {
                break;
            };
            match staged {
                Ok(Staged::Written(receipts)) => waiting.push((reply, receipts)),
                Ok(Staged::Later) => {}
                Ok(Staged::Overtaken(error)) => {
                    let _ = reply.send(Err(error));
                }
                Err(error) if is_refusal(&error) => {
                    let _ = reply.send(Err(error));
                }
                Err(error) => {
                    waiting.push((reply, Vec::new()));
                    return Err(error);
                }
            }
        }
        Ok(group)
    }

    /// Reads back, signs, raises the high-water mark, files the checkpoint.
    fn checkpoint(&mut self) -> Result<Checkpoint> {
        let mut state = self.begin()?;
        let size = state.view.tree.size();
        let checkpoint = match &state.signed.newest {
            Some(signed) if signed.size() == size && state.signed.has_mark => {
                state.store.abandon();
                signed.clone()
            }
            _ => {
                let by = &self.session.follow(&mut *state.store)?.signer;
                state.read_back(&self.session)?;
                let root = state.view.tree.root();
                let signed = Checkpoint::sign(&self.session.identity.origin, size, root, &**by)?;
                state.store.set_mark(signed.note())?;
                state.store.commit(&Batch {
                    checkpoint: Some(StoredCheckpoint {
                        size,
                        note: signed.note().to_owned(),
                    }),
                    ..Batch::default()
                })?;
                state.signed = Signed {
                    newest: Some(signed.clone()),
                    has_mark: true,
                };
                signed
            }
        };
        self.state = Some(state);
        Ok(checkpoint)
    }
}

impl Writer {
    /// Hands over to the key that follows in the succession of the log, and signs with it.
    fn succeed(&mut self) -> Result<Checkpoint> {
        let succession = self.session.options.succession.clone().ok_or_else(rotated)?;
        self.hand_over(|handovers| succession.prepare(handovers))?;
        self.checkpoint()
    }

    /// Hands over to another key: the entry that says so, signed by both. `next` is asked for the signer after so many
    /// hand-overs once it is clear that this one still signs.
    pub(super) fn hand_over(&mut self, next: impl FnOnce(u64) -> Result<Arc<dyn Signer>>) -> Result<()> {
        self.checkpoint()?;
        let mut state = self.begin()?;
        let session = Arc::clone(&self.session);
        let signing = session.follow(&mut *state.store)?;
        let next = next(signing.chain.handovers().saturating_add(1))?;
        state.read_back(&session)?;
        let mut group = Group::default();
        group.stage_rotation(&session, signing, &mut state, &*next)?;
        state.store.commit(&group.batch)?;
        self.floor = self.floor.max(state.view.tree.size());
        self.state = Some(state);
        Ok(())
    }
}

impl State {
    /// How many entries are under the newest checkpoint.
    pub(super) fn signed_size(&self) -> u64 {
        self.signed.newest.as_ref().map_or(0, Checkpoint::size)
    }

    /// Reads what was stored since the last checkpoint, hashes it again, and compares with the tree in memory.
    fn read_back(&mut self, session: &Session) -> Result<()> {
        let end = self.view.tree.size();
        while self.read_back.size() < end {
            let from = self.read_back.size();
            for hash in self.hashes(session, from..end.min(from + AT_ONCE))? {
                self.read_back.push(hash);
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

    /// The leaf hashes of stored entries. Of many, a second thread with a connection of its own reads half.
    fn hashes(&mut self, session: &Session, range: Range<u64>) -> Result<Vec<Hash>> {
        let length = range.end - range.start;
        if length < SHARED {
            return stored_hashes(&mut *self.store, session, range);
        }
        let middle = range.start + length / 2;
        std::thread::scope(|scope| {
            let second = std::thread::Builder::new()
                .name("vcto-ledger-check".to_owned())
                .spawn_scoped(scope, || {
                    let mut store = session.storage.backend().connect()?;
                    stored_hashes(&mut *store, session, middle..range.end)
                })
                .map_err(|source| Error::io(source, "thread"))?;
            let mut hashes = stored_hashes(&mut *self.store, session, range.start..middle)?;
            let ended = |_| Error::new(ErrorKind::Internal, "a thread of the ledger panicked");
            hashes.append(&mut second.join().map_err(ended)??);
            Ok(hashes)
        })
    }
}

/// The leaf hashes of stored entries, each checked against its place, its header and its payload.
fn stored_hashes(store: &mut dyn Store, session: &Session, range: Range<u64>) -> Result<Vec<Hash>> {
    let mut hashes = Vec::new();
    let mut seq = range.start;
    while seq < range.end {
        let from = seq;
        let wanted = usize::try_from(range.end - from).map_or(PAGE, |rest| rest.min(PAGE));
        let seen = store.scan(from, wanted, &mut |row, ciphertext| {
            let (header, hash) = row_header(row, seq, session.identity.log_id)?;
            check_digest(
                &header,
                ciphertext.ok_or_else(|| corrupt(header.seq, "has no payload"))?,
            )?;
            hashes.push(hash);
            seq += 1;
            Ok(())
        })?;
        if seen == 0 {
            return Err(corrupt(from, "is missing"));
        }
    }
    Ok(hashes)
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
