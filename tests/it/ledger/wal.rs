//! A flipped bit in the write-ahead log. SQLite takes a frame whose sum does not fit for the end, opens without a word and calls
//! itself whole: what the high-water mark covers must not be lost that way.

use std::fs;
use std::path::Path;

use pollster::block_on;
use vcto::ErrorKind;
use vcto::ledger::VerifyOptions;

use super::disk::{Files, place, read};
use super::{Bench, append};

const WAL: &str = "log/ledger.db-wal";

/// The files of a log as they lie while it is open: the last entries are in the write-ahead log only.
fn while_open(dir: &Path) -> Files {
    let bench = Bench::sqlite(dir);
    drop(bench.create());
    let ledger = bench.open().unwrap();
    append(&ledger, 20);
    block_on(ledger.checkpoint()).unwrap();
    let files = read(dir);
    assert!(
        files[Path::new(WAL)].len() > 10_000,
        "the entries are in the write-ahead log"
    );
    files
}

fn flip_every(step: usize) {
    let dir = tempfile::tempdir().unwrap();
    let mut files = while_open(dir.path());
    let key = fs::read(dir.path().join("key")).unwrap();
    // It belongs to the process that was there.
    files.remove(Path::new("log/ledger.db-shm"));
    let (mut refused, mut without_effect) = (0, 0);
    for at in (0..files[Path::new(WAL)].len()).step_by(step) {
        let mut flipped = files.clone();
        flipped.get_mut(Path::new(WAL)).unwrap()[at] ^= 1 << (at % 8);
        let copy = tempfile::tempdir().unwrap();
        place(copy.path(), &key, &flipped);
        match Bench::sqlite(copy.path()).open() {
            Err(error) => {
                let kinds = [ErrorKind::RollbackDetected, ErrorKind::Corrupt, ErrorKind::Io];
                assert!(kinds.contains(&error.kind()), "byte {at}: {error}");
                refused += 1;
            }
            Ok(ledger) => {
                assert_eq!(
                    block_on(ledger.size()).unwrap(),
                    21,
                    "byte {at}: entries are lost without a word"
                );
                let report = block_on(ledger.verify(&VerifyOptions::default())).unwrap();
                assert!(
                    report.has_no_failure() && report.problems.is_empty(),
                    "byte {at}: {report:?}"
                );
                without_effect += 1;
            }
        }
    }
    // A frame that a later one replaces may be damaged without effect.
    assert!(refused > 0, "{refused} refused, {without_effect} without effect");
    println!("{refused} refused, {without_effect} without effect");
}

#[test]
fn a_flipped_bit_in_the_write_ahead_log_loses_no_signed_entry_unnoticed() {
    flip_every(997);
}

#[test]
#[ignore = "minutes: every byte; part of `make soak`"]
fn soak_a_flipped_bit_at_every_byte_of_the_write_ahead_log() {
    flip_every(7);
}
