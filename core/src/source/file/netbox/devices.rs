//! Devices, the stacks and chassis that they are in, clusters and virtual machines.

use super::build::{self, Build};
use super::model::Model;
use super::record::Record;
use crate::estate::{AssetKind, Relation, RelationKind};

/// Words in the name of a role, and what they say that a device is. The first that fits holds.
const ROLES: &[(&str, AssetKind)] = &[
    ("patch panel", AssetKind::PatchPanel),
    ("patchpanel", AssetKind::PatchPanel),
    ("firewall", AssetKind::Firewall),
    ("access point", AssetKind::WirelessAccessPoint),
    ("wireless ap", AssetKind::WirelessAccessPoint),
    ("wlan ap", AssetKind::WirelessAccessPoint),
    ("pdu", AssetKind::Power),
    ("ups", AssetKind::Power),
    ("power distribution", AssetKind::Power),
    ("console server", AssetKind::Device),
    ("terminal server", AssetKind::Device),
    ("router", AssetKind::Router),
    ("switch", AssetKind::Switch),
    ("hypervisor", AssetKind::HypervisorHost),
    ("virtualization host", AssetKind::HypervisorHost),
    ("esxi", AssetKind::HypervisorHost),
    ("storage", AssetKind::Storage),
    ("nas", AssetKind::Storage),
    ("san", AssetKind::Storage),
    ("printer", AssetKind::Printer),
    ("workstation", AssetKind::Workstation),
    ("desktop", AssetKind::Workstation),
    ("laptop", AssetKind::Workstation),
    ("server", AssetKind::Server),
];

/// The kind of a device by the name of its role.
fn kind(role: Option<&str>) -> AssetKind {
    let role = role.unwrap_or_default();
    ROLES
        .iter()
        .find(|(words, _)| says(role, words))
        .map_or(AssetKind::Device, |(_, kind)| kind.clone())
}

/// Whether the name of a role has these words, whole and without regard to case.
fn says(role: &str, words: &str) -> bool {
    let plain: String = role
        .chars()
        .map(|c| {
            if c.is_alphanumeric() {
                c.to_ascii_lowercase()
            } else {
                ' '
            }
        })
        .collect();
    format!(" {plain} ").contains(&format!(" {words} "))
}

pub(super) fn devices(build: &mut Build<'_>) {
    let tables = build.tables;
    for (key, record) in tables.of(Model::Device) {
        let role = ["role", "device_role"]
            .iter()
            .find_map(|field| build.name_of(record, field, Model::DeviceRole));
        let mut asset = build::asset(build, Model::Device, key, record, kind(role.as_deref()));
        if asset.kind == AssetKind::Power {
            let is_ups = role.as_deref().is_some_and(|role| says(role, "ups"));
            asset.facts.add("power_kind", if is_ups { "ups" } else { "pdu" });
        }
        build::text(&mut asset, "role", role);
        let (manufacturer, model, part) = product(build, record);
        build::text(&mut asset, "manufacturer", manufacturer);
        build::text(&mut asset, "model", model);
        build::text(&mut asset, "part_number", part);
        build::text(&mut asset, "serial", record.text("serial"));
        build::text(&mut asset, "asset_tag", record.text("asset_tag"));
        build::text(
            &mut asset,
            "os_name",
            build.name_of(record, "platform", Model::Platform),
        );
        build::text(&mut asset, "address", address(build, record));
        build::text(
            &mut asset,
            "location",
            build.name_of(record, "location", Model::Location),
        );
        build::text(&mut asset, "rack_position", record.text("position"));
        build.asset(asset);
        let from = (Model::Device, key);
        build.link(from, record, "site", Model::Site, RelationKind::LocatedAt);
        build.link(from, record, "rack", Model::Rack, RelationKind::LocatedAt);
        build.link(
            from,
            record,
            "virtual_chassis",
            Model::VirtualChassis,
            RelationKind::MemberOf,
        );
        build.link(from, record, "cluster", Model::Cluster, RelationKind::MemberOf);
    }
}

/// Manufacturer, model and part number.
fn product(build: &Build<'_>, device: &Record) -> (Option<String>, Option<String>, Option<String>) {
    let listed = device
        .key("device_type")
        .and_then(|key| build.tables.find(Model::DeviceType, key));
    if let Some(product) = listed {
        let manufacturer = build.name_of(product, "manufacturer", Model::Manufacturer);
        return (manufacturer, product.text("model"), product.text("part_number"));
    }
    let short = device.value("device_type");
    let manufacturer = short
        .and_then(|product| build::inner(product, "manufacturer"))
        .and_then(|(_, name)| name);
    (manufacturer, device.shown("device_type"), None)
}

/// The primary address, without its prefix length.
fn address(build: &Build<'_>, record: &Record) -> Option<String> {
    let address = ["primary_ip", "primary_ip4", "primary_ip6"]
        .iter()
        .find_map(|field| build.name_of(record, field, Model::IpAddress))?;
    Some(address.split('/').next().unwrap_or(&address).to_owned())
}

/// Stacks of switches that are managed as one.
pub(super) fn virtual_chassis(build: &mut Build<'_>) {
    let tables = build.tables;
    for (key, record) in tables.of(Model::VirtualChassis) {
        let kind = AssetKind::Other("virtual_chassis".into());
        let asset = build::asset(build, Model::VirtualChassis, key, record, kind);
        build.asset(asset);
    }
}

/// A device in a bay of another stops with it.
pub(super) fn device_bays(build: &mut Build<'_>) {
    let tables = build.tables;
    for (_, record) in tables.of(Model::DeviceBay) {
        if record.key("installed_device").is_none() {
            continue;
        }
        let parent = build.target(Model::DeviceBay, record, "device", Model::Device);
        let child = build.target(Model::DeviceBay, record, "installed_device", Model::Device);
        if let (Some(parent), Some(child)) = (parent, child)
            && parent != child
        {
            let mut relation = Relation::new(child, parent, RelationKind::HostedOn);
            if let Some(bay) = record.text("name") {
                relation = relation.noted(bay);
            }
            build.relate(relation);
        }
    }
}

pub(super) fn clusters(build: &mut Build<'_>) {
    let tables = build.tables;
    for (key, record) in tables.of(Model::Cluster) {
        let mut asset = build::asset(build, Model::Cluster, key, record, AssetKind::Cluster);
        build::text(
            &mut asset,
            "type",
            build.name_of(record, "type", Model::ClusterType),
        );
        build::text(
            &mut asset,
            "group",
            build.name_of(record, "group", Model::ClusterGroup),
        );
        build.asset(asset);
        let from = (Model::Cluster, key);
        if tables.content_type(record, "scope_type") == Some(Model::Site) {
            let field = if record.key("scope_id").is_some() {
                "scope_id"
            } else {
                "scope"
            };
            build.link(from, record, field, Model::Site, RelationKind::LocatedAt);
        } else {
            build.link(from, record, "site", Model::Site, RelationKind::LocatedAt);
        }
    }
}

pub(super) fn virtual_machines(build: &mut Build<'_>) {
    let tables = build.tables;
    for (key, record) in tables.of(Model::VirtualMachine) {
        let mut asset = build::asset(
            build,
            Model::VirtualMachine,
            key,
            record,
            AssetKind::VirtualMachine,
        );
        build::text(
            &mut asset,
            "role",
            build.name_of(record, "role", Model::DeviceRole),
        );
        build::text(
            &mut asset,
            "os_name",
            build.name_of(record, "platform", Model::Platform),
        );
        build::text(&mut asset, "address", address(build, record));
        build::number(&mut asset, "cpu_cores", record.number("vcpus"));
        build::number(&mut asset, "memory_mib", record.number("memory"));
        build.asset(asset);
        let from = (Model::VirtualMachine, key);
        // The host where it is recorded; else the cluster, which stands for whichever host it is.
        let host = build.link(from, record, "device", Model::Device, RelationKind::RunsOn);
        if host.is_none() {
            build.link(from, record, "cluster", Model::Cluster, RelationKind::RunsOn);
        }
        build.link(from, record, "site", Model::Site, RelationKind::LocatedAt);
        if let Some(host) = host.and_then(|host| build.asset_mut(&host))
            && matches!(host.kind, AssetKind::Device | AssetKind::Server)
        {
            host.kind = AssetKind::HypervisorHost;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roles_tell_the_kind_by_whole_words() {
        for (role, expected) in [
            ("ToR Switch", AssetKind::Switch),
            ("access-switch", AssetKind::Switch),
            ("Wireless Access Point", AssetKind::WirelessAccessPoint),
            ("Patch Panel", AssetKind::PatchPanel),
            ("PDU", AssetKind::Power),
            ("Database Server", AssetKind::Server),
            ("Console Server", AssetKind::Device),
            ("Groups", AssetKind::Device),
            ("Sandbox", AssetKind::Device),
        ] {
            assert_eq!(kind(Some(role)), expected, "{role}");
        }
        assert_eq!(kind(None), AssetKind::Device);
    }
}
