//! RVTools workbooks: what a vCenter has, one row a machine, host, disk or port.
//!
//! Identity: `rvtools:vm:<vCenter>~<VM UUID>`, since names repeat; hosts, clusters, datastores and networks have no id in
//! most sheets, and are known by their place in the vCenter. Rows are joined by UUID or VM ID, never by a machine's name.

mod columns;
mod details;
mod facts;
mod machines;
mod places;
mod sheet;

use std::collections::BTreeMap;

use crate::error::{Error, ErrorKind, Result};
use crate::estate::{Confidence, Inventory, Scope, Source};
use crate::monitor::Monitor;
use crate::source::file::fit::fit;
use crate::source::file::notes::Notes;
use crate::source::file::xlsx::Workbook;
use crate::source::input::Document;
use crate::text::quoted;
use columns::SHEETS;
use facts::Writer;
use machines::Machines;
use places::Places;
use sheet::Sheet;

/// Whether a sheet is one that RVTools writes and nothing else has.
pub(super) fn is_sheet(name: &str) -> bool {
    name.eq_ignore_ascii_case("vInfo")
}

/// Reads a workbook.
pub(super) fn read(document: &Document, monitor: &Monitor) -> Result<Inventory> {
    let mut workbook = Workbook::open(&document.bytes)?;
    if !workbook.names().any(is_sheet) {
        let names: Vec<_> = workbook.names().take(5).map(quoted).collect();
        return Err(Error::new(
            ErrorKind::InvalidInput,
            format!("the workbook has no sheet `vInfo`; it has {}", names.join(", ")),
        )
        .remedy("export all tabs of RVTools to xlsx"));
    }
    let mut notes = Notes::default();
    let strings = workbook.strings()?;
    let mut sheets = BTreeMap::new();
    for columns in SHEETS {
        if let Some(sheet) = Sheet::read(&mut workbook, &strings, columns, &mut notes, monitor)? {
            sheets.insert(columns.sheet, sheet);
        }
    }
    drop(strings);
    assemble(document, &sheets, notes, monitor)
}

/// The sheets by their names.
type Sheets = BTreeMap<&'static str, Sheet>;

fn assemble(document: &Document, sheets: &Sheets, mut notes: Notes, monitor: &Monitor) -> Result<Inventory> {
    let foreign = sheets.values().any(|sheet| sheet.foreign);
    if foreign {
        let text = "the titles of the columns are not those of RVTools: made by a work-alike, so facts are taken at low confidence";
        notes.add("vInfo", text);
    }
    let writer = Writer {
        confidence: foreign.then_some(Confidence::Low),
    };
    let mut scopes = Scopes::default();
    let mut places = Places::default();
    scopes.watch(sheets, "vHost", "hypervisor_host", &mut notes, |sheet, notes| {
        places.hosts(sheet, writer, notes);
    });
    scopes.watch(sheets, "vCluster", "cluster", &mut notes, |sheet, notes| {
        places.clusters(sheet, writer, notes);
    });
    scopes.watch(sheets, "vDatastore", "storage", &mut notes, |sheet, notes| {
        places.datastores(sheet, writer, notes);
    });
    monitor.check()?;
    let mut machines = Machines::new(writer);
    if let Some(sheet) = sheets.get("vInfo") {
        Machines::check_columns(sheet)?;
    }
    scopes.watch(sheets, "vInfo", "virtual_machine", &mut notes, |sheet, notes| {
        machines.rows(sheet, &mut places, notes);
    });
    monitor.check()?;
    for (name, holds) in details::SHEETS {
        if let Some(sheet) = sheets.get(name) {
            details::read(&mut machines, sheet, *holds, &mut places, &mut notes);
        }
    }
    let captured_at = sheets.get("vMetaData").and_then(|sheet| {
        let row = sheet.rows.first()?;
        let time = sheet.time(row, "xlsx creation datetime").ok().flatten()?;
        jiff::tz::TimeZone::UTC.to_timestamp(time).ok()
    });
    let mut inventory = Inventory {
        source: Source {
            name: document.name.as_str().into(),
            captured_at,
            scopes: scopes.0,
            ..Source::default()
        },
        ..Inventory::default()
    };
    machines.finish(&mut inventory);
    places.finish(&mut inventory);
    fit(&mut inventory, &mut notes);
    inventory.source.notes = notes.finish();
    Ok(inventory)
}

/// What the workbook speaks of. It speaks of all of it when no row of the sheet was lost.
#[derive(Default)]
struct Scopes(Vec<Scope>);

impl Scopes {
    fn watch(
        &mut self,
        sheets: &Sheets,
        sheet: &str,
        kind: &str,
        notes: &mut Notes,
        read: impl FnOnce(&Sheet, &mut Notes),
    ) {
        let Some(sheet) = sheets.get(sheet) else { return };
        let before = notes.lost_records();
        read(sheet, notes);
        self.0.push(Scope {
            name: kind.into(),
            complete: notes.lost_records() == before,
        });
    }
}
