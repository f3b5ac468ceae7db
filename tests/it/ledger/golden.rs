//! The frozen formats: bytes that an independent program (`tests/vectors/ledger.py`) computes too.

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

use pollster::block_on;
use vcto::ledger::{
    Draft, EntryType, Ledger, LedgerOptions, LocalKeyFile, SplitView, Storage, VerifyOptions, verify_bundle,
};
use vcto::time::{Entropy, ManualClock};

/// Draw n is a row of bytes n.
#[derive(Debug, Default)]
struct Counting(AtomicU8);

impl Entropy for Counting {
    fn fill(&self, bytes: &mut [u8]) -> vcto::Result<()> {
        bytes.fill(self.0.fetch_add(1, Ordering::SeqCst) + 1);
        Ok(())
    }
}

const VKEY: &str = "example.org/halden+7af844bd+ASrGf50l+Fwd3mW7lbwDzGD57jTNZ4jqM5/zO3GmlN1I";
const GENESIS: &str = r#"{"format":"vcto.log/1","log_id":"02020202020202020202020202020202","origin":"example.org/halden","region":"eu","tree":"rfc6962-sha256","vkey":"example.org/halden+7af844bd+ASrGf50l+Fwd3mW7lbwDzGD57jTNZ4jqM5/zO3GmlN1I","epoch_commitment":"XmXLHvMHMZYVxHaXW9M50kFg5dUScDciW3Cri6cK5oI="}"#;
const HEADER_0: &str = concat!(
    "010001000002020202020202020202020202020202000000000000000000000000000660d8dd2a4000010000",
    "00011bc23db84c4981ccf66cde09cebc87c89104d402415e06130771c9c2bba8b06710000000000000000000",
    "000000000000000000000000000000000000000000000000000000000000000000000000000000",
);
const HEADER_1: &str = concat!(
    "017f00000002020202020202020202020202020202000000000000000100000000000660d8dd2a4000010100",
    "000017da93347a66b9e5627bca38eff36305291500fe4668a7a1020d6daf4f1503e6505505841218955280ab",
    "581fe6073e6c258b1f2ec1a72275fdfa2f0dfd80f7992b0c75638d06dc77b08e05f57acc597913",
);
const CIPHERTEXT_1: &str = "808178ff978a8073dbc69e7cdfa28ab5020bf847c2a161";
const LEAF_0: &str = "b7a73aa91b1d8706ae088c49f4d63c2e1de544e58796ee17912673755b732bfb";
const LEAF_1: &str = "ff8aaaf1bcfbfa57df289719876bfe8cd4729b7ed95ea8cffe7a95cd6400ec3a";
const CHECKPOINT: &str = "example.org/halden\n2\nKRdR+YMJwN544i2lf8IZxCsFIqom9fLUKW5cp9vr0vc=\n\n\u{2014} example.org/halden evhEva6ThRJ/nE9nqq1LdJJf5so8lKCn6Uq9HGbjvESeMxT0o20hRZYMxZLFmZ76FHOuL2w1h23grY2MM2nKgr8K/go=\n";
const WRAPPED_BLINDING: &str = "qe4Z0KhVdDkzCTR6r4voUjsBqYDfQmHpQCbm5rRfkH/HldnxP5ZpgZHZkXnkm59/";
const WRAPPED_EPOCH_0: &str = "nGvFHHCliyvYL2FQWIBeHwYgX/DiLEM/mIlR1ZY+28w25NVqn1KL9AD3YZmt/cnZ";
const LATER_VKEY: &str = "example.org/halden+ea36f824+AdldX9gIXq/T+mDWTX0uJZolKUN7qTSVW2Z2uneEJ4+p";
const ROTATION: &str = "{\"vkey\":\"example.org/halden+ea36f824+AdldX9gIXq/T+mDWTX0uJZolKUN7qTSVW2Z2uneEJ4+p\",\"handover\":\"vcto.rotation/1\\nexample.org/halden\\n2\\nKRdR+YMJwN544i2lf8IZxCsFIqom9fLUKW5cp9vr0vc=\\nexample.org/halden+ea36f824+AdldX9gIXq/T+mDWTX0uJZolKUN7qTSVW2Z2uneEJ4+p\\n\\n— example.org/halden evhEvUPrIq/J53SK6cLZOL+8b8e+nShNhWMYDTThq6vX6SdDWttfLuy9e0Pr3BSMLZySl0eqXUA3k7WKHWNqNBjVQws=\\n— example.org/halden 6jb4JIs/XA+3vjwa5e3U0uwPyTjKIVyS+mX7RSEEvFM/beoY0AVKxcEEiVb8PCIdhn/y1XWgjBnYViMFmdVNqWKbHwY=\\n\"}";
const HEADER_2: &str = "010004000002020202020202020202020202020202000000000000000200000000000660d8dd2a40000100000001ed06f2f084b4abc77a0b3e456569d7d163b472cb10343fecc1e4f8e6a981a1dd2b0000000000000000000000000000000000000000000000000000000000000000012dc7c32c9015f7f437609eec99eae9";
const ROTATED_CHECKPOINT: &str = "example.org/halden\n3\nlfGX+0YX9BGGGsGuiIGMGwE+yzzzkOImrXrhHY4yCvk=\n\n— example.org/halden 6jb4JAHXQDtKpsxHxB2WmCyg6/5juMOcR87vbvEUYPhxFumjKkICFclegPmYBzk58qOpbjCqNsnpM5ZKP2fL2pqvUQM=\n";
const SPLIT_VIEW: &str = "{\n  \"format\": \"vcto.split-view/2\",\n  \"vkey\": \"example.org/halden+7af844bd+ASrGf50l+Fwd3mW7lbwDzGD57jTNZ4jqM5/zO3GmlN1I\",\n  \"handovers\": [\n    \"vcto.rotation/1\\nexample.org/halden\\n2\\nKRdR+YMJwN544i2lf8IZxCsFIqom9fLUKW5cp9vr0vc=\\nexample.org/halden+ea36f824+AdldX9gIXq/T+mDWTX0uJZolKUN7qTSVW2Z2uneEJ4+p\\n\\n— example.org/halden evhEvUPrIq/J53SK6cLZOL+8b8e+nShNhWMYDTThq6vX6SdDWttfLuy9e0Pr3BSMLZySl0eqXUA3k7WKHWNqNBjVQws=\\n— example.org/halden 6jb4JIs/XA+3vjwa5e3U0uwPyTjKIVyS+mX7RSEEvFM/beoY0AVKxcEEiVb8PCIdhn/y1XWgjBnYViMFmdVNqWKbHwY=\\n\"\n  ],\n  \"notes\": [\n    \"example.org/halden\\n1\\nBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQU=\\n\\n— example.org/halden evhEvWAF0cqCjCCgE5/Hn2n8Yz8qZDXkExWz9h0O/6htCqVfsLAS/FtS4A6vZN5Cm/nA2M9pyAk6z4P33YRnLZpcsQY=\\n\",\n    \"example.org/halden\\n3\\nlfGX+0YX9BGGGsGuiIGMGwE+yzzzkOImrXrhHY4yCvk=\\n\\n— example.org/halden 6jb4JAHXQDtKpsxHxB2WmCyg6/5juMOcR87vbvEUYPhxFumjKkICFclegPmYBzk58qOpbjCqNsnpM5ZKP2fL2pqvUQM=\\n\"\n  ],\n  \"root\": \"t6c6qRsdhwauCIxJ9NY8Lh3lROWHlu4XkSZzdVtzK/s=\",\n  \"consistency\": [\n    \"/4qq8bz7+lffKJcZh2v+jNRym37ZXqjP/nqVzWQA7Do=\",\n    \"hqFDZGc424w14DTcdUdvBsErpSdHh7yg+foBjNwYI30=\"\n  ]\n}\n";

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn read(dir: &Path, name: &str) -> Vec<u8> {
    fs::read(dir.join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

#[test]
fn the_bytes_of_a_log_are_those_that_an_independent_program_computes() {
    let entropy = Arc::new(Counting::default());
    let keys = Arc::new(LocalKeyFile::in_memory(&*entropy).unwrap());
    let clock = Arc::new(ManualClock::new("2026-11-22T08:00:00Z".parse().unwrap()));
    let file = Arc::clone(&keys);
    let options = LedgerOptions::new(keys.clone(), keys, clock, entropy);
    let storage = Storage::memory();
    let ledger = block_on(Ledger::create(
        &storage,
        "example.org/halden",
        "eu",
        options.clone(),
    ))
    .unwrap();
    let draft = Draft::new(EntryType(0x7f00), br#"{"n":1}"#.to_vec()).idempotent("order-1");
    block_on(ledger.append(draft)).unwrap();
    let dir = tempfile::tempdir().unwrap();
    let bundle = dir.path().join("bundle");
    let checkpoint = block_on(ledger.export(&bundle)).unwrap();

    assert_eq!(checkpoint.note(), CHECKPOINT);
    assert_eq!(read(&bundle, "checkpoint"), CHECKPOINT.as_bytes());
    assert_eq!(read(&bundle, "log.vkey"), format!("{VKEY}\n").as_bytes());
    let entries = format!("007f{HEADER_0}007f{HEADER_1}");
    assert_eq!(hex(&read(&bundle, "tile/entries/000.p/2")), entries);
    assert_eq!(hex(&read(&bundle, "tile/0/000.p/2")), format!("{LEAF_0}{LEAF_1}"));
    // Bytes 47 to 79 of a header are the digest under which the payload lies.
    for (header, payload) in [
        (HEADER_0, GENESIS.as_bytes().to_vec()),
        (HEADER_1, unhex(CIPHERTEXT_1)),
    ] {
        let digest = &header[2 * 47..2 * 79];
        assert_eq!(
            read(&bundle, &format!("payload/{}/{digest}", &digest[..2])),
            payload
        );
    }
    let keys: serde_json::Value = serde_json::from_slice(&read(&bundle, "keys.json")).unwrap();
    assert_eq!(keys["format"], "vcto.keys/1");
    assert_eq!(
        (&keys["keys"][0]["purpose"], &keys["keys"][0]["epoch"]),
        (&"epoch".into(), &0.into())
    );
    assert_eq!(keys["keys"][0]["wrapped"], WRAPPED_EPOCH_0);
    assert_eq!(keys["keys"][1]["purpose"], "blinding");
    assert_eq!(keys["keys"][1]["wrapped"], WRAPPED_BLINDING);
    let report = verify_bundle(&bundle, &VerifyOptions::default().key(VKEY.parse().unwrap())).unwrap();
    assert!(report.has_no_failure(), "{report:?}");
    drop(ledger);

    let next = Arc::new(file.generation(1));
    let rotated = block_on(Ledger::rotate_signer(&storage, options, next)).unwrap();
    assert_eq!(rotated.verifier_key().to_string(), LATER_VKEY);
    let entry = &block_on(rotated.entries(2..)).unwrap()[0];
    assert_eq!(std::str::from_utf8(entry.payload()).unwrap(), ROTATION);
    assert_eq!(hex(&entry.header_bytes()), HEADER_2);
    assert_eq!(block_on(rotated.checkpoint()).unwrap().note(), ROTATED_CHECKPOINT);

    let split = SplitView::parse(SPLIT_VIEW.as_bytes()).unwrap();
    assert_eq!(split.to_json().unwrap(), SPLIT_VIEW);
    assert_eq!(split.key().to_string(), VKEY);
    let (first, second) = split.checkpoints();
    assert_eq!((first.size(), second.note()), (1, ROTATED_CHECKPOINT));
}

fn unhex(text: &str) -> Vec<u8> {
    (0..text.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap())
        .collect()
}
