//! petgraph's algorithms run on the estate's graph unchanged, and agree with ours.

use std::collections::{BTreeSet, HashMap};

use petgraph::Direction;
use petgraph::algo::{dijkstra, dominators, is_cyclic_directed, kosaraju_scc, toposort};
use petgraph::visit::{
    Data, Dfs, EdgeCount, EdgeFiltered, EdgeIndexable, EdgeRef, GetAdjacencyMatrix, GraphProp,
    IntoEdgeReferences, IntoEdges, IntoEdgesDirected, IntoNeighbors, IntoNeighborsDirected,
    IntoNodeIdentifiers, IntoNodeReferences, NodeCompactIndexable, NodeCount, NodeIndexable, Reversed, Topo,
    Visitable, Walker,
};
use proptest::prelude::*;
use static_assertions::assert_impl_all;
use vcto::Estate;
use vcto::estate::{Edge, EdgeEnds, Graph, Strength};
use vcto::impact;

use super::model::{Case, Set, case, name, number, numbers, reaching};

assert_impl_all!(Graph: GraphProp, Data, NodeCount, EdgeCount, NodeIndexable, NodeCompactIndexable, EdgeIndexable,
    Visitable, GetAdjacencyMatrix, Send, Sync);
assert_impl_all!(&Graph: IntoNeighbors, IntoNeighborsDirected, IntoEdges, IntoEdgesDirected, IntoEdgeReferences,
    IntoNodeIdentifiers, IntoNodeReferences);

/// The graph without its soft edges.
fn hard<'g>(graph: &'g Graph) -> EdgeFiltered<&'g Graph, impl Fn(EdgeEnds<'g>) -> bool> {
    EdgeFiltered::from_fn(graph, |edge: EdgeEnds<'g>| {
        edge.weight().strength == Strength::Hard
    })
}

fn asset(estate: &Estate, position: u32) -> usize {
    number(estate.id(position).unwrap().as_str())
}

fn position(estate: &Estate, asset: usize) -> u32 {
    estate.index_of(&name(asset)).unwrap()
}

/// How many assets each asset dominates: those that reach the root only through it.
fn dominated_by_brute_force(case: &Case, root: usize, by: usize) -> Set {
    let pairs = case.all_pairs();
    let without: BTreeSet<_> = pairs
        .iter()
        .copied()
        .filter(|(a, b)| *a != by && *b != by)
        .collect();
    let backwards = |pairs: &BTreeSet<(usize, usize)>| {
        let turned = pairs.iter().map(|(a, b)| (*b, *a)).collect();
        reaching(&turned, root)
    };
    backwards(&pairs)
        .difference(&backwards(&without))
        .copied()
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn kosaraju_finds_our_cycles(case in case()) {
        let estate = case.estate();
        let found: BTreeSet<Set> = kosaraju_scc(&hard(estate.graph()))
            .into_iter()
            .filter(|component| component.len() > 1)
            .map(|component| component.into_iter().map(|at| asset(&estate, at)).collect())
            .collect();
        let ours: BTreeSet<Set> = impact::cycles(&estate).0.into_iter().map(numbers).collect();
        prop_assert_eq!(found, ours);
    }

    #[test]
    fn kosaraju_finds_our_components_and_their_order(case in case()) {
        let estate = case.estate();
        let ours: Vec<impact::Component> = impact::components(&estate).iter().collect();
        let assets = |component: &impact::Component| numbers(&component.assets);
        let theirs: Vec<Set> = kosaraju_scc(&hard(estate.graph()))
            .into_iter()
            .map(|component| component.into_iter().map(|at| asset(&estate, at)).collect())
            .collect();
        prop_assert_eq!(ours.iter().map(assets).collect::<BTreeSet<_>>(), theirs.iter().cloned().collect());
        let of: HashMap<usize, usize> = ours
            .iter()
            .flat_map(|component| assets(component).into_iter().map(|asset| (asset, component.number)))
            .collect();
        let pairs: BTreeSet<(usize, usize)> = case.hard_pairs().iter().map(|(a, b)| (of[a], of[b])).collect();
        for (number, component) in ours.iter().enumerate() {
            prop_assert_eq!(component.number, number);
            prop_assert!(number == 0 || ours[number - 1].assets[0] < component.assets[0]);
            let needs: Vec<usize> =
                pairs.iter().filter(|(a, b)| *a == number && a != b).map(|(_, b)| *b).collect();
            prop_assert_eq!(&component.depends_on, &needs);
            let below = needs.iter().map(|on| ours[*on].layer + 1).max().unwrap_or(0);
            prop_assert_eq!(component.layer, below);
            for asset in assets(component) {
                prop_assert_eq!(impact::components(&estate).of(name(asset)), Some(number));
            }
        }
        // What kosaraju finds first needs nothing that it finds later.
        let place: HashMap<usize, usize> = theirs
            .iter()
            .enumerate()
            .map(|(place, component)| (of[component.first().unwrap()], place))
            .collect();
        for (a, b) in pairs {
            prop_assert!(place[&b] <= place[&a]);
        }
        prop_assert_eq!(impact::components(&estate).of("nobody"), None);
        prop_assert_eq!(impact::components(&estate).component(ours.len()), None);
    }

    #[test]
    fn toposort_and_topo_stand_dependants_first_where_there_is_no_cycle(case in case()) {
        let estate = case.estate();
        let graph = estate.graph();
        match toposort(graph, None) {
            Err(_) => prop_assert!(is_cyclic_directed(graph)),
            Ok(order) => {
                let topo: Vec<u32> = Topo::new(graph).iter(graph).collect();
                for order in [order, topo] {
                    let at: HashMap<u32, usize> = order.iter().enumerate().map(|(at, asset)| (*asset, at)).collect();
                    prop_assert_eq!(at.len(), case.assets);
                    for (from, to) in case.all_pairs() {
                        prop_assert!(at[&position(&estate, from)] < at[&position(&estate, to)]);
                    }
                }
                prop_assert_eq!(impact::cycles(&estate).0.len(), 0);
            }
        }
    }

    #[test]
    fn dijkstra_measures_our_paths(case in case()) {
        let estate = case.estate();
        for from in 0..case.assets {
            let costs = dijkstra(&hard(estate.graph()), position(&estate, from), None, |_| 1_usize);
            for to in 0..case.assets {
                let path = impact::path(&estate, name(from), name(to)).unwrap();
                prop_assert_eq!(path.map(|path| path.0.len() - 1), costs.get(&position(&estate, to)).copied());
            }
        }
    }

    #[test]
    fn dfs_backwards_visits_the_blast_radius(case in case()) {
        let estate = case.estate();
        let graph = hard(estate.graph());
        for start in 0..case.assets {
            let backwards = Reversed(&graph);
            let mut visited: Set = Dfs::new(backwards, position(&estate, start))
                .iter(backwards)
                .map(|at| asset(&estate, at))
                .collect();
            visited.remove(&start);
            prop_assert_eq!(visited, numbers(impact::blast_radius(&estate, name(start)).unwrap().assets));
        }
    }

    #[test]
    fn dominators_are_what_taking_away_shows(case in case()) {
        let estate = case.estate();
        let found = dominators::simple_fast(estate.graph(), position(&estate, 0));
        for by in 1..case.assets {
            let dominated: Set = (0..case.assets)
                .filter(|one| {
                    found
                        .strict_dominators(position(&estate, *one))
                        .is_some_and(|mut above| above.any(|at| at == position(&estate, by)))
                })
                .chain([by])
                .collect();
            let mut expected = dominated_by_brute_force(&case, 0, by);
            expected.insert(by);
            prop_assert_eq!(dominated, expected);
        }
    }

    #[test]
    fn the_traits_tell_one_story(case in case()) {
        let estate = case.estate();
        let graph = estate.graph();
        let pair = |from, to| (asset(&estate, from), asset(&estate, to));
        let listed: Vec<_> = graph.edge_references().map(|edge| pair(edge.source(), edge.target())).collect();
        prop_assert_eq!(listed.len(), case.all_pairs().len());
        prop_assert_eq!(listed.into_iter().collect::<BTreeSet<_>>(), case.all_pairs());
        prop_assert_eq!((graph.node_count(), graph.edge_count()), (case.assets, case.all_pairs().len()));
        let by_id: Vec<(u32, u32, Edge)> =
            graph.edge_references().map(|edge| (edge.source(), edge.target(), *edge.weight())).collect();
        for node in graph.node_identifiers() {
            prop_assert_eq!(NodeIndexable::from_index(graph, NodeIndexable::to_index(graph, node)), node);
            for direction in [Direction::Outgoing, Direction::Incoming] {
                let ends: Vec<u32> = graph.neighbors_directed(node, direction).collect();
                let edges: Vec<_> = graph.edges_directed(node, direction).collect();
                prop_assert_eq!(ends.len(), edges.len());
                for (end, edge) in ends.into_iter().zip(edges) {
                    let known = by_id[EdgeIndexable::to_index(graph, edge.id())];
                    prop_assert_eq!(known, (edge.source(), edge.target(), *edge.weight()));
                    let expected = if direction == Direction::Outgoing { (node, end) } else { (end, node) };
                    prop_assert_eq!((edge.source(), edge.target()), expected);
                    prop_assert!(graph.is_adjacent(&(), edge.source(), edge.target()));
                    let (from, to) = pair(edge.source(), edge.target());
                    let hard = case.hard_pairs().contains(&(from, to));
                    prop_assert_eq!(edge.weight().strength == Strength::Hard, hard);
                    prop_assert_eq!(graph.edge(edge.source(), edge.target()), Some(*edge.weight()));
                }
            }
        }
        let weights = graph.node_references().count();
        prop_assert_eq!(weights, case.assets);
    }
}

#[test]
fn a_position_beyond_the_graph_has_no_neighbours() {
    let case = Case {
        assets: 2,
        relations: vec![],
        groups: vec![(0, vec![1], 1)],
    };
    let estate = case.estate();
    for beyond in [2, 3, u32::MAX] {
        assert_eq!(estate.graph().neighbors(beyond).count(), 0);
        assert_eq!(
            estate.graph().edges_directed(beyond, Direction::Incoming).count(),
            0
        );
        assert!(estate.graph().dependencies(beyond).is_empty());
        assert!(!estate.graph().is_adjacent(&(), 0, beyond));
    }
}
