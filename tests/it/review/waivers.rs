//! Waivers: what is accepted for a time stays in sight, and nothing about a waiver is silent.

use pollster::block_on;
use proptest::prelude::*;
use vcto::change::FindingId;
use vcto::digest::Digest;
use vcto::estate::{Asset, AssetKind};
use vcto::practice::{Practice, PracticeOptions, TenantOptions, Trigger};
use vcto::review::{Outcome, Review, Reviewer, Waiver, WaiverOf, WaiverState, Waivers};
use vcto::source::{self, Input};
use vcto::{Error, ErrorKind, Estate};

use super::{day, estate};
use crate::gate::world::signers;

const TITLES: &str = "finding,rule,asset,part,reason,requested_by,approved_by,at,until\n";
const TODAY: &str = "2026-11-22";

/// Two storages out of warranty, one of them old enough to be critical to nobody; the arithmetic below is by hand.
fn stores() -> Estate {
    let store = |id: &str, name: &str, cost: i64, worth: i64| {
        Asset::new(id, AssetKind::Storage)
            .named(name)
            .with("warranty_end", "2026-06-30")
            .with("owner", "IT")
            .with("currency", "GBP")
            .with("remediation_cost", cost)
            .with("replacement_cost", worth)
    };
    estate(vec![
        store("nas-1", "NAS-01", 100, 1_000),
        store("nas-2", "NAS-02", 300, 1_000),
    ])
}

fn sheet(rows: &[&str]) -> Waivers {
    Waivers::from_csv(format!("{TITLES}{}\n", rows.join("\n")).as_bytes()).unwrap()
}

fn review_on(estate: &Estate, waivers: Waivers, as_of: &str) -> Review {
    Reviewer::standard()
        .waivers(waivers)
        .review(estate, day(as_of))
        .unwrap()
}

fn refused(rows: &[&str]) -> Error {
    Waivers::from_csv(format!("{TITLES}{}\n", rows.join("\n")).as_bytes()).unwrap_err()
}

const FIRST: &str = ",warranty.in_force,NAS-01,,Replaced in spring,B. Holt,A. Jones,2026-11-02,2027-04-30";

#[test]
fn a_waived_finding_stays_in_the_review_marked_and_counts_are_given_with_and_without_it() {
    let estate = stores();
    let plain = Reviewer::standard().review(&estate, day(TODAY)).unwrap();
    let review = review_on(&estate, sheet(&[FIRST]), TODAY);
    let waived: Vec<_> = review
        .findings
        .iter()
        .filter(|finding| finding.waiver.is_some())
        .collect();
    let [finding] = waived.as_slice() else {
        panic!("{waived:?}")
    };
    let by = finding.waiver.as_ref().unwrap();
    assert_eq!(finding.asset.as_ref().unwrap().as_str(), "nas-1");
    assert_eq!(
        (
            by.reason.raw().as_str(),
            by.requested_by.raw().as_str(),
            by.approved_by.raw().as_str(),
            by.until
        ),
        ("Replaced in spring", "B. Holt", "A. Jones", day("2027-04-30"))
    );
    // Everything else is as without the waiver: identities, evidence, counts, debt.
    let unmarked: Vec<_> = review
        .findings
        .iter()
        .cloned()
        .map(|finding| vcto::review::Finding {
            waiver: None,
            ..finding
        })
        .collect();
    assert_eq!(
        (unmarked, &review.debt.risk, &review.debt.ratio),
        (plain.findings.clone(), &plain.debt.risk, &plain.debt.ratio)
    );
    let taken = review.waivers.as_ref().unwrap();
    let left = &taken.remaining;
    assert_eq!((taken.in_force, taken.expired, taken.unmatched), (1, 0, 0));
    assert_eq!(left.risk.medium, plain.debt.risk.medium - 1);
    assert_eq!(left.risk.unknown, review.debt.risk.unknown);
    // 100 and 300 of 2,000; then 300 of 2,000, since the first owes nothing.
    let percent = |ratio: &Option<vcto::review::Ratio>| ratio.as_ref().unwrap().percent.to_string();
    assert_eq!(
        (percent(&review.debt.ratio), percent(&left.ratio)),
        ("20".into(), "15".into())
    );
    assert_eq!(left.principal.amounts[0].amount.to_string(), "300");
    assert!(
        review.to_text().contains("Waivers: 1 in force."),
        "{}",
        review.to_text()
    );
    assert_eq!(Review::from_json(review.to_json().as_bytes()).unwrap(), review);
}

#[test]
fn nothing_is_recommended_for_what_is_waived_and_what_is_withheld_is_listed() {
    let estate = stores();
    let plain = Reviewer::standard().review(&estate, day(TODAY)).unwrap();
    let review = review_on(&estate, sheet(&[FIRST]), TODAY);
    let waived = &review
        .findings
        .iter()
        .find(|finding| finding.waiver.is_some())
        .unwrap()
        .id;
    let names = |review: &Review| {
        let findings = review.recommendations.iter().flat_map(|one| &one.findings);
        findings.filter(|id| *id == waived).count()
    };
    assert_eq!((names(&plain), names(&review)), (1, 0));
    let withheld = &review.waivers.as_ref().unwrap().withheld;
    assert_eq!(withheld.len(), 1);
    assert_eq!(
        (&withheld[0].findings, withheld[0].targets[0].as_str()),
        (&vec![waived.clone()], "nas-1")
    );
}

#[test]
fn without_waivers_a_review_has_the_bytes_that_it_always_had() {
    let plain = Reviewer::standard().review(&stores(), day(TODAY)).unwrap();
    assert!(plain.waivers.is_none() && plain.rule("waiver.expired").is_none());
    assert!(!plain.to_json().contains("waiver"));
    // Waivers of none are an answer: nothing is waived.
    let none = review_on(&stores(), Waivers::new([]).unwrap(), TODAY);
    let taken = none.waivers.as_ref().unwrap();
    assert_eq!((taken.in_force, taken.entries.len()), (0, 0));
    assert_eq!(
        none.rule("waiver.expired").unwrap().conclusion,
        Outcome::NotApplicable
    );
    assert_eq!(
        (none.coverage.known, none.coverage.total),
        (plain.coverage.known, plain.coverage.total)
    );
}

#[test]
fn a_finding_is_named_by_id_or_by_rule_and_asset_and_both_mean_the_same() {
    let estate = stores();
    let plain = Reviewer::standard().review(&estate, day(TODAY)).unwrap();
    let id = &plain.findings_of("warranty.in_force").next().unwrap().id;
    let by_id = format!("{id},,,,why,B. Holt,A. Jones,2026-11-02,2027-04-30");
    let by_asset = ",warranty.in_force,nas-1,,why,B. Holt,A. Jones,2026-11-02,2027-04-30";
    for row in [by_id.as_str(), by_asset, FIRST] {
        let review = review_on(&estate, sheet(&[row]), TODAY);
        let entry = &review.waivers.as_ref().unwrap().entries[0];
        assert_eq!(
            (entry.state, entry.finding.as_ref()),
            (WaiverState::InForce, Some(id)),
            "{row}"
        );
    }
}

#[test]
fn the_last_day_counts_and_the_day_after_the_waiver_is_itself_a_finding() {
    let estate = stores();
    let last = review_on(&estate, sheet(&[FIRST]), "2027-04-30");
    assert_eq!(last.waivers.as_ref().unwrap().in_force, 1);
    let after = review_on(&estate, sheet(&[FIRST]), "2027-05-01");
    let taken = after.waivers.as_ref().unwrap();
    assert_eq!((taken.in_force, taken.expired, taken.withheld.len()), (0, 1, 0));
    assert!(after.findings.iter().all(|finding| finding.waiver.is_none()));
    let found = after.findings_of("waiver.expired").next().unwrap();
    assert_eq!(
        (found.outcome, found.due),
        (Outcome::NotSatisfied, Some(day("2027-04-30")))
    );
    assert_eq!(found.asset.as_ref().unwrap().as_str(), "nas-1");
    assert!(found.detail.raw().contains("A. Jones approved"));
    // On the day before it was approved it does not count either, and that is no fault.
    let before = review_on(&estate, sheet(&[FIRST]), "2026-11-01");
    assert_eq!(before.waivers.as_ref().unwrap().not_yet, 1);
    assert_eq!(before.findings_of("waiver.expired").count(), 0);
}

#[test]
fn a_waiver_that_was_renewed_leaves_no_trouble_behind() {
    let renewed = ",warranty.in_force,NAS-01,,Delivery is late,B. Holt,A. Jones,2027-04-20,2027-09-30";
    let review = review_on(&stores(), sheet(&[FIRST, renewed]), "2027-05-15");
    let states: Vec<_> = review
        .waivers
        .as_ref()
        .unwrap()
        .entries
        .iter()
        .map(|entry| entry.state)
        .collect();
    assert_eq!(states, [WaiverState::Replaced, WaiverState::InForce]);
    assert_eq!(review.findings_of("waiver.expired").count(), 0);
    // While both are in force, the one that ends last counts, in whichever order they stand.
    for rows in [[FIRST, renewed], [renewed, FIRST]] {
        let both = review_on(&stores(), sheet(&rows), "2027-04-25");
        let by = both
            .findings
            .iter()
            .find_map(|finding| finding.waiver.as_ref())
            .unwrap();
        assert_eq!(by.until, day("2027-09-30"));
    }
}

#[test]
fn the_end_of_a_waiver_is_in_the_calendar_with_who_set_it() {
    let review = review_on(&stores(), sheet(&[FIRST]), "2027-04-10");
    let ending = review
        .calendar
        .entries
        .iter()
        .find(|ending| ending.rule == "waiver.expired")
        .unwrap();
    assert_eq!(
        (ending.asset.as_str(), ending.days, ending.band.as_str()),
        ("nas-1", 20, "within_30")
    );
    assert_eq!(ending.what.raw(), "waiver of warranty.in_force");
    assert_eq!(ending.sources[0].source.as_ref().unwrap().raw(), "A. Jones");
}

#[test]
fn a_waiver_of_what_is_not_there_is_reported_with_what_is_near() {
    let row = |rule: &str, asset: &str, part: &str| {
        format!(",{rule},{asset},{part},why,B. Holt,A. Jones,2026-11-02,2027-04-30")
    };
    for (rule, asset, part, says) in [
        ("warranty.in_force", "NAS-O1", "", "did you mean `nas-01`"),
        (
            "warranty.in_forse",
            "NAS-01",
            "",
            "no rule `warranty.in_forse`; near: `warranty.in_force`",
        ),
        (
            "documentation.owner",
            "NAS-01",
            "",
            "found nothing about `NAS-01`",
        ),
        ("warranty.in_force", "NAS-01", "os", "there is one without a part"),
    ] {
        let review = review_on(&stores(), sheet(&[&row(rule, asset, part)]), TODAY);
        let taken = review.waivers.as_ref().unwrap();
        assert_eq!(
            (taken.in_force, taken.unmatched, taken.entries[0].finding.as_ref()),
            (0, 1, None),
            "{rule} {asset}"
        );
        let found = review.findings_of("waiver.unmatched").next().unwrap();
        assert_eq!(found.outcome, Outcome::Manual);
        let detail = found.detail.raw().to_lowercase();
        assert!(detail.contains(&says.to_lowercase()), "{detail}");
        assert_eq!(taken.remaining.risk, review.debt.risk);
    }
    let gone = format!(
        "f-{},,,,why,B. Holt,A. Jones,2026-11-02,2027-04-30",
        "0".repeat(32)
    );
    assert_eq!(
        review_on(&stores(), sheet(&[&gone]), TODAY)
            .waivers
            .unwrap()
            .unmatched,
        1
    );
}

#[test]
fn no_waiver_waives_what_is_wrong_with_waivers() {
    let after = review_on(&stores(), sheet(&[FIRST]), "2027-05-01");
    let expired = &after.findings_of("waiver.expired").next().unwrap().id;
    let trick = format!("{expired},,,,why,B. Holt,A. Jones,2027-04-30,2027-12-31");
    let review = review_on(&stores(), sheet(&[FIRST, &trick]), "2027-05-01");
    assert_eq!(review.waivers.as_ref().unwrap().in_force, 0);
    assert_eq!(review.findings_of("waiver.unmatched").count(), 1);
    assert!(review.finding(expired).unwrap().waiver.is_none());
}

#[test]
fn what_fits_several_is_refused_and_all_of_it_is_listed() {
    let twin = |id: &str| {
        Asset::new(id, AssetKind::Storage)
            .named("NAS")
            .with("warranty_end", "2026-06-30")
    };
    let busy = Asset::new("srv", AssetKind::Server)
        .named("SRV")
        .with("os_name", "Windows Server 2012 R2")
        .with("product", "Microsoft SQL Server 2012");
    let estate = estate(vec![twin("a"), twin("b"), busy]);
    let rows = [
        ",warranty.in_force,NAS,,why,B. Holt,A. Jones,2026-11-02,2027-04-30",
        ",lifecycle.security_support,SRV,,why,B. Holt,A. Jones,2026-11-02,2027-04-30",
    ];
    let error = Reviewer::standard()
        .waivers(sheet(&rows))
        .review(&estate, day(TODAY))
        .unwrap_err();
    assert_eq!(
        (error.kind(), error.place()),
        (ErrorKind::Ambiguous, Some("waivers: line 2"))
    );
    let said = error.to_string();
    for part in ["`a`", "`b`", "line 3", "`os`, `product`"] {
        assert!(said.contains(part), "{part}: {said}");
    }
    let one = ",lifecycle.security_support,SRV,os,why,B. Holt,A. Jones,2026-11-02,2027-04-30";
    assert_eq!(
        review_on(&estate, sheet(&[one]), TODAY).waivers.unwrap().in_force,
        1
    );
}

#[test]
fn every_row_that_is_wrong_is_listed_with_its_line_column_and_remedy() {
    let error = refused(&[
        FIRST,
        ",warranty.in_force,NAS-01,,why,B. Holt,b holt,2026-11-02,2027-04-30",
        ",warranty.in_force,NAS-01,,why,B. Holt,A. Jones,2026-11-02,",
        ",warranty.in_force,NAS-01,,why,B. Holt,A. Jones,2026-11-02,2029-04-30",
        ",warranty.in_force,,,why,B. Holt,A. Jones,2026-11-02,2027-04-30",
        "f-12,,,,why,B. Holt,A. Jones,2026-11-02,2027-04-30",
        ",warranty.in_force,NAS-01,,,B. Holt,A. Jones,2026-11-02,2027-04-30",
        ",warranty.in_force,NAS-01,,why,B. Holt,A. Jones,02/11/2026,2027-04-30",
    ]);
    assert_eq!(
        (error.kind(), error.place(), error.operation()),
        (
            ErrorKind::InvalidInput,
            Some("line 3, `approved_by`"),
            Some("waivers.read")
        )
    );
    let said = error.to_string();
    for part in [
        "let another person",
        "line 4, `until`",
        "no waiver is open-ended",
        "line 5, `until`",
        "at most 366 days",
        "line 6, `asset`",
        "a rule as a whole",
        "line 7, `finding`",
        "line 8, `reason`",
        "line 9, `at`",
    ] {
        assert!(said.contains(part), "{part}: {said}");
    }
}

#[test]
fn titles_that_are_missing_unknown_or_there_twice_are_refused() {
    for titles in [
        "finding,reason,requested_by,approved_by,at",
        "rule,reason,requested_by,approved_by,at,until",
        "finding,reason,requested_by,approved_by,at,until,expires",
        "finding,finding,reason,requested_by,approved_by,at,until",
    ] {
        let error = Waivers::from_csv(format!("{titles}\n").as_bytes()).unwrap_err();
        assert_eq!(
            (error.kind(), error.place()),
            (ErrorKind::InvalidInput, Some("line 1")),
            "{titles}"
        );
    }
    let semicolons = TITLES.replace(',', ";") + &FIRST.replace(',', ";");
    assert_eq!(Waivers::from_csv(semicolons.as_bytes()).unwrap().iter().len(), 1);
}

#[test]
fn hostile_sheets_are_refused_and_hostile_texts_come_out_escaped() {
    let many = vec![FIRST; 10_001];
    assert_eq!(refused(&many).kind(), ErrorKind::TooLarge);
    let long = FIRST.replace("Replaced", &"x".repeat(5_000));
    assert_eq!(refused(&[&long]).kind(), ErrorKind::TooLarge);
    assert_eq!(
        refused(&[&FIRST.replace("Replaced", &"x".repeat(2_500))]).kind(),
        ErrorKind::InvalidInput
    );
    assert_eq!(
        refused(&[&FIRST.replace("Replaced", "a\0b")]).kind(),
        ErrorKind::InvalidInput
    );
    assert_eq!(
        Waivers::from_csv(&[0xff, 0xfe, 0]).unwrap_err().kind(),
        ErrorKind::InvalidInput
    );
    assert_eq!(
        Waivers::from_csv(&vec![b'a'; (16 << 20) + 1]).unwrap_err().kind(),
        ErrorKind::TooLarge
    );
    let formula = Waiver::requested(
        WaiverOf::rule("warranty.in_force", "=NAS"),
        "@B",
        "=HYPERLINK(\"http://evil\")",
    )
    .approved("+A", day("2026-11-02"), day("2027-04-30"))
    .unwrap();
    let sheet = Waivers::new([formula]).unwrap().to_csv();
    for cell in ["'=NAS", "'@B", "'+A", "\"'=HYPERLINK"] {
        assert!(sheet.contains(cell), "{cell}: {sheet}");
    }
}

#[test]
fn a_sheet_of_waivers_is_not_taken_for_a_sheet_of_facts() {
    let error = source::read_all([Input::bytes("waivers.csv", format!("{TITLES}{FIRST}\n"))]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
    assert!(error.to_string().contains("give it to the review"), "{error}");
}

#[test]
fn a_list_of_objects_says_the_same_as_a_sheet_and_names_the_place_of_what_is_wrong() {
    let list = br#"[{"rule": "warranty.in_force", "asset": "NAS-01", "reason": "Replaced in spring", "requested_by": "B. Holt",
        "approved_by": "A. Jones", "at": "2026-11-02", "until": "2027-04-30"}]"#;
    let (read, written) = (Waivers::from_json(list).unwrap(), sheet(&[FIRST]));
    assert!(read.iter().eq(written.iter()));
    let text = String::from_utf8(list.to_vec()).unwrap();
    let error = Waivers::from_json(text.replace("\"2027-04-30\"", "null").as_bytes()).unwrap_err();
    assert_eq!(error.place(), Some("/0, `until`"));
    for broken in ["{}", "[1]", "[{\"reson\": \"x\"}]", "[", ""] {
        assert_eq!(
            Waivers::from_json(broken.as_bytes()).unwrap_err().kind(),
            ErrorKind::InvalidInput,
            "{broken}"
        );
    }
}

#[test]
fn a_recorded_review_proves_which_waivers_it_took() {
    block_on(async {
        let dir = tempfile::tempdir().unwrap();
        let practice = Practice::open(dir.path().join("practice"), PracticeOptions::default())
            .await
            .unwrap();
        let options = TenantOptions::region("eu").approvers(signers(&["alice"]));
        let tenant = practice.create_tenant("halden", options).await.unwrap();
        let document = format!("{TITLES}{FIRST}\n");
        let reviewer = Reviewer::standard().waivers(Waivers::from_csv(document.as_bytes()).unwrap());
        tenant
            .review_with(&reviewer, &stores(), day(TODAY), Trigger::Manual)
            .await
            .unwrap();
        let entries = tenant.ledger().entries(..).await.unwrap();
        let payload: serde_json::Value = serde_json::from_slice(entries.last().unwrap().payload()).unwrap();
        let taken = &payload["review"]["waivers"];
        let digest = Digest::of("vcto waivers v1", document.as_bytes());
        assert_eq!(taken["document"], digest.to_string());
        assert_eq!(taken["entries"][0]["waiver"]["approved_by"], "A. Jones");
        let report = tenant
            .ledger()
            .verify(&vcto::ledger::VerifyOptions::default())
            .await
            .unwrap();
        assert_eq!(
            (report.integrity.to_string(), report.policy.to_string()),
            ("ok".into(), "ok".into())
        );
    });
}

proptest! {
    #[test]
    fn a_sheet_reads_back_to_the_same_waivers(
        texts in proptest::collection::vec(("[^\\x00]{0,40}", "[^\\x00]{0,20}", "[^\\x00]{0,20}", any::<bool>(), 0_i64..367), 0..6)
    ) {
        let granted = day("2026-01-01");
        let waivers: Vec<Waiver> = texts
            .iter()
            .filter_map(|(reason, asset, by, is_id, days)| {
                let of = if *is_id { FindingId(format!("f-{days:032x}")).into() } else { WaiverOf::rule("a.b", asset.as_str()) };
                let until = granted.checked_add(jiff::Span::new().days(*days)).unwrap();
                Waiver::requested(of, format!("{by}x"), reason.as_str()).approved(format!("{by}y"), granted, until).ok()
            })
            .collect();
        let written = Waivers::new(waivers.clone()).unwrap();
        let read = Waivers::from_csv(written.to_csv().as_bytes()).unwrap();
        prop_assert_eq!(read.iter().cloned().collect::<Vec<_>>(), waivers);
        prop_assert_eq!(read.digest(), written.digest());
    }
}

#[test]
fn what_would_stop_the_firm_is_still_told_first_with_the_day_until_which_it_is_accepted() {
    let service = Asset::new("erp", AssetKind::Service)
        .named("ERP")
        .with("owner", "IT");
    let estate = Estate::new(vcto::Inventory {
        assets: vec![
            Asset {
                criticality: Some("critical".into()),
                ..service
            },
            Asset::new("srv", AssetKind::Server).named("SRV-01"),
        ],
        relations: vec![vcto::estate::Relation::new(
            vcto::estate::AssetId::from("erp"),
            vcto::estate::AssetId::from("srv"),
            vcto::estate::RelationKind::DependsOn,
        )],
        ..vcto::Inventory::default()
    })
    .unwrap();
    let row = ",resilience.single_point,SRV-01,,why,B. Holt,A. Jones,2026-11-02,2027-04-30";
    let review = review_on(&estate, sheet(&[row]), TODAY);
    assert_eq!(review.waivers.as_ref().unwrap().in_force, 1);
    let html = vcto::report::Page::new(&estate, &review).to_html().unwrap();
    assert!(html.contains("Accepted until 2027-04-30"));
    let text = review.to_text();
    assert!(text.contains("; accepted until 2027-04-30"), "{text}");
}
