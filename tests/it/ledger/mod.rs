//! Tests of `vcto::ledger` through the public API.

mod append;
mod auditing;
mod birth;
pub mod crash;
mod disk;
mod flips;
mod forged;
mod golden;
mod hand;
mod import;
mod parsers;
mod postgres_cut;
mod postgres_store;
mod reading;
mod rollback;
mod rotation;
mod samples;
mod stock;
mod syscalls;
mod tamper;
mod traced;
mod tree;
mod turns;
mod unchanged;
mod verify;
mod wal;

use std::path::Path;
use std::sync::Arc;

use pollster::block_on;
use serde_json::json;
use vcto::ledger::{Draft, EntryType, Ledger, LedgerOptions, LocalKeyFile, Storage};
use vcto::time::{ManualClock, SystemEntropy};

use crate::postgres;

pub const ORIGIN: &str = "example.org/halden";

/// An entry type of nobody.
pub const NOTE: EntryType = EntryType(0x7f00);

/// A place, its keys and a clock that stands still.
pub struct Bench {
    pub storage: Storage,
    pub keys: Arc<LocalKeyFile>,
    pub clock: Arc<ManualClock>,
}

impl Bench {
    pub fn new(storage: Storage) -> Self {
        Self {
            storage,
            keys: Arc::new(LocalKeyFile::in_memory(&SystemEntropy).unwrap()),
            clock: Arc::new(ManualClock::new("2026-11-22T08:00:00Z".parse().unwrap())),
        }
    }

    /// A log in SQLite in this folder, with its key file beside it.
    pub fn sqlite(dir: &Path) -> Self {
        let path = dir.join("key");
        let keys = LocalKeyFile::open(&path).or_else(|_| LocalKeyFile::create(&path, &SystemEntropy));
        Self {
            keys: Arc::new(keys.unwrap()),
            ..Self::new(Storage::sqlite(dir.join("log")))
        }
    }

    /// A log in a database, with its key file and its mark in this folder.
    pub fn postgres(dir: &Path, url: &str) -> Self {
        Self {
            storage: Storage::postgres(url, ORIGIN, dir.join("mark")).unwrap(),
            ..Self::sqlite(dir)
        }
    }

    pub fn options(&self) -> LedgerOptions {
        LedgerOptions::new(
            self.keys.clone(),
            self.keys.clone(),
            self.clock.clone(),
            Arc::new(SystemEntropy),
        )
    }

    pub fn create(&self) -> Ledger {
        block_on(Ledger::create(&self.storage, ORIGIN, "eu", self.options())).unwrap()
    }

    pub fn open(&self) -> vcto::Result<Ledger> {
        block_on(Ledger::open(&self.storage, self.options()))
    }
}

/// Runs a test on every store.
pub fn on_every_store(test: impl Fn(&Bench)) {
    test(&Bench::new(Storage::memory()));
    let dir = tempfile::tempdir().unwrap();
    test(&Bench::sqlite(dir.path()));
    let dir = tempfile::tempdir().unwrap();
    if let Some(url) = postgres::database() {
        test(&Bench::postgres(dir.path(), &url));
    }
}

pub fn note(n: u32) -> Draft {
    Draft::json(NOTE, &json!({"n": n})).unwrap()
}

pub fn append(ledger: &Ledger, count: u32) {
    for n in 0..count {
        block_on(ledger.append(note(n))).unwrap();
    }
}
