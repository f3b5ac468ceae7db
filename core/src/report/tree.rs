//! The blast tree: what falls with an asset, each affected asset once, as rows with a depth.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::figure::{called, noun};
use crate::estate::{AssetId, Estate};
use crate::impact::WhatIf;

/// Deeper than this the tree only counts.
const DEPTH: usize = 4;
/// Of the assets under one, so many have a row of their own; the others are folded by kind, with all that hangs on them.
const SIBLINGS: usize = 4;
/// No picture has more rows.
const ROWS: usize = 20;

/// The tree, drawn from the top down.
pub(super) struct Tree {
    pub(super) rows: Vec<Row>,
    /// The largest number of a row, to scale the bars.
    pub(super) largest: u64,
    /// Whether there was no room for all rows.
    pub(super) cut: bool,
}

/// What becomes of an asset, the gravest last.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(super) enum Effect {
    Worse,
    CutOff,
    Stops,
}

pub(super) struct Row {
    pub(super) depth: usize,
    pub(super) node: Node,
}

pub(super) enum Node {
    Asset {
        name: String,
        kind: String,
        effect: Effect,
        /// How many affected assets hang under it.
        below: u64,
    },
    Folded {
        count: usize,
        kind: String,
        effect: Effect,
    },
    Deeper {
        count: u64,
    },
}

/// One affected asset, under the first affected one that it depends on.
struct Affected {
    position: u32,
    parent: usize,
    effect: Effect,
    below: u64,
}

impl Tree {
    /// What falls with the seed, as [`what_if`](crate::impact::what_if) says.
    pub(super) fn of(estate: &Estate, seed: &AssetId, told: &WhatIf) -> Self {
        let mut effects: BTreeMap<u32, Effect> = BTreeMap::new();
        for (ids, effect) in [
            (&told.degraded, Effect::Worse),
            (&told.cut_off, Effect::CutOff),
            (&told.failed, Effect::Stops),
        ] {
            let positions = ids.iter().filter_map(|id| estate.index_of(id.as_str()));
            effects.extend(positions.map(|position| (position, effect)));
        }
        let affected = estate
            .index_of(seed.as_str())
            .map_or_else(Vec::new, |root| spread(estate, root, &mut effects));
        let (rows, cut) = rows(estate, &affected, &children(&affected));
        Self {
            largest: affected.iter().skip(1).map(|node| node.below).max().unwrap_or(0),
            rows,
            cut,
        }
    }
}

/// Breadth first from the root, over those that are affected; each once. Takes them out of `effects`.
fn spread(estate: &Estate, root: u32, effects: &mut BTreeMap<u32, Effect>) -> Vec<Affected> {
    let mut found = Vec::new();
    let mut add = |found: &mut Vec<Affected>, position: u32, parent: usize| {
        if let Some(effect) = effects.remove(&position) {
            found.push(Affected {
                position,
                parent,
                effect,
                below: 0,
            });
        }
    };
    add(&mut found, root, 0);
    let mut at = 0;
    while let Some(position) = found.get(at).map(|node| node.position) {
        for dependant in estate.graph().dependants(position) {
            add(&mut found, *dependant, at);
        }
        at += 1;
    }
    // Children stand behind their parents: one pass from the end counts what is below each.
    for at in (1..found.len()).rev() {
        let Some((parent, below)) = found.get(at).map(|node| (node.parent, node.below)) else {
            continue;
        };
        if let Some(parent) = found.get_mut(parent) {
            parent.below += below + 1;
        }
    }
    found
}

/// The places of the children of each, those that stop and carry most first.
fn children(affected: &[Affected]) -> Vec<Vec<usize>> {
    let mut children = vec![Vec::new(); affected.len()];
    for (at, node) in affected.iter().enumerate().skip(1) {
        if let Some(of) = children.get_mut(node.parent) {
            of.push(at);
        }
    }
    for of in &mut children {
        of.sort_by_key(|at| {
            let node = affected.get(*at);
            Reverse(node.map(|node| (node.effect, node.below, Reverse(node.position))))
        });
    }
    children
}

fn rows(estate: &Estate, affected: &[Affected], children: &[Vec<usize>]) -> (Vec<Row>, bool) {
    let mut rows = Vec::new();
    let mut open: Vec<(usize, Entry<'_>)> =
        vec![(0, Entry::Children(children.first().map_or(&[], Vec::as_slice)))];
    while let Some((depth, entry)) = open.pop() {
        if rows.len() >= ROWS {
            return (rows, true);
        }
        let at = match entry {
            Entry::Node(at) => at,
            Entry::Children(of) => {
                open_children(estate, affected, (of, children), depth, &mut open);
                continue;
            }
            Entry::Row(node) => {
                rows.push(Row { depth, node });
                continue;
            }
        };
        let Some(node) = affected.get(at) else { continue };
        let asset = estate.assets().get(node.position as usize);
        rows.push(Row {
            depth,
            node: Node::Asset {
                name: asset.map_or_else(String::new, |asset| called(asset).to_owned()),
                kind: kind(estate, node),
                effect: node.effect,
                below: node.below,
            },
        });
        let below = children.get(at).map_or(&[] as &[usize], Vec::as_slice);
        if depth + 1 < DEPTH {
            open.push((depth + 1, Entry::Children(below)));
        } else if node.below > 0 {
            open.push((depth + 1, Entry::Row(Node::Deeper { count: node.below })));
        }
    }
    (rows, false)
}

/// What is still to be drawn; the last of the stack comes first.
enum Entry<'a> {
    Node(usize),
    Children(&'a [usize]),
    Row(Node),
}

fn open_children<'a>(
    estate: &Estate,
    affected: &[Affected],
    (of, children): (&'a [usize], &[Vec<usize>]),
    depth: usize,
    open: &mut Vec<(usize, Entry<'a>)>,
) {
    // What only gets worse is folded, unless nothing stops: a picture of what stops must not drown in it.
    let stops = |at: &&usize| affected.get(**at).is_some_and(|node| node.effect > Effect::Worse);
    let rows = match of.iter().filter(stops).count() {
        0 if depth == 0 => of.len(),
        stopping => stopping,
    };
    // One that is left over has a row of its own: "1 more" would take as much room.
    let shown = if rows == SIBLINGS + 1 {
        rows
    } else {
        rows.min(SIBLINGS)
    };
    let (own, folded) = of.split_at_checked(shown).unwrap_or((of, &[]));
    let mut kinds: BTreeMap<(Reverse<Effect>, String), usize> = BTreeMap::new();
    let mut inside: Vec<usize> = folded.to_vec();
    while let Some(at) = inside.pop() {
        if let Some(node) = affected.get(at) {
            *kinds
                .entry((Reverse(node.effect), kind(estate, node)))
                .or_default() += 1;
            inside.extend(children.get(at).into_iter().flatten());
        }
    }
    for node in gathered(kinds).into_iter().rev() {
        open.push((depth, Entry::Row(node)));
    }
    for at in own.iter().rev() {
        open.push((depth, Entry::Node(*at)));
    }
}

/// A row for each kind of what stops, and one for all that gets worse.
fn gathered(kinds: BTreeMap<(Reverse<Effect>, String), usize>) -> Vec<Node> {
    let (mut rows, mut worse) = (Vec::new(), Vec::new());
    for ((Reverse(effect), kind), count) in kinds {
        if effect > Effect::Worse {
            rows.push(Node::Folded { count, kind, effect });
        } else {
            worse.push((count, kind));
        }
    }
    worse.sort_by(|a, b| (Reverse(a.0), &a.1).cmp(&(Reverse(b.0), &b.1)));
    let count = worse.iter().map(|(count, _)| count).sum();
    let kind = match worse.as_slice() {
        [] => return rows,
        [(_, kind)] => kind.clone(),
        several => several
            .iter()
            .map(|(count, kind)| format!("{count} {}", noun(*count, kind)))
            .collect::<Vec<_>>()
            .join(", "),
    };
    rows.push(Node::Folded {
        count,
        kind,
        effect: Effect::Worse,
    });
    rows
}

fn kind(estate: &Estate, node: &Affected) -> String {
    let asset = estate.assets().get(node.position as usize);
    let kind = asset.map_or("", |asset| asset.kind.as_str());
    super::figure::name(&kind.replace('_', " "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::estate::Inventory;

    fn estate(relations: &[(&str, &str)]) -> Estate {
        let mut ids: Vec<&str> = relations.iter().flat_map(|(from, to)| [*from, *to]).collect();
        ids.sort_unstable();
        ids.dedup();
        let assets: Vec<_> = ids
            .iter()
            .map(|id| serde_json::json!({"id": id, "kind": "service"}))
            .collect();
        let relations: Vec<_> = relations
            .iter()
            .map(|(from, to)| serde_json::json!({"from": from, "to": to, "kind": "depends_on"}))
            .collect();
        let document = serde_json::json!({"format": "vcto.inventory/1", "source": {"name": "t"}, "assets": assets, "relations": relations});
        Estate::new(Inventory::from_json(document.to_string().as_bytes()).unwrap()).unwrap()
    }

    fn tree(estate: &Estate, seed: &str) -> (Tree, usize, usize) {
        let told = crate::impact::what_if(estate, [seed]).unwrap();
        let tree = Tree::of(estate, &seed.into(), &told);
        (tree, told.failed.len() - 1, told.degraded.len())
    }

    fn drawn(tree: &Tree) -> Vec<String> {
        tree.rows
            .iter()
            .map(|row| match &row.node {
                Node::Asset { name, below, .. } => format!("{}{name} {below}", ">".repeat(row.depth)),
                Node::Folded { count, kind, .. } => format!("{}+{count} {kind}", ">".repeat(row.depth)),
                Node::Deeper { count } => format!("{}..{count}", ">".repeat(row.depth)),
            })
            .collect()
    }

    #[test]
    fn each_asset_stands_once_under_the_first_that_it_hangs_on() {
        let estate = estate(&[("b", "a"), ("c", "a"), ("d", "b"), ("d", "c"), ("a", "d")]);
        let (tree, failed, degraded) = tree(&estate, "a");
        assert_eq!(drawn(&tree), ["b 1", ">d 0", "c 0"]);
        assert_eq!((failed, degraded), (3, 0));
    }

    #[test]
    fn what_only_gets_worse_is_folded_with_all_under_it_beside_what_stops() {
        let document = serde_json::json!({"format": "vcto.inventory/1", "source": {"name": "t"},
            "assets": [{"id": "a", "kind": "server"}, {"id": "b", "kind": "service"}, {"id": "c", "kind": "workstation"}, {"id": "d", "kind": "workstation"}],
            "relations": [{"from": "b", "to": "a", "kind": "depends_on"}, {"from": "c", "to": "a", "kind": "uses", "strength": "soft"},
                {"from": "d", "to": "c", "kind": "depends_on"}]});
        let estate = Estate::new(Inventory::from_json(document.to_string().as_bytes()).unwrap()).unwrap();
        let (drawn_of_a, failed, degraded) = tree(&estate, "a");
        assert_eq!(drawn(&drawn_of_a), ["b 0", "+2 workstation"]);
        assert_eq!((failed, degraded), (1, 2));
        assert_eq!(drawn(&tree(&estate, "c").0), ["d 0"]);
    }

    #[test]
    fn many_siblings_are_folded_and_deep_chains_counted() {
        let names: Vec<String> = (10..20).map(|n| format!("s{n}")).collect();
        let mut relations: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), "a")).collect();
        let chain: Vec<String> = (0..9).map(|n| format!("x{n}")).collect();
        relations.push((&chain[0], "a"));
        relations.extend(chain.windows(2).map(|pair| (pair[1].as_str(), pair[0].as_str())));
        let (tree, failed, _) = tree(&estate(&relations), "a");
        assert_eq!(
            drawn(&tree),
            [
                "x0 8",
                ">x1 7",
                ">>x2 6",
                ">>>x3 5",
                ">>>>..5",
                "s10 0",
                "s11 0",
                "s12 0",
                "+7 service"
            ]
        );
        assert_eq!(failed, 19);
    }
}
