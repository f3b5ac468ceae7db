//! Where a log is kept: one small synchronous trait, its implementations, and what lies beside the records: the fair
//! lock of the writers, leases, and the high-water mark.

#[cfg(feature = "sqlite")]
mod access;
#[cfg(test)]
mod faulty;
#[cfg(any(feature = "postgres", feature = "sqlite"))]
mod mark;
mod memory;
#[cfg(feature = "sqlite")]
mod place;
#[cfg(feature = "postgres")]
mod postgres;
#[cfg(feature = "sqlite")]
mod schema;
#[cfg(feature = "sqlite")]
mod sqlite;

use std::fmt;
use std::path::Path;
#[cfg(any(feature = "postgres", feature = "sqlite"))]
use std::path::PathBuf;
use std::sync::Arc;

use super::entry::LogId;
use super::header::{HEADER_LEN, Header};
#[cfg(any(feature = "postgres", feature = "sqlite"))]
use super::keys::KeyPurpose;
use super::tree::{FullTile, Hash, TileId};
#[cfg(any(feature = "postgres", feature = "sqlite"))]
use crate::error::ErrorKind;
use crate::error::{Error, Result};

#[cfg(feature = "postgres")]
pub(crate) use postgres::Server;
#[cfg(feature = "postgres")]
pub use postgres::postgres_schema;

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

    /// In a PostgreSQL database, which holds many logs: the one of this origin. Its high-water mark is a file, outside of the
    /// database.
    ///
    /// Processes on several machines may use the log at once; each keeps a mark of its own. A machine that opens the log for the
    /// first time has none: compare the log with a checkpoint, a receipt or a bundle of another, and accept that with
    /// [`accept_missing_mark`](super::LedgerOptions::accept_missing_mark), which the log records; or copy the mark of another. The URL is
    /// `postgres://user:password@host:5432/database`, a folder of sockets as `%2Frun%2Fpostgresql`; it is read, not used yet.
    /// This build has no TLS: for a server on another machine end a tunnel on this one, or say `sslmode=disable` where the
    /// network itself is private. What is written works as the role `vcto_app`, see [`postgres_schema`].
    ///
    /// # Errors
    /// `invalid_input` for a URL that cannot be read, `unsupported` for one that needs TLS. Neither quotes the URL.
    #[cfg(feature = "postgres")]
    pub fn postgres(url: &str, origin: &str, mark: impl Into<PathBuf>) -> Result<Self> {
        Ok(Self(Arc::new(postgres::Postgres::new(url, origin, mark.into())?)))
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
    /// Makes a place for a log: all of the batches, of which the first begins with the genesis, or nothing is there afterwards.
    fn create(
        &self,
        identity: &Identity,
        keys: &[WrappedKey],
        batches: &mut Batches<'_>,
        mark: &str,
    ) -> Result<()>;
    /// A connection of its own to a log that is there.
    fn connect(&self) -> Result<Box<dyn Store>>;
    /// As [`connect`](Self::connect), only to read: nothing that lies there is changed.
    fn evidence(&self) -> Result<Box<dyn Store>> {
        self.connect()
    }
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
    /// Where the mark lies, if it is a file.
    fn mark_path(&self) -> Option<&Path> {
        None
    }
    /// Rows that belong to no entry of the log, in order, the first of many.
    fn strays(&mut self) -> Result<Vec<Stray>> {
        Ok(Vec::new())
    }
    /// Whether nobody wrote meanwhile, where a connection that only reads does not see that by itself.
    fn is_as_it_was(&mut self) -> bool {
        true
    }
    /// Replaces the high-water mark; durable when it returns. Only between `begin` and the end of the transaction.
    fn set_mark(&mut self, note: &str) -> Result<()>;

    /// Takes the fair lock: from here on nobody else writes.
    fn begin(&mut self) -> Result<()>;
    /// Whether a lease that this process holds, where it holds one of this name, is still its own: nobody takes it over
    /// before the transaction ends. A lock of the operating system cannot be lost. Only in a transaction.
    fn holds(&mut self, _lease: &str) -> Result<bool> {
        Ok(true)
    }
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

/// A row where the log has nothing, by its number in its table.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[cfg_attr(
    not(any(feature = "sqlite", feature = "postgres")),
    allow(dead_code, reason = "a store in memory has nothing astray")
)]
pub(super) enum Stray {
    Checkpoint(i64),
    Payload(i64),
    Tile(i64),
}

#[cfg(any(feature = "postgres", feature = "sqlite"))]
impl Stray {
    fn new(kind: &str, number: i64) -> Self {
        match kind {
            "checkpoint" => Self::Checkpoint(number),
            "payload" => Self::Payload(number),
            _ => Self::Tile(number),
        }
    }
}

/// What to do where a row cannot be inserted.
#[cfg(any(feature = "postgres", feature = "sqlite"))]
const IN_THE_WAY: &str =
    "something lies in the database that this log did not write: `verify_storage` names it";

/// What one transaction writes.
#[derive(Debug, Default)]
pub(super) struct Batch {
    pub(super) entries: Vec<Sealed>,
    pub(super) tiles: Vec<FullTile>,
    pub(super) checkpoint: Option<StoredCheckpoint>,
}

/// Gives the next batch, or none at the end.
pub(super) type Batches<'a> = dyn FnMut() -> Result<Option<Batch>> + 'a;

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

/// The integers of databases are signed; nothing in a log reaches 2^63.
#[cfg(any(feature = "postgres", feature = "sqlite"))]
fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

#[cfg(any(feature = "postgres", feature = "sqlite"))]
fn unsigned(number: i64) -> Result<u64> {
    u64::try_from(number).map_err(|_| Error::new(ErrorKind::Corrupt, "a stored number is negative"))
}

/// How a key's purpose is stored: 1 with the epoch, or 2 with 0.
#[cfg(any(feature = "postgres", feature = "sqlite"))]
fn purpose_numbers(purpose: KeyPurpose) -> (i32, i64) {
    match purpose {
        KeyPurpose::Epoch(epoch) => (1, i64::from(epoch)),
        KeyPurpose::Blinding => (2, 0),
    }
}

#[cfg(any(feature = "postgres", feature = "sqlite"))]
fn key_purpose(purpose: i32, epoch: i64) -> Result<KeyPurpose> {
    match (purpose, u32::try_from(epoch)) {
        (1, Ok(epoch)) => Ok(KeyPurpose::Epoch(epoch)),
        (2, Ok(0)) => Ok(KeyPurpose::Blinding),
        _ => Err(Error::new(
            ErrorKind::Corrupt,
            "a stored key has an unknown purpose",
        )),
    }
}

/// How a tile is found: level in the top byte, index below.
#[cfg(any(feature = "postgres", feature = "sqlite"))]
fn tile_number(id: TileId) -> Result<i64> {
    let number = (u64::from(id.level) << 56) | id.index;
    match i64::try_from(number) {
        Ok(number) if id.level < 8 && id.index < 1 << 56 => Ok(number),
        _ => Err(Error::new(ErrorKind::Internal, "a tile outside of every tree")),
    }
}
