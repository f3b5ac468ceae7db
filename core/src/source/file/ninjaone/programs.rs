//! What runs on a machine, and in what state it is: `software`, `windows-services`, `os-patches`, `device-health`.

use std::collections::{BTreeMap, BTreeSet};

use super::doubts::Doubts;
use super::list;
use super::record::Record;
use super::reports::Latest;
use crate::estate::Asset;

/// At most this many names of each kind are kept of one machine.
const MAX_NAMES: usize = 4_096;

/// What the reports say of the programs of one machine.
#[derive(Debug, Default)]
pub(super) struct Programs {
    pub(super) software: BTreeSet<String>,
    services: BTreeSet<String>,
    patches: BTreeMap<String, Latest>,
    pub(super) health: Latest,
}

impl Programs {
    /// A row of `software`. Parts of the operating system are no software of their own.
    pub(super) fn software(&mut self, row: &Record, doubts: &mut Doubts) {
        if row.boolean("isSystemComponent") == Some(true) {
            return;
        }
        let Some(name) = row.text("name") else {
            doubts.add(&row.place, "software without a name is left out");
            return;
        };
        let title = match row.text("version") {
            Some(version) => format!("{name} {version}"),
            None => name,
        };
        keep(&mut self.software, "software", &title, row, doubts);
    }

    /// A row of `windows-services`.
    pub(super) fn service(&mut self, row: &Record, doubts: &mut Doubts) {
        let runs = row
            .text("state")
            .is_some_and(|state| state.eq_ignore_ascii_case("running"));
        let name = row.text("name").or_else(|| row.text("displayName"));
        if let Some(name) = name.filter(|_| runs) {
            keep(&mut self.services, "services", &name, row, doubts);
        }
    }

    /// A row of `os-patches` or `os-patch-installs`.
    pub(super) fn patch(&mut self, row: Record, doubts: &mut Doubts) {
        let key = ["id", "kbNumber", "name"]
            .iter()
            .find_map(|field| row.text(field));
        let Some(key) = key else {
            doubts.add(&row.place, "a patch without an id and a name is left out");
            return;
        };
        if self.patches.len() < MAX_NAMES || self.patches.contains_key(&key) {
            self.patches.entry(key).or_default().take(row, doubts);
        } else {
            doubts.tally("have no room", "patches", &row.place);
        }
    }

    /// Writes the facts.
    pub(super) fn tell(self, asset: &mut Asset, doubts: &mut Doubts) {
        for (fact, names) in [("services_running", &self.services), ("software", &self.software)] {
            let over = list::add(asset, fact, names.iter().map(String::as_str));
            if over > 0 {
                doubts.add(fact, format!("{over} names of the list have no room: left out"));
            }
        }
        let health = self.health.0.as_ref();
        if let Some(health) = health {
            list::text(asset, "rmm_health", health.text("healthStatus"));
            for (fact, field) in [
                ("vulnerabilities_critical", "criticalVulnerabilityCount"),
                ("vulnerabilities_high", "highVulnerabilityCount"),
            ] {
                list::number(asset, fact, doubts.count(health, field));
            }
        }
        tell_patches(asset, &self.patches, health, doubts);
    }
}

/// The counts are those of the rows that are listed. Without rows they are those of the health report: a report of what
/// was installed says nothing of what is pending.
fn tell_patches(
    asset: &mut Asset,
    patches: &BTreeMap<String, Latest>,
    health: Option<&Record>,
    doubts: &mut Doubts,
) {
    let (mut pending, mut critical, mut failed) = (None, None, None);
    for row in patches.values().filter_map(|row| row.0.as_ref()) {
        let one = |seen: Option<u64>, hit: bool| Some(seen.unwrap_or_default() + u64::from(hit));
        let severity = row.text("severity").unwrap_or_default();
        let status = row.text("status").unwrap_or_default().to_uppercase();
        let waits = match status.as_str() {
            "APPROVED" | "MANUAL" | "PENDING" => true,
            "REJECTED" => false,
            "FAILED" | "INSTALLED" => {
                failed = one(failed, status == "FAILED");
                continue;
            }
            _ => {
                doubts.tally(
                    "are states of patches that are not known: not counted",
                    status,
                    &row.place,
                );
                continue;
            }
        };
        pending = one(pending, waits);
        critical = one(critical, waits && severity.eq_ignore_ascii_case("critical"));
    }
    if let Some(health) = health {
        pending = pending.or_else(|| doubts.count(health, "pendingOSPatchesCount"));
        failed = failed.or_else(|| doubts.count(health, "failedOSPatchesCount"));
    }
    list::number(asset, "patches_pending", pending);
    list::number(asset, "patches_critical_pending", critical);
    list::number(asset, "patches_failed", failed);
}

fn keep(names: &mut BTreeSet<String>, what: &'static str, name: &str, row: &Record, doubts: &mut Doubts) {
    match list::item(name) {
        Some(item) if names.len() < MAX_NAMES => {
            names.insert(item);
        }
        Some(_) => doubts.tally("have no room", what, &row.place),
        None => doubts.tally("are no names: left out", what, &row.place),
    }
}
