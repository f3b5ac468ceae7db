//! All single failures against one failure each.

use std::sync::{Arc, Mutex};

use proptest::prelude::*;
use vcto::ErrorKind;
use vcto::estate::{RelationKind, Strength};
use vcto::impact::{self, FailureSimulator, SingleOptions};
use vcto::monitor::Monitor;

use super::model::{Case, Set, broad, case, name, shuffled};

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn every_single_failure_is_counted_as_brute_force_counts_it((one, other) in case().prop_flat_map(shuffled)) {
        let all = impact::single_failures(&one.estate());
        for asset in 0..one.assets {
            let failed = one.failed(&Set::from([asset]));
            let counts = all.of(name(asset)).unwrap();
            prop_assert_eq!(counts.failed, failed.len());
            prop_assert_eq!(counts.degraded, one.degraded(&failed).len());
        }
        let mut expected: Vec<_> = all.iter().collect();
        expected.sort_by_key(|(id, counts)| (usize::MAX - counts.failed, usize::MAX - counts.degraded, *id));
        for count in 0..=one.assets + 1 {
            prop_assert_eq!(all.worst(count), &expected[..count.min(one.assets)]);
        }
        prop_assert_eq!(all.to_json(), impact::single_failures(&other.estate()).to_json());
    }
}

#[test]
fn rings_within_a_broad_estate_are_counted_as_one_failure_each_counts_them() {
    let mut case = broad(2_000, 4_000, 200, 3);
    let assets = case.assets;
    for owner in (0..assets - 400).step_by(17) {
        let members: Vec<usize> = (1..5).map(|step| owner + step * 97).collect();
        case.groups.push((owner, members, 1 + (owner % 3) as u32));
    }
    // A ring through a tenth of all, with a spare here and there.
    for asset in (0..assets).step_by(10) {
        let next = (asset + 10) % assets;
        case.relations
            .push((asset, next, RelationKind::DependsOn, Strength::Hard));
    }
    let estate = case.estate();
    let all = impact::single_failures(&estate);
    let mut simulator = FailureSimulator::new(&estate);
    for (position, (failed, degraded)) in (0_u32..).zip(all.failed().iter().zip(all.degraded())) {
        let fallout = simulator.fail_positions(&[position]);
        assert_eq!(
            (*failed as usize, *degraded as usize),
            (fallout.failed.len(), fallout.degraded.len())
        );
    }
}

#[test]
fn single_failures_have_the_documented_json() {
    let case = Case {
        assets: 3,
        relations: vec![(0, 1, RelationKind::DependsOn, Strength::Hard)],
        groups: vec![(2, vec![0, 1], 1)],
    };
    let (zero, one, two) = (name(0), name(1), name(2));
    let expected = format!(
        r#"{{"{zero}":{{"failed":1,"degraded":1}},"{one}":{{"failed":3,"degraded":0}},"{two}":{{"failed":1,"degraded":0}}}}"#
    );
    let mut parts: Vec<&String> = vec![&zero, &one, &two];
    parts.sort();
    let json = impact::single_failures(&case.estate()).to_json();
    let value: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(
        value,
        serde_json::from_str::<serde_json::Value>(&expected).unwrap()
    );
    let places: Vec<_> = parts.iter().map(|id| json.find(id.as_str()).unwrap()).collect();
    assert!(places.is_sorted());
    assert!(impact::single_failures(&case.estate()).of("gone").is_none());
}

#[test]
fn a_monitor_hears_of_single_failures_and_can_stop_them() {
    let estate = broad(500, 900, 0, 7).estate();
    let heard = Arc::new(Mutex::new(Vec::new()));
    let told = heard.clone();
    let monitor = Monitor::new(move |progress| told.lock().unwrap().push(progress));
    let options = SingleOptions::default().monitor(monitor.clone());
    let watched = impact::single_failures_with(&estate, &options).unwrap();
    assert_eq!(watched.failed(), impact::single_failures(&estate).failed());
    let last = *heard.lock().unwrap().last().unwrap();
    assert_eq!(
        (last.stage, Some(last.done)),
        ("impact.single_failures", last.total)
    );
    monitor.cancel();
    let stopped = impact::single_failures_with(&estate, &options).unwrap_err();
    assert_eq!(
        (stopped.kind(), stopped.operation()),
        (ErrorKind::Cancelled, Some("impact.single_failures"))
    );
}
