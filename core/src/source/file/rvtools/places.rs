//! Hosts, clusters, datastores and networks of the vCenters in a workbook.
//!
//! Sheets refer to them by name, and a vCenter keeps those names unique: hosts in the vCenter, the others in a datacenter.

use std::collections::BTreeMap;

use super::facts::{self, Writer};
use super::sheet::{Row, Sheet};
use crate::estate::{Asset, AssetId, AssetKind, Inventory, Relation, RelationKind};
use crate::source::file::notes::Notes;
use crate::source::identity::mint;
use crate::text::quoted;

/// The source in every id.
pub(super) const SOURCE: &str = "rvtools";

/// What machines run on and are stored on.
#[derive(Default)]
pub(super) struct Places {
    assets: BTreeMap<AssetId, Asset>,
    relations: Vec<Relation>,
    /// Datastores by vCenter and name; several where the name is not unique.
    datastores: BTreeMap<(String, String), Vec<AssetId>>,
}

/// The vCenter of a row: its UUID, else its address, else nothing.
pub(super) fn vcenter<'r>(sheet: &Sheet, row: &'r Row) -> &'r str {
    sheet
        .text(row, "VI SDK UUID")
        .or_else(|| sheet.text(row, "VI SDK Server"))
        .unwrap_or_default()
}

impl Places {
    /// vHost.
    pub(super) fn hosts(&mut self, sheet: &Sheet, writer: Writer, notes: &mut Notes) {
        for row in &sheet.rows {
            let Some(name) = sheet.text(row, "Host") else {
                notes.lost(sheet.row_name(row), "a host without a name is left out");
                continue;
            };
            let id = host_id(vcenter(sheet, row), name);
            if self.assets.contains_key(&id) {
                let text = format!("the host {} is there twice; the first row is read", quoted(name));
                notes.about(&id, sheet.row_name(row), text);
                continue;
            }
            let mut asset = Asset::new(id.clone(), AssetKind::HypervisorHost).named(name);
            writer.write(&mut asset, sheet, row, facts::HOST, notes);
            self.assets.insert(id.clone(), asset);
            self.join_cluster(&id, sheet, row);
        }
    }

    /// vCluster, after the hosts: it does not say in which datacenter a cluster is.
    pub(super) fn clusters(&mut self, sheet: &Sheet, writer: Writer, notes: &mut Notes) {
        for row in &sheet.rows {
            let Some(name) = sheet.text(row, "Name") else {
                notes.lost(sheet.row_name(row), "a cluster without a name is left out");
                continue;
            };
            let vcenter = vcenter(sheet, row);
            let known: Vec<AssetId> = self
                .assets
                .values()
                .filter(|asset| {
                    asset.kind == AssetKind::Cluster
                        && asset.name.as_ref().is_some_and(|other| other.raw() == name)
                        && (vcenter.is_empty()
                            || asset.id.as_str().starts_with(cluster_prefix(vcenter).as_str()))
                })
                .map(|asset| asset.id.clone())
                .collect();
            let id = match known.as_slice() {
                [] => cluster_id(vcenter, sheet.text(row, "Datacenter").unwrap_or_default(), name),
                [only] => only.clone(),
                several => {
                    let text = format!(
                        "{} clusters are called {}: the row is left out",
                        several.len(),
                        quoted(name)
                    );
                    notes.lost(sheet.row_name(row), text);
                    continue;
                }
            };
            let asset = self
                .assets
                .entry(id.clone())
                .or_insert_with(|| Asset::new(id, AssetKind::Cluster).named(name));
            if asset.facts.is_empty() {
                writer.write(asset, sheet, row, facts::CLUSTER, notes);
            } else {
                let text = format!(
                    "the cluster {} is there twice; the first row is read",
                    quoted(name)
                );
                notes.about(&asset.id, sheet.row_name(row), text);
            }
        }
    }

    /// vDatastore.
    pub(super) fn datastores(&mut self, sheet: &Sheet, writer: Writer, notes: &mut Notes) {
        for row in &sheet.rows {
            let Some(name) = sheet.text(row, "Name") else {
                notes.lost(sheet.row_name(row), "a datastore without a name is left out");
                continue;
            };
            let vcenter = vcenter(sheet, row);
            let key = ["Object ID", "URL"]
                .iter()
                .find_map(|title| sheet.text(row, title))
                .unwrap_or(name);
            let id = mint(SOURCE, "datastore", [vcenter, key]);
            if self.assets.contains_key(&id) {
                let text = format!(
                    "the datastore {} is there twice; the first row is read",
                    quoted(name)
                );
                notes.about(&id, sheet.row_name(row), text);
                continue;
            }
            let mut asset = Asset::new(id.clone(), AssetKind::Storage).named(name);
            writer.write(&mut asset, sheet, row, facts::DATASTORE, notes);
            self.assets.insert(id.clone(), asset);
            let named = self
                .datastores
                .entry((vcenter.to_owned(), name.to_owned()))
                .or_default();
            named.push(id);
        }
    }

    /// The host that a row of a machine names. One that vHost does not list is kept with what is known: its name.
    pub(super) fn host(&mut self, sheet: &Sheet, row: &Row, notes: &mut Notes) -> Option<AssetId> {
        let name = sheet.text(row, "Host")?;
        let id = host_id(vcenter(sheet, row), name);
        if !self.assets.contains_key(&id) {
            let asset = Asset::new(id.clone(), AssetKind::HypervisorHost).named(name);
            self.assets.insert(id.clone(), asset);
            let text = format!("the host {} runs machines but is not in vHost", quoted(name));
            notes.about(&id, sheet.place_of(row, "Host"), text);
            self.join_cluster(&id, sheet, row);
        }
        Some(id)
    }

    /// The cluster that a row names, in its datacenter.
    pub(super) fn cluster(&mut self, sheet: &Sheet, row: &Row) -> Option<AssetId> {
        let name = sheet.text(row, "Cluster")?;
        let datacenter = sheet.text(row, "Datacenter").unwrap_or_default();
        let id = cluster_id(vcenter(sheet, row), datacenter, name);
        self.assets
            .entry(id.clone())
            .or_insert_with(|| Asset::new(id.clone(), AssetKind::Cluster).named(name));
        Some(id)
    }

    /// The network of a port, in its datacenter.
    pub(super) fn network(&mut self, sheet: &Sheet, row: &Row) -> Option<AssetId> {
        let name = sheet.text(row, "Network")?;
        let datacenter = sheet.text(row, "Datacenter").unwrap_or_default();
        let id = mint(SOURCE, "network", [vcenter(sheet, row), datacenter, name]);
        let asset = self
            .assets
            .entry(id.clone())
            .or_insert_with(|| Asset::new(id.clone(), AssetKind::Network).named(name));
        if let (Some(switch), None) = (sheet.text(row, "Switch"), asset.fact("virtual_switch")) {
            asset.facts.add("virtual_switch", switch);
        }
        Some(id)
    }

    /// The datastore of a path such as `[name] folder/disk.vmdk`.
    ///
    /// # Errors
    /// Why it cannot be told.
    pub(super) fn datastore(&self, vcenter: &str, path: &str) -> Result<Option<AssetId>, String> {
        let Some((name, _)) = path.strip_prefix('[').and_then(|rest| rest.split_once(']')) else {
            return Ok(None);
        };
        let key = (vcenter.to_owned(), name.to_owned());
        match self.datastores.get(&key).map(Vec::as_slice) {
            Some([only]) => Ok(Some(only.clone())),
            Some(several) => Err(format!(
                "{} datastores are called {}",
                several.len(),
                quoted(name)
            )),
            None => Err(format!("the datastore {} is not in vDatastore", quoted(name))),
        }
    }

    pub(super) fn finish(self, inventory: &mut Inventory) {
        inventory.assets.extend(self.assets.into_values());
        inventory.relations.extend(self.relations);
    }

    fn join_cluster(&mut self, host: &AssetId, sheet: &Sheet, row: &Row) {
        if let Some(cluster) = self.cluster(sheet, row) {
            self.relations
                .push(Relation::new(host.clone(), cluster, RelationKind::MemberOf));
        }
    }
}

fn host_id(vcenter: &str, name: &str) -> AssetId {
    mint(SOURCE, "host", [vcenter, name])
}

fn cluster_id(vcenter: &str, datacenter: &str, name: &str) -> AssetId {
    mint(SOURCE, "cluster", [vcenter, datacenter, name])
}

/// How the ids of all clusters of a vCenter begin.
fn cluster_prefix(vcenter: &str) -> String {
    mint(SOURCE, "cluster", [vcenter]).as_str().to_owned() + "~"
}
