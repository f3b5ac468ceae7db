//! Blast radii counted by kind, by criticality and by people, against counting one by one.

use std::collections::BTreeMap;

use proptest::prelude::*;
use vcto::estate::{AssetKind, Criticality};
use vcto::impact::{self, RadiiOptions};
use vcto::{Decimal, ErrorKind, Estate, Inventory};

use super::model::{Case, broad, case, kind_of, name, number, reaching};

/// Every fourth asset states none.
fn criticality(asset: usize) -> Option<Criticality> {
    [
        Some(Criticality::Critical),
        Some(Criticality::Low),
        Some("vital".into()),
        None,
    ][asset % 4]
        .clone()
}

/// How many people an asset states, where it does.
fn people(asset: usize) -> Option<u32> {
    (asset % 5 > 2).then(|| u32::try_from(asset * 7 % 11).unwrap())
}

/// The estate of a case, with criticality and people.
fn described(case: &Case) -> Estate {
    let mut inventory = case.inventory();
    for asset in &mut inventory.assets {
        let number = number(asset.id.as_str());
        asset.criticality = criticality(number);
        if let Some(people) = people(number) {
            *asset = asset.clone().with("people", Decimal::from(people));
        }
    }
    Estate::new(inventory).unwrap()
}

fn tally<C: Ord>(classes: impl Iterator<Item = C>) -> BTreeMap<C, usize> {
    let mut counts = BTreeMap::new();
    classes.for_each(|class| *counts.entry(class).or_insert(0) += 1);
    counts
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn classes_and_people_are_counted_as_one_by_one(case in case()) {
        let estate = described(&case);
        let options = RadiiOptions::default();
        let kinds = impact::blast_radii_by(&estate, &options, |asset| Some(asset.kind.clone())).unwrap();
        let levels = impact::blast_radii_by(&estate, &options, |asset| asset.criticality.clone()).unwrap();
        let hard = case.hard_pairs();
        for asset in 0..case.assets {
            let blast = impact::blast_radius(&estate, name(asset)).unwrap();
            let touched = reaching(&hard, asset);
            let by_level = tally(touched.iter().filter_map(|one| criticality(*one)));
            let silent = touched.iter().filter(|one| criticality(**one).is_none()).count();
            prop_assert_eq!((&blast.by_criticality, blast.without_criticality), (&by_level, silent));
            let counts = |(class, count): (&Criticality, usize)| (class.clone(), count);
            prop_assert_eq!(levels.counts(name(asset)).unwrap().map(counts).collect::<BTreeMap<_, _>>(), by_level);
            let counts = |(class, count): (&AssetKind, usize)| (class.clone(), count);
            prop_assert_eq!(kinds.counts(name(asset)).unwrap().map(counts).collect::<BTreeMap<_, _>>(), blast.by_kind);
            // What states people has users, and so has a service that states none. The asset itself has, too.
            let used = || touched.iter().chain([&asset]).copied();
            let most = used().filter_map(people).max().map_or(0, u64::from);
            prop_assert_eq!(blast.people.at_least, most);
            let silent = used().filter(|one| people(*one).is_none() && kind_of(*one) == AssetKind::Service);
            prop_assert_eq!(blast.people.unrecorded, silent.count());
        }
    }
}

#[test]
fn many_columns_of_many_classes_agree_with_one_search_each() {
    for (seed, (links, back)) in [(3_000, 0), (2_600, 300), (1_500, 0)].into_iter().enumerate() {
        let estate = broad(2_700, links, back, seed as u64).estate();
        // Some are in no class, and the last class is that of one asset.
        let class = |asset: &vcto::estate::Asset| match number(asset.id.as_str()) {
            2_699 => Some(99),
            number => Some(number % 13).filter(|class| *class < 9),
        };
        let radii = impact::blast_radii_by(&estate, &RadiiOptions::default(), class).unwrap();
        assert_eq!(radii.classes(), [0, 1, 2, 3, 4, 5, 6, 7, 8, 99]);
        for (id, counts) in radii.iter().step_by(7) {
            let touched = impact::blast_radius(&estate, id).unwrap().assets;
            let expected = tally(
                touched
                    .iter()
                    .filter_map(|id| class(estate.asset(id.as_str()).unwrap())),
            );
            assert_eq!(
                counts
                    .map(|(class, count)| (*class, count))
                    .collect::<BTreeMap<_, _>>(),
                expected
            );
        }
    }
}

#[test]
fn no_class_too_many_classes_and_unknown_assets_are_told() {
    let estate = broad(200, 300, 0, 1).estate();
    let options = RadiiOptions::default();
    let none = impact::blast_radii_by(&estate, &options, |_| None::<u8>).unwrap();
    assert_eq!(none.classes(), [0_u8; 0]);
    assert!(none.counts("gone").is_none());
    assert_eq!(none.count(name(0), &7), Some(0));
    assert_eq!(none.iter().map(|(_, counts)| counts.count()).sum::<usize>(), 0);
    let by = |classes: usize| {
        let class = move |asset: &vcto::estate::Asset| Some(number(asset.id.as_str()) % classes);
        impact::blast_radii_by(&estate, &RadiiOptions::default(), class)
    };
    assert_eq!(by(64).unwrap().classes().len(), 64);
    let refused = by(65).unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::TooLarge);
    assert!(refused.remedy_text().is_some());
}

#[test]
fn a_site_that_is_touched_serves_nobody_by_itself() {
    let estate = Estate::new(
        Inventory::from_json(
            br#"{"format": "vcto.inventory/1", "source": {"name": "crm"},
                 "assets": [{"id": "erp", "kind": "business_application", "criticality": "high"}, {"id": "hq", "kind": "site", "facts": {"people": 86}},
                            {"id": "mail", "kind": "service", "facts": {"people": 61}}, {"id": "san", "kind": "storage"}],
                 "relations": [{"from": "erp", "to": "san", "kind": "depends_on"}, {"from": "hq", "to": "san", "kind": "depends_on"},
                               {"from": "mail", "to": "san", "kind": "depends_on"}]}"#,
        )
        .unwrap(),
    )
    .unwrap();
    let blast = impact::blast_radius(&estate, "san").unwrap();
    assert_eq!((blast.people.at_least, blast.people.unrecorded), (61, 1));
    assert_eq!(
        (
            blast.by_criticality[&Criticality::High],
            blast.without_criticality
        ),
        (1, 2)
    );
    assert_eq!(impact::blast_radius(&estate, "mail").unwrap().people.at_least, 61);
}
