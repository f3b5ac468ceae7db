//! The reader thread: answers questions from a connection of its own, so that reading never waits for a commit.

use std::ops::Range;
use std::sync::Arc;
use std::sync::mpsc::Receiver;

use futures_channel::oneshot;

use super::edge::{PAGE, View, check_signed, corrupt, row_header};
use super::entry::Entry;
use super::session::Session;
use super::store::Store;
use crate::error::Result;

/// A question, with the way back.
pub(super) enum Question {
    Entries {
        range: Range<u64>,
        reply: oneshot::Sender<Result<Vec<Entry>>>,
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
}

impl Reader {
    pub(super) fn new(session: Arc<Session>) -> Self {
        Self { session, state: None }
    }

    /// Answers until all senders are gone.
    pub(super) fn run(mut self, questions: &Receiver<Question>) {
        while let Ok(question) = questions.recv() {
            match question {
                Question::Entries { range, reply } => {
                    let _ = reply.send(self.with(|session, state| state.entries(session, range)));
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
        let answered = answer(&self.session, &mut state)?;
        self.state = Some(state);
        Ok(answered)
    }

    fn connect(&self) -> Result<State> {
        let session = &self.session;
        let mut store = session.storage.backend().connect()?;
        let view = View::load(&mut *store, session.identity.log_id)?;
        check_signed(
            &mut *store,
            &view,
            &session.key,
            session.options.accept_missing_mark,
        )?;
        Ok(State { store, view })
    }
}

impl State {
    fn entries(&mut self, session: &Session, range: Range<u64>) -> Result<Vec<Entry>> {
        let Self { store, view } = self;
        let end = range.end.min(view.tree.size());
        let mut entries = Vec::new();
        let mut seq = range.start;
        while seq < end {
            let from = seq;
            let limit = usize::try_from(end - seq).unwrap_or(PAGE).min(PAGE);
            store.scan(from, limit, &mut |row, ciphertext| {
                let (header, _) = row_header(row, seq, session.identity.log_id)?;
                let stored = ciphertext.ok_or_else(|| corrupt(seq, "has no payload"))?;
                let payload = session.ring.open(&header, stored.to_vec())?;
                entries.push(Entry::new(header, payload));
                seq += 1;
                Ok(())
            })?;
            if seq == from {
                return Err(corrupt(seq, "is missing"));
            }
        }
        Ok(entries)
    }
}
