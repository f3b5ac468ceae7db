//! The Leiden algorithm (Traag, Waltman and van Eck, "From Louvain to Leiden", 2019) in whole numbers.
//!
//! With `w(v, c)` the weight between a node and a community, `K` the degrees in it and `W` the weight of all edges, a node
//! gains `w(v, c) - r K(v) K(c) / 2W` by joining `c` at the resolution `r = p / q`. Times `2Wq` that is a whole number, and
//! so the same on every machine. Weights of all edges are below 2^35, `p` and `q` below 2^32: products stay below 2^103.

#![expect(
    clippy::indexing_slicing,
    reason = "labels and nodes are below the number of nodes of the same level"
)]

use std::collections::VecDeque;

use super::web::{Near, Web};
use crate::impact::parts::{Members, dense};

/// A resolution at a graph.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scale {
    /// `2Wq`.
    pull: i128,
    /// `p`.
    push: i128,
}

impl Scale {
    pub(super) fn new(web: &Web, numerator: u32, denominator: u32) -> Self {
        let ends: u64 = web.nodes().map(|node| web.degree(node)).sum();
        Self {
            pull: i128::from(ends) * i128::from(denominator),
            push: i128::from(numerator),
        }
    }

    /// What it brings to join what lies this near and has these degrees.
    fn gain(self, near: u64, one: u64, other: u64) -> i128 {
        self.pull * i128::from(near) - self.push * i128::from(one) * i128::from(other)
    }
}

/// Called with every so many visits of nodes.
const VISITS: u64 = 1 << 16;

/// Runs rounds until one changes nothing, or this many are done. Gives the dense community of every node.
pub(super) fn partition<E>(
    base: &Web,
    scale: Scale,
    rounds: u32,
    mut tell: impl FnMut(u64) -> Result<(), E>,
) -> Result<Vec<u32>, E> {
    let mut labels: Vec<u32> = base.nodes().collect();
    let mut work = Work {
        visits: 0,
        tell: &mut tell,
    };
    for _ in 0..rounds {
        let before = labels.clone();
        labels = work.round(base, labels, scale)?;
        dense(&mut labels);
        if labels == before {
            break;
        }
    }
    Ok(split(base, &labels))
}

struct Work<'t, E> {
    visits: u64,
    tell: &'t mut dyn FnMut(u64) -> Result<(), E>,
}

impl<E> Work<'_, E> {
    /// Moves nodes, then parts of communities, then parts of those, until every community is one part.
    fn round(&mut self, base: &Web, labels: Vec<u32>, scale: Scale) -> Result<Vec<u32>, E> {
        let mut merged: Option<Web> = None;
        let mut labels = labels;
        // The node of the current level that stands for each node of the base.
        let mut at: Vec<u32> = base.nodes().collect();
        loop {
            let web = merged.as_ref().unwrap_or(base);
            self.settle(web, &mut labels, scale)?;
            let communities = dense(&mut labels);
            if communities == web.len() {
                break;
            }
            let mut part = refine(web, &labels, communities, scale);
            let parts = dense(&mut part);
            if parts == web.len() {
                break;
            }
            let mut label_of_part = vec![0; parts];
            for (part, label) in part.iter().zip(&labels) {
                label_of_part[*part as usize] = *label;
            }
            for node in &mut at {
                *node = part[*node as usize];
            }
            labels = label_of_part;
            merged = Some(web.merged(&part, parts));
        }
        Ok(at.iter().map(|node| labels[*node as usize]).collect())
    }

    fn visit(&mut self) -> Result<(), E> {
        self.visits += 1;
        if self.visits.is_multiple_of(VISITS) {
            (self.tell)(self.visits)?;
        }
        Ok(())
    }

    /// Moves single nodes to where they gain most, until none gains. Every move raises the modularity, so it ends.
    fn settle(&mut self, web: &Web, labels: &mut [u32], scale: Scale) -> Result<(), E> {
        let mut communities = Totals::of(web, labels);
        let mut near = Near::new(web.len());
        let mut queue: VecDeque<u32> = web.nodes().collect();
        let mut queued = vec![true; web.len()];
        while let Some(node) = queue.pop_front() {
            self.visit()?;
            queued[node as usize] = false;
            for (to, weight) in web.near(node) {
                near.add(labels[*to as usize], *weight);
            }
            let (own, degree) = (labels[node as usize], web.degree(node));
            let to = communities.rehouse(own, degree, &mut near, scale);
            if to == own {
                continue;
            }
            labels[node as usize] = to;
            for (other, _) in web.near(node) {
                if labels[*other as usize] != to && !queued[*other as usize] {
                    queued[*other as usize] = true;
                    queue.push_back(*other);
                }
            }
        }
        Ok(())
    }
}

/// Degrees and sizes of communities by label.
struct Totals {
    degree: Vec<u64>,
    size: Vec<u32>,
    /// Labels that had no node when they were put here; those without one are all here.
    empty: Vec<u32>,
}

impl Totals {
    fn of(web: &Web, labels: &[u32]) -> Self {
        let mut totals = Self {
            degree: vec![0; web.len()],
            size: vec![0; web.len()],
            empty: Vec::new(),
        };
        for (node, label) in web.nodes().zip(labels) {
            totals.enter(*label, web.degree(node));
        }
        let size = &totals.size;
        totals.empty = web.nodes().filter(|label| size[*label as usize] == 0).collect();
        totals
    }

    fn enter(&mut self, label: u32, degree: u64) {
        self.degree[label as usize] += degree;
        self.size[label as usize] += 1;
    }

    /// Takes a node of this label and degree to the community near to it where it gains most, to one of its own where it
    /// would lose in all; of several it stays where it is, or goes to the first by label. Gives the new label.
    fn rehouse(&mut self, own: u32, degree: u64, near: &mut Near, scale: Scale) -> u32 {
        self.degree[own as usize] -= degree;
        self.size[own as usize] -= 1;
        let value = |label: u32, near: u64| scale.gain(near, degree, self.degree[label as usize]);
        let mut best = (value(own, near.of(own)), own);
        near.drain(|label, weight| {
            let gain = value(label, weight);
            if gain > best.0 || (gain == best.0 && best.1 != own && label < best.1) {
                best = (gain, label);
            }
        });
        let to = if best.0 < 0 { self.free() } else { best.1 };
        if to != own && self.size[own as usize] == 0 {
            self.empty.push(own);
        }
        self.enter(to, degree);
        to
    }

    /// A label without a node. INVARIANT: asked while one node has no label, so that of as many labels as nodes one is free.
    fn free(&mut self) -> u32 {
        while let Some(label) = self.empty.pop() {
            if self.size[label as usize] == 0 {
                return label;
            }
        }
        0
    }
}

/// Parts of the communities that hold together well: nodes that stand alone join the part of their community where they
/// gain most, if both are linked well to the rest of it. A part is connected, since nobody gains by joining without a link.
fn refine(web: &Web, labels: &[u32], communities: usize, scale: Scale) -> Vec<u32> {
    let members = Members::of(labels, communities);
    let mut parts = Parts::new(web);
    let mut near = Near::new(web.len());
    for community in members.numbers() {
        let nodes = members.of_part(community);
        parts.open(web, labels, nodes);
        for node in nodes {
            if parts.size[*node as usize] != 1 || !parts.is_well_linked(*node, scale) {
                continue;
            }
            for (to, weight) in web.near(*node) {
                if labels[*to as usize] == community {
                    near.add(parts.of[*to as usize], *weight);
                }
            }
            parts.settle(*node, &mut near, scale);
        }
    }
    parts.of
}

/// Parts by the node that they began with.
struct Parts {
    of: Vec<u32>,
    degree: Vec<u64>,
    size: Vec<u32>,
    /// The weight from a part to the rest of its community.
    outward: Vec<u64>,
    /// The degree of the community that is being taken apart.
    whole: u64,
}

impl Parts {
    fn new(web: &Web) -> Self {
        Self {
            of: web.nodes().collect(),
            degree: web.nodes().map(|node| web.degree(node)).collect(),
            size: vec![1; web.len()],
            outward: vec![0; web.len()],
            whole: 0,
        }
    }

    /// Begins with the community of these nodes.
    fn open(&mut self, web: &Web, labels: &[u32], nodes: &[u32]) {
        self.whole = nodes.iter().map(|node| web.degree(*node)).sum();
        for node in nodes {
            let own = labels[*node as usize];
            let inside = web.near(*node).iter();
            let inside = inside.filter(|(to, _)| labels[*to as usize] == own);
            self.outward[*node as usize] = inside.map(|(_, weight)| weight).sum();
        }
    }

    /// Whether a part is linked to the rest of its community at least as its degree lets expect.
    fn is_well_linked(&self, part: u32, scale: Scale) -> bool {
        let own = self.degree[part as usize];
        scale.gain(self.outward[part as usize], own, self.whole - own) >= 0
    }

    /// Puts a node that stands alone into the part near to it where it gains most, of several into the first.
    fn settle(&mut self, node: u32, near: &mut Near, scale: Scale) {
        let degree = self.degree[node as usize];
        let mut best: Option<(i128, u32, u64)> = None;
        near.drain(|part, weight| {
            let gain = scale.gain(weight, degree, self.degree[part as usize]);
            let is_better = best.is_none_or(|(most, first, _)| gain > most || (gain == most && part < first));
            if gain >= 0 && is_better && self.is_well_linked(part, scale) {
                best = Some((gain, part, weight));
            }
        });
        if let Some((_, part, weight)) = best {
            self.join(node, part, weight);
        }
    }

    /// Puts a node that stands alone into a part to which it has this weight.
    fn join(&mut self, node: u32, part: u32, weight: u64) {
        let (index, into) = (node as usize, part as usize);
        self.of[index] = part;
        self.size[index] = 0;
        self.size[into] += 1;
        self.degree[into] += self.degree[index];
        self.outward[into] = self.outward[into] + self.outward[index] - 2 * weight;
    }
}

/// Makes one community of each connected piece of a community: a bound on the rounds may have left one in pieces.
fn split(web: &Web, labels: &[u32]) -> Vec<u32> {
    let mut piece = vec![u32::MAX; web.len()];
    let mut open = Vec::new();
    for start in web.nodes() {
        if piece[start as usize] != u32::MAX {
            continue;
        }
        piece[start as usize] = start;
        open.push(start);
        while let Some(node) = open.pop() {
            for (to, _) in web.near(node) {
                let is_same = labels[*to as usize] == labels[node as usize];
                if is_same && piece[*to as usize] == u32::MAX {
                    piece[*to as usize] = start;
                    open.push(*to);
                }
            }
        }
    }
    dense(&mut piece);
    piece
}
