//! The assessment results: one result for each recorded review, in order of time.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use jiff::Timestamp;

use super::context::Context;
use super::controls::{controls_of, objective_of};
use super::each::Each;
use super::history::{Event, Proposal, Reviewed, Stamp};
use super::lexical::{Markup, Time, Token};
use super::log;
use super::model::{
    AssessmentLog, AssessmentResult, ControlFinding, ControlId, ControlSelection, InventoryItem,
    LocalDefinitions, LogEntry, LoggedBy, ObjectiveId, ObjectiveSelection, Prop, RelatedObservation,
    RelatedRisk, ReviewedControls, Target, TargetStatus,
};
use super::risks::{self, Advice};
use crate::estate::AssetId;
use crate::review::{Finding, Outcome, Review, RuleResult};

/// Which review declares what several of them speak of (an asset, a risk): the newest that does.
pub(super) struct Declared<'h> {
    /// By asset: the position of the review.
    assets: BTreeMap<&'h AssetId, usize>,
    /// By finding: the positions of the review, and of the finding in it.
    risks: BTreeMap<&'h str, (usize, usize)>,
}

impl<'h> Declared<'h> {
    pub(super) fn new(reviews: &'h [Reviewed]) -> Self {
        let mut declared = Self {
            assets: BTreeMap::new(),
            risks: BTreeMap::new(),
        };
        for (at, reviewed) in reviews.iter().enumerate().rev() {
            for (position, finding) in reviewed.review.findings.iter().enumerate() {
                for asset in finding.asset.iter().chain(&finding.related) {
                    declared.assets.entry(asset).or_insert(at);
                }
                if finding.outcome.is_problem() {
                    declared.risks.entry(&finding.id.0).or_insert((at, position));
                }
            }
        }
        declared
    }

    /// The findings of a review whose risks it declares.
    fn risks_of<'d>(
        &'d self,
        review: &'h Review,
        at: usize,
    ) -> impl Iterator<Item = &'h Finding> + use<'d, 'h> {
        let findings = review.findings.iter().enumerate();
        findings
            .filter(move |(position, finding)| {
                finding.outcome.is_problem()
                    && self.risks.get(finding.id.0.as_str()) == Some(&(at, *position))
            })
            .map(|(_, finding)| finding)
    }

    fn assets_of<'d>(&'d self, at: usize) -> impl Iterator<Item = &'h AssetId> + use<'d, 'h> {
        let assets = self.assets.iter();
        assets
            .filter(move |(_, review)| **review == at)
            .map(|(asset, _)| *asset)
    }
}

/// The results, one for each review, oldest first.
pub(super) fn results<'a>(
    context: &'a Context<'a>,
    declared: &'a Declared<'a>,
) -> Each<'a, AssessmentResult<'a>> {
    let reviews = context.history.reviews.iter().enumerate();
    Each::of(move || {
        reviews
            .clone()
            .map(move |(at, reviewed)| result(context, at, reviewed, declared))
    })
}

fn result<'a>(
    context: &'a Context<'a>,
    at: usize,
    reviewed: &'a Reviewed,
    declared: &'a Declared<'a>,
) -> AssessmentResult<'a> {
    let review = &reviewed.review;
    let seq = reviewed.stamp.seq.to_string();
    let logged = logged(context, at, reviewed);
    let end = logged.iter().map(Logged::time).max();
    let mut props = log::stamp(&reviewed.stamp, "review");
    props.extend(Prop::ours("as-of", &review.as_of.to_string()));
    props.extend(Prop::ours("estate-digest-blake3", &review.estate.hex()));
    props.extend(Prop::ours("known", &review.coverage.known.to_string()));
    props.extend(Prop::ours("total", &review.coverage.total.to_string()));
    let advice = Rc::new(Advice::of(review));
    AssessmentResult {
        uuid: context.id("result", &[&seq, &context.history.log.size.to_string()]),
        title: Markup::of(&format!("Architecture review as of {}", review.as_of)),
        description: Markup::of(&format!(
            "{} rules over {} assets; {} of {} answers could be given from recorded data.",
            review.rules.len(),
            review.coverage.assets,
            review.coverage.known,
            review.coverage.total
        )),
        start: Time(reviewed.stamp.time),
        end: Time(end.unwrap_or(reviewed.stamp.time)),
        props,
        local_definitions: local_definitions(context, at, declared),
        reviewed_controls: reviewed_controls(&review.rules),
        assessment_log: AssessmentLog {
            entries: entries(context, logged),
        },
        observations: Each::of(move || {
            let findings = review.findings.iter();
            findings.map(move |finding| risks::observation(context, reviewed, finding))
        }),
        risks: Each::of(move || {
            let advice = Rc::clone(&advice);
            let findings = declared.risks_of(review, at);
            findings.map(move |finding| risks::risk(context, reviewed, &advice, finding))
        }),
        findings: Each::of(move || control_findings(context, at, reviewed, declared)),
    }
}

/// What an entry of the assessment log is about.
enum Logged<'h> {
    Happened(&'h Event),
    Proposed(&'h Proposal),
    Reviewed(&'h Reviewed),
}

impl Logged<'_> {
    fn stamp(&self) -> &Stamp {
        match self {
            Self::Happened(event) => &event.stamp,
            Self::Proposed(proposal) => &proposal.stamp,
            Self::Reviewed(reviewed) => &reviewed.stamp,
        }
    }

    fn time(&self) -> Timestamp {
        self.stamp().time
    }
}

/// The trigger, then what the gate recorded until the next review, in the order of the ledger.
fn logged<'a>(context: &Context<'a>, at: usize, reviewed: &'a Reviewed) -> Vec<Logged<'a>> {
    let history = context.history;
    let from = if at == 0 { 0 } else { reviewed.stamp.seq };
    let next = history.reviews.get(at + 1);
    let to = next.map_or(u64::MAX, |next| next.stamp.seq);
    let proposals = between(&history.proposals, from, to, |proposal| proposal.stamp.seq);
    let events = between(&history.events, from, to, |event| event.stamp.seq);
    let mut logged: Vec<_> = std::iter::once(Logged::Reviewed(reviewed))
        .chain(proposals.iter().map(Logged::Proposed))
        .chain(events.iter().map(Logged::Happened))
        .collect();
    logged.sort_by_key(|logged| logged.stamp().seq);
    logged
}

/// Those of a list in the order of the ledger that stand from `from` to before `to` in it.
fn between<T>(list: &[T], from: u64, to: u64, seq: impl Fn(&T) -> u64) -> &[T] {
    let start = list.partition_point(|one| seq(one) < from);
    let end = list.partition_point(|one| seq(one) < to);
    list.get(start..end).unwrap_or_default()
}

fn entries<'a>(context: &'a Context<'a>, logged: Vec<Logged<'a>>) -> Each<'a, LogEntry> {
    let logged: Rc<[_]> = logged.into();
    Each::of(move || {
        let logged = Rc::clone(&logged);
        (0..logged.len()).filter_map(move |at| {
            Some(match logged.get(at)? {
                Logged::Reviewed(reviewed) => carried_out(context, reviewed),
                Logged::Proposed(proposal) => log::submitted(context, proposal),
                Logged::Happened(event) => {
                    let proposal = context.proposal(&event.proposal);
                    let level = proposal.map_or("", |proposal| proposal.level.as_str());
                    log::happened(context, event, level)
                }
            })
        })
    })
}

/// The entry for the review itself.
fn carried_out(context: &Context<'_>, reviewed: &Reviewed) -> LogEntry {
    let mut props = log::stamp(&reviewed.stamp, "trigger");
    props.extend(Prop::ours("trigger-kind", &reviewed.trigger));
    LogEntry {
        uuid: context.id("log", &["review", &reviewed.stamp.seq.to_string()]),
        title: Markup::of("Review carried out"),
        description: None,
        start: Time(reviewed.stamp.time),
        props,
        links: Vec::new(),
        logged_by: Vec::new(),
        status_change: None,
        related_responses: Vec::new(),
    }
}

/// Who made the entries of all assessment logs.
pub(super) fn speakers(context: &Context<'_>) -> BTreeSet<LoggedBy> {
    let events = context.history.events.iter();
    let mut speakers: BTreeSet<_> = events.map(|event| log::speaker(context, &event.what)).collect();
    if !context.history.proposals.is_empty() {
        speakers.insert(log::operator(context));
    }
    speakers
}

/// The assets that this result declares; in the newest also the engine.
fn local_definitions<'a>(
    context: &'a Context<'a>,
    at: usize,
    declared: &'a Declared<'a>,
) -> Option<LocalDefinitions<'a>> {
    let is_newest = at + 1 == context.history.reviews.len();
    if !is_newest && declared.assets_of(at).next().is_none() {
        return None;
    }
    Some(LocalDefinitions {
        inventory_items: Each::of(move || {
            let assets = declared.assets_of(at);
            assets.map(move |asset| inventory_item(context, asset))
        }),
        assessment_assets: is_newest.then(|| context.assets()),
    })
}

/// An asset that something was found about.
pub(super) fn inventory_item(context: &Context<'_>, asset: &AssetId) -> InventoryItem {
    let known = context
        .history
        .estate
        .as_ref()
        .and_then(|estate| estate.asset(asset.as_str()));
    let kind = known.map_or_else(String::new, |asset| asset.kind.as_str().to_owned());
    InventoryItem {
        uuid: context.asset(asset),
        description: Markup::of(&context.name_of(asset)),
        props: [Prop::nist("asset-id", asset.as_str()), Prop::ours("kind", &kind)]
            .into_iter()
            .flatten()
            .collect(),
    }
}

/// The controls to which the rules of the review are relevant.
pub(super) fn reviewed_controls(rules: &[RuleResult]) -> ReviewedControls {
    let controls: BTreeSet<_> = rules
        .iter()
        .flat_map(|rule| controls_of(&rule.id))
        .copied()
        .collect();
    ReviewedControls {
        control_selections: vec![ControlSelection {
            include_controls: controls
                .iter()
                .map(|control| ControlId {
                    control_id: Token::of(control),
                })
                .collect(),
        }],
        control_objective_selections: vec![ObjectiveSelection {
            include_objectives: controls
                .iter()
                .map(|control| ObjectiveId {
                    objective_id: Token::of(&objective_of(control)),
                })
                .collect(),
        }],
    }
}

/// One conclusion for each control objective that could be assessed: satisfied only where every rule that is relevant to it
/// holds for every subject, on evidence. Not assessed: no conclusion.
fn control_findings<'a>(
    context: &'a Context<'a>,
    at: usize,
    reviewed: &'a Reviewed,
    declared: &'a Declared<'a>,
) -> impl Iterator<Item = ControlFinding> + 'a {
    let mut rules_of: BTreeMap<&str, Vec<&RuleResult>> = BTreeMap::new();
    for rule in &reviewed.review.rules {
        for control in controls_of(&rule.id) {
            rules_of.entry(control).or_default().push(rule);
        }
    }
    let assessed = rules_of
        .into_iter()
        .filter(|(_, rules)| rules.iter().any(|rule| rule.known > 0));
    assessed.map(move |(control, rules)| control_finding(context, at, reviewed, declared, control, &rules))
}

fn control_finding(
    context: &Context<'_>,
    at: usize,
    reviewed: &Reviewed,
    declared: &Declared<'_>,
    control: &str,
    rules: &[&RuleResult],
) -> ControlFinding {
    let satisfied = rules
        .iter()
        .all(|rule| matches!(rule.conclusion, Outcome::Satisfied | Outcome::NotApplicable));
    let seq = reviewed.stamp.seq.to_string();
    let ids: BTreeSet<_> = rules.iter().map(|rule| rule.id.as_str()).collect();
    let problem = rules.iter().any(|rule| rule.outcomes.problems() > 0);
    let (known, total) = rules.iter().fold((0, 0), |(known, total), rule| {
        (known + rule.known, total + rule.total)
    });
    let names: Vec<_> = ids.iter().copied().collect();
    ControlFinding {
        uuid: context.id("control", &[&seq, control]),
        title: Markup::of(&format!("{control}: what the review says about it")),
        description: Markup::of(&format!(
            "Relevant rules: {}. {known} of {total} answers could be given from recorded data.",
            names.join(", ")
        )),
        props: [
            Prop::ours("known", &known.to_string()),
            Prop::ours("total", &total.to_string()),
        ]
        .into_iter()
        .flatten()
        .collect(),
        target: Target {
            r#type: "objective-id",
            target_id: Token::of(&objective_of(control)),
            status: TargetStatus {
                state: if satisfied { "satisfied" } else { "not-satisfied" },
                reason: match (satisfied, problem) {
                    (true, _) => "pass",
                    (false, true) => "fail",
                    (false, false) => "other",
                },
            },
        },
        related_observations: reviewed
            .review
            .findings
            .iter()
            .filter(|finding| ids.contains(finding.rule.as_str()))
            .map(|finding| RelatedObservation {
                observation_uuid: risks::observation_id(context, reviewed, finding),
            })
            .collect(),
        related_risks: declared
            .risks_of(&reviewed.review, at)
            .filter(|finding| ids.contains(finding.rule.as_str()))
            .map(|finding| RelatedRisk {
                risk_uuid: context.risk(&finding.id.0),
            })
            .collect(),
    }
}
