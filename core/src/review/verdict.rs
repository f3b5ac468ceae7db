//! Where analyzers hand in what they concluded.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::advice::Advice;
use super::finding::{Evidence, Finding, Reach, Read, finding_id, inputs_digest};
use super::outcome::{Outcome, Severity, Tally};
use super::rule::Rule;
use crate::digest::Digest;
use crate::error::Result;
use crate::estate::{Asset, AssetId, Confidence};
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
    /// Tells apart several answers about one subject.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub discriminator: String,
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
    discriminator: String,
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
            discriminator: String::new(),
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

    /// Tells it apart from other findings of the rule about the same asset.
    #[must_use]
    pub fn discriminator(mut self, text: impl Into<String>) -> Self {
        self.discriminator = text.into();
        self
    }

    /// What was seen, in a few sentences.
    #[must_use]
    pub fn detail(mut self, text: impl Into<String>) -> Self {
        self.detail = text.into();
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
    pub fn risk(mut self, risk: u32) -> Self {
        self.risk = Some(risk);
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
    pub(super) kept: Vec<Verdict>,
}

impl Gathered {
    /// Gravest first, then what is due first, then by rule and subject.
    pub(super) fn sort(&mut self) {
        // INVARIANT: the order is total, since no two findings share an id.
        self.findings.sort_by(|(a, _), (b, _)| {
            let rank = |finding: &Finding| {
                (
                    std::cmp::Reverse(finding.severity),
                    finding.due.unwrap_or(Date::MAX),
                )
            };
            rank(a).cmp(&rank(b)).then_with(|| {
                (&a.rule, &a.asset, &a.discriminator).cmp(&(&b.rule, &b.asset, &b.discriminator))
            })
        });
        self.kept.sort();
    }
}

/// So many subjects of a gap are named.
const EXAMPLES: usize = 5;

impl Verdicts<'_> {
    /// The rule holds for this asset, on evidence.
    pub fn satisfied(&mut self, rule: &Rule, asset: &Asset) {
        self.count(rule, Some(&asset.id), "", Outcome::Satisfied);
    }

    /// The asset is outside the scope of the rule.
    pub fn not_applicable(&mut self, rule: &Rule, asset: &Asset) {
        self.count(rule, Some(&asset.id), "", Outcome::NotApplicable);
    }

    /// What the rule needs is not recorded for this asset: not evaluated. `missing` says what, in words that fit many assets.
    pub fn not_recorded(&mut self, rule: &Rule, asset: &Asset, missing: &str) {
        self.count(rule, Some(&asset.id), "", Outcome::NotEvaluated);
        let (count, examples) = self
            .gathered
            .gaps
            .entry((rule.id, missing.to_owned()))
            .or_default();
        *count += 1;
        if examples.len() < EXAMPLES {
            examples.push(asset.id.clone());
        }
    }

    /// The estate as a whole, where it is the subject and nothing has to be said.
    pub fn estate(&mut self, rule: &Rule, outcome: Outcome) {
        self.count(rule, None, "", outcome);
    }

    /// An answer that somebody has to know.
    ///
    /// # Errors
    /// `internal` when the evidence has no JSON form.
    pub fn find(&mut self, rule: &Rule, asset: Option<&Asset>, draft: Draft) -> Result<()> {
        let id = asset.map(|asset| &asset.id);
        self.count(rule, id, &draft.discriminator, draft.outcome);
        let mut related = draft.related;
        related.sort();
        related.dedup();
        let evidence = Evidence {
            rule_version: rule.version,
            snapshot: self.snapshot,
            inputs: inputs_digest(rule.id, rule.version, self.as_of, &draft.reads)?,
            reads: draft.reads,
        };
        let finding = Finding {
            id: finding_id(rule.id, id, &draft.discriminator),
            rule: rule.id.to_owned(),
            outcome: draft.outcome,
            severity: draft.severity,
            confidence: draft.confidence,
            pillar: rule.pillar,
            debt: rule.debt,
            asset: id.cloned(),
            name: asset.and_then(|asset| asset.name.clone()),
            discriminator: draft.discriminator,
            title: Untrusted::new(draft.title),
            detail: Untrusted::new(draft.detail),
            due: draft.due,
            risk: draft.risk,
            reach: draft.reach,
            related,
            evidence,
        };
        self.gathered.findings.push((finding, draft.advice));
        Ok(())
    }

    fn count(&mut self, rule: &Rule, asset: Option<&AssetId>, discriminator: &str, outcome: Outcome) {
        self.gathered.tallies.entry(rule.id).or_default().add(outcome);
        if self.keep {
            self.gathered.kept.push(Verdict {
                rule: rule.id.to_owned(),
                asset: asset.cloned(),
                discriminator: discriminator.to_owned(),
                outcome,
            });
        }
    }
}
