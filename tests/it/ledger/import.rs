//! A bundle comes back as a log: verified first, byte for byte, and never over another.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use pollster::block_on;
use vcto::ErrorKind;
use vcto::ledger::{Completeness, Ledger, LocalKeyFile, Storage, VerifyOptions};
use vcto::time::SystemEntropy;

use super::{Bench, append, note, on_every_store};

fn files(dir: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut folders = vec![dir.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(dir).unwrap().to_str().unwrap().to_owned();
                found.insert(name, fs::read(&path).unwrap());
            }
        }
    }
    found
}

fn import(bench: &Bench, dir: &Path, verify: &VerifyOptions) -> vcto::Result<Ledger> {
    block_on(Ledger::import(&bench.storage, dir, bench.options(), verify))
}

/// A log with these keys and its bundle; the ledger is closed.
fn exported(bench: &Bench, count: u32, bundle: &Path) -> String {
    let source = Bench {
        storage: Storage::memory(),
        keys: bench.keys.clone(),
        clock: bench.clock.clone(),
    };
    let ledger = source.create();
    block_on(ledger.append(note(7).idempotent("once"))).unwrap();
    append(&ledger, count);
    block_on(ledger.export(bundle)).unwrap().note().to_owned()
}

#[test]
fn a_bundle_comes_back_on_every_store_and_is_exported_again_to_the_same_bytes() {
    on_every_store(|bench| {
        let dir = tempfile::tempdir().unwrap();
        let (first, second) = (dir.path().join("first"), dir.path().join("second"));
        let checkpoint = exported(bench, 700, &first);
        let ledger = import(bench, &first, &VerifyOptions::default()).unwrap();
        block_on(ledger.export(&second)).unwrap();
        assert!(files(&first) == files(&second), "the same files, byte for byte");

        // What was promised before is kept: idempotency keys, sequence, the old checkpoint.
        let repeated = block_on(ledger.append(note(7).idempotent("once"))).unwrap();
        assert_eq!((repeated.seq(), repeated.is_repeated()), (1, true));
        assert_eq!(block_on(ledger.append(note(8))).unwrap().seq(), 702);
        let kept = VerifyOptions::default().seen_checkpoint(&*checkpoint);
        let report = block_on(ledger.verify(&kept)).unwrap();
        assert_eq!((report.completeness, report.exit_code()), (Completeness::Ok, 0));
        drop(ledger);
        assert_eq!(block_on(bench.open().unwrap().size()).unwrap(), 703);

        let again = import(bench, &first, &VerifyOptions::default()).unwrap_err();
        assert_eq!(again.kind(), ErrorKind::Conflict);
        assert_eq!(block_on(bench.open().unwrap().size()).unwrap(), 703);
    });
}

#[test]
fn a_bundle_with_one_changed_byte_in_any_file_is_refused_and_nothing_is_written() {
    let dir = tempfile::tempdir().unwrap();
    let bundle = dir.path().join("bundle");
    let bench = Bench::sqlite(dir.path());
    exported(&bench, 5, &bundle);
    for (name, good) in files(&bundle) {
        let path = bundle.join(&name);
        for at in [0, good.len() / 2, good.len() - 1] {
            let mut bad = good.clone();
            bad[at] ^= 1;
            fs::write(&path, bad).unwrap();
            let refused = import(&bench, &bundle, &VerifyOptions::default()).unwrap_err();
            let kind = refused.kind();
            assert!(
                matches!(kind, ErrorKind::Corrupt | ErrorKind::Denied),
                "{name} {at}: {refused}"
            );
            assert!(!dir.path().join("log").exists(), "{name} {at}");
        }
        fs::write(&path, good).unwrap();
    }
    let entries = bundle.join("tile/entries/000.p/7");
    let mut bytes = fs::read(&entries).unwrap();
    bytes[4 * 129 + 2 + 28] ^= 1;
    fs::write(&entries, bytes).unwrap();
    let refused = import(&bench, &bundle, &VerifyOptions::default()).unwrap_err();
    let seq = refused
        .context()
        .find(|(key, _)| *key == "seq")
        .map(|(_, seq)| seq.to_owned());
    assert_eq!(seq.as_deref(), Some("4"), "{refused}");
}

#[test]
fn who_has_other_keys_or_knows_of_more_does_not_get_the_bundle_back() {
    let dir = tempfile::tempdir().unwrap();
    let bundle = dir.path().join("bundle");
    let bench = Bench::new(Storage::memory());
    let source = bench.create();
    append(&source, 4);
    block_on(source.export(&bundle)).unwrap();
    let receipt = block_on(source.append(note(5))).unwrap();

    let other = Bench::new(Storage::memory());
    let refused = import(&other, &bundle, &VerifyOptions::default()).unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::Denied);
    let target = Bench {
        storage: Storage::memory(),
        ..bench
    };
    // The signing key alone does not open what is sealed.
    let stranger = Arc::new(LocalKeyFile::in_memory(&SystemEntropy).unwrap());
    let options = vcto::ledger::LedgerOptions::new(
        stranger,
        target.keys.clone(),
        target.clock.clone(),
        Arc::new(SystemEntropy),
    );
    let refused = block_on(Ledger::import(
        &target.storage,
        &bundle,
        options,
        &VerifyOptions::default(),
    ));
    assert_eq!(refused.unwrap_err().kind(), ErrorKind::Denied);

    // The log went on after the export, and somebody kept that.
    let kept = VerifyOptions::default().seen_receipt(&receipt);
    let refused = import(&target, &bundle, &kept).unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::RollbackDetected);
    assert_eq!(target.open().unwrap_err().kind(), ErrorKind::NotFound);

    // Brought back nevertheless it is a fork: who kept the receipt sees it, however long the second log grows.
    let fork = import(&target, &bundle, &VerifyOptions::default()).unwrap();
    append(&fork, 9);
    let report = block_on(fork.verify(&kept)).unwrap();
    assert_eq!(
        (report.completeness, report.first_bad_index),
        (Completeness::Failed, Some(5))
    );
}

#[test]
fn a_mark_without_its_log_stands_in_the_way_of_an_import() {
    let dir = tempfile::tempdir().unwrap();
    let bundle = dir.path().join("bundle");
    let bench = Bench::sqlite(dir.path());
    let ledger = bench.create();
    append(&ledger, 3);
    block_on(ledger.export(&bundle)).unwrap();
    append(&ledger, 3);
    drop(ledger);
    for name in ["ledger.db", "ledger.db-wal", "ledger.db-shm"] {
        let _ = fs::remove_file(dir.path().join("log").join(name));
    }
    let refused = import(&bench, &bundle, &VerifyOptions::default()).unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::RollbackDetected);
}
