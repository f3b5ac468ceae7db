//! Cold starts against brute force from the inventory alone.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use proptest::prelude::*;
use vcto::ErrorKind;
use vcto::estate::{RelationKind, Strength};
use vcto::impact::{self, ColdStart, ColdStartOptions};
use vcto::monitor::Monitor;

use super::model::{Case, Numbers, Set, broad, case, name, number, numbers, ordered, shuffled};

/// The least set that is up: everything that has enough started members, from these on.
fn started(case: &Case, by_hand: &Set) -> Set {
    let groups = case.all_groups();
    let mut started = by_hand.clone();
    loop {
        let ready: Vec<usize> = (0..case.assets)
            .filter(|asset| !started.contains(asset))
            .filter(|asset| {
                let mut own = groups.iter().filter(|(owner, _, _)| owner == asset);
                own.all(|(_, members, needs)| members.intersection(&started).count() >= *needs)
            })
            .collect();
        if ready.is_empty() {
            return started;
        }
        started.extend(ready);
    }
}

/// Whom each asset waits for when these are started.
fn waits(case: &Case, started: &Set) -> BTreeSet<(usize, usize)> {
    let unmet = |(owner, members, needs): &(usize, Set, usize)| {
        !started.contains(owner) && members.intersection(started).count() < *needs
    };
    let groups = case.all_groups();
    let pair = |(owner, members, _): &(usize, Set, usize)| -> Vec<(usize, usize)> {
        members
            .difference(started)
            .map(|member| (*owner, *member))
            .collect()
    };
    groups
        .iter()
        .filter(|group| unmet(group))
        .flat_map(pair)
        .collect()
}

fn reached(pairs: &BTreeSet<(usize, usize)>, from: usize) -> Set {
    let mut reached = Set::new();
    loop {
        let before = reached.len();
        for (a, b) in pairs {
            if *a == from || reached.contains(a) {
                reached.insert(*b);
            }
        }
        if reached.len() == before {
            return reached;
        }
    }
}

/// The definition, round by round: what waits only for what waits for it too is a deadlock; all of those are started, and so
/// on until everything is.
fn deadlocks(case: &Case) -> BTreeSet<Set> {
    let mut up = started(case, &Set::new());
    let mut found = BTreeSet::new();
    while up.len() < case.assets {
        let pairs = waits(case, &up);
        let reach: BTreeMap<usize, Set> = (0..case.assets)
            .map(|asset| (asset, reached(&pairs, asset)))
            .collect();
        let before = up.clone();
        for asset in (0..case.assets).filter(|asset| !before.contains(asset)) {
            if reach[&asset].iter().all(|on| reach[on].contains(&asset)) {
                found.insert(reach[&asset].clone());
                up.extend(&reach[&asset]);
            }
        }
        up = started(case, &up);
    }
    found
}

fn check(case: &Case, start: &ColdStart) -> Result<(), TestCaseError> {
    let from_nothing = started(case, &Set::new());
    let pairs = waits(case, &from_nothing);
    let mut up = from_nothing.clone();
    for deadlock in &start.deadlocks {
        let assets = ordered(&deadlock.assets);
        // With everything else started none can be the first.
        let rest: Set = (0..case.assets).filter(|asset| !assets.contains(asset)).collect();
        prop_assert_eq!(&started(case, &rest), &rest);
        let ring: Vec<usize> = deadlock.ring.iter().map(|id| number(id.as_str())).collect();
        let distinct: Set = ring.iter().copied().collect();
        prop_assert!(ring.len() > 1 && distinct.len() == ring.len() && distinct.is_subset(&assets));
        for (place, asset) in ring.iter().enumerate() {
            let next = ring[(place + 1) % ring.len()];
            prop_assert!(pairs.contains(&(*asset, next)));
        }
        let by_hand = ordered(&deadlock.start_by_hand);
        prop_assert!(!by_hand.is_empty() && by_hand.is_subset(&assets));
        let with = |by_hand: &Set| started(case, &rest.union(by_hand).copied().collect()).len();
        prop_assert_eq!(with(&by_hand), case.assets);
        for spared in &by_hand {
            let mut fewer = by_hand.clone();
            fewer.remove(spared);
            prop_assert!(with(&fewer) < case.assets);
        }
        // In this order, one after another, each comes up with what is up by then.
        up.extend(&by_hand);
        up = started(case, &up);
        prop_assert!(assets.is_subset(&up));
    }
    prop_assert_eq!(up.len(), case.assets);

    let locked: Set = start
        .deadlocks
        .iter()
        .flat_map(|deadlock| numbers(&deadlock.assets))
        .collect();
    let blocked: Vec<&str> = start
        .blocked
        .iter()
        .map(|blocked| blocked.asset.as_str())
        .collect();
    let stuck: Set = (0..case.assets)
        .filter(|asset| !from_nothing.contains(asset))
        .collect();
    prop_assert_eq!(
        &locked.union(&ordered(&blocked)).copied().collect::<Set>(),
        &stuck
    );
    prop_assert_eq!(locked.len() + blocked.len(), stuck.len());
    for asset in 0..case.assets {
        let why = start.why(name(asset)).unwrap();
        prop_assert_eq!(why.is_some(), stuck.contains(&asset));
        let Some(why) = why else { continue };
        let way: Vec<usize> = why.iter().map(|id| number(id.as_str())).collect();
        prop_assert_eq!(way[0], asset);
        prop_assert!(way.windows(2).all(|step| pairs.contains(&(step[0], step[1]))));
        prop_assert_eq!(way.iter().filter(|on| locked.contains(on)).count(), 1);
        let end = why.last().unwrap();
        let at = start
            .deadlocks
            .iter()
            .position(|deadlock| deadlock.assets.contains(end));
        let told = start.blocked.iter().find(|blocked| blocked.asset == why[0]);
        prop_assert!(told.is_none_or(|told| Some(told.deadlock) == at));
    }
    Ok(())
}

/// Groups on every second asset or so: more rings with a spare than the cases that all tests share.
fn knotted() -> impl Strategy<Value = Case> {
    (2_usize..8).prop_flat_map(|assets| {
        let group = (0..assets, proptest::collection::vec(1..assets, 1..4), 1_u32..3).prop_map(
            move |(asset, steps, needs)| {
                let members: Vec<usize> = steps.iter().map(|step| (asset + step) % assets).collect();
                let count = members.iter().collect::<BTreeSet<_>>().len() as u32;
                (asset, members, needs.min(count))
            },
        );
        proptest::collection::vec(group, 1..assets * 2).prop_map(move |groups| Case {
            assets,
            relations: vec![],
            groups,
        })
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn deadlocks_are_what_the_definition_gives_round_by_round(case in prop_oneof![case(), knotted()]) {
        let start = impact::cold_start(&case.estate());
        let found: BTreeSet<Set> = start.deadlocks.iter().map(|deadlock| ordered(&deadlock.assets)).collect();
        prop_assert_eq!(found, deadlocks(&case));
        prop_assert_eq!(start.is_clear(), start.deadlocks.is_empty());
        check(&case, &start)?;
    }

    #[test]
    fn cold_starts_do_not_depend_on_the_order_of_input((one, other) in prop_oneof![case(), knotted()].prop_flat_map(shuffled)) {
        prop_assert_eq!(
            impact::cold_start(&one.estate()).to_json(),
            impact::cold_start(&other.estate()).to_json()
        );
    }
}

fn hard(pairs: &[(usize, usize)]) -> Vec<(usize, usize, RelationKind, Strength)> {
    let relation = |(from, to): &(usize, usize)| (*from, *to, RelationKind::DependsOn, Strength::Hard);
    pairs.iter().map(relation).collect()
}

#[test]
fn a_ring_that_a_spare_member_opens_is_no_deadlock() {
    // 0 needs one of 1 and 2; 1 needs 0; 2 needs nothing.
    let open = Case {
        assets: 3,
        relations: hard(&[(1, 0)]),
        groups: vec![(0, vec![1, 2], 1)],
    };
    assert!(impact::cold_start(&open.estate()).is_clear());
    assert_eq!(impact::cycles(&open.estate()).0.len(), 1);
    // When 2 needs 0 as well, no one is left to begin, and 0 is the one to start.
    let closed = Case {
        relations: hard(&[(1, 0), (2, 0)]),
        ..open
    };
    let start = impact::cold_start(&closed.estate());
    assert_eq!(numbers(&start.deadlocks[0].assets), Set::from([0, 1, 2]));
    assert_eq!(start.deadlocks[0].start_by_hand.len(), 1);
}

#[test]
fn a_deadlock_behind_another_comes_after_it() {
    let case = Case {
        assets: 5,
        relations: hard(&[(0, 1), (1, 0), (1, 2), (2, 3), (3, 2), (4, 0)]),
        groups: vec![],
    };
    let start = impact::cold_start(&case.estate());
    let assets: Vec<Set> = start
        .deadlocks
        .iter()
        .map(|deadlock| numbers(&deadlock.assets))
        .collect();
    assert_eq!(assets, [Set::from([2, 3]), Set::from([0, 1])]);
    assert_eq!(start.blocked.len(), 1);
    assert_eq!(
        (start.blocked[0].asset.as_str(), start.blocked[0].deadlock),
        (name(4).as_str(), 1)
    );
    // Behind the first by choice of one: 1 needs one of 0 and 2, so that only 2 and 3 are a deadlock.
    let either = Case {
        assets: 4,
        relations: hard(&[(0, 1), (2, 3), (3, 2)]),
        groups: vec![(1, vec![0, 2], 1)],
    };
    let start = impact::cold_start(&either.estate());
    assert_eq!(start.deadlocks.len(), 1);
    assert_eq!(
        numbers(start.blocked.iter().map(|blocked| blocked.asset.as_str())),
        Set::from([0, 1])
    );
}

#[test]
fn a_cold_start_reads_as_documented() {
    let case = Case {
        assets: 3,
        relations: hard(&[(0, 1), (1, 0), (2, 0)]),
        groups: vec![],
    };
    let start = impact::cold_start(&case.estate());
    let (zero, one, two) = (name(0), name(1), name(2));
    assert_eq!(
        start.to_json(),
        format!(
            r#"{{"deadlocks":[{{"assets":["{zero}","{one}"],"ring":["{zero}","{one}"],"start_by_hand":["{zero}"]}}],"blocked":[{{"asset":"{two}","waits_for":"{zero}","deadlock":0}}]}}"#
        )
    );
    assert_eq!(start.why("gone").unwrap_err().kind(), ErrorKind::NotFound);
}

#[test]
fn a_broad_estate_with_rings_is_taken_apart_and_watched() {
    let mut case = broad(1_000, 1_300, 50, 5);
    let rings = (0..1_000)
        .step_by(100)
        .map(|first| [(first, first + 50), (first + 50, first)]);
    case.relations.extend(hard(&rings.flatten().collect::<Vec<_>>()));
    let mut numbers_of = Numbers(6);
    for _ in 0..130 {
        let owner = numbers_of.below(1_000);
        let members = (0..3)
            .map(|_| numbers_of.below(1_000))
            .filter(|member| *member != owner)
            .collect::<Vec<_>>();
        if !members.is_empty() {
            case.groups.push((owner, members, 1));
        }
    }
    let estate = case.estate();
    let heard = Arc::new(Mutex::new(Vec::new()));
    let told = heard.clone();
    let monitor = Monitor::new(move |progress| told.lock().unwrap().push(progress));
    let options = ColdStartOptions::default().monitor(monitor.clone());
    let start = impact::cold_start_with(&estate, &options).unwrap();
    assert!(!start.is_clear() && !start.blocked.is_empty());
    let hand: Set = start
        .deadlocks
        .iter()
        .flat_map(|deadlock| numbers(&deadlock.start_by_hand))
        .collect();
    assert_eq!(started(&case, &hand).len(), case.assets);
    assert!(
        heard
            .lock()
            .unwrap()
            .iter()
            .all(|progress| progress.stage == "impact.cold_start")
    );
    monitor.cancel();
    let stopped = impact::cold_start_with(&estate, &options).unwrap_err();
    assert_eq!(
        (stopped.kind(), stopped.operation()),
        (ErrorKind::Cancelled, Some("impact.cold_start"))
    );
}
