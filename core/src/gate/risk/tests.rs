//! No axis can lower a level, and nothing of the order matters.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::gate::Idempotency;

fn areas() -> BTreeMap<String, ProcessArea> {
    let areas = Level::ALL.map(|floor| ProcessArea::new(floor.as_str(), "zone", floor, "because"));
    areas.into_iter().map(|area| (area.name.clone(), area)).collect()
}

fn assess(input: RiskInput) -> Risk {
    let areas = areas();
    let area = areas.get(&input.area).cloned();
    Risk::assess(input, &Policy::default(), area.as_ref())
}

fn exposure() -> impl Strategy<Value = Exposure> {
    let tag = prop::sample::select(vec!["legal_hold", "identity_root", "other"]);
    let known = (
        0u64..80,
        any::<bool>(),
        any::<bool>(),
        prop::collection::btree_set(tag, 0..2),
    );
    let known = known.prop_map(|(dependants, critical, related, tags)| Known {
        dependants,
        critical,
        related,
        tags: tags.into_iter().map(str::to_owned).collect(),
    });
    (0u8..4, prop::option::weighted(0.9, known)).prop_map(|(id, known)| Exposure {
        asset: AssetId::from(format!("a{id}")),
        known,
    })
}

fn action() -> impl Strategy<Value = ActionRisk> {
    let reversibility = prop::sample::select(vec![
        Reversibility::Verified,
        Reversibility::Exact,
        Reversibility::Compensation,
        Reversibility::Irreversible,
    ]);
    let undo = prop::sample::select(vec![
        UndoRisk::Declared,
        UndoRisk::IsUndo,
        UndoRisk::None,
        UndoRisk::Undeclared,
    ]);
    (prop::option::weighted(0.9, reversibility), undo).prop_map(|(reversibility, undo)| ActionRisk {
        executor: "e".to_owned(),
        action: "a".to_owned(),
        declared: reversibility
            .map(|reversibility| ActionDeclaration::new("a", reversibility, Idempotency::None)),
        undo,
    })
}

fn input() -> impl Strategy<Value = RiskInput> {
    let area = prop::sample::select(vec!["L0", "L1", "L2", "L3", "unheard-of"]);
    let data = (prop::option::of(0u64..200_000), any::<bool>());
    (
        area,
        prop::option::weighted(0.9, 0u64..120),
        prop::collection::vec(exposure(), 1..4),
        prop::collection::vec(action(), 1..4),
        data,
        any::<bool>(),
        any::<bool>(),
    )
        .prop_map(
            |(area, reach, targets, actions, (age_s, complete), halted, has_notifier)| RiskInput {
                area: area.to_owned(),
                reach,
                targets,
                actions,
                data: DataQuality { age_s, complete },
                halted,
                has_notifier,
            },
        )
}

/// Each way to make an input worse on one axis.
fn worse(input: &RiskInput) -> Vec<RiskInput> {
    let change = |change: &dyn Fn(&mut RiskInput)| {
        let mut worse = input.clone();
        change(&mut worse);
        worse
    };
    let higher = match input.area.as_str() {
        "L0" => "L1",
        "L1" => "L2",
        "L2" => "L3",
        _ => "unheard-of",
    };
    vec![
        change(&|input| input.area = higher.to_owned()),
        change(&|input| input.reach = input.reach.map(|reach| reach + 1)),
        change(&|input| input.reach = None),
        change(&|input| input.targets[0].known = None),
        change(&|input| {
            if let Some(known) = &mut input.targets[0].known {
                known.critical = true;
            }
        }),
        change(&|input| {
            if let Some(known) = &mut input.targets[0].known {
                known.related = false;
            }
        }),
        change(&|input| {
            if let Some(known) = &mut input.targets[0].known {
                known.tags.insert("one_more".to_owned());
            }
        }),
        change(&|input| input.actions[0].declared = None),
        change(&|input| input.actions[0].undo = UndoRisk::Undeclared),
        change(&|input| {
            if input.actions[0].undo == UndoRisk::Declared {
                input.actions[0].undo = UndoRisk::None;
            }
        }),
        change(&|input| input.data.complete = false),
        change(&|input| input.data.age_s = input.data.age_s.map(|age| age + 3_600)),
        change(&|input| input.data.age_s = None),
        change(&|input| input.halted = true),
        change(&|input| input.has_notifier = false),
        change(&|input| input.actions.push(input.actions[0].clone())),
    ]
}

proptest! {
    #[test]
    fn the_level_is_the_maximum_of_the_bands_and_no_axis_can_lower_it(input in input()) {
        let risk = assess(input.clone());
        prop_assert_eq!(risk.level, risk.bands.iter().map(|band| band.level).max().unwrap());
        prop_assert_eq!(risk.bands.len(), 7);
        prop_assert!(risk.bands.is_sorted_by_key(|band| band.axis));
        for worse in worse(&input) {
            let other = assess(worse.clone());
            prop_assert!(other.level >= risk.level, "{:?} {:?}", risk.bands, other.bands);
        }
    }

    #[test]
    fn the_order_of_targets_and_steps_does_not_matter(input in input()) {
        let mut turned = input.clone();
        turned.targets.reverse();
        turned.actions.reverse();
        prop_assert_eq!(assess(input).level, assess(turned).level);
    }

    #[test]
    fn an_assessment_read_back_is_the_same_and_can_be_computed_again(input in input()) {
        let risk = assess(input);
        let text = serde_json::to_string(&risk).unwrap();
        let read: Risk = serde_json::from_str(&text).unwrap();
        prop_assert_eq!(&read, &risk);
        prop_assert_eq!(assess(read.input), risk);
    }
}
