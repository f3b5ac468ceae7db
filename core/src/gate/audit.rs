//! The policy verdict of a verification: the whole log passes through the transition function again, signatures included.

use super::state::State;
use crate::error::{Error, ErrorKind, Result};
use crate::ledger::{DomainCheck, DomainReplay, Entry, EntryType};

/// Checks that nothing in a log ran without what its level needs. Handed to the ledger when it is opened.
#[derive(Clone, Copy, Debug, Default)]
pub struct GateCheck;

impl DomainCheck for GateCheck {
    fn replay(&self) -> Box<dyn DomainReplay> {
        Box::new(Replay(None))
    }

    /// All that this crate gives a meaning, now or later: the records of the gate, snapshots and reviews.
    fn reserves(&self, entry_type: EntryType) -> bool {
        entry_type < EntryType::FIRST_FREE
    }
}

struct Replay(Option<State>);

impl DomainReplay for Replay {
    fn entry(&mut self, entry: &Entry) -> Result<()> {
        let state = self.0.get_or_insert_with(|| State::new(entry.header().log_id));
        if entry.header().log_id != state.log_id() {
            return Err(
                Error::new(ErrorKind::Corrupt, "the entry is of another log").with("seq", entry.seq())
            );
        }
        state.take_in(entry)
    }
}
