//! Freezes and the kill switch: what was approved does not start, and stays approved.

use vcto::gate::{Decided, ExecutionStatus, Freeze, Resumed, Routed, RulesEdit};
use vcto::time::Clock;
use vcto::{Actor, ErrorKind};

use super::rules::{approved, set, staged, titles};
use super::world::{REFUSED, World, approval, level_2};

#[test]
fn a_freeze_that_begins_after_the_approval_keeps_the_change_from_starting_until_it_ends() {
    pollster::block_on(async {
        let world = World::new().await;
        let run = world.approved_2(&["printer"]).await;
        let id = run.id();
        let (from, until) = (
            "2026-11-22T09:00:00Z".parse().unwrap(),
            "2026-11-22T12:00:00Z".parse().unwrap(),
        );
        let edit = RulesEdit::new()
            .freeze(Freeze::new("payroll", from, until, "payroll runs").area("architecture-review"))
            .freeze(Freeze::new("elsewhere", from, until, "not here").area("documentation"));
        set(&world, edit, &["bob"]).await;
        world.clock.set("2026-11-22T09:00:00Z".parse().unwrap());
        let error = run.execute().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Denied);
        assert!(error.message().contains("payroll runs"), "{error}");
        assert!(
            error.remedy_text().unwrap().contains("2026-11-22T12:00:00Z"),
            "{error}"
        );
        assert!(world.lab.calls().is_empty());
        assert_eq!(
            world.recorded(REFUSED).await.pop().unwrap()["record"]["operation"],
            "start"
        );
        // The rules themselves change in it; what is harmless enough to run by itself is asked about.
        let mut harmless = level_2(&["switch"]);
        harmless.area = "documentation".to_owned();
        let routed = world.submit(harmless).await;
        assert!(matches!(routed, Routed::Approval(_)), "{routed:?}");
        set(&world, RulesEdit::new().unfreeze("elsewhere"), &["bob"]).await;
        world.clock.set("2026-11-22T11:59:59Z".parse().unwrap());
        let Resumed::Approved(run) = world.resume(id).await else {
            panic!("the approval stays");
        };
        assert_eq!(run.execute().await.unwrap_err().kind(), ErrorKind::Denied);
        world.clock.set(until);
        let Resumed::Approved(run) = world.resume(id).await else {
            panic!("the approval stays");
        };
        assert_eq!(run.execute().await.unwrap().status(), ExecutionStatus::Succeeded);
    });
}

#[test]
fn while_the_kill_switch_is_on_nothing_starts_and_only_an_approved_change_turns_it_off() {
    pollster::block_on(async {
        let world = World::new().await;
        let run = world.approved_2(&["printer"]).await;
        let id = run.id();
        let engine = Actor::engine("watchdog");
        let halt = world.tenant.halt(&engine, "something is wrong").await.unwrap();
        let size = world.tenant.ledger().size().await.unwrap();
        assert_eq!(
            world.tenant.halt(&engine, "something is wrong").await.unwrap(),
            halt
        );
        assert_eq!(
            world.tenant.ledger().size().await.unwrap(),
            size,
            "it is on already"
        );
        let error = run.execute().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Denied);
        for part in ["watchdog", "2026-11-22T08:00:00Z", "something is wrong"] {
            assert!(error.message().contains(part), "{error}");
        }
        assert!(error.remedy_text().is_some());
        // Submitting and deciding go on.
        let other = world.stage_2(&["switch"]).await;
        let Decided::Approved(other) = world.approve(other, "bob").await.unwrap() else {
            panic!("one suffices");
        };
        assert_eq!(other.execute().await.unwrap_err().kind(), ErrorKind::Denied);
        // An approval to lift one halt does not lift a later one.
        let lift = staged(&world, RulesEdit::new().lift_halt()).await;
        assert_eq!(
            titles(&lift),
            [format!(
                "Lift the halt of entry {}: engine watchdog stopped all changes at 2026-11-22T08:00:00Z: something is wrong",
                halt.seq
            )]
        );
        let lift = approved(&world, lift, &["alice"]).await;
        let later = world.tenant.halt(&Actor::person("alice"), "wait").await.unwrap();
        assert_eq!(world.tenant.rules().await.unwrap().halts, [halt, later.clone()]);
        assert_eq!(lift.execute().await.unwrap().status(), ExecutionStatus::Succeeded);
        assert_eq!(world.tenant.rules().await.unwrap().halts, [later]);
        let Resumed::Approved(run) = world.resume(id).await else {
            panic!("the approval stays");
        };
        assert_eq!(run.execute().await.unwrap_err().kind(), ErrorKind::Denied);
        set(&world, RulesEdit::new().lift_halt(), &["bob"]).await;
        assert!(world.tenant.rules().await.unwrap().halts.is_empty());
        let Resumed::Approved(run) = world.resume(id).await else {
            panic!("the approval stays");
        };
        assert_eq!(run.execute().await.unwrap().status(), ExecutionStatus::Succeeded);
        for (by, why) in [
            (Actor::person(""), "x"),
            (Actor::person("a"), ""),
            (Actor::person("a"), "x\ny"),
        ] {
            assert_eq!(
                world.tenant.halt(&by, why).await.unwrap_err().kind(),
                ErrorKind::InvalidInput
            );
        }
    });
}

#[test]
fn a_window_that_a_freeze_covers_is_refused_and_run_when_the_freeze_is_over() {
    pollster::block_on(async {
        let world = World::new().await;
        let mut change = level_2(&["printer"]);
        change.not_before = Some("2026-11-22T09:00:00Z".parse().unwrap());
        change.not_after = Some("2026-11-22T18:00:00Z".parse().unwrap());
        let staged = approval(world.submit(change).await);
        let id = staged.id();
        let _ = world.approve(staged, "alice").await.unwrap();
        let (from, until) = (world.clock.now(), "2026-11-22T12:00:00Z".parse().unwrap());
        let freeze = Freeze::new("move", from, until, "the office moves");
        set(&world, RulesEdit::new().freeze(freeze), &["bob"]).await;
        world.clock.set("2026-11-22T10:00:00Z".parse().unwrap());
        let report = world
            .tenant
            .run_due(&vcto::monitor::Monitor::default())
            .await
            .unwrap();
        let refused: Vec<_> = report
            .refused
            .iter()
            .map(|one| (one.proposal, one.error.kind()))
            .collect();
        assert_eq!(refused, [(Some(id), ErrorKind::Denied)]);
        assert!(report.executed.is_empty() && report.missed.is_empty() && world.lab.calls().is_empty());
        world.clock.set(until);
        let report = world
            .tenant
            .run_due(&vcto::monitor::Monitor::default())
            .await
            .unwrap();
        assert_eq!(report.executed.len(), 1);
        assert!(report.refused.is_empty());
    });
}
