//! A crash inside a change of the rules, first approvers who cannot sign, halts that are made again, and keys whose times change.

use std::pin::pin;
use std::process::Command;
use std::task::{Context, Waker};

use jiff::{SignedDuration, Timestamp};
use pollster::block_on;
use vcto::gate::allowed_signers::AllowedSigners;
use vcto::gate::{
    Approver, ExecutionStatus, Freeze, NAMESPACE, Outcome, Policy, Resumed, RulesEdit, StepState,
};
use vcto::practice::{PracticeOptions, TenantOptions};
use vcto::{Actor, ErrorKind};

use super::audit::{last, policy};
use super::rules::{approved, approver, change_refused, set, staged};
use super::world::{World, approval, by, key, signers};
use crate::signatures::stock_verifies;

fn ts(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn limited(name: &str, options: &str) -> Approver {
    let text = format!("{name} {options} {}\n", key(name).public_key());
    let signers: AllowedSigners = text.parse().unwrap();
    Approver::from_signer(signers.iter().next().unwrap().clone()).unwrap()
}

fn revoking(edit: RulesEdit, names: &[&str]) -> RulesEdit {
    names.iter().fold(edit, |edit, name| {
        edit.revoke_key(key(name).public_key().fingerprint())
    })
}

/// A change of two documents, by an approver, whose execution was dropped behind the first of them.
fn cut() -> (World, vcto::gate::ProposalId) {
    for _ in 0..200 {
        let people = TenantOptions::region("eu").approvers(signers(&["alice", "bob"]));
        let world = block_on(World::with(PracticeOptions::default(), people));
        let (from, until) = (ts("2026-12-18T17:00:00Z"), ts("2027-01-04T06:00:00Z"));
        let edit =
            revoking(RulesEdit::new(), &["bob"]).freeze(Freeze::new("year-end", from, until, "payroll"));
        let run = block_on(async {
            let alice = Actor::person("alice");
            let routed = world
                .tenant
                .change_rules(edit, "bob leaves", &alice)
                .await
                .unwrap();
            approved(&world, approval(routed), &["bob"]).await
        });
        let id = run.id();
        {
            let mut execution = pin!(run.execute());
            let mut context = Context::from_waker(Waker::noop());
            while execution.as_mut().poll(&mut context).is_pending() {
                if block_on(world.recorded(0x0103)).len() == 2 {
                    break;
                }
            }
        }
        // What was handed to the ledger is written before anything else is.
        block_on(world.tenant.halt(&by(), "look")).unwrap();
        if block_on(world.recorded(0x0104)).is_empty() && block_on(world.recorded(0x0128)).is_empty() {
            return (world, id);
        }
    }
    panic!("it was never cut between the two");
}

#[test]
fn a_change_of_the_rules_that_was_cut_ends_by_itself_where_nobody_could_accept_it() {
    let (world, id) = cut();
    block_on(async {
        let Resumed::Finished(finished) = world.resume(id).await else {
            panic!("the ledger tells what was done");
        };
        assert_eq!(
            finished.outcome(),
            Outcome::Executed(ExecutionStatus::RollbackFailed)
        );
        let steps = finished.execution().unwrap().steps();
        let states: Vec<StepState> = steps.iter().map(|step| step.state).collect();
        assert_eq!(states[0], StepState::Done);
        assert!(
            matches!(states[1], StepState::NotBegun | StepState::NotDone),
            "{states:?}"
        );
        set(&world, RulesEdit::new().lift_halt(), &["alice"]).await;
        assert_eq!(policy(&world).await.0, vcto::ledger::Policy::Ok);
    });
}

#[test]
fn the_next_change_of_the_rules_does_not_wait_for_anybody_to_look_at_one_that_was_cut() {
    let (world, id) = cut();
    block_on(async {
        set(
            &world,
            RulesEdit::new().add_approver(approver("dora")),
            &["alice"],
        )
        .await;
        assert!(matches!(world.resume(id).await, Resumed::Finished(_)));
        assert_eq!(policy(&world).await.0, vcto::ledger::Policy::Ok);
    });
}

#[test]
fn first_approvers_can_sign_now_and_for_a_month() {
    block_on(async {
        for options in [
            "valid-before=\"20200101Z\"",
            "valid-after=\"20900101Z\"",
            "valid-before=\"202611220900Z\"",
        ] {
            let world = World::new().await;
            let region = || TenantOptions::region("eu");
            let unfit = || region().approver(limited("alice", options));
            let error = world.practice.create_tenant("pryce", unfit()).await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidInput, "{error}");
            world.practice.create_tenant("pryce", region()).await.unwrap();
            let error = world.practice.create_tenant("pryce", unfit()).await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidInput, "{error}");
            // The one chance is not spent.
            let fit = region().approver(limited("alice", "valid-before=\"20270101Z\""));
            world.practice.create_tenant("pryce", fit).await.unwrap();
        }
    });
}

#[test]
fn a_halt_that_is_made_again_is_not_turned_off_by_a_lift_of_the_one_before() {
    block_on(async {
        let world = World::new().await;
        let dog = Actor::service("watchdog");
        let first = world.tenant.halt(&dog, "error rate").await.unwrap();
        let edit = RulesEdit::new().lift_halt().add_approver(approver("dora"));
        let lift = staged(&world, edit).await;
        world.clock.advance(SignedDuration::from_hours(1));
        let second = world.tenant.halt(&dog, "error rate").await.unwrap();
        assert!(second.seq > first.seq && second.at > first.at);
        assert_eq!(
            world.tenant.rules().await.unwrap().halts,
            std::slice::from_ref(&second)
        );
        // Nobody voids what was to be done with the lift by stopping again.
        let lift = approved(&world, lift, &["alice"]).await;
        assert_eq!(lift.execute().await.unwrap().status(), ExecutionStatus::Succeeded);
        let rules = world.tenant.rules().await.unwrap();
        assert_eq!(
            (rules.halts, rules.approvers.in_force().count()),
            (vec![second], 4)
        );
        // Other words take the place of those before; one actor fills nothing.
        for n in 0..120 {
            world.tenant.halt(&dog, &format!("noise {n}")).await.unwrap();
        }
        world
            .tenant
            .halt(&Actor::person("alice"), "ransomware")
            .await
            .unwrap();
        let halts = world.tenant.rules().await.unwrap().halts;
        let words: Vec<&str> = halts.iter().map(|halt| halt.why.as_str()).collect();
        assert_eq!(words, ["noise 119", "ransomware"]);
        set(&world, RulesEdit::new().lift_halt(), &["bob"]).await;
        assert!(world.tenant.rules().await.unwrap().halts.is_empty());
        assert_eq!(policy(&world).await.0, vcto::ledger::Policy::Ok);
    });
}

#[test]
fn what_a_key_signed_verifies_with_stock_tools_whatever_its_times_become() {
    for options in ["valid-after=\"20261215Z\"", "valid-before=\"20261121Z\"", ""] {
        block_on(async {
            let people = TenantOptions::region("eu")
                .approver(limited("alice", "valid-after=\"20261122Z\""))
                .approvers(signers(&["bob"]));
            let world = World::with(PracticeOptions::default(), people).await;
            let _ = world.approved_2(&["printer"]).await.execute().await.unwrap();
            let decided = last(&world, 0x0111).await;
            let part = |name: &str| decided["record"]["decision"][name].as_str().unwrap().to_owned();
            world.clock.advance(SignedDuration::from_hours(30));
            let alice = if options.is_empty() {
                approver("alice")
            } else {
                limited("alice", options)
            };
            set(&world, RulesEdit::new().add_approver(alice), &["bob"]).await;
            let export = world.tenant.approvers().await.unwrap().allowed_signers().unwrap();
            let folder = tempfile::tempdir().unwrap();
            for (time, valid) in [("20261122080000Z", true), ("20261121235959Z", false)] {
                let (text, signature) = (part("text"), part("signature"));
                let stock = stock_verifies(
                    folder.path(),
                    &export.to_string(),
                    "alice",
                    NAMESPACE,
                    Some(time),
                    &signature,
                    text.as_bytes(),
                );
                assert_eq!(stock, valid, "{options} {time}\n{export}");
            }
            let proof = folder.path().join("proof");
            let _ = world.tenant.prove(&proof).await.unwrap();
            let output = Command::new("sh").arg(proof.join("verify.sh")).output().unwrap();
            assert!(
                output.status.success(),
                "{options} {}",
                String::from_utf8_lossy(&output.stdout)
            );
        });
    }
}

#[test]
fn the_rules_stay_changeable_in_between_and_for_no_shorter_than_before() {
    block_on(async {
        let world = World::new().await;
        let edit = RulesEdit::new()
            .add_approver(limited("dora", "valid-after=\"20261221Z\""))
            .add_approver(limited("alice", "valid-before=\"202611220900Z\""));
        let error = change_refused(&world, revoking(edit, &["bob", "carol"])).await;
        assert_eq!(error.kind(), ErrorKind::Denied, "{error}");
        let dora = RulesEdit::new().add_approver(limited("dora", "valid-before=\"20261224Z\""));
        set(&world, revoking(dora, &["alice", "bob", "carol"]), &["alice"]).await;
        world.clock.set(ts("2026-11-25T08:00:00Z"));
        let eve = |end: &str| {
            let eve = limited("eve", &format!("valid-before=\"{end}\""));
            revoking(RulesEdit::new().add_approver(eve), &["dora"])
        };
        let error = change_refused(&world, eve("202611250900Z")).await;
        assert_eq!(error.kind(), ErrorKind::Denied, "{error}");
        set(&world, eve("20261224Z"), &["dora"]).await;
    });
}

#[test]
fn who_voted_in_no_role_may_vote_again_in_one_when_the_vote_has_ended() {
    block_on(async {
        let policy = Policy {
            roles: ["owner".to_owned()].into(),
            ..Policy::default()
        };
        let options = TenantOptions::region("eu")
            .policy(policy)
            .approver(approver("alice").role("owner"))
            .approvers(signers(&["bob"]));
        let world = World::with(PracticeOptions::default(), options).await;
        let waiting = world.stage_2(&["printer"]).await;
        let _ = world.approve(waiting, "alice").await.unwrap();
        let report = world
            .tenant
            .run_due(&vcto::monitor::Monitor::default())
            .await
            .unwrap();
        assert_eq!(report.stuck, []);
    });
}
