//! Tests of `vcto::impact` and of the graph of `vcto::estate` through the public API.

mod failing;
mod model;
mod networks;
mod petgraph_runs;
mod reaching;
mod shapes;
