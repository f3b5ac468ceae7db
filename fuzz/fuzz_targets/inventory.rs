//! `vcto.inventory/1`, JSON and NDJSON: any bytes give an inventory or a typed error; what is read is written and read back alike.
#![no_main]

use libfuzzer_sys::fuzz_target;
use vcto::Inventory;
use vcto::source::{Format, Input, Reader};

fuzz_target!(|bytes: &[u8]| {
    let input = Input::bytes("input.json", bytes);
    if let Ok(inventory) = Reader::new().format(Format::Vcto).read(input) {
        let written = inventory.to_json();
        let again = Inventory::from_json(written.as_bytes()).expect("what was written reads back");
        assert_eq!(again.to_json(), written);
    }
});
