//! What a client has: the inventory format, the frozen snapshot made of it, and its dependency graph.

mod inventory;
mod open;
mod scalar;

pub use inventory::{
    Asset, AssetId, AssetKind, Confidence, Criticality, Fact, FactValue, Inventory, Relation, RelationKind,
    Requirement, Scalar, Scope, Source, Strength,
};
