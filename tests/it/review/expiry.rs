//! Dates that bite, judged by hand: when each rule turns, how grave it is, and what stands in the calendar.

use vcto::estate::{Asset, AssetKind, Criticality, FactValue, Relation, RelationKind, Scalar, Source};
use vcto::review::{Band, Ending, Finding, Outcome, Review, Reviewer, Severity};
use vcto::{Estate, Inventory};

use super::day;
use Outcome::{Error, NotApplicable, NotEvaluated, NotSatisfied, Partially, Satisfied};
use Severity::{Critical, High, Low, Medium};

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

fn only<'a>(review: &'a Review, rule: &str) -> &'a Finding {
    let mut found = review.findings_of(rule);
    let first = found.next().expect("a finding");
    assert!(found.next().is_none());
    first
}

/// The conclusion of a rule about an asset of this kind with this day, and how grave the finding is.
fn judged(rule: &str, kind: &AssetKind, fact: &str, value: &str) -> (Outcome, Option<Severity>) {
    let review = of(vec![Asset::new("a", kind.clone()).named("A").with(fact, value)]);
    let severity = review.findings_of(rule).next().map(|finding| finding.severity);
    (review.rule(rule).unwrap().conclusion, severity)
}

#[test]
fn each_rule_turns_on_the_day_after_the_last_and_at_the_edge_of_its_window() {
    // The day of the review is 2026-11-22: 7 days on is 11-29, 14 is 12-06, 30 is 12-22, 90 is 2027-02-20, 180 is 05-21.
    type Answer = (&'static str, Outcome, Option<Severity>);
    let cases: &[(&str, AssetKind, &str, &[Answer])] = &[
        (
            "expiry.domain",
            AssetKind::Domain,
            "expires",
            &[
                ("2026-11-21", NotSatisfied, Some(Critical)),
                ("2026-11-22", Partially, Some(High)),
                ("2026-12-22", Partially, Some(High)),
                ("2026-12-23", Partially, Some(Medium)),
                ("2027-02-20", Partially, Some(Medium)),
                ("2027-02-21", Satisfied, None),
            ],
        ),
        (
            "expiry.certificate",
            AssetKind::Certificate,
            "expires",
            &[
                ("2026-11-21", NotSatisfied, Some(High)),
                ("2026-11-29", Partially, Some(High)),
                ("2026-11-30", Partially, Some(Medium)),
                ("2026-12-22", Partially, Some(Medium)),
                ("2026-12-23", Satisfied, None),
            ],
        ),
        (
            "expiry.app_secret",
            AssetKind::AppSecret,
            "expires",
            &[
                ("2026-11-21", NotSatisfied, Some(High)),
                ("2026-12-06", Partially, Some(High)),
                ("2026-12-07", Partially, Some(Medium)),
                ("2026-12-23", Partially, Some(Low)),
                ("2027-02-21", Satisfied, None),
            ],
        ),
        (
            "expiry.push_certificate",
            AssetKind::PushCertificate,
            "expires",
            &[
                ("2026-11-21", NotSatisfied, Some(Critical)),
                ("2026-12-22", Partially, Some(High)),
                ("2027-02-20", Partially, Some(Medium)),
                ("2027-02-21", Satisfied, None),
            ],
        ),
        (
            "expiry.other",
            AssetKind::Firewall,
            "expires",
            &[
                ("2026-11-21", NotSatisfied, Some(Medium)),
                ("2027-02-20", Partially, Some(Low)),
                ("2027-02-21", Satisfied, None),
            ],
        ),
        (
            "expiry.contract",
            AssetKind::Circuit,
            "contract_end",
            &[
                ("2026-11-21", NotSatisfied, Some(Medium)),
                ("2026-12-22", Partially, Some(Medium)),
                ("2027-05-21", Partially, Some(Low)),
                ("2027-05-22", Satisfied, None),
                ("next spring", Error, Some(Low)),
            ],
        ),
        (
            "expiry.notice",
            AssetKind::Contract,
            "notice_by",
            &[
                ("2026-11-21", NotSatisfied, Some(Low)),
                ("2026-12-22", Partially, Some(Medium)),
                ("2027-05-21", Partially, Some(Low)),
                ("2027-05-22", Satisfied, None),
            ],
        ),
    ];
    for (rule, kind, fact, days) in cases {
        for (value, outcome, severity) in *days {
            assert_eq!(
                judged(rule, kind, fact, value),
                (*outcome, *severity),
                "{rule} {value}"
            );
        }
    }
}

#[test]
fn what_is_asked_for_and_not_recorded_is_a_question_and_what_is_not_asked_for_is_none() {
    let review = of(vec![
        Asset::new("d", AssetKind::Domain).with("expires", Scalar::Unknown),
        Asset::new("c", AssetKind::Circuit).with("contract_end", "2030-01-01"),
        Asset::new("s", AssetKind::Server),
    ]);
    let conclusion = |rule: &str| review.rule(rule).unwrap().conclusion;
    assert_eq!(conclusion("expiry.domain"), NotEvaluated);
    assert_eq!(conclusion("expiry.certificate"), NotApplicable);
    assert_eq!(conclusion("expiry.other"), NotApplicable);
    // The end is far and known; when notice has to be given, nobody says.
    assert_eq!(conclusion("expiry.contract"), Satisfied);
    assert_eq!(conclusion("expiry.notice"), NotEvaluated);
    let missing: Vec<(&str, u64)> = review
        .calendar
        .not_recorded
        .iter()
        .map(|gap| (gap.rule.as_str(), gap.count))
        .collect();
    for expected in [
        ("expiry.domain", 1),
        ("expiry.notice", 1),
        ("warranty.in_force", 1),
    ] {
        assert!(missing.contains(&expected), "{missing:?}");
    }
}

#[test]
fn what_hangs_on_it_and_whether_it_renews_itself_change_how_grave_it_is_and_never_whether() {
    let severity = |own: Option<Criticality>, dependant: Option<Criticality>, renews: Option<bool>| {
        let mut domain = Asset::new("domain", AssetKind::Domain).with("expires", "2026-12-01");
        domain.criticality = own;
        if let Some(renews) = renews {
            domain = domain.with("auto_renew", renews);
        }
        let mut mail = Asset::new("mail", AssetKind::Service);
        mail.criticality = dependant;
        let review = review(Inventory {
            assets: vec![domain, mail],
            relations: vec![Relation::new("mail", "domain", RelationKind::DependsOn)],
            ..Inventory::default()
        });
        let finding = only(&review, "expiry.domain");
        assert_eq!(finding.outcome, Partially);
        finding.severity
    };
    assert_eq!(severity(None, None, None), High);
    assert_eq!(severity(Some(Criticality::Critical), None, None), Critical);
    assert_eq!(
        severity(Some(Criticality::Low), Some(Criticality::Critical), None),
        Critical
    );
    assert_eq!(
        severity(Some(Criticality::Low), Some(Criticality::Medium), None),
        High
    );
    assert_eq!(severity(Some(Criticality::Low), None, None), Medium);
    assert_eq!(severity(None, None, Some(true)), Medium);
    assert_eq!(severity(None, Some(Criticality::Critical), Some(true)), High);
    assert_eq!(severity(None, None, Some(false)), High);
    // Of a day of notice the other way round: where it does not renew itself, silence costs only the choice.
    let notice = |renews: bool| {
        let contract = Asset::new("c", AssetKind::Contract)
            .with("notice_by", "2026-12-01")
            .with("auto_renew", renews);
        only(&of(vec![contract]), "expiry.notice").severity
    };
    assert_eq!((notice(true), notice(false)), (Medium, Low));
}

#[test]
fn an_end_and_its_day_of_notice_are_answered_by_one_recommendation() {
    let review = of(vec![
        Asset::new("c", AssetKind::Circuit)
            .named("Leeds fibre")
            .with("contract_end", "2027-03-31")
            .with("notice_by", "2026-12-31")
            .with("auto_renew", true),
    ]);
    let ids: Vec<_> = ["expiry.contract", "expiry.notice"]
        .map(|rule| only(&review, rule).id.clone())
        .into();
    let recommendation = review
        .recommendations
        .iter()
        .find(|recommendation| recommendation.findings.contains(&ids[0]))
        .unwrap();
    assert!(recommendation.findings.contains(&ids[1]));
    assert_eq!(recommendation.change.steps.len(), 1);
    let due = recommendation.change.steps[0].parameters.get("due").unwrap();
    assert_eq!(due, &Scalar::from("2026-12-31"));
}

/// The parts of an entry that a person reads off the page.
fn shown(entry: &Ending) -> (String, &str, &str, i64, Band) {
    (
        entry.date.to_string(),
        entry.asset.as_str(),
        entry.part.as_str(),
        entry.days,
        entry.band,
    )
}

#[test]
fn the_calendar_lists_every_recorded_end_soonest_first_with_the_day_that_bites() {
    let review = of(vec![
        Asset::new("a-fibre", AssetKind::Circuit)
            .with("contract_end", "2027-03-31")
            .with("notice_by", "2026-12-31")
            .with("auto_renew", true),
        // Its day of notice has passed: what bites now is the end.
        Asset::new("b-lease", AssetKind::Contract)
            .with("contract_end", "2027-01-31")
            .with("notice_by", "2026-10-31"),
        // A day of notice without an end stands by itself.
        Asset::new("c-phones", AssetKind::Contract).with("notice_by", "2027-06-30"),
        Asset::new("d-domain", AssetKind::Domain).with("expires", "2026-11-22"),
        Asset::new("e-server", AssetKind::Server)
            .with("os_name", "Windows Server 2016")
            .with("warranty_end", "2026-11-21"),
        Asset::new("f-fw", AssetKind::Firewall)
            .with("subscription_end", "2029-01-31")
            .with("notice_by", "2028-11-30"),
        Asset::new("g-old", AssetKind::Server)
            .with("warranty_end", "2020-01-01")
            .with("status", "retired"),
    ]);
    let entries: Vec<_> = review.calendar.entries.iter().map(shown).collect();
    let entry = |date: &str, asset, part, days, band| (date.to_owned(), asset, part, days, band);
    assert_eq!(
        entries,
        [
            entry("2026-11-21", "e-server", "warranty_end", -1, Band::Past),
            entry("2026-11-22", "d-domain", "expires", 0, Band::Within30),
            entry("2026-12-31", "a-fibre", "contract_end", 39, Band::Within90),
            entry("2027-01-12", "e-server", "os", 51, Band::Within90),
            entry("2027-01-31", "b-lease", "contract_end", 70, Band::Within90),
            entry("2027-06-30", "c-phones", "notice_by", 220, Band::Later),
            entry("2028-11-30", "f-fw", "subscription_end", 739, Band::Later),
        ]
    );
    let calendar = &review.calendar;
    assert_eq!(
        (
            calendar.past,
            calendar.within_30,
            calendar.within_90,
            calendar.within_180,
            calendar.later,
            calendar.disputed
        ),
        (1, 1, 3, 0, 2, 0)
    );
    let fibre = &calendar.entries[2];
    assert_eq!(
        (fibre.ends, fibre.notice_by, fibre.auto_renew),
        (Some(day("2027-03-31")), Some(day("2026-12-31")), Some(true))
    );
    let lease = &calendar.entries[4];
    assert_eq!((lease.ends, lease.notice_by), (None, Some(day("2026-10-31"))));
    assert_eq!(
        calendar.entries[3].what.raw(),
        "security support of Windows Server 2016"
    );
    // The table's own source and day.
    let [table] = calendar.entries[3].sources.as_slice() else {
        panic!("one statement");
    };
    assert_eq!(table.source.as_ref().unwrap().raw(), "endoflife.date");
    assert!(table.age_days.unwrap() > 0);
    assert!(
        review
            .to_text()
            .contains("7 ends are on record: 1 past, 1 within 30 days, 3 within 90, 0 within 180, 2 later"),
        "{}",
        review.to_text()
    );
}

#[test]
fn sources_that_disagree_give_a_range_and_each_names_its_age() {
    let at = |text: &str| text.parse::<jiff::Timestamp>().unwrap();
    let server = Asset::new("s", AssetKind::Server)
        .with(
            "warranty_end",
            FactValue::from("2029-03-31")
                .stated_by("psa")
                .at(at("2026-11-12T23:30:00Z")),
        )
        .with("warranty_end", FactValue::from("2026-06-30").stated_by("vendor"))
        .with("support_end", "2027-12-31");
    let review = review(Inventory {
        source: Source {
            name: "export".into(),
            captured_at: Some(at("2026-11-20T08:00:00Z")),
            ..Source::default()
        },
        assets: vec![server],
        ..Inventory::default()
    });
    let [warranty, support] = review.calendar.entries.as_slice() else {
        panic!("two entries: {:?}", review.calendar.entries);
    };
    assert_eq!(
        (warranty.date, warranty.until, warranty.band),
        (day("2026-06-30"), Some(day("2029-03-31")), Band::Past)
    );
    let said: Vec<_> = warranty
        .sources
        .iter()
        .map(|said| {
            let name = said.source.as_ref().unwrap().raw().as_str();
            (name, said.date.to_string(), said.age_days)
        })
        .collect();
    // What a source of its own says is not of the export's day.
    assert_eq!(
        said,
        [
            ("vendor", "2026-06-30".to_owned(), None),
            ("psa", "2029-03-31".to_owned(), Some(10))
        ]
    );
    assert_eq!(support.until, None);
    assert_eq!(support.sources[0].source.as_ref().unwrap().raw(), "export");
    assert_eq!(support.sources[0].age_days, Some(2));
    assert_eq!(review.calendar.disputed, 1);
    // The dispute itself is told too.
    assert_eq!(only(&review, "facts.agree").part, "warranty_end");
}

#[test]
fn a_paid_extension_stands_in_the_calendar_beside_the_end_for_everybody() {
    let review = of(vec![
        Asset::new("s", AssetKind::Server)
            .with("os_name", "Windows Server 2012 R2")
            .with("extended_support_end", "2026-10-13"),
    ]);
    let entries: Vec<_> = review
        .calendar
        .entries
        .iter()
        .map(|entry| (entry.rule.as_str(), entry.date.to_string()))
        .collect();
    assert_eq!(
        entries,
        [
            ("lifecycle.security_support", "2023-10-10".to_owned()),
            ("lifecycle.paid_extension", "2026-10-13".to_owned())
        ]
    );
}

#[test]
fn a_contract_goes_on_costing_when_the_device_under_it_is_out_of_service() {
    let review = of(vec![
        Asset::new("s", AssetKind::Server)
            .with("status", "retired")
            .with("warranty_end", "2020-01-01")
            .with("contract_end", "2026-12-01"),
    ]);
    assert_eq!(
        review.rule("warranty.in_force").unwrap().conclusion,
        NotApplicable
    );
    assert_eq!(only(&review, "expiry.contract").outcome, Partially);
}

#[test]
fn names_from_outside_cannot_act_on_the_calendar_line() {
    let review = of(vec![
        Asset::new("d", AssetKind::Domain)
            .named("<script>alert(1)</script>\u{202e}")
            .with("expires", "2026-11-01"),
    ]);
    assert!(!vcto::report::fragment(&review).contains("<script"));
    assert!(!review.to_text().contains('\u{202e}'));
}
