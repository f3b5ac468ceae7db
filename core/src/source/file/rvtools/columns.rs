//! The columns of RVTools that are read, and the titles under which they appear.
//!
//! Titles are those of RVTools 4; facts about them and about the older dialect (`vInfoVMName`) from the documentation of
//! the exports in sbroenne/RvToolsMerge. Columns are found by title, never by place.

/// A column: its title in RVTools 4, and other titles behind the sheet's name (`vInfo` + `VMName`).
pub(super) struct Column {
    pub(super) title: &'static str,
    others: &'static [&'static str],
}

const fn column(title: &'static str) -> Column {
    Column { title, others: &[] }
}

const fn aliased(title: &'static str, others: &'static [&'static str]) -> Column {
    Column { title, others }
}

/// Columns that say in most sheets where in which vCenter a row belongs.
const PLACE: &[Column] = &[
    column("VI SDK UUID"),
    column("VI SDK Server"),
    column("Datacenter"),
    column("Cluster"),
    column("Host"),
];

/// Columns that say which machine a row is about.
const MACHINE: &[Column] = &[
    aliased("VM", &["VMName"]),
    aliased("VM UUID", &["UUID"]),
    column("VM ID"),
];

/// A sheet that is read, with the columns beside those of the place and of the machine.
pub(super) struct SheetColumns {
    pub(super) sheet: &'static str,
    /// Whether its rows are about machines.
    of_machines: bool,
    columns: &'static [Column],
}

/// Every sheet that is read.
pub(super) const SHEETS: &[SheetColumns] = &[
    SheetColumns {
        sheet: "vCluster",
        of_machines: false,
        columns: &[
            column("Name"),
            column("Config status"),
            column("NumHosts"),
            column("numEffectiveHosts"),
            column("NumCpuCores"),
            column("TotalMemory"),
            column("HA enabled"),
            column("Failover Level"),
            column("AdmissionControlEnabled"),
            column("DRS enabled"),
        ],
    },
    SheetColumns {
        sheet: "vDatastore",
        of_machines: false,
        columns: &[
            column("Name"),
            column("Accessible"),
            column("Type"),
            column("Capacity MiB"),
            column("Provisioned MiB"),
            column("In Use MiB"),
            column("Free MiB"),
            column("Free %"),
            column("# Hosts"),
            column("# VMs"),
            column("URL"),
            column("Object ID"),
        ],
    },
    SheetColumns {
        sheet: "vDisk",
        of_machines: true,
        columns: &[
            column("Disk"),
            column("Capacity MiB"),
            column("Raw"),
            aliased("Disk Path", &["Path"]),
        ],
    },
    SheetColumns {
        sheet: "vHost",
        of_machines: false,
        columns: &[
            aliased("Host", &["Name"]),
            column("Config status"),
            column("in Maintenance Mode"),
            column("CPU Model"),
            aliased("Speed", &["CpuMhz"]),
            aliased("# CPU", &["NumCpu"]),
            column("Cores per CPU"),
            aliased("# Cores", &["NumCpuCores"]),
            column("CPU usage %"),
            aliased("# Memory", &["MemorySize"]),
            column("Memory usage %"),
            column("# VMs"),
            column("ESX Version"),
            column("BIOS Version"),
            column("Boot time"),
            column("NTPD running"),
            column("Vendor"),
            column("Model"),
            aliased("Serial number", &["Service tag"]),
            column("UUID"),
        ],
    },
    SheetColumns {
        sheet: "vInfo",
        of_machines: true,
        columns: &[
            column("Powerstate"),
            column("Template"),
            column("SRM Placeholder"),
            column("Config status"),
            column("Connection state"),
            column("Guest state"),
            aliased("DNS Name", &["GuestHostName"]),
            column("PowerOn"),
            aliased("Creation date", &["CreateDate"]),
            column("CPUs"),
            column("Memory"),
            column("NICs"),
            aliased("Disks", &["NumVirtualDisks"]),
            column("Total disk capacity MiB"),
            aliased("Provisioned MiB", &["Provisioned"]),
            aliased("In Use MiB", &["InUse"]),
            column("Primary IP Address"),
            column("Resource pool"),
            column("Folder"),
            column("HA Restart Priority"),
            column("Firmware"),
            column("HW version"),
            aliased("OS according to the configuration file", &["OS"]),
            aliased("OS according to the VMware Tools", &["OSTools"]),
            column("Path"),
            column("VI SDK API Version"),
            column("VI SDK Server type"),
        ],
    },
    SheetColumns {
        sheet: "vMetaData",
        of_machines: false,
        columns: &[
            column("RVTools version"),
            column("xlsx creation datetime"),
            column("Server"),
        ],
    },
    SheetColumns {
        sheet: "vNetwork",
        of_machines: true,
        columns: &[
            column("NIC label"),
            column("Network"),
            column("Switch"),
            column("Connected"),
            column("Mac Address"),
            aliased("IPv4 Address", &["IP Address"]),
        ],
    },
    SheetColumns {
        sheet: "vPartition",
        of_machines: true,
        columns: &[column("Disk"), column("Capacity MiB"), column("Consumed MiB")],
    },
    SheetColumns {
        sheet: "vTools",
        of_machines: true,
        columns: &[column("Tools"), column("Tools Version")],
    },
];

/// How a title was recognised.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Title {
    /// Another title of the column.
    Alias,
    /// As RVTools writes it.
    Own,
    /// With `MB` for `MiB`, as older versions write it.
    Megabytes,
    /// In `snake_case`, as no RVTools writes it.
    Snake,
}

impl SheetColumns {
    /// The columns of a sheet, in the order in which their places are numbered.
    pub(super) fn columns(&self) -> impl Iterator<Item = &'static Column> {
        let own = self.columns;
        let machine = if self.of_machines { MACHINE } else { &[] };
        let place = PLACE
            .iter()
            .filter(|shared| own.iter().all(|column| column.title != shared.title));
        own.iter().chain(machine).chain(place)
    }

    /// The place of the column that has this title.
    pub(super) fn find(&self, title: &str) -> Option<(usize, Title)> {
        let folded = fold(title);
        let short = folded.strip_prefix(&fold(self.sheet)).unwrap_or(&folded);
        let place = |wanted: &str| {
            self.columns().enumerate().find_map(|(place, column)| {
                if fold(column.title) == wanted {
                    Some((place, Title::Own))
                } else {
                    let alias = column.others.iter().any(|other| fold(other) == wanted);
                    alias.then_some((place, Title::Alias))
                }
            })
        };
        if let Some((place, style)) = place(&folded).or_else(|| place(short)) {
            let snake = title.contains('_');
            return Some((place, if snake { Title::Snake } else { style }));
        }
        let binary = format!("{}mib", short.strip_suffix("mb")?);
        place(&binary).map(|(place, _)| (place, Title::Megabytes))
    }
}

/// Titles are compared by their letters, digits, `#` and `%`, without regard to case.
fn fold(title: &str) -> String {
    title
        .chars()
        .filter(|c| c.is_alphanumeric() || matches!(c, '#' | '%'))
        .flat_map(char::to_lowercase)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sheet(name: &str) -> &'static SheetColumns {
        SHEETS.iter().find(|sheet| sheet.sheet == name).unwrap()
    }

    fn found(name: &str, title: &str) -> Option<(&'static str, Title)> {
        let (place, style) = sheet(name).find(title)?;
        sheet(name)
            .columns()
            .nth(place)
            .map(|column| (column.title, style))
    }

    #[test]
    fn every_dialect_leads_to_the_same_column() {
        assert_eq!(found("vInfo", "VM UUID"), Some(("VM UUID", Title::Own)));
        assert_eq!(found("vInfo", "vInfoUUID"), Some(("VM UUID", Title::Alias)));
        assert_eq!(found("vInfo", "vm_uuid"), Some(("VM UUID", Title::Snake)));
        assert_eq!(
            found("vInfo", "In Use MB"),
            Some(("In Use MiB", Title::Megabytes))
        );
        assert_eq!(found("vInfo", "vInfoInUse"), Some(("In Use MiB", Title::Alias)));
        assert_eq!(
            found("vInfo", "vInfoOSTools"),
            Some(("OS according to the VMware Tools", Title::Alias))
        );
        assert_eq!(
            found("vHost", "vHostNumCpuCores"),
            Some(("# Cores", Title::Alias))
        );
        assert_eq!(found("vHost", "# CPU"), Some(("# CPU", Title::Own)));
        assert_eq!(found("vHost", "vHostName"), Some(("Host", Title::Alias)));
        assert_eq!(
            found("vPartition", "vPartitionVMName"),
            Some(("VM", Title::Alias))
        );
        assert_eq!(found("vInfo", "Annotation"), None);
        assert_eq!(found("vInfo", ""), None);
    }

    #[test]
    fn no_two_columns_of_a_sheet_share_a_title() {
        for sheet in SHEETS {
            let mut titles: Vec<_> = sheet
                .columns()
                .flat_map(|column| column.others.iter().chain([&column.title]))
                .map(|title| fold(title))
                .collect();
            let all = titles.len();
            titles.sort();
            titles.dedup();
            assert_eq!(titles.len(), all, "{}", sheet.sheet);
        }
    }
}
