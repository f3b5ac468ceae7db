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
        if self.problems.len() < MAX_PROBLEMS {
            self.problems.push(Problem {
                verdict: about.name(),
                seq,
                text: text.into(),
            });
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
        let age = as_of.duration_since(last);
        if age <= limit {
            return Freshness::Unanchored;
        }
        self.note(
            About::Freshness,
            None,
            format!("the last entry is of {last}: {age:#} before {as_of}"),
        );
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
