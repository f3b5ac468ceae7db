//! Tests of `vcto::impact` and of the graph of `vcto::estate` through the public API.

mod classes;
mod counterfactual;
mod diff;
mod dominating;
mod failing;
#[path = "../../../benches/instances/fat_tree.rs"]
mod fat_tree;
mod grouping;
mod model;
mod networks;
mod petgraph_runs;
mod reaching;
mod shapes;
mod what_if;
