//! Signed notes and checkpoints: any bytes, against the key of nobody in particular.
#![no_main]

use libfuzzer_sys::fuzz_target;
use vcto::ledger::{Checkpoint, SignedNote, VerifierKey};

fuzz_target!(|bytes: &[u8]| {
    let key = VerifierKey::new("example.org/halden", [3; 32]).expect("a sound name");
    if let Ok(note) = SignedNote::parse(bytes) {
        assert!(note.text().ends_with('\n'));
        assert!(note.verify(std::slice::from_ref(&key)).is_err(), "nobody has the private key");
        assert!(Checkpoint::verify(bytes, &key).is_err());
    }
    if let Ok(text) = std::str::from_utf8(bytes)
        && let Ok(key) = text.parse::<VerifierKey>()
    {
        assert_eq!(key.to_string(), text);
    }
});
