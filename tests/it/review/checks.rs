//! The other rules, case by case: each with what passes, what fails and what is unknown.

use vcto::estate::{Asset, AssetKind, Confidence, Fact, FactValue, Relation, RelationKind, Scalar, Scope};
use vcto::review::{Outcome, Review, Reviewer, Severity};
use vcto::{Estate, Inventory};

use super::day;
use Outcome::{Error, NotApplicable, NotEvaluated, NotSatisfied, Partially, Satisfied};

fn review(inventory: Inventory) -> Review {
    Reviewer::standard()
        .review(&Estate::new(inventory).unwrap(), day("2026-11-22"))
        .unwrap()
}

fn of(assets: Vec<Asset>) -> Review {
    review(Inventory {
        assets,
        ..Inventory::default()
    })
}

/// The conclusion of a rule about one asset of this kind with these facts.
fn conclude(rule: &str, kind: AssetKind, facts: &[(&str, Scalar)]) -> Outcome {
    let mut asset = Asset::new("a", kind).named("A");
    for (name, value) in facts {
        asset.facts.insert(*name, value.clone());
    }
    of(vec![asset]).rule(rule).unwrap().conclusion
}

fn text(value: &str) -> Scalar {
    Scalar::from(value)
}

#[test]
fn ends_turn_on_the_day_after_and_are_unknown_where_nobody_knows() {
    let warranty = |kind, value| conclude("warranty.in_force", kind, &[("warranty_end", value)]);
    assert_eq!(warranty(AssetKind::Server, text("2027-05-22")), Satisfied);
    assert_eq!(warranty(AssetKind::Server, text("2027-05-21")), Partially);
    assert_eq!(warranty(AssetKind::Server, text("2026-11-22")), Partially);
    assert_eq!(
        warranty(AssetKind::Server, text("2026-11-21T23:59:59Z")),
        NotSatisfied
    );
    assert_eq!(warranty(AssetKind::Server, Scalar::Unknown), NotEvaluated);
    assert_eq!(warranty(AssetKind::Server, text("next spring")), Error);
    assert_eq!(warranty(AssetKind::Contract, text("2020-01-01")), NotSatisfied);
    assert_eq!(
        conclude("warranty.in_force", AssetKind::Server, &[]),
        NotEvaluated
    );
    assert_eq!(
        conclude("warranty.in_force", AssetKind::VirtualMachine, &[]),
        NotApplicable
    );
    let firewall = |value| {
        conclude(
            "licence.subscription_in_force",
            AssetKind::Firewall,
            &[("subscription_end", value)],
        )
    };
    assert_eq!(firewall(text("2026-09-30")), NotSatisfied);
    assert_eq!(firewall(text("2029-09-30")), Satisfied);
}

#[test]
fn of_conflicting_warranty_dates_the_earliest_counts_and_the_conflict_is_told() {
    let mut asset = Asset::new("a", AssetKind::Server).named("A");
    let says = |date: &str, by: &str| FactValue::from(date).stated_by(by);
    let mut warranty = Fact::new(says("2029-03-31", "psa"));
    warranty.push(says("2026-06-30", "vendor"));
    asset.facts.insert("warranty_end", warranty);
    let review = of(vec![asset]);
    let ended = review.findings_of("warranty.in_force").next().unwrap();
    assert_eq!(ended.due, Some(day("2026-06-30")));
    assert!(ended.detail.raw().contains("2029-03-31"));
    let dispute = review.findings_of("facts.agree").next().unwrap();
    assert_eq!(
        (dispute.severity, dispute.part.as_str()),
        (Severity::Medium, "warranty_end")
    );
    assert!(
        dispute.detail.raw().contains("1005 days apart"),
        "{:?}",
        dispute.detail
    );
}

#[test]
fn statements_that_mean_the_same_do_not_disagree() {
    let agree = |values: &[Scalar]| {
        let mut asset = Asset::new("a", AssetKind::Server).named("A");
        for (at, value) in values.iter().enumerate() {
            let value = FactValue::from(value.clone()).stated_by(format!("source {at}"));
            asset.facts.add("x", value);
        }
        of(vec![asset]).rule("facts.agree").unwrap().conclusion
    };
    assert_eq!(agree(&[text("Dell  Inc."), text("dell inc.")]), Satisfied);
    assert_eq!(agree(&[text("Dell"), text("HP")]), NotSatisfied);
    assert_eq!(
        agree(&[text("2026-01-01"), text("2026-01-08T10:00:00Z")]),
        Satisfied
    );
    assert_eq!(agree(&[text("2026-01-01"), text("2026-01-09")]), NotSatisfied);
    assert_eq!(agree(&[Scalar::from(8_i64), Scalar::from(8_i64)]), Satisfied);
    assert_eq!(agree(&[Scalar::from(8_i64), text("8 cores")]), NotSatisfied);
    assert_eq!(agree(&[text("Dell"), Scalar::Unknown]), Satisfied);
    assert_eq!(agree(&[text("Dell")]), NotApplicable);
}

#[test]
fn a_leaver_is_judged_by_what_the_account_still_has() {
    let leaver = |facts: &[(&str, Scalar)]| {
        let mut asset = Asset::new("u", AssetKind::UserAccount).named("U");
        for (name, value) in facts {
            asset.facts.insert(*name, value.clone());
        }
        let review = of(vec![asset]);
        let severity = review
            .findings_of("identity.leaver")
            .next()
            .map(|finding| finding.severity);
        (review.rule("identity.leaver").unwrap().conclusion, severity)
    };
    let left = ("left", text("2026-09-30"));
    let (yes, no) = (Scalar::from(true), Scalar::from(false));
    assert_eq!(leaver(&[]), (NotEvaluated, None));
    assert_eq!(leaver(&[("left", text("2026-11-22"))]), (Satisfied, None));
    assert_eq!(
        leaver(&[left.clone(), ("account_enabled", no.clone())]),
        (NotEvaluated, None)
    );
    let closed = [
        left.clone(),
        ("account_enabled", no.clone()),
        ("licensed", no.clone()),
        ("admin_roles", text("")),
    ];
    assert_eq!(leaver(&closed), (Satisfied, None));
    assert_eq!(
        leaver(&[left.clone(), ("licensed", text("Business Premium"))]),
        (NotSatisfied, Some(Severity::Medium))
    );
    assert_eq!(
        leaver(&[left.clone(), ("account_enabled", yes)]),
        (NotSatisfied, Some(Severity::High))
    );
    assert_eq!(
        leaver(&[
            left,
            ("account_enabled", no),
            ("admin_roles", text("Global administrator"))
        ]),
        (NotSatisfied, Some(Severity::Critical))
    );
}

#[test]
fn a_pc_unseen_for_seventy_four_days_is_found_and_an_unnamed_nas_too() {
    let review = of(vec![
        Asset::new("pc", AssetKind::Workstation)
            .named("PC-17")
            .with("last_seen", "2026-09-09"),
        Asset::new("nas", AssetKind::Storage),
    ]);
    let seen = review.findings_of("documentation.seen").next().unwrap();
    assert_eq!(seen.title.raw(), "Not seen for 74 days");
    let unnamed = review.findings_of("documentation.name").next().unwrap();
    assert_eq!(unnamed.asset.as_ref().unwrap().as_str(), "nas");
    let seen = |day: &str| {
        conclude(
            "documentation.seen",
            AssetKind::Workstation,
            &[("last_seen", text(day))],
        )
    };
    assert_eq!(
        (seen("2026-10-23"), seen("2026-10-22")),
        (Satisfied, NotSatisfied)
    );
}

fn protected(job: &[(&str, Scalar)], complete: bool) -> Review {
    let mut backup = Asset::new("job", AssetKind::BackupJob).named("Nightly");
    for (name, value) in job {
        backup.facts.insert(*name, value.clone());
    }
    let mut inventory = Inventory {
        assets: vec![
            backup,
            Asset::new("fs", AssetKind::Server).named("FS"),
            Asset::new("new", AssetKind::Server).named("NEW"),
        ],
        relations: vec![Relation::new("fs", "job", RelationKind::BackedUpBy)],
        ..Inventory::default()
    };
    inventory.source.scopes = vec![Scope {
        name: "backup_job".into(),
        complete,
    }];
    review(inventory)
}

#[test]
fn an_inferred_job_proves_no_backup() {
    let inferred = Relation::new("fs", "veeam", RelationKind::BackedUpBy)
        .soft()
        .inferred("backup", Confidence::Medium);
    let tally = |complete| {
        let mut inventory = Inventory {
            assets: vec![
                Asset::new("veeam", AssetKind::Service).named("V"),
                Asset::new("fs", AssetKind::Server).named("FS"),
            ],
            relations: vec![inferred.clone()],
            ..Inventory::default()
        };
        inventory.source.scopes = vec![Scope {
            name: "backup".into(),
            complete,
        }];
        let review = review(inventory);
        let layer = |name: &str| {
            let mut layers = review.coverage.layers.iter();
            layers.find(|layer| layer.layer == name).unwrap().recorded
        };
        assert_eq!((layer("backup"), review.coverage.inferred_relations), (0, 1));
        let outcomes = review.rule("backup.in_place").unwrap().outcomes;
        (outcomes.satisfied, outcomes.not_satisfied, outcomes.not_evaluated)
    };
    assert_eq!(tally(false), (0, 0, 1));
    assert_eq!(tally(true), (0, 1, 0));
}

#[test]
fn no_backup_is_a_failure_only_where_the_records_are_complete() {
    let tally = |complete| {
        let review = protected(&[], complete);
        let outcomes = review.rule("backup.in_place").unwrap().outcomes;
        (outcomes.satisfied, outcomes.not_satisfied, outcomes.not_evaluated)
    };
    assert_eq!(tally(true), (1, 1, 0));
    assert_eq!(tally(false), (1, 0, 1));
    let never = conclude(
        "backup.in_place",
        AssetKind::Server,
        &[("backup_last_success", Scalar::Unknown)],
    );
    assert_eq!(never, NotSatisfied);
    let waived = conclude(
        "backup.in_place",
        AssetKind::Server,
        &[("backup_required", Scalar::from(false))],
    );
    assert_eq!(waived, NotApplicable);
}

#[test]
fn a_green_job_that_leaves_out_a_volume_is_found_with_what_it_protects() {
    let review = protected(
        &[
            ("backup_last_result", text("Success")),
            ("backup_last_success", text("2026-11-21T23:10:00Z")),
            ("backup_excludes", text("E:")),
            ("restore_tested", Scalar::Unknown),
        ],
        true,
    );
    let conclusion = |rule: &str| review.rule(rule).unwrap().conclusion;
    assert_eq!(conclusion("backup.recent"), Satisfied);
    assert_eq!(conclusion("backup.last_result"), Satisfied);
    assert_eq!(conclusion("backup.restore_tested"), NotSatisfied);
    let finding = review.findings_of("backup.no_exclusions").next().unwrap();
    assert_eq!(finding.severity, Severity::High);
    assert_eq!(finding.related[0].as_str(), "fs");
    assert!(finding.detail.raw().starts_with("Its last run was good"));
}

#[test]
fn results_and_ages_of_backups_are_graded() {
    let job = |rule, fact, value| conclude(rule, AssetKind::BackupJob, &[(fact, value)]);
    let result = |word| job("backup.last_result", "backup_last_result", text(word));
    assert_eq!(
        ["Success", "warning", "FAILED", "pending", ""].map(result),
        [Satisfied, Partially, NotSatisfied, NotEvaluated, NotEvaluated]
    );
    let recent = |value| job("backup.recent", "backup_last_success", value);
    assert_eq!(recent(text("2026-11-20")), Satisfied);
    assert_eq!(recent(text("2026-11-19")), NotSatisfied);
    assert_eq!(recent(Scalar::Unknown), NotSatisfied);
    let restore = |day| job("backup.restore_tested", "restore_tested", text(day));
    assert_eq!(
        ["2025-11-22", "2025-11-21", "someday"].map(restore),
        [Satisfied, NotSatisfied, NotEvaluated]
    );
}

#[test]
fn volumes_are_compared_as_lists_without_regard_to_case() {
    let covers = |volumes: &str, covered: &str| {
        conclude(
            "backup.covers_volumes",
            AssetKind::Server,
            &[
                ("backup_last_success", text("2026-11-21")),
                ("volumes", text(volumes)),
                ("backup_covers", text(covered)),
            ],
        )
    };
    assert_eq!(covers("C:, D:", "d:; c:"), Satisfied);
    assert_eq!(covers("C:, D:, E:", "C:, D:"), NotSatisfied);
    assert_eq!(
        conclude(
            "backup.covers_volumes",
            AssetKind::Server,
            &[("backup_last_success", text("2026-11-21"))]
        ),
        NotEvaluated
    );
}

fn site(circuits: &[(&str, &[(&str, Scalar)])]) -> Review {
    let mut inventory = Inventory {
        assets: vec![
            Asset::new("leeds", AssetKind::Site).named("Leeds"),
            Asset::new("york", AssetKind::Site).named("York"),
        ],
        ..Inventory::default()
    };
    for (id, facts) in circuits {
        let mut circuit = Asset::new(*id, AssetKind::Circuit).named(*id);
        for (name, value) in *facts {
            circuit.facts.insert(*name, value.clone());
        }
        inventory.assets.push(circuit);
        inventory
            .relations
            .push(Relation::new(*id, "leeds", RelationKind::LocatedAt));
    }
    review(inventory)
}

#[test]
fn circuits_are_redundant_only_where_carrier_and_route_are_known_to_differ() {
    let (bt, colt) = (("provider", text("BT")), ("provider", text("Colt")));
    let (north, south) = (("route", text("north duct")), ("route", text("south duct")));
    let unknown = ("route", Scalar::Unknown);
    let leeds = |circuits: &[(&str, &[(&str, Scalar)])]| {
        let review = site(circuits);
        let tally = review.rule("resilience.circuits").unwrap().outcomes;
        // York has no circuit: it is always unknown.
        assert!(tally.not_evaluated >= 1);
        let listed = review.findings_of("resilience.circuits").next();
        (
            (tally.satisfied, tally.partially, tally.not_satisfied),
            listed.map(|finding| finding.outcome),
        )
    };
    assert_eq!(leeds(&[("a", &[])]), ((0, 0, 1), Some(NotSatisfied)));
    assert_eq!(
        leeds(&[
            ("a", &[bt.clone(), north.clone()]),
            ("b", &[colt.clone(), south.clone()])
        ]),
        ((1, 0, 0), None)
    );
    assert_eq!(
        leeds(&[
            ("a", &[bt.clone(), north.clone()]),
            ("b", &[colt.clone(), north.clone()])
        ]),
        ((0, 0, 1), Some(NotSatisfied))
    );
    assert_eq!(
        leeds(&[("a", &[bt.clone(), north.clone()]), ("b", &[bt.clone(), south])]),
        ((0, 1, 0), Some(Partially))
    );
    assert_eq!(
        leeds(&[("a", &[bt.clone(), north]), ("b", &[colt.clone(), unknown])]),
        ((0, 0, 0), Some(NotEvaluated))
    );
    assert_eq!(leeds(&[("a", &[bt]), ("b", &[colt])]), ((0, 0, 0), None));
    let none = site(&[]);
    assert_eq!(
        none.rule("documentation.way_out").unwrap().conclusion,
        NotEvaluated
    );
    let york = site(&[("a", &[])]);
    let way_out = york.findings_of("documentation.way_out").next().unwrap();
    assert_eq!(way_out.asset.as_ref().unwrap().as_str(), "york");
}

#[test]
fn power_that_is_not_recorded_is_never_power_that_is_absent() {
    let ports = |all: i64, cabled: i64| {
        [
            ("power_ports", Scalar::from(all)),
            ("power_ports_cabled", Scalar::from(cabled)),
        ]
    };
    let record = |all, cabled| conclude("power.cabling_recorded", AssetKind::Server, &ports(all, cabled));
    assert_eq!(
        (record(2, 0), record(2, 1), record(2, 2)),
        (NotSatisfied, Partially, Satisfied)
    );
    assert_eq!(record(0, 0), NotApplicable);
    let two = |all, cabled| conclude("power.two_supplies", AssetKind::Server, &ports(all, cabled));
    assert_eq!(
        (two(2, 0), two(2, 1), two(2, 2), two(1, 1)),
        (NotEvaluated, NotEvaluated, NotEvaluated, NotSatisfied)
    );
    let fed = |suppliers: &[&str]| {
        let mut server = Asset::new("srv", AssetKind::Server).named("SRV");
        for (name, value) in ports(2, 2) {
            server.facts.insert(name, value);
        }
        let mut inventory = Inventory {
            assets: vec![
                server,
                Asset::new("pdu-a", AssetKind::Power).named("A"),
                Asset::new("pdu-b", AssetKind::Power).named("B"),
            ],
            ..Inventory::default()
        };
        for supplier in suppliers {
            inventory
                .relations
                .push(Relation::new("srv", *supplier, RelationKind::DependsOn));
        }
        review(inventory).rule("power.two_supplies").unwrap().conclusion
    };
    assert_eq!(fed(&["pdu-a", "pdu-b"]), Satisfied);
    assert_eq!(fed(&["pdu-a"]), NotSatisfied);
    assert_eq!(fed(&[]), NotEvaluated);
}

#[test]
fn what_is_only_configured_is_a_question_and_not_an_answer() {
    let review = of(vec![
        Asset::new("vm", AssetKind::VirtualMachine)
            .named("VM")
            .with("os_configured", "Debian GNU/Linux 7 (64-bit)"),
    ]);
    let finding = review.findings_of("lifecycle.security_support").next().unwrap();
    assert_eq!(finding.outcome, NotEvaluated);
    assert!(finding.title.raw().contains("configured for Debian 7"));
    assert_eq!(review.rule("lifecycle.security_support").unwrap().known, 0);
}

#[test]
fn debt_counts_money_only_where_facts_state_it() {
    let review = of(vec![
        Asset::new("a", AssetKind::Server)
            .named("A")
            .with("os_name", "Windows Server 2012 R2")
            .with("remediation_cost", 1_000_i64)
            .with("remediation_hours", 12_i64)
            .with("monthly_cost", 40_i64)
            .with("replacement_cost", 8_000_i64)
            .with("currency", "GBP"),
        Asset::new("b", AssetKind::Server)
            .named("B")
            .with("os_name", "Windows 7")
            .with("replacement_cost", 5_000_i64)
            .with("currency", "GBP"),
        Asset::new("c", AssetKind::Server)
            .named("C")
            .with("os_name", "Windows Server 2022")
            .with("replacement_cost", 2_000_i64)
            .with("currency", "GBP"),
    ]);
    let debt = &review.debt;
    assert_eq!(debt.principal.amounts.len(), 1);
    assert_eq!(debt.principal.amounts[0].amount.to_string(), "1000");
    assert_eq!((debt.principal.known, debt.principal.total), (1, 2));
    assert_eq!(debt.interest.per_month[0].amount.to_string(), "40");
    // B has a problem of unknown cost: it stays out of the ratio, 1000 of 8000 + 2000.
    let ratio = debt.ratio.as_ref().unwrap();
    assert_eq!(
        (
            ratio.percent.to_string().as_str(),
            ratio.grade,
            ratio.known,
            ratio.total
        ),
        ("10", vcto::review::Grade::B, 2, 3)
    );
    assert_eq!(debt.risk.lifecycle, Some(100));
    assert!(debt.risk.unknown > 0);
}
