//! A bundle on disk with one file changed: an error or a verdict that says so, never a panic, never a clean bill.
#![no_main]

use std::path::PathBuf;
use std::sync::{Arc, LazyLock};

use libfuzzer_sys::fuzz_target;
use pollster::block_on;
use vcto::ledger::{
    Condition, Draft, EntryType, Ledger, LedgerOptions, LocalKeyFile, Storage, VerifierKey, VerifyOptions, verify_bundle,
};
use vcto::time::{ManualClock, SystemEntropy};

struct Bundle {
    folder: PathBuf,
    files: Vec<(PathBuf, Vec<u8>)>,
    key: VerifierKey,
}

/// One of a log that has one key, and one of a log that has handed over to another.
static BUNDLES: LazyLock<[Bundle; 2]> = LazyLock::new(|| [false, true].map(bundle));

fn bundle(is_rotated: bool) -> Bundle {
    let folder = std::env::temp_dir().join(format!("vcto-fuzz-bundle-{}-{is_rotated}", std::process::id()));
    let keys = Arc::new(LocalKeyFile::in_memory(&SystemEntropy).expect("entropy"));
    let clock = Arc::new(ManualClock::new("2026-11-22T08:00:00Z".parse().expect("a time")));
    let options = LedgerOptions::new(keys.clone(), keys.clone(), clock, Arc::new(SystemEntropy));
    let storage = Storage::memory();
    block_on(async {
        let mut ledger = Ledger::create(&storage, "example.org/halden", "eu", options.clone()).await.expect("created");
        let drafts = (0..5).map(|n: u8| Draft::new(EntryType(0x0300), vec![n; 40])).collect();
        ledger.append_all(drafts, Condition::Any).await.expect("appended");
        if is_rotated {
            drop(ledger);
            let next = Arc::new(keys.generation(1));
            ledger = Ledger::rotate_signer(&storage, options, next).await.expect("rotated");
        }
        ledger.export(&folder).await.expect("exported");
    });
    let mut files = Vec::new();
    let mut folders = vec![folder.clone()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let bytes = std::fs::read(&path).expect("a file");
                files.push((path, bytes));
            }
        }
    }
    files.sort();
    let vkey = std::fs::read_to_string(folder.join("log.vkey")).expect("the key");
    let key = vkey.lines().next().and_then(|key| key.parse().ok()).expect("the key");
    Bundle { folder, files, key }
}

fuzz_target!(|bytes: &[u8]| {
    let Some(([which, how], rest)) = bytes.split_first_chunk::<2>() else { return };
    let bundle = &BUNDLES[usize::from(how / 3 % 2)];
    let (path, original) = &bundle.files[usize::from(*which) % bundle.files.len()];
    let changed = match how % 3 {
        0 => rest.to_vec(),
        // Pairs of place and value.
        1 => {
            let mut changed = original.clone();
            let (edits, _) = rest.as_chunks::<3>();
            for [high, low, value] in edits {
                let place = usize::from(u16::from_be_bytes([*high, *low]));
                let length = changed.len().max(1);
                if let Some(byte) = changed.get_mut(place % length) {
                    *byte ^= value;
                }
            }
            changed
        }
        _ => [original.as_slice(), rest].concat(),
    };
    std::fs::write(path, &changed).expect("written");
    let verified = verify_bundle(&bundle.folder, &VerifyOptions::default().key(bundle.key.clone()));
    std::fs::write(path, original).expect("restored");
    // A checkpoint may carry signatures of others: more text is no lie.
    if changed != *original && !path.ends_with("checkpoint") {
        assert!(verified.is_err() || !verified.is_ok_and(|verdicts| verdicts.has_no_failure()), "{path:?}");
    }
});
