//! What changed between two snapshots.

use std::collections::BTreeMap;

use proptest::prelude::*;
use vcto::estate::{
    Asset, AssetKind, Confidence, FactValue, Relation, RelationKind, Requirement, Scope, Source, diff,
};
use vcto::{Estate, Inventory};

use super::arbitrary::inventories;

fn snapshot(source: Source, assets: Vec<Asset>) -> Estate {
    Estate::new(Inventory {
        source,
        assets,
        ..Inventory::default()
    })
    .unwrap()
}

fn complete() -> Source {
    Source {
        complete: true,
        ..Source::default()
    }
}

fn scope(name: &str, complete: bool) -> Scope {
    Scope {
        name: name.into(),
        complete,
    }
}

fn ids(ids: &[vcto::estate::AssetId]) -> Vec<&str> {
    ids.iter().map(vcto::estate::AssetId::as_str).collect()
}

#[test]
fn absence_is_deletion_only_where_the_source_is_complete() {
    let assets = || {
        vec![
            Asset::new("pc", AssetKind::Workstation),
            Asset::new("srv", AssetKind::Server),
        ]
    };
    let old = snapshot(complete(), assets());
    let with = |complete: bool, scopes: Vec<Scope>| Source {
        complete,
        scopes,
        ..Source::default()
    };
    for (source, removed, unseen) in [
        (with(true, vec![]), vec!["pc", "srv"], vec![]),
        (with(false, vec![]), vec![], vec!["pc", "srv"]),
        (with(false, vec![scope("server", true)]), vec!["srv"], vec!["pc"]),
        (with(true, vec![scope("server", false)]), vec!["pc"], vec!["srv"]),
        (
            Source {
                merged_from: vec![with(true, vec![]), with(false, vec![scope("workstation", true)])],
                ..with(false, vec![])
            },
            vec!["pc"],
            vec!["srv"],
        ),
    ] {
        let found = diff(&old, &snapshot(source.clone(), vec![]));
        assert_eq!(
            (ids(&found.removed), ids(&found.unseen)),
            (removed, unseen),
            "{source:?}"
        );
    }
}

#[test]
fn of_a_merge_those_count_that_told_of_the_asset() {
    let merged = |sources: &[(&str, bool)], assets: Vec<Asset>| {
        let merged_from = sources.iter().map(|(name, complete)| Source {
            name: (*name).into(),
            complete: *complete,
            ..Source::default()
        });
        let source = Source {
            merged_from: merged_from.collect(),
            ..Source::default()
        };
        snapshot(source, assets)
    };
    let known_to = |id: &str, source: &str| {
        Asset::new(id, AssetKind::Server).with("os", FactValue::from("x").stated_by(source))
    };
    let old = merged(
        &[("netbox", true), ("overlay", false)],
        vec![
            known_to("both", "netbox").with("owner", FactValue::from("y").stated_by("overlay")),
            known_to("by-hand", "overlay"),
            known_to("racked", "netbox").with("warranty", FactValue::from("z").stated_by("vendor")),
            Asset::new("silent", AssetKind::Server),
        ],
    );
    let found = diff(&old, &merged(&[("netbox", true), ("overlay", false)], vec![]));
    assert_eq!(ids(&found.removed), ["racked"]);
    assert_eq!(ids(&found.unseen), ["both", "by-hand", "silent"]);
    // A source that did not report at all says nothing.
    let found = diff(&old, &merged(&[("overlay", true), ("rmm", true)], vec![]));
    assert_eq!(ids(&found.removed), ["by-hand", "silent"]);
}

#[test]
fn relations_go_with_their_ends_and_otherwise_only_when_the_source_is_complete() {
    let with = |complete: bool, names: &[&str], related: bool| {
        let mut inventory = Inventory {
            source: Source {
                complete,
                scopes: vec![scope("server", true)],
                ..Source::default()
            },
            assets: names
                .iter()
                .map(|id| Asset::new(*id, AssetKind::Server))
                .collect(),
            ..Inventory::default()
        };
        if related {
            inventory.relations = vec![
                Relation::new("a", "b", RelationKind::DependsOn),
                Relation::new("a", "c", RelationKind::DependsOn),
            ];
            inventory.requirements = vec![Requirement {
                asset: "b".into(),
                members: vec!["c".into()],
                needs: 1,
            }];
        }
        Estate::new(inventory).unwrap()
    };
    let old = with(true, &["a", "b", "c"], true);
    let found = diff(&old, &with(false, &["a", "b"], false));
    assert_eq!(found.relations.removed, old.relations()[1..]);
    assert_eq!(found.relations.unseen, old.relations()[..1]);
    assert_eq!(found.requirements.removed.len(), 1);
    let found = diff(&old, &with(true, &["a", "b", "c"], false));
    assert_eq!(
        (found.relations.removed.len(), found.relations.unseen.len()),
        (2, 0)
    );
    let found = diff(&with(false, &["a", "b", "c"], false), &old);
    assert_eq!(
        (found.relations.added.len(), found.requirements.added.len()),
        (2, 1)
    );
}

#[test]
fn parallel_links_are_compared_one_by_one() {
    let with = |count: usize| {
        Estate::new(Inventory {
            source: complete(),
            assets: vec![
                Asset::new("a", AssetKind::Switch),
                Asset::new("b", AssetKind::Switch),
            ],
            relations: vec![Relation::new("a", "b", RelationKind::ConnectsTo); count],
            ..Inventory::default()
        })
        .unwrap()
    };
    let found = diff(&with(3), &with(1));
    assert_eq!(
        (found.relations.added.len(), found.relations.removed.len()),
        (0, 2)
    );
}

#[test]
fn each_field_that_changed_is_named() {
    let at = |day: &str| format!("{day}T08:00:00Z").parse().unwrap();
    let said = |value: &str, day: &str| FactValue::from(value).stated_by("rmm").at(at(day));
    let old = Asset::new("a", AssetKind::Device)
        .named("SRV")
        .with("os_name", said("Windows Server 2016", "2026-11-16"))
        .with("owner", said("finance", "2026-11-16"))
        .with("rack", said("R1", "2026-11-16"));
    let new = Asset::new("a", AssetKind::Server)
        .named("SRV")
        .with("os_name", said("Windows Server 2022", "2026-11-17"))
        // Said again a day later.
        .with("owner", said("finance", "2026-11-17"))
        .with("site", said("Leeds", "2026-11-17"));
    let found = diff(&snapshot(complete(), vec![old]), &snapshot(complete(), vec![new]));
    let [change] = found.changed.as_slice() else {
        panic!("one change: {found:?}")
    };
    let kinds = change.kind.as_ref().unwrap();
    assert_eq!(
        (&kinds.before, &kinds.after),
        (&AssetKind::Device, &AssetKind::Server)
    );
    assert!(change.name.is_none() && change.criticality.is_none());
    let facts: Vec<_> = change
        .facts
        .iter()
        .map(|fact| (fact.fact.as_str(), fact.before.is_some(), fact.after.is_some()))
        .collect();
    assert_eq!(
        facts,
        [
            ("os_name", true, true),
            ("rack", true, false),
            ("site", false, true)
        ]
    );
}

#[test]
fn a_relation_that_was_confirmed_goes_and_comes_again() {
    let with = |relation: Relation| {
        Estate::new(Inventory {
            source: complete(),
            assets: vec![
                Asset::new("a", AssetKind::Server),
                Asset::new("b", AssetKind::Server),
            ],
            relations: vec![relation],
            ..Inventory::default()
        })
        .unwrap()
    };
    let plain = || Relation::new("a", "b", RelationKind::Uses);
    let guess = |sure| with(plain().soft().inferred("dns", sure));
    let found = diff(&guess(Confidence::Low), &guess(Confidence::High)).relations;
    assert_eq!(found.removed[0].confidence(), Some(Confidence::Low));
    assert_eq!(found.added[0].confidence(), Some(Confidence::High));
    let found = diff(&guess(Confidence::High), &with(plain())).relations;
    assert!(!found.removed[0].is_stated() && found.added[0].is_stated());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn a_snapshot_does_not_differ_from_itself(inventory in inventories()) {
        let estate = Estate::new(inventory).unwrap();
        let found = diff(&estate, &estate);
        prop_assert!(found.is_empty() && found.unseen.is_empty());
    }

    #[test]
    fn it_finds_what_a_map_of_all_records_finds((one, other) in (inventories(), inventories())) {
        let (old, new) = (Estate::new(one).unwrap(), Estate::new(other).unwrap());
        let found = diff(&old, &new);
        let map = |estate: &Estate| -> BTreeMap<String, Asset> {
            estate.assets().iter().map(|asset| (asset.id.as_str().to_owned(), asset.clone())).collect()
        };
        let (before, after) = (map(&old), map(&new));
        let added: Vec<_> = after.keys().filter(|id| !before.contains_key(*id)).collect();
        let gone: Vec<_> = before.keys().filter(|id| !after.contains_key(*id)).collect();
        prop_assert_eq!(ids(&found.added), added);
        let mut missing: Vec<_> = found.removed.iter().chain(&found.unseen).map(|id| id.as_str().to_owned()).collect();
        missing.sort();
        prop_assert_eq!(missing.iter().collect::<Vec<_>>(), gone);
        for change in &found.changed {
            prop_assert_ne!(&before[change.id.as_str()], &after[change.id.as_str()]);
        }
        let count = |relations: &[Relation]| {
            relations.iter().fold(BTreeMap::new(), |mut counts: BTreeMap<Relation, i32>, relation| {
                *counts.entry(relation.clone()).or_default() += 1;
                counts
            })
        };
        let (mut left, right) = (count(old.relations()), count(new.relations()));
        for relation in found.relations.removed.iter().chain(&found.relations.unseen) {
            *left.get_mut(relation).unwrap() -= 1;
        }
        for relation in &found.relations.added {
            *left.entry(relation.clone()).or_default() += 1;
        }
        left.retain(|_, count| *count != 0);
        prop_assert_eq!(left, right);
    }
}
