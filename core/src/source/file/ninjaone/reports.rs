//! What the reports say, device by device.

use std::cmp::Ordering;

use super::doubts::Doubts;
use super::endpoint::Endpoint;
use super::network::Network;
use super::programs::Programs;
use super::protection::Protection;
use super::record::Record;
use super::storage::Storage;
use super::system::System;

/// The rows of one device.
#[derive(Debug, Default)]
pub(super) struct Reports {
    pub(super) doubts: Doubts,
    pub(super) network: Network,
    pub(super) programs: Programs,
    pub(super) protection: Protection,
    pub(super) storage: Storage,
    pub(super) system: System,
}

impl Reports {
    /// Takes over a row.
    pub(super) fn take(&mut self, endpoint: Endpoint, row: Record) {
        let doubts = &mut self.doubts;
        match endpoint {
            Endpoint::Antivirus => self.protection.antivirus(row, doubts),
            Endpoint::BackupJobs => self.protection.job(&row, doubts),
            Endpoint::ComputerSystems => self.system.computer.take(row, doubts),
            Endpoint::Disks => self.storage.disk(&row, doubts),
            Endpoint::Health => self.programs.health.take(row, doubts),
            Endpoint::NetworkInterfaces => self.network.interface(&row, doubts),
            Endpoint::OperatingSystems => self.system.running.take(row, doubts),
            Endpoint::Patches => self.programs.patch(row, doubts),
            Endpoint::Processors => self.system.processor(&row, doubts),
            Endpoint::Services => self.programs.service(&row, doubts),
            Endpoint::Software => self.programs.software(&row, doubts),
            Endpoint::Volumes => self.storage.volume(&row, doubts),
            Endpoint::BackupUsage
            | Endpoint::Devices
            | Endpoint::Locations
            | Endpoint::Organizations
            | Endpoint::Passed => {}
        }
    }
}

/// A row of which there is one a device: the latest holds.
#[derive(Debug, Default)]
pub(super) struct Latest(pub(super) Option<Record>);

impl Latest {
    pub(super) fn take(&mut self, row: Record, doubts: &mut Doubts) {
        let Some(known) = &self.0 else {
            self.0 = Some(row);
            return;
        };
        if known.says_the_same_as(&row) {
            return;
        }
        match order(known, &row, "timestamp") {
            Some(Ordering::Less) => self.0 = Some(row),
            Some(Ordering::Greater) => {}
            _ => doubts.add(
                &row.place,
                "another row says something else of the same, and neither is the later one: the first is read",
            ),
        }
    }
}

/// Which of two records is the earlier one, by a time in both.
pub(super) fn order(one: &Record, other: &Record, field: &str) -> Option<Ordering> {
    let time = |record: &Record| record.value(field)?.as_f64();
    time(one)?.partial_cmp(&time(other)?)
}
