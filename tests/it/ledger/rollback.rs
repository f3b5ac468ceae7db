//! What an older copy, a cut tail, a lost mark or another key look like: never like a whole log.

use std::fs;
use std::path::Path;

use pollster::block_on;
use vcto::ErrorKind;
use vcto::ledger::{LocalKeyFile, Storage};
use vcto::time::SystemEntropy;

use super::{Bench, append, note};

fn copy_dir(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for file in fs::read_dir(from).unwrap().map(Result::unwrap) {
        if file.file_type().unwrap().is_file() {
            fs::copy(file.path(), to.join(file.file_name())).unwrap();
        }
    }
}

#[test]
fn a_restored_backup_is_refused_with_have_and_expected() {
    let dir = tempfile::tempdir().unwrap();
    let bench = Bench::sqlite(dir.path());
    let ledger = bench.create();
    append(&ledger, 5);
    drop(ledger);
    let log = dir.path().join("log");
    fs::copy(log.join("ledger.db"), dir.path().join("backup.db")).unwrap();
    let ledger = bench.open().unwrap();
    append(&ledger, 7);
    drop(ledger);

    fs::copy(dir.path().join("backup.db"), log.join("ledger.db")).unwrap();
    let refused = bench.open().unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::RollbackDetected);
    let details: Vec<_> = refused.context().collect();
    assert_eq!(details, [("have", "6"), ("expected", "13")]);
}

#[test]
fn a_log_without_its_mark_is_refused_until_the_loss_is_accepted_and_that_is_recorded() {
    let dir = tempfile::tempdir().unwrap();
    let bench = Bench::sqlite(dir.path());
    append(&bench.create(), 3);
    fs::remove_file(dir.path().join("log/high-water")).unwrap();
    assert_eq!(bench.open().unwrap_err().kind(), ErrorKind::RollbackDetected);
    let options = bench.options().accept_missing_mark(true);
    let ledger = block_on(vcto::ledger::Ledger::open(&bench.storage, options)).unwrap();
    let last = block_on(ledger.entries(4..)).unwrap();
    assert_eq!(last[0].entry_type(), vcto::ledger::EntryType::MARK_REPLACED);
    assert_eq!(last[0].payload(), br#"{"size":4}"#);
    drop(ledger);
    assert_eq!(block_on(bench.open().unwrap().size()).unwrap(), 5);
}

#[test]
fn a_mark_that_was_changed_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let bench = Bench::sqlite(dir.path());
    append(&bench.create(), 3);
    let mark = dir.path().join("log/high-water");
    let good = fs::read(&mark).unwrap();
    for at in 0..good.len() {
        let mut bad = good.clone();
        bad[at] ^= 1;
        fs::write(&mark, bad).unwrap();
        let kind = bench.open().unwrap_err().kind();
        assert!(
            matches!(kind, ErrorKind::Corrupt | ErrorKind::Denied),
            "byte {at}: {kind}"
        );
    }
    fs::write(&mark, good).unwrap();
    assert!(bench.open().is_ok());
}

#[test]
fn a_file_that_is_replaced_while_open_is_noticed_before_the_next_append() {
    let dir = tempfile::tempdir().unwrap();
    let bench = Bench::sqlite(dir.path());
    let ledger = bench.create();
    append(&ledger, 3);
    let db = dir.path().join("log/ledger.db");
    fs::rename(&db, dir.path().join("moved.db")).unwrap();
    assert_eq!(
        block_on(ledger.append(note(9))).unwrap_err().kind(),
        ErrorKind::RollbackDetected
    );
}

/// What was acknowledged is known to who has the log open, whatever lies there: also when folder and mark are put back
/// together, and the connection is made anew.
#[test]
fn a_running_ledger_misses_what_it_has_acknowledged_after_it_connects_anew() {
    let dir = tempfile::tempdir().unwrap();
    let bench = Bench::sqlite(dir.path());
    append(&bench.create(), 1);
    let (log, backup) = (dir.path().join("log"), dir.path().join("backup"));
    copy_dir(&log, &backup);
    let ledger = bench.open().unwrap();
    append(&ledger, 3);
    block_on(ledger.checkpoint()).unwrap();
    for name in ["ledger.db-wal", "ledger.db-shm"] {
        fs::remove_file(log.join(name)).unwrap();
    }
    for name in ["ledger.db", "high-water"] {
        fs::rename(backup.join(name), log.join(name)).unwrap();
    }
    // The first sees that the file is another one, the others what is in it.
    for round in 0..3 {
        let refused = block_on(ledger.append(note(9))).unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::RollbackDetected, "{round}: {refused}");
        assert_eq!(
            refused.context().next(),
            (round > 0).then_some(("have", "2")),
            "{refused}"
        );
    }
    let refused = block_on(ledger.checkpoint()).unwrap_err();
    assert_eq!(refused.operation(), Some("ledger.checkpoint"), "{refused}");
}

#[test]
fn a_mark_that_is_no_mark_is_named_with_its_place_and_a_remedy() {
    let dir = tempfile::tempdir().unwrap();
    let bench = Bench::sqlite(dir.path());
    append(&bench.create(), 1);
    let mark = dir.path().join("log/high-water");
    fs::write(&mark, b"").unwrap();
    let refused = bench.open().unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::Corrupt);
    assert!(
        refused
            .place()
            .is_some_and(|place| place.contains(mark.to_str().unwrap())),
        "{refused}"
    );
    assert!(
        refused
            .remedy_text()
            .is_some_and(|text| text.contains("accept_missing_mark")),
        "{refused}"
    );
    // As it says.
    fs::remove_file(&mark).unwrap();
    let options = bench.options().accept_missing_mark(true);
    block_on(vcto::ledger::Ledger::open(&bench.storage, options)).unwrap();
}

#[test]
fn names_that_do_not_show_are_no_origins_and_no_regions() {
    let bench = Bench::new(Storage::memory());
    for (origin, region, place) in [
        ("", "eu", "origin"),
        ("a b", "eu", "origin"),
        ("a+b", "eu", "origin"),
        ("example.org/a\u{202e}b", "eu", "origin"),
        ("example.org/a\u{200b}b", "eu", "origin"),
        ("example.org/x", "", "region"),
        ("example.org/x", "e u", "region"),
        ("example.org/x", "e\u{202e}u", "region"),
    ] {
        let made = block_on(vcto::ledger::Ledger::create(
            &bench.storage,
            origin,
            region,
            bench.options(),
        ));
        let refused = made.unwrap_err();
        assert_eq!(
            (refused.kind(), refused.place()),
            (ErrorKind::InvalidInput, Some(place))
        );
        assert!(!refused.message().contains("key name"), "{refused}");
    }
}

#[test]
fn a_log_is_created_once_and_an_interrupted_creation_can_be_repeated() {
    let dir = tempfile::tempdir().unwrap();
    let bench = Bench::sqlite(dir.path());
    assert_eq!(bench.open().unwrap_err().kind(), ErrorKind::NotFound);
    let log = dir.path().join("log");
    drop(bench.create());
    // As after a crash between raising the mark and naming the file.
    fs::rename(log.join("ledger.db"), log.join("ledger.db.new")).unwrap();
    assert_eq!(bench.open().unwrap_err().kind(), ErrorKind::NotFound);
    append(&bench.create(), 1);
    let create = || {
        block_on(vcto::ledger::Ledger::create(
            &bench.storage,
            "example.org/x",
            "eu",
            bench.options(),
        ))
    };
    assert_eq!(create().unwrap_err().kind(), ErrorKind::Conflict);
    // Whatever lies there under the name of a database that is being made, none but the one of this mark is one.
    let born = fs::read(log.join("ledger.db")).unwrap();
    fs::remove_file(log.join("ledger.db")).unwrap();
    let mark = fs::read(log.join("high-water")).unwrap();
    assert_eq!(create().unwrap_err().kind(), ErrorKind::RollbackDetected);
    fs::create_dir(dir.path().join("foreign")).unwrap();
    drop(Bench::sqlite(&dir.path().join("foreign")).create());
    let foreign = fs::read(dir.path().join("foreign/log/ledger.db")).unwrap();
    for (what, content) in [
        ("empty", Vec::new()),
        ("rubbish", vec![7; 9_000]),
        ("foreign", foreign),
        ("in use", born),
    ] {
        fs::write(log.join("ledger.db.new"), content).unwrap();
        assert_eq!(
            create().unwrap_err().kind(),
            ErrorKind::RollbackDetected,
            "{what}"
        );
        assert_eq!(fs::read(log.join("high-water")).unwrap(), mark, "{what}");
    }
}

#[test]
fn a_mark_on_another_volume_sees_that_the_whole_folder_was_rolled_back() {
    let dir = tempfile::tempdir().unwrap();
    let log = dir.path().join("log");
    let mut bench = Bench::sqlite(dir.path());
    bench.storage = Storage::sqlite_with_mark(&log, dir.path().join("mark"));
    append(&bench.create(), 2);
    copy_dir(&log, &dir.path().join("backup"));
    append(&bench.open().unwrap(), 2);
    copy_dir(&dir.path().join("backup"), &log);
    assert_eq!(bench.open().unwrap_err().kind(), ErrorKind::RollbackDetected);
}

#[test]
fn another_key_file_does_not_open_the_log() {
    let dir = tempfile::tempdir().unwrap();
    let bench = Bench::sqlite(dir.path());
    append(&bench.create(), 1);
    let other = Bench {
        storage: bench.storage.clone(),
        ..Bench::new(Storage::memory())
    };
    assert_eq!(other.open().unwrap_err().kind(), ErrorKind::Denied);
}

#[test]
fn a_key_file_is_never_overwritten_and_is_refused_when_others_may_read_it() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("key");
    LocalKeyFile::create(&path, &SystemEntropy).unwrap();
    assert_eq!(
        LocalKeyFile::create(&path, &SystemEntropy).unwrap_err().kind(),
        ErrorKind::Conflict
    );
    assert!(LocalKeyFile::open(&path).is_ok());
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        for mode in [0o640, 0o604, 0o610] {
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
            assert_eq!(
                LocalKeyFile::open(&path).unwrap_err().kind(),
                ErrorKind::PermissionDenied
            );
        }
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
    }
    for bad in ["", "vcto.key/1\n", "vcto.key/2\n", &"x".repeat(1 << 20)] {
        fs::write(&path, bad).unwrap();
        assert_eq!(LocalKeyFile::open(&path).unwrap_err().kind(), ErrorKind::Corrupt);
    }
}
