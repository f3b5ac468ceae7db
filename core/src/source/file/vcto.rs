//! The own format `vcto.inventory/1`, as JSON or NDJSON.

use super::encoding;
use crate::error::Result;
use crate::estate::Inventory;
use crate::monitor::Monitor;
use crate::source::input::Document;

pub(super) fn read(document: &Document, monitor: &Monitor) -> Result<Inventory> {
    let bytes = encoding::without_mark(&document.bytes)?;
    monitor.report("source.read", 0, Some(bytes.len() as u64))?;
    Inventory::from_json(bytes)
}
