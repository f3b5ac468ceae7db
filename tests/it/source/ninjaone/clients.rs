//! One client: nothing of another, no secret, no device that nobody lists.

use serde_json::{Value, json};
use vcto::source::{Input, Reader};
use vcto::{Error, ErrorKind, Estate, Inventory};

use super::{asset, device, folder, notes, page, read, refused, text};

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
fn a_device_in_two_organizations_is_nobodys() {
    let inside = |organization: i64| json!({"id": 1, "organizationId": organization, "nodeClass": "MAC", "displayName": "torn"});
    let files = [("devices.json", json!([inside(5), device(2), inside(6)]))];
    let inventory = read(&files);
    assert_eq!(inventory.assets.len(), 1);
    assert!(notes(&inventory).contains("device 1 is there in two organizations: left out"));
    assert!(!scoped(&files, "5").unwrap().to_json().contains("torn"));
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
