//! Which columns become which facts. The facts' names and units: `docs/sources.md`.

use super::sheet::{Row, Sheet, Unread};
use crate::estate::{Asset, Confidence, FactValue, Scalar};
use crate::source::file::notes::Notes;

/// What a column holds.
#[derive(Clone, Copy, Debug)]
pub(super) enum Holds {
    Boolean,
    Number,
    /// `poweredOn` becomes `on`.
    Power,
    Text,
    Time,
}

/// A fact and the column that it comes from.
type Rule = (&'static str, &'static str, Holds);

/// vInfo.
pub(super) const MACHINE: &[Rule] = &[
    ("address", "Primary IP Address", Holds::Text),
    ("boot_firmware", "Firmware", Holds::Text),
    ("cluster", "Cluster", Holds::Text),
    ("config_status", "Config status", Holds::Text),
    ("connection_state", "Connection state", Holds::Text),
    ("cpu_cores", "CPUs", Holds::Number),
    ("created_at", "Creation date", Holds::Time),
    ("datacenter", "Datacenter", Holds::Text),
    ("disk_count", "Disks", Holds::Number),
    ("disk_mib", "Total disk capacity MiB", Holds::Number),
    ("disk_used_mib", "In Use MiB", Holds::Number),
    ("dns_name", "DNS Name", Holds::Text),
    ("folder", "Folder", Holds::Text),
    ("guest_state", "Guest state", Holds::Text),
    ("ha_restart_priority", "HA Restart Priority", Holds::Text),
    ("hardware_version", "HW version", Holds::Text),
    ("memory_mib", "Memory", Holds::Number),
    ("nic_count", "NICs", Holds::Number),
    ("power_state", "Powerstate", Holds::Power),
    ("powered_on_at", "PowerOn", Holds::Time),
    ("provisioned_mib", "Provisioned MiB", Holds::Number),
    ("resource_pool", "Resource pool", Holds::Text),
    ("uuid", "VM UUID", Holds::Text),
];

/// vTools, of the machine.
pub(super) const TOOLS: &[Rule] = &[
    ("tools_state", "Tools", Holds::Text),
    ("tools_version", "Tools Version", Holds::Text),
];

/// vHost.
pub(super) const HOST: &[Rule] = &[
    ("bios_version", "BIOS Version", Holds::Text),
    ("boot_time", "Boot time", Holds::Time),
    ("cluster", "Cluster", Holds::Text),
    ("config_status", "Config status", Holds::Text),
    ("cpu_cores", "# Cores", Holds::Number),
    ("cpu_mhz", "Speed", Holds::Number),
    ("cpu_model", "CPU Model", Holds::Text),
    ("cpu_sockets", "# CPU", Holds::Number),
    ("cpu_usage_percent", "CPU usage %", Holds::Number),
    ("datacenter", "Datacenter", Holds::Text),
    ("maintenance_mode", "in Maintenance Mode", Holds::Boolean),
    ("manufacturer", "Vendor", Holds::Text),
    ("memory_mib", "# Memory", Holds::Number),
    ("memory_usage_percent", "Memory usage %", Holds::Number),
    ("model", "Model", Holds::Text),
    ("ntp_running", "NTPD running", Holds::Boolean),
    ("os_name", "ESX Version", Holds::Text),
    ("serial", "Serial number", Holds::Text),
    ("uuid", "UUID", Holds::Text),
    ("vm_count", "# VMs", Holds::Number),
];

/// vCluster.
pub(super) const CLUSTER: &[Rule] = &[
    ("admission_control", "AdmissionControlEnabled", Holds::Boolean),
    ("config_status", "Config status", Holds::Text),
    ("cpu_cores", "NumCpuCores", Holds::Number),
    ("drs_enabled", "DRS enabled", Holds::Boolean),
    ("failover_level", "Failover Level", Holds::Number),
    ("ha_enabled", "HA enabled", Holds::Boolean),
    ("host_count", "NumHosts", Holds::Number),
    ("host_count_effective", "numEffectiveHosts", Holds::Number),
    ("memory_mib", "TotalMemory", Holds::Number),
];

/// vDatastore.
pub(super) const DATASTORE: &[Rule] = &[
    ("accessible", "Accessible", Holds::Boolean),
    ("capacity_mib", "Capacity MiB", Holds::Number),
    ("free_mib", "Free MiB", Holds::Number),
    ("free_percent", "Free %", Holds::Number),
    ("host_count", "# Hosts", Holds::Number),
    ("in_use_mib", "In Use MiB", Holds::Number),
    ("provisioned_mib", "Provisioned MiB", Holds::Number),
    ("type", "Type", Holds::Text),
    ("url", "URL", Holds::Text),
    ("vm_count", "# VMs", Holds::Number),
];

/// Writes facts, at the confidence that the workbook deserves.
#[derive(Clone, Copy, Debug)]
pub(super) struct Writer {
    /// Below what RVTools itself would get; absent for a workbook that looks like its own.
    pub(super) confidence: Option<Confidence>,
}

impl Writer {
    /// Writes the facts of a row. Blank cells give none: whether that means "none" or "not recorded" RVTools does not
    /// say. A cell that cannot be read gives a note.
    pub(super) fn write(
        self,
        asset: &mut Asset,
        sheet: &Sheet,
        row: &Row,
        rules: &[Rule],
        notes: &mut Notes,
    ) {
        for (fact, title, holds) in rules {
            match value(sheet, row, title, *holds) {
                Ok(Some(value)) => self.add(asset, fact, value),
                Ok(None) => {}
                Err(unread) => notes.about(&asset.id, unread.place, unread.text),
            }
        }
    }

    /// Writes one fact.
    pub(super) fn add(self, asset: &mut Asset, fact: &str, value: impl Into<FactValue>) {
        let value = value.into();
        asset.facts.add(
            fact,
            match self.confidence {
                Some(confidence) => value.sure(confidence),
                None => value,
            },
        );
    }
}

fn value(sheet: &Sheet, row: &Row, title: &str, holds: Holds) -> Result<Option<Scalar>, Unread> {
    Ok(match holds {
        Holds::Boolean => sheet.boolean(row, title)?.map(Scalar::Boolean),
        Holds::Number => sheet.number(row, title)?.map(Scalar::Number),
        Holds::Power => sheet.text(row, title).map(|text| match text {
            "poweredOn" => Scalar::from("on"),
            "poweredOff" => Scalar::from("off"),
            other => Scalar::from(other),
        }),
        Holds::Text => sheet.text(row, title).map(Scalar::from),
        Holds::Time => sheet.time(row, title)?.map(|time| Scalar::from(time.to_string())),
    })
}

#[cfg(test)]
mod tests {
    use super::super::columns::SHEETS;
    use super::*;

    #[test]
    fn every_rule_names_a_column_that_is_read() {
        let rules = [
            ("vInfo", MACHINE),
            ("vTools", TOOLS),
            ("vHost", HOST),
            ("vCluster", CLUSTER),
            ("vDatastore", DATASTORE),
        ];
        for (name, rules) in rules {
            let sheet = SHEETS.iter().find(|sheet| sheet.sheet == name).unwrap();
            for (fact, title, _) in rules {
                assert!(
                    sheet.columns().any(|column| column.title == *title),
                    "{name}: {fact}"
                );
            }
            assert!(
                rules.windows(2).all(|pair| pair[0].0 < pair[1].0),
                "{name}: by name"
            );
        }
    }
}
