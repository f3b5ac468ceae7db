//! NinjaOne: saved answers of its API, in any subset: lists (bare arrays) and reports (`{"cursor", "results"}`).
//!
//! Identity: `ninjaone:device:<id>` and `ninjaone:location:<id>`, never the name. What is read of each answer, and what is
//! not: `docs/sources.md`.

mod answers;
mod build;
mod class;
mod device;
mod doubts;
mod endpoint;
mod fields;
mod list;
mod moment;
mod network;
mod programs;
mod protection;
mod record;
mod reports;
mod scope;
mod storage;
mod system;
mod tables;

use std::collections::BTreeMap;

use super::Options;
use super::encoding;
use super::notes::Notes;
use crate::digest::Digest;
use crate::error::{Error, ErrorKind, Result};
use crate::estate::{Inventory, Scope};
use crate::monitor::Monitor;
use crate::source::input::Document;
use crate::text::{Plain, quoted};
use build::Build;
use endpoint::Endpoint;
use tables::Tables;

/// The largest input, all files together.
const MAX_BYTES: usize = 512 << 20;

/// An answer without records is no longer than this, and says the same of everything.
const EMPTY: usize = 200;

/// Whether the keys of a document can only come from NinjaOne.
pub(super) fn is_answer(keys: &[impl AsRef<str>]) -> bool {
    Endpoint::is_certain(keys)
}

/// Collects the saved answers of one NinjaOne, one after the other, so that not all of them are in memory.
#[derive(Default)]
pub(super) struct Answers {
    tables: Tables,
    notes: Notes,
    bytes: usize,
    /// The names of documents by the digests of their content.
    seen: BTreeMap<Digest, String>,
}

impl Answers {
    /// Reads one document. `named` where notes must say which one.
    pub(super) fn add(&mut self, document: &Document, named: bool, monitor: &Monitor) -> Result<()> {
        let within = |error: Error| error.within(Plain(&document.name));
        self.bytes = self.bytes.saturating_add(document.bytes.len());
        if self.bytes > MAX_BYTES {
            return Err(Error::new(ErrorKind::TooLarge, "the input is too large").remedy(format!(
                "at most {MAX_BYTES} bytes are read, all files together; filter the export with `df=org = ID`"
            )));
        }
        let digest = Digest::of("vcto source document v1", &document.bytes);
        if document.bytes.len() > EMPTY
            && let Some(first) = self.seen.get(&digest)
        {
            let text = format!("the same content as {}: read once", quoted(first));
            self.notes.add(Plain(&document.name).to_string(), text);
            return Ok(());
        }
        self.seen.insert(digest, document.name.clone());
        let text = encoding::text(&document.bytes).map_err(within)?;
        answers::read(
            text,
            &document.name,
            named,
            &mut self.tables,
            &mut self.notes,
            monitor,
        )
        .map_err(within)
    }

    /// Makes the inventory of one client.
    pub(super) fn finish(self, name: &str, options: Options<'_>) -> Result<Inventory> {
        let Self {
            mut tables,
            mut notes,
            ..
        } = self;
        let within = |error: Error| error.within(Plain(name));
        if !tables.has(Endpoint::Devices) {
            return Err(within(no_devices(&tables)));
        }
        tables.count(&mut notes);
        let client = scope::choose(&tables, options.scope).map_err(within)?;
        let mut build = Build::new(&tables, client, notes);
        let devices = build.devices(&mut tables);
        build.locations(&tables, &devices);
        let mut reports = std::mem::take(&mut tables.reports);
        for (key, device) in &devices {
            options.monitor.check()?;
            build.device(*key, device, reports.remove(key).unwrap_or_default());
        }
        build.parents(&devices);
        let (mut inventory, contact) = build.finish();
        inventory.source.name = name.into();
        inventory.source.captured_at = options.captured_at.or(contact);
        inventory.source.scopes = scopes(&tables, &inventory);
        Ok(inventory)
    }
}

/// Reports alone name devices by number only.
fn no_devices(tables: &Tables) -> Error {
    let read: Vec<&str> = Endpoint::READ
        .iter()
        .filter(|endpoint| tables.has(**endpoint))
        .map(|endpoint| endpoint.name())
        .collect();
    let what = if read.is_empty() {
        "nothing in it is an answer of NinjaOne that can be read".to_owned()
    } else {
        format!("there is no list of devices, only {}", read.join(", "))
    };
    Error::new(ErrorKind::InvalidInput, what).remedy(
        "save what `GET /v2/devices-detailed` answers as devices-detailed.json beside them (`/v2/devices` says less), all pages of it",
    )
}

/// Of what the input speaks: the kinds that an RMM lists, those of network devices where one is there, and the reports.
fn scopes(tables: &Tables, inventory: &Inventory) -> Vec<Scope> {
    const LISTED: [&str; 4] = ["hypervisor_host", "server", "virtual_machine", "workstation"];
    let kinds = inventory
        .assets
        .iter()
        .map(|asset| asset.kind.as_str())
        .filter(|kind| *kind != "site");
    let devices = tables.is_complete(Endpoint::Devices);
    let mut scopes: BTreeMap<&str, bool> = LISTED
        .into_iter()
        .chain(kinds)
        .map(|kind| (kind, devices))
        .collect();
    // What is not in the list of an RMM is not under it.
    scopes.insert("rmm", devices);
    for endpoint in Endpoint::READ {
        if let Some(scope) = endpoint.scope().filter(|_| tables.has(endpoint)) {
            scopes.insert(scope, tables.is_complete(endpoint));
        }
    }
    scopes
        .into_iter()
        .map(|(name, complete)| Scope {
            name: name.into(),
            complete,
        })
        .collect()
}
