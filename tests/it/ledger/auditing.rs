//! The commands of `docs/auditing.md`, as an auditor runs them, on whole and on changed bundles.

use std::fs;
use std::path::Path;
use std::process::Command;

use pollster::block_on;
use vcto::ledger::Storage;

use super::{Bench, append};
use crate::common::not_run;

const PAGE: &str = include_str!("../../../docs/auditing.md");

/// The code block in this language under this heading.
fn block(heading: &str, language: &str) -> String {
    let section = PAGE
        .split(&format!("\n## {heading}"))
        .nth(1)
        .expect("the heading is there");
    let section = section.split("\n## ").next().unwrap();
    let code = section
        .split(&format!("```{language}\n"))
        .nth(1)
        .expect("the block is there");
    code.split("```").next().unwrap().to_owned()
}

fn run(program: &str, script: &str, dir: &Path) -> Result<String, String> {
    // The key that the auditor holds: unless a test says otherwise, the first of the bundle.
    let keys = fs::read_to_string(dir.join("log.vkey")).unwrap();
    run_with(program, script, dir, keys.lines().next().unwrap())
}

fn run_with(program: &str, script: &str, dir: &Path, key: &str) -> Result<String, String> {
    let output = Command::new(program)
        .args(["-c", script])
        .env("KEY", key)
        .current_dir(dir)
        .output()
        .unwrap_or_else(|error| panic!("{program} is needed: {error}"));
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    if output.status.success() {
        Ok(text(output.stdout))
    } else {
        Err(text(output.stderr))
    }
}

fn exported(count: u32, dir: &Path) {
    let ledger = Bench::new(Storage::memory()).create();
    append(&ledger, count);
    block_on(ledger.export(dir)).unwrap();
}

#[test]
fn the_script_of_the_page_accepts_a_whole_bundle_and_no_changed_one() {
    let script = block("2. The entries and the keys", "python");
    for count in [1, 10, 255, 256, 700] {
        let dir = tempfile::tempdir().unwrap();
        exported(count, dir.path());
        let said = run("python3", &script, dir.path()).unwrap();
        let entries = count + 1;
        assert_eq!(
            said,
            format!("{entries} entries are under the signed root\n1 keys have signed, one after the other\n")
        );
    }
    let dir = tempfile::tempdir().unwrap();
    exported(10, dir.path());
    for (file, at) in [
        ("tile/entries/000.p/11", 700),
        ("tile/0/000.p/11", 40),
        ("checkpoint", 23),
    ] {
        let path = dir.path().join(file);
        let good = fs::read(&path).unwrap();
        let mut bad = good.clone();
        bad[at] ^= 1;
        fs::write(&path, bad).unwrap();
        assert!(run("python3", &script, dir.path()).is_err(), "{file}");
        fs::write(&path, good).unwrap();
    }
    assert!(run("python3", &script, dir.path()).is_ok());
}

#[test]
fn the_commands_of_the_page_take_a_log_whose_key_was_rotated() {
    let bench = Bench::new(Storage::memory());
    append(&bench.create(), 3);
    let dir = tempfile::tempdir().unwrap();
    let ledger = super::rotation::rotate(&bench, 0, 1).unwrap();
    block_on(ledger.export(dir.path())).unwrap();
    let signature = run("sh", &block("1. The signature", "sh"), dir.path()).unwrap();
    assert!(
        signature.contains("Signature Verified Successfully"),
        "{signature}"
    );
    let entries = block("2. The entries and the keys", "python");
    let said = run("python3", &entries, dir.path()).unwrap();
    assert_eq!(
        said,
        "5 entries are under the signed root\n2 keys have signed, one after the other\n"
    );
    drop(ledger);

    let ledger = super::rotation::rotate(&bench, 1, 2).unwrap();
    let twice = tempfile::tempdir().unwrap();
    block_on(ledger.export(twice.path())).unwrap();
    let program = entries;
    let said = run("python3", &program, twice.path()).unwrap();
    assert!(
        said.ends_with("3 keys have signed, one after the other\n"),
        "{said}"
    );
    // Other keys, and in another order.
    let path = twice.path().join("log.vkey");
    let good = fs::read_to_string(&path).unwrap();
    let lines: Vec<&str> = good.lines().collect();
    for bad in [
        vec![lines[1], lines[0], lines[2]],
        vec![lines[0], lines[2]],
        vec![lines[0], lines[1]],
        vec![lines[0], lines[1], lines[0]],
    ] {
        fs::write(&path, bad.join("\n") + "\n").unwrap();
        assert!(run("python3", &program, twice.path()).is_err(), "{bad:?}");
    }
    fs::write(&path, &good).unwrap();
    // A signature that does not hold, in either place.
    for at in [0, 1] {
        let bad = super::rotation::spoiled(twice.path(), at);
        let said = run(
            "python3",
            &program.replace("assert tree(leaves) == root", "assert True"),
            &bad,
        );
        assert!(said.unwrap_err().contains("a signature of the hand-over"), "{at}");
    }
}

#[test]
fn openssl_accepts_the_signature_and_no_changed_text() {
    let script = block("1. The signature", "sh");
    let dir = tempfile::tempdir().unwrap();
    exported(10, dir.path());
    let said = run("sh", &script, dir.path()).unwrap();
    assert!(said.contains("Signature Verified Successfully"), "{said}");
    let path = dir.path().join("checkpoint");
    let good = fs::read_to_string(&path).unwrap();
    fs::write(&path, good.replacen("\n11\n", "\n12\n", 1)).unwrap();
    assert!(run("sh", &script, dir.path()).is_err());
}

/// Who has no key of the log makes one of his own under its name, and puts the true key before his in `log.vkey`.
#[test]
fn a_forged_bundle_that_names_the_true_key_too_fails_the_commands_of_the_page() {
    let (honest, forged) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    exported(3, honest.path());
    let true_key = fs::read_to_string(honest.path().join("log.vkey")).unwrap();
    let bench = Bench::new(Storage::memory());
    append(&bench.create(), 3);
    // The key after the first is not the true one.
    let ledger = super::rotation::rotate(&bench, 0, 1).unwrap();
    block_on(ledger.export(forged.path())).unwrap();
    let path = forged.path().join("log.vkey");
    let own = fs::read_to_string(&path).unwrap();
    let newest = own.lines().last().unwrap();
    let signature = block("1. The signature", "sh");
    let entries = block("2. The entries and the keys", "python");
    let key = true_key.trim_end();
    for listed in [
        // Nothing handed over to the newest, or somebody else did.
        format!("{key}\n{newest}\n"),
        format!("{key}\n{own}"),
        format!("{newest}\n{key}\n"),
    ] {
        fs::write(&path, &listed).unwrap();
        let first = run_with("sh", &signature, forged.path(), key);
        let second = run_with("python3", &entries, forged.path(), key);
        assert!(first.is_err() || second.is_err(), "{listed}");
    }
    // And one that does not list the key that the auditor holds, or is of another origin, fails at once.
    fs::write(&path, &own).unwrap();
    let other = newest.replacen(newest.split('+').next().unwrap(), "elsewhere.example", 1);
    for held in [other.as_str(), "bench.example/x+00000000+AAAA", ""] {
        assert!(run_with("sh", &signature, forged.path(), held).is_err(), "{held}");
    }
    assert!(run_with("sh", &signature, forged.path(), newest).is_ok());
}

#[test]
fn b3sum_accepts_the_payloads_and_no_changed_one() {
    if Command::new("b3sum").arg("--version").output().is_err() {
        return not_run("needs b3sum (on Debian: apt-get install b3sum)");
    }
    let script = block("3. The payloads", "sh");
    let dir = tempfile::tempdir().unwrap();
    exported(10, dir.path());
    assert_eq!(run("sh", &script, dir.path()).unwrap(), "");
    let folder = fs::read_dir(dir.path().join("payload"))
        .unwrap()
        .next()
        .unwrap()
        .unwrap();
    let file = fs::read_dir(folder.path())
        .unwrap()
        .next()
        .unwrap()
        .unwrap()
        .path();
    let mut bytes = fs::read(&file).unwrap();
    *bytes.last_mut().unwrap() ^= 1;
    fs::write(&file, bytes).unwrap();
    assert!(run("sh", &script, dir.path()).is_err());
}
