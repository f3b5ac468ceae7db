//! Addresses, gateways and name servers: `network-interfaces`, and what the device itself says.

use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr};

use super::doubts::Doubts;
use super::list;
use super::record::Record;
use crate::estate::Asset;

/// At most this many interfaces of one machine are kept.
const MAX_INTERFACES: usize = 1_024;

/// At most this many addresses of one kind are taken from one record.
const MAX_ADDRESSES: usize = 256;

/// What the report says of the interfaces of one machine.
#[derive(Debug, Default)]
pub(super) struct Network {
    interfaces: BTreeSet<Interface>,
}

#[derive(Debug, Eq, Ord, PartialEq, PartialOrd)]
struct Interface {
    addresses: Vec<IpAddr>,
    macs: Vec<String>,
    gateways: Vec<IpAddr>,
    servers: Vec<IpAddr>,
}

/// States of an interface that carries nothing.
const DOWN: &[&str] = &[
    "disabled",
    "disconnected",
    "down",
    "hardware not present",
    "inactive",
    "lowerlayerdown",
    "media disconnected",
    "not present",
    "notpresent",
];

impl Network {
    /// A row of `network-interfaces`. Of one that is down only the hardware address is kept.
    pub(super) fn interface(&mut self, row: &Record, doubts: &mut Doubts) {
        if self.interfaces.len() >= MAX_INTERFACES {
            doubts.tally("have no room", "network interfaces", &row.place);
            return;
        }
        let status = row.text("status").unwrap_or_default().to_lowercase();
        let macs = macs(row, "macAddress", doubts);
        let mut interface = Interface {
            addresses: Vec::new(),
            macs,
            gateways: Vec::new(),
            servers: Vec::new(),
        };
        if !DOWN.contains(&status.as_str()) {
            interface.addresses = addresses(row, "ipAddress", doubts);
            interface.gateways = addresses(row, "defaultGateway", doubts);
            interface.servers = addresses(row, "dnsServers", doubts);
        }
        self.interfaces.insert(interface);
    }

    /// Writes the facts of the interfaces and of the device.
    pub(super) fn tell(self, asset: &mut Asset, device: &Record, doubts: &mut Doubts) {
        let own = addresses(device, "ipAddresses", doubts);
        let mut all: BTreeSet<IpAddr> = own.iter().copied().collect();
        let mut macs: BTreeSet<String> = macs(device, "macAddresses", doubts).into_iter().collect();
        let (mut gateways, mut servers) = (BTreeSet::new(), Vec::new());
        let mut routed = None;
        for interface in &self.interfaces {
            all.extend(&interface.addresses);
            macs.extend(interface.macs.iter().cloned());
            gateways.extend(&interface.gateways);
            for server in &interface.servers {
                if !servers.contains(server) {
                    servers.push(*server);
                }
            }
            if !interface.gateways.is_empty() {
                routed = routed.or_else(|| main(&interface.addresses));
            }
        }
        let main = routed
            .or_else(|| main(&own))
            .or_else(|| all.iter().next().copied());
        list::text(asset, "address", main.map(|address| address.to_string()));
        add(asset, "addresses", all);
        add(asset, "gateways", gateways);
        add(asset, "dns_servers", servers);
        list::add(asset, "mac_addresses", macs.iter().map(String::as_str));
        let public = addresses(device, "publicIP", doubts);
        list::text(asset, "public_address", public.first().map(ToString::to_string));
    }
}

/// The address by which a machine is known: version 4 before version 6.
fn main(addresses: &[IpAddr]) -> Option<IpAddr> {
    let mut addresses = addresses.iter().copied();
    let first = addresses.next()?;
    if first.is_ipv4() {
        return Some(first);
    }
    Some(addresses.find(IpAddr::is_ipv4).unwrap_or(first))
}

fn add(asset: &mut Asset, fact: &str, addresses: impl IntoIterator<Item = IpAddr>) {
    let texts: Vec<String> = addresses.into_iter().map(|address| address.to_string()).collect();
    list::add(asset, fact, texts.iter().map(String::as_str));
}

/// The addresses in a field, without prefix lengths and zones. Loopback, unspecified and link-local ones lead nowhere.
fn addresses(record: &Record, field: &'static str, doubts: &mut Doubts) -> Vec<IpAddr> {
    let mut read = Vec::new();
    for text in record.list(field).into_iter().take(MAX_ADDRESSES) {
        let bare = text.split(['/', '%']).next().unwrap_or(text);
        match bare.parse::<IpAddr>() {
            Ok(address) if leads_somewhere(address) => {
                if !read.contains(&address) {
                    read.push(address);
                }
            }
            Ok(_) => {}
            Err(_) => doubts.add(
                &record.place,
                format!("`{field}` holds what is no address: left out"),
            ),
        }
    }
    read
}

fn leads_somewhere(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => {
            !(v4.is_loopback() || v4.is_unspecified() || v4.is_link_local() || v4 == Ipv4Addr::BROADCAST)
        }
        IpAddr::V6(v6) => !(v6.is_loopback() || v6.is_unspecified() || v6.is_unicast_link_local()),
    }
}

/// Hardware addresses as `aa:bb:cc:dd:ee:ff`; all zeros and all ones are none.
fn macs(record: &Record, field: &'static str, doubts: &mut Doubts) -> Vec<String> {
    let mut read = Vec::new();
    for text in record.list(field).into_iter().take(MAX_ADDRESSES) {
        match mac(text) {
            Some(mac) if mac == "00:00:00:00:00:00" || mac == "ff:ff:ff:ff:ff:ff" => {}
            Some(mac) => read.push(mac),
            None => doubts.add(
                &record.place,
                format!("`{field}` holds what is no hardware address: left out"),
            ),
        }
    }
    read
}

fn mac(text: &str) -> Option<String> {
    let digits: Vec<char> = text
        .chars()
        .filter(|c| !matches!(c, ':' | '-' | '.'))
        .map(|c| c.to_ascii_lowercase())
        .collect();
    if digits.len() != 12 || !digits.iter().all(char::is_ascii_hexdigit) {
        return None;
    }
    let pairs: Vec<String> = digits.chunks(2).map(|pair| pair.iter().collect()).collect();
    Some(pairs.join(":"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hardware_addresses_have_one_form() {
        for text in [
            "00-15-5D-01-02-0A",
            "00:15:5d:01:02:0a",
            "0015.5d01.020a",
            "00155D01020A",
        ] {
            assert_eq!(mac(text).as_deref(), Some("00:15:5d:01:02:0a"), "{text}");
        }
        for text in ["", "00:15:5d", "zz:15:5d:01:02:0a", "00:15:5d:01:02:0a:00"] {
            assert_eq!(mac(text), None, "{text}");
        }
    }

    #[test]
    fn version_four_comes_before_version_six() {
        let address = |text: &str| text.parse::<IpAddr>().unwrap();
        let both = [address("2001:db8::1"), address("10.0.0.1")];
        assert_eq!(main(&both), Some(address("10.0.0.1")));
        assert_eq!(main(&both[..1]), Some(address("2001:db8::1")));
        assert_eq!(main(&[]), None);
    }
}
