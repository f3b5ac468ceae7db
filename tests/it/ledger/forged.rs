//! What the holder of the signing key could sign against the rules of the format: the signature holds, the verdict fails.

use std::fs;
use std::path::Path;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use pollster::block_on;
use sha2::{Digest, Sha256};
use vcto::ledger::{
    Aead, Authenticity, EntryType, HEADER_LEN, Header, Integrity, LogId, Signer, Storage, Tree, Verification,
    VerifierKey, VerifyOptions, leaf_hash, verify_bundle,
};

use super::{Bench, append};

/// A signed note, as C2SP says, by the key of the bench.
fn sign(bench: &Bench, key: &VerifierKey, text: &str) -> String {
    let id = key.to_string().split('+').nth(1).unwrap().to_owned();
    let id = u32::from_str_radix(&id, 16).unwrap().to_be_bytes();
    let signature = bench.keys.sign(key.name(), text.as_bytes()).unwrap();
    let blob = BASE64_STANDARD.encode([id.as_slice(), &signature].concat());
    format!("{text}\n\u{2014} {} {blob}\n", key.name())
}

/// Exports a log of ten entries, changes its headers, and signs the result as the log.
fn forged(dir: &Path, change: impl FnOnce(&mut Vec<[u8; HEADER_LEN]>)) -> Verification {
    let bench = Bench::new(Storage::memory());
    let ledger = bench.create();
    append(&ledger, 9);
    block_on(ledger.export(dir)).unwrap();
    let key = ledger.verifier_key().clone();
    let mut headers: Vec<[u8; HEADER_LEN]> = block_on(ledger.entries(..))
        .unwrap()
        .iter()
        .map(vcto::ledger::Entry::header_bytes)
        .collect();
    change(&mut headers);

    fs::remove_dir_all(dir.join("tile")).unwrap();
    fs::create_dir_all(dir.join("tile/0/000.p")).unwrap();
    fs::create_dir_all(dir.join("tile/entries/000.p")).unwrap();
    let size = headers.len();
    let leaves: Vec<_> = headers.iter().map(|header| leaf_hash(header)).collect();
    let mut tree = Tree::default();
    leaves.iter().for_each(|leaf| tree.push(*leaf));
    let entries: Vec<u8> = headers
        .iter()
        .flat_map(|header| [[0, 127].as_slice(), header].concat())
        .collect();
    fs::write(dir.join(format!("tile/0/000.p/{size}")), leaves.as_flattened()).unwrap();
    fs::write(dir.join(format!("tile/entries/000.p/{size}")), entries).unwrap();
    let text = format!(
        "{}\n{size}\n{}\n",
        key.name(),
        BASE64_STANDARD.encode(tree.root())
    );
    fs::write(dir.join("checkpoint"), sign(&bench, &key, &text)).unwrap();
    verify_bundle(dir, &VerifyOptions::default().key(key)).unwrap()
}

fn edit(header: &mut [u8; HEADER_LEN], change: impl FnOnce(&mut Header)) {
    let mut parsed = Header::parse(header).unwrap();
    change(&mut parsed);
    *header = parsed.to_bytes();
}

type Change = fn(&mut Vec<[u8; HEADER_LEN]>);

#[test]
fn a_signed_log_that_breaks_the_format_fails_at_the_first_entry_that_does() {
    let cases: [(&str, u64, Change); 12] = [
        ("time runs backwards", 6, |headers| {
            edit(&mut headers[6], |header| header.time_us -= 1)
        }),
        ("another place", 4, |headers| {
            edit(&mut headers[4], |header| header.seq = 40)
        }),
        ("two entries in each other's place", 4, |headers| {
            headers.swap(4, 5)
        }),
        ("an entry twice", 5, |headers| headers.insert(5, headers[4])),
        ("an entry left out", 5, |headers| {
            headers.remove(5);
        }),
        ("an entry of another log", 3, |headers| {
            edit(&mut headers[3], |header| header.log_id = LogId([9; 16]));
        }),
        ("an epoch that was not opened", 7, |headers| {
            edit(&mut headers[7], |header| header.epoch = 1)
        }),
        ("an epoch skipped", 7, |headers| {
            edit(&mut headers[7], |header| {
                header.epoch = 2;
                header.entry_type = EntryType::EPOCH_OPENED;
            });
        }),
        ("a second genesis", 2, |headers| {
            edit(&mut headers[2], |header| header.entry_type = EntryType::GENESIS);
        }),
        ("no genesis", 0, |headers| {
            headers.remove(0);
        }),
        ("an unknown flag", 8, |headers| headers[8][4] = 1),
        ("a clear entry that must not be", 8, |headers| headers[8][42] = 0),
    ];
    for (what, first, change) in cases {
        let dir = tempfile::tempdir().unwrap();
        let report = forged(dir.path(), change);
        assert_eq!(report.integrity, Integrity::Failed, "{what}");
        assert_eq!(
            report.first_bad_index,
            Some(first),
            "{what}: {:?}",
            report.problems
        );
    }
    let dir = tempfile::tempdir().unwrap();
    let report = forged(dir.path(), |_| {});
    assert!(
        report.has_no_failure() && report.authenticity == Authenticity::Ok,
        "{report:?}"
    );
}

#[test]
fn a_bundle_under_another_key_than_the_expected_one_is_not_authentic() {
    let dir = tempfile::tempdir().unwrap();
    let ledger = Bench::new(Storage::memory()).create();
    append(&ledger, 3);
    block_on(ledger.export(dir.path())).unwrap();
    let stranger = Bench::new(Storage::memory()).create().verifier_key().clone();
    let report = verify_bundle(dir.path(), &VerifyOptions::default().key(stranger)).unwrap();
    assert_eq!(
        (report.authenticity, report.first_bad_index),
        (Authenticity::Failed, Some(0))
    );
    let report = verify_bundle(dir.path(), &VerifyOptions::default()).unwrap();
    assert_eq!(report.authenticity, Authenticity::SelfSigned);
    let report = verify_bundle(
        dir.path(),
        &VerifyOptions::default().key(ledger.verifier_key().clone()),
    )
    .unwrap();
    assert_eq!(report.authenticity, Authenticity::Ok);
}

/// A bundle that states another key and is signed with it: consistent but for its genesis.
#[test]
fn a_bundle_that_was_signed_anew_contradicts_its_genesis() {
    let dir = tempfile::tempdir().unwrap();
    let bench = Bench::new(Storage::memory());
    let ledger = bench.create();
    append(&ledger, 3);
    block_on(ledger.export(dir.path())).unwrap();
    let thief = Bench::new(Storage::memory());
    let key = VerifierKey::new(
        "example.org/halden",
        thief.keys.public_key("example.org/halden").unwrap(),
    )
    .unwrap();
    let vkey = format!("{key}\n");
    let sum = |bytes: &[u8]| {
        Sha256::digest(bytes)
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect::<String>()
    };
    let keys = fs::read(dir.path().join("keys.json")).unwrap();
    let text = fs::read_to_string(dir.path().join("checkpoint")).unwrap();
    let text = text.split_once("\n\n").unwrap().0;
    let list = format!(
        "vcto.bundle/1\n{}\n{}  keys.json\n{}  log.vkey\n",
        key.name(),
        sum(&keys),
        sum(vkey.as_bytes())
    );
    fs::write(dir.path().join("log.vkey"), vkey).unwrap();
    fs::write(dir.path().join("manifest"), sign(&thief, &key, &list)).unwrap();
    fs::write(
        dir.path().join("checkpoint"),
        sign(&thief, &key, &format!("{text}\n")),
    )
    .unwrap();
    let report = verify_bundle(dir.path(), &VerifyOptions::default()).unwrap();
    assert_eq!(report.authenticity, Authenticity::Failed);
    assert_eq!(report.integrity, Integrity::Ok, "{report:?}");
}

#[test]
fn only_entries_of_the_ledger_may_be_clear() {
    let ledger = Bench::new(Storage::memory()).create();
    append(&ledger, 1);
    let kinds: Vec<_> = block_on(ledger.entries(..))
        .unwrap()
        .iter()
        .map(|entry| entry.header().aead)
        .collect();
    assert_eq!(kinds, [Aead::Clear, Aead::Aes256GcmSiv]);
}
