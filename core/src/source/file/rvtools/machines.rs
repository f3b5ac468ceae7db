//! The virtual machines: vInfo.

use std::collections::{BTreeMap, BTreeSet};

use super::facts::{self, Writer};
use super::places::{Places, SOURCE, vcenter};
use super::sheet::{Row, Sheet};
use crate::error::{Error, ErrorKind, Result};
use crate::estate::{Asset, AssetId, AssetKind, Confidence, FactValue, Inventory, Relation, RelationKind};
use crate::source::file::notes::Notes;
use crate::source::identity::mint;
use crate::text::quoted;

/// The machines of a workbook.
pub(super) struct Machines {
    pub(super) writer: Writer,
    pub(super) assets: BTreeMap<AssetId, Asset>,
    /// What each key means: see [`Owner`].
    owners: BTreeMap<Key, Owner>,
    pub(super) relations: BTreeSet<(AssetId, AssetId, &'static str)>,
}

/// The vCenter of a row, the column, and its value.
type Key = (String, &'static str, String);

/// Whose rows a key marks in the further sheets.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum Owner {
    /// This machine.
    Machine(AssetId),
    /// One that is left out on purpose.
    Passed,
    /// Several: the key says nothing.
    Several,
    /// None that vInfo knows.
    Unknown,
}

/// The columns that identify a machine, the better one first.
const KEYS: [&str; 2] = ["VM UUID", "VM ID"];

impl Machines {
    pub(super) fn new(writer: Writer) -> Self {
        Self {
            writer,
            assets: BTreeMap::new(),
            owners: BTreeMap::new(),
            relations: BTreeSet::new(),
        }
    }

    /// Without a name and an identity the sheet says nothing.
    ///
    /// # Errors
    /// `invalid_input` with the column that is missing.
    pub(super) fn check_columns(sheet: &Sheet) -> Result<()> {
        for title in ["VM", "VM UUID"] {
            if !sheet.has(title) {
                return Err(Error::new(
                    ErrorKind::InvalidInput,
                    format!("the column `{title}` is missing"),
                )
                .at(sheet.name())
                .remedy("export vInfo with all its columns"));
            }
        }
        Ok(())
    }

    /// Reads vInfo.
    pub(super) fn rows(&mut self, sheet: &Sheet, places: &mut Places, notes: &mut Notes) {
        for title in [
            "CPUs",
            "Memory",
            "Powerstate",
            "Host",
            "OS according to the configuration file",
        ] {
            if !sheet.has(title) {
                let text = format!("the column `{title}` is missing: what it says stays unknown");
                notes.add(sheet.name(), text);
            }
        }
        let mut passed: BTreeMap<&str, usize> = BTreeMap::new();
        for row in &sheet.rows {
            if let Some(why) = passed_over(sheet, row) {
                *passed.entry(why).or_default() += 1;
                for key in keys(sheet, row) {
                    self.own(key, Owner::Passed);
                }
            } else if let Some(id) = self.identify(sheet, row, notes) {
                self.machine(id, sheet, row, places, notes);
            }
        }
        for (why, count) in passed {
            notes.add(sheet.name(), format!("{count} {why} are left out"));
        }
    }

    /// Whose row this is, in a further sheet.
    pub(super) fn owner(&self, sheet: &Sheet, row: &Row) -> Option<Owner> {
        let key = keys(sheet, row).next()?;
        Some(self.owners.get(&key).cloned().unwrap_or(Owner::Unknown))
    }

    pub(super) fn relate(&mut self, from: &AssetId, to: AssetId, kind: &RelationKind) {
        // The three kinds that are used here, as they are written: a set keeps each pair once.
        let word = match kind {
            RelationKind::ConnectsTo => "connects_to",
            RelationKind::DependsOn => "depends_on",
            _ => "runs_on",
        };
        self.relations.insert((from.clone(), to, word));
    }

    pub(super) fn finish(self, inventory: &mut Inventory) {
        inventory.assets.extend(self.assets.into_values());
        let relations = self
            .relations
            .into_iter()
            .map(|(from, to, kind)| Relation::new(from, to, RelationKind::from(kind)));
        inventory.relations.extend(relations);
    }

    fn own(&mut self, key: Key, owner: Owner) {
        self.owners
            .entry(key)
            .and_modify(|known| {
                if *known != owner {
                    *known = Owner::Several;
                }
            })
            .or_insert(owner);
    }

    /// The id of a row: by VM UUID; without one by VM ID, and without that by name, which is noted. A name that is not
    /// the first of its kind has its row beside it.
    fn identify(&mut self, sheet: &Sheet, row: &Row, notes: &mut Notes) -> Option<AssetId> {
        let vcenter = vcenter(sheet, row);
        let name = sheet.text(row, "VM");
        if let Some(uuid) = sheet.text(row, "VM UUID") {
            let id = mint(SOURCE, "vm", [vcenter, &uuid.to_ascii_lowercase()]);
            if !self.assets.contains_key(&id) {
                return Some(id);
            }
            let name = name.map_or_else(|| "without a name".to_owned(), quoted);
            let text = format!("the machine {name} has the VM UUID of another row: left out");
            notes.lost(sheet.place_of(row, "VM UUID"), text);
            return None;
        }
        let (mut id, weak) = match (sheet.text(row, "VM ID"), name) {
            (Some(vm_id), _) => (
                mint(SOURCE, "vm_id", [vcenter, vm_id]),
                "its VM ID, which another vCenter may use too",
            ),
            (None, Some(name)) => (
                mint(SOURCE, "vm_name", [vcenter, name]),
                "its name, which may change and repeat",
            ),
            (None, None) => {
                notes.lost(
                    sheet.row_name(row),
                    "a machine without UUID, ID and name is left out",
                );
                return None;
            }
        };
        if self.assets.contains_key(&id) {
            id = AssetId::from(format!("{}~{}", id.as_str(), row.number));
        }
        notes.about(
            &id,
            sheet.row_name(row),
            format!("no VM UUID: identified by {weak}"),
        );
        Some(id)
    }

    fn machine(&mut self, id: AssetId, sheet: &Sheet, row: &Row, places: &mut Places, notes: &mut Notes) {
        let mut asset = Asset::new(id.clone(), AssetKind::VirtualMachine);
        if let Some(name) = sheet.text(row, "VM") {
            asset = asset.named(name);
        }
        self.writer.write(&mut asset, sheet, row, facts::MACHINE, notes);
        self.operating_system(&mut asset, sheet, row);
        if let Some(host) = places.host(sheet, row, notes) {
            self.relate(&id, host, &RelationKind::RunsOn);
        } else if let Some(cluster) = places.cluster(sheet, row) {
            notes.about(&id, sheet.row_name(row), "no host is recorded, only the cluster");
            self.relate(&id, cluster, &RelationKind::RunsOn);
        } else {
            notes.about(&id, sheet.row_name(row), "no host is recorded");
        }
        if let Some(path) = sheet.text(row, "Path") {
            // Without a vDatastore sheet the path alone is no news.
            if let Ok(Some(datastore)) = places.datastore(vcenter(sheet, row), path) {
                self.relate(&id, datastore, &RelationKind::DependsOn);
            }
        }
        for key in keys(sheet, row) {
            self.own(key, Owner::Machine(id.clone()));
        }
        self.assets.insert(id, asset);
    }

    /// What runs is observed; what the hypervisor is configured for is only stated. It stands beside what runs where the
    /// two differ, and alone where nothing reports what runs.
    fn operating_system(&self, asset: &mut Asset, sheet: &Sheet, row: &Row) {
        let running = sheet.text(row, "OS according to the VMware Tools");
        let configured = sheet.text(row, "OS according to the configuration file");
        let stated = |text: &str, by: &str, sure| FactValue::from(text).stated_by(by).sure(sure);
        if let Some(running) = running {
            let value = stated(running, "RVTools: VMware Tools", Confidence::High);
            self.writer.add(asset, "os_name", value);
        }
        let Some(configured) = configured else { return };
        self.writer.add(asset, "os_configured", configured);
        if running != Some(configured) {
            let value = stated(configured, "RVTools: configuration file", Confidence::Medium);
            self.writer.add(asset, "os_name", value);
        }
    }
}

/// The keys of a row, the better one first.
fn keys(sheet: &Sheet, row: &Row) -> impl Iterator<Item = Key> {
    let vcenter = vcenter(sheet, row).to_owned();
    let keys = KEYS.map(|title| {
        sheet
            .text(row, title)
            .map(|value| (title, value.to_ascii_lowercase()))
    });
    keys.into_iter()
        .flatten()
        .map(move |(title, value)| (vcenter.clone(), title, value))
}

/// What stays out: it is no machine that runs for anybody.
fn passed_over(sheet: &Sheet, row: &Row) -> Option<&'static str> {
    let is = |title| sheet.boolean(row, title).ok().flatten() == Some(true);
    if is("Template") {
        Some("templates")
    } else if is("SRM Placeholder") {
        Some("placeholders of Site Recovery Manager")
    } else if sheet
        .text(row, "VM")
        .is_some_and(|name| name.starts_with("vCLS-") || name.starts_with("vCLS ("))
    {
        Some("agents of the cluster service (vCLS)")
    } else {
        None
    }
}
