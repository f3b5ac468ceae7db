//! The ledger beside raw SQLite, ct-merkle and bare hashing, in the same run.
//!
//! Processor time where the work is computing; wall time too where a disk decides. A word among the arguments (`append`,
//! `open`, `postgres`, `processes`, `proofs`, `storage`, `tree`, `verify`, `writers`) runs that part only, a number beside `append` that many entries a commit
//! only.

#![allow(clippy::disallowed_methods, reason = "a bench looks at the clock")]

mod instances;
mod parts {
    pub mod proofs;
}

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use ct_merkle::mem_backed_tree::MemoryBackedTree;
use instances::{Numbers, cpu_ms, median_ms};
use pollster::block_on;
use sha2::{Digest, Sha256};
use vcto::ledger::{
    Condition, Draft, EntryType, Ledger, LedgerOptions, LocalKeyFile, Storage, Tree, VerifyOptions,
    leaf_hash, node_hash,
};
use vcto::time::{SystemClock, SystemEntropy};

/// What an event of the gate or a small review takes, sealed.
const PAYLOAD: usize = 600;

#[global_allocator]
static ALLOCATOR: parts::proofs::Watched = parts::proofs::Watched;

const PARTS: [(&str, fn()); 9] = [
    ("tree", tree),
    ("append", append),
    ("writers", writers),
    ("processes", processes),
    ("postgres", postgresql),
    ("verify", verify),
    ("open", open),
    ("proofs", parts::proofs::proofs),
    ("storage", parts::proofs::storage),
];

fn main() {
    if let Some(folder) = std::env::var_os(CHILD) {
        return child(Path::new(&folder));
    }
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    if !arguments.iter().any(|argument| argument == "--bench") {
        return;
    }
    let chosen = |name: &str| arguments.iter().any(|argument| argument == name);
    let all = !PARTS.iter().any(|(name, _)| chosen(name));
    for (name, part) in PARTS {
        if all || chosen(name) {
            part();
        }
    }
}

fn folder() -> tempfile::TempDir {
    // On the disk that things are built on: the system's folder for passing files may be memory.
    tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder")
}

fn options() -> LedgerOptions {
    let keys = Arc::new(LocalKeyFile::in_memory(&SystemEntropy).expect("keys"));
    LedgerOptions::new(keys.clone(), keys, Arc::new(SystemClock), Arc::new(SystemEntropy))
}

fn create(storage: &Storage, options: LedgerOptions) -> Ledger {
    block_on(Ledger::create(storage, "example.org/bench", "eu", options)).expect("a new log")
}

fn payloads(count: usize, bytes: usize) -> Vec<Vec<u8>> {
    let mut numbers = Numbers(7);
    let mut payload = || (0..bytes).map(|_| numbers.next().to_be_bytes()[0]).collect();
    (0..count).map(|_| payload()).collect()
}

fn drafts(payloads: &[Vec<u8>]) -> Vec<Draft> {
    let draft = |payload: &Vec<u8>| Draft::octets(EntryType(0x7f00), payload.clone());
    payloads.iter().map(draft).collect()
}

/// A million leaves of 300 bytes.
fn tree() {
    const LEAVES: usize = 1_000_000;
    let leaf = |n: usize| {
        let mut leaf = [0; 300];
        leaf[..8].copy_from_slice(&n.to_be_bytes());
        leaf
    };
    let floor = median_ms(
        3,
        || (),
        |()| {
            let mut last = leaf_hash(b"");
            for n in 0..LEAVES {
                last = node_hash(&last, &leaf_hash(&leaf(n)));
            }
            last
        },
    );
    let mut roots = Vec::new();
    let ours = median_ms(
        3,
        || (),
        |()| {
            let mut tree = Tree::default();
            (0..LEAVES).for_each(|n| tree.push(leaf_hash(&leaf(n))));
            roots.push(tree.root().to_vec());
        },
    );
    let peer = median_ms(
        1,
        || (),
        |()| {
            let mut tree = MemoryBackedTree::<Sha256, [u8; 300]>::new();
            (0..LEAVES).for_each(|n| tree.push(leaf(n)));
            roots.push(tree.root().as_bytes().to_vec());
        },
    );
    assert!(roots.windows(2).all(|two| two[0] == two[1]), "the same root");
    println!("tree of 1,000,000 leaves of 300 B; processor time");
    println!("  ours                                  {ours:>9.0} ms");
    println!(
        "  bare hashing, a leaf and a node each  {floor:>9.0} ms   ours takes {:>5.2} x",
        ours / floor
    );
    println!(
        "  ct-merkle                             {peer:>9.0} ms   ours is    {:>5.2} x as fast",
        peer / ours
    );
}

/// One after the other, so many entries a commit.
fn append() {
    println!(
        "durable append of {PAYLOAD} B, one writer, beside raw SQLite (WAL, FULL); rounds in turn, the best of each"
    );
    let numbers: Vec<usize> = std::env::args()
        .filter_map(|argument| argument.parse().ok())
        .collect();
    for (each, commits) in [(1, 200), (100, 60), (1_000, 30)] {
        if !numbers.is_empty() && !numbers.contains(&each) {
            continue;
        }
        let mut costs = [Vec::new(), Vec::new(), Vec::new()];
        let payloads = payloads(each, PAYLOAD);
        for _ in 0..5 {
            costs[0].push(our_append(&payloads, commits));
            costs[1].push(raw_append(&payloads, commits, Raw::Payload));
            costs[2].push(raw_append(&payloads, commits, Raw::SameRows));
        }
        let entries = (each * commits) as f64;
        let [ours, payload, same] = costs.map(|costs| Cost::best(&costs));
        let row = |name: &str, cost: &Cost| {
            println!(
                "  {each:>5} a commit, {name:<27} {:>8.0} entries/s, {:>6.2} us of processor time an entry: ours is {:>4.2} x, {:>4.2} x",
                entries / cost.wall,
                cost.cpu / entries * 1e3,
                cost.wall / ours.wall,
                cost.cpu / ours.cpu
            );
        };
        row("ours", &ours);
        row("raw, the payload alone", &payload);
        row("raw, the same bytes and rows", &same);
    }
}

/// Seconds on the clock, milliseconds of processor time.
struct Cost {
    wall: f64,
    cpu: f64,
}

impl Cost {
    fn of(work: impl FnOnce()) -> Self {
        let (start, cpu) = (Instant::now(), cpu_ms());
        work();
        Self {
            wall: start.elapsed().as_secs_f64(),
            cpu: cpu_ms() - cpu,
        }
    }

    /// A disk that others use too says little by its median.
    fn best(costs: &[Self]) -> Self {
        let least = |of: fn(&Self) -> f64| costs.iter().map(of).fold(f64::INFINITY, f64::min);
        Self {
            wall: least(|cost| cost.wall),
            cpu: least(|cost| cost.cpu),
        }
    }
}

/// Signing and its read-back are in it where they fall due.
fn our_append(payloads: &[Vec<u8>], commits: usize) -> Cost {
    let folder = folder();
    let ledger = create(&Storage::sqlite(folder.path().join("log")), options());
    Cost::of(|| {
        for _ in 0..commits {
            block_on(ledger.append_all(drafts(payloads), Condition::Any)).expect("appended");
        }
    })
}

/// What the peer stores.
#[derive(Clone, Copy)]
enum Raw {
    /// The payload in a table of its own: what somebody does who needs no ledger.
    Payload,
    /// As many bytes in as many tables as a log: a header of 127 and a hash of 32, and a payload with a tag of 16.
    SameRows,
}

fn raw_append(payloads: &[Vec<u8>], commits: usize, what: Raw) -> Cost {
    let folder = folder();
    let mut connection = raw(&folder.path().join("raw.db"));
    let mut seq = 0i64;
    let sealed: Vec<Vec<u8>> = payloads
        .iter()
        .map(|payload| [payload.as_slice(), &[7; 16]].concat())
        .collect();
    Cost::of(|| {
        for _ in 0..commits {
            let transaction = connection.transaction().expect("begun");
            match what {
                Raw::Payload => {
                    let mut insert = transaction
                        .prepare_cached("INSERT INTO payload (seq, ciphertext) VALUES (?1, ?2)")
                        .expect("sound");
                    for payload in payloads {
                        insert.execute((seq, payload)).expect("inserted");
                        seq += 1;
                    }
                }
                Raw::SameRows => {
                    let mut entry = transaction
                        .prepare_cached("INSERT INTO entry (seq, header, leaf_hash) VALUES (?1, ?2, ?3)")
                        .expect("sound");
                    let mut payload = transaction
                        .prepare_cached("INSERT INTO payload (seq, ciphertext) VALUES (?1, ?2)")
                        .expect("sound");
                    for sealed in &sealed {
                        entry.execute((seq, [1u8; 127], [2u8; 32])).expect("inserted");
                        payload.execute((seq, sealed)).expect("inserted");
                        seq += 1;
                    }
                }
            }
            transaction.commit().expect("committed");
        }
    })
}

fn raw(path: &Path) -> rusqlite::Connection {
    let connection = rusqlite::Connection::open(path).expect("opened");
    connection
        .execute_batch(
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA fullfsync=ON; PRAGMA checkpoint_fullfsync=ON;
             PRAGMA cell_size_check=ON; PRAGMA mmap_size=0; PRAGMA temp_store=MEMORY;
             CREATE TABLE entry (seq INTEGER PRIMARY KEY, header BLOB NOT NULL, leaf_hash BLOB NOT NULL) STRICT;
             CREATE TABLE payload (seq INTEGER PRIMARY KEY, ciphertext BLOB NOT NULL) STRICT;",
        )
        .expect("sound");
    connection
}

/// Single appends from one thread and from 64.
fn writers() {
    println!("single appends of {PAYLOAD} B");
    for _ in 0..3 {
        one_and_many(|threads, each| {
            let folder = folder();
            let ledger = create(&Storage::sqlite(folder.path().join("log")), options());
            crowd(&ledger, threads, each)
        });
    }
}

fn one_and_many(run: impl Fn(usize, usize) -> (f64, Duration, Duration)) {
    let (one, median, _) = run(1, 300);
    let (many, _, worst) = run(64, 150);
    println!(
        "  one writer {one:>6.0}/s ({median:.2?}), 64 writers {many:>6.0}/s: {:>5.1} x; p99 of the 64 {worst:.2?}",
        many / one
    );
}

/// So many appends by each of so many threads: how many a second, the median wait, and that of which one in a hundred is longer.
fn crowd(ledger: &Ledger, threads: usize, each: usize) -> (f64, Duration, Duration) {
    let payload = payloads(1, PAYLOAD);
    let start = Instant::now();
    let mut waits: Vec<Duration> = std::thread::scope(|scope| {
        let work = || {
            let append = |_| {
                let start = Instant::now();
                block_on(ledger.append(drafts(&payload).remove(0))).expect("appended");
                start.elapsed()
            };
            (0..each).map(append).collect::<Vec<_>>()
        };
        let threads: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        let waits = threads
            .into_iter()
            .flat_map(|thread| thread.join().expect("ended"));
        waits.collect()
    });
    waits.sort();
    let rate = waits.len() as f64 / start.elapsed().as_secs_f64();
    (rate, waits[waits.len() / 2], waits[waits.len() * 99 / 100])
}

/// The same over PostgreSQL, which `.ci/postgres` starts, beside the client alone with rows of the same bytes.
fn postgresql() {
    let mut server = Command::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.ci/postgres"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the script");
    let mut url = String::new();
    let asked = writeln!(server.stdin.as_mut().expect("piped"), "bench");
    let mut answers = BufReader::new(server.stdout.take().expect("piped"));
    if asked.and_then(|()| answers.read_line(&mut url)).is_err() || url.is_empty() {
        println!("PostgreSQL: NOT RUN, it is not here");
        server.wait().expect("ended");
        return;
    }
    let (url, folder) = (url.trim(), folder());
    let next = std::cell::Cell::new(0);
    let fresh = || {
        next.set(next.get() + 1);
        let (origin, mark) = (format!("example.org/{}", next.get()), next.get().to_string());
        let storage = Storage::postgres(url, &origin, folder.path().join(mark)).expect("a URL");
        block_on(Ledger::create(&storage, &origin, "eu", options())).expect("a new log")
    };
    println!(
        "durable append of {PAYLOAD} B to PostgreSQL on this machine, one writer; rounds in turn, the best of each"
    );
    for (each, commits) in [(1, 200), (100, 60), (1_000, 20)] {
        let payloads = payloads(each, PAYLOAD);
        let (mut ours, mut raw) = (Vec::new(), Vec::new());
        for _ in 0..3 {
            let ledger = fresh();
            ours.push(Cost::of(|| {
                for _ in 0..commits {
                    block_on(ledger.append_all(drafts(&payloads), Condition::Any)).expect("appended");
                }
            }));
            raw.push(raw_postgres(url, &payloads, commits));
        }
        let (ours, raw) = (Cost::best(&ours), Cost::best(&raw));
        let entries = (each * commits) as f64;
        println!(
            "  {each:>5} a commit: {:>8.0} entries/s, raw {:>8.0}: {:>5.2} x",
            entries / ours.wall,
            entries / raw.wall,
            raw.wall / ours.wall
        );
    }
    one_and_many(|threads, each| crowd(&fresh(), threads, each));
    drop(server.stdin.take());
    server.wait().expect("ended");
}

/// The same bytes in the same tables, by one statement for each: no triggers, no rules, no index over tags.
fn raw_postgres(url: &str, payloads: &[Vec<u8>], commits: usize) -> Cost {
    let mut client = postgres::Client::connect(url, postgres::NoTls).expect("connected");
    client
        .batch_execute(
            "DROP SCHEMA IF EXISTS raw CASCADE; CREATE SCHEMA raw;
             CREATE TABLE raw.entry (log_id bytea, seq bigint, header bytea, leaf_hash bytea, PRIMARY KEY (log_id, seq));
             CREATE TABLE raw.payload (log_id bytea, seq bigint, ciphertext bytea, PRIMARY KEY (log_id, seq));
             ALTER TABLE raw.payload ALTER COLUMN ciphertext SET STORAGE EXTERNAL",
        )
        .expect("made");
    let add = "INSERT INTO raw.entry SELECT $1, a.* FROM unnest($2::bigint[], $3::bytea[], $4::bytea[]) AS a";
    let entry = client.prepare(add).expect("sound");
    let add = "INSERT INTO raw.payload SELECT $1, a.* FROM unnest($2::bigint[], $3::bytea[]) AS a";
    let payload = client.prepare(add).expect("sound");
    let (log, header, hash) = ([9u8; 16].as_slice(), [1u8; 127], [2u8; 32]);
    let headers = vec![header.as_slice(); payloads.len()];
    let hashes = vec![hash.as_slice(); payloads.len()];
    let sealed: Vec<Vec<u8>> = payloads
        .iter()
        .map(|payload| [payload.as_slice(), &[7; 16]].concat())
        .collect();
    let mut seq = 0i64;
    Cost::of(|| {
        for _ in 0..commits {
            let seqs: Vec<i64> = (seq..).take(payloads.len()).collect();
            seq += i64::try_from(payloads.len()).expect("few");
            let mut transaction = client.transaction().expect("begun");
            transaction
                .execute(&entry, &[&log, &seqs, &headers, &hashes])
                .expect("inserted");
            transaction
                .execute(&payload, &[&log, &seqs, &sealed])
                .expect("inserted");
            transaction.commit().expect("committed");
        }
    })
}

/// The folder of the log, for a process of [`processes`].
const CHILD: &str = "VCTO_BENCH_LOG";
const EACH: usize = 300;

/// Single appends from four processes at once to one log.
fn processes() {
    const PROCESSES: usize = 4;
    println!("single appends of {PAYLOAD} B from {PROCESSES} processes to one log in SQLite");
    for _ in 0..3 {
        let folder = folder();
        LocalKeyFile::create(folder.path().join("key"), &SystemEntropy).expect("a key");
        let ledger = create(&Storage::sqlite(folder.path().join("log")), kept(folder.path()));
        let start = Instant::now();
        let children: Vec<_> = (0..PROCESSES)
            .map(|_| {
                let mut child = Command::new(std::env::current_exe().expect("this program"));
                let child = child.env(CHILD, folder.path()).stdout(Stdio::piped());
                child.spawn().expect("a process")
            })
            .collect();
        let mut waits = Vec::new();
        for child in children {
            let said = child.wait_with_output().expect("ended");
            assert!(said.status.success());
            let text = String::from_utf8(said.stdout).expect("numbers");
            waits.extend(
                text.lines()
                    .map(|line| Duration::from_nanos(line.parse().expect("a number"))),
            );
        }
        let rate = waits.len() as f64 / start.elapsed().as_secs_f64();
        // One more than was appended, for its genesis: no gap.
        assert_eq!(
            block_on(ledger.size()).expect("read"),
            (PROCESSES * EACH) as u64 + 1
        );
        waits.sort();
        let (median, worst) = (waits[waits.len() / 2], waits[waits.len() - 1]);
        println!(
            "  {rate:>6.0}/s, median {median:.2?}, worst {worst:.2?}: {:>5.1} x the median; no gap",
            worst.as_secs_f64() / median.as_secs_f64()
        );
    }
}

fn kept(folder: &Path) -> LedgerOptions {
    let keys = Arc::new(LocalKeyFile::open(folder.join("key")).expect("the key"));
    LedgerOptions::new(keys.clone(), keys, Arc::new(SystemClock), Arc::new(SystemEntropy))
}

fn child(folder: &Path) {
    let payload = payloads(1, PAYLOAD);
    let storage = Storage::sqlite(folder.join("log"));
    let ledger = block_on(Ledger::open(&storage, kept(folder))).expect("opened");
    for _ in 0..EACH {
        let start = Instant::now();
        block_on(ledger.append(drafts(&payload).remove(0))).expect("appended");
        println!("{}", start.elapsed().as_nanos());
    }
}

/// A full verification without keys, beside the hashes alone that it needs.
fn verify() {
    const ENTRIES: usize = 200_000;
    let folder = folder();
    let ledger = filled(&folder, ENTRIES, PAYLOAD, options());
    let ours = median_ms(
        3,
        || (),
        |()| {
            let verified = block_on(ledger.verify(&VerifyOptions::default())).expect("verified");
            assert!(verified.has_no_failure() && verified.size > ENTRIES as u64);
        },
    );
    let ciphertexts = payloads(1_000, PAYLOAD + 16);
    let prefixed = [7; 128];
    let floor = median_ms(
        3,
        || (),
        |()| {
            let mut last = [0; 32];
            for ciphertext in ciphertexts.iter().cycle().take(ENTRIES) {
                let digest = std::hint::black_box(blake3::hash(std::hint::black_box(ciphertext)));
                last[0] ^= digest.as_bytes()[0];
                let leaf: [u8; 32] = Sha256::digest(std::hint::black_box(prefixed)).into();
                last = node_hash(&last, &leaf);
            }
            last
        },
    );
    println!("verification of {ENTRIES} entries of {PAYLOAD} B in SQLite; processor time");
    println!("  ours                                  {ours:>9.0} ms");
    println!(
        "  payload, leaf and node hashed, in memory{floor:>7.0} ms   ours has {:>5.2} x its speed",
        floor / ours
    );
}

fn filled(folder: &tempfile::TempDir, entries: usize, bytes: usize, options: LedgerOptions) -> Ledger {
    let ledger = create(&Storage::sqlite(folder.path().join("log")), options);
    let payloads = payloads(1_000, bytes);
    for _ in 0..entries.div_ceil(1_000) {
        block_on(ledger.append_all(drafts(&payloads), Condition::Any)).expect("appended");
    }
    ledger
}

/// From nothing to an open log.
fn open() {
    for entries in [10_000, 100_000, 1_000_000] {
        let folder = folder();
        let options = options();
        drop(filled(&folder, entries, 64, options.clone()));
        let storage = Storage::sqlite(folder.path().join("log"));
        let mut times: Vec<_> = (0..11)
            .map(|_| {
                let start = Instant::now();
                let ledger = block_on(Ledger::open(&storage, options.clone())).expect("opened");
                let time = start.elapsed();
                drop(ledger);
                time
            })
            .collect();
        times.sort();
        println!("open a log of {entries} entries: {:.2?} (median of 11)", times[5]);
    }
}
