//! Records that are broken, cut off, or there twice.

use serde_json::json;
use vcto::ErrorKind;

use super::{asset, device, folder, notes, page, read, refused, text};

#[test]
fn one_bad_record_costs_itself_and_is_named_by_file_and_pointer() {
    let broken = r#"[{"id": 1, "organizationId": 5, "nodeClass": "MAC"}, null, "text", 7, [], {},
        {"organizationId": 5, "nodeClass": "MAC"}, {"id": null, "organizationId": 5, "nodeClass": "MAC"},
        {"id": "", "organizationId": 5, "nodeClass": "MAC"}, {"id": 1.5, "organizationId": 5, "nodeClass": "MAC"},
        {"id": 2, "id": 3, "organizationId": 5, "nodeClass": "MAC"}, {"id": 4, "organizationId": 5, "displayName": "\ud800"},
        {"id": 5, "organizationId": 5, "lastContact": 1e999}, {"id": 9, "organizationId": 5, "nodeClass": "MAC"}]"#;
    let inventory = read(&[("queries/devices.json", json!(broken))]);
    let ids: Vec<&str> = inventory.assets.iter().map(|asset| asset.id.as_str()).collect();
    assert_eq!(ids, ["ninjaone:device:1", "ninjaone:device:9"]);
    let notes = notes(&inventory);
    for (at, why) in [
        (1, "no object"),
        (2, "no object"),
        (3, "no object"),
        (5, "without `id`"),
        (6, "without `id`"),
        (7, "without `id`"),
        (8, "without `id`"),
        (9, "without `id`"),
        (10, "`id` is there twice"),
        (11, "hex escape"),
        (12, "out of range"),
    ] {
        let place = format!("queries/devices.json: /{at} |");
        assert!(
            notes
                .lines()
                .any(|note| note.starts_with(&place) && note.contains(why)),
            "{at}: {notes}"
        );
    }
    let scope = inventory
        .source
        .scopes
        .iter()
        .find(|scope| scope.name.raw() == "workstation");
    assert!(!scope.unwrap().complete, "absence must not mean deletion");
}

#[test]
fn a_truncated_file_and_a_page_of_something_else_are_refused_by_name() {
    let whole = page(&json!([{"deviceId": 1, "freeSpace": 1, "driveLetter": "C:"}])).to_string();
    for length in 1..whole.len() {
        let error = refused(&[
            ("devices.json", json!([device(1)])),
            ("volumes.json", json!(whole[..length].to_owned())),
        ]);
        assert_eq!(error.kind(), ErrorKind::InvalidInput);
        assert!(
            error
                .place()
                .unwrap()
                .starts_with("volumes.json: line 1, column "),
            "{length}: {error}"
        );
        // A number that ends with its point is no number, rather than one that ends too early.
        let cut = error.message().contains("truncated");
        assert!(cut || whole[..length].ends_with('.'), "{length}: {error}");
    }
    for (content, message) in [
        ("<html>sign in</html>", "HTML"),
        ("", "empty"),
        ("{\"cursor\": {}, \"results\": []} x", "no well-formed JSON"),
        ("\u{feff}\u{feff}[]", "neither JSON"),
    ] {
        let error = refused(&[
            ("devices.json", json!([device(1)])),
            ("volumes.json", json!(content)),
        ]);
        assert_eq!(error.kind(), ErrorKind::InvalidInput, "{content}");
        assert!(error.place().unwrap().contains("volumes.json"), "{error}");
        assert!(error.to_string().contains(message), "{error}");
    }
    let saved = folder(&[("devices.json", json!([device(1)]))]);
    let wide: Vec<u8> = whole.encode_utf16().flat_map(u16::to_le_bytes).collect();
    std::fs::write(saved.path().join("volumes.json"), wide).unwrap();
    let error = vcto::source::read(saved.path(), None).unwrap_err();
    assert!(error.message().contains("UTF-16"), "{error}");
}

#[test]
fn a_request_that_failed_is_no_data_and_its_report_is_not_complete() {
    let failed = json!({"resultCode": "FAILURE", "errorMessage": "cursor expired", "incidentId": "1"});
    let inventory = read(&[
        ("devices.json", json!([device(1)])),
        ("antivirus-status.json", page(&json!([]))),
        ("antivirus-status-2.json", failed),
    ]);
    assert!(
        notes(&inventory).contains("1 answers say that the request failed"),
        "{}",
        notes(&inventory)
    );
    let scope = inventory
        .source
        .scopes
        .iter()
        .find(|scope| scope.name.raw() == "antivirus_status");
    assert!(!scope.unwrap().complete);
    assert_eq!(text(asset(&inventory, "ninjaone:device:1"), "antivirus"), None);
}

#[test]
fn a_cursor_that_counts_more_than_there_is_is_noted_and_nothing_is_allocated_for_it() {
    let many = json!({"cursor": {"name": "c", "count": 10_000_000}, "results": [{"deviceId": 1, "freeSpace": 5, "capacity": 9}]});
    let inventory = read(&[("devices.json", json!([device(1)])), ("volumes.json", many)]);
    assert!(
        notes(&inventory).contains("pages are missing: 1 of 10000000 rows are here"),
        "{}",
        notes(&inventory)
    );
    for odd in [
        json!("x"),
        json!(-1),
        json!(1.5),
        json!(null),
        json!({}),
        json!(1e300),
    ] {
        let cursor = json!({"cursor": {"count": odd}, "results": []});
        read(&[("devices.json", json!([device(1)])), ("volumes.json", cursor)]);
    }
}

#[test]
fn a_device_that_comes_twice_is_one_and_what_differs_is_that_of_the_later_contact() {
    let named = |name: &str, contact: f64| json!({"id": 1, "organizationId": 5, "nodeClass": "MAC", "displayName": name, "lastContact": contact});
    let inventory = read(&[
        ("devices.json", json!([named("old", 1_795_200_000.0), device(2)])),
        (
            "devices-2.json",
            json!([device(2), named("new", 1_795_298_400.0)]),
        ),
        ("devices-3.json", json!([named("older", 1_700_000_000.0)])),
    ]);
    assert_eq!(inventory.assets.len(), 2);
    assert_eq!(asset(&inventory, "ninjaone:device:1").label().into_raw(), "new");
    assert_eq!(notes(&inventory), "");

    let silent = |name: &str| json!({"id": 1, "organizationId": 5, "nodeClass": "MAC", "displayName": name});
    let inventory = read(&[("devices.json", json!([silent("one"), silent("two")]))]);
    assert_eq!(asset(&inventory, "ninjaone:device:1").label().into_raw(), "one");
    assert!(notes(&inventory).contains("device 1 is there twice with different content"));
}

#[test]
fn rows_that_come_twice_count_once_and_the_later_one_holds() {
    let system = |memory: i64, at: f64| json!({"deviceId": 1, "totalPhysicalMemory": memory << 20, "numberOfProcessors": 1, "timestamp": at});
    let volume = json!({"deviceId": 1, "driveLetter": "C:", "capacity": 1 << 30, "freeSpace": 0});
    let core = json!({"deviceId": 1, "name": "i5", "numCores": 6, "numLogicalCores": 12});
    let processors = page(
        &json!([core, {"deviceId": 77, "numCores": 4, "name": "so that the page is longer than a short one, and its copy is seen as one"}]),
    );
    let inventory = read(&[
        ("devices.json", json!([device(1)])),
        (
            "computer-systems.json",
            page(&json!([
                system(4_096, 1.0),
                system(16_384, 3.0),
                system(8_192, 2.0)
            ])),
        ),
        ("volumes.json", page(&json!([volume, volume]))),
        ("volumes-2.json", page(&json!([volume]))),
        ("processors.json", page(&json!([core, core]))),
        ("processors-2.json", processors.clone()),
        ("processors-copy.json", processors),
    ]);
    let device = asset(&inventory, "ninjaone:device:1");
    let number = |fact: &str| device.number(fact).map(|number| number.to_string());
    assert_eq!(number("memory_mib").as_deref(), Some("16384"));
    assert_eq!(number("disk_mib").as_deref(), Some("1024"));
    assert_eq!(number("cpu_cores").as_deref(), Some("6"));
    let notes = notes(&inventory);
    assert!(
        notes.contains("3 processors are listed where the machine has 1"),
        "{notes}"
    );
    assert!(
        notes.contains("processors-copy.json | the same content as `processors-2.json`: read once"),
        "{notes}"
    );
}
