//! The frozen snapshot of an estate: sorted, checked, cheap to clone.

use std::fmt;
use std::sync::{Arc, OnceLock};

use super::asset::{Asset, AssetId};
use super::inventory::{Inventory, Source};
use super::relation::{Relation, Requirement};
use crate::digest::Digest;
use crate::error::{Error, ErrorKind, Result};
use crate::text::quoted;

/// What a client had at one time, checked and frozen. Clones share it.
///
/// The order of the input never matters: assets stand in the order of their ids, and a position (`u32`) counts in it.
///
/// ```
/// use vcto::{Estate, Inventory};
///
/// let inventory = Inventory::from_json(br#"{"format": "vcto.inventory/1", "source": {"name": "crm"},
///     "assets": [{"id": "erp", "kind": "business_application", "name": "ERP"}, {"id": "sql", "kind": "database"}],
///     "relations": [{"from": "erp", "to": "sql", "kind": "depends_on"}]}"#)?;
/// let estate = Estate::new(inventory)?;
/// assert_eq!(estate.asset_count(), 2);
/// assert_eq!(estate.find("ERP")?.as_str(), "erp");
/// # Ok::<(), vcto::Error>(())
/// ```
#[derive(Clone)]
pub struct Estate(Arc<Snapshot>);

struct Snapshot {
    inventory: Inventory,
    digest: OnceLock<Digest>,
}

impl Estate {
    /// Checks and freezes an inventory.
    ///
    /// # Errors
    /// `invalid_input`, with the place in the inventory as a JSON pointer: the whole is refused.
    pub fn new(mut inventory: Inventory) -> Result<Self> {
        inventory.assets.sort_by(|a, b| a.id.cmp(&b.id));
        inventory.relations.sort();
        inventory.relations.dedup();
        for requirement in &mut inventory.requirements {
            requirement.members.sort();
            requirement.members.dedup();
        }
        inventory.requirements.sort();
        inventory.requirements.dedup();
        Ok(Self(Arc::new(Snapshot {
            inventory,
            digest: OnceLock::new(),
        })))
    }

    /// How many assets there are.
    pub fn asset_count(&self) -> usize {
        self.0.inventory.assets.len()
    }

    /// How many relations there are, each once.
    pub fn relation_count(&self) -> usize {
        self.0.inventory.relations.len()
    }

    /// Who told it, when, and how complete it is.
    pub fn source(&self) -> &Source {
        &self.0.inventory.source
    }

    /// The assets, in the order of their ids.
    pub fn assets(&self) -> &[Asset] {
        &self.0.inventory.assets
    }

    /// The asset with this id.
    pub fn asset(&self, id: &str) -> Option<&Asset> {
        self.assets().get(self.index_of(id)? as usize)
    }

    /// The relations, sorted by dependant, dependency and kind.
    pub fn relations(&self) -> &[Relation] {
        &self.0.inventory.relations
    }

    /// The groups of which some must be up, sorted by dependant.
    pub fn requirements(&self) -> &[Requirement] {
        &self.0.inventory.requirements
    }

    /// The position of an asset in the order of the ids.
    pub fn index_of(&self, id: &str) -> Option<u32> {
        let at = self
            .assets()
            .binary_search_by(|asset| asset.id.as_str().cmp(id))
            .ok()?;
        u32::try_from(at).ok()
    }

    /// The id at a position.
    pub fn id(&self, position: u32) -> Option<&AssetId> {
        self.assets().get(position as usize).map(|asset| &asset.id)
    }

    /// The id of the asset with this id, or else of the only one with this name, upper and lower case alike.
    ///
    /// # Errors
    /// `ambiguous` when several have the name, with their ids; `not_found`, with near names.
    pub fn find(&self, text: &str) -> Result<AssetId> {
        if let Some(asset) = self.asset(text) {
            return Ok(asset.id.clone());
        }
        let wanted = text.to_lowercase();
        let named: Vec<_> = self
            .assets()
            .iter()
            .filter(|asset| {
                asset
                    .name
                    .as_ref()
                    .is_some_and(|name| name.raw().to_lowercase() == wanted)
            })
            .collect();
        match named.as_slice() {
            [only] => Ok(only.id.clone()),
            [] => Err(Error::new(
                ErrorKind::NotFound,
                format!("no asset has the id or name {}", quoted(text)),
            )),
            several => {
                let ids: Vec<_> = several.iter().map(|asset| quoted(asset.id.as_str())).collect();
                Err(Error::new(
                    ErrorKind::Ambiguous,
                    format!("{} assets are called {}", several.len(), quoted(text)),
                )
                .remedy(format!("use an id: {}", ids.join(", "))))
            }
        }
        .map_err(|error| error.during("estate.find"))
    }

    /// Identifies what the snapshot says: equal for equal content, whatever the order of the input was.
    pub fn digest(&self) -> Digest {
        *self
            .0
            .digest
            .get_or_init(|| Digest::of("vcto estate v1", self.to_json().as_bytes()))
    }

    /// The inventory document of this snapshot: the same bytes for the same content.
    pub fn to_json(&self) -> String {
        self.0.inventory.to_json()
    }
}

impl fmt::Debug for Estate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Estate")
            .field("source", &self.source().name)
            .field("assets", &self.asset_count())
            .field("relations", &self.relation_count())
            .finish_non_exhaustive()
    }
}
