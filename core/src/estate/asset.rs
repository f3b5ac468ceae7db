//! Configuration items: identity, kind, name and facts.

use std::fmt;
use std::sync::Arc;

use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

#[cfg(feature = "schema")]
use super::bounds::MAX_NAME;
use super::fact::{Fact, FactValue, Facts};
use super::open::open_enum;
use super::scalar::Scalar;
use crate::text::{Plain, Untrusted};

/// The identity of an asset: an opaque string, unique in its inventory, never a name. Cheap to clone.
#[derive(Clone, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct AssetId(Arc<str>);

impl AssetId {
    /// The text as it came.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Where the text is in memory: the same for clones, and only for them.
    pub(super) fn address(&self) -> usize {
        Arc::as_ptr(&self.0).cast::<u8>().addr()
    }
}

impl AsRef<str> for AssetId {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl std::borrow::Borrow<str> for AssetId {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl From<&str> for AssetId {
    fn from(text: &str) -> Self {
        Self(text.into())
    }
}

impl From<String> for AssetId {
    fn from(text: String) -> Self {
        Self(text.into())
    }
}

impl fmt::Debug for AssetId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{}\"", Plain(&self.0))
    }
}

impl Serialize for AssetId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for AssetId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        std::borrow::Cow::<'de, str>::deserialize(deserializer).map(|text| Self::from(&*text))
    }
}

/// A configuration item.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Asset {
    /// Unique in the inventory.
    pub id: AssetId,
    /// What it is.
    pub kind: AssetKind,
    /// What people call it; absent where it has no name.
    #[cfg_attr(feature = "schema", schemars(length(max = MAX_NAME)))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<Untrusted<String>>,
    /// How much the business depends on it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub criticality: Option<Criticality>,
    /// What is known of it, by name of the fact.
    #[serde(default, skip_serializing_if = "Facts::is_empty")]
    pub facts: Facts,
}

impl Asset {
    /// An asset of which nothing more is known.
    pub fn new(id: impl Into<AssetId>, kind: AssetKind) -> Self {
        Self {
            id: id.into(),
            kind,
            name: None,
            criticality: None,
            facts: Facts::default(),
        }
    }

    /// Names the asset.
    #[must_use]
    pub fn named(mut self, name: impl Into<Untrusted<String>>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// Adds a statement to what is known of it.
    #[must_use]
    pub fn with(mut self, fact: &str, value: impl Into<FactValue>) -> Self {
        self.facts.add(fact, value);
        self
    }

    /// What people call it: the name, or the id where it has none or an empty one.
    pub fn label(&self) -> Untrusted<&str> {
        let name = self
            .name
            .as_ref()
            .map(|name| name.raw().as_str())
            .filter(|name| !name.trim().is_empty());
        Untrusted::new(name.unwrap_or(self.id.as_str()))
    }

    /// What is said under this name of a fact.
    pub fn fact(&self, name: &str) -> Option<&Fact> {
        self.facts.get(name)
    }

    /// The value on which all sources agree. See [`Fact::agreed`].
    pub fn value(&self, fact: &str) -> Option<&Scalar> {
        self.fact(fact)?.agreed()
    }

    /// The agreed value, when it is a text.
    pub fn text(&self, fact: &str) -> Option<&Untrusted<String>> {
        self.value(fact)?.as_text()
    }

    /// The agreed value, when it is a number.
    pub fn number(&self, fact: &str) -> Option<Decimal> {
        self.value(fact)?.as_number()
    }

    /// The agreed value, when it is yes or no.
    pub fn boolean(&self, fact: &str) -> Option<bool> {
        self.value(fact)?.as_boolean()
    }

    /// The agreed value, when it is a text that begins with a day. See [`Scalar::as_date`].
    pub fn date(&self, fact: &str) -> Option<Date> {
        self.value(fact)?.as_date()
    }
}

open_enum! {
    /// What an asset is. Names and their mapping to ServiceNow, OCSF and Backstage: `docs/vocabulary.md`.
    AssetKind {
        /// A secret of an application's identity in a directory, which ends.
        AppSecret = "app_secret",
        /// A backup job or plan.
        BackupJob = "backup_job",
        /// What a business calls an application.
        BusinessApplication = "business_application",
        /// A certificate of a server or service.
        Certificate = "certificate",
        /// A circuit of a carrier.
        Circuit = "circuit",
        /// A cluster of hypervisor hosts or nodes.
        Cluster = "cluster",
        /// A contract or agreement.
        Contract = "contract",
        /// A database or database instance.
        Database = "database",
        /// A server, workstation, network device, phone or printer whose role is not known more closely.
        Device = "device",
        /// An internet domain name.
        Domain = "domain",
        /// A firewall.
        Firewall = "firewall",
        /// A host that runs virtual machines.
        HypervisorHost = "hypervisor_host",
        /// A licence.
        Licence = "licence",
        /// A network.
        Network = "network",
        /// A patch panel: passes through, decides nothing.
        PatchPanel = "patch_panel",
        /// A power feed, panel, distribution unit or uninterruptible supply.
        Power = "power",
        /// A printer.
        Printer = "printer",
        /// A company that supplies something.
        Provider = "provider",
        /// A certificate by which devices are managed over a maker's push service.
        PushCertificate = "push_certificate",
        /// A rack.
        Rack = "rack",
        /// A router.
        Router = "router",
        /// A subscription of a hosted service.
        SaasSubscription = "saas_subscription",
        /// A server.
        Server = "server",
        /// A technical service.
        Service = "service",
        /// A place.
        Site = "site",
        /// A storage system.
        Storage = "storage",
        /// A subnet.
        Subnet = "subnet",
        /// A switch.
        Switch = "switch",
        /// An account of a person.
        UserAccount = "user_account",
        /// A virtual machine.
        VirtualMachine = "virtual_machine",
        /// An access point.
        WirelessAccessPoint = "wireless_access_point",
        /// A desktop or notebook.
        Workstation = "workstation",
    }
}

impl AssetKind {
    /// The kind of an asset of which an overlay speaks without saying what it is: another source has to.
    pub(crate) fn unstated() -> Self {
        Self::Other("unstated".into())
    }

    /// Whether it is [`unstated`](Self::unstated).
    pub(crate) fn is_unstated(&self) -> bool {
        matches!(self, Self::Other(word) if &**word == "unstated")
    }
}

open_enum! {
    /// How much the business depends on an asset.
    Criticality {
        /// The business stops without it.
        Critical = "critical",
        /// A department stops without it.
        High = "high",
        /// Nobody waits for it.
        Low = "low",
        /// Work is slower without it.
        Medium = "medium",
    }
}
