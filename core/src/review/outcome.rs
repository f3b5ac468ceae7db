//! What a rule concluded about an asset, and how grave it is.

use serde::{Deserialize, Serialize};

/// What a rule concluded about one subject. Seven words, used everywhere; there is no other notion of pass or fail.
///
/// Missing input is [`NotEvaluated`](Self::NotEvaluated), a rule that has nothing to look at is
/// [`NotApplicable`](Self::NotApplicable): neither ever counts as good.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The rule could not be carried out: a value that cannot be read, a limit that was reached.
    Error,
    /// A person has to look: the data allows more than one conclusion.
    Manual,
    /// Outside the scope of the rule.
    NotApplicable,
    /// What the rule needs is not recorded.
    NotEvaluated,
    /// The rule is broken.
    NotSatisfied,
    /// Met in part.
    Partially,
    /// Met, with positive evidence.
    Satisfied,
}

impl Outcome {
    /// All seven, in the order of the words.
    pub const ALL: [Self; 7] = [
        Self::Error,
        Self::Manual,
        Self::NotApplicable,
        Self::NotEvaluated,
        Self::NotSatisfied,
        Self::Partially,
        Self::Satisfied,
    ];

    /// The word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Manual => "manual",
            Self::NotApplicable => "not_applicable",
            Self::NotEvaluated => "not_evaluated",
            Self::NotSatisfied => "not_satisfied",
            Self::Partially => "partially",
            Self::Satisfied => "satisfied",
        }
    }

    /// Whether the rule reached a conclusion from data: satisfied, partially or not satisfied.
    pub fn is_known(self) -> bool {
        matches!(self, Self::NotSatisfied | Self::Partially | Self::Satisfied)
    }

    /// Whether the rule is broken, wholly or in part.
    pub fn is_problem(self) -> bool {
        matches!(self, Self::NotSatisfied | Self::Partially)
    }
}

/// How many subjects had which outcome. The known part stands beside the whole: a count of problems alone says nothing
/// while it is not said how many subjects could be judged.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Tally {
    /// See [`Outcome::Satisfied`].
    pub satisfied: u64,
    /// See [`Outcome::Partially`].
    pub partially: u64,
    /// See [`Outcome::NotSatisfied`].
    pub not_satisfied: u64,
    /// See [`Outcome::Manual`].
    pub manual: u64,
    /// See [`Outcome::NotEvaluated`].
    pub not_evaluated: u64,
    /// See [`Outcome::Error`].
    pub error: u64,
    /// See [`Outcome::NotApplicable`]; outside [`total`](Self::total).
    pub not_applicable: u64,
}

impl Tally {
    /// Counts one more subject.
    pub fn add(&mut self, outcome: Outcome) {
        *self.slot(outcome) += 1;
    }

    /// Counts the subjects of another tally too.
    pub fn merge(&mut self, other: &Self) {
        for outcome in Outcome::ALL {
            *self.slot(outcome) += other.of(outcome);
        }
    }

    /// How many had this outcome.
    pub fn of(&self, outcome: Outcome) -> u64 {
        let mut copy = *self;
        *copy.slot(outcome)
    }

    /// Subjects on which the data allowed a conclusion.
    pub fn known(&self) -> u64 {
        self.satisfied + self.partially + self.not_satisfied
    }

    /// Subjects in the scope of the rule.
    pub fn total(&self) -> u64 {
        self.known() + self.manual + self.not_evaluated + self.error
    }

    /// Subjects with a problem.
    pub fn problems(&self) -> u64 {
        self.partially + self.not_satisfied
    }

    /// One outcome for all subjects: the rule holds only where it holds for each of them, on evidence.
    pub fn conclusion(&self) -> Outcome {
        if self.not_satisfied > 0 {
            Outcome::NotSatisfied
        } else if self.partially > 0 {
            Outcome::Partially
        } else if self.error > 0 {
            Outcome::Error
        } else if self.manual > 0 {
            Outcome::Manual
        } else if self.not_evaluated > 0 {
            Outcome::NotEvaluated
        } else if self.satisfied > 0 {
            Outcome::Satisfied
        } else {
            Outcome::NotApplicable
        }
    }

    fn slot(&mut self, outcome: Outcome) -> &mut u64 {
        match outcome {
            Outcome::Error => &mut self.error,
            Outcome::Manual => &mut self.manual,
            Outcome::NotApplicable => &mut self.not_applicable,
            Outcome::NotEvaluated => &mut self.not_evaluated,
            Outcome::NotSatisfied => &mut self.not_satisfied,
            Outcome::Partially => &mut self.partially,
            Outcome::Satisfied => &mut self.satisfied,
        }
    }
}

/// How grave a finding is, as in OCSF; the order is the rank.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// To know.
    Informational,
    /// When there is time.
    Low,
    /// In the plan of this year.
    Medium,
    /// Soon.
    High,
    /// Now.
    Critical,
}

impl Severity {
    /// The word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Informational => "informational",
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }

    /// One step graver; critical stays.
    #[must_use]
    pub fn raised(self) -> Self {
        match self {
            Self::Informational => Self::Low,
            Self::Low => Self::Medium,
            Self::Medium => Self::High,
            Self::High | Self::Critical => Self::Critical,
        }
    }

    /// One step less grave; informational stays.
    #[must_use]
    pub fn lowered(self) -> Self {
        match self {
            Self::Informational | Self::Low => Self::Informational,
            Self::Medium => Self::Low,
            Self::High => Self::Medium,
            Self::Critical => Self::High,
        }
    }
}

/// The pillar of good architecture that a rule serves (the five of the well-architected frameworks).
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Pillar {
    /// What it costs.
    Cost,
    /// How it is run and documented.
    Operations,
    /// How fast it is.
    Performance,
    /// Whether it stays up and comes back.
    Reliability,
    /// Whether it is protected.
    Security,
}

/// The kind of technical debt that a broken rule is.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum DebtKind {
    /// Too little or too much of it.
    Capacity,
    /// Off the standard.
    Configuration,
    /// Not recorded, or recorded in two ways.
    Documentation,
    /// Accounts and rights.
    Identity,
    /// Licences and subscriptions.
    Licence,
    /// Past or near the end of its maker's support.
    Lifecycle,
    /// Updates that are missing.
    Patch,
    /// One failure away from an outage, or no way back.
    Resilience,
    /// Hardware out of warranty or beyond its age.
    WarrantyAge,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_conclusion_is_satisfied_only_when_nothing_is_open() {
        for open in Outcome::ALL {
            let mut tally = Tally::default();
            tally.add(Outcome::Satisfied);
            tally.add(open);
            let good = matches!(open, Outcome::Satisfied | Outcome::NotApplicable);
            assert_eq!(tally.conclusion() == Outcome::Satisfied, good, "{open:?}");
        }
        assert_eq!(Tally::default().conclusion(), Outcome::NotApplicable);
    }

    #[test]
    fn each_outcome_has_a_place_of_its_own() {
        let mut tally = Tally::default();
        for (times, outcome) in (1..).zip(Outcome::ALL) {
            (0..times).for_each(|_| tally.add(outcome));
        }
        let counts: Vec<u64> = Outcome::ALL.iter().map(|outcome| tally.of(*outcome)).collect();
        assert_eq!(counts, [1, 2, 3, 4, 5, 6, 7]);
        assert_eq!((tally.known(), tally.total(), tally.problems()), (18, 25, 11));
    }
}
