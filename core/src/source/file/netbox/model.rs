//! The models of NetBox that are read, by the names of its database and of its REST API.

macro_rules! models {
    ($($variant:ident = $name:literal $endpoint:literal,)*) => {
        /// A model that is read. Others are passed over: prefixes, VLANs, tags, templates, journals, users.
        #[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
        pub(super) enum Model { $($variant,)* }

        impl Model {
            const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// As in a dump, and in ids: `dcim.device`.
            pub(super) fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// As in the path of the REST API: `dcim/devices`.
            fn endpoint(self) -> &'static str {
                match self { $(Self::$variant => $endpoint,)* }
            }
        }
    };
}

models! {
    Cable = "dcim.cable" "dcim/cables",
    CableTermination = "dcim.cabletermination" "dcim/cable-terminations",
    Circuit = "circuits.circuit" "circuits/circuits",
    CircuitTermination = "circuits.circuittermination" "circuits/circuit-terminations",
    CircuitType = "circuits.circuittype" "circuits/circuit-types",
    Cluster = "virtualization.cluster" "virtualization/clusters",
    ClusterGroup = "virtualization.clustergroup" "virtualization/cluster-groups",
    ClusterType = "virtualization.clustertype" "virtualization/cluster-types",
    ConsolePort = "dcim.consoleport" "dcim/console-ports",
    ConsoleServerPort = "dcim.consoleserverport" "dcim/console-server-ports",
    Contact = "tenancy.contact" "tenancy/contacts",
    ContactAssignment = "tenancy.contactassignment" "tenancy/contact-assignments",
    ContactRole = "tenancy.contactrole" "tenancy/contact-roles",
    ContentType = "contenttypes.contenttype" "extras/content-types",
    Device = "dcim.device" "dcim/devices",
    DeviceBay = "dcim.devicebay" "dcim/device-bays",
    DeviceRole = "dcim.devicerole" "dcim/device-roles",
    DeviceType = "dcim.devicetype" "dcim/device-types",
    FrontPort = "dcim.frontport" "dcim/front-ports",
    Interface = "dcim.interface" "dcim/interfaces",
    IpAddress = "ipam.ipaddress" "ipam/ip-addresses",
    Location = "dcim.location" "dcim/locations",
    Manufacturer = "dcim.manufacturer" "dcim/manufacturers",
    Platform = "dcim.platform" "dcim/platforms",
    PowerFeed = "dcim.powerfeed" "dcim/power-feeds",
    PowerOutlet = "dcim.poweroutlet" "dcim/power-outlets",
    PowerPanel = "dcim.powerpanel" "dcim/power-panels",
    PowerPort = "dcim.powerport" "dcim/power-ports",
    Provider = "circuits.provider" "circuits/providers",
    ProviderNetwork = "circuits.providernetwork" "circuits/provider-networks",
    Rack = "dcim.rack" "dcim/racks",
    RearPort = "dcim.rearport" "dcim/rear-ports",
    Region = "dcim.region" "dcim/regions",
    Site = "dcim.site" "dcim/sites",
    Tenant = "tenancy.tenant" "tenancy/tenants",
    VirtualChassis = "dcim.virtualchassis" "dcim/virtual-chassis",
    VirtualMachine = "virtualization.virtualmachine" "virtualization/virtual-machines",
}

impl Model {
    /// From a name such as `dcim.device`.
    pub(super) fn named(name: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .copied()
            .find(|model| model.name().eq_ignore_ascii_case(name))
    }

    /// From an address of the REST API such as `https://netbox.example/api/dcim/devices/98/`.
    pub(super) fn addressed(url: &str) -> Option<Self> {
        let (_, path) = url.split_once("/api/")?;
        let path = path.split(['?', '#']).next()?;
        let mut parts = path.split('/');
        let endpoint = format!("{}/{}", parts.next()?, parts.next()?);
        Self::ALL
            .iter()
            .copied()
            .find(|model| model.endpoint() == endpoint)
    }

    /// From the path of a file such as `dcim/devices-2.json`, `dcim_devices.json` or `devices.json`.
    pub(super) fn filed(path: &str) -> Option<Self> {
        let path = path.to_ascii_lowercase().replace('\\', "/");
        let stem = path.rsplit_once('.').map_or(path.as_str(), |(stem, _)| stem);
        let stem = stem.replace('_', "-");
        let stem = stem.trim_end_matches(|c: char| c.is_ascii_digit() || c == '-');
        let stem = stem.strip_suffix("-page").unwrap_or(stem);
        let ends = |wanted: &str| {
            stem.strip_suffix(wanted)
                .is_some_and(|before| before.is_empty() || before.ends_with('/'))
        };
        Self::ALL.iter().copied().find(|model| {
            let endpoint = model.endpoint();
            let last = endpoint.rsplit('/').next().unwrap_or(endpoint);
            ends(last) || ends(&endpoint.replace('/', "-"))
        })
    }

    /// Whether a record of it has one of the ends of cables.
    pub(super) fn is_power(self) -> bool {
        matches!(self, Self::PowerFeed | Self::PowerOutlet | Self::PowerPort)
    }

    /// The parts of devices into which cables go.
    pub(super) const PORTS: [Self; 7] = [
        Self::ConsolePort,
        Self::ConsoleServerPort,
        Self::FrontPort,
        Self::Interface,
        Self::PowerOutlet,
        Self::PowerPort,
        Self::RearPort,
    ];
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_model_is_known_by_name_address_and_file() {
        assert_eq!(Model::named("dcim.device"), Some(Model::Device));
        assert_eq!(Model::named("dcim.consoleporttemplate"), None);
        let url = "https://netbox.example/netbox/api/dcim/power-ports/?limit=50&offset=50";
        assert_eq!(Model::addressed(url), Some(Model::PowerPort));
        assert_eq!(Model::addressed("https://netbox.example/dcim/devices/1/"), None);
        for path in [
            "dcim/devices.json",
            "export/dcim_devices-2.json",
            "devices.json",
            "devices-page-03.json",
        ] {
            assert_eq!(Model::filed(path), Some(Model::Device), "{path}");
        }
        assert_eq!(Model::filed("my-devices.json"), None);
        assert_eq!(Model::filed("locations.json"), Some(Model::Location));
    }
}
