//! What each way of tampering with the database looks like, in SQLite as in PostgreSQL: never like a whole log.

use std::fs;

use pollster::block_on;
use vcto::ErrorKind;
use vcto::ledger::{
    Authenticity, Completeness, Integrity, Ledger, Verification, VerifyOptions, verify_storage,
};

use super::hand::{Hand, filled};
use super::{Bench, append, note};

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

#[test]
fn swapped_deleted_inserted_and_replaced_records_are_named() {
    let cases: [(&str, u64, &str); 9] = [
        (
            "headers swapped",
            20,
            "UPDATE entry SET seq = 10020 WHERE seq = 20; UPDATE entry SET seq = 20 WHERE seq = 30; \
             UPDATE entry SET seq = 30 WHERE seq = 10020",
        ),
        (
            "payloads swapped",
            20,
            "UPDATE payload SET seq = -1 WHERE seq = 20; UPDATE payload SET seq = 20 WHERE seq = 30; \
             UPDATE payload SET seq = 30 WHERE seq = -1",
        ),
        ("entry deleted", 20, "DELETE FROM entry WHERE seq = 20"),
        (
            "entry deleted and the gap closed",
            20,
            "DELETE FROM entry WHERE seq = 20; UPDATE entry SET seq = seq + 10000 WHERE seq > 20; \
             UPDATE entry SET seq = seq - 10001 WHERE seq > 10000",
        ),
        ("payload deleted", 20, "DELETE FROM payload WHERE seq = 20"),
        (
            "entry duplicated in the middle",
            20,
            "UPDATE entry SET seq = seq + 10001 WHERE seq >= 20; UPDATE entry SET seq = seq - 10000 WHERE seq > 10000; \
             INSERT INTO entry SELECT {log}20, header, leaf_hash FROM entry WHERE seq = 19",
        ),
        (
            "leaf hash of another entry",
            20,
            "UPDATE entry SET leaf_hash = (SELECT leaf_hash FROM entry WHERE seq = 21) WHERE seq = 20",
        ),
        ("tile deleted", 0, "DELETE FROM tile WHERE id = 0"),
        (
            "tile replaced",
            0,
            "UPDATE tile SET hashes = {zeros:8192} WHERE id = 0",
        ),
    ];
    for (what, first, change) in cases {
        filled(600, |_, bench, hand| {
            hand.change(change);
            match judge(bench) {
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
            let report = verify_storage(&bench.storage, &VerifyOptions::default()).unwrap();
            assert_eq!(
                report.first_bad_index,
                Some(first),
                "{what}: {:?}",
                report.problems
            );
        });
    }
}

/// Nothing of the log is changed: something lies where it will come to later.
#[test]
fn what_lies_in_the_way_of_the_log_is_named_before_and_after_it_stops_there() {
    let all = Integrity::Failed;
    let cases = [
        (
            "a payload beyond the end",
            "INSERT INTO payload SELECT {log}6, ciphertext FROM payload WHERE seq = 5",
            Some(6),
            "payload of entry 6",
        ),
        (
            "a payload far beyond the end",
            "INSERT INTO payload SELECT {log}900, ciphertext FROM payload WHERE seq = 5",
            Some(900),
            "payload of entry 900",
        ),
        (
            "a payload before the first entry",
            "INSERT INTO payload SELECT {log}-3, ciphertext FROM payload WHERE seq = 5",
            None,
            "payload of entry -3",
        ),
        (
            "the first tile",
            "INSERT INTO tile SELECT {log}0, {zeros:8192} FROM log",
            Some(0),
            "the tile 0/0",
        ),
        (
            "a tile above all",
            "INSERT INTO tile SELECT {log}576460752303423488, {zeros:8192} FROM log",
            None,
            "the tile 8/0",
        ),
        (
            "a key of an epoch that is none",
            "INSERT INTO wrapped_key ({log}purpose, epoch, provider, wrapped, commitment) \
             SELECT {log}purpose, 7, provider, wrapped, commitment FROM wrapped_key WHERE purpose = 1",
            None,
            "a wrapped key for epoch 7",
        ),
    ];
    for (what, change, first, named) in cases {
        filled(5, |_, bench, hand| {
            hand.change(change);
            let named = |report: &Verification| {
                assert_eq!((report.integrity, report.first_bad_index), (all, first), "{what}");
                assert_eq!(report.exit_code(), 10, "{what}");
                assert!(
                    report.problems.iter().any(|problem| problem.text.contains(named)),
                    "{what}: {report:?}"
                );
            };
            named(&verify_storage(&bench.storage, &VerifyOptions::default()).unwrap());
            let Ok(ledger) = bench.open() else { return };
            named(&verify(&ledger));
            for n in 0..260 {
                if let Err(error) = block_on(ledger.append(note(n))) {
                    assert_eq!(error.kind(), ErrorKind::Corrupt, "{what}: {error}");
                    assert!(
                        error
                            .remedy_text()
                            .is_some_and(|text| text.contains("verify_storage")),
                        "{what}: {error}"
                    );
                    break;
                }
            }
        });
    }
    filled(5, |_, bench, hand| {
        for size in ["0", "-5"] {
            hand.change(&format!(
                "INSERT INTO checkpoint SELECT {{log}}{size}, 'x' FROM log"
            ));
            let report = verify_storage(&bench.storage, &VerifyOptions::default()).unwrap();
            assert_eq!(report.authenticity, Authenticity::Failed, "{report:?}");
        }
    });
}

/// One bit in each column of each table, at many places.
#[test]
fn a_flipped_bit_in_any_column_is_named_or_refused() {
    filled(300, |_, bench, hand| {
        let whole = verify_storage(&bench.storage, &VerifyOptions::default()).unwrap();
        assert_eq!((whole.exit_code(), whole.problems.len()), (0, 0), "{whole:?}");
        for (table, column, row, step) in [
            ("entry", "header", "seq = 0", 13),
            ("entry", "header", "seq = 299", 3),
            ("entry", "leaf_hash", "seq = 100", 9),
            ("payload", "ciphertext", "seq = 0", 37),
            ("payload", "ciphertext", "seq = 300", 5),
            ("tile", "hashes", "id = 0", 997),
            ("checkpoint", "note", "size = 301", 11),
            ("wrapped_key", "wrapped", "purpose = 1", 7),
            ("wrapped_key", "commitment", "purpose = 2", 7),
        ] {
            let good = hand.read(table, column, row);
            for at in (0..good.len()).step_by(step) {
                let mut bad = good.clone();
                // Text stays text.
                bad[at] ^= if column == "note" { 1 } else { 1 << (at % 8) };
                if std::str::from_utf8(&bad).is_err() && column == "note" {
                    continue;
                }
                hand.write(table, column, row, &bad);
                let place = format!("{table}.{column}, {row}, byte {at}");
                match bench.open() {
                    Err(error) => assert!(
                        matches!(
                            error.kind(),
                            ErrorKind::Corrupt | ErrorKind::Denied | ErrorKind::Unsupported
                        ),
                        "{place}: {error}"
                    ),
                    Ok(ledger) => assert_ne!(verify(&ledger).exit_code(), 0, "{place}"),
                }
                if table != "wrapped_key" {
                    let report = verify_storage(&bench.storage, &VerifyOptions::default()).unwrap();
                    assert_ne!(report.exit_code(), 0, "{place}");
                }
            }
            hand.write(table, column, row, &good);
        }
        assert_eq!(judge(bench).unwrap().exit_code(), 0);
    });
}

/// Rewrites entries consistently, as who knows the format and has no key can: headers, leaf hashes, and tiles.
#[test]
fn a_rewritten_history_fails_against_the_signature() {
    filled(40, |_, bench, hand| {
        hand.put_header(33, |header| header[1] ^= 0x01); // the entry type
        assert_eq!(judge(bench).unwrap_err(), ErrorKind::Corrupt);
        let report = verify_storage(&bench.storage, &VerifyOptions::default()).unwrap();
        assert_eq!(report.authenticity, Authenticity::Failed);
    });
}

const CUT: &str = "DELETE FROM entry WHERE seq > 30; DELETE FROM payload WHERE seq > 30";

#[test]
fn a_cut_tail_is_refused_at_open_and_shown_by_a_running_ledger() {
    filled(40, |_, bench, hand| {
        let ledger = bench.open().unwrap();
        hand.change(CUT);
        let report = verify(&ledger);
        assert_eq!(
            (report.completeness, report.first_bad_index),
            (Completeness::Failed, Some(31))
        );
        let refused = [
            block_on(ledger.append(note(1))).map(drop),
            block_on(ledger.size()).map(drop),
        ];
        for result in refused {
            assert_eq!(result.unwrap_err().kind(), ErrorKind::RollbackDetected);
        }
        drop(ledger);
        assert_eq!(judge(bench).unwrap_err(), ErrorKind::RollbackDetected);
    });
}

#[test]
fn a_cut_tail_with_its_mark_and_checkpoints_fails_against_a_receipt_only() {
    filled(10, |dir, bench, hand| {
        let ledger = bench.open().unwrap();
        let receipt = block_on(ledger.append(note(99))).unwrap();
        drop(ledger);
        hand.change(
            "DELETE FROM entry WHERE seq > 5; DELETE FROM payload WHERE seq > 5; DELETE FROM checkpoint WHERE size > 6",
        );
        let mark = match hand {
            Hand::File(_) => "log/high-water",
            Hand::Server(_) => "mark",
        };
        fs::remove_file(dir.join(mark)).unwrap();
        let options = bench.options().accept_missing_mark(true);
        let ledger = block_on(Ledger::open(&bench.storage, options)).unwrap();
        assert_eq!(verify(&ledger).completeness, Completeness::Unanchored);
        let report = block_on(ledger.verify(&VerifyOptions::default().seen_receipt(&receipt))).unwrap();
        assert_eq!(
            (report.completeness, report.first_bad_index),
            (Completeness::Failed, Some(7))
        );
    });
}

#[test]
fn a_changed_checkpoint_is_named_by_the_last_entry_that_it_covers() {
    filled(10, |_, bench, hand| {
        append(&bench.open().unwrap(), 5);
        let note = String::from_utf8(hand.read("checkpoint", "note", "size = 11")).unwrap();
        let changed = note.replacen("\n11\n", "\n10\n", 1);
        hand.write("checkpoint", "note", "size = 11", changed.as_bytes());
        let report = judge(bench).unwrap();
        assert_eq!(
            (report.authenticity, report.first_bad_index),
            (Authenticity::Failed, Some(10))
        );
    });
}

#[test]
fn an_entry_of_another_log_is_none_of_this_one() {
    filled(10, |_, bench, hand| {
        filled(10, |_, _, theirs| {
            let before = (
                hand.read("entry", "header", "seq = 4"),
                hand.read("payload", "ciphertext", "seq = 4"),
            );
            let other = theirs.read("entry", "header", "seq = 4");
            hand.put_header(4, |header| header.copy_from_slice(&other));
            let payload = theirs.read("payload", "ciphertext", "seq = 4");
            hand.write("payload", "ciphertext", "seq = 4", &payload);
            assert_eq!(judge(bench).unwrap_err(), ErrorKind::Corrupt);
            let report = verify_storage(&bench.storage, &VerifyOptions::default()).unwrap();
            assert_eq!(
                (report.integrity, report.first_bad_index),
                (Integrity::Failed, Some(4))
            );
            hand.put_header(4, |header| header.copy_from_slice(&before.0));
            hand.write("payload", "ciphertext", "seq = 4", &before.1);
        });
    });
}

#[test]
fn a_log_that_was_moved_to_another_region_does_not_open() {
    filled(3, |_, bench, hand| {
        hand.change("UPDATE log SET region = 'us'");
        // The keys are wrapped for the region in which the log was made.
        assert_eq!(bench.open().unwrap_err().kind(), ErrorKind::Denied);
    });
}

#[test]
fn a_tampered_entry_is_not_read_and_the_error_names_it() {
    filled(600, |_, bench, hand| {
        let payload = hand.read("payload", "ciphertext", "seq = 100");
        hand.write("payload", "ciphertext", "seq = 100", &vec![0; payload.len()]);
        hand.put_header(150, |header| header[126] ^= 1); // the idempotency tag
        let ledger = bench.open().unwrap();
        for seq in [100u64, 150] {
            let error = block_on(ledger.entries(seq..=seq)).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Corrupt);
            let named = error.context().find(|(key, _)| *key == "seq");
            assert_eq!(named.map(|(_, seq)| seq.to_owned()), Some(seq.to_string()));
        }
        assert_eq!(block_on(ledger.entries(101..150)).unwrap().len(), 49);
        assert_eq!(verify(&ledger).first_bad_index, Some(100));
    });
}

/// The genesis is not sealed: only the tree protects it.
#[test]
fn a_rewritten_clear_entry_is_not_read() {
    filled(600, |_, bench, hand| {
        assert!(hand.read("payload", "ciphertext", "seq = 0").starts_with(b"{"));
        hand.put_header(0, |header| header[40] ^= 1); // the time
        let ledger = bench.open().unwrap();
        let refused = block_on(ledger.entries(0..1)).unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::Corrupt);
        assert_eq!(verify(&ledger).first_bad_index, Some(0));
    });
}
