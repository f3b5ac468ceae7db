//! What breaks what: blast radius, failure, what-ifs, cut sets, cycles, layers, paths, dominators, communities and the
//! network layer.
//!
//! Two questions look alike and are not. [`blast_radius`] asks what *could be touched*: everything that reaches the asset
//! over hard relations, redundancy ignored. [`fail`] asks what *stops*: a group that needs k of its n members stands as
//! long as k are up. [`what_if`] asks the second of the network too, counts people and lists what cannot be told.
//!
//! Paths, cycles and layers are asked of a [`Topology`] as well as of an estate.
//!
//! Every answer counts what is recorded. An asset with no recorded dependency is unknown, not safe.

mod bits;
mod blast;
mod class_radii;
mod cold_start;
mod communities;
mod components;
mod counterfactual;
mod cuts;
mod diff;
mod dominators;
mod explain;
mod failure;
#[cfg(test)]
mod large;
mod live;
mod monte_carlo;
mod network;
mod order;
mod pairs;
mod parts;
mod path;
mod propagation;
mod radii;
mod single;
mod sweep;
mod what_if;

pub use blast::{BlastRadius, PeopleTouched, blast_radius};
pub use class_radii::{ClassRadii, blast_radii_by};
pub use cold_start::{Blocked, ColdStart, ColdStartOptions, Deadlock, cold_start, cold_start_with};
pub use communities::{Communities, CommunityOptions, communities, communities_with};
pub use components::{Component, Components, components};
pub use counterfactual::{
    Addition, Additions, CounterfactualSearch, Counterfactuals, SharedAddition, counterfactuals,
    counterfactuals_of,
};
pub use cuts::{CutSearch, CutSets, cut_sets};
pub use diff::{CutChange, DiffOptions, ImpactDiff, RadiusChange, diff, diff_with};
pub use dominators::{Dominated, Dominators, dominators, dominators_of};
pub use explain::{Cause, Effect, Explanation, Step};
pub use failure::{Failure, FailureSimulator, Fallout, fail};
pub use live::{LiveFailure, LiveRadius};
pub use monte_carlo::{FailureOdds, MonteCarlo, Odds, Spread, monte_carlo};
pub use network::{Network, NetworkOptions, NetworkView, network, network_with};
pub use order::{Cycles, Layers, cycles, layers};
pub use pairs::{PairFailure, PairFailures, PairSearch, pair_failures};
pub use path::{Path, path};
pub use radii::{BlastRadii, RadiiOptions, blast_radii, blast_radii_with};
pub use single::{SingleFailure, SingleFailures, SingleOptions, single_failures, single_failures_with};
pub use what_if::{
    PeopleAffected, Question, ServiceEffect, SiteEffect, State, WayOut, WhatIf, WhatIfOptions,
    WhatIfSimulator, what_if, what_if_with,
};

use crate::error::{Error, ErrorKind, Result};
use crate::estate::{AssetId, Topology};
use crate::text::quoted;

/// The position of an asset that the caller named by its id.
fn position(topology: &impl AsRef<Topology>, id: &str, operation: &'static str) -> Result<u32> {
    let topology = topology.as_ref();
    if let Some(position) = topology.index_of(id) {
        return Ok(position);
    }
    let unknown = || Error::new(ErrorKind::NotFound, format!("no asset has the id {}", quoted(id)));
    Err(match topology.find(id) {
        Ok(named) => unknown().remedy(format!(
            "the id of the asset of that name is {}",
            quoted(named.as_str())
        )),
        Err(error) => match error.remedy_text() {
            Some(near) => unknown().remedy(near),
            None => unknown(),
        },
    }
    .during(operation))
}

/// The ids at these positions, in their order.
fn ids<'a>(topology: &impl AsRef<Topology>, positions: impl IntoIterator<Item = &'a u32>) -> Vec<AssetId> {
    let topology = topology.as_ref();
    positions
        .into_iter()
        .filter_map(|position| topology.id(*position))
        .collect()
}

/// The JSON text of a result. INVARIANT: results hold texts, counts and lists, which always have a JSON form.
fn json(value: &impl serde::Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}
