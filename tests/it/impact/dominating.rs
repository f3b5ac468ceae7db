//! Dominators against taking away, against petgraph, and against the definitions of their root.

use std::collections::{BTreeMap, BTreeSet};

use petgraph::algo::dominators::simple_fast;
use petgraph::graph::{DiGraph, NodeIndex};
use petgraph::visit::{EdgeFiltered, EdgeRef};
use proptest::prelude::*;
use vcto::estate::Strength;
use vcto::impact::{self, Dominators};

use super::model::{Case, Set, broad, case, name, number, numbers, reaching, shuffled};

type Pairs = BTreeSet<(usize, usize)>;

fn turned(pairs: &Pairs) -> Pairs {
    pairs.iter().map(|(from, to)| (*to, *from)).collect()
}

/// The assets that the root needs: whatever reaches one of them is reached from it.
fn entries(case: &Case) -> Set {
    let pairs = case.hard_pairs();
    let backwards = turned(&pairs);
    (0..case.assets)
        .filter(|asset| reaching(&pairs, *asset).is_subset(&reaching(&backwards, *asset)))
        .collect()
}

/// What chains from these starts come to, the starts included.
fn below(pairs: &Pairs, starts: &Set) -> Set {
    let backwards = turned(pairs);
    starts
        .iter()
        .flat_map(|start| {
            let mut reached = reaching(&backwards, *start);
            reached.insert(*start);
            reached
        })
        .collect()
}

/// What no chain comes to any more when this one is taken away, itself not counted.
fn lost(pairs: &Pairs, starts: &Set, without: usize) -> Set {
    let rest = pairs
        .iter()
        .copied()
        .filter(|(a, b)| *a != without && *b != without)
        .collect();
    let mut starts_left = starts.clone();
    starts_left.remove(&without);
    let mut lost = &below(pairs, starts) - &below(&rest, &starts_left);
    lost.remove(&without);
    lost
}

/// Which assets each asset of the tree is dominated by, from the chains of a result.
fn above(dominators: &Dominators) -> BTreeMap<usize, Set> {
    dominators
        .tree()
        .map(|one| {
            let chain: Vec<_> = dominators.chain(one.asset).collect();
            assert_eq!(chain.first().copied(), one.immediate);
            assert_eq!(dominators.immediate(one.asset), one.immediate);
            assert_eq!(dominators.dominated_by(one.asset), Some(one.dominates));
            (number(one.asset.as_str()), numbers(chain))
        })
        .collect()
}

fn assert_by_removal(dominators: &Dominators, pairs: &Pairs, starts: &Set) {
    let above = above(dominators);
    assert_eq!(above.keys().copied().collect::<Set>(), below(pairs, starts));
    for by in above.keys() {
        let dominated: Set = above
            .iter()
            .filter(|(_, chain)| chain.contains(by))
            .map(|(one, _)| *one)
            .collect();
        assert_eq!(dominated, lost(pairs, starts, *by));
        assert_eq!(dominators.dominated_by(name(*by)), Some(dominated.len()));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn one_dominates_what_is_lost_without_it(case in case()) {
        let estate = case.estate();
        let pairs = case.hard_pairs();
        let dominators = impact::dominators(&estate);
        prop_assert_eq!(dominators.tree().count(), case.assets);
        assert_by_removal(&dominators, &pairs, &entries(&case));
        for root in 0..case.assets {
            let dominators = impact::dominators_of(&estate, name(root)).unwrap();
            assert_by_removal(&dominators, &pairs, &Set::from([root]));
        }
    }

    #[test]
    fn the_order_of_input_changes_nothing((case, other) in case().prop_flat_map(shuffled)) {
        prop_assert_eq!(
            impact::dominators(&case.estate()).to_json(),
            impact::dominators(&other.estate()).to_json()
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn petgraph_finds_the_same_trees(seed in any::<u64>(), assets in 20_usize..400, links in 1_usize..5, back in 0_usize..200) {
        let case = broad(assets, assets * links, back, seed);
        let estate = case.estate();
        let mut graph = DiGraph::<(), ()>::new();
        for _ in 0..=assets {
            graph.add_node(());
        }
        for (from, to) in case.hard_pairs() {
            graph.add_edge(NodeIndex::new(from), NodeIndex::new(to), ());
        }
        let root = NodeIndex::new(assets);
        for entry in entries(&case) {
            graph.add_edge(root, NodeIndex::new(entry), ());
        }
        let theirs = simple_fast(&graph, root);
        let ours = impact::dominators(&estate);
        for asset in 0..assets {
            let known = theirs.immediate_dominator(NodeIndex::new(asset)).unwrap();
            let known = (known != root).then(|| known.index());
            prop_assert_eq!(ours.immediate(name(asset)).map(|id| number(id.as_str())), known);
        }
        let hard = EdgeFiltered::from_fn(estate.graph(), |edge: vcto::estate::EdgeEnds<'_>| {
            edge.weight().strength == Strength::Hard
        });
        for asset in (0..assets).step_by(assets / 10) {
            let theirs = simple_fast(&hard, estate.index_of(&name(asset)).unwrap());
            let ours = impact::dominators_of(&estate, name(asset)).unwrap();
            for (position, other) in (0_u32..).zip(estate.assets()) {
                let known = theirs.immediate_dominator(position).and_then(|above| estate.id(above));
                prop_assert_eq!(ours.immediate(&other.id), known);
                let reached = theirs.dominators(position).is_some();
                prop_assert_eq!(ours.dominated_by(&other.id).is_some(), reached);
            }
        }
    }
}

#[test]
fn unknown_assets_have_no_place() {
    let estate = broad(20, 40, 0, 1).estate();
    let dominators = impact::dominators(&estate);
    assert_eq!(dominators.immediate("nobody"), None);
    assert_eq!(dominators.dominated_by("nobody"), None);
    assert_eq!(dominators.chain("nobody").count(), 0);
    let error = impact::dominators_of(&estate, "nobody").unwrap_err();
    assert_eq!(error.kind(), vcto::ErrorKind::NotFound);
}
