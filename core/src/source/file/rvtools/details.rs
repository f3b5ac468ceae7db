//! What further sheets say of the machines: disks, partitions, ports and tools.

use std::collections::{BTreeMap, BTreeSet};

use rust_decimal::Decimal;

use super::facts;
use super::machines::{Machines, Owner};
use super::places::{Places, vcenter};
use super::sheet::{Row, Sheet};
use crate::estate::{AssetId, RelationKind, Scalar};
use crate::source::file::notes::Notes;

/// What a further sheet holds.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Holds {
    Disks,
    Partitions,
    Ports,
    Tools,
}

/// The further sheets.
pub(super) const SHEETS: &[(&str, Holds)] = &[
    ("vDisk", Holds::Disks),
    ("vNetwork", Holds::Ports),
    ("vPartition", Holds::Partitions),
    ("vTools", Holds::Tools),
];

/// What adds up over the rows of a machine in one sheet.
#[derive(Default)]
struct Sums {
    capacity: Decimal,
    consumed: Decimal,
    rows: u32,
    raw: u32,
    addresses: BTreeSet<String>,
    /// Whether a number could not be read, so that no sum is told.
    broken: bool,
}

/// Reads a further sheet. Its rows belong to the machine of their UUID or VM ID, never to one of the same name.
pub(super) fn read(
    machines: &mut Machines,
    sheet: &Sheet,
    holds: Holds,
    places: &mut Places,
    notes: &mut Notes,
) {
    let mut sums: BTreeMap<AssetId, Sums> = BTreeMap::new();
    let (mut unmarked, mut strangers) = (0_usize, 0_usize);
    for row in &sheet.rows {
        match machines.owner(sheet, row) {
            Some(Owner::Machine(id)) => {
                let sum = sums.entry(id.clone()).or_default();
                let mut of = Of {
                    id: &id,
                    sheet,
                    row,
                    notes: &mut *notes,
                };
                match holds {
                    Holds::Disks => of.disk(sum, machines, places),
                    Holds::Partitions => of.partition(sum),
                    Holds::Ports => of.port(sum, machines, places),
                    Holds::Tools => of.tools(machines),
                }
            }
            Some(Owner::Passed) => {}
            Some(Owner::Several | Owner::Unknown) => strangers += 1,
            None => unmarked += 1,
        }
    }
    if unmarked > 0 {
        let text = format!(
            "{unmarked} rows have neither `VM UUID` nor `VM ID`: left out, since names of machines repeat"
        );
        notes.lost(sheet.name(), text);
    }
    if strangers > 0 {
        let text = format!("{strangers} rows belong to no machine of vInfo: left out");
        notes.lost(sheet.name(), text);
    }
    for (id, sum) in sums {
        tell(machines, &id, holds, &sum);
    }
}

/// The facts of one machine from one sheet. What vInfo says already is not said twice.
fn tell(machines: &mut Machines, id: &AssetId, holds: Holds, sum: &Sums) {
    let writer = machines.writer;
    let Some(asset) = machines.assets.get_mut(id) else {
        return;
    };
    let number = |count: u32| Scalar::Number(count.into());
    match holds {
        Holds::Disks => {
            if asset.fact("disk_mib").is_none() && !sum.broken {
                writer.add(asset, "disk_mib", Scalar::Number(sum.capacity));
            }
            if sum.raw > 0 {
                writer.add(asset, "raw_disk_count", number(sum.raw));
            }
        }
        Holds::Partitions => {
            writer.add(asset, "partition_count", number(sum.rows));
            if !sum.broken {
                writer.add(asset, "partition_capacity_mib", Scalar::Number(sum.capacity));
                writer.add(asset, "partition_consumed_mib", Scalar::Number(sum.consumed));
            }
        }
        Holds::Ports => {
            if !sum.addresses.is_empty() {
                let addresses: Vec<&str> = sum.addresses.iter().map(String::as_str).collect();
                writer.add(asset, "mac_addresses", addresses.join(", "));
            }
        }
        Holds::Tools => {}
    }
}

/// One row of a machine.
struct Of<'a> {
    id: &'a AssetId,
    sheet: &'a Sheet,
    row: &'a Row,
    notes: &'a mut Notes,
}

impl Of<'_> {
    fn disk(&mut self, sum: &mut Sums, machines: &mut Machines, places: &Places) {
        self.add(&mut sum.capacity, &mut sum.broken, "Capacity MiB");
        if self.boolean("Raw") == Some(true) {
            sum.raw += 1;
        }
        if let Some(path) = self.sheet.text(self.row, "Disk Path") {
            match places.datastore(vcenter(self.sheet, self.row), path) {
                Ok(Some(datastore)) => machines.relate(self.id, datastore, &RelationKind::DependsOn),
                Ok(None) => {}
                Err(why) => self
                    .notes
                    .about(self.id, self.sheet.place_of(self.row, "Disk Path"), why),
            }
        }
    }

    fn partition(&mut self, sum: &mut Sums) {
        sum.rows += 1;
        self.add(&mut sum.capacity, &mut sum.broken, "Capacity MiB");
        self.add(&mut sum.consumed, &mut sum.broken, "Consumed MiB");
    }

    fn port(&mut self, sum: &mut Sums, machines: &mut Machines, places: &mut Places) {
        if let Some(address) = self.sheet.text(self.row, "Mac Address") {
            sum.addresses.insert(address.to_ascii_lowercase());
        }
        if self.boolean("Connected") != Some(false)
            && let Some(network) = places.network(self.sheet, self.row)
        {
            machines.relate(self.id, network, &RelationKind::ConnectsTo);
        }
    }

    fn tools(&mut self, machines: &mut Machines) {
        let writer = machines.writer;
        if let Some(asset) = machines.assets.get_mut(self.id) {
            writer.write(asset, self.sheet, self.row, facts::TOOLS, self.notes);
        }
    }

    fn boolean(&mut self, title: &str) -> Option<bool> {
        self.sheet.boolean(self.row, title).unwrap_or_else(|unread| {
            self.notes.about(self.id, unread.place, unread.text);
            None
        })
    }

    /// Adds the number of a cell to a sum.
    fn add(&mut self, sum: &mut Decimal, broken: &mut bool, title: &str) {
        match self.sheet.number(self.row, title) {
            Ok(number) => match number.and_then(|number| sum.checked_add(number)) {
                Some(total) => *sum = total,
                None => *broken = true,
            },
            Err(unread) => {
                *broken = true;
                self.notes.about(self.id, unread.place, unread.text);
            }
        }
    }
}
