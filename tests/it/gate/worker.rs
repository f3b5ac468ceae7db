//! What was approved for a window is started by the worker, and a missed window is loud.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use vcto::change::Change;
use vcto::gate::{
    Decided, DecisionOptions, ExecutionStatus, MissedWindow, Notifier, Outcome, ProposalId, Resumed,
    ReviewDuty, Routed, Verdict,
};
use vcto::monitor::Monitor;
use vcto::practice::{PracticeOptions, TenantOptions};
use vcto::{ErrorKind, Result};

use super::world::{EXPIRED, World, approval, change, inventory, level_2, sign, signers, step};

const SATURDAY: &str = "2026-11-28T22:00:00Z";
const SUNDAY: &str = "2026-11-29T04:00:00Z";

/// Keeps what it is told; panics when it is told to.
#[derive(Debug, Default)]
struct Bell {
    missed: Mutex<Vec<MissedWindow>>,
    panics: bool,
}

#[async_trait]
impl Notifier for Bell {
    fn reviewer(&self) -> String {
        "bob".to_owned()
    }

    async fn notify(&self, _: &ReviewDuty) -> Result<()> {
        Ok(())
    }

    async fn missed(&self, missed: &MissedWindow) -> Result<()> {
        self.missed.lock().unwrap().push(missed.clone());
        assert!(!self.panics, "the bell broke");
        Ok(())
    }
}

async fn world(bell: Arc<Bell>) -> World {
    let options = TenantOptions::region("eu").approvers(signers(&["alice", "bob", "carol"]));
    World::with(PracticeOptions::default().notifier(bell), options).await
}

fn windowed(mut change: Change) -> Change {
    change.not_before = Some(SATURDAY.parse().unwrap());
    change.not_after = Some(SUNDAY.parse().unwrap());
    change
}

async fn approved(world: &World, change: Change) -> ProposalId {
    let staged = approval(world.submit(change).await);
    let id = staged.id();
    assert!(matches!(
        world.approve(staged, "alice").await.unwrap(),
        Decided::Approved(_)
    ));
    id
}

fn set(world: &World, at: &str) {
    world.clock.set(at.parse().unwrap());
}

#[test]
fn on_saturday_night_it_runs_what_was_approved_for_it_and_nothing_else() {
    pollster::block_on(async {
        let world = world(Arc::default()).await;
        let due = approved(&world, windowed(level_2(&["printer"]))).await;
        let _waiting = approval(world.submit(windowed(level_2(&["switch"]))).await);
        let _at_hand = approved(&world, level_2(&["files"])).await;

        let early = world.tenant.run_due(&Monitor::default()).await.unwrap();
        assert!(early.executed.is_empty() && early.is_quiet());
        assert_eq!(early.next, Some(SATURDAY.parse().unwrap()));

        set(&world, SATURDAY);
        let report = world.practice.run_due(&Monitor::default()).await.unwrap();
        let ran: Vec<_> = report
            .executed
            .iter()
            .map(|worked| (worked.tenant.as_str(), worked.proposal))
            .collect();
        assert_eq!(ran, [("halden", due)]);
        assert_eq!(report.executed[0].status, ExecutionStatus::Succeeded);
        assert_eq!(
            world.lab.calls(),
            ["apply s1"],
            "what has no window is left to who staged it"
        );
        // It is derived from the ledger each time: nothing runs twice.
        let again = world.tenant.run_due(&Monitor::default()).await.unwrap();
        assert!(again.executed.is_empty() && again.refused.is_empty());
    });
}

#[test]
fn what_needs_no_approval_is_started_in_its_window_too() {
    pollster::block_on(async {
        let world = world(Arc::default()).await;
        let documentation = windowed(change("documentation", vec![step("s1", "set", "shelf-1")]));
        assert!(matches!(world.submit(documentation).await, Routed::Automatic(_)));
        set(&world, SATURDAY);
        let mut fresh = inventory();
        fresh["source"]["captured_at"] = SATURDAY.into();
        world.review(&fresh).await;
        let report = world.tenant.run_due(&Monitor::default()).await.unwrap();
        assert_eq!(report.executed.len(), 1, "{report:?}");
    });
}

#[test]
fn what_no_longer_is_as_it_was_approved_is_refused_and_the_others_run() {
    pollster::block_on(async {
        let world = world(Arc::default()).await;
        let drifted = approved(&world, windowed(level_2(&["switch"]))).await;
        let steady = {
            let mut steady = windowed(level_2(&["shelf-1"]));
            steady.reads.clear();
            steady.not_after = Some("2026-11-29T05:00:00Z".parse().unwrap());
            approved(&world, steady).await
        };
        let mut changed = inventory();
        changed["assets"][0]["facts"]["os_name"] = "Windows Server 2025".into();
        world.review(&changed).await;
        set(&world, SATURDAY);
        let report = world.tenant.run_due(&Monitor::default()).await.unwrap();
        assert_eq!(
            report
                .executed
                .iter()
                .map(|worked| worked.proposal)
                .collect::<Vec<_>>(),
            [steady]
        );
        let [refusal] = report.refused.as_slice() else {
            panic!("{report:?}");
        };
        assert_eq!(
            (refusal.proposal, refusal.error.kind()),
            (Some(drifted), ErrorKind::Stale)
        );
        assert!(!report.is_quiet());
    });
}

#[test]
fn a_missed_window_is_recorded_told_once_and_over() {
    for panics in [false, true] {
        pollster::block_on(async {
            let bell = Arc::new(Bell {
                panics,
                ..Bell::default()
            });
            let world = world(Arc::clone(&bell)).await;
            let missed = approved(&world, windowed(level_2(&["printer"]))).await;
            let not_approved = approval(world.submit(windowed(level_2(&["switch"]))).await).id();
            set(&world, "2026-11-30T08:00:00Z");
            let report = world.tenant.run_due(&Monitor::default()).await.unwrap();
            assert!(report.executed.is_empty());
            let [told] = report.missed.as_slice() else {
                panic!("{report:?}");
            };
            assert_eq!(
                (told.proposal, told.over),
                (missed, true),
                "the window of the change is over"
            );
            assert_eq!(
                (told.begin, told.end),
                (SATURDAY.parse().unwrap(), SUNDAY.parse().unwrap())
            );
            assert_eq!(bell.missed.lock().unwrap().as_slice(), std::slice::from_ref(told));
            assert_eq!(world.recorded(EXPIRED).await.len(), 2);
            let again = world.tenant.run_due(&Monitor::default()).await.unwrap();
            assert!(again.missed.is_empty() && again.is_quiet());
            for id in [missed, not_approved] {
                let Resumed::Finished(over) = world.resume(id).await else {
                    panic!("it is over");
                };
                assert_eq!(over.outcome(), Outcome::Expired);
            }
            assert!(world.lab.calls().is_empty());
        });
    }
}

#[test]
fn a_window_that_the_decision_names_can_be_missed_while_the_proposal_goes_on() {
    pollster::block_on(async {
        let bell = Arc::new(Bell::default());
        let world = world(Arc::clone(&bell)).await;
        let staged = world.stage_2(&["printer"]).await;
        let id = staged.id();
        let mut options = DecisionOptions::new("alice", Verdict::Approve);
        options.not_before = Some(SATURDAY.parse().unwrap());
        options.not_after = Some(SUNDAY.parse().unwrap());
        let text = staged.decision_with(options).unwrap();
        let _ = staged.decide(&text, sign("alice", &text)).await.unwrap();
        set(&world, "2026-11-29T04:00:01Z");
        let report = world.tenant.run_due(&Monitor::default()).await.unwrap();
        assert_eq!(
            report
                .missed
                .iter()
                .map(|told| (told.proposal, told.over))
                .collect::<Vec<_>>(),
            [(id, false)]
        );
        assert!(
            matches!(world.resume(id).await, Resumed::Routed(_)),
            "it waits for a new decision"
        );
    });
}

#[test]
fn while_another_approval_lasts_no_window_is_missed() {
    pollster::block_on(async {
        let bell = Arc::new(Bell::default());
        let options = TenantOptions::region("eu").approvers(signers(&["alice", "bob", "carol"]));
        let policy = vcto::gate::Policy {
            approvals: 2,
            ..Default::default()
        };
        let practice = PracticeOptions::default().notifier(Arc::clone(&bell) as _);
        let world = World::with(practice, options.policy(policy)).await;
        let staged = world.stage_2(&["printer"]).await;
        let id = staged.id();
        let mut staged = Some(staged);
        // Three of whom two are needed; the one of carol ends first, and her key is revoked.
        for (person, end) in [
            ("carol", "2026-11-28T23:00:00Z"),
            ("alice", SUNDAY),
            ("bob", SUNDAY),
        ] {
            let open = match staged.take() {
                Some(staged) => staged,
                None => match world.resume(id).await {
                    Resumed::Routed(routed) => approval(routed),
                    other => panic!("{other:?}"),
                },
            };
            let mut options = DecisionOptions::new(person, Verdict::Approve);
            options.not_before = Some(SATURDAY.parse().unwrap());
            options.not_after = Some(end.parse().unwrap());
            let text = open.decision_with(options).unwrap();
            let _ = open.decide(&text, sign(person, &text)).await.unwrap();
            if person == "carol" {
                let key = super::world::key("carol").public_key().to_string();
                super::rules::set(
                    &world,
                    vcto::gate::RulesEdit::new().revoke_key(key),
                    &["alice", "bob"],
                )
                .await;
            }
        }
        set(&world, "2026-11-28T23:30:00Z");
        let report = world.tenant.run_due(&Monitor::default()).await.unwrap();
        assert!(
            report.missed.is_empty() && bell.missed.lock().unwrap().is_empty(),
            "{report:?}"
        );
        assert_eq!(
            report
                .executed
                .iter()
                .map(|worked| worked.proposal)
                .collect::<Vec<_>>(),
            [id]
        );
    });
}

#[test]
fn a_window_that_somebody_else_finds_missed_is_told_all_the_same() {
    pollster::block_on(async {
        let bell = Arc::new(Bell::default());
        let world = world(Arc::clone(&bell)).await;
        let id = approved(&world, windowed(level_2(&["printer"]))).await;
        set(&world, "2026-11-30T08:00:00Z");
        assert!(matches!(world.resume(id).await, Resumed::Finished(_)));
        assert_eq!(bell.missed.lock().unwrap().len(), 1);
    });
}

#[test]
fn cancelled_between_two_it_stops_and_the_next_call_goes_on() {
    pollster::block_on(async {
        let world = world(Arc::default()).await;
        for target in ["printer", "switch"] {
            approved(&world, windowed(level_2(&[target]))).await;
        }
        set(&world, SATURDAY);
        let monitor = Monitor::default();
        monitor.cancel();
        let stopped = world.practice.run_due(&monitor).await.unwrap_err();
        assert_eq!(stopped.kind(), ErrorKind::Cancelled);
        assert!(world.lab.calls().is_empty());
        let report = world.tenant.run_due(&Monitor::default()).await.unwrap();
        assert_eq!(report.executed.len(), 2);
    });
}
