//! One flipped byte anywhere: named, or refused with a typed error, or (where nothing is recorded) without effect.

use std::fs;
use std::path::{Path, PathBuf};

use pollster::block_on;
use rusqlite::Connection;
use vcto::ErrorKind;
use vcto::ledger::{Condition, Draft, Verification, VerifyOptions, verify_bundle, verify_storage};

use super::{Bench, note};

/// A log that was closed, with its bytes.
struct Closed {
    _dir: tempfile::TempDir,
    bench: Bench,
    database: PathBuf,
    bytes: Vec<u8>,
    whole: Verification,
}

fn closed(count: u32) -> Closed {
    let dir = tempfile::tempdir().unwrap();
    let bench = Bench::sqlite(dir.path());
    let ledger = bench.create();
    let drafts: Vec<Draft> = (0..count)
        .map(|n| note(n).idempotent(format!("key-{n}")))
        .collect();
    for group in drafts.chunks(300) {
        block_on(ledger.append_all(group.to_vec(), Condition::Any)).unwrap();
    }
    let whole = block_on(ledger.verify(&VerifyOptions::default())).unwrap();
    drop(ledger);
    let database = dir.path().join("log/ledger.db");
    let bytes = fs::read(&database).unwrap();
    Closed {
        _dir: dir,
        bench,
        database,
        bytes,
        whole,
    }
}

/// What a flipped byte led to.
#[derive(Debug, Eq, PartialEq)]
enum Outcome {
    /// A verdict fails, at this entry where it is about one: a row that lies beside the log belongs to none.
    Failed(Option<u64>),
    Refused(ErrorKind),
    Unchanged,
}

impl Closed {
    /// Leaves the flipped byte in place.
    fn flip(&self, at: usize, bit: usize) -> Outcome {
        let mut bytes = self.bytes.clone();
        bytes[at] ^= 1 << bit;
        fs::write(&self.database, bytes).unwrap();
        let outcome = match self.bench.open() {
            Err(error) => Outcome::Refused(error.kind()),
            Ok(ledger) => match block_on(ledger.verify(&VerifyOptions::default())) {
                Err(error) => Outcome::Refused(error.kind()),
                Ok(report) => judge(&report, &self.whole, at),
            },
        };
        for name in ["ledger.db-wal", "ledger.db-shm"] {
            let _ = fs::remove_file(self.database.with_file_name(name));
        }
        outcome
    }

    /// Where in the file these bytes are stored; they are there once.
    fn find(&self, record: &[u8]) -> usize {
        let mut found = self
            .bytes
            .windows(record.len())
            .enumerate()
            .filter(|(_, window)| *window == record);
        let at = found.next().expect("the record is in the file").0;
        assert!(found.next().is_none(), "the record is in the file twice");
        at
    }
}

fn judge(report: &Verification, whole: &Verification, at: usize) -> Outcome {
    if report == whole {
        return Outcome::Unchanged;
    }
    assert!(
        !report.has_no_failure(),
        "byte {at}: other verdicts without a failure: {report:?}"
    );
    Outcome::Failed(report.first_bad_index)
}

#[test]
fn a_flipped_byte_in_any_record_of_the_store_is_named_or_refused() {
    let log = closed(6);
    let records: Vec<(u64, Vec<u8>)> = {
        let database = Connection::open(&log.database).unwrap();
        let mut rows = database
            .prepare(
                "SELECT seq, header FROM entry UNION ALL SELECT seq, leaf_hash FROM entry \
                 UNION ALL SELECT seq, ciphertext FROM payload",
            )
            .unwrap();
        rows.query_map([], |row| Ok((row.get::<_, i64>(0)?.unsigned_abs(), row.get(1)?)))
            .unwrap()
            .map(Result::unwrap)
            .collect()
    };
    assert_eq!(records.len(), 21);
    for (seq, record) in records {
        let start = log.find(&record);
        for at in start..start + record.len() {
            match log.flip(at, at % 8) {
                Outcome::Failed(index) => assert_eq!(index, Some(seq), "byte {at}"),
                Outcome::Refused(kind) => assert_refusal(kind, at),
                Outcome::Unchanged => panic!("byte {at} of entry {seq} was flipped and nobody noticed"),
            }
        }
    }
}

#[test]
fn a_flipped_byte_in_a_checkpoint_or_a_wrapped_key_is_named_or_refused() {
    let log = closed(6);
    let records: Vec<Vec<u8>> = {
        let database = Connection::open(&log.database).unwrap();
        let mut rows = database
            .prepare(
                "SELECT cast(note AS BLOB) FROM checkpoint UNION ALL SELECT wrapped FROM wrapped_key \
                 UNION ALL SELECT commitment FROM wrapped_key UNION ALL SELECT log_id FROM log",
            )
            .unwrap();
        rows.query_map([], |row| row.get(0))
            .unwrap()
            .map(Result::unwrap)
            .collect()
    };
    assert_eq!(records.len(), 7);
    for record in records {
        // The identity of the log is in every header too.
        let start = if record.len() == 16 {
            continue;
        } else {
            log.find(&record)
        };
        for at in start..start + record.len() {
            let outcome = log.flip(at, at % 8);
            assert_ne!(outcome, Outcome::Unchanged, "byte {at}");
        }
    }
}

#[test]
fn a_flipped_byte_in_a_tile_is_named_by_the_entry_whose_hash_it_is() {
    let log = closed(300);
    let tile: Vec<u8> = {
        let database = Connection::open(&log.database).unwrap();
        database
            .query_row("SELECT hashes FROM tile WHERE id = 0", [], |row| row.get(0))
            .unwrap()
    };
    // A tile is longer than a page, so its hashes are looked for in pairs; those at the border of a page are passed over.
    let mut found = 0;
    for (seq, pair) in (0u64..).zip(tile.windows(64).step_by(32)).step_by(9) {
        let Some(start) = log.bytes.windows(64).position(|window| window == pair) else {
            continue;
        };
        let at = start + usize::try_from(seq % 32).unwrap();
        // The root over a full tile is needed to open the log.
        assert_eq!(log.flip(at, 3), Outcome::Refused(ErrorKind::Corrupt));
        let report = verify_storage(&log.bench.storage, &VerifyOptions::default()).unwrap();
        assert_eq!(report.first_bad_index, Some(seq));
        found += 1;
    }
    assert!(found > 20, "{found}");
}

/// Every byte in `make soak`, a sample in the ordinary run.
fn flip_anywhere(step: usize) {
    let log = closed(6);
    let mut unchanged = 0;
    for at in (0..log.bytes.len()).step_by(step) {
        match log.flip(at, (at / step) % 8) {
            Outcome::Failed(_) => {}
            Outcome::Refused(kind) => assert_refusal(kind, at),
            Outcome::Unchanged => unchanged += 1,
        }
    }
    println!("{} bytes, {unchanged} without effect", log.bytes.len() / step);
}

#[test]
fn a_flipped_byte_elsewhere_in_the_database_is_refused_or_without_effect() {
    flip_anywhere(97);
}

#[test]
#[ignore = "minutes: every byte of a database; part of `make soak`"]
fn soak_a_flipped_byte_at_every_place_of_the_database() {
    flip_anywhere(1);
}

fn assert_refusal(kind: ErrorKind, at: usize) {
    let typed = matches!(
        kind,
        ErrorKind::Corrupt | ErrorKind::Denied | ErrorKind::RollbackDetected | ErrorKind::Unsupported
    );
    assert!(typed, "byte {at}: {kind}");
}

fn files(dir: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![dir.to_owned()];
    while let Some(dir) = open.pop() {
        for entry in fs::read_dir(dir).unwrap().map(Result::unwrap) {
            if entry.file_type().unwrap().is_dir() {
                open.push(entry.path());
            } else {
                found.push(entry.path());
            }
        }
    }
    found.sort();
    found
}

#[test]
fn a_flipped_byte_in_any_file_of_a_bundle_is_named_or_refused() {
    let dir = tempfile::tempdir().unwrap();
    let bench = Bench::sqlite(dir.path());
    let ledger = bench.create();
    super::append(&ledger, 6);
    let bundle = dir.path().join("bundle");
    block_on(ledger.export(&bundle)).unwrap();
    let with_key = VerifyOptions::default().key(ledger.verifier_key().clone());
    for options in [VerifyOptions::default(), with_key] {
        let whole = verify_bundle(&bundle, &options).unwrap();
        assert!(whole.has_no_failure(), "{whole:?}");
        let mut count = 0;
        for file in files(&bundle) {
            let good = fs::read(&file).unwrap();
            for at in 0..good.len() {
                let mut bad = good.clone();
                bad[at] ^= 1 << (at % 8);
                fs::write(&file, &bad).unwrap();
                match verify_bundle(&bundle, &options) {
                    Err(error) => assert_refusal(error.kind(), at),
                    Ok(report) => {
                        let outcome = judge(&report, &whole, at);
                        assert!(
                            matches!(outcome, Outcome::Failed(Some(_))),
                            "{} byte {at}",
                            file.display()
                        );
                    }
                }
                count += 1;
            }
            // Longer, shorter, gone.
            for bad in [
                [good.as_slice(), b"x"].concat(),
                good[1..].to_vec(),
                good[..good.len() - 1].to_vec(),
            ] {
                fs::write(&file, bad).unwrap();
                let verdict = verify_bundle(&bundle, &options);
                assert!(
                    !verdict.is_ok_and(|report| report.has_no_failure()),
                    "{}",
                    file.display()
                );
            }
            fs::remove_file(&file).unwrap();
            let verdict = verify_bundle(&bundle, &options);
            assert!(
                !verdict.is_ok_and(|report| report.has_no_failure()),
                "{}",
                file.display()
            );
            fs::write(&file, good).unwrap();
        }
        assert!(count > 2_500, "{count}");
        assert_eq!(verify_bundle(&bundle, &options).unwrap(), whole);
    }
}
