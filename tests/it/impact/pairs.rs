//! Pairs of failures against failing every pair by brute force.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use vcto::ErrorKind;
use vcto::estate::{RelationKind, Strength};
use vcto::impact::{self, PairSearch};
use vcto::monitor::Monitor;

use super::model::{Case, Set, case, name, number, shuffled};

/// What an asset depends on over hard pairs, itself only when it is on a ring.
fn below(case: &Case, asset: usize) -> Set {
    let pairs = case.hard_pairs();
    let mut reached = Set::new();
    loop {
        let before = reached.len();
        for (from, to) in &pairs {
            if *from == asset || reached.contains(from) {
                reached.insert(*to);
            }
        }
        if reached.len() == before {
            return reached;
        }
    }
}

/// For every pair of the cone, how many of the cone and the asset fail with both and with neither alone.
fn joint(case: &Case, asset: usize) -> BTreeMap<[usize; 2], (usize, bool)> {
    let mut cone = below(case, asset);
    cone.insert(asset);
    let alone: BTreeMap<usize, Set> = cone
        .iter()
        .map(|one| (*one, case.failed(&Set::from([*one]))))
        .collect();
    let mut joint = BTreeMap::new();
    for one in cone.iter().filter(|one| **one != asset) {
        for other in cone.iter().filter(|other| *other > one && **other != asset) {
            let more: Set = case
                .failed(&Set::from([*one, *other]))
                .intersection(&cone)
                .filter(|failed| !alone[one].contains(failed) && !alone[other].contains(failed))
                .copied()
                .collect();
            if !more.is_empty() {
                joint.insert([*one, *other], (more.len(), more.contains(&asset)));
            }
        }
    }
    joint
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn pairs_are_what_brute_force_says((one, other) in case().prop_flat_map(shuffled)) {
        let estate = one.estate();
        let search = PairSearch::new(&estate);
        for asset in 0..one.assets {
            let found = search.find(name(asset)).unwrap();
            let order = |pair: &impact::PairFailure| (usize::MAX - pair.fails, pair.pair.clone());
            prop_assert!(found.pairs.windows(2).all(|two| order(&two[0]) < order(&two[1])));
            prop_assert!(found.pairs.iter().all(|pair| pair.pair[0] < pair.pair[1]));
            let pairs: BTreeMap<[usize; 2], (usize, bool)> = found
                .pairs
                .iter()
                .map(|pair| {
                    let mut numbers = [0, 1].map(|place: usize| number(pair.pair[place].as_str()));
                    numbers.sort_unstable();
                    (numbers, (pair.fails, pair.breaks_asset))
                })
                .collect();
            prop_assert_eq!(pairs.len(), found.pairs.len());
            prop_assert_eq!(pairs, joint(&one, asset), "of {}", asset);
            prop_assert_eq!(found.to_json(), impact::pair_failures(&other.estate(), name(asset)).unwrap().to_json());
        }
    }

    #[test]
    fn pairs_that_break_the_asset_are_its_cut_sets_of_two(case in case()) {
        let estate = case.estate();
        for asset in 0..case.assets {
            let pairs = impact::pair_failures(&estate, name(asset)).unwrap().pairs;
            let breaking: BTreeSet<Vec<_>> =
                pairs.into_iter().filter(|pair| pair.breaks_asset).map(|pair| pair.pair.to_vec()).collect();
            let cuts = impact::cut_sets(&estate, name(asset), 2).unwrap().0;
            let cuts: BTreeSet<Vec<_>> = cuts.into_iter().filter(|set| set.len() == 2).collect();
            prop_assert_eq!(breaking, cuts);
        }
    }
}

/// One of two, each with ten assets in a chain below.
fn two_chains() -> Case {
    let chain = |member: usize| {
        (0..10).map(move |step| {
            let start = 3 + (member - 1) * 10;
            let from = if step == 0 { member } else { start + step - 1 };
            (from, start + step, RelationKind::DependsOn, Strength::Hard)
        })
    };
    Case {
        assets: 23,
        relations: chain(1).chain(chain(2)).collect(),
        groups: vec![(0, vec![1, 2], 1)],
    }
}

#[test]
fn more_pairs_than_allowed_are_refused_and_the_search_can_be_stopped() {
    let estate = two_chains().estate();
    // All of 22: those of one chain strain the same group, and are examined in vain.
    let found = PairSearch::new(&estate).most(231).find(name(0)).unwrap();
    assert_eq!(found.pairs.len(), 121);
    assert!(
        found
            .pairs
            .iter()
            .all(|pair| pair.fails == 1 && pair.breaks_asset)
    );
    let refused = PairSearch::new(&estate).most(230).find(name(0)).unwrap_err();
    assert_eq!(
        (refused.kind(), refused.operation()),
        (ErrorKind::TooLarge, Some("impact.pair_failures"))
    );
    let monitor = Monitor::default();
    monitor.cancel();
    let stopped = PairSearch::new(&estate)
        .monitor(monitor)
        .find(name(0))
        .unwrap_err();
    assert_eq!(stopped.kind(), ErrorKind::Cancelled);
    let unknown = impact::pair_failures(&estate, "gone").unwrap_err();
    assert_eq!(unknown.kind(), ErrorKind::NotFound);
}

#[test]
fn redundancy_lost_below_counts_without_stopping_the_asset() {
    // 0 needs one of 1 and 5; 1 needs one of 2 and 3; 4 needs 1.
    let case = Case {
        assets: 6,
        relations: vec![(4, 1, RelationKind::DependsOn, Strength::Hard)],
        groups: vec![(0, vec![1, 5], 1), (1, vec![2, 3], 1)],
    };
    let pairs = impact::pair_failures(&case.estate(), name(0)).unwrap().pairs;
    let told: Vec<(Set, usize, bool)> = pairs
        .iter()
        .map(|pair| (super::model::numbers(&pair.pair), pair.fails, pair.breaks_asset))
        .collect();
    assert!(told.contains(&(Set::from([2, 3]), 1, false)));
    assert!(told.contains(&(Set::from([1, 5]), 1, true)));
    assert_eq!(told.len(), 2);
}
