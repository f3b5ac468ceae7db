//! What comes from outside is read strictly and within bounds: headers, notes, keys, proofs, tile paths, files.

use std::fs::{self, OpenOptions};

use pollster::block_on;
use proptest::prelude::*;
use vcto::ErrorKind;
use vcto::ledger::{
    Checkpoint, EntryProof, HEADER_LEN, Header, MAX_SIGNATURES, SignedNote, Storage, TilePath, VerifierKey,
    VerifyOptions, verify_bundle,
};

use super::{Bench, append};

/// From the documentation of Go's `golang.org/x/mod/sumdb/note`.
const NEUMANN: &str = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
const NOTE: &str = "If you think cryptography is the answer to your problem,\n\
    then you don't know what your problem is.\n\n\
    \u{2014} PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";

#[test]
fn a_note_of_the_go_implementation_verifies() {
    let key: VerifierKey = NEUMANN.parse().unwrap();
    let note = SignedNote::parse(NOTE.as_bytes()).unwrap();
    note.verify(std::slice::from_ref(&key)).unwrap();
    assert!(note.text().ends_with("problem is.\n"));
    for at in 0..NOTE.len() {
        let mut bad = NOTE.as_bytes().to_vec();
        bad[at] ^= 1;
        let verdict = SignedNote::parse(&bad).and_then(|note| note.verify(std::slice::from_ref(&key)));
        assert!(verdict.is_err(), "byte {at}");
    }
}

#[test]
fn signatures_of_unknown_keys_are_passed_over_and_bad_ones_of_known_keys_are_not() {
    let key: VerifierKey = NEUMANN.parse().unwrap();
    let known = std::slice::from_ref(&key);
    let line = NOTE.rsplit_once("\n\n").unwrap().1;
    let unknown = "\u{2014} somebody.else AAAAAAAA\n";
    let verify = |note: &str| SignedNote::parse(note.as_bytes()).and_then(|note| note.verify(known));
    assert!(verify(&format!("{NOTE}{unknown}")).is_ok());
    assert_eq!(
        verify(&NOTE.replace(line, unknown)).unwrap_err().kind(),
        ErrorKind::Denied
    );
    // A good signature does not outweigh a bad one of the same key.
    let bad = line.replace("x08go/ZJ", "x08go/ZK");
    assert_eq!(
        verify(&format!("{NOTE}{bad}")).unwrap_err().kind(),
        ErrorKind::Denied
    );
    assert_eq!(
        verify(&NOTE.replace(line, &format!("{bad}{line}")))
            .unwrap_err()
            .kind(),
        ErrorKind::Denied
    );
}

#[test]
fn malformed_notes_are_refused() {
    let line = NOTE.rsplit_once("\n\n").unwrap().1;
    let text = "a\n";
    for (bad, why) in [
        (String::new(), "empty"),
        ("a\n".to_owned(), "no signature"),
        (format!("{text}{line}"), "no blank line"),
        (format!("{text}\n{}", line.trim_end()), "no final line end"),
        (format!("{text}\n{line}\n"), "an empty line after the signatures"),
        (format!("{text}\n{}", line.replace('\u{2014}', "-")), "no dash"),
        (
            format!("{text}\n{}", line.replace("PeterNeumann", "Peter+Neumann")),
            "plus in a name",
        ),
        (
            format!("{text}\n{}", line.replace("PeterNeumann", "Peter\u{a0}Neumann")),
            "space in a name",
        ),
        (format!("{text}\n\u{2014}  x08go/ZJ\n"), "empty name"),
        (format!("{text}\n\u{2014} a AAAA\n"), "short signature"),
        (format!("{text}\n\u{2014} a x08go_ZJ\n"), "url alphabet"),
        (format!("{text}\n\u{2014} a AAAAAAB=\n"), "bits after the end"),
        (format!("a\tb\n\n{line}"), "control character"),
        (format!("a\r\n\n{line}"), "carriage return"),
    ] {
        assert_eq!(
            SignedNote::parse(bad.as_bytes()).unwrap_err().kind(),
            ErrorKind::Corrupt,
            "{why}"
        );
    }
    assert_eq!(
        SignedNote::parse(b"\xff\n\n").unwrap_err().kind(),
        ErrorKind::Corrupt
    );
}

#[test]
fn a_note_of_any_size_is_refused_by_its_size() {
    let line = NOTE.rsplit_once("\n\n").unwrap().1;
    let million = format!("a\n\n{}", line.repeat(1_000_000));
    assert_eq!(
        SignedNote::parse(million.as_bytes()).unwrap_err().kind(),
        ErrorKind::TooLarge
    );
    let more = format!("a\n\n{}", line.repeat(MAX_SIGNATURES + 1));
    assert_eq!(
        SignedNote::parse(more.as_bytes()).unwrap_err().kind(),
        ErrorKind::TooLarge
    );
    let most = format!("a\n\n{}", line.repeat(MAX_SIGNATURES));
    assert!(SignedNote::parse(most.as_bytes()).is_ok());
}

#[test]
fn only_the_one_form_of_a_verifier_key_is_read() {
    for bad in [
        "",
        "PeterNeumann",
        "PeterNeumann+c74f20a3",
        "PeterNeumann+c74f20a4+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        "PeterNeumann+C74F20A3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        "Peter+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        "PeterNeumann+c74f20a3+Ahpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10T",
        "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW\n",
        " PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
    ] {
        assert_eq!(
            bad.parse::<VerifierKey>().unwrap_err().kind(),
            ErrorKind::InvalidInput,
            "{bad}"
        );
    }
    // The identity point: a key under which anything verifies.
    let mut weak = [0; 32];
    weak[0] = 1;
    assert!(VerifierKey::new("weak", weak).is_err());
}

/// Sparse files: none of them is read to its end.
#[test]
fn a_file_of_a_gibibyte_is_refused_without_reading_it() {
    let dir = tempfile::tempdir().unwrap();
    let bench = Bench::sqlite(dir.path());
    let ledger = bench.create();
    append(&ledger, 3);
    let bundle = dir.path().join("bundle");
    block_on(ledger.export(&bundle)).unwrap();
    let payload = fs::read_dir(bundle.join("payload"))
        .unwrap()
        .next()
        .unwrap()
        .unwrap()
        .path();
    let payload = fs::read_dir(payload).unwrap().next().unwrap().unwrap().path();
    let inflate = |path: &std::path::Path| {
        OpenOptions::new()
            .write(true)
            .open(path)
            .unwrap()
            .set_len(1 << 30)
            .unwrap();
    };
    for file in [
        "keys.json",
        "log.vkey",
        "manifest",
        "tile/0/000.p/4",
        "tile/entries/000.p/4",
        "checkpoint",
    ] {
        let path = bundle.join(file);
        let good = fs::read(&path).unwrap();
        inflate(&path);
        match verify_bundle(&bundle, &VerifyOptions::default()) {
            Ok(report) => assert!(!report.has_no_failure(), "{file}"),
            Err(error) => assert_eq!(error.kind(), ErrorKind::TooLarge, "{file}"),
        }
        fs::write(&path, good).unwrap();
    }
    inflate(&payload);
    assert!(
        !verify_bundle(&bundle, &VerifyOptions::default())
            .unwrap()
            .has_no_failure()
    );
    drop(ledger);
    inflate(&dir.path().join("log/high-water"));
    assert_eq!(bench.open().unwrap_err().kind(), ErrorKind::TooLarge);
}

#[test]
fn a_checkpoint_that_states_an_immense_log_is_no_bundle_of_it() {
    let dir = tempfile::tempdir().unwrap();
    let root = "9Es5DfD4WZM9tAlDE8chmFu3SJ8+QnJnbVtJ23AssOo=";
    for size in ["0", "1", "9223372036854775807", "18446744073709551615"] {
        let note = format!("example.org/x\n{size}\n{root}\n\n\u{2014} example.org/x AAAAAAAA\n");
        fs::write(dir.path().join("checkpoint"), note).unwrap();
        let report = verify_bundle(dir.path(), &VerifyOptions::default()).unwrap();
        assert!(
            !report.has_no_failure() && report.first_bad_index == Some(0),
            "{size}: {report:?}"
        );
    }
    for size in ["", "-1", "01", "+1", "1.0", "18446744073709551616", "1 "] {
        let note = format!("example.org/x\n{size}\n{root}\n\n\u{2014} example.org/x AAAAAAAA\n");
        fs::write(dir.path().join("checkpoint"), note).unwrap();
        let error = verify_bundle(dir.path(), &VerifyOptions::default()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Corrupt, "{size}");
    }
    fs::remove_file(dir.path().join("checkpoint")).unwrap();
    assert_eq!(
        verify_bundle(dir.path(), &VerifyOptions::default())
            .unwrap_err()
            .kind(),
        ErrorKind::NotFound
    );
}

#[test]
fn an_origin_that_does_not_fit_into_a_key_name_is_refused() {
    let bench = Bench::new(Storage::memory());
    let long = "x".repeat(256);
    for (origin, region) in [
        ("", "eu"),
        ("a b", "eu"),
        ("a+b", "eu"),
        ("a\nb", "eu"),
        (long.as_str(), "eu"),
        ("a", "e u"),
        ("a", long.as_str()),
    ] {
        let created = block_on(vcto::ledger::Ledger::create(
            &bench.storage,
            origin,
            region,
            bench.options(),
        ));
        assert_eq!(
            created.unwrap_err().kind(),
            ErrorKind::InvalidInput,
            "{origin} {region}"
        );
    }
}

proptest! {
    #[test]
    fn no_bytes_make_a_parser_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        let _ = Header::parse(&bytes);
        let _ = SignedNote::parse(&bytes);
        let _ = EntryProof::parse(&bytes);
        let _ = Checkpoint::verify(&bytes, &NEUMANN.parse().unwrap());
        if let Ok(text) = std::str::from_utf8(&bytes) {
            let _ = text.parse::<VerifierKey>();
            let _ = text.parse::<TilePath>();
        }
    }

    #[test]
    fn what_a_parser_reads_it_writes_back(
        bytes in proptest::collection::vec(any::<u8>(), HEADER_LEN),
        path in "tile/([0-9]{1,2}|entries)/(x[0-9]{3}/){0,7}[0-9]{3}(\\.p/[0-9]{1,3})?",
    ) {
        let mut bytes = bytes;
        // Near a header, so that some are one.
        bytes[0] = 1;
        bytes[3..5].fill(0);
        bytes[21] &= 0x7f;
        bytes[33..35].fill(0);
        bytes[41] &= 1;
        bytes[42] = 1;
        if let Ok(header) = Header::parse(&bytes) {
            prop_assert_eq!(header.to_bytes().to_vec(), bytes);
        }
        if let Ok(parsed) = path.parse::<TilePath>() {
            prop_assert_eq!(parsed.to_string(), path);
        }
    }

    #[test]
    fn near_notes_and_proofs_do_not_panic(
        lines in proptest::collection::vec("(\u{2014} [a-z+ ]{0,6} [A-Za-z0-9+/=]{0,12}|c2sp.org/tlog-proof@v1|extra [A-Za-z0-9+/=]{0,8}|index [0-9]{0,22}|[0-9]{0,22}|)", 0..12),
    ) {
        let text = lines.join("\n");
        let _ = SignedNote::parse(text.as_bytes());
        let _ = EntryProof::parse(text.as_bytes());
    }
}
