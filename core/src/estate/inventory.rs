//! The inventory format `vcto.inventory/1`: what importers give and people write.

use std::collections::BTreeMap;
use std::fmt;

use jiff::Timestamp;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::open::open_enum;
use crate::text::{Plain, Untrusted};

/// What is known of a client, as one source or a merge of several told it. Nothing in it has been checked yet: that is
/// what [`Estate::new`](crate::Estate::new) does.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Inventory {
    /// Who told it, when, and how complete it is.
    pub source: Source,
    /// Configuration items.
    pub assets: Vec<Asset>,
    /// Who depends on whom, and other links.
    pub relations: Vec<Relation>,
    /// Redundancy: needs at least k of n.
    pub requirements: Vec<Requirement>,
}

/// Where an inventory comes from.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// The system or file, as people call it.
    pub name: Untrusted<String>,
    /// When the data was true.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "Option<String>"))]
    pub captured_at: Option<Timestamp>,
    /// Whether it holds everything in its scope: only then does absence mean deletion.
    #[serde(default)]
    pub complete: bool,
    /// What it was asked about, where that is known.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub scopes: Vec<Scope>,
    /// The sources that were merged, when it is a merge.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub merged_from: Vec<Source>,
}

/// A part of the estate that a source spoke of, and whether it spoke of all of it.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Scope {
    /// What: a kind of asset, a site, a report.
    pub name: Untrusted<String>,
    /// Whether it holds everything in this scope.
    #[serde(default)]
    pub complete: bool,
}

/// The identity of an asset: an opaque string, unique in its inventory, never a name.
#[derive(Clone, Default, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(transparent)]
pub struct AssetId(Box<str>);

impl AssetId {
    /// The text as it came.
    pub fn as_str(&self) -> &str {
        &self.0
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

/// A configuration item.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Asset {
    /// Unique in the inventory.
    pub id: AssetId,
    /// What it is.
    pub kind: AssetKind,
    /// What people call it; absent where it has no name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<Untrusted<String>>,
    /// How much the business depends on it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub criticality: Option<Criticality>,
    /// What is known of it, by name of the fact.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub facts: BTreeMap<String, Fact>,
}

open_enum! {
    /// What an asset is. Names and their mapping to ServiceNow, OCSF and Backstage: `docs/vocabulary.md`.
    AssetKind {
        /// A backup job or plan.
        BackupJob = "backup_job",
        /// What a business calls an application.
        BusinessApplication = "business_application",
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

/// Everything that sources say of one property of an asset: one value, or several where they disagree.
///
/// In JSON a scalar, `null` (known to be unknown), `{"value", "source", "at", "confidence"}`, or a list of those.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Fact {
    /// At least one.
    pub values: Vec<FactValue>,
}

/// One statement of one source.
#[derive(Clone, Debug, PartialEq)]
pub struct FactValue {
    /// What it says.
    pub value: Scalar,
    /// Who says it; absent: the inventory's source.
    pub source: Option<Untrusted<String>>,
    /// When it was true; absent: the inventory's time.
    pub at: Option<Timestamp>,
    /// How sure it is.
    pub confidence: Option<Confidence>,
}

/// The value of a fact.
#[derive(Clone, Debug, PartialEq)]
pub enum Scalar {
    /// The source knows that it does not know.
    Unknown,
    /// Yes or no.
    Boolean(bool),
    /// A number, exact.
    Number(Decimal),
    /// Text; dates and times too (ISO 8601).
    Text(Untrusted<String>),
}

/// How sure a statement is.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Confidence {
    /// A guess.
    Low,
    /// Inferred with some ground.
    Medium,
    /// Observed or stated by somebody who knows.
    High,
}

/// A link from a dependant to its dependency, or another link of the stated kind.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Relation {
    /// The dependant.
    pub from: AssetId,
    /// The dependency.
    pub to: AssetId,
    /// What kind of link.
    pub kind: RelationKind,
    /// Whether the dependant stops, or only gets worse, when the dependency fails.
    #[serde(default)]
    pub strength: Strength,
    /// Where it was inferred: the method. Inferred relations are soft until a person confirms them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inferred_by: Option<Box<str>>,
    /// A remark of whoever stated it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<Untrusted<String>>,
}

open_enum! {
    /// What a relation says. See [`carries_impact`](Self::carries_impact) and `docs/vocabulary.md`.
    RelationKind {
        /// Logs on against it.
        AuthenticatesWith = "authenticates_with",
        /// Is protected by this backup job.
        BackedUpBy = "backed_up_by",
        /// Is cabled or linked to it; undirected, network layer.
        ConnectsTo = "connects_to",
        /// Has it inside.
        Contains = "contains",
        /// Is covered by this warranty or contract.
        CoveredBy = "covered_by",
        /// Needs it.
        DependsOn = "depends_on",
        /// Is hosted on it.
        HostedOn = "hosted_on",
        /// Is licensed by it.
        LicensedBy = "licensed_by",
        /// Stands at this site.
        LocatedAt = "located_at",
        /// Is managed by it.
        ManagedBy = "managed_by",
        /// Is a member of it.
        MemberOf = "member_of",
        /// Belongs to it.
        OwnedBy = "owned_by",
        /// Is a part of it.
        PartOf = "part_of",
        /// Copies its data to it.
        ReplicatesTo = "replicates_to",
        /// Runs on it.
        RunsOn = "runs_on",
        /// Uses it.
        Uses = "uses",
    }
}

impl RelationKind {
    /// Whether a failure travels along this kind of relation, against its direction.
    pub fn carries_impact(&self) -> bool {
        matches!(
            self,
            Self::AuthenticatesWith | Self::DependsOn | Self::HostedOn | Self::RunsOn | Self::Uses
        )
    }
}

/// What the failure of a dependency does to the dependant.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Strength {
    /// The dependant fails.
    #[default]
    Hard,
    /// The dependant degrades.
    Soft,
}

/// A group of dependencies of which some must be up.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Requirement {
    /// The dependant.
    pub asset: AssetId,
    /// The dependencies; one that is named twice counts once.
    pub members: Vec<AssetId>,
    /// How many of them must be up: 1 to the number of members.
    pub needs: u32,
}
