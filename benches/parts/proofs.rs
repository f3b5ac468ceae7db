//! Proofs and their checking beside ct-merkle and the hashes alone; and what a log takes on the disk beyond its payloads.

use std::alloc::{GlobalAlloc, Layout, System};
use std::hint::black_box;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed};

use ct_merkle::mem_backed_tree::MemoryBackedTree;
use pollster::block_on;
use sha2::Sha256;
use vcto::ledger::{Condition, Ledger, Storage, leaf_hash, node_hash, verify_consistency, verify_inclusion};

use crate::instances::{Numbers, median_ms};
use crate::{PAYLOAD, create, drafts, filled, folder, options, payloads, raw};

/// The system's allocator, counted while somebody watches.
pub struct Watched;

static IS_WATCHED: AtomicBool = AtomicBool::new(false);
static ALLOCATIONS: AtomicUsize = AtomicUsize::new(0);

// SAFETY: everything is passed on to the system's allocator as it came.
unsafe impl GlobalAlloc for Watched {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        if IS_WATCHED.load(Relaxed) {
            ALLOCATIONS.fetch_add(1, Relaxed);
        }
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, at: *mut u8, layout: Layout) {
        unsafe { System.dealloc(at, layout) }
    }
}

fn allocations(work: impl FnOnce()) -> usize {
    ALLOCATIONS.store(0, Relaxed);
    IS_WATCHED.store(true, Relaxed);
    work();
    IS_WATCHED.store(false, Relaxed);
    ALLOCATIONS.load(Relaxed)
}

const ENTRIES: u64 = 1_000_000;
const PROOFS: usize = 2_000;

fn places() -> Vec<u64> {
    let mut numbers = Numbers(11);
    (0..PROOFS).map(|_| numbers.next() % (ENTRIES - 1)).collect()
}

/// A log of exactly a million entries in memory, and the peer over the same leaves.
fn logs() -> (Ledger, MemoryBackedTree<Sha256, Vec<u8>>) {
    let ledger = create(&Storage::memory(), options());
    let payloads = payloads(1_000, 16);
    for _ in 0..ENTRIES / 1_000 {
        let more = ENTRIES - block_on(ledger.size()).expect("read");
        let count = usize::try_from(more.min(1_000)).expect("few");
        let drafts = drafts(payloads.get(..count).expect("as many"));
        block_on(ledger.append_all(drafts, Condition::Any)).expect("appended");
    }
    let mut peer = MemoryBackedTree::new();
    for from in (0..ENTRIES).step_by(10_000) {
        for entry in block_on(ledger.entries(from..from + 10_000)).expect("read") {
            peer.push(entry.header_bytes().to_vec());
        }
    }
    (ledger, peer)
}

/// Through the handle, with its two threads and the row that a proof brings along; processor time of all of them.
pub fn proofs() {
    let (ledger, peer) = logs();
    let checkpoint = block_on(ledger.checkpoint()).expect("signed");
    assert_eq!(checkpoint.size(), ENTRIES);
    assert_eq!(checkpoint.root()[..], peer.root().as_bytes()[..], "the same root");
    println!("proofs in a log of 1,000,000 entries, {PROOFS} at random places; processor time of one");
    let each = |ms: f64| ms * 1e3 / PROOFS as f64;
    let index = |place: u64| usize::try_from(place).expect("small");
    let places = places();
    let ours = each(median_ms(
        3,
        || (),
        |()| {
            for place in &places {
                black_box(block_on(ledger.prove_inclusion(*place)).expect("proved"));
            }
        },
    ));
    let theirs = each(median_ms(
        3,
        || (),
        |()| {
            for place in &places {
                black_box(peer.prove_inclusion(index(*place)));
            }
        },
    ));
    println!(
        "  inclusion     ours {ours:>8.1} us, ct-merkle {theirs:>8.1} us: {:>5.2} x its time",
        ours / theirs
    );
    let ours = each(median_ms(
        3,
        || (),
        |()| {
            for place in &places {
                black_box(block_on(ledger.prove_consistency(*place + 1, ENTRIES)).expect("proved"));
            }
        },
    ));
    let theirs = each(median_ms(
        3,
        || (),
        |()| {
            for place in &places {
                black_box(peer.prove_consistency(index(ENTRIES - 1 - *place)));
            }
        },
    ));
    println!(
        "  consistency   ours {ours:>8.1} us, ct-merkle {theirs:>8.1} us: {:>5.2} x its time",
        ours / theirs
    );
    checks(&ledger, checkpoint.root());
}

/// Checking what was proved, beside the hashes alone that it needs.
fn checks(ledger: &Ledger, root: &[u8; 32]) {
    const ROUNDS: usize = 200_000;
    let place = ENTRIES / 3;
    let proof = block_on(ledger.prove_inclusion(place)).expect("proved");
    let header = block_on(ledger.entries(place..=place))
        .expect("read")
        .remove(0)
        .header_bytes();
    let check = || {
        let leaf = leaf_hash(black_box(&header));
        verify_inclusion(&leaf, place, ENTRIES, proof.hashes(), root).expect("it holds");
    };
    let each = |ms: f64| ms * 1e6 / ROUNDS as f64;
    let ours = each(median_ms(3, || (), |()| (0..ROUNDS).for_each(|_| check())));
    let floor = each(median_ms(
        3,
        || (),
        |()| {
            for _ in 0..ROUNDS {
                let leaf = leaf_hash(black_box(&header));
                black_box(
                    proof
                        .hashes()
                        .iter()
                        .fold(leaf, |hash, sibling| node_hash(&hash, sibling)),
                );
            }
        },
    ));
    println!("checking them; processor time of one");
    println!(
        "  inclusion     ours {ours:>8.0} ns, {} nodes and a leaf hashed {floor:>8.0} ns: {:>5.2} x; allocations {}",
        proof.hashes().len(),
        ours / floor,
        allocations(check)
    );
    let old = ENTRIES / 3;
    let proof = block_on(ledger.prove_consistency(old, ENTRIES)).expect("proved");
    let early = {
        let mut tree = vcto::ledger::Tree::default();
        for from in (0..old).step_by(10_000) {
            for entry in block_on(ledger.entries(from..old.min(from + 10_000))).expect("read") {
                tree.push(entry.leaf_hash());
            }
        }
        tree.root()
    };
    let check = || verify_consistency(old, ENTRIES, &proof.hashes, &early, root).expect("it holds");
    println!("  consistency   allocations {}", allocations(check));
}

/// What lies in a folder, in bytes.
fn bytes_in(folder: &Path) -> u64 {
    let mut bytes = 0;
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder)
            .expect("a folder")
            .map(|entry| entry.expect("an entry"))
        {
            let found = entry.metadata().expect("there");
            if found.is_dir() {
                folders.push(entry.path());
            } else {
                bytes += found.len();
            }
        }
    }
    bytes
}

/// What a closed log takes beyond its payloads.
pub fn storage() {
    const ENTRIES: usize = 100_000;
    let overhead = |bytes: u64| bytes as f64 / ENTRIES as f64 - PAYLOAD as f64;
    let folder = folder();
    drop(filled(&folder, ENTRIES, PAYLOAD, options()));
    let ours = overhead(bytes_in(&folder.path().join("log")));
    let peer = crate::folder();
    {
        let mut connection = raw(&peer.path().join("raw.db"));
        let payloads = payloads(1_000, PAYLOAD);
        let transaction = connection.transaction().expect("begun");
        {
            let mut insert = transaction
                .prepare("INSERT INTO payload (seq, ciphertext) VALUES (?1, ?2)")
                .expect("sound");
            for (seq, payload) in (0i64..).zip(payloads.iter().cycle().take(ENTRIES)) {
                insert.execute((seq, payload)).expect("inserted");
            }
        }
        transaction.commit().expect("committed");
    }
    let theirs = overhead(bytes_in(peer.path()));
    println!("storage of {ENTRIES} entries of {PAYLOAD} B in SQLite, beyond the payload");
    println!("  ours                      {ours:>7.1} B an entry");
    println!(
        "  raw, the payload alone    {theirs:>7.1} B an entry: a log takes {:.1} B more",
        ours - theirs
    );
}
