//! What one method says of one asset.

use crate::estate::Confidence;

/// What one method says of one asset that it can be about.
#[derive(Debug)]
pub(super) struct Judgement {
    /// Whether anything is recorded that the method reads.
    pub(super) evidence: bool,
    pub(super) guesses: Vec<Guess>,
    /// Why something was not guessed.
    pub(super) doubts: Vec<String>,
}

/// A relation that the evidence speaks for.
#[derive(Debug)]
pub(super) struct Guess {
    /// The position of the dependency.
    pub(super) to: usize,
    pub(super) confidence: Confidence,
    /// One sentence, with the evidence.
    pub(super) why: String,
}

impl Judgement {
    pub(super) fn new(evidence: bool) -> Self {
        Self {
            evidence,
            guesses: Vec::new(),
            doubts: Vec::new(),
        }
    }

    /// Of two guesses about one dependency the surer one stays, and the first among equals.
    pub(super) fn guess(&mut self, to: usize, confidence: Confidence, why: String) {
        let guess = Guess { to, confidence, why };
        match self.guesses.iter_mut().find(|known| known.to == to) {
            Some(known) if known.confidence < confidence => *known = guess,
            Some(_) => {}
            None => self.guesses.push(guess),
        }
    }

    pub(super) fn doubt(&mut self, why: String) {
        self.doubts.push(why);
    }
}
