//! In whatever files and shapes the answers were saved.

use serde_json::{Value, json};
use vcto::ErrorKind;
use vcto::source::{self, Format, Input, Reader};

use super::{answers, asset, folder, notes, page, read, refused, text};

#[test]
fn what_an_answer_is_its_content_tells_before_its_name() {
    let expected = read(&answers());
    let told: Vec<(String, Value)> = answers()
        .into_iter()
        .enumerate()
        // Against the alphabet, so that reports come before devices and devices before organizations.
        .map(|(at, (name, answer))| match name {
            // Only its name tells a list of devices from what a report says of devices' backups: both are devices.
            "backup-usage.json" => (format!("{:02}-backup-usage.json", 50 - at), answer),
            _ => (format!("{:02}.json", 50 - at), answer),
        })
        .collect();
    let told: Vec<(&str, Value)> = told
        .iter()
        .map(|(name, answer)| (name.as_str(), answer.clone()))
        .collect();
    let mut read = read(&told);
    read.source.name = expected.source.name.clone();
    assert_eq!(read, expected);
}

#[test]
fn pages_in_files_and_pages_in_a_list_say_what_one_page_says() {
    let expected = read(&answers());
    let (mut files, mut lists) = (Vec::new(), Vec::new());
    for (name, answer) in answers() {
        let stem = name.strip_suffix(".json").unwrap();
        let rows = answer.get("results").unwrap_or(&answer).as_array().unwrap();
        let total = rows.len();
        let pages: Vec<Value> = rows
            .chunks(1)
            .map(|rows| match answer.get("cursor") {
                // The cursor counts all rows.
                Some(_) => json!({"results": rows, "cursor": {"name": "c", "count": total}}),
                None => json!(rows),
            })
            .collect();
        for (number, page) in pages.iter().enumerate() {
            files.push((format!("{stem}-{}.json", number + 1), page.clone()));
        }
        lists.push((name.to_owned(), json!(pages)));
    }
    for saved in [files, lists] {
        let saved: Vec<(&str, Value)> = saved
            .iter()
            .map(|(name, page)| (name.as_str(), page.clone()))
            .collect();
        let mut read = read(&saved);
        read.source.name = expected.source.name.clone();
        assert_eq!(read, expected);
    }
}

#[test]
fn one_file_is_read_alone_whatever_its_name() {
    let devices =
        json!([{"id": 101, "organizationId": 5, "nodeClass": "MAC", "displayName": "Mac"}]).to_string();
    assert_eq!(source::detect(devices.as_bytes()).unwrap(), Format::Ninjaone);
    let inventory = Reader::new().read(Input::bytes("x.csv", devices)).unwrap();
    assert_eq!(
        asset(&inventory, "ninjaone:device:101").kind.as_str(),
        "workstation"
    );
    let one = json!({"id": 101, "organizationId": 5, "nodeClass": "NMS_PHONE"}).to_string();
    let inventory = Reader::new().read(Input::bytes("x.json", one)).unwrap();
    assert_eq!(asset(&inventory, "ninjaone:device:101").kind.as_str(), "phone");
}

#[test]
fn what_powershell_makes_of_answers_is_read() {
    // A list of one becomes the one, a list of texts one text, and what is too deep a text that says nothing.
    let inventory = read(&[
        (
            "devices-detailed.json",
            json!({"id": "101", "organizationId": "5", "nodeClass": "LINUX_SERVER", "displayName": 7, "offline": "True",
                   "ipAddresses": "10.0.0.1 10.0.0.2", "references": "@{organization=; location=}"}),
        ),
        (
            "operating-systems.json",
            json!({"cursor": "", "results": {"deviceId": "101", "name": "Debian 12", "buildNumber": 12}}),
        ),
    ]);
    let device = asset(&inventory, "ninjaone:device:101");
    assert_eq!(device.label().into_raw(), "7");
    assert_eq!(device.boolean("offline"), Some(true));
    assert_eq!(text(device, "addresses"), Some("10.0.0.1; 10.0.0.2"));
    assert_eq!(
        (text(device, "os_name"), text(device, "os_build")),
        (Some("Debian 12"), Some("12"))
    );
    assert!(notes(&inventory).contains("-Depth 10"), "{}", notes(&inventory));
}

#[test]
fn answers_that_are_not_read_are_passed_over_and_named() {
    let inventory = read(&[
        (
            "devices.json",
            json!([{"id": 1, "organizationId": 5, "nodeClass": "MAC"}]),
        ),
        (
            "policies.json",
            json!([{"id": 1, "name": "Base", "nodeClass": "MAC", "nodeClassDefault": true}]),
        ),
        (
            "roles.json",
            json!([{"id": 1, "name": "Mac", "nodeClass": "MAC", "custom": false, "chassisType": "LAPTOP"}]),
        ),
        (
            "users.json",
            json!([{"id": 1, "firstName": "A", "userType": "TECHNICIAN", "organizationId": 5}]),
        ),
        (
            "alerts.json",
            json!([{"uid": "u", "deviceId": 1, "severity": "MINOR", "sourceConfigUid": "s"}]),
        ),
        (
            "raid-drives.json",
            page(&json!([{"deviceId": 1, "spun": true, "size": 1}])),
        ),
        ("about.json", json!({"exportedBy": "a script"})),
    ]);
    assert_eq!(inventory.assets.len(), 1);
    let notes = notes(&inventory);
    for (place, text) in [
        ("policies.json: /0", "1 records of an answer that is not read"),
        ("roles.json: /0", "1 records of an answer that is not read"),
        ("users.json: /0", "1 records of an answer that is not read"),
        ("alerts.json: /0", "1 records of an answer that is not read"),
        (
            "raid-drives.json: /results/0",
            "1 records of an answer that is not read",
        ),
        ("about.json: ", "1 records that do not say what they are"),
    ] {
        assert!(
            notes
                .lines()
                .any(|note| note.starts_with(place) && note.contains(text)),
            "{place}: {notes}"
        );
    }
}

#[test]
fn reports_without_a_list_of_devices_are_refused_with_what_to_save() {
    for files in [
        vec![("volumes.json", page(&json!([{"deviceId": 1, "freeSpace": 1}])))],
        vec![(
            "backup-usage.json",
            page(
                &json!([{"id": 1, "organizationId": 5, "nodeClass": "MAC", "references": {"backupUsage": {}}}]),
            ),
        )],
        vec![(
            "locations.json",
            json!([{"id": 1, "organizationId": 5, "name": "L"}]),
        )],
    ] {
        let error = refused(&files);
        assert_eq!(error.kind(), ErrorKind::InvalidInput);
        assert!(
            error.message().starts_with("there is no list of devices, only "),
            "{error}"
        );
        assert!(
            error.remedy_text().unwrap().contains("/v2/devices-detailed"),
            "{error}"
        );
    }
}

#[test]
fn the_time_of_the_caller_holds_before_the_last_contact() {
    let at = "2026-11-22T08:00:00Z".parse().unwrap();
    let saved = folder(&answers());
    let inventory = Reader::new().captured_at(at).read(saved.path()).unwrap();
    assert_eq!(inventory.source.captured_at, Some(at));
}

#[test]
fn a_folder_of_two_sources_is_refused_and_one_that_is_forced_is_read() {
    let netbox = json!({"count": 1, "results": [{"id": 1, "url": "https://n/api/dcim/sites/1/"}]});
    let error = refused(&[
        (
            "devices.json",
            json!([{"id": 1, "organizationId": 5, "nodeClass": "MAC"}]),
        ),
        ("sites.json", netbox),
    ]);
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
    assert!(error.message().contains("sites.json is a NetBox"), "{error}");
    assert!(
        error.message().contains("devices.json is saved answers"),
        "{error}"
    );
    // Nothing in it is certain: `id` and `name` have the records of several vendors.
    let saved = folder(&[
        ("organizations.json", json!([{"id": 5, "name": "H"}])),
        ("devices.json", json!([{"id": 1}])),
    ]);
    let inventory = source::read(saved.path(), Some(Format::Ninjaone)).unwrap();
    assert_eq!(inventory.assets.len(), 1);
}

#[test]
fn a_report_without_rows_or_without_a_cursor_is_read_by_the_name_of_its_file() {
    let empty = json!({"results": []});
    for name in [
        "backup-usage",
        "disks",
        "os-patches",
        "antivirus-status",
        "software",
    ] {
        let (mut files, name) = (answers(), format!("{name}.json"));
        files.retain(|(file, _)| *file != name);
        files.push((&name, empty.clone()));
        assert!(
            asset(&read(&files), "ninjaone:device:103").name.is_some(),
            "{name}"
        );
    }
    let mut files = answers();
    files.retain(|(file, _)| *file != "disks.json");
    files.push((
        "disks.json",
        json!({"results": [{"deviceId": 103, "size": 1000, "model": "SSD"}]}),
    ));
    let inventory = read(&files);
    let disks = inventory
        .source
        .scopes
        .iter()
        .find(|scope| scope.name.raw() == "disks");
    assert!(
        disks.is_some_and(|scope| scope.complete),
        "the rows are of the report"
    );
    // What counts its rows is a page of NetBox still.
    files.push(("sites.json", json!({"count": 0, "results": []})));
    assert!(refused(&files).to_string().contains("NetBox"));
}
