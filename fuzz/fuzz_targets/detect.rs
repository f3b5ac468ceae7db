//! Any bytes under any of the usual names, the format told by the content.
#![no_main]

use libfuzzer_sys::fuzz_target;
use vcto::Estate;
use vcto::source::{Input, Reader};

fuzz_target!(|bytes: &[u8]| {
    let Some((choice, bytes)) = bytes.split_first() else { return };
    let names = ["input", "input.json", "input.ndjson", "input.csv", "input.xlsx", ""];
    let name = names[usize::from(*choice) % names.len()];
    if let Ok(inventory) = Reader::new().read_all([Input::bytes(name, bytes)]) {
        // What reading accepts, freezing may refuse, by an error.
        if let Ok(estate) = Estate::new(inventory) {
            let _ = estate.digest();
        }
    }
});
