//! A topology under edits gives what one gives that was made anew of everything.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use proptest::sample::Index;
use vcto::estate::{Asset, AssetKind, LiveGraph, Relation, RelationKind, Requirement, Strength, Topology};
use vcto::{ErrorKind, Estate, Inventory, impact};

/// What an inventory would say after the edits: one relation a pair.
#[derive(Clone, Debug, Default)]
struct Model {
    assets: BTreeMap<String, AssetKind>,
    edges: BTreeMap<(String, String), (RelationKind, Strength)>,
    groups: BTreeMap<String, Vec<(BTreeSet<String>, u32)>>,
    links: Vec<(String, String)>,
}

const KINDS: [RelationKind; 3] = [RelationKind::DependsOn, RelationKind::RunsOn, RelationKind::Uses];

impl Model {
    fn estate(&self) -> Estate {
        let mut relations: Vec<Relation> = self
            .edges
            .iter()
            .map(|((from, to), (kind, strength))| {
                let relation = Relation::new(from.as_str(), to.as_str(), kind.clone());
                if *strength == Strength::Soft {
                    relation.soft()
                } else {
                    relation
                }
            })
            .collect();
        relations.extend(
            self.links
                .iter()
                .filter(|(a, b)| self.has(a) && self.has(b))
                .map(|(a, b)| Relation::new(a.as_str(), b.as_str(), RelationKind::ConnectsTo)),
        );
        Estate::new(Inventory {
            assets: self
                .assets
                .iter()
                .map(|(id, kind)| Asset::new(id.as_str(), kind.clone()))
                .collect(),
            relations,
            requirements: self
                .groups
                .keys()
                .flat_map(|asset| self.requirements(asset))
                .collect(),
            ..Inventory::default()
        })
        .unwrap()
    }

    fn requirements(&self, asset: &str) -> Vec<Requirement> {
        let groups = self.groups.get(asset).into_iter().flatten();
        groups
            .map(|(members, needs)| Requirement {
                asset: asset.into(),
                members: members.iter().map(|member| member.as_str().into()).collect(),
                needs: *needs,
            })
            .collect()
    }

    fn has(&self, id: &str) -> bool {
        self.assets.contains_key(id)
    }

    fn is_member(&self, asset: &str, member: &str) -> bool {
        let mut groups = self.groups.get(asset).into_iter().flatten();
        groups.any(|(members, _)| members.contains(member))
    }
}

#[derive(Clone, Debug)]
enum Edit {
    Add(u8),
    Remove(Index),
    Set(Index, Index, usize, bool),
    Unset(Index, Index),
    Groups(Index, Vec<(Vec<Index>, Index)>),
    Freeze,
}

fn edits() -> impl Strategy<Value = Vec<Edit>> {
    let pick = any::<Index>;
    let group = (prop::collection::vec(pick(), 1..4), pick());
    let edit = prop_oneof![
        3 => any::<u8>().prop_map(|at| Edit::Add(at % 16)),
        1 => pick().prop_map(Edit::Remove),
        6 => (pick(), pick(), 0..3_usize, any::<bool>()).prop_map(|(a, b, k, s)| Edit::Set(a, b, k, s)),
        2 => (pick(), pick()).prop_map(|(a, b)| Edit::Unset(a, b)),
        3 => (pick(), prop::collection::vec(group, 0..3)).prop_map(|(a, groups)| Edit::Groups(a, groups)),
        1 => Just(Edit::Freeze),
    ];
    prop::collection::vec(edit, 1..40)
}

/// Does the edit to both, and says whether the graph must refuse it.
fn apply(edit: &Edit, live: &mut LiveGraph, model: &mut Model) -> Result<(), TestCaseError> {
    let ids: Vec<String> = model.assets.keys().cloned().collect();
    let pick = |at: &Index| (!ids.is_empty()).then(|| ids[at.index(ids.len())].clone());
    match edit {
        Edit::Add(at) => {
            let (id, kind) = (format!("a{at}"), AssetKind::KNOWN[usize::from(*at)].clone());
            let added = live.add_asset(&Asset::new(id.as_str(), kind.clone()));
            prop_assert_eq!(added.is_ok(), !model.has(&id));
            model.assets.entry(id).or_insert(kind);
        }
        Edit::Remove(at) => {
            let Some(id) = pick(at) else { return Ok(()) };
            let member = ids.iter().any(|asset| model.is_member(asset, &id));
            match live.remove_asset(&id) {
                Ok(()) => prop_assert!(!member),
                Err(error) => {
                    prop_assert!(member && error.kind() == ErrorKind::Conflict, "{error}");
                    return Ok(());
                }
            }
            model.assets.remove(&id);
            model.edges.retain(|(from, to), _| *from != id && *to != id);
            model.groups.remove(&id);
            // The network of what was removed is gone, also for an asset of that id that comes later.
            model.links.retain(|(a, b)| *a != id && *b != id);
        }
        Edit::Set(from, to, kind, soft) => {
            let (Some(from), Some(to)) = (pick(from), pick(to)) else {
                return Ok(());
            };
            let strength = if *soft { Strength::Soft } else { Strength::Hard };
            let refused = from == to || (*soft && model.is_member(&from, &to));
            prop_assert_eq!(
                live.set_edge(&from, &to, &KINDS[*kind], strength).is_err(),
                refused
            );
            if !refused {
                model.edges.insert((from, to), (KINDS[*kind].clone(), strength));
            }
        }
        Edit::Unset(from, to) => {
            let (Some(from), Some(to)) = (pick(from), pick(to)) else {
                return Ok(());
            };
            let was = model.edges.remove(&(from.clone(), to.clone())).is_some();
            prop_assert_eq!(live.remove_edge(&from, &to).unwrap(), was);
        }
        Edit::Groups(asset, groups) => {
            let Some(asset) = pick(asset) else { return Ok(()) };
            let before = model.groups.remove(&asset);
            let groups: Vec<_> = groups
                .iter()
                .map(|(members, needs)| {
                    let members: BTreeSet<String> = members.iter().filter_map(pick).collect();
                    let needs = 1 + u32::try_from(needs.index(members.len())).unwrap();
                    (members, needs)
                })
                .collect();
            let soft = |member: &String| {
                let pair = (asset.clone(), member.clone());
                model
                    .edges
                    .get(&pair)
                    .is_some_and(|(_, strength)| *strength == Strength::Soft)
            };
            let refused = groups
                .iter()
                .any(|(members, _)| members.contains(&asset) || members.iter().any(soft));
            model.groups.insert(asset.clone(), groups);
            let requirements = model.requirements(&asset);
            prop_assert_eq!(live.set_groups(&asset, &requirements).is_err(), refused);
            if refused {
                model.groups.remove(&asset);
                if let Some(before) = before {
                    model.groups.insert(asset, before);
                }
            }
        }
        Edit::Freeze => *live = LiveGraph::new(&live.freeze().unwrap()),
    }
    Ok(())
}

fn agrees(live: &LiveGraph, estate: &Estate) -> Result<(), TestCaseError> {
    prop_assert_eq!(live.asset_count(), estate.asset_count());
    prop_assert_eq!(&live.freeze().unwrap(), estate.topology());
    let ids: Vec<_> = estate.assets().iter().map(|asset| asset.id.clone()).collect();
    for (at, id) in (0..).zip(&ids) {
        let position = live.index_of(id.as_str()).unwrap();
        prop_assert_eq!(live.id(position), Some(id.clone()));
        prop_assert_eq!(
            live.kind(position),
            Some(&estate.asset(id.as_str()).unwrap().kind)
        );
        let named = |positions: &mut dyn Iterator<Item = u32>| {
            positions.map(|at| live.id(at).unwrap()).collect::<BTreeSet<_>>()
        };
        let known = |positions: &[u32]| {
            positions
                .iter()
                .map(|at| estate.id(*at).unwrap().clone())
                .collect::<BTreeSet<_>>()
        };
        prop_assert_eq!(
            named(&mut live.dependants(position)),
            known(estate.graph().dependants(at))
        );
        prop_assert_eq!(
            named(&mut live.dependencies(position)),
            known(estate.graph().dependencies(at))
        );
        let (now, anew) = (
            live.blast_radius(id).unwrap(),
            impact::blast_radius(estate, id).unwrap(),
        );
        prop_assert_eq!(
            (now.asset, now.total, now.by_kind),
            (anew.asset, anew.total, anew.by_kind)
        );
        prop_assert_eq!((now.assets, now.degraded), (anew.assets, anew.degraded));
    }
    for pair in ids.windows(2) {
        for seeds in [&pair[..1], pair] {
            let (now, anew) = (live.fail(seeds).unwrap(), impact::fail(estate, seeds).unwrap());
            prop_assert_eq!((now.failed, now.degraded), (anew.failed, anew.degraded));
        }
    }
    Ok(())
}

fn start() -> Model {
    let mut model = Model::default();
    for at in 0..6 {
        model
            .assets
            .insert(format!("a{at}"), AssetKind::KNOWN[at].clone());
    }
    for (from, to, strength) in [
        ("a0", "a1", Strength::Hard),
        ("a0", "a2", Strength::Soft),
        ("a1", "a2", Strength::Hard),
        ("a2", "a1", Strength::Hard),
        ("a3", "a4", Strength::Hard),
    ] {
        model
            .edges
            .insert((from.to_owned(), to.to_owned()), (RelationKind::RunsOn, strength));
    }
    let members = ["a3", "a4", "a5"].map(str::to_owned);
    model.groups.insert("a0".to_owned(), vec![(members.into(), 2)]);
    let link = |a: &str, b: &str| (a.to_owned(), b.to_owned());
    model.links = vec![link("a1", "a2"), link("a2", "a1"), link("a4", "a5")];
    model
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn edits_come_to_what_was_made_anew(edits in edits()) {
        let mut model = start();
        let mut live = LiveGraph::new(&model.estate());
        agrees(&live, &model.estate())?;
        for edit in &edits {
            apply(edit, &mut live, &mut model)?;
            agrees(&live, &model.estate())?;
        }
    }

    #[test]
    fn what_is_not_edited_stays(inventory in super::arbitrary::inventories()) {
        let estate = Estate::new(inventory);
        prop_assume!(estate.is_ok());
        let estate = estate.unwrap();
        prop_assert_eq!(&LiveGraph::new(&estate).freeze().unwrap(), estate.topology());
    }
}

#[test]
fn an_edit_that_is_refused_changes_nothing_and_says_why() {
    let estate = start().estate();
    let mut live = LiveGraph::new(estate.topology());
    let group = |asset: &str, members: &[&str], needs| Requirement {
        asset: asset.into(),
        members: members.iter().map(|member| (*member).into()).collect(),
        needs,
    };
    let soft = Strength::Soft;
    let errors = [
        live.add_asset(&Asset::new("a1", AssetKind::Server)).unwrap_err(),
        live.remove_asset("a3").unwrap_err(),
        live.remove_asset("nobody").unwrap_err(),
        live.set_edge("a0", "a3", &RelationKind::Uses, soft).unwrap_err(),
        live.set_edge("a0", "a1", &RelationKind::BackedUpBy, soft)
            .unwrap_err(),
        live.set_edge("a0", "a0", &RelationKind::Uses, soft).unwrap_err(),
        live.set_groups("a0", &[group("a0", &["a3"], 1), group("a0", &["a2"], 1)])
            .unwrap_err(),
        live.set_groups("a1", &[group("a0", &["a3"], 1)]).unwrap_err(),
        live.set_groups("a1", &[group("a1", &["a3"], 2)]).unwrap_err(),
        live.set_groups("a1", &[group("a1", &["x"], 1)]).unwrap_err(),
        live.add_asset(&Asset::new("", AssetKind::Server)).unwrap_err(),
    ];
    let kinds = errors.map(|error| error.kind());
    let (conflict, absent, invalid) = (ErrorKind::Conflict, ErrorKind::NotFound, ErrorKind::InvalidInput);
    assert_eq!(
        kinds,
        [
            conflict, conflict, absent, invalid, invalid, invalid, invalid, invalid, invalid, invalid,
            invalid
        ]
    );
    assert_eq!(&live.freeze().unwrap(), estate.topology());
    let _: &Topology = live.base();
}

#[test]
fn positions_of_removed_assets_are_not_given_again() {
    let mut live = LiveGraph::new(&start().estate());
    let first = live.add_asset(&Asset::new("new", AssetKind::Server)).unwrap();
    live.set_edge("new", "a1", &RelationKind::Uses, Strength::Hard)
        .unwrap();
    live.remove_asset("new").unwrap();
    let second = live.add_asset(&Asset::new("new", AssetKind::Server)).unwrap();
    assert_eq!((first, second), (6, 7));
    assert_eq!((live.id(first), live.dependencies(second).count()), (None, 0));
}
