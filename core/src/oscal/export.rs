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
/// `plan-of-action-and-milestones.json` where something is open, `reviews/<seq>.json`. The signed texts are referred to as
/// `../decisions/<seq>.json`; whoever writes the folder puts them there.
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
    let runs = results::results(&context);
    let results = AssessmentResults {
        uuid: context.document("assessment-results"),
        metadata: context.metadata(
            "Assessment results",
            runs.iter().flat_map(|run| &run.assessment_log.entries),
        ),
        import_ap: Href {
            href: plan_resource.href(),
        },
        results: runs,
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
        .filter(|file| !is_beside(&file.path))
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
            files.add(beside(&text), signature.text.clone(), "application/json");
            files.add(beside(&armoured), signature.signature.clone(), "text/plain");
        }
    }
    files
}

/// The decisions lie in a folder of their own, beside that of the documents.
fn beside(path: &str) -> String {
    format!("../{path}")
}

fn is_beside(path: &str) -> bool {
    path.starts_with("../")
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
            let rlinks = [files.rlink(&beside(&text)), files.rlink(&beside(&armoured))]
                .into_iter()
                .flatten();
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

#[cfg(test)]
mod tests {
    use super::super::history::*;
    use super::*;
    use crate::review::Reviewer;
    use crate::{Estate, Inventory};

    fn stamp(seq: u64) -> Stamp {
        let time = jiff::Timestamp::from_second(1_795_000_000 + i64::try_from(seq).unwrap()).unwrap();
        Stamp {
            seq,
            time,
            leaf_sha256: format!("{seq:064x}"),
        }
    }

    fn history() -> History {
        let inventory = Inventory::from_json(
            br#"{"format": "vcto.inventory/1", "source": {"name": "rmm", "captured_at": "2026-11-20T00:00:00Z"},
                "assets": [{"id": "a", "kind": "server", "name": "<b>A*\u202e</b>\n", "facts": {"owner": null}},
                           {"id": "b", "kind": "server", "name": "B", "facts": {"owner": "IT", "warranty_end": "2025-01-01"}}]}"#,
        );
        let estate = Estate::new(inventory.unwrap()).unwrap();
        let review = Reviewer::standard()
            .review(&estate, "2026-11-22".parse().unwrap())
            .unwrap();
        let change = review.recommendations[0].change.clone();
        let proposal = Proposal {
            stamp: stamp(4),
            id: "p-1".to_owned(),
            digest: change.digest().unwrap().to_string(),
            change,
            proposer: "service svc-review".to_owned(),
            level: "L2".to_owned(),
            reach: Some(3),
            takes_back: None,
        };
        let back = Proposal {
            stamp: stamp(9),
            id: "p-2".to_owned(),
            takes_back: Some("p-1".to_owned()),
            ..proposal.clone()
        };
        let decided = |person: &str, statement: &str| {
            What::Decided(SignedText {
                person: person.to_owned(),
                role: None,
                statement: statement.to_owned(),
                reason_code: None,
                key: "SHA256:x".to_owned(),
                text: b"{}\n".to_vec(),
                signature: b"-----BEGIN".to_vec(),
            })
        };
        let event = |seq, of: &str, what| Event {
            stamp: stamp(seq),
            proposal: of.to_owned(),
            what,
        };
        let started = What::Started {
            operator: "service op".to_owned(),
            automatic: false,
        };
        let finished = What::Finished {
            status: "handed_over".to_owned(),
        };
        History {
            tenant: "halden".to_owned(),
            region: "eu".to_owned(),
            log: LogStamp {
                origin: "example.org/halden".to_owned(),
                log_id: "0".repeat(32),
                size: 13,
                root_sha256: "1".repeat(64),
                last_time: stamp(12).time,
            },
            reviews: vec![
                Reviewed {
                    stamp: stamp(2),
                    trigger: "schedule".to_owned(),
                    review: review.clone(),
                },
                Reviewed {
                    stamp: stamp(3),
                    trigger: "manual".to_owned(),
                    review,
                },
            ],
            estate: Some(estate),
            proposals: vec![proposal, back],
            events: vec![
                event(5, "p-1", decided("alice", "approve")),
                event(6, "p-1", started.clone()),
                event(
                    7,
                    "p-1",
                    What::Other {
                        kind: "step_done",
                        detail: "step-1: handed over".to_owned(),
                    },
                ),
                event(8, "p-1", finished.clone()),
                event(10, "p-2", decided("bob", "approve")),
                event(11, "p-2", started),
                event(12, "p-2", finished),
            ],
        }
    }

    #[test]
    fn every_reference_resolves_and_the_bytes_are_a_function_of_the_history() {
        let files = documents(&history()).unwrap();
        for name in [RESULTS, ACTIONS, PLAN] {
            assert_eq!(super::super::verify(&files[name]).unwrap(), [], "{name}");
        }
        assert_eq!(files, documents(&history()).unwrap());
        if let Some(dir) = std::env::var_os("OSCAL_OUT") {
            for (path, bytes) in &files {
                let path = std::path::Path::new(&dir).join(path);
                std::fs::create_dir_all(path.parent().unwrap()).unwrap();
                std::fs::write(path, bytes).unwrap();
            }
        }
    }

    #[test]
    fn a_risk_has_the_status_of_the_last_entry_that_changed_it() {
        let files = documents(&history()).unwrap();
        let results: serde_json::Value = serde_json::from_slice(&files[RESULTS]).unwrap();
        let newest = &results["assessment-results"]["results"][1];
        let risks: Vec<_> = newest["risks"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|risk| risk.get("risk-log").is_some())
            .collect();
        assert!(!risks.is_empty());
        for risk in risks {
            let changes: Vec<_> = risk["risk-log"]["entries"]
                .as_array()
                .unwrap()
                .iter()
                .filter_map(|entry| entry.get("status-change"))
                .collect();
            assert_eq!(changes, ["remediating", "remediating", "open"]);
            assert_eq!(risk["status"], "open");
        }
    }

    #[test]
    fn every_event_stands_once_in_the_assessment_logs() {
        let files = documents(&history()).unwrap();
        let results: serde_json::Value = serde_json::from_slice(&files[RESULTS]).unwrap();
        let mut seqs: Vec<u64> = Vec::new();
        for result in results["assessment-results"]["results"].as_array().unwrap() {
            for entry in result["assessment-log"]["entries"].as_array().unwrap() {
                let seq = entry["props"]
                    .as_array()
                    .unwrap()
                    .iter()
                    .find(|prop| prop["name"] == "ledger-seq")
                    .unwrap();
                seqs.push(seq["value"].as_str().unwrap().parse().unwrap());
            }
        }
        assert_eq!(seqs, (2..=12).collect::<Vec<_>>());
    }

    #[test]
    fn without_a_review_there_is_nothing_to_export() {
        let empty = History {
            reviews: Vec::new(),
            ..history()
        };
        assert_eq!(documents(&empty).unwrap_err().kind(), ErrorKind::NotFound);
    }
}
