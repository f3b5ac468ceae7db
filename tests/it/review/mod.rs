//! Tests of `vcto::review` through the public API.

mod answers;
mod checks;
mod deletion;
mod expiry;
mod imports;
mod lifecycle;
mod matrix;
mod questions;
mod readiness;
mod real;
mod resilience;
mod summary;
mod support;
mod twins;
mod waivers;

use vcto::estate::{Asset, AssetKind, Scalar};
use vcto::review::{Outcome, Review, Reviewer};
use vcto::{ErrorKind, Estate, Inventory};

fn day(text: &str) -> jiff::civil::Date {
    text.parse().expect("a date")
}

fn estate(assets: Vec<Asset>) -> Estate {
    Estate::new(Inventory {
        assets,
        ..Inventory::default()
    })
    .expect("a sound estate")
}

fn three_owners() -> Vec<Asset> {
    vec![
        Asset::new("a", AssetKind::Server).with("owner", "finance"),
        Asset::new("b", AssetKind::Server).with("owner", Scalar::Unknown),
        Asset::new("c", AssetKind::Server),
    ]
}

#[test]
fn an_owner_that_is_unknown_fails_and_one_that_is_not_recorded_is_not_evaluated() {
    let review = Reviewer::standard()
        .review(&estate(three_owners()), day("2026-11-22"))
        .unwrap();
    let rule = review.rule("documentation.owner").unwrap();
    assert_eq!(
        (
            rule.outcomes.satisfied,
            rule.outcomes.not_satisfied,
            rule.outcomes.not_evaluated
        ),
        (1, 1, 1)
    );
    assert_eq!((rule.known, rule.total), (2, 3));
    let found: Vec<_> = review.findings_of("documentation.owner").collect();
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].asset.as_ref().unwrap().as_str(), "b");
    assert_eq!(found[0].outcome, Outcome::NotSatisfied);
}

#[test]
fn the_document_reads_back_to_the_same_bytes_and_refuses_other_formats() {
    let review = Reviewer::standard()
        .review(&estate(three_owners()), day("2026-11-22"))
        .unwrap();
    let json = review.to_json();
    let back = Review::from_json(json.as_bytes()).unwrap();
    assert_eq!(back.to_json(), json);
    assert_eq!(back, review);
    let other = json.replacen("vcto.review/1", "vcto.review/2", 1);
    assert_eq!(
        Review::from_json(other.as_bytes()).unwrap_err().kind(),
        ErrorKind::Unsupported
    );
    let more = json.replacen("{\"format\"", "{\"more\":1,\"format\"", 1);
    assert_eq!(
        Review::from_json(more.as_bytes()).unwrap_err().kind(),
        ErrorKind::InvalidInput
    );
}

#[test]
fn the_documents_name_every_rule_with_its_version_and_every_word_of_the_vocabulary() {
    let read = |path: &str| {
        std::fs::read_to_string(format!("{}/{path}", env!("CARGO_MANIFEST_DIR"))).expect("a document")
    };
    let rules = read("docs/rules.md");
    let reviewer = Reviewer::standard().waivers(vcto::review::Waivers::new([]).unwrap());
    for rule in reviewer.rules() {
        let row = format!("| `{}` | {} |", rule.id, rule.version);
        assert!(rules.contains(&row), "docs/rules.md has no row {row}");
        for reads in rule.reads {
            let words = reads.to_string();
            let name = words.split(' ').next_back().unwrap();
            assert!(name == "*" || rules.contains(name), "{} reads {words}", rule.id);
        }
    }
    let rows = rules.lines().filter(|line| {
        let mut cells = line.split('|').map(str::trim).skip(1);
        let named = cells.next().is_some_and(|cell| cell.starts_with('`'));
        named && cells.next().is_some_and(|version| version.parse::<u32>().is_ok())
    });
    assert_eq!(rows.count(), reviewer.rules().len());
    let vocabulary = read("docs/vocabulary.md");
    let kinds = AssetKind::KNOWN.iter().map(|kind| kind.as_str().to_owned());
    let relations = vcto::estate::RelationKind::KNOWN
        .iter()
        .map(|kind| kind.as_str().to_owned());
    for word in kinds.chain(relations) {
        assert!(
            vocabulary.contains(&format!("| `{word}` |")),
            "docs/vocabulary.md has no row `{word}`"
        );
    }
    let facts = read("docs/formats/facts.md");
    for fact in reviewer.rules().iter().flat_map(|rule| rule.reads) {
        if let vcto::review::Reads::Fact(name) = fact {
            assert!(
                *name == "*" || facts.contains(&format!("`{name}`")),
                "docs/formats/facts.md has no `{name}`"
            );
        }
    }
}

#[test]
fn findings_rest_on_nothing_that_their_rule_does_not_declare() {
    let Some(path) = crate::common::shared("data/netbox-demo/netbox-demo-v3.6.json") else {
        return;
    };
    let estate = Estate::new(vcto::source::read(path, None).unwrap()).unwrap();
    check_evidence(&Reviewer::standard().review(&estate, day("2026-11-22")).unwrap());
}

/// Every read of the evidence is one that the rule declares, and the digest is that of the reads.
fn check_evidence(review: &Review) {
    use vcto::review::{Read, inputs_digest};
    for finding in &review.findings {
        let rule = review.rule(&finding.rule).unwrap();
        for read in &finding.evidence.reads {
            let declared = match read {
                Read::Catalogue { .. } => "catalogue".to_owned(),
                Read::Completeness { .. } => "completeness".to_owned(),
                Read::Fact { fact, .. } => format!("fact {fact}"),
                Read::Layer { layer, .. } => layer.clone(),
                Read::Notes { .. } => "notes".to_owned(),
                Read::NoRelation { kind, .. } => format!("relation {kind}"),
                Read::Property { property, .. } => format!("property {property}"),
                Read::Relation { relation } => format!("relation {}", relation.kind),
                Read::Waiver { .. } => "waivers".to_owned(),
            };
            let impact = matches!(read, Read::Relation { relation } if relation.kind.carries_impact());
            let fine = rule.reads.contains(&declared)
                || (impact && rule.reads.iter().any(|reads| reads == "impact"))
                || (declared.starts_with("fact ") && rule.reads.iter().any(|reads| reads == "fact *"));
            assert!(fine, "{} reads {declared}", finding.rule);
        }
        let evidence = &finding.evidence;
        assert_eq!(evidence.snapshot, review.estate);
        assert_eq!(
            inputs_digest(
                &finding.rule,
                evidence.rule_version,
                review.as_of,
                &evidence.reads
            )
            .unwrap(),
            evidence.inputs
        );
    }
}

#[test]
fn a_review_tells_its_progress_and_stops_when_asked() {
    use std::sync::{Arc, Mutex};
    use vcto::monitor::Monitor;

    let seen = Arc::new(Mutex::new(Vec::new()));
    let into = Arc::clone(&seen);
    let monitor = Monitor::new(move |progress| into.lock().unwrap().push((progress.stage, progress.done)));
    let estate = estate(three_owners());
    Reviewer::standard()
        .monitor(monitor)
        .review(&estate, day("2026-11-22"))
        .unwrap();
    let seen = seen.lock().unwrap();
    let stages: Vec<u64> = seen
        .iter()
        .filter(|(stage, _)| *stage == "review.analyze")
        .map(|(_, done)| *done)
        .collect();
    assert!(stages.len() > 5 && stages.is_sorted());
    let stopped = Monitor::default();
    stopped.cancel();
    let error = Reviewer::standard()
        .monitor(stopped)
        .review(&estate, day("2026-11-22"))
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Cancelled);
}

#[test]
fn two_analyzers_may_not_have_the_same_rule_and_one_of_the_caller_is_carried_out() {
    use vcto::review::{Analyzer, Context, DebtKind, Draft, Pillar, Reads, Rule, Severity, Verdicts};

    #[derive(Debug)]
    struct Naming([Rule; 1]);
    impl Analyzer for Naming {
        fn rules(&self) -> &[Rule] {
            &self.0
        }
        fn analyze(&self, context: &Context<'_>, verdicts: &mut Verdicts<'_>) -> vcto::Result<()> {
            for asset in context.estate().assets() {
                if asset.id.as_str() == "b" {
                    let draft = Draft::new(Outcome::NotSatisfied, Severity::Low, "b is no name");
                    verdicts.find(&self.0[0], asset, draft)?;
                } else {
                    verdicts.satisfied(&self.0[0], asset);
                }
            }
            Ok(())
        }
    }
    let naming = |id| {
        Naming([Rule {
            id,
            version: 3,
            title: "Names follow the client's scheme",
            pillar: Pillar::Operations,
            debt: DebtKind::Configuration,
            reads: &[Reads::Property("name")],
        }])
    };
    let estate = estate(three_owners());
    let reviewer = Reviewer::empty().with(naming("client.naming"));
    let review = reviewer.review(&estate, day("2026-11-22")).unwrap();
    let rule = review.rule("client.naming").unwrap();
    assert_eq!(
        (rule.version, rule.outcomes.satisfied, rule.outcomes.not_satisfied),
        (3, 2, 1)
    );
    let twice = reviewer.with(naming("client.naming"));
    let error = twice.review(&estate, day("2026-11-22")).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
}
