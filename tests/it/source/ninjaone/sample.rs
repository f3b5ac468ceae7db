//! The sample client's folder. What is expected was counted in the files themselves, by the `jq` programs in the comments.

use std::collections::BTreeMap;
use std::path::Path;

use vcto::Decimal;
use vcto::estate::{Asset, Inventory, RelationKind};
use vcto::{Estate, source};

use super::{asset, notes, text};

fn sample() -> Inventory {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/data/halden-pryce/ninjaone");
    source::read(Path::new(folder), None).unwrap()
}

fn devices(inventory: &Inventory) -> impl Iterator<Item = &Asset> {
    let all = inventory.assets.iter();
    all.filter(|asset| asset.id.as_str().starts_with("ninjaone:device:"))
}

/// How many devices have which value of a fact.
fn tally<'a>(inventory: &'a Inventory, fact: &str) -> BTreeMap<&'a str, usize> {
    let mut tally = BTreeMap::new();
    for value in devices(inventory).filter_map(|device| text(device, fact)) {
        *tally.entry(value).or_default() += 1;
    }
    tally
}

fn total(inventory: &Inventory, fact: &str) -> String {
    let sum: Decimal = devices(inventory).filter_map(|device| device.number(fact)).sum();
    sum.to_string()
}

#[test]
fn every_device_of_the_folder_is_there_with_its_kind() {
    let inventory = sample();
    assert_eq!(notes(&inventory), "");
    Estate::new(inventory.clone()).unwrap();
    // jq '[.[].nodeClass]|group_by(.)|map({(.[0]):length})|add' devices-detailed.json, with the servers and guests of
    // jq '[.results[]|select(.virtualMachine)]|length' computer-systems.json (14), and three locations.
    let mut kinds: BTreeMap<&str, usize> = BTreeMap::new();
    for asset in &inventory.assets {
        *kinds.entry(asset.kind.as_str()).or_default() += 1;
    }
    let expected = [
        ("hypervisor_host", 3),
        ("server", 1),
        ("site", 3),
        ("virtual_machine", 14),
        ("workstation", 152),
    ];
    assert_eq!(kinds, expected.into());
    // jq '[.[]|select(.parentDeviceId)]|length' devices-detailed.json
    let count = |kind: RelationKind| {
        inventory
            .relations
            .iter()
            .filter(|relation| relation.kind == kind)
            .count()
    };
    assert_eq!(count(RelationKind::RunsOn), 14);
    assert_eq!(count(RelationKind::LocatedAt), 170);
    assert_eq!(inventory.relations.len(), 184);
    // jq '[.[].lastContact]|max|todate' devices-detailed.json
    assert_eq!(
        inventory.source.captured_at.unwrap().to_string(),
        "2026-11-21T22:00:00Z"
    );
}

#[test]
fn both_domain_controllers_run_on_one_host() {
    let inventory = sample();
    // jq '.[]|select(.displayName|test("^DC-0"))|.parentDeviceId' devices-detailed.json
    for id in [101, 102] {
        let from = format!("ninjaone:device:{id}");
        let on = inventory
            .relations
            .iter()
            .find(|relation| relation.from.as_str() == from && relation.kind == RelationKind::RunsOn);
        assert_eq!(on.unwrap().to.as_str(), "ninjaone:device:201");
    }
    let first = asset(&inventory, "ninjaone:device:101");
    assert_eq!(text(first, "domain_role"), Some("Primary Domain Controller"));
    assert_eq!(text(first, "services_running"), Some("DNS; Kdc; NTDS"));
    // jq '.results[]|select(.deviceId==114)|.dnsServers' network-interfaces.json, without the loopback
    assert_eq!(
        text(asset(&inventory, "ninjaone:device:114"), "dns_servers"),
        Some("10.10.1.11")
    );
}

#[test]
fn what_the_reports_say_of_all_devices_adds_up() {
    let inventory = sample();
    // jq '[.results[].name]|group_by(.)|map({(.[0]):length})|add' operating-systems.json
    let systems = [
        ("Debian GNU/Linux 10 (buster)", 1),
        ("Ubuntu 20.04.6 LTS", 1),
        ("Ubuntu 22.04.5 LTS", 1),
        ("VMware ESXi 7.0.3", 2),
        ("Windows 10 Professional Edition", 38),
        ("Windows 11 Professional Edition", 105),
        ("Windows Server 2012 R2 Standard Edition", 1),
        ("Windows Server 2016 Standard Edition", 5),
        ("Windows Server 2019 Standard Edition", 4),
        ("Windows Server 2022 Standard Edition", 3),
        ("macOS 13.7 Ventura", 5),
    ];
    assert_eq!(tally(&inventory, "os_name"), systems.into());
    // jq '[.results[]|select(.status=="Up").defaultGateway]|group_by(.)|map({(.[0]):length})|add' network-interfaces.json
    let gateways = [
        ("10.10.1.1", 16),
        ("10.10.4.1", 86),
        ("10.20.1.1", 40),
        ("10.30.1.1", 24),
    ];
    assert_eq!(tally(&inventory, "gateways"), gateways.into());
    // jq '[.results[]|select(.domain)]|length' computer-systems.json
    assert_eq!(
        tally(&inventory, "domain"),
        [("ad.haldenpryce.example", 156)].into()
    );
    // jq '[.results[].numCores]|add' processors.json
    assert_eq!(total(&inventory, "cpu_cores"), "1498");
    // jq '[.results[].totalPhysicalMemory/1048576]|add' computer-systems.json
    assert_eq!(total(&inventory, "memory_mib"), "2973818");
    // jq '[.results[]|select(.status=="APPROVED" or .status=="MANUAL")]|length' os-patches.json, and for FAILED
    assert_eq!(total(&inventory, "patches_pending"), "22");
    assert_eq!(total(&inventory, "patches_failed"), "3");
    // jq '[.[]|select(.references.warranty)]|length' devices-detailed.json, and for assignedOwner
    let known = |fact: &str| {
        devices(&inventory)
            .filter(|device| device.fact(fact).is_some())
            .count()
    };
    assert_eq!((known("warranty_end"), known("owner")), (137, 85));
    // jq '[.results[]|select(.name|test("ODBC")).deviceId]|unique|length' software.json
    let clients = devices(&inventory)
        .filter_map(|device| text(device, "software"))
        .filter(|list| list.contains("ODBC Driver 17 for SQL Server"));
    assert_eq!(clients.count(), 99);
}

#[test]
fn the_gaps_are_seen() {
    let inventory = sample();
    // jq '[.results[]|select(.productState=="ON").deviceId]|unique|length' antivirus-status.json, and for devices of which
    // every product is OFF
    assert_eq!(
        tally(&inventory, "antivirus_state"),
        [("off", 3), ("on", 152)].into()
    );
    // The Windows machines and Macs in service that antivirus-status.json does not list, by jq.
    let bare: Vec<String> = devices(&inventory)
        .filter(|device| text(device, "antivirus") == Some(""))
        .map(|device| device.label().into_raw().to_owned())
        .collect();
    assert_eq!(
        bare,
        [
            "SCAN-01",
            "PC-LDS-010",
            "PC-LDS-016",
            "PC-LDS-063",
            "PC-YRK-016",
            "LT-HGT-010"
        ]
    );
    // jq '.[]|select(.displayName=="PC-HGT-017").lastContact|todate' devices-detailed.json: 74 days before 2026-11-22
    let unseen = devices(&inventory)
        .find(|device| device.label().into_raw() == "PC-HGT-017")
        .unwrap();
    assert_eq!(text(unseen, "last_seen"), Some("2026-09-09"));
    // jq '[.[].approvalStatus]|group_by(.)|map({(.[0]):length})|add' devices-detailed.json
    assert_eq!(
        tally(&inventory, "rmm_status"),
        [("approved", 166), ("decommissioned", 4)].into()
    );
    let without: Vec<&str> = devices(&inventory)
        .filter(|device| device.boolean("rmm_agent") == Some(false) && text(device, "status").is_none())
        .map(|device| device.id.as_str())
        .collect();
    assert_eq!(
        without,
        ["ninjaone:device:109"],
        "the telephone system, which its maker looks after"
    );
    // jq '.results[]|[.displayName,(.references.backupUsage.lastSuccessfulBackupJob|todate)]' backup-usage.json
    let days = [("2026-11-02", 1), ("2026-11-20", 3), ("2026-11-21", 2)];
    assert_eq!(tally(&inventory, "backup_last_success"), days.into());
}

#[test]
fn one_machine_says_what_its_rows_say() {
    let inventory = sample();
    let sql = asset(&inventory, "ninjaone:device:103");
    // jq '[.results[]|select(.deviceId==103).capacity]|add/1048576' volumes.json, with the partition without a letter; and
    // with .capacity-.freeSpace
    assert_eq!(sql.number("disk_mib").unwrap().to_string(), "635380");
    assert_eq!(sql.number("disk_used_mib").unwrap().to_string(), "425010");
    assert_eq!(text(sql, "volumes"), Some("C:; D:; L:"));
    assert_eq!(
        text(sql, "services_running"),
        Some("MSSQLSERVER; SQLSERVERAGENT; VeeamEndpointBackupSvc")
    );
    assert_eq!(sql.number("patches_pending").unwrap().to_string(), "2");
    // jq '.results[]|select(.deviceId==108).lastBootTime|todate' operating-systems.json
    assert_eq!(
        text(asset(&inventory, "ninjaone:device:108"), "last_boot"),
        Some("2025-08-23")
    );
    // jq '.[]|select(.id==201).references.warranty.endDate|todate' devices-detailed.json
    assert_eq!(
        text(asset(&inventory, "ninjaone:device:201"), "warranty_end"),
        Some("2026-09-19")
    );
}
