//! The tasks, by petgraph.

use std::collections::{HashMap, HashSet};

use petgraph::Direction;
use petgraph::algo::articulation_points::articulation_points;
use petgraph::algo::bridges::bridges;
use petgraph::algo::dominators::simple_fast;
use petgraph::algo::{condensation, kosaraju_scc, toposort};
use petgraph::graph::{DiGraph, NodeIndex, UnGraph};
use petgraph::visit::{Dfs, EdgeRef, Reversed, Visitable};
use serde::Deserialize;
use serde_json::{Value, json};

use super::measure::{once, repeated};
use super::{Edges, sizes};

/// One task on the instance in this file; none for a task that petgraph has not.
pub fn run(task: &str, path: &str) -> Option<Value> {
    Some(match task {
        "build" => once(
            || Edges::read(path),
            directed,
            |_, graph| json!({"nodes": graph.node_count(), "edges": graph.edge_count()}),
        ),
        // Its `tarjan_scc` recurses: a long chain ends the process. So Kosaraju's, which it also builds `condensation` on.
        "scc" => once(
            || graph(path),
            |graph| kosaraju_scc(graph),
            |_, found| json!({"components": found.len(), "sizes": sizes(found.iter().map(Vec::len))}),
        ),
        "condensation" => once(
            || graph(path),
            // It takes the graph by value: the copy is the caller's, and counted.
            |graph| condensation(graph.clone(), true),
            |_, found| {
                let all = found.node_weights().map(Vec::len);
                json!({"components": found.node_count(), "sizes": sizes(all), "between": found.edge_count()})
            },
        ),
        "dominators" => once(
            || rooted(path),
            |(graph, root)| simple_fast(graph, *root),
            |(graph, root), tree| {
                let above = graph
                    .node_indices()
                    .filter_map(|node| tree.immediate_dominator(node));
                json!({"dominated": above.filter(|above| above != root).count()})
            },
        ),
        "cuts" => once(
            || {
                let edges = Edges::read(path).undirected();
                let mut graph = UnGraph::<(), ()>::with_capacity(edges.nodes, edges.pairs.len());
                for _ in 0..edges.nodes {
                    graph.add_node(());
                }
                graph.extend_with_edges(edges.pairs.iter().copied());
                graph
            },
            |graph| (articulation_points(graph).len(), bridges(graph).count()),
            |_, (points, bridges)| json!({"articulation_points": points, "bridges": bridges}),
        ),
        "radii" => once(
            || graph(path),
            radii,
            |_, (sum, max)| json!({"sum": sum, "max": max}),
        ),
        "layers" => once(
            || graph(path),
            layers,
            |_, (layers, sum)| json!({"layers": layers, "sum": sum}),
        ),
        "hub" => {
            let seed = Edges::read(path).hub();
            repeated(
                20,
                || {
                    let graph = graph(path);
                    let search = Dfs::empty(Reversed(&graph));
                    (graph, search)
                },
                |(graph, search)| reach(graph, search, NodeIndex::new(seed as usize)) + 1,
                |_, reached| json!({"reached": reached}),
            )
        }
        "load" => once(
            || std::fs::read(path).expect("the inventory can be read"),
            |text| load(text),
            |_, graph| json!({"nodes": graph.node_count(), "edges": graph.edge_count()}),
        ),
        _ => return None,
    })
}

type Plain = DiGraph<(), ()>;

fn directed(edges: &Edges) -> Plain {
    let mut graph = Plain::with_capacity(edges.nodes, edges.pairs.len());
    for _ in 0..edges.nodes {
        graph.add_node(());
    }
    graph.extend_with_edges(edges.pairs.iter().copied());
    graph
}

fn graph(path: &str) -> Plain {
    directed(&Edges::read(path))
}

/// The graph with a root that leads to all members of each component that nothing outside of it leads to, as ours has one.
/// The root's edges are made beforehand.
fn rooted(path: &str) -> (Plain, NodeIndex) {
    let mut graph = graph(path);
    let starts: Vec<NodeIndex> = kosaraju_scc(&graph)
        .into_iter()
        .filter(|component| {
            let members: HashSet<_> = component.iter().copied().collect();
            let mut above = component
                .iter()
                .flat_map(|node| graph.neighbors_directed(*node, Direction::Incoming));
            above.all(|node| members.contains(&node))
        })
        .flatten()
        .collect();
    let root = graph.add_node(());
    for start in starts {
        graph.add_edge(root, start, ());
    }
    (graph, root)
}

type Search = Dfs<NodeIndex, <Plain as Visitable>::Map>;

/// How many others reach the node: a search that reuses its memory.
fn reach(graph: &Plain, search: &mut Search, node: NodeIndex) -> u64 {
    let backwards = Reversed(graph);
    search.reset(backwards);
    search.move_to(node);
    let mut count = 0;
    while search.next(backwards).is_some() {
        count += 1;
    }
    count - 1
}

fn radii(graph: &Plain) -> (u64, u64) {
    let mut search = Dfs::empty(Reversed(graph));
    graph
        .node_indices()
        .map(|node| reach(graph, &mut search, node))
        .fold((0, 0), |(sum, max), one| (sum + one, max.max(one)))
}

/// The longest way down from every component, over petgraph's condensation in its topological order.
fn layers(graph: &Plain) -> (usize, usize) {
    let components = condensation(graph.clone(), true);
    let order = toposort(&components, None).expect("a condensation has no cycle");
    let mut heights = vec![0; components.node_count()];
    for component in order.into_iter().rev() {
        heights[component.index()] = components
            .edges_directed(component, Direction::Outgoing)
            .map(|edge| heights[edge.target().index()] + 1)
            .max()
            .unwrap_or(0);
    }
    let sum = components
        .node_indices()
        .map(|component| heights[component.index()] * components[component].len())
        .sum();
    (heights.iter().max().map_or(0, |height| height + 1), sum)
}

/// What serde gives a program that owns its data: every key of the instance, none passed over.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(
    dead_code,
    reason = "what is read is what a program would hold; the graph takes the ends alone"
)]
struct Document {
    format: String,
    source: HashMap<String, Value>,
    assets: Vec<OwnedAsset>,
    relations: Vec<OwnedRelation>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "see Document")]
struct OwnedAsset {
    id: String,
    kind: String,
    name: String,
    criticality: String,
    facts: HashMap<String, Value>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OwnedRelation {
    from: String,
    to: String,
    kind: String,
}

/// The document, owned, and a graph over it.
struct Loaded {
    document: Document,
    graph: DiGraph<usize, usize>,
}

impl Loaded {
    fn node_count(&self) -> usize {
        self.graph.node_count().min(self.document.assets.len())
    }

    fn edge_count(&self) -> usize {
        self.graph.edge_count()
    }
}

fn load(text: &[u8]) -> Loaded {
    let document: Document = serde_json::from_slice(text).expect("sound");
    let mut graph = DiGraph::with_capacity(document.assets.len(), document.relations.len());
    let nodes: HashMap<&str, NodeIndex> = document
        .assets
        .iter()
        .enumerate()
        .map(|(index, asset)| (asset.id.as_str(), graph.add_node(index)))
        .collect();
    for (index, relation) in document.relations.iter().enumerate() {
        assert!(
            relation.kind != "connects_to",
            "the instance has impact relations alone"
        );
        graph.add_edge(nodes[relation.from.as_str()], nodes[relation.to.as_str()], index);
    }
    drop(nodes);
    Loaded { document, graph }
}
