//! What guards a machine: `antivirus-status`, `backup/usage`, `backup/jobs`.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::doubts::Doubts;
use super::list;
use super::moment;
use super::record::Record;
use super::reports::Latest;
use crate::estate::Asset;

/// At most this many products of one machine are kept.
const MAX_PRODUCTS: usize = 64;

/// Products that detect and respond, by how their names begin or by words in them, in lower case.
const EDR: &[&str] = &[
    "carbon black",
    "cortex xdr",
    "crowdstrike",
    "cylanceoptics",
    "defender for endpoint",
    "eset inspect",
    "huntress",
    "malwarebytes endpoint agent",
    "sentinel agent",
    "sentinelone",
    "sophos intercept x",
    "threatdown",
    "trellix edr",
    "withsecure elements edr",
];

/// The name under which the backups of NinjaOne itself are told.
const BACKUP: &str = "NinjaOne Backup";

/// What the reports say of the protection of one machine.
#[derive(Debug, Default)]
pub(super) struct Protection {
    products: BTreeMap<String, Latest>,
    success: Option<Timestamp>,
    failure: Option<Timestamp>,
    /// Whether something is stored of it.
    stored: bool,
}

impl Protection {
    /// A row of `antivirus-status`: a product on the device.
    pub(super) fn antivirus(&mut self, row: Record, doubts: &mut Doubts) {
        let Some(name) = row.text("productName").as_deref().and_then(list::item) else {
            doubts.add(&row.place, "an antivirus product without a name is left out");
            return;
        };
        if self.products.len() < MAX_PRODUCTS || self.products.contains_key(&name) {
            self.products.entry(name).or_default().take(row, doubts);
        } else {
            doubts.tally("have no room", "antivirus products", &row.place);
        }
    }

    /// What a device says of its backups, in the list or in `backup/usage`.
    pub(super) fn usage(&mut self, usage: &Record, doubts: &mut Doubts) {
        self.success = self.success.max(doubts.time(usage, "lastSuccessfulBackupJob"));
        self.failure = self.failure.max(doubts.time(usage, "lastFailedBackupJob"));
        let sizes = ["cloudTotalSize", "localTotalSize", "revisionsTotalSize"];
        let stored = sizes.map(|field| doubts.count(usage, field).is_some_and(|size| size > 0));
        self.stored |= stored.contains(&true);
    }

    /// A row of `backup/jobs`.
    pub(super) fn job(&mut self, row: &Record, doubts: &mut Doubts) {
        let status = row.text("jobStatus").unwrap_or_default().to_uppercase();
        let at = doubts
            .time(row, "jobEndTime")
            .or_else(|| doubts.time(row, "jobStartTime"));
        match status.as_str() {
            "COMPLETED" | "SUCCEEDED" | "SUCCESS" => {
                self.success = self.success.max(at);
                self.stored = true;
            }
            "ERROR" | "FAILED" => self.failure = self.failure.max(at),
            "CANCELED" | "CANCELLED" | "IN_PROGRESS" | "PENDING" | "PROCESSING" | "QUEUED" | "RUNNING" => {}
            other => doubts.tally(
                "are states of backup jobs that are not known: passed over",
                other,
                &row.place,
            ),
        }
    }

    /// Writes the facts. `listed` when a product that is not in the report is not on the device.
    pub(super) fn tell(&self, asset: &mut Asset, software: &BTreeSet<String>, listed: bool) {
        self.tell_antivirus(asset, listed);
        let edr: BTreeSet<&str> = self
            .products
            .keys()
            .chain(software)
            .map(String::as_str)
            .filter(|name| responds(name))
            .collect();
        list::add(asset, "edr", edr);
        list::text(asset, "backup_last_success", self.success.map(moment::day));
        list::text(asset, "backup_last_failure", self.failure.map(moment::day));
        if self.stored || self.success.is_some() || self.failure.is_some() {
            asset.facts.add("backup_product", BACKUP);
        }
    }

    /// The device is as well off as the product on it that is best off: a machine with another product has that of
    /// Windows switched off.
    fn tell_antivirus(&self, asset: &mut Asset, listed: bool) {
        if self.products.is_empty() {
            if listed {
                asset.facts.add("antivirus", "");
            }
            return;
        }
        list::add(asset, "antivirus", self.products.keys().map(String::as_str));
        let rows: Vec<&Record> = self.products.values().filter_map(|row| row.0.as_ref()).collect();
        let best = rows.iter().map(|row| state(row)).max().unwrap_or(State::Unknown);
        asset.facts.add("antivirus_state", best.word());
        let definitions: BTreeSet<String> = rows
            .iter()
            .filter(|row| state(row) == best)
            .filter_map(|row| row.text("definitionStatus"))
            .filter_map(|text| list::item(&text))
            .collect();
        list::add(
            asset,
            "antivirus_definitions",
            definitions.iter().map(String::as_str),
        );
    }
}

/// Whether a product works; the better state is the greater one.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
enum State {
    Unknown,
    Off,
    On,
}

impl State {
    fn word(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Off => "off",
            Self::On => "on",
        }
    }
}

fn state(row: &Record) -> State {
    match row
        .text("productState")
        .unwrap_or_default()
        .to_uppercase()
        .as_str()
    {
        "ON" | "ENABLED" => State::On,
        "OFF" | "DISABLED" | "EXPIRED" | "SNOOZED" => State::Off,
        _ => State::Unknown,
    }
}

fn responds(name: &str) -> bool {
    let name = name.to_lowercase();
    EDR.iter().any(|product| name.contains(product))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn products_that_respond_are_known_by_name() {
        for (name, expected) in [
            ("SentinelOne", true),
            ("Sentinel Agent 23.4", true),
            ("Huntress Agent 0.14", true),
            ("CrowdStrike Windows Sensor 7.1", true),
            ("Windows Defender", false),
            ("Sentinel HASP Runtime", false),
        ] {
            assert_eq!(responds(name), expected, "{name}");
        }
        assert!(EDR.iter().all(|name| name.to_lowercase() == *name));
    }
}
