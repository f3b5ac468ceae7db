//! The answers that are read, and how each is told: by the keys of a record, or else by the name of the file.

/// What a saved answer holds.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(super) enum Endpoint {
    Antivirus,
    BackupJobs,
    BackupUsage,
    ComputerSystems,
    Devices,
    Disks,
    Health,
    Locations,
    NetworkInterfaces,
    OperatingSystems,
    Organizations,
    Patches,
    Processors,
    Services,
    Software,
    Volumes,
    /// Something of NinjaOne that is passed over on purpose: alerts, policies, roles, people, RAID drives.
    Passed,
}

use Endpoint::{
    Antivirus, BackupJobs, BackupUsage, ComputerSystems, Devices, Disks, Health, Locations,
    NetworkInterfaces, OperatingSystems, Organizations, Passed, Patches, Processors, Services, Software,
    Volumes,
};

/// Names of files, which are those of the endpoints. The longest that ends the name holds.
const NAMES: &[(&str, Endpoint)] = &[
    ("antivirus-status", Antivirus),
    ("antivirus-threats", Passed),
    ("backup-jobs", BackupJobs),
    ("backup-usage", BackupUsage),
    ("computer-systems", ComputerSystems),
    ("device-health", Health),
    ("devices", Devices),
    ("devices-detailed", Devices),
    ("disks", Disks),
    ("locations", Locations),
    ("network-interfaces", NetworkInterfaces),
    ("operating-systems", OperatingSystems),
    ("organizations", Organizations),
    ("organizations-detailed", Organizations),
    ("os-patch-installs", Patches),
    ("os-patches", Patches),
    ("processors", Processors),
    ("raid-drives", Passed),
    ("software", Software),
    ("software-patch-installs", Passed),
    ("software-patches", Passed),
    ("volumes", Volumes),
    ("windows-services", Services),
];

/// Keys that only records have that are passed over.
const PASSED: &[&str] = &[
    "activityType",
    "batteryTemperature",
    "cacheSize",
    "controllerIndex",
    "custom",
    "driveGroup",
    "icon",
    "impact",
    "invitationStatus",
    "nodeClassDefault",
    "nodeRoleParentId",
    "parentPolicyId",
    "productIdentifier",
    "seriesUid",
    "sourceConfigUid",
    "spun",
    "userType",
];

/// Keys that tell the row of a report, which names its device.
const ROWS: &[(&str, Endpoint)] = &[
    ("activeThreatsCount", Health),
    ("adapterName", NetworkInterfaces),
    ("alertCount", Health),
    ("assetSerialNumber", ComputerSystems),
    ("biosSerialNumber", ComputerSystems),
    ("bitLockerStatus", Volumes),
    ("buildNumber", OperatingSystems),
    ("bytesPerSector", Disks),
    ("chassisType", ComputerSystems),
    ("clockSpeed", Processors),
    ("criticalVulnerabilityCount", Health),
    ("defaultGateway", NetworkInterfaces),
    ("definitionStatus", Antivirus),
    ("dnsServers", NetworkInterfaces),
    ("domainRole", ComputerSystems),
    ("driveLetter", Volumes),
    ("failedOSPatchesCount", Health),
    ("fileSystem", Volumes),
    ("freeSpace", Volumes),
    ("healthStatus", Health),
    ("installDate", Software),
    ("interfaceIndex", NetworkInterfaces),
    ("interfaceName", NetworkInterfaces),
    ("ipAddress", NetworkInterfaces),
    ("isSystemComponent", Software),
    ("jobId", BackupJobs),
    ("jobStatus", BackupJobs),
    ("kbNumber", Patches),
    ("lastBootTime", OperatingSystems),
    ("locale", OperatingSystems),
    ("macAddress", NetworkInterfaces),
    ("maxClockSpeed", Processors),
    ("needsReboot", OperatingSystems),
    ("numCores", Processors),
    ("numLogicalCores", Processors),
    ("numberOfProcessors", ComputerSystems),
    ("partitionCount", Disks),
    ("pendingOSPatchesCount", Health),
    ("planName", BackupJobs),
    ("productCode", Software),
    ("productName", Antivirus),
    ("productState", Antivirus),
    ("publisher", Software),
    ("releaseId", OperatingSystems),
    ("servicePackMajorVersion", OperatingSystems),
    ("severity", Patches),
    ("smartCapable", Disks),
    ("startType", Services),
    ("totalPhysicalMemory", ComputerSystems),
    ("virtualMachine", ComputerSystems),
];

/// Keys that tell a record of its own. The first that is there holds: a device, too, has `organizationId`.
const RECORDS: &[(&str, Endpoint)] = &[
    ("nodeClass", Devices),
    ("approvalStatus", Devices),
    ("systemName", Devices),
    ("nodeRoleId", Devices),
    ("lastContact", Devices),
    ("locationId", Devices),
    ("displayName", Devices),
    ("nodeApprovalMode", Organizations),
    ("organizationId", Locations),
];

impl Endpoint {
    /// From the path of a file such as `queries/volumes.json`, `backup_usage-2.json` or `halden.devices-detailed.json`.
    pub(super) fn filed(path: &str) -> Option<Self> {
        let path = path.to_ascii_lowercase();
        let stem = path.strip_suffix(".json").unwrap_or(&path);
        let stem = stem.replace(['_', '/', '\\', '.', ' ', '(', ')'], "-");
        let stem = stem.trim_end_matches(|c: char| c.is_ascii_digit() || c == '-');
        let stem = stem.strip_suffix("-page").unwrap_or(stem);
        let ends = |name: &str| {
            stem.strip_suffix(name)
                .is_some_and(|before| before.is_empty() || before.ends_with('-'))
        };
        NAMES
            .iter()
            .filter(|(name, _)| ends(name))
            .max_by_key(|(name, _)| name.len())
            .map(|(_, endpoint)| *endpoint)
    }

    /// From the keys of a record.
    pub(super) fn told(keys: &[impl AsRef<str>]) -> Option<Self> {
        let has = |wanted: &str| keys.iter().any(|key| key.as_ref() == wanted);
        // Before what is passed over: policies and roles name a class too, but no client.
        if has("nodeClass") && has("organizationId") {
            return Some(Devices);
        }
        if PASSED.iter().any(|key| has(key)) {
            return Some(Passed);
        }
        if has("deviceId") {
            let row = |key: &str| ROWS.iter().find(|(row, _)| *row == key);
            return keys
                .iter()
                .find_map(|key| row(key.as_ref()))
                .map(|(_, endpoint)| *endpoint);
        }
        RECORDS
            .iter()
            .find(|(key, _)| has(key))
            .map(|(_, endpoint)| *endpoint)
    }

    /// Whether keys can only come from NinjaOne.
    pub(super) fn is_certain(keys: &[impl AsRef<str>]) -> bool {
        let has = |wanted: &str| keys.iter().any(|key| key.as_ref() == wanted);
        (has("cursor") && has("results")) || Self::told(keys).is_some_and(|endpoint| endpoint != Passed)
    }

    /// The scope of a source that has read it: the name of the report. Of the antivirus of Linux it does not speak, and of
    /// backups only of its own: so neither is called `antivirus` or `backup`, by which a source says that it knows all.
    pub(super) fn scope(self) -> Option<&'static str> {
        match self {
            Antivirus => Some("antivirus_status"),
            ComputerSystems => Some("computer_systems"),
            Disks => Some("disks"),
            Health => Some("device_health"),
            Locations => Some("site"),
            NetworkInterfaces => Some("network_interfaces"),
            OperatingSystems => Some("operating_systems"),
            Patches => Some("os_patches"),
            Processors => Some("processors"),
            Services => Some("windows_services"),
            Software => Some("software"),
            Volumes => Some("volumes"),
            BackupJobs | BackupUsage | Devices | Organizations | Passed => None,
        }
    }

    /// Every endpoint that is read.
    pub(super) const READ: [Self; 16] = [
        Antivirus,
        BackupJobs,
        BackupUsage,
        ComputerSystems,
        Devices,
        Disks,
        Health,
        Locations,
        NetworkInterfaces,
        OperatingSystems,
        Organizations,
        Patches,
        Processors,
        Services,
        Software,
        Volumes,
    ];

    /// As in the API, for messages.
    pub(super) fn name(self) -> &'static str {
        NAMES
            .iter()
            .find(|(_, endpoint)| *endpoint == self)
            .map_or("other", |(name, _)| name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_known_by_how_their_names_end() {
        for (path, expected) in [
            ("devices-detailed.json", Some(Devices)),
            ("v2/devices.JSON", Some(Devices)),
            ("queries/backup/usage.json", Some(BackupUsage)),
            ("backup_usage-2.json", Some(BackupUsage)),
            ("halden os-patches (3).json", Some(Patches)),
            ("volumes-page-12.json", Some(Volumes)),
            ("software.json", Some(Software)),
            ("antivirus-software.json", Some(Software)),
            ("software-patches.json", Some(Passed)),
            ("mydevices.json", None),
            ("jobs.json", None),
        ] {
            assert_eq!(Endpoint::filed(path), expected, "{path}");
        }
    }

    #[test]
    fn records_are_known_by_their_keys() {
        for (keys, expected) in [
            (&["id", "organizationId", "nodeClass"][..], Some(Devices)),
            (&["name", "address", "id", "organizationId"], Some(Locations)),
            (&["id", "name", "nodeApprovalMode"], Some(Organizations)),
            (&["id", "name", "nodeClass", "custom"], Some(Passed)),
            (
                &["name", "displayName", "state", "startType", "deviceId"],
                Some(Services),
            ),
            (&["capacity", "freeSpace", "deviceId"], Some(Volumes)),
            (&["jobId", "organizationId", "deviceId"], Some(BackupJobs)),
            (&["id", "name"], None),
            (&["deviceId", "timestamp"], None),
        ] {
            assert_eq!(Endpoint::told(keys), expected, "{keys:?}");
        }
    }

    #[test]
    fn tables_are_searched_by_name_and_no_key_tells_two_things() {
        assert!(ROWS.windows(2).all(|pair| pair[0].0 < pair[1].0));
        assert!(PASSED.windows(2).all(|pair| pair[0] < pair[1]));
        assert!(NAMES.windows(2).all(|pair| pair[0].0 < pair[1].0));
        for endpoint in Endpoint::READ {
            assert!(NAMES.iter().any(|(_, named)| *named == endpoint), "{endpoint:?}");
        }
    }
}
