//! Tests of `vcto::estate` through the public API.

mod arbitrary;
mod bad_estate;
mod bad_input;
mod diff;
mod facts;
mod live;
// The peak comes from /proc.
#[cfg(target_os = "linux")]
mod memory;
mod order;
mod reading;
mod refusal;
mod schema;
mod snapshot;
mod topology;
mod topology_file;

use vcto::{Estate, Inventory};

/// An estate from a document without its head.
fn estate(rest: &str) -> vcto::Result<Estate> {
    Inventory::from_json(document(rest).as_bytes()).and_then(Estate::new)
}

/// A document with a source, and `rest` behind it.
fn document(rest: &str) -> String {
    format!(r#"{{"format": "vcto.inventory/1", "source": {{"name": "test"}}, {rest}}}"#)
}

/// The smallest inventory that shows all parts, as the design gives it.
const SAMPLE: &str = r#"{"format": "vcto.inventory/1",
 "source": {"name": "crm-export", "captured_at": "2026-11-22T08:00:00Z", "complete": true},
 "assets": [{"id": "erp", "kind": "business_application", "name": "ERP", "criticality": "high", "facts": {"owner": "finance"}},
            {"id": "sql-1", "kind": "database", "name": "SQL A", "facts": {"os_name": "Windows Server 2016", "cpu_cores": 8}},
            {"id": "sql-2", "kind": "database", "name": "SQL B"}, {"id": "san", "kind": "storage", "name": "SAN"}],
 "relations": [{"from": "erp", "to": "sql-1", "kind": "depends_on"}, {"from": "erp", "to": "sql-2", "kind": "depends_on"},
               {"from": "sql-1", "to": "san", "kind": "depends_on"}, {"from": "sql-2", "to": "san", "kind": "depends_on", "strength": "soft"}],
 "requirements": [{"asset": "erp", "members": ["sql-1", "sql-2"], "needs": 1}]}"#;
