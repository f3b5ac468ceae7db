//! What a client has: the inventory format, the frozen snapshot made of it, and its dependency graph.

mod asset;
pub mod bounds;
mod canonical;
mod check;
mod diff;
mod embed;
mod fact;
mod faults;
mod find;
mod freeze;
mod graph;
mod index;
mod intern;
mod inventory;
mod json;
mod live;
pub(crate) mod near;
mod open;
mod order;
mod read;
mod relation;
mod scalar;
#[cfg(feature = "schema")]
mod schema;
mod snapshot;
mod summary;
mod topology;
mod write;

pub(crate) use open::open_enum;

pub use asset::{Asset, AssetId, AssetKind, Criticality};
pub use diff::{AssetChange, Diff, FactChange, Records, Replaced, diff};
pub use fact::{Confidence, Fact, FactValue, Facts, Origin};
#[cfg(test)]
pub(crate) use graph::GraphBuilder;
pub(crate) use graph::{Class, Condensation, Links};
pub use graph::{Edge, EdgeEnds, EdgeKind, Edges, Graph, Neighbors, Visited};
pub use inventory::{FORMAT, Inventory, Note, Scope, Source};
pub use live::LiveGraph;
pub use relation::{Relation, RelationKind, Requirement, Strength};
pub use scalar::Scalar;
#[cfg(feature = "schema")]
pub use schema::inventory_schema;
pub use snapshot::Estate;
pub use topology::{Topology, TopologyOptions};
