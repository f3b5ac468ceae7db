//! The 127-byte header of a leaf: one form for one value.
#![no_main]

use libfuzzer_sys::fuzz_target;
use vcto::ledger::Header;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(header) = Header::parse(bytes) {
        assert_eq!(header.to_bytes(), bytes);
        let _ = header.time();
    }
});
