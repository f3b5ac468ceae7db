//! What the catalogue says of one text on the day.

use jiff::civil::Date;

use crate::digest::Digest;
use crate::estate::Confidence;
use crate::review::lifecycle::{Catalogue, Cycle, Match, Milestones, Product, Support, days_between};
use crate::text::{Untrusted, quoted};

/// A text, judged.
#[derive(Clone, Debug)]
pub(super) struct Judgement {
    pub(super) state: State,
    /// What people call it.
    pub(super) label: String,
    /// The release, or the product where it is not known which.
    pub(super) key: String,
    pub(super) edge: bool,
    pub(super) milestones: Milestones,
    pub(super) confidence: Confidence,
    /// The rows of the catalogue that were read.
    pub(super) rows: Vec<(String, Digest)>,
    /// Who gives the dates, and of when they are, in words.
    pub(super) source: String,
    /// The same apart.
    pub(super) stated: Option<(Untrusted<String>, Option<Date>)>,
}

/// From good to bad: of several statements the worst counts.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(super) enum State {
    /// Security support goes on beyond the window.
    Supported,
    /// The catalogue cannot say; in words that fit many assets.
    Missing(String),
    /// The text fits several releases that differ; a sentence.
    Unclear(String),
    /// Name and version contradict each other; a sentence.
    Contradiction(String),
    /// It ends within the window.
    Due,
    /// It has ended.
    Ended,
}

/// Judges by a catalogue on a day.
#[derive(Clone, Copy, Debug)]
pub(super) struct Judge<'a> {
    pub(super) catalogue: &'a Catalogue,
    pub(super) as_of: Date,
    pub(super) due_within_days: u32,
}

impl Judge<'_> {
    pub(super) fn judge(self, text: &str, versions: &[&str]) -> Judgement {
        let found = self.catalogue.find(text, versions);
        let confidence = found.confidence();
        match &found {
            Match::Cycle { product, cycle, .. } => self.one(product, cycle, confidence),
            Match::Ambiguous { product, cycles, .. } => self.several(product, cycles, confidence),
            Match::Conflict { product } => unknown(
                product,
                State::Contradiction(format!(
                    "The name {} and the version {} contradict each other.",
                    quoted(text),
                    quoted(&versions.join(", "))
                )),
            ),
            Match::UnknownCycle { product } => unknown(
                product,
                State::Missing(format!(
                    "a lifecycle date for {}",
                    quoted(&format!("{text} {}", versions.join(" ")))
                )),
            ),
            Match::UnknownProduct => Judgement {
                state: State::Missing(format!("a lifecycle date for {}", quoted(text))),
                label: quoted(text),
                key: "unknown".to_owned(),
                edge: false,
                milestones: Milestones::default(),
                confidence,
                rows: Vec::new(),
                source: String::new(),
                stated: None,
            },
        }
    }

    fn one(self, product: &Product, cycle: &Cycle, confidence: Confidence) -> Judgement {
        let state = self
            .state(&cycle.milestones)
            .unwrap_or_else(|| State::Missing(format!("a lifecycle date for {}", quoted(cycle.label.raw()))));
        Judgement {
            state,
            label: cycle.label.raw().clone(),
            key: format!("{}/{}", product.id, cycle.id),
            edge: product.edge,
            milestones: cycle.milestones,
            confidence,
            rows: vec![row(product, cycle)],
            source: source(cycle),
            stated: Some((cycle.source.clone(), cycle.as_of)),
        }
    }

    /// Several releases fit: where all have the same answer it is the answer, with the dates of the best of them.
    fn several(self, product: &Product, cycles: &[&Cycle], confidence: Confidence) -> Judgement {
        let states: Vec<_> = cycles.iter().map(|cycle| self.state(&cycle.milestones)).collect();
        let best = cycles
            .iter()
            .max_by_key(|cycle| cycle.milestones.security_end().date());
        let rows = cycles.iter().map(|cycle| row(product, cycle)).collect();
        if let (Some(Some(first)), Some(best)) = (states.first(), best)
            && states.iter().all(|state| state.as_ref() == Some(first))
        {
            return Judgement {
                state: first.clone(),
                label: product.title.raw().clone(),
                rows,
                key: product.id.clone(),
                ..self.one(product, best, confidence)
            };
        }
        let labels: Vec<&str> = cycles
            .iter()
            .take(4)
            .map(|cycle| cycle.label.raw().as_str())
            .collect();
        let more = cycles
            .len()
            .checked_sub(labels.len())
            .filter(|more| *more > 0)
            .map_or_else(String::new, |more| format!(" and {more} more"));
        let sentence = format!(
            "It may be any of {} releases, and their support differs: {}{more}.",
            cycles.len(),
            labels.join(", ")
        );
        Judgement {
            rows,
            ..unknown(product, State::Unclear(sentence))
        }
    }

    fn state(self, milestones: &Milestones) -> Option<State> {
        match milestones.support(self.as_of) {
            Support::Unknown => None,
            Support::Ended { .. } | Support::Extended { .. } => Some(State::Ended),
            Support::Supported { until: Some(day) }
                if days_between(self.as_of, day) <= i64::from(self.due_within_days) =>
            {
                Some(State::Due)
            }
            Support::Supported { .. } => Some(State::Supported),
        }
    }
}

fn unknown(product: &Product, state: State) -> Judgement {
    Judgement {
        state,
        label: product.title.raw().clone(),
        key: product.id.clone(),
        edge: product.edge,
        milestones: Milestones::default(),
        confidence: Confidence::Low,
        rows: Vec::new(),
        source: String::new(),
        stated: None,
    }
}

fn row(product: &Product, cycle: &Cycle) -> (String, Digest) {
    (format!("{}/{}", product.id, cycle.id), cycle.digest())
}

fn source(cycle: &Cycle) -> String {
    match cycle.as_of {
        Some(day) => format!("{}, {day}", cycle.source.raw()),
        None => cycle.source.raw().clone(),
    }
}
