//! How right a method is: precision and recall against the truth of a generated estate.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use vcto::estate::{Confidence, Relation};

use super::world::{Pair, World};

/// What was found of what is true.
#[derive(Clone, Copy, Debug, Default)]
pub struct Score {
    pub right: usize,
    pub wrong: usize,
    pub missed: usize,
}

impl Score {
    pub fn of(found: &BTreeSet<Pair>, truth: &BTreeSet<Pair>) -> Self {
        Self {
            right: found.intersection(truth).count(),
            wrong: found.difference(truth).count(),
            missed: truth.difference(found).count(),
        }
    }

    /// Of what was found, the part that is true; 1 where nothing was found.
    pub fn precision(self) -> f64 {
        ratio(self.right, self.right + self.wrong)
    }

    /// Of what is true, the part that was found; 1 where nothing is true.
    pub fn recall(self) -> f64 {
        ratio(self.right, self.right + self.missed)
    }
}

impl std::ops::AddAssign for Score {
    fn add_assign(&mut self, other: Self) {
        self.right += other.right;
        self.wrong += other.wrong;
        self.missed += other.missed;
    }
}

impl fmt::Display for Score {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "precision {:.3}  recall {:.3}  right {:>6}  wrong {:>5}  missed {:>5}",
            self.precision(),
            self.recall(),
            self.right,
            self.wrong,
            self.missed
        )
    }
}

fn ratio(part: usize, whole: usize) -> f64 {
    if whole == 0 {
        1.0
    } else {
        part as f64 / whole as f64
    }
}

/// Scores by method and confidence.
pub type Graded = BTreeMap<(&'static str, Confidence), Score>;

/// The score of each method, and of its guesses by confidence (without what they miss).
pub fn scores(world: &World, relations: &[Relation]) -> (BTreeMap<&'static str, Score>, Graded) {
    let (mut methods, mut by_confidence) = (BTreeMap::new(), BTreeMap::new());
    for (method, truth) in &world.truth {
        let of = |wanted: Option<Confidence>| -> BTreeSet<Pair> {
            relations
                .iter()
                .filter(|relation| relation.inference().is_some_and(|by| by.raw() == method))
                .filter(|relation| wanted.is_none() || relation.confidence() == wanted)
                .map(pair)
                .collect()
        };
        methods.insert(*method, Score::of(&of(None), truth));
        for confidence in [Confidence::Low, Confidence::Medium, Confidence::High] {
            let mut score = Score::of(&of(Some(confidence)), truth);
            score.missed = 0;
            by_confidence.insert((*method, confidence), score);
        }
    }
    (methods, by_confidence)
}

pub fn pair(relation: &Relation) -> Pair {
    (relation.from.as_str().to_owned(), relation.to.as_str().to_owned())
}
