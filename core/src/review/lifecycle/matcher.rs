//! From what a source calls a product to the release in the catalogue.

use super::catalogue::{Catalogue, Cycle, Product};
use super::words::{Fit, Words, has_prefix, version};
use crate::estate::Confidence;

/// What a text was found to mean. Anything but [`Cycle`](Self::Cycle) is an answer too, and is counted.
#[derive(Clone, Debug)]
pub enum Match<'a> {
    /// Several releases of the product fit equally.
    Ambiguous {
        /// The product.
        product: &'a Product,
        /// The releases that fit, in order of the id; more than one.
        cycles: Vec<&'a Cycle>,
        /// How sure the product is, 0 to 100.
        score: u8,
    },
    /// The text and the versions that were given apart name different releases.
    Conflict {
        /// The product.
        product: &'a Product,
    },
    /// One release.
    Cycle {
        /// The product.
        product: &'a Product,
        /// The release.
        cycle: &'a Cycle,
        /// How sure it is, 0 to 100.
        score: u8,
    },
    /// The product is known, the release is not in the catalogue.
    UnknownCycle {
        /// The product.
        product: &'a Product,
    },
    /// No product of the catalogue is named.
    UnknownProduct,
}

impl Match<'_> {
    /// How sure it is, as a confidence.
    pub fn confidence(&self) -> Confidence {
        match self {
            Self::Cycle { score: 90.., .. } => Confidence::High,
            Self::Cycle { score: 70.., .. } | Self::Ambiguous { score: 90.., .. } => Confidence::Medium,
            _ => Confidence::Low,
        }
    }
}

impl Catalogue {
    /// Finds the release that a text and versions given apart (version, build) mean.
    ///
    /// The product is the one whose name stands first in the text, the longest name of those. The release is the one with
    /// most of its words and the longest part of its version in the text and the versions. A number without the words of a
    /// release never outweighs them.
    pub fn find(&self, text: &str, versions: &[&str]) -> Match<'_> {
        let words = Words::of(text);
        let Some(named) = self.named(&words) else {
            return Match::UnknownProduct;
        };
        let product = named.product;
        let query = Query::new(&words, named.end, versions);
        let mut fits: Vec<(Score, &Cycle)> = product
            .cycles
            .iter()
            .filter_map(|cycle| Some((query.score(cycle)?, cycle)))
            .collect();
        // What the input says must hold together: the text, and every version given apart that means any release.
        let by_text = fits.iter().any(|(score, _)| score.by_text);
        let telling: Vec<bool> = (0..query.apart.len())
            .map(|at| fits.iter().any(|(score, _)| score.hits(at)))
            .collect();
        let by_version = telling.contains(&true);
        if !fits.is_empty() {
            fits.retain(|(score, _)| {
                let all = telling
                    .iter()
                    .enumerate()
                    .all(|(at, tells)| !tells || score.hits(at));
                all && (score.by_text || !by_text)
            });
            if fits.is_empty() {
                return Match::Conflict { product };
            }
        }
        let best = fits.iter().map(|(score, _)| score.rank()).max();
        let mut cycles: Vec<&Cycle> = fits
            .iter()
            .filter(|(score, _)| Some(score.rank()) == best)
            .map(|(_, cycle)| *cycle)
            .collect();
        if cycles.is_empty() {
            if query.says_which() {
                return Match::UnknownCycle { product };
            }
            cycles = product.cycles.iter().collect();
        }
        if query.or_later {
            add_later(product, &mut cycles);
        }
        let score = named
            .score
            .saturating_sub(if by_version || by_text { 0 } else { 20 });
        match cycles.as_slice() {
            [] => Match::UnknownCycle { product },
            [cycle] => Match::Cycle {
                product,
                cycle,
                score,
            },
            _ => Match::Ambiguous {
                product,
                cycles,
                score,
            },
        }
    }

    /// The product whose name stands first, the longest of those; two products with the same name are none.
    fn named(&self, words: &Words) -> Option<Named<'_>> {
        let mut best: Option<(std::cmp::Reverse<usize>, usize)> = None;
        let mut found: Option<Named<'_>> = None;
        for (at, word) in words.iter().enumerate() {
            let leads = words.until(at).iter().all(|word| is_maker(word));
            let place = if leads { 0 } else { at };
            for (name, product) in self.names(word) {
                let ruled_out = product.without.iter().any(|word| words.contains(word));
                // A short word within a text is more often something else.
                let short = name.len() == 1 && word.len() < 5;
                if ruled_out || (short && !leads) || !words.has_at(at, name) {
                    continue;
                }
                let rank = Some((std::cmp::Reverse(place), name.len()));
                let same = found.as_ref().is_some_and(|held| held.product.id == product.id);
                if rank > best || (rank == best && same) {
                    best = rank;
                    found = Some(Named {
                        product,
                        end: at + name.len(),
                        score: if leads { 100 } else { 80 },
                    });
                } else if rank == best {
                    found = None;
                }
            }
        }
        found
    }
}

struct Named<'a> {
    product: &'a Product,
    /// The first word after the name.
    end: usize,
    score: u8,
}

/// What is looked for, taken apart.
struct Query {
    words: Words,
    /// The first number after the name, or else the first before it.
    leading: Option<Vec<u64>>,
    /// Every number of the text with three parts or more: builds.
    builds: Vec<Vec<u64>>,
    /// The versions given apart.
    apart: Vec<Vec<u64>>,
    or_later: bool,
}

/// How a release fits.
struct Score {
    fit: Fit,
    parts: usize,
    by_text: bool,
    /// Which of the versions given apart mean it.
    apart: Vec<bool>,
}

impl Score {
    fn rank(&self) -> (usize, usize, bool) {
        (self.fit.found, self.parts, self.fit.complete)
    }

    fn hits(&self, version: usize) -> bool {
        self.apart.get(version).copied().unwrap_or(false)
    }
}

impl Query {
    fn new(words: &Words, end: usize, versions: &[&str]) -> Self {
        let after = words.from(end).iter().find_map(|word| version(word));
        let leading = after.or_else(|| words.until(end).iter().rev().find_map(|word| version(word)));
        let mut all = words.iter().collect::<Vec<_>>().join(" ");
        let mut apart = Vec::new();
        for text in versions {
            let given = Words::of(text);
            apart.extend(given.iter().find_map(version));
            for word in given.iter() {
                all.push(' ');
                all.push_str(word);
            }
        }
        Self {
            leading,
            builds: words
                .iter()
                .filter_map(version)
                .filter(|version| version.len() > 2)
                .collect(),
            apart,
            or_later: words.contains("later") || words.contains("newer") || words.contains("above"),
            words: Words::of(&all),
        }
    }

    /// Whether the input says anything of a version.
    fn says_which(&self) -> bool {
        self.leading.is_some() || !self.apart.is_empty()
    }

    fn score(&self, cycle: &Cycle) -> Option<Score> {
        if cycle.pattern.forbids(&self.words) {
            return None;
        }
        let longest = |versions: &mut dyn Iterator<Item = &Vec<u64>>| {
            versions
                .flat_map(|version| {
                    cycle
                        .versions
                        .iter()
                        .filter(|own| has_prefix(version, own))
                        .map(Vec::len)
                })
                .max()
                .unwrap_or(0)
        };
        let fit = cycle.pattern.fit(&self.words);
        let in_text =
            longest(&mut self.leading.iter()).max(longest(&mut self.builds.iter()).saturating_sub(2));
        let apart: Vec<usize> = self
            .apart
            .iter()
            .map(|version| longest(&mut std::iter::once(version)))
            .collect();
        let most = apart.iter().copied().max().unwrap_or(0);
        if fit.is_none() && in_text == 0 && most == 0 {
            return None;
        }
        Some(Score {
            fit: fit.unwrap_or_else(|| cycle.pattern.refined(&self.words)),
            parts: in_text + most,
            by_text: fit.is_some() || in_text > 0,
            apart: apart.into_iter().map(|parts| parts > 0).collect(),
        })
    }
}

/// "2016 or later" names every release since.
fn add_later<'a>(product: &'a Product, cycles: &mut Vec<&'a Cycle>) {
    let available = |cycle: &Cycle| cycle.milestones.general_availability.date();
    let Some(first) = cycles.iter().filter_map(|cycle| available(cycle)).min() else {
        return;
    };
    *cycles = product
        .cycles
        .iter()
        .filter(|cycle| {
            cycles.iter().any(|held| held.id == cycle.id) || available(cycle).is_some_and(|day| day >= first)
        })
        .collect();
}

/// Words that stand before a product's name and say nothing of it.
fn is_maker(word: &str) -> bool {
    matches!(
        word,
        "the"
            | "microsoft"
            | "ms"
            | "apple"
            | "google"
            | "vmware"
            | "broadcom"
            | "cisco"
            | "canonical"
            | "fortinet"
            | "palo"
            | "alto"
            | "networks"
            | "oracle"
            | "ibm"
            | "adobe"
            | "apache"
            | "gnu"
            | "linux"
            | "f5"
            | "netapp"
            | "citrix"
            | "claris"
            | "mikrotik"
            | "other"
            | "r"
            | "tm"
    )
}
