//! Short texts with one strict form: digests and ids.
#![no_main]

use libfuzzer_sys::fuzz_target;
use vcto::digest::Digest;
use vcto::gate::ProposalId;

fuzz_target!(|text: &str| {
    if let Ok(digest) = text.parse::<Digest>() {
        assert_eq!(digest.to_string(), text);
    }
    if let Ok(id) = text.parse::<ProposalId>() {
        assert_eq!(id.to_string(), text);
    }
});
