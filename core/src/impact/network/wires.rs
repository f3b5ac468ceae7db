//! Panels and circuits that are no more than a wire between two others.

#![expect(
    clippy::indexing_slicing,
    reason = "indices are below the number of linked assets by the invariant of the graph's links"
)]

use crate::estate::{Asset, AssetKind, Graph, Links};

/// The network layer with its wires drawn through.
#[derive(Clone, Debug)]
pub(in crate::impact) struct Drawn {
    pub(in crate::impact) links: Links,
    /// Positions of the wires, ascending.
    pub(in crate::impact) collapsed: Vec<u32>,
    /// Positions of panels and circuits that are no wires, ascending.
    pub(in crate::impact) kept: Vec<u32>,
}

/// Whether whatever enters it at one port leaves it at another, unchanged.
pub(super) fn passes_through(asset: &Asset) -> bool {
    [AssetKind::PatchPanel, AssetKind::Circuit].contains(&asset.kind)
}

/// A neighbour of a wire, and how many links lead to it.
#[derive(Clone, Copy)]
struct End {
    to: u32,
    links: u32,
}

/// The wires among the linked assets.
struct Wires<'g> {
    graph: &'g Graph,
    is_wire: Vec<bool>,
    seen: Vec<bool>,
}

/// Draws every chain of wires through, given what passes through. See [`NetworkOptions`](super::NetworkOptions).
pub(in crate::impact) fn draw(graph: &Graph, passes: impl Fn(u32) -> bool) -> Drawn {
    let linked = graph.links().linked();
    let indices = || (0_u32..).zip(linked);
    let passing: Vec<bool> = linked.iter().map(|position| passes(*position)).collect();
    let is_wire = indices()
        .map(|(index, _)| passing[index as usize] && ends(graph, index).is_some())
        .collect();
    let mut wires = Wires {
        graph,
        is_wire,
        seen: vec![false; linked.len()],
    };
    let mut drawn = Vec::new();
    for (index, _) in indices() {
        wires.draw_from(index, &mut drawn);
    }
    // A ring of wires alone leads nowhere: it has no end to be drawn to, and stays as it is.
    let is_drawn = |index: u32| wires.is_wire[index as usize] && wires.seen[index as usize];
    for (index, position) in indices().filter(|(index, _)| !is_drawn(*index)) {
        let to = graph.links().to(index).iter().copied();
        let later = to.filter(|to| *to > index && !is_drawn(*to));
        drawn.extend(later.map(|to| (*position, linked[to as usize])));
    }
    let chosen = |wanted: bool| {
        let passing = indices().filter(|(index, _)| passing[*index as usize]);
        let chosen = passing.filter(|(index, _)| is_drawn(*index) == wanted);
        chosen.map(|(_, position)| *position).collect()
    };
    Drawn {
        collapsed: chosen(true),
        kept: chosen(false),
        links: Links::between(&drawn, graph),
    }
}

/// The two neighbours; none where there are fewer or more.
fn ends(graph: &Graph, index: u32) -> Option<[End; 2]> {
    let mut runs = graph.links().to(index).chunk_by(|one, other| one == other);
    let mut next = || {
        let run = runs.next()?;
        let links = u32::try_from(run.len()).unwrap_or(u32::MAX);
        run.first().map(|to| End { to: *to, links })
    };
    let ends = [next()?, next()?];
    next().is_none().then_some(ends)
}

impl Wires<'_> {
    /// Follows the wires that begin at an asset which is none, each once, and notes by how many links they join their two
    /// ends: as many as the thinnest of them carries.
    fn draw_from(&mut self, start: u32, drawn: &mut Vec<(u32, u32)>) {
        if self.is_wire[start as usize] {
            return;
        }
        let graph = self.graph;
        let linked = graph.links().linked();
        for first in graph.links().to(start) {
            if !self.is_wire[*first as usize] || self.seen[*first as usize] {
                continue;
            }
            let (end, links) = self.follow(start, *first);
            if end != start {
                let pair = (linked[start as usize], linked[end as usize]);
                drawn.extend(std::iter::repeat_n(pair, links as usize));
            }
        }
    }

    /// From `before` through the wire `at` and all that follow it, to what is no wire.
    fn follow(&mut self, mut before: u32, mut at: u32) -> (u32, u32) {
        let mut thinnest = u32::MAX;
        while self.is_wire[at as usize] && !self.seen[at as usize] {
            self.seen[at as usize] = true;
            let Some(ends) = ends(self.graph, at) else { break };
            let beyond = ends
                .iter()
                .find(|end| end.to != before)
                .map_or(before, |end| end.to);
            thinnest = ends.iter().fold(thinnest, |least, end| least.min(end.links));
            before = at;
            at = beyond;
        }
        (at, thinnest)
    }
}
