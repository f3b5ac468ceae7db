//! Small changes that nobody approved count together: ten of them are one large one.

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::named::folded;
use super::outcome::ExecutionStatus;
use super::state::{Outcome, Phase, Proposal, State};
use crate::actor::Actor;
use crate::change::Change;
use crate::error::Result;
use crate::estate::{AssetId, Estate};
use crate::impact;

/// For how long an execution counts after it began.
const WINDOW: SignedDuration = SignedDuration::from_hours(24);

/// What a change touches together with earlier ones of its authors that ran, or may still run, without an approval.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Together {
    /// How many earlier changes count.
    pub proposals: u64,
    /// Assets that are touched, each once: counted up to the first number that is above the border of level 1. Absent where a
    /// target is not known.
    pub touched: Option<u64>,
}

/// Of what the level is to be found.
#[derive(Clone, Copy, Debug)]
pub(super) struct Subject<'a> {
    pub(super) change: &'a Change,
    pub(super) is_way_back: bool,
    pub(super) authors: &'a [Actor],
    /// Its entry of the log, or the one that it will have.
    pub(super) place: u64,
}

impl<'a> Subject<'a> {
    pub(super) fn of(proposal: &'a Proposal) -> Self {
        Self {
            change: &proposal.change,
            is_way_back: proposal.takes_back.is_some(),
            authors: &proposal.authors,
            place: proposal.place,
        }
    }

    /// The earlier changes that count: by the same hands, without an approval, and open, running, or done within a day. What a
    /// person signed was seen by a person, and what was taken back is gone.
    pub(super) fn earlier<'s>(&self, state: &'s State, at: Timestamp) -> Vec<&'s Arc<Proposal>> {
        if self.is_way_back {
            return Vec::new();
        }
        let since = at.saturating_sub(WINDOW).unwrap_or(Timestamp::MIN);
        let mut earlier = state.proposals.unapproved(&names_of(self.authors), since);
        earlier.retain(|other| other.place < self.place && counts(state, other, at));
        earlier
    }

    /// How many these are. For what one author submits last, without a look at each that waits: thousands may.
    pub(super) fn count_earlier(&self, state: &State, at: Timestamp) -> u64 {
        let names = names_of(self.authors);
        let ([name], false) = (names.as_slice(), self.is_way_back) else {
            return self.earlier(state, at).len() as u64;
        };
        let Some(own) = state.proposals.unapproved_of(name) else {
            return 0;
        };
        let Some(going) = own.going_before(self.place, at) else {
            return self.earlier(state, at).len() as u64;
        };
        let since = at.saturating_sub(WINDOW).unwrap_or(Timestamp::MIN);
        let ran = own.ran(since).filter_map(|id| state.proposals.get(id));
        let ran = ran.filter(|other| other.place < self.place && counts(state, other, at));
        (going + ran.count()) as u64
    }

    /// What it touches with them. `touched` is what it touches by itself.
    pub(super) fn together(
        &self,
        state: &State,
        estate: Option<&Estate>,
        own: Option<BTreeSet<AssetId>>,
        at: Timestamp,
    ) -> Result<Option<Together>> {
        let earlier = self.earlier(state, at);
        if earlier.is_empty() {
            return Ok(None);
        }
        let border = state.setup.policy()?.blast_radius.l1;
        Ok(Some(Together {
            proposals: earlier.len() as u64,
            touched: match (own, estate) {
                (Some(own), Some(estate)) => union(own, &earlier, estate, border)?,
                _ => None,
            },
        }))
    }
}

/// The names of authors as they are compared.
pub(super) fn names_of(authors: &[Actor]) -> Vec<String> {
    authors.iter().map(|author| folded(author.name())).collect()
}

/// Whether it can still start, runs, or left something that was not taken back whole.
fn counts(state: &State, other: &Proposal, at: Timestamp) -> bool {
    let is_taken_back = || {
        let by = other.taken_back_by.as_ref();
        let by = by.and_then(|id| state.proposals.get(id));
        by.is_some_and(|by| by.phase == Phase::Closed(Outcome::Executed(ExecutionStatus::RolledBack)))
    };
    match other.phase {
        Phase::Open => at <= other.ends_at(),
        Phase::Started => true,
        Phase::Closed(_) => !is_taken_back(),
    }
}

/// How many assets are touched by all, until there are more than one beside `border`. `None`: a target is not known.
fn union(
    mut touched: BTreeSet<AssetId>,
    earlier: &[&Arc<Proposal>],
    estate: &Estate,
    border: u64,
) -> Result<Option<u64>> {
    let mut seen: BTreeSet<&AssetId> = BTreeSet::new();
    for target in earlier.iter().flat_map(|other| other.change.targets()) {
        if (touched.len() as u64).saturating_sub(1) > border {
            break;
        }
        if !seen.insert(target) {
            continue;
        }
        if estate.asset(target.as_str()).is_none() {
            return Ok(None);
        }
        touched.extend(impact::blast_radius(estate, target.as_str())?.assets);
        touched.insert(target.clone());
    }
    let most = border.saturating_add(2);
    Ok(Some((touched.len() as u64).min(most)))
}
