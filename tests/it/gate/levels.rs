//! How a change gets its level.

use vcto::ErrorKind;
use vcto::change::Change;
use vcto::gate::{Axis, Level, Policy, ProcessArea, Routed};
use vcto::practice::{PracticeOptions, TenantOptions};

use super::world::{World, by, change, inventory, level_2, signers, step};

fn routed_level(routed: &Routed) -> Level {
    match routed {
        Routed::Automatic(staged) => staged.level(),
        Routed::Notify(staged) => staged.level(),
        Routed::Approval(staged) => staged.level(),
        Routed::HumanOnly(staged) => staged.level(),
    }
}

async fn level(world: &World, change: Change) -> Level {
    let routed = world.submit(change).await;
    routed_level(&routed)
}

fn documentation(action: &str, target: &str) -> Change {
    change("documentation", vec![step("s1", action, target)])
}

#[test]
fn the_floor_of_the_area_counts_whatever_the_rest_is() {
    pollster::block_on(async {
        let world = World::new().await;
        assert_eq!(level(&world, level_2(&["printer"])).await, Level::L2);
        assert_eq!(level(&world, documentation("set", "printer")).await, Level::L0);
    });
}

#[test]
fn what_is_not_known_is_left_to_a_human() {
    pollster::block_on(async {
        let world = World::new().await;
        let unknown_asset = documentation("set", "nowhere");
        let unknown_action = documentation("explode", "printer");
        let mut unknown_executor = documentation("set", "printer");
        unknown_executor.steps[0].executor = "nobody".to_owned();
        let mut unknown_undo = documentation("set", "printer");
        unknown_undo.steps[0].undo.as_mut().unwrap().action = "unexplode".to_owned();
        let unknown_area = change("astrology", vec![step("s1", "set", "printer")]);
        for change in [
            unknown_asset,
            unknown_action,
            unknown_executor,
            unknown_undo,
            unknown_area,
        ] {
            let shown = format!("{change:?}");
            assert_eq!(level(&world, change).await, Level::L3, "{shown}");
        }
    });
}

#[test]
fn without_a_recorded_snapshot_every_asset_is_unknown() {
    pollster::block_on(async {
        let world = World::new().await;
        let options = TenantOptions::region("eu").approvers(signers(&["alice"]));
        let other = world.practice.create_tenant("pryce", options).await.unwrap();
        let routed = other
            .submit(documentation("set", "printer"), &by())
            .await
            .unwrap();
        assert_eq!(routed_level(&routed), Level::L3);
    });
}

#[test]
fn each_axis_raises_the_level_by_itself() {
    pollster::block_on(async {
        let world = World::new().await;
        // Reversibility: what the executor declares, and whether the step names a way back.
        assert_eq!(
            level(&world, documentation("exact", "printer")).await,
            Level::L2,
            "L1 without a notifier"
        );
        assert_eq!(level(&world, documentation("redo", "printer")).await, Level::L2);
        assert_eq!(level(&world, documentation("burn", "printer")).await, Level::L3);
        let mut no_undo = documentation("set", "printer");
        no_undo.steps[0].undo = None;
        assert_eq!(level(&world, no_undo).await, Level::L2);
        // Blast radius: 60 things stand in the rack; the critical ERP depends on its database.
        assert_eq!(level(&world, documentation("set", "rack")).await, Level::L3);
        assert_eq!(level(&world, documentation("set", "app-db")).await, Level::L2);
        // Nothing recorded is unknown, not safe.
        assert_eq!(level(&world, documentation("set", "lonely")).await, Level::L2);
    });
}

#[test]
fn the_reach_is_the_union_over_all_targets() {
    pollster::block_on(async {
        let world = World::new().await;
        // Two things depend on the file server, one on the switch.
        let Routed::Approval(staged) = world.submit(level_2(&["files", "switch"])).await else {
            panic!("the floor of the area");
        };
        assert_eq!(staged.risk().input.reach, Some(3));
        // A target that depends on another one is taken along by it, whoever changes it too.
        let Routed::Approval(staged) = world.submit(level_2(&["files", "scan"])).await else {
            panic!("the floor of the area");
        };
        assert_eq!(staged.risk().input.reach, Some(2));
        let twice = vec![step("a", "set", "shelf-1"), step("b", "set", "shelf-1")];
        assert_eq!(level(&world, change("documentation", twice)).await, Level::L0);
    });
}

#[test]
fn targets_that_touch_nobody_else_count_as_targets_only() {
    pollster::block_on(async {
        let world = World::new().await;
        let shelves = |count: usize| {
            let steps = (0..count).map(|n| step(&format!("s{n}"), "set", &format!("shelf-{n}")));
            steps.collect::<Vec<_>>()
        };
        // Three are level 1, which needs a notifier.
        for (count, expected) in [(1, Level::L0), (2, Level::L0), (3, Level::L2), (60, Level::L2)] {
            let routed = world.submit(change("documentation", shelves(count))).await;
            assert_eq!(routed_level(&routed), expected, "{count}");
        }
        // Nobody lowers a level by naming what would be taken along as targets too.
        let mut all = shelves(60);
        all.push(step("rack", "set", "rack"));
        assert_eq!(level(&world, change("documentation", all)).await, Level::L3);
        assert_eq!(level(&world, documentation("set", "rack")).await, Level::L3);
        // One target that nobody knows leaves all of them to a human.
        let mut unknown = shelves(3);
        unknown.push(step("x", "set", "nowhere"));
        assert_eq!(level(&world, change("documentation", unknown)).await, Level::L3);
    });
}

#[test]
fn more_than_five_hundred_targets_in_one_change_are_left_to_a_human() {
    pollster::block_on(async {
        let world = World::new().await;
        let mut inventory = inventory();
        for n in 0..501 {
            let id = format!("pc-{n}");
            inventory["assets"]
                .as_array_mut()
                .unwrap()
                .push(serde_json::json!({"id": id, "kind": "device"}));
            let relation = serde_json::json!({"from": id, "to": "switch", "kind": "depends_on"});
            inventory["relations"].as_array_mut().unwrap().push(relation);
        }
        world.review(&inventory).await;
        for (count, expected) in [(500, Level::L2), (501, Level::L3)] {
            let steps = (0..count).map(|n| step(&format!("s{n}"), "set", &format!("pc-{n}")));
            let routed = world.submit(change("documentation", steps.collect())).await;
            assert_eq!(routed_level(&routed), expected, "{count}");
        }
    });
}

#[test]
fn old_incomplete_and_undated_inventories_raise_the_level() {
    pollster::block_on(async {
        let cases = [
            ("2026-11-22T07:00:00Z", true, Level::L0),
            ("2026-11-22T06:59:59Z", true, Level::L2),
            ("2026-11-22T08:00:00Z", false, Level::L2),
            ("2026-11-20T08:00:00Z", true, Level::L2),
            ("2026-11-22T08:00:01Z", true, Level::L2),
        ];
        for (captured_at, complete, expected) in cases {
            let world = World::new().await;
            let mut inventory = inventory();
            inventory["source"]["captured_at"] = captured_at.into();
            inventory["source"]["complete"] = complete.into();
            world.review(&inventory).await;
            let routed = world.submit(documentation("set", "printer")).await;
            assert_eq!(routed_level(&routed), expected, "{captured_at} {complete}");
        }
    });
}

#[test]
fn an_inferred_relation_does_not_make_a_reach_known() {
    pollster::block_on(async {
        let guess = serde_json::json!({"from": "printer", "to": "lonely", "kind": "uses", "strength": "soft",
            "inferred_by": "gateway", "confidence": "high"});
        let stated =
            serde_json::json!({"from": "printer", "to": "lonely", "kind": "uses", "strength": "soft"});
        for (relation, expected) in [(guess, Level::L2), (stated, Level::L0)] {
            let world = World::new().await;
            let mut inventory = inventory();
            inventory["relations"].as_array_mut().unwrap().push(relation);
            world.review(&inventory).await;
            assert_eq!(level(&world, documentation("set", "lonely")).await, expected);
        }
    });
}

#[test]
fn compliance_tags_raise_the_level() {
    pollster::block_on(async {
        for (tag, expected) in [
            ("regulated_data", Level::L2),
            ("something_new", Level::L2),
            ("legal_hold, identity_root", Level::L3),
        ] {
            let world = World::new().await;
            let mut inventory = inventory();
            inventory["assets"][5]["facts"]["compliance"] = tag.into();
            world.review(&inventory).await;
            assert_eq!(
                level(&world, documentation("set", "printer")).await,
                expected,
                "{tag}"
            );
        }
    });
}

#[test]
fn a_staged_change_says_why() {
    pollster::block_on(async {
        let world = World::new().await;
        let staged = world.stage_2(&["printer"]).await;
        let why = staged.why();
        assert_eq!(why[0].axis, Axis::Floor);
        assert_eq!(
            why[0].to_string(),
            "the floor of the area architecture-review (L2)"
        );
        assert_eq!(staged.change(), &level_2(&["printer"]));
        assert_eq!(staged.change_digest(), level_2(&["printer"]).digest().unwrap());
    });
}

#[test]
fn policy_and_areas_only_raise() {
    pollster::block_on(async {
        let strict = Policy {
            fresh_s: 0,
            recent_s: 0,
            ..Policy::default()
        };
        let area = ProcessArea::new(
            "documentation",
            "vc-suite",
            Level::L3,
            "here everything is done by hand",
        );
        let people = || TenantOptions::region("eu").approvers(signers(&["alice"]));
        let raised = World::with(PracticeOptions::default(), people().area(area)).await;
        assert_eq!(level(&raised, documentation("set", "printer")).await, Level::L3);
        let raised = World::with(PracticeOptions::default(), people().policy(strict)).await;
        raised.clock.advance(jiff::SignedDuration::from_secs(1));
        assert_eq!(level(&raised, documentation("set", "printer")).await, Level::L2);

        let weak = Policy {
            decision_valid_s: 25 * 3_600,
            ..Policy::default()
        };
        let low = ProcessArea::new("architecture-review", "vc-suite", Level::L0, "because");
        for options in [people().policy(weak), people().area(low)] {
            let error = raised.practice.create_tenant("pryce", options).await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidInput);
        }
        assert_eq!(raised.practice.tenants().unwrap(), ["halden"]);
    });
}

#[test]
fn a_malformed_change_is_an_error_and_leaves_no_record() {
    pollster::block_on(async {
        let world = World::new().await;
        let before = world.records().await;
        let mut empty = level_2(&["printer"]);
        empty.steps.clear();
        let mut twice = level_2(&["printer", "files"]);
        twice.steps[1].id = "s1".to_owned();
        let mut format = level_2(&["printer"]);
        format.format = "vcto.change/9".to_owned();
        for (change, kind) in [
            (empty, ErrorKind::InvalidInput),
            (twice, ErrorKind::InvalidInput),
            (format, ErrorKind::Unsupported),
        ] {
            let error = world.tenant.submit(change, &by()).await.unwrap_err();
            assert_eq!(error.kind(), kind, "{error}");
        }
        assert_eq!(world.records().await, before);
    });
}
