//! The assessment results: one result for each recorded review, in order of time.

use std::collections::{BTreeMap, BTreeSet};

use super::context::Context;
use super::controls::{controls_of, objective_of};
use super::history::Reviewed;
use super::lexical::{Markup, Time, Token};
use super::log;
use super::model::{
    AssessmentResult, ControlFinding, ControlId, ControlSelection, InventoryItem, LocalDefinitions, Log,
    LogEntry, ObjectiveId, ObjectiveSelection, Prop, RelatedObservation, RelatedRisk, ReviewedControls,
    Target, TargetStatus,
};
use super::risks;
use crate::estate::AssetId;
use crate::review::{Outcome, RuleResult};

/// The results, oldest first. What several reviews speak of (an asset, a risk, the engine) is declared in the newest.
pub(super) fn results(context: &Context<'_>) -> Vec<AssessmentResult> {
    let reviews = &context.history.reviews;
    let mut declared = Declared::default();
    let mut results = Vec::with_capacity(reviews.len());
    for (at, reviewed) in reviews.iter().enumerate().rev() {
        let from = if at == 0 { 0 } else { reviewed.stamp.seq };
        let to = reviews.get(at + 1).map_or(u64::MAX, |next| next.stamp.seq);
        results.push(result(context, reviewed, from..to, &mut declared));
    }
    results.reverse();
    results
}

/// What a newer result has declared already.
#[derive(Default)]
struct Declared<'h> {
    newest: bool,
    assets: BTreeSet<&'h AssetId>,
    risks: BTreeSet<&'h str>,
}

fn result<'h>(
    context: &Context<'h>,
    reviewed: &'h Reviewed,
    span: std::ops::Range<u64>,
    declared: &mut Declared<'h>,
) -> AssessmentResult {
    let review = &reviewed.review;
    let seq = reviewed.stamp.seq.to_string();
    let entries = entries(context, reviewed, span);
    let end = entries
        .iter()
        .map(|entry| entry.start)
        .max()
        .unwrap_or(Time(reviewed.stamp.time));
    let mut props = log::stamp(&reviewed.stamp, "review");
    props.extend(Prop::ours("as-of", &review.as_of.to_string()));
    props.extend(Prop::ours("estate-digest-blake3", &review.estate.hex()));
    props.extend(Prop::ours("known", &review.coverage.known.to_string()));
    props.extend(Prop::ours("total", &review.coverage.total.to_string()));
    let new_risks: Vec<_> = review
        .findings
        .iter()
        .filter(|finding| finding.outcome.is_problem() && declared.risks.insert(&finding.id.0))
        .collect();
    let findings = control_findings(
        context,
        reviewed,
        &new_risks.iter().map(|finding| finding.id.0.as_str()).collect(),
    );
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
        end,
        props,
        local_definitions: local_definitions(context, reviewed, declared),
        reviewed_controls: reviewed_controls(&review.rules),
        assessment_log: Log { entries },
        observations: review
            .findings
            .iter()
            .map(|finding| risks::observation(context, reviewed, finding))
            .collect(),
        risks: new_risks
            .into_iter()
            .map(|finding| risks::risk(context, reviewed, finding))
            .collect(),
        findings,
    }
}

/// The trigger, then what the gate recorded until the next review, in the order of the ledger.
fn entries(context: &Context<'_>, reviewed: &Reviewed, span: std::ops::Range<u64>) -> Vec<LogEntry> {
    let mut entries = BTreeMap::new();
    let mut props = log::stamp(&reviewed.stamp, "trigger");
    props.extend(Prop::ours("trigger-kind", &reviewed.trigger));
    entries.insert(
        reviewed.stamp.seq,
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
        },
    );
    let levels: BTreeMap<_, _> = context
        .history
        .proposals
        .iter()
        .map(|proposal| (proposal.id.as_str(), proposal.level.as_str()))
        .collect();
    for proposal in context
        .history
        .proposals
        .iter()
        .filter(|proposal| span.contains(&proposal.stamp.seq))
    {
        entries.insert(proposal.stamp.seq, log::submitted(context, proposal));
    }
    for event in context
        .history
        .events
        .iter()
        .filter(|event| span.contains(&event.stamp.seq))
    {
        let level = levels.get(event.proposal.as_str()).copied().unwrap_or_default();
        entries.insert(event.stamp.seq, log::happened(context, event, level));
    }
    entries.into_values().collect()
}

fn local_definitions<'h>(
    context: &Context<'h>,
    reviewed: &'h Reviewed,
    declared: &mut Declared<'h>,
) -> Option<LocalDefinitions> {
    let spoken_of: BTreeSet<&AssetId> = reviewed
        .review
        .findings
        .iter()
        .flat_map(|finding| finding.asset.iter().chain(&finding.related))
        .collect();
    let inventory_items: Vec<_> = spoken_of
        .into_iter()
        .filter(|asset| declared.assets.insert(asset))
        .map(|asset| inventory_item(context, asset))
        .collect();
    let assessment_assets = (!std::mem::replace(&mut declared.newest, true)).then(|| context.assets());
    (assessment_assets.is_some() || !inventory_items.is_empty()).then_some(LocalDefinitions {
        inventory_items,
        assessment_assets,
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
fn control_findings(
    context: &Context<'_>,
    reviewed: &Reviewed,
    declared_here: &BTreeSet<&str>,
) -> Vec<ControlFinding> {
    let mut rules_of: BTreeMap<&str, Vec<&RuleResult>> = BTreeMap::new();
    for rule in &reviewed.review.rules {
        for control in controls_of(&rule.id) {
            rules_of.entry(control).or_default().push(rule);
        }
    }
    rules_of
        .into_iter()
        .filter_map(|(control, rules)| {
            if !rules.iter().any(|rule| rule.known > 0) {
                return None;
            }
            let satisfied = rules
                .iter()
                .all(|rule| matches!(rule.conclusion, Outcome::Satisfied | Outcome::NotApplicable));
            Some(control_finding(
                context,
                reviewed,
                control,
                &rules,
                satisfied,
                declared_here,
            ))
        })
        .collect()
}

fn control_finding(
    context: &Context<'_>,
    reviewed: &Reviewed,
    control: &str,
    rules: &[&RuleResult],
    satisfied: bool,
    declared_here: &BTreeSet<&str>,
) -> ControlFinding {
    let seq = reviewed.stamp.seq.to_string();
    let ids: BTreeSet<_> = rules.iter().map(|rule| rule.id.as_str()).collect();
    let findings: Vec<_> = reviewed
        .review
        .findings
        .iter()
        .filter(|finding| ids.contains(finding.rule.as_str()))
        .collect();
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
        related_observations: findings
            .iter()
            .map(|finding| RelatedObservation {
                observation_uuid: risks::observation_id(context, reviewed, finding),
            })
            .collect(),
        related_risks: findings
            .iter()
            .filter(|finding| declared_here.contains(finding.id.0.as_str()))
            .map(|finding| RelatedRisk {
                risk_uuid: context.risk(&finding.id.0),
            })
            .collect(),
    }
}
