//! NinjaOne: what each answer becomes, in whatever files and shapes it was saved.

use serde_json::{Value, json};
use vcto::estate::{Asset, Inventory, RelationKind};
use vcto::source::{self, Format, Input, Reader};
use vcto::{Error, ErrorKind, Estate};

/// A folder of saved answers.
pub(super) fn folder(files: &[(&str, Value)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, answer) in files {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        let text = match answer {
            Value::String(text) => text.clone(),
            answer => answer.to_string(),
        };
        std::fs::write(path, text).unwrap();
    }
    folder
}

/// The inventory of saved answers, which can be frozen.
pub(super) fn read(files: &[(&str, Value)]) -> Inventory {
    let inventory = source::read(folder(files).path(), None).unwrap();
    Estate::new(inventory.clone()).unwrap();
    inventory
}

pub(super) fn refused(files: &[(&str, Value)]) -> Error {
    source::read(folder(files).path(), None).unwrap_err()
}

pub(super) fn page(rows: &Value) -> Value {
    let count = rows.as_array().unwrap().len();
    json!({"cursor": {"name": "c1", "offset": 0, "count": count, "expires": 1_795_305_600.0}, "results": rows})
}

pub(super) fn asset<'a>(inventory: &'a Inventory, id: &str) -> &'a Asset {
    let found = inventory.assets.iter().find(|asset| asset.id.as_str() == id);
    found.unwrap_or_else(|| panic!("no {id}"))
}

pub(super) fn text<'a>(asset: &'a Asset, fact: &str) -> Option<&'a str> {
    asset.text(fact).map(|text| text.raw().as_str())
}

fn number(asset: &Asset, fact: &str) -> Option<String> {
    asset.number(fact).map(|number| number.to_string())
}

pub(super) fn notes(inventory: &Inventory) -> String {
    let notes = inventory.source.notes.iter();
    notes
        .map(|note| {
            let at = note.at.as_ref().map_or("", |at| at.raw());
            let about = note.asset.as_ref().map_or("", |id| id.as_str());
            format!("{at} | {} | {about}\n", note.text.raw())
        })
        .collect()
}

fn relations(inventory: &Inventory) -> Vec<(&str, &RelationKind, &str)> {
    let mut relations: Vec<_> = inventory
        .relations
        .iter()
        .map(|relation| (relation.from.as_str(), &relation.kind, relation.to.as_str()))
        .collect();
    relations.sort();
    relations
}

/// 2026-11-21T22:00:00Z, by `date -u -d @1795298400`.
const LATELY: f64 = 1_795_298_400.0;

/// One server and its host, with everything that is read of a server.
fn answers() -> Vec<(&'static str, Value)> {
    vec![
        (
            "organizations.json",
            json!([{"name": "Halden", "nodeApprovalMode": "AUTOMATIC", "id": 5}]),
        ),
        (
            "locations.json",
            json!([{"name": "Leeds", "address": "1 Park Row", "description": "head office", "id": 1, "organizationId": 5}]),
        ),
        (
            "devices-detailed.json",
            json!([
                {"id": 103, "uid": "0d5d5a7e-0000-4000-8000-000000000103", "parentDeviceId": 201, "organizationId": 5,
                 "locationId": 1, "nodeClass": "WINDOWS_SERVER", "approvalStatus": "APPROVED", "offline": false,
                 "displayName": "SQL-01", "systemName": "SQL-01", "dnsName": "sql-01.halden.example", "netbiosName": "SQL-01",
                 "created": 1_600_000_000.5, "lastContact": LATELY, "lastUpdate": 1_795_298_399.1, "tags": ["core", "a;b"],
                 "ipAddresses": ["10.10.1.13", "fe80::1"], "macAddresses": ["00:50:56:01:01:0D"], "publicIP": "203.0.113.7",
                 "references": {
                    "role": {"id": 9, "name": "Database server"},
                    "warranty": {"startDate": 1_632_096_000.0, "endDate": 1_789_776_000.0,
                                 "manufacturerFulfillmentDate": 1_631_491_200.0},
                    "assignedOwner": {"firstName": "Ada", "lastName": "Lovell", "email": "ada@halden.example", "phone": "1"},
                    "backupUsage": {"lastSuccessfulBackupJob": 1_795_212_000.0, "lastFailedBackupJob": 1_794_000_000.0,
                                    "cloudTotalSize": 5_000_000}}},
                {"id": 201, "organizationId": 5, "locationId": 1, "nodeClass": "VMWARE_VM_HOST", "approvalStatus": "APPROVED",
                 "offline": false, "systemName": "ESX-02"}
            ]),
        ),
        (
            "operating-systems.json",
            page(
                &json!([{"name": "Windows Server 2016 Standard", "manufacturer": "Microsoft", "architecture": "64-bit",
                "lastBootTime": 1_794_268_800.0, "buildNumber": "14393", "releaseId": "1607", "needsReboot": true,
                "deviceId": 103, "timestamp": LATELY}]),
            ),
        ),
        (
            "computer-systems.json",
            page(
                &json!([{"name": "SQL-01", "manufacturer": "VMware, Inc.", "model": "VMware7,1", "domain": "halden.example",
                "domainRole": "Member Server", "numberOfProcessors": 2, "totalPhysicalMemory": 34_359_738_368_i64,
                "virtualMachine": true, "chassisType": "SERVER", "biosSerialNumber": "VMware-42 1c", "deviceId": 103}]),
            ),
        ),
        (
            "processors.json",
            page(
                &json!([{"name": "Xeon Gold 6330", "numCores": 4, "numLogicalCores": 4, "deviceId": 103},
                         {"name": "Xeon Gold 6330", "numCores": 4, "numLogicalCores": 4, "deviceId": 103}]),
            ),
        ),
        (
            "disks.json",
            page(
                &json!([{"name": "\\\\.\\PHYSICALDRIVE0", "size": 107_374_182_400_i64, "status": "OK", "partitionCount": 2, "deviceId": 103},
                         {"name": "\\\\.\\PHYSICALDRIVE1", "size": 107_374_182_400_i64, "status": "Pred Fail", "partitionCount": 1, "deviceId": 103}]),
            ),
        ),
        (
            "volumes.json",
            page(&json!([
                {"name": "C:\\", "driveLetter": "C:", "deviceType": "Local Disk", "fileSystem": "NTFS",
                 "capacity": 107_374_182_400_i64, "freeSpace": 53_687_091_200_i64,
                 "bitLockerStatus": {"protectionStatus": "PROTECTED"}, "deviceId": 103},
                {"name": "D:\\", "driveLetter": "D:", "deviceType": "Local Disk", "capacity": 107_374_182_400_i64,
                 "freeSpace": 97_374_182_400_i64, "bitLockerStatus": {"protectionStatus": "UNPROTECTED"}, "deviceId": 103},
                {"name": "\\\\?\\Volume{1}\\", "deviceType": "Local Disk", "capacity": 500_000_000, "freeSpace": 0,
                 "bitLockerStatus": {"protectionStatus": "UNPROTECTED"}, "deviceId": 103},
                {"name": "Z:\\", "driveLetter": "Z:", "deviceType": "CD-ROM Disc", "capacity": 0, "freeSpace": 0, "deviceId": 103}])),
        ),
        (
            "network-interfaces.json",
            page(&json!([
                {"adapterName": "vmxnet3", "interfaceName": "Ethernet0", "defaultGateway": "10.10.1.1",
                 "dnsServers": "10.10.1.12,10.10.1.11", "ipAddress": ["10.10.1.13"], "macAddress": ["00-50-56-01-01-0D"],
                 "status": "Up", "deviceId": 103},
                {"adapterName": "old", "interfaceName": "Ethernet1", "defaultGateway": "192.0.2.1", "dnsServers": "192.0.2.2",
                 "ipAddress": ["192.0.2.9"], "macAddress": ["00:50:56:01:01:0E", "00:00:00:00:00:00"], "status": "Down",
                 "deviceId": 103}])),
        ),
        (
            "os-patches.json",
            page(&json!([
                {"id": "p1", "name": "Update 1", "severity": "CRITICAL", "status": "APPROVED", "deviceId": 103},
                {"id": "p2", "name": "Update 2", "severity": "IMPORTANT", "status": "MANUAL", "deviceId": 103},
                {"id": "p3", "name": "Update 3", "severity": "CRITICAL", "status": "REJECTED", "deviceId": 103},
                {"id": "p4", "name": "Update 4", "severity": "CRITICAL", "status": "FAILED", "deviceId": 103}])),
        ),
        (
            "antivirus-status.json",
            page(&json!([
                {"productName": "Windows Defender", "productState": "OFF", "definitionStatus": "OUT_OF_DATE", "deviceId": 103},
                {"productName": "SentinelOne", "productState": "ON", "definitionStatus": "UP_TO_DATE", "deviceId": 103}])),
        ),
        (
            "device-health.json",
            page(
                &json!([{"criticalVulnerabilityCount": 3, "highVulnerabilityCount": 7, "healthStatus": "NEEDS_ATTENTION",
                "pendingOSPatchesCount": 99, "deviceId": 103}]),
            ),
        ),
        (
            "software.json",
            page(&json!([
                {"name": "Microsoft SQL Server 2016 (64-bit)", "version": "13.0.6450", "publisher": "Microsoft", "deviceId": 103},
                {"name": "Acme; Sync, Pro", "publisher": "Acme", "deviceId": 103},
                {"name": "Update helper", "version": "1", "isSystemComponent": true, "publisher": "x", "deviceId": 103}])),
        ),
        (
            "windows-services.json",
            page(&json!([
                {"name": "MSSQLSERVER", "displayName": "SQL Server (MSSQLSERVER)", "startType": "AUTO_START", "state": "RUNNING",
                 "userName": "HALDEN\\svc-sql", "deviceId": 103},
                {"name": "Spooler", "displayName": "Print Spooler", "startType": "DISABLED", "state": "STOPPED", "deviceId": 103}])),
        ),
        (
            "backup-usage.json",
            page(
                &json!([{"id": 103, "organizationId": 5, "nodeClass": "WINDOWS_SERVER",
                "references": {"backupUsage": {"lastSuccessfulBackupJob": 1_795_290_000.0, "cloudTotalSize": 5_000_000}}}]),
            ),
        ),
        (
            "backup-jobs.json",
            page(
                &json!([{"jobId": "j1", "jobStatus": "FAILED", "jobEndTime": 1_795_298_000.0, "planName": "Image",
                "organizationId": 5, "deviceId": 103}]),
            ),
        ),
    ]
}

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
        "antivirus computer_systems device_health disks hypervisor_host network_interfaces operating_systems os_patches \
         processors rmm server site software virtual_machine volumes windows_services workstation"
    );
    assert!(inventory.source.scopes.iter().all(|scope| scope.complete));
}

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
        .find(|scope| scope.name.raw() == "antivirus");
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
