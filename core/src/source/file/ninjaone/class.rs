//! What the class of a device says: its kind, and whether an agent reports from it.

use crate::estate::AssetKind;

/// A class that is known.
#[derive(Clone, Debug)]
pub(super) struct Class {
    pub(super) kind: AssetKind,
    /// Whether software of the RMM runs on the device, or asks it as a host of virtual machines.
    pub(super) agent: Option<bool>,
    /// Whether it is a virtual machine, by the class alone.
    pub(super) guest: bool,
    /// Whether the operating system reports its antivirus.
    pub(super) reports_antivirus: bool,
}

/// The class by its word; none for one that is not known.
pub(super) fn read(word: &str) -> Option<Class> {
    use AssetKind as Kind;
    let other = |word: &str| Kind::Other(word.into());
    let (kind, agent) = match word {
        "WINDOWS_SERVER" | "LINUX_SERVER" | "MAC_SERVER" => (Kind::Server, true),
        "WINDOWS_WORKSTATION" | "LINUX_WORKSTATION" | "MAC" => (Kind::Workstation, true),
        "ANDROID" | "APPLE_IOS" | "APPLE_IPADOS" => (other("mobile_device"), true),
        "HYPERV_VMM_HOST" | "VMWARE_VM_HOST" => (Kind::HypervisorHost, true),
        "HYPERV_VMM_GUEST" | "NMS_VIRTUAL_MACHINE" | "VMWARE_VM_GUEST" => (Kind::VirtualMachine, false),
        "NMS_COMPUTER" => (Kind::Workstation, false),
        "NMS_FIREWALL" => (Kind::Firewall, false),
        "NMS_PHONE" => (other("phone"), false),
        "NMS_PRINTER" => (Kind::Printer, false),
        "NMS_PRIVATE_NETWORK_GATEWAY" | "NMS_ROUTER" => (Kind::Router, false),
        "NMS_SCANNER" => (other("scanner"), false),
        "NMS_SERVER" => (Kind::Server, false),
        "NMS_SWITCH" => (Kind::Switch, false),
        "NMS_VM_HOST" => (Kind::HypervisorHost, false),
        "NMS_WAP" => (Kind::WirelessAccessPoint, false),
        "MANAGED_DEVICE" => (Kind::Device, true),
        "CLOUD_MONITOR_TARGET"
        | "NMS_APPLIANCE"
        | "NMS_DIAL_MANAGER"
        | "NMS_IPSLA"
        | "NMS_NETWORK_MANAGEMENT_AGENT"
        | "NMS_OTHER"
        | "UNMANAGED_DEVICE" => (Kind::Device, false),
        _ => return None,
    };
    Some(Class {
        guest: kind == Kind::VirtualMachine,
        kind,
        agent: Some(agent),
        reports_antivirus: word.starts_with("WINDOWS_") || word.starts_with("MAC"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The words of the vendor's specification.
    const WORDS: &str = "WINDOWS_SERVER WINDOWS_WORKSTATION LINUX_WORKSTATION MAC ANDROID APPLE_IOS APPLE_IPADOS \
        VMWARE_VM_HOST VMWARE_VM_GUEST HYPERV_VMM_HOST HYPERV_VMM_GUEST LINUX_SERVER MAC_SERVER CLOUD_MONITOR_TARGET \
        NMS_SWITCH NMS_ROUTER NMS_FIREWALL NMS_PRIVATE_NETWORK_GATEWAY NMS_PRINTER NMS_SCANNER NMS_DIAL_MANAGER NMS_WAP \
        NMS_IPSLA NMS_COMPUTER NMS_VM_HOST NMS_APPLIANCE NMS_OTHER NMS_SERVER NMS_PHONE NMS_VIRTUAL_MACHINE \
        NMS_NETWORK_MANAGEMENT_AGENT UNMANAGED_DEVICE MANAGED_DEVICE";

    #[test]
    fn every_word_of_the_specification_is_known_and_network_devices_have_no_agent() {
        assert_eq!(WORDS.split_whitespace().count(), 33);
        for word in WORDS.split_whitespace() {
            let class = read(word).unwrap_or_else(|| panic!("{word}"));
            assert!(!(word.starts_with("NMS_") && class.agent == Some(true)), "{word}");
        }
        assert!(read("QUANTUM_TOASTER").is_none());
    }
}
