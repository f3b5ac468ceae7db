//! Blast radii, cycles, layers and paths against brute force.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use vcto::impact::{self, RadiiOptions};
use vcto::monitor::Monitor;
use vcto::{ErrorKind, Inventory};

use super::model::{Set, broad, case, kind_of, name, number, numbers, ordered, reaching};

/// Steps from one asset to another over these pairs.
fn steps(pairs: &BTreeSet<(usize, usize)>, from: usize, to: usize) -> Option<usize> {
    let mut reached = Set::from([from]);
    for step in 0.. {
        if reached.contains(&to) {
            return Some(step);
        }
        let before = reached.len();
        let next: Vec<usize> = pairs
            .iter()
            .filter(|(a, _)| reached.contains(a))
            .map(|(_, b)| *b)
            .collect();
        reached.extend(next);
        if reached.len() == before {
            return None;
        }
    }
    None
}

/// All shortest chains, by ids.
fn shortest(pairs: &BTreeSet<(usize, usize)>, from: usize, to: usize) -> Vec<Vec<String>> {
    let Some(length) = steps(pairs, from, to) else {
        return vec![];
    };
    let mut chains = vec![vec![from]];
    for _ in 0..length {
        chains = chains
            .into_iter()
            .flat_map(|chain| {
                let last = *chain.last().unwrap();
                pairs
                    .iter()
                    .filter(move |(a, _)| *a == last)
                    .map(move |(_, b)| [&chain[..], &[*b]].concat())
            })
            .collect();
    }
    chains.retain(|chain| chain.last() == Some(&to));
    chains
        .into_iter()
        .map(|chain| chain.into_iter().map(name).collect())
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn the_blast_radius_is_what_reaches_the_asset(case in case()) {
        let estate = case.estate();
        let (hard, all) = (case.hard_pairs(), case.all_pairs());
        let radii = impact::blast_radii(&estate);
        for asset in 0..case.assets {
            let blast = impact::blast_radius(&estate, name(asset)).unwrap();
            let touched = reaching(&hard, asset);
            prop_assert_eq!(ordered(&blast.assets), touched.clone());
            let leaning: Set = reaching(&all, asset).difference(&touched).copied().collect();
            prop_assert_eq!(ordered(&blast.degraded), leaning);
            prop_assert_eq!(blast.total, touched.len());
            let mut by_kind = BTreeMap::new();
            touched.iter().for_each(|one| *by_kind.entry(kind_of(*one)).or_insert(0) += 1);
            prop_assert_eq!(&blast.by_kind, &by_kind);
            prop_assert_eq!(radii.total(name(asset)), Some(blast.total));
        }
    }

    #[test]
    fn cycles_are_the_assets_that_reach_each_other(case in case()) {
        let estate = case.estate();
        let hard = case.hard_pairs();
        let mut expected: BTreeSet<Set> = BTreeSet::new();
        for asset in 0..case.assets {
            let mut mutual: Set = reaching(&hard, asset)
                .into_iter()
                .filter(|other| reaching(&hard, *other).contains(&asset))
                .collect();
            if !mutual.is_empty() {
                mutual.insert(asset);
                expected.insert(mutual);
            }
        }
        let cycles = impact::cycles(&estate).0;
        prop_assert!(cycles.windows(2).all(|pair| pair[0] < pair[1]));
        prop_assert_eq!(cycles.iter().map(|cycle| ordered(cycle)).collect::<BTreeSet<_>>(), expected);
    }

    #[test]
    fn layers_stand_on_what_is_below_them(case in case()) {
        let estate = case.estate();
        let hard = case.hard_pairs();
        let layers = impact::layers(&estate).0;
        let height: BTreeMap<usize, usize> = layers
            .iter()
            .enumerate()
            .flat_map(|(height, layer)| ordered(layer).into_iter().map(move |asset| (asset, height)))
            .collect();
        prop_assert_eq!(height.len(), case.assets);
        for asset in 0..case.assets {
            // A cycle stands as one.
            let together: Set = (0..case.assets)
                .filter(|other| {
                    *other == asset
                        || reaching(&hard, asset).contains(other) && reaching(&hard, *other).contains(&asset)
                })
                .collect();
            let below = hard
                .iter()
                .filter(|(from, to)| together.contains(from) && !together.contains(to))
                .map(|(_, to)| height[to] + 1)
                .max();
            prop_assert_eq!(height[&asset], below.unwrap_or(0));
        }
    }

    #[test]
    fn the_path_is_the_first_by_ids_of_the_shortest(case in case()) {
        let estate = case.estate();
        let hard = case.hard_pairs();
        for from in 0..case.assets {
            for to in 0..case.assets {
                let path = impact::path(&estate, name(from), name(to)).unwrap();
                let path = path.map(|path| path.0.iter().map(|id| id.as_str().to_owned()).collect::<Vec<_>>());
                prop_assert_eq!(path, shortest(&hard, from, to).into_iter().min());
            }
        }
    }
}

#[test]
fn all_radii_agree_with_one_search_each() {
    for (seed, (links, back)) in [(3_000, 0), (6_000, 40), (2_600, 300), (1_500, 0)]
        .into_iter()
        .enumerate()
    {
        let case = broad(2_700, links, back, seed as u64);
        let estate = case.estate();
        let radii = impact::blast_radii(&estate);
        let mut dependants = vec![Vec::new(); case.assets];
        for (from, to) in case.hard_pairs() {
            dependants[to].push(from);
        }
        for (id, total) in radii.iter() {
            let target = number(id.as_str());
            let mut seen = vec![false; case.assets];
            seen[target] = true;
            let mut stack = vec![target];
            let mut reached = 0;
            while let Some(asset) = stack.pop() {
                for dependant in &dependants[asset] {
                    if !std::mem::replace(&mut seen[*dependant], true) {
                        reached += 1;
                        stack.push(*dependant);
                    }
                }
            }
            assert_eq!(total, reached, "{id:?}");
        }
    }
}

#[test]
fn results_have_the_documented_json() {
    let estate = vcto::Estate::new(
        Inventory::from_json(
            br#"{"format": "vcto.inventory/1", "source": {"name": "crm"},
                 "assets": [{"id": "erp", "kind": "business_application", "criticality": "high"}, {"id": "sql-1", "kind": "database"},
                            {"id": "sql-2", "kind": "database"}, {"id": "san", "kind": "storage"}],
                 "relations": [{"from": "erp", "to": "sql-1", "kind": "depends_on"}, {"from": "erp", "to": "sql-2", "kind": "depends_on"},
                               {"from": "sql-1", "to": "san", "kind": "depends_on"},
                               {"from": "sql-2", "to": "san", "kind": "depends_on", "strength": "soft"}],
                 "requirements": [{"asset": "erp", "members": ["sql-1", "sql-2"], "needs": 1}]}"#,
        )
        .unwrap(),
    )
    .unwrap();
    assert_eq!(
        impact::blast_radius(&estate, "san").unwrap().to_json(),
        r#"{"asset":"san","total":2,"by_kind":{"business_application":1,"database":1},"by_criticality":{"high":1},"without_criticality":1,"people":{"at_least":0,"unrecorded":1},"assets":["erp","sql-1"],"degraded":["sql-2"]}"#
    );
    assert_eq!(
        impact::blast_radii(&estate).to_json(),
        r#"{"erp":0,"san":2,"sql-1":1,"sql-2":1}"#
    );
    assert_eq!(
        impact::fail(&estate, ["san"]).unwrap().to_json(),
        r#"{"failed":["san","sql-1"],"degraded":["erp","sql-2"]}"#
    );
    assert_eq!(impact::cut_sets(&estate, "erp", 1).unwrap().to_json(), "[]");
    assert_eq!(
        impact::cut_sets(&estate, "erp", 2).unwrap().to_json(),
        r#"[["san","sql-2"],["sql-1","sql-2"]]"#
    );
    assert_eq!(impact::cycles(&estate).to_json(), "[]");
    assert_eq!(
        impact::layers(&estate).to_json(),
        r#"[["san","sql-2"],["sql-1"],["erp"]]"#
    );
    assert_eq!(
        impact::network(&estate).to_json(),
        r#"{"view":"raw","articulation_points":[],"bridges":[],"blocks":[]}"#
    );
    assert_eq!(numbers::<String>([]), Set::new());
}

#[test]
fn a_monitor_hears_of_progress_and_can_stop_the_sweep() {
    let estate = broad(3_000, 9_000, 0, 7).estate();
    let heard = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
    let told = heard.clone();
    let monitor = Monitor::new(move |progress| told.lock().unwrap().push(progress));
    let options = RadiiOptions::default().monitor(monitor.clone());
    let watched = impact::blast_radii_with(&estate, &options).unwrap();
    assert_eq!(watched.totals(), impact::blast_radii(&estate).totals());
    let last = *heard.lock().unwrap().last().unwrap();
    assert_eq!((last.stage, Some(last.done)), ("impact.blast_radii", last.total));
    monitor.cancel();
    let stopped = impact::blast_radii_with(&estate, &options).unwrap_err();
    assert_eq!(
        (stopped.kind(), stopped.operation()),
        (ErrorKind::Cancelled, Some("impact.blast_radii"))
    );
}
