//! The dependency graph as a list of edges.

use vcto::estate::Edge;

/// Every edge by the positions of its ends, by dependant.
pub fn edges(estate: &vcto::Estate) -> impl Iterator<Item = (u32, u32, Edge)> {
    let graph = estate.graph();
    (0..)
        .zip(estate.assets())
        .flat_map(|(from, _)| graph.dependencies(from).iter().map(move |to| (from, *to)))
        .filter_map(|(from, to)| Some((from, to, graph.edge(from, to)?)))
}
