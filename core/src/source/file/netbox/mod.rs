//! NetBox: a dump by model, or pages of its REST API.
//!
//! Identity: `netbox:<model>:<key>`, never the name. What is read of each model, and what is not: `docs/sources.md`.

mod build;
mod cables;
mod circuits;
mod devices;
mod model;
mod pages;
mod power;
mod record;
mod sites;
mod tables;

use crate::error::{Error, ErrorKind, Result};
use crate::estate::{Inventory, Scope};
use crate::monitor::Monitor;
use crate::source::file::notes::Notes;
use crate::source::input::Document;
use crate::text::Plain;
use build::Build;
use cables::Cables;
use model::Model;
use power::Supply;
use tables::Tables;

/// The largest input, all files together.
pub(super) const MAX_BYTES: usize = 512 << 20;

/// Whether a key of a document is the name of a model: `dcim.device`.
pub(super) fn is_model(key: &str) -> bool {
    const APPS: [&str; 12] = [
        "account",
        "auth",
        "circuits",
        "contenttypes",
        "core",
        "dcim",
        "extras",
        "ipam",
        "tenancy",
        "users",
        "virtualization",
        "wireless",
    ];
    key.split_once('.')
        .is_some_and(|(app, model)| APPS.contains(&app) && !model.is_empty())
}

/// Collects the documents of one NetBox, one after the other, so that not all of them are in memory.
#[derive(Default)]
pub(crate) struct Pages {
    tables: Tables,
    notes: Notes,
    bytes: usize,
}

impl Pages {
    /// Reads one document. `named` where notes must say which one.
    pub(crate) fn add(&mut self, document: &Document, named: bool, monitor: &Monitor) -> Result<()> {
        self.bytes = self.bytes.saturating_add(document.bytes.len());
        if self.bytes > MAX_BYTES {
            return Err(Error::new(ErrorKind::TooLarge, "the input is too large")
                .remedy(format!("at most {MAX_BYTES} bytes are read, all files together")));
        }
        pages::read(
            &document.bytes,
            &document.name,
            named,
            &mut self.tables,
            &mut self.notes,
            monitor,
        )
        .map_err(|error| error.within(Plain(&document.name)))
    }

    /// Makes the inventory of all of them.
    pub(crate) fn finish(self, name: &str, monitor: &Monitor) -> Result<Inventory> {
        let Self {
            mut tables,
            mut notes,
            ..
        } = self;
        tables.count(&mut notes);
        if tables.is_empty() {
            return Err(Error::new(
                ErrorKind::InvalidInput,
                "nothing in it is a record of NetBox that can be read",
            )
            .within(Plain(name)));
        }
        let cables = Cables::collect(&tables);
        let mut build = Build::new(&tables, notes);
        sites::sites(&mut build);
        sites::racks(&mut build);
        circuits::providers(&mut build);
        circuits::circuits(&mut build);
        circuits::terminations(&mut build, &cables);
        devices::virtual_chassis(&mut build);
        devices::clusters(&mut build);
        devices::devices(&mut build);
        devices::device_bays(&mut build);
        monitor.check()?;
        devices::virtual_machines(&mut build);
        power::feeds(&mut build, &cables);
        power::ports(&mut build, &cables);
        let lost = build.notes.lost_records();
        let mut supply = Supply::default();
        cables.relate(&mut build, &mut supply);
        supply.relate(&mut build);
        let cables_complete = build.notes.lost_records() == lost;
        sites::contacts(&mut build);
        monitor.check()?;
        let mut inventory = build.finish();
        inventory.source.name = name.into();
        inventory.source.scopes = scopes(&tables, cables_complete);
        Ok(inventory)
    }
}

/// Of which kinds of asset and relation the input speaks.
fn scopes(tables: &Tables, cables_complete: bool) -> Vec<Scope> {
    const DEVICES: &[&str] = &[
        "device",
        "firewall",
        "patch_panel",
        "printer",
        "router",
        "server",
        "storage",
        "switch",
        "wireless_access_point",
    ];
    let mut scopes = Vec::new();
    for (models, kinds) in [
        (&[Model::Cable][..], &["connects_to"][..]),
        (&[Model::Circuit], &["circuit"]),
        (&[Model::Cluster], &["cluster"]),
        (&[Model::Device], DEVICES),
        (&[Model::Device, Model::PowerFeed, Model::PowerPanel], &["power"]),
        (&[Model::Device, Model::PowerPort], &["power_ports"]),
        (&[Model::Provider], &["provider"]),
        (&[Model::Rack], &["rack"]),
        (&[Model::Site], &["site"]),
        (&[Model::VirtualMachine], &["virtual_machine"]),
    ] {
        if !models.iter().all(|model| tables.has(*model)) {
            continue;
        }
        let complete = models.iter().all(|model| tables.is_complete(*model));
        scopes.extend(kinds.iter().map(|kind| Scope {
            name: (*kind).into(),
            complete: complete && (*kind != "connects_to" || cables_complete),
        }));
    }
    scopes.sort_by(|a, b| a.name.cmp(&b.name));
    scopes
}
