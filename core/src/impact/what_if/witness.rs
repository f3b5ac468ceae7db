//! A derivation for one asset that can be checked step by step, made when it is asked for.

use std::collections::BTreeSet;

use super::ground::Ground;
use super::lines::{Line, Lines, Reason, State};
use super::sets::NONE;
use crate::estate::AssetId;
use crate::impact::explain::{Cause, Effect, Explanation, Step};
use crate::impact::ids;

/// The derivation of a touched asset; none for one that is untouched or unknown.
pub(super) fn explain(ground: &Ground, lines: &Lines, asset: u32) -> Option<Explanation> {
    let first = lines.of(asset).filter(|line| line.state != State::Unknown)?;
    let mut wanted = BTreeSet::from([order(first)]);
    let mut steps = Vec::new();
    // The latest first: whatever rests on an asset comes in a later stage.
    while let Some((_, _, asset)) = wanted.pop_last() {
        let line = lines.of(asset)?;
        let (cause, rests_on) = cause(ground, lines, line)?;
        wanted.extend(rests_on.into_iter().filter_map(|on| lines.of(on)).map(order));
        steps.push(Step {
            asset: ground.estate.id(asset)?.clone(),
            effect: match line.state {
                State::CutOff => Effect::CutOff,
                State::Degraded | State::Unknown => Effect::Degraded,
                State::Failed => Effect::Failed,
            },
            cause,
        });
    }
    steps.reverse();
    Some(Explanation {
        asset: ground.estate.id(asset)?.clone(),
        steps,
    })
}

/// What goes out of service first, round by round; then what has no way out; then what leans on either.
fn order(line: &Line) -> (u8, u32, u32) {
    let phase = match (line.is_out(), line.state) {
        (true, _) => 0,
        (false, State::CutOff) => 1,
        _ => 2,
    };
    (phase, line.stage, line.asset)
}

/// The cause of a line, and the assets whose lines it rests on.
fn cause(ground: &Ground, lines: &Lines, line: &Line) -> Option<(Cause, Vec<u32>)> {
    let id = |asset: u32| ground.estate.id(asset).cloned();
    Some(match line.reason {
        Reason::Seed => (Cause::Seed, Vec::new()),
        Reason::Needs(on) | Reason::Leans { on, .. } => (Cause::Dependency(id(on)?), vec![on]),
        Reason::NoWay(on) | Reason::LeansNoWay { on, .. } => {
            let blocked = between(ground, lines, line.asset, on);
            let cause = Cause::Unreachable {
                dependency: id(on)?,
                blocked_by: ids(&ground.estate, &blocked),
            };
            (cause, blocked)
        }
        Reason::Group(number) => {
            let short = short(ground, lines, line, number)?;
            (short.cause(ground, Vec::new()), short.failed)
        }
        Reason::GroupNoWay(number) => {
            let short = short(ground, lines, line, number)?;
            let mut blocked: Vec<u32> = short
                .unreached
                .iter()
                .flat_map(|on| between(ground, lines, line.asset, *on))
                .collect();
            blocked.sort_unstable();
            blocked.dedup();
            let cause = short.cause(ground, ids(&ground.estate, &blocked));
            blocked.extend(short.failed);
            (cause, blocked)
        }
        Reason::WayOut { .. } => {
            let blocked = outside(ground, lines, line.asset);
            (
                Cause::WayOut {
                    blocked_by: ids(&ground.estate, &blocked),
                },
                blocked,
            )
        }
        Reason::Untold { .. } => return None,
    })
}

/// Why a group has too few members: just as many as it takes, ascending.
#[derive(Debug)]
pub(super) struct Short {
    pub(super) failed: Vec<u32>,
    pub(super) unreached: Vec<u32>,
    pub(super) members: usize,
    pub(super) needs: usize,
}

impl Short {
    fn cause(&self, ground: &Ground, blocked_by: Vec<AssetId>) -> Cause {
        let failed = ids(&ground.estate, &self.failed);
        let (members, needs) = (self.members, self.needs);
        if self.unreached.is_empty() {
            return Cause::Group {
                failed,
                members,
                needs,
            };
        }
        let unreachable = ids(&ground.estate, &self.unreached);
        Cause::GroupUnreachable {
            failed,
            unreachable,
            blocked_by,
            members,
            needs,
        }
    }
}

/// The members that a group had lost when its owner went out: those out of service first, then those out of reach.
pub(super) fn short(ground: &Ground, lines: &Lines, line: &Line, number: u32) -> Option<Short> {
    let group = ground.graph().group(number)?;
    let quorum = group.quorum as usize;
    let members = group.members.iter().copied();
    let mut failed: Vec<(u32, u32)> = members
        .clone()
        .filter_map(|member| Some((lines.round(member).filter(|round| *round < line.stage)?, member)))
        .collect();
    failed.sort_unstable();
    failed.truncate(quorum);
    let mut failed: Vec<u32> = failed.into_iter().map(|(_, member)| member).collect();
    let split = |member: &u32| {
        let round = lines.splits.get(&(line.asset, *member)).map(|split| split.round);
        round.is_some_and(|round| round <= line.stage) && !failed.contains(member)
    };
    let unreached = members
        .filter(split)
        .take(quorum.saturating_sub(failed.len()))
        .collect();
    failed.sort_unstable();
    Some(Short {
        failed,
        unreached,
        members: group.members.len(),
        needs: (group.members.len() + 1).saturating_sub(quorum),
    })
}

/// The devices without which two assets were apart when the way between them was lost; none of them can be left out.
fn between(ground: &Ground, lines: &Lines, from: u32, to: u32) -> Vec<u32> {
    let round = lines.splits.get(&(from, to)).map_or(NONE, |split| split.round);
    let gone = gone(ground, lines, round);
    let walls = Walls::around(ground, ground.places.at(from), &gone);
    walls.before(ground, ground.places.at(to))
}

/// What keeps an asset from every way out: devices, and circuits that its devices led to.
fn outside(ground: &Ground, lines: &Lines, asset: u32) -> Vec<u32> {
    let gone = gone(ground, lines, NONE);
    let walls = Walls::around(ground, ground.places.at(asset), &gone);
    let exits: Vec<u32> = ground.exits.by_node.iter().map(|(node, _)| *node).collect();
    let mut blocked = walls.before(ground, &exits);
    let within = ground.exits.list.iter().filter(|exit| walls.inside(exit.node));
    blocked.extend(within.flat_map(|exit| ground.exits.leads(*exit)));
    blocked.sort_unstable();
    blocked.dedup();
    blocked
}

/// Which nodes had left the network before a round.
fn gone(ground: &Ground, lines: &Lines, round: u32) -> Vec<bool> {
    let linked = ground.links().linked().iter();
    linked
        .map(|asset| lines.round(*asset).is_some_and(|at| at < round))
        .collect()
}

/// What a search without the lost devices finds, and the devices where it ends.
struct Walls {
    inside: Vec<bool>,
    wall: Vec<bool>,
}

impl Walls {
    fn around(ground: &Ground, starts: &[u32], gone: &[bool]) -> Self {
        let mut walls = Self {
            inside: vec![false; gone.len()],
            wall: vec![false; gone.len()],
        };
        let mut queue = starts.to_vec();
        while let Some(node) = queue.pop() {
            let index = node as usize;
            let lost = gone.get(index).copied().unwrap_or(true);
            let seen = if lost { &mut walls.wall } else { &mut walls.inside };
            let new = seen
                .get_mut(index)
                .is_some_and(|slot| !std::mem::replace(slot, true));
            if new && !lost {
                queue.extend_from_slice(ground.links().to(node));
            }
        }
        walls
    }

    fn inside(&self, node: u32) -> bool {
        self.inside.get(node as usize) == Some(&true)
    }

    fn is_wall(&self, node: u32) -> bool {
        self.wall.get(node as usize) == Some(&true)
    }

    /// The walls that stand before these targets, as assets: those that are one, or border on what the targets reach.
    fn before(&self, ground: &Ground, targets: &[u32]) -> Vec<u32> {
        let mut found = vec![false; self.wall.len()];
        let mut blocked = BTreeSet::new();
        let mut queue: Vec<u32> = targets
            .iter()
            .copied()
            .filter(|node| !self.inside(*node))
            .collect();
        while let Some(node) = queue.pop() {
            if self.is_wall(node) {
                blocked.extend(ground.asset_at(node));
            } else if let Some(slot) = found.get_mut(node as usize)
                && !std::mem::replace(slot, true)
            {
                queue.extend_from_slice(ground.links().to(node));
            }
        }
        blocked.into_iter().collect()
    }
}
