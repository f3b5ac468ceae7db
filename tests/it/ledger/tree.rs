//! The tree and its proofs against independent oracles: published vectors, the definition, and `ct-merkle`.

use ct_merkle::mem_backed_tree::MemoryBackedTree;
use ct_merkle::{ConsistencyProof as CtConsistency, InclusionProof as CtInclusion};
use pollster::block_on;
use sha2::Sha256;
use vcto::ledger::{
    Checkpoint, EntryProof, Hash, Storage, Tree, empty_root, leaf_hash, node_hash, verify_consistency,
    verify_inclusion,
};

use super::{Bench, append};

fn hex(text: &str) -> Vec<u8> {
    (0..text.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap())
        .collect()
}

/// RFC 6962, 2.1, by its words.
fn mth(leaves: &[Hash]) -> Hash {
    match leaves {
        [] => empty_root(),
        [leaf] => *leaf,
        _ => {
            let split = leaves.len().next_power_of_two() / 2;
            node_hash(&mth(&leaves[..split]), &mth(&leaves[split..]))
        }
    }
}

/// The test tree of Google's certificate-transparency code, `merkletree/merkle_tree_test.cc`.
#[test]
fn roots_are_those_of_the_published_certificate_transparency_vectors() {
    let vectors = [
        (
            "",
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        ),
        (
            "00",
            "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        ),
        (
            "10",
            "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        ),
        (
            "2021",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        ),
        (
            "3031",
            "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        ),
        (
            "40414243",
            "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        ),
        (
            "5051525354555657",
            "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        ),
        (
            "606162636465666768696a6b6c6d6e6f",
            "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
        ),
    ];
    let mut tree = Tree::default();
    assert_eq!(
        tree.root().to_vec(),
        hex("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
    );
    for (leaf, root) in vectors {
        tree.push(leaf_hash(&hex(leaf)));
        assert_eq!(tree.root().to_vec(), hex(root), "after {leaf}");
    }
}

#[test]
fn every_root_up_to_4096_leaves_is_that_of_ct_merkle() {
    let mut ours = Tree::default();
    let mut theirs = MemoryBackedTree::<Sha256, [u8; 4]>::new();
    for n in 0u32..4_096 {
        ours.push(leaf_hash(&n.to_be_bytes()));
        theirs.push(n.to_be_bytes());
        assert_eq!(ours.root()[..], theirs.root().as_bytes()[..], "size {}", n + 1);
        assert_eq!(ours.size(), u64::from(n) + 1);
    }
}

#[test]
fn every_consistency_proof_up_to_257_is_that_of_ct_merkle_and_proves_nothing_else() {
    let bench = Bench::new(Storage::memory());
    let ledger = bench.create();
    append(&ledger, 256);
    let leaves: Vec<_> = block_on(ledger.entries(..))
        .unwrap()
        .iter()
        .map(vcto::ledger::Entry::header_bytes)
        .collect();
    let hashes: Vec<Hash> = leaves.iter().map(|leaf| leaf_hash(leaf)).collect();
    for new in 1..=257usize {
        let mut theirs = MemoryBackedTree::<Sha256, Vec<u8>>::new();
        leaves[..new].iter().for_each(|leaf| theirs.push(leaf.to_vec()));
        let root = mth(&hashes[..new]);
        for old in 1..=new {
            let proof = block_on(ledger.prove_consistency(old as u64, new as u64)).unwrap();
            let expected: CtConsistency<Sha256> = theirs.prove_consistency(new - old);
            assert_eq!(proof.hashes.as_flattened(), expected.as_bytes(), "{old} -> {new}");
            let old_root = mth(&hashes[..old]);
            proof.verify(&old_root, &root).unwrap();
            if old < new {
                assert!(proof.verify(&root, &old_root).is_err());
                let (old, new) = (old as u64, new as u64);
                assert!(verify_consistency(old + 1, new, &proof.hashes, &old_root, &root).is_err());
                let longer = [&proof.hashes[..], &[root]].concat();
                assert!(verify_consistency(old, new, &longer, &old_root, &root).is_err());
                if let Some((_, shorter)) = proof.hashes.split_last() {
                    assert!(verify_consistency(old, new, shorter, &old_root, &root).is_err());
                }
            }
        }
    }
}

#[test]
fn every_inclusion_proof_up_to_256_leaves_is_that_of_ct_merkle_and_proves_nothing_else() {
    let ledger = Bench::new(Storage::memory()).create();
    let mut theirs = MemoryBackedTree::<Sha256, Vec<u8>>::new();
    let mut leaves = Vec::new();
    for size in 1..=256u64 {
        if size > 1 {
            append(&ledger, 1);
        }
        let entry = block_on(ledger.entries(size - 1..)).unwrap().remove(0);
        leaves.push(entry.leaf_hash());
        theirs.push(entry.header_bytes().to_vec());
        let root: Hash = theirs.root().as_bytes()[..].try_into().unwrap();
        for (index, leaf) in (0u64..).zip(&leaves) {
            let proof = block_on(ledger.prove_inclusion(index)).unwrap();
            let expected: CtInclusion<Sha256> = theirs.prove_inclusion(usize::try_from(index).unwrap());
            let place = format!("{index} of {size}");
            assert_eq!(proof.hashes().as_flattened(), expected.as_bytes(), "{place}");
            let holds = |index| verify_inclusion(leaf, index, size, proof.hashes(), &root).is_ok();
            assert!(holds(index) && !holds(index ^ 1) && !holds(index + 1), "{place}");
        }
    }
}

#[test]
fn every_inclusion_proof_is_that_of_ct_merkle_over_full_and_partial_tiles() {
    for count in [1u32, 2, 7, 255, 256, 300, 700] {
        let bench = Bench::new(Storage::memory());
        let ledger = bench.create();
        append(&ledger, count - 1);
        let mut theirs = MemoryBackedTree::<Sha256, Vec<u8>>::new();
        for entry in block_on(ledger.entries(..)).unwrap() {
            theirs.push(entry.header_bytes().to_vec());
        }
        let step = if count > 300 { 23 } else { 5 };
        for index in (0..u64::from(count)).step_by(step).chain([u64::from(count) - 1]) {
            let proof = block_on(ledger.prove_inclusion(index)).unwrap();
            let expected: CtInclusion<Sha256> = theirs.prove_inclusion(usize::try_from(index).unwrap());
            assert_eq!(
                proof.hashes().as_flattened(),
                expected.as_bytes(),
                "{index} of {count}"
            );
            let text = proof.to_text();
            assert_eq!(EntryProof::parse(text.as_bytes()).unwrap(), proof);
            let (header, checkpoint) = proof.verify(ledger.verifier_key()).unwrap();
            assert_eq!((header.seq, checkpoint.size()), (index, u64::from(count)));
            assert_eq!(checkpoint.root()[..], theirs.root().as_bytes()[..]);
        }
    }
}

#[test]
fn malformed_inclusion_proofs_are_refused_at_every_edge() {
    let leaves: Vec<Hash> = (0u8..9).map(|n| leaf_hash(&[n])).collect();
    for size in 1..=9u64 {
        let root = mth(&leaves[..usize::try_from(size).unwrap()]);
        for index in [0, size - 1, size, size + 1, u64::MAX] {
            for length in [0usize, 1, 2, 3, 4, 5, 64, 65] {
                let proof = vec![[0; 32]; length];
                let leaf = leaves[0];
                let verdict = verify_inclusion(&leaf, index, size, &proof, &root);
                assert_eq!(verdict.is_ok(), size == 1 && index == 0 && length == 0);
            }
        }
    }
    for (old, new) in [
        (0, 0),
        (0, 5),
        (5, 5),
        (6, 5),
        (u64::MAX, u64::MAX),
        (1, u64::MAX),
        (u64::MAX, 1),
    ] {
        let verdict = verify_consistency(old, new, &[[7; 32]; 3], &[1; 32], &[1; 32]);
        assert!(verdict.is_err(), "{old} -> {new}");
    }
    assert!(verify_consistency(0, 3, &[], &empty_root(), &[9; 32]).is_ok());
    assert!(verify_consistency(0, 3, &[], &[9; 32], &[9; 32]).is_err());
}

#[test]
fn a_proof_with_one_changed_byte_proves_nothing() {
    let bench = Bench::new(Storage::memory());
    let ledger = bench.create();
    append(&ledger, 20);
    let text = block_on(ledger.prove_inclusion(5)).unwrap().to_text();
    for at in 0..text.len() {
        let mut bytes = text.clone().into_bytes();
        bytes[at] ^= 1;
        let verdict = EntryProof::parse(&bytes).and_then(|proof| proof.verify(ledger.verifier_key()));
        assert!(verdict.is_err(), "byte {at}");
    }
}

#[test]
fn a_checkpoint_verifies_under_its_own_log_only() {
    let bench = Bench::new(Storage::memory());
    let ledger = bench.create();
    append(&ledger, 3);
    let checkpoint = block_on(ledger.checkpoint()).unwrap();
    assert_eq!(
        (checkpoint.size(), checkpoint.origin()),
        (4, "example.org/halden")
    );
    assert_eq!(
        Checkpoint::verify(checkpoint.note().as_bytes(), ledger.verifier_key()).unwrap(),
        checkpoint
    );
    let other = Bench::new(Storage::memory()).create();
    assert!(Checkpoint::verify(checkpoint.note().as_bytes(), other.verifier_key()).is_err());
}
