//! Processes that die, and processes that share a log.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use pollster::block_on;
use vcto::ledger::{Ledger, VerifyOptions};

use super::{Bench, note};
use crate::postgres::database;

/// Where the log is that several processes use: in SQLite in a folder, or in a database with its key and mark in the folder.
#[derive(Clone, Copy)]
struct Place<'a> {
    dir: &'a Path,
    url: Option<&'a str>,
}

impl Place<'_> {
    fn bench(self) -> Bench {
        match self.url {
            Some(url) => Bench::postgres(self.dir, url),
            None => Bench::sqlite(self.dir),
        }
    }
}

/// A child process of this test binary that runs one of the functions below.
fn spawn(role: &str, place: Place<'_>, name: &str) -> Child {
    spawn_test(&format!("ledger::crash::{role}"), place.dir, place.url, name)
}

/// A child process of this test binary that runs a function that is no test of its own.
pub fn spawn_test(role: &str, dir: &Path, url: Option<&str>, name: &str) -> Child {
    let mut command = Command::new(std::env::current_exe().unwrap());
    if let Some(url) = url {
        command.env("VCTO_TEST_URL", url);
    }
    command
        .args(["--ignored", "--exact", role, "--nocapture", "--test-threads=1"])
        .env("VCTO_TEST_DIR", dir)
        .env("VCTO_TEST_NAME", name)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// What the parent asked of this child. `None` where there is no parent: the roles below are no tests of their own.
fn role() -> Option<(Bench, String)> {
    let dir = std::env::var_os("VCTO_TEST_DIR")?;
    let name = std::env::var("VCTO_TEST_NAME").unwrap();
    let url = std::env::var("VCTO_TEST_URL").ok();
    let place = Place {
        dir: Path::new(&dir),
        url: url.as_deref(),
    };
    Some((place.bench(), name))
}

pub fn say(text: &str) {
    let mut out = std::io::stdout().lock();
    writeln!(out, "\nsaid {text}").and_then(|()| out.flush()).unwrap();
}

pub fn said(child: &mut Child) -> impl Iterator<Item = String> + use<> {
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    lines
        .map_while(Result::ok)
        .filter_map(|line| line.strip_prefix("said ").map(str::to_owned))
}

/// Appends from four threads until it is killed; says each receipt.
#[test]
#[ignore = "a child process of another test"]
fn child_appends_until_killed() {
    let Some((bench, name)) = role() else { return };
    let ledger = bench.open().unwrap();
    std::thread::scope(|scope| {
        for thread in 0..4u32 {
            let (ledger, name) = (ledger.clone(), &name);
            scope.spawn(move || {
                for n in 0..100_000u32 {
                    let draft = note(n).idempotent(format!("{name}-{thread}-{n}"));
                    let receipt = block_on(ledger.append(draft)).unwrap();
                    say(&format!("{} {:?}", receipt.seq(), receipt.leaf_hash()));
                }
            });
        }
    });
}

/// Appends a number of entries, and says how many.
#[test]
#[ignore = "a child process of another test"]
fn child_appends_a_hundred() {
    let Some((bench, name)) = role() else { return };
    let ledger = bench.open().unwrap();
    for n in 0..100u32 {
        block_on(ledger.append(note(n).idempotent(format!("{name}-{n}")))).unwrap();
    }
    say("done");
}

/// Takes a lease and holds it until it is killed.
#[test]
#[ignore = "a child process of another test"]
fn child_holds_a_lease() {
    let Some((bench, name)) = role() else { return };
    let ledger = bench.open().unwrap();
    let _lease = ledger.try_lease(&name).unwrap().unwrap();
    say("held");
    std::thread::sleep(std::time::Duration::from_secs(600));
}

/// Every acknowledged entry is in its place, nothing is missing, and the log goes on.
fn check(bench: &Bench, acknowledged: &BTreeMap<u64, String>) -> Ledger {
    let ledger = bench.open().unwrap();
    let entries = block_on(ledger.entries(..)).unwrap();
    for (seq, entry) in (0u64..).zip(&entries) {
        assert_eq!(entry.seq(), seq);
        if let Some(hash) = acknowledged.get(&seq) {
            assert_eq!(&format!("{:?}", entry.leaf_hash()), hash);
        }
    }
    let last = acknowledged.last_key_value().map_or(0, |(seq, _)| *seq);
    assert!(
        entries.len() as u64 > last,
        "{} entries, {last} was acknowledged",
        entries.len()
    );
    let report = block_on(ledger.verify(&VerifyOptions::default())).unwrap();
    assert!(
        report.has_no_failure() && report.problems.is_empty(),
        "{report:?}"
    );
    ledger
}

fn kill_and_check(rounds: u32, url: Option<&str>) {
    let dir = tempfile::tempdir().unwrap();
    let place = Place { dir: dir.path(), url };
    let bench = place.bench();
    drop(bench.create());
    let mut acknowledged = BTreeMap::new();
    // A fixed sequence of kill points; the operating system adds its own.
    let mut state = 0x2026_1122u32;
    for round in 0..rounds {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let after = usize::try_from(state >> 16).unwrap() % 60;
        let mut child = spawn("child_appends_until_killed", place, &format!("round-{round}"));
        let mut lines = said(&mut child);
        let mut record = |line: String| {
            // The last line of a killed process may be cut.
            if let Some((seq, hash)) = line.split_once(' ').filter(|(_, hash)| hash.ends_with(']')) {
                acknowledged.insert(seq.parse().unwrap(), hash.to_owned());
            }
        };
        lines.by_ref().take(after + 1).for_each(&mut record);
        std::thread::sleep(std::time::Duration::from_micros(u64::from(state % 4_000)));
        child.kill().unwrap();
        lines.for_each(&mut record);
        child.wait().unwrap();
        // Between two of the openings nobody signs: the tail is longer than the mark.
        if round % 5 == 4 {
            drop(check(&bench, &acknowledged));
        }
    }
    let ledger = check(&bench, &acknowledged);
    block_on(ledger.append(note(0))).unwrap();
    assert!(acknowledged.len() > usize::try_from(rounds).unwrap());
}

#[test]
fn after_a_kill_every_acknowledged_entry_is_there_and_the_log_goes_on() {
    kill_and_check(50, None);
}

#[test]
fn after_a_kill_in_postgresql_too() {
    if let Some(url) = database() {
        kill_and_check(10, Some(&url));
    }
}

#[test]
#[ignore = "minutes: a thousand kills; part of `make soak`"]
fn soak_a_thousand_kills() {
    kill_and_check(1_000, None);
}

#[test]
#[ignore = "minutes: two hundred kills; part of `make soak`"]
fn soak_two_hundred_kills_in_postgresql() {
    if let Some(url) = database() {
        kill_and_check(200, Some(&url));
    }
}

#[test]
fn several_processes_append_to_one_log_without_gap_or_loss() {
    for url in [None, database()] {
        let dir = tempfile::tempdir().unwrap();
        let place = Place {
            dir: dir.path(),
            url: url.as_deref(),
        };
        several_processes_append(place);
    }
}

fn several_processes_append(place: Place<'_>) {
    let bench = place.bench();
    let ledger = bench.create();
    let mut children: Vec<Child> = ["a", "b", "c"]
        .map(|name| spawn("child_appends_a_hundred", place, name))
        .into();
    for n in 0..100 {
        block_on(ledger.append(note(n))).unwrap();
    }
    for child in &mut children {
        assert_eq!(said(child).collect::<Vec<_>>(), ["done"]);
        assert!(child.wait().unwrap().success());
    }
    assert_eq!(block_on(ledger.size()).unwrap(), 401);
    drop(ledger);
    check(&bench, &BTreeMap::new());
}

#[test]
fn a_lease_ends_with_the_process_that_holds_it() {
    let dir = tempfile::tempdir().unwrap();
    let bench = Bench::sqlite(dir.path());
    let ledger = bench.create();
    let place = Place {
        dir: dir.path(),
        url: None,
    };
    let mut child = spawn("child_holds_a_lease", place, "execution-1");
    assert_eq!(said(&mut child).next().as_deref(), Some("held"));
    assert!(ledger.try_lease("execution-1").unwrap().is_none());
    assert!(ledger.try_lease("execution-2").unwrap().is_some());
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(ledger.try_lease("execution-1").unwrap().is_some());
}
