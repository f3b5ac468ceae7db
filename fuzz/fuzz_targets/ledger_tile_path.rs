//! Paths of tiles: each tile has one name.
#![no_main]

use libfuzzer_sys::fuzz_target;
use vcto::ledger::TilePath;

fuzz_target!(|text: &str| {
    if let Ok(path) = text.parse::<TilePath>() {
        assert_eq!(path.to_string(), text);
        assert!((1..=256).contains(&path.width()));
    }
});
