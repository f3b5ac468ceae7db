//! NinjaOne: what may never happen, whatever the answers hold: foreign clients, secrets, panics, silent losses.

use proptest::prelude::*;
use serde_json::{Value, json};
use vcto::source::{Format, Input, Reader};
use vcto::{Error, ErrorKind, Estate, Inventory};

use super::ninjaone::{asset, folder, notes, page, read, refused, text};

fn device(id: i64) -> Value {
    json!({"id": id, "organizationId": 5, "nodeClass": "WINDOWS_WORKSTATION", "displayName": format!("PC-{id}")})
}

/// Two clients on one instance. Everything of the second is marked.
fn two_clients() -> Vec<(&'static str, Value)> {
    let foreign = |id: i64| {
        json!({"id": id, "organizationId": 6, "locationId": 20, "nodeClass": "WINDOWS_SERVER", "displayName": "FOREIGN-DEVICE",
               "lastContact": 9e99, "references": {"organization": {"id": 6, "name": "Foreign Ltd"}, "location": {"name": "FOREIGN-PLACE"}}})
    };
    vec![
        (
            "organizations.json",
            json!([{"id": 5, "name": "Halden & Pryce", "nodeApprovalMode": "MANUAL"}, {"id": 6, "name": "Foreign Ltd", "nodeApprovalMode": "MANUAL"},
                   {"id": 7, "name": "5", "nodeApprovalMode": "MANUAL"}]),
        ),
        (
            "locations.json",
            json!([{"id": 10, "name": "Leeds", "organizationId": 5}, {"id": 20, "name": "FOREIGN-PLACE", "organizationId": 6}, {"id": 30, "name": "FOREIGN-UNTOLD"}]),
        ),
        (
            "devices.json",
            json!([
                {"id": 1, "organizationId": 5, "locationId": 10, "nodeClass": "WINDOWS_SERVER", "displayName": "DC-01"},
                {"id": 2, "organizationId": 5, "locationId": 20, "parentDeviceId": 900, "nodeClass": "NMS_SWITCH", "displayName": "SW-01",
                 "references": {"location": {"id": 20, "name": "FOREIGN-PLACE"}}},
                foreign(900), foreign(901),
                {"id": 902, "nodeClass": "WINDOWS_SERVER", "displayName": "FOREIGN-NOBODY"}
            ]),
        ),
        (
            "software.json",
            page(
                &json!([{"deviceId": 1, "name": "Sage 50", "publisher": "Sage"}, {"deviceId": 900, "name": "FOREIGN-APP", "publisher": "x"},
                         {"deviceId": 902, "name": "FOREIGN-APP", "publisher": "x"}]),
            ),
        ),
        (
            "operating-systems.json",
            page(
                &json!([{"deviceId": 900, "name": "FOREIGN-OS", "lastBootTime": 1_795_298_400_000.0},
                         {"deviceId": 901, "name": "FOREIGN-OS", "lastBootTime": -1.0}, {"deviceId": 902, "name": "FOREIGN-OS", "lastBootTime": "FOREIGN-TIME"}]),
            ),
        ),
    ]
}

fn scoped(files: &[(&str, Value)], scope: &str) -> Result<Inventory, Error> {
    Reader::new().scope(scope).read(folder(files).path())
}

#[test]
fn devices_of_several_organizations_are_refused_with_their_list() {
    let error = refused(&two_clients());
    assert_eq!(error.kind(), ErrorKind::Ambiguous);
    assert!(error.message().contains("2 organizations"), "{error}");
    let remedy = error.remedy_text().unwrap();
    assert!(remedy.contains("5 `Halden & Pryce`, 6 `Foreign Ltd`"), "{remedy}");
    assert!(remedy.contains("df=org"), "{remedy}");
}

#[test]
fn with_a_scope_nothing_of_another_client_is_taken_or_told() {
    let by_name = scoped(&two_clients(), "halden & PRYCE ").unwrap();
    let ids: Vec<&str> = by_name.assets.iter().map(|asset| asset.id.as_str()).collect();
    assert_eq!(
        ids,
        ["ninjaone:device:1", "ninjaone:device:2", "ninjaone:location:10"]
    );
    assert_eq!(
        text(asset(&by_name, "ninjaone:device:1"), "software"),
        Some("Sage 50")
    );
    let written = by_name.to_json();
    assert!(
        !written.contains("FOREIGN") && !written.contains("Foreign"),
        "{written}"
    );
    let notes = notes(&by_name);
    assert!(
        notes.contains("2 devices of other organizations are left out"),
        "{notes}"
    );
    assert!(
        notes.contains("1 devices do not say to which organization they belong"),
        "{notes}"
    );
    assert!(
        notes.contains("2 locations of other organizations are left out"),
        "{notes}"
    );
    // What could not be read of the other's devices is not told either: neither milliseconds nor absurd times.
    assert!(
        !notes.contains("lastBootTime") && !notes.contains("lastContact"),
        "{notes}"
    );
    let devices = by_name
        .source
        .scopes
        .iter()
        .find(|scope| scope.name.raw() == "server")
        .unwrap();
    assert!(!devices.complete, "a device that says nobody's name may be ours");
    Estate::new(by_name).unwrap();
}

#[test]
fn a_scope_is_an_id_or_a_name_and_never_a_guess() {
    assert_eq!(scoped(&two_clients(), "6").unwrap().assets.len(), 3);
    let several = scoped(&two_clients(), "5").unwrap_err();
    assert_eq!(
        several.kind(),
        ErrorKind::Ambiguous,
        "an id of one and the name of another"
    );
    assert!(
        several
            .remedy_text()
            .unwrap()
            .contains("5 `Halden & Pryce`, 7 `5`"),
        "{several}"
    );
    let near = scoped(&two_clients(), "Halden and Pryce").unwrap_err();
    assert_eq!(near.kind(), ErrorKind::NotFound);
    assert!(
        near.remedy_text()
            .unwrap()
            .contains("did you mean `Halden & Pryce`?"),
        "{near}"
    );
    let far = scoped(&two_clients(), "Zzz").unwrap_err();
    assert!(
        far.remedy_text()
            .unwrap()
            .contains("there are 5 `Halden & Pryce`"),
        "{far}"
    );
    let unnamed = scoped(
        &[("devices.json", json!([device(1)])), ("x.json", json!([]))],
        "Halden",
    )
    .unwrap_err();
    assert!(
        unnamed.remedy_text().unwrap().contains("there are 5"),
        "{unnamed}"
    );
    // A client without devices is a client.
    let empty = scoped(&two_clients(), "7").unwrap();
    assert_eq!(empty.assets.len(), 0);
}

#[test]
fn a_scope_that_a_format_does_not_know_is_noted() {
    let netbox = Input::bytes("n.json", r#"{"dcim.site": [{"pk": 1, "name": "A"}]}"#);
    let inventory = Reader::new().scope("Halden").read(netbox).unwrap();
    assert!(
        notes(&inventory).contains("`Halden` was not applied"),
        "{}",
        notes(&inventory)
    );
}

#[test]
fn rows_of_devices_that_are_not_listed_never_make_devices() {
    let usage = json!([{"id": 1, "organizationId": 5, "nodeClass": "MAC", "references": {"backupUsage": {"cloudTotalSize": 1}}},
                       {"id": 66, "organizationId": 5, "nodeClass": "MAC", "displayName": "DELETED"}]);
    let inventory = read(&[
        ("devices.json", json!([device(1)])),
        ("backup-usage.json", page(&usage)),
        (
            "software.json",
            page(&json!([{"deviceId": 67, "name": "X", "publisher": "Y"}])),
        ),
    ]);
    assert_eq!(inventory.assets.len(), 1);
    assert!(
        notes(&inventory).contains("reports tell of 2 devices that are not in the list"),
        "{}",
        notes(&inventory)
    );
    assert_eq!(
        text(asset(&inventory, "ninjaone:device:1"), "backup_product"),
        Some("NinjaOne Backup")
    );
}

#[test]
fn secrets_never_enter() {
    let canary = "canary-7f3a";
    let mut rich = device(1);
    for field in [
        "userData",
        "customFields",
        "fields",
        "ninjaSecureField",
        "assignedOwnerUid",
    ] {
        rich[field] = json!({"password": canary, "name": canary});
    }
    rich["notes"] = json!([{"text": canary}]);
    rich["maintenance"] = json!({"reasonMessage": canary});
    rich["references"] = json!({"organization": {"id": 5, "name": "H", "userData": {"name": canary}, "description": canary},
        "location": {"id": 1, "name": "L", "userData": {"name": canary}},
        "policy": {"name": canary}, "assignedOwner": {"firstName": "A", "phone": canary, "email": canary}});
    let service = json!({"deviceId": 1, "name": "S", "state": "RUNNING", "startType": "AUTO_START", "userName": canary, "description": canary});
    let organization = json!({"id": 5, "name": "H", "nodeApprovalMode": "MANUAL", "userData": {"k": canary}, "settings": {"psa": {"options": canary}}});
    let location = json!({"id": 1, "name": "L", "organizationId": 5, "userData": {"k": canary}, "fields": {"k": canary}});
    let inventory = read(&[
        ("devices.json", json!([rich])),
        ("windows-services.json", page(&json!([service]))),
        ("organizations-detailed.json", json!([organization])),
        ("locations.json", json!([location])),
        (
            "custom-fields.json",
            page(&json!([{"deviceId": 1, "fields": {"wifiPassword": canary}}])),
        ),
    ]);
    assert!(!inventory.to_json().contains(canary), "{}", inventory.to_json());
    assert!(!format!("{inventory:?}").contains(canary));
    assert_eq!(text(asset(&inventory, "ninjaone:device:1"), "owner"), Some("A"));
}

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
        .find(|scope| scope.name.raw() == "antivirus");
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
fn a_device_in_two_organizations_is_nobodys() {
    let inside = |organization: i64| json!({"id": 1, "organizationId": organization, "nodeClass": "MAC", "displayName": "torn"});
    let files = [("devices.json", json!([inside(5), device(2), inside(6)]))];
    let inventory = read(&files);
    assert_eq!(inventory.assets.len(), 1);
    assert!(notes(&inventory).contains("device 1 is there in two organizations: left out"));
    assert!(!scoped(&files, "5").unwrap().to_json().contains("torn"));
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

#[test]
fn times_that_cannot_be_are_no_dates_and_milliseconds_are_known() {
    let at = |id: i64, time: Value| json!({"id": id, "organizationId": 5, "nodeClass": "MAC", "lastContact": time});
    let inventory = read(&[(
        "devices.json",
        json!([
            at(1, json!(1_795_298_400_000_i64)),
            at(2, json!(-1.797e308)),
            at(3, json!(0)),
            at(4, json!("0000-00-00")),
            at(5, json!(253_370_764_800_i64)),
            at(6, json!("1795298400")),
            at(7, json!(-9_007_199_254_740_991_i64)),
        ]),
    )]);
    let seen: Vec<Option<&str>> = (1..=7)
        .map(|id| text(asset(&inventory, &format!("ninjaone:device:{id}")), "last_seen"))
        .collect();
    assert_eq!(
        seen,
        [
            Some("2026-11-21"),
            None,
            None,
            None,
            None,
            Some("2026-11-21"),
            None
        ]
    );
    let notes = notes(&inventory);
    assert!(
        notes.contains("1 values of `lastContact` are in milliseconds"),
        "{notes}"
    );
    assert!(
        notes.contains("1 values of `lastContact` are 0: taken as never"),
        "{notes}"
    );
    for id in [2, 4, 5, 7] {
        assert!(
            notes.contains(&format!("no time that can be: left out | ninjaone:device:{id}\n")),
            "{id}: {notes}"
        );
    }
}

#[test]
fn sizes_that_cannot_be_are_left_out() {
    let rows: Vec<Value> = (1..)
        .zip([json!("16 GB"), json!(-1), json!(""), json!("17179869184"), json!(1.5), json!(9_007_199_254_740_991_i64)])
        .map(|(id, memory)| json!({"deviceId": id, "totalPhysicalMemory": memory, "serialNumber": "To be filled by O.E.M."}))
        .collect();
    let devices: Vec<Value> = (1..=6).map(device).collect();
    let inventory = read(&[
        ("devices.json", json!(devices)),
        ("computer-systems.json", json!(rows)),
    ]);
    let memory: Vec<Option<String>> = (1..=6)
        .map(|id| {
            asset(&inventory, &format!("ninjaone:device:{id}"))
                .number("memory_mib")
                .map(|number| number.to_string())
        })
        .collect();
    let some = |text: &str| Some(text.to_owned());
    assert_eq!(
        memory,
        [None, None, None, some("16384"), None, some("8589934592")]
    );
    assert!(
        inventory
            .assets
            .iter()
            .all(|asset| asset.fact("serial").is_none())
    );
    assert!(
        notes(&inventory).contains("serial number is one that makers leave"),
        "{}",
        notes(&inventory)
    );
}

#[test]
fn hostile_texts_are_kept_or_left_out_with_a_note_and_never_split_a_list() {
    let long = "x".repeat(1 << 20);
    let names = [
        "=cmd|' /C calc'!A0",
        "<script>alert(1)</script>",
        "{{7*7}}",
        "ignore previous instructions",
        "\u{202e}gnp.exe",
    ];
    let mut devices: Vec<Value> = (1..)
        .zip(names)
        .map(|(id, name)| json!({"id": id, "organizationId": 5, "nodeClass": "MAC", "displayName": name}))
        .collect();
    devices.push(json!({"id": 7, "organizationId": 5, "nodeClass": "MAC", "displayName": long}));
    devices.push(json!({"id": 8, "organizationId": 5, "nodeClass": "MAC", "displayName": "a\u{0}b", "tags": ["t\u{0}u", long, 3, "v"]}));
    let title = |name: &str| json!({"deviceId": 1, "name": name, "publisher": "p"});
    let software = json!([
        title("A; B, C"),
        title("line\nbreak\u{0}"),
        title(&long),
        title(" ;, "),
        title("<b>")
    ]);
    let inventory = read(&[
        ("devices.json", json!(devices)),
        ("software.json", page(&software)),
        (
            "network-interfaces.json",
            page(
                &json!([{"deviceId": 1, "ipAddress": ["10.0.0.1", "evil; rm", long], "dnsServers": "10.0.0.2 // x",
            "macAddress": ["00:00:00:00:00:00", "zz"], "defaultGateway": "0.0.0.0"}]),
            ),
        ),
    ]);
    for (id, name) in (1..).zip(names) {
        assert_eq!(
            asset(&inventory, &format!("ninjaone:device:{id}"))
                .label()
                .into_raw(),
            name
        );
    }
    assert_eq!(asset(&inventory, "ninjaone:device:7").name, None);
    assert_eq!(
        text(asset(&inventory, "ninjaone:device:8"), "tags"),
        Some("t u; v")
    );
    let first = asset(&inventory, "ninjaone:device:1");
    assert_eq!(text(first, "software"), Some("<b>; A B C; line break"));
    assert_eq!(text(first, "addresses"), Some("10.0.0.1"));
    assert_eq!(text(first, "dns_servers"), Some("10.0.0.2"));
    assert_eq!(
        (text(first, "gateways"), text(first, "mac_addresses")),
        (None, None)
    );
    let notes = notes(&inventory);
    assert!(notes.contains("2 values of `software` are no names"), "{notes}");
    assert!(notes.contains("the name is too long: left out"), "{notes}");
}

#[test]
fn more_than_a_list_holds_is_counted() {
    let rows: Vec<Value> = (0..6_000)
        .map(|at| json!({"deviceId": 1, "name": format!("Package number {at}"), "publisher": "p"}))
        .collect();
    let inventory = read(&[
        ("devices.json", json!([device(1)])),
        ("software.json", page(&json!(rows))),
    ]);
    let listed = text(asset(&inventory, "ninjaone:device:1"), "software").unwrap();
    assert!(listed.len() <= 32 << 10);
    let notes = notes(&inventory);
    assert!(
        notes.contains("1904 values of `software` have no room"),
        "{notes}"
    );
    let left_out = 4_096 - listed.split("; ").count();
    assert!(
        notes.contains(&format!("{left_out} names of the list have no room")),
        "{notes}"
    );
}

#[test]
fn deep_documents_are_read_or_refused_and_never_overflow() {
    let deep = "[".repeat(100_000);
    for content in [
        format!("{deep}{}", "]".repeat(100_000)),
        deep.clone(),
        format!("{{\"results\": {deep}"),
        "{\"results\":".repeat(50_000),
        format!(
            "[{{\"id\": 1, \"organizationId\": 5, \"nodeClass\": \"MAC\", \"userData\": {deep}{}}}]",
            "]".repeat(100_000)
        ),
        format!(
            "[{{\"id\": 1, \"organizationId\": 5, \"nodeClass\": \"MAC\", \"tags\": {deep}{}}}]",
            "]".repeat(100_000)
        ),
    ] {
        let input = Input::bytes("x.json", content);
        let _ = Reader::new().format(Format::Ninjaone).read(input);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 768, ..ProptestConfig::default() })]

    #[test]
    fn any_answers_never_panic_and_make_an_estate(json in answers()) {
        let read = Reader::new().format(Format::Ninjaone).scope("1").read(Input::bytes("devices.json", json));
        if let Ok(inventory) = read {
            Estate::new(inventory).unwrap();
        }
    }
}

/// Records that hold anything where a key, a name, a time or an object is expected.
fn answers() -> impl Strategy<Value = String> {
    let value = prop_oneof![
        Just("null".to_owned()),
        (0..4_u8).prop_map(|key| key.to_string()),
        Just("-2147483648".to_owned()),
        Just("-9007199254740991".to_owned()),
        Just("-1.797e308".to_owned()),
        Just("1795298400".to_owned()),
        Just("\"\"".to_owned()),
        Just("\"A; 10.0.0.1\"".to_owned()),
        Just("\"WINDOWS_SERVER\"".to_owned()),
        Just("\"VMWARE_VM_HOST\"".to_owned()),
        Just("\"\\u0000\"".to_owned()),
        Just("true".to_owned()),
        Just("[\"00:11:22:33:44:55\", 7, null, []]".to_owned()),
        (0..4_u8).prop_map(|key| format!("{{\"id\": {key}, \"name\": \"n\", \"endDate\": {key}}}")),
        Just("{\"backupUsage\": {\"cloudTotalSize\": -1}, \"warranty\": {\"endDate\": 1e300}, \"location\": {\"id\": 1, \"name\": \"L\"}}".to_owned()),
    ];
    let field = prop::sample::select(
        "organizationId locationId parentDeviceId nodeClass approvalStatus displayName lastContact references ipAddresses \
         macAddresses tags totalPhysicalMemory serialNumber domain domainRole numberOfProcessors virtualMachine buildNumber \
         lastBootTime capacity freeSpace driveLetter name bitLockerStatus numCores defaultGateway dnsServers ipAddress status \
         severity kbNumber productName productState healthStatus pendingOSPatchesCount publisher version jobStatus jobId \
         jobEndTime startType state nodeApprovalMode locations address results cursor size smartCapable timestamp"
            .split_whitespace()
            .collect::<Vec<_>>(),
    );
    let record = (
        any::<bool>(),
        0..4_u8,
        prop::collection::vec((field, value), 0..9),
    )
        .prop_map(|(row, key, fields)| {
            let own = if row { "deviceId" } else { "id" };
            let mut seen = std::collections::BTreeSet::new();
            let fields: String = fields
                .iter()
                .filter(|(name, _)| seen.insert(*name))
                .map(|(name, value)| format!(", \"{name}\": {value}"))
                .collect();
            format!("{{\"{own}\": {key}{fields}}}")
        });
    prop::collection::vec((any::<bool>(), prop::collection::vec(record, 0..6)), 0..5).prop_map(|pages| {
        let pages: Vec<String> = pages
            .iter()
            .map(|(report, rows)| match report {
                true => format!(
                    "{{\"cursor\": {{\"count\": 3}}, \"results\": [{}]}}",
                    rows.join(", ")
                ),
                false => format!("[{}]", rows.join(", ")),
            })
            .collect();
        format!("[{}]", pages.join(", "))
    })
}
