//! Order, size and garbage.

use std::fmt::Write;

use proptest::prelude::*;
use vcto::Estate;
use vcto::estate::{Asset, AssetKind, Fact, Inventory, Relation};
use vcto::source;

use super::cases::{asset, estate, firewall, pc};
use super::dice::Dice;
use super::world::make;

fn shuffle<T>(items: &mut [T], dice: &mut Dice) {
    for at in (1..items.len()).rev() {
        items.swap(at, dice.below(at + 1));
    }
}

/// The same content in another order.
fn turned(mut inventory: Inventory, dice: &mut Dice) -> Inventory {
    shuffle(&mut inventory.assets, dice);
    shuffle(&mut inventory.relations, dice);
    for asset in &mut inventory.assets {
        let facts: Vec<(String, Fact)> = asset
            .facts
            .iter()
            .map(|(name, fact)| (name.to_owned(), fact.clone()))
            .collect();
        for (name, fact) in facts {
            let mut values = fact.values().to_vec();
            shuffle(&mut values, dice);
            asset.facts.insert(name, Fact::from_values(values).unwrap());
        }
    }
    inventory
}

#[test]
fn the_order_of_the_input_changes_nothing() {
    for seed in [3, 4] {
        let world = make(seed, 10);
        let before = source::infer(&world.inventory).unwrap();
        assert!(before.relations.len() > 100);
        let mut dice = Dice::new(seed);
        for _ in 0..3 {
            assert_eq!(
                source::infer(&turned(world.inventory.clone(), &mut dice)).unwrap(),
                before
            );
        }
    }
}

#[test]
fn an_estate_with_what_was_inferred_is_sound_and_is_inferred_no_further() {
    let mut inventory = make(8, 12).inventory;
    let relations = source::infer(&inventory).unwrap().relations;
    inventory.relations.extend(relations);
    assert!(source::infer(&inventory).unwrap().relations.is_empty());
    let estate = Estate::new(inventory).unwrap();
    assert!(estate.inferred_relation_count() > 100);
}

/// Addresses, whole and broken, and words that are none.
fn addresses() -> impl Strategy<Value = String> {
    let one = prop_oneof![
        Just("10.0.0.1".to_owned()),
        Just("10.0.0.2".to_owned()),
        Just("::1".to_owned()),
        Just("fe80::1%1".to_owned()),
        Just("fd00::1".to_owned()),
        Just("8.8.8.8".to_owned()),
        Just("10.0.0.1/33".to_owned()),
        Just("[::ffff:10.0.0.1]:53".to_owned()),
        "[0-9a-f.:/%;, ]{0,20}",
        "\\PC{0,12}",
    ];
    prop::collection::vec(one, 0..6).prop_map(|parts| parts.join("; "))
}

fn kinds() -> impl Strategy<Value = AssetKind> {
    prop::sample::select(vec![
        AssetKind::Cluster,
        AssetKind::Firewall,
        AssetKind::HypervisorHost,
        AssetKind::Printer,
        AssetKind::Server,
        AssetKind::Site,
        AssetKind::Switch,
        AssetKind::VirtualMachine,
        AssetKind::Workstation,
    ])
}

fn assets() -> impl Strategy<Value = Vec<Asset>> {
    let words = prop::sample::select(vec![
        "corp.example",
        "CORP",
        "DNS; NTDS",
        "MSSQL$A; VeeamBackupSvc",
        "Veeam Agent for Microsoft Windows",
        "Microsoft ODBC Driver 17 for SQL Server",
        "A0",
        "a1",
        "A1.corp.example",
        "Primary Domain Controller",
        "\u{202e}",
    ]);
    let fact = prop::sample::select(vec![
        "domain",
        "services_running",
        "software",
        "host",
        "cluster",
        "domain_role",
        "database_servers",
        "backup_product",
        "status",
    ]);
    let network = prop::sample::select(vec![
        "addresses",
        "address",
        "gateways",
        "dns_servers",
        "public_address",
    ]);
    let facts = prop_oneof![
        (network, addresses()),
        (fact, prop_oneof![words.prop_map(str::to_owned), "\\PC{0,20}"]),
    ];
    let one = (kinds(), prop::collection::vec(facts, 0..6));
    prop::collection::vec(one, 1..10).prop_map(|assets| {
        let assets = assets.into_iter().enumerate();
        assets
            .map(|(at, (kind, facts))| {
                let mut asset = Asset::new(format!("a{at}"), kind).named(format!("A{at}"));
                for (name, value) in facts {
                    asset.facts.add(name, value);
                }
                asset
            })
            .collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn whatever_the_facts_say_relations_are_sound_and_the_order_does_not_matter(
        assets in assets(),
        ends in prop::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>(), 0..3_usize), 0..8),
        seed in any::<u64>(),
    ) {
        let relations = ends.iter().filter_map(|(from, to, kind)| {
            let kind = ["located_at", "runs_on", "unrelated_to"][*kind];
            let (from, to) = (&assets[from.index(assets.len())].id, &assets[to.index(assets.len())].id);
            (from != to).then(|| Relation::new(from.clone(), to.clone(), kind.into()))
        });
        let relations: Vec<Relation> = relations.collect();
        let mut inventory = Inventory { assets, relations, ..Inventory::default() };
        let found = source::infer(&inventory).unwrap();
        prop_assert_eq!(&source::infer(&turned(inventory.clone(), &mut Dice::new(seed))).unwrap(), &found);
        for relation in &found.relations {
            prop_assert!(relation.from != relation.to && !relation.is_stated());
            prop_assert!(relation.confidence().is_some() && relation.note().is_some());
        }
        inventory.relations.extend(found.relations);
        prop_assert!(Estate::new(inventory).is_ok());
    }
}

#[test]
fn ten_thousand_gateways_are_no_evidence() {
    let many: String = (0..10_000_u32).fold(String::new(), |mut text, at| {
        write!(text, "10.{}.{}.1; ", at / 250, at % 250).unwrap();
        text
    });
    let text: String = many.chars().take(60_000).collect();
    let mut greedy = Asset::new("greedy", AssetKind::Firewall);
    for part in 0..4 {
        greedy = greedy.with("addresses", format!("{text}{part}"));
    }
    let inventory = estate(vec![(
        "leeds",
        vec![
            firewall("fw", "10.0.7.1"),
            greedy,
            pc(
                "hostile",
                &[("gateways", text.as_str()), ("dns_servers", text.as_str())],
            ),
            pc("pc", &[("gateways", "10.0.7.1")]),
        ],
    )]);
    let found = source::infer(&inventory).unwrap();
    let ends: Vec<_> = found
        .relations
        .iter()
        .map(|relation| (relation.from.as_str(), relation.to.as_str()))
        .collect();
    assert_eq!(ends, [("pc", "fw")], "one that claims every address claims none");
    assert!(found.doubts.iter().all(|doubt| doubt.asset.as_str() == "hostile"));
    assert!(found.doubts[0].why.raw().len() < 200);
}

#[test]
fn what_everybody_shares_costs_no_more_than_what_nobody_does() {
    // 20,000 machines at one gateway that 2,000 devices claim, one domain with 2,000 controllers, one name of all hosts.
    let facts = [
        ("gateways", "10.0.0.1"),
        ("dns_servers", "10.0.0.1; 10.0.0.2"),
        ("domain", "corp.example"),
        ("host", "HV"),
        (
            "software",
            "Veeam Agent for Microsoft Windows; Microsoft ODBC Driver 17 for SQL Server",
        ),
    ];
    let mut assets: Vec<Asset> = (0..20_000)
        .map(|at| asset(&format!("vm-{at}"), AssetKind::VirtualMachine, &facts))
        .collect();
    for at in 0..2_000 {
        assets.push(firewall(&format!("fw-{at}"), "10.0.0.1"));
        assets.push(asset(&format!("hv-{at}"), AssetKind::HypervisorHost, &[]).named("HV"));
        let parts = [
            ("addresses", "10.0.0.2"),
            ("domain", "corp.example"),
            ("services_running", "DNS; NTDS; VeeamBackupSvc; MSSQLSERVER"),
        ];
        assets.push(asset(&format!("dc-{at}"), AssetKind::Server, &parts));
    }
    let found = source::infer(&estate(vec![("leeds", assets)])).unwrap();
    assert!(found.relations.is_empty());
    for count in &found.methods {
        assert_eq!(count.ambiguous, 20_000, "{count:?}");
    }
    assert_eq!(found.doubts.len(), 6_000, "a thousand of each method are listed");
}
