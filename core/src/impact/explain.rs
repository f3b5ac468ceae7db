//! Why an asset is failed or degraded: a derivation that can be checked step by step.

use std::collections::BTreeSet;

use serde::Serialize;

use super::{ids, json};
use crate::estate::{AssetId, Estate};

/// Why one asset is touched. Each step rests on the steps before it; the last is about the asset itself.
///
/// Of a [failure](super::fail()) it is a shortest one: no derivation has fewer steps between a seed and the asset. Where a
/// group fails, the step names just as many lost members as it takes, no more. What is cut off is in that of a
/// [what-if](super::what_if()) alone.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct Explanation {
    /// The asset explained.
    pub asset: AssetId,
    /// From the seeds to the asset.
    pub steps: Vec<Step>,
}

impl Explanation {
    /// The explanation as JSON.
    pub fn to_json(&self) -> String {
        json(self)
    }
}

/// One conclusion.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct Step {
    /// The asset it is about.
    pub asset: AssetId,
    /// What happens to it.
    pub effect: Effect,
    /// Why.
    pub cause: Cause,
}

/// What happens to an asset.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// It stands, but has lost its way to something that it needs, or every way out.
    CutOff,
    /// It runs, but leans on something that is failed or degraded.
    Degraded,
    /// It stops.
    Failed,
}

/// Why something happens to an asset.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    /// It needs this failed asset and has no other; or, where it is degraded, this failed or degraded asset is one of
    /// its dependencies.
    Dependency(AssetId),
    /// A group of its has too few members left.
    Group {
        /// Failed members: exactly as many as it takes to fail the group.
        failed: Vec<AssetId>,
        /// How many members the group has.
        members: usize,
        /// How many of them must be up.
        needs: usize,
    },
    /// A group of its has too few members left within reach.
    GroupUnreachable {
        /// Members that are out of service: with the unreachable ones exactly as many as it takes.
        failed: Vec<AssetId>,
        /// Members that it has lost its way to.
        unreachable: Vec<AssetId>,
        /// The devices whose loss parted it from them.
        blocked_by: Vec<AssetId>,
        /// How many members the group has.
        members: usize,
        /// How many of them must be up and within reach.
        needs: usize,
    },
    /// The failure was assumed.
    Seed,
    /// It has lost its way to this dependency.
    Unreachable {
        /// What it had a way to.
        dependency: AssetId,
        /// The devices whose loss parted the two, none too many.
        blocked_by: Vec<AssetId>,
    },
    /// It has lost every way out that it had.
    WayOut {
        /// The devices and circuits that it would need one of.
        blocked_by: Vec<AssetId>,
    },
}

/// A cause by position.
enum Found {
    Dependency(u32),
    Group { number: u32, failed: Vec<u32> },
    Seed,
}

/// `rounds` and `distances`: position with round of failing, or distance from what failed, ascending by position.
pub(super) fn explain(
    estate: &Estate,
    rounds: &[(u32, u32)],
    distances: &[(u32, u32)],
    asset: u32,
) -> Option<Explanation> {
    let derivation = Derivation {
        estate,
        rounds,
        distances,
    };
    let mut steps = Vec::new();
    let mut first = asset;
    while let Some(distance) = at(distances, first) {
        let on = derivation.leans_on(first, distance)?;
        steps.push(derivation.step(first, Effect::Degraded, Found::Dependency(on))?);
        first = on;
    }
    let mut failing = derivation.failing(first)?;
    steps.reverse();
    failing.extend(steps);
    Some(Explanation {
        asset: estate.id(asset)?.clone(),
        steps: failing,
    })
}

struct Derivation<'a> {
    estate: &'a Estate,
    rounds: &'a [(u32, u32)],
    distances: &'a [(u32, u32)],
}

fn at(stages: &[(u32, u32)], asset: u32) -> Option<u32> {
    let index = stages
        .binary_search_by_key(&asset, |(position, _)| *position)
        .ok()?;
    stages.get(index).map(|(_, stage)| *stage)
}

impl Derivation<'_> {
    /// The dependency one step nearer to what failed.
    fn leans_on(&self, asset: u32, distance: u32) -> Option<u32> {
        let dependencies = self.estate.graph().dependencies(asset).iter().copied();
        match distance.checked_sub(1) {
            None => dependencies.filter(|on| at(self.rounds, *on).is_some()).min(),
            Some(nearer) => dependencies
                .filter(|on| at(self.distances, *on) == Some(nearer))
                .min(),
        }
    }

    /// The steps that end with this failed asset, each after those it rests on.
    fn failing(&self, asset: u32) -> Option<Vec<Step>> {
        let mut wanted = BTreeSet::from([(at(self.rounds, asset)?, asset)]);
        let mut steps = Vec::new();
        // The latest first: whatever rests on an asset fails in a later round.
        while let Some((round, asset)) = wanted.pop_last() {
            let cause = self.cause(asset, round)?;
            let on = match &cause {
                Found::Dependency(on) => std::slice::from_ref(on),
                Found::Group { failed, .. } => failed,
                Found::Seed => &[],
            };
            for on in on {
                wanted.insert((at(self.rounds, *on)?, *on));
            }
            steps.push(self.step(asset, Effect::Failed, cause)?);
        }
        steps.reverse();
        Some(steps)
    }

    /// The cause that made it fail in this round, and no later one.
    fn cause(&self, asset: u32, round: u32) -> Option<Found> {
        let Some(before) = round.checked_sub(1) else {
            return Some(Found::Seed);
        };
        let graph = self.estate.graph();
        let needed = graph.needed_dependencies(asset).iter().copied();
        if let Some(on) = needed.filter(|on| at(self.rounds, *on) == Some(before)).min() {
            return Some(Found::Dependency(on));
        }
        graph.groups_of(asset).find_map(|number| {
            let group = graph.group(number)?;
            let mut failed: Vec<_> = group
                .members
                .iter()
                .filter_map(|member| Some((at(self.rounds, *member)?, *member)))
                .filter(|(round, _)| *round <= before)
                .collect();
            failed.sort_unstable();
            failed.truncate(group.quorum as usize);
            (failed.len() == group.quorum as usize).then(|| Found::Group {
                number,
                failed: failed.into_iter().map(|(_, member)| member).collect(),
            })
        })
    }

    fn step(&self, asset: u32, effect: Effect, found: Found) -> Option<Step> {
        let cause = match found {
            Found::Dependency(on) => Cause::Dependency(self.estate.id(on)?.clone()),
            Found::Group { number, mut failed } => {
                let group = self.estate.graph().group(number)?;
                failed.sort_unstable();
                Cause::Group {
                    failed: ids(self.estate, &failed),
                    members: group.members.len(),
                    needs: (group.members.len() + 1).saturating_sub(group.quorum as usize),
                }
            }
            Found::Seed => Cause::Seed,
        };
        Some(Step {
            asset: self.estate.id(asset)?.clone(),
            effect,
            cause,
        })
    }
}
