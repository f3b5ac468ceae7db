//! Drawn failures against exact probabilities, and against the bytes they are documented to come from.

use proptest::prelude::*;
use vcto::ErrorKind;
use vcto::estate::{AssetKind, RelationKind, Strength};
use vcto::impact::{self, FailureOdds, MonteCarlo};
use vcto::monitor::Monitor;

use super::model::{Case, Set, broad, case, kind_of, name, number, shuffled};

/// Twelve assets: a service on two of three, which share power and a ring.
fn office() -> Case {
    let hard = |from, to| (from, to, RelationKind::DependsOn, Strength::Hard);
    Case {
        assets: 12,
        relations: vec![
            hard(1, 4),
            hard(2, 5),
            hard(3, 5),
            hard(4, 6),
            hard(5, 7),
            hard(7, 5),
            hard(8, 0),
            hard(9, 8),
        ],
        groups: vec![(0, vec![1, 2, 3], 2), (6, vec![10, 11], 1)],
    }
}

/// The exact probability that each asset fails, and the exact mean, over all sets of assets that are down by themselves.
fn exact(case: &Case, rates: &[f64]) -> (Vec<f64>, f64) {
    let mut odds = vec![0.0; case.assets];
    for down in 0_u32..1 << case.assets {
        let seeds: Set = (0..case.assets).filter(|asset| down >> asset & 1 == 1).collect();
        let chance: f64 = (0..case.assets)
            .map(|asset| {
                if seeds.contains(&asset) {
                    rates[asset]
                } else {
                    1.0 - rates[asset]
                }
            })
            .product();
        for failed in case.failed(&seeds) {
            odds[failed] += chance;
        }
    }
    let mean = odds.iter().sum();
    (odds, mean)
}

fn seeded(seed: u64) -> MonteCarlo {
    // By all, by kind and by asset: see `rates`.
    MonteCarlo::new(seed)
        .draws(4_000)
        .rate(0.02)
        .rate_of_kind(kind_of(1), 0.1)
        .rate_of(name(5).as_str(), 0.3)
        .rate_of(name(11).as_str(), 0.0)
}

fn rates() -> Vec<f64> {
    (0..12)
        .map(|asset| match asset {
            5 => 0.3,
            11 => 0.0,
            other if kind_of(other) == kind_of(1) => 0.1,
            _ => 0.02,
        })
        .collect()
}

#[test]
fn the_estimates_agree_with_enumeration_for_several_seeds() {
    let case = office();
    let estate = case.estate();
    let (known, mean) = exact(&case, &rates());
    let (mut inside, mut all) = (0, 0);
    for seed in 0..40 {
        let odds = impact::monte_carlo(&estate, &seeded(seed)).unwrap();
        assert!(
            (odds.spread().mean - mean).abs() < 0.3,
            "{} for {mean}",
            odds.spread().mean
        );
        for (id, one) in odds.iter() {
            let exact = known[number(id.as_str())];
            assert!((one.share - f64::from(one.failed) / 4_000.0).abs() < 1e-15);
            assert!(one.low <= one.share && one.share <= one.high);
            // Six standard errors: no seed among these may be that far off.
            let error = 6.0 * (exact * (1.0 - exact) / 4_000.0).sqrt();
            assert!(
                (one.share - exact).abs() <= error + 1e-12,
                "{id:?}: {} for {exact}",
                one.share
            );
            inside += usize::from(one.low <= exact + 1e-12 && exact <= one.high + 1e-12);
            all += 1;
        }
    }
    // 95 of 100 are meant to hold the truth; assets of a draw are not independent.
    let share = f64::from(u32::try_from(inside).unwrap()) / f64::from(u32::try_from(all).unwrap());
    assert!((0.92..0.985).contains(&share), "{inside} of {all}");
}

#[test]
fn certain_and_impossible_failures_are_exact() {
    let case = office();
    let estate = case.estate();
    let odds = impact::monte_carlo(
        &estate,
        &MonteCarlo::new(9).draws(50).rate_of(name(7).as_str(), 1.0),
    )
    .unwrap();
    let failed = case.failed(&Set::from([7]));
    for (id, one) in odds.iter() {
        let expected = if failed.contains(&number(id.as_str())) {
            50
        } else {
            0
        };
        assert_eq!(one.failed, expected);
        assert_eq!(
            if expected == 0 { one.low } else { one.high },
            if expected == 0 { 0.0 } else { 1.0 }
        );
    }
    let spread = odds.spread();
    let size = failed.len();
    assert_eq!(
        (spread.median, spread.p95, spread.p99, spread.most),
        (size, size, size, size)
    );
    assert!((spread.mean - failed.len() as f64).abs() < 1e-12);
}

/// What the documentation says of the bytes, for a single asset of rate one half: down where the first number is not below
/// 2^63.
#[test]
fn the_draws_come_from_the_documented_bytes() {
    let case = Case {
        assets: 1,
        relations: vec![],
        groups: vec![],
    };
    for seed in [0_u64, 42, u64::MAX] {
        let down = (0_u64..200)
            .filter(|draw| {
                let mut hasher = blake3::Hasher::new_derive_key("vcto monte carlo v1");
                hasher.update(&seed.to_le_bytes()).update(&draw.to_le_bytes());
                let mut first = [0; 8];
                hasher.finalize_xof().fill(&mut first);
                u64::from_le_bytes(first) >= 1 << 63
            })
            .count();
        let odds = impact::monte_carlo(&case.estate(), &MonteCarlo::new(seed).draws(200).rate(0.5)).unwrap();
        assert_eq!(odds.of(name(0)).unwrap().failed as usize, down);
    }
}

/// Wilson's interval for 5 of 50, as published calculators give it.
#[test]
fn the_interval_is_wilsons() {
    let case = Case {
        assets: 1,
        relations: vec![],
        groups: vec![],
    };
    let estate = case.estate();
    let five = (0..).find_map(|seed| {
        let odds = impact::monte_carlo(&estate, &MonteCarlo::new(seed).draws(50).rate(0.1)).unwrap();
        let one = odds.of(name(0)).unwrap();
        (one.failed == 5).then_some(one)
    });
    let one = five.unwrap();
    assert!(
        (one.low - 0.043_476).abs() < 1e-5 && (one.high - 0.213_602).abs() < 1e-5,
        "{one:?}"
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn draws_do_not_depend_on_the_order_of_input((one, other) in case().prop_flat_map(shuffled), seed in any::<u64>()) {
        let drawing = MonteCarlo::new(seed).draws(60).rate(0.2).rate_of_kind(AssetKind::Server, 0.7);
        let (one, other) = (one.estate(), other.estate());
        let odds = impact::monte_carlo(&one, &drawing).unwrap();
        prop_assert_eq!(odds.to_json(), impact::monte_carlo(&other, &drawing).unwrap().to_json());
        let threads: Vec<String> = std::thread::scope(|scope| {
            let work = || impact::monte_carlo(&one, &drawing).unwrap().to_json();
            let started: Vec<_> = (0..3).map(|_| scope.spawn(work)).collect();
            started.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        prop_assert!(threads.iter().all(|json| *json == odds.to_json()));
    }
}

#[test]
fn what_is_no_probability_is_refused_with_its_place() {
    let estate = office().estate();
    let refused = |drawing: MonteCarlo| {
        let error = impact::monte_carlo(&estate, &drawing).unwrap_err();
        assert_eq!(error.operation(), Some("impact.monte_carlo"));
        (error.kind(), error.to_string())
    };
    for (drawing, place) in [
        (MonteCarlo::new(1).rate(-0.1), "all"),
        (MonteCarlo::new(1).rate(1.5), "1.5"),
        (MonteCarlo::new(1).rate(f64::NAN), "NaN"),
        (MonteCarlo::new(1).rate_of_kind(AssetKind::Server, 2.0), "server"),
        (
            MonteCarlo::new(1).rate_of(name(3).as_str(), f64::INFINITY),
            name(3).as_str(),
        ),
        (MonteCarlo::new(1).rate(0.5).draws(0), "draws"),
        (MonteCarlo::new(1), "rate"),
    ] {
        let (kind, text) = refused(drawing);
        assert_eq!(kind, ErrorKind::InvalidInput);
        assert!(text.contains(place), "{text}");
    }
    assert_eq!(
        refused(MonteCarlo::new(1).rate_of("gone", 0.5)).0,
        ErrorKind::NotFound
    );
    let monitor = Monitor::default();
    monitor.cancel();
    assert_eq!(
        refused(MonteCarlo::new(1).rate(0.5).monitor(monitor)).0,
        ErrorKind::Cancelled
    );
}

#[test]
fn odds_read_as_documented() {
    let case = Case {
        assets: 1,
        relations: vec![],
        groups: vec![],
    };
    let odds = impact::monte_carlo(&case.estate(), &MonteCarlo::new(7).draws(4).rate(1.0)).unwrap();
    let value: serde_json::Value = serde_json::from_str(&odds.to_json()).unwrap();
    assert_eq!(
        (
            &value["method"],
            &value["seed"],
            &value["draws"],
            &value["confidence"]
        ),
        (
            &serde_json::json!("monte_carlo"),
            &serde_json::json!("7"),
            &serde_json::json!(4),
            &serde_json::json!(0.95)
        )
    );
    assert_eq!(
        value["failed"],
        serde_json::json!({"mean": 1.0, "median": 1, "p95": 1, "p99": 1, "most": 1})
    );
    assert_eq!(value["assets"][name(0)]["failed"], 4);
    assert_eq!(
        (FailureOdds::METHOD, odds.seed(), odds.draws()),
        ("monte_carlo", 7, 4)
    );
    assert!(odds.of("gone").is_none());
}

#[test]
fn the_quantiles_are_those_of_the_draws() {
    // A draw is the difference of two runs, the second one draw longer.
    let estate = broad(1_000, 700, 0, 3).estate();
    let drawing = |draws| MonteCarlo::new(3).draws(draws).rate(0.005);
    let total = |draws| -> u32 {
        let odds = impact::monte_carlo(&estate, &drawing(draws)).unwrap();
        odds.failed().iter().sum()
    };
    let mut sizes: Vec<u32> = (2..=200).map(|draws| total(draws) - total(draws - 1)).collect();
    sizes.push(total(1));
    sizes.sort_unstable();
    assert!(sizes[0] < sizes[100] && sizes[100] < sizes[197]);
    let spread = impact::monte_carlo(&estate, &drawing(200)).unwrap().spread();
    let at = |percent: usize| sizes[(200 * percent).div_ceil(100) - 1] as usize;
    assert_eq!(
        (spread.median, spread.p95, spread.p99, spread.most),
        (at(50), at(95), at(99), at(100))
    );
}
