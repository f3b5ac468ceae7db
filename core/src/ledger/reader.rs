//! The reader thread: answers questions from a connection of its own, so that reading never waits for a commit.

use std::ops::Range;
use std::sync::Arc;
use std::sync::mpsc::Receiver;

use futures_channel::oneshot;
use jiff::Timestamp;

use super::checkpoint::Checkpoint;
use super::edge::{View, check_signed, corrupt, edge, row_header};
use super::entry::{Entry, EntryType};
use super::header::Header;
use super::proof::{ConsistencyProof, EntryProof, consistency, inclusion};
use super::select::{Cursor, Page, Selection};
use super::session::Session;
use super::store::{Row, Store};
use super::tiles::{TileCache, Tiles, slot};
use super::tree::{Hash, TILE_WIDTH, TileId};
use crate::error::{Error, ErrorKind, Result};

const TILE: u64 = TILE_WIDTH as u64;
/// At most so many entries are looked at for one page.
const SCANNED: u64 = 16 * TILE;
/// A page ends with the entry with which its payloads reach this many bytes.
const PAGE_BYTES: usize = 16 << 20;

/// Called with a row, its payload, and the leaf that the tree has in its place.
type LeafVisit<'v> = dyn FnMut(&Row, Option<&[u8]>, Option<&Hash>) -> Result<()> + 'v;

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
    Page {
        selection: Selection,
        cursor: Cursor,
        limit: usize,
        reply: oneshot::Sender<Result<Page>>,
    },
    /// The root of the first so many entries.
    Root {
        size: u64,
        reply: oneshot::Sender<Result<Hash>>,
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
                Question::Page {
                    selection,
                    cursor,
                    limit,
                    reply,
                } => {
                    let _ = reply
                        .send(self.with(|session, state| state.page(session, &selection, &cursor, limit)));
                }
                Question::Root { size, reply } => {
                    let _ = reply.send(self.with(|session, state| state.root(session, size)));
                }
                Question::Size { reply } => {
                    let _ = reply.send(self.with(|_, state| Ok(state.view.tree.size())));
                }
            }
        }
    }

    fn with<T>(&mut self, answer: impl FnOnce(&Session, &mut State) -> Result<T>) -> Result<T> {
        let present = match self.state.take() {
            // A server that was away meanwhile is asked again.
            Some(mut state) => match state.view.advance(&mut *state.store) {
                Err(error) if error.kind() == ErrorKind::Unavailable => None,
                other => Some(other.map(|()| state)),
            },
            None => None,
        };
        let mut state = if let Some(present) = present {
            present?
        } else {
            let mut state = self.connect()?;
            state.view.advance(&mut *state.store)?;
            state
        };
        if std::mem::take(&mut state.view.has_rotated) {
            // Where the next key is not at hand, it is for the writer to say.
            let _ = self.session.follow(&mut *state.store);
        }
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
        check_signed(&mut *store, &mut view, session)?;
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
            self.visit(seq..seq + limit as u64, &mut |row, ciphertext, leaf| {
                entries.push(entry(session, seq, row, ciphertext, leaf, &wants)?);
                seq += 1;
                Ok(())
            })?;
        }
        Ok(entries)
    }

    /// What follows a cursor: at most `limit` selected entries, out of at most [`SCANNED`] and about [`PAGE_BYTES`] of
    /// payloads, so that nobody waits long for the reader.
    fn page(&mut self, session: &Session, wanted: &Selection, cursor: &Cursor, limit: usize) -> Result<Page> {
        self.check_cursor(session, cursor)?;
        let size = self.view.tree.size();
        let end = match wanted.until {
            Some(time) => self.first_since(session, time)?,
            None => size,
        };
        let end = end.min(wanted.seq.end);
        let mut next = cursor.next.max(wanted.seq.start.min(size));
        if let Some(time) = wanted.since {
            next = next.max(self.first_since(session, time)?);
        }
        let stop = end.min(next.saturating_add(SCANNED));
        let (mut entries, mut bytes) = (Vec::new(), 0);
        while next < stop && entries.len() < limit && bytes < PAGE_BYTES {
            let until = stop.min((next / TILE + 1) * TILE);
            let mut seq = next;
            self.visit(next..until, &mut |row, ciphertext, leaf| {
                if entries.len() < limit && bytes < PAGE_BYTES {
                    let entry = entry(session, seq, row, ciphertext, leaf, &|entry_type| {
                        wanted.wants(entry_type)
                    })?;
                    if wanted.wants(entry.entry_type()) && wanted.is_about(&entry) {
                        bytes += entry.payload().len();
                        entries.push(entry);
                    }
                    next = seq + 1;
                }
                seq += 1;
                Ok(())
            })?;
        }
        Ok(Page {
            entries,
            is_end: next >= end,
            cursor: self.cursor(session, next)?,
        })
    }

    /// Shows the rows of a range within one tile, each with the leaf that the tree has in its place.
    fn visit(&mut self, range: Range<u64>, visit: &mut LeafVisit<'_>) -> Result<()> {
        let leaves = self.tiles().verified(TileId {
            level: 0,
            index: range.start / TILE,
        })?;
        let wanted = usize::try_from(range.end - range.start).unwrap_or(TILE_WIDTH);
        let mut seq = range.start;
        let seen = self.store.scan(range.start, wanted, &mut |row, ciphertext| {
            let leaf = leaves.get(slot(seq));
            seq += 1;
            visit(row, ciphertext, leaf)
        })?;
        if seen == wanted {
            Ok(())
        } else {
            Err(corrupt(seq, "is missing"))
        }
    }

    /// The place of the first entry of this time or later; the size of the log where there is none.
    fn first_since(&mut self, session: &Session, time: Timestamp) -> Result<u64> {
        let (mut low, mut high) = (0, self.view.tree.size());
        while low < high {
            let middle = low + (high - low) / 2;
            if self.header(session, middle)?.time() < time {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        Ok(low)
    }

    /// The header of an entry that is there, as the tree has it.
    fn header(&mut self, session: &Session, seq: u64) -> Result<Header> {
        let mut found = None;
        self.visit(seq..seq + 1, &mut |row, ciphertext, leaf| {
            found = Some(entry(session, seq, row, ciphertext, leaf, &|_| false)?);
            Ok(())
        })?;
        found
            .map(|entry| entry.header().clone())
            .ok_or_else(|| corrupt(seq, "is missing"))
    }

    fn cursor(&mut self, session: &Session, next: u64) -> Result<Cursor> {
        let last = match next.checked_sub(1) {
            Some(last) => Some(self.leaf(last)?),
            None => None,
        };
        Ok(Cursor {
            log_id: session.identity.log_id,
            next,
            last,
        })
    }

    fn leaf(&mut self, seq: u64) -> Result<Hash> {
        let leaves = self.tiles().verified(TileId {
            level: 0,
            index: seq / TILE,
        })?;
        let leaf = leaves.get(slot(seq)).copied();
        leaf.ok_or_else(|| corrupt(seq, "is missing"))
    }

    /// Refuses to read on where the log is not the one that was read so far.
    fn check_cursor(&mut self, session: &Session, cursor: &Cursor) -> Result<()> {
        if cursor.log_id != session.identity.log_id {
            return Err(
                Error::new(ErrorKind::InvalidInput, "the cursor is of another log")
                    .remedy("begin without a cursor, or pass the one that this log gave"),
            );
        }
        let size = self.view.tree.size();
        if cursor.next > size {
            let text = format!(
                "the cursor is behind entry {}, and the log has {size}: the log was cut, or this is not the cursor that it gave",
                cursor.next - 1
            );
            return Err(Error::new(ErrorKind::RollbackDetected, text)
                .with("have", size)
                .with("expected", cursor.next));
        }
        if let (Some(seq), Some(last)) = (cursor.next.checked_sub(1), cursor.last)
            && self.leaf(seq)? != last
        {
            return Err(Error::new(
                ErrorKind::RollbackDetected,
                format!("entry {seq} is not the one that was read before: the log was written anew"),
            )
            .with("seq", seq));
        }
        Ok(())
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
        proof.verify(session.signing().chain.at(checkpoint.size()))?;
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

    fn root(&mut self, session: &Session, size: u64) -> Result<Hash> {
        self.within(size, self.view.tree.size())?;
        Ok(edge(&mut *self.store, session.identity.log_id, size)?.root())
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
    wants: &dyn Fn(EntryType) -> bool,
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
