//! What was found wrong, and the verdicts that follow.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use jiff::Timestamp;

use super::records::Records;
use super::statements::Statements;
use crate::ledger::verdict::{
    Authenticity, Completeness, Erasure, Freshness, Integrity, Policy, Problem, Verification, VerifyOptions,
};

/// At most this many problems are told.
const MAX_PROBLEMS: usize = 100;

/// The verdict that a finding is about.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(super) enum About {
    Authenticity,
    Completeness,
    Freshness,
    Integrity,
    Policy,
}

/// Collects what is wrong.
#[derive(Debug, Default)]
pub(super) struct Findings {
    problems: Vec<Problem>,
    first_bad: Option<u64>,
    failed: std::collections::BTreeSet<About>,
}

impl Findings {
    /// Something is wrong, at this entry or with this entry as the first that is concerned.
    pub(super) fn note(&mut self, about: About, seq: Option<u64>, text: impl Into<String>) {
        self.failed.insert(about);
        if let Some(seq) = seq {
            self.first_bad = Some(self.first_bad.map_or(seq, |first| first.min(seq)));
        }
        self.remark(about, seq, text);
    }

    /// Something to know that is no failure.
    pub(super) fn remark(&mut self, about: About, seq: Option<u64>, text: impl Into<String>) {
        let problem = Problem {
            verdict: about.name(),
            seq,
            text: text.into(),
        };
        if self.problems.len() < MAX_PROBLEMS && !self.problems.contains(&problem) {
            self.problems.push(problem);
        }
    }

    pub(super) fn has_failed(&self, about: About) -> bool {
        self.failed.contains(&about)
    }

    pub(super) fn first_bad(&self) -> Option<u64> {
        self.first_bad
    }

    /// The verdicts.
    pub(super) fn report(
        mut self,
        records: &Records<'_>,
        statements: &Statements<'_>,
        options: &VerifyOptions,
        policy: Policy,
        is_trusted: bool,
    ) -> Verification {
        let freshness = self.freshness(records.last_time(), statements.vouched(), options);
        let authenticity = match (self.has_failed(About::Authenticity), is_trusted) {
            (true, _) => Authenticity::Failed,
            (false, true) => Authenticity::Ok,
            (false, false) => Authenticity::SelfSigned,
        };
        let completeness = match (self.has_failed(About::Completeness), statements.anchors()) {
            (true, _) => Completeness::Failed,
            (false, 0) => Completeness::Unanchored,
            (false, _) => Completeness::Ok,
        };
        Verification {
            integrity: match (self.has_failed(About::Integrity), options.headers_only) {
                (true, _) => Integrity::Failed,
                (false, true) => Integrity::HeadersOnly,
                (false, false) => Integrity::Ok,
            },
            authenticity,
            completeness,
            freshness,
            erasure: Erasure::None,
            policy,
            origin: records.origin(),
            size: records.size(),
            signed_size: statements.signed_size(),
            root: BASE64_STANDARD.encode(records.tree().root()),
            first_bad_index: self.first_bad,
            problems: self.problems,
        }
    }

    fn freshness(
        &mut self,
        last: Timestamp,
        vouched: Option<Timestamp>,
        options: &VerifyOptions,
    ) -> Freshness {
        let Some((limit, as_of)) = options.fresh else {
            return Freshness::NotChecked;
        };
        let is_new = |time: Timestamp| time <= as_of && as_of.duration_since(time) <= limit;
        if vouched.is_some_and(is_new) && !self.has_failed(About::Completeness) {
            return Freshness::Ok;
        }
        // A clock may be a little ahead, as it may be a little behind; one that is far ahead says nothing of what is new.
        let age = as_of.duration_since(last);
        let text = if age > limit {
            format!("the last entry is of {last}: {age:#} before {as_of}")
        } else if age < -limit {
            let ahead = last.duration_since(as_of);
            format!(
                "the last entry is of {last}: {ahead:#} after {as_of}, so that its clock cannot be believed"
            )
        } else {
            return Freshness::Unanchored;
        };
        self.note(About::Freshness, None, text);
        Freshness::Stale
    }
}

impl About {
    fn name(self) -> &'static str {
        match self {
            Self::Authenticity => "authenticity",
            Self::Completeness => "completeness",
            Self::Freshness => "freshness",
            Self::Integrity => "integrity",
            Self::Policy => "policy",
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use super::*;

    /// By the clock of the log, and by that of an anchor outside, in hours before (or after) the moment of the question.
    fn judged(last: i64, vouched: Option<i64>) -> (Freshness, usize) {
        let as_of: Timestamp = "2026-11-22T08:00:00Z".parse().unwrap();
        let before = |hours| as_of - SignedDuration::from_hours(hours);
        let options = VerifyOptions::default().fresh_within(SignedDuration::from_hours(6), as_of);
        let mut findings = Findings::default();
        let freshness = findings.freshness(before(last), vouched.map(before), &options);
        (freshness, findings.problems.len())
    }

    #[test]
    fn what_lies_in_the_future_is_not_fresh() {
        for (last, vouched, expected) in [
            (6, Some(6), Freshness::Ok),
            (100, Some(0), Freshness::Ok),
            (6, Some(7), Freshness::Unanchored),
            (0, Some(-1), Freshness::Unanchored),
            (7, Some(-1), Freshness::Stale),
            (7, None, Freshness::Stale),
            (-6, None, Freshness::Unanchored),
            (-7, None, Freshness::Stale),
            (-7 * 10_000, Some(-1), Freshness::Stale),
        ] {
            let problems = usize::from(expected == Freshness::Stale);
            assert_eq!(judged(last, vouched), (expected, problems), "{last} {vouched:?}");
        }
    }
}
