//! Tests of `vcto::impact` and of the graph of `vcto::estate` through the public API.

mod checker;
mod classes;
mod cold_starts;
mod counterfactual;
mod diff;
mod dominating;
mod failing;
#[path = "../../../benches/instances/fat_tree.rs"]
mod fat_tree;
mod grouping;
mod model;
mod monte_carlo;
mod networks;
mod pairs;
mod petgraph_runs;
mod reaching;
mod shapes;
mod singles;
mod what_if;
