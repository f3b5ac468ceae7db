//! Small random estates, and what the definitions say of them, computed by brute force from the inventory alone.

use std::collections::BTreeSet;

use proptest::prelude::*;
use vcto::estate::{Asset, AssetKind, Relation, RelationKind, Requirement, Strength};
use vcto::{Estate, Inventory};

pub type Set = BTreeSet<usize>;

/// An estate by numbers. Asset i is called `name(i)`: the order of the names is not that of the numbers.
#[derive(Clone, Debug)]
pub struct Case {
    pub assets: usize,
    pub relations: Vec<(usize, usize, RelationKind, Strength)>,
    pub groups: Vec<(usize, Vec<usize>, u32)>,
}

pub fn name(asset: usize) -> String {
    format!("{:02}-{asset}", asset * 37 % 101)
}

/// The number in a name.
pub fn number(id: &str) -> usize {
    id.split_once('-').unwrap().1.parse().unwrap()
}

pub fn numbers<T: AsRef<str>>(ids: impl IntoIterator<Item = T>) -> Set {
    ids.into_iter().map(|id| number(id.as_ref())).collect()
}

/// Asserts that ids stand in their order, each once.
pub fn ordered<T: AsRef<str>>(ids: &[T]) -> Set {
    assert!(ids.windows(2).all(|pair| pair[0].as_ref() < pair[1].as_ref()));
    numbers(ids)
}

const KINDS: [AssetKind; 3] = [AssetKind::Database, AssetKind::Server, AssetKind::Service];

pub fn kind_of(asset: usize) -> AssetKind {
    KINDS[asset % 3].clone()
}

impl Case {
    pub fn inventory(&self) -> Inventory {
        let members: BTreeSet<(usize, usize)> = self.memberships().collect();
        Inventory {
            assets: (0..self.assets)
                .map(|asset| Asset::new(name(asset).as_str(), kind_of(asset)))
                .collect(),
            relations: self
                .relations
                .iter()
                .map(|(from, to, kind, strength)| {
                    let relation = Relation::new(name(*from).as_str(), name(*to).as_str(), kind.clone());
                    match strength {
                        Strength::Hard => relation,
                        // A stated soft relation to a member is refused; an inferred one is absorbed.
                        Strength::Soft if members.contains(&(*from, *to)) => {
                            relation.soft().inferred_by("dns")
                        }
                        Strength::Soft => relation.soft(),
                    }
                })
                .collect(),
            requirements: self
                .groups
                .iter()
                .map(|(asset, members, needs)| Requirement {
                    asset: name(*asset).as_str().into(),
                    members: members
                        .iter()
                        .map(|member| name(*member).as_str().into())
                        .collect(),
                    needs: *needs,
                })
                .collect(),
            ..Inventory::default()
        }
    }

    pub fn estate(&self) -> Estate {
        Estate::new(self.inventory()).expect("the case is sound")
    }

    fn memberships(&self) -> impl Iterator<Item = (usize, usize)> {
        self.groups
            .iter()
            .flat_map(|(asset, members, _)| members.iter().map(move |member| (*asset, *member)))
    }

    fn impact(&self) -> impl Iterator<Item = (usize, usize, Strength)> {
        self.relations
            .iter()
            .filter(|(_, _, kind, _)| kind.carries_impact())
            .map(|(from, to, _, strength)| (*from, *to, *strength))
    }

    /// Pairs that count as hard for reach: hard impact relations, and members.
    pub fn hard_pairs(&self) -> BTreeSet<(usize, usize)> {
        self.impact()
            .filter(|(_, _, strength)| *strength == Strength::Hard)
            .map(|(from, to, _)| (from, to))
            .chain(self.memberships())
            .collect()
    }

    /// Pairs over which anything travels.
    pub fn all_pairs(&self) -> BTreeSet<(usize, usize)> {
        self.impact()
            .map(|(from, to, _)| (from, to))
            .chain(self.memberships())
            .collect()
    }

    /// The groups of every asset, 1-of-1 groups of hard relations outside any group included.
    pub fn all_groups(&self) -> Vec<(usize, Set, usize)> {
        let members: BTreeSet<(usize, usize)> = self.memberships().collect();
        let single = self
            .hard_pairs()
            .into_iter()
            .filter(|pair| !members.contains(pair))
            .map(|(from, to)| (from, Set::from([to]), 1));
        self.groups
            .iter()
            .map(|(asset, members, needs)| (*asset, members.iter().copied().collect(), *needs as usize))
            .chain(single)
            .collect()
    }

    /// The least fixed point, by trying every group until nothing changes.
    pub fn failed(&self, seeds: &Set) -> Set {
        let groups = self.all_groups();
        let mut failed = seeds.clone();
        loop {
            let before = failed.len();
            for (asset, members, needs) in &groups {
                if members.difference(&failed).count() < *needs {
                    failed.insert(*asset);
                }
            }
            if failed.len() == before {
                return failed;
            }
        }
    }

    pub fn degraded(&self, failed: &Set) -> Set {
        let pairs = self.all_pairs();
        let mut degraded = Set::new();
        loop {
            let before = degraded.len();
            for (from, to) in &pairs {
                if !failed.contains(from) && (failed.contains(to) || degraded.contains(to)) {
                    degraded.insert(*from);
                }
            }
            if degraded.len() == before {
                return degraded;
            }
        }
    }

    /// The sets of one or two other assets whose failure fails this one, none holding another.
    pub fn cut_sets(&self, asset: usize, order: usize) -> BTreeSet<Set> {
        let others: Vec<usize> = (0..self.assets).filter(|other| *other != asset).collect();
        let cuts = |set: &Set| self.failed(set).contains(&asset);
        let mut found: BTreeSet<Set> = others.iter().map(|one| Set::from([*one])).filter(cuts).collect();
        if order == 2 {
            let pairs = others
                .iter()
                .flat_map(|a| others.iter().map(|b| Set::from([*a, *b])));
            let pairs: Vec<Set> = pairs
                .filter(|pair| pair.len() == 2 && !found.iter().any(|one| one.is_subset(pair)))
                .filter(|pair| cuts(pair))
                .collect();
            found.extend(pairs);
        }
        found
    }

    /// Undirected links between different assets, parallel ones each.
    pub fn links(&self) -> Vec<(usize, usize)> {
        self.relations
            .iter()
            .filter(|(_, _, kind, _)| *kind == RelationKind::ConnectsTo)
            .map(|(from, to, _, _)| (*from.min(to), *from.max(to)))
            .collect()
    }
}

/// What reaches `target` over these pairs, itself not counted.
pub fn reaching(pairs: &BTreeSet<(usize, usize)>, target: usize) -> Set {
    let mut reached = Set::from([target]);
    loop {
        let before = reached.len();
        for (from, to) in pairs {
            if reached.contains(to) {
                reached.insert(*from);
            }
        }
        if reached.len() == before {
            reached.remove(&target);
            return reached;
        }
    }
}

fn relation_kind() -> impl Strategy<Value = RelationKind> {
    prop_oneof![
        4 => Just(RelationKind::DependsOn),
        1 => Just(RelationKind::RunsOn),
        1 => Just(RelationKind::HostedOn),
        1 => Just(RelationKind::Uses),
        1 => Just(RelationKind::AuthenticatesWith),
        2 => Just(RelationKind::ConnectsTo),
        1 => Just(RelationKind::BackedUpBy),
    ]
}

/// Two to nine assets with relations of all sorts, hard and soft, parallel ones too, and up to four groups.
pub fn case() -> impl Strategy<Value = Case> {
    (2_usize..10).prop_flat_map(|assets| {
        let other = move |from: usize, offset: usize| (from + 1 + offset % (assets - 1)) % assets;
        let strength = prop_oneof![3 => Just(Strength::Hard), 1 => Just(Strength::Soft)];
        let relation = (0..assets, 0..assets, relation_kind(), strength)
            .prop_map(move |(from, offset, kind, strength)| (from, other(from, offset), kind, strength));
        let group = (
            0..assets,
            proptest::collection::vec(0..assets, 1..6),
            any::<u32>(),
        )
            .prop_map(move |(asset, offsets, needs)| {
                let members: Vec<usize> = offsets.iter().map(|offset| other(asset, *offset)).collect();
                let count = members.iter().collect::<BTreeSet<_>>().len() as u32;
                (asset, members, 1 + needs % count)
            });
        (
            proptest::collection::vec(relation, 0..assets * 2),
            proptest::collection::vec(group, 0..5),
        )
            .prop_map(move |(relations, groups)| Case {
                assets,
                relations,
                groups,
            })
    })
}

/// The same case told in another order.
pub fn shuffled(case: Case) -> impl Strategy<Value = (Case, Case)> {
    let relations = Just(case.relations.clone()).prop_shuffle();
    let groups = Just(case.groups.clone()).prop_shuffle();
    (Just(case), relations, groups).prop_map(|(case, relations, mut groups)| {
        for (_, members, _) in &mut groups {
            members.reverse();
        }
        let other = Case {
            assets: case.assets,
            relations,
            groups,
        };
        (case, other)
    })
}

/// A deterministic stream of numbers (SplitMix64, Steele and others 2014).
pub struct Numbers(pub u64);

impl Numbers {
    pub fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) % bound as u64) as usize
    }
}

/// Random estates of some thousand assets: several blocks of columns, cycles, folded chains.
pub fn broad(assets: usize, links: usize, back: usize, seed: u64) -> Case {
    let mut numbers = Numbers(seed);
    let mut pairs = Vec::new();
    for _ in 0..links {
        let (a, b) = (numbers.below(assets), numbers.below(assets));
        pairs.push((a.min(b), a.max(b)));
    }
    for _ in 0..back {
        let start = numbers.below(assets - 9);
        pairs.push((start + 1 + numbers.below(8), start));
    }
    pairs.retain(|(a, b)| a != b);
    Case {
        assets,
        relations: pairs
            .into_iter()
            .map(|(from, to)| (from, to, RelationKind::DependsOn, Strength::Hard))
            .collect(),
        groups: vec![],
    }
}
