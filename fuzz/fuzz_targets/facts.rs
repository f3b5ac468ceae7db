//! `facts.csv`: any bytes give an inventory or a typed error; what is read is written and read back alike, and merging it
//! with an inventory gives one that is written and read back too, or a typed error.
#![no_main]

use libfuzzer_sys::fuzz_target;
use vcto::source::{self, Format, Input, Reader};
use vcto::{Estate, Inventory};

const CRM: &str = r#"{"format": "vcto.inventory/1", "source": {"name": "crm"}, "assets": [
    {"id": "erp", "kind": "business_application", "name": "ERP"}, {"id": "a;b", "kind": "server", "name": "a"},
    {"id": "2", "kind": "server", "name": "A"}]}"#;

fuzz_target!(|bytes: &[u8]| {
    let input = Input::bytes("facts.csv", bytes);
    if let Ok(inventory) = Reader::new().format(Format::Facts).read(input) {
        let written = inventory.to_json();
        let again = Inventory::from_json(written.as_bytes()).expect("what was written reads back");
        assert_eq!(again.to_json(), written);
        let crm = Inventory::from_json(CRM.as_bytes()).expect("an inventory");
        if let Ok(merged) = source::read_all([crm, inventory]) {
            let written = merged.to_json();
            assert_eq!(Inventory::from_json(written.as_bytes()).expect("it reads back").to_json(), written);
            if let Ok(estate) = Estate::new(merged) {
                let template = source::facts_template(&estate);
                let read = Reader::new().format(Format::Facts).read(Input::bytes("t", template));
                assert!(read.expect("a template reads back").assets.is_empty());
            }
        }
    }
});
