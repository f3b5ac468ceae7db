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
    fs::remove_file(log.join("ledger.db")).unwrap();
    assert_eq!(create().unwrap_err().kind(), ErrorKind::RollbackDetected);
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
