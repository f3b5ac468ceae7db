//! Communities against the definition of modularity, against published optima, and against every single step.

use std::collections::BTreeMap;

use proptest::prelude::*;
use vcto::estate::{RelationKind, Strength};
use vcto::impact::{self, Communities, CommunityOptions};
use vcto::monitor::Monitor;
use vcto::{ErrorKind, Estate};

use super::model::{Case, Set, broad, case, name, number, numbers, shuffled};

/// Weights between assets both ways, in halves of a hard relation.
struct Weights {
    between: BTreeMap<(usize, usize), i128>,
    degree: Vec<i128>,
}

impl Weights {
    fn of(case: &Case) -> Self {
        let hard = case.hard_pairs();
        let mut weights = Self {
            between: BTreeMap::new(),
            degree: vec![0; case.assets],
        };
        for (a, b) in case.all_pairs() {
            let weight = if hard.contains(&(a, b)) { 2 } else { 1 };
            *weights.between.entry((a, b)).or_default() += weight;
            *weights.between.entry((b, a)).or_default() += weight;
            weights.degree[a] += weight;
            weights.degree[b] += weight;
        }
        weights
    }

    fn ends(&self) -> i128 {
        self.degree.iter().sum()
    }

    /// Modularity times `q (2W)^2`, pair by pair.
    fn score(&self, groups: &[Set], [p, q]: [u32; 2]) -> i128 {
        let pairs = groups.iter().flat_map(|group| {
            let others = |one: &usize| group.iter().map(|other| (*one, *other)).collect::<Vec<_>>();
            group.iter().flat_map(others)
        });
        pairs
            .map(|(a, b)| {
                let weight = self.between.get(&(a, b)).copied().unwrap_or(0);
                weight * self.ends() * i128::from(q) - i128::from(p) * self.degree[a] * self.degree[b]
            })
            .sum()
    }
}

fn groups(found: &Communities) -> Vec<Set> {
    found.communities.iter().map(numbers).collect()
}

/// Whether links inside the group hold it together.
fn is_connected(group: &Set, weights: &Weights) -> bool {
    let mut reached: Set = group.iter().take(1).copied().collect();
    loop {
        let near = |one: &&usize| {
            reached
                .iter()
                .any(|other| weights.between.contains_key(&(**one, *other)))
        };
        let more: Set = group.iter().filter(near).copied().collect();
        let before = reached.len();
        reached.extend(more);
        if reached.len() == before {
            return reached == *group;
        }
    }
}

fn resolution() -> impl Strategy<Value = [u32; 2]> {
    (0_u32..5, 1_u32..4).prop_map(|(p, q)| [p, q])
}

fn find(estate: &Estate, [p, q]: [u32; 2]) -> Communities {
    impact::communities_with(estate, &CommunityOptions::new().resolution(p, q)).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn groups_are_connected_and_no_single_step_makes_them_better(case in case(), resolution in resolution()) {
        let weights = Weights::of(&case);
        let found = find(&case.estate(), resolution);
        let groups = groups(&found);
        let all: Vec<usize> = groups.iter().flatten().copied().collect();
        prop_assert_eq!(all.len(), case.assets);
        prop_assert_eq!(all.into_iter().collect::<Set>().len(), case.assets);
        prop_assert!(found.communities.is_sorted() && found.communities.iter().all(|group| group.is_sorted()));
        let score = weights.score(&groups, resolution);
        for (index, group) in groups.iter().enumerate() {
            prop_assert!(is_connected(group, &weights), "{group:?}");
            for other in 0..index {
                let mut merged = groups.clone();
                merged[other].extend(group);
                merged.remove(index);
                prop_assert!(weights.score(&merged, resolution) <= score);
            }
            for asset in group {
                for to in 0..=groups.len() {
                    let mut moved = groups.clone();
                    moved.push(Set::new());
                    moved[index].remove(asset);
                    moved[to].insert(*asset);
                    prop_assert!(weights.score(&moved, resolution) <= score, "{asset} to {to} of {groups:?}");
                }
            }
        }
    }

    #[test]
    fn modularity_cut_and_weight_are_those_of_the_definition(case in case(), resolution in resolution()) {
        let weights = Weights::of(&case);
        let found = find(&case.estate(), resolution);
        let groups = groups(&found);
        let all = weights.ends();
        let expected = match all {
            0 => 0.0,
            _ => weights.score(&groups, resolution) as f64 / (all * all * i128::from(resolution[1])) as f64,
        };
        prop_assert!((found.modularity - expected).abs() < 1e-12);
        let apart = |a: usize, b: usize| groups.iter().all(|group| !(group.contains(&a) && group.contains(&b)));
        let cut: i128 = weights.between.iter().filter(|((a, b), _)| apart(*a, *b)).map(|(_, weight)| weight).sum();
        // Each weight is counted from both ends, in halves.
        prop_assert_eq!((found.cut * 4.0) as i128, cut);
        prop_assert_eq!((found.weight * 4.0) as i128, all);
        prop_assert_eq!(found.resolution, resolution);
    }

    #[test]
    fn the_order_of_input_changes_nothing((case, other) in case().prop_flat_map(shuffled)) {
        prop_assert_eq!(impact::communities(&case.estate()).to_json(), impact::communities(&other.estate()).to_json());
    }
}

fn linked(assets: usize, pairs: impl IntoIterator<Item = (usize, usize)>) -> Case {
    Case {
        assets,
        relations: pairs
            .into_iter()
            .map(|(from, to)| (from, to, RelationKind::DependsOn, Strength::Hard))
            .collect(),
        groups: vec![],
    }
}

/// Who met whom in a karate club (Zachary, "An information flow model for conflict and fission in small groups", 1977).
const KARATE: [(usize, &[usize]); 26] = [
    (0, &[1, 2, 3, 4, 5, 6, 7, 8, 10, 11, 12, 13, 17, 19, 21, 31]),
    (1, &[2, 3, 7, 13, 17, 19, 21, 30]),
    (2, &[3, 7, 8, 9, 13, 27, 28, 32]),
    (3, &[7, 12, 13]),
    (4, &[6, 10]),
    (5, &[6, 10, 16]),
    (6, &[16]),
    (8, &[30, 32, 33]),
    (9, &[33]),
    (13, &[33]),
    (14, &[32, 33]),
    (15, &[32, 33]),
    (18, &[32, 33]),
    (19, &[33]),
    (20, &[32, 33]),
    (22, &[32, 33]),
    (23, &[25, 27, 29, 32, 33]),
    (24, &[25, 27, 31]),
    (25, &[31]),
    (26, &[29, 33]),
    (27, &[33]),
    (28, &[31, 33]),
    (29, &[32, 33]),
    (30, &[32, 33]),
    (31, &[32, 33]),
    (32, &[33]),
];

#[test]
fn the_karate_club_falls_into_the_four_groups_of_the_highest_modularity() {
    let pairs: Vec<_> = KARATE
        .iter()
        .flat_map(|(one, others)| others.iter().map(|other| (*one, *other)))
        .collect();
    assert_eq!(pairs.len(), 78);
    let found = impact::communities(&linked(34, pairs).estate());
    // Brandes and others, "On modularity clustering" (2008): 0.4198 is the optimum, with four groups.
    assert_eq!(found.communities.len(), 4);
    assert!(
        (found.modularity - 0.4198).abs() < 0.000_05,
        "{}",
        found.modularity
    );
}

#[test]
fn a_finer_resolution_tells_the_cliques_of_a_ring_apart() {
    // Fortunato and Barthelemy, "Resolution limit in community detection" (2007): 30 cliques of five in a ring.
    let clique = |first: usize| (0..5).flat_map(move |a| (0..a).map(move |b| (first + a, first + b)));
    let pairs = (0..30).flat_map(|number| clique(number * 5).chain([(number * 5, (number * 5 + 6) % 150)]));
    let estate = linked(150, pairs).estate();
    let cliques: Vec<Set> = (0..30)
        .map(|number| (number * 5..number * 5 + 5).collect())
        .collect();
    // At 1 two neighbours fit better together: 1 - 22 * 22 / 660 > 0. At 3/2 they do not.
    let mut fine = groups(&find(&estate, [3, 2]));
    fine.sort();
    assert_eq!(fine, cliques);
    let coarse = impact::communities(&estate);
    assert!(coarse.communities.len() < 30);
    for clique in &cliques {
        assert!(groups(&coarse).iter().any(|group| clique.is_subset(group)));
    }
}

#[test]
fn at_resolution_0_all_that_is_linked_is_one_group() {
    let estate = linked(7, [(0, 1), (1, 2), (3, 4), (4, 5)]).estate();
    let mut found = groups(&find(&estate, [0, 1]));
    found.sort();
    assert_eq!(
        found,
        [Set::from([0, 1, 2]), Set::from([3, 4, 5]), Set::from([6])]
    );
}

#[test]
fn a_hard_relation_holds_where_a_soft_one_does_not() {
    // 1 is in the middle of two pairs: hard to the one side, soft to the other.
    let mut case = linked(5, [(0, 3), (1, 0), (2, 4)]);
    case.relations
        .push((1, 2, RelationKind::DependsOn, Strength::Soft));
    let found = groups(&impact::communities(&case.estate()));
    assert!(found.contains(&Set::from([0, 1, 3])), "{found:?}");
}

#[test]
fn options_are_checked_and_a_monitor_stops_the_search() {
    let estate = broad(9_000, 40_000, 100, 7).estate();
    let refused = |options: &CommunityOptions| impact::communities_with(&estate, options).unwrap_err();
    assert_eq!(
        refused(&CommunityOptions::new().resolution(1, 0)).kind(),
        ErrorKind::InvalidInput
    );
    assert_eq!(
        refused(&CommunityOptions::new().rounds(0)).kind(),
        ErrorKind::InvalidInput
    );
    let monitor = Monitor::default();
    monitor.cancel();
    assert_eq!(
        refused(&CommunityOptions::new().monitor(monitor)).kind(),
        ErrorKind::Cancelled
    );
    let one_round = impact::communities_with(&estate, &CommunityOptions::new().rounds(1)).unwrap();
    let all = impact::communities(&estate);
    assert!(all.modularity >= one_round.modularity && one_round.modularity > 0.2);
}

#[test]
fn nothing_linked_is_nothing_grouped() {
    let found = impact::communities(&linked(3, []).estate());
    assert_eq!(
        (found.communities.len(), found.modularity, found.cut, found.weight),
        (3, 0.0, 0.0, 0.0)
    );
    assert_eq!(
        number(found.communities[0][0].as_str()),
        number(&(0..3).map(name).min().unwrap())
    );
    let empty = impact::communities(&linked(0, []).estate());
    assert_eq!(
        empty.to_json(),
        r#"{"communities":[],"modularity":0.0,"cut":0.0,"weight":0.0,"resolution":[1,1]}"#
    );
}
