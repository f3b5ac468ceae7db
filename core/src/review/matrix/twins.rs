//! Devices that several sources name, each in its own way, and of which nobody has said whether they are one.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use super::column::{is_device, judge, signs};
use super::{Column, Sign};
use crate::estate::{Asset, Estate, Fact, FactValue};
use crate::review::context::Context;
use crate::review::facts::{Reading, lists, texts};
use crate::source::serial;

/// More devices of one name or number than these are no counterparts of each other: it tells nothing.
const ALIKE: usize = 4;

/// The facts that are compared, beside the name.
pub(in crate::review) const COMPARED: [&str; 5] =
    ["serial", "uuid", "mac_addresses", "dns_name", "netbios_name"];

/// The fact that settles it.
pub(in crate::review) const SETTLED: &str = "same_as";

/// What may tell that two devices are one; the closest first.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(in crate::review) enum Alike {
    Serial,
    Uuid,
    Address,
    Name,
}

impl Alike {
    /// What is the same.
    pub(in crate::review) fn as_str(self) -> &'static str {
        match self {
            Self::Serial => "serial number",
            Self::Uuid => "UUID",
            Self::Address => "hardware address",
            Self::Name => "name",
        }
    }
}

/// The devices by what may tell that two are one. Empty where nothing was merged: one source does not name a device twice.
#[derive(Debug, Default)]
pub(in crate::review) struct Twins<'a> {
    devices: BTreeMap<(Alike, String), Vec<&'a Asset>>,
}

impl<'a> Twins<'a> {
    pub(in crate::review) fn of(estate: &'a Estate) -> Self {
        let mut twins = Self::default();
        if estate.source().merged_from.is_empty() {
            return twins;
        }
        for asset in estate.assets().iter().filter(|asset| is_device(&asset.kind)) {
            for key in keys(asset) {
                twins.devices.entry(key).or_default().push(asset);
            }
        }
        twins
            .devices
            .retain(|_, alike| (2..=ALIKE).contains(&alike.len()));
        twins
    }

    /// A device that may be this one, that the column knows, and of which a source speaks that says nothing of this one. None
    /// where a person has said whether they are one.
    pub(in crate::review) fn find(
        &self,
        context: &Context<'a>,
        column: Column,
        asset: &Asset,
    ) -> Option<(Alike, &'a Asset)> {
        if asset.fact(SETTLED).is_some() {
            return None;
        }
        let own = sources(asset.facts.iter().map(|(_, fact)| fact));
        keys(asset).into_iter().find_map(|key| {
            let twin = self.devices.get(&key)?.iter().find(|other| {
                let known = sources(signs(column).iter().filter_map(|name| other.fact(name)));
                other.id != asset.id
                    && judge(context, column, other) != Sign::default()
                    && known.is_disjoint(&own)
            })?;
            Some((key.0, *twin))
        })
    }
}

fn sources<'f>(facts: impl Iterator<Item = &'f Fact>) -> BTreeSet<&'f str> {
    let values = facts.flat_map(Fact::values);
    values
        .filter_map(FactValue::source)
        .map(|source| source.raw().as_str())
        .collect()
}

fn keys(asset: &Asset) -> BTreeSet<(Alike, String)> {
    let mut keys = BTreeSet::new();
    let serials = texts(asset, "serial");
    keys.extend(
        serials
            .values()
            .iter()
            .filter_map(|text| serial(text))
            .map(|text| (Alike::Serial, text)),
    );
    let uuids = texts(asset, "uuid");
    let uuids = uuids
        .values()
        .iter()
        .filter(|text| text.len() >= 32 && text.chars().any(|c| !matches!(c, '0' | '-')));
    keys.extend(uuids.map(|text| (Alike::Uuid, text.to_lowercase())));
    let addresses = lists(asset, "mac_addresses");
    let addresses = addresses
        .values()
        .iter()
        .flatten()
        .filter(|text| text.len() >= 12);
    keys.extend(addresses.map(|text| (Alike::Address, text.clone())));
    let names = [texts(asset, "dns_name"), texts(asset, "netbios_name")];
    let names = names.iter().flat_map(Reading::values).map(String::as_str);
    let own = asset.name.as_ref().map(|name| name.raw().as_str());
    keys.extend(
        own.into_iter()
            .chain(names)
            .filter_map(host)
            .map(|name| (Alike::Name, name)),
    );
    keys
}

/// The first part of a name, as machines compare it.
fn host(name: &str) -> Option<String> {
    let name = name.trim();
    if name.parse::<IpAddr>().is_ok() {
        return None;
    }
    let host = name.split('.').next().unwrap_or_default().to_lowercase();
    (host.chars().count() >= 2).then_some(host)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::estate::AssetKind;

    #[test]
    fn names_are_compared_without_domain_and_case_and_addresses_are_no_names() {
        assert_eq!(host(" DC-01.halden.local "), Some("dc-01".to_owned()));
        for none in ["10.0.0.1", "fe80::1", "", "x"] {
            assert_eq!(host(none), None, "{none}");
        }
    }

    #[test]
    fn what_makers_leave_in_place_of_a_number_is_no_key() {
        let asset = Asset::new("a", AssetKind::Server)
            .with("serial", "To be filled by O.E.M.")
            .with("uuid", "00000000-0000-0000-0000-000000000000");
        assert!(keys(&asset).is_empty());
    }
}
