//! Stock transparency-log tools as judges: the Go checksum database's own `sumdb/tlog` and `sumdb/note`, through the small
//! checker in `tests/oracle`. They accept every checkpoint, tile and proof of ours, and no changed one.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::OnceLock;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use pollster::block_on;
use vcto::ledger::{Hash, Ledger, Storage, Tree};

use super::{Bench, append};
use crate::common::not_run;

/// Where Debian's `golang-golang-x-mod-dev` puts its sources.
const GOPATH: &str = "/usr/share/gocode";

/// The checker at work. It answers a line for a line.
struct Judge {
    process: Child,
    questions: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
}

impl Judge {
    /// None, and a note that the test was not run, where Go or its package is not there.
    fn call() -> Option<Self> {
        static BUILT: OnceLock<Result<PathBuf, String>> = OnceLock::new();
        match BUILT.get_or_init(built) {
            Ok(program) => {
                let mut process = Command::new(program)
                    .stdin(Stdio::piped())
                    .stdout(Stdio::piped())
                    .spawn()
                    .unwrap();
                Some(Self {
                    questions: process.stdin.take(),
                    answers: BufReader::new(process.stdout.take().unwrap()),
                    process,
                })
            }
            Err(why) => {
                not_run(why);
                None
            }
        }
    }

    fn ask(&mut self, question: &str) -> Result<(), String> {
        writeln!(self.questions.as_mut().unwrap(), "{question}").unwrap();
        let mut answer = String::new();
        self.answers.read_line(&mut answer).unwrap();
        match answer.trim_end() {
            "ok" => Ok(()),
            refused if refused.starts_with("refused: ") => Err(refused.to_owned()),
            other => panic!("{question}: {other:?}"),
        }
    }

    fn bundle(&mut self, dir: &Path, vkey: &str) -> Result<(), String> {
        self.ask(&format!("bundle {} {vkey}", dir.display()))
    }
}

impl Drop for Judge {
    fn drop(&mut self) {
        drop(self.questions.take());
        self.process.wait().ok();
    }
}

fn built() -> Result<PathBuf, String> {
    if !Path::new(GOPATH).join("src/golang.org/x/mod/sumdb/tlog").is_dir() {
        return Err("needs Debian's golang-golang-x-mod-dev".to_owned());
    }
    let target = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let program = target.join("tlog-oracle");
    let output = Command::new("go")
        .args(["build", "-o"])
        .arg(&program)
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/oracle/main.go"))
        .env("GO111MODULE", "off")
        .env("GOPATH", GOPATH)
        .env("GOCACHE", target.join("go-cache"))
        .output()
        .map_err(|_| "needs Go (Debian: golang-go)".to_owned())?;
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    Ok(program)
}

fn log(count: u32) -> Ledger {
    let ledger = Bench::new(Storage::memory()).create();
    append(&ledger, count - 1);
    ledger
}

#[test]
fn sumdb_accepts_the_bundles_of_logs_of_every_shape() {
    let Some(mut judge) = Judge::call() else { return };
    for count in [1, 2, 3, 7, 8, 255, 256, 257, 511, 512, 700] {
        let ledger = log(count);
        let dir = tempfile::tempdir().unwrap();
        block_on(ledger.export(dir.path())).unwrap();
        let vkey = ledger.verifier_key().to_string();
        judge
            .bundle(dir.path(), &vkey)
            .unwrap_or_else(|why| panic!("{count}: {why}"));
        let other = log(1).verifier_key().to_string();
        assert!(judge.bundle(dir.path(), &other).is_err(), "another log's key");
    }
}

#[test]
fn sumdb_takes_the_newest_key_of_a_rotated_log_and_no_older_one() {
    let Some(mut judge) = Judge::call() else { return };
    let bench = Bench::new(Storage::memory());
    let first = bench.create().verifier_key().to_string();
    let ledger = super::rotation::rotate(&bench, 0, 1).unwrap();
    append(&ledger, 5);
    let dir = tempfile::tempdir().unwrap();
    block_on(ledger.export(dir.path())).unwrap();
    judge
        .bundle(dir.path(), &ledger.verifier_key().to_string())
        .unwrap();
    assert!(judge.bundle(dir.path(), &first).is_err());
}

#[test]
fn sumdb_refuses_a_bundle_with_any_changed_byte() {
    let Some(mut judge) = Judge::call() else { return };
    let ledger = log(11);
    let vkey = ledger.verifier_key().to_string();
    let dir = tempfile::tempdir().unwrap();
    block_on(ledger.export(dir.path())).unwrap();
    for file in ["checkpoint", "tile/0/000.p/11", "tile/entries/000.p/11"] {
        let path = dir.path().join(file);
        let good = fs::read(&path).unwrap();
        // Go does not look at the two bits that base64 leaves over at the end of the signature; ours does.
        let lax = (file == "checkpoint").then(|| good.len() - 3);
        for at in (0..good.len()).filter(|at| Some(*at) != lax) {
            let mut bad = good.clone();
            bad[at] ^= 1;
            fs::write(&path, &bad).unwrap();
            assert!(judge.bundle(dir.path(), &vkey).is_err(), "{file}, byte {at}");
        }
        fs::write(&path, &good[..good.len() - 1]).unwrap();
        assert!(judge.bundle(dir.path(), &vkey).is_err(), "{file}, cut");
        fs::write(&path, good).unwrap();
    }
    judge.bundle(dir.path(), &vkey).unwrap();
}

#[test]
fn sumdb_accepts_every_inclusion_proof_and_none_for_another_entry_or_place() {
    let Some(mut judge) = Judge::call() else { return };
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("proof");
    for count in [1, 2, 9, 256, 300, 700u64] {
        let ledger = log(u32::try_from(count).unwrap());
        let vkey = ledger.verifier_key().to_string();
        let mut ask = |text: &str| {
            fs::write(&file, text).unwrap();
            judge.ask(&format!("proof {} {vkey}", file.display()))
        };
        let step = if count > 9 { 37 } else { 1 };
        for index in (0..count).step_by(step).chain([count - 1]) {
            let proof = block_on(ledger.prove_inclusion(index)).unwrap();
            let text = proof.to_text();
            ask(&text).unwrap_or_else(|why| panic!("{index} of {count}: {why}"));
            let place = format!("\nindex {index}\n");
            assert!(ask(&text.replace(&place, &format!("\nindex {}\n", index + 1))).is_err());
            let header = text.lines().nth(1).unwrap().strip_prefix("extra ").unwrap();
            let mut other = BASE64_STANDARD.decode(header).unwrap();
            other[100] ^= 1;
            assert!(ask(&text.replace(header, &BASE64_STANDARD.encode(other))).is_err());
            if let Some(hash) = proof.hashes().first() {
                let line = format!("{}\n", BASE64_STANDARD.encode(hash));
                assert!(ask(&text.replacen(&line, "", 1)).is_err(), "a hash is missing");
                assert!(
                    ask(&text.replacen(&line, &line.repeat(2), 1)).is_err(),
                    "a hash too many"
                );
            }
        }
    }
}

#[test]
fn sumdb_accepts_every_consistency_proof_and_none_of_a_rewritten_log() {
    let Some(mut judge) = Judge::call() else { return };
    let ledger = log(300);
    let mut tree = Tree::default();
    let mut roots: Vec<Hash> = vec![tree.root()];
    for entry in block_on(ledger.entries(..)).unwrap() {
        tree.push(vcto::ledger::leaf_hash(&entry.header_bytes()));
        roots.push(tree.root());
    }
    let root = |size: usize| BASE64_STANDARD.encode(roots[size]);
    let few = (1..40usize).flat_map(|new| (1..=new).map(move |old| (old, new)));
    let many = [
        (1, 300),
        (128, 256),
        (255, 256),
        (256, 257),
        (256, 300),
        (257, 299),
        (299, 300),
    ];
    for (old, new) in few.chain(many) {
        let proof = block_on(ledger.prove_consistency(old as u64, new as u64)).unwrap();
        let hashes: Vec<String> = proof
            .hashes
            .iter()
            .map(|hash| BASE64_STANDARD.encode(hash))
            .collect();
        let hashes = hashes.join(",");
        judge
            .ask(&format!(
                "consistency {old} {} {new} {} {hashes}",
                root(old),
                root(new)
            ))
            .unwrap_or_else(|why| panic!("{old} -> {new}: {why}"));
        let rewritten = root(old - 1);
        assert!(
            judge
                .ask(&format!(
                    "consistency {old} {rewritten} {new} {} {hashes}",
                    root(new)
                ))
                .is_err(),
            "{old} -> {new}"
        );
    }
}
