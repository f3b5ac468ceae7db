//! Files and folders: what they are is told by content, and what is wrong with them by name, place and remedy.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

use proptest::prelude::*;
use vcto::monitor::Monitor;
use vcto::source::{self, Format, Input, Reader};
use vcto::{Error, ErrorKind};

use super::book::Book;

const INVENTORY: &str =
    r#"{"format": "vcto.inventory/1", "source": {"name": "s"}, "assets": [{"id": "a", "kind": "server"}]}"#;

/// Content of every format, under names that say something else.
fn samples() -> Vec<(Format, &'static str, Vec<u8>)> {
    let lines = "{\"format\": \"vcto.inventory/1\", \"source\": {\"name\": \"s\"}}\n{\"asset\": {\"id\": \"a\", \"kind\": \"server\"}}\n";
    let book = Book::new()
        .texts("vInfo", &[&["VM", "VM UUID"], &["a", "u"]])
        .bytes();
    vec![
        (Format::Vcto, "inventory.csv", INVENTORY.into()),
        (
            Format::Vcto,
            "inventory.txt",
            format!("\u{feff} \n{INVENTORY}").into(),
        ),
        (Format::Vcto, "inventory.json", lines.into()),
        (
            Format::Netbox,
            "netbox.csv",
            r#"{"dcim.site": [{"pk": 1}]}"#.into(),
        ),
        (
            Format::Netbox,
            "netbox",
            r#"{"count": 1, "results": [{"url": "https://n/api/dcim/sites/1/", "id": 1}]}"#.into(),
        ),
        (
            Format::Netbox,
            "dump",
            r#"[{"model": "dcim.site", "pk": 1, "fields": {}}]"#.into(),
        ),
        (Format::Rvtools, "relations.csv", book),
        (Format::Relations, "book.xlsx", "kind;from;to\nuses;a;b\n".into()),
    ]
}

#[test]
fn the_format_is_told_by_content_whatever_the_name() {
    let folder = tempfile::tempdir().unwrap();
    for (format, name, bytes) in samples() {
        assert_eq!(source::detect(&bytes).unwrap(), format, "{name}");
        let path = folder.path().join(name);
        std::fs::write(&path, &bytes).unwrap();
        let read = source::read(&path, None).unwrap();
        let forced = source::read(&path, Some(format)).unwrap();
        let in_memory = Reader::new().read(Input::bytes(name, bytes)).unwrap();
        assert_eq!(read, forced, "{name}");
        assert_eq!(read, in_memory, "{name}");
    }
}

#[test]
fn a_wrong_format_that_is_forced_is_refused_with_the_file_and_never_panics() {
    for (told, name, bytes) in samples() {
        for format in Format::ALL.iter().filter(|format| **format != told) {
            let error = Reader::new()
                .format(*format)
                .read(Input::bytes(name, bytes.clone()))
                .unwrap_err();
            assert!(
                error.place().unwrap().starts_with(name),
                "{format} {name}: {error}"
            );
            assert!(
                matches!(error.kind(), ErrorKind::InvalidInput | ErrorKind::Unsupported),
                "{format} {name}: {error}"
            );
        }
    }
}

fn unrecognised(bytes: impl AsRef<[u8]>) -> Error {
    let error = source::detect(bytes.as_ref()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
    assert_eq!(error.operation(), Some("source.detect"));
    error
}

#[test]
fn what_is_not_recognised_says_what_it_looks_like_and_what_can_be_read() {
    for (content, looks) in [
        ("<html>login</html>", "HTML"),
        ("hello", "neither JSON"),
        ("{\"hosts\": []}", "`hosts`"),
        ("{}", "without keys"),
        ("[1, 2]", "without objects"),
        ("[{\"Name\": 1}]", "`Name`"),
        ("{\"dcim", "truncated"),
        ("from,to\n", "from,to,kind"),
    ] {
        let error = unrecognised(content);
        assert!(error.message().contains(looks), "{error}");
        assert!(
            error
                .remedy_text()
                .unwrap()
                .contains("rvtools is an RVTools workbook"),
            "{error}"
        );
    }
    assert!(unrecognised("").message().contains("empty"));
    assert!(unrecognised(" \n\t").message().contains("empty"));
    let utf16: Vec<u8> = INVENTORY.encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert!(unrecognised(utf16).message().contains("UTF-16"));
}

#[test]
fn an_empty_file_is_refused_in_every_format() {
    for format in Format::ALL {
        let error = Reader::new()
            .format(*format)
            .read(Input::bytes("empty", ""))
            .unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput, "{format}");
        assert!(error.place().unwrap().starts_with("empty"), "{format}: {error}");
    }
}

#[test]
fn truncated_json_is_refused_with_the_line() {
    let whole = "{\"dcim.site\": [\n{\"pk\": 1},\n{\"pk\": 2}]}";
    for length in 14..whole.len() {
        let error = Reader::new()
            .read(Input::bytes("netbox.json", &whole.as_bytes()[..length]))
            .unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput, "{length}");
        assert!(
            error.place().unwrap().starts_with("netbox.json: line "),
            "{error}"
        );
        assert!(error.message().contains("truncated"), "{error}");
    }
}

#[test]
fn what_follows_the_document_is_refused() {
    for format in [Format::Netbox, Format::Vcto] {
        let content = if format == Format::Vcto {
            INVENTORY
        } else {
            "{\"dcim.site\": []}"
        };
        let error = Reader::new()
            .format(format)
            .read(Input::bytes("two.json", format!("{content} x")))
            .unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput);
    }
}

#[test]
fn paths_that_are_no_files_are_told_apart() {
    let folder = tempfile::tempdir().unwrap();
    let missing = source::read(folder.path().join("missing.json"), None).unwrap_err();
    assert_eq!(missing.kind(), ErrorKind::NotFound);
    assert!(missing.place().unwrap().ends_with("missing.json"));
    assert_eq!(missing.remedy_text(), Some("check the path"));

    let empty = source::read(folder.path(), None).unwrap_err();
    assert_eq!(empty.kind(), ErrorKind::InvalidInput);
    assert!(empty.message().contains("no `.json` file"), "{empty}");

    let forced = source::read(folder.path(), Some(Format::Rvtools)).unwrap_err();
    assert!(
        forced
            .message()
            .contains("a folder, where the format `rvtools` is one file"),
        "{forced}"
    );

    std::fs::write(folder.path().join("a.json"), INVENTORY).unwrap();
    let other = source::read(folder.path(), None).unwrap_err();
    assert!(
        other.message().contains("a.json is a vcto.inventory/1 document"),
        "{other}"
    );
}

#[cfg(unix)]
#[test]
fn a_pipe_or_device_is_refused_and_not_waited_for() {
    let error = source::read("/dev/zero", None).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
    assert_eq!(error.message(), "not a regular file");
}

#[test]
fn a_broken_page_in_a_folder_is_named_by_its_path() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("dcim")).unwrap();
    std::fs::write(
        folder.path().join("dcim/sites.json"),
        r#"{"count": 1, "results": [{"id": 1"#,
    )
    .unwrap();
    let error = source::read(folder.path(), None).unwrap_err();
    assert_eq!(error.place(), Some("dcim/sites.json: line 1, column 33"));
}

#[test]
fn pages_without_addresses_are_known_by_the_name_of_their_file() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("dcim")).unwrap();
    std::fs::write(
        folder.path().join("dcim/sites.json"),
        r#"[{"id": 1, "name": "A"}]"#,
    )
    .unwrap();
    std::fs::write(folder.path().join("other.json"), r#"[{"id": 1, "name": "A"}]"#).unwrap();
    std::fs::write(folder.path().join("readme.txt"), "no page").unwrap();
    let inventory = source::read(folder.path(), None).unwrap();
    assert_eq!(inventory.assets.len(), 1);
    let [note] = inventory.source.notes.as_slice() else {
        panic!("one note")
    };
    assert_eq!(note.at.as_ref().unwrap().raw(), "other.json: /0");
}

#[test]
fn reading_tells_progress_and_can_be_stopped() {
    let mut assets = String::new();
    for at in 0..20_000 {
        assets += &format!("{}{{\"pk\": {at}}}", if at > 0 { "," } else { "" });
    }
    let bytes = format!("{{\"dcim.site\": [{assets}]}}");
    let seen = Arc::new(AtomicU64::new(0));
    let watched = Arc::clone(&seen);
    let monitor = Monitor::new(move |progress| {
        assert_eq!(progress.stage, "source.read");
        watched.fetch_max(progress.done, Ordering::Relaxed);
    });
    let reader = Reader::new().monitor(monitor.clone());
    reader.read(Input::bytes("netbox.json", bytes.clone())).unwrap();
    assert!(seen.load(Ordering::Relaxed) > 10_000);

    // Stopped from within, in the middle of the work.
    let stopped = Arc::new(OnceLock::<Monitor>::new());
    let handle = Arc::clone(&stopped);
    let monitor = Monitor::new(move |progress| {
        if progress.done > 5_000 {
            handle.get().unwrap().cancel();
        }
    });
    stopped.set(monitor.clone()).unwrap();
    let error = Reader::new()
        .monitor(monitor)
        .read(Input::bytes("netbox.json", bytes))
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Cancelled);

    let cancelled = Monitor::default();
    cancelled.cancel();
    for (format, name, bytes) in samples() {
        let error = Reader::new()
            .monitor(cancelled.clone())
            .read(Input::bytes(name, bytes))
            .unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Cancelled, "{format}");
    }
}

#[test]
fn the_time_of_the_reader_is_for_inputs_that_say_none() {
    let at = "2026-11-22T08:00:00Z".parse().unwrap();
    let reader = Reader::new().captured_at(at);
    let silent = reader.read(Input::bytes("s.json", INVENTORY)).unwrap();
    assert_eq!(silent.source.captured_at, Some(at));
    let said = INVENTORY.replace(
        r#""name": "s""#,
        r#""name": "s", "captured_at": "2020-01-01T00:00:00Z""#,
    );
    let told = reader.read(Input::bytes("s.json", said)).unwrap();
    assert_ne!(told.source.captured_at, Some(at));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_024, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_in_any_format_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let _ = source::detect(&bytes);
        for format in Format::ALL {
            let _ = Reader::new().format(*format).read(Input::bytes("x", bytes.clone()));
        }
    }

    #[test]
    fn any_table_never_panics(text in "(from|to|kind|strength|note|uses|soft|a|b|[,;\t\"\r\n]| |é|\u{0}){0,60}") {
        let overlay = Reader::new().format(Format::Relations).read(Input::bytes("x", text.clone()));
        if let Ok(overlay) = overlay {
            let _ = source::read_all([Input::from(overlay), Input::bytes("s.json", INVENTORY)]);
        }
        let _ = source::detect(text.as_bytes());
    }

    #[test]
    fn any_netbox_records_never_panic_and_make_an_estate(json in netbox()) {
        let inventory = Reader::new().format(Format::Netbox).read(Input::bytes("x.json", json)).unwrap();
        vcto::Estate::new(inventory).unwrap();
    }
}

/// Dumps whose records hold anything where a key, a name or an object is expected.
fn netbox() -> impl Strategy<Value = String> {
    let value = prop_oneof![
        Just("null".to_owned()),
        (0..6_u8).prop_map(|key| key.to_string()),
        Just("-1".to_owned()),
        Just("1e999".replace("1e999", "1e300")),
        Just("\"A\"".to_owned()),
        Just("\"\\u0000\"".to_owned()),
        Just("true".to_owned()),
        (0..6_u8).prop_map(|key| format!("{{\"id\": {key}, \"name\": \"n{key}\", \"value\": \"v\"}}")),
        (0..6_u8).prop_map(|key| format!("[{{\"object_type\": \"dcim.interface\", \"object_id\": {key}}}]")),
        Just("\"dcim.interface\"".to_owned()),
        Just("[\"dcim\", \"powerport\"]".to_owned()),
    ];
    let field = prop::sample::select(vec![
        "name",
        "device",
        "site",
        "rack",
        "role",
        "status",
        "tenant",
        "cable",
        "cable_end",
        "termination_type",
        "termination_id",
        "a_terminations",
        "b_terminations",
        "circuit",
        "provider",
        "power_panel",
        "cluster",
        "installed_device",
        "region",
        "parent",
        "virtual_chassis",
        "device_type",
        "primary_ip4",
        "mark_connected",
        "vcpus",
        "memory",
        "position",
        "content_type",
        "object_id",
        "contact",
        "priority",
        "scope_type",
        "scope_id",
    ]);
    let record = (0..6_u8, prop::collection::vec((field, value), 0..8)).prop_map(|(key, fields)| {
        let fields: String = fields
            .iter()
            .map(|(name, value)| format!(", \"{name}\": {value}"))
            .collect();
        format!("{{\"pk\": {key}{fields}}}")
    });
    let model = prop::sample::select(vec![
        "dcim.device",
        "dcim.site",
        "dcim.region",
        "dcim.rack",
        "dcim.cable",
        "dcim.cabletermination",
        "dcim.interface",
        "dcim.powerport",
        "dcim.poweroutlet",
        "dcim.powerfeed",
        "dcim.powerpanel",
        "dcim.devicebay",
        "dcim.virtualchassis",
        "circuits.circuit",
        "circuits.circuittermination",
        "circuits.provider",
        "virtualization.cluster",
        "virtualization.virtualmachine",
        "tenancy.contactassignment",
        "extras.tag",
    ]);
    let table = (model, prop::collection::vec(record, 0..5))
        .prop_map(|(model, records)| format!("\"{model}\": [{}]", records.join(", ")));
    prop::collection::vec(table, 0..8).prop_map(|tables| {
        format!("{{\"dcim.manufacturer\": [], {}}}", tables.join(", ")).replace(", }", "}")
    })
}
