//! What is decided about a finding: the proposals that answer it, with what happened to them.

use std::collections::BTreeMap;

use super::history::{Event, History, Proposal, What};
use super::log::{self, OPEN};

/// The proposals of a history by what they answer, and the events by proposal: found once, not for every finding anew.
/// Positions are those in the lists of the history.
#[derive(Default)]
pub(super) struct Courses<'h> {
    proposals: &'h [Proposal],
    events: &'h [Event],
    /// The proposals whose change names a finding, by finding.
    naming: BTreeMap<&'h str, Vec<usize>>,
    /// The proposals that take another one back, by that other one.
    taking_back: BTreeMap<&'h str, Vec<usize>>,
    /// What happened to a proposal.
    happened: BTreeMap<&'h str, Vec<usize>>,
}

impl<'h> Courses<'h> {
    pub(super) fn new(history: &'h History) -> Self {
        let mut courses = Self {
            proposals: &history.proposals,
            events: &history.events,
            ..Self::default()
        };
        for (at, proposal) in history.proposals.iter().enumerate() {
            for finding in &proposal.change.findings {
                courses.naming.entry(&finding.0).or_default().push(at);
            }
            if let Some(other) = &proposal.takes_back {
                courses.taking_back.entry(other).or_default().push(at);
            }
        }
        for (at, event) in history.events.iter().enumerate() {
            courses.happened.entry(&event.proposal).or_default().push(at);
        }
        courses
    }

    /// The proposals whose change names the finding, and those that take such a one back.
    pub(super) fn of(&self, finding: &str) -> Course<'h> {
        let mut waiting = positions(&self.naming, finding).to_vec();
        let mut proposals = BTreeMap::new();
        let mut events: Vec<usize> = Vec::new();
        while let Some(at) = waiting.pop() {
            let Some(proposal) = self.proposals.get(at) else {
                continue;
            };
            if proposals.insert(proposal.id.as_str(), proposal).is_none() {
                // Only what came later can take it back: no ring holds this loop.
                let later = positions(&self.taking_back, &proposal.id);
                waiting.extend(later.iter().filter(|later| **later > at));
                events.extend(positions(&self.happened, &proposal.id));
            }
        }
        events.sort_unstable();
        Course {
            proposals,
            events: events.into_iter().filter_map(|at| self.events.get(at)).collect(),
        }
    }
}

fn positions<'c>(index: &'c BTreeMap<&str, Vec<usize>>, key: &str) -> &'c [usize] {
    index.get(key).map_or(&[], Vec::as_slice)
}

/// See the head of this file.
pub(super) struct Course<'h> {
    /// By identity.
    pub(super) proposals: BTreeMap<&'h str, &'h Proposal>,
    /// In the order of the ledger.
    pub(super) events: Vec<&'h Event>,
}

impl<'h> Course<'h> {
    /// Events that say something about the risk: decisions, starts and ends.
    pub(super) fn telling(&self) -> impl Iterator<Item = (&'h Event, &'h Proposal)> {
        self.events.iter().filter_map(|event| {
            let proposal = *self.proposals.get(event.proposal.as_str())?;
            (!matches!(event.what, What::Other { .. })).then_some((*event, proposal))
        })
    }

    pub(super) fn status(&self) -> &'static str {
        self.telling()
            .filter_map(|(event, proposal)| log::status_after(&event.what, proposal))
            .last()
            .unwrap_or(OPEN)
    }

    pub(super) fn is_accepted(&self) -> bool {
        self.telling()
            .any(|(event, _)| matches!(&event.what, What::Decided(signature) if log::accepts_risk(signature)))
    }
}

#[cfg(test)]
mod tests {
    use super::super::history::{LogStamp, Stamp};
    use super::*;
    use crate::change::Change;

    fn stamp(seq: usize) -> Stamp {
        Stamp {
            seq: seq as u64,
            time: jiff::Timestamp::UNIX_EPOCH,
            leaf_sha256: String::new(),
        }
    }

    /// Six proposals about four findings, by the bits of a number: what each names, whom it takes back, what happened.
    fn history(mut bits: u64) -> History {
        let mut take = |count: u64| {
            let taken = bits % count;
            bits = (bits / count).wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ (bits >> 7);
            taken
        };
        let mut proposals = Vec::new();
        for at in 0..6 {
            let findings: Vec<_> = (0..4)
                .filter(|_| take(4) == 0)
                .map(|finding| format!("f{finding}"))
                .collect();
            let change = serde_json::json!({
                "format": "vcto.change/1", "title": "t", "reason": "r", "area": "documentation",
                "findings": findings, "reads": [],
                "steps": [{"id": "s", "title": "t", "executor": "x", "action": "y", "target": "z", "parameters": {}}],
            });
            proposals.push(Proposal {
                stamp: stamp(at),
                id: format!("p{at}"),
                change: Change::from_json(change.to_string().as_bytes()).unwrap(),
                digest: String::new(),
                proposer: String::new(),
                level: String::new(),
                reach: None,
                takes_back: (take(2) == 0).then(|| format!("p{}", take(6))),
            });
        }
        let event = |at: usize, of: u64| Event {
            stamp: stamp(10 + at),
            proposal: format!("p{of}"),
            what: What::Finished {
                status: "succeeded".to_owned(),
            },
        };
        History {
            tenant: String::new(),
            region: String::new(),
            log: LogStamp {
                origin: String::new(),
                log_id: String::new(),
                size: 0,
                root_sha256: String::new(),
                last_time: jiff::Timestamp::UNIX_EPOCH,
            },
            reviews: Vec::new(),
            estate: None,
            proposals,
            events: (0..8).map(|at| event(at, take(7))).collect(),
        }
    }

    /// The definition, read off the lists for one finding.
    fn scanned<'h>(history: &'h History, finding: &str) -> (Vec<&'h str>, Vec<u64>) {
        let mut proposals: Vec<&str> = Vec::new();
        for proposal in &history.proposals {
            let names = proposal.change.findings.iter().any(|named| named.0 == finding);
            let other = proposal.takes_back.as_deref();
            if names || other.is_some_and(|other| proposals.contains(&other)) {
                proposals.push(&proposal.id);
            }
        }
        let events = history.events.iter();
        let events = events.filter(|event| proposals.contains(&event.proposal.as_str()));
        let events = events.map(|event| event.stamp.seq).collect();
        (proposals, events)
    }

    #[test]
    fn the_index_finds_what_a_look_at_every_proposal_finds() {
        let mut longest = 0;
        for bits in 0..500_u64 {
            let history = history(bits.wrapping_mul(0x2545_f491_4f6c_dd1d));
            let courses = Courses::new(&history);
            for finding in ["f0", "f1", "f2", "f3", "other"] {
                let course = courses.of(finding);
                let found: Vec<_> = course.proposals.keys().copied().collect();
                let events: Vec<_> = course.events.iter().map(|event| event.stamp.seq).collect();
                longest = longest.max(found.len());
                assert_eq!((found, events), scanned(&history, finding), "{bits}, {finding}");
            }
        }
        assert!(longest > 3);
    }
}
