//! What a change means, against brute force from the two inventories alone.

use std::collections::BTreeSet;

use proptest::prelude::*;
use vcto::estate::{Asset, AssetKind, RelationKind, Requirement, Strength};
use vcto::impact::{self, CutSets, DiffOptions, ImpactDiff};
use vcto::monitor::Monitor;
use vcto::{ErrorKind, Estate, Inventory};

use super::model::{
    Case, Numbers, Set, broad, case, kind_of, name, number, numbers, ordered, reaching, shuffled,
};

/// A part of a case: the first assets, and of what is said of them what a draw above 0 keeps. Needs change with the draw.
fn part(whole: &Case, assets: usize, draws: &[u8]) -> Case {
    let mut draws = draws.iter().copied().cycle();
    let mut draw = || draws.next().unwrap_or(1);
    let mut relations = whole.relations.clone();
    relations.retain(|(from, to, _, _)| draw() > 0 && *from < assets && *to < assets);
    let mut groups = whole.groups.clone();
    groups.retain(|(asset, members, _)| draw() > 0 && members.iter().chain([asset]).all(|one| *one < assets));
    for (_, members, needs) in &mut groups {
        let count = members.iter().collect::<BTreeSet<_>>().len() as u32;
        *needs = 1 + (*needs + u32::from(draw() == 1)) % count;
    }
    Case {
        assets,
        relations,
        groups,
    }
}

/// Two estates that have most things in common, each with assets that the other lacks at times.
fn pair() -> impl Strategy<Value = (Case, Case)> {
    let draws = || proptest::collection::vec(0_u8..8, 31);
    (case(), 0_usize..3, 0_usize..3, draws(), draws()).prop_map(|(whole, less, fewer, one, other)| {
        let count = |less: usize| whole.assets.saturating_sub(less).max(1);
        (
            part(&whole, count(less), &one),
            part(&whole, count(fewer), &other),
        )
    })
}

fn radius(case: &Case, asset: usize) -> Option<Set> {
    (asset < case.assets).then(|| reaching(&case.hard_pairs(), asset))
}

fn sets(found: &CutSets) -> BTreeSet<Set> {
    let by_size_then_ids = |one: &Vec<_>, other: &Vec<_>| (one.len(), one) < (other.len(), other);
    assert!(
        found
            .0
            .windows(2)
            .all(|pair| by_size_then_ids(&pair[0], &pair[1]))
    );
    found.0.iter().map(|set| ordered(set)).collect()
}

/// The smallest sets of up to this many that stop the asset.
fn cuts(case: &Case, asset: usize, order: usize) -> BTreeSet<Set> {
    if asset < case.assets {
        case.cut_sets(asset, order)
    } else {
        BTreeSet::new()
    }
}

fn stops(case: &Case, set: &Set, asset: usize) -> bool {
    asset < case.assets && case.failed(set).contains(&asset)
}

/// What is told of the radii is what the definition says of every asset of either.
fn check_radii(old: &Case, new: &Case, diff: &ImpactDiff) {
    let ids: Vec<_> = diff.radii.iter().map(|change| &change.asset).collect();
    let told = ordered(&ids);
    for asset in 0..old.assets.max(new.assets) {
        let (before, after) = (radius(old, asset), radius(new, asset));
        assert_eq!(told.contains(&asset), before != after, "{asset}");
        let Some(change) = diff
            .radii
            .iter()
            .find(|change| number(change.asset.as_str()) == asset)
        else {
            continue;
        };
        assert_eq!(change.before, before.as_ref().map(Set::len));
        assert_eq!(change.after, after.as_ref().map(Set::len));
        let (before, after) = (before.unwrap_or_default(), after.unwrap_or_default());
        assert_eq!(change.gained, after.difference(&before).count());
        assert_eq!(change.lost, before.difference(&after).count());
    }
}

/// What appeared, went, was absorbed and was relieved.
type Split = [BTreeSet<Set>; 4];

/// What failing them in both says of the cut sets of every asset.
fn splits(old: &Case, new: &Case, order: usize) -> Vec<Split> {
    (0..old.assets.max(new.assets))
        .map(|asset| {
            let (before, after) = (cuts(old, asset, order), cuts(new, asset, order));
            let split = |sets: &BTreeSet<Set>, other: &BTreeSet<Set>, case: &Case| {
                let differing = sets.difference(other).cloned();
                differing.partition::<BTreeSet<Set>, _>(|set| stops(case, set, asset))
            };
            let (relieved, appeared) = split(&after, &before, old);
            let (absorbed, gone) = split(&before, &after, new);
            [appeared, gone, absorbed, relieved]
        })
        .collect()
}

fn check_cuts(splits: &[Split], diff: &ImpactDiff, asked: impl Fn(usize) -> bool) {
    let ids: Vec<_> = diff.cuts.iter().map(|change| &change.asset).collect();
    ordered(&ids);
    for (asset, split) in splits.iter().enumerate() {
        let change = diff
            .cuts
            .iter()
            .find(|change| number(change.asset.as_str()) == asset);
        let differs = split.iter().any(|sets| !sets.is_empty());
        assert_eq!(change.is_some(), asked(asset) && differs, "{asset}");
        let Some(change) = change else { continue };
        let told = [&change.appeared, &change.gone, &change.absorbed, &change.relieved].map(sets);
        assert_eq!(&told, split);
    }
}

fn all_names() -> impl Iterator<Item = String> {
    (0..10).map(name)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn a_diff_is_what_brute_force_says((old, new) in pair()) {
        let (before, after) = (old.estate(), new.estate());
        let diff = impact::diff(&before, &after).unwrap();
        check_radii(&old, &new, &diff);
        let both = splits(&old, &new, 2);
        check_cuts(&both, &diff, |asset| kind_of(asset) == AssetKind::Service);
        prop_assert_eq!(&diff.changes, &vcto::estate::diff(&before, &after));
        let known = || all_names().filter(|name| before.asset(name).or(after.asset(name)).is_some());
        for (order, splits) in [(1, splits(&old, &new, 1)), (2, both)] {
            let options = DiffOptions::default().order(order).assets(known());
            let diff = impact::diff_with(&before, &after, &options).unwrap();
            check_cuts(&splits, &diff, |_| true);
        }
    }

    #[test]
    fn an_estate_beside_itself_gives_nothing_and_beside_another_order_of_it_the_same(
        ((one, other), (mine, theirs)) in (case().prop_flat_map(shuffled), case().prop_flat_map(shuffled)),
    ) {
        let nothing = impact::diff(&one.estate(), &other.estate()).unwrap();
        prop_assert!(nothing.is_empty() && nothing.radii.is_empty() && nothing.cuts.is_empty());
        let first = impact::diff(&one.estate(), &mine.estate()).unwrap();
        let second = impact::diff(&other.estate(), &theirs.estate()).unwrap();
        prop_assert_eq!(first.to_json(), second.to_json());
    }
}

/// An estate that lacks some edges of the whole, and has some assets more.
fn edited(whole: &Case, seed: u64) -> Case {
    let mut numbers = Numbers(seed);
    let mut other = whole.clone();
    for _ in 0..12 {
        let place = numbers.below(other.relations.len());
        other.relations.swap_remove(place);
    }
    for asset in other.assets..other.assets + 5 {
        for _ in 0..2 {
            other.relations.push((
                asset,
                numbers.below(whole.assets),
                RelationKind::DependsOn,
                Strength::Hard,
            ));
            other.relations.push((
                numbers.below(whole.assets),
                asset,
                RelationKind::DependsOn,
                Strength::Hard,
            ));
        }
    }
    other.assets += 5;
    other
}

#[test]
fn radii_over_several_blocks_are_those_of_each_asset_searched_alone() {
    // Sparse, where few are touched; dense, where most are, with large cycles.
    for (assets, links, back) in [(2_500, 2_600, 60), (1_500, 4_500, 300)] {
        let whole = broad(assets, links, back, 5);
        let other = edited(&whole, 6);
        for (old, new) in [(&whole, &other), (&other, &whole)] {
            let (old, new) = (old.estate(), new.estate());
            let diff = impact::diff(&old, &new).unwrap();
            let radius = |estate: &Estate, id: &str| {
                estate.asset(id)?;
                Some(numbers(impact::blast_radius(estate, id).unwrap().assets))
            };
            let mut told = diff.radii.iter();
            for asset in (if old.asset_count() > new.asset_count() {
                &old
            } else {
                &new
            })
            .assets()
            {
                let (before, after) = (radius(&old, asset.id.as_str()), radius(&new, asset.id.as_str()));
                if before == after {
                    continue;
                }
                let change = told.next().unwrap();
                assert_eq!(change.asset, asset.id);
                assert_eq!(change.before, before.as_ref().map(Set::len));
                assert_eq!(change.after, after.as_ref().map(Set::len));
                let (before, after) = (before.unwrap_or_default(), after.unwrap_or_default());
                assert_eq!(change.gained, after.difference(&before).count());
                assert_eq!(change.lost, before.difference(&after).count());
            }
            assert!(told.next().is_none() && diff.radii.len() > 20);
        }
    }
}

#[test]
fn a_change_at_the_foot_of_a_long_chain_is_told_to_its_whole_length() {
    let assets = 60_000;
    let chain = |last: usize| Case {
        assets,
        relations: (0..assets - 2)
            .map(|asset| (asset, asset + 1, RelationKind::DependsOn, Strength::Hard))
            .chain([(last, assets - 1, RelationKind::DependsOn, Strength::Hard)])
            .collect(),
        groups: vec![],
    };
    let (old, new) = (chain(0).estate(), chain(assets - 2).estate());
    let options = DiffOptions::default().assets::<[&str; 0]>([]);
    let diff = impact::diff_with(&old, &new, &options).unwrap();
    // Before, one asset needed the last; now all do.
    assert_eq!(diff.radii.len(), 1);
    let change = &diff.radii[0];
    assert_eq!((change.before, change.after), (Some(1), Some(assets - 1)));
    assert_eq!((change.gained, change.lost), (assets - 2, 0));
}

fn told(kinds: &[(&str, AssetKind)], groups: &[(&str, &[&str], u32)], complete: bool) -> Estate {
    let mut inventory = Inventory::default();
    inventory.source.complete = complete;
    inventory.assets = kinds
        .iter()
        .map(|(id, kind)| Asset::new(*id, kind.clone()))
        .collect();
    inventory.requirements = groups
        .iter()
        .map(|(asset, members, needs)| Requirement {
            asset: (*asset).into(),
            members: members.iter().map(|member| (*member).into()).collect(),
            needs: *needs,
        })
        .collect();
    Estate::new(inventory).unwrap()
}

const SHOP: [(&str, AssetKind); 4] = [
    ("crm", AssetKind::BusinessApplication),
    ("erp", AssetKind::BusinessApplication),
    ("sql-1", AssetKind::Database),
    ("sql-2", AssetKind::Database),
];

#[test]
fn the_worst_comes_first_and_what_is_only_more_than_enough_is_told_apart() {
    let both: &[&str] = &["sql-1", "sql-2"];
    let old = told(&SHOP, &[("crm", both, 1), ("erp", both, 2)], true);
    let new = told(&SHOP, &[("crm", both, 2), ("erp", both, 1)], true);
    let diff = impact::diff(&old, &new).unwrap();
    assert!(diff.radii.is_empty());
    let expected = concat!(
        r#"[{"asset":"crm","appeared":[["sql-1"],["sql-2"]],"gone":[],"absorbed":[["sql-1","sql-2"]]},"#,
        r#"{"asset":"erp","appeared":[],"gone":[["sql-1"],["sql-2"]],"relieved":[["sql-1","sql-2"]]}]"#
    );
    assert_eq!(serde_json::to_string(&diff.cuts).unwrap(), expected);
    let back = impact::diff(&new, &old).unwrap();
    let order: Vec<_> = back
        .worst_first()
        .iter()
        .map(|change| change.asset.as_str())
        .collect();
    assert_eq!(order, ["erp", "crm"]);
}

#[test]
fn what_a_partial_snapshot_does_not_mention_is_unseen_and_not_there() {
    let group: (&str, &[&str], u32) = ("erp", &["sql-1", "sql-2"], 1);
    let old = told(&SHOP, &[group], true);
    let diff = impact::diff(&old, &told(&SHOP[..3], &[], false)).unwrap();
    assert!(diff.changes.is_empty() && !diff.is_empty());
    assert_eq!(diff.changes.unseen.len(), 1);
    let of = |id: &str| {
        diff.radii
            .iter()
            .find(|change| change.asset.as_str() == id)
            .unwrap()
    };
    assert_eq!(
        (of("sql-2").before, of("sql-2").after, of("sql-2").lost),
        (Some(1), None, 1)
    );
    assert_eq!(diff.cuts[0].gone.to_json(), r#"[["sql-1","sql-2"]]"#);
}

#[test]
fn what_cannot_be_answered_is_refused_by_kind() {
    let group: (&str, &[&str], u32) = ("erp", &["sql-1", "sql-2"], 2);
    let (old, new) = (told(&SHOP, &[], true), told(&SHOP, &[group], true));
    let refused = |options: DiffOptions| impact::diff_with(&old, &new, &options).unwrap_err();
    let options = DiffOptions::default;
    assert_eq!(refused(options().order(0)).kind(), ErrorKind::InvalidInput);
    assert_eq!(refused(options().order(3)).kind(), ErrorKind::Unsupported);
    let unknown = refused(options().assets(["gone"]));
    assert_eq!(
        (unknown.kind(), unknown.operation()),
        (ErrorKind::NotFound, Some("impact.diff"))
    );
    let many = refused(options().most(1));
    assert_eq!(many.kind(), ErrorKind::TooLarge);
    assert!(
        many.remedy_text()
            .is_some_and(|text| text.contains("DiffOptions"))
    );
    assert!(impact::diff_with(&old, &new, &options().most(2)).is_ok());
    let monitor = Monitor::default();
    monitor.cancel();
    assert_eq!(refused(options().monitor(monitor)).kind(), ErrorKind::Cancelled);
}

#[test]
fn progress_is_told_under_one_name_and_can_stop_the_work() {
    let group: (&str, &[&str], u32) = ("erp", &["sql-1", "sql-2"], 2);
    let (old, new) = (told(&SHOP, &[], true), told(&SHOP, &[group], true));
    let stages = std::sync::Arc::new(std::sync::Mutex::new(BTreeSet::new()));
    let heard = std::sync::Arc::clone(&stages);
    let monitor = Monitor::new(move |progress| {
        heard.lock().unwrap().insert(progress.stage);
    });
    impact::diff_with(&old, &new, &DiffOptions::default().monitor(monitor)).unwrap();
    assert_eq!(*stages.lock().unwrap(), BTreeSet::from(["impact.diff"]));
}
