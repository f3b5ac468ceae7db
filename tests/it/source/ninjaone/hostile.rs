//! Values that cannot be, texts that attack, documents without end.

use proptest::prelude::*;
use serde_json::{Value, json};
use vcto::Estate;
use vcto::source::{Format, Input, Reader};

use super::{asset, device, notes, page, read, text};

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
