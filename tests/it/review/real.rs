//! Reviews of real inventories: the NetBox demo and an RVTools workbook.

use vcto::estate::{AssetKind, Confidence};
use vcto::review::{DebtKind, Outcome, Review, Reviewer, Severity};
use vcto::{Estate, source};

use super::day;
use crate::common;

fn review(path: &str) -> Option<(Estate, Review)> {
    let path = common::shared(path)?;
    let estate = Estate::new(source::read(path, None).expect("it reads")).expect("a sound estate");
    let review = Reviewer::standard()
        .review(&estate, day("2026-11-22"))
        .expect("a review");
    Some((estate, review))
}

#[test]
fn netbox_devices_without_a_cabled_power_port_are_gaps_in_the_records_and_not_outages() {
    let Some((_, review)) = review("data/netbox-demo/netbox-demo-v3.6.json") else {
        return;
    };
    let rule = review.rule("power.cabling_recorded").unwrap();
    assert_eq!(rule.debt, DebtKind::Documentation);
    assert_eq!((rule.total, rule.outcomes.not_satisfied), (53, 27));
    assert!(
        review
            .findings_of("power.cabling_recorded")
            .all(|finding| finding.severity == Severity::Low)
    );
    let feeds = review.rule("power.feed_cabling_recorded").unwrap();
    assert_eq!((feeds.total, feeds.outcomes.not_satisfied), (48, 48));
    // Nothing is said of redundancy where the cabling is not recorded.
    let supplies = review.rule("power.two_supplies").unwrap();
    assert!(supplies.outcomes.not_evaluated > 0);
    assert_eq!(supplies.outcomes.satisfied, 0);
}

#[test]
fn netbox_articulation_points_are_the_twenty_two_of_the_study() {
    let Some((estate, review)) = review("data/netbox-demo/netbox-demo-v3.6.json") else {
        return;
    };
    let kinds = |wanted: &AssetKind| {
        review
            .findings_of("network.articulation")
            .filter_map(|finding| estate.asset(finding.asset.as_ref()?.as_str()))
            .filter(|asset| asset.kind == *wanted)
            .count()
    };
    assert_eq!(
        (
            kinds(&AssetKind::Router),
            kinds(&AssetKind::PatchPanel),
            kinds(&AssetKind::Circuit)
        ),
        (13, 6, 3)
    );
    assert_eq!(review.findings_of("network.articulation").count(), 22);
}

#[test]
fn netbox_says_nothing_of_backups_so_neither_does_the_review() {
    let Some((estate, review)) = review("data/netbox-demo/netbox-demo-v3.6.json") else {
        return;
    };
    let rule = review.rule("backup.in_place").unwrap();
    assert_eq!(rule.conclusion, Outcome::NotEvaluated);
    assert_eq!(rule.known, 0);
    let layer = |name: &str| {
        let layers = &review.coverage.layers;
        layers.iter().find(|layer| layer.layer == name).unwrap().recorded
    };
    assert_eq!(layer("backup"), 0);
    assert!(layer("network") > 0 && layer("circuits") == 29);
    let unnamed = review
        .findings_of("documentation.name")
        .filter_map(|finding| estate.asset(finding.asset.as_ref()?.as_str()))
        .filter(|asset| asset.kind != AssetKind::PatchPanel)
        .count();
    assert_eq!(unnamed, 9);
    let circuits = review.rule("resilience.circuits").unwrap();
    assert!(circuits.outcomes.not_satisfied > 0 && circuits.outcomes.satisfied == 0);
}

#[test]
fn rvtools_machines_whose_configured_and_running_systems_differ_are_reported_as_such() {
    let Some((_, review)) = review("data/rvtools/example1.xlsx") else {
        return;
    };
    let disputes: Vec<_> = review
        .findings_of("facts.agree")
        .filter(|finding| finding.part == "os_name")
        .map(|finding| finding.name.as_ref().unwrap().raw().clone())
        .collect();
    assert_eq!(disputes, ["vm-3", "vm-8"]);
    let vm3 = review
        .findings_of("lifecycle.security_support")
        .find(|finding| finding.name.as_ref().is_some_and(|name| name.raw() == "vm-3"))
        .unwrap();
    assert_eq!(vm3.outcome, Outcome::NotSatisfied);
    // Of vm-5 only the configuration is known: the finding is no surer than that statement.
    let vm5 = review
        .findings_of("lifecycle.security_support")
        .find(|finding| finding.name.as_ref().is_some_and(|name| name.raw() == "vm-5"))
        .unwrap();
    assert_eq!(
        (vm5.outcome, vm5.confidence),
        (Outcome::NotSatisfied, Confidence::Medium)
    );
}
