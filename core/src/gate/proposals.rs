//! All proposals of a tenant, and where to look for those that a decision asks for: ten thousand may wait.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::Timestamp;

use super::id::ProposalId;
use super::level::Level;
use super::outcome::ExecutionStatus;
use super::state::{Outcome, Phase, Proposal};
use crate::digest::Digest;

/// The proposals by id.
///
/// INVARIANT: the indexes say nothing that the proposals do not; they are kept by [`insert`](Self::insert) alone.
#[derive(Clone, Debug, Default)]
pub(crate) struct Proposals {
    all: BTreeMap<ProposalId, Arc<Proposal>>,
    /// In the order of the log.
    by_change: BTreeMap<Digest, Vec<ProposalId>>,
    started: BTreeSet<ProposalId>,
    /// What may still run without an approval, or runs, by its place.
    unapproved: BTreeMap<u64, ProposalId>,
    /// What ran without an approval and may have left something, by when it began.
    ran: BTreeMap<(Timestamp, u64), ProposalId>,
}

impl Proposals {
    pub(super) fn get(&self, id: &ProposalId) -> Option<&Arc<Proposal>> {
        self.all.get(id)
    }

    pub(super) fn contains_key(&self, id: &ProposalId) -> bool {
        self.all.contains_key(id)
    }

    /// In order of the id.
    pub(super) fn values(&self) -> impl Iterator<Item = &Arc<Proposal>> {
        self.all.values()
    }

    /// Those of one change, in the order of the log.
    pub(super) fn of_change(&self, change: &Digest) -> &[ProposalId] {
        self.by_change.get(change).map_or(&[], Vec::as_slice)
    }

    /// Those that have begun and not ended, in order of the id.
    pub(super) fn started(&self) -> impl Iterator<Item = &Arc<Proposal>> {
        self.started.iter().filter_map(|id| self.all.get(id))
    }

    /// Those without an approval that are open, run, or began at `since` or later and may have left something. In no order.
    pub(super) fn unapproved(&self, since: Timestamp) -> impl Iterator<Item = &Arc<Proposal>> {
        let ran = self.ran.range((since, 0)..).map(|(_, id)| id);
        self.unapproved
            .values()
            .chain(ran)
            .filter_map(|id| self.all.get(id))
    }

    /// Puts a proposal in, or in the place of what it was before.
    pub(super) fn insert(&mut self, proposal: Arc<Proposal>) {
        let (id, place) = (proposal.id, proposal.place);
        let began = proposal.run.as_ref().map(|run| run.started_at);
        if proposal.phase == Phase::Started {
            self.started.insert(id);
        } else {
            self.started.remove(&id);
        }
        let counts = proposal.level <= Level::L1 && proposal.takes_back.is_none();
        match (proposal.phase, began) {
            (Phase::Open | Phase::Started, _) if counts => {
                self.unapproved.insert(place, id);
            }
            (Phase::Closed(Outcome::Executed(status)), Some(began)) if counts && may_stand(status) => {
                self.unapproved.remove(&place);
                self.ran.insert((began, place), id);
            }
            _ => {
                self.unapproved.remove(&place);
            }
        }
        let digest = proposal.change_digest;
        if self.all.insert(id, proposal).is_none() {
            self.by_change.entry(digest).or_default().push(id);
        }
    }
}

/// Whether an execution that ended so may have left something.
fn may_stand(status: ExecutionStatus) -> bool {
    !matches!(status, ExecutionStatus::NotDone | ExecutionStatus::RolledBack)
}
