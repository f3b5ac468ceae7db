//! Clients of Microsoft SQL Server: a data source that names a server, or a driver where one server alone is in question.

use std::collections::{BTreeMap, BTreeSet};

use super::address;
use super::ground::{Ground, is_machine};
use super::holders::{Held, Holder, Owners};
use super::hosting::Names;
use super::judgement::Judgement;
use super::marks::{Marks, items};
use super::places::Place;
use crate::estate::{Asset, AssetKind, Confidence};
use crate::text::quoted;

/// More data sources than this are not read.
const MAX_SOURCES: usize = 64;

/// Names by which a machine means itself.
const SELF: &[&str] = &["", ".", "(local)", "(localdb)", "localhost", "127.0.0.1", "::1"];

/// Whether the engine serves others here: it runs, or it is installed and nobody says what runs. On a workstation it is
/// part of a program there.
fn serves(marks: Marks, asset: &Asset) -> bool {
    let engine =
        marks.has(Marks::SQL_RUNS) || marks.has(Marks::SQL_INSTALLED) && !marks.has(Marks::SERVICES_KNOWN);
    engine && matches!(asset.kind, AssetKind::Server | AssetKind::VirtualMachine)
}

/// The servers by name, by address, and by where they could be meant.
pub(super) struct Databases<'g> {
    names: Names,
    owners: Owners,
    by_domain: BTreeMap<(&'g str, usize), Holder>,
    by_site: BTreeMap<usize, Holder>,
}

impl<'g> Databases<'g> {
    pub(super) fn of(ground: &'g Ground<'_>) -> Self {
        let is_server = |asset: &Asset| {
            matches!(
                asset.kind,
                AssetKind::Database | AssetKind::Server | AssetKind::VirtualMachine
            )
        };
        let mut databases = Self {
            names: Names::of(ground, is_server),
            owners: ground.owners(|_, asset| is_server(asset)),
            by_domain: BTreeMap::new(),
            by_site: BTreeMap::new(),
        };
        for at in 0..ground.len() {
            let Some(asset) = ground.asset(at) else { continue };
            let Place::At(site) = ground.places.of_asset(at) else {
                continue;
            };
            if ground.is_idle(at) || !serves(ground.marks(at), asset) {
                continue;
            }
            databases.by_site.entry(site).or_default().add(at);
            for domain in ground.domains(at) {
                databases.by_domain.entry((domain, site)).or_default().add(at);
            }
        }
        databases
    }

    pub(super) fn judge(&self, ground: &Ground<'_>, from: usize) -> Option<Judgement> {
        let asset = ground.asset(from)?;
        let sources: BTreeSet<&str> = items(asset, "database_servers").collect();
        let marks = ground.marks(from);
        let connects = is_machine(&asset.kind) && marks.has(Marks::SQL_CLIENT) && !serves(marks, asset);
        if sources.is_empty() && !connects {
            return None;
        }
        let mut judgement = Judgement::new(true);
        if sources.len() > MAX_SOURCES {
            judgement.doubt(format!("it has more than {MAX_SOURCES} data sources"));
        } else if sources.is_empty() {
            self.alone(ground, from, &mut judgement);
        } else {
            for source in sources {
                self.named(ground, from, source, &mut judgement);
            }
        }
        Some(judgement)
    }

    /// A server that a data source names.
    fn named(&self, ground: &Ground<'_>, from: usize, source: &str, judgement: &mut Judgement) {
        let name = host(source);
        if SELF.contains(&name.as_str()) {
            return;
        }
        let found = match address::parse(&name) {
            Some(address) => match ground.holder(&self.owners, from, address) {
                Held::By(to, _) => Ok(to),
                Held::Nobody => return,
                Held::Several(_) | Held::Unplaced => Err(()),
            },
            None => match self.names.find(ground, from, &name) {
                None => return,
                Some(found) => found.map_err(|_| ()),
            },
        };
        let Ok(to) = found else {
            return judgement.doubt(format!(
                "a data source names {}, which may be several servers",
                quoted(source)
            ));
        };
        if to == from {
            return;
        }
        let is_served = ground
            .asset(to)
            .is_some_and(|asset| asset.kind == AssetKind::Database || serves(ground.marks(to), asset));
        let (says, confidence) = if is_served {
            ("where the engine is", Confidence::High)
        } else {
            ("where no engine is recorded", Confidence::Medium)
        };
        let why = format!(
            "a data source on {} names {}, which is {}, {says}",
            ground.label(from),
            quoted(source),
            ground.label(to),
        );
        judgement.guess(to, confidence, why);
    }

    /// A driver says that some server is used, not which.
    fn alone(&self, ground: &Ground<'_>, from: usize, judgement: &mut Judgement) {
        let Place::At(site) = ground.places.of_asset(from) else {
            return judgement.doubt(
                "it has a driver of Microsoft SQL Server, but nothing says where it stands".to_owned(),
            );
        };
        let domains = ground.domains(from);
        let in_domain = domains
            .iter()
            .find_map(|domain| self.by_domain.get(&(domain.as_str(), site)));
        let holder = if domains.is_empty() {
            self.by_site.get(&site)
        } else {
            in_domain
        };
        let Some(holder) = holder else { return };
        let Some(to) = holder.first().next().filter(|_| holder.count() == 1) else {
            return judgement.doubt(format!(
                "it has a driver of Microsoft SQL Server, and {} servers at its site have the engine: {}",
                holder.count(),
                ground.labels(holder)
            ));
        };
        let why = format!(
            "{} has a driver of Microsoft SQL Server, and {} is the only server with the engine at its site; the driver \
             does not say that it is used",
            ground.label(from),
            ground.label(to),
        );
        judgement.guess(to, Confidence::Low, why);
    }
}

/// The machine in the name of a data source: `tcp:sql-1\SAGE`, `10.1.0.5:1433`.
fn host(source: &str) -> String {
    let lower = source.trim().to_lowercase();
    let bare = ["tcp:", "np:", "lpc:", "admin:"]
        .iter()
        .find_map(|prefix| lower.strip_prefix(prefix))
        .unwrap_or(&lower);
    let bare = bare.trim_start_matches('\\');
    let machine = bare.split('\\').next().unwrap_or(bare);
    // A port behind a name or an address of version 4.
    match machine.split_once(':') {
        Some((machine, port)) if port.chars().all(|c| c.is_ascii_digit()) => machine.to_owned(),
        _ => machine.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::host;

    #[test]
    fn the_machine_is_found_in_the_name_of_a_data_source() {
        for (source, machine) in [
            ("SQL-01", "sql-01"),
            ("tcp:sql-01.halden.example:1433", "sql-01.halden.example"),
            ("SQL-01\\SAGE", "sql-01"),
            ("\\\\SQL-01\\pipe\\sql", "sql-01"),
            ("10.1.0.20:1433", "10.1.0.20"),
            ("2001:db8::20", "2001:db8::20"),
            ("(localdb)\\MSSQLLocalDB", "(localdb)"),
            (".\\SQLEXPRESS", "."),
        ] {
            assert_eq!(host(source), machine, "{source}");
        }
    }
}
