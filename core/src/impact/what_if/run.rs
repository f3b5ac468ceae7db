//! The least fixed point: what is out of service when failure and the loss of ways work together.
//!
//! Rounds alternate. As long as something went out in the last round, what needs it fails in the next. Then the devices
//! that went out leave the network, and what lost its way to something it needs goes out in one round. The set that comes
//! out does not depend on the order; the rounds only say why.

use std::collections::BTreeMap;

use super::exits::Ways;
use super::ground::{Ground, joined};
use super::pieces::Pieces;
use super::sets::NONE;
use crate::error::Result;
use crate::estate::Graph;
use crate::monitor::Monitor;

/// An asset lost its way to something that it has a relation to, while that still stood.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Split {
    /// The round in which it happened.
    pub(super) round: u32,
    /// The pieces in which the two ends were left.
    pub(super) pieces: [u32; 2],
}

/// What one what-if has come to.
#[derive(Debug)]
pub(super) struct Run<'g> {
    ground: &'g Ground,
    graph: &'g Graph,
    pub(super) pieces: Pieces<'g>,
    /// The ways out that are left.
    pub(super) ways: Ways,
    /// The round in which each asset went out of service, or `NONE`.
    pub(super) round: Vec<u32>,
    /// What went out because it was cut off, not because something failed.
    pub(super) cut: Vec<bool>,
    /// What went out, in the order of the rounds.
    pub(super) out: Vec<u32>,
    /// Dependant and dependency.
    pub(super) splits: BTreeMap<(u32, u32), Split>,
    /// Piece, round and the device that went in that round at its border.
    pub(super) walls: Vec<(u32, u32, u32)>,
    /// Members of each group that are out, and that are out or out of reach.
    counts: Vec<[u32; 2]>,
    now: u32,
}

impl<'g> Run<'g> {
    pub(super) fn new(ground: &'g Ground, seeds: &[u32], monitor: &Monitor) -> Result<Self> {
        let graph = ground.graph();
        let mut run = Self {
            ground,
            graph,
            pieces: ground.pieces(),
            ways: ground.ways().clone(),
            round: vec![NONE; graph.asset_count()],
            cut: vec![false; graph.asset_count()],
            out: Vec::new(),
            splits: BTreeMap::new(),
            walls: Vec::new(),
            counts: vec![[0; 2]; graph.group_count()],
            now: 0,
        };
        for seed in seeds {
            run.mark(*seed, false);
        }
        let (mut failed, mut settled) = (0, 0);
        loop {
            while failed < run.out.len() {
                monitor.report("impact.what_if", run.out.len() as u64, None)?;
                let end = run.out.len();
                run.now += 1;
                run.fail(failed..end);
                failed = end;
            }
            if settled == run.out.len() {
                return Ok(run);
            }
            run.now += 1;
            run.isolate(settled..failed, monitor)?;
            settled = failed;
        }
    }

    pub(super) fn is_out(&self, asset: u32) -> bool {
        self.round.get(asset as usize).is_some_and(|round| *round != NONE)
    }

    /// What fails because of these.
    fn fail(&mut self, newly: std::ops::Range<usize>) {
        let newly: Vec<u32> = self.out.get(newly).unwrap_or_default().to_vec();
        let graph = self.graph;
        let mut touched = Vec::new();
        for asset in newly {
            for dependant in graph.needed_dependants(asset) {
                self.mark(*dependant, false);
            }
            for number in graph.joined(asset) {
                let owner = graph.group(*number).map_or(NONE, |group| group.asset);
                let reached = !self.splits.contains_key(&(owner, asset));
                if let Some([out, short]) = self.counts.get_mut(*number as usize) {
                    *out += 1;
                    *short += u32::from(reached);
                }
                touched.push(*number);
            }
        }
        self.judge(&touched, false);
        self.judge(&touched, true);
    }

    /// Marks the owners of groups that have too few members left; with `cut`, members out of reach count as lost.
    fn judge(&mut self, groups: &[u32], cut: bool) {
        for number in groups {
            let Some(group) = self.graph.group(*number) else {
                continue;
            };
            let counts = self.counts.get(*number as usize).copied().unwrap_or_default();
            if counts
                .get(usize::from(cut))
                .is_some_and(|lost| *lost >= group.quorum)
            {
                self.mark(group.asset, cut);
            }
        }
    }

    fn mark(&mut self, asset: u32, cut: bool) {
        let Some(round) = self.round.get_mut(asset as usize).filter(|round| **round == NONE) else {
            return;
        };
        *round = self.now;
        if let Some(slot) = self.cut.get_mut(asset as usize) {
            *slot = cut;
        }
        self.out.push(asset);
    }

    /// Takes these off the network, and cuts off what has no way left to what it needs.
    fn isolate(&mut self, newly: std::ops::Range<usize>, monitor: &Monitor) -> Result<()> {
        let newly: Vec<u32> = self.out.get(newly).unwrap_or_default().to_vec();
        let gone: Vec<u32> = newly
            .iter()
            .filter_map(|asset| self.ground.node_of(*asset))
            .collect();
        let exits = &self.ground.exits;
        for node in &gone {
            self.ways.leave(exits, *node, self.pieces.of(*node), NONE);
        }
        let moved = self.pieces.remove(&gone);
        self.ways.grow(self.pieces.count());
        for (node, from) in &moved {
            self.ways.leave(exits, *node, *from, self.pieces.of(*node));
        }
        for asset in &newly {
            self.ways.lose(exits, *asset, |node| self.pieces.of(node));
        }
        monitor.check()?;
        let touched = gone.iter().chain(moved.iter().map(|(node, _)| node));
        let mut pairs = Vec::new();
        for asset in touched.flat_map(|node| self.ground.assets_on(*node)) {
            let (on, by) = (self.graph.dependencies(asset), self.graph.dependants(asset));
            pairs.extend(
                on.iter()
                    .map(|on| (asset, *on))
                    .filter(|pair| self.is_split(*pair)),
            );
            pairs.extend(
                by.iter()
                    .map(|by| (*by, asset))
                    .filter(|pair| self.is_split(*pair)),
            );
        }
        pairs.sort_unstable();
        pairs.dedup();
        if !pairs.is_empty() {
            self.wall(&gone);
            self.split(&pairs);
        }
        Ok(())
    }

    /// Notes which of these devices stood between pieces.
    fn wall(&mut self, gone: &[u32]) {
        for node in gone {
            let Some(device) = self.ground.asset_at(*node) else {
                continue;
            };
            let walls = borders(self.ground, &self.pieces, *node);
            self.walls
                .extend(walls.into_iter().map(|piece| (piece, self.now, device)));
        }
    }

    /// Whether the two had a way to each other, both still stand, and no way is left.
    fn is_split(&self, (from, to): (u32, u32)) -> bool {
        if self.is_out(from) || self.is_out(to) || self.splits.contains_key(&(from, to)) {
            return false;
        }
        let places = (self.ground.places.at(from), self.ground.places.at(to));
        joined(places.0, places.1, |node| self.pieces.of(node)) == Some(false)
            && self.ground.were_joined(from, to) == Some(true)
    }

    /// Notes these pairs and cuts off what can no longer do its work.
    fn split(&mut self, pairs: &[(u32, u32)]) {
        let graph = self.graph;
        let mut touched = Vec::new();
        for (from, to) in pairs {
            let piece = |asset: u32| {
                let mut pieces = self
                    .ground
                    .places
                    .at(asset)
                    .iter()
                    .map(|node| self.pieces.of(*node));
                pieces.find(|piece| *piece != NONE).unwrap_or(NONE)
            };
            let split = Split {
                round: self.now,
                pieces: [piece(*from), piece(*to)],
            };
            self.splits.insert((*from, *to), split);
            if graph.needed_dependencies(*from).binary_search(to).is_ok() {
                self.mark(*from, true);
                continue;
            }
            for number in graph.joined_in(*to, *from) {
                if let Some([_, short]) = self.counts.get_mut(*number as usize) {
                    *short += 1;
                }
                touched.push(*number);
            }
        }
        self.judge(&touched, true);
    }
}

/// The pieces that a device that is gone bordered on and separated from something else: from another piece, from another
/// device that is gone, or from the outside.
pub(super) fn borders(ground: &Ground, pieces: &Pieces<'_>, node: u32) -> Vec<u32> {
    let mut around: Vec<u32> = ground
        .links()
        .to(node)
        .iter()
        .map(|next| pieces.of(*next))
        .collect();
    around.sort_unstable();
    around.dedup();
    if around.len() < 2 && ground.exits.at(node).next().is_none() {
        around.clear();
    }
    around.retain(|piece| *piece != NONE);
    around
}

/// The ways out of a set of places, stated and presumed.
pub(super) fn ways_of(places: &[u32], label: impl Fn(u32) -> u32, ways: &Ways) -> [u32; 2] {
    if let [place] = places {
        return ways.of(label(*place));
    }
    let mut labels: Vec<u32> = places.iter().map(|node| label(*node)).collect();
    labels.sort_unstable();
    labels.dedup();
    let each = labels.into_iter().map(|label| ways.of(label));
    each.fold([0; 2], |[stated, presumed], [a, b]| [stated + a, presumed + b])
}
