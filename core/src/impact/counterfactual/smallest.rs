//! A smallest set of second instances after which no single failure stops the asset.

#![expect(
    clippy::indexing_slicing,
    reason = "rows are below the number of rows of the cone, for which the lists are made"
)]

use std::collections::{BTreeSet, VecDeque};

use super::super::bits::COLUMNS;
use super::cone::Cone;
use super::hitting::Clauses;
use super::sweep::{Added, Sweep};
use crate::error::Result;
use crate::monitor::Monitor;

/// Steps of the search for a proof, in clauses looked at.
const STEPS: usize = 2_000_000;
/// Clauses taken from the failures that one choice leaves.
const LEARNED: usize = 64;

/// The rows to be doubled, ascending, and whether no smaller set does it.
pub(super) struct Smallest {
    pub(super) rows: Vec<u32>,
    pub(super) proved: bool,
}

/// Finds it among instances that stand apart, by implicit hitting sets (Chandrasekaran, Karp, Moreno-Centeno and Vempala
/// 2011): a failure that still stops the asset does so by a chain of steps, and every solution breaks one of them, so each
/// chain is a clause of which a solution holds one. A smallest choice that hits all clauses so far is tried; when nothing
/// stops the asset any more, no smaller choice can do.
///
/// First a choice is made greedily; it stands, unproved, where the search takes too many steps.
pub(super) fn smallest(cone: &Cone, cuts: &[u32], sweep: &mut Sweep, monitor: &Monitor) -> Result<Smallest> {
    let mut trial = Trial {
        cone,
        cuts,
        sweep,
        monitor,
        clauses: Clauses::default(),
        rows: vec![false; cone.rows.len()],
    };
    // What the asset needs without any group, it alone can stand for.
    let mut chosen: BTreeSet<u32> = cone.needs(cone.top).iter().copied().collect();
    for need in &chosen {
        trial.clauses.add(vec![*need]);
    }
    while trial.learn(&chosen)? {
        chosen.extend(trial.clauses.most_frequent(&chosen));
    }
    trial.thin(&mut chosen)?;
    let mut steps = STEPS;
    while trial.clauses.bound() < chosen.len() {
        let Ok(better) = trial.clauses.smallest(chosen.len(), &mut steps) else {
            return Ok(told(&chosen, false));
        };
        let Some(better) = better else { break };
        let better = better.into_iter().collect();
        if !trial.learn(&better)? {
            chosen = better;
        }
    }
    Ok(told(&chosen, true))
}

fn told(chosen: &BTreeSet<u32>, proved: bool) -> Smallest {
    Smallest {
        rows: chosen.iter().copied().collect(),
        proved,
    }
}

struct Trial<'a> {
    cone: &'a Cone,
    cuts: &'a [u32],
    sweep: &'a mut Sweep,
    monitor: &'a Monitor,
    clauses: Clauses,
    /// The marks of the choice at hand.
    rows: Vec<bool>,
}

impl Trial<'_> {
    /// Learns from the failures that this choice leaves; whether it leaves any.
    fn learn(&mut self, chosen: &BTreeSet<u32>) -> Result<bool> {
        let left = self.left(chosen, LEARNED)?;
        for row in &left {
            self.mark(chosen, true);
            let clause = clause(self.cone, *row, &self.rows);
            self.mark(chosen, false);
            self.clauses.add(clause);
        }
        Ok(!left.is_empty())
    }

    /// So many of the failures that still stop the asset.
    fn left(&mut self, chosen: &BTreeSet<u32>, most: usize) -> Result<Vec<u32>> {
        self.mark(chosen, true);
        let mut left = Vec::new();
        let mut outcome = Ok(());
        for block in self.cuts.chunks(COLUMNS) {
            outcome = self.monitor.check();
            if outcome.is_err() || left.len() >= most {
                break;
            }
            let added = Added {
                rows: &self.rows,
                apart: true,
            };
            let failed = self.sweep.start(self.cone, block, &added);
            left.extend(failed.columns().filter_map(|column| block.get(column).copied()));
        }
        self.mark(chosen, false);
        left.truncate(most);
        outcome.map(|()| left)
    }

    fn mark(&mut self, chosen: &BTreeSet<u32>, to: bool) {
        for row in chosen {
            self.rows[*row as usize] = to;
        }
    }

    /// Leaves out what the rest does without.
    fn thin(&mut self, chosen: &mut BTreeSet<u32>) -> Result<()> {
        if self.clauses.bound() == chosen.len() {
            return Ok(());
        }
        for row in chosen.clone().into_iter().rev() {
            chosen.remove(&row);
            if !self.left(chosen, 1)?.is_empty() {
                chosen.insert(row);
            }
        }
        Ok(())
    }
}

/// Why a row has failed.
#[derive(Clone, Copy, Debug)]
enum Cause {
    Seed,
    Need(u32),
    /// The number of the group among those of the row.
    Group(usize),
}

/// A chain of steps by which the failure of this row stops the asset, as the rows of which a second instance breaks it: what
/// is needed in one step, and all members of the groups that fail, since one more member is one more to fail. Of the steps
/// that fail a row first, the first found.
fn clause(cone: &Cone, seed: u32, added: &[bool]) -> Vec<u32> {
    let causes = causes(cone, seed, added);
    let mut clause = Vec::new();
    let mut visited = vec![false; cone.rows.len()];
    let mut stack = vec![cone.top];
    while let Some(row) = stack.pop() {
        if std::mem::replace(&mut visited[row as usize], true) {
            continue;
        }
        let Some((place, why)) = causes[row as usize] else {
            continue;
        };
        match why {
            Cause::Seed => {}
            Cause::Need(on) => {
                clause.push(on);
                stack.push(on);
            }
            Cause::Group(index) => {
                let Some(group) = cone.groups(row).get(index) else {
                    continue;
                };
                let members = cone.members(group);
                let free = |member: &&u32| !added[**member as usize] && **member != cone.top;
                clause.extend(members.iter().filter(free));
                let before =
                    |member: &&u32| causes[**member as usize].is_some_and(|(other, _)| other < place);
                let enough = threshold(cone, group, added);
                stack.extend(members.iter().filter(before).take(enough));
            }
        }
    }
    clause
}

fn threshold(cone: &Cone, group: &super::cone::Group, added: &[bool]) -> usize {
    let members = cone.members(group).iter();
    group.quorum as usize + members.filter(|member| added[**member as usize]).count()
}

/// What one failure brings down, each with its place in the order of failing and its cause.
fn causes(cone: &Cone, seed: u32, added: &[bool]) -> Vec<Option<(usize, Cause)>> {
    let mut causes = vec![None; cone.rows.len()];
    causes[seed as usize] = Some((0, Cause::Seed));
    let mut queue = VecDeque::from([seed]);
    let mut place = 0;
    while let Some(row) = queue.pop_front() {
        for dependant in cone.dependants(row) {
            if causes[*dependant as usize].is_some() {
                continue;
            }
            let needed = !added[row as usize] && cone.needs(*dependant).contains(&row);
            let fallen = |group: &super::cone::Group| {
                let members = cone.members(group).iter();
                let failed = members.filter(|member| causes[**member as usize].is_some());
                failed.count() >= threshold(cone, group, added)
            };
            let cause = if needed {
                Some(Cause::Need(row))
            } else {
                cone.groups(*dependant).iter().position(fallen).map(Cause::Group)
            };
            if let Some(cause) = cause {
                place += 1;
                causes[*dependant as usize] = Some((place, cause));
                queue.push_back(*dependant);
            }
        }
    }
    causes
}
