//! The store in SQLite: one file a log, several processes may write it.

use std::path::{Path, PathBuf};

use rusqlite::{Connection, OptionalExtension, Row as SqlRow, ToSql};

use super::access::{Access, FileIdentity, file_identity};
use super::place::{Place, WriteLock, check_files};
use super::schema::{self, failed};
use super::{
    Backend, Batch, Batches, Identity, Lease, Row, Sealed, Store, StoredCheckpoint, Stray, Visit, WrappedKey,
    key_purpose, purpose_numbers, signed, sync_parent, tile_number, unsigned,
};
use crate::error::{Error, ErrorKind, Result};
use crate::ledger::entry::LogId;
use crate::ledger::tree::{Hash, TileId};

/// See [`Storage::sqlite`](super::Storage::sqlite).
#[derive(Debug)]
pub(super) struct Sqlite(Place);

impl Sqlite {
    pub(super) fn new(dir: PathBuf, mark: Option<PathBuf>) -> Self {
        Self(Place::new(dir, mark))
    }

    /// Writes the whole log into a file under another name, and closes it.
    fn write_unborn(
        &self,
        identity: &Identity,
        keys: &[WrappedKey],
        batches: &mut Batches<'_>,
    ) -> Result<()> {
        let path = self.0.unborn();
        // A write-ahead log that outlived its database would be played into the new one.
        let database = self.0.database();
        let outlived = ["-wal", "-shm", "-journal"].map(|suffix| (&database, suffix));
        let unborn = ["", "-wal", "-shm", "-journal"].map(|suffix| (&path, suffix));
        for (file, suffix) in outlived.into_iter().chain(unborn) {
            let mut name = file.clone().into_os_string();
            name.push(suffix);
            match std::fs::remove_file(&name) {
                Err(source) if source.kind() != std::io::ErrorKind::NotFound => {
                    return Err(Error::io(source, PathBuf::from(name).display()));
                }
                _ => {}
            }
        }
        let connection = schema::create(&path)?;
        connection.execute_batch("BEGIN IMMEDIATE").map_err(failed)?;
        connection
            .execute(
                "INSERT INTO log (id, log_id, origin, region) VALUES (1, ?1, ?2, ?3)",
                (identity.log_id.0, &identity.origin, &identity.region),
            )
            .map_err(failed)?;
        for key in keys {
            let (purpose, epoch) = purpose_numbers(key.purpose);
            connection
                .execute(
                    "INSERT INTO wrapped_key (purpose, epoch, provider, wrapped, commitment) VALUES (?1, ?2, ?3, ?4, ?5)",
                    (purpose, epoch, &key.provider, &key.wrapped, key.commitment),
                )
                .map_err(failed)?;
        }
        while let Some(batch) = batches()? {
            insert(&connection, &batch)?;
        }
        connection.execute_batch("COMMIT").map_err(failed)?;
        connection.close().map_err(|(_, error)| failed(error))
    }
}

impl Sqlite {
    /// Whether the creation of a log was cut off between raising this mark and giving the database its name: the database
    /// that has no name yet is whole, and this is the one checkpoint in it. A log that was in use has more of them.
    fn is_cut_off(&self, mark: &str) -> bool {
        let checkpoints = || {
            check_files(&self.0.unborn())?;
            let connection = schema::open(&self.0.unborn())?;
            let mut statement = connection
                .prepare("SELECT size, note FROM checkpoint LIMIT 2")
                .map_err(failed)?;
            let mut rows = statement.query([]).map_err(failed)?;
            let mut found = Vec::new();
            while let Some(row) = rows.next().map_err(failed)? {
                found.push(stored_checkpoint(row)?.note);
            }
            Ok::<_, Error>(found)
        };
        // What cannot be read is no log: nothing speaks for going on.
        checkpoints().is_ok_and(|notes| notes == [mark])
    }

    fn missing(&self) -> Error {
        Error::new(ErrorKind::NotFound, "there is no log here").at(self.0.dir().display().to_string())
    }
}

impl Backend for Sqlite {
    fn create(
        &self,
        identity: &Identity,
        keys: &[WrappedKey],
        batches: &mut Batches<'_>,
        mark: &str,
    ) -> Result<()> {
        let dir = self.0.dir();
        std::fs::create_dir_all(dir).map_err(|source| Error::io(source, dir.display()))?;
        sync_parent(dir)?;
        let _lock = self.0.lock()?;
        let database = self.0.database();
        if database.exists() {
            return Err(
                Error::new(ErrorKind::Conflict, "there is a log already").at(dir.display().to_string())
            );
        }
        if let Some(mark) = self.0.mark().read()?
            && !self.is_cut_off(&mark)
        {
            return Err(Error::new(
                ErrorKind::RollbackDetected,
                "a high-water mark is here without its log: the log was deleted or moved away",
            )
            .at(dir.display().to_string())
            .remedy("restore the log, or create the new one in another folder"));
        }
        self.write_unborn(identity, keys, batches)?;
        // The mark may lie on another disk: it must not be there before what it is the mark of.
        sync_parent(&self.0.unborn())?;
        // From here on the log has a mark, and it appears whole.
        self.0.mark().replace(mark)?;
        std::fs::rename(self.0.unborn(), &database)
            .map_err(|source| Error::io(source, database.display()))?;
        sync_parent(&database)
    }

    fn connect(&self) -> Result<Box<dyn Store>> {
        let path = self.0.database();
        check_files(&path)?;
        let file = file_identity(&path).ok_or_else(|| self.missing())?;
        let access = Access::write(file).map_err(|error| error.at(path.display().to_string()))?;
        let connection = schema::open(&path).map_err(|error| error.at(path.display().to_string()))?;
        Ok(Box::new(SqliteStore::new(connection, &self.0, file, access)))
    }

    fn evidence(&self) -> Result<Box<dyn Store>> {
        let path = self.0.database();
        check_files(&path)?;
        let file = file_identity(&path).ok_or_else(|| self.missing())?;
        match Access::read(file, &path).map_err(|error| error.at(path.display().to_string()))? {
            Some((connection, access)) => Ok(Box::new(SqliteStore::new(connection, &self.0, file, access))),
            // In use by this process: what is read belongs to it anyway.
            None => self.connect(),
        }
    }

    fn lease(&self, name: &str) -> Result<Option<Lease>> {
        self.0.lease(name)
    }
}

struct SqliteStore {
    connection: Connection,
    place: Place,
    file: FileIdentity,
    // INVARIANT: held exactly while a transaction is open.
    lock: Option<WriteLock>,
    // Let go after the connection.
    access: Access,
}

impl SqliteStore {
    fn new(connection: Connection, place: &Place, file: FileIdentity, access: Access) -> Self {
        Self {
            connection,
            place: place.clone(),
            file,
            lock: None,
            access,
        }
    }

    /// The open connection still is to the file of that name: an older copy may have been moved over it.
    fn check_file(&self) -> Result<()> {
        if file_identity(&self.place.database()) == Some(self.file) {
            return Ok(());
        }
        Err(Error::new(
            ErrorKind::RollbackDetected,
            "the ledger file was replaced or removed while it was open",
        )
        .at(self.place.database().display().to_string()))
    }
}

impl Store for SqliteStore {
    fn identity(&mut self) -> Result<Identity> {
        self.connection
            .query_one("SELECT log_id, origin, region FROM log", [], |row| {
                Ok(Identity {
                    log_id: LogId(row.get(0)?),
                    origin: row.get(1)?,
                    region: row.get(2)?,
                })
            })
            .map_err(failed)
    }

    fn keys(&mut self) -> Result<Vec<WrappedKey>> {
        let mut statement = self
            .connection
            .prepare("SELECT purpose, epoch, provider, wrapped, commitment FROM wrapped_key ORDER BY purpose, epoch")
            .map_err(failed)?;
        let mut rows = statement.query([]).map_err(failed)?;
        let mut keys = Vec::new();
        while let Some(row) = rows.next().map_err(failed)? {
            keys.push(wrapped_key(row)?);
        }
        Ok(keys)
    }

    fn size(&mut self) -> Result<u64> {
        let mut statement = self
            .connection
            .prepare_cached("SELECT ifnull(max(seq) + 1, 0) FROM entry")
            .map_err(failed)?;
        let size: i64 = statement.query_one([], |row| row.get(0)).map_err(failed)?;
        unsigned(size)
    }

    fn scan(&mut self, from: u64, limit: usize, visit: &mut Visit<'_>) -> Result<usize> {
        let mut statement = self
            .connection
            .prepare_cached(
                "SELECT e.seq, e.header, e.leaf_hash, p.ciphertext FROM entry e LEFT JOIN payload p ON p.seq = e.seq \
                 WHERE e.seq >= ?1 ORDER BY e.seq LIMIT ?2",
            )
            .map_err(failed)?;
        let mut rows = statement
            .query((signed(from), signed(limit as u64)))
            .map_err(failed)?;
        let mut count = 0;
        // One row for all: verifying reads millions.
        let mut row = Row {
            seq: 0,
            header: Vec::new(),
            leaf_hash: Vec::new(),
        };
        while let Some(found) = rows.next().map_err(failed)? {
            read_row(found, &mut row)?;
            let ciphertext = found.get_ref(3).map_err(failed)?;
            visit(&row, ciphertext.as_blob_or_null().map_err(|_| wrong_type())?)?;
            count += 1;
        }
        Ok(count)
    }

    fn rows(&mut self, from: u64, limit: usize) -> Result<Vec<Row>> {
        let mut statement = self
            .connection
            .prepare_cached("SELECT seq, header, leaf_hash FROM entry WHERE seq >= ?1 ORDER BY seq LIMIT ?2")
            .map_err(failed)?;
        let mut rows = statement
            .query((signed(from), signed(limit as u64)))
            .map_err(failed)?;
        let mut out = Vec::new();
        while let Some(row) = rows.next().map_err(failed)? {
            out.push(stored_row(row)?);
        }
        Ok(out)
    }

    fn seq_of_tag(&mut self, tag: &[u8; 16]) -> Result<Option<u64>> {
        let mut statement = self
            .connection
            .prepare_cached(
                "SELECT seq FROM entry WHERE substr(header, 112, 16) = ?1 AND substr(header, 112, 16) <> zeroblob(16)",
            )
            .map_err(failed)?;
        let seq: Option<i64> = statement
            .query_one([tag], |row| row.get(0))
            .optional()
            .map_err(failed)?;
        seq.map(unsigned).transpose()
    }

    fn tile(&mut self, id: TileId) -> Result<Option<Vec<Hash>>> {
        let mut statement = self
            .connection
            .prepare_cached("SELECT hashes FROM tile WHERE id = ?1")
            .map_err(failed)?;
        let bytes: Option<Vec<u8>> = statement
            .query_one([tile_number(id)?], |row| row.get(0))
            .optional()
            .map_err(failed)?;
        Ok(bytes.map(|bytes| bytes.as_chunks().0.to_vec()))
    }

    fn checkpoints(&mut self, from: u64, limit: usize) -> Result<Vec<StoredCheckpoint>> {
        let mut statement = self
            .connection
            .prepare_cached("SELECT size, note FROM checkpoint WHERE size >= ?1 ORDER BY size LIMIT ?2")
            .map_err(failed)?;
        let mut rows = statement
            .query((signed(from), signed(limit as u64)))
            .map_err(failed)?;
        let mut out = Vec::new();
        while let Some(row) = rows.next().map_err(failed)? {
            out.push(stored_checkpoint(row)?);
        }
        Ok(out)
    }

    fn last_checkpoint(&mut self) -> Result<Option<StoredCheckpoint>> {
        let mut statement = self
            .connection
            .prepare_cached("SELECT size, note FROM checkpoint ORDER BY size DESC LIMIT 1")
            .map_err(failed)?;
        let mut rows = statement.query([]).map_err(failed)?;
        rows.next().map_err(failed)?.map(stored_checkpoint).transpose()
    }

    fn mark(&mut self) -> Result<Option<String>> {
        self.place.mark().read()
    }

    fn mark_path(&self) -> Option<&Path> {
        Some(self.place.mark().path())
    }

    fn strays(&mut self) -> Result<Vec<Stray>> {
        let mut statement = self.connection.prepare(STRAYS).map_err(failed)?;
        let mut rows = statement.query([]).map_err(failed)?;
        let mut strays = Vec::new();
        while let Some(row) = rows.next().map_err(failed)? {
            let kind: String = row.get(0).map_err(failed)?;
            strays.push(Stray::new(&kind, row.get(1).map_err(failed)?));
        }
        Ok(strays)
    }

    fn is_as_it_was(&mut self) -> bool {
        self.access.is_as_it_was()
    }

    fn set_mark(&mut self, note: &str) -> Result<()> {
        self.place.mark().replace(note)
    }

    fn begin(&mut self) -> Result<()> {
        let lock = self.place.lock()?;
        self.check_file()?;
        self.connection.execute_batch("BEGIN IMMEDIATE").map_err(failed)?;
        self.lock = Some(lock);
        Ok(())
    }

    fn commit(&mut self, batch: &Batch) -> Result<()> {
        insert(&self.connection, batch)?;
        self.connection.execute_batch("COMMIT").map_err(failed)?;
        self.lock = None;
        Ok(())
    }

    fn abandon(&mut self) {
        if self.lock.is_some() {
            let _ = self.connection.execute_batch("ROLLBACK");
            self.lock = None;
        }
    }
}

impl Drop for SqliteStore {
    fn drop(&mut self) {
        // Before the lock goes.
        self.abandon();
    }
}

/// Rows that belong to no entry, in one statement: a log that is in use grows meanwhile.
const STRAYS: &str = "SELECT 'payload', seq FROM payload WHERE seq < 0 OR seq > (SELECT ifnull(max(seq), -1) FROM entry) \
     UNION ALL SELECT 'tile', id FROM tile WHERE id < 0 OR (id & 0xffffffffffffff) >= \
       (SELECT ifnull(max(seq) + 1, 0) FROM entry) >> (8 * ((id >> 56) + 1)) \
     UNION ALL SELECT 'checkpoint', size FROM checkpoint WHERE size < 1 LIMIT 20";

/// Rows that one statement inserts. Each statement that a trigger may stop keeps copies of the pages that it changes: with a
/// row each, that takes longer than the inserting.
const AT_ONCE: usize = 16;

fn insert(connection: &Connection, batch: &Batch) -> Result<()> {
    let (many, single) = batch.entries.as_chunks::<AT_ONCE>();
    insert_entries(connection, many.as_flattened(), AT_ONCE)?;
    insert_entries(connection, single, 1)?;
    let mut payload = connection
        .prepare_cached("INSERT INTO payload (seq, ciphertext) VALUES (?1, ?2)")
        .map_err(failed)?;
    for sealed in &batch.entries {
        payload
            .execute((signed(sealed.header.seq), sealed.ciphertext.as_slice()))
            .map_err(failed)?;
    }
    let mut tile = connection
        .prepare_cached("INSERT INTO tile (id, hashes) VALUES (?1, ?2)")
        .map_err(failed)?;
    for full in &batch.tiles {
        tile.execute((tile_number(full.id)?, full.hashes.as_flattened()))
            .map_err(failed)?;
    }
    if let Some(checkpoint) = &batch.checkpoint {
        connection
            .prepare_cached("INSERT INTO checkpoint (size, note) VALUES (?1, ?2) ON CONFLICT DO NOTHING")
            .and_then(|mut statement| statement.execute((signed(checkpoint.size), &checkpoint.note)))
            .map_err(failed)?;
    }
    Ok(())
}

/// Inserts so many entries with each statement; their number is a multiple of it.
fn insert_entries(connection: &Connection, entries: &[Sealed], at_once: usize) -> Result<()> {
    if entries.is_empty() {
        return Ok(());
    }
    let rows = vec!["(?, ?, ?)"; at_once].join(", ");
    let mut statement = connection
        .prepare_cached(&format!(
            "INSERT INTO entry (seq, header, leaf_hash) VALUES {rows}"
        ))
        .map_err(failed)?;
    for entries in entries.chunks(at_once) {
        let mut place = 1;
        for entry in entries {
            let seq = signed(entry.header.seq);
            let values: [&dyn ToSql; 3] = [&seq, &entry.bytes.as_slice(), &entry.leaf_hash.as_slice()];
            for value in values {
                statement.raw_bind_parameter(place, value).map_err(failed)?;
                place += 1;
            }
        }
        statement.raw_execute().map_err(failed)?;
    }
    Ok(())
}

fn stored_row(found: &SqlRow<'_>) -> Result<Row> {
    let mut row = Row {
        seq: 0,
        header: Vec::new(),
        leaf_hash: Vec::new(),
    };
    read_row(found, &mut row)?;
    Ok(row)
}

fn read_row(found: &SqlRow<'_>, row: &mut Row) -> Result<()> {
    row.seq = unsigned(found.get(0).map_err(failed)?)?;
    for (column, bytes) in [(1, &mut row.header), (2, &mut row.leaf_hash)] {
        let stored = found.get_ref(column).map_err(failed)?;
        bytes.clear();
        bytes.extend_from_slice(stored.as_blob().map_err(|_| wrong_type())?);
    }
    Ok(())
}

fn stored_checkpoint(row: &SqlRow<'_>) -> Result<StoredCheckpoint> {
    Ok(StoredCheckpoint {
        size: unsigned(row.get(0).map_err(failed)?)?,
        note: row.get(1).map_err(failed)?,
    })
}

fn wrapped_key(row: &SqlRow<'_>) -> Result<WrappedKey> {
    let (purpose, epoch) = (row.get(0).map_err(failed)?, row.get(1).map_err(failed)?);
    Ok(WrappedKey {
        purpose: key_purpose(purpose, epoch)?,
        provider: row.get(2).map_err(failed)?,
        wrapped: row.get(3).map_err(failed)?,
        commitment: row.get(4).map_err(failed)?,
    })
}

fn wrong_type() -> Error {
    Error::new(ErrorKind::Corrupt, "a stored value has the wrong type")
}
