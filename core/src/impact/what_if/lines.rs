//! One line for each asset that is touched: what becomes of it, and for what reason.

use std::collections::BTreeMap;

use serde::Serialize;

use super::ground::Ground;
use super::run::{Run, Split, borders, ways_of};
use super::sets::NONE;
use crate::estate::Graph;

/// What becomes of an asset.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// It stands, but has lost its way to something that it needs, or its way out.
    CutOff,
    /// It works, and something that it leans on is gone, cut off or worse.
    Degraded,
    /// It stops.
    Failed,
    /// Whether it is touched is not recorded.
    Unknown,
}

/// Why, by position.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Reason {
    /// Its failure was assumed.
    Seed,
    /// It cannot do without this one, which is out.
    Needs(u32),
    /// This group of its has too few members left.
    Group(u32),
    /// It cannot do without this one and has lost the way to it.
    NoWay(u32),
    /// This group of its has too few members within reach.
    GroupNoWay(u32),
    /// Every recorded way out is lost; it is left in this piece of the network.
    WayOut { piece: u32 },
    /// It leans on this one, which is touched.
    Leans { on: u32, inferred: bool },
    /// It leans on this one and has lost the way to it.
    LeansNoWay { on: u32, inferred: bool },
    /// What this one does to it is not recorded.
    Untold { cause: u32, gap: Gap },
}

/// What would have to be recorded.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Gap {
    /// What it depends on.
    Dependency,
    /// How it is linked.
    Link,
    /// What the failure of a place means.
    Place,
    /// Which of several ways out it uses.
    Unsure,
    /// How it gets out.
    WayOut,
}

/// One asset.
#[derive(Clone, Copy, Debug)]
pub(super) struct Line {
    pub(super) asset: u32,
    pub(super) state: State,
    /// The round in which it went out, or its distance from what is out.
    pub(super) stage: u32,
    pub(super) reason: Reason,
}

/// The ways out of an asset, before and after.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Way {
    Kept,
    Lost,
    /// None was recorded.
    Unrecorded,
    /// Some are left of those that may be its own.
    Unsure,
}

/// What is known when the run has ended.
#[derive(Debug)]
pub(super) struct Lines {
    /// Ascending by asset.
    pub(super) list: Vec<Line>,
    /// The way out of each set of places.
    pub(super) ways: Vec<Way>,
    /// Piece and what stood between it and others at the end, ascending.
    pub(super) borders: Vec<(u32, u32)>,
    pub(super) walls: Vec<(u32, u32, u32)>,
    pub(super) splits: BTreeMap<(u32, u32), Split>,
}

/// Whether an asset has a line already, by position.
struct Touched(Vec<bool>);

impl Touched {
    fn mark(&mut self, asset: u32) -> bool {
        self.0
            .get_mut(asset as usize)
            .is_some_and(|slot| !std::mem::replace(slot, true))
    }
}

impl Lines {
    /// What is out, cut off and degraded.
    pub(super) fn new(ground: &Ground, mut run: Run<'_>) -> Self {
        let ways: Vec<Way> = (0..ground.places.count())
            .map(|set| way(ground, &run, set))
            .collect();
        let mut touched = Touched(vec![false; ground.estate.asset_count()]);
        let mut list: Vec<Line> = run
            .out
            .iter()
            .map(|asset| out_of_service(ground.graph(), &run, *asset))
            .collect();
        for line in &list {
            touched.mark(line.asset);
        }
        for asset in (0..).take(ground.estate.asset_count()) {
            let is_lost = |set: u32| ways.get(set as usize) == Some(&Way::Lost);
            if ground.places.of(asset).is_some_and(is_lost) && touched.mark(asset) {
                list.push(Line {
                    asset,
                    state: State::CutOff,
                    stage: 0,
                    reason: Reason::WayOut {
                        piece: piece(ground, &run, asset),
                    },
                });
            }
        }
        degrade(ground, &run.splits, &mut list, &mut touched);
        list.sort_unstable_by_key(|line| line.asset);
        let mut walls = std::mem::take(&mut run.walls);
        walls.sort_unstable();
        let borders = final_borders(ground, &run, &list);
        Self {
            list,
            ways,
            borders,
            walls,
            splits: run.splits,
        }
    }

    /// The way out of an asset.
    pub(super) fn way(&self, ground: &Ground, asset: u32) -> Way {
        let set = ground
            .places
            .of(asset)
            .and_then(|set| self.ways.get(set as usize));
        set.copied().unwrap_or(Way::Unrecorded)
    }

    pub(super) fn of(&self, asset: u32) -> Option<&Line> {
        let index = self.list.binary_search_by_key(&asset, |line| line.asset).ok()?;
        self.list.get(index)
    }

    /// The round in which an asset went out of service.
    pub(super) fn round(&self, asset: u32) -> Option<u32> {
        self.of(asset).filter(|line| line.is_out()).map(|line| line.stage)
    }
}

impl Line {
    /// Whether it does not do its work, by failure or cut off from what it needs.
    pub(super) fn is_out(&self) -> bool {
        matches!(
            self.reason,
            Reason::Seed | Reason::Needs(_) | Reason::Group(_) | Reason::NoWay(_) | Reason::GroupNoWay(_)
        )
    }
}

/// What becomes of the ways out of the assets with this set of places.
fn way(ground: &Ground, run: &Run<'_>, set: u32) -> Way {
    let places = ground.places.items(set);
    let [stated, presumed] = ways_of(places, |node| ground.label(node), ground.ways());
    let [still, perhaps] = ways_of(places, |node| run.pieces.of(node), &run.ways);
    let stands = || places.iter().any(|node| run.pieces.of(*node) != NONE);
    match (stated, presumed) {
        (0, 0) => Way::Unrecorded,
        (0, _) if perhaps == presumed => Way::Kept,
        (1.., _) if still > 0 => Way::Kept,
        _ if perhaps == 0 && stands() => Way::Lost,
        _ => Way::Unsure,
    }
}

/// The first piece of the network that an asset is left in.
fn piece(ground: &Ground, run: &Run<'_>, asset: u32) -> u32 {
    let mut pieces = ground.places.at(asset).iter().map(|node| run.pieces.of(*node));
    pieces.find(|piece| *piece != NONE).unwrap_or(NONE)
}

/// The line of an asset that is out, with the reason of its round.
fn out_of_service(graph: &Graph, run: &Run<'_>, asset: u32) -> Line {
    let at = |asset: u32| run.round.get(asset as usize).copied().unwrap_or(NONE);
    let stage = at(asset);
    let cut = run.cut.get(asset as usize) == Some(&true);
    let split = |on: u32| run.splits.get(&(asset, on)).map_or(NONE, |split| split.round);
    let needed = graph.needed_dependencies(asset).iter().copied();
    let before = stage.checked_sub(1);
    let lost = |on: &u32| {
        if cut {
            split(*on) == stage
        } else {
            Some(at(*on)) == before
        }
    };
    let group = || {
        graph.groups_of(asset).find(|number| {
            graph.group(*number).is_some_and(|group| {
                let gone = |on: &&u32| at(**on) < stage || (cut && split(**on) <= stage);
                group.members.iter().filter(gone).count() >= group.quorum as usize
            })
        })
    };
    let reason = match (before, needed.filter(lost).min()) {
        (None, _) => Reason::Seed,
        (_, Some(on)) if cut => Reason::NoWay(on),
        (_, Some(on)) => Reason::Needs(on),
        (_, None) if cut => Reason::GroupNoWay(group().unwrap_or(NONE)),
        (_, None) => Reason::Group(group().unwrap_or(NONE)),
    };
    Line {
        asset,
        state: if cut { State::CutOff } else { State::Failed },
        stage,
        reason,
    }
}

/// What leans on what is touched: first over what was stated, then over what was inferred.
fn degrade(
    ground: &Ground,
    splits: &BTreeMap<(u32, u32), Split>,
    list: &mut Vec<Line>,
    touched: &mut Touched,
) {
    let mut stage = 0;
    for inferred in [false, true] {
        if inferred && ground.inferred.is_empty() {
            return;
        }
        let counts = |from: u32, to: u32| inferred || !ground.is_inferred(from, to);
        let mut start = 0;
        loop {
            let mut level: Vec<u32> = list.iter().skip(start).map(|line| line.asset).collect();
            level.sort_unstable();
            let first = start == 0;
            start = list.len();
            let mut add = |asset: u32, reason: Reason| {
                if touched.mark(asset) {
                    list.push(Line {
                        asset,
                        state: State::Degraded,
                        stage,
                        reason,
                    });
                }
            };
            for on in level {
                for from in ground.graph().dependants(on) {
                    if counts(*from, on) {
                        add(*from, Reason::Leans { on, inferred });
                    }
                }
            }
            if first {
                for (from, on) in splits.keys().filter(|(from, on)| counts(*from, *on)) {
                    add(*from, Reason::LeansNoWay { on: *on, inferred });
                }
            }
            stage += 1;
            if list.len() == start {
                break;
            }
        }
    }
}

/// What stands at the border of each piece at the end, and which circuits its ways out hung on; nothing where nothing has
/// lost its way out.
fn final_borders(ground: &Ground, run: &Run<'_>, list: &[Line]) -> Vec<(u32, u32)> {
    let mut found = Vec::new();
    if !list
        .iter()
        .any(|line| matches!(line.reason, Reason::WayOut { .. }))
    {
        return found;
    }
    for asset in &run.out {
        if let Some(node) = ground.node_of(*asset) {
            let pieces = borders(ground, &run.pieces, node);
            found.extend(pieces.into_iter().map(|piece| (piece, *asset)));
        }
    }
    for exit in ground
        .exits
        .list
        .iter()
        .filter(|exit| !run.ways.is_left(exit.bundle))
    {
        let piece = run.pieces.of(exit.node);
        if piece != NONE {
            found.extend(ground.exits.leads(*exit).map(|lead| (piece, lead)));
        }
    }
    found.sort_unstable();
    found.dedup();
    found
}
