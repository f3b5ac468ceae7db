//! The frozen snapshot of an estate: sorted, checked, cheap to clone.

use std::fmt;
use std::sync::Arc;

use super::asset::{Asset, AssetId};
use super::canonical;
use super::freeze::freeze;
use super::graph::Graph;
use super::inventory::{Inventory, Source};
use super::relation::{Relation, RelationKind, Requirement};
use super::topology::Topology;
use crate::digest::Digest;
use crate::error::Result;

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
    inventory: Arc<Inventory>,
    topology: Topology,
}

impl Estate {
    /// Checks and freezes an inventory.
    ///
    /// # Errors
    /// `invalid_input` or `too_large`, with the place in the inventory as a JSON pointer: the whole is refused.
    pub fn new(inventory: Inventory) -> Result<Self> {
        let (inventory, graph) = freeze(inventory).map_err(|error| error.during("estate.new"))?;
        let inventory = Arc::new(inventory);
        Ok(Self(Arc::new(Snapshot {
            topology: Topology::of(Arc::clone(&inventory), graph),
            inventory,
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

    /// How many of the relations nobody stated: a method inferred them.
    pub fn inferred_relation_count(&self) -> usize {
        let relations = self.relations().iter();
        relations
            .filter(|relation| !relation.is_stated() && relation.kind != RelationKind::UnrelatedTo)
            .count()
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
        self.0.topology.index_of(id)
    }

    /// The id at a position.
    pub fn id(&self, position: u32) -> Option<&AssetId> {
        self.assets().get(position as usize).map(|asset| &asset.id)
    }

    /// What depends on what.
    pub fn graph(&self) -> &Graph {
        self.0.topology.graph()
    }

    /// Ids, kinds and the graph, without names and facts. It shares what the estate has.
    pub fn topology(&self) -> &Topology {
        &self.0.topology
    }

    /// The id of the asset with this id; else of the only one with this name; else of the only one with this name in other
    /// letters, upper and lower case alike.
    ///
    /// # Errors
    /// `ambiguous` when several have the name, with their ids; `not_found`, with near names.
    pub fn find(&self, text: &str) -> Result<AssetId> {
        self.0.topology.find(text)
    }

    /// Identifies what the snapshot says: equal for equal content, whatever the order of the input was. BLAKE3 over the
    /// layout in `docs/formats/inventory.md`, in the role `vcto estate v1`.
    pub fn digest(&self) -> Digest {
        let known = self.0.topology.estate_digest();
        known.unwrap_or_else(|| canonical::digest(&self.0.inventory))
    }

    /// The inventory document of this snapshot: the same bytes for the same content.
    pub fn to_json(&self) -> String {
        self.0.inventory.to_json()
    }

    /// The same as NDJSON.
    pub fn to_ndjson(&self) -> String {
        self.0.inventory.to_ndjson()
    }

    /// The settled inventory of this snapshot: sorted, each statement once.
    pub fn inventory(&self) -> &Inventory {
        &self.0.inventory
    }
}

impl AsRef<Topology> for Estate {
    fn as_ref(&self) -> &Topology {
        self.topology()
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
