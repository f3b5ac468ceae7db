//! The files of an export.

use std::collections::BTreeMap;

use serde::Serialize;

use super::context::{Context, SideFiles, resource};
use super::history::{History, What};
use super::lexical::Id;
use super::log;
use super::model::{AssessmentResults, BackMatter, Href, Resource};
use super::plans;
use super::results;
use super::risks;
use crate::error::{Error, ErrorKind, Result};

/// The names of the documents.
pub(crate) const RESULTS: &str = "assessment-results.json";
pub(crate) const ACTIONS: &str = "plan-of-action-and-milestones.json";
pub(crate) const PLAN: &str = "assessment-plan.json";

/// The documents and the files that they point at, by path: `assessment-results.json`, `assessment-plan.json`,
/// `plan-of-action-and-milestones.json` where something is open, `reviews/<seq>.json`, `decisions/<seq>.json` and `.sig`.
///
/// # Errors
/// `not_found` when no review is recorded: there is nothing to assess then.
pub(crate) fn documents(history: &History) -> Result<BTreeMap<String, Vec<u8>>> {
    let Some(newest) = history.reviews.last() else {
        return Err(Error::new(
            ErrorKind::NotFound,
            "the tenant has no recorded review: there is nothing to export",
        )
        .remedy("record one with `Tenant::review`")
        .during("oscal.export"));
    };
    let context = Context::new(history);
    let mut files = side_files(history);
    let system = context.id("resource", &["system"]);
    let plan = plans::assessment_plan(&context, newest, system, system_resource(system));
    files.add(
        PLAN.to_owned(),
        document("assessment-plan", &plan)?,
        "application/json",
    );

    let plan_resource = context.id("resource", &["assessment-plan"]);
    let mut resources = vec![resource(
        plan_resource,
        "Assessment plan",
        "plan",
        files.rlink(PLAN),
    )];
    resources.extend(reviews(&context, &files));
    resources.extend(decisions(&context, &files));
    let results = AssessmentResults {
        uuid: context.document("assessment-results"),
        metadata: context.metadata("Assessment results"),
        import_ap: Href {
            href: plan_resource.href(),
        },
        results: results::results(&context),
        back_matter: BackMatter { resources },
    };
    files.add(
        RESULTS.to_owned(),
        document("assessment-results", &results)?,
        "application/json",
    );

    let mut resources = reviews(&context, &files);
    resources.retain(|resource| resource.uuid == risks::review_resource(&context, newest));
    resources.extend(decisions(&context, &files));
    if let Some(mut actions) = plans::action_plan(&context, newest, resources) {
        keep_linked(&mut actions);
        files.add(
            ACTIONS.to_owned(),
            document("plan-of-action-and-milestones", &actions)?,
            "application/json",
        );
    }
    Ok(files
        .0
        .into_values()
        .map(|file| (file.path, file.bytes))
        .collect())
}

/// Leaves out the decisions that no open item speaks of.
fn keep_linked(actions: &mut super::model::ActionPlan) {
    let mut linked: std::collections::BTreeSet<String> = actions
        .risks
        .iter()
        .filter_map(|risk| risk.risk_log.as_ref())
        .flat_map(|log| &log.entries)
        .flat_map(|entry| &entry.links)
        .map(|link| link.href.clone())
        .collect();
    linked.extend(
        actions
            .observations
            .iter()
            .flat_map(|observation| &observation.relevant_evidence)
            .map(|evidence| evidence.href.clone()),
    );
    actions
        .back_matter
        .resources
        .retain(|resource| linked.contains(&resource.uuid.href()));
}

/// The reviews as they were recorded, the signed texts and their signatures.
fn side_files(history: &History) -> SideFiles {
    let mut files = SideFiles::default();
    for reviewed in &history.reviews {
        files.add(
            review_path(reviewed.stamp.seq),
            reviewed.review.to_json().into_bytes(),
            "application/json",
        );
    }
    for event in &history.events {
        if let What::Decided(signature) = &event.what {
            let (text, armoured) = log::decision_paths(event.stamp.seq);
            files.add(text, signature.text.clone(), "application/json");
            files.add(armoured, signature.signature.clone(), "text/plain");
        }
    }
    files
}

fn review_path(seq: u64) -> String {
    format!("reviews/{seq:08}.json")
}

fn reviews(context: &Context<'_>, files: &SideFiles) -> Vec<Resource> {
    let reviews = context.history.reviews.iter();
    reviews
        .map(|reviewed| {
            let title = format!("Review as of {}", reviewed.review.as_of);
            let rlink = files.rlink(&review_path(reviewed.stamp.seq));
            resource(
                risks::review_resource(context, reviewed),
                &title,
                "tool-output",
                rlink,
            )
        })
        .collect()
}

fn decisions(context: &Context<'_>, files: &SideFiles) -> Vec<Resource> {
    let events = context.history.events.iter();
    events
        .filter_map(|event| {
            let What::Decided(signature) = &event.what else {
                return None;
            };
            let (text, armoured) = log::decision_paths(event.stamp.seq);
            let rlinks = [files.rlink(&text), files.rlink(&armoured)].into_iter().flatten();
            let title = format!("Signed decision of {}", signature.person);
            let uuid = log::decision_resource(context, event.stamp.seq);
            Some(resource(uuid, &title, "evidence", rlinks))
        })
        .collect()
}

/// An assessment plan has to name a system security plan. There is none: the inventory in the results describes the system.
fn system_resource(uuid: Id) -> Resource {
    Resource {
        description: Some(super::lexical::Markup::of(
            "No system security plan exists. The system is what the inventory of the assessment results describes.",
        )),
        ..resource(uuid, "The client's estate", "system-security-plan", [])
    }
}

fn document(model: &'static str, content: &impl Serialize) -> Result<Vec<u8>> {
    let mut bytes = serde_json::to_vec_pretty(&BTreeMap::from([(model, content)])).map_err(|source| {
        Error::new(ErrorKind::Internal, "an OSCAL document does not serialise")
            .during("oscal.export")
            .caused_by(source)
    })?;
    bytes.push(b'\n');
    Ok(bytes)
}
