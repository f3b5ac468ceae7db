//! What one failure brings down, as a review tells it.

use std::collections::BTreeSet;

use vcto::estate::{Asset, AssetKind, Confidence, Criticality, Relation, RelationKind, Requirement};
use vcto::impact;
use vcto::review::{Outcome, Review, Reviewer, Severity};
use vcto::{Estate, Inventory};

use super::day;

fn asset(id: &str, kind: AssetKind) -> Asset {
    Asset::new(id, kind).named(id.to_uppercase())
}

fn service(id: &str, criticality: Criticality) -> Asset {
    let mut asset = asset(id, AssetKind::BusinessApplication);
    asset.criticality = Some(criticality);
    asset
}

fn needs(from: &str, to: &str) -> Relation {
    Relation::new(from, to, RelationKind::DependsOn)
}

fn group(asset: &str, members: &[&str], needs: u32) -> Requirement {
    Requirement {
        asset: asset.into(),
        members: members.iter().map(|member| (*member).into()).collect(),
        needs,
    }
}

/// Two databases behind the ERP, both on one host; mail on one server; a file service with nothing recorded.
fn office() -> Inventory {
    Inventory {
        assets: vec![
            service("erp", Criticality::Critical).with("people", 60_i64),
            service("mail", Criticality::High).with("people", 150_i64),
            service("files", Criticality::High),
            service("wiki", Criticality::Low),
            asset("portal", AssetKind::Service),
            asset("sql-1", AssetKind::Database),
            asset("sql-2", AssetKind::Database),
            asset("hv", AssetKind::HypervisorHost),
            asset("mx", AssetKind::Server),
            asset("san", AssetKind::Storage),
        ],
        relations: vec![
            needs("sql-1", "hv"),
            needs("sql-2", "hv"),
            needs("hv", "san"),
            needs("mail", "mx"),
            needs("mx", "hv"),
            needs("wiki", "mx"),
        ],
        requirements: vec![group("erp", &["sql-1", "sql-2"], 1)],
        ..Inventory::default()
    }
}

fn review(inventory: Inventory) -> Review {
    Reviewer::standard()
        .keep_verdicts(true)
        .review(&Estate::new(inventory).unwrap(), day("2026-11-22"))
        .unwrap()
}

#[test]
fn each_single_point_is_one_finding_with_the_services_that_stop_and_the_people() {
    let review = review(office());
    let rule = review.rule("resilience.single_point").unwrap();
    assert_eq!((rule.outcomes.not_satisfied, rule.outcomes.not_evaluated), (2, 2));
    assert_eq!((rule.known, rule.total), (2, 4));
    let found: Vec<_> = review
        .findings_of("resilience.single_point")
        .map(|finding| {
            let related: Vec<_> = finding.related.iter().map(|id| id.as_str().to_owned()).collect();
            let reach = finding.reach.unwrap();
            (
                finding.asset.as_ref().unwrap().as_str().to_owned(),
                finding.severity,
                related,
                reach.assets,
                reach.services,
                reach.people,
            )
        })
        .collect();
    let both = || vec!["erp".to_owned(), "mail".to_owned()];
    assert_eq!(
        found,
        [
            ("hv".to_owned(), Severity::High, both(), 6, 2, Some(150)),
            ("san".to_owned(), Severity::High, both(), 7, 2, Some(150)),
            (
                "mx".to_owned(),
                Severity::Medium,
                vec!["mail".to_owned()],
                2,
                1,
                Some(150)
            ),
        ]
    );
    let san = review
        .findings_of("resilience.single_point")
        .find(|finding| finding.asset.as_ref().unwrap().as_str() == "san")
        .unwrap();
    assert!(
        san.detail
            .raw()
            .contains("ERP needs SQL-1, which needs HV, which needs SAN."),
        "{:?}",
        san.detail
    );
}

#[test]
fn every_single_point_stops_each_service_it_names_and_nothing_else_does() {
    let inventory = office();
    let estate = Estate::new(inventory.clone()).unwrap();
    let review = review(inventory);
    for service in ["erp", "mail"] {
        // Brute force: fail each other asset by itself.
        let expected: BTreeSet<String> = estate
            .assets()
            .iter()
            .filter(|asset| asset.id.as_str() != service)
            .filter(|asset| {
                let failure = impact::fail(&estate, [&asset.id]).unwrap();
                failure.failed.iter().any(|id| id.as_str() == service)
            })
            .map(|asset| asset.id.as_str().to_owned())
            .collect();
        let named: BTreeSet<String> = review
            .findings_of("resilience.single_point")
            .filter(|finding| finding.related.iter().any(|id| id.as_str() == service))
            .map(|finding| finding.asset.as_ref().unwrap().as_str().to_owned())
            .collect();
        assert_eq!(named, expected, "{service}");
    }
}

#[test]
fn a_redundant_pair_on_one_host_is_no_redundancy() {
    let found = review(office());
    let finding = found.findings_of("resilience.group_independence").next().unwrap();
    assert_eq!(finding.severity, Severity::Critical);
    assert_eq!(
        finding.title.raw(),
        "Its redundant members all hang on HV and 1 more"
    );
    let mut apart = office();
    apart.assets.push(asset("hv-2", AssetKind::HypervisorHost));
    apart.assets.push(asset("san-2", AssetKind::Storage));
    apart
        .relations
        .retain(|relation| relation.from.as_str() != "sql-2");
    apart.relations.push(needs("sql-2", "hv-2"));
    apart.relations.push(needs("hv-2", "san-2"));
    let apart = review(apart);
    let rule = apart.rule("resilience.group_independence").unwrap();
    assert_eq!(rule.conclusion, Outcome::Satisfied);
    let rule = apart.rule("resilience.single_point").unwrap();
    assert_eq!((rule.outcomes.satisfied, rule.outcomes.not_satisfied), (1, 1));
}

#[test]
fn members_of_which_nothing_is_recorded_are_unknown_and_not_independent() {
    let mut inventory = office();
    inventory
        .relations
        .retain(|relation| !relation.from.as_str().starts_with("sql"));
    let review = review(inventory);
    let rule = review.rule("resilience.group_independence").unwrap();
    assert_eq!(rule.conclusion, Outcome::NotEvaluated);
}

#[test]
fn what_was_only_inferred_of_members_does_not_make_them_independent() {
    let mut inventory = office();
    inventory
        .relations
        .retain(|relation| !relation.from.as_str().starts_with("sql"));
    let members = ["sql-1", "sql-2"];
    inventory.assets.push(asset("fw", AssetKind::Firewall));
    inventory.relations.extend(members.map(|member| {
        Relation::new(member, "fw", RelationKind::Uses)
            .soft()
            .inferred("gateway", Confidence::High)
    }));
    let review = review(inventory);
    let rule = review.rule("resilience.group_independence").unwrap();
    assert_eq!(rule.conclusion, Outcome::NotEvaluated);
}

#[test]
fn two_of_three_on_one_host_break_a_group_that_needs_two_and_not_one_that_needs_one() {
    let cluster = |needed| {
        let mut inventory = Inventory {
            assets: ["app", "n1", "n2", "n3", "h1", "h2"]
                .map(|id| asset(id, AssetKind::Server))
                .to_vec(),
            relations: vec![needs("n1", "h1"), needs("n2", "h1"), needs("n3", "h2")],
            requirements: vec![group("app", &["n1", "n2", "n3"], needed)],
            ..Inventory::default()
        };
        inventory.assets[0].kind = AssetKind::Service;
        review(inventory)
            .rule("resilience.group_independence")
            .unwrap()
            .conclusion
    };
    assert_eq!(cluster(1), Outcome::Satisfied);
    assert_eq!(cluster(2), Outcome::NotSatisfied);
    assert_eq!(cluster(3), Outcome::NotApplicable);
}

#[test]
fn what_holds_the_network_together_is_named_and_what_is_not_linked_is_unknown() {
    let link = |from: &str, to: &str| Relation::new(from, to, RelationKind::ConnectsTo);
    let review = review(Inventory {
        assets: vec![
            asset("core", AssetKind::Switch),
            asset("edge-1", AssetKind::Switch),
            asset("edge-2", AssetKind::Switch),
            asset("pp", AssetKind::PatchPanel),
            asset("ap", AssetKind::WirelessAccessPoint),
            asset("lost", AssetKind::Switch),
            asset("pc", AssetKind::Workstation),
        ],
        relations: vec![
            link("core", "edge-1"),
            link("edge-1", "edge-2"),
            link("edge-2", "core"),
            link("core", "pp"),
            link("pp", "ap"),
        ],
        ..Inventory::default()
    });
    let rule = review.rule("network.articulation").unwrap();
    assert_eq!(
        (
            rule.outcomes.satisfied,
            rule.outcomes.not_satisfied,
            rule.outcomes.not_evaluated
        ),
        (3, 2, 1)
    );
    let titles: Vec<_> = review
        .findings_of("network.articulation")
        .map(|finding| {
            (
                finding.name.as_ref().unwrap().raw().as_str(),
                finding.title.raw().as_str(),
            )
        })
        .collect();
    assert_eq!(
        titles,
        [
            (
                "CORE",
                "Without it the recorded network falls apart: 2 assets cut off"
            ),
            (
                "PP",
                "Without it the recorded network falls apart: 1 asset cut off"
            ),
        ]
    );
}

#[test]
fn the_smallest_inventory_of_the_design_shows_its_single_point_only_where_it_is_hard() {
    let text = br#"{"format": "vcto.inventory/1",
        "source": {"name": "crm-export", "captured_at": "2026-11-22T08:00:00Z", "complete": true},
        "assets": [{"id": "erp", "kind": "business_application", "name": "ERP", "criticality": "high", "facts": {"owner": "finance"}},
                   {"id": "sql-1", "kind": "database", "name": "SQL A", "facts": {"os_name": "Windows Server 2016", "cpu_cores": 8}},
                   {"id": "sql-2", "kind": "database", "name": "SQL B"}, {"id": "san", "kind": "storage", "name": "SAN"}],
        "relations": [{"from": "erp", "to": "sql-1", "kind": "depends_on"}, {"from": "erp", "to": "sql-2", "kind": "depends_on"},
                      {"from": "sql-1", "to": "san", "kind": "depends_on"}, {"from": "sql-2", "to": "san", "kind": "depends_on", "strength": "soft"}],
        "requirements": [{"asset": "erp", "members": ["sql-1", "sql-2"], "needs": 1}]}"#;
    let review = review(Inventory::from_json(text).unwrap());
    assert_eq!(
        review.rule("resilience.single_point").unwrap().conclusion,
        Outcome::Satisfied
    );
    let due = review.findings_of("lifecycle.security_support").next().unwrap();
    assert_eq!(due.due, Some(day("2027-01-12")));
    assert_eq!(due.outcome, Outcome::Partially);
}

/// A host that logs on against a directory server that runs on it; mail runs there too.
fn ring() -> Inventory {
    Inventory {
        assets: vec![
            asset("hv", AssetKind::HypervisorHost),
            asset("dc", AssetKind::VirtualMachine),
            asset("dc-2", AssetKind::VirtualMachine),
            service("mail", Criticality::High),
            asset("san", AssetKind::Storage),
        ],
        relations: vec![
            needs("dc", "hv"),
            needs("hv", "dc"),
            needs("hv", "san"),
            needs("mail", "hv"),
        ],
        ..Inventory::default()
    }
}

#[test]
fn a_ring_that_could_not_be_started_again_is_one_finding() {
    let review = review(ring());
    let rule = review.rule("resilience.cold_start").unwrap();
    assert_eq!((rule.outcomes.not_satisfied, rule.total), (2, 2));
    let found: Vec<_> = review.findings_of("resilience.cold_start").collect();
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].severity, Severity::High);
    assert_eq!(found[0].asset.as_ref().unwrap().as_str(), "dc");
    assert_eq!(found[0].related, ["hv".into()]);
    assert!(
        found[0]
            .detail
            .raw()
            .starts_with("DC waits for HV, which waits for DC. ")
            && found[0]
                .detail
                .raw()
                .ends_with(" 1 more asset waits behind them."),
        "{:?}",
        found[0].detail
    );
    let answer = review
        .recommendations
        .iter()
        .find(|recommendation| recommendation.findings.contains(&found[0].id));
    assert!(answer.is_some());
}

#[test]
fn a_ring_with_a_way_to_begin_is_satisfied() {
    let mut inventory = ring();
    inventory.requirements.push(group("hv", &["dc", "dc-2"], 1));
    let opened = review(inventory);
    let rule = opened.rule("resilience.cold_start").unwrap();
    assert_eq!((rule.outcomes.satisfied, rule.total), (2, 2));
    assert_eq!(opened.findings_of("resilience.cold_start").count(), 0);
    let office = review(office());
    assert_eq!(office.rule("resilience.cold_start").unwrap().total, 0);
}
