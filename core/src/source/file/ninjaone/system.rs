//! The machine itself: `computer-systems`, `operating-systems`, `processors`.

use std::collections::BTreeSet;

use super::doubts::Doubts;
use super::list;
use super::record::Record;
use super::reports::Latest;
use crate::estate::Asset;
use crate::source::reconcile::is_serial;

/// At most this many processors of one machine are kept.
const MAX_PROCESSORS: usize = 1_024;

/// What the reports say of one machine.
#[derive(Debug, Default)]
pub(super) struct System {
    pub(super) computer: Latest,
    pub(super) running: Latest,
    processors: Vec<Processor>,
}

#[derive(Debug)]
struct Processor {
    name: Option<String>,
    cores: Option<u64>,
}

impl System {
    /// Whether it says that it is a virtual machine.
    pub(super) fn is_virtual(&self) -> Option<bool> {
        self.computer.0.as_ref()?.boolean("virtualMachine")
    }

    /// A row of `processors`: one a socket, so that equal rows are two sockets.
    pub(super) fn processor(&mut self, row: &Record, doubts: &mut Doubts) {
        if self.processors.len() >= MAX_PROCESSORS {
            doubts.tally("have no room", "processors", &row.place);
            return;
        }
        self.processors.push(Processor {
            name: row.text("name").as_deref().and_then(list::item),
            cores: doubts.count(row, "numCores"),
        });
    }

    /// Writes the facts.
    pub(super) fn tell(self, asset: &mut Asset, doubts: &mut Doubts) {
        let sockets = match &self.computer.0 {
            Some(computer) => hardware(asset, computer, doubts),
            None => None,
        };
        if let Some(running) = &self.running.0 {
            operating_system(asset, running, doubts);
        }
        processors(asset, self.processors, sockets, doubts);
    }
}

/// The facts of the hardware; gives the number of sockets.
fn hardware(asset: &mut Asset, computer: &Record, doubts: &mut Doubts) -> Option<u64> {
    list::text(asset, "manufacturer", computer.text("manufacturer"));
    list::text(asset, "model", computer.text("model"));
    list::text(asset, "chassis", computer.text("chassisType"));
    let numbers = ["serialNumber", "biosSerialNumber", "assetSerialNumber"];
    let mut numbers = numbers.iter().filter_map(|field| computer.text(field)).peekable();
    let filled = numbers.peek().is_some();
    let serial = numbers.find(|number| is_serial(number));
    if filled && serial.is_none() {
        doubts.add(
            &computer.place,
            "the serial number is one that makers leave as it is: left out",
        );
    }
    list::text(asset, "serial", serial);
    membership(asset, computer, doubts);
    let memory = doubts.count(computer, "totalPhysicalMemory");
    list::number(
        asset,
        "memory_mib",
        memory.filter(|bytes| *bytes > 0).map(list::mib),
    );
    let sockets = doubts
        .count(computer, "numberOfProcessors")
        .filter(|count| *count > 0);
    list::number(asset, "cpu_sockets", sockets);
    sockets
}

/// The names of the roles, which Windows numbers from 0.
const ROLES: [&str; 6] = [
    "Standalone Workstation",
    "Member Workstation",
    "Standalone Server",
    "Member Server",
    "Backup Domain Controller",
    "Primary Domain Controller",
];

/// Windows gives the workgroup of a machine that stands alone in the field of the domain: the role tells them apart.
/// Without it a name with a point is a domain, and `WORKGROUP` is none; of any other name neither is certain.
fn membership(asset: &mut Asset, computer: &Record, doubts: &mut Doubts) {
    let role = computer.text("domainRole").map(|role| {
        let numbered = role.parse().ok().and_then(|number: usize| ROLES.get(number));
        numbered.map_or(role, |name| (*name).to_owned())
    });
    let name = computer.text("domain");
    if let Some(name) = name {
        let alone = role
            .as_deref()
            .map(|role| role.to_ascii_lowercase().starts_with("standalone"));
        match alone {
            Some(true) => asset.facts.add("workgroup", name),
            Some(false) => asset.facts.add("domain", name),
            None if name.eq_ignore_ascii_case("workgroup") => asset.facts.add("workgroup", name),
            None if name.contains('.') => asset.facts.add("domain", name),
            None => doubts.add(
                &computer.place,
                "no `domainRole` tells whether `domain` is a domain or a workgroup: left out",
            ),
        }
    }
    list::text(asset, "domain_role", role);
}

fn operating_system(asset: &mut Asset, running: &Record, doubts: &mut Doubts) {
    list::text(asset, "os_name", running.text("name"));
    list::text(asset, "os_version", running.text("releaseId"));
    list::text(asset, "os_build", running.text("buildNumber"));
    list::text(asset, "os_architecture", running.text("architecture"));
    list::text(asset, "last_boot", doubts.day(running, "lastBootTime"));
    list::boolean(asset, "reboot_needed", running.boolean("needsReboot"));
}

/// Cores are counted over the sockets; more rows than the machine has sockets were read twice.
fn processors(asset: &mut Asset, mut rows: Vec<Processor>, sockets: Option<u64>, doubts: &mut Doubts) {
    if let Some(sockets) = sockets.and_then(|count| usize::try_from(count).ok())
        && rows.len() > sockets
    {
        doubts.add(
            "processors",
            format!(
                "{} processors are listed where the machine has {sockets}: so many are read",
                rows.len()
            ),
        );
        rows.truncate(sockets);
    }
    let cores: Option<u64> = rows.iter().map(|row| row.cores).sum();
    list::number(asset, "cpu_cores", cores.filter(|cores| *cores > 0));
    let names: BTreeSet<&str> = rows.iter().filter_map(|row| row.name.as_deref()).collect();
    list::add(asset, "cpu_model", names);
}
