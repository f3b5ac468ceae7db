//! `vcto.change/1`: what is read is written and read back to the same digest.
#![no_main]

use libfuzzer_sys::fuzz_target;
use vcto::change::Change;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(change) = Change::from_json(bytes) {
        let written = change.to_bytes().expect("what was read is sound");
        let again = Change::from_json(&written).expect("what was written reads back");
        assert_eq!(again.to_bytes().expect("sound"), written);
        assert_eq!(again.digest().expect("sound"), change.digest().expect("sound"));
    }
});
