//! `allowed_signers`: the export reads back to the same register.
#![no_main]

use libfuzzer_sys::fuzz_target;
use vcto::gate::allowed_signers::AllowedSigners;

fuzz_target!(|text: &str| {
    if let Ok(signers) = text.parse::<AllowedSigners>() {
        let written = signers.to_string();
        let again: AllowedSigners = written.parse().expect("what was written reads back");
        assert_eq!(again, signers);
        assert_eq!(again.to_string(), written);
    }
});
