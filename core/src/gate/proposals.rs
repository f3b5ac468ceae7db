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
    /// What needs no approval, by the name of each of its authors.
    unapproved: BTreeMap<String, Unapproved>,
}

/// What one author may do, or did, without an approval.
#[derive(Clone, Debug, Default)]
pub(super) struct Unapproved {
    /// What may still run, or runs, by its place.
    going: BTreeMap<u64, ProposalId>,
    /// What may still run, by its end.
    ends: BTreeSet<(Timestamp, u64)>,
    /// What ran and may have left something, by when it began.
    ran: BTreeMap<(Timestamp, u64), ProposalId>,
}

impl Unapproved {
    /// How many run, or may still do so at a time: where all of them stand before this place of the log, and without a look at
    /// each.
    pub(super) fn going_before(&self, place: u64, at: Timestamp) -> Option<usize> {
        let all_before = self.going.last_key_value().is_none_or(|(last, _)| *last < place);
        let over = self.ends.range(..(at, 0)).count();
        all_before.then(|| self.going.len().saturating_sub(over))
    }

    /// What ran and began at `since` or later.
    pub(super) fn ran(&self, since: Timestamp) -> impl Iterator<Item = &ProposalId> {
        self.ran.range((since, 0)..).map(|(_, id)| id)
    }

    fn put(&mut self, proposal: &Proposal) {
        let (id, place) = (proposal.id, proposal.place);
        let end = (proposal.ends_at(), place);
        if proposal.phase == Phase::Open {
            self.ends.insert(end);
        } else {
            self.ends.remove(&end);
        }
        let began = proposal.run.as_ref().map(|run| run.started_at);
        match (proposal.phase, began) {
            (Phase::Open | Phase::Started, _) => {
                self.going.insert(place, id);
            }
            (Phase::Closed(Outcome::Executed(status)), Some(began)) if may_stand(status) => {
                self.going.remove(&place);
                self.ran.insert((began, place), id);
            }
            (Phase::Closed(_), _) => {
                self.going.remove(&place);
            }
        }
    }

    fn take_out(&mut self, proposal: &Proposal) {
        self.going.remove(&proposal.place);
        self.ends.remove(&(proposal.ends_at(), proposal.place));
    }
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

    /// What needs no approval of one author, by the name as it is compared.
    pub(super) fn unapproved_of(&self, author: &str) -> Option<&Unapproved> {
        self.unapproved.get(author)
    }

    /// Those of these authors without an approval that are open, run, or began at `since` or later and may have left something. In
    /// the order of the log, each once.
    pub(super) fn unapproved<'a>(&'a self, authors: &[String], since: Timestamp) -> Vec<&'a Arc<Proposal>> {
        let mut found: Vec<&Arc<Proposal>> = Vec::new();
        for of_author in authors.iter().filter_map(|author| self.unapproved.get(author)) {
            let ids = of_author.going.values().chain(of_author.ran(since));
            found.extend(ids.filter_map(|id| self.all.get(id)));
        }
        found.sort_by_key(|proposal| proposal.place);
        found.dedup_by_key(|proposal| proposal.place);
        found
    }

    /// Puts a proposal in, or in the place of what it was before.
    pub(super) fn insert(&mut self, proposal: Arc<Proposal>) {
        let id = proposal.id;
        if proposal.phase == Phase::Started {
            self.started.insert(id);
        } else {
            self.started.remove(&id);
        }
        let counts = proposal.level <= Level::L1 && proposal.takes_back.is_none();
        for author in proposal.author_names.iter() {
            if counts {
                self.unapproved.entry(author.clone()).or_default().put(&proposal);
            } else if let Some(of_author) = self.unapproved.get_mut(author) {
                of_author.take_out(&proposal);
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
