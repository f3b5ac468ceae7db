//! An undirected graph with weights, and the one that its parts make.

#![expect(
    clippy::indexing_slicing,
    reason = "nodes are below their number, labels are dense, bounds are prefix sums over the same entries"
)]

use crate::estate::Graph;
use crate::impact::parts::Members;

/// The weight of a hard relation: twice that of a soft one.
pub(super) const HARD: u64 = 2;
/// The weight of a soft relation.
pub(super) const SOFT: u64 = 1;

/// Neighbours of every node with weights, both ways. A node may name a neighbour more than once; the weights add up. Loops
/// are left out and count in the degree alone.
#[derive(Clone, Debug)]
pub(super) struct Web {
    bounds: Vec<usize>,
    ends: Vec<(u32, u64)>,
    /// The weight of all that ends at a node, a loop counted at both of its ends.
    degree: Vec<u64>,
}

impl Web {
    /// The impact edges of a graph without their direction.
    pub(super) fn of(graph: &Graph) -> Self {
        let mut web = Self::with_capacity(graph.asset_count(), graph.link_count() * 2);
        for (asset, _) in (0_u32..).zip(0..graph.asset_count()) {
            let on = graph.hard_dependencies(asset);
            let soft_on = graph.dependencies(asset).get(on.len()..).unwrap_or_default();
            let hard = on.iter().chain(graph.hard_dependants(asset));
            let soft = soft_on.iter().chain(graph.soft_dependants(asset));
            let weighted = hard.map(|to| (*to, HARD)).chain(soft.map(|to| (*to, SOFT)));
            web.ends.extend(weighted);
            let start = web.bounds.last().copied().unwrap_or(0);
            web.degree
                .push(web.ends[start..].iter().map(|(_, weight)| weight).sum());
            web.bounds.push(web.ends.len());
        }
        web
    }

    /// The graph whose nodes are these parts of this one; `part` holds the dense number of every node's part.
    pub(super) fn merged(&self, part: &[u32], parts: usize) -> Self {
        let mut web = Self::with_capacity(parts, 0);
        let members = Members::of(part, parts);
        let mut near = Near::new(parts);
        for own in members.numbers() {
            let mut degree = 0;
            for node in members.of_part(own) {
                degree += self.degree(*node);
                for (to, weight) in self.near(*node) {
                    near.add(part[*to as usize], *weight);
                }
            }
            near.drain(|other, weight| {
                if other != own {
                    web.ends.push((other, weight));
                }
            });
            web.degree.push(degree);
            web.bounds.push(web.ends.len());
        }
        web
    }

    fn with_capacity(nodes: usize, ends: usize) -> Self {
        let mut bounds = Vec::with_capacity(nodes + 1);
        bounds.push(0);
        Self {
            bounds,
            ends: Vec::with_capacity(ends),
            degree: Vec::with_capacity(nodes),
        }
    }

    /// How many nodes.
    pub(super) fn len(&self) -> usize {
        self.degree.len()
    }

    /// Every node.
    pub(super) fn nodes(&self) -> impl Iterator<Item = u32> + use<> {
        (0_u32..).zip(0..self.len()).map(|(node, _)| node)
    }

    /// The neighbours of a node.
    pub(super) fn near(&self, node: u32) -> &[(u32, u64)] {
        &self.ends[self.bounds[node as usize]..self.bounds[node as usize + 1]]
    }

    /// The weight of all that ends at a node.
    pub(super) fn degree(&self, node: u32) -> u64 {
        self.degree[node as usize]
    }
}

/// Weights by label, for a few labels at a time.
#[derive(Debug)]
pub(super) struct Near {
    weight: Vec<u64>,
    labels: Vec<u32>,
}

impl Near {
    pub(super) fn new(labels: usize) -> Self {
        Self {
            weight: vec![0; labels],
            labels: Vec::new(),
        }
    }

    /// Adds a weight, which is not 0.
    pub(super) fn add(&mut self, label: u32, weight: u64) {
        let slot = &mut self.weight[label as usize];
        if *slot == 0 {
            self.labels.push(label);
        }
        *slot += weight;
    }

    /// The weight of a label.
    pub(super) fn of(&self, label: u32) -> u64 {
        self.weight[label as usize]
    }

    /// Hands every label that has a weight over, in the order in which they came, and forgets them.
    pub(super) fn drain(&mut self, mut take: impl FnMut(u32, u64)) {
        for label in self.labels.drain(..) {
            take(label, std::mem::take(&mut self.weight[label as usize]));
        }
    }
}
