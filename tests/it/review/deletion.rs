//! Deleting a fact never makes an estate look better.

use std::collections::BTreeMap;

use proptest::prelude::*;
use proptest::sample::{Index, select};
use vcto::estate::{Asset, AssetKind, Criticality, Relation, RelationKind, Scalar};
use vcto::review::{Outcome, Reviewer};
use vcto::{Estate, Inventory};

use super::day;

/// Facts that rules read, each with values that pass, fail and cannot be read.
const FACTS: &[(&str, &[&str])] = &[
    ("owner", &["finance", "", "null"]),
    (
        "os_name",
        &[
            "Windows Server 2016",
            "Windows 10 Pro",
            "Windows 10 Enterprise",
            "Debian 12",
            "Debian 9",
            "FooOS",
            "Ubuntu",
            "Windows 11",
        ],
    ),
    (
        "os_version",
        &["10.0.19045", "22H2", "9", "12.1", "24H2", "20.04"],
    ),
    ("os_configured", &["Debian 7", "Debian 12"]),
    ("os_build", &["14393", "26100"]),
    (
        "product",
        &["SQL Server 2016", "SQL Server 2019", "PostgreSQL 14"],
    ),
    ("version", &["13.0.6300", "14.11", "SP3"]),
    ("extended_support", &["true", "false", "null"]),
    ("extended_support_end", &["2030-01-01", "2020-01-01"]),
    (
        "warranty_end",
        &["2020-01-01", "2026-12-01", "2030-01-01", "soon", "null"],
    ),
    ("support_end", &["2020-01-01", "2030-01-01"]),
    ("subscription_end", &["2020-01-01", "2030-01-01"]),
    ("last_seen", &["2026-11-21", "2026-08-01", "null"]),
    ("left", &["2026-10-01", "2027-01-01", "null"]),
    ("account_enabled", &["true", "false"]),
    ("licensed", &["true", "false", "E3"]),
    ("admin_roles", &["Global administrator", ""]),
    ("backup_required", &["true", "false"]),
    ("backup_last_success", &["2026-11-21", "2026-10-01", "null"]),
    ("backup_last_result", &["success", "failed", "warning"]),
    ("backup_covers", &["C:", "C:, D:"]),
    ("backup_excludes", &["", "E:"]),
    ("volumes", &["C:", "C:; D:"]),
    ("restore_tested", &["2026-06-01", "2020-01-01", "null"]),
    ("power_ports", &["0", "1", "2"]),
    ("power_ports_cabled", &["0", "1", "2"]),
    ("cabled", &["true", "false"]),
    ("provider", &["BT", "Colt"]),
    ("route", &["north", "south", "null"]),
    ("people", &["12"]),
    (
        "cpu_model",
        &[
            "Intel(R) Core(TM) i5-8250U",
            "Intel(R) Core(TM) i5-6500",
            "Elbrus",
        ],
    ),
    ("memory_mib", &["8192", "3980", "2048"]),
    ("disk_mib", &["244000", "60000", "30000"]),
    ("tpm_version", &["2.0", "1.2", "none", "yes"]),
    ("secure_boot", &["true", "false"]),
    (
        "expires",
        &[
            "2026-11-21",
            "2026-12-01",
            "2027-02-01",
            "2030-01-01",
            "null",
            "never",
        ],
    ),
    (
        "contract_end",
        &["2026-10-31", "2027-01-31", "2030-01-01", "null"],
    ),
    ("notice_by", &["2026-10-31", "2026-12-31", "2029-10-01", "soon"]),
    ("auto_renew", &["true", "false", "null"]),
    ("status", &["active", "retired", "null"]),
    ("rmm_status", &["approved", "decommissioned"]),
    ("rmm_agent", &["true", "false", "null"]),
    ("antivirus", &["Defender", "", "null"]),
    ("antivirus_state", &["on", "off", "unknown"]),
    ("edr", &["SentinelOne", "none"]),
    ("directory", &["entra", "none", ""]),
    ("domain", &["corp.local", ""]),
    ("workgroup", &["WORKGROUP"]),
    ("agreement", &["Gold", "", "?"]),
];

fn scalar(text: &str) -> Scalar {
    match text {
        "null" => Scalar::Unknown,
        "true" => Scalar::from(true),
        "false" => Scalar::from(false),
        // Builds are texts.
        number if number.parse::<i64>().is_ok() && !matches!(number, "14393" | "26100") => {
            Scalar::from(number.parse::<i64>().unwrap())
        }
        text => Scalar::from(text),
    }
}

fn kind() -> impl Strategy<Value = AssetKind> {
    let kinds = AssetKind::KNOWN.to_vec();
    select(kinds)
}

prop_compose! {
    fn asset(id: &'static str)(
        kind in kind(),
        critical in proptest::option::of(select(vec![Criticality::Critical, Criticality::Low])),
        facts in proptest::collection::vec((any::<Index>(), any::<Index>()), 0..14),
    ) -> Asset {
        let mut asset = Asset::new(id, kind).named(id);
        asset.criticality = critical;
        for (which, value) in facts {
            let (name, values) = which.get(FACTS);
            asset.facts.insert(*name, scalar(value.get::<&str>(values)));
        }
        asset
    }
}

prop_compose! {
    pub(super) fn inventory()(
        a in asset("a"), b in asset("b"), c in asset("c"), d in asset("d"), e in asset("e"),
        links in proptest::collection::vec((0..5_usize, 0..5_usize, any::<Index>()), 0..8),
    ) -> Inventory {
        let assets = vec![a, b, c, d, e];
        let relations = links
            .into_iter()
            .filter(|(from, to, _)| from != to)
            .map(|(from, to, kind)| {
                let kind = kind.get(RelationKind::KNOWN).clone();
                Relation::new(assets[from].id.clone(), assets[to].id.clone(), kind)
            })
            .collect();
        Inventory { assets, relations, ..Inventory::default() }
    }
}

type Answers = BTreeMap<(String, Option<String>, String), Outcome>;

fn answers(inventory: Inventory) -> Answers {
    let estate = Estate::new(inventory).expect("a sound estate");
    let review = Reviewer::standard()
        .keep_verdicts(true)
        .review(&estate, day("2026-11-22"))
        .expect("a review");
    review
        .verdicts
        .into_iter()
        .map(|verdict| {
            let asset = verdict.asset.map(|id| id.as_str().to_owned());
            ((verdict.rule, asset, verdict.part), verdict.outcome)
        })
        .collect()
}

/// Whether the deletion of something may turn one answer into the other.
fn allowed(before: Outcome, after: Option<Outcome>) -> bool {
    match after {
        // The question is no longer asked, where what was deleted is what it was asked of; that is no pass.
        None | Some(Outcome::NotApplicable | Outcome::NotEvaluated) => true,
        // What was outside the scope comes into it where what is gone had waived it.
        Some(after) => after == before || matches!(before, Outcome::Manual | Outcome::NotApplicable),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn deleting_a_fact_changes_an_answer_only_to_not_evaluated(inventory in inventory(), which: Index) {
        let facts: Vec<(usize, String)> = inventory
            .assets
            .iter()
            .enumerate()
            .flat_map(|(at, asset)| asset.facts.iter().map(move |(name, _)| (at, name.to_owned())))
            .collect();
        prop_assume!(!facts.is_empty());
        let (at, name) = which.get(&facts);
        let before = answers(inventory.clone());
        let mut less = inventory;
        less.assets[*at].facts.remove(name);
        let after = answers(less);
        for (key, outcome) in &before {
            let now = after.get(key).copied();
            prop_assert!(allowed(*outcome, now), "without {name}: {key:?} was {outcome:?}, is {now:?}");
            prop_assert!(!(outcome.is_problem() && now == Some(Outcome::Satisfied)));
        }
    }

    #[test]
    fn deleting_the_criticality_changes_an_answer_only_to_not_evaluated(inventory in inventory(), which in 0..5_usize) {
        let before = answers(inventory.clone());
        let mut less = inventory;
        less.assets[which].criticality = None;
        let after = answers(less);
        for (key, outcome) in &before {
            let now = after.get(key).copied();
            let fine = now == Some(*outcome) || now == Some(Outcome::NotEvaluated);
            prop_assert!(fine, "{key:?} was {outcome:?}, is {now:?}");
        }
    }

    #[test]
    fn the_order_of_the_input_does_not_change_a_byte(inventory in inventory(), seed: u64) {
        let review = |inventory| {
            Reviewer::standard()
                .keep_verdicts(true)
                .review(&Estate::new(inventory).unwrap(), day("2026-11-22"))
                .unwrap()
                .to_json()
        };
        let mut shuffled = inventory.clone();
        let turn = usize::try_from(seed % 5).unwrap();
        shuffled.assets.rotate_left(turn);
        shuffled.relations.reverse();
        prop_assert_eq!(review(inventory), review(shuffled));
    }
}
