//! Where a log is kept: one small synchronous trait, its implementations, and what lies beside the records: the fair
//! lock of the writers, leases, and the high-water mark.

#[cfg(test)]
mod faulty;
mod memory;
#[cfg(feature = "sqlite")]
mod place;
#[cfg(feature = "sqlite")]
mod schema;
#[cfg(feature = "sqlite")]
mod sqlite;

use std::fmt;
use std::path::Path;
#[cfg(feature = "sqlite")]
use std::path::PathBuf;
use std::sync::Arc;

use super::entry::LogId;
use super::header::{HEADER_LEN, Header};
use super::tree::{FullTile, Hash, TileId};
use crate::error::{Error, Result};

#[cfg(test)]
pub(crate) use faulty::{Faults, with_faults};

/// Where a log is kept. Clones name the same place.
#[derive(Clone, Debug)]
pub struct Storage(Arc<dyn Backend>);

impl Storage {
    /// In memory: gone when the last clone of this value and the last ledger on it are gone. A ledger that was dropped
    /// can be opened again from a clone.
    #[must_use]
    pub fn memory() -> Self {
        Self(Arc::new(memory::Memory::default()))
    }

    /// In a folder, which is created with the log: the SQLite file `ledger.db`, lock files, and the high-water mark.
    ///
    /// Several processes may use the folder at once. Nothing but this crate may open the database while one does, not even
    /// to read it: closing any descriptor of the file drops the locks of the process. The folder must lie on a local disk.
    #[cfg(feature = "sqlite")]
    #[must_use]
    pub fn sqlite(dir: impl Into<PathBuf>) -> Self {
        Self(Arc::new(sqlite::Sqlite::new(dir.into(), None)))
    }

    /// As [`sqlite`](Self::sqlite), with the high-water mark in a file elsewhere: on another volume it detects that the
    /// whole folder was rolled back.
    #[cfg(feature = "sqlite")]
    #[must_use]
    pub fn sqlite_with_mark(dir: impl Into<PathBuf>, mark: impl Into<PathBuf>) -> Self {
        Self(Arc::new(sqlite::Sqlite::new(dir.into(), Some(mark.into()))))
    }

    pub(super) fn backend(&self) -> &dyn Backend {
        &*self.0
    }
}

/// Shows that its holder is at work. Held until it is dropped or its process ends.
#[must_use = "a lease that is dropped is free again"]
pub struct Lease(#[expect(dead_code, reason = "held for its drop")] Box<dyn Send + Sync>);

impl Lease {
    pub(super) fn new(guard: impl Send + Sync + 'static) -> Self {
        Self(Box::new(guard))
    }
}

impl fmt::Debug for Lease {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Lease(..)")
    }
}

/// A kind of place.
pub(super) trait Backend: fmt::Debug + Send + Sync {
    /// Makes a place for a new log: all of `genesis` or nothing is there afterwards.
    fn create(&self, identity: &Identity, keys: &[WrappedKey], genesis: &Batch, mark: &str) -> Result<()>;
    /// A connection of its own to a log that is there.
    fn connect(&self) -> Result<Box<dyn Store>>;
    /// Takes a lease if it is free. The name is made of ASCII letters, digits and hyphens.
    fn lease(&self, name: &str) -> Result<Option<Lease>>;
}

/// A connection to a log. What it returns is not trusted: callers re-hash it.
pub(super) trait Store: Send {
    fn identity(&mut self) -> Result<Identity>;
    fn keys(&mut self) -> Result<Vec<WrappedKey>>;
    /// The number of entries: one more than the highest sequence number.
    fn size(&mut self) -> Result<u64>;
    /// Shows rows from `from` on, in order, at most `limit`, each with its payload; returns how many.
    fn scan(&mut self, from: u64, limit: usize, visit: &mut Visit<'_>) -> Result<usize>;
    /// Rows from `from` on, in order, at most `limit`.
    fn rows(&mut self, from: u64, limit: usize) -> Result<Vec<Row>>;
    /// The entry with this idempotency tag.
    fn seq_of_tag(&mut self, tag: &[u8; 16]) -> Result<Option<u64>>;
    /// A full tile.
    fn tile(&mut self, id: TileId) -> Result<Option<Vec<Hash>>>;
    /// Signed checkpoints from this size on, by size, at most `limit`.
    fn checkpoints(&mut self, from: u64, limit: usize) -> Result<Vec<StoredCheckpoint>>;
    /// The newest signed checkpoint.
    fn last_checkpoint(&mut self) -> Result<Option<StoredCheckpoint>>;
    /// The high-water mark: the newest checkpoint, kept outside of the records.
    fn mark(&mut self) -> Result<Option<String>>;
    /// Replaces the high-water mark; durable when it returns. Only between `begin` and the end of the transaction.
    fn set_mark(&mut self, note: &str) -> Result<()>;

    /// Takes the fair lock: from here on nobody else writes.
    fn begin(&mut self) -> Result<()>;
    /// Writes, durably when it returns, and lets the lock go.
    fn commit(&mut self, batch: &Batch) -> Result<()>;
    /// Lets the lock go without writing.
    fn abandon(&mut self);
}

/// What a log is, as kept beside its records.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Identity {
    pub(super) log_id: LogId,
    pub(super) origin: String,
    pub(super) region: String,
}

/// A log's key, wrapped by the customer's.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct WrappedKey {
    pub(super) purpose: super::keys::KeyPurpose,
    pub(super) provider: String,
    pub(super) wrapped: Vec<u8>,
    pub(super) commitment: [u8; 32],
}

/// Takes a row and its payload, where there is one.
pub(super) type Visit<'a> = dyn FnMut(&Row, Option<&[u8]>) -> Result<()> + 'a;

/// A stored entry without its payload.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Row {
    pub(super) seq: u64,
    pub(super) header: Vec<u8>,
    pub(super) leaf_hash: Vec<u8>,
}

/// A signed checkpoint and the size that it is filed under.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct StoredCheckpoint {
    pub(super) size: u64,
    pub(super) note: String,
}

/// What one transaction writes.
#[derive(Debug, Default)]
pub(super) struct Batch {
    pub(super) entries: Vec<Sealed>,
    pub(super) tiles: Vec<FullTile>,
    pub(super) checkpoint: Option<StoredCheckpoint>,
}

/// A sealed entry, ready to be stored.
#[derive(Debug)]
pub(super) struct Sealed {
    pub(super) header: Header,
    pub(super) bytes: [u8; HEADER_LEN],
    pub(super) leaf_hash: Hash,
    pub(super) ciphertext: Vec<u8>,
}

/// Makes a new or renamed file in a directory durable.
pub(super) fn sync_parent(path: &Path) -> Result<()> {
    let parent = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    #[cfg(unix)]
    std::fs::File::open(parent)
        .and_then(|dir| dir.sync_all())
        .map_err(|source| Error::io(source, parent.display()))?;
    Ok(())
}
