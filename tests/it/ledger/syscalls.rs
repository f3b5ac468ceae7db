//! A call of the kernel that fails, or in which the process dies: at each call that an open, an append and a checkpoint make to
//! the files of a log.

use std::collections::BTreeSet;
use std::path::Path;

use pollster::block_on;
use vcto::ledger::{Ledger, VerifyOptions};

use super::traced::run;
use super::{Bench, note};

const ROLE: &str = "ledger::syscalls::child_appends_and_signs";

/// What touches the files. Reading and locking too: each may fail.
const CALLS: [&str; 11] = [
    "openat",
    "read",
    "pread64",
    "write",
    "pwrite64",
    "fsync",
    "fdatasync",
    "ftruncate",
    "rename",
    "unlink",
    "fcntl",
];

/// Opens the log, appends, signs; what fails is tried once more. Says what was acknowledged.
#[test]
#[ignore = "a child process of another test"]
fn child_appends_and_signs() {
    let Some(dir) = std::env::var_os("VCTO_TEST_DIR") else {
        return;
    };
    let bench = Bench::sqlite(Path::new(&dir));
    let open = || {
        bench
            .open()
            .inspect_err(|error| println!("\nsaid failed {}", error.kind()))
    };
    let Ok(ledger) = open().or_else(|_| open()) else {
        return;
    };
    for n in 0..2u32 {
        let append = || block_on(ledger.append(note(n).idempotent(format!("n-{n}"))));
        let first = append().inspect_err(|error| println!("\nsaid failed {}", error.kind()));
        if let Ok(receipt) = first.or_else(|_| append()) {
            println!("\nsaid acknowledged {}", receipt.seq());
        }
    }
    let sign =
        || block_on(ledger.checkpoint()).inspect_err(|error| println!("\nsaid failed {}", error.kind()));
    if let Ok(checkpoint) = sign().or_else(|_| sign()) {
        println!("\nsaid signed {}", checkpoint.size());
    }
}

/// What became of the log.
fn check(dir: &Path, said: &[&str], place: &str) {
    let number = |what: &str| {
        let words = said.iter().filter_map(|line| line.strip_prefix(what));
        words.filter_map(|word| word.trim().parse::<u64>().ok()).max()
    };
    let ledger: Ledger = Bench::sqlite(dir)
        .open()
        .unwrap_or_else(|error| panic!("{place}: {error}"));
    let size = block_on(ledger.size()).unwrap();
    assert!(
        size > number("acknowledged").unwrap_or(0),
        "{place}: {size} entries, {said:?}"
    );
    assert!(
        size >= number("signed").unwrap_or(0),
        "{place}: {size} entries, {said:?}"
    );
    assert!(size <= 3, "{place}: an entry is there twice, {said:?}");
    // What is not known to have been written is written once, under the same key.
    for n in 0..2u32 {
        let receipt = block_on(ledger.append(note(n).idempotent(format!("n-{n}")))).unwrap();
        assert!(receipt.seq() < 3, "{place}: {receipt:?}");
    }
    let report = block_on(ledger.verify(&VerifyOptions::default())).unwrap();
    assert!(
        report.has_no_failure() && report.problems.is_empty(),
        "{place}: {report:?}"
    );
    assert_eq!(report.size, 3, "{place}");
}

/// Meets each call of each kind, from the first on, every `step`-th of them; returns how many were met.
fn meet(fault: &str, step: usize) -> Option<usize> {
    let mut met = 0;
    let mut kinds = BTreeSet::new();
    for call in CALLS {
        for at in (1..).step_by(step) {
            let dir = tempfile::tempdir().unwrap();
            drop(Bench::sqlite(dir.path()).create());
            let (trace, inject) = (
                format!("trace={call}"),
                format!("inject={call}:{fault}:when={at}"),
            );
            let output = run(ROLE, dir.path(), &["-e", &trace, "-e", &inject])?;
            let text = String::from_utf8_lossy(&output.stdout).into_owned();
            let said: Vec<&str> = text
                .lines()
                .filter_map(|line| line.strip_prefix("said "))
                .collect();
            let place = format!("{call} {at}, {fault}");
            kinds.extend(
                said.iter()
                    .filter_map(|line| line.strip_prefix("failed "))
                    .map(str::to_owned),
            );
            check(dir.path(), &said, &place);
            let trace = std::fs::read_to_string(dir.path().join("trace")).unwrap();
            let is_killed = !output.status.success();
            assert!(
                !is_killed || fault.contains("KILL"),
                "{place}: {}",
                String::from_utf8_lossy(&output.stderr)
            );
            if !trace.contains("INJECTED") && !is_killed {
                break;
            }
            met += 1;
        }
    }
    println!("{met} calls met {fault}; errors: {kinds:?}");
    Some(met)
}

#[test]
fn a_call_that_fails_loses_nothing_that_was_acknowledged() {
    if let Some(met) = meet("error=EIO", 7) {
        assert!(met > 10, "only {met} calls were met");
    }
}

#[test]
fn a_full_disk_loses_nothing_and_the_log_goes_on_when_there_is_room() {
    if let Some(met) = meet("error=ENOSPC", 11) {
        assert!(met > 6, "only {met} calls were met");
    }
}

#[test]
fn a_kill_in_a_call_loses_nothing_that_was_acknowledged() {
    if let Some(met) = meet("signal=KILL", 7) {
        assert!(met > 10, "only {met} calls were met");
    }
}

#[test]
#[ignore = "minutes: every call; part of `make soak`"]
fn soak_every_call_fails_and_kills() {
    for fault in ["error=EIO", "error=ENOSPC", "signal=KILL"] {
        meet(fault, 1);
    }
}
