//! The fair lock: who has just written queues behind who waits. Counted, not timed: each test makes the order of asking known
//! before it lets anybody in.

use std::fs::{File, TryLockError};
use std::path::Path;
use std::time::Duration;

use pollster::block_on;
use postgres::{Client, NoTls};
use vcto::ErrorKind;
use vcto::ledger::Ledger;

use super::{Bench, ORIGIN, append, note};
use crate::postgres::database;

fn lock_file(path: &Path) -> File {
    File::options()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .open(path)
        .unwrap()
}

/// Waits until this is so. What is never so fails the test, however long it is waited for.
fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    for _ in 0..20_000 {
        if is_so() {
            return;
        }
        std::thread::sleep(Duration::from_millis(1));
    }
    panic!("{what}: never");
}

fn is_held(path: &Path) -> bool {
    matches!(lock_file(path).try_lock(), Err(TryLockError::WouldBlock))
}

/// As another process that writes again and again: it lets go, and asks anew at once.
#[test]
fn who_has_just_written_queues_behind_who_waits() {
    let dir = tempfile::tempdir().unwrap();
    let bench = Bench::sqlite(dir.path());
    let ledger = bench.create();
    block_on(ledger.checkpoint()).unwrap();
    let (turn, write) = (
        dir.path().join("log/ledger.turn"),
        dir.path().join("log/ledger.lock"),
    );
    let mut overtaken = 0;
    for round in 0..20u32 {
        let greedy = lock_file(&write);
        greedy.lock().unwrap();
        std::thread::scope(|scope| {
            let waiting = scope.spawn(|| block_on(ledger.append(note(round))));
            until("the writer waits with the turn in its hand", || is_held(&turn));
            assert!(!waiting.is_finished(), "it wrote although another held the lock");
            greedy.unlock().unwrap();
            let next = lock_file(&turn);
            next.lock().unwrap();
            greedy.lock().unwrap();
            next.unlock().unwrap();
            // In again: who waited has been in, and has written.
            let connection = rusqlite::Connection::open_with_flags(
                dir.path().join("log/ledger.db"),
                rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY,
            )
            .unwrap();
            let size: u32 = connection
                .query_row("SELECT count(*) FROM entry", [], |row| row.get(0))
                .unwrap();
            overtaken += u32::from(size != round + 2);
            greedy.unlock().unwrap();
            assert_eq!(waiting.join().unwrap().unwrap().seq(), u64::from(round) + 1);
            block_on(ledger.checkpoint()).unwrap();
        });
    }
    assert_eq!(overtaken, 0);
}

/// Nor is a log made while another process makes it.
#[test]
fn who_creates_a_log_waits_for_who_is_creating_it() {
    let dir = tempfile::tempdir().unwrap();
    let bench = Bench::sqlite(dir.path());
    std::fs::create_dir(dir.path().join("log")).unwrap();
    let other = lock_file(&dir.path().join("log/ledger.lock"));
    other.lock().unwrap();
    std::thread::scope(|scope| {
        let create = || block_on(Ledger::create(&bench.storage, ORIGIN, "eu", bench.options()));
        let waiting = scope.spawn(create);
        until("the creator waits", || {
            is_held(&dir.path().join("log/ledger.turn"))
        });
        assert!(!dir.path().join("log/ledger.db.new").exists());
        other.unlock().unwrap();
        assert_eq!(block_on(waiting.join().unwrap().unwrap().size()).unwrap(), 1);
    });
}

#[test]
fn of_many_that_create_one_log_at_once_one_does() {
    for url in [None, database()] {
        let dir = tempfile::tempdir().unwrap();
        let bench = match &url {
            Some(url) => Bench::postgres(dir.path(), url),
            None => Bench::sqlite(dir.path()),
        };
        let created: Vec<_> = std::thread::scope(|scope| {
            let create = || block_on(Ledger::create(&bench.storage, ORIGIN, "eu", bench.options()));
            let threads: Vec<_> = (0..6).map(|_| scope.spawn(create)).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        let refused = created.iter().filter_map(|created| created.as_ref().err());
        assert!(
            refused.clone().all(|error| error.kind() == ErrorKind::Conflict),
            "{created:?}"
        );
        assert_eq!(refused.count(), 5);
        drop(created);
        append(&bench.open().unwrap(), 1);
    }
}

/// The server lets in by the order of asking.
#[test]
fn in_postgresql_too_who_asks_first_writes_first() {
    let Some(url) = database() else { return };
    let dir = tempfile::tempdir().unwrap();
    let first = Bench::postgres(dir.path(), &url);
    let ledger = first.create();
    let second = first.open().unwrap();
    append(&second, 1);
    block_on(ledger.append(note(0))).unwrap();
    block_on(ledger.checkpoint()).unwrap();
    block_on(second.checkpoint()).unwrap();
    let id = ledger.log_id().to_string();
    let turn = i64::from_be_bytes(
        u64::from_str_radix(id.get(..16).unwrap(), 16)
            .unwrap()
            .to_be_bytes(),
    );
    let mut owner = Client::connect(&url, NoTls).unwrap();
    let mut watching = Client::connect(&url, NoTls).unwrap();
    let mut waiting = || -> i64 {
        let sql = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted";
        watching.query_one(sql, &[]).unwrap().get(0)
    };
    for round in 0..10u32 {
        let mut busy = owner.transaction().unwrap();
        busy.execute("SELECT pg_advisory_xact_lock($1)", &[&turn])
            .unwrap();
        let (one, other) = if round % 2 == 0 {
            (&ledger, &second)
        } else {
            (&second, &ledger)
        };
        std::thread::scope(|scope| {
            let one = scope.spawn(|| block_on(one.append(note(round))));
            until("the first waits", || waiting() == 1);
            let other = scope.spawn(|| block_on(other.append(note(round))));
            until("the second waits", || waiting() == 2);
            busy.commit().unwrap();
            let (one, other) = (one.join().unwrap().unwrap(), other.join().unwrap().unwrap());
            assert!(one.seq() < other.seq(), "{one:?} {other:?}");
        });
        block_on(ledger.checkpoint()).unwrap();
        block_on(second.checkpoint()).unwrap();
    }
}
