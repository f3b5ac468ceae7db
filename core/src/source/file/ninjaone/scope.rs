//! Whose devices these are: an inventory is of one client, and never holds what belongs to another.

use std::collections::{BTreeMap, BTreeSet};

use super::tables::Tables;
use crate::error::{Error, ErrorKind, Result};
use crate::estate::near;
use crate::text::quoted;

/// At most this many organizations are listed in a message.
const LISTED: usize = 10;

/// What is taken.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Client {
    /// No record says to whom it belongs: they are all of one list.
    Unnamed,
    /// What belongs to this organization.
    Organization(i64),
}

/// The organization that was asked for by id or name, or the only one.
///
/// # Errors
/// `ambiguous` when there are several and none was chosen, or two have the chosen name; `not_found` when the chosen one
/// is not there.
pub(super) fn choose(tables: &Tables, scope: Option<&str>) -> Result<Client> {
    let named = names(tables);
    if let Some(wanted) = scope {
        return find(&named, wanted).map(Client::Organization);
    }
    let mut present: BTreeSet<i64> = tables
        .devices
        .values()
        .filter(|device| !device.torn)
        .filter_map(super::tables::Device::organization)
        .collect();
    if tables.devices.is_empty() {
        present = tables
            .locations
            .values()
            .filter_map(|location| location.organization)
            .collect();
    }
    let mut present = present.into_iter();
    match (present.next(), present.next()) {
        (None, _) => Ok(Client::Unnamed),
        (Some(only), None) => Ok(Client::Organization(only)),
        (Some(first), Some(second)) => {
            let all: Vec<i64> = [first, second].into_iter().chain(present).collect();
            Err(several(&named, &all))
        }
    }
}

/// Every organization that the input knows, with its name where it has one.
fn names(tables: &Tables) -> BTreeMap<i64, Option<String>> {
    let mut names = tables.organizations.clone();
    for device in tables.devices.values() {
        let Some(key) = device.organization() else {
            continue;
        };
        let name = names.entry(key).or_default();
        if name.is_none() {
            *name = device
                .record
                .object("references")
                .and_then(|references| references.object("organization"))
                .and_then(|organization| organization.text("name"));
        }
    }
    for location in tables.locations.values() {
        if let Some(key) = location.organization {
            names.entry(key).or_default();
        }
    }
    names
}

fn find(named: &BTreeMap<i64, Option<String>>, wanted: &str) -> Result<i64> {
    let wanted = wanted.trim();
    let lower = wanted.to_lowercase();
    let by_id = wanted.parse().ok().filter(|key| named.contains_key(key));
    let by_name = named
        .iter()
        .filter(|(_, name)| name.as_ref().is_some_and(|name| name.to_lowercase() == lower))
        .map(|(key, _)| *key);
    let fits: BTreeSet<i64> = by_id.into_iter().chain(by_name).collect();
    let mut rest = fits.iter().copied();
    match (rest.next(), rest.next()) {
        (Some(only), None) => Ok(only),
        (None, _) => Err(unknown(named, wanted)),
        _ => {
            let keys: Vec<i64> = fits.into_iter().collect();
            Err(Error::new(
                ErrorKind::Ambiguous,
                format!("{} organizations are called {}", keys.len(), quoted(wanted)),
            )
            .remedy(format!("choose by id: {}", listed(named, &keys))))
        }
    }
}

fn several(named: &BTreeMap<i64, Option<String>>, present: &[i64]) -> Error {
    Error::new(
        ErrorKind::Ambiguous,
        format!(
            "the devices of {} organizations are here, and an inventory is of one client",
            present.len()
        ),
    )
    .remedy(format!(
        "choose one as the scope, by id or name: {}; or export with the device filter `df=org = ID`",
        listed(named, present)
    ))
}

fn unknown(named: &BTreeMap<i64, Option<String>>, wanted: &str) -> Error {
    let error = Error::new(
        ErrorKind::NotFound,
        format!("no organization has the id or the name {}", quoted(wanted)),
    );
    let near = near::meant(wanted, named.values().flatten().map(String::as_str));
    if let Some(near) = near.first() {
        return error.remedy(format!("did you mean {}?", quoted(near)));
    }
    let all: Vec<i64> = named.keys().copied().collect();
    if all.is_empty() {
        return error.remedy("no record names an organization: save `/v2/organizations` too");
    }
    error.remedy(format!("there are {}", listed(named, &all)))
}

fn listed(named: &BTreeMap<i64, Option<String>>, keys: &[i64]) -> String {
    let mut texts: Vec<String> = keys
        .iter()
        .take(LISTED)
        .map(|key| match named.get(key).and_then(Option::as_ref) {
            Some(name) => format!("{key} {}", quoted(name)),
            None => key.to_string(),
        })
        .collect();
    if keys.len() > LISTED {
        texts.push(format!("and {} more", keys.len() - LISTED));
    }
    texts.join(", ")
}
