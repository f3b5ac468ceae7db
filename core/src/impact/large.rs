//! Chains, rings and stars of a million assets on a stack of 256 KB; of five million in `make soak`.

use std::convert::Infallible;

use super::blast::reach;
use super::communities::{CommunityOptions, Found, search};
use super::components::Condensed;
use super::dominators::Tree;
use super::network::{Survey, draw};
use super::order::{cycle_positions, heights};
use super::path::shortest;
use super::propagation::Propagation;
use super::sweep::ancestors;
use crate::estate::{Graph, GraphBuilder, RelationKind, Strength};

const MANY: u32 = 1_000_000;
const MOST: u32 = 5_000_000;

fn on_a_small_stack(work: impl FnOnce() + Send + 'static) {
    let thread = std::thread::Builder::new().stack_size(256 * 1024).spawn(work);
    thread.unwrap().join().unwrap();
}

/// The graph of these pairs, each a dependency and a network link.
fn graph(assets: u32, pairs: impl Iterator<Item = (u32, u32)>) -> Graph {
    let mut builder = GraphBuilder::new(assets as usize).unwrap();
    for (from, to) in pairs {
        builder.relation(from, to, &RelationKind::DependsOn, Strength::Hard);
        builder.relation(from, to, &RelationKind::ConnectsTo, Strength::Hard);
    }
    builder.build().unwrap()
}

fn totals(graph: &Graph) -> Vec<u32> {
    let Ok(totals) = ancestors::<Infallible>(graph, |_, _| Ok(()));
    totals
}

fn failed(graph: &Graph, seed: u32) -> usize {
    let mut propagation = Propagation::new(graph);
    propagation.fail(graph, &[seed]);
    propagation.degrade(graph);
    propagation.failed().len()
}

fn communities(graph: &Graph) -> Found {
    let Ok(found) = search::<Infallible>(graph, &CommunityOptions::new().rounds(1), |_| Ok(()));
    found
}

fn chain(count: u32) {
    on_a_small_stack(move || {
        let graph = graph(count, (1..count).map(|asset| (asset - 1, asset)));
        assert!(totals(&graph).into_iter().eq(0..count));
        assert_eq!(reach(&graph, count - 1).hard.len(), count as usize - 1);
        assert!(heights(&graph).into_iter().eq((0..count).rev()));
        assert!(cycle_positions(&graph).is_empty());
        let condensed = Condensed::of(&graph);
        assert!(condensed.sizes().all(|(assets, needs)| assets == 1 && needs <= 1));
        let groups = communities(&graph);
        assert!(
            groups
                .groups()
                .all(|group| group.array_windows().all(|[one, next]| next - one == 1))
        );
        assert!(groups.groups().count() < count as usize / 100);
        assert_eq!(failed(&graph, count - 1), count as usize);
        assert!(shortest(&graph, 0, count - 1).unwrap().into_iter().eq(0..count));
        for tree in [Tree::of(&graph), Tree::below(&graph, 0)] {
            assert_eq!(tree.immediate(count - 1), Some(count - 2));
            assert!((0..count).all(|asset| tree.dominates(asset) == Some(count - 1 - asset)));
        }
        let survey = Survey::of(graph.links());
        assert_eq!(survey.bridges.len(), count as usize - 1);
        assert_eq!(survey.separated[7], 7);
        assert!(survey.blocks.iter().all(|block| block.len() == 2));
        assert_eq!(survey.blocks.iter().count(), count as usize - 1);
        let drawn = draw(&graph, |_| true);
        assert_eq!(drawn.links.linked(), [0, count - 1]);
        assert_eq!(drawn.kept, [0, count - 1]);
    });
}

fn ring(count: u32) {
    on_a_small_stack(move || {
        let graph = graph(count, (0..count).map(|asset| (asset, (asset + 1) % count)));
        assert!(totals(&graph).into_iter().all(|total| total == count - 1));
        assert_eq!(cycle_positions(&graph)[0].len(), count as usize);
        assert!(Condensed::of(&graph).sizes().eq([(count as usize, 0)]));
        assert!(communities(&graph).groups().count() < count as usize / 100);
        assert!(heights(&graph).into_iter().all(|height| height == 0));
        assert_eq!(failed(&graph, 3), count as usize);
        assert_eq!(shortest(&graph, 1, 0).unwrap().len(), count as usize);
        let tree = Tree::of(&graph);
        assert!((0..count).all(|asset| tree.dominates(asset) == Some(0)));
        assert_eq!(Tree::below(&graph, 1).dominates(1), Some(count - 1));
        let survey = Survey::of(graph.links());
        assert!(survey.bridges.is_empty() && !survey.cuts.contains(&true));
        assert!(survey.blocks.iter().eq([(0..count).collect::<Vec<u32>>()]));
        assert_eq!(draw(&graph, |_| true).kept.len(), count as usize);
        assert_eq!(
            draw(&graph, |asset| asset != 1).collapsed.len(),
            count as usize - 1
        );
    });
}

fn star(count: u32) {
    on_a_small_stack(move || {
        let graph = graph(count, (1..count).map(|asset| (asset, 0)));
        assert_eq!(totals(&graph)[0], count - 1);
        assert_eq!(reach(&graph, 0).hard.len(), count as usize - 1);
        assert_eq!(heights(&graph)[1], 1);
        assert_eq!((failed(&graph, 0), failed(&graph, 1)), (count as usize, 1));
        assert!(Condensed::of(&graph).sizes().skip(1).all(|sizes| sizes == (1, 1)));
        // Modularity is never above 0 where all edges share an end: one group.
        assert_eq!(communities(&graph).groups().count(), 1);
        let tree = Tree::of(&graph);
        assert!((0..count).all(|asset| tree.dominates(asset) == Some(0)));
        assert_eq!(Tree::below(&graph, 1).dominates(1), Some(1));
        let survey = Survey::of(graph.links());
        assert_eq!(survey.separated[0], count - 2);
        assert_eq!(survey.blocks.iter().count(), count as usize - 1);
        assert_eq!(draw(&graph, |_| true).kept.len(), count as usize);
    });
}

/// Every asset needs all before it.
fn dense(count: u32) {
    on_a_small_stack(move || {
        let graph = graph(
            count,
            (0..count).flat_map(|from| (0..from).map(move |to| (from, to))),
        );
        assert!(totals(&graph).into_iter().eq((0..count).rev()));
        assert!(heights(&graph).into_iter().eq(0..count));
        let needs = Condensed::of(&graph);
        assert!(needs.sizes().eq((0..count as usize).map(|needs| (1, needs))));
        assert_eq!(
            (failed(&graph, 0), failed(&graph, count - 1)),
            (count as usize, 1)
        );
        assert_eq!(shortest(&graph, count - 1, 0), Some(vec![count - 1, 0]));
        let tree = Tree::of(&graph);
        assert_eq!(tree.dominates(count - 1), Some(count - 1));
        assert!((0..count - 1).all(|asset| tree.immediate(asset) == Some(count - 1)));
        // The modularity of a complete graph is at most 0, with all in one group.
        assert_eq!(communities(&graph).groups().count(), 1);
        let survey = Survey::of(graph.links());
        assert!(survey.bridges.is_empty() && !survey.cuts.contains(&true));
        assert_eq!(survey.blocks.iter().count(), 1);
    });
}

#[test]
fn half_a_million_relations_between_a_thousand_assets_have_the_closed_form() {
    dense(1_000);
}

#[test]
#[ignore = "a minute in a debug build; part of `make soak`"]
fn soak_twelve_million_relations_between_five_thousand_assets() {
    dense(5_000);
}

#[test]
fn a_chain_of_a_million_passes() {
    chain(MANY);
}

#[test]
fn a_ring_of_a_million_passes() {
    ring(MANY);
}

#[test]
fn a_star_of_a_million_passes() {
    star(MANY);
}

#[test]
#[ignore = "minutes in a debug build; part of `make soak`"]
fn soak_chain_ring_and_star_of_five_million() {
    chain(MOST);
    ring(MOST);
    star(MOST);
}

#[test]
fn what_32_bits_cannot_number_is_refused() {
    let refused = |assets: usize| GraphBuilder::new(assets).unwrap_err().kind();
    assert_eq!(refused(u32::MAX as usize / 2), crate::ErrorKind::TooLarge);
    assert_eq!(refused(u32::MAX as usize), crate::ErrorKind::TooLarge);
    assert_eq!(refused(usize::MAX), crate::ErrorKind::TooLarge);
    assert!(GraphBuilder::new(u32::MAX as usize / 2 - 1).is_ok());
}
