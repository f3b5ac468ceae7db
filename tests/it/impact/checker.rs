//! Checks witnesses from the inventory alone: what is claimed is followed step by step, with no code of `vcto::impact`.
//! What-ifs have a checker of their own beside their model, since theirs reads the network too.

use std::collections::BTreeSet;

use proptest::prelude::*;
use vcto::Inventory;
use vcto::estate::{AssetId, RelationKind, Strength};
use vcto::impact::{self, Cause, Deadlock, Effect, Explanation, PairFailure, PairSearch, Path, Step};

use super::model::{Case, case, name};

type Ids = BTreeSet<AssetId>;
type Verdict = Result<(), String>;

/// What an inventory says of impact.
struct Checker {
    assets: Vec<AssetId>,
    /// Owner, members, how many must be up. A hard relation outside every group of its owner is a group of one.
    groups: Vec<(AssetId, Ids, usize)>,
    /// From a dependant to what it leans on, hard or soft.
    leans: BTreeSet<(AssetId, AssetId)>,
}

fn ensure(holds: bool, what: &str) -> Verdict {
    if holds { Ok(()) } else { Err(what.to_owned()) }
}

impl Checker {
    fn new(inventory: &Inventory) -> Self {
        let mut groups: Vec<(AssetId, Ids, usize)> = inventory
            .requirements
            .iter()
            .map(|group| {
                let members = group.members.iter().cloned().collect();
                (group.asset.clone(), members, group.needs as usize)
            })
            .collect();
        let members: BTreeSet<(AssetId, AssetId)> = groups
            .iter()
            .flat_map(|(owner, members, _)| members.iter().map(move |member| (owner.clone(), member.clone())))
            .collect();
        let carries = |kind: &RelationKind| {
            matches!(
                kind,
                RelationKind::AuthenticatesWith
                    | RelationKind::DependsOn
                    | RelationKind::HostedOn
                    | RelationKind::RunsOn
                    | RelationKind::Uses
            )
        };
        let mut leans = members.clone();
        for relation in inventory
            .relations
            .iter()
            .filter(|relation| carries(&relation.kind))
        {
            let pair = (relation.from.clone(), relation.to.clone());
            if relation.strength == Strength::Hard && !members.contains(&pair) {
                groups.push((pair.0.clone(), Ids::from([pair.1.clone()]), 1));
            }
            leans.insert(pair);
        }
        let mut assets: Vec<AssetId> = inventory.assets.iter().map(|asset| asset.id.clone()).collect();
        assets.sort();
        Self {
            assets,
            groups,
            leans,
        }
    }

    /// Everything that fails with these.
    fn failed(&self, seeds: &Ids) -> Ids {
        let mut failed = seeds.clone();
        loop {
            let before = failed.len();
            for (owner, members, needs) in &self.groups {
                if members.difference(&failed).count() < *needs {
                    failed.insert(owner.clone());
                }
            }
            if failed.len() == before {
                return failed;
            }
        }
    }

    /// Whether the first needs the second: as a member of a group or over a hard relation.
    fn needs(&self, from: &AssetId, to: &AssetId) -> bool {
        self.groups
            .iter()
            .any(|(owner, members, _)| owner == from && members.contains(to))
    }

    /// A derivation: each step rests on those before it, and the last is about the asset.
    fn explanation(&self, seeds: &Ids, explanation: &Explanation) -> Verdict {
        let (mut failed, mut touched) = (Ids::new(), Ids::new());
        for step in &explanation.steps {
            self.step(seeds, step, &failed, &touched)?;
            ensure(touched.insert(step.asset.clone()), "an asset is concluded once")?;
            if step.effect == Effect::Failed {
                failed.insert(step.asset.clone());
            }
        }
        let last = explanation.steps.last().map(|step| &step.asset);
        ensure(
            last == Some(&explanation.asset),
            "the last step is about the asset",
        )?;
        self.nothing_idle(explanation)
    }

    fn step(&self, seeds: &Ids, step: &Step, failed: &Ids, touched: &Ids) -> Verdict {
        let own = self.groups.iter().filter(|(owner, _, _)| *owner == step.asset);
        match (&step.effect, &step.cause) {
            (Effect::Failed, Cause::Seed) => ensure(seeds.contains(&step.asset), "a seed is one"),
            (Effect::Failed, Cause::Dependency(on)) => {
                ensure(failed.contains(on), "what it needs failed before")?;
                let mut own = own;
                let alone = own.any(|(_, members, needs)| members.contains(on) && *needs == members.len());
                ensure(alone, "it cannot do without it")
            }
            (
                Effect::Failed,
                Cause::Group {
                    failed: down,
                    members,
                    needs,
                },
            ) => {
                let lost: Ids = down.iter().cloned().collect();
                ensure(
                    lost.len() == down.len() && down.is_sorted(),
                    "members are told once, by id",
                )?;
                ensure(lost.is_subset(failed), "the members failed before")?;
                ensure(members + 1 == needs + lost.len(), "just as many as it takes")?;
                let mut own = own;
                let known =
                    own.any(|(_, all, wants)| all.len() == *members && wants == needs && lost.is_subset(all));
                ensure(known, "it has such a group")
            }
            (Effect::Degraded, Cause::Dependency(on)) => {
                ensure(touched.contains(on), "what it leans on was touched before")?;
                ensure(
                    self.leans.contains(&(step.asset.clone(), on.clone())),
                    "it leans on it",
                )
            }
            other => Err(format!("no such step: {other:?}")),
        }
    }

    /// Every step but the last is used by a later one.
    fn nothing_idle(&self, explanation: &Explanation) -> Verdict {
        let mut used: Ids = Ids::from([explanation.asset.clone()]);
        for step in &explanation.steps {
            match &step.cause {
                Cause::Dependency(on) => used.extend([on.clone()]),
                Cause::Group { failed, .. } => used.extend(failed.iter().cloned()),
                _ => {}
            }
        }
        let idle = explanation.steps.iter().any(|step| !used.contains(&step.asset));
        ensure(!idle, "no step is idle")
    }

    fn path(&self, from: &AssetId, to: &AssetId, path: &Path) -> Verdict {
        ensure(
            path.0.first() == Some(from) && path.0.last() == Some(to),
            "it has the ends asked for",
        )?;
        ensure(
            path.0.windows(2).all(|step| self.needs(&step[0], &step[1])),
            "each needs the next",
        )
    }

    /// A set of others that fails the asset, and no part of it does.
    fn cut_set(&self, asset: &AssetId, set: &[AssetId]) -> Verdict {
        let all: Ids = set.iter().cloned().collect();
        ensure(
            all.len() == set.len() && !all.contains(asset),
            "others, each once",
        )?;
        ensure(self.failed(&all).contains(asset), "it cuts")?;
        for left_out in set {
            let mut part = all.clone();
            part.remove(left_out);
            ensure(!self.failed(&part).contains(asset), "none can be left out")?;
        }
        Ok(())
    }

    fn pair(&self, asset: &AssetId, pair: &PairFailure) -> Verdict {
        let [one, other] = pair.pair.clone().map(|id| self.failed(&Ids::from([id])));
        let cone = self.cone(asset);
        ensure(
            pair.pair.iter().all(|id| id != asset && cone.contains(id)),
            "both are below the asset",
        )?;
        let both = self.failed(&pair.pair.iter().cloned().collect());
        let more: Ids = both
            .into_iter()
            .filter(|id| cone.contains(id) && !one.contains(id) && !other.contains(id))
            .collect();
        ensure(more.len() == pair.fails && pair.fails > 0, "so many more fail")?;
        ensure(
            more.contains(asset) == pair.breaks_asset,
            "the asset is told to break when it does",
        )
    }

    /// The asset and all it depends on.
    fn cone(&self, asset: &AssetId) -> Ids {
        let mut cone = Ids::from([asset.clone()]);
        loop {
            let before = cone.len();
            for (owner, members, _) in &self.groups {
                if cone.contains(owner) {
                    cone.extend(members.iter().cloned());
                }
            }
            if cone.len() == before {
                return cone;
            }
        }
    }

    /// None of a deadlock has enough members outside it, and its ring is one.
    fn deadlock(&self, deadlock: &Deadlock) -> Verdict {
        let inside: Ids = deadlock.assets.iter().cloned().collect();
        for asset in &deadlock.assets {
            let mut own = self.groups.iter().filter(|(owner, _, _)| owner == asset);
            let held = own.any(|(_, members, needs)| members.difference(&inside).count() < *needs);
            ensure(held, "it cannot be the first to start")?;
        }
        let ring = &deadlock.ring;
        let next = ring.iter().cycle().skip(1);
        ensure(
            ring.len() > 1 && ring.iter().all(|id| inside.contains(id)),
            "a ring within",
        )?;
        ensure(
            ring.iter().zip(next).all(|(from, to)| self.needs(from, to)),
            "each needs the next",
        )
    }
}

fn holds(verdict: Verdict) -> Result<(), TestCaseError> {
    verdict.map_err(TestCaseError::fail)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn every_witness_is_accepted(case in case(), picks in proptest::collection::vec(0_usize..9, 1..4)) {
        let inventory = case.inventory();
        let checker = Checker::new(&inventory);
        let estate = case.estate();
        let seeds: Ids = picks.iter().map(|pick| name(pick % case.assets).as_str().into()).collect();
        let failure = impact::fail(&estate, &seeds).unwrap();
        prop_assert_eq!(failure.failed.iter().cloned().collect::<Ids>(), checker.failed(&seeds));
        for touched in failure.failed.iter().chain(&failure.degraded) {
            holds(checker.explanation(&seeds, &failure.why(touched).unwrap().unwrap()))?;
        }
        let search = PairSearch::new(&estate);
        for asset in &checker.assets {
            for other in &checker.assets {
                if let Some(path) = impact::path(&estate, asset, other).unwrap() {
                    holds(checker.path(asset, other, &path))?;
                }
            }
            for set in impact::cut_sets(&estate, asset, 2).unwrap().0 {
                holds(checker.cut_set(asset, &set))?;
            }
            for pair in search.find(asset).unwrap().pairs {
                holds(checker.pair(asset, &pair))?;
            }
        }
        for deadlock in impact::cold_start(&estate).deadlocks {
            holds(checker.deadlock(&deadlock))?;
        }
    }

    /// Every set of three that fails an asset holds a cut set that was found, or none of its parts fails the asset.
    #[test]
    fn no_cut_set_below_order_three_is_missed(case in case()) {
        let checker = Checker::new(&case.inventory());
        let estate = case.estate();
        for asset in &checker.assets {
            let found: Vec<Ids> =
                impact::cut_sets(&estate, asset, 2).unwrap().0.into_iter().map(|set| set.into_iter().collect()).collect();
            let others: Vec<&AssetId> = checker.assets.iter().filter(|other| *other != asset).collect();
            for (third, a) in others.iter().enumerate() {
                for (second, b) in others[..third].iter().enumerate() {
                    for c in &others[..second] {
                        let set = [*a, *b, *c].map(Clone::clone);
                        let all: Ids = set.iter().cloned().collect();
                        if checker.failed(&all).contains(asset) && !found.iter().any(|cut| cut.is_subset(&all)) {
                            holds(checker.cut_set(asset, &set))?;
                        }
                    }
                }
            }
        }
    }
}

/// One of two below 0; 3 leans on 0; 4 and 5 wait for each other.
fn known() -> Case {
    let relation = |from, to, strength| (from, to, RelationKind::DependsOn, strength);
    Case {
        assets: 6,
        relations: vec![
            relation(3, 0, Strength::Soft),
            relation(4, 5, Strength::Hard),
            relation(5, 4, Strength::Hard),
            relation(0, 4, Strength::Hard),
        ],
        groups: vec![(0, vec![1, 2], 1)],
    }
}

#[test]
fn a_witness_that_is_changed_is_refused() {
    let case = known();
    let checker = Checker::new(&case.inventory());
    let estate = case.estate();
    let id = |asset: usize| AssetId::from(name(asset).as_str());
    let seeds = Ids::from([id(1), id(2)]);
    let right = impact::fail(&estate, &seeds)
        .unwrap()
        .why(id(3))
        .unwrap()
        .unwrap();
    assert_eq!(checker.explanation(&seeds, &right), Ok(()));
    let wrong = |change: &dyn Fn(&mut Explanation)| {
        let mut told = right.clone();
        change(&mut told);
        checker.explanation(&seeds, &told).unwrap_err()
    };
    assert_eq!(
        wrong(&|told| drop(told.steps.remove(0))),
        "the members failed before"
    );
    assert_eq!(wrong(&|told| told.steps[0].asset = id(4)), "a seed is one");
    assert_eq!(
        wrong(&|told| drop(told.steps.pop())),
        "the last step is about the asset"
    );
    assert_eq!(
        wrong(&|told| told.steps[3].cause = Cause::Dependency(id(2))),
        "it leans on it"
    );
    assert_eq!(
        wrong(&|told| told.steps[2].cause = Cause::Dependency(id(1))),
        "it cannot do without it"
    );
    let fewer = Cause::Group {
        failed: vec![id(1)],
        members: 2,
        needs: 1,
    };
    assert_eq!(
        wrong(&|told| told.steps[2].cause = fewer.clone()),
        "just as many as it takes"
    );

    assert!(checker.path(&id(0), &id(5), &Path(vec![id(0), id(5)])).is_err());
    assert!(checker.cut_set(&id(0), &[id(1)]).is_err());
    assert!(checker.cut_set(&id(0), &[id(1), id(2), id(5)]).is_err());
    let pair = impact::pair_failures(&estate, id(0)).unwrap().pairs.remove(0);
    assert_eq!(checker.pair(&id(0), &pair), Ok(()));
    assert!(
        checker
            .pair(
                &id(0),
                &PairFailure {
                    fails: 2,
                    ..pair.clone()
                }
            )
            .is_err()
    );
    assert!(
        checker
            .pair(
                &id(0),
                &PairFailure {
                    breaks_asset: false,
                    ..pair
                }
            )
            .is_err()
    );
    let deadlock = impact::cold_start(&estate).deadlocks.remove(0);
    assert_eq!(checker.deadlock(&deadlock), Ok(()));
    let mut open = deadlock.clone();
    open.assets.push(id(1));
    assert!(checker.deadlock(&open).is_err());
    let mut turned = deadlock;
    turned.ring[1] = id(0);
    assert!(checker.deadlock(&turned).is_err());
}
