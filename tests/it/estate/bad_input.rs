//! What is not JSON, or not of the format, is refused as a whole, with a kind and a place.

use vcto::{ErrorKind, Inventory};

use super::refusal::{invalid, refused, unreadable};
use super::{SAMPLE, document, estate};

#[test]
fn an_empty_file_is_refused() {
    unreadable(b"", "line 1", "empty");
    unreadable(b"\xEF\xBB\xBF", "line 1", "empty");
    unreadable(b" \n\n ", "line 3", "empty");
    refused(
        Inventory::from_ndjson(b""),
        ErrorKind::InvalidInput,
        "line 1",
        "empty",
    );
}

#[test]
fn a_document_that_was_cut_off_anywhere_is_refused() {
    for end in 1..SAMPLE.len() {
        let error = Inventory::from_json(&SAMPLE.as_bytes()[..end]).expect_err("cut off");
        assert_eq!(error.kind(), ErrorKind::InvalidInput, "{end}: {error}");
        assert!(error.place().is_some(), "{end}: {error}");
    }
    for (text, place) in [
        ("{", "line 1"),
        ("\u{feff}{", "line 1"),
        ("\n{\n", "line 3"),
        ("{\"", "line 1"),
    ] {
        unreadable(text.as_bytes(), place, "cut off");
    }
    unreadable(
        &SAMPLE.as_bytes()[..SAMPLE.find("Server 2016").unwrap()],
        "/assets/1/facts/os_name",
        "cut off",
    );
}

#[test]
fn values_of_the_wrong_type_are_refused_where_they_stand() {
    for (rest, place, says) in [
        (r#""assets": {}"#, "/assets", "an object where a list belongs"),
        (r#""assets": null"#, "/assets", "null where a list belongs"),
        (
            r#""assets": [7]"#,
            "/assets/0",
            "a number where an object belongs",
        ),
        (
            r#""assets": [{"id": 7, "kind": "server"}]"#,
            "/assets/0/id",
            "a number where a text belongs",
        ),
        (
            r#""assets": [{"id": "a", "kind": ["server"]}]"#,
            "/assets/0/kind",
            "a list where a text belongs",
        ),
        (
            r#""assets": [{"id": "a", "kind": "server", "name": true}]"#,
            "/assets/0/name",
            "true or false where a text",
        ),
        (
            r#""assets": [{"id": "a", "kind": "server", "facts": []}]"#,
            "/assets/0/facts",
            "a list where an object",
        ),
        (
            r#""assets": [{"id": "a", "kind": "server", "facts": {"x": [[1]]}}]"#,
            "/assets/0/facts/x/0",
            "a list where a text, a number",
        ),
        (
            r#""assets": [{"id": "a", "kind": "server", "facts": {"x": {"value": {}}}}]"#,
            "/assets/0/facts/x/value",
            "an object where a text",
        ),
        (
            r#""assets": [{"id": "a", "kind": "server", "facts": {"x": {"value": 1, "confidence": "sure"}}}]"#,
            "/assets/0/facts/x/confidence",
            "`sure` is none of low, medium, high",
        ),
        (
            r#""assets": [{"id": "a", "kind": "server", "facts": {"x": {"value": 1, "at": "yesterday"}}}]"#,
            "/assets/0/facts/x/at",
            "`yesterday` is no time",
        ),
        (
            r#""relations": [{"from": "a", "to": "b", "kind": "uses", "strength": "strong"}]"#,
            "/relations/0/strength",
            "none of",
        ),
        (
            r#""requirements": [{"asset": "a", "members": "b", "needs": 1}]"#,
            "/requirements/0/members",
            "a text where a list",
        ),
        (
            r#""requirements": [{"asset": "a", "members": ["b"], "needs": 0.5}]"#,
            "/requirements/0/needs",
            "a fraction",
        ),
        (
            r#""requirements": [{"asset": "a", "members": ["b"], "needs": -1}]"#,
            "/requirements/0/needs",
            "-1 where",
        ),
        (
            r#""requirements": [{"asset": "a", "members": ["b"], "needs": 4294967296}]"#,
            "/requirements/0/needs",
            "4294967296 where",
        ),
    ] {
        invalid(rest, place, says);
    }
    unreadable(b"[]", "line 1", "a list where an object belongs");
    unreadable(b"<xml/>", "line 1", "`<` where a value belongs");
    unreadable(b"PK\x03\x04", "line 1", "`P` where a value belongs");
}

#[test]
fn what_is_missing_is_named() {
    for (rest, place, says) in [
        (
            r#""assets": [{"kind": "server"}]"#,
            "/assets/0",
            "`id` is missing",
        ),
        (r#""assets": [{"id": "a"}]"#, "/assets/0", "`kind` is missing"),
        (
            r#""assets": [{"id": "a", "kind": "server", "facts": {"x": {"source": "rmm"}}}]"#,
            "/assets/0/facts/x",
            "`value` is missing",
        ),
        (
            r#""assets": [{"id": "a", "kind": "server", "facts": {"x": []}}]"#,
            "/assets/0/facts/x",
            "without a value",
        ),
        (
            r#""assets": [{"id": "", "kind": "server"}]"#,
            "/assets/0/id",
            "empty",
        ),
        (
            r#""assets": [{"id": "a", "kind": ""}]"#,
            "/assets/0/kind",
            "empty",
        ),
        (
            r#""relations": [{"from": "a", "kind": "uses"}]"#,
            "/relations/0",
            "`to` is missing",
        ),
        (
            r#""requirements": [{"asset": "a", "members": ["b"]}]"#,
            "/requirements/0",
            "`needs` is missing",
        ),
    ] {
        invalid(rest, place, says);
    }
    unreadable(br#"{"source": {"name": "x"}}"#, "line 1", "`format` is missing");
    unreadable(
        br#"{"format": "vcto.inventory/1"}"#,
        "line 1",
        "`source` is missing",
    );
    unreadable(
        br#"{"format": "vcto.inventory/1", "source": {}}"#,
        "/source",
        "`name` is missing",
    );
}

#[test]
fn keys_that_stand_twice_and_unknown_keys_are_refused() {
    for (rest, place, says) in [
        (r#""assets": [], "assets": []"#, "/assets", "stands twice"),
        (
            r#""assets": [{"id": "a", "id": "b", "kind": "server"}]"#,
            "/assets/0/id",
            "stands twice",
        ),
        (
            r#""assets": [{"id": "a", "kind": "server", "facts": {"x": 1, "y": 2, "x": 1}}]"#,
            "/assets/0/facts/x",
            "stands twice",
        ),
        (
            r#""colour": "red""#,
            "/colour",
            "it has format, source, assets, relations, requirements",
        ),
        (
            r#""assets": [{"id": "a", "kind": "server", "os": "x"}]"#,
            "/assets/0/os",
            "no key `os` here",
        ),
        (
            r#""assets": [{"id": "a", "kind": "server", "a/b~c": "x"}]"#,
            "/assets/0/a~1b~0c",
            "no key `a/b~c` here",
        ),
    ] {
        invalid(rest, place, says);
    }
    unreadable(
        br#"{"format": "vcto.inventory/1", "source": {"name": "a", "merged_from": [{"name": "b", "merged_from": []}]}}"#,
        "/source/merged_from/0/merged_from",
        "no key",
    );
}

#[test]
fn another_format_or_version_is_unsupported() {
    for format in ["vcto.inventory/2", "vcto.change/1", "cyclonedx"] {
        let text = SAMPLE.replace("vcto.inventory/1", format);
        let error = refused(
            Inventory::from_json(text.as_bytes()),
            ErrorKind::Unsupported,
            "/format",
            format,
        );
        assert!(error.message().contains("vcto.inventory/1"));
    }
}

#[test]
fn numbers_that_json_does_not_have_or_that_lose_digits_are_refused() {
    for (number, says) in [
        ("NaN", "NaN and infinity"),
        ("Infinity", "NaN and infinity"),
        ("-Infinity", "NaN and infinity"),
        ("18446744073709551616", "cannot be kept exactly"),
        ("-9223372036854775809", "cannot be kept exactly"),
        ("1e400", "cannot be kept exactly"),
        ("1e-400", "cannot be kept exactly"),
        ("0.12345678901234567890123456789012345", "cannot be kept exactly"),
        (&"9".repeat(100_000), "cannot be kept exactly"),
        ("01", "not a number"),
        ("+1", "`+` where a value belongs"),
        (".5", "`.` where a value belongs"),
        ("0x10", "a comma or the closing bracket"),
        ("1.", "not a number"),
    ] {
        let place = if number == "0x10" {
            "/assets/0/facts"
        } else {
            "/assets/0/facts/x"
        };
        invalid(
            &format!(r#""assets": [{{"id": "a", "kind": "server", "facts": {{"x": {number}}}}}]"#),
            place,
            says,
        );
    }
}

#[test]
fn half_surrogate_pairs_and_bytes_that_are_no_utf8_are_refused() {
    for text in [
        r"\ud800",
        r"\udc00",
        r"\ud800x",
        r"\ud800\n",
        r"\ud800\ud800",
        r"\ud83d",
    ] {
        invalid(
            &format!(r#""assets": [{{"id": "{text}", "kind": "server"}}]"#),
            "/assets/0/id",
            "surrogate",
        );
    }
    for text in [r"\u12", r"\u12g4", r"\x41", "\u{7}"] {
        let error = estate(&format!(r#""assets": [{{"id": "{text}", "kind": "server"}}]"#)).unwrap_err();
        assert_eq!(
            (error.kind(), error.place()),
            (ErrorKind::InvalidInput, Some("/assets/0/id")),
            "{error}"
        );
    }
    let document = document(r#""assets": [{"id": "a?b", "kind": "server"}]"#);
    for bytes in [
        &b"\xFF"[..],
        b"\xC3",
        b"\xED\xA0\x80",
        b"\xC0\x80",
        b"\xF4\x90\x80\x80",
    ] {
        let at = document.find('?').unwrap();
        let bad = [&document.as_bytes()[..at], bytes, &document.as_bytes()[at + 1..]].concat();
        unreadable(&bad, "/assets/0/id", "not UTF-8");
    }
}

#[test]
fn a_byte_order_mark_is_passed_over_and_utf_16_is_refused() {
    let marked = ["\u{feff}", SAMPLE].concat();
    assert_eq!(
        Inventory::from_json(marked.as_bytes()).unwrap(),
        Inventory::from_json(SAMPLE.as_bytes()).unwrap()
    );
    let units: Vec<u16> = marked.encode_utf16().collect();
    let little: Vec<u8> = units.iter().flat_map(|unit| unit.to_le_bytes()).collect();
    let big: Vec<u8> = units.iter().flat_map(|unit| unit.to_be_bytes()).collect();
    for bytes in [&little, &big, &little[2..].to_vec(), &big[2..].to_vec()] {
        for result in [
            Inventory::from_json(bytes),
            Inventory::from_ndjson(bytes),
            Inventory::read(&bytes[..]),
        ] {
            let error = refused(result, ErrorKind::InvalidInput, "line 1", "UTF-16");
            assert!(error.remedy_text().unwrap().contains("UTF-8"));
        }
    }
}

#[test]
fn what_cannot_be_read_from_the_system_keeps_its_kind() {
    let folder = tempfile::tempdir().unwrap();
    let directory = std::fs::File::open(folder.path()).unwrap();
    let error = Inventory::read(directory).unwrap_err();
    assert_eq!(
        (error.kind(), error.operation()),
        (ErrorKind::Io, Some("inventory.read")),
        "{error}"
    );

    /// What the system gives where reading is denied: also when the tests run as root.
    struct Denied;
    impl std::io::Read for Denied {
        fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
            Err(std::io::Error::from_raw_os_error(13))
        }
    }
    let error = Inventory::read(Denied).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::PermissionDenied, "{error}");
}

#[test]
fn text_behind_the_document_is_refused() {
    for tail in ["x", "{}", "]", "null"] {
        unreadable(
            format!("{SAMPLE}\n{tail}").as_bytes(),
            "line 9",
            "more behind the end",
        );
    }
    assert!(Inventory::from_json(format!("{SAMPLE} \r\n\t ").as_bytes()).is_ok());
    for (text, says) in [
        (
            SAMPLE.replace("}],\n \"requirements\"", "},],\n \"requirements\""),
            "behind the comma",
        ),
        (
            SAMPLE.replace("\"ERP\",", "\"ERP\" "),
            "a comma or the closing bracket",
        ),
        (SAMPLE.replace("\"id\": \"san\"", "\"id\" \"san\""), "a colon"),
        (
            SAMPLE.replace("\"id\": \"san\"", "id: \"san\""),
            "a key in quotation marks",
        ),
        (SAMPLE.replace("true", "tru"), "begins like `true`"),
        (SAMPLE.replace("{\"format\"", "// a remark\n{\"format\""), "`/`"),
    ] {
        assert_ne!(text, SAMPLE);
        let error = Inventory::from_json(text.as_bytes()).unwrap_err();
        assert!(
            error.kind() == ErrorKind::InvalidInput && error.to_string().contains(says),
            "{error}"
        );
    }
}

#[test]
fn lines_are_named_in_what_is_wrong_with_ndjson() {
    let head = r#"{"format": "vcto.inventory/1", "source": {"name": "rmm"}}"#;
    let asset = r#"{"asset": {"id": "a", "kind": "server"}}"#;
    for (lines, place, says) in [
        (
            vec![head, asset, r#"{"asset": {"id": "b"}}"#],
            "line 3: /asset",
            "`kind` is missing",
        ),
        (
            vec![head, "", asset, r#"{"relation": {"from": "a", "to": 1}}"#],
            "line 4: /relation/to",
            "a number where",
        ),
        (
            vec![head, r#"{"assets": []}"#],
            "line 2: /assets",
            "it has asset, relation, requirement",
        ),
        (vec![head, "{}"], "line 2", "an empty record"),
        (vec![head, "[]"], "line 2", "a list where"),
        (vec![head, &[asset, asset].concat()], "line 2", "a second record"),
        (vec![&[head, asset].concat()], "line 1", "a second record"),
        (
            vec![head, r#"{"asset": {"id": "a","#, r#""kind": "server"}}"#],
            "line 2",
            "more than one line",
        ),
        (
            vec![
                head,
                r#"{"asset": {"id": "a", "kind": "server"}, "relation": {}}"#,
            ],
            "line 2: /relation",
            "a second record",
        ),
    ] {
        refused(
            Inventory::from_ndjson(lines.join("\n").as_bytes()),
            ErrorKind::InvalidInput,
            place,
            says,
        );
        refused(
            Inventory::read(lines.join("\r\n").as_bytes()),
            ErrorKind::InvalidInput,
            place,
            says,
        );
    }
    let cut = format!("{head}\n{asset}\n{}", &asset[..19]);
    refused(
        Inventory::from_ndjson(cut.as_bytes()),
        ErrorKind::InvalidInput,
        "line 3: /asset/id",
        "cut off",
    );
    // A document is no NDJSON, and NDJSON is no document.
    refused(
        Inventory::from_ndjson(SAMPLE.as_bytes()),
        ErrorKind::InvalidInput,
        "/assets",
        "no key",
    );
    let lines = format!("{head}\n{asset}\n");
    refused(
        Inventory::from_json(lines.as_bytes()),
        ErrorKind::InvalidInput,
        "line 2",
        "more behind",
    );
    assert_eq!(Inventory::read(lines.as_bytes()).unwrap().assets.len(), 1);
}
