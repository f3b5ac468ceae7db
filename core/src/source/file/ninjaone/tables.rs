//! The records of an input by their keys, whatever the form in which they came.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

use super::endpoint::Endpoint;
use super::record::Record;
use super::reports::{Reports, order};
use crate::source::file::notes::Notes;

/// Every record that is used.
#[derive(Debug, Default)]
pub(super) struct Tables {
    /// Organizations and their names.
    pub(super) organizations: BTreeMap<i64, Option<String>>,
    pub(super) locations: BTreeMap<i64, Location>,
    pub(super) devices: BTreeMap<i64, Device>,
    pub(super) reports: BTreeMap<i64, Reports>,
    read: BTreeSet<Endpoint>,
    /// Endpoints of which a record was lost, or a page is missing.
    incomplete: BTreeSet<Endpoint>,
    /// How many rows the cursors say that there are, and how many were seen.
    claimed: BTreeMap<Endpoint, (u64, u64)>,
}

/// A place of an organization; some answers leave out of which.
#[derive(Debug)]
pub(super) struct Location {
    pub(super) record: Record,
    pub(super) organization: Option<i64>,
}

/// A device.
#[derive(Debug)]
pub(super) struct Device {
    pub(super) record: Record,
    /// Its records name different organizations: it is nobody's.
    pub(super) torn: bool,
}

impl Device {
    /// The client to which it belongs.
    pub(super) fn organization(&self) -> Option<i64> {
        self.record.key("organizationId").or_else(|| {
            let references = self.record.object("references")?;
            references.object("organization")?.key("id")
        })
    }
}

impl Tables {
    /// Whether the input speaks of it at all, be it with no record.
    pub(super) fn has(&self, endpoint: Endpoint) -> bool {
        self.read.contains(&endpoint)
    }

    /// Whether the input holds every record that the source gave.
    pub(super) fn is_complete(&self, endpoint: Endpoint) -> bool {
        self.has(endpoint) && !self.incomplete.contains(&endpoint)
    }

    /// Notes that the input speaks of it.
    pub(super) fn open(&mut self, endpoint: Endpoint) {
        self.read.insert(endpoint);
    }

    /// Notes that something of it is missing.
    pub(super) fn tear(&mut self, endpoint: Endpoint) {
        self.open(endpoint);
        self.incomplete.insert(endpoint);
    }

    /// Notes how many rows a page holds, and how many its cursor says that there are.
    pub(super) fn claim(&mut self, endpoint: Endpoint, claimed: Option<u64>, rows: u64) {
        self.open(endpoint);
        let (most, seen) = self.claimed.entry(endpoint).or_default();
        *most = claimed.unwrap_or_default().max(*most);
        *seen += rows;
    }

    /// Compares what the cursors claimed with what there is.
    pub(super) fn count(&mut self, notes: &mut Notes) {
        for (endpoint, (claimed, seen)) in std::mem::take(&mut self.claimed) {
            if seen < claimed {
                let text = format!("pages are missing: {seen} of {claimed} rows are here");
                self.lose(endpoint, endpoint.name().to_owned(), &text, notes);
            }
        }
    }

    /// Notes a record that cannot be taken over.
    pub(super) fn lose(&mut self, endpoint: Endpoint, place: String, text: &str, notes: &mut Notes) {
        self.tear(endpoint);
        notes.lost(place, text);
    }

    /// Takes over a record.
    pub(super) fn insert(&mut self, endpoint: Endpoint, record: Record, notes: &mut Notes) {
        self.open(endpoint);
        let field = match endpoint {
            Endpoint::BackupUsage | Endpoint::Devices | Endpoint::Locations | Endpoint::Organizations => "id",
            _ => "deviceId",
        };
        let Some(key) = record.key(field) else {
            let text = format!("a record of {} without `{field}` is left out", endpoint.name());
            self.lose(endpoint, record.place.into(), &text, notes);
            return;
        };
        match endpoint {
            Endpoint::BackupUsage => {
                let reports = self.reports.entry(key).or_default();
                if let Some(usage) = record
                    .object("references")
                    .and_then(|references| references.object("backupUsage"))
                {
                    reports.protection.usage(&usage, &mut reports.doubts);
                }
            }
            Endpoint::Devices => self.device(key, record, notes),
            Endpoint::Locations => self.location(key, record, None, notes),
            Endpoint::Organizations => self.organization(key, &record, notes),
            _ => self.reports.entry(key).or_default().take(endpoint, record),
        }
    }

    fn organization(&mut self, key: i64, record: &Record, notes: &mut Notes) {
        let name = self.organizations.entry(key).or_default();
        *name = name.take().or_else(|| record.text("name"));
        for location in record.objects("locations") {
            self.open(Endpoint::Locations);
            if let Some(own) = location.key("id") {
                self.location(own, location, Some(key), notes);
            } else {
                let text = "a location without `id` is left out";
                self.lose(Endpoint::Locations, location.place.into(), text, notes);
            }
        }
    }

    fn location(&mut self, key: i64, record: Record, within: Option<i64>, notes: &mut Notes) {
        let organization = record.key("organizationId").or(within);
        let Some(known) = self.locations.get_mut(&key) else {
            self.locations.insert(key, Location { record, organization });
            return;
        };
        let place = record.place.to_string();
        let mut differ = known.record.join(record, false);
        match (known.organization, organization) {
            (None, found) => known.organization = found,
            (Some(one), Some(other)) => differ |= one != other,
            (Some(_), None) => {}
        }
        if differ {
            let text = format!("location {key} is there twice with different content: the first is read");
            self.lose(Endpoint::Locations, place, &text, notes);
        }
    }

    /// The lists of devices overlap: `devices` has fewer fields than `devices-detailed`, and pages of a list that
    /// changes repeat. What differs is that of the later contact.
    fn device(&mut self, key: i64, record: Record, notes: &mut Notes) {
        let Some(known) = self.devices.get_mut(&key) else {
            self.devices.insert(key, Device { record, torn: false });
            return;
        };
        let place = record.place.to_string();
        let later = ["lastContact", "lastUpdate"]
            .iter()
            .find_map(|field| order(&known.record, &record, field).filter(|order| *order != Ordering::Equal));
        let before = known.organization();
        let other = Device { record, torn: false };
        if let (Some(one), Some(two)) = (before, other.organization())
            && one != two
        {
            known.torn = true;
            let text = format!("device {key} is there in two organizations: left out");
            self.lose(Endpoint::Devices, place, &text, notes);
            return;
        }
        let differ = known.record.join(other.record, later == Some(Ordering::Less));
        if differ && later.is_none() {
            let text = format!("device {key} is there twice with different content: the first is read");
            notes.add(place, text);
        }
    }
}
