//! Addresses as evidence: which tell something, which may be in use at several places, and which lie together.

use std::net::IpAddr;

/// The longest text that is read as an address.
const MAX_TEXT: usize = 64;

/// An address, without brackets, prefix length and zone. Nothing for what is none, and for what leads nowhere: loopback,
/// link-local, multicast, and the placeholders of name servers that some systems list.
pub(super) fn parse(text: &str) -> Option<IpAddr> {
    let text = text.trim();
    if text.len() > MAX_TEXT {
        return None;
    }
    let bare = text.split(['/', '%']).next().unwrap_or(text);
    let bare = bare.strip_prefix('[').unwrap_or(bare);
    let bare = bare.strip_suffix(']').unwrap_or(bare);
    let address = bare.parse::<IpAddr>().ok()?.to_canonical();
    leads_somewhere(address).then_some(address)
}

fn leads_somewhere(address: IpAddr) -> bool {
    if address.is_unspecified() || address.is_loopback() || address.is_multicast() {
        return false;
    }
    match address {
        IpAddr::V4(v4) => !(v4.is_link_local() || v4.is_broadcast() || v4.octets()[0] == 0),
        // fec0::/10 was site-local; fec0:0:0:ffff::1 to 3 stand where no name server is set.
        IpAddr::V6(v6) => !v6.is_unicast_link_local() && v6.segments()[0] & 0xffc0 != 0xfec0,
    }
}

/// Whether the address may be in use at several places at once: private networks, carrier-grade NAT, unique local.
pub(super) fn is_local(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => v4.is_private() || u32::from(v4) & 0xffc0_0000 == 0x6440_0000,
        IpAddr::V6(v6) => v6.is_unique_local(),
    }
}

/// The network in which an address most likely lies: 24 bits of version 4, 64 bits of version 6.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(super) struct Subnet(u64);

impl Subnet {
    pub(super) fn of(address: IpAddr) -> Self {
        match address {
            // No unicast address of version 6 begins with 64 bits as small as these.
            IpAddr::V4(v4) => Self(u64::from(u32::from(v4) >> 8)),
            IpAddr::V6(v6) => Self((u128::from(v6) >> 64) as u64),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_leads_nowhere_is_no_evidence() {
        for text in [
            "",
            "dhcp",
            "0.0.0.0",
            "0.1.2.3",
            "127.0.0.1",
            "169.254.7.7",
            "224.0.0.251",
            "255.255.255.255",
            "::",
            "::1",
            "fe80::1%12",
            "ff02::fb",
            "fec0:0:0:ffff::1",
            "10.0.0.256",
            "10.0.0.1:53",
            &"1".repeat(5_000),
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
        for (text, expected) in [
            (" 10.0.0.1 ", "10.0.0.1"),
            ("10.0.0.1/24", "10.0.0.1"),
            ("[2001:db8::1]", "2001:db8::1"),
            ("fd00::1%eth0", "fd00::1"),
            ("::ffff:10.0.0.1", "10.0.0.1"),
        ] {
            assert_eq!(parse(text).unwrap().to_string(), expected);
        }
    }

    #[test]
    fn private_networks_may_be_at_several_places() {
        for (text, local) in [
            ("10.1.2.3", true),
            ("172.16.0.1", true),
            ("172.32.0.1", false),
            ("192.168.1.1", true),
            ("100.64.0.1", true),
            ("100.128.0.1", false),
            ("fd12::1", true),
            ("2001:db8::1", false),
            ("8.8.8.8", false),
        ] {
            assert_eq!(is_local(parse(text).unwrap()), local, "{text}");
        }
    }

    #[test]
    fn subnets_of_the_two_versions_do_not_meet() {
        let subnet = |text: &str| Subnet::of(parse(text).unwrap());
        assert_eq!(subnet("10.1.2.3"), subnet("10.1.2.254"));
        assert_ne!(subnet("10.1.2.3"), subnet("10.1.3.3"));
        assert_eq!(subnet("fd00::1"), subnet("fd00::ffff"));
        assert_ne!(subnet("fd00:0:0:1::1"), subnet("fd00::1"));
    }
}
