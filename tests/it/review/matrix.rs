//! The coverage matrix, judged by hand: one small client, cell by cell.

use vcto::estate::{Asset, AssetKind, Relation, RelationKind, Scalar, Scope};
use vcto::review::{Cell, Column, Life, Outcome, Review, Reviewer, Severity};
use vcto::{Estate, Inventory};

use super::day;
use Cell::{Contradicted, Covered, Gap, NotApplicable, Unknown};

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

/// The cells in the order of `Column::ALL`: RMM, endpoint protection, backup, directory, agreement, warranty.
fn cells(review: &Review, asset: &str) -> [Cell; 6] {
    let row = review.matrix.row(asset).unwrap();
    Column::ALL.map(|column| row.cell(column))
}

fn pc(id: &str) -> Asset {
    Asset::new(id, AssetKind::Workstation).named(id)
}

#[test]
fn each_cell_is_what_a_person_reads_from_the_facts() {
    let seen = |asset: Asset| asset.with("last_seen", "2026-11-20");
    let review = review(Inventory {
        assets: vec![
            seen(pc("pc-1"))
                .with("rmm_agent", true)
                .with("antivirus", "Microsoft Defender")
                .with("antivirus_state", "on")
                .with("domain", "halden.local")
                .with("agreement", "Managed desktop")
                .with("warranty_end", "2027-01-31"),
            seen(pc("pc-2"))
                .with("rmm_agent", false)
                .with("antivirus", "Microsoft Defender")
                .with("antivirus_state", "off")
                .with("directory", "none")
                .with("agreement", "")
                .with("warranty_end", "2026-11-21"),
            // A product without its state, a workgroup, a question mark: nothing is settled.
            seen(pc("pc-3"))
                .with("antivirus", "Microsoft Defender")
                .with("workgroup", "WORKGROUP")
                .with("agreement", "?"),
            Asset::new("srv-1", AssetKind::Server)
                .with("os_name", "Windows Server 2022")
                .with("edr", "SentinelOne")
                .with("directory", "entra")
                .with("backup_last_success", "2026-11-21"),
            Asset::new("srv-2", AssetKind::Server)
                .with("os_name", "Debian GNU/Linux 12")
                .with("backup_last_success", Scalar::Unknown),
            Asset::new("esx-1", AssetKind::HypervisorHost).with("os_name", "VMware ESXi 8.0"),
            Asset::new("hv-1", AssetKind::HypervisorHost)
                .with("os_name", "Windows Server 2019 Hyper-V")
                .with("rmm_agent", false),
            Asset::new("hv-2", AssetKind::HypervisorHost).with("rmm_agent", false),
            Asset::new("fw-1", AssetKind::Firewall).with("rmm_agent", false),
            Asset::new("thing", AssetKind::Device).with("rmm_agent", false),
            Asset::new("agreement-1", AssetKind::Contract),
            Asset::new("provider-1", AssetKind::Provider),
        ],
        relations: vec![
            Relation::new("fw-1", "agreement-1", RelationKind::CoveredBy),
            // A relation to something that is no contract covers nothing.
            Relation::new("esx-1", "provider-1", RelationKind::CoveredBy),
        ],
        ..Inventory::default()
    });
    let expected: [(&str, [Cell; 6]); 10] = [
        (
            "pc-1",
            [Covered, Covered, NotApplicable, Covered, Covered, Covered],
        ),
        ("pc-2", [Gap, Gap, NotApplicable, Gap, Gap, Gap]),
        (
            "pc-3",
            [Unknown, Unknown, NotApplicable, Unknown, Unknown, Unknown],
        ),
        ("srv-1", [Unknown, Covered, Covered, Covered, Unknown, Unknown]),
        ("srv-2", [Unknown, Unknown, Gap, NotApplicable, Unknown, Unknown]),
        (
            "esx-1",
            [
                NotApplicable,
                NotApplicable,
                NotApplicable,
                NotApplicable,
                Unknown,
                Unknown,
            ],
        ),
        ("hv-1", [Gap, Unknown, NotApplicable, Unknown, Unknown, Unknown]),
        (
            "hv-2",
            [Unknown, Unknown, NotApplicable, Unknown, Unknown, Unknown],
        ),
        (
            "fw-1",
            [
                NotApplicable,
                NotApplicable,
                NotApplicable,
                NotApplicable,
                Covered,
                Unknown,
            ],
        ),
        (
            "thing",
            [Unknown, Unknown, NotApplicable, Unknown, Unknown, NotApplicable],
        ),
    ];
    for (asset, cells_expected) in expected {
        assert_eq!(cells(&review, asset), cells_expected, "{asset}");
    }
    assert_eq!(review.matrix.rows.len(), expected.len());
    // RMM: pc-1 covered; pc-2 and hv-1 gaps; pc-3, srv-1, srv-2, hv-2, thing unknown.
    let rmm = review.matrix.column(Column::Rmm).unwrap();
    assert_eq!((rmm.percent, rmm.known, rmm.total), (Some(33), 3, 8));
    let workgroup = "whether what is in a workgroup is joined to a directory in the cloud";
    assert!(
        review
            .gaps
            .iter()
            .any(|gap| gap.missing == workgroup && gap.count == 1)
    );
}

#[test]
fn a_column_of_which_no_source_speaks_is_unknown_even_where_a_list_claims_to_be_complete() {
    let complete = |assets: Vec<Asset>, scope: &str| {
        let mut inventory = Inventory {
            assets,
            ..Inventory::default()
        };
        inventory.source.scopes.push(Scope {
            name: scope.into(),
            complete: true,
        });
        review(inventory)
    };
    let one = || pc("pc-1").with("antivirus_state", "on").with("rmm_agent", true);
    let silent = of(vec![pc("pc-1"), pc("pc-2")]);
    for column in Column::ALL {
        let result = silent.matrix.column(column).unwrap();
        assert_eq!((result.percent, result.known), (None, 0), "{column:?}");
    }
    // An empty list is more likely one that was not read.
    let empty = complete(vec![pc("pc-1"), pc("pc-2")], "endpoint_protection");
    assert_eq!(cells(&empty, "pc-2")[1], Unknown);
    // A list of one, that says it knows all: the other is a gap. In other columns it says nothing.
    let full = complete(vec![one(), pc("pc-2")], "endpoint_protection");
    assert_eq!((cells(&full, "pc-1")[1], cells(&full, "pc-2")[1]), (Covered, Gap));
    assert_eq!(cells(&full, "pc-2")[0], Unknown);
    let found = full.findings_of("coverage.endpoint_protection").next().unwrap();
    assert_eq!(
        (found.severity, found.outcome),
        (Severity::High, Outcome::NotSatisfied)
    );
    assert!(found.detail.raw().starts_with("The records are complete"));
    // Without the claim it is unknown.
    let partial = of(vec![one(), pc("pc-2")]);
    assert_eq!(cells(&partial, "pc-2")[1], Unknown);
    // A product that is named without its state may be off: no gap either way.
    let half = complete(
        vec![one(), pc("pc-2").with("antivirus", "Sophos")],
        "endpoint_protection",
    );
    assert_eq!(cells(&half, "pc-2")[1], Unknown);
}

#[test]
fn sources_that_contradict_each_other_are_neither_covered_nor_a_gap() {
    let review = of(vec![
        pc("pc-1").with("rmm_agent", true).with("rmm_agent", false),
        pc("pc-2")
            .with("antivirus_state", "off")
            .with("edr", "SentinelOne"),
        pc("pc-3")
            .with("warranty_end", "2026-01-31")
            .with("warranty_end", "2028-01-31"),
    ]);
    assert_eq!(cells(&review, "pc-1")[0], Contradicted);
    assert_eq!(cells(&review, "pc-2")[1], Contradicted);
    assert_eq!(cells(&review, "pc-3")[5], Contradicted);
    let rmm = review.findings_of("coverage.rmm").next().unwrap();
    assert_eq!(rmm.outcome, Outcome::Manual);
    let column = review.matrix.column(Column::Rmm).unwrap();
    assert_eq!((column.percent, column.in_use.contradicted), (None, 1));
    // The rule counts with the worse date, as all rules do.
    assert_eq!(
        review.rule("warranty.in_force").unwrap().outcomes.not_satisfied,
        1
    );
}

#[test]
fn what_was_not_seen_lately_and_what_is_out_of_service_do_not_touch_the_percentage() {
    let agent = |id: &str, seen: &str, agent: bool| pc(id).with("last_seen", seen).with("rmm_agent", agent);
    let review = of(vec![
        agent("a", "2026-11-22", true),
        // On the last day of the limit of 30 days it is live, on the next it is stale.
        agent("b", "2026-10-23", false),
        agent("c", "2026-10-22", false),
        agent("d", "2026-01-01", true).with("status", "Retired"),
        pc("e").with("rmm_agent", true),
    ]);
    let lives: Vec<Life> = review.matrix.rows.iter().map(|row| row.life).collect();
    assert_eq!(
        lives,
        [Life::Live, Life::Live, Life::Stale, Life::Retired, Life::Unknown]
    );
    let devices = review.matrix.devices;
    assert_eq!(
        (devices.live, devices.stale, devices.retired, devices.unknown),
        (2, 1, 1, 1)
    );
    let rmm = review.matrix.column(Column::Rmm).unwrap();
    assert_eq!((rmm.percent, rmm.known), (Some(66), 3));
    assert_eq!((rmm.stale.gap, rmm.stale.covered), (1, 0));
    // The rule still tells the gap of the stale one: it is a gap wherever it is.
    assert_eq!(review.findings_of("coverage.rmm").count(), 2);
}

#[test]
fn a_retired_device_is_outside_the_rules_and_one_whose_sources_disagree_is_not() {
    let old = |id: &str| {
        Asset::new(id, AssetKind::Server)
            .named(id)
            .with("os_name", "Windows Server 2008")
            .with("last_seen", "2020-01-01")
            .with("warranty_end", "2015-01-01")
            .with("owner", Scalar::Unknown)
            .with("rmm_agent", false)
    };
    let review = of(vec![
        old("gone").with("status", "decommissioned"),
        old("agentless").with("rmm_status", "decommissioned"),
        old("disputed")
            .with("status", "active")
            .with("rmm_status", "decommissioned"),
        old("leaving").with("status", "decommissioning"),
    ]);
    let found = |asset: &str| {
        let findings = review.findings.iter();
        let mut rules: Vec<&str> = findings
            .filter(|finding| finding.asset.as_ref().is_some_and(|id| id.as_str() == asset))
            .map(|finding| finding.rule.as_str())
            .collect();
        rules.sort_unstable();
        rules
    };
    let all = [
        "coverage.rmm",
        "documentation.owner",
        "documentation.seen",
        "lifecycle.security_support",
        "warranty.in_force",
    ];
    assert_eq!(found("gone"), [""; 0]);
    assert_eq!(found("agentless"), [""; 0]);
    assert_eq!(found("disputed"), all);
    assert_eq!(found("leaving"), all);
    // That it is not retired was read, so that its retirement makes an approval stale.
    let finding = review.findings_of("coverage.rmm").next().unwrap();
    let read = |name: &str| {
        finding
            .evidence
            .reads
            .iter()
            .any(|read| matches!(read, vcto::review::Read::Fact { fact, .. } if fact == name))
    };
    assert!(read("status") && read("rmm_status"));
}

#[test]
fn what_costs_until_it_ends_is_never_retired_by_a_word() {
    let review = of(vec![
        Asset::new("l", AssetKind::Licence)
            .with("status", "retired")
            .with("subscription_end", "2020-01-01"),
        Asset::new("u", AssetKind::UserAccount)
            .with("status", "archived")
            .with("left", "2026-01-01")
            .with("account_enabled", true),
    ]);
    let broken = |rule: &str| review.rule(rule).unwrap().outcomes.not_satisfied;
    assert_eq!(broken("licence.subscription_in_force"), 1);
    assert_eq!(broken("identity.leaver"), 1);
}

#[test]
fn the_matrix_and_the_rules_say_the_same_of_every_device() {
    let Some(path) = crate::common::shared("data/netbox-demo/netbox-demo-v3.6.json") else {
        return;
    };
    let estate = Estate::new(vcto::source::read(path, None).unwrap()).unwrap();
    let review = Reviewer::standard()
        .keep_verdicts(true)
        .review(&estate, day("2026-11-22"))
        .unwrap();
    assert!(review.matrix.rows.len() > 50);
    for (column, rule) in [
        (Column::Agreement, "coverage.agreement"),
        (Column::Backup, "backup.in_place"),
        (Column::Directory, "coverage.directory"),
        (Column::EndpointProtection, "coverage.endpoint_protection"),
        (Column::Rmm, "coverage.rmm"),
        (Column::Warranty, "warranty.in_force"),
    ] {
        for row in &review.matrix.rows {
            let verdict = review
                .verdicts
                .iter()
                .find(|verdict| verdict.rule == rule && verdict.asset.as_ref() == Some(&row.asset))
                .unwrap();
            let fits = match row.cell(column) {
                Covered => matches!(verdict.outcome, Outcome::Satisfied | Outcome::Partially),
                Gap => verdict.outcome == Outcome::NotSatisfied,
                Contradicted => matches!(verdict.outcome, Outcome::Manual | Outcome::NotSatisfied),
                Unknown => matches!(verdict.outcome, Outcome::NotEvaluated | Outcome::Error),
                NotApplicable => verdict.outcome == Outcome::NotApplicable,
            };
            assert!(fits, "{rule} {:?}: {:?}", row, verdict.outcome);
        }
    }
}

#[test]
fn a_summary_tells_each_column_with_what_is_known_beside_it() {
    let review = of(vec![
        pc("a").with("rmm_agent", true).with("last_seen", "2026-11-20"),
        pc("b").with("rmm_agent", false).with("last_seen", "2026-11-20"),
        pc("c").with("last_seen", "2026-01-01"),
        pc("d"),
    ]);
    let text = review.to_text();
    assert!(
        text.contains("4 devices: 2 seen within 30 days, 1 not, 0 out of service, 1 of which nobody says"),
        "{text}"
    );
    assert!(
        text.contains("RMM 50 % of 2, 1 unknown, 1 not seen lately; endpoint protection unknown for all 3"),
        "{text}"
    );
}

#[test]
fn a_device_with_a_backup_is_covered_whatever_its_kind() {
    let review = of(vec![
        pc("kept").with("backup_last_success", "2026-10-30"),
        pc("broken").with("backup_last_failure", "2026-11-20"),
        pc("none"),
    ]);
    let backup = |id: &str| review.matrix.row(id).unwrap().cell(Column::Backup);
    assert_eq!(
        [backup("kept"), backup("broken"), backup("none")],
        [Covered, Gap, NotApplicable]
    );

    // The six rows of backup-usage.json are workstations.
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/data/halden-pryce/ninjaone");
    let review = self::review(vcto::source::read(folder, None).unwrap());
    let covered = review
        .matrix
        .rows
        .iter()
        .filter(|row| row.cell(Column::Backup) == Covered);
    assert_eq!(covered.count(), 6);
}

#[test]
fn a_sighting_that_has_not_come_yet_is_none() {
    let review = of(vec![
        pc("zone").with("last_seen", "2026-11-23"),
        pc("ahead").with("last_seen", "2026-11-24"),
    ]);
    let life = |id: &str| review.matrix.row(id).unwrap().life;
    assert_eq!((life("zone"), life("ahead")), (Life::Live, Life::Unknown));
    let found: Vec<_> = review.findings_of("documentation.seen").collect();
    assert_eq!(found.len(), 1);
    assert_eq!(
        found[0].title.raw(),
        "Last seen on a day that has not come: 2026-11-24"
    );
    assert_eq!(found[0].outcome, Outcome::NotSatisfied);
}
