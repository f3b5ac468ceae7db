//! No axis can lower a level, and nothing of the order matters.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::gate::{Idempotency, Together};

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
        (
            prop::option::weighted(0.9, (0u64..120, 1u64..10)),
            prop::option::of((1u64..20, prop::option::weighted(0.9, 1u64..12))),
        ),
        prop::collection::vec(exposure(), 1..4),
        prop::collection::vec(action(), 1..4),
        data,
        (any::<bool>(), prop::collection::vec("[a-z]{1,4}", 0..2)),
        any::<bool>(),
    )
        .prop_map(
            |(
                area,
                (reach, earlier),
                targets,
                actions,
                (age_s, complete),
                (halted, frozen),
                has_notifier,
            )| RiskInput {
                area: area.to_owned(),
                reach: reach.map(|(reach, _)| reach),
                touched: reach.map(|(reach, targets)| reach + targets),
                with_earlier: earlier.map(|(proposals, touched)| Together { proposals, touched }),
                targets,
                actions,
                data: DataQuality { age_s, complete },
                halted,
                frozen,
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
        change(&|input| input.touched = input.touched.map(|touched| touched + 1)),
        change(&|input| input.touched = None),
        change(&|input| {
            let touched = input
                .with_earlier
                .and_then(|earlier| earlier.touched)
                .unwrap_or(7);
            input.with_earlier = Some(Together {
                proposals: 1,
                touched: Some(touched.max(7) + 1),
            });
        }),
        change(&|input| {
            input.with_earlier = Some(Together {
                proposals: 1,
                touched: None,
            });
        }),
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
        change(&|input| input.frozen.push("one-more".to_owned())),
        change(&|input| input.has_notifier = false),
        change(&|input| input.actions.push(input.actions[0].clone())),
        change(&|input| {
            let more = input.targets[0].clone();
            input
                .targets
                .resize_with(input.targets.len() * 7, || more.clone());
        }),
    ]
}

/// What is as harmless as can be.
fn harmless() -> RiskInput {
    RiskInput {
        area: "L0".to_owned(),
        reach: Some(0),
        touched: Some(1),
        with_earlier: None,
        targets: vec![Exposure {
            asset: AssetId::from("a"),
            known: Some(Known {
                dependants: 0,
                critical: false,
                related: true,
                tags: BTreeSet::new(),
            }),
        }],
        actions: vec![ActionRisk {
            executor: "e".to_owned(),
            action: "a".to_owned(),
            declared: Some(ActionDeclaration::new(
                "a",
                Reversibility::Verified,
                Idempotency::None,
            )),
            undo: UndoRisk::Declared,
        }],
        data: DataQuality {
            age_s: Some(0),
            complete: true,
        },
        halted: false,
        frozen: Vec::new(),
        has_notifier: true,
    }
}

#[test]
fn the_bands_that_count_change_exactly_at_their_borders() {
    use Level::{L0, L1, L2, L3};
    // Targets, and what depends on any of them.
    let table = [
        (1, 0, L0),
        (1, 1, L0),
        (1, 2, L1),
        (1, 5, L1),
        (1, 6, L2),
        (1, 50, L2),
        (1, 51, L3),
        (1, u64::MAX, L3),
        (2, 0, L0),
        (2, 1, L1),
        (3, 0, L1),
        (3, 3, L1),
        (3, 4, L2),
        (6, 0, L1),
        (7, 0, L2),
        (51, 0, L2),
        (52, 0, L2),
        (52, 50, L2),
        (2, 51, L3),
        (500, 50, L2),
        (501, 0, L3),
        (1_000, 0, L3),
    ];
    for (targets, reach, level) in table {
        let mut input = harmless();
        input.reach = Some(reach);
        input.touched = Some(reach.saturating_add(targets as u64));
        input.targets = vec![input.targets[0].clone(); targets];
        assert_eq!(
            assess(input).level,
            level,
            "{targets} targets, {reach} taken along"
        );
    }
    for (reach, touched) in [(None, Some(1)), (Some(0), None), (None, None)] {
        let unknown = RiskInput {
            reach,
            touched,
            ..harmless()
        };
        assert_eq!(assess(unknown).level, L3);
    }
}

#[test]
fn the_reason_of_the_blast_radius_is_what_raised_it() {
    let why = |targets: u64, reach: u64, critical: bool| {
        let mut input = harmless();
        (input.reach, input.touched) = (Some(reach), Some(reach + targets));
        if let Some(known) = &mut input.targets[0].known {
            known.critical = critical;
        }
        let bands = assess(input).bands;
        let band = bands
            .into_iter()
            .find(|band| band.axis == Axis::BlastRadius)
            .unwrap();
        band.to_string()
    };
    assert_eq!(
        why(1, 0, false),
        "nothing is recorded that would be taken along (L0)"
    );
    assert_eq!(
        why(1, 0, true),
        "a critical asset is touched; nothing is recorded that would be taken along (L2)"
    );
    assert_eq!(
        why(9, 0, false),
        "9 assets are touched, the targets with them; nothing is recorded that would be taken along (L2)"
    );
    assert_eq!(
        why(1, 6, false),
        "7 assets are touched, the targets with them; 6 assets may be taken along (L2)"
    );
}

#[test]
fn a_stricter_policy_leaves_fewer_targets_to_an_approval() {
    let policy = Policy {
        targets: 3,
        ..Policy::default()
    };
    for (count, level) in [(3, Level::L1), (4, Level::L3)] {
        let mut input = harmless();
        input.targets = vec![input.targets[0].clone(); count];
        input.touched = Some(count as u64);
        let area = areas().remove("L0");
        assert_eq!(Risk::assess(input, &policy, area.as_ref()).level, level);
    }
}

proptest! {
    #[test]
    fn the_level_is_the_maximum_of_the_bands_and_no_axis_can_lower_it(input in input()) {
        let risk = assess(input.clone());
        prop_assert_eq!(risk.level, risk.bands.iter().map(|band| band.level).max().unwrap());
        prop_assert_eq!(risk.bands.len(), 8);
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

#[test]
fn what_is_submitted_in_a_freeze_or_a_halt_is_seen_by_a_person() {
    let area = ProcessArea::new("L0", "z", Level::L0, "because");
    let level = |input: RiskInput| Risk::assess(input, &Policy::default(), Some(&area)).level;
    assert_eq!(level(harmless()), Level::L0);
    let frozen = RiskInput {
        frozen: vec!["year-end".to_owned()],
        ..harmless()
    };
    let halted = RiskInput {
        halted: true,
        ..harmless()
    };
    assert_eq!([level(frozen), level(halted)], [Level::L2, Level::L2]);
}
