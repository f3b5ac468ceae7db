//! The store in memory: for tests, previews, and as the plainest statement of what a store does.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use super::{Backend, Batch, Batches, Identity, Lease, Row, Store, StoredCheckpoint, Visit, WrappedKey};
use crate::error::{Error, ErrorKind, Result};
use crate::ledger::tree::{Hash, TileId};

/// See [`Storage::memory`](super::Storage::memory).
#[derive(Debug, Default)]
pub(super) struct Memory(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    log: Mutex<Option<Log>>,
    writing: Mutex<bool>,
    free: Condvar,
    leases: Arc<Mutex<BTreeSet<String>>>,
}

#[derive(Debug)]
struct Log {
    identity: Identity,
    keys: Vec<WrappedKey>,
    rows: Vec<(Row, Vec<u8>)>,
    tags: BTreeMap<[u8; 16], u64>,
    tiles: BTreeMap<TileId, Vec<Hash>>,
    checkpoints: BTreeMap<u64, String>,
    mark: String,
}

impl Backend for Memory {
    fn create(
        &self,
        identity: &Identity,
        keys: &[WrappedKey],
        batches: &mut Batches<'_>,
        mark: &str,
    ) -> Result<()> {
        let mut slot = lock(&self.0.log);
        if slot.is_some() {
            return Err(Error::new(ErrorKind::Conflict, "there is a log already"));
        }
        let mut log = Log {
            identity: identity.clone(),
            keys: keys.to_vec(),
            rows: Vec::new(),
            tags: BTreeMap::new(),
            tiles: BTreeMap::new(),
            checkpoints: BTreeMap::new(),
            mark: mark.to_owned(),
        };
        while let Some(batch) = batches()? {
            log.write(&batch)?;
        }
        *slot = Some(log);
        Ok(())
    }

    fn connect(&self) -> Result<Box<dyn Store>> {
        if lock(&self.0.log).is_none() {
            return Err(Error::new(ErrorKind::NotFound, "there is no log here"));
        }
        Ok(Box::new(Connection {
            shared: Arc::clone(&self.0),
            writing: false,
        }))
    }

    fn lease(&self, name: &str) -> Result<Option<Lease>> {
        let taken = lock(&self.0.leases).insert(name.to_owned());
        Ok(taken.then(|| {
            Lease::new(Held {
                name: name.to_owned(),
                leases: Arc::clone(&self.0.leases),
            })
        }))
    }
}

struct Held {
    name: String,
    leases: Arc<Mutex<BTreeSet<String>>>,
}

impl Drop for Held {
    fn drop(&mut self) {
        lock(&self.leases).remove(&self.name);
    }
}

impl Log {
    fn write(&mut self, batch: &Batch) -> Result<()> {
        for (at, entry) in batch.entries.iter().enumerate() {
            if entry.header.seq != (self.rows.len() + at) as u64 {
                return Err(Error::new(
                    ErrorKind::Conflict,
                    "the sequence number is taken or leaves a gap",
                ));
            }
        }
        let mut added = BTreeMap::new();
        for entry in &batch.entries {
            let tag = entry.header.idempotency_tag;
            let is_taken = self.tags.contains_key(&tag) || added.insert(tag, entry.header.seq).is_some();
            if tag == [0; 16] {
                added.remove(&tag);
            } else if is_taken {
                return Err(Error::new(ErrorKind::Corrupt, "the idempotency tag is taken"));
            }
        }
        self.tags.append(&mut added);
        for entry in &batch.entries {
            let row = Row {
                seq: entry.header.seq,
                header: entry.bytes.to_vec(),
                leaf_hash: entry.leaf_hash.to_vec(),
            };
            self.rows.push((row, entry.ciphertext.clone()));
        }
        for tile in &batch.tiles {
            self.tiles.insert(tile.id, tile.hashes.clone());
        }
        if let Some(checkpoint) = &batch.checkpoint {
            self.checkpoints
                .entry(checkpoint.size)
                .or_insert_with(|| checkpoint.note.clone());
        }
        Ok(())
    }
}

struct Connection {
    shared: Arc<Shared>,
    writing: bool,
}

impl Connection {
    fn read<T>(&self, read: impl FnOnce(&mut Log) -> Result<T>) -> Result<T> {
        let mut slot = lock(&self.shared.log);
        let log = slot
            .as_mut()
            .ok_or_else(|| Error::new(ErrorKind::NotFound, "there is no log here"))?;
        read(log)
    }
}

impl Store for Connection {
    fn identity(&mut self) -> Result<Identity> {
        self.read(|log| Ok(log.identity.clone()))
    }

    fn keys(&mut self) -> Result<Vec<WrappedKey>> {
        self.read(|log| Ok(log.keys.clone()))
    }

    fn size(&mut self) -> Result<u64> {
        self.read(|log| Ok(log.rows.len() as u64))
    }

    fn scan(&mut self, from: u64, limit: usize, visit: &mut Visit<'_>) -> Result<usize> {
        let from = usize::try_from(from).unwrap_or(usize::MAX);
        self.read(|log| {
            let mut count = 0;
            for (row, ciphertext) in log.rows.iter().skip(from).take(limit) {
                visit(row, Some(ciphertext))?;
                count += 1;
            }
            Ok(count)
        })
    }

    fn rows(&mut self, from: u64, limit: usize) -> Result<Vec<Row>> {
        let from = usize::try_from(from).unwrap_or(usize::MAX);
        self.read(|log| {
            Ok(log
                .rows
                .iter()
                .skip(from)
                .take(limit)
                .map(|(row, _)| row.clone())
                .collect())
        })
    }

    fn seq_of_tag(&mut self, tag: &[u8; 16]) -> Result<Option<u64>> {
        self.read(|log| Ok(log.tags.get(tag).copied()))
    }

    fn tile(&mut self, id: TileId) -> Result<Option<Vec<Hash>>> {
        self.read(|log| Ok(log.tiles.get(&id).cloned()))
    }

    fn checkpoints(&mut self, from: u64, limit: usize) -> Result<Vec<StoredCheckpoint>> {
        let stored = |(size, note): (&u64, &String)| StoredCheckpoint {
            size: *size,
            note: note.clone(),
        };
        self.read(|log| Ok(log.checkpoints.range(from..).take(limit).map(stored).collect()))
    }

    fn last_checkpoint(&mut self) -> Result<Option<StoredCheckpoint>> {
        let stored = |(size, note): (&u64, &String)| StoredCheckpoint {
            size: *size,
            note: note.clone(),
        };
        self.read(|log| Ok(log.checkpoints.iter().next_back().map(stored)))
    }

    fn mark(&mut self) -> Result<Option<String>> {
        self.read(|log| Ok(Some(log.mark.clone())))
    }

    fn set_mark(&mut self, note: &str) -> Result<()> {
        self.read(|log| {
            note.clone_into(&mut log.mark);
            Ok(())
        })
    }

    fn begin(&mut self) -> Result<()> {
        let mut writing = lock(&self.shared.writing);
        while *writing {
            writing = self
                .shared
                .free
                .wait(writing)
                .unwrap_or_else(PoisonError::into_inner);
        }
        *writing = true;
        self.writing = true;
        Ok(())
    }

    fn commit(&mut self, batch: &Batch) -> Result<()> {
        let written = self.read(|log| log.write(batch));
        self.abandon();
        written
    }

    fn abandon(&mut self) {
        if std::mem::take(&mut self.writing) {
            *lock(&self.shared.writing) = false;
            self.shared.free.notify_one();
        }
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.abandon();
    }
}

/// No code panics while it holds one of these locks, so a poisoned one is whole.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
