//! Where analyzers hand in what they concluded.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::advice::Advice;
use super::calendar::Ending;
use super::finding::{Evidence, Finding, Reach, Read, finding_id, inputs_digest};
use super::life::{LIFE_FACTS, RMM_STATUS};
use super::outcome::{Outcome, Severity, Tally};
use super::questions::{Asked, Want};
use super::rule::{Reads, Rule};
use crate::digest::Digest;
use crate::error::Result;
use crate::estate::{Asset, AssetId, Confidence, Fact, FactValue};
use crate::text::Untrusted;

/// One answer of one rule about one subject, without the reasons.
#[derive(Clone, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Verdict {
    /// The rule.
    pub rule: String,
    /// The subject; absent: the estate as a whole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asset: Option<AssetId>,
    /// The part of the subject, where a rule asks about several.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub part: String,
    /// The answer.
    pub outcome: Outcome,
}

/// An input that rules needed and that is not recorded, with how often.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Gap {
    /// The rule that needed it.
    pub rule: String,
    /// What is not recorded, in words.
    pub missing: String,
    /// For how many subjects.
    pub count: u64,
    /// The first few of them, in order of the id.
    pub examples: Vec<AssetId>,
}

/// A finding as an analyzer hands it in; identity and evidence are added here.
#[derive(Clone, Debug)]
pub struct Draft {
    outcome: Outcome,
    severity: Severity,
    confidence: Confidence,
    title: String,
    detail: String,
    due: Option<Date>,
    risk: Option<u32>,
    reach: Option<Reach>,
    related: Vec<AssetId>,
    reads: Vec<Read>,
    advice: Option<Advice>,
}

impl Draft {
    /// A finding with this outcome and title. Texts from outside go in as they are: they are escaped where they are shown.
    pub fn new(outcome: Outcome, severity: Severity, title: impl Into<String>) -> Self {
        Self {
            outcome,
            severity,
            confidence: Confidence::High,
            title: title.into(),
            detail: String::new(),
            due: None,
            risk: None,
            reach: None,
            related: Vec::new(),
            reads: Vec::new(),
            advice: None,
        }
    }

    /// What was seen, in a few sentences.
    #[must_use]
    pub fn detail(mut self, text: impl Into<String>) -> Self {
        self.detail = text.into();
        self
    }

    /// Adds to what was seen.
    #[must_use]
    pub fn explained(mut self, more: &str) -> Self {
        self.detail.push_str(more);
        self
    }

    /// How sure it is; high where nothing is said.
    #[must_use]
    pub fn confidence(mut self, confidence: Confidence) -> Self {
        self.confidence = confidence;
        self
    }

    /// The day that matters.
    #[must_use]
    pub fn due(mut self, day: Option<Date>) -> Self {
        self.due = day;
        self
    }

    /// Lifecycle risk, 0 to 100.
    #[must_use]
    pub fn risk(mut self, risk: Option<u32>) -> Self {
        self.risk = risk;
        self
    }

    /// Who and what stops with the asset.
    #[must_use]
    pub fn reach(mut self, reach: Reach) -> Self {
        self.reach = Some(reach);
        self
    }

    /// Other assets that it is about.
    #[must_use]
    pub fn related(mut self, assets: impl IntoIterator<Item = AssetId>) -> Self {
        self.related.extend(assets);
        self
    }

    /// What the conclusion rests on: exactly what was read.
    #[must_use]
    pub fn reads(mut self, reads: impl IntoIterator<Item = Read>) -> Self {
        self.reads.extend(reads);
        self
    }

    /// What to do about it.
    #[must_use]
    pub fn advice(mut self, advice: Advice) -> Self {
        self.advice = Some(advice);
        self
    }
}

/// Takes the verdicts of the rules of one analyzer.
#[derive(Debug)]
pub struct Verdicts<'a> {
    pub(super) as_of: Date,
    pub(super) snapshot: Digest,
    pub(super) keep: bool,
    pub(super) gathered: &'a mut Gathered,
}

/// What is not recorded, by rule and input: how often, and for which assets first.
pub(super) type Gaps = BTreeMap<(&'static str, String), (u64, Vec<AssetId>)>;

/// What all analyzers of a review handed in.
#[derive(Debug, Default)]
pub(super) struct Gathered {
    pub(super) tallies: BTreeMap<&'static str, Tally>,
    pub(super) findings: Vec<(Finding, Option<Advice>)>,
    pub(super) gaps: Gaps,
    pub(super) endings: Vec<Ending>,
    pub(super) kept: Vec<Verdict>,
    /// What would answer what was not evaluated; the wants of one answer stand together.
    pub(super) asked: Vec<Asked>,
    /// So many answers were asked for.
    answers: u64,
}

impl Gathered {
    /// Gravest first, then what is due first, then by rule and subject.
    pub(super) fn sort(&mut self) {
        // INVARIANT: the order is total, since no two findings share an id. Findings are large: their places are sorted,
        // and each is moved once.
        let mut places: Vec<usize> = (0..self.findings.len()).collect();
        places.sort_by_cached_key(|place| {
            self.findings.get(*place).map(|(finding, _)| {
                (
                    std::cmp::Reverse(finding.severity),
                    finding.due.unwrap_or(Date::MAX),
                    finding.rule.clone(),
                    finding.asset.clone(),
                    finding.part.clone(),
                )
            })
        });
        let mut taken: Vec<Option<_>> = std::mem::take(&mut self.findings).into_iter().map(Some).collect();
        self.findings = places
            .into_iter()
            .filter_map(|place| taken.get_mut(place)?.take())
            .collect();
        self.kept.sort();
    }
}

/// So many subjects of a gap are named.
const EXAMPLES: usize = 5;

/// What a verdict is about: an asset, a part of it (`os`, the name of a fact), or the estate as a whole.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'a> {
    /// The asset; absent: the estate.
    pub asset: Option<&'a Asset>,
    /// Tells apart several questions of one rule about the same asset; empty where there is only one.
    pub part: &'a str,
}

impl Subject<'_> {
    /// The estate as a whole.
    pub const ESTATE: Self = Subject {
        asset: None,
        part: "",
    };
}

impl<'a> From<&'a Asset> for Subject<'a> {
    fn from(asset: &'a Asset) -> Self {
        Self {
            asset: Some(asset),
            part: "",
        }
    }
}

impl<'a> From<(&'a Asset, &'a str)> for Subject<'a> {
    fn from((asset, part): (&'a Asset, &'a str)) -> Self {
        Self {
            asset: Some(asset),
            part,
        }
    }
}

impl Verdicts<'_> {
    /// An answer that is only counted.
    pub fn answer<'a>(&mut self, rule: &Rule, subject: impl Into<Subject<'a>>, outcome: Outcome) {
        let subject = subject.into();
        self.gathered.tallies.entry(rule.id).or_default().add(outcome);
        if self.keep {
            self.gathered.kept.push(Verdict {
                rule: rule.id.to_owned(),
                asset: subject.asset.map(|asset| asset.id.clone()),
                part: subject.part.to_owned(),
                outcome,
            });
        }
    }

    /// The rule holds, on evidence.
    pub fn satisfied<'a>(&mut self, rule: &Rule, subject: impl Into<Subject<'a>>) {
        self.answer(rule, subject, Outcome::Satisfied);
    }

    /// The subject is outside the scope of the rule.
    pub fn not_applicable<'a>(&mut self, rule: &Rule, subject: impl Into<Subject<'a>>) {
        self.answer(rule, subject, Outcome::NotApplicable);
    }

    /// The asset is outside the scope of each of these rules.
    pub(super) fn outside(&mut self, rules: &[Rule], asset: &Asset) {
        for rule in rules {
            self.not_applicable(rule, asset);
        }
    }

    /// A day for the calendar.
    pub(super) fn ends(&mut self, ending: Ending) {
        self.gathered.endings.push(ending);
    }

    /// What the rule needs is not recorded: not evaluated. `missing` says what, in words that fit many assets; text from
    /// outside in it must be escaped already.
    ///
    /// Where `missing` is the name of a fact that the rule reads, that fact of the subject is asked for. Anything else that
    /// would answer it is handed in by [`unanswered`](Self::unanswered).
    pub fn not_recorded<'a>(&mut self, rule: &Rule, subject: impl Into<Subject<'a>>, missing: &str) {
        let subject = subject.into();
        let fact = rule.reads.iter().find_map(|read| match read {
            Reads::Fact(name) if *name == missing => Some(*name),
            _ => None,
        });
        let want = fact
            .zip(subject.asset)
            .map(|(fact, asset)| Want::new(asset, fact));
        self.unanswered(rule, subject, missing, want);
    }

    /// As [`not_recorded`](Self::not_recorded), with what would answer it: all of `wants` together, whatever the answers
    /// are, as long as they are definite. None, where no answer of a person settles it.
    pub fn unanswered<'a>(
        &mut self,
        rule: &Rule,
        subject: impl Into<Subject<'a>>,
        missing: &str,
        wants: impl IntoIterator<Item = Want>,
    ) {
        let subject = subject.into();
        self.answer(rule, subject, Outcome::NotEvaluated);
        self.ask(rule, wants);
        let (count, examples) = self
            .gathered
            .gaps
            .entry((rule.id, missing.to_owned()))
            .or_default();
        *count += 1;
        if let Some(asset) = subject.asset
            && examples.len() < EXAMPLES
        {
            examples.push(asset.id.clone());
        }
    }

    /// What would answer one question of a rule that was handed in as not evaluated by [`find`](Self::find).
    pub fn ask(&mut self, rule: &Rule, wants: impl IntoIterator<Item = Want>) {
        let wants: Vec<Want> = wants.into_iter().collect();
        if wants.iter().all(Want::is_open) {
            self.gathered.answers += 1;
            let answer = self.gathered.answers;
            let asked = wants.into_iter().map(|want| Asked {
                want,
                rule: rule.id,
                answer,
            });
            self.gathered.asked.extend(asked);
        }
    }

    /// An answer that somebody has to know: counted, and listed as a finding.
    ///
    /// # Errors
    /// As [`note`](Self::note).
    pub fn find<'a>(&mut self, rule: &Rule, subject: impl Into<Subject<'a>>, draft: Draft) -> Result<()> {
        let subject = subject.into();
        self.answer(rule, subject, draft.outcome);
        self.note(rule, subject, draft)
    }

    /// A finding that is not an answer by itself: where a rule is answered for services, say, and what was found is about
    /// the assets under them.
    ///
    /// # Errors
    /// `internal` when the evidence has no JSON form.
    pub fn note<'a>(&mut self, rule: &Rule, subject: impl Into<Subject<'a>>, draft: Draft) -> Result<()> {
        let Subject { asset, part } = subject.into();
        let id = asset.map(|asset| &asset.id);
        let mut related = draft.related;
        let mut reads = draft.reads;
        reads.extend(asset.into_iter().flat_map(|asset| life_read(rule, asset)));
        related.sort();
        related.dedup();
        let evidence = Evidence {
            rule_version: rule.version,
            snapshot: self.snapshot,
            inputs: inputs_digest(rule.id, rule.version, self.as_of, &reads)?,
            reads,
        };
        let finding = Finding {
            id: finding_id(rule.id, id, part),
            rule: rule.id.to_owned(),
            outcome: draft.outcome,
            severity: draft.severity,
            confidence: draft.confidence.min(stated_confidence(&evidence.reads)),
            pillar: rule.pillar,
            debt: rule.debt,
            asset: id.cloned(),
            name: asset.and_then(|asset| asset.name.clone()),
            part: part.to_owned(),
            title: Untrusted::new(draft.title),
            detail: Untrusted::new(draft.detail),
            due: draft.due,
            risk: draft.risk,
            reach: draft.reach,
            related,
            waiver: None,
            evidence,
        };
        self.gathered.findings.push((finding, draft.advice));
        Ok(())
    }
}

/// A rule that leaves out what is out of service has read whether the asset is.
fn life_read(rule: &Rule, asset: &Asset) -> Vec<Read> {
    if !rule.reads.contains(&RMM_STATUS) {
        return Vec::new();
    }
    LIFE_FACTS.map(|fact| Read::fact(asset, fact)).into()
}

/// A finding is no surer than the least sure of the statements that it rests on.
fn stated_confidence(reads: &[Read]) -> Confidence {
    let facts = reads.iter().filter_map(|read| match read {
        Read::Fact { value, .. } => value.as_ref(),
        _ => None,
    });
    facts
        .flat_map(Fact::values)
        .filter_map(FactValue::confidence)
        .min()
        .unwrap_or(Confidence::High)
}
