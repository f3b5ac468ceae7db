//! `questions.csv`: any bytes give an inventory or a typed error; the sheet of a review of what they give reads back.
#![no_main]

use libfuzzer_sys::fuzz_target;
use vcto::review::Reviewer;
use vcto::source::{self, Format, Input, Reader};
use vcto::{Estate, Inventory};

const CRM: &str = r#"{"format": "vcto.inventory/1", "source": {"name": "crm"}, "assets": [
    {"id": "erp", "kind": "business_application", "name": "ERP"}, {"id": "a;b", "kind": "server", "name": "a"},
    {"id": "=2", "kind": "firewall", "name": "A"}]}"#;

fuzz_target!(|bytes: &[u8]| {
    let input = Input::bytes("questions.csv", bytes);
    if let Ok(answers) = Reader::new().format(Format::Questions).read(input) {
        let written = answers.to_json();
        let again = Inventory::from_json(written.as_bytes()).expect("what was written reads back");
        assert_eq!(again.to_json(), written);
        let crm = Inventory::from_json(CRM.as_bytes()).expect("an inventory");
        if let Ok(estate) = source::read_all([crm, answers]).and_then(Estate::new) {
            let day = "2026-11-22".parse().expect("a day");
            let review = Reviewer::standard().review(&estate, day).expect("a review");
            let sheet = review.to_questions_csv();
            let read = Reader::new().format(Format::Questions).read(Input::bytes("q", sheet));
            assert!(read.expect("the sheet reads back").assets.is_empty());
        }
    }
});
