//! What a review found: findings, each with the evidence on which it rests.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::outcome::{DebtKind, Outcome, Pillar, Severity};
use super::waiver::WaivedBy;
use crate::change::FindingId;
use crate::digest::{Digest, Hasher};
use crate::error::{Error, ErrorKind, Result};
use crate::estate::{AssetId, Confidence, Fact, Note, Relation, RelationKind};
use crate::text::Untrusted;

/// One answer of one rule that somebody has to know: a problem, a question, or an input that could not be read.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Finding {
    /// Stable over runs: see [`finding_id`].
    pub id: FindingId,
    /// The rule that answered.
    pub rule: String,
    /// The answer; never satisfied or not applicable.
    pub outcome: Outcome,
    /// How grave.
    pub severity: Severity,
    /// How sure, given the data: it falls where data is missing or old.
    pub confidence: Confidence,
    /// The pillar of the rule.
    pub pillar: Pillar,
    /// The kind of debt.
    pub debt: DebtKind,
    /// About which asset; absent: about the estate as a whole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asset: Option<AssetId>,
    /// What people call the asset.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<Untrusted<String>>,
    /// The part of the asset (`os`, the name of a fact), where a rule asks about several; else empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub part: String,
    /// One line, without the asset's name.
    pub title: Untrusted<String>,
    /// What was seen, in a few sentences.
    pub detail: Untrusted<String>,
    /// The day that matters: the end that has come or is coming.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<Date>,
    /// Lifecycle risk, 0 to 100; only where the rule computes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub risk: Option<u32>,
    /// Who and what stops with the asset, where the rule asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reach: Option<Reach>,
    /// Other assets that it is about, sorted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub related: Vec<AssetId>,
    /// The waiver that is in force for it: it is accepted for a time, and counts in full all the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waiver: Option<WaivedBy>,
    /// On what it rests.
    pub evidence: Evidence,
}

/// What depends on an asset, as far as it is recorded: "0" means that nothing is recorded, not that nothing depends on it.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Reach {
    /// Recorded dependants, direct and indirect, whether redundant or not: the total of the blast radius.
    pub assets: u64,
    /// Services that matter and stop with it.
    pub services: u64,
    /// At least so many people depend on them: the largest number that is recorded of any of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub people: Option<u64>,
}

/// On what a finding rests: exactly what was read, its digest, and the snapshot that it was read from.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Evidence {
    /// The version of the rule.
    pub rule_version: u32,
    /// The digest of the estate.
    pub snapshot: Digest,
    /// The digest of rule, version, day and [`reads`](Self::reads); see [`inputs_digest`].
    pub inputs: Digest,
    /// What was read, in the order in which the rule read it.
    pub reads: Vec<Read>,
}

/// One thing that a rule read, with what it saw.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(rename_all = "snake_case", tag = "type", deny_unknown_fields)]
pub enum Read {
    /// A row of the lifecycle catalogue.
    Catalogue {
        /// The product and cycle: `windows-server/2016`.
        row: String,
        /// The digest of the row.
        digest: Digest,
    },
    /// Whether any source says that it holds everything of a kind.
    Completeness {
        /// The scope.
        scope: String,
        /// The answer.
        complete: bool,
    },
    /// A fact of an asset.
    Fact {
        /// Of which asset.
        asset: AssetId,
        /// Which fact.
        fact: String,
        /// What sources say; absent where it is not recorded, which is not the same as `null`.
        #[serde(
            default,
            deserialize_with = "present",
            skip_serializing_if = "Option::is_none"
        )]
        value: Option<Fact>,
    },
    /// All of a layer.
    Layer {
        /// `impact`, `network`, or `property criticality`.
        layer: String,
        /// How many relations, groups or values.
        count: u64,
        /// Their digest.
        digest: Digest,
    },
    /// That an asset has no relation of a kind.
    NoRelation {
        /// Which asset.
        asset: AssetId,
        /// Which kind.
        kind: RelationKind,
    },
    /// The remarks of whoever read a source.
    Notes {
        /// The source; empty: those of joining the sources.
        source: Untrusted<String>,
        /// How many.
        count: u64,
        /// The digest of all of them.
        digest: Digest,
        /// The first few.
        first: Vec<Note>,
    },
    /// The kind, name or criticality of an asset.
    Property {
        /// Of which asset.
        asset: AssetId,
        /// Which property.
        property: String,
        /// What it says; absent where it is not recorded.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        value: Option<Untrusted<String>>,
    },
    /// One relation.
    Relation {
        /// As it was recorded.
        relation: Relation,
    },
    /// A waiver.
    Waiver {
        /// The digest of the document that it stands in.
        document: Digest,
        /// Its number there, from 1.
        number: u64,
        /// Its last day.
        until: Date,
    },
}

impl Finding {
    /// What it is about, as people call it: raw, escape it for where it is shown.
    pub(crate) fn subject(&self) -> &str {
        match (&self.name, &self.asset) {
            (Some(name), _) if !name.raw().trim().is_empty() => name.raw(),
            (_, Some(id)) => id.as_str(),
            _ => "the estate",
        }
    }
}

/// The identity of a finding: a function of rule, asset and part alone, so that the same finding of another run
/// has the same one. `f-` and 32 hexadecimal digits, the first half of the digest in the context
/// `vcto finding id v1` over the three, each behind its length; no asset is the empty text.
pub fn finding_id(rule: &str, asset: Option<&AssetId>, part: &str) -> FindingId {
    let digest = Hasher::new("vcto finding id v1")
        .field(rule.as_bytes())
        .field(asset.map_or("", AssetId::as_str).as_bytes())
        .field(part.as_bytes())
        .finish();
    FindingId(short_id("f-", digest))
}

/// The digest of exactly what a finding rests on: context `vcto evidence v1` over rule, version (decimal), day (ISO 8601)
/// and the JSON of the reads, each behind its length.
///
/// # Errors
/// `internal` when a value has no JSON form.
pub fn inputs_digest(rule: &str, version: u32, as_of: Date, reads: &[Read]) -> Result<Digest> {
    let json = serde_json::to_vec(reads).map_err(|source| {
        Error::new(ErrorKind::Internal, "evidence does not serialise")
            .during("review.evidence")
            .caused_by(source)
    })?;
    Ok(Hasher::new("vcto evidence v1")
        .field(rule.as_bytes())
        .field(version.to_string().as_bytes())
        .field(as_of.to_string().as_bytes())
        .field(&json)
        .finish())
}

/// A prefix and the first 128 bits of a digest.
pub(crate) fn short_id(prefix: &str, digest: Digest) -> String {
    let mut id = digest.hex();
    id.truncate(32);
    id.insert_str(0, prefix);
    id
}

/// What is there, `null` too: serde would take a `null` for an absent value.
fn present<'de, D: serde::Deserializer<'de>>(deserializer: D) -> std::result::Result<Option<Fact>, D::Error> {
    Fact::deserialize(deserializer).map(Some)
}
