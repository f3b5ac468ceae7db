//! The inventory format `vcto.inventory/1`: what importers give and people write.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::asset::{Asset, AssetId};
#[cfg(feature = "schema")]
use super::bounds::{MAX_NAME, MAX_NOTES, MAX_SOURCES, MAX_TEXT};
use super::read::{self, Form};
use super::relation::{Relation, Requirement};
use super::write;
use crate::error::Result;
use crate::text::Untrusted;

/// The name of the format, in every document.
pub const FORMAT: &str = "vcto.inventory/1";

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
#[derive(Clone, Debug, Default, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// The system or file, as people call it.
    #[cfg_attr(feature = "schema", schemars(length(max = MAX_NAME)))]
    pub name: Untrusted<String>,
    /// When the data was true.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(
        feature = "schema",
        schemars(with = "Option<String>", extend("format" = "date-time"))
    )]
    pub captured_at: Option<Timestamp>,
    /// Whether it holds everything in its scope: only then does absence mean deletion.
    #[serde(default)]
    pub complete: bool,
    /// What it was asked about, where that is known. A scope with the name of a kind of asset speaks for that kind.
    #[cfg_attr(feature = "schema", schemars(length(max = MAX_SOURCES)))]
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub scopes: Vec<Scope>,
    /// What a reader could not take over, or took over with a doubt.
    #[cfg_attr(feature = "schema", schemars(length(max = MAX_NOTES)))]
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<Note>,
    /// The sources that were merged, when it is a merge. They have none of their own.
    #[cfg_attr(feature = "schema", schemars(schema_with = "super::schema::merged_from"))]
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub merged_from: Vec<Source>,
}

/// A remark of a reader: a record that could not be taken over, a value that could not be read, an asset that is known
/// only in part.
#[derive(Clone, Debug, Default, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Note {
    /// Where in the input: a JSON pointer, `sheet!B7`, `line 7`, behind a file name where there are several files.
    #[cfg_attr(feature = "schema", schemars(length(max = MAX_TEXT)))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Untrusted<String>>,
    /// What it says.
    #[cfg_attr(feature = "schema", schemars(length(max = MAX_TEXT)))]
    pub text: Untrusted<String>,
    /// The asset that it is about, where that was kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asset: Option<AssetId>,
}

/// A part of the estate that a source spoke of, and whether it spoke of all of it.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Scope {
    /// What: a kind of asset, a site, a report.
    #[cfg_attr(feature = "schema", schemars(length(max = MAX_NAME)))]
    pub name: Untrusted<String>,
    /// Whether it holds everything in this scope.
    #[serde(default)]
    pub complete: bool,
}

impl Inventory {
    /// Reads a JSON document of the format `vcto.inventory/1`.
    ///
    /// # Errors
    /// `invalid_input` with the place as a JSON pointer, `too_large` beyond a [bound](super::bounds), `unsupported` for
    /// another format or version.
    pub fn from_json(bytes: &[u8]) -> Result<Self> {
        read::inventory(bytes, Form::Document)
    }

    /// Reads NDJSON: a first line with `format` and `source`, then an `asset`, `relation` or `requirement` a line.
    ///
    /// ```
    /// use vcto::Inventory;
    ///
    /// let inventory = Inventory::from_ndjson(br#"{"format": "vcto.inventory/1", "source": {"name": "rmm"}}
    /// {"asset": {"id": "7", "kind": "server"}}
    /// "#)?;
    /// assert_eq!(inventory.assets[0].id.as_str(), "7");
    /// # Ok::<(), vcto::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`from_json`](Self::from_json); the place names the line.
    pub fn from_ndjson(bytes: &[u8]) -> Result<Self> {
        read::inventory(bytes, Form::Lines)
    }

    /// Reads either form from a stream, such as a file, without holding the text in memory. It needs no buffering.
    ///
    /// # Errors
    /// As [`from_json`](Self::from_json), and what reading gives: `io`, `permission_denied`.
    pub fn read(input: impl std::io::Read) -> Result<Self> {
        read::inventory(input, Form::Either)
    }

    /// The JSON document, with everything in the order in which it stands.
    pub fn to_json(&self) -> String {
        write::document(self)
    }

    /// The same as NDJSON.
    pub fn to_ndjson(&self) -> String {
        write::lines(self)
    }
}
