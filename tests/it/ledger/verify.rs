//! Verification: what a whole log looks like, and what each way of tampering looks like.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use jiff::SignedDuration;
use pollster::block_on;
use rusqlite::Connection;
use vcto::ErrorKind;
use vcto::ledger::{
    Authenticity, Completeness, DomainCheck, DomainReplay, Draft, Entry, EntryType, Freshness, Integrity,
    Ledger, Policy, Storage, Verification, VerifyOptions, verify_bundle,
};
use vcto::time::Clock;

use super::{Bench, NOTE, append, note, on_every_store};

fn verify(ledger: &Ledger) -> Verification {
    block_on(ledger.verify(&VerifyOptions::default())).unwrap()
}

/// Opens a tampered log and verifies it: the verdicts, or why it was not even opened.
fn judge(bench: &Bench) -> Result<Verification, ErrorKind> {
    match bench.open() {
        Ok(ledger) => Ok(verify(&ledger)),
        Err(error) => Err(error.kind()),
    }
}

/// A log of so many entries in SQLite.
fn filled(dir: &Path, count: u32) -> Bench {
    let bench = Bench::sqlite(dir);
    let ledger = bench.create();
    let drafts: Vec<Draft> = (0..count).map(note).collect();
    for group in drafts.chunks(100) {
        block_on(ledger.append_all(group.to_vec(), vcto::ledger::Condition::Any)).unwrap();
    }
    bench
}

/// Changes the database as somebody would who has the file and no key: the triggers go and come back.
pub fn tamper(dir: &Path, change: impl FnOnce(&Connection)) {
    let database = Connection::open(dir.join("log/ledger.db")).unwrap();
    let mut triggers = database
        .prepare("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'")
        .unwrap();
    let triggers: Vec<(String, String)> = triggers
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))
        .unwrap()
        .map(Result::unwrap)
        .collect();
    for (name, _) in &triggers {
        database.execute_batch(&format!("DROP TRIGGER {name}")).unwrap();
    }
    change(&database);
    for (_, sql) in &triggers {
        database.execute_batch(sql).unwrap();
    }
}

#[test]
fn a_whole_log_has_no_failure_and_claims_no_more_than_is_known() {
    on_every_store(|bench| {
        let ledger = bench.create();
        append(&ledger, 300);
        let report = verify(&ledger);
        assert_eq!(report.problems, []);
        assert_eq!(
            (report.size, report.signed_size, report.first_bad_index),
            (301, 301, None)
        );
        let json = serde_json::to_value(&report).unwrap();
        for (verdict, expected) in [
            ("integrity", "ok"),
            ("authenticity", "ok"),
            ("completeness", "unanchored"),
            ("freshness", "not_checked"),
            ("erasure", "none"),
            ("policy", "not_checked"),
        ] {
            assert_eq!(json[verdict], expected, "{verdict}");
        }
        assert!(report.has_no_failure());
    });
}

#[test]
fn what_was_seen_elsewhere_anchors_the_log_and_shows_a_fork() {
    let bench = Bench::new(Storage::memory());
    let ledger = bench.create();
    append(&ledger, 5);
    let early = block_on(ledger.checkpoint()).unwrap();
    let receipt = block_on(ledger.append(note(9))).unwrap();
    append(&ledger, 3);
    let options = VerifyOptions::default()
        .seen_checkpoint(early.note())
        .seen_receipt(&receipt);
    let report = block_on(ledger.verify(&options)).unwrap();
    assert_eq!(
        (report.completeness, report.first_bad_index),
        (Completeness::Ok, None)
    );

    // The same keys, another history: what an operator with the signing key could present.
    let fork = Bench {
        storage: Storage::memory(),
        ..bench
    };
    let forked = fork.create();
    append(&forked, 12);
    let report = block_on(forked.verify(&options)).unwrap();
    assert_eq!(report.completeness, Completeness::Failed);
    assert!(report.first_bad_index.is_some_and(|at| at <= 6), "{report:?}");
}

#[test]
fn headers_only_reads_no_payload_says_so_and_sees_everything_else() {
    on_every_store(|bench| {
        let ledger = bench.create();
        append(&ledger, 300);
        let options = VerifyOptions::default().headers_only();
        let report = block_on(ledger.verify(&options)).unwrap();
        assert_eq!(
            (report.integrity, report.problems.len()),
            (Integrity::HeadersOnly, 0)
        );
        assert_eq!((report.size, report.exit_code()), (301, 0));

        let dir = tempfile::tempdir().unwrap();
        let bundle = dir.path().join("bundle");
        block_on(ledger.export(&bundle)).unwrap();
        let genesis = block_on(ledger.entries(0..1)).unwrap()[0]
            .header()
            .ciphertext_digest;
        let genesis: String = genesis.iter().map(|byte| format!("{byte:02x}")).collect();
        for folder in fs::read_dir(bundle.join("payload")).unwrap() {
            for file in fs::read_dir(folder.unwrap().path()).unwrap().map(Result::unwrap) {
                if file.file_name() != *genesis {
                    fs::remove_file(file.path()).unwrap();
                }
            }
        }
        let told = |options| verify_bundle(&bundle, &options).unwrap();
        assert_eq!(told(options.clone()).integrity, Integrity::HeadersOnly);
        assert_eq!(told(VerifyOptions::default()).integrity, Integrity::Failed);
        let entries = bundle.join("tile/entries/001.p/45");
        let mut bytes = fs::read(&entries).unwrap();
        bytes[44 * 129 + 2 + 28] ^= 1; // its place
        fs::write(&entries, bytes).unwrap();
        let report = told(options);
        assert_eq!(
            (report.integrity, report.first_bad_index),
            (Integrity::Failed, Some(300))
        );
        assert_eq!(report.exit_code(), 10);
    });
}

#[test]
fn freshness_is_judged_by_the_limit_that_is_given() {
    let bench = Bench::new(Storage::memory());
    let ledger = bench.create();
    let within = |hours| {
        let options =
            VerifyOptions::default().fresh_within(SignedDuration::from_hours(hours), bench.clock.now());
        block_on(ledger.verify(&options)).unwrap().freshness
    };
    bench.clock.advance(SignedDuration::from_hours(5));
    assert_eq!((within(6), within(4)), (Freshness::Unanchored, Freshness::Stale));
}

#[test]
fn time_never_runs_backwards_in_a_log() {
    let bench = Bench::new(Storage::memory());
    let ledger = bench.create();
    let first = block_on(ledger.append(note(1))).unwrap().time();
    bench.clock.advance(SignedDuration::from_hours(-3));
    assert_eq!(block_on(ledger.append(note(2))).unwrap().time(), first);
    bench.clock.advance(SignedDuration::from_hours(24 * 3_650));
    append(&ledger, 1);
    assert_eq!(verify(&ledger).integrity, Integrity::Ok);
}

#[derive(Debug)]
struct NoSevens;

struct Replay(u64);

impl DomainCheck for NoSevens {
    fn replay(&self) -> Box<dyn DomainReplay> {
        Box::new(Replay(0))
    }

    fn reserves(&self, entry_type: EntryType) -> bool {
        entry_type == EntryType(0x7777)
    }
}

#[test]
fn what_a_domain_check_reserves_is_appended_only_without_it() {
    let bench = Bench::new(Storage::memory());
    let free = bench.create();
    let draft = || Draft::new(EntryType(0x7777), vec![]);
    block_on(free.append(draft())).unwrap();
    drop(free);
    let options = bench.options().policy(Arc::new(NoSevens));
    let checked = block_on(Ledger::open(&bench.storage, options)).unwrap();
    assert_eq!(
        block_on(checked.append(draft())).unwrap_err().kind(),
        ErrorKind::Denied
    );
    block_on(checked.append(note(1))).unwrap();
    assert_eq!(block_on(checked.size()).unwrap(), 3);
}

impl DomainReplay for Replay {
    fn entry(&mut self, entry: &Entry) -> vcto::Result<()> {
        assert_eq!(entry.seq(), self.0);
        self.0 += 1;
        if entry.payload() == br#"{"n":7}"# {
            return Err(vcto::Error::new(ErrorKind::Denied, "a seven"));
        }
        Ok(())
    }
}

#[test]
fn the_policy_verdict_is_that_of_the_domain_check() {
    for (count, policy, first) in [(7, Policy::Ok, None), (9, Policy::Failed, Some(8))] {
        let mut bench = Bench::new(Storage::memory());
        bench.storage = Storage::memory();
        append(&bench.create(), count);
        let options = bench.options().policy(Arc::new(NoSevens));
        let report = verify(&block_on(Ledger::open(&bench.storage, options)).unwrap());
        assert_eq!((report.policy, report.first_bad_index), (policy, first));
        assert_eq!(report.integrity, Integrity::Ok);
    }
}

#[test]
fn swapped_deleted_inserted_and_replaced_records_are_named() {
    type Change = fn(&Connection);
    let cases: [(&str, u64, Change); 9] = [
        ("headers swapped", 20, |db| {
            db.execute_batch(
                "UPDATE entry SET seq = -1 WHERE seq = 20; UPDATE entry SET seq = 20 WHERE seq = 30; \
                 UPDATE entry SET seq = 30 WHERE seq = -1;",
            )
            .unwrap();
        }),
        ("payloads swapped", 20, |db| {
            db.execute_batch(
                "UPDATE payload SET seq = -1 WHERE seq = 20; UPDATE payload SET seq = 20 WHERE seq = 30; \
                 UPDATE payload SET seq = 30 WHERE seq = -1;",
            )
            .unwrap();
        }),
        ("entry deleted", 20, |db| {
            db.execute_batch("DELETE FROM entry WHERE seq = 20").unwrap();
        }),
        ("entry deleted and the gap closed", 20, |db| {
            db.execute_batch(
                "DELETE FROM entry WHERE seq = 20; UPDATE entry SET seq = -seq WHERE seq > 20; \
                 UPDATE entry SET seq = -seq - 1 WHERE seq < 0;",
            )
            .unwrap();
        }),
        ("payload deleted", 20, |db| {
            db.execute_batch("DELETE FROM payload WHERE seq = 20").unwrap();
        }),
        ("entry duplicated in the middle", 20, |db| {
            db.execute_batch(
                "UPDATE entry SET seq = -seq - 1 WHERE seq >= 20; UPDATE entry SET seq = -seq WHERE seq < 0; \
                 INSERT INTO entry SELECT 20, header, leaf_hash FROM entry WHERE seq = 19;",
            )
            .unwrap();
        }),
        ("leaf hash of another entry", 20, |db| {
            db.execute_batch(
                "UPDATE entry SET leaf_hash = (SELECT leaf_hash FROM entry WHERE seq = 21) WHERE seq = 20",
            )
            .unwrap();
        }),
        ("tile deleted", 0, |db| {
            db.execute_batch("DELETE FROM tile WHERE id = 0").unwrap();
        }),
        ("tile replaced", 0, |db| {
            db.execute_batch("UPDATE tile SET hashes = zeroblob(8192) WHERE id = 0")
                .unwrap();
        }),
    ];
    for (what, first, change) in cases {
        let dir = tempfile::tempdir().unwrap();
        let bench = filled(dir.path(), 600);
        tamper(dir.path(), change);
        match judge(&bench) {
            Ok(report) => {
                assert_eq!(report.integrity, Integrity::Failed, "{what}");
                assert_eq!(
                    report.first_bad_index,
                    Some(first),
                    "{what}: {:?}",
                    report.problems
                );
            }
            Err(kind) => assert_eq!(kind, ErrorKind::Corrupt, "{what}"),
        }
    }
}

/// Rewrites entries consistently, as who knows the format and has no key can: headers, leaf hashes, and tiles.
#[test]
fn a_rewritten_history_fails_against_the_signature() {
    let dir = tempfile::tempdir().unwrap();
    let bench = filled(dir.path(), 40);
    tamper(dir.path(), |db| {
        let header: Vec<u8> = db
            .query_row("SELECT header FROM entry WHERE seq = 33", [], |row| row.get(0))
            .unwrap();
        let mut header = header;
        header[1] ^= 0x01; // the entry type
        let hash = vcto::ledger::leaf_hash(&header);
        db.execute(
            "UPDATE entry SET header = ?1, leaf_hash = ?2 WHERE seq = 33",
            (header, hash),
        )
        .unwrap();
    });
    assert_eq!(judge(&bench).unwrap_err(), ErrorKind::Corrupt);
}

#[test]
fn a_cut_tail_is_refused_at_open_and_shown_by_a_running_ledger() {
    let dir = tempfile::tempdir().unwrap();
    let bench = filled(dir.path(), 40);
    let ledger = bench.open().unwrap();
    tamper(dir.path(), |db| {
        db.execute_batch("DELETE FROM entry WHERE seq > 30; DELETE FROM payload WHERE seq > 30")
            .unwrap();
    });
    let report = verify(&ledger);
    assert_eq!(
        (report.completeness, report.first_bad_index),
        (Completeness::Failed, Some(31))
    );
    assert_eq!(
        block_on(ledger.append(note(1))).unwrap_err().kind(),
        ErrorKind::RollbackDetected
    );
    assert_eq!(
        block_on(ledger.size()).unwrap_err().kind(),
        ErrorKind::RollbackDetected
    );
    drop(ledger);
    assert_eq!(judge(&bench).unwrap_err(), ErrorKind::RollbackDetected);
}

#[test]
fn a_cut_tail_with_its_mark_and_checkpoints_fails_against_a_receipt_only() {
    let dir = tempfile::tempdir().unwrap();
    let bench = filled(dir.path(), 10);
    let ledger = bench.open().unwrap();
    let receipt = block_on(ledger.append(note(99))).unwrap();
    drop(ledger);
    tamper(dir.path(), |db| {
        db.execute_batch(
            "DELETE FROM entry WHERE seq > 5; DELETE FROM payload WHERE seq > 5; DELETE FROM checkpoint WHERE size > 6",
        )
        .unwrap();
    });
    fs::remove_file(dir.path().join("log/high-water")).unwrap();
    let options = bench.options().accept_missing_mark(true);
    let ledger = block_on(Ledger::open(&bench.storage, options)).unwrap();
    assert_eq!(verify(&ledger).completeness, Completeness::Unanchored);
    let report = block_on(ledger.verify(&VerifyOptions::default().seen_receipt(&receipt))).unwrap();
    assert_eq!(
        (report.completeness, report.first_bad_index),
        (Completeness::Failed, Some(7))
    );
}

#[test]
fn a_changed_checkpoint_is_named_by_the_last_entry_that_it_covers() {
    let dir = tempfile::tempdir().unwrap();
    let bench = filled(dir.path(), 10);
    append(&bench.open().unwrap(), 5);
    tamper(dir.path(), |db| {
        db.execute_batch("UPDATE checkpoint SET note = replace(note, char(10) || '11' || char(10), char(10) || '10' || char(10)) WHERE size = 11")
            .unwrap();
    });
    let report = judge(&bench).unwrap();
    assert_eq!(
        (report.authenticity, report.first_bad_index),
        (Authenticity::Failed, Some(10))
    );
}

#[test]
fn an_entry_of_another_log_is_none_of_this_one() {
    let (ours, theirs) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let bench = filled(ours.path(), 10);
    filled(theirs.path(), 10);
    tamper(ours.path(), |db| {
        let other = theirs.path().join("log/ledger.db");
        db.execute("ATTACH ?1 AS other", [other.to_str().unwrap()])
            .unwrap();
        db.execute_batch(
            "UPDATE entry SET header = (SELECT header FROM other.entry WHERE seq = 4), \
             leaf_hash = (SELECT leaf_hash FROM other.entry WHERE seq = 4) WHERE seq = 4; \
             UPDATE payload SET ciphertext = (SELECT ciphertext FROM other.payload WHERE seq = 4) WHERE seq = 4; \
             DETACH other;",
        )
        .unwrap();
    });
    assert_eq!(judge(&bench).unwrap_err(), ErrorKind::Corrupt);
}

#[test]
fn a_log_that_was_moved_to_another_region_does_not_open() {
    let dir = tempfile::tempdir().unwrap();
    let bench = filled(dir.path(), 3);
    tamper(dir.path(), |database| {
        database.execute("UPDATE log SET region = 'us'", ()).unwrap();
    });
    // The keys are wrapped for the region in which the log was made.
    assert_eq!(bench.open().unwrap_err().kind(), ErrorKind::Denied);
}

#[test]
fn a_tampered_entry_is_not_read_and_the_error_names_it() {
    let dir = tempfile::tempdir().unwrap();
    let bench = filled(dir.path(), 600);
    tamper(dir.path(), |db| {
        db.execute_batch("UPDATE payload SET ciphertext = zeroblob(length(ciphertext)) WHERE seq = 100")
            .unwrap();
        let mut header: Vec<u8> = db
            .query_row("SELECT header FROM entry WHERE seq = 150", [], |row| row.get(0))
            .unwrap();
        header[126] ^= 1; // the idempotency tag
        let hash = vcto::ledger::leaf_hash(&header);
        db.execute(
            "UPDATE entry SET header = ?1, leaf_hash = ?2 WHERE seq = 150",
            (header, hash),
        )
        .unwrap();
    });
    let ledger = bench.open().unwrap();
    for seq in [100u64, 150] {
        let error = block_on(ledger.entries(seq..=seq)).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Corrupt);
        assert_eq!(
            error
                .context()
                .find(|(key, _)| *key == "seq")
                .map(|(_, seq)| seq.to_owned()),
            Some(seq.to_string())
        );
    }
    assert_eq!(block_on(ledger.entries(101..150)).unwrap().len(), 49);
    assert_eq!(verify(&ledger).first_bad_index, Some(100));
}

/// The genesis is not sealed: only the tree protects it.
#[test]
fn a_rewritten_clear_entry_is_not_read() {
    let dir = tempfile::tempdir().unwrap();
    let bench = filled(dir.path(), 600);
    tamper(dir.path(), |db| {
        let (mut header, payload): (Vec<u8>, Vec<u8>) = db
            .query_row(
                "SELECT header, ciphertext FROM entry JOIN payload USING (seq) WHERE seq = 0",
                [],
                |row| Ok((row.get(0)?, row.get(1)?)),
            )
            .unwrap();
        header[40] ^= 1; // the time
        let hash = vcto::ledger::leaf_hash(&header);
        db.execute(
            "UPDATE entry SET header = ?1, leaf_hash = ?2 WHERE seq = 0",
            (header, hash),
        )
        .unwrap();
        assert!(payload.starts_with(b"{"));
    });
    let ledger = bench.open().unwrap();
    let refused = block_on(ledger.entries(0..1)).unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::Corrupt);
    assert_eq!(verify(&ledger).first_bad_index, Some(0));
}

#[test]
fn an_unknown_schema_or_version_is_refused() {
    let cases = [
        ("CREATE TABLE more (x)", ErrorKind::Corrupt),
        ("DROP TRIGGER entry_no_update", ErrorKind::Corrupt),
        ("PRAGMA application_id = 1", ErrorKind::Corrupt),
        ("PRAGMA user_version = 2", ErrorKind::Unsupported),
    ];
    for (change, kind) in cases {
        let dir = tempfile::tempdir().unwrap();
        let bench = filled(dir.path(), 3);
        Connection::open(dir.path().join("log/ledger.db"))
            .unwrap()
            .execute_batch(change)
            .unwrap();
        assert_eq!(judge(&bench).unwrap_err(), kind, "{change}");
    }
}

#[test]
fn the_database_refuses_to_change_what_was_written() {
    let dir = tempfile::tempdir().unwrap();
    drop(filled(dir.path(), 300));
    let database = Connection::open(dir.path().join("log/ledger.db")).unwrap();
    for change in [
        "UPDATE entry SET header = zeroblob(127) WHERE seq = 1",
        "DELETE FROM entry WHERE seq = 300",
        "INSERT INTO entry VALUES (400, zeroblob(127), zeroblob(32))",
        "INSERT INTO entry VALUES (5, zeroblob(127), zeroblob(32))",
        "UPDATE payload SET ciphertext = x'00'",
        "DELETE FROM tile",
        "UPDATE tile SET hashes = zeroblob(8192)",
        "DELETE FROM checkpoint",
        "UPDATE checkpoint SET note = ''",
        "UPDATE log SET origin = 'x'",
        "INSERT INTO entry VALUES (301, 'text', zeroblob(32))",
    ] {
        assert!(database.execute_batch(change).is_err(), "{change}");
    }
}

#[test]
fn reserved_entry_types_and_bad_drafts_are_refused() {
    let bench = Bench::new(Storage::memory());
    let ledger = bench.create();
    let refused = |draft: Draft| block_on(ledger.append(draft)).unwrap_err().kind();
    assert_eq!(
        refused(Draft::new(EntryType::GENESIS, vec![])),
        ErrorKind::InvalidInput
    );
    assert_eq!(
        refused(Draft::new(EntryType(0xff), vec![])),
        ErrorKind::InvalidInput
    );
    assert_eq!(refused(note(1).idempotent("")), ErrorKind::InvalidInput);
    assert_eq!(refused(note(1).idempotent("x".repeat(257))), ErrorKind::TooLarge);
    let none = block_on(ledger.append_all(vec![], vcto::ledger::Condition::Any)).unwrap_err();
    assert_eq!(none.kind(), ErrorKind::InvalidInput);
    assert_eq!(
        block_on(ledger.append(Draft::octets(NOTE, vec![])))
            .unwrap()
            .seq(),
        1
    );
    assert_eq!(block_on(ledger.entries(1..)).unwrap()[0].payload(), b"");
}
