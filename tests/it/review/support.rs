//! End of support, as a review tells it.

use vcto::Estate;
use vcto::estate::{Asset, AssetKind, Fact, FactValue, Scalar};
use vcto::review::lifecycle::Catalogue;
use vcto::review::{Finding, Outcome, Review, Reviewer, Severity};

use super::{day, estate};

const RULE: &str = "lifecycle.security_support";

fn review(assets: Vec<Asset>, as_of: &str) -> Review {
    Reviewer::standard().review(&estate(assets), day(as_of)).unwrap()
}

fn server(os: &str) -> Asset {
    Asset::new("srv", AssetKind::Server).with("os_name", os)
}

fn only<'a>(review: &'a Review, rule: &str) -> &'a Finding {
    let found: Vec<_> = review.findings_of(rule).collect();
    assert_eq!(found.len(), 1, "{found:#?}");
    found[0]
}

#[test]
fn the_outcome_turns_on_the_day_after_the_last_day() {
    let outcome = |as_of| {
        let review = review(vec![server("Windows Server 2016 Standard")], as_of);
        let tally = review.rule(RULE).unwrap().outcomes;
        (tally.satisfied, tally.partially, tally.not_satisfied)
    };
    // 180 days before 2027-01-12 is 2026-07-16.
    assert_eq!(outcome("2026-07-15"), (1, 0, 0));
    assert_eq!(outcome("2026-07-16"), (0, 1, 0));
    assert_eq!(outcome("2027-01-12"), (0, 1, 0));
    assert_eq!(outcome("2027-01-13"), (0, 0, 1));
}

#[test]
fn a_paid_extension_changes_the_severity_and_is_a_question_of_its_own() {
    let ask = |server: Asset| {
        let review = review(vec![server], "2027-06-01");
        let finding = only(&review, RULE);
        let extension = review.rule("lifecycle.paid_extension").unwrap().conclusion;
        (finding.outcome, finding.severity, finding.risk, extension)
    };
    let old = || server("Windows Server 2016");
    assert_eq!(
        ask(old()),
        (
            Outcome::NotSatisfied,
            Severity::High,
            Some(100),
            Outcome::NotEvaluated
        )
    );
    assert_eq!(
        ask(old().with("extended_support", false)),
        (
            Outcome::NotSatisfied,
            Severity::High,
            Some(100),
            Outcome::NotSatisfied
        )
    );
    assert_eq!(
        ask(old().with("extended_support", true)),
        (
            Outcome::NotSatisfied,
            Severity::High,
            Some(100),
            Outcome::NotEvaluated
        )
    );
    assert_eq!(
        ask(old().with("extended_support_end", "2028-01-11")),
        (
            Outcome::NotSatisfied,
            Severity::Medium,
            Some(60),
            Outcome::Satisfied
        )
    );
    assert_eq!(
        ask(old().with("extended_support_end", "2027-05-31")),
        (
            Outcome::NotSatisfied,
            Severity::High,
            Some(100),
            Outcome::NotSatisfied
        )
    );
}

#[test]
fn a_device_at_the_edge_is_graver_than_one_within() {
    let firewall = Asset::new("fw", AssetKind::Firewall)
        .with("os_name", "FortiOS")
        .with("os_version", "7.2.8");
    let review = review(vec![firewall, server("Debian GNU/Linux 9")], "2026-11-22");
    let severity = |id: &str| {
        review
            .findings_of(RULE)
            .find(|finding| finding.asset.as_ref().is_some_and(|asset| asset.as_str() == id))
            .map(|finding| finding.severity)
    };
    assert_eq!(severity("fw"), Some(Severity::Critical));
    assert_eq!(severity("srv"), Some(Severity::High));
}

#[test]
fn what_the_catalogue_does_not_know_is_counted_as_unknown_with_its_text() {
    let review = review(vec![server("FooOS 7 \u{202e}")], "2026-11-22");
    let rule = review.rule(RULE).unwrap();
    assert_eq!((rule.known, rule.total, rule.outcomes.not_evaluated), (0, 1, 1));
    assert_eq!(rule.conclusion, Outcome::NotEvaluated);
    let gap = review.gaps.iter().find(|gap| gap.rule == RULE).unwrap();
    assert_eq!(gap.missing, "a lifecycle date for `FooOS 7 \\u{202e}`");
    assert_eq!(gap.examples[0].as_str(), "srv");
}

#[test]
fn several_releases_that_have_all_ended_are_an_answer_and_those_that_differ_are_a_question() {
    let ended = review(vec![server("Microsoft SQL Server")], "2026-11-22");
    assert_eq!(only(&ended, RULE).outcome, Outcome::NotEvaluated);
    let sql = Asset::new("db", AssetKind::Database).with("product", "Microsoft SQL Server 2016");
    let sql = review(vec![sql], "2026-11-22");
    assert_eq!(only(&sql, RULE).outcome, Outcome::NotSatisfied);
    assert_eq!(only(&sql, RULE).due, Some(day("2026-07-14")));
    let clear = review(
        vec![server("Windows 11").with("os_version", "24H2")],
        "2026-11-22",
    );
    let question = only(&clear, RULE);
    assert_eq!(question.outcome, Outcome::NotEvaluated);
    let advice = &clear.recommendations[0];
    assert_eq!(advice.change.area, "documentation");
    assert!(advice.findings.contains(&question.id));
}

#[test]
fn where_sources_disagree_the_worse_release_counts_and_the_dispute_is_a_finding() {
    let mut asset = Asset::new("vm", AssetKind::VirtualMachine);
    let says = |text: &str, by: &str| FactValue::from(text).stated_by(by);
    let mut os = Fact::new(says("Debian GNU/Linux 12 (64-bit)", "tools"));
    os.push(says("Debian GNU/Linux 7 (64-bit)", "configuration"));
    asset.facts.insert("os_name", os);
    let review = review(vec![asset], "2026-11-22");
    assert_eq!(only(&review, RULE).outcome, Outcome::NotSatisfied);
    let dispute = only(&review, "facts.agree");
    assert_eq!(dispute.part, "os_name");
    assert!(dispute.detail.raw().contains("`tools`") && dispute.detail.raw().contains("Debian GNU/Linux 7"));
}

#[test]
fn an_old_catalogue_is_reported_and_a_callers_own_is_used() {
    let old = review(vec![server("Windows Server 2022")], "2027-03-01");
    assert_eq!(old.catalogue.age_days, Some(191));
    assert_eq!(
        old.rule("lifecycle.catalogue_current").unwrap().conclusion,
        Outcome::NotSatisfied
    );
    let own = "product,title,names,without,edge,cycle,label,words,versions,general_availability,end_of_sales,\
               end_of_active_support,end_of_security_support,extended_support,end_of_life,source,as_of\n\
               fooos,FooOS,fooos,,edge,7,FooOS 7,,7,,,,2026-11-21,,,the maker,2026-11-01\n";
    let reviewer = Reviewer::standard().catalogue(Catalogue::from_csv(own.as_bytes()).unwrap());
    let review = reviewer
        .review(&estate(vec![server("FooOS 7.3")]), day("2026-11-22"))
        .unwrap();
    let finding = only(&review, RULE);
    assert_eq!(finding.severity, Severity::Critical);
    assert!(finding.detail.raw().contains("the maker, 2026-11-01"));
}

#[test]
fn one_recommendation_answers_all_machines_of_one_release_and_can_be_submitted() {
    let mut assets: Vec<Asset> = (0..38)
        .map(|n| {
            Asset::new(format!("pc-{n:02}"), AssetKind::Workstation)
                .with("os_name", "Windows 10 Pro")
                .with("os_version", "10.0.19045")
        })
        .collect();
    assets.push(server("Windows Server 2012 R2"));
    let review = review(assets, "2026-11-22");
    let pcs = review
        .recommendations
        .iter()
        .find(|recommendation| recommendation.title.raw().contains("Windows 10 22H2"))
        .unwrap();
    assert_eq!(pcs.title.raw(), "Upgrade or replace Windows 10 22H2 (38 assets)");
    assert_eq!(pcs.change.steps.len(), 38);
    assert_eq!(pcs.findings.len(), 38);
    assert!(pcs.change.reads.iter().any(|read| read.fact == "os_version"));
    assert_eq!(pcs.change.targets().len(), 38);
    assert!(pcs.change.steps.iter().all(|step| {
        step.executor == "work_orders"
            && step.action == "work_order.create"
            && step
                .undo
                .as_ref()
                .is_some_and(|undo| undo.action == "work_order.withdraw")
            && matches!(step.parameters.get("confirm"), Some(Scalar::Text(text)) if !text.raw().is_empty())
    }));
    for recommendation in &review.recommendations {
        let bytes = recommendation.change.to_bytes().unwrap();
        assert_eq!(
            vcto::change::Change::from_json(&bytes).unwrap(),
            recommendation.change
        );
    }
}

#[test]
fn more_targets_than_a_change_may_have_are_split_and_every_target_is_in_one_part() {
    let assets: Vec<Asset> = (0..612)
        .map(|n| Asset::new(format!("pc-{n:03}"), AssetKind::Workstation).with("os_name", "Windows 7 Pro"))
        .collect();
    let review = review(assets, "2026-11-22");
    let parts: Vec<_> = review
        .recommendations
        .iter()
        .filter(|recommendation| recommendation.title.raw().contains("Windows 7"))
        .collect();
    assert_eq!(
        parts
            .iter()
            .map(|part| part.change.steps.len())
            .collect::<Vec<_>>(),
        [250, 250, 112]
    );
    let targets: std::collections::BTreeSet<_> =
        parts.iter().flat_map(|part| part.change.targets()).collect();
    assert_eq!(targets.len(), 612);
}

#[test]
fn the_spot_checks_of_the_study_come_out_as_findings() {
    // End of security support on 2026-11-22, as the study of the data gives it.
    let cases = [
        ("Windows Server 2016", Outcome::Partially),
        ("VMware ESXi 7.0.3", Outcome::NotSatisfied),
        ("VMware ESXi 8.0.2", Outcome::Satisfied),
        ("Windows 10 22H2", Outcome::NotSatisfied),
        ("Red Hat Enterprise Linux 7.9", Outcome::NotSatisfied),
        ("Ubuntu 20.04 LTS", Outcome::NotSatisfied),
        ("Debian GNU/Linux 10", Outcome::NotSatisfied),
    ];
    for (os, expected) in cases {
        let review = review(vec![server(os)], "2026-11-22");
        assert_eq!(review.rule(RULE).unwrap().conclusion, expected, "{os}");
    }
}

#[test]
fn names_of_hostile_assets_do_not_break_the_document() {
    let name = "\u{202e}<script>{{x}}\n".repeat(120);
    let asset = server("Windows 7").named(name.clone());
    let review = review(vec![asset], "2026-11-22");
    let back = Review::from_json(review.to_json().as_bytes()).unwrap();
    assert_eq!(
        back.findings_of(RULE)
            .next()
            .unwrap()
            .name
            .as_ref()
            .unwrap()
            .raw(),
        &name
    );
    let estate: Estate = estate(vec![server("x")]);
    assert!(
        Reviewer::empty()
            .review(&estate, day("2026-11-22"))
            .unwrap()
            .findings
            .is_empty()
    );
}
