//! Failure, cut sets and the length of explanations against brute force; whether these hold is checked in `checker`.

use std::collections::BTreeSet;

use proptest::prelude::*;
use vcto::ErrorKind;
use vcto::estate::{RelationKind, Strength};
use vcto::impact::{self, Cause, CutSearch, Effect, Explanation, FailureSimulator};

use super::model::{Case, Numbers, Set, broad, case, name, number, numbers, ordered, shuffled};

fn hard(pairs: &[(usize, usize)]) -> Vec<(usize, usize, RelationKind, Strength)> {
    let relation = |(from, to): &(usize, usize)| (*from, *to, RelationKind::DependsOn, Strength::Hard);
    pairs.iter().map(relation).collect()
}

/// How many rounds of failing it takes at least, for every failed asset.
fn rounds(case: &Case, seeds: &Set) -> Vec<Set> {
    let groups = case.all_groups();
    let mut rounds = vec![seeds.clone()];
    loop {
        let failed: Set = rounds.iter().flatten().copied().collect();
        let next: Set = groups
            .iter()
            .filter(|(asset, members, needs)| {
                !failed.contains(asset) && members.difference(&failed).count() < *needs
            })
            .map(|(asset, _, _)| *asset)
            .collect();
        if next.is_empty() {
            return rounds;
        }
        rounds.push(next);
    }
}

/// The longest chain of failures in an explanation.
fn depth(explanation: &Explanation) -> usize {
    let mut depths: Vec<(usize, usize)> = Vec::new();
    for step in explanation
        .steps
        .iter()
        .filter(|step| step.effect == Effect::Failed)
    {
        let on = match &step.cause {
            Cause::Seed => vec![],
            Cause::Dependency(on) => vec![on.clone()],
            Cause::Group { failed, .. } => failed.clone(),
            other => panic!("failure knows no network: {other:?}"),
        };
        let below = on.iter().map(|on| {
            depths
                .iter()
                .find(|(asset, _)| *asset == number(on.as_str()))
                .unwrap()
                .1
                + 1
        });
        depths.push((number(step.asset.as_str()), below.max().unwrap_or(0)));
    }
    depths.last().unwrap().1
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn fail_is_what_brute_force_says(case in case(), picks in proptest::collection::vec(0_usize..9, 0..4)) {
        let estate = case.estate();
        let seeds: Set = picks.iter().map(|pick| pick % case.assets).collect();
        let failure = impact::fail(&estate, seeds.iter().map(|seed| name(*seed))).unwrap();
        let failed = case.failed(&seeds);
        prop_assert_eq!(ordered(&failure.failed), failed.clone());
        prop_assert_eq!(ordered(&failure.degraded), case.degraded(&failed));
    }

    #[test]
    fn a_simulator_forgets_the_run_before(case in case()) {
        let estate = case.estate();
        let mut simulator = FailureSimulator::new(&estate);
        for seed in 0..case.assets {
            let again = simulator.fail([name(seed)]).unwrap();
            let fresh = impact::fail(&estate, [name(seed)]).unwrap();
            prop_assert_eq!(&again.failed, &fresh.failed);
            prop_assert_eq!(&again.degraded, &fresh.degraded);
            let position = estate.index_of(&name(seed)).unwrap();
            prop_assert_eq!(simulator.failed_positions(&[position]).len(), fresh.failed.len());
        }
    }

    #[test]
    fn every_failure_is_explained_by_a_shortest_derivation(case in case(), picks in proptest::collection::vec(0_usize..9, 1..4)) {
        let estate = case.estate();
        let seeds: Set = picks.iter().map(|pick| pick % case.assets).collect();
        let failure = impact::fail(&estate, seeds.iter().map(|seed| name(*seed))).unwrap();
        let rounds = rounds(&case, &seeds);
        for asset in 0..case.assets {
            let explanation = failure.why(name(asset)).unwrap();
            let affected = numbers(failure.failed.iter().chain(&failure.degraded)).contains(&asset);
            prop_assert_eq!(explanation.is_some(), affected);
            let Some(explanation) = explanation else { continue };
            if let Some(round) = rounds.iter().position(|round| round.contains(&asset)) {
                prop_assert_eq!(depth(&explanation), round);
            }
        }
    }

    #[test]
    fn more_seeds_never_save_an_asset(case in case(), one in 0_usize..9, other in 0_usize..9) {
        let estate = case.estate();
        let (one, other) = (name(one % case.assets), name(other % case.assets));
        let fewer = numbers(impact::fail(&estate, [&one]).unwrap().failed);
        let more = numbers(impact::fail(&estate, [&one, &other]).unwrap().failed);
        prop_assert!(fewer.is_subset(&more));
    }

    #[test]
    fn the_order_of_input_does_not_matter((one, other) in case().prop_flat_map(shuffled)) {
        let (one, other) = (one.estate(), other.estate());
        for asset in one.assets() {
            let id = &asset.id;
            let fail = |estate| impact::fail(estate, [id]).unwrap();
            prop_assert_eq!(fail(&one).to_json(), fail(&other).to_json());
            for touched in one.assets() {
                prop_assert_eq!(fail(&one).why(&touched.id).unwrap(), fail(&other).why(&touched.id).unwrap());
            }
            prop_assert_eq!(impact::blast_radius(&one, id).unwrap(), impact::blast_radius(&other, id).unwrap());
            prop_assert_eq!(impact::cut_sets(&one, id, 2).unwrap(), impact::cut_sets(&other, id, 2).unwrap());
        }
        prop_assert_eq!(impact::cycles(&one), impact::cycles(&other));
        prop_assert_eq!(impact::layers(&one), impact::layers(&other));
        prop_assert_eq!(impact::network(&one).to_json(), impact::network(&other).to_json());
    }

    #[test]
    fn cut_sets_are_what_brute_force_says(case in case()) {
        let estate = case.estate();
        let mut search = CutSearch::new(&estate);
        for order in 1..=2 {
            for asset in 0..case.assets {
                let found = search.find(name(asset), order).unwrap().0;
                let by_size_then_ids = |one: &[_], other: &[_]| (one.len(), one) < (other.len(), other);
                prop_assert!(found.windows(2).all(|pair| by_size_then_ids(&pair[0], &pair[1])));
                let found: BTreeSet<Set> = found.iter().map(|set| ordered(set)).collect();
                prop_assert_eq!(found, case.cut_sets(asset, order), "of {}", asset);
            }
        }
    }
}

#[test]
fn a_ring_does_not_destroy_itself_and_falls_with_any_of_its_members() {
    let case = Case {
        assets: 4,
        relations: hard(&[(0, 1), (1, 2), (2, 0), (3, 0)]),
        groups: vec![],
    };
    let estate = case.estate();
    let nothing = impact::fail::<[&str; 0]>(&estate, []).unwrap();
    assert!(nothing.failed.is_empty() && nothing.degraded.is_empty());
    assert_eq!(
        numbers(impact::fail(&estate, [name(3)]).unwrap().failed),
        Set::from([3])
    );
    assert_eq!(
        numbers(impact::fail(&estate, [name(1)]).unwrap().failed),
        Set::from([0, 1, 2, 3])
    );
}

#[test]
fn a_ring_of_groups_stands_as_long_as_each_keeps_enough() {
    // Each of three needs one of the two others.
    let case = Case {
        assets: 3,
        relations: vec![],
        groups: vec![(0, vec![1, 2], 1), (1, vec![2, 0], 1), (2, vec![0, 1], 1)],
    };
    let estate = case.estate();
    let one = impact::fail(&estate, [name(0)]).unwrap();
    assert_eq!(
        (numbers(&one.failed), numbers(&one.degraded)),
        (Set::from([0]), Set::from([1, 2]))
    );
    let two = impact::fail(&estate, [name(0), name(1)]).unwrap();
    assert_eq!(numbers(&two.failed), Set::from([0, 1, 2]));
}

#[test]
fn a_member_can_be_required_anyway_by_a_group_of_its_own() {
    let spare = Case {
        assets: 3,
        relations: hard(&[(0, 1)]),
        groups: vec![(0, vec![1, 2], 1)],
    };
    assert_eq!(
        numbers(impact::fail(&spare.estate(), [name(1)]).unwrap().failed),
        Set::from([1])
    );
    let required = Case {
        groups: vec![(0, vec![1, 2], 1), (0, vec![1], 1)],
        ..spare
    };
    assert_eq!(
        numbers(impact::fail(&required.estate(), [name(1)]).unwrap().failed),
        Set::from([0, 1])
    );
}

#[test]
fn degradation_travels_on_over_hard_relations() {
    let case = Case {
        assets: 3,
        relations: vec![
            (1, 0, RelationKind::Uses, Strength::Soft),
            (2, 1, RelationKind::DependsOn, Strength::Hard),
        ],
        groups: vec![],
    };
    let failure = impact::fail(&case.estate(), [name(0)]).unwrap();
    assert_eq!(numbers(&failure.failed), Set::from([0]));
    assert_eq!(numbers(&failure.degraded), Set::from([1, 2]));
}

#[test]
fn a_seed_that_is_named_twice_counts_once() {
    let case = Case {
        assets: 3,
        relations: vec![],
        groups: vec![(0, vec![1, 2], 1)],
    };
    let failure = impact::fail(&case.estate(), [name(1), name(1)]).unwrap();
    assert_eq!(numbers(failure.failed), Set::from([1]));
}

#[test]
fn an_explanation_reads_as_documented() {
    let case = Case {
        assets: 4,
        relations: hard(&[(3, 0)]),
        groups: vec![(0, vec![1, 2], 1)],
    };
    let failure = impact::fail(&case.estate(), [name(1), name(2)]).unwrap();
    let (zero, one, two, three) = (name(0), name(1), name(2), name(3));
    let expected = format!(
        concat!(
            r#"{{"asset":"{three}","steps":[{{"asset":"{one}","effect":"failed","cause":"seed"}},"#,
            r#"{{"asset":"{two}","effect":"failed","cause":"seed"}},"#,
            r#"{{"asset":"{zero}","effect":"failed","cause":{{"group":{{"failed":["{one}","{two}"],"members":2,"needs":1}}}}}},"#,
            r#"{{"asset":"{three}","effect":"failed","cause":{{"dependency":"{zero}"}}}}]}}"#
        ),
        zero = zero,
        one = one,
        two = two,
        three = three
    );
    assert_eq!(failure.why(&three).unwrap().unwrap().to_json(), expected);
}

#[test]
fn unknown_assets_and_orders_are_refused_by_kind() {
    let case = Case {
        assets: 2,
        relations: hard(&[(0, 1)]),
        groups: vec![],
    };
    let estate = case.estate();
    let kind = |result: vcto::Result<()>| result.unwrap_err().kind();
    assert_eq!(
        kind(impact::fail(&estate, ["gone"]).map(drop)),
        ErrorKind::NotFound
    );
    assert_eq!(
        kind(impact::blast_radius(&estate, "gone").map(drop)),
        ErrorKind::NotFound
    );
    assert_eq!(
        kind(impact::path(&estate, "gone", name(0)).map(drop)),
        ErrorKind::NotFound
    );
    assert_eq!(
        kind(impact::network(&estate).separated_by("gone").map(drop)),
        ErrorKind::NotFound
    );
    assert_eq!(
        kind(impact::cut_sets(&estate, "gone", 1).map(drop)),
        ErrorKind::NotFound
    );
    assert_eq!(
        kind(impact::cut_sets(&estate, name(0), 0).map(drop)),
        ErrorKind::InvalidInput
    );
    assert_eq!(
        kind(impact::cut_sets(&estate, name(0), 3).map(drop)),
        ErrorKind::Unsupported
    );
    let error = impact::fail(&estate, ["gone"]).unwrap_err();
    assert_eq!(error.operation(), Some("impact.fail"));
}

#[test]
fn more_cut_sets_than_asked_for_are_refused_not_cut_off() {
    // Ten below each of two members: 121 pairs.
    let below = |member: usize| (0..10).map(move |step| (member, 3 + (member - 1) * 10 + step));
    let case = Case {
        assets: 23,
        relations: hard(&below(1).chain(below(2)).collect::<Vec<_>>()),
        groups: vec![(0, vec![1, 2], 1)],
    };
    let estate = case.estate();
    assert_eq!(
        CutSearch::new(&estate)
            .most(121)
            .find(name(0), 2)
            .unwrap()
            .0
            .len(),
        121
    );
    let refused = CutSearch::new(&estate).most(120).find(name(0), 2).unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::TooLarge);
}

#[test]
fn cut_sets_over_several_blocks_are_what_failing_each_pair_shows() {
    // Two stacks of 350 with cross links, cycles and groups of their own, of which the first asset needs one.
    let mut case = broad(700, 900, 30, 11);
    let mut numbers = Numbers(12);
    case.relations
        .retain(|(from, to, _, _)| *from > 2 && *to > 2 && (from % 2 == to % 2 || from % 50 == 0));
    case.groups.push((0, vec![1, 2], 1));
    for stack in [1, 2] {
        let below: Vec<usize> = (3..700).filter(|asset| asset % 2 == stack % 2).collect();
        case.groups
            .push((stack, (0..3).map(|_| below[numbers.below(60)]).collect(), 1));
        for pair in below.chunks(5) {
            case.relations
                .push((stack, pair[0], RelationKind::DependsOn, Strength::Hard));
            if pair.len() == 5 && pair[0] > 60 {
                case.groups
                    .push((pair[0], pair[1..5].to_vec(), 2 + (pair[0] % 3) as u32));
            }
        }
    }
    let estate = case.estate();
    let found = CutSearch::new(&estate).find(name(0), 2).unwrap().0;
    let position = |id: &str| estate.index_of(id).unwrap();
    let found: Vec<Vec<u32>> = found
        .iter()
        .map(|set| set.iter().map(|id| position(id.as_str())).collect())
        .collect();

    let mut simulator = FailureSimulator::new(&estate);
    let target = position(&name(0));
    let mut cuts = |set: &[u32]| simulator.failed_positions(set).contains(&target);
    let others: Vec<u32> = (0..700).filter(|asset| *asset != target).collect();
    let (single, rest): (Vec<u32>, Vec<u32>) = others.iter().partition(|one| cuts(&[**one]));
    let mut known: Vec<Vec<u32>> = single.iter().map(|one| vec![*one]).collect();
    for (index, one) in rest.iter().enumerate() {
        known.extend(
            rest[index + 1..]
                .iter()
                .map(|other| vec![*one, *other])
                .filter(|pair| cuts(pair)),
        );
    }
    assert!(known.len() > 10_000 && !single.is_empty());
    assert!(found == known, "{} found, {} known", found.len(), known.len());
}
