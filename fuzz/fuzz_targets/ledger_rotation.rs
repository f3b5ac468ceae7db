//! Hand-overs of a signing key, as an entry's payload and as a note: whatever is changed, only what both keys signed is followed.
#![no_main]

use std::path::PathBuf;
use std::sync::{Arc, LazyLock};

use libfuzzer_sys::fuzz_target;
use pollster::block_on;
use vcto::ErrorKind;
use vcto::ledger::{
    Draft, EntryType, Ledger, LedgerOptions, LocalKeyFile, SplitView, Storage, VerifierKey, VerifyOptions, verify_bundle,
};
use vcto::time::{Entropy, ManualClock};

/// So that the log is the same in every run, and its payloads can be seeds.
#[derive(Debug)]
struct Sevens;

impl Entropy for Sevens {
    fn fill(&self, bytes: &mut [u8]) -> vcto::Result<()> {
        bytes.fill(7);
        Ok(())
    }
}

struct Rotated {
    bundle: PathBuf,
    /// The file of the payload, its content, and the note in it.
    path: PathBuf,
    payload: Vec<u8>,
    note: String,
    key: VerifierKey,
    /// Signed by the key before and by the key after, in one history.
    before: (String, [u8; 32]),
    after: String,
}

static ROTATED: LazyLock<Rotated> = LazyLock::new(|| {
    let bundle = std::env::temp_dir().join(format!("vcto-fuzz-rotation-{}", std::process::id()));
    let keys = Arc::new(LocalKeyFile::in_memory(&Sevens).expect("entropy"));
    let clock = Arc::new(ManualClock::new("2026-11-22T08:00:00Z".parse().expect("a time")));
    let options = LedgerOptions::new(keys.clone(), keys.clone(), clock, Arc::new(Sevens));
    let storage = Storage::memory();
    block_on(async {
        let ledger = Ledger::create(&storage, "example.org/halden", "eu", options.clone()).await.expect("created");
        let key = ledger.verifier_key().clone();
        let before = ledger.checkpoint().await.expect("signed");
        drop(ledger);
        let next = Arc::new(keys.generation(1));
        let ledger = Ledger::rotate_signer(&storage, options, next).await.expect("rotated");
        ledger.append(Draft::octets(EntryType(0x8000), vec![1; 40])).await.expect("appended");
        let after = ledger.export(&bundle).await.expect("exported");
        let entries = ledger.entries(..).await.expect("read");
        let rotation = entries.iter().find(|entry| entry.entry_type() == EntryType::KEY_ROTATED).expect("the hand-over");
        let digest: String = rotation.header().ciphertext_digest.iter().map(|byte| format!("{byte:02x}")).collect();
        let payload = rotation.payload().to_vec();
        // What stands between the quotes of `handover`, which needs no escape but that of its line ends.
        let text = String::from_utf8(payload.clone()).expect("JSON");
        let note = text.split("\"handover\":\"").nth(1).and_then(|rest| rest.strip_suffix("\"}")).expect("the note");
        Rotated {
            path: bundle.join("payload").join(&digest[..2]).join(&digest),
            payload,
            note: note.replace("\\n", "\n"),
            key,
            before: (before.note().to_owned(), *before.root()),
            after: after.note().to_owned(),
            bundle,
        }
    })
});

fn changed(original: &[u8], how: u8, rest: &[u8]) -> Vec<u8> {
    match how % 3 {
        0 => rest.to_vec(),
        // Places and values.
        1 => {
            let mut changed = original.to_vec();
            let (edits, _) = rest.as_chunks::<3>();
            for [high, low, value] in edits {
                let place = usize::from(u16::from_be_bytes([*high, *low])) % changed.len();
                changed[place] ^= value;
            }
            changed
        }
        _ => [original, rest].concat(),
    }
}

fn text_of(note: &str) -> Option<&str> {
    note.rsplit_once("\n\n").map(|(text, _)| text)
}

fuzz_target!(|bytes: &[u8]| {
    let rotated = &*ROTATED;
    let Some(([what, how], rest)) = bytes.split_first_chunk::<2>() else { return };
    if what % 2 == 0 {
        let payload = changed(&rotated.payload, *how, rest);
        std::fs::write(&rotated.path, &payload).expect("written");
        let options = VerifyOptions::default().key(rotated.key.clone());
        let whole = verify_bundle(&rotated.bundle, &options);
        let headers = verify_bundle(&rotated.bundle, &options.headers_only());
        std::fs::write(&rotated.path, &rotated.payload).expect("restored");
        let is_same = payload == rotated.payload;
        assert_eq!(whole.is_ok_and(|verdicts| verdicts.has_no_failure()), is_same);
        // Another form of the same hand-over is one for who leaves the payloads unread.
        assert!(!is_same || headers.is_ok_and(|verdicts| verdicts.has_no_failure()));
        return;
    }
    let Ok(note) = String::from_utf8(changed(rotated.note.as_bytes(), *how, rest)) else { return };
    let (before, root) = &rotated.before;
    let notes = [note];
    let split = SplitView::of_sizes(rotated.key.clone(), &notes, before, &rotated.after, *root, Vec::new());
    let kind = split.expect_err("one history is no evidence").kind();
    // So far it comes where the hand-over is followed and both checkpoints are believed.
    let is_followed = kind == ErrorKind::InvalidInput;
    assert!(!is_followed || text_of(&notes[0]) == text_of(&rotated.note));
    assert!(is_followed || notes[0] != rotated.note);
});
