//! The plan of action and milestones (what is open), and the assessment plan (what a review checks).

use std::collections::BTreeSet;

use super::context::Context;
use super::history::Reviewed;
use super::lexical::{Id, Line, Markup, NAMESPACE};
use super::log::CLOSED;
use super::model::{
    ActionPlan, AssessmentPlan, AssessmentSubject, BackMatter, Empty, Href, LocalDefinitions, PoamItem, Prop,
    RelatedObservation, RelatedRisk, Resource, SystemId, Task,
};
use super::results::{inventory_item, reviewed_controls};
use super::risks;
use crate::estate::AssetId;
use crate::review::Finding;

/// What of the newest review is still open; none where nothing is, since OSCAL has no empty plan.
pub(super) fn action_plan(
    context: &Context<'_>,
    newest: &Reviewed,
    resources: Vec<Resource>,
) -> Option<ActionPlan> {
    let open: Vec<_> = newest
        .review
        .findings
        .iter()
        .filter(|finding| finding.outcome.is_problem())
        .map(|finding| (finding, risks::risk(context, newest, finding)))
        .filter(|(_, risk)| risk.status != CLOSED)
        .collect();
    if open.is_empty() {
        return None;
    }
    let assets: BTreeSet<&AssetId> = open
        .iter()
        .flat_map(|(finding, _)| finding.asset.iter().chain(&finding.related))
        .collect();
    Some(ActionPlan {
        uuid: context.document("plan-of-action-and-milestones"),
        metadata: context.metadata(
            "Plan of action and milestones",
            open.iter()
                .filter_map(|(_, risk)| risk.risk_log.as_ref())
                .flat_map(|log| &log.entries),
        ),
        system_id: SystemId {
            identifier_type: format!("{NAMESPACE}/tenant"),
            id: Line::or_dash(&context.history.tenant),
        },
        local_definitions: LocalDefinitions {
            inventory_items: assets
                .into_iter()
                .map(|asset| inventory_item(context, asset))
                .collect(),
            assessment_assets: Some(context.assets()),
        },
        observations: open
            .iter()
            .map(|(finding, _)| risks::observation(context, newest, finding))
            .collect(),
        poam_items: open
            .iter()
            .map(|(finding, _)| item(context, newest, finding))
            .collect(),
        risks: open.into_iter().map(|(_, risk)| risk).collect(),
        back_matter: BackMatter { resources },
    })
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
pub(super) fn assessment_plan(
    context: &Context<'_>,
    newest: &Reviewed,
    system: Id,
    resource: Resource,
) -> AssessmentPlan {
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
        back_matter: BackMatter {
            resources: vec![resource],
        },
    }
}
