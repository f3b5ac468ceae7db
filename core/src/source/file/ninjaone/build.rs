//! The inventory while it is made: sites, devices, and how they are joined.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::device;
use super::doubts::Tallies;
use super::endpoint::Endpoint;
use super::list;
use super::record::Record;
use super::reports::Reports;
use super::scope::Client;
use super::tables::{Device, Tables};
use crate::estate::{Asset, AssetId, AssetKind, Inventory, Relation, RelationKind};
use crate::source::file::fit::fit;
use crate::source::file::notes::Notes;
use crate::source::identity::mint;

/// What has been made so far.
pub(super) struct Build {
    client: Client,
    notes: Notes,
    tallies: Tallies,
    assets: BTreeMap<AssetId, Asset>,
    relations: Vec<Relation>,
    /// Locations of other organizations.
    foreign: BTreeSet<AssetId>,
    /// Whether a machine without a row in `antivirus-status` has no antivirus.
    antivirus_listed: bool,
    /// The last contact of any device.
    contact: Option<Timestamp>,
    /// How many devices lead to a location, or a parent, that is not in the input.
    homeless: (u64, Option<Box<str>>),
    orphans: (u64, Option<Box<str>>),
}

/// `ninjaone:<kind>:<key>`.
fn id(kind: &str, key: i64) -> AssetId {
    mint("ninjaone", kind, [key.to_string().as_str()])
}

impl Build {
    pub(super) fn new(tables: &Tables, client: Client, notes: Notes) -> Self {
        Self {
            client,
            notes,
            tallies: Tallies::default(),
            assets: BTreeMap::new(),
            relations: Vec::new(),
            foreign: BTreeSet::new(),
            antivirus_listed: tables.is_complete(Endpoint::Antivirus),
            contact: None,
            homeless: (0, None),
            orphans: (0, None),
        }
    }

    /// Takes the devices of the client. Those of others, and what reports say of them, are dropped and counted.
    pub(super) fn devices(&mut self, tables: &mut Tables) -> BTreeMap<i64, Device> {
        let mut own = BTreeMap::new();
        let (mut foreign, mut nobodys) = (0_u64, 0_u64);
        for (key, device) in std::mem::take(&mut tables.devices) {
            if device.torn {
                tables.reports.remove(&key);
                continue;
            }
            match (self.client, device.organization()) {
                (Client::Organization(client), Some(other)) if client != other => foreign += 1,
                (Client::Organization(_), None) => nobodys += 1,
                _ => {
                    own.insert(key, device);
                    continue;
                }
            }
            tables.reports.remove(&key);
        }
        if foreign > 0 {
            let text =
                format!("{foreign} devices of other organizations are left out, with what is said of them");
            self.notes.add("devices", text);
        }
        if nobodys > 0 {
            let text = format!("{nobodys} devices do not say to which organization they belong: left out");
            tables.lose(Endpoint::Devices, "devices".to_owned(), &text, &mut self.notes);
        }
        let unlisted = tables.reports.keys().filter(|key| !own.contains_key(key)).count();
        if unlisted > 0 {
            let text = format!(
                "reports tell of {unlisted} devices that are not in the list of devices: left out; save all pages of the list, and filter lists and reports alike"
            );
            tables.lose(Endpoint::Devices, "devices".to_owned(), &text, &mut self.notes);
        }
        own
    }

    /// The locations of the client. One that does not say whose it is, is taken where a device of the client stands in
    /// it.
    pub(super) fn locations(&mut self, tables: &Tables, devices: &BTreeMap<i64, Device>) {
        let used: BTreeSet<i64> = devices
            .values()
            .filter_map(|device| device.record.key("locationId"))
            .collect();
        for (key, location) in &tables.locations {
            let own = match (self.client, location.organization) {
                (Client::Unnamed, None) => true,
                (Client::Organization(client), Some(other)) => client == other,
                (_, None) => used.contains(key),
                (Client::Unnamed, Some(_)) => false,
            };
            if !own {
                self.foreign.insert(id("location", *key));
                continue;
            }
            let mut asset = Asset::new(id("location", *key), AssetKind::Site);
            asset.name = location.record.text("name").map(Into::into);
            list::text(&mut asset, "postal_address", location.record.text("address"));
            list::text(&mut asset, "description", location.record.text("description"));
            self.assets.insert(asset.id.clone(), asset);
        }
        if !self.foreign.is_empty() {
            let text = format!(
                "{} locations of other organizations are left out",
                self.foreign.len()
            );
            self.notes.add("locations", text);
        }
    }

    /// A device, with what reports say of it.
    pub(super) fn device(&mut self, key: i64, device: &Device, reports: Reports) {
        let own = id("device", key);
        let described = device::describe(own.clone(), &device.record, reports, self.antivirus_listed);
        self.contact = self.contact.max(described.contact);
        self.stand(&own, &device.record, described.references.as_ref());
        described.doubts.tell(&own, &mut self.notes, &mut self.tallies);
        self.assets.insert(own, described.asset);
    }

    /// Where it stands. A location that only the device names is kept with its name.
    fn stand(&mut self, device: &AssetId, record: &Record, references: Option<&Record>) {
        let short = references.and_then(|references| references.object("location"));
        let key = record
            .key("locationId")
            .or_else(|| short.as_ref().and_then(|location| location.key("id")));
        let Some(key) = key else { return };
        let site = id("location", key);
        if !self.assets.contains_key(&site) {
            let name = short.and_then(|location| location.text("name"));
            let Some(name) = name.filter(|_| !self.foreign.contains(&site)) else {
                self.homeless.0 += 1;
                self.homeless.1.get_or_insert_with(|| record.place.clone());
                return;
            };
            self.notes.about(
                &site,
                &*record.place,
                "only the name is known: no list of locations has it",
            );
            self.assets.insert(
                site.clone(),
                Asset::new(site.clone(), AssetKind::Site).named(name),
            );
        }
        let relation = Relation::new(device.clone(), site, RelationKind::LocatedAt);
        self.relations.push(relation);
    }

    /// What a device runs on, or by which it is watched.
    pub(super) fn parents(&mut self, devices: &BTreeMap<i64, Device>) {
        for (key, device) in devices {
            let Some(parent) = device.record.key("parentDeviceId").filter(|parent| parent != key) else {
                continue;
            };
            let (own, parent) = (id("device", *key), id("device", parent));
            let (Some(child), Some(host)) = (self.assets.get(&own), self.assets.get(&parent)) else {
                self.orphans.0 += 1;
                self.orphans.1.get_or_insert_with(|| device.record.place.clone());
                continue;
            };
            let guest = child.kind == AssetKind::VirtualMachine || child.boolean("is_virtual") == Some(true);
            let kind = if guest && host.kind == AssetKind::HypervisorHost {
                RelationKind::RunsOn
            } else {
                RelationKind::ManagedBy
            };
            self.relations.push(Relation::new(own, parent, kind));
        }
    }

    /// The inventory's records, with what they have in common noted last; and the last contact.
    pub(super) fn finish(mut self) -> (Inventory, Option<Timestamp>) {
        for ((count, place), what) in [(self.homeless, "a location"), (self.orphans, "a parent")] {
            if let Some(place) = place {
                let text = format!("{count} devices name {what} that is not in the input");
                self.notes.add(place, text);
            }
        }
        self.tallies.tell(&mut self.notes);
        let mut inventory = Inventory {
            assets: self.assets.into_values().collect(),
            relations: self.relations,
            ..Inventory::default()
        };
        fit(&mut inventory, &mut self.notes);
        inventory.source.notes = self.notes.finish();
        (inventory, self.contact)
    }
}
