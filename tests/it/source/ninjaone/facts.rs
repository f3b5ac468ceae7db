//! What each answer becomes.

use serde_json::{Value, json};
use vcto::estate::{Inventory, RelationKind};

use super::{answers, asset, notes, number, page, read, relations, text};

#[test]
fn every_answer_becomes_the_facts_that_are_promised() {
    let inventory = read(&answers());
    assert_eq!(notes(&inventory), "");
    assert_eq!(inventory.assets.len(), 3);
    let sql = asset(&inventory, "ninjaone:device:103");
    assert_eq!(sql.kind.as_str(), "virtual_machine");
    assert_eq!(sql.label().into_raw(), "SQL-01");
    // The dates are those of `date -u -d @SECONDS +%F`, the sizes those of `SECONDS / 2^20` in Python.
    for (fact, expected) in [
        ("address", "10.10.1.13"),
        ("addresses", "10.10.1.13"),
        ("antivirus", "SentinelOne; Windows Defender"),
        ("antivirus_definitions", "UP_TO_DATE"),
        ("antivirus_state", "on"),
        ("backup_last_failure", "2026-11-21"),
        ("backup_last_success", "2026-11-21"),
        ("backup_product", "NinjaOne Backup"),
        ("bitlocker", "partial"),
        ("chassis", "SERVER"),
        ("cpu_model", "Xeon Gold 6330"),
        ("disk_status", "Pred Fail"),
        ("dns_name", "sql-01.halden.example"),
        ("dns_servers", "10.10.1.12; 10.10.1.11"),
        ("domain", "halden.example"),
        ("domain_role", "Member Server"),
        ("edr", "SentinelOne"),
        ("gateways", "10.10.1.1"),
        ("last_boot", "2026-11-10"),
        ("last_seen", "2026-11-21"),
        ("mac_addresses", "00:50:56:01:01:0d; 00:50:56:01:01:0e"),
        ("manufacturer", "VMware, Inc."),
        ("model", "VMware7,1"),
        ("netbios_name", "SQL-01"),
        ("node_class", "WINDOWS_SERVER"),
        ("os_architecture", "64-bit"),
        ("os_build", "14393"),
        ("os_name", "Windows Server 2016 Standard"),
        ("os_version", "1607"),
        ("owner", "Ada Lovell"),
        ("public_address", "203.0.113.7"),
        ("purchased", "2021-09-13"),
        ("rmm_health", "NEEDS_ATTENTION"),
        ("rmm_role", "Database server"),
        ("rmm_status", "approved"),
        ("rmm_uid", "0d5d5a7e-0000-4000-8000-000000000103"),
        ("serial", "VMware-42 1c"),
        ("services_running", "MSSQLSERVER"),
        (
            "software",
            "Acme Sync Pro; Microsoft SQL Server 2016 (64-bit) 13.0.6450",
        ),
        ("tags", "core; a b"),
        ("volumes", "C:; D:"),
        ("warranty_end", "2026-09-19"),
        ("warranty_start", "2021-09-20"),
    ] {
        assert_eq!(text(sql, fact), Some(expected), "{fact}");
    }
    for (fact, expected) in [
        ("cpu_cores", "8"),
        ("cpu_sockets", "2"),
        ("disk_mib", "204800"),
        ("disk_used_mib", "61214"),
        ("memory_mib", "32768"),
        ("patches_critical_pending", "1"),
        ("patches_failed", "1"),
        ("patches_pending", "2"),
        ("vulnerabilities_critical", "3"),
        ("vulnerabilities_high", "7"),
    ] {
        assert_eq!(number(sql, fact).as_deref(), Some(expected), "{fact}");
    }
    for (fact, expected) in [
        ("is_virtual", true),
        ("offline", false),
        ("reboot_needed", true),
        ("rmm_agent", true),
    ] {
        assert_eq!(sql.boolean(fact), Some(expected), "{fact}");
    }
    assert_eq!(sql.facts.len(), 43 + 10 + 4, "no fact that is not listed here");
    assert_eq!(
        relations(&inventory),
        [
            (
                "ninjaone:device:103",
                &RelationKind::LocatedAt,
                "ninjaone:location:1"
            ),
            (
                "ninjaone:device:103",
                &RelationKind::RunsOn,
                "ninjaone:device:201"
            ),
            (
                "ninjaone:device:201",
                &RelationKind::LocatedAt,
                "ninjaone:location:1"
            ),
        ]
    );
    let site = asset(&inventory, "ninjaone:location:1");
    assert_eq!(
        (site.kind.as_str(), text(site, "postal_address")),
        ("site", Some("1 Park Row"))
    );
    let host = asset(&inventory, "ninjaone:device:201");
    assert_eq!(
        (host.kind.as_str(), host.label().into_raw()),
        ("hypervisor_host", "ESX-02")
    );
    assert_eq!(
        inventory.source.captured_at.unwrap().to_string(),
        "2026-11-21T22:00:00Z"
    );
    assert!(!inventory.source.complete);
}

#[test]
fn the_scopes_are_the_kinds_that_an_rmm_lists_and_the_reports_that_were_read() {
    let inventory = read(&answers());
    let scopes: Vec<&str> = inventory
        .source
        .scopes
        .iter()
        .map(|scope| scope.name.raw().as_str())
        .collect();
    assert_eq!(
        scopes.join(" "),
        "antivirus_status computer_systems device_health disks hypervisor_host network_interfaces operating_systems os_patches \
         processors rmm server site software virtual_machine volumes windows_services workstation"
    );
    assert!(inventory.source.scopes.iter().all(|scope| scope.complete));
}

#[test]
fn classes_give_kinds_and_unknown_ones_are_kept() {
    let device = |id: u32, class: &str| json!({"id": id, "organizationId": 5, "nodeClass": class});
    let classes = [
        ("WINDOWS_SERVER", "server", Some(true)),
        ("HYPERV_VMM_GUEST", "virtual_machine", Some(false)),
        ("HYPERV_VMM_HOST", "hypervisor_host", Some(true)),
        ("NMS_SWITCH", "switch", Some(false)),
        ("NMS_FIREWALL", "firewall", Some(false)),
        ("NMS_WAP", "wireless_access_point", Some(false)),
        ("NMS_PRINTER", "printer", Some(false)),
        ("UNMANAGED_DEVICE", "device", Some(false)),
        ("QUANTUM_TOASTER", "device", None),
    ];
    let devices: Vec<Value> = (1..)
        .zip(classes)
        .map(|(id, (class, ..))| device(id, class))
        .collect();
    let inventory = read(&[("devices.json", json!(devices))]);
    for (id, (class, kind, agent)) in (1..).zip(classes) {
        let device = asset(&inventory, &format!("ninjaone:device:{id}"));
        assert_eq!(device.kind.as_str(), kind, "{class}");
        assert_eq!(text(device, "node_class"), Some(class));
        assert_eq!(device.boolean("rmm_agent"), agent, "{class}");
    }
    assert_eq!(notes(&inventory).lines().count(), 1, "{}", notes(&inventory));
    assert!(notes(&inventory).contains("QUANTUM_TOASTER"));
}

#[test]
fn a_device_that_is_no_more_is_kept_with_its_state() {
    let inventory = read(&[(
        "devices.json",
        json!([
            {"id": 1, "organizationId": 5, "nodeClass": "WINDOWS_WORKSTATION", "approvalStatus": "DECOMMISSIONED"},
            {"id": 2, "organizationId": 5, "nodeClass": "WINDOWS_WORKSTATION", "approvalStatus": "STAGED"},
            {"id": 3, "organizationId": 5, "nodeClass": "WINDOWS_WORKSTATION", "approvalStatus": "PENDING"},
        ]),
    )]);
    let device = |id: u32| asset(&inventory, &format!("ninjaone:device:{id}"));
    assert_eq!(text(device(1), "status"), Some("decommissioned"));
    assert_eq!(text(device(1), "rmm_status"), Some("decommissioned"));
    assert_eq!(text(device(2), "status"), None);
    let agents: Vec<_> = (1..4).map(|id| device(id).boolean("rmm_agent")).collect();
    assert_eq!(agents, [Some(false), Some(false), Some(true)]);
}

#[test]
fn guests_run_on_hosts_and_everything_else_is_managed_by_its_parent() {
    let inventory = read(&[
        (
            "devices.json",
            json!([
                {"id": 1, "organizationId": 5, "nodeClass": "VMWARE_VM_HOST"},
                {"id": 2, "organizationId": 5, "nodeClass": "VMWARE_VM_GUEST", "parentDeviceId": 1},
                {"id": 3, "organizationId": 5, "nodeClass": "WINDOWS_SERVER", "parentDeviceId": 1},
                {"id": 4, "organizationId": 5, "nodeClass": "WINDOWS_SERVER", "parentDeviceId": 1},
                {"id": 5, "organizationId": 5, "nodeClass": "NMS_SWITCH", "parentDeviceId": 4},
                {"id": 6, "organizationId": 5, "nodeClass": "NMS_SWITCH", "parentDeviceId": 6},
                {"id": 7, "organizationId": 5, "nodeClass": "NMS_SWITCH", "parentDeviceId": 99},
            ]),
        ),
        (
            "computer-systems.json",
            page(&json!([{"deviceId": 3, "virtualMachine": true}, {"deviceId": 4, "virtualMachine": false}])),
        ),
    ]);
    let device = |id: u32| format!("ninjaone:device:{id}");
    let expected = [
        (2, RelationKind::RunsOn, 1),
        (3, RelationKind::RunsOn, 1),
        (4, RelationKind::ManagedBy, 1),
        (5, RelationKind::ManagedBy, 4),
    ];
    let expected: Vec<_> = expected
        .map(|(from, kind, to)| (device(from), kind, device(to)))
        .into();
    let found: Vec<_> = relations(&inventory)
        .into_iter()
        .map(|(from, kind, to)| (from.to_owned(), kind.clone(), to.to_owned()))
        .collect();
    assert_eq!(found, expected);
    assert!(notes(&inventory).contains("1 devices name a parent that is not in the input"));
}

#[test]
fn a_machine_is_as_well_guarded_as_its_best_product_and_one_without_any_says_so() {
    let device = |id: u32, class: &str| json!({"id": id, "organizationId": 5, "nodeClass": class});
    let devices = json!([
        device(1, "WINDOWS_WORKSTATION"),
        device(2, "WINDOWS_WORKSTATION"),
        device(3, "WINDOWS_WORKSTATION"),
        device(4, "LINUX_SERVER"),
        device(5, "NMS_SWITCH")
    ]);
    let product = |id: u32, name: &str, state: &str| json!({"deviceId": id, "productName": name, "productState": state});
    let rows = json!([
        product(1, "Windows Defender", "OFF"),
        product(1, "Sophos", "SNOOZED"),
        product(2, "Windows Defender", "UNKNOWN"),
    ]);
    let inventory = read(&[
        ("devices.json", devices.clone()),
        ("antivirus-status.json", page(&rows)),
    ]);
    let of = |inventory: &Inventory, id: u32| {
        let device = asset(inventory, &format!("ninjaone:device:{id}")).clone();
        let text = |fact: &str| text(&device, fact).map(str::to_owned);
        (text("antivirus"), text("antivirus_state"))
    };
    let some = |text: &str| Some(text.to_owned());
    assert_eq!(of(&inventory, 1), (some("Sophos; Windows Defender"), some("off")));
    assert_eq!(of(&inventory, 2), (some("Windows Defender"), some("unknown")));
    assert_eq!(of(&inventory, 3), (some(""), None));
    assert_eq!(
        of(&inventory, 4),
        (None, None),
        "Linux has no centre that would report one"
    );
    assert_eq!(of(&inventory, 5), (None, None));

    // A page that is missing may hold what the machine has.
    let torn = json!({"cursor": {"name": "c", "count": 4}, "results": rows});
    let inventory = read(&[("devices.json", devices.clone()), ("antivirus-status.json", torn)]);
    assert_eq!(of(&inventory, 3), (None, None));
    assert!(
        notes(&inventory).contains("3 of 4 rows are here"),
        "{}",
        notes(&inventory)
    );
    let scope = inventory
        .source
        .scopes
        .iter()
        .find(|scope| scope.name.raw() == "antivirus_status");
    assert!(!scope.unwrap().complete);
    let without = read(&[("devices.json", devices)]);
    assert_eq!(of(&without, 3), (None, None));
}

#[test]
fn a_workgroup_is_no_domain_and_what_is_not_certain_is_neither() {
    let cases = [
        (
            json!({"domain": "WORKGROUP", "domainRole": "Standalone Workstation"}),
            None,
            Some("WORKGROUP"),
        ),
        (
            json!({"domain": "HALDEN", "domainRole": "Member Workstation"}),
            Some("HALDEN"),
            None,
        ),
        (
            json!({"domain": "HALDEN", "domainRole": "5"}),
            Some("HALDEN"),
            None,
        ),
        (json!({"domain": "WORKGROUP"}), None, Some("WORKGROUP")),
        (json!({"domain": "halden.example"}), Some("halden.example"), None),
        (json!({"domain": "HALDEN"}), None, None),
    ];
    let devices: Vec<Value> = (1..=6)
        .map(|id| json!({"id": id, "organizationId": 5, "nodeClass": "MAC"}))
        .collect();
    let rows: Vec<Value> = (1..)
        .zip(&cases)
        .map(|(id, (row, ..))| {
            let mut row = row.clone();
            row["deviceId"] = json!(id);
            row["totalPhysicalMemory"] = json!(0);
            row
        })
        .collect();
    let inventory = read(&[
        ("devices.json", json!(devices)),
        ("computer-systems.json", json!(rows)),
    ]);
    for (id, (row, domain, workgroup)) in (1..).zip(&cases) {
        let device = asset(&inventory, &format!("ninjaone:device:{id}"));
        assert_eq!(
            (text(device, "domain"), text(device, "workgroup")),
            (*domain, *workgroup),
            "{row}"
        );
        assert_eq!(device.number("memory_mib"), None);
    }
    let fifth = asset(&inventory, "ninjaone:device:3");
    assert_eq!(text(fifth, "domain_role"), Some("Primary Domain Controller"));
    assert!(notes(&inventory).contains("domainRole"), "{}", notes(&inventory));
}

#[test]
fn patches_are_those_listed_and_without_a_list_those_counted() {
    let devices: Vec<Value> = (1..=3)
        .map(|id| json!({"id": id, "organizationId": 5, "nodeClass": "WINDOWS_SERVER"}))
        .collect();
    let patch = |device: u32, id: &str, status: &str, at: f64| json!({"deviceId": device, "id": id, "kbNumber": "KB1", "status": status, "timestamp": at});
    let inventory = read(&[
        ("devices.json", json!(devices)),
        (
            "os-patches.json",
            page(&json!([
                patch(1, "a", "APPROVED", 1.0),
                patch(1, "b", "MANUAL", 1.0),
                patch(1, "c", "ODD", 1.0)
            ])),
        ),
        // One was installed since, one failed; on the second device nothing is known to be pending.
        (
            "os-patch-installs.json",
            page(&json!([
                patch(1, "a", "INSTALLED", 2.0),
                patch(1, "d", "FAILED", 2.0),
                patch(2, "a", "INSTALLED", 2.0)
            ])),
        ),
        (
            "device-health.json",
            page(&json!([
            {"deviceId": 2, "healthStatus": "HEALTHY"},
            {"deviceId": 3, "pendingOSPatchesCount": 4, "failedOSPatchesCount": "1"}])),
        ),
    ]);
    let counts = |id: u32| {
        let device = asset(&inventory, &format!("ninjaone:device:{id}"));
        ["patches_pending", "patches_critical_pending", "patches_failed"].map(|fact| number(device, fact))
    };
    let some = |text: &str| Some(text.to_owned());
    assert_eq!(counts(1), [some("1"), some("0"), some("1")]);
    assert_eq!(counts(2), [None, None, some("0")]);
    assert_eq!(counts(3), [some("4"), None, some("1")]);
    assert!(
        notes(&inventory).contains("`ODD` are states of patches that are not known"),
        "{}",
        notes(&inventory)
    );
}

#[test]
fn places_come_from_lists_and_from_organizations_and_short_names_are_kept_with_a_note() {
    let inventory = read(&[
        (
            "organizations-detailed.json",
            json!([{"id": 5, "name": "H", "locations": [{"id": 1, "name": "Leeds"}], "settings": {}}]),
        ),
        (
            "devices-detailed.json",
            json!([
                {"id": 1, "organizationId": 5, "locationId": 1, "nodeClass": "MAC"},
                {"id": 2, "organizationId": 5, "locationId": 2, "nodeClass": "MAC", "references": {"location": {"id": 2, "name": "York"}}},
                {"id": 3, "organizationId": 5, "locationId": 3, "nodeClass": "MAC"},
            ]),
        ),
    ]);
    assert_eq!(
        inventory
            .assets
            .iter()
            .filter(|asset| asset.kind.as_str() == "site")
            .count(),
        2
    );
    assert_eq!(
        asset(&inventory, "ninjaone:location:2").label().into_raw(),
        "York"
    );
    assert_eq!(relations(&inventory).len(), 2);
    let notes = notes(&inventory);
    assert!(notes.contains("only the name is known"), "{notes}");
    assert!(
        notes.contains("1 devices name a location that is not in the input"),
        "{notes}"
    );
}
