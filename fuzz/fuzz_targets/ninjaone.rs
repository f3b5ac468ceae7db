//! Saved answers of NinjaOne: any bytes give an inventory of one client or a typed error; what
//! is read is written and read back alike, and can be frozen.
#![no_main]

use libfuzzer_sys::fuzz_target;
use vcto::source::{Format, Input, Reader};
use vcto::{Estate, Inventory};

fuzz_target!(|bytes: &[u8]| {
    let Some((choice, bytes)) = bytes.split_first() else { return };
    let names = ["devices-detailed.json", "volumes.json", "backup-usage.json", "organizations.json", "x.json"];
    let name = names[usize::from(*choice) % names.len()];
    let mut reader = Reader::new().format(Format::Ninjaone);
    if choice & 0x80 != 0 {
        reader = reader.scope("5");
    }
    if let Ok(inventory) = reader.read(Input::bytes(name, bytes)) {
        let written = inventory.to_json();
        let again = Inventory::from_json(written.as_bytes()).expect("what was written reads back");
        assert_eq!(again.to_json(), written);
        Estate::new(inventory).expect("what was read can be frozen");
    }
});
