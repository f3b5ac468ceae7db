//! `inferred.csv`: any bytes give verdicts or a typed error; what is read is written and read back alike, and carried out on an
//! inventory it leaves a sound one, or a typed error. What stays open is a sheet that changes nothing.
#![no_main]

use libfuzzer_sys::fuzz_target;
use vcto::source::{self, Format, Input, Reader};
use vcto::{Estate, Inventory};

const RMM: &str = r#"{"format": "vcto.inventory/1", "source": {"name": "rmm"}, "assets": [
    {"id": "fw", "kind": "firewall", "name": "FW", "facts": {"addresses": "10.0.0.1"}},
    {"id": "dc", "kind": "server", "name": "DC", "facts": {"domain": "a.example", "domain_role": "Primary Domain Controller",
        "addresses": "10.0.0.2"}},
    {"id": "dc2", "kind": "server", "name": "DC", "facts": {"domain": "a.example", "services_running": "NTDS; DNS",
        "addresses": "10.0.0.3"}},
    {"id": "pc", "kind": "workstation", "name": "PC", "facts": {"domain": "a.example", "gateways": "10.0.0.1",
        "dns_servers": "10.0.0.1; 10.0.0.2; 10.0.0.3"}},
    {"id": "*", "kind": "workstation", "name": "=1", "facts": {"domain": "a.example", "gateways": "10.0.0.1"}}]}"#;

fuzz_target!(|bytes: &[u8]| {
    let input = Input::bytes("inferred.csv", bytes);
    let Ok(verdicts) = Reader::new().format(Format::Inferred).read(input) else {
        return;
    };
    let written = verdicts.to_json();
    let again = Inventory::from_json(written.as_bytes()).expect("what was written reads back");
    assert_eq!(again.to_json(), written);
    let rmm = || Inventory::from_json(RMM.as_bytes()).expect("an inventory");
    let reader = Reader::new().infer(true);
    if let Ok(decided) = reader.read_all([rmm(), verdicts]) {
        let sheet = source::inferred_csv(&decided);
        let open = Reader::new().format(Format::Inferred).read(Input::bytes("open.csv", sheet));
        assert!(open.expect("a sheet reads back").relations.is_empty());
        let estate = Estate::new(decided).expect("a sound inventory");
        let again = reader.read(Input::bytes("again.json", estate.to_json())).expect("it reads back");
        let again = Estate::new(again).expect("still sound");
        assert_eq!(again.inferred_relation_count(), estate.inferred_relation_count());
    }
});
