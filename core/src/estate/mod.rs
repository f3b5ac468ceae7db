//! What a client has: the inventory format, the frozen snapshot made of it, and its dependency graph.

mod asset;
mod fact;
mod graph;
mod inventory;
mod open;
mod relation;
mod scalar;
mod snapshot;

pub use asset::{Asset, AssetId, AssetKind, Criticality};
pub use fact::{Confidence, Fact, FactValue, Facts, Origin};
pub use graph::{Edge, EdgeEnds, EdgeKind, Edges, Graph, Neighbors, Visited};
pub use inventory::{FORMAT, Inventory, Note, Scope, Source};
pub use relation::{Relation, RelationKind, Requirement, Strength};
pub use scalar::Scalar;
pub use snapshot::Estate;
