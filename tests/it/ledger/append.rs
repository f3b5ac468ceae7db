//! Appending and reading: order, conditions, repetition, leases. On every store.

use std::fs;

use pollster::block_on;
use serde_json::json;
use vcto::ErrorKind;
use vcto::ledger::{Condition, Draft, Entry, Level, Receipt, Storage, VerifyOptions};
use vcto::time::Clock;

use super::{Bench, NOTE, note, on_every_store};

#[test]
fn what_is_appended_is_read_back_in_order_and_after_a_reopening() {
    on_every_store(|bench| {
        let ledger = bench.create();
        for n in 0..600 {
            assert_eq!(block_on(ledger.append(note(n))).unwrap().seq(), u64::from(n) + 1);
        }
        drop(ledger);
        let ledger = bench.open().unwrap();
        assert_eq!(block_on(ledger.size()).unwrap(), 601);
        let entries = block_on(ledger.entries(1..)).unwrap();
        for (n, entry) in (0u32..).zip(&entries) {
            assert_eq!(entry.payload(), serde_json::to_vec(&json!({"n": n})).unwrap());
            assert_eq!(entry.time(), bench.clock.now());
        }
        assert_eq!(entries.len(), 600);
    });
}

#[test]
fn payloads_of_megabytes_and_thousands_of_entries_are_signed_and_read_back() {
    on_every_store(|bench| {
        let ledger = bench.create();
        let large = |byte: u8| Draft::octets(NOTE, vec![byte; 5 << 20]);
        let drafts = vec![large(1), note(1), large(2), large(3)];
        block_on(ledger.append_all(drafts.clone(), Condition::Any)).unwrap();
        for _ in 0..3 {
            block_on(ledger.append_all(vec![note(7); 1_000], Condition::Any)).unwrap();
        }
        // More than one thread reads back: see the writer.
        assert_eq!(block_on(ledger.checkpoint()).unwrap().size(), 3_005);
        let read = block_on(ledger.entries(1..5)).unwrap();
        assert!(
            read.iter()
                .map(Entry::payload)
                .eq(drafts.iter().map(Draft::payload))
        );
        let report = block_on(ledger.verify(&VerifyOptions::default())).unwrap();
        assert!(
            report.has_no_failure() && report.problems.is_empty(),
            "{report:?}"
        );
    });
}

#[test]
fn a_conditional_append_of_a_moved_log_writes_nothing() {
    on_every_store(|bench| {
        let ledger = bench.create();
        let other = bench.open().unwrap();
        assert_eq!(block_on(other.append(note(0))).unwrap().seq(), 1);
        let moved = block_on(ledger.append_all(vec![note(1), note(2)], Condition::SizeIs(1))).unwrap_err();
        assert_eq!(moved.kind(), ErrorKind::Conflict);
        assert_eq!(block_on(ledger.size()).unwrap(), 2);
        let receipts = block_on(ledger.append_all(vec![note(1), note(2)], Condition::SizeIs(2))).unwrap();
        assert_eq!([receipts[0].seq(), receipts[1].seq()], [2, 3]);
    });
}

#[test]
fn a_repeated_append_with_its_key_gives_the_first_receipt() {
    on_every_store(|bench| {
        let ledger = bench.create();
        let first = block_on(ledger.append(note(7).idempotent("order-7"))).unwrap();
        let again = block_on(ledger.append(note(7).idempotent("order-7"))).unwrap();
        assert!(again.is_repeated() && !first.is_repeated());
        assert_eq!((again.seq(), again.leaf_hash()), (first.seq(), first.leaf_hash()));
        let other = block_on(ledger.append(note(8).idempotent("order-7"))).unwrap_err();
        assert_eq!(other.kind(), ErrorKind::Conflict);
        assert_eq!(block_on(ledger.size()).unwrap(), 2);
    });
}

/// The mistake of one caller is that caller's alone: what was ordered beside it is written.
#[test]
fn a_key_that_stands_twice_in_one_append_is_refused_to_that_caller_alone() {
    on_every_store(|bench| {
        let ledger = bench.create();
        for (first, second) in [(1, 2), (3, 3)] {
            let twice = vec![note(first).idempotent("k"), note(0), note(second).idempotent("k")];
            let refused = std::thread::scope(|scope| {
                // Long enough that the others are in one queue behind it.
                let large = scope.spawn(|| block_on(ledger.append_all(vec![note(9); 1_000], Condition::Any)));
                let others: Vec<_> = (0..6u32)
                    .map(|n| {
                        scope.spawn({
                            let ledger = &ledger;
                            move || block_on(ledger.append(note(n)))
                        })
                    })
                    .collect();
                let refused = block_on(ledger.append_all(twice.clone(), Condition::Any)).unwrap_err();
                assert!(large.join().unwrap().is_ok());
                for other in others {
                    assert!(other.join().unwrap().is_ok());
                }
                refused
            });
            assert_eq!(
                (refused.kind(), refused.place()),
                (ErrorKind::InvalidInput, Some("draft 2"))
            );
        }
        assert_eq!(block_on(ledger.size()).unwrap(), 2 * 1_006 + 1);
        // The key was not used up.
        assert!(
            !block_on(ledger.append(note(1).idempotent("k")))
                .unwrap()
                .is_repeated()
        );
    });
}

#[test]
fn many_callers_with_one_key_get_one_entry_and_who_has_another_content_a_conflict() {
    on_every_store(|bench| {
        let ledger = bench.create();
        let mut expected = 1;
        for round in 0..10 {
            let key = format!("order-{round}");
            let received: Vec<_> = std::thread::scope(|scope| {
                let large = scope.spawn(|| block_on(ledger.append_all(vec![note(9); 1_000], Condition::Any)));
                let same: Vec<_> = (0..6u32)
                    .map(|n| {
                        let draft = note(u32::from(n == 5)).idempotent(&key);
                        scope.spawn({
                            let ledger = &ledger;
                            move || (block_on(ledger.append(draft)), block_on(ledger.append(note(n))))
                        })
                    })
                    .collect();
                assert!(large.join().unwrap().is_ok());
                same.into_iter().map(|one| one.join().unwrap()).collect()
            });
            let (won, lost): (Vec<_>, Vec<_>) = received
                .iter()
                .map(|(keyed, _)| keyed)
                .partition(|keyed| keyed.is_ok());
            let seqs: std::collections::BTreeSet<u64> = won
                .iter()
                .flat_map(|keyed| keyed.as_ref().ok())
                .map(Receipt::seq)
                .collect();
            assert_eq!(seqs.len(), 1, "{received:?}");
            assert!(
                lost.iter().all(|keyed| keyed
                    .as_ref()
                    .is_err_and(|error| error.kind() == ErrorKind::Conflict)),
                "{lost:?}"
            );
            assert!(
                matches!(lost.len(), 1 | 5),
                "one content or the other: {received:?}"
            );
            assert!(received.iter().all(|(_, plain)| plain.is_ok()), "{received:?}");
            expected += 1_000 + 1 + 6;
            assert_eq!(block_on(ledger.size()).unwrap(), expected);
        }
    });
}

#[test]
fn a_receipt_is_taken_to_the_level_of_a_checkpoint_and_one_of_a_lost_entry_is_not() {
    on_every_store(|bench| {
        let ledger = bench.create();
        let draft = || note(7).idempotent("order-7");
        let durable = block_on(ledger.append(draft())).unwrap();
        assert_eq!(durable.level(), Level::Durable);
        let included = block_on(ledger.include(&durable)).unwrap();
        assert_eq!(included.level(), Level::Included);
        assert_eq!(
            (included.seq(), included.leaf_hash()),
            (durable.seq(), durable.leaf_hash())
        );
        assert_eq!(block_on(ledger.include(&included)).unwrap(), included);
        let again = block_on(ledger.append(draft())).unwrap();
        assert_eq!((again.level(), again.is_repeated()), (Level::Included, true));
    });
    // Two logs that were one: the same keys and identity, and another entry at the place.
    let dir = tempfile::tempdir().unwrap();
    let bench = Bench::sqlite(dir.path());
    drop(bench.create());
    let copy = dir.path().join("copy");
    std::fs::create_dir(&copy).unwrap();
    for name in ["ledger.db", "high-water"] {
        std::fs::copy(dir.path().join("log").join(name), copy.join(name)).unwrap();
    }
    let lost = block_on(bench.open().unwrap().append(note(1))).unwrap();
    let other = Bench {
        storage: Storage::sqlite(&copy),
        ..Bench::sqlite(dir.path())
    };
    let other = other.open().unwrap();
    let kind = |receipt| block_on(other.include(receipt)).unwrap_err().kind();
    assert_eq!(kind(&lost), ErrorKind::RollbackDetected);
    block_on(other.append(note(2))).unwrap();
    assert_eq!(kind(&lost), ErrorKind::RollbackDetected);
    let stranger = block_on(Bench::new(Storage::memory()).create().append(note(1))).unwrap();
    assert_eq!(kind(&stranger), ErrorKind::InvalidInput);
}

/// The sizes at which the log has signed itself.
fn signed(log: &std::path::Path) -> Vec<i64> {
    let flags = rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY;
    let database = rusqlite::Connection::open_with_flags(log.join("ledger.db"), flags).unwrap();
    let mut sizes = database
        .prepare("SELECT size FROM checkpoint ORDER BY size")
        .unwrap();
    let sizes = sizes.query_map([], |row| row.get(0)).unwrap();
    sizes.map(Result::unwrap).collect()
}

#[test]
fn a_log_signs_itself_when_it_is_quiet_and_when_much_is_unsigned() {
    let dir = tempfile::tempdir().unwrap();
    let (bench, log) = (Bench::sqlite(dir.path()), dir.path().join("log"));
    let ledger = bench.create();
    block_on(ledger.append(note(1))).unwrap();
    // However long it takes, and nobody asks for it.
    for _ in 0..20_000 {
        if signed(&log) == [1, 2] {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(1));
    }
    assert_eq!(signed(&log), [1, 2]);
    assert!(
        fs::read_to_string(log.join("high-water"))
            .unwrap()
            .contains("\n2\n")
    );
    std::thread::scope(|scope| {
        for _ in 0..14 {
            scope.spawn(|| block_on(ledger.append_all(vec![note(7); 1_000], Condition::Any)).unwrap());
        }
    });
    let sizes = signed(&log);
    assert!(sizes.iter().any(|size| (3..=10_002).contains(size)), "{sizes:?}");
}

#[test]
fn a_lease_has_one_holder() {
    on_every_store(|bench| {
        let ledger = bench.create();
        let lease = ledger.try_lease("execution-1").unwrap();
        assert!(lease.is_some());
        assert!(ledger.try_lease("execution-1").unwrap().is_none());
        assert!(ledger.try_lease("execution-2").unwrap().is_some());
        drop(lease);
        assert!(ledger.try_lease("execution-1").unwrap().is_some());
        assert_eq!(
            ledger.try_lease("../x").unwrap_err().kind(),
            ErrorKind::InvalidInput
        );
    });
}
