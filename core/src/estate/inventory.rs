//! The inventory format `vcto.inventory/1`: what importers give and people write.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::asset::{Asset, AssetId};
use super::relation::{Relation, Requirement};
use crate::error::{Error, ErrorKind, Result};
use crate::text::{Untrusted, quoted};

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
    /// What a reader could not take over, or took over with a doubt.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<Note>,
    /// The sources that were merged, when it is a merge.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub merged_from: Vec<Source>,
}

/// A remark of a reader: a record that could not be taken over, a value that could not be read, an asset that is known
/// only in part.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Note {
    /// Where in the input: a JSON pointer, `sheet!B7`, `line 7`, behind a file name where there are several files.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Untrusted<String>>,
    /// What it says.
    pub text: Untrusted<String>,
    /// The asset that it is about, where that was kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asset: Option<AssetId>,
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

impl Inventory {
    /// Reads a JSON document of the format `vcto.inventory/1`.
    ///
    /// # Errors
    /// `invalid_input` with the place, `unsupported` for another version of the format.
    pub fn from_json(bytes: &[u8]) -> Result<Self> {
        let document: Document = serde_json::from_slice(bytes).map_err(|source| {
            Error::new(ErrorKind::InvalidInput, source.to_string()).during("inventory.read")
        })?;
        if document.format != FORMAT {
            return Err(Error::new(
                ErrorKind::Unsupported,
                format!("the format is {}, not `{FORMAT}`", quoted(&document.format)),
            )
            .at("/format")
            .during("inventory.read"));
        }
        Ok(Self {
            source: document.source,
            assets: document.assets,
            relations: document.relations,
            requirements: document.requirements,
        })
    }

    /// The JSON document, in the order in which the inventory stands.
    pub fn to_json(&self) -> String {
        let written = Written {
            format: FORMAT,
            source: &self.source,
            assets: &self.assets,
            relations: &self.relations,
            requirements: &self.requirements,
        };
        // Serialising into memory fails only for maps with keys that are no texts: there are none.
        serde_json::to_string(&written).unwrap_or_default()
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    format: String,
    source: Source,
    assets: Vec<Asset>,
    #[serde(default)]
    relations: Vec<Relation>,
    #[serde(default)]
    requirements: Vec<Requirement>,
}

#[derive(Serialize)]
struct Written<'a> {
    format: &'static str,
    source: &'a Source,
    assets: &'a [Asset],
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    relations: &'a [Relation],
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    requirements: &'a [Requirement],
}
