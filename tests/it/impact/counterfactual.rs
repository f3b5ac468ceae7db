//! Additions against inventories in which the second instance stands.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use vcto::ErrorKind;
use vcto::estate::{RelationKind, Strength};
use vcto::impact::{self, CounterfactualSearch, Counterfactuals};
use vcto::monitor::Monitor;

use super::model::{Case, Numbers, Set, broad, case, name, number, numbers, ordered, shuffled};

fn is_member(case: &Case, asset: usize, member: usize) -> bool {
    case.groups
        .iter()
        .any(|(owner, members, _)| *owner == asset && members.contains(&member))
}

/// The case with a second instance of an asset, which has the next number: where the first is needed, one of the two is;
/// groups have one member more. It needs nothing, or what the first one needs.
fn doubled(case: &Case, asset: usize, apart: bool) -> Case {
    let second = case.assets;
    let mut other = case.clone();
    other.assets += 1;
    for (_, members, _) in &mut other.groups {
        if members.contains(&asset) {
            members.push(second);
        }
    }
    for (from, to, kind, strength) in &case.relations {
        let needs = *to == asset && kind.carries_impact() && *strength == Strength::Hard;
        if needs && !is_member(case, *from, asset) {
            other.groups.push((*from, vec![asset, second], 1));
        }
    }
    if !apart {
        let own = other.relations.clone();
        let own = own.into_iter().filter(|(from, _, _, _)| *from == asset);
        other
            .relations
            .extend(own.map(|(_, to, kind, strength)| (second, to, kind, strength)));
        let own = other.groups.clone();
        let own = own.into_iter().filter(|(owner, _, _)| *owner == asset);
        other
            .groups
            .extend(own.map(|(_, members, needs)| (second, members, needs)));
    }
    other
}

/// For every asset below `count` what stops it alone.
fn points(case: &Case, count: usize) -> Vec<Set> {
    let mut points = vec![Set::new(); count];
    for one in 0..case.assets {
        for failed in case.failed(&Set::from([one])) {
            if failed < count && failed != one {
                points[failed].insert(one);
            }
        }
    }
    points
}

/// Asserts the order of the additions; what each removes, apart and beside.
fn told(found: &Counterfactuals) -> BTreeMap<usize, (Set, Set)> {
    let rank = |addition: &impact::Addition| (usize::MAX - addition.removes.len(), addition.asset.clone());
    assert!(
        found
            .additions
            .windows(2)
            .all(|pair| rank(&pair[0]) < rank(&pair[1]))
    );
    let sets =
        |addition: &impact::Addition| (ordered(&addition.removes), ordered(&addition.on_same_foundations));
    let entry = |addition: &impact::Addition| (number(addition.asset.as_str()), sets(addition));
    found.additions.iter().map(entry).collect()
}

/// What each asset of which there is a second instance removes, by building it.
fn removed(case: &Case) -> Vec<BTreeMap<usize, (Set, Set)>> {
    let before = points(case, case.assets);
    let mut removed = vec![BTreeMap::new(); case.assets];
    for second in 0..case.assets {
        let apart = points(&doubled(case, second, true), case.assets);
        let beside = points(&doubled(case, second, false), case.assets);
        for asset in (0..case.assets).filter(|asset| *asset != second) {
            // No new one comes, the second instance neither.
            assert!(apart[asset].is_subset(&beside[asset]) && beside[asset].is_subset(&before[asset]));
            let gone = |after: &Set| before[asset].difference(after).copied().collect::<Set>();
            let gone = (gone(&apart[asset]), gone(&beside[asset]));
            if !gone.0.is_empty() {
                removed[asset].insert(second, gone);
            }
        }
    }
    removed
}

/// How many second instances each asset needs at least to have no single point of failure.
fn least(case: &Case) -> Vec<usize> {
    let mut least = vec![None; case.assets];
    let mut sets: Vec<u32> = (0..1 << case.assets).collect();
    sets.sort_by_key(|set| set.count_ones());
    for set in sets {
        if least.iter().all(Option::is_some) {
            break;
        }
        let chosen = |asset: usize| set >> asset & 1 == 1;
        let with = (0..case.assets)
            .filter(|asset| chosen(*asset))
            .fold(case.clone(), |case, asset| doubled(&case, asset, true));
        let clear = points(&with, case.assets)
            .into_iter()
            .map(|points| points.is_empty());
        for (asset, clear) in clear.enumerate() {
            if clear && !chosen(asset) && least[asset].is_none() {
                least[asset] = Some(set.count_ones() as usize);
            }
        }
    }
    least.into_iter().map(Option::unwrap).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn additions_do_what_building_them_does_and_all_of_them_are_told(case in case()) {
        let estate = case.estate();
        let (before, removed) = (points(&case, case.assets), removed(&case));
        let mut search = CounterfactualSearch::new(&estate);
        for asset in 0..case.assets {
            let found = search.find(name(asset)).unwrap();
            prop_assert_eq!(ordered(&found.single_points), before[asset].clone());
            prop_assert_eq!(told(&found), removed[asset].clone(), "of {}", asset);
            // One that removes itself is always among them.
            prop_assert!(before[asset].iter().all(|point| removed[asset][point].1.contains(point)));
            let all = ordered(&found.all);
            prop_assert!(!all.contains(&asset));
            let with = all.into_iter().fold(case.clone(), |case, asset| doubled(&case, asset, true));
            prop_assert!(points(&with, case.assets)[asset].is_empty());
        }
    }

    #[test]
    fn over_several_assets_the_counts_are_sums(case in case()) {
        let estate = case.estate();
        let removed = removed(&case);
        let asked: Vec<usize> = (0..case.assets).filter(|asset| asset % 3 != 1).collect();
        let found = impact::counterfactuals_of(&estate, asked.iter().chain(&asked).map(|asset| name(*asset))).unwrap();
        prop_assert_eq!(found.assets, asked.len());
        let before = points(&case, case.assets);
        prop_assert_eq!(found.single_points, asked.iter().map(|asset| before[*asset].len()).sum::<usize>());
        let rank = |addition: &impact::SharedAddition| (usize::MAX - addition.removes, addition.asset.clone());
        prop_assert!(found.additions.windows(2).all(|pair| rank(&pair[0]) < rank(&pair[1])));
        let mut sums: BTreeMap<usize, (usize, usize, Set)> = BTreeMap::new();
        for asset in asked {
            for (second, (apart, beside)) in &removed[asset] {
                let sum = sums.entry(*second).or_default();
                sum.0 += apart.len();
                sum.1 += beside.len();
                sum.2.insert(asset);
            }
        }
        let told: BTreeMap<_, _> = found
            .additions
            .iter()
            .map(|one| (number(one.asset.as_str()), (one.removes, one.on_same_foundations, ordered(&one.services))))
            .collect();
        prop_assert_eq!(told, sums);
    }

    #[test]
    fn the_order_of_input_does_not_matter((one, other) in case().prop_flat_map(shuffled)) {
        let (one, other) = (one.estate(), other.estate());
        for asset in one.assets() {
            let find = |estate| impact::counterfactuals(estate, &asset.id).unwrap();
            prop_assert_eq!(find(&one), find(&other));
        }
        let services = |estate| CounterfactualSearch::new(estate).over_services().unwrap();
        prop_assert_eq!(services(&one).to_json(), services(&other).to_json());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn the_smallest_set_is_as_small_as_trying_all_finds(case in case()) {
        let estate = case.estate();
        for (asset, least) in least(&case).into_iter().enumerate() {
            let found = impact::counterfactuals(&estate, name(asset)).unwrap();
            prop_assert!(found.proved);
            prop_assert_eq!(found.all.len(), least, "of {}", asset);
        }
    }
}

#[test]
fn over_several_blocks_additions_do_what_building_them_does() {
    // A stack of a thousand and some under the first asset, with rings, and groups of which some have a spare.
    let mut case = broad(1_400, 2_100, 60, 21);
    let mut draws = Numbers(22);
    for owner in 0..300 {
        let members: Vec<usize> = (0..3).map(|_| owner + 1 + draws.below(90)).collect();
        let distinct = members.iter().collect::<BTreeSet<_>>().len() as u32;
        case.groups
            .push((owner, members, 1 + draws.below(3) as u32 % distinct));
    }
    for on in (1..1_400).step_by(9) {
        case.relations
            .push((0, on, RelationKind::DependsOn, Strength::Hard));
    }
    let estate = case.estate();
    let found = impact::counterfactuals(&estate, name(0)).unwrap();
    let before = numbers(&found.single_points);
    assert!(before.len() > 600, "{}", before.len());
    let told = told(&found);
    for _ in 0..24 {
        let second = 1 + draws.below(1_399);
        let gone = |apart: bool| -> Set {
            let after = impact::cut_sets(&doubled(&case, second, apart).estate(), name(0), 1).unwrap();
            let after = numbers(after.0.into_iter().flatten());
            assert!(after.is_subset(&before));
            before.difference(&after).copied().collect()
        };
        let expected = (gone(true), gone(false));
        assert_eq!(
            told.get(&second).cloned().unwrap_or_default(),
            expected,
            "{second}"
        );
    }
    let with = numbers(&found.all)
        .into_iter()
        .fold(case.clone(), |case, asset| doubled(&case, asset, true));
    assert!(impact::cut_sets(&with.estate(), name(0), 1).unwrap().0.is_empty());
}

#[test]
fn a_second_member_spares_its_group_even_where_it_never_fails() {
    // Two of three are needed, and the second and third stand on one host: a second of the first spares the host.
    let case = Case {
        assets: 5,
        relations: vec![
            (2, 4, RelationKind::RunsOn, Strength::Hard),
            (3, 4, RelationKind::RunsOn, Strength::Hard),
        ],
        groups: vec![(0, vec![1, 2, 3], 2)],
    };
    let found = impact::counterfactuals(&case.estate(), name(0)).unwrap();
    assert_eq!(numbers(&found.single_points), Set::from([4]));
    let host = Set::from([4]);
    let all = told(&found);
    assert_eq!(all[&1], (host.clone(), host.clone()));
    // One that stands on the same host falls with it.
    assert_eq!(all[&2], (host.clone(), Set::new()));
    assert_eq!(all[&4], (host.clone(), host));
    assert!(found.proved && found.all.len() == 1);
}

#[test]
fn what_cannot_be_answered_is_refused_by_kind() {
    let chain: Vec<_> = (0..9)
        .map(|asset| (asset, asset + 1, RelationKind::DependsOn, Strength::Hard))
        .collect();
    let case = Case {
        assets: 10,
        relations: chain,
        groups: vec![],
    };
    let estate = case.estate();
    let unknown = impact::counterfactuals(&estate, "gone").unwrap_err();
    assert_eq!(unknown.kind(), ErrorKind::NotFound);
    assert_eq!(unknown.operation(), Some("impact.counterfactuals"));
    // 9 + 8 + .. + 1.
    let search = |most: usize| CounterfactualSearch::new(&estate).most(most).find(name(0));
    assert_eq!(search(45).unwrap().additions.len(), 9);
    let refused = search(44).unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::TooLarge);
    assert!(refused.remedy_text().is_some());
    let monitor = Monitor::default();
    monitor.cancel();
    let mut search = CounterfactualSearch::new(&estate).monitor(monitor);
    assert_eq!(search.find(name(0)).unwrap_err().kind(), ErrorKind::Cancelled);
    assert_eq!(search.over_services().unwrap_err().kind(), ErrorKind::Cancelled);
}
