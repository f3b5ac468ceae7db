//! The samples of `docs/verdicts.md` are what a verification really says: each is made anew and compared.

use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::SignedDuration;
use pollster::block_on;
use rusqlite::Connection;
use vcto::ledger::{
    DomainCheck, DomainReplay, Entry, Ledger, Storage, Verification, VerifierKey, VerifyOptions,
    verify_bundle, verify_storage,
};
use vcto::time::Clock;
use vcto::{Error, ErrorKind};

use super::verify::tamper;
use super::{Bench, ORIGIN, append, note};

const KEPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/verdicts.md");

/// A log of ten entries that nobody has open, and what was kept elsewhere when it had five.
struct Sample {
    dir: tempfile::TempDir,
    bench: Bench,
    key: VerifierKey,
    checkpoint: String,
}

impl Sample {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let bench = Bench::sqlite(dir.path());
        let ledger = bench.create();
        append(&ledger, 4);
        let checkpoint = block_on(ledger.checkpoint()).unwrap().note().to_owned();
        append(&ledger, 5);
        let key = ledger.verifier_key().clone();
        drop(ledger);
        Self {
            dir,
            bench,
            key,
            checkpoint,
        }
    }

    fn key(&self) -> VerifyOptions {
        VerifyOptions::default().key(self.key.clone())
    }

    fn verify(&self, options: &VerifyOptions) -> Verification {
        verify_storage(&self.bench.storage, options).unwrap()
    }

    /// The verdicts on the log after somebody has changed its database.
    fn tampered(&self, change: impl FnOnce(&Connection)) -> Verification {
        tamper(self.dir.path(), change);
        self.verify(&self.key())
    }

    fn bundle(&self) -> PathBuf {
        let bundle = self.dir.path().join("bundle");
        block_on(self.bench.open().unwrap().export(&bundle)).unwrap();
        bundle
    }

    /// Why the log does not open, without what differs from one machine to the next.
    fn refused(&self) -> String {
        let error = self.bench.open().unwrap_err();
        let text = format!("{}: {error}", error.kind()).replace(self.dir.path().to_str().unwrap(), "...");
        let details: String = error
            .context()
            .map(|(key, value)| format!(", {key}={value}"))
            .collect();
        format!("{text}{details}\n")
    }
}

/// As the command `vcto verify` prints it.
fn shown(told: &Verification) -> String {
    let mut text = String::new();
    for (question, answer) in [
        ("integrity", told.integrity.as_str()),
        ("authenticity", told.authenticity.as_str()),
        ("completeness", told.completeness.as_str()),
        ("freshness", told.freshness.as_str()),
        ("erasure", told.erasure.as_str()),
        ("policy", told.policy.as_str()),
    ] {
        writeln!(text, "{question:<13} {answer}").unwrap();
    }
    writeln!(text, "{:<13} {}", "entries", told.size).unwrap();
    if !told.problems.is_empty() {
        writeln!(text, "problems ({})", told.problems.len()).unwrap();
    }
    for problem in &told.problems {
        writeln!(text, "  {}: {}", problem.verdict, problem.text).unwrap();
    }
    let first = told.first_bad_index.map_or("-".to_owned(), |at| at.to_string());
    writeln!(text, "exit code {}, first bad index {first}", told.exit_code()).unwrap();
    text
}

fn run(database: &Connection, sql: &str) {
    database.execute_batch(sql).unwrap();
}

/// Flips a bit of the file.
fn flip(path: &Path, at: usize) {
    let mut bytes = fs::read(path).unwrap();
    bytes[at] ^= 1;
    fs::write(path, bytes).unwrap();
}

#[derive(Debug)]
struct Rule;

impl DomainCheck for Rule {
    fn replay(&self) -> Box<dyn DomainReplay> {
        Box::new(Self)
    }
}

impl DomainReplay for Rule {
    fn entry(&mut self, entry: &Entry) -> vcto::Result<()> {
        if entry.seq() == 7 {
            return Err(Error::new(
                ErrorKind::Denied,
                "the change was executed without an approval",
            ));
        }
        Ok(())
    }
}

const CHANGED_PAYLOAD: &str = "UPDATE payload SET ciphertext = zeroblob(length(ciphertext)) WHERE seq = 6";
const CUT: &str = "DELETE FROM entry WHERE seq > 7; DELETE FROM payload WHERE seq > 7;";

fn policy(sample: &Sample) -> String {
    let options = sample.bench.options().policy(Arc::new(Rule));
    let ledger = block_on(Ledger::open(&sample.bench.storage, options)).unwrap();
    shown(&block_on(ledger.verify(&VerifyOptions::default())).unwrap())
}

fn fork(sample: &Sample) -> String {
    let other = Storage::memory();
    let ledger = block_on(Ledger::create(&other, ORIGIN, "eu", sample.bench.options())).unwrap();
    append(&ledger, 12);
    let options = sample.key().seen_checkpoint(&*sample.checkpoint);
    shown(&block_on(ledger.verify(&options)).unwrap())
}

fn stale(sample: &Sample) -> String {
    let day = SignedDuration::from_hours(24);
    let now = sample.bench.clock.now() + day + day;
    shown(&sample.verify(&sample.key().fresh_within(day, now)))
}

fn swapped(sample: &Sample) -> String {
    shown(&sample.tampered(|db| {
        run(
            db,
            "UPDATE entry SET seq = -1 WHERE seq = 3; UPDATE entry SET seq = 3 WHERE seq = 6",
        );
        run(db, "UPDATE entry SET seq = 6 WHERE seq = -1");
    }))
}

/// Header and leaf hash agree again; the signature does not.
fn rewritten(sample: &Sample) -> String {
    shown(&sample.tampered(|db| {
        let mut header: Vec<u8> = db
            .query_row("SELECT header FROM entry WHERE seq = 6", [], |row| row.get(0))
            .unwrap();
        header[2] ^= 1;
        let hash = vcto::ledger::leaf_hash(&header);
        db.execute(
            "UPDATE entry SET header = ?1, leaf_hash = ?2 WHERE seq = 6",
            (header, hash),
        )
        .unwrap();
    }))
}

/// The end is gone, and with it every trace that lies beside the log.
fn cut_clean(sample: &Sample) {
    tamper(sample.dir.path(), |db| {
        run(db, CUT);
        run(
            db,
            "DELETE FROM entry WHERE seq > 4; DELETE FROM payload WHERE seq > 4",
        );
        run(db, "DELETE FROM checkpoint WHERE size > 5");
    });
    fs::remove_file(sample.dir.path().join("log/high-water")).unwrap();
}

fn wrong_key(sample: &Sample) -> String {
    let other = Bench::new(Storage::memory()).create().verifier_key().clone();
    shown(&sample.verify(&VerifyOptions::default().key(other)))
}

fn restored(sample: &Sample) -> String {
    let database = sample.dir.path().join("log/ledger.db");
    let backup = fs::read(&database).unwrap();
    append(&sample.bench.open().unwrap(), 3);
    fs::write(&database, backup).unwrap();
    sample.refused()
}

fn rewritten_at_open(sample: &Sample) -> String {
    rewritten(sample);
    sample.refused()
}

fn without_mark(sample: &Sample) -> String {
    fs::remove_file(sample.dir.path().join("log/high-water")).unwrap();
    sample.refused()
}

fn foreign_key(sample: &Sample) -> String {
    let mut other = Bench::new(Storage::memory());
    other.storage = sample.bench.storage.clone();
    let text = other.open().unwrap_err().to_string();
    // The name of the key is drawn with it.
    let (before, after) = text.split_once("local-file:").unwrap();
    format!("denied: {before}local-file:...{}\n", &after[16..])
}

fn bundle_changed(sample: &Sample, file: &str, at: usize) -> String {
    let bundle = sample.bundle();
    flip(&bundle.join(file), at);
    shown(&verify_bundle(&bundle, &sample.key()).unwrap())
}

fn seen(sample: &Sample) -> VerifyOptions {
    let ledger = sample.bench.open().unwrap();
    let receipt = block_on(ledger.append(note(9))).unwrap();
    drop(ledger);
    tamper(sample.dir.path(), |db| {
        run(
            db,
            "DELETE FROM entry WHERE seq > 4; DELETE FROM payload WHERE seq > 4",
        );
        run(db, "DELETE FROM checkpoint WHERE size > 5");
    });
    fs::remove_file(sample.dir.path().join("log/high-water")).unwrap();
    sample.key().seen_receipt(&receipt)
}

type Made = fn(&Sample) -> String;

const SAMPLES: [(&str, Made); 20] = [
    ("Nothing is wrong", |sample| {
        shown(&sample.verify(&sample.key().seen_checkpoint(&*sample.checkpoint)))
    }),
    ("A payload was changed", |sample| {
        shown(&sample.tampered(|db| run(db, CHANGED_PAYLOAD)))
    }),
    ("The same, and the payloads were not read", |sample| {
        tamper(sample.dir.path(), |db| run(db, CHANGED_PAYLOAD));
        shown(&sample.verify(&sample.key().headers_only()))
    }),
    ("An entry was removed", |sample| {
        shown(&sample.tampered(|db| run(db, "DELETE FROM entry WHERE seq = 6")))
    }),
    ("Something lies in the way of the log", |sample| {
        shown(&sample.tampered(|db| run(db, "INSERT INTO payload VALUES (10, x'00')")))
    }),
    ("Two entries were exchanged", swapped),
    ("An entry was rewritten, and its hash with it", rewritten),
    ("A header in a bundle was changed", |sample| {
        bundle_changed(sample, "tile/entries/000.p/10", 6 * 129 + 5)
    }),
    ("A file beside the records of a bundle was changed", |sample| {
        bundle_changed(sample, "keys.json", 20)
    }),
    ("The end was cut off", |sample| {
        shown(&sample.tampered(|db| run(db, CUT)))
    }),
    (
        "The end was cut off, with everything that lay beside the log",
        |sample| {
            cut_clean(sample);
            shown(&sample.verify(&sample.key()))
        },
    ),
    ("The same, against a receipt that was kept elsewhere", |sample| {
        let options = seen(sample);
        shown(&sample.verify(&options))
    }),
    ("Another history under the same key", fork),
    ("Another key", wrong_key),
    ("Nothing new for too long", stale),
    ("Something that the rules forbid", policy),
    ("Restored from a backup", restored),
    ("Rewritten", rewritten_at_open),
    ("The high-water mark is missing", without_mark),
    ("Other keys", foreign_key),
];

/// The block under the heading, as a range of the page.
fn block(page: &str, heading: &str) -> std::ops::Range<usize> {
    let after = |text: &str, from: usize| {
        let at = page[from..]
            .find(text)
            .unwrap_or_else(|| panic!("{heading}: no {text:?}"));
        from + at + text.len()
    };
    let start = after("\n```text\n", after(&format!("\n### {heading}\n"), 0) - 1);
    start..after("\n```\n", start) - 4
}

#[test]
fn the_samples_of_the_page_are_what_a_verification_says() {
    let kept = fs::read_to_string(KEPT).unwrap();
    let mut made = kept.clone();
    for (heading, sample) in SAMPLES {
        let text = sample(&Sample::new());
        let place = block(&made, heading);
        made.replace_range(place, &text);
    }
    assert_eq!(
        kept.matches("```text").count(),
        SAMPLES.len(),
        "each block of the page has a sample"
    );
    if std::env::var_os("VCTO_UPDATE_FORMATS").is_some() {
        fs::write(KEPT, &made).unwrap();
        return;
    }
    assert_eq!(
        kept, made,
        "run the test with VCTO_UPDATE_FORMATS=1 to write it anew"
    );
}
