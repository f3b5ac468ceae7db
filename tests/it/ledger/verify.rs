//! Verification: what a whole log looks like, and what each way of tampering looks like.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use jiff::SignedDuration;
use pollster::block_on;
use rusqlite::Connection;
use vcto::ErrorKind;
use vcto::ledger::{
    Completeness, DomainCheck, DomainReplay, Draft, Entry, EntryType, Freshness, Integrity, Ledger, Policy,
    Storage, Verification, VerifyOptions, verify_bundle,
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
