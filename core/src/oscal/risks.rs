//! Findings of a review as observations and risks, with the responses and decisions that belong to them.

use std::collections::BTreeMap;

use super::context::Context;
use super::course::Course;
use super::history::{Proposal, Reviewed, What};
use super::lexical::{Id, Line, Markup, Time, Token};
use super::log;
use super::model::{
    Characterization, Facet, Log, NIST, Observation, Origin, Prop, RelatedObservation, RelevantEvidence,
    Response, Risk, Subject,
};
use crate::change::Recommendation;
use crate::review::{Finding, Review, Severity};

/// The resource with the document of a review.
pub(super) fn review_resource(context: &Context<'_>, reviewed: &Reviewed) -> Id {
    context.id("review", &[&reviewed.stamp.seq.to_string()])
}

pub(super) fn observation_id(context: &Context<'_>, reviewed: &Reviewed, finding: &Finding) -> Id {
    context.id("observation", &[&reviewed.stamp.seq.to_string(), &finding.id.0])
}

/// One answer of one rule: what was seen, on what, by which version of which rule.
pub(super) fn observation(context: &Context<'_>, reviewed: &Reviewed, finding: &Finding) -> Observation {
    let mut subjects: Vec<_> = finding.asset.iter().chain(&finding.related).collect();
    subjects.sort();
    subjects.dedup();
    Observation {
        uuid: observation_id(context, reviewed, finding),
        title: Markup::of(&title(context, finding)),
        description: Markup::of(finding.detail.raw()),
        props: [
            Prop::ours("finding-id", &finding.id.0),
            Prop::ours("rule-id", &finding.rule),
            Prop::ours("rule-version", &finding.evidence.rule_version.to_string()),
            Prop::ours("outcome", finding.outcome.as_str()),
            Prop::ours("confidence", &word(&finding.confidence)),
            Prop::ours("evidence-digest-blake3", &finding.evidence.inputs.hex()),
            Prop::ours("snapshot-digest-blake3", &finding.evidence.snapshot.hex()),
            Prop::ours("ledger-seq", &reviewed.stamp.seq.to_string()),
            waived_until(finding),
        ]
        .into_iter()
        .flatten()
        .collect(),
        methods: vec!["TEST"],
        types: vec![if finding.outcome.is_problem() {
            "finding"
        } else {
            "discovery"
        }],
        origins: vec![Origin::tool(context.engine())],
        subjects: subjects
            .into_iter()
            .map(|asset| Subject {
                subject_uuid: context.asset(asset),
                r#type: "inventory-item",
            })
            .collect(),
        relevant_evidence: vec![RelevantEvidence {
            href: review_resource(context, reviewed).href(),
            description: Markup::of("The review with everything that the rule read"),
        }],
        collected: Time(reviewed.stamp.time),
    }
}

fn waived_until(finding: &Finding) -> Option<Prop> {
    let waiver = finding.waiver.as_ref()?;
    Prop::ours("waived-until", &waiver.until.to_string())
}

/// The status of a finding's risk: what the gate and the waiver in force say, whichever came last.
pub(super) fn status(context: &Context<'_>, reviewed: &Reviewed, finding: &Finding) -> &'static str {
    let course = context.courses.of(&finding.id.0);
    if finding.waiver.is_none() {
        return course.status();
    }
    let later = course
        .telling()
        .filter(|(event, _)| event.stamp.seq > reviewed.stamp.seq);
    later
        .filter_map(|(event, proposal)| log::status_after(&event.what, proposal))
        .last()
        .unwrap_or(log::ACCEPTED)
}

/// What a review advises about a finding: the first recommendation that names it.
pub(super) struct Advice<'h>(BTreeMap<&'h str, &'h Recommendation>);

impl<'h> Advice<'h> {
    pub(super) fn of(review: &'h Review) -> Self {
        let mut advice = BTreeMap::new();
        for recommendation in &review.recommendations {
            for finding in &recommendation.findings {
                advice.entry(finding.0.as_str()).or_insert(recommendation);
            }
        }
        Self(advice)
    }
}

/// The problem that a finding tells of.
pub(super) fn risk(
    context: &Context<'_>,
    reviewed: &Reviewed,
    advice: &Advice<'_>,
    finding: &Finding,
) -> Risk {
    let course = context.courses.of(&finding.id.0);
    let mut entries: Vec<_> = course
        .telling()
        .map(|(event, proposal)| {
            log::of_risk(
                context,
                &finding.id.0,
                event,
                proposal,
                planned_id(context, finding, proposal),
            )
        })
        .collect();
    if let Some(waiver) = &finding.waiver {
        let earlier = course
            .telling()
            .filter(|(event, _)| event.stamp.seq < reviewed.stamp.seq);
        let entry = log::waived(context, &finding.id.0, &reviewed.stamp, waiver);
        entries.insert(earlier.count(), entry);
    }
    let mut props: Vec<Prop> = [Prop::ours("finding-id", &finding.id.0), waived_until(finding)]
        .into_iter()
        .flatten()
        .collect();
    if course.is_accepted() || finding.waiver.is_some() {
        props.extend(Prop::nist("accepted", "true"));
    }
    let advice = advice.0.get(finding.id.0.as_str()).copied();
    if let Some(advice) = advice {
        props.extend(Prop::nist("priority", &advice.rank.to_string()));
    }
    let mut remediations: Vec<_> = advice
        .map(|advice| recommended(context, reviewed, finding, advice))
        .into_iter()
        .collect();
    remediations.extend(
        course
            .proposals
            .values()
            .map(|proposal| planned(context, finding, proposal, advice, &course)),
    );
    remediations.sort_by_key(|response| response.uuid);
    Risk {
        uuid: context.risk(&finding.id.0),
        title: Markup::of(&title(context, finding)),
        description: Markup::of(finding.detail.raw()),
        statement: Markup::of(&statement(finding)),
        props,
        status: status(context, reviewed, finding),
        characterizations: vec![characterization(context, finding)],
        deadline: finding.due.and_then(|day| {
            Some(Time(
                jiff::tz::TimeZone::UTC.to_timestamp(day.at(0, 0, 0, 0)).ok()?,
            ))
        }),
        remediations,
        risk_log: (!entries.is_empty()).then_some(Log { entries }),
        related_observations: vec![RelatedObservation {
            observation_uuid: observation_id(context, reviewed, finding),
        }],
    }
}

fn recommended_id(context: &Context<'_>, finding: &Finding, advice: &Recommendation) -> Id {
    context.id("response", &["recommendation", &finding.id.0, &advice.id])
}

fn planned_id(context: &Context<'_>, finding: &Finding, proposal: &Proposal) -> Id {
    context.id("response", &["planned", &finding.id.0, &proposal.id])
}

/// What the review advised, as it advised it.
fn recommended(
    context: &Context<'_>,
    reviewed: &Reviewed,
    finding: &Finding,
    advice: &Recommendation,
) -> Response {
    Response {
        uuid: recommended_id(context, finding, advice),
        lifecycle: "recommendation",
        title: Markup::of(advice.title.raw()),
        description: Markup::of(advice.rationale.raw()),
        props: [
            Prop::nist("type", "mitigate"),
            Prop::ours("recommendation-id", &advice.id),
            Prop::ours("ledger-seq", &reviewed.stamp.seq.to_string()),
        ]
        .into_iter()
        .flatten()
        .collect(),
        origins: vec![Origin::tool(context.engine())],
    }
}

/// What was submitted for it: a second response, so that the first stays as it was given.
fn planned(
    context: &Context<'_>,
    finding: &Finding,
    proposal: &Proposal,
    advice: Option<&Recommendation>,
    course: &Course<'_>,
) -> Response {
    let done = course.events.iter().any(|event| {
        event.proposal == proposal.id
            && match &event.what {
                What::Finished { status } => status == "succeeded",
                What::Decided(signature) => signature.statement == "did",
                _ => false,
            }
    });
    let mut props: Vec<Prop> = [
        Prop::nist(
            "type",
            if proposal.takes_back.is_some() {
                "contingency"
            } else {
                "mitigate"
            },
        ),
        Prop::ours("proposal", &proposal.id),
        Prop::ours("change-digest", &proposal.digest),
        Prop::ours("gate-level", &proposal.level),
        Prop::ours("ledger-seq", &proposal.stamp.seq.to_string()),
        proposal
            .reach
            .and_then(|reach| Prop::ours("blast-radius", &reach.to_string())),
        proposal
            .takes_back
            .as_deref()
            .and_then(|of| Prop::ours("rollback-of", of)),
    ]
    .into_iter()
    .flatten()
    .collect();
    if let Some(advice) = advice {
        props.extend(Prop::ours(
            "supersedes",
            &recommended_id(context, finding, advice).to_string(),
        ));
    }
    Response {
        uuid: planned_id(context, finding, proposal),
        lifecycle: if done { "completed" } else { "planned" },
        title: Markup::of(proposal.change.title.raw()),
        description: Markup::of(proposal.change.reason.raw()),
        props,
        origins: vec![Origin::party(context.provider())],
    }
}

fn characterization(context: &Context<'_>, finding: &Finding) -> Characterization {
    let facet = |name: &str, value: &str| Facet {
        name: Token::of(name),
        system: NIST,
        value: Line::or_dash(value),
        props: Prop::nist("state", "initial").into_iter().collect(),
    };
    let ours = |name: &str, value: String| Facet {
        name: Token::of(name),
        system: super::lexical::NAMESPACE,
        value: Line::or_dash(&value),
        props: Vec::new(),
    };
    let mut facets = vec![
        facet("severity", severity(finding.severity)),
        ours("confidence", word(&finding.confidence)),
    ];
    if let Some(risk) = finding.risk {
        facets.push(ours("lifecycle-risk", risk.to_string()));
    }
    if let Some(reach) = finding.reach {
        facets.push(ours("recorded-dependants", reach.assets.to_string()));
        facets.extend(reach.people.map(|people| ours("people", people.to_string())));
    }
    Characterization {
        origin: Origin::tool(context.engine()),
        facets,
    }
}

fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "critical",
        Severity::High => "high",
        Severity::Medium => "moderate",
        Severity::Low => "low",
        Severity::Informational => "informational",
    }
}

fn statement(finding: &Finding) -> String {
    match finding.reach {
        Some(reach) => format!(
            "Recorded dependants: {} assets, {} of them services; people: {}.",
            reach.assets,
            reach.services,
            reach
                .people
                .map_or_else(|| "not recorded".to_owned(), |people| people.to_string())
        ),
        None => format!(
            "Rule {} is not met. What depends on it was not asked by this rule.",
            finding.rule
        ),
    }
}

/// What it is about, then what is wrong.
pub(super) fn title(context: &Context<'_>, finding: &Finding) -> String {
    match (&finding.name, &finding.asset) {
        (Some(name), _) => format!("{}: {}", name.raw(), finding.title.raw()),
        (None, Some(asset)) => format!("{}: {}", context.name_of(asset), finding.title.raw()),
        (None, None) => finding.title.raw().clone(),
    }
}

/// The word by which a value is serialised.
fn word(value: &impl serde::Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(word)) => word,
        _ => String::new(),
    }
}
