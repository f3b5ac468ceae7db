//! Relations between assets, and groups of which some must be up.

use serde::{Deserialize, Serialize};

use super::asset::AssetId;
#[cfg(feature = "schema")]
use super::bounds::{MAX_MEMBERS, MAX_TEXT};
use super::fact::Confidence;
use super::open::open_enum;
use crate::text::Untrusted;

/// A link from a dependant to its dependency, or another link of the stated kind.
///
/// ```
/// use vcto::estate::{Relation, RelationKind, Strength};
///
/// let relation = Relation::new("erp", "sql-1", RelationKind::DependsOn).soft().inferred_by("dns");
/// assert_eq!(relation.strength, Strength::Soft);
/// assert!(!relation.is_stated());
/// ```
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[cfg_attr(
    feature = "schema",
    derive(schemars::JsonSchema),
    schemars(transform = super::schema::confidence_needs_a_method)
)]
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
    #[serde(flatten)]
    remarks: Option<Box<Remarks>>,
}

/// Few relations have any of these, so that they stand apart.
#[derive(Clone, Debug, Default, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
struct Remarks {
    /// Where it was inferred: by which method. Such a relation is stated as soft until a person has confirmed it.
    #[cfg_attr(feature = "schema", schemars(length(max = MAX_TEXT)))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    inferred_by: Option<Untrusted<String>>,
    /// Where it was inferred: how sure the method is.
    // INVARIANT: only beside a method: whoever sets it, sets the method.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    confidence: Option<Confidence>,
    /// A remark of whoever stated it.
    #[cfg_attr(feature = "schema", schemars(length(max = MAX_TEXT)))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    note: Option<Untrusted<String>>,
}

impl Relation {
    /// A stated, hard relation.
    pub fn new(from: impl Into<AssetId>, to: impl Into<AssetId>, kind: RelationKind) -> Self {
        Self {
            from: from.into(),
            to: to.into(),
            kind,
            strength: Strength::Hard,
            remarks: None,
        }
    }

    /// Makes it soft: the dependant only degrades.
    #[must_use]
    pub fn soft(mut self) -> Self {
        self.strength = Strength::Soft;
        self
    }

    /// Says by which method it was inferred. The strength stays: pair it with [`soft`](Self::soft).
    #[must_use]
    pub fn inferred_by(mut self, method: impl Into<Untrusted<String>>) -> Self {
        self.remarks.get_or_insert_default().inferred_by = Some(method.into());
        self
    }

    /// Says by which method it was inferred, and how sure that is. The strength stays, as with
    /// [`inferred_by`](Self::inferred_by).
    ///
    /// ```
    /// use vcto::estate::{Confidence, Relation, RelationKind};
    ///
    /// let relation = Relation::new("pc-7", "fw-1", RelationKind::Uses).soft().inferred("gateway", Confidence::High);
    /// assert_eq!(relation.confidence(), Some(Confidence::High));
    /// ```
    #[must_use]
    pub fn inferred(mut self, method: impl Into<Untrusted<String>>, confidence: Confidence) -> Self {
        let remarks = self.remarks.get_or_insert_default();
        remarks.inferred_by = Some(method.into());
        remarks.confidence = Some(confidence);
        self
    }

    /// Adds a remark.
    #[must_use]
    pub fn noted(mut self, note: impl Into<Untrusted<String>>) -> Self {
        self.remarks.get_or_insert_default().note = Some(note.into());
        self
    }

    /// Adds what a document says beside ends, kind and strength; `None` for a confidence without a method.
    pub(super) fn remarked(
        mut self,
        inferred_by: Option<Untrusted<String>>,
        confidence: Option<Confidence>,
        note: Option<Untrusted<String>>,
    ) -> Option<Self> {
        if inferred_by.is_none() && confidence.is_some() {
            return None;
        }
        if inferred_by.is_some() || note.is_some() {
            self.remarks = Some(Box::new(Remarks {
                inferred_by,
                confidence,
                note,
            }));
        }
        Some(self)
    }

    /// The method, where it was inferred and not stated.
    pub fn inference(&self) -> Option<&Untrusted<String>> {
        self.remarks.as_ref()?.inferred_by.as_ref()
    }

    /// Whether somebody or some system stated it, and no method inferred it. What was only inferred never answers a
    /// question of safety: whether something is redundant, protected, or known at all.
    pub fn is_stated(&self) -> bool {
        self.inference().is_none()
    }

    /// How sure the method is by which it was inferred, where that is said.
    pub fn confidence(&self) -> Option<Confidence> {
        self.remarks.as_ref()?.confidence
    }

    /// The remark of whoever stated it.
    pub fn note(&self) -> Option<&Untrusted<String>> {
        self.remarks.as_ref()?.note.as_ref()
    }
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
        /// Is not related to it: a person refused what was inferred, and it is not inferred again. With `inferred_by` only
        /// what that method says is refused.
        UnrelatedTo = "unrelated_to",
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
#[derive(Clone, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Requirement {
    /// The dependant.
    pub asset: AssetId,
    /// The dependencies; one that is named twice counts once.
    #[cfg_attr(feature = "schema", schemars(length(min = 1, max = MAX_MEMBERS)))]
    pub members: Vec<AssetId>,
    /// How many of them must be up: 1 to the number of members.
    #[cfg_attr(feature = "schema", schemars(range(min = 1)))]
    pub needs: u32,
}
