//! The signing key hands over to another: logged, signed by both, followed by whoever holds any key of the log.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use pollster::block_on;
use vcto::ErrorKind;
use vcto::ledger::{
    Authenticity, EntryType, Ledger, LedgerOptions, Storage, VerifyOptions, verify_bundle, verify_storage,
};
use vcto::time::SystemEntropy;

use super::verify::tamper;
use super::{Bench, append, note, on_every_store};

/// The options of this bench with the signing key of a generation.
fn signing(bench: &Bench, generation: u32) -> LedgerOptions {
    let signer = Arc::new(bench.keys.generation(generation));
    LedgerOptions::new(
        bench.keys.clone(),
        signer,
        bench.clock.clone(),
        Arc::new(SystemEntropy),
    )
}

pub fn rotate(bench: &Bench, from: u32, to: u32) -> vcto::Result<Ledger> {
    let next = Arc::new(bench.keys.generation(to));
    block_on(Ledger::rotate_signer(&bench.storage, signing(bench, from), next))
}

/// A copy of a bundle in which a signature of the last hand-over, by the key before (0) or after (1), does not hold.
pub fn spoiled(bundle: &Path, which: usize) -> PathBuf {
    let copy = bundle.with_extension(format!("spoiled-{which}"));
    assert!(
        Command::new("cp")
            .arg("-r")
            .args([bundle, &copy])
            .status()
            .unwrap()
            .success()
    );
    let mut last = None;
    for folder in fs::read_dir(copy.join("payload")).unwrap() {
        for file in fs::read_dir(folder.unwrap().path()).unwrap() {
            let path = file.unwrap().path();
            let text = fs::read(&path).unwrap();
            let Ok(text) = String::from_utf8(text) else {
                continue;
            };
            let place = text
                .split("\\n")
                .nth(2)
                .and_then(|place| place.parse::<u64>().ok());
            if text.contains("vcto.rotation/1") {
                last = last.max(place.map(|place| (place, path, text)));
            }
        }
    }
    let (_, path, text) = last.unwrap();
    let mut parts: Vec<String> = text.split("\\n").map(str::to_owned).collect();
    let line = &mut parts[6 + which];
    // Behind the name and the four bytes of the key's id.
    let at = line.rfind(' ').unwrap() + 20;
    let other = if line.as_bytes()[at] == b'A' { "B" } else { "A" };
    line.replace_range(at..=at, other);
    fs::write(path, parts.join("\\n")).unwrap();
    copy
}

fn open(bench: &Bench, generation: u32) -> vcto::Result<Ledger> {
    block_on(Ledger::open(&bench.storage, signing(bench, generation)))
}

#[test]
fn a_log_that_changed_its_key_twice_verifies_under_each_of_them_and_under_no_other() {
    on_every_store(|bench| {
        let ledger = bench.create();
        append(&ledger, 3);
        let early = block_on(ledger.checkpoint()).unwrap();
        let mut keys = vec![ledger.verifier_key().clone()];
        drop(ledger);
        for generation in [1, 2] {
            let ledger = rotate(bench, generation - 1, generation).unwrap();
            keys.push(ledger.verifier_key().clone());
            append(&ledger, 300);
            assert_eq!(open(bench, generation - 1).unwrap_err().kind(), ErrorKind::Denied);
        }
        assert_eq!(rotate(bench, 2, 0).unwrap_err().kind(), ErrorKind::Corrupt);
        let ledger = open(bench, 2).unwrap();
        let rotation = &block_on(ledger.entries(4..=4)).unwrap()[0];
        assert_eq!(rotation.entry_type(), EntryType::KEY_ROTATED);

        let dir = tempfile::tempdir().unwrap();
        let bundle = dir.path().join("bundle");
        block_on(ledger.export(&bundle)).unwrap();
        drop(ledger);
        let lines: String = keys.iter().map(|key| format!("{key}\n")).collect();
        assert_eq!(fs::read_to_string(bundle.join("log.vkey")).unwrap(), lines);
        for key in &keys {
            let options = VerifyOptions::default()
                .key(key.clone())
                .seen_checkpoint(early.note());
            for options in [options.clone(), options.headers_only()] {
                let stored = verify_storage(&bench.storage, &options).unwrap();
                let exported = verify_bundle(&bundle, &options).unwrap();
                for report in [stored, exported] {
                    assert_eq!(
                        (report.problems.as_slice(), report.signed_size),
                        ([].as_slice(), 606)
                    );
                    assert_eq!(report.authenticity, Authenticity::Ok);
                }
            }
        }
        let stranger = Bench::new(Storage::memory()).create().verifier_key().clone();
        let options = VerifyOptions::default().key(stranger);
        for report in [
            verify_storage(&bench.storage, &options).unwrap(),
            verify_bundle(&bundle, &options).unwrap(),
        ] {
            assert_eq!(
                (report.authenticity, report.first_bad_index),
                (Authenticity::Failed, Some(0))
            );
        }

        let back = Bench {
            storage: Storage::memory(),
            keys: bench.keys.clone(),
            clock: bench.clock.clone(),
        };
        let refused = block_on(Ledger::import(
            &back.storage,
            &bundle,
            signing(&back, 1),
            &VerifyOptions::default(),
        ));
        assert_eq!(refused.unwrap_err().kind(), ErrorKind::Denied);
        let first = VerifyOptions::default().key(keys[0].clone());
        let ledger = block_on(Ledger::import(&back.storage, &bundle, signing(&back, 2), &first)).unwrap();
        let again = dir.path().join("again");
        block_on(ledger.export(&again)).unwrap();
        for file in ["checkpoint", "keys.json", "log.vkey", "manifest"] {
            assert_eq!(
                fs::read(bundle.join(file)).unwrap(),
                fs::read(again.join(file)).unwrap(),
                "{file}"
            );
        }
    });
}

#[test]
fn who_has_the_log_open_with_the_old_key_does_not_sign() {
    on_every_store(|bench| {
        let old = bench.create();
        append(&old, 2);
        let new = rotate(bench, 0, 1).unwrap();
        // Until it comes to signing.
        if let Err(error) = block_on(old.append(note(7))) {
            assert_eq!(error.kind(), ErrorKind::Denied);
        }
        assert_eq!(block_on(old.checkpoint()).unwrap_err().kind(), ErrorKind::Denied);
        append(&new, 1);
        let report = block_on(new.verify(&VerifyOptions::default())).unwrap();
        assert_eq!((report.exit_code(), report.size), (0, report.signed_size));
        assert!((5..=6).contains(&report.size), "{report:?}");
    });
}

#[test]
fn a_crash_between_the_entry_and_the_first_signature_leaves_a_log_that_opens() {
    let dir = tempfile::tempdir().unwrap();
    let bench = Bench::sqlite(dir.path());
    append(&bench.create(), 3);
    let mark = dir.path().join("log/high-water");
    let before = fs::read(&mark).unwrap();
    drop(rotate(&bench, 0, 1).unwrap());
    tamper(dir.path(), |db| {
        db.execute_batch("DELETE FROM checkpoint WHERE size > 4").unwrap();
    });
    fs::write(&mark, &before).unwrap();
    let report = verify_storage(&bench.storage, &VerifyOptions::default()).unwrap();
    assert_eq!((report.exit_code(), report.size, report.signed_size), (0, 5, 4));

    assert_eq!(open(&bench, 0).unwrap_err().kind(), ErrorKind::Denied);
    drop(rotate(&bench, 0, 1).unwrap());
    let ledger = open(&bench, 1).unwrap();
    assert_eq!(block_on(ledger.size()).unwrap(), 5);
    append(&ledger, 1);
    assert_eq!(
        block_on(ledger.verify(&VerifyOptions::default()))
            .unwrap()
            .exit_code(),
        0
    );
}

/// After the hand-over the old key signs nothing that counts, before it the new one does not.
#[test]
fn a_checkpoint_by_the_other_key_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let bench = Bench::sqlite(dir.path());
    append(&bench.create(), 3);
    drop(rotate(&bench, 0, 1).unwrap());
    // Another log of the same name and keys, in which the old key still signs: size 5 by the wrong key.
    let other = Bench {
        storage: Storage::memory(),
        keys: bench.keys.clone(),
        clock: bench.clock.clone(),
    };
    let ledger = other.create();
    append(&ledger, 4);
    let stray = block_on(ledger.checkpoint()).unwrap();
    assert_eq!(stray.size(), 5);
    let options = VerifyOptions::default().seen_checkpoint(stray.note());
    let report = verify_storage(&bench.storage, &options).unwrap();
    assert_eq!(report.exit_code(), 12);
    assert!(
        report.problems[0].text.contains("no known key has signed"),
        "{report:?}"
    );
}
