//! The plan of action and milestones (what is open), and the assessment plan (what a review checks).

use std::collections::BTreeSet;
use std::rc::Rc;

use super::context::Context;
use super::each::Each;
use super::history::{Reviewed, What};
use super::lexical::{Id, Line, Markup, NAMESPACE};
use super::log::{self, CLOSED};
use super::model::{
    ActionPlan, AssessmentPlan, AssessmentSubject, BackMatter, Empty, Href, LocalDefinitions, LoggedBy,
    PoamItem, Prop, RelatedObservation, RelatedRisk, Resource, SystemId, Task,
};
use super::results::{inventory_item, reviewed_controls};
use super::risks::{self, Advice};
use crate::estate::AssetId;
use crate::review::Finding;

/// The findings of a review that are still open.
pub(super) fn open<'r>(context: &Context<'_>, reviewed: &'r Reviewed) -> Vec<&'r Finding> {
    let findings = reviewed.review.findings.iter();
    findings
        .filter(|finding| finding.outcome.is_problem() && risks::status(context, reviewed, finding) != CLOSED)
        .collect()
}

/// The signed decisions that the logs of these findings' risks point at, by place in the ledger.
pub(super) fn decisions(context: &Context<'_>, open: &[&Finding]) -> BTreeSet<u64> {
    let mut seqs = BTreeSet::new();
    for finding in open {
        let course = context.courses.of(&finding.id.0);
        let decided = course
            .telling()
            .filter(|(event, _)| matches!(event.what, What::Decided(_)));
        seqs.extend(decided.map(|(event, _)| event.stamp.seq));
    }
    seqs
}

/// What of the newest review is still open; not for nothing, since OSCAL has no empty plan.
pub(super) fn action_plan<'a>(
    context: &'a Context<'a>,
    newest: &'a Reviewed,
    open: &'a [&'a Finding],
    resources: Each<'a, Resource>,
) -> ActionPlan<'a> {
    let advice = Rc::new(Advice::of(&newest.review));
    ActionPlan {
        uuid: context.document("plan-of-action-and-milestones"),
        metadata: context.metadata("Plan of action and milestones", speakers(context, open)),
        system_id: SystemId {
            identifier_type: format!("{NAMESPACE}/tenant"),
            id: Line::or_dash(&context.history.tenant),
        },
        local_definitions: LocalDefinitions {
            inventory_items: Each::of(move || {
                let assets: BTreeSet<&AssetId> = open
                    .iter()
                    .flat_map(|finding| finding.asset.iter().chain(&finding.related))
                    .collect();
                assets
                    .into_iter()
                    .map(move |asset| inventory_item(context, asset))
            }),
            assessment_assets: Some(context.assets()),
        },
        observations: Each::of(move || {
            open.iter()
                .map(move |finding| risks::observation(context, newest, finding))
        }),
        poam_items: Each::of(move || open.iter().map(move |finding| item(context, newest, finding))),
        risks: Each::of(move || {
            let advice = Rc::clone(&advice);
            open.iter()
                .map(move |finding| risks::risk(context, newest, &advice, finding))
        }),
        back_matter: BackMatter { resources },
    }
}

/// Who made the entries of the logs of these findings' risks.
fn speakers(context: &Context<'_>, open: &[&Finding]) -> BTreeSet<LoggedBy> {
    let mut speakers = BTreeSet::new();
    for finding in open {
        let course = context.courses.of(&finding.id.0);
        speakers.extend(
            course
                .telling()
                .map(|(event, _)| log::speaker(context, &event.what)),
        );
    }
    speakers
}

fn item(context: &Context<'_>, newest: &Reviewed, finding: &Finding) -> PoamItem {
    PoamItem {
        uuid: context.id("poam-item", &[&finding.id.0]),
        title: Markup::of(&risks::title(context, finding)),
        description: Markup::of(finding.detail.raw()),
        props: Prop::ours("finding-id", &finding.id.0).into_iter().collect(),
        related_observations: vec![RelatedObservation {
            observation_uuid: risks::observation_id(context, newest, finding),
        }],
        related_risks: vec![RelatedRisk {
            risk_uuid: context.risk(&finding.id.0),
        }],
    }
}

/// Which rules a review carries out, on what, with which tool.
pub(super) fn assessment_plan<'a>(
    context: &Context<'_>,
    newest: &Reviewed,
    system: Id,
    resources: Each<'a, Resource>,
) -> AssessmentPlan<'a> {
    AssessmentPlan {
        uuid: context.document("assessment-plan"),
        metadata: context.metadata("Assessment plan", []),
        import_ssp: Href { href: system.href() },
        reviewed_controls: reviewed_controls(&newest.review.rules),
        assessment_subjects: vec![AssessmentSubject {
            r#type: "inventory-item",
            include_all: Empty {},
        }],
        assessment_assets: context.assets(),
        tasks: newest
            .review
            .rules
            .iter()
            .map(|rule| Task {
                uuid: context.id("task", &[&rule.id, &rule.version.to_string()]),
                r#type: "action",
                title: Markup::of(&format!("Rule {}, version {}", rule.id, rule.version)),
                description: Markup::of(&format!("{}. Reads: {}.", rule.title, rule.reads.join(", "))),
            })
            .collect(),
        back_matter: BackMatter { resources },
    }
}
