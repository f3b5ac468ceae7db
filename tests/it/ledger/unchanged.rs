//! Verifying what is evidence: no file is changed, none is made, and none needs to be writable.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use pollster::block_on;
use vcto::ErrorKind;
use vcto::ledger::{Ledger, Storage, Verification, VerifyOptions, verify_storage};

use super::{Bench, append, note};

/// The files in a folder, with the digests of their contents.
fn files(dir: &Path) -> BTreeMap<String, blake3::Hash> {
    let entries = fs::read_dir(dir).unwrap().map(Result::unwrap);
    entries
        .map(|entry| {
            let name = entry.file_name().into_string().unwrap();
            (name, blake3::hash(&fs::read(entry.path()).unwrap()))
        })
        .collect()
}

/// What a crash would leave: the files while the log is open, without those named.
fn crashed(log: &Path, to: &Path, without: &[&str]) {
    fs::create_dir(to).unwrap();
    for entry in fs::read_dir(log).unwrap().map(Result::unwrap) {
        let name = entry.file_name().into_string().unwrap();
        if entry.file_type().unwrap().is_file() && !without.contains(&name.as_str()) {
            fs::copy(entry.path(), to.join(name)).unwrap();
        }
    }
}

fn may_write(dir: &Path, may: bool) {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        for entry in fs::read_dir(dir).unwrap().map(Result::unwrap) {
            let mode = if may { 0o600 } else { 0o400 };
            fs::set_permissions(entry.path(), fs::Permissions::from_mode(mode)).unwrap();
        }
        let mode = if may { 0o700 } else { 0o500 };
        fs::set_permissions(dir, fs::Permissions::from_mode(mode)).unwrap();
    }
}

fn verified(log: &Path) -> Verification {
    let before = files(log);
    may_write(log, false);
    let report = verify_storage(&Storage::sqlite(log), &VerifyOptions::default()).unwrap();
    may_write(log, true);
    assert_eq!(files(log), before, "nothing was changed, nothing made");
    report
}

#[test]
fn a_verification_changes_no_file_of_a_log_that_was_closed_or_was_not() {
    let dir = tempfile::tempdir().unwrap();
    let bench = Bench::sqlite(dir.path());
    let ledger = bench.create();
    append(&ledger, 300);
    block_on(ledger.checkpoint()).unwrap();
    let log = dir.path().join("log");
    // After a crash, with both files of the write-ahead log and with one; and with one that is empty.
    for (name, without) in [
        ("both", &[][..]),
        ("no index", &["ledger.db-shm"]),
        ("no log", &["ledger.db-wal"]),
    ] {
        let copy = dir.path().join(name);
        crashed(&log, &copy, without);
        assert!(fs::metadata(log.join("ledger.db-wal")).unwrap().len() > 0);
        if name == "no log" {
            // What is not in the database yet is lost, and that shows.
            let before = files(&copy);
            let told = verify_storage(&Storage::sqlite(&copy), &VerifyOptions::default());
            assert!(told.is_err() || told.is_ok_and(|told| told.exit_code() != 0));
            assert_eq!(files(&copy), before);
            continue;
        }
        let report = verified(&copy);
        assert_eq!(
            (report.exit_code(), report.size, report.signed_size),
            (0, 301, 301),
            "{name}: {report:?}"
        );
        assert!(report.problems.is_empty(), "{name}: {report:?}");
        fs::write(copy.join("ledger.db-wal"), b"").unwrap();
    }
    drop(ledger);
    let report = verified(&log);
    assert_eq!((report.exit_code(), report.size), (0, 301), "{report:?}");
    // In a folder whose name needs care in a URI.
    let odd = dir.path().join("50% of? #1 \u{e4}");
    crashed(&log, &odd, &[]);
    assert_eq!(verified(&odd).size, 301);
    append(&bench.open().unwrap(), 1);
}

/// While it is in use, here or elsewhere, it is verified as it is.
#[test]
fn a_log_that_is_in_use_is_verified_too() {
    let dir = tempfile::tempdir().unwrap();
    let bench = Bench::sqlite(dir.path());
    let ledger = bench.create();
    append(&ledger, 5);
    for round in 0..20 {
        let report = verify_storage(&bench.storage, &VerifyOptions::default()).unwrap();
        assert!(report.has_no_failure(), "{report:?}");
        block_on(ledger.append(note(round))).unwrap();
    }
    assert_eq!(
        verify_storage(&bench.storage, &VerifyOptions::default())
            .unwrap()
            .size,
        26
    );
    let mut child = super::crash::spawn_test("ledger::unchanged::child_verifies", dir.path(), None, "child");
    for round in 0..20 {
        block_on(ledger.append(note(round))).unwrap();
        block_on(ledger.checkpoint()).unwrap();
    }
    assert_eq!(super::crash::said(&mut child).collect::<Vec<_>>(), ["done"]);
    assert!(child.wait().unwrap().success());
    assert_eq!(block_on(ledger.append(note(1))).unwrap().seq(), 46);
}

#[test]
#[ignore = "a child process of another test"]
fn child_verifies() {
    let Some(dir) = std::env::var_os("VCTO_TEST_DIR") else {
        return;
    };
    let storage = Storage::sqlite(Path::new(&dir).join("log"));
    for _ in 0..10 {
        match verify_storage(&storage, &VerifyOptions::default()) {
            Ok(report) => assert!(report.has_no_failure(), "{report:?}"),
            Err(error) => assert_eq!(error.kind(), ErrorKind::Busy, "{error}"),
        }
    }
    super::crash::say("done");
}

/// What a verification reads as evidence is not opened by the same process meanwhile.
#[test]
fn a_log_is_not_opened_while_this_process_reads_it_as_evidence() {
    let dir = tempfile::tempdir().unwrap();
    let bench = Bench::sqlite(dir.path());
    let ledger = bench.create();
    append(&ledger, 3);
    let copy = dir.path().join("copy");
    crashed(&dir.path().join("log"), &copy, &[]);
    let storage = Storage::sqlite(&copy);
    let (other, options) = (storage.clone(), bench.options());
    let refused = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
    let seen = std::sync::Arc::clone(&refused);
    let monitor = vcto::monitor::Monitor::new(move |_| {
        let opened = block_on(Ledger::open(&other, options.clone()));
        seen.lock().unwrap().push(opened.map(drop));
    });
    let report = verify_storage(&storage, &VerifyOptions::default().monitor(monitor)).unwrap();
    assert!(report.has_no_failure());
    let refused = std::mem::take(&mut *refused.lock().unwrap());
    assert!(!refused.is_empty());
    assert!(refused.iter().all(|opened| {
        opened
            .as_ref()
            .is_err_and(|error| error.kind() == ErrorKind::Busy)
    }));
    // And afterwards it is.
    let opened = block_on(Ledger::open(&storage, bench.options())).unwrap();
    append(&opened, 1);
}

/// On a medium that really cannot be written, for whoever may mount one.
#[test]
fn a_log_on_a_medium_that_cannot_be_written_is_verified() {
    let dir = tempfile::tempdir().unwrap();
    let bench = Bench::sqlite(dir.path());
    let ledger = bench.create();
    append(&ledger, 30);
    let medium = dir.path().join("medium");
    fs::create_dir(&medium).unwrap();
    let mount = |arguments: &[&str]| {
        let mut command = Command::new("mount");
        let done = command
            .args(arguments)
            .arg(&medium)
            .stderr(std::process::Stdio::null())
            .status();
        done.is_ok_and(|status| status.success())
    };
    if !mount(&["-t", "tmpfs", "tmpfs"]) {
        // For who may not mount, the folders of the test before cannot be written.
        return;
    }
    crashed(&dir.path().join("log"), &medium.join("both"), &[]);
    crashed(
        &dir.path().join("log"),
        &medium.join("no index"),
        &["ledger.db-shm"],
    );
    drop(ledger);
    crashed(&dir.path().join("log"), &medium.join("closed"), &[]);
    let is_read_only = mount(&["-o", "remount,ro"]);
    let told: Vec<_> = ["both", "no index", "closed"]
        .map(|name| {
            verify_storage(&Storage::sqlite(medium.join(name)), &VerifyOptions::default())
                .map(|told| (told.exit_code(), told.size))
        })
        .into();
    let unmounted = Command::new("umount").arg(&medium).status().unwrap();
    assert!(is_read_only && unmounted.success());
    for told in told {
        assert_eq!(told.unwrap(), (0, 31));
    }
}
