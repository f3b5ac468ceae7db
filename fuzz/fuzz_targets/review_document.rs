//! The review document: what is read is written and read back alike.
#![no_main]

use libfuzzer_sys::fuzz_target;
use vcto::review::Review;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(review) = Review::from_json(bytes) {
        let written = review.to_json();
        let again = Review::from_json(written.as_bytes()).expect("what was written reads back");
        assert_eq!(again.to_json(), written);
    }
});
