//! The files of an export.

use std::collections::{BTreeMap, BTreeSet};
use std::io;

use serde::Serialize;

use super::context::{Context, resource};
use super::each::Each;
use super::files::{self, Files, SideFiles, Sums};
use super::history::{History, Reviewed, What};
use super::lexical::Id;
use super::log;
use super::model::{AssessmentResults, BackMatter, Href, Resource};
use super::plans;
use super::results::{self, Declared};
use super::risks;
use crate::error::{Error, ErrorKind, Result};
use crate::ledger::Sum;

/// The names of the documents.
pub(crate) const RESULTS: &str = "assessment-results.json";
pub(crate) const ACTIONS: &str = "plan-of-action-and-milestones.json";
pub(crate) const PLAN: &str = "assessment-plan.json";

const JSON: &str = "application/json";

/// Writes the documents and the files that they point at: `assessment-results.json`, `assessment-plan.json`,
/// `plan-of-action-and-milestones.json` where something is open, `reviews/<seq>.json`. The signed texts are referred to as
/// `../decisions/<seq>.json`; whoever owns the folder puts them there. Returns the SHA-256 of each file by path.
///
/// Beside the history only identities are held in memory: each object is made while it is written.
///
/// # Errors
/// `not_found` when no review is recorded: there is nothing to assess then. What `files` fails with.
pub(crate) fn documents(history: &History, files: &mut dyn Files) -> Result<BTreeMap<String, Sum>> {
    let Some(newest) = history.reviews.last() else {
        return Err(Error::new(
            ErrorKind::NotFound,
            "the tenant has no recorded review: there is nothing to export",
        )
        .remedy("record one with `Tenant::review`")
        .during("oscal.export"));
    };
    let mut export = Export {
        context: Context::new(history),
        newest,
        side: SideFiles::default(),
        files,
    };
    export.side_files()?;
    export.plan()?;
    export.results()?;
    export.actions()?;
    Ok(export
        .side
        .into_sums()
        .filter(|(path, _)| !is_beside(path))
        .collect())
}

/// An export on its way.
struct Export<'h, 'f> {
    context: Context<'h>,
    newest: &'h Reviewed,
    /// What was written so far, and what lies beside.
    side: SideFiles,
    files: &'f mut dyn Files,
}

impl Export<'_, '_> {
    /// The reviews as they were recorded; the signed texts and their signatures, which are not written here.
    fn side_files(&mut self) -> Result<()> {
        let history = self.context.history;
        for reviewed in &history.reviews {
            let path = review_path(reviewed.stamp.seq);
            let sums = files::write(self.files, &path, |target| {
                serde_json::to_writer(target, &reviewed.review).map_err(io::Error::from)
            })?;
            self.side.add(path, JSON, sums);
        }
        for event in &history.events {
            if let What::Decided(signature) = &event.what {
                let (text, armoured) = log::decision_paths(event.stamp.seq);
                self.side.add(beside(&text), JSON, Sums::of(&signature.text));
                self.side
                    .add(beside(&armoured), "text/plain", Sums::of(&signature.signature));
            }
        }
        Ok(())
    }

    fn plan(&mut self) -> Result<()> {
        let system = self.context.id("resource", &["system"]);
        let resources = Each::of(move || std::iter::once(system_resource(system)));
        let plan = plans::assessment_plan(&self.context, self.newest, system, resources);
        let sums = document(self.files, PLAN, "assessment-plan", &plan)?;
        self.side.add(PLAN.to_owned(), JSON, sums);
        Ok(())
    }

    fn results(&mut self) -> Result<()> {
        let (context, side) = (&self.context, &self.side);
        let declared = Declared::new(&context.history.reviews);
        let plan = context.id("resource", &["assessment-plan"]);
        let resources = Each::of(move || {
            let plan = resource(plan, "Assessment plan", "plan", side.rlink(PLAN));
            let reviews = context.history.reviews.iter();
            std::iter::once(plan)
                .chain(reviews.map(move |reviewed| review(context, side, reviewed)))
                .chain(decisions(context, side, None))
        });
        let results = AssessmentResults {
            uuid: context.document("assessment-results"),
            metadata: context.metadata("Assessment results", results::speakers(context)),
            import_ap: Href { href: plan.href() },
            results: results::results(context, &declared),
            back_matter: BackMatter { resources },
        };
        let sums = document(self.files, RESULTS, "assessment-results", &results)?;
        drop(results);
        self.side.add(RESULTS.to_owned(), JSON, sums);
        Ok(())
    }

    /// The plan of action names the decisions that its open items speak of, no others.
    fn actions(&mut self) -> Result<()> {
        let (context, side, newest) = (&self.context, &self.side, self.newest);
        let open = plans::open(context, newest);
        if open.is_empty() {
            return Ok(());
        }
        let linked = plans::decisions(context, &open);
        let linked = &linked;
        let resources = Each::of(move || {
            std::iter::once(review(context, side, newest)).chain(decisions(context, side, Some(linked)))
        });
        let actions = plans::action_plan(context, newest, &open, resources);
        let sums = document(self.files, ACTIONS, "plan-of-action-and-milestones", &actions)?;
        drop(actions);
        self.side.add(ACTIONS.to_owned(), JSON, sums);
        Ok(())
    }
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

fn review(context: &Context<'_>, side: &SideFiles, reviewed: &Reviewed) -> Resource {
    let title = format!("Review as of {}", reviewed.review.as_of);
    let rlink = side.rlink(&review_path(reviewed.stamp.seq));
    let uuid = risks::review_resource(context, reviewed);
    resource(uuid, &title, "tool-output", rlink)
}

/// The signed decisions, or those of them that are `linked`, by place in the ledger.
fn decisions<'a>(
    context: &'a Context<'a>,
    side: &'a SideFiles,
    linked: Option<&'a BTreeSet<u64>>,
) -> impl Iterator<Item = Resource> + 'a {
    let events = context.history.events.iter();
    events
        .filter(move |event| linked.is_none_or(|linked| linked.contains(&event.stamp.seq)))
        .filter_map(|event| {
            let What::Decided(signature) = &event.what else {
                return None;
            };
            let (text, armoured) = log::decision_paths(event.stamp.seq);
            let rlinks = [side.rlink(&beside(&text)), side.rlink(&beside(&armoured))]
                .into_iter()
                .flatten();
            let title = format!("Signed decision of {}", signature.person);
            let uuid = log::decision_resource(context, event.stamp.seq);
            Some(resource(uuid, &title, "evidence", rlinks))
        })
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

fn document(
    files: &mut dyn Files,
    path: &str,
    model: &'static str,
    content: &impl Serialize,
) -> Result<Sums> {
    files::write(files, path, |target| {
        serde_json::to_writer_pretty(&mut *target, &BTreeMap::from([(model, content)]))?;
        target.write_all(b"\n")
    })
    .map_err(|error| error.during("oscal.export"))
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

    fn exported(history: &History) -> BTreeMap<String, Vec<u8>> {
        let mut files = BTreeMap::new();
        let sums = documents(history, &mut files).unwrap();
        let expected: BTreeMap<_, _> = files
            .iter()
            .map(|(path, bytes)| (path.clone(), crate::ledger::sum(bytes)))
            .collect();
        assert_eq!(sums, expected);
        files
    }

    #[test]
    fn every_reference_resolves_and_the_bytes_are_a_function_of_the_history() {
        let files = exported(&history());
        for name in [RESULTS, ACTIONS, PLAN] {
            assert_eq!(super::super::verify(&files[name]).unwrap(), [], "{name}");
        }
        assert_eq!(files, exported(&history()));
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
        let files = exported(&history());
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
        let files = exported(&history());
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
        let mut files = BTreeMap::new();
        assert_eq!(
            documents(&empty, &mut files).unwrap_err().kind(),
            ErrorKind::NotFound
        );
        assert!(files.is_empty());
    }
}
