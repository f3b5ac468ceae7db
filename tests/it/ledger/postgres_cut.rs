//! The log in PostgreSQL: connections that are cut, and writers that end or stand still in a transaction.

use std::io::{Read, Write};
use std::net::Shutdown;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::Duration;

use pollster::block_on;
use vcto::ErrorKind;
use vcto::ledger::{Condition, Ledger, VerifyOptions};

use super::crash::{self, say, spawn_test};
use super::{Bench, append, note};
use crate::postgres::database;

/// What happens to the next COMMIT on its way to the server.
const PASS: u8 = 0;
const LOSE_IT: u8 = 1;
const LOSE_THE_ANSWER: u8 = 2;
/// It waits: as [`HELD`] shows it, until something else is said.
const HOLD_IT: u8 = 3;
const HELD: u8 = 4;

/// Between the log and the server: a socket that passes everything on, and cuts one connection at its COMMIT.
struct Between {
    url: String,
    cut: Arc<AtomicU8>,
}

impl Between {
    fn new(dir: &Path, url: &str) -> Self {
        let (host, database) = url.rsplit_once('@').unwrap().1.rsplit_once('/').unwrap();
        let server = PathBuf::from(host.replace("%2F", "/")).join(".s.PGSQL.5432");
        let listener = UnixListener::bind(dir.join(".s.PGSQL.5432")).unwrap();
        let cut = Arc::new(AtomicU8::new(PASS));
        let cutting = Arc::clone(&cut);
        std::thread::spawn(move || {
            for client in listener.incoming() {
                let (client, server) = (client.unwrap(), UnixStream::connect(&server).unwrap());
                let (up, down) = (client.try_clone().unwrap(), server.try_clone().unwrap());
                let cut = Arc::clone(&cutting);
                std::thread::spawn(move || pass_on(up, server, Some(&cut)));
                std::thread::spawn(move || pass_on(down, client, None));
            }
        });
        let host = dir.to_str().unwrap().replace('/', "%2F");
        Self {
            url: format!("postgres://postgres@{host}/{database}"),
            cut,
        }
    }
}

fn pass_on(mut from: UnixStream, mut to: UnixStream, cut: Option<&AtomicU8>) {
    let mut buffer = [0; 1 << 16];
    while let Ok(count @ 1..) = from.read(&mut buffer) {
        let bytes = &buffer[..count];
        let is_commit = bytes.windows(7).any(|part| part == b"COMMIT\0");
        match cut.filter(|_| is_commit).map_or(PASS, said) {
            LOSE_IT => break,
            LOSE_THE_ANSWER => {
                from.shutdown(Shutdown::Both).unwrap();
                to.write_all(bytes).unwrap();
                // The server does it, and answers to nobody.
                std::thread::sleep(Duration::from_millis(100));
                break;
            }
            _ if to.write_all(bytes).is_err() => break,
            _ => {}
        }
    }
    let _ = from.shutdown(Shutdown::Both);
    let _ = to.shutdown(Shutdown::Both);
}

/// What is said of a COMMIT; waits where it is to wait.
fn said(cut: &AtomicU8) -> u8 {
    if cut
        .compare_exchange(HOLD_IT, HELD, Ordering::SeqCst, Ordering::SeqCst)
        .is_ok()
    {
        while cut.load(Ordering::SeqCst) == HELD {
            std::thread::sleep(Duration::from_millis(1));
        }
    }
    cut.swap(PASS, Ordering::SeqCst)
}

#[test]
fn a_connection_that_is_cut_at_the_commit_is_resolved_by_the_idempotency_key() {
    let Some(url) = database() else { return };
    let dir = tempfile::tempdir().unwrap();
    let between = Between::new(dir.path(), &url);
    let ledger = Bench::postgres(dir.path(), &between.url).create();
    for (round, cut) in (0u32..).zip([LOSE_IT, LOSE_THE_ANSWER, LOSE_THE_ANSWER, LOSE_IT]) {
        // Else the signing of what came before might be what is cut.
        block_on(ledger.checkpoint()).unwrap();
        between.cut.store(cut, Ordering::SeqCst);
        let draft = || note(round).idempotent(format!("order-{round}"));
        let lost = block_on(ledger.append(draft())).unwrap_err();
        assert_eq!(lost.kind(), ErrorKind::Unavailable, "{lost:?}");
        let receipt = block_on(ledger.append(draft())).unwrap();
        assert_eq!(receipt.seq(), u64::from(round) + 1);
        assert_eq!(receipt.is_repeated(), cut == LOSE_THE_ANSWER);
    }
    let report = block_on(ledger.verify(&VerifyOptions::default())).unwrap();
    assert!(
        report.has_no_failure() && report.problems.is_empty(),
        "{report:?}"
    );
    assert_eq!(report.size, 5);
}

/// In the transaction of a child.
struct Within {
    dir: tempfile::TempDir,
    url: String,
    between: Between,
    bench: Bench,
    ledger: Ledger,
    child: Child,
}

/// How many entries the child appends at once.
const MANY: u32 = 300;

impl Within {
    /// A log with four entries, and a child that has inserted many more and has not committed yet.
    fn new() -> Option<Self> {
        let url = database()?;
        let dir = tempfile::tempdir().unwrap();
        let between = Between::new(dir.path(), &url);
        let bench = Bench::postgres(dir.path(), &url);
        let ledger = bench.create();
        append(&ledger, 3);
        block_on(ledger.checkpoint()).unwrap();
        between.cut.store(HOLD_IT, Ordering::SeqCst);
        let child = spawn_test(ROLE, dir.path(), Some(&between.url), "x");
        let within = Self {
            dir,
            url,
            between,
            bench,
            ledger,
            child,
        };
        while within.between.cut.load(Ordering::SeqCst) != HELD {
            std::thread::sleep(Duration::from_millis(1));
        }
        assert_eq!(
            block_on(within.ledger.size()).unwrap(),
            4,
            "nothing is to be seen of it"
        );
        Some(within)
    }

    fn signal(&self, name: &str) {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args([name, &id]).status().unwrap().success());
    }

    /// Every entry that the child was told of is in its place, once, between those of others, and the log is whole.
    fn check(mut self, lines: impl Iterator<Item = String>, others: u32) {
        let acknowledged: Vec<String> = lines.collect();
        assert_eq!(acknowledged.len(), usize::try_from(MANY).unwrap());
        assert!(self.child.wait().unwrap().success());
        let entries = block_on(self.ledger.entries(..)).unwrap();
        assert_eq!(entries.len(), usize::try_from(4 + MANY + others).unwrap());
        for (seq, entry) in (0u64..).zip(&entries) {
            assert_eq!(entry.seq(), seq);
        }
        for line in acknowledged {
            let (seq, hash) = line.split_once(' ').unwrap();
            let entry = &entries[seq.parse::<usize>().unwrap()];
            assert_eq!(hash, format!("{:?}", entry.leaf_hash()));
        }
        let report = block_on(self.ledger.verify(&VerifyOptions::default())).unwrap();
        assert_eq!(
            (report.problems.as_slice(), report.exit_code()),
            ([].as_slice(), 0)
        );
        drop(self.ledger);
        drop(self.bench.open().unwrap());
        drop(self.dir);
    }
}

const ROLE: &str = "ledger::postgres_cut::child_insists";

/// Appends many entries at once, tries again with the same keys where that fails, and says what it was told.
#[test]
#[ignore = "a child process of another test"]
fn child_insists() {
    let Some(dir) = std::env::var_os("VCTO_TEST_DIR") else {
        return;
    };
    let bench = Bench::postgres(Path::new(&dir), &std::env::var("VCTO_TEST_URL").unwrap());
    let ledger = bench.open().unwrap();
    let drafts: Vec<_> = (0..MANY).map(|n| note(n).idempotent(format!("n-{n}"))).collect();
    let append = || block_on(ledger.append_all(drafts.clone(), Condition::Any));
    let receipts = (0..8).find_map(|_| append().ok()).unwrap();
    for receipt in receipts {
        say(&format!("{} {:?}", receipt.seq(), receipt.leaf_hash()));
    }
}

#[test]
fn a_writer_that_is_killed_in_its_transaction_leaves_nothing_and_the_next_goes_on() {
    let Some(mut within) = Within::new() else { return };
    within.signal("-KILL");
    within.child.wait().unwrap();
    within.between.cut.store(LOSE_IT, Ordering::SeqCst);
    assert_eq!(block_on(within.ledger.append(note(0))).unwrap().seq(), 4);
    assert_eq!(block_on(within.ledger.size()).unwrap(), 5);
    // Another process takes its work up.
    within.child = spawn_test(ROLE, within.dir.path(), Some(&within.between.url), "x");
    let lines = crash::said(&mut within.child);
    within.check(lines, 1);
}

/// Lets a child stand still in its transaction until the server ends that, by `end` or by itself.
fn stand_still(end: impl FnOnce(&mut postgres::Client)) {
    let Some(mut within) = Within::new() else { return };
    within.signal("-STOP");
    let ledger = within.ledger.clone();
    let waiting = std::thread::spawn(move || block_on(ledger.append(note(0))));
    let mut owner = postgres::Client::connect(&within.url, postgres::NoTls).unwrap();
    let waits = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted \
                 AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";
    while owner.query_one(waits, &[]).unwrap().get::<_, i64>(0) == 0 {
        std::thread::sleep(Duration::from_millis(1));
    }
    assert!(
        !waiting.is_finished(),
        "it has its turn when the other is through"
    );
    end(&mut owner);
    assert_eq!(waiting.join().unwrap().unwrap().seq(), 4);
    let lines = crash::said(&mut within.child);
    within.signal("-CONT");
    // The COMMIT comes too late: the server has ended the transaction.
    within.between.cut.store(PASS, Ordering::SeqCst);
    within.check(lines, 1);
}

#[test]
fn a_writer_that_stood_still_in_its_transaction_is_overtaken_and_writes_its_entries_once() {
    // What the server does by itself after 30 seconds.
    stand_still(|owner| {
        let idle = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity \
                    WHERE state = 'idle in transaction' AND datname = current_database()";
        assert_eq!(owner.query_one(idle, &[]).unwrap().get::<_, i64>(0), 1);
    });
}

#[test]
#[ignore = "half a minute: until the server's own patience ends; part of `make soak`"]
fn soak_the_server_itself_ends_a_transaction_that_stands_still() {
    stand_still(|_| {});
}
