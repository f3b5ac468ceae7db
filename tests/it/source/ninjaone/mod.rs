//! NinjaOne: saved answers of its API.

mod clients;
mod facts;
mod forms;
mod hostile;
mod records;
mod sample;

use serde_json::{Value, json};
use vcto::estate::{Asset, Inventory, RelationKind};
use vcto::{Error, Estate, source};

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

pub(super) fn number(asset: &Asset, fact: &str) -> Option<String> {
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

pub(super) fn relations(inventory: &Inventory) -> Vec<(&str, &RelationKind, &str)> {
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
pub(super) fn answers() -> Vec<(&'static str, Value)> {
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

pub(super) fn device(id: i64) -> Value {
    json!({"id": id, "organizationId": 5, "nodeClass": "WINDOWS_WORKSTATION", "displayName": format!("PC-{id}")})
}
