//! What-ifs against trying everything, and against known answers.

mod cases;
mod naive;
mod nets;

use std::collections::BTreeMap;

use proptest::prelude::*;
use vcto::impact::{self, State, WayOut, WhatIf};

use self::naive::{Answer, Set, World, name, number, numbers, shuffled, world};

fn answer(found: &WhatIf) -> BTreeMap<usize, State> {
    let lists = [
        (State::CutOff, &found.cut_off),
        (State::Degraded, &found.degraded),
        (State::Failed, &found.failed),
        (State::Unknown, &found.unknown),
    ];
    let mut states = BTreeMap::new();
    for (state, list) in lists {
        for asset in numbers(list) {
            assert_eq!(states.insert(asset, state), None, "an asset is in one list");
        }
    }
    states
}

fn ask(world: &World, seeds: &Set) -> WhatIf {
    impact::what_if(&world.estate(), seeds.iter().map(|seed| name(*seed))).expect("the seeds are known")
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn every_list_is_what_trying_everything_gives((world, seeds) in world()) {
        let found = ask(&world, &seeds);
        let known = world.answer(&seeds);
        let inferred = |asset: &usize| found.why(name(*asset)).unwrap().is_some_and(|why| why.contains("inferred"));
        let ways: BTreeMap<usize, WayOut> =
            found.sites.iter().map(|site| (number(site.site.as_str()), site.way_out)).collect();
        let people = found.people;
        let found = Answer {
            states: answer(&found),
            inferred: (0..world.assets.len()).filter(inferred).collect(),
            elsewhere: found.elsewhere,
            ways,
            people: [people.at_least, people.degraded, people.unknown],
        };
        prop_assert_eq!(found, known);
    }

    #[test]
    fn every_explanation_holds_when_it_is_checked((world, seeds) in world()) {
        let found = ask(&world, &seeds);
        for asset in 0..world.assets.len() {
            let explained = found.explain(name(asset)).unwrap();
            let state = found.state(name(asset)).unwrap();
            prop_assert_eq!(explained.is_some(), state.is_some_and(|state| state != State::Unknown));
            prop_assert_eq!(found.why(name(asset)).unwrap().is_some(), state.is_some());
            if let Some(explained) = explained {
                world.check(&seeds, &explained)?;
            }
        }
    }

    #[test]
    fn the_order_of_the_input_changes_nothing((world, other, seeds) in shuffled()) {
        let backwards: Vec<String> = seeds.iter().rev().chain(&seeds).map(|seed| name(*seed)).collect();
        let other = impact::what_if(&other.estate(), backwards).unwrap();
        prop_assert_eq!(ask(&world, &seeds).to_json(), other.to_json());
    }

    #[test]
    fn without_a_network_it_fails_what_failure_fails((mut world, seeds) in world()) {
        world.relations.retain(|link| link.kind != vcto::estate::RelationKind::ConnectsTo);
        let failure = impact::fail(&world.estate(), seeds.iter().map(|seed| name(*seed))).unwrap();
        let found = ask(&world, &seeds);
        prop_assert_eq!(found.failed, failure.failed);
        prop_assert_eq!(found.degraded, failure.degraded);
        prop_assert!(found.cut_off.is_empty());
    }
}
