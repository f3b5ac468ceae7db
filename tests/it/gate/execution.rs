//! What runs, in which order, what is recorded of it, and how it is taken back.

use std::pin::pin;
use std::task::{Context, Poll, Waker};

use vcto::ErrorKind;
use vcto::gate::{
    Decided, Execution, ExecutionStatus, Level, Outcome, PendingState, Resumed, Routed, Settled, StepState,
    Verdict,
};
use vcto::ledger::{Policy, VerifyOptions};
use vcto::practice::{PracticeOptions, TenantOptions};

use super::world::{Fault, REFUSED, STARTED, World, approval, by, change, level_2, sign, signers, step};

const INTENT: u16 = 0x0121;
const DONE: u16 = 0x0122;
const PROBED: u16 = 0x0123;
const VERIFIED: u16 = 0x0124;
const UNDO_BEGUN: u16 = 0x0125;
const LEFT: u16 = 0x0126;
const DOUBT: u16 = 0x0127;
const FINISHED: u16 = 0x0128;
const RECONCILED: u16 = 0x0129;

const THREE: [&str; 3] = ["printer", "switch", "files"];

fn states(execution: &Execution) -> Vec<&'static str> {
    execution.steps().iter().map(|step| step.state.as_str()).collect()
}

async fn run(world: &World) -> Execution {
    let approved = world.approved_2(&THREE).await;
    approved.execute().await.unwrap()
}

async fn policy_holds(world: &World) {
    let report = world
        .tenant
        .ledger()
        .verify(&VerifyOptions::default())
        .await
        .unwrap();
    assert_eq!(report.policy, Policy::Ok, "{:?}", report.problems);
}

/// The records of an execution, from `Started` on.
async fn trace(world: &World) -> Vec<u16> {
    let records = world.records().await;
    let start = records.iter().position(|number| *number == STARTED).unwrap();
    records[start..].to_vec()
}

#[test]
fn steps_run_in_order_each_between_its_records() {
    pollster::block_on(async {
        let world = World::new().await;
        let execution = run(&world).await;
        assert_eq!(execution.status(), ExecutionStatus::Succeeded);
        assert_eq!(world.lab.calls(), ["apply s1", "apply s2", "apply s3"]);
        let of_a_step = [INTENT, DONE, VERIFIED];
        let expected: Vec<u16> = [STARTED]
            .into_iter()
            .chain(of_a_step.into_iter().cycle().take(9))
            .chain([FINISHED])
            .collect();
        assert_eq!(trace(&world).await, expected);
        assert_eq!(execution.steps()[0].receipt.as_deref(), Some("receipt of s1"));
        let intents = world.recorded(INTENT).await;
        assert_eq!(
            intents[0]["record"]["before"],
            serde_json::json!({"effect": "absent", "image": "-"})
        );
        policy_holds(&world).await;
    });
}

#[test]
fn the_idempotency_keys_are_those_of_the_intents_and_all_differ() {
    pollster::block_on(async {
        let world = World::new().await;
        run(&world).await;
        let recorded: Vec<String> = world
            .recorded(INTENT)
            .await
            .iter()
            .map(|intent| intent["record"]["idempotency_key"].as_str().unwrap().to_owned())
            .collect();
        let given = world.lab.0.lock().unwrap().keys.clone();
        assert_eq!(given, recorded);
        let distinct: std::collections::BTreeSet<_> = given.iter().collect();
        assert_eq!(distinct.len(), 3);
        assert!(given.iter().all(|key| key.len() == 64));
    });
}

#[test]
fn level_zero_runs_without_asking_and_level_one_carries_its_duty() {
    /// Delivers the first notice and fails with the others.
    #[derive(Debug, Default)]
    struct Pager(std::sync::Mutex<Vec<String>>);

    #[async_trait::async_trait]
    impl vcto::gate::Notifier for Pager {
        fn reviewer(&self) -> String {
            "carol".to_owned()
        }

        async fn notify(&self, duty: &vcto::gate::ReviewDuty) -> vcto::Result<()> {
            let mut told = self.0.lock().unwrap();
            if !told.is_empty() {
                return Err(vcto::Error::new(vcto::ErrorKind::Unavailable, "no mail goes out"));
            }
            told.push(format!("{} {} {}", duty.tenant, duty.who, duty.by));
            Ok(())
        }
    }

    pollster::block_on(async {
        let pager = std::sync::Arc::new(Pager::default());
        let options = PracticeOptions::default().notifier(pager.clone());
        let people = TenantOptions::region("eu").approvers(signers(&["alice"]));
        let world = World::with(options, people).await;
        let documentation = |action| change("documentation", vec![step("s1", action, "printer")]);

        let Routed::Automatic(staged) = world.submit(documentation("set")).await else {
            panic!("level 0");
        };
        let execution = staged.authorize().await.unwrap().execute().await.unwrap();
        assert_eq!(execution.status(), ExecutionStatus::Succeeded);
        assert_eq!(execution.review_due(), None);
        world.lab.0.lock().unwrap().values.clear();

        let Routed::Notify(staged) = world.submit(documentation("exact")).await else {
            panic!("level 1, since there is a notifier");
        };
        assert_eq!(staged.level(), Level::L1);
        let execution = staged.authorize().await.unwrap().execute().await.unwrap();
        assert_eq!(execution.review_due().unwrap().0, "carol");
        let started = world.recorded(STARTED).await;
        assert_eq!(started[0]["record"]["review_due"], serde_json::Value::Null);
        assert_eq!(started[1]["record"]["review_due"]["who"], "carol");
        assert_eq!(*pager.0.lock().unwrap(), ["halden carol 2026-11-29T08:00:00Z"]);
        assert!(!execution.is_reviewer_untold());
        world.lab.0.lock().unwrap().values.clear();

        let Routed::Notify(staged) = world.submit(documentation("exact")).await else {
            panic!("level 1 still");
        };
        let execution = staged.authorize().await.unwrap().execute().await.unwrap();
        assert_eq!(execution.status(), ExecutionStatus::Succeeded, "the work goes on");
        assert!(execution.is_reviewer_untold() && execution.review_due().is_some());
        policy_holds(&world).await;
    });
}

#[test]
fn a_step_that_is_not_done_takes_the_others_back_in_reverse() {
    pollster::block_on(async {
        let world = World::new().await;
        world.lab.fault("s3", "apply", Fault::NotDone);
        let execution = run(&world).await;
        assert_eq!(execution.status(), ExecutionStatus::RolledBack);
        assert!(!execution.came_about(), "taking back is not what was approved");
        assert_eq!(world.lab.calls(), ["apply s1", "apply s2", "undo s2", "undo s1"]);
        assert_eq!(states(&execution), ["taken_back", "taken_back", "not_done"]);
        assert!(world.lab.0.lock().unwrap().values.is_empty());
        let tail = [
            INTENT, DONE, UNDO_BEGUN, INTENT, DONE, VERIFIED, INTENT, DONE, VERIFIED, FINISHED,
        ];
        assert!(trace(&world).await.ends_with(&tail));
        policy_holds(&world).await;
    });
}

#[test]
fn every_fault_at_every_step_ends_as_the_table_says() {
    let table = [
        (Fault::NotDone, ExecutionStatus::RolledBack),
        (Fault::UnknownDone, ExecutionStatus::Succeeded),
        (Fault::UnknownNotDone, ExecutionStatus::RolledBack),
        (Fault::UnknownBlind, ExecutionStatus::InDoubt),
        (Fault::Panic, ExecutionStatus::RolledBack),
        (Fault::Lie, ExecutionStatus::RolledBack),
    ];
    std::panic::set_hook(Box::new(|info| {
        let text = info.to_string();
        if !text.contains("the executor fell over") {
            eprintln!("{text}");
        }
    }));
    pollster::block_on(async {
        for (fault, expected) in table {
            for at in 1..=3 {
                let world = World::new().await;
                world.lab.fault(&format!("s{at}"), "apply", fault);
                let execution = run(&world).await;
                // Where the first step is not done there is nothing to take back.
                let is_first =
                    at == 1 && matches!(fault, Fault::NotDone | Fault::UnknownNotDone | Fault::Panic);
                let expected = if is_first {
                    ExecutionStatus::NotDone
                } else {
                    expected
                };
                assert_eq!(
                    execution.status(),
                    expected,
                    "{fault:?} at {at}: {:?}",
                    execution.steps()
                );
                if expected != ExecutionStatus::Succeeded && expected != ExecutionStatus::InDoubt {
                    assert!(world.lab.0.lock().unwrap().values.is_empty(), "{fault:?} at {at}");
                }
                let calls = world.lab.calls();
                let once: std::collections::BTreeSet<_> = calls.iter().collect();
                assert_eq!(once.len(), calls.len(), "nothing twice: {calls:?}");
                policy_holds(&world).await;
            }
        }
    });
}

#[test]
fn every_fault_of_an_undo_ends_as_the_table_says() {
    let table = [
        (Fault::NotDone, ExecutionStatus::RollbackFailed),
        (Fault::UnknownDone, ExecutionStatus::RolledBack),
        (Fault::UnknownNotDone, ExecutionStatus::RollbackFailed),
        (Fault::UnknownBlind, ExecutionStatus::InDoubt),
        (Fault::Lie, ExecutionStatus::RollbackFailed),
    ];
    pollster::block_on(async {
        for (fault, expected) in table {
            for at in 1..=2 {
                let world = World::new().await;
                world.lab.fault("s3", "apply", Fault::NotDone);
                world.lab.fault(&format!("s{at}"), "undo", fault);
                let execution = run(&world).await;
                assert_eq!(
                    execution.status(),
                    expected,
                    "{fault:?} at {at}: {:?}",
                    execution.steps()
                );
                // The other step, on another target, is taken back all the same, unless everything went dark before.
                let other = if at == 1 { "undo s2" } else { "undo s1" };
                let stopped = fault == Fault::UnknownBlind && at == 2;
                assert_eq!(
                    world.lab.calls().contains(&other.to_owned()),
                    !stopped,
                    "{fault:?} at {at}"
                );
                assert_eq!(
                    execution.status().needs_human(),
                    expected != ExecutionStatus::RolledBack
                );
                policy_holds(&world).await;
            }
        }
    });
}

#[test]
fn a_step_without_a_way_back_is_loud_when_a_later_one_fails() {
    pollster::block_on(async {
        let world = World::new().await;
        let mut change = level_2(&THREE);
        change.steps[0].undo = None;
        world.lab.fault("s3", "apply", Fault::NotDone);
        let staged = approval(world.submit(change).await);
        let Decided::Approved(approved) = world.approve(staged, "alice").await.unwrap() else {
            panic!("it is approved");
        };
        let execution = approved.execute().await.unwrap();
        assert_eq!(execution.status(), ExecutionStatus::RollbackFailed);
        assert_eq!(states(&execution), ["not_taken_back", "taken_back", "not_done"]);
        assert_eq!(world.recorded(LEFT).await[0]["record"]["why"], "no_undo");
        assert_eq!(
            execution.rollback().await.unwrap_err().kind(),
            ErrorKind::Denied,
            "there is no way back for s1"
        );
    });
}

#[test]
fn a_later_step_that_stays_blocks_the_earlier_one_on_the_same_target() {
    pollster::block_on(async {
        let world = World::new().await;
        // Two steps on one target; the second overwrites the first, and cannot be taken back.
        let mut steps = vec![
            step("s1", "set", "files"),
            step("s2", "set", "files"),
            step("s3", "set", "switch"),
        ];
        steps[1].undo = None;
        world.lab.fault("s3", "apply", Fault::NotDone);
        let staged = approval(world.submit(change("architecture-review", steps)).await);
        let Decided::Approved(approved) = world.approve(staged, "alice").await.unwrap() else {
            panic!("it is approved");
        };
        let execution = approved.execute().await.unwrap();
        assert_eq!(execution.status(), ExecutionStatus::RollbackFailed);
        let left = world.recorded(LEFT).await;
        let why: Vec<_> = left
            .iter()
            .map(|record| record["record"]["why"].clone())
            .collect();
        assert_eq!(why, ["no_undo", "blocked"]);
        assert_eq!(world.lab.calls(), ["apply s1", "apply s2"]);
    });
}

#[test]
fn what_is_there_already_is_not_done_again() {
    pollster::block_on(async {
        let world = World::new().await;
        let approved = world.approved_2(&THREE).await;
        world
            .lab
            .0
            .lock()
            .unwrap()
            .values
            .insert("switch".to_owned(), "s2".to_owned());
        let execution = approved.execute().await.unwrap();
        assert_eq!(execution.status(), ExecutionStatus::RolledBack);
        assert_eq!(world.lab.calls(), ["apply s1", "undo s1"]);
        assert_eq!(
            world.lab.value("switch").as_deref(),
            Some("s2"),
            "what was not ours stays"
        );
    });
}

#[test]
fn rollback_stages_the_way_back_with_a_decision_of_its_own() {
    pollster::block_on(async {
        let world = World::new().await;
        let execution = run(&world).await;
        let staged = approval(execution.rollback().await.unwrap());
        let titles: Vec<_> = staged
            .change()
            .steps
            .iter()
            .map(|step| step.id.as_str())
            .collect();
        assert_eq!(titles, ["s3", "s2", "s1"]);
        assert_eq!(staged.proposer(), &vcto::Actor::service("vcto"));
        let error = execution.rollback().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Conflict, "it is being taken back");
        let id = staged.id();
        let Decided::Approved(approved) = world.approve(staged, "bob").await.unwrap() else {
            panic!("it is approved");
        };
        let back = approved.execute().await.unwrap();
        assert_eq!(back.status(), ExecutionStatus::RolledBack);
        assert!(execution.came_about() && back.came_about());
        assert_eq!(states(&back), ["taken_back", "taken_back", "taken_back"]);
        assert_eq!(world.lab.calls()[3..], ["undo s3", "undo s2", "undo s1"]);
        assert!(world.lab.0.lock().unwrap().values.is_empty());
        assert_eq!(back.rollback().await.unwrap_err().kind(), ErrorKind::Denied);
        assert_eq!(
            execution.rollback().await.unwrap_err().kind(),
            ErrorKind::Conflict,
            "it is taken back"
        );
        assert!(matches!(world.resume(id).await, Resumed::Finished(_)));
        policy_holds(&world).await;
    });
}

#[test]
fn a_rejected_way_back_can_be_staged_again() {
    pollster::block_on(async {
        let world = World::new().await;
        let execution = run(&world).await;
        let staged = approval(execution.rollback().await.unwrap());
        let text = staged.decision("alice", Verdict::Reject).unwrap();
        assert!(matches!(
            staged.decide(&text, sign("alice", &text)).await.unwrap(),
            Decided::Rejected
        ));
        assert!(execution.rollback().await.is_ok());
    });
}

#[test]
fn a_way_back_does_not_overwrite_what_somebody_else_wrote() {
    pollster::block_on(async {
        let world = World::new().await;
        let execution = run(&world).await;
        world
            .lab
            .0
            .lock()
            .unwrap()
            .values
            .insert("switch".to_owned(), "foreign work".to_owned());
        let staged = approval(execution.rollback().await.unwrap());
        let Decided::Approved(approved) = world.approve(staged, "bob").await.unwrap() else {
            panic!("it is approved");
        };
        let back = approved.execute().await.unwrap();
        assert_eq!(back.status(), ExecutionStatus::RollbackConflict);
        assert!(!back.came_about());
        assert_eq!(states(&back), ["taken_back", "not_taken_back", "taken_back"]);
        assert_eq!(world.lab.value("switch").as_deref(), Some("foreign work"));
        assert!(
            execution.rollback().await.is_ok(),
            "after a human has settled it, it can be tried again"
        );
    });
}

#[test]
fn two_handles_start_once() {
    pollster::block_on(async {
        let world = World::new().await;
        let approved = world.approved_2(&["printer"]).await;
        let id = approved.id();
        let Resumed::Approved(twin) = world.resume(id).await else {
            panic!("the same approval again");
        };
        assert_eq!(
            approved.execute().await.unwrap().status(),
            ExecutionStatus::Succeeded
        );
        let error = twin.execute().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Consumed);
        assert_eq!(world.recorded(STARTED).await.len(), 1);
        assert_eq!(world.recorded(REFUSED).await.len(), 1);
        assert_eq!(world.lab.calls(), ["apply s1"]);
    });
}

#[test]
fn while_one_runs_another_on_the_same_target_waits() {
    pollster::block_on(async {
        let world = World::new().await;
        let first = world.approved_2(&["printer"]).await;
        let second = world.approved_2(&["printer", "switch"]).await;
        let third = world.approved_2(&["files"]).await;
        let (first_id, second_id) = (first.id(), second.id());
        assert!(crash_at(&world, first, 2));
        // The first is in doubt and holds its target.
        assert!(matches!(world.resume(first_id).await, Resumed::InDoubt(_)));
        assert_eq!(second.execute().await.unwrap_err().kind(), ErrorKind::Busy);
        assert_eq!(
            third.execute().await.unwrap().status(),
            ExecutionStatus::Succeeded
        );
        let Resumed::InDoubt(in_doubt) = world.resume(first_id).await else {
            panic!("still in doubt");
        };
        let Settled::Finished(_) = in_doubt.probe().await.unwrap() else {
            panic!("one step: done or not");
        };
        assert!(matches!(world.resume(second_id).await, Resumed::Approved(_)));
    });
}

/// Executes until the executor stops answering at a place, and drops the execution there: a crash. False: it never came there.
fn crash_at(world: &World, approved: vcto::gate::Approved, place: usize) -> bool {
    world.lab.0.lock().unwrap().stall_at = Some(place);
    let mut future = Box::pin(approved.execute());
    let mut context = Context::from_waker(Waker::noop());
    loop {
        if let Poll::Ready(result) = future.as_mut().poll(&mut context) {
            result.unwrap();
            return false;
        }
        if world.lab.0.lock().unwrap().places == place {
            return true;
        }
        // The ledger answers from its own threads.
        std::thread::sleep(std::time::Duration::from_millis(1));
    }
}

#[test]
fn a_dropped_execution_is_in_doubt_and_never_runs_on() {
    pollster::block_on(async {
        // Two steps: look, before, after, look, twice.
        let mut crashes = 0;
        for place in 1.. {
            let world = World::new().await;
            let approved = world.approved_2(&["printer", "switch"]).await;
            let id = approved.id();
            if !crash_at(&world, approved, place) {
                break;
            }
            crashes += 1;
            let before = world.lab.calls();
            let Resumed::InDoubt(in_doubt) = world.resume(id).await else {
                panic!("it was started and did not end");
            };
            assert!(matches!(world.resume(id).await, Resumed::InDoubt(_)));
            assert_eq!(world.recorded(DOUBT).await.len(), 1, "recorded once");
            let settled = in_doubt.probe().await.unwrap();
            assert_eq!(world.lab.calls(), before, "looking does nothing");
            settle(&world, settled).await;
            let calls = world.lab.calls();
            let once: std::collections::BTreeSet<_> = calls.iter().collect();
            assert_eq!(once.len(), calls.len(), "nothing twice: {calls:?}");
            policy_holds(&world).await;
        }
        assert_eq!(crashes, 8);
    });
}

#[test]
fn a_rollback_that_is_dropped_is_in_doubt_too() {
    pollster::block_on(async {
        let mut crashes = 0;
        for place in 1.. {
            let world = World::new().await;
            world.lab.fault("s3", "apply", Fault::NotDone);
            let approved = world.approved_2(&THREE).await;
            let id = approved.id();
            if !crash_at(&world, approved, place) {
                break;
            }
            crashes += 1;
            let before = world.lab.calls();
            let Resumed::InDoubt(in_doubt) = world.resume(id).await else {
                panic!("it was started and did not end");
            };
            match in_doubt.probe().await.unwrap() {
                Settled::Finished(finished) => {
                    let Outcome::Executed(status) = finished.outcome() else {
                        panic!("{:?}", finished.outcome());
                    };
                    let nothing_stands = world.lab.0.lock().unwrap().values.is_empty();
                    assert!(nothing_stands, "{status} at {place}");
                    assert!(
                        matches!(status, ExecutionStatus::NotDone | ExecutionStatus::RolledBack),
                        "{status}"
                    );
                }
                Settled::InDoubt(in_doubt) => {
                    let text = in_doubt.acceptance("alice", None).unwrap();
                    let settled = in_doubt.accept(&text, sign("alice", &text)).await.unwrap();
                    assert!(matches!(settled, Settled::Finished(_)));
                }
            }
            assert_eq!(
                world.lab.calls(),
                before,
                "nothing is taken back by itself either"
            );
            policy_holds(&world).await;
        }
        // Two steps of four places, the third of three (it is not looked at again), two undos of four.
        assert_eq!(crashes, 4 + 4 + 3 + 4 + 4);
    });
}

/// What looking did not settle a person accepts.
async fn settle(world: &World, settled: Settled) {
    let finished = match settled {
        Settled::Finished(finished) => finished,
        Settled::InDoubt(in_doubt) => {
            let text = in_doubt.acceptance("alice", Some("looked at it")).unwrap();
            match in_doubt.accept(&text, sign("alice", &text)).await.unwrap() {
                Settled::Finished(finished) => finished,
                Settled::InDoubt(in_doubt) => panic!("{in_doubt:?}"),
            }
        }
    };
    let execution = finished.execution().unwrap();
    let done = world.lab.calls().len();
    match execution.status() {
        ExecutionStatus::Succeeded => assert_eq!(done, 2),
        ExecutionStatus::NotDone => assert_eq!(done, 0),
        ExecutionStatus::AcceptedAsIs => {
            assert_eq!(done, 1);
            // What stands can be taken back by a proposal of its own.
            let staged = approval(execution.rollback().await.unwrap());
            let Decided::Approved(approved) = world.approve(staged, "bob").await.unwrap() else {
                panic!("it is approved");
            };
            let back = approved.execute().await.unwrap();
            assert_eq!(back.status(), ExecutionStatus::RolledBack);
            assert!(world.lab.0.lock().unwrap().values.is_empty());
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_lost_answer_without_a_view_of_the_target_is_in_doubt_until_a_person_accepts_it() {
    pollster::block_on(async {
        let world = World::new().await;
        world.lab.fault("s2", "apply", Fault::UnknownBlind);
        let execution = run(&world).await;
        assert_eq!(execution.status(), ExecutionStatus::InDoubt);
        assert_eq!(states(&execution), ["done", "unknown", "not_begun"]);
        assert_eq!(world.recorded(PROBED).await.len(), 1);
        let id = execution.id();
        let pending = world.tenant.pending().await.unwrap();
        assert_eq!(pending[0].state, PendingState::Started(ExecutionStatus::InDoubt));
        let Resumed::InDoubt(in_doubt) = world.resume(id).await else {
            panic!("it is in doubt");
        };
        let Settled::InDoubt(in_doubt) = in_doubt.probe().await.unwrap() else {
            panic!("the target still cannot be seen");
        };
        assert_eq!(in_doubt.steps()[1].state, StepState::Unknown);
        // Now it can be seen: the step was done, and the third one never was.
        world.lab.0.lock().unwrap().blind = false;
        let Settled::InDoubt(in_doubt) = in_doubt.probe().await.unwrap() else {
            panic!("half done is for a person to accept");
        };
        assert_eq!(in_doubt.steps()[1].state, StepState::Done);
        let text = in_doubt.acceptance("alice", None).unwrap();
        let Settled::Finished(finished) = in_doubt.accept(&text, sign("alice", &text)).await.unwrap() else {
            panic!("one approval was needed, so one acceptance is");
        };
        assert_eq!(
            finished.outcome(),
            Outcome::Executed(ExecutionStatus::AcceptedAsIs)
        );
        assert!(world.recorded(RECONCILED).await.is_empty());
        policy_holds(&world).await;
    });
}

#[test]
fn an_undo_that_was_not_approved_never_runs() {
    pollster::block_on(async {
        let world = World::new().await;
        let mut change = level_2(&["printer", "switch"]);
        change.steps[0].undo = None;
        change.steps[1].undo = None;
        world.lab.fault("s2", "apply", Fault::NotDone);
        let staged = approval(world.tenant.submit(change, &by()).await.unwrap());
        let Decided::Approved(approved) = world.approve(staged, "alice").await.unwrap() else {
            panic!("it is approved");
        };
        approved.execute().await.unwrap();
        assert_eq!(world.lab.calls(), ["apply s1"]);
    });
}

#[test]
fn the_future_of_an_execution_can_go_to_another_thread() {
    fn assert_send<T: Send>(value: T) -> T {
        value
    }
    pollster::block_on(async {
        let world = World::new().await;
        let approved = world.approved_2(&["printer"]).await;
        let future = assert_send(approved.execute());
        let execution = std::thread::spawn(move || pollster::block_on(pin!(future)))
            .join()
            .unwrap()
            .unwrap();
        assert_eq!(execution.status(), ExecutionStatus::Succeeded);
    });
}
