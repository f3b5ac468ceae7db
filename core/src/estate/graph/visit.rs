//! petgraph's visit traits on `&Graph`: any of its algorithms runs on an estate.

use std::iter::Zip;
use std::ops::Range;
use std::slice::Iter;

use petgraph::visit::{
    Data, EdgeCount, EdgeIndexable, EdgeRef, GetAdjacencyMatrix, GraphBase, GraphProp, IntoEdgeReferences,
    IntoEdges, IntoEdgesDirected, IntoNeighbors, IntoNeighborsDirected, IntoNodeIdentifiers,
    IntoNodeReferences, NodeCompactIndexable, NodeCount, NodeIndexable, VisitMap, Visitable,
};
use petgraph::{Directed, Direction};

use super::{Adjacency, Edge, Graph};

/// An edge with its two ends.
#[derive(Clone, Copy, Debug)]
pub struct EdgeEnds<'g> {
    dependant: u32,
    dependency: u32,
    index: u32,
    edge: &'g Edge,
}

impl EdgeRef for EdgeEnds<'_> {
    type NodeId = u32;
    type EdgeId = u32;
    type Weight = Edge;

    fn source(&self) -> u32 {
        self.dependant
    }

    fn target(&self) -> u32 {
        self.dependency
    }

    fn weight(&self) -> &Edge {
        self.edge
    }

    fn id(&self) -> u32 {
        self.index
    }
}

/// The neighbours of an asset, in one direction.
#[derive(Clone, Debug)]
pub struct Neighbors<'g>(std::iter::Copied<Iter<'g, u32>>);

impl Iterator for Neighbors<'_> {
    type Item = u32;

    fn next(&mut self) -> Option<u32> {
        self.0.next()
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.0.size_hint()
    }
}

/// The edges of one asset in one direction, or all edges of the graph.
#[derive(Clone, Debug)]
pub struct Edges<'g> {
    graph: &'g Graph,
    walk: Walk<'g>,
}

#[derive(Clone, Debug)]
enum Walk<'g> {
    /// Edge indices, which run parallel to the dependencies of one dependant.
    Out(u32, Zip<Range<u32>, Iter<'g, u32>>),
    /// Edge indices and dependants of one dependency.
    Into(u32, Zip<Iter<'g, u32>, Iter<'g, u32>>),
    /// The next edge and the asset it may belong to.
    All(u32, u32),
}

impl<'g> Iterator for Edges<'g> {
    type Item = EdgeEnds<'g>;

    fn next(&mut self) -> Option<EdgeEnds<'g>> {
        let graph = self.graph;
        let (dependant, dependency, index) = match &mut self.walk {
            Walk::Out(dependant, rest) => {
                let (index, dependency) = rest.next()?;
                (*dependant, *dependency, index)
            }
            Walk::Into(dependency, rest) => {
                let (index, dependant) = rest.next()?;
                (*dependant, *dependency, *index)
            }
            Walk::All(dependant, next) => {
                let index = *next;
                let dependency = *graph.out.ends.get(index as usize)?;
                *next += 1;
                while graph.out.range(*dependant, 0..3).end <= index as usize {
                    *dependant += 1;
                }
                (*dependant, dependency, index)
            }
        };
        graph.edges.get(index as usize).map(|edge| EdgeEnds {
            dependant,
            dependency,
            index,
            edge,
        })
    }
}

impl Graph {
    fn side(&self, direction: Direction) -> &Adjacency {
        match direction {
            Direction::Outgoing => &self.out,
            Direction::Incoming => &self.into,
        }
    }
}

impl GraphBase for Graph {
    type EdgeId = u32;
    type NodeId = u32;
}

impl GraphProp for Graph {
    type EdgeType = Directed;
}

impl Data for Graph {
    type NodeWeight = ();
    type EdgeWeight = Edge;
}

impl NodeCount for Graph {
    fn node_count(&self) -> usize {
        self.asset_count()
    }
}

impl EdgeCount for Graph {
    fn edge_count(&self) -> usize {
        self.edges.len()
    }
}

impl NodeIndexable for Graph {
    fn node_bound(&self) -> usize {
        self.asset_count()
    }

    fn to_index(&self, asset: u32) -> usize {
        asset as usize
    }

    fn from_index(&self, index: usize) -> u32 {
        u32::try_from(index).unwrap_or(u32::MAX)
    }
}

impl NodeCompactIndexable for Graph {}

impl EdgeIndexable for Graph {
    fn edge_bound(&self) -> usize {
        self.edges.len()
    }

    fn to_index(&self, edge: u32) -> usize {
        edge as usize
    }

    fn from_index(&self, index: usize) -> u32 {
        u32::try_from(index).unwrap_or(u32::MAX)
    }
}

impl<'g> IntoNeighbors for &'g Graph {
    type Neighbors = Neighbors<'g>;

    fn neighbors(self, asset: u32) -> Neighbors<'g> {
        self.neighbors_directed(asset, Direction::Outgoing)
    }
}

impl<'g> IntoNeighborsDirected for &'g Graph {
    type NeighborsDirected = Neighbors<'g>;

    fn neighbors_directed(self, asset: u32, direction: Direction) -> Neighbors<'g> {
        Neighbors(self.side(direction).run(asset, 0..3).iter().copied())
    }
}

impl<'g> IntoEdgeReferences for &'g Graph {
    type EdgeRef = EdgeEnds<'g>;
    type EdgeReferences = Edges<'g>;

    fn edge_references(self) -> Edges<'g> {
        Edges {
            graph: self,
            walk: Walk::All(0, 0),
        }
    }
}

impl<'g> IntoEdges for &'g Graph {
    type Edges = Edges<'g>;

    fn edges(self, asset: u32) -> Edges<'g> {
        self.edges_directed(asset, Direction::Outgoing)
    }
}

impl<'g> IntoEdgesDirected for &'g Graph {
    type EdgesDirected = Edges<'g>;

    fn edges_directed(self, asset: u32, direction: Direction) -> Edges<'g> {
        let side = self.side(direction);
        let range = side.range(asset, 0..3);
        let ends = side.run(asset, 0..3).iter();
        let walk = match direction {
            Direction::Outgoing => {
                // INVARIANT: the builder holds the number of edges below u32::MAX.
                let bound = |index| u32::try_from(index).unwrap_or(u32::MAX);
                Walk::Out(asset, (bound(range.start)..bound(range.end)).zip(ends))
            }
            Direction::Incoming => {
                let indices = self.into_edge.get(range).unwrap_or_default();
                Walk::Into(asset, indices.iter().zip(ends))
            }
        };
        Edges { graph: self, walk }
    }
}

impl IntoNodeIdentifiers for &Graph {
    type NodeIdentifiers = Range<u32>;

    fn node_identifiers(self) -> Range<u32> {
        0..NodeIndexable::from_index(self, self.asset_count())
    }
}

impl IntoNodeReferences for &Graph {
    type NodeRef = (u32, ());
    type NodeReferences = std::iter::Map<Range<u32>, fn(u32) -> (u32, ())>;

    fn node_references(self) -> Self::NodeReferences {
        self.node_identifiers().map(|asset| (asset, ()))
    }
}

/// Which assets an algorithm has visited.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Visited(Vec<u64>);

impl VisitMap<u32> for Visited {
    fn visit(&mut self, asset: u32) -> bool {
        let word = asset as usize / 64;
        if word >= self.0.len() {
            self.0.resize(word + 1, 0);
        }
        let bit = 1_u64 << (asset % 64);
        self.0.get_mut(word).is_some_and(|word| {
            let first = *word & bit == 0;
            *word |= bit;
            first
        })
    }

    fn is_visited(&self, asset: &u32) -> bool {
        self.0
            .get(*asset as usize / 64)
            .is_some_and(|word| word >> (asset % 64) & 1 == 1)
    }

    fn unvisit(&mut self, asset: u32) -> bool {
        let bit = 1_u64 << (asset % 64);
        self.0.get_mut(asset as usize / 64).is_some_and(|word| {
            let was = *word & bit != 0;
            *word &= !bit;
            was
        })
    }
}

impl Visitable for Graph {
    type Map = Visited;

    fn visit_map(&self) -> Visited {
        Visited(vec![0; self.asset_count().div_ceil(64)])
    }

    fn reset_map(&self, map: &mut Visited) {
        map.0.clear();
        map.0.resize(self.asset_count().div_ceil(64), 0);
    }
}

impl GetAdjacencyMatrix for Graph {
    type AdjMatrix = ();

    fn adjacency_matrix(&self) {}

    /// Searches the dependencies of `dependant`: logarithmic in their number.
    fn is_adjacent(&self, (): &(), dependant: u32, dependency: u32) -> bool {
        self.edge_index(dependant, dependency).is_some()
    }
}
