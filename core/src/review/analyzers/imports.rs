//! What was skipped or read with a doubt when the sources were read.

use std::collections::{BTreeMap, BTreeSet};

use crate::error::Result;
use crate::estate::{Note, Source};
use crate::review::context::Context;
use crate::review::finding::Read;
use crate::review::outcome::{DebtKind, Outcome, Pillar, Severity};
use crate::review::rule::{Analyzer, Reads, Rule};
use crate::review::verdict::{Draft, Subject, Verdicts};
use crate::source::is_of_inference;
use crate::text::Plain;

/// The remarks of those who read the sources.
#[derive(Clone, Copy, Debug)]
pub(super) struct Imports;

/// So many remarks are told in the text; the evidence has more.
const TOLD: usize = 3;

/// So many assets that remarks are about are named.
const RELATED: usize = 100;

/// The part of remarks that were made when the sources were joined.
const JOINED: &str = "";

static RULES: [Rule; 1] = [Rule {
    id: "records.import_notes",
    version: 1,
    title: "The sources were read whole and without a doubt",
    pillar: Pillar::Operations,
    debt: DebtKind::Documentation,
    reads: &[Reads::Notes],
}];

impl Analyzer for Imports {
    fn rules(&self) -> &[Rule] {
        &RULES
    }

    /// Silence is no proof that all was read, so a source without remarks is not satisfied: the rule is not asked of it.
    fn analyze(&self, context: &Context<'_>, verdicts: &mut Verdicts<'_>) -> Result<()> {
        let [rule] = &RULES;
        for (part, notes) in by_source(context.estate().source()) {
            context.check()?;
            let subject = Subject { asset: None, part };
            if notes.is_empty() {
                verdicts.not_applicable(rule, subject);
            } else {
                verdicts.find(rule, subject, draft(part, &notes))?;
            }
        }
        Ok(())
    }
}

/// The remarks of each source; sources of one name are one, since nobody can tell them apart. What was inferred, and what
/// was not guessed, is a result and no remark.
fn by_source(source: &Source) -> BTreeMap<&str, Vec<&Note>> {
    let mut all: BTreeMap<&str, Vec<&Note>> = BTreeMap::new();
    let is_joined = !source.merged_from.is_empty();
    let own = if is_joined {
        JOINED
    } else {
        source.name.raw().as_str()
    };
    let remarks = source.notes.iter().filter(|note| !is_of_inference(note));
    all.entry(own).or_default().extend(remarks);
    for source in &source.merged_from {
        all.entry(source.name.raw()).or_default().extend(&source.notes);
    }
    all
}

fn draft(part: &str, notes: &[&Note]) -> Draft {
    let remarks = if notes.len() == 1 {
        "1 remark".to_owned()
    } else {
        format!("{} remarks", notes.len())
    };
    let title = if part == JOINED {
        format!("{remarks} on joining the sources")
    } else {
        format!("{remarks} on reading {part}")
    };
    let told: Vec<String> = notes.iter().take(TOLD).map(|note| told(note)).collect();
    let more = match notes.len().saturating_sub(TOLD) {
        0 => String::new(),
        more => format!(" And {more} more."),
    };
    Draft::new(Outcome::Manual, Severity::Low, title)
        .detail(format!(
            "What was skipped or read with a doubt is missing from this review, or may be wrong in it. {}{more}",
            told.join(" ")
        ))
        .related(notes.iter().filter_map(|note| note.asset.clone()).collect::<BTreeSet<_>>().into_iter().take(RELATED))
        .reads([Read::notes(part, notes)])
}

fn told(note: &Note) -> String {
    let place = note
        .at
        .as_ref()
        .map_or_else(String::new, |at| format!("{}: ", Plain(at.raw())));
    format!("{place}{}.", Plain(note.text.raw().trim_end_matches('.')))
}
