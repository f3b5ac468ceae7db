//! Armoured signatures: what is read is written back to a text that reads alike, and only the text that the key signed passes.
#![no_main]

use libfuzzer_sys::fuzz_target;
use vcto::gate::sshsig::{self, MemoryKey, Signature};

const NAMESPACE: &str = "vcto-approval-v1";
const TEXT: &[u8] = b"text\n";

fuzz_target!(|bytes: &[u8]| {
    let Ok(armoured) = std::str::from_utf8(bytes) else { return };
    if let Ok(signature) = Signature::parse(armoured) {
        let written = signature.to_armour();
        assert_eq!(Signature::parse(&written).expect("what was written reads back"), signature);
        // The key is public: an input that passes must be this very signature.
        let key = MemoryKey::from_seed(&[7; 32]);
        if sshsig::verify(armoured, NAMESPACE, TEXT).is_ok_and(|signer| signer == key.public_key()) {
            assert_eq!(written, key.sign(NAMESPACE, TEXT).expect("a sound namespace"));
        }
    }
    if let Ok(key) = armoured.parse::<sshsig::PublicKey>() {
        assert_eq!(key.to_string().parse::<sshsig::PublicKey>().expect("reads back"), key);
    }
});
