//! Finds the deadlocks of a cold start one after another, and what breaks each.

use super::start::{Needs, Settled, Start};
use super::waiting::Waiting;
use crate::estate::Graph;

/// Assets none of which can be the first to start, even when all others are started. By position.
pub(in crate::impact) struct Knot {
    /// Ascending.
    pub(in crate::impact) assets: Vec<u32>,
    /// Each waits for the next, the last for the first.
    pub(in crate::impact) ring: Vec<u32>,
    /// Started by hand they let the rest of the knot start. Ascending.
    pub(in crate::impact) by_hand: Vec<u32>,
}

/// What starts once knots are broken. By position.
pub(in crate::impact) struct Held {
    pub(in crate::impact) asset: u32,
    /// What it waits for, next on a shortest way to a knot.
    pub(in crate::impact) waits_for: u32,
    /// The number of that knot.
    pub(in crate::impact) knot: u32,
}

/// Everything that does not start from nothing: the knots in an order in which they can be broken, and what is behind
/// them, ascending.
///
/// What is stuck is taken apart by who waits for whom: a component that waits for nothing outside is a knot. It counts as
/// broken from then on, and what is left of the components above it is taken apart again. The order of breaking does not
/// change which knots there are: nothing outside a knot can start any of it.
///
/// `progress` hears how many assets of how many are started or counted as started, and can stop the work.
pub(in crate::impact) fn knots<E>(
    graph: &Graph,
    mut progress: impl FnMut(usize, usize) -> Result<(), E>,
) -> Result<(Vec<Knot>, Vec<Held>), E> {
    let needs = Needs::of_graph(graph).settled();
    let mut start = Start::from_nothing(&needs);
    let total = graph.asset_count();
    let mut stuck: Vec<u32> = (0_u32..).zip(0..total).map(|(asset, _)| asset).collect();
    stuck.retain(|asset| !start.is_started(*asset));
    let first = waiting(graph, &start, stuck.clone());
    let mut knots = Vec::new();
    let mut open = vec![stuck];
    while let Some(mut assets) = open.pop() {
        progress(total - start.left(), total)?;
        assets.retain(|asset| !start.is_started(*asset));
        let waiting = waiting(graph, &start, assets);
        let mut above = Vec::new();
        let known = knots.len();
        for (nodes, closed) in waiting.components() {
            let assets = waiting.positions(&nodes);
            if closed {
                knots.push(Knot {
                    ring: waiting.ring(&nodes),
                    by_hand: by_hand(graph, &start, &assets),
                    assets,
                });
            } else {
                above.push(assets);
            }
        }
        // Only now, so that each component was judged in the state in which it was found.
        for asset in knots.iter().skip(known).flat_map(|knot: &Knot| &knot.assets) {
            start.by_hand(*asset);
        }
        open.extend(above.into_iter().rev());
    }
    let held = held(&first, &knots);
    Ok((knots, held))
}

/// Who of the assets that are not started waits for whom of them.
fn waiting(graph: &Graph, start: &Start, assets: Vec<u32>) -> Waiting {
    Waiting::new(assets, |asset, into| {
        for (_, _, members) in unmet(graph, start, asset) {
            into.extend(members);
        }
    })
}

/// The requirements of an asset that are not met: how many more members each wants, and its members that are not started.
fn unmet<'a>(
    graph: &'a Graph,
    start: &'a Start,
    asset: u32,
) -> impl Iterator<Item = (u32, u32, Vec<u32>)> + 'a {
    let open = |members: &[u32]| -> Vec<u32> {
        members
            .iter()
            .copied()
            .filter(|member| !start.is_started(*member))
            .collect()
    };
    let needed = open(graph.needed_dependencies(asset));
    let groups = graph
        .groups_of(asset)
        .filter(|number| start.short(*number as usize) > 0);
    needed
        .into_iter()
        .map(move |on| (asset, 1, vec![on]))
        .chain(groups.filter_map(move |number| {
            let group = graph.group(number)?;
            Some((asset, start.short(number as usize), open(group.members)))
        }))
}

/// As many tries to leave one out as are made.
const TRIES: usize = 64;

/// Assets of a knot whose start by hand lets all of it start. Those that most others wait for are taken first, and none is
/// taken that has started by then. Of up to [`TRIES`] none can be left out.
fn by_hand(graph: &Graph, start: &Start, assets: &[u32]) -> Vec<u32> {
    let node = |asset: u32| {
        assets
            .binary_search(&asset)
            .ok()
            .and_then(|node| u32::try_from(node).ok())
    };
    let mut needs = Needs::of(assets.len());
    for (owner, asset) in (0_u32..).zip(assets) {
        for (_, wants, members) in unmet(graph, start, *asset) {
            needs.add(owner, wants, members.into_iter().filter_map(node));
        }
    }
    let needs = needs.settled();
    let mut order: Vec<u32> = (0_u32..).zip(assets).map(|(node, _)| node).collect();
    order.sort_by_key(|node| std::cmp::Reverse(needs.counted_in(*node).len()));
    let mut run = Start::from_nothing(&needs);
    let mut chosen: Vec<u32> = order.into_iter().filter(|node| run.by_hand(*node)).collect();
    if chosen.len() <= TRIES {
        leave_out(&needs, &mut chosen);
    }
    chosen.sort_unstable();
    chosen
        .iter()
        .filter_map(|node| assets.get(*node as usize).copied())
        .collect()
}

/// Takes out what is not needed, the last chosen first.
fn leave_out(needs: &Settled, chosen: &mut Vec<u32>) {
    for place in (0..chosen.len()).rev() {
        let mut run = Start::from_nothing(needs);
        for (other, node) in chosen.iter().enumerate() {
            if other != place {
                run.by_hand(*node);
            }
        }
        if run.left() == 0 {
            chosen.remove(place);
        }
    }
}

/// Not on any way.
const NONE: u32 = u32::MAX;

/// Backwards from all knots at once, over what was stuck at first.
fn held(waiting: &Waiting, knots: &[Knot]) -> Vec<Held> {
    let backward = waiting.backward();
    let mut to = vec![(NONE, NONE); waiting.count()];
    let mut queue = Vec::new();
    for (number, knot) in (0_u32..).zip(knots) {
        for node in knot.assets.iter().filter_map(|asset| waiting.node(*asset)) {
            if let Some(slot) = to.get_mut(node as usize) {
                *slot = (NONE, number);
                queue.push(node);
            }
        }
    }
    let mut next = 0;
    while let Some(node) = queue.get(next).copied() {
        next += 1;
        let knot = to.get(node as usize).map_or(NONE, |(_, knot)| *knot);
        for other in backward
            .counted_in(node)
            .iter()
            .map(|other| backward.owner(*other))
        {
            if let Some(slot) = to.get_mut(other as usize)
                && *slot == (NONE, NONE)
            {
                *slot = (node, knot);
                queue.push(other);
            }
        }
    }
    (0_u32..)
        .zip(to)
        .filter(|(_, (next, _))| *next != NONE)
        .filter_map(|(node, (next, knot))| {
            Some(Held {
                asset: waiting.position(node)?,
                waits_for: waiting.position(next)?,
                knot,
            })
        })
        .collect()
}
