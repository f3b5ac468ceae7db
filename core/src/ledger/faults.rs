//! Tests of what the writer does when its store fails: nothing acknowledged is lost, nothing is written twice.

use std::sync::Arc;

use pollster::block_on;

use super::store::{Faults, with_faults};
use super::{
    Condition, Draft, EntryType, Ledger, LedgerOptions, LocalKeyFile, Signer, Storage, Succession,
    VerifyOptions,
};
use crate::error::{Error, ErrorKind, Result};
use crate::time::{ManualClock, SystemEntropy};

const ORIGIN: &str = "example.org/x";
const ENTRIES: u32 = 4;

fn options(keys: &Arc<LocalKeyFile>) -> LedgerOptions {
    let clock = Arc::new(ManualClock::new("2026-11-22T08:00:00Z".parse().unwrap()));
    LedgerOptions::new(keys.clone(), keys.clone(), clock, Arc::new(SystemEntropy))
}

fn draft(n: u32) -> Draft {
    Draft::new(EntryType(0x7f00), n.to_string().into_bytes()).idempotent(format!("key-{n}"))
}

/// As a careful caller: tries again with the same key.
fn insist<T>(mut work: impl FnMut() -> Result<T>) -> T {
    let mut last = None;
    for _ in 0..8 {
        match work() {
            Ok(done) => return done,
            Err(error) => {
                // Nothing but the failure itself is told: what was not written is not missed.
                assert_eq!(error.kind(), ErrorKind::Io, "{error}");
                last = Some(error);
            }
        }
    }
    panic!("it fails again and again: {last:?}")
}

/// Appends and signs over a store that fails as planned, and looks at the result over one that does not.
fn run((storage, origin): &(Storage, String), faults: &Arc<Faults>) {
    let keys = Arc::new(LocalKeyFile::in_memory(&SystemEntropy).unwrap());
    drop(block_on(Ledger::create(storage, origin, "eu", options(&keys))).unwrap());
    let failing = with_faults(storage, faults);
    let ledger = insist(|| block_on(Ledger::open(&failing, options(&keys))));
    for n in 0..ENTRIES {
        let receipt = insist(|| block_on(ledger.append(draft(n))));
        assert_eq!(receipt.seq(), u64::from(n) + 1);
        if n == 1 {
            insist(|| block_on(ledger.checkpoint()));
        }
    }
    let checkpoint = insist(|| block_on(ledger.checkpoint()));
    assert_eq!(checkpoint.size(), u64::from(ENTRIES) + 1);
    assert_eq!(insist(|| block_on(ledger.entries(1..))).len(), ENTRIES as usize);
    drop(ledger);

    let ledger = block_on(Ledger::open(storage, options(&keys))).unwrap();
    let payloads: Vec<_> = block_on(ledger.entries(1..))
        .unwrap()
        .iter()
        .map(|e| e.payload().to_vec())
        .collect();
    assert_eq!(
        payloads,
        (0..ENTRIES)
            .map(|n| n.to_string().into_bytes())
            .collect::<Vec<_>>()
    );
    let report = block_on(ledger.verify(&VerifyOptions::default())).unwrap();
    assert!(
        report.has_no_failure() && report.problems.is_empty(),
        "{report:?}"
    );
}

/// Lets each call fail in turn, or each so many, alone and together with the next one, before and after it took effect.
fn let_fail(place: impl Fn() -> (Storage, String), each: usize) {
    for (round, (persisted, count)) in [(false, 1), (false, 2), (true, 1), (true, 2)]
        .into_iter()
        .enumerate()
    {
        let mut met = 0;
        for first in (round % each..).step_by(each) {
            let faults = Faults::new(first, count, persisted);
            run(&place(), &faults);
            if !faults.all_met() {
                break;
            }
            met += 1;
        }
        assert!(met * each > 40, "only {met} calls were made to fail");
    }
}

/// Keys that are made as they are asked for; the first time it fails.
#[derive(Debug, Default)]
struct Keys(
    std::sync::Mutex<Vec<Arc<LocalKeyFile>>>,
    std::sync::atomic::AtomicBool,
);

impl Succession for Keys {
    fn signer(&self, handovers: u64) -> Result<Arc<dyn Signer>> {
        let at = usize::try_from(handovers).unwrap();
        Ok(self.0.lock().unwrap()[at - 1].clone())
    }

    fn prepare(&self, handovers: u64) -> Result<Arc<dyn Signer>> {
        if !self.1.swap(true, std::sync::atomic::Ordering::SeqCst) {
            return Err(Error::new(ErrorKind::Io, "no room for a key"));
        }
        let mut keys = self.0.lock().unwrap();
        if (keys.len() as u64) < handovers {
            keys.push(Arc::new(LocalKeyFile::in_memory(&SystemEntropy)?));
        }
        drop(keys);
        self.signer(handovers)
    }
}

#[test]
fn a_failure_at_any_call_of_a_hand_over_leaves_a_log_that_opens_and_hands_over() {
    for (persisted, count) in [(false, 1), (false, 2), (true, 1), (true, 2)] {
        for first in 0.. {
            let faults = Faults::new(first, count, persisted);
            let keys = Arc::new(LocalKeyFile::in_memory(&SystemEntropy).unwrap());
            let later: Arc<Keys> = Arc::default();
            let options = || options(&keys).succession(later.clone());
            let storage = Storage::memory();
            drop(block_on(Ledger::create(&storage, ORIGIN, "eu", options())).unwrap());
            let failing = with_faults(&storage, &faults);
            let ledger = insist(|| block_on(Ledger::open(&failing, options())));
            let bystander = block_on(Ledger::open(&storage, options())).unwrap();
            insist(|| block_on(ledger.append(draft(0))));
            insist(|| block_on(ledger.succeed()));
            insist(|| block_on(ledger.append(draft(1))));
            block_on(bystander.append(draft(2))).unwrap();
            let checkpoint = block_on(bystander.checkpoint()).unwrap();
            assert_eq!(bystander.keys().at(checkpoint.size()), bystander.verifier_key());
            drop((ledger, bystander));

            let ledger = block_on(Ledger::open(&storage, options())).unwrap();
            let rotations = ledger.keys().handovers();
            // One that took effect and was not acknowledged is not undone, and the next try is another one.
            assert!((1..=2).contains(&rotations), "{rotations}");
            assert_eq!(block_on(ledger.entries(1..)).unwrap().len() as u64, 3 + rotations);
            let report = block_on(ledger.verify(&VerifyOptions::default())).unwrap();
            assert!(
                report.has_no_failure() && report.problems.is_empty(),
                "{report:?}"
            );
            if !faults.all_met() {
                assert!(first > 20, "only {first} calls were made to fail");
                break;
            }
        }
    }
}

#[test]
fn a_failure_at_any_call_of_the_store_loses_nothing_and_repeats_nothing() {
    let_fail(|| (Storage::memory(), ORIGIN.to_owned()), 1);
}

#[cfg(feature = "sqlite")]
fn let_fail_in_sqlite(each: usize) {
    let dirs = tempfile::tempdir().unwrap();
    let number = std::cell::Cell::new(0);
    let_fail(
        || {
            number.set(number.get() + 1);
            let dir = dirs.path().join(number.get().to_string());
            (Storage::sqlite(dir), ORIGIN.to_owned())
        },
        each,
    );
}

#[test]
#[cfg(feature = "sqlite")]
fn nor_does_a_failure_of_sqlite() {
    let_fail_in_sqlite(9);
}

#[test]
#[cfg(feature = "sqlite")]
#[ignore = "a minute; part of `make soak`"]
fn soak_a_failure_at_any_call_of_sqlite() {
    let_fail_in_sqlite(1);
}

#[cfg(feature = "postgres")]
fn let_fail_in_postgresql(each: usize) {
    let Some(mut server) = TestServer::start() else {
        return;
    };
    let url = server.ask("faults").unwrap();
    let dirs = tempfile::tempdir().unwrap();
    let number = std::cell::Cell::new(0);
    let_fail(
        || {
            number.set(number.get() + 1);
            let mark = dirs.path().join(number.get().to_string());
            let origin = format!("{ORIGIN}{}", number.get());
            (Storage::postgres(&url, &origin, mark).unwrap(), origin)
        },
        each,
    );
}

#[test]
#[cfg(feature = "postgres")]
fn nor_does_a_failure_of_postgresql() {
    let_fail_in_postgresql(9);
}

#[test]
#[cfg(feature = "postgres")]
#[ignore = "minutes; part of `make soak`"]
fn soak_a_failure_at_any_call_of_postgresql() {
    let_fail_in_postgresql(1);
}

/// A server of this test's own. See `.ci/postgres`.
#[cfg(feature = "postgres")]
struct TestServer(std::process::Child, std::io::BufReader<std::process::ChildStdout>);

#[cfg(feature = "postgres")]
impl TestServer {
    /// None where there is no PostgreSQL: that is noted for `make test` to tell.
    fn start() -> Option<Self> {
        use std::process::{Command, Stdio};
        let root = concat!(env!("CARGO_MANIFEST_DIR"), "/..");
        let mut child = Command::new(format!("{root}/.ci/postgres"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let answers = std::io::BufReader::new(child.stdout.take().unwrap());
        let mut server = Self(child, answers);
        if server.ask("first").is_some() {
            return Some(server);
        }
        let notes = format!("{root}/target/not-run");
        std::fs::create_dir_all(&notes).unwrap();
        std::fs::write(
            format!("{notes}/ledger.faults.postgresql"),
            "needs PostgreSQL (on Debian: apt-get install postgresql)",
        )
        .unwrap();
        None
    }

    fn ask(&mut self, name: &str) -> Option<String> {
        use std::io::{BufRead, Write};
        let mut url = String::new();
        writeln!(self.0.stdin.as_mut()?, "{name}").ok()?;
        self.1.read_line(&mut url).ok()?;
        (!url.is_empty()).then(|| url.trim().to_owned())
    }
}

#[cfg(feature = "postgres")]
impl Drop for TestServer {
    fn drop(&mut self) {
        drop(self.0.stdin.take());
        let _ = self.0.wait();
    }
}

/// A bit that flips between hashing and storing: the log does not sign what it did not store.
#[test]
fn what_does_not_read_back_is_not_signed() {
    let keys = Arc::new(LocalKeyFile::in_memory(&SystemEntropy).unwrap());
    let storage = Storage::memory();
    drop(block_on(Ledger::create(&storage, ORIGIN, "eu", options(&keys))).unwrap());
    let ledger = block_on(Ledger::open(
        &with_faults(&storage, &Faults::damage(2)),
        options(&keys),
    ))
    .unwrap();
    block_on(ledger.append(draft(0))).unwrap();
    assert_eq!(block_on(ledger.checkpoint()).unwrap().size(), 2);
    block_on(ledger.append(draft(1))).unwrap();
    // Nor when it starts anew from storage, because of the failure or in another process.
    for ledger in [
        ledger.clone(),
        ledger.clone(),
        block_on(Ledger::open(
            &with_faults(&storage, &Faults::damage(2)),
            options(&keys),
        ))
        .unwrap(),
    ] {
        let refused = block_on(ledger.checkpoint()).unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::Corrupt);
        assert_eq!(
            refused.context().find(|(key, _)| *key == "seq"),
            Some(("seq", "2"))
        );
        block_on(ledger.append(draft(2))).unwrap();
    }
    drop(ledger);
    let mark = storage.backend().connect().unwrap().mark().unwrap().unwrap();
    assert!(mark.starts_with("example.org/x\n2\n"), "{mark}");
}

/// The same far behind, where a second thread reads back.
#[test]
fn what_does_not_read_back_in_the_second_half_is_not_signed() {
    let keys = Arc::new(LocalKeyFile::in_memory(&SystemEntropy).unwrap());
    for seq in [7, 2_990] {
        let storage = Storage::memory();
        drop(block_on(Ledger::create(&storage, ORIGIN, "eu", options(&keys))).unwrap());
        let failing = with_faults(&storage, &Faults::damage(seq));
        let ledger = block_on(Ledger::open(&failing, options(&keys))).unwrap();
        let drafts: Vec<_> = (0..1_000u16)
            .map(|n| Draft::octets(EntryType(0x7f00), n.to_be_bytes().to_vec()))
            .collect();
        std::thread::scope(|scope| {
            for _ in 0..3 {
                scope.spawn(|| block_on(ledger.append_all(drafts.clone(), Condition::Any)).unwrap());
            }
        });
        // However often it is tried.
        for _ in 0..3 {
            let refused = block_on(ledger.checkpoint()).unwrap_err();
            let place = refused.context().find(|(key, _)| *key == "seq");
            assert_eq!(place, Some(("seq", seq.to_string().as_str())));
        }
    }
}
