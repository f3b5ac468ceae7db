//! When an approved change may start: the window of the change and of the decisions on it.

use jiff::Timestamp;

use super::level::Level;
use super::notifier::MissedWindow;
use super::record::ExpiredWhat;
use super::state::{Phase, Proposal, State};
use crate::error::Result;

/// From when to when something may start.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Window {
    /// Absent where it may start at any time up to the end.
    pub(super) begin: Option<Timestamp>,
    pub(super) end: Timestamp,
}

/// The window of a proposal that has what it needs to start, leaving aside that the time may be over. `None`: it has not.
pub(super) fn window_of(state: &State, proposal: &Proposal, at: Timestamp) -> Result<Option<Window>> {
    let whole = Window {
        begin: proposal.change.not_before,
        end: proposal.ends_at(),
    };
    match proposal.level {
        Level::L0 | Level::L1 => Ok(Some(whole)),
        Level::L3 => Ok(None),
        Level::L2 => {
            // A vote by a key that is not in force counts for nothing, so its end is the end of nothing.
            let register = state.setup.register()?;
            let counted = proposal
                .votes
                .iter()
                .filter(|vote| register.signer_at(&vote.key, at.min(vote.not_after)).is_ok());
            let ends = counted.map(|vote| vote.not_after);
            let Some(end) = ends.min().map(|end| end.min(whole.end)) else {
                return Ok(None);
            };
            let votes = proposal.approvals(&state.setup, at.min(end))?;
            Ok(votes.map(|votes| Window {
                begin: votes
                    .iter()
                    .filter_map(|vote| vote.not_before)
                    .max()
                    .max(whole.begin),
                end,
            }))
        }
    }
}

/// What time has done to a proposal that waits.
pub(super) fn expiry_of(proposal: &Proposal, at: Timestamp) -> Option<ExpiredWhat> {
    if proposal.phase != Phase::Open {
        None
    } else if at > proposal.closes_at() {
        Some(ExpiredWhat::Proposal)
    } else if proposal.votes.iter().any(|vote| at > vote.not_after) {
        Some(ExpiredWhat::Approvals)
    } else {
        None
    }
}

/// The window that an approved change misses by this end.
pub(super) fn missed_window(
    state: &State,
    proposal: &Proposal,
    what: ExpiredWhat,
    at: Timestamp,
) -> Result<Option<MissedWindow>> {
    let Some(window) = window_of(state, proposal, at)? else {
        return Ok(None);
    };
    // Where other approvals last longer, nothing is missed yet.
    let Some(begin) = window.begin.filter(|_| at > window.end) else {
        return Ok(None);
    };
    Ok(Some(MissedWindow {
        tenant: state.setup.tenant()?.name.clone(),
        proposal: proposal.id,
        begin,
        end: window.end,
        over: what == ExpiredWhat::Proposal,
    }))
}
