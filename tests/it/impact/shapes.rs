//! Shapes that trip graph code: hubs, parallel relations, deep chains on a small stack.

use vcto::Estate;
use vcto::Inventory;
use vcto::estate::{Asset, AssetKind, Relation, RelationKind};
use vcto::impact::{self, CutSearch, FailureSimulator};

use super::fat_tree::fat_tree;
use super::model::{Case, Set, name, numbers};

fn id(asset: usize) -> String {
    format!("{asset:07}")
}

fn estate(assets: usize, pairs: impl Iterator<Item = (usize, usize)>, kind: &RelationKind) -> Estate {
    Estate::new(Inventory {
        assets: (0..assets)
            .map(|asset| Asset::new(id(asset).as_str(), AssetKind::Server))
            .collect(),
        relations: pairs
            .map(|(from, to)| Relation::new(id(from).as_str(), id(to).as_str(), kind.clone()))
            .collect(),
        ..Inventory::default()
    })
    .unwrap()
}

fn on_a_small_stack(work: impl FnOnce() + Send + 'static) {
    let thread = std::thread::Builder::new()
        .stack_size(256 * 1024)
        .spawn(work)
        .unwrap();
    thread.join().expect("the stack is large enough");
}

const LONG: usize = 50_000;

#[test]
fn a_long_chain_passes_on_a_small_stack() {
    on_a_small_stack(|| {
        let estate = estate(
            LONG,
            (1..LONG).map(|asset| (asset - 1, asset)),
            &RelationKind::DependsOn,
        );
        let last = id(LONG - 1);
        assert_eq!(impact::blast_radius(&estate, &last).unwrap().total, LONG - 1);
        assert_eq!(impact::blast_radii(&estate).total(id(7)), Some(7));
        assert_eq!(impact::fail(&estate, [&last]).unwrap().failed.len(), LONG);
        assert_eq!(impact::cut_sets(&estate, id(0), 2).unwrap().0.len(), LONG - 1);
        assert_eq!(impact::layers(&estate).0.len(), LONG);
        assert_eq!(
            impact::path(&estate, id(0), &last).unwrap().unwrap().0.len(),
            LONG
        );
        assert!(impact::cycles(&estate).0.is_empty());
        let why = impact::fail(&estate, [&last])
            .unwrap()
            .why(id(0))
            .unwrap()
            .unwrap();
        assert_eq!(why.steps.len(), LONG);
    });
}

#[test]
fn a_long_ring_passes_on_a_small_stack() {
    on_a_small_stack(|| {
        let estate = estate(
            LONG,
            (0..LONG).map(|asset| (asset, (asset + 1) % LONG)),
            &RelationKind::DependsOn,
        );
        assert_eq!(
            impact::cycles(&estate).0,
            [estate
                .assets()
                .iter()
                .map(|asset| asset.id.clone())
                .collect::<Vec<_>>()]
        );
        assert!(
            impact::blast_radii(&estate)
                .totals()
                .iter()
                .all(|total| *total as usize == LONG - 1)
        );
        assert_eq!(impact::fail(&estate, [id(3)]).unwrap().failed.len(), LONG);
        assert_eq!(impact::cut_sets(&estate, id(3), 1).unwrap().0.len(), LONG - 1);
        assert_eq!(impact::layers(&estate).0.len(), 1);
    });
}

#[test]
fn a_ring_behind_a_group_is_settled_in_few_passes() {
    // The asset needs one of two; each of the two is on a ring of its own.
    let half = 600;
    let ring = |start: usize| (0..half).map(move |step| (start + step, start + (step + 1) % half));
    let mut inventory = Inventory {
        assets: (0..=2 * half)
            .map(|asset| Asset::new(id(asset).as_str(), AssetKind::Server))
            .collect(),
        relations: ring(1)
            .chain(ring(1 + half))
            .map(|(from, to)| Relation::new(id(from).as_str(), id(to).as_str(), RelationKind::DependsOn))
            .collect(),
        ..Inventory::default()
    };
    inventory.requirements.push(vcto::estate::Requirement {
        asset: id(0).as_str().into(),
        members: vec![id(1).as_str().into(), id(1 + half).as_str().into()],
        needs: 1,
    });
    let estate = Estate::new(inventory).unwrap();
    assert!(impact::cut_sets(&estate, id(0), 1).unwrap().0.is_empty());
    let pairs = CutSearch::new(&estate).most(half * half).find(id(0), 2).unwrap();
    assert_eq!(pairs.0.len(), half * half);
}

#[test]
fn a_long_line_of_links_passes_on_a_small_stack() {
    on_a_small_stack(|| {
        let estate = estate(
            LONG,
            (1..LONG).map(|asset| (asset, asset - 1)),
            &RelationKind::ConnectsTo,
        );
        let network = impact::network(&estate);
        assert_eq!(network.bridges().len(), LONG - 1);
        assert_eq!(network.articulation_points().len(), LONG - 2);
        assert_eq!(network.separated_by(id(10)).unwrap(), 10);
    });
}

#[test]
fn a_hub_is_counted_with_all_its_dependants() {
    let estate = estate(LONG, (1..LONG).map(|asset| (asset, 0)), &RelationKind::Uses);
    let radii = impact::blast_radii(&estate);
    assert_eq!(
        (radii.total(id(0)), radii.total(id(1))),
        (Some(LONG - 1), Some(0))
    );
    let mut simulator = FailureSimulator::new(&estate);
    assert_eq!(simulator.failed_positions(&[0]).len(), LONG);
    assert_eq!(simulator.failed_positions(&[1]), [1]);
    assert_eq!(simulator.fail_positions(&[u32::MAX]).failed.len(), 0);
}

#[test]
fn parallel_relations_act_as_one_and_hard_wins() {
    let kinds = [RelationKind::Uses, RelationKind::DependsOn, RelationKind::RunsOn];
    let mut relations = Vec::new();
    for kind in &kinds {
        relations.push((0, 1, kind.clone(), vcto::estate::Strength::Soft));
        relations.push((2, 1, kind.clone(), vcto::estate::Strength::Soft));
    }
    relations.push((
        0,
        1,
        RelationKind::AuthenticatesWith,
        vcto::estate::Strength::Hard,
    ));
    let case = Case {
        assets: 3,
        relations,
        groups: vec![],
    };
    let estate = case.estate();
    let failure = impact::fail(&estate, [name(1)]).unwrap();
    assert_eq!(
        (numbers(failure.failed), numbers(failure.degraded)),
        (Set::from([0, 1]), Set::from([2]))
    );
    assert_eq!(estate.graph().link_count(), 2);
}

#[test]
fn an_empty_estate_answers_emptily() {
    let estate = Estate::new(Inventory::default()).unwrap();
    assert_eq!(impact::blast_radii(&estate).to_json(), "{}");
    assert_eq!(impact::layers(&estate).to_json(), "[]");
    assert_eq!(impact::cycles(&estate).to_json(), "[]");
    assert!(impact::network(&estate).articulation_points().is_empty());
}

#[test]
fn replicas_in_a_fat_tree_have_the_cut_sets_that_failing_each_pair_shows() {
    for (replicas, expected) in [
        ([(0, 0, 0), (1, 0, 0)], 4),
        ([(0, 0, 0), (0, 1, 0)], 5),
        ([(0, 0, 0), (0, 0, 1)], 3),
    ] {
        let estate = Estate::new(fat_tree(4, replicas)).unwrap();
        assert_eq!(estate.asset_count(), 37);
        let mut simulator = FailureSimulator::new(&estate);
        let service = estate.index_of("service").unwrap();
        let mut cuts = |set: &[u32]| simulator.failed_positions(set).contains(&service);
        let others: Vec<u32> = (0..37).filter(|asset| *asset != service).collect();
        let single: Vec<u32> = others.iter().copied().filter(|one| cuts(&[*one])).collect();
        let mut known: Vec<Vec<u32>> = single.iter().map(|one| vec![*one]).collect();
        for (index, one) in others.iter().enumerate() {
            for other in &others[index + 1..] {
                if !single.contains(one) && !single.contains(other) && cuts(&[*one, *other]) {
                    known.push(vec![*one, *other]);
                }
            }
        }
        let found = impact::cut_sets(&estate, "service", 2).unwrap().0;
        let positions = |set: &Vec<vcto::estate::AssetId>| -> Vec<u32> {
            set.iter()
                .map(|id| estate.index_of(id.as_str()).unwrap())
                .collect()
        };
        assert_eq!(found.iter().map(positions).collect::<Vec<_>>(), known);
        assert_eq!(known.len(), expected, "{replicas:?}");
    }
}
