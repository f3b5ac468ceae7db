//! Both forms of the format, read and written.

use proptest::prelude::*;
use vcto::estate::{AssetKind, Confidence, Criticality, Scalar, Strength};
use vcto::{Estate, Inventory};

use super::arbitrary::inventories;
use super::{SAMPLE, document, estate};

#[test]
fn the_sample_of_the_design_is_read_as_it_is_written() {
    let inventory = Inventory::from_json(SAMPLE.as_bytes()).unwrap();
    assert_eq!(inventory.source.name.raw(), "crm-export");
    assert_eq!(
        inventory.source.captured_at,
        Some("2026-11-22T08:00:00Z".parse().unwrap())
    );
    assert!(inventory.source.complete);
    let erp = &inventory.assets[0];
    assert_eq!(
        (&erp.kind, &erp.criticality),
        (&AssetKind::BusinessApplication, &Some(Criticality::High))
    );
    assert_eq!(erp.text("owner").unwrap().raw(), "finance");
    assert_eq!(inventory.assets[1].number("cpu_cores"), Some(8.into()));
    assert_eq!(inventory.relations[0].strength, Strength::Hard);
    assert_eq!(inventory.relations[3].strength, Strength::Soft);
    assert_eq!(inventory.requirements[0].needs, 1);

    let estate = Estate::new(inventory).unwrap();
    assert_eq!((estate.asset_count(), estate.relation_count()), (4, 4));
    assert_eq!(estate.graph().asset_count(), 4);
    // The two relations of `erp` are the members of its group.
    assert_eq!(estate.graph().link_count(), 4);
}

#[test]
fn the_order_of_keys_and_the_white_space_do_not_matter() {
    let turned = r#"{"requirements":[{"needs":1,"members":["sql-1","sql-2"],"asset":"erp"}],
        "relations":[{"kind":"depends_on","to":"sql-1","from":"erp"},{"to":"sql-2","from":"erp","kind":"depends_on"},
        {"from":"sql-1","to":"san","kind":"depends_on"},{"strength":"soft","from":"sql-2","to":"san","kind":"depends_on"}],
        "assets":[{"facts":{"owner":"finance"},"criticality":"high","name":"ERP","kind":"business_application","id":"erp"},
        {"id":"sql-1","kind":"database","name":"SQL A","facts":{"cpu_cores":8,"os_name":"Windows Server 2016"}},
        {"id":"sql-2","kind":"database","name":"SQL B"},{"id":"san","kind":"storage","name":"SAN"}],
        "source":{"complete":true,"captured_at":"2026-11-22T09:00:00+01:00","name":"crm-export"},
        "format":"vcto.inventory/1"}"#;
    assert_eq!(
        Inventory::from_json(turned.as_bytes()).unwrap(),
        Inventory::from_json(SAMPLE.as_bytes()).unwrap()
    );
}

#[test]
fn words_that_are_not_known_are_kept() {
    let estate = estate(
        r#""assets": [{"id": "a", "kind": "mainframe", "criticality": "tier-0"}, {"id": "b", "kind": "server", "criticality": null, "name": null}],
           "relations": [{"from": "a", "to": "b", "kind": "blesses", "note": null, "inferred_by": null}]"#,
    )
    .unwrap();
    let asset = estate.asset("a").unwrap();
    assert_eq!(
        (asset.kind.as_str(), asset.criticality.as_ref().unwrap().as_str()),
        ("mainframe", "tier-0")
    );
    assert_eq!(estate.relations()[0].kind.as_str(), "blesses");
    assert_eq!(estate.graph().link_count(), 0);
    assert!(estate.asset("b").unwrap().name.is_none());
}

#[test]
fn facts_are_read_in_all_their_forms() {
    let estate = estate(
        r#""assets": [{"id": "a", "kind": "server", "facts": {
            "text": "x", "number": -12.50, "yes": true, "unknown": null,
            "stated": {"value": 3, "source": "rmm", "at": "2026-11-22T08:00:00Z", "confidence": "low"},
            "bare": {"value": "y"},
            "several": ["2027-03-31", {"value": "2026-12-31", "source": "vendor"}, null, "2027-03-31"]}}]"#,
    )
    .unwrap();
    let asset = estate.asset("a").unwrap();
    assert_eq!(asset.text("text").unwrap().raw(), "x");
    assert_eq!(asset.number("number"), Some("-12.5".parse().unwrap()));
    assert_eq!(asset.boolean("yes"), Some(true));
    assert!(!asset.fact("unknown").unwrap().is_known());
    let stated = &asset.fact("stated").unwrap().values()[0];
    assert_eq!(stated.source().unwrap().raw(), "rmm");
    assert_eq!(stated.stated_at(), Some("2026-11-22T08:00:00Z".parse().unwrap()));
    assert_eq!(stated.confidence(), Some(Confidence::Low));
    assert!(asset.fact("bare").unwrap().values()[0].origin.is_none());
    let several = asset.fact("several").unwrap();
    assert!(several.disagrees());
    // Sorted, and the same statement once.
    let values: Vec<_> = several.values().iter().map(|value| value.value.clone()).collect();
    assert_eq!(
        values,
        [Scalar::Unknown, "2026-12-31".into(), "2027-03-31".into()]
    );
}

#[test]
fn escapes_mean_what_they_stand_for() {
    let written =
        r#""assets": [{"id": "\"\\\/\b\f\n\r\t\u0041\u00e9\u20ac\ud83d\ude00é€😀", "kind": "server"}]"#;
    let expected = "\"\\/\u{8}\u{c}\n\r\tAé€😀é€😀";
    // serde_json reads the same.
    let same: serde_json::Value = serde_json::from_str(&document(written)).unwrap();
    assert_eq!(same["assets"][0]["id"], expected);
    assert_eq!(estate(written).unwrap().assets()[0].id.as_str(), expected);
}

#[test]
fn ndjson_and_the_document_say_the_same() {
    let estate = Estate::new(Inventory::from_json(SAMPLE.as_bytes()).unwrap()).unwrap();
    let lines = estate.to_ndjson();
    assert_eq!(lines.lines().count(), 1 + 4 + 4 + 1);
    let mut records: Vec<_> = lines.lines().collect();
    records[1..].reverse();
    let again = Estate::new(Inventory::from_ndjson(records.join("\n").as_bytes()).unwrap()).unwrap();
    assert_eq!(again.to_json(), estate.to_json());
    assert_eq!(again.digest(), estate.digest());
    let either = Estate::new(Inventory::read(lines.as_bytes()).unwrap()).unwrap();
    assert_eq!(either.digest(), estate.digest());
}

#[test]
fn texts_that_cross_the_border_of_two_blocks_arrive_whole() {
    // Blocks are 64 KiB: shift a record with escapes and long characters over the border, byte by byte.
    for shift in 65_400..65_540 {
        let pad = " ".repeat(shift - 60);
        let text = document(&format!(
            r#"{pad}"assets": [{{"id": "é😀\u20ac\n\ud83d\ude00x", "kind": "server", "facts": {{"n": 12.25, "t": true}}}}]"#
        ));
        let inventory = Inventory::from_json(text.as_bytes()).unwrap();
        let asset = &inventory.assets[0];
        assert_eq!(asset.id.as_str(), "é😀€\n😀x");
        assert_eq!(asset.number("n"), Some("12.25".parse().unwrap()));
        assert_eq!(asset.boolean("t"), Some(true));
    }
}

/// Gives one byte at a time, and is interrupted in between.
struct Drip<'a>(&'a [u8], bool);

impl std::io::Read for Drip<'_> {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        self.1 = !self.1;
        if self.1 {
            return Err(std::io::ErrorKind::Interrupted.into());
        }
        let (Some(byte), Some(place)) = (self.0.first(), into.first_mut()) else {
            return Ok(0);
        };
        *place = *byte;
        self.0 = &self.0[1..];
        Ok(1)
    }
}

#[test]
fn a_slow_stream_gives_what_the_bytes_give() {
    assert_eq!(
        Inventory::read(Drip(SAMPLE.as_bytes(), false)).unwrap(),
        Inventory::from_json(SAMPLE.as_bytes()).unwrap()
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn what_is_written_reads_back(inventory in inventories()) {
        prop_assert_eq!(&Inventory::from_json(inventory.to_json().as_bytes()).unwrap(), &inventory);
        prop_assert_eq!(&Inventory::from_ndjson(inventory.to_ndjson().as_bytes()).unwrap(), &inventory);
        prop_assert_eq!(&Inventory::read(inventory.to_json().as_bytes()).unwrap(), &inventory);
    }

    #[test]
    fn serde_json_reads_what_is_written(inventory in inventories()) {
        let value: serde_json::Value = serde_json::from_str(&inventory.to_json()).unwrap();
        prop_assert_eq!(value["assets"].as_array().unwrap().len(), inventory.assets.len());
        // Written by another writer, it reads back the same, but for numbers that a double does not hold.
        let again = Inventory::from_json(value.to_string().as_bytes()).unwrap();
        prop_assert_eq!(again.relations, inventory.relations);
        prop_assert_eq!(again.requirements, inventory.requirements);
    }

    #[test]
    fn no_bytes_make_the_reader_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = Inventory::from_json(&bytes);
        let _ = Inventory::from_ndjson(&bytes);
        let _ = Inventory::read(&bytes[..]);
    }

    #[test]
    fn no_damage_to_a_document_makes_it_panic(inventory in inventories(), at in any::<prop::sample::Index>(), with in any::<u8>()) {
        let mut bytes = inventory.to_json().into_bytes();
        let at = at.index(bytes.len());
        bytes[at] = with;
        if let Ok(read) = Inventory::from_json(&bytes) {
            let _ = Estate::new(read);
        }
        bytes.truncate(at);
        prop_assert!(Inventory::from_json(&bytes).is_err());
    }

    #[test]
    fn json_text_is_accepted_exactly_when_serde_json_accepts_it(text in r#"[\[\]{}:,"\\u0-9a-f.eE+ntruefalsy -]{0,24}"#) {
        // As the value of a fact: what this format accepts there is a scalar or a list or object of its own.
        let document = document(&format!(r#""assets": [{{"id": "a", "kind": "k", "facts": {{"x": {text}}}}}]"#));
        let ours = Inventory::from_json(document.as_bytes());
        let theirs: Result<serde_json::Value, _> = serde_json::from_str(&document);
        if ours.is_ok() {
            prop_assert!(theirs.is_ok(), "{}", document);
        }
        if let Ok(value) = theirs && value["assets"][0]["facts"].as_object().unwrap().len() == 1 {
            let fact = &value["assets"][0]["facts"]["x"];
            if fact.is_string() || fact.is_boolean() || fact.is_null() {
                prop_assert!(ours.is_ok(), "{}", document);
            }
        }
    }
}
