//! What a review checks: rules, and the analyzers that carry them out.

use std::fmt::{self, Debug};

use super::context::Context;
use super::outcome::{DebtKind, Pillar};
use super::verdict::Verdicts;
use crate::error::Result;

/// One question that a review asks of every subject in its scope. Its answer is an [`Outcome`](super::Outcome).
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Rule {
    /// The name, stable over versions: `lifecycle.security_support`.
    pub id: &'static str,
    /// Raised whenever the same input may give another answer.
    pub version: u32,
    /// The rule as a sentence that is true where it is satisfied.
    pub title: &'static str,
    /// The pillar that it serves.
    pub pillar: Pillar,
    /// The kind of debt where it is broken.
    pub debt: DebtKind,
    /// All that its answer depends on.
    pub reads: &'static [Reads],
}

/// A part of the input that a rule depends on.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Reads {
    /// The lifecycle catalogue.
    Catalogue,
    /// Which sources say that they are complete, and in which scope.
    Completeness,
    /// This fact.
    Fact(&'static str),
    /// Relations that carry impact, and requirement groups.
    Impact,
    /// `connects_to`.
    Network,
    /// The remarks of those who read the sources.
    Notes,
    /// Kind, name or criticality.
    Property(&'static str),
    /// Relations of this kind, as they are, not followed further.
    Relation(&'static str),
    /// The waivers that the review was given.
    Waivers,
}

impl fmt::Display for Reads {
    /// As it stands in a review: `fact os_name`, `relation backed_up_by`, `impact`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Catalogue => f.write_str("catalogue"),
            Self::Completeness => f.write_str("completeness"),
            Self::Fact(name) => write!(f, "fact {name}"),
            Self::Impact => f.write_str("impact"),
            Self::Network => f.write_str("network"),
            Self::Notes => f.write_str("notes"),
            Self::Property(name) => write!(f, "property {name}"),
            Self::Relation(kind) => write!(f, "relation {kind}"),
            Self::Waivers => f.write_str("waivers"),
        }
    }
}

/// Carries out rules: a pure function of the estate, the reference data and the day.
///
/// It may not read a clock, a file or the network; the same input gives the same verdicts in the same order. What it reads
/// it declares in [`Rule::reads`], and names in the evidence of each verdict.
pub trait Analyzer: Debug + Send + Sync {
    /// The rules that it carries out. Ids are unique in a review.
    fn rules(&self) -> &[Rule];

    /// Judges every subject and hands in the verdicts.
    ///
    /// # Errors
    /// `cancelled` when the monitor says so. A subject that cannot be judged is a verdict
    /// [`Error`](super::Outcome::Error), not an error of the review.
    fn analyze(&self, context: &Context<'_>, verdicts: &mut Verdicts<'_>) -> Result<()>;
}
