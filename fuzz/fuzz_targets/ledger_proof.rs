//! Proofs: texts read and written alike, and none that proves what is not so.
#![no_main]

use libfuzzer_sys::fuzz_target;
use vcto::ledger::{EntryProof, VerifierKey, verify_consistency, verify_inclusion};

fuzz_target!(|bytes: &[u8]| {
    if let Ok(proof) = EntryProof::parse(bytes) {
        let text = proof.to_text();
        assert_eq!(EntryProof::parse(text.as_bytes()).expect("what was written reads back"), proof);
        let key = VerifierKey::new("example.org/halden", [3; 32]).expect("a sound name");
        assert!(proof.verify(&key).is_err(), "nobody has the private key");
    }
    if let Some((head, rest)) = bytes.split_first_chunk::<16>() {
        let (old, new) = head.split_at(8);
        let number = |half: &[u8]| u64::from_be_bytes(half.try_into().expect("eight bytes"));
        let (hashes, _) = rest.as_chunks::<32>();
        let hashes: Vec<[u8; 32]> = hashes.to_vec();
        let (old, new) = (number(old), number(new));
        // No input can hit the root of a tree that has no such leaf.
        assert!(verify_inclusion(&[1; 32], old, new, &hashes, &[2; 32]).is_err());
        if old != 0 {
            assert!(verify_consistency(old, new, &hashes, &[1; 32], &[2; 32]).is_err());
        }
    }
});
