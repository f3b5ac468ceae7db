//! The shape of an estate: ids, kinds and the graph, without names and facts.

mod arena;
mod classes;
mod collect;
mod file;
mod numbers;
mod open;

use std::fmt;
use std::io::Read;
use std::sync::{Arc, OnceLock};

use super::asset::{AssetId, AssetKind, Criticality};
use super::canonical;
use super::find::Names;
use super::graph::Graph;
use super::inventory::Inventory;
use crate::digest::Digest;
use crate::error::{Error, ErrorKind, Result};
use crate::monitor::Monitor;
use crate::text::quoted;
pub(super) use arena::Arena;

/// What depends on what in an estate, and of every asset its id, kind and criticality: what the questions of
/// [`impact`](crate::impact) need, in a tenth of the memory. Clones share it.
///
/// Assets stand in the order of their ids, as in an [`Estate`](crate::Estate); a position (`u32`) counts in it. Two
/// topologies are equal when they say the same, wherever each came from.
///
/// ```
/// use vcto::estate::Topology;
///
/// let topology = Topology::read(&br#"{"format": "vcto.inventory/1", "source": {"name": "crm"}}
/// {"relation": {"from": "erp", "to": "sql", "kind": "depends_on"}}
/// {"asset": {"id": "erp", "kind": "business_application", "name": "ERP"}}
/// {"asset": {"id": "sql", "kind": "database"}}
/// "#[..])?;
/// let sql = topology.index_of("sql").unwrap();
/// assert_eq!(topology.graph().dependants(sql), [topology.index_of("erp").unwrap()]);
/// assert_eq!(topology.kind(sql).unwrap().as_str(), "database");
/// # Ok::<(), vcto::Error>(())
/// ```
#[derive(Clone)]
pub struct Topology(Arc<Parts>);

struct Parts {
    ids: Ids,
    graph: Graph,
    /// Of the estate that it is of.
    digest: OnceLock<Digest>,
}

/// Where the ids, kinds and criticalities are.
enum Ids {
    /// In the assets of an estate, which are in the order of their ids. They are found by name as well.
    Assets(Arc<Inventory>, OnceLock<Names>),
    Arena(Arena),
}

/// How a [`Topology`] is read. Every setting has a default.
///
/// ```
/// use vcto::{ErrorKind, estate::{Topology, TopologyOptions}, monitor::Monitor};
///
/// let monitor = Monitor::default();
/// monitor.cancel();
/// let text = br#"{"format": "vcto.inventory/1", "source": {"name": "crm"}}"#;
/// let options = TopologyOptions::new().monitor(monitor);
/// assert_eq!(Topology::read_with(&text[..], &options).unwrap_err().kind(), ErrorKind::Cancelled);
/// ```
#[derive(Clone, Debug, Default)]
pub struct TopologyOptions {
    monitor: Monitor,
}

impl TopologyOptions {
    /// The defaults.
    pub fn new() -> Self {
        Self::default()
    }

    /// Who is told of the progress, in records read, and may cancel.
    #[must_use]
    pub fn monitor(mut self, monitor: Monitor) -> Self {
        self.monitor = monitor;
        self
    }
}

impl Topology {
    /// Reads the topology of an inventory of the format `vcto.inventory/1`, a JSON document or NDJSON, from a stream, in
    /// the memory that the topology takes and little more. It needs no buffering.
    ///
    /// Names and facts are held to the format and dropped: what [`Inventory::read`] and [`Estate::new`](crate::Estate::new)
    /// refuse between them is refused here, with the same words.
    ///
    /// # Errors
    /// `invalid_input` with the place, `too_large` beyond a [bound](super::bounds), `unsupported` for another format or
    /// version, and what reading gives: `io`, `permission_denied`.
    pub fn read(input: impl Read) -> Result<Self> {
        Self::read_with(input, &TopologyOptions::default())
    }

    /// [`read`](Self::read) with options.
    ///
    /// # Errors
    /// As `read`; `cancelled` when the monitor asks to stop.
    pub fn read_with(input: impl Read, options: &TopologyOptions) -> Result<Self> {
        let (arena, graph) =
            collect::read(input, &options.monitor).map_err(|error| error.during("topology.read"))?;
        Ok(Self::of_arena(arena, graph))
    }

    /// The topology of a settled inventory.
    pub(super) fn of(inventory: Arc<Inventory>, graph: Graph) -> Self {
        Self::new(Ids::Assets(inventory, OnceLock::new()), graph)
    }

    /// A topology of ids of its own.
    pub(super) fn of_arena(arena: Arena, graph: Graph) -> Self {
        Self::new(Ids::Arena(arena), graph)
    }

    fn new(ids: Ids, graph: Graph) -> Self {
        Self::with_digest(ids, graph, OnceLock::new())
    }

    fn with_digest(ids: Ids, graph: Graph, digest: OnceLock<Digest>) -> Self {
        Self(Arc::new(Parts { ids, graph, digest }))
    }

    /// How many assets there are.
    pub fn asset_count(&self) -> usize {
        self.0.graph.asset_count()
    }

    /// What depends on what.
    pub fn graph(&self) -> &Graph {
        &self.0.graph
    }

    /// The position of an asset in the order of the ids.
    pub fn index_of(&self, id: &str) -> Option<u32> {
        let at = match &self.0.ids {
            Ids::Assets(inventory, _) => inventory
                .assets
                .binary_search_by(|asset| asset.id.as_str().cmp(id))
                .ok()?,
            Ids::Arena(arena) => return arena.index_of(id),
        };
        u32::try_from(at).ok()
    }

    /// The id of the asset with this id, or else by its name where it is the topology of an estate; see
    /// [`Estate::find`](crate::Estate::find).
    pub(crate) fn find(&self, text: &str) -> Result<AssetId> {
        if let Some(position) = self.index_of(text)
            && let Some(id) = self.id(position)
        {
            return Ok(id);
        }
        let found = match &self.0.ids {
            Ids::Assets(inventory, names) => names
                .get_or_init(|| Names::new(&inventory.assets))
                .find(&inventory.assets, text),
            Ids::Arena(_) => Err(Error::new(
                ErrorKind::NotFound,
                format!("no asset has the id {}", quoted(text)),
            )),
        };
        found.map_err(|error| error.during("estate.find"))
    }

    /// The id at a position.
    pub fn id(&self, position: u32) -> Option<AssetId> {
        match &self.0.ids {
            Ids::Assets(inventory, _) => Some(inventory.assets.get(position as usize)?.id.clone()),
            Ids::Arena(arena) => arena.id(position).map(AssetId::from),
        }
    }

    /// The text of the id at a position.
    pub fn id_text(&self, position: u32) -> Option<&str> {
        match &self.0.ids {
            Ids::Assets(inventory, _) => Some(inventory.assets.get(position as usize)?.id.as_str()),
            Ids::Arena(arena) => arena.id(position),
        }
    }

    /// What the asset at a position is.
    pub fn kind(&self, position: u32) -> Option<&AssetKind> {
        match &self.0.ids {
            Ids::Assets(inventory, _) => Some(&inventory.assets.get(position as usize)?.kind),
            Ids::Arena(arena) => arena.class(position).map(|(kind, _)| kind),
        }
    }

    /// How much the business depends on the asset at a position, where that is said.
    pub fn criticality(&self, position: u32) -> Option<&Criticality> {
        match &self.0.ids {
            Ids::Assets(inventory, _) => inventory.assets.get(position as usize)?.criticality.as_ref(),
            Ids::Arena(arena) => arena.class(position)?.1.as_ref(),
        }
    }

    /// The [digest](crate::Estate::digest) of the estate that it is of. None where that was not known when it was read: an
    /// inventory that was streamed, and a snapshot file of such a one.
    pub fn estate_digest(&self) -> Option<Digest> {
        match &self.0.ids {
            Ids::Assets(inventory, _) => Some(*self.0.digest.get_or_init(|| canonical::digest(inventory))),
            Ids::Arena(_) => self.0.digest.get().copied(),
        }
    }

    fn positions(&self) -> impl Iterator<Item = u32> {
        (0_u32..).take(self.asset_count())
    }
}

impl AsRef<Topology> for Topology {
    fn as_ref(&self) -> &Topology {
        self
    }
}

impl Eq for Topology {}

impl PartialEq for Topology {
    fn eq(&self, other: &Self) -> bool {
        let same = |at: u32| {
            self.id_text(at) == other.id_text(at)
                && self.kind(at) == other.kind(at)
                && self.criticality(at) == other.criticality(at)
        };
        Arc::ptr_eq(&self.0, &other.0) || (self.graph().says_as(other.graph()) && self.positions().all(same))
    }
}

impl fmt::Debug for Topology {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Topology")
            .field("assets", &self.asset_count())
            .field("edges", &self.graph().link_count())
            .finish_non_exhaustive()
    }
}
