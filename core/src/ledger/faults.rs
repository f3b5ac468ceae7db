//! Tests of what the writer does when its store fails: nothing acknowledged is lost, nothing is written twice.

use std::sync::Arc;

use pollster::block_on;

use super::store::{Faults, with_faults};
use super::{Draft, EntryType, Ledger, LedgerOptions, LocalKeyFile, Storage, VerifyOptions};
use crate::error::{ErrorKind, Result};
use crate::time::{ManualClock, SystemEntropy};

const ENTRIES: u32 = 4;

fn options(keys: &Arc<LocalKeyFile>) -> LedgerOptions {
    let clock = Arc::new(ManualClock::new("2026-11-22T08:00:00Z".parse().unwrap()));
    LedgerOptions::new(keys.clone(), keys.clone(), clock, Arc::new(SystemEntropy))
}

fn draft(n: u32) -> Draft {
    Draft::new(EntryType(0x7f00), n.to_string().into_bytes()).idempotent(format!("key-{n}"))
}

/// As a careful caller: tries again with the same key.
fn insist<T>(mut work: impl FnMut() -> Result<T>) -> T {
    let mut last = None;
    for _ in 0..8 {
        match work() {
            Ok(done) => return done,
            Err(error) => last = Some(error),
        }
    }
    panic!("it fails again and again: {last:?}")
}

/// Appends and signs over a store that fails as planned, and looks at the result over one that does not.
fn run(faults: &Arc<Faults>) {
    let keys = Arc::new(LocalKeyFile::in_memory(&SystemEntropy).unwrap());
    let storage = Storage::memory();
    drop(block_on(Ledger::create(&storage, "example.org/x", "eu", options(&keys))).unwrap());
    let failing = with_faults(&storage, faults);
    let ledger = insist(|| block_on(Ledger::open(&failing, options(&keys))));
    for n in 0..ENTRIES {
        let receipt = insist(|| block_on(ledger.append(draft(n))));
        assert_eq!(receipt.seq(), u64::from(n) + 1);
        if n == 1 {
            insist(|| block_on(ledger.checkpoint()));
        }
    }
    let checkpoint = insist(|| block_on(ledger.checkpoint()));
    assert_eq!(checkpoint.size(), u64::from(ENTRIES) + 1);
    assert_eq!(insist(|| block_on(ledger.entries(1..))).len(), ENTRIES as usize);
    drop(ledger);

    let ledger = block_on(Ledger::open(&storage, options(&keys))).unwrap();
    let payloads: Vec<_> = block_on(ledger.entries(1..))
        .unwrap()
        .iter()
        .map(|e| e.payload().to_vec())
        .collect();
    assert_eq!(
        payloads,
        (0..ENTRIES)
            .map(|n| n.to_string().into_bytes())
            .collect::<Vec<_>>()
    );
    let report = block_on(ledger.verify(&VerifyOptions::default())).unwrap();
    assert!(
        report.has_no_failure() && report.problems.is_empty(),
        "{report:?}"
    );
}

#[test]
fn a_failure_at_any_call_of_the_store_loses_nothing_and_repeats_nothing() {
    for persisted in [false, true] {
        for count in [1, 2] {
            let mut met = 0;
            for first in 0.. {
                let faults = Faults::new(first, count, persisted);
                run(&faults);
                if !faults.all_met() {
                    break;
                }
                met += 1;
            }
            assert!(met > 40, "only {met} calls were made to fail");
        }
    }
}

/// A bit that flips between hashing and storing: the log does not sign what it did not store.
#[test]
fn what_does_not_read_back_is_not_signed() {
    let keys = Arc::new(LocalKeyFile::in_memory(&SystemEntropy).unwrap());
    let storage = Storage::memory();
    drop(block_on(Ledger::create(&storage, "example.org/x", "eu", options(&keys))).unwrap());
    let ledger = block_on(Ledger::open(
        &with_faults(&storage, &Faults::damage(2)),
        options(&keys),
    ))
    .unwrap();
    block_on(ledger.append(draft(0))).unwrap();
    assert_eq!(block_on(ledger.checkpoint()).unwrap().size(), 2);
    block_on(ledger.append(draft(1))).unwrap();
    let refused = block_on(ledger.checkpoint()).unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::Corrupt);
    assert_eq!(
        refused.context().find(|(key, _)| *key == "seq"),
        Some(("seq", "2"))
    );
    drop(ledger);
    let mark = storage.backend().connect().unwrap().mark().unwrap().unwrap();
    assert!(mark.starts_with("example.org/x\n2\n"), "{mark}");
}
