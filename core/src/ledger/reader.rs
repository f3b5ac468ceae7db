//! The reader thread: answers questions from a connection of its own, so that reading never waits for a commit.

use std::ops::Range;
use std::sync::Arc;
use std::sync::mpsc::Receiver;

use futures_channel::oneshot;

use super::checkpoint::Checkpoint;
use super::edge::{View, check_signed, corrupt, row_header};
use super::entry::{Entry, EntryType};
use super::proof::{ConsistencyProof, EntryProof, consistency, inclusion};
use super::session::Session;
use super::store::{Row, Store};
use super::tiles::{TileCache, Tiles, slot};
use super::tree::{Hash, TILE_WIDTH, TileId};
use crate::error::{Error, ErrorKind, Result};

/// A question, with the way back.
pub(super) enum Question {
    Entries {
        range: Range<u64>,
        /// Of which types the payloads are wanted; the others come without.
        wants: fn(EntryType) -> bool,
        reply: oneshot::Sender<Result<Vec<Entry>>>,
    },
    Consistency {
        old: u64,
        new: u64,
        reply: oneshot::Sender<Result<ConsistencyProof>>,
    },
    Inclusion {
        seq: u64,
        checkpoint: Checkpoint,
        reply: oneshot::Sender<Result<EntryProof>>,
    },
    Size {
        reply: oneshot::Sender<Result<u64>>,
    },
}

/// Owns the connection that reads.
pub(super) struct Reader {
    session: Arc<Session>,
    // INVARIANT: `None` after any failure, so that the next question starts from what is stored.
    state: Option<State>,
}

struct State {
    store: Box<dyn Store>,
    view: View,
    tiles: TileCache,
}

impl Reader {
    pub(super) fn new(session: Arc<Session>) -> Self {
        Self { session, state: None }
    }

    /// Answers until all senders are gone.
    pub(super) fn run(mut self, questions: &Receiver<Question>) {
        while let Ok(question) = questions.recv() {
            match question {
                Question::Entries { range, wants, reply } => {
                    let _ = reply.send(self.with(|session, state| state.entries(session, range, wants)));
                }
                Question::Consistency { old, new, reply } => {
                    let _ = reply.send(self.with(|_, state| state.consistency(old, new)));
                }
                Question::Inclusion {
                    seq,
                    checkpoint,
                    reply,
                } => {
                    let _ =
                        reply.send(self.with(|session, state| state.inclusion(session, seq, &checkpoint)));
                }
                Question::Size { reply } => {
                    let _ = reply.send(self.with(|_, state| Ok(state.view.tree.size())));
                }
            }
        }
    }

    fn with<T>(&mut self, answer: impl FnOnce(&Session, &mut State) -> Result<T>) -> Result<T> {
        let mut state = match self.state.take() {
            Some(state) => state,
            None => self.connect()?,
        };
        state.view.advance(&mut *state.store)?;
        let answered = answer(&self.session, &mut state);
        // Who asks for what is not there has done no harm.
        if answered
            .as_ref()
            .err()
            .is_none_or(|error| error.kind() == ErrorKind::NotFound)
        {
            self.state = Some(state);
        }
        answered
    }

    fn connect(&self) -> Result<State> {
        let session = &self.session;
        let mut store = session.storage.backend().connect()?;
        let mut view = View::load(&mut *store, session.identity.log_id)?;
        check_signed(
            &mut *store,
            &mut view,
            &session.key,
            session.options.accept_missing_mark,
        )?;
        Ok(State {
            store,
            view,
            tiles: TileCache::default(),
        })
    }
}

impl State {
    fn entries(
        &mut self,
        session: &Session,
        range: Range<u64>,
        wants: fn(EntryType) -> bool,
    ) -> Result<Vec<Entry>> {
        let end = range.end.min(self.view.tree.size());
        let mut entries = Vec::new();
        let mut seq = range.start;
        while seq < end {
            // A page does not cross a tile.
            let rest = TILE_WIDTH - slot(seq);
            let limit = usize::try_from(end - seq).unwrap_or(rest).min(rest);
            let leaves = self.tiles().verified(TileId {
                level: 0,
                index: seq / TILE_WIDTH as u64,
            })?;
            let from = seq;
            self.store.scan(seq, limit, &mut |row, ciphertext| {
                let leaf = leaves.get(slot(seq));
                entries.push(entry(session, seq, row, ciphertext, leaf, wants)?);
                seq += 1;
                Ok(())
            })?;
            if seq != from + limit as u64 {
                return Err(corrupt(seq, "is missing"));
            }
        }
        Ok(entries)
    }

    fn inclusion(&mut self, session: &Session, seq: u64, checkpoint: &Checkpoint) -> Result<EntryProof> {
        self.within(seq.saturating_add(1), checkpoint.size())?;
        self.within(checkpoint.size(), self.view.tree.size())?;
        let hashes = inclusion(&mut self.tiles(), seq, checkpoint.size())?;
        let row = self
            .store
            .rows(seq, 1)?
            .pop()
            .ok_or_else(|| corrupt(seq, "is missing"))?;
        let (header, _) = row_header(&row, seq, session.identity.log_id)?;
        let proof = EntryProof::new(header.to_bytes(), seq, hashes, checkpoint);
        proof.verify(&session.key)?;
        Ok(proof)
    }

    fn consistency(&mut self, old: u64, new: u64) -> Result<ConsistencyProof> {
        self.within(old, new)?;
        self.within(new, self.view.tree.size())?;
        let hashes = if old == 0 {
            Vec::new()
        } else {
            consistency(&mut self.tiles(), old, new)?
        };
        Ok(ConsistencyProof {
            old_size: old,
            new_size: new,
            hashes,
        })
    }

    fn within(&self, small: u64, large: u64) -> Result<()> {
        if small <= large {
            return Ok(());
        }
        let size = self.view.tree.size();
        Err(Error::new(
            ErrorKind::NotFound,
            format!("the log has no such entry or size: it has {size} entries"),
        )
        .during("ledger.prove"))
    }

    fn tiles(&mut self) -> Tiles<'_> {
        Tiles {
            store: &mut *self.store,
            tree: &self.view.tree,
            cache: &mut self.tiles,
        }
    }
}

/// A row, checked against the tree and opened.
fn entry(
    session: &Session,
    seq: u64,
    row: &Row,
    ciphertext: Option<&[u8]>,
    leaf: Option<&Hash>,
    wants: fn(EntryType) -> bool,
) -> Result<Entry> {
    let (header, hash) = row_header(row, seq, session.identity.log_id)?;
    if leaf != Some(&hash) {
        return Err(corrupt(seq, "is not the one that is in the tree"));
    }
    if !wants(header.entry_type) {
        return Ok(Entry::new(header, Vec::new()));
    }
    let stored = ciphertext.ok_or_else(|| corrupt(seq, "has no payload"))?;
    let payload = session.ring.open(&header, stored.to_vec())?;
    Ok(Entry::new(header, payload))
}
