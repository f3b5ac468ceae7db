//! The snapshot file of a topology: it reads back, and nothing in it is believed.

use proptest::prelude::*;
use vcto::estate::Topology;
use vcto::{ErrorKind, Estate, Inventory};

use super::arbitrary::inventories;

const GOLDEN: &[u8] = include_bytes!("golden_topology.bin");
/// Bytes before the sections.
const HEADER: usize = 105;

fn golden() -> Estate {
    Inventory::from_json(include_bytes!("golden_topology.json"))
        .and_then(Estate::new)
        .unwrap()
}

fn written(topology: &Topology) -> Vec<u8> {
    let mut bytes = Vec::new();
    topology.to_snapshot(&mut bytes).unwrap();
    bytes
}

/// The bytes with the digest that belongs to them, by the crate of BLAKE3 itself.
fn sealed(mut body: Vec<u8>) -> Vec<u8> {
    let digest = blake3::Hasher::new_derive_key("vcto topology v1")
        .update(&body)
        .finalize();
    body.extend_from_slice(digest.as_bytes());
    body
}

fn body() -> Vec<u8> {
    GOLDEN[..GOLDEN.len() - 32].to_vec()
}

/// Reads a body whose digest is right.
fn read(body: Vec<u8>) -> vcto::Result<Topology> {
    Topology::from_snapshot(&sealed(body))
}

#[test]
fn the_bytes_are_those_of_the_described_layout() {
    let golden = golden();
    // Made by golden_topology.py, which knows only docs/formats/topology.md.
    assert_eq!(written(golden.topology()), GOLDEN);
    let read = Topology::read_snapshot(GOLDEN).unwrap();
    assert_eq!(&read, golden.topology());
    assert_eq!(read.estate_digest(), Some(golden.digest()));
    assert_eq!(written(&read), GOLDEN);
}

#[test]
fn any_flipped_bit_and_any_cut_is_refused() {
    for at in 0..GOLDEN.len() {
        for bit in 0..8 {
            let mut bytes = GOLDEN.to_vec();
            bytes[at] ^= 1 << bit;
            let error = Topology::from_snapshot(&bytes).expect_err("a bit was flipped");
            let kinds: &[ErrorKind] = if at < 16 {
                &[ErrorKind::InvalidInput, ErrorKind::Unsupported]
            } else {
                &[ErrorKind::Corrupt]
            };
            assert!(kinds.contains(&error.kind()), "{at}: {error}");
            assert!(error.remedy_text().is_some(), "{error}");
        }
        assert!(Topology::from_snapshot(&GOLDEN[..at]).is_err());
    }
    assert!(Topology::from_snapshot(&[GOLDEN, &[0]].concat()).is_err());
}

#[test]
fn a_changed_byte_under_a_right_digest_is_refused_or_says_something_else() {
    let golden = golden();
    for at in 16..body().len() {
        for with in [0, 1, 2, 3, 5, 6, 0x7f, 0x80, 0xff] {
            let mut body = body();
            if body[at] == with {
                continue;
            }
            body[at] = with;
            match read(body.clone()) {
                // What is read is written back byte for byte: there is no second form.
                Ok(other) => {
                    assert_eq!(written(&other), sealed(body), "byte {at}");
                    let same_digest = other.estate_digest() == Some(golden.digest());
                    assert!(!same_digest || &other != golden.topology(), "byte {at}");
                }
                Err(error) => {
                    let kinds = [ErrorKind::Corrupt, ErrorKind::InvalidInput, ErrorKind::TooLarge];
                    assert!(kinds.contains(&error.kind()), "byte {at}: {error}");
                }
            }
        }
    }
}

#[test]
fn lengths_that_the_file_does_not_hold_take_no_memory() {
    // Each count of the header, beyond all memory.
    for at in (49..HEADER).step_by(4) {
        let mut body = body();
        body[at..at + 4].copy_from_slice(&u32::MAX.to_le_bytes());
        let error = read(body).expect_err("a length that is not there");
        // The number of classes is no length: it is told when they have been read.
        let kinds: &[ErrorKind] = if at == 61 {
            &[ErrorKind::InvalidInput]
        } else {
            &[ErrorKind::Corrupt, ErrorKind::TooLarge]
        };
        assert!(kinds.contains(&error.kind()), "{at}: {error}");
    }
    for end in [16, 17, 49, HEADER - 1, HEADER] {
        assert_eq!(
            read(body()[..end].to_vec()).unwrap_err().kind(),
            ErrorKind::Corrupt
        );
    }
}

#[test]
fn what_is_no_snapshot_or_another_version_is_told_apart() {
    for (bytes, kind) in [
        (&b""[..], ErrorKind::InvalidInput),
        (b"{\"format\": \"vcto.inventory/1\"}", ErrorKind::InvalidInput),
        (b"vcto.topology/2\n", ErrorKind::Unsupported),
        (b"vcto.topology/1\n", ErrorKind::Corrupt),
    ] {
        assert_eq!(Topology::from_snapshot(bytes).unwrap_err().kind(), kind);
    }
}

#[test]
fn an_edge_that_no_group_or_relation_explains_is_refused_with_its_section() {
    let golden = golden();
    let classes = 16 + 33 + 8 + 4 * 2;
    let number = |at: usize| u32::from_le_bytes(GOLDEN[at..at + 4].try_into().unwrap()) as usize;
    let (assets, class_bytes, edges, groups) = (
        number(57),
        number(classes),
        number(classes + 4),
        number(classes + 8),
    );
    let text = number(49);
    let bounds = HEADER + class_bytes + 2 * assets + text + 4 * assets;
    let ends = bounds + 4 * (3 * assets + 1);
    let kinds = ends + 4 * edges;
    let quorums = kinds + edges + 4 * groups;
    let place = |change: &dyn Fn(&mut Vec<u8>)| {
        let mut body = body();
        change(&mut body);
        let error = read(body).expect_err("it does not agree");
        assert_eq!(error.kind(), ErrorKind::InvalidInput, "{error}");
        error.place().unwrap().to_owned()
    };
    assert_eq!(golden.graph().link_count(), edges);
    assert_eq!(place(&|body| body[kinds..kinds + edges].fill(5)), "groups");
    assert_eq!(place(&|body| body[kinds] = 6), "kinds");
    assert_eq!(place(&|body| body[quorums] ^= 3), "groups");
    assert_eq!(place(&|body| body[ends] = 200), "ends");
    assert_eq!(place(&|body| body[bounds] = 1), "bounds");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn a_snapshot_reads_back(inventory in inventories()) {
        let estate = Estate::new(inventory);
        prop_assume!(estate.is_ok());
        let estate = estate.unwrap();
        let bytes = written(estate.topology());
        let again = Topology::from_snapshot(&bytes).unwrap();
        prop_assert_eq!(&again, estate.topology());
        prop_assert_eq!(again.estate_digest(), Some(estate.digest()));
        prop_assert_eq!(&written(&again), &bytes);
        // Streamed, it says the same but for the digest of the estate, which nobody computed.
        let streamed = written(&Topology::read(estate.to_ndjson().as_bytes()).unwrap());
        prop_assert_eq!(&streamed[HEADER..streamed.len() - 32], &bytes[HEADER..bytes.len() - 32]);
        prop_assert_eq!(Topology::from_snapshot(&streamed).unwrap().estate_digest(), None);
    }

    #[test]
    fn other_bytes_under_a_right_digest_are_refused_or_have_one_form(
        inventory in inventories(),
        changes in prop::collection::vec(any::<(prop::sample::Index, u8)>(), 1..4),
    ) {
        let estate = Estate::new(inventory);
        prop_assume!(estate.is_ok());
        let mut body = written(estate.unwrap().topology());
        body.truncate(body.len() - 32);
        for (at, with) in changes {
            let at = 16 + at.index(body.len() - 16);
            body[at] = with;
        }
        if let Ok(read) = read(body.clone()) {
            prop_assert_eq!(written(&read), sealed(body));
        }
    }
}
