//! A store that fails on purpose, for tests: at one call, before or after it took effect.

use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use super::{
    Backend, Batch, Batches, Identity, Lease, Row, Storage, Store, StoredCheckpoint, Stray, Visit, WrappedKey,
};
use crate::error::{Error, ErrorKind, Result};
use crate::ledger::tree::{Hash, TileId};

/// Which calls fail.
#[derive(Debug)]
pub(crate) struct Faults {
    /// Calls so far.
    calls: AtomicUsize,
    /// The first call that fails, and how many fail from there on.
    at: Mutex<(usize, usize)>,
    /// Whether the failing call takes effect nevertheless.
    persisted: bool,
    /// The entry whose payload is not stored as it was written.
    damaged: Option<u64>,
}

impl Faults {
    pub(crate) fn new(first: usize, count: usize, persisted: bool) -> Arc<Self> {
        Arc::new(Self {
            calls: AtomicUsize::new(0),
            at: Mutex::new((first, count)),
            persisted,
            damaged: None,
        })
    }

    /// No call fails, but the payload of this entry comes back with a flipped bit.
    pub(in crate::ledger) fn damage(seq: u64) -> Arc<Self> {
        Arc::new(Self {
            calls: AtomicUsize::new(0),
            at: Mutex::new((usize::MAX, 0)),
            persisted: false,
            damaged: Some(seq),
        })
    }

    /// Whether the plan came to its end.
    pub(crate) fn all_met(&self) -> bool {
        let (first, count) = *self.at.lock().unwrap();
        self.calls.load(Ordering::SeqCst) >= first + count
    }

    /// Whether any call has failed.
    pub(crate) fn is_met(&self) -> bool {
        self.calls.load(Ordering::SeqCst) > self.at.lock().unwrap().0
    }

    fn guard<T>(&self, call: impl FnOnce() -> Result<T>) -> Result<T> {
        let number = self.calls.fetch_add(1, Ordering::SeqCst);
        let (first, count) = *self.at.lock().unwrap();
        if !(first..first + count).contains(&number) {
            return call();
        }
        if self.persisted {
            drop(call());
        }
        Err(Error::new(
            ErrorKind::Io,
            format!("call {number} fails on purpose"),
        ))
    }
}

/// This storage with faults.
pub(crate) fn with_faults(storage: &Storage, faults: &Arc<Faults>) -> Storage {
    Storage(Arc::new(Faulty {
        inner: storage.clone(),
        faults: Arc::clone(faults),
    }))
}

#[derive(Debug)]
struct Faulty {
    inner: Storage,
    faults: Arc<Faults>,
}

impl Backend for Faulty {
    fn create(
        &self,
        identity: &Identity,
        keys: &[WrappedKey],
        batches: &mut Batches<'_>,
        mark: &str,
    ) -> Result<()> {
        self.faults
            .guard(|| self.inner.backend().create(identity, keys, batches, mark))
    }

    fn connect(&self) -> Result<Box<dyn Store>> {
        let inner = self.faults.guard(|| self.inner.backend().connect())?;
        Ok(Box::new(FaultyStore {
            inner,
            faults: Arc::clone(&self.faults),
        }))
    }

    fn lease(&self, name: &str) -> Result<Option<Lease>> {
        self.inner.backend().lease(name)
    }
}

struct FaultyStore {
    inner: Box<dyn Store>,
    faults: Arc<Faults>,
}

impl Store for FaultyStore {
    fn identity(&mut self) -> Result<Identity> {
        self.faults.guard(|| self.inner.identity())
    }

    fn keys(&mut self) -> Result<Vec<WrappedKey>> {
        self.faults.guard(|| self.inner.keys())
    }

    fn size(&mut self) -> Result<u64> {
        self.faults.guard(|| self.inner.size())
    }

    fn scan(&mut self, from: u64, limit: usize, visit: &mut Visit<'_>) -> Result<usize> {
        let damaged = self.faults.damaged;
        self.faults.guard(|| {
            self.inner.scan(from, limit, &mut |row, payload| {
                let mut payload = payload.map(<[u8]>::to_vec);
                if damaged == Some(row.seq)
                    && let Some(byte) = payload.as_mut().and_then(|payload| payload.first_mut())
                {
                    *byte ^= 1;
                }
                visit(row, payload.as_deref())
            })
        })
    }

    fn rows(&mut self, from: u64, limit: usize) -> Result<Vec<Row>> {
        self.faults.guard(|| self.inner.rows(from, limit))
    }

    fn seq_of_tag(&mut self, tag: &[u8; 16]) -> Result<Option<u64>> {
        self.faults.guard(|| self.inner.seq_of_tag(tag))
    }

    fn tile(&mut self, id: TileId) -> Result<Option<Vec<Hash>>> {
        self.faults.guard(|| self.inner.tile(id))
    }

    fn checkpoints(&mut self, from: u64, limit: usize) -> Result<Vec<StoredCheckpoint>> {
        self.faults.guard(|| self.inner.checkpoints(from, limit))
    }

    fn last_checkpoint(&mut self) -> Result<Option<StoredCheckpoint>> {
        self.faults.guard(|| self.inner.last_checkpoint())
    }

    fn mark(&mut self) -> Result<Option<String>> {
        self.faults.guard(|| self.inner.mark())
    }

    fn mark_path(&self) -> Option<&Path> {
        self.inner.mark_path()
    }

    fn strays(&mut self) -> Result<Vec<Stray>> {
        self.inner.strays()
    }

    fn set_mark(&mut self, note: &str) -> Result<()> {
        self.faults.guard(|| self.inner.set_mark(note))
    }

    fn begin(&mut self) -> Result<()> {
        self.faults.guard(|| self.inner.begin())
    }

    fn holds(&mut self, lease: &str) -> Result<bool> {
        self.faults.guard(|| self.inner.holds(lease))
    }

    fn commit(&mut self, batch: &Batch) -> Result<()> {
        self.faults.guard(|| self.inner.commit(batch))
    }

    fn abandon(&mut self) {
        self.inner.abandon();
    }
}
