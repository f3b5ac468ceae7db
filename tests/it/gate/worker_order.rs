//! In which order the worker works, until when a window of several decisions lasts, and when it asks to be called again.

use vcto::ErrorKind;
use vcto::gate::{Decided, DecisionOptions, ProposalId, Resumed, Routed, Verdict};
use vcto::monitor::Monitor;
use vcto::practice::{PracticeOptions, TenantOptions};

use super::rules::two;
use super::world::{World, approval, change, sign, signers, step};

const SATURDAY: &str = "2026-11-28T22:00:00Z";
const SUNDAY: &str = "2026-11-29T04:00:00Z";

/// A person approves within a window of their own.
async fn approve_within(world: &World, id: ProposalId, person: &str, begin: &str, end: &str) -> Decided {
    let Resumed::Routed(routed) = world.resume(id).await else {
        panic!("it waits");
    };
    let staged = approval(routed);
    let mut options = DecisionOptions::new(person, Verdict::Approve);
    options.not_before = Some(begin.parse().unwrap());
    options.not_after = Some(end.parse().unwrap());
    let text = staged.decision_with(options).unwrap();
    staged.decide(&text, sign(person, &text)).await.unwrap()
}

/// What can wait least comes first, whatever it is called.
#[test]
fn the_one_whose_window_ends_first_runs_first() {
    pollster::block_on(async {
        for reversed in [false, true] {
            let world = World::new().await;
            let mut ids = Vec::new();
            for target in ["printer", "switch", "files", "shelf-1"] {
                ids.push(world.stage_2(&[target]).await.id());
            }
            // The ids are known before the ends are given: once in their order, once against it.
            ids.sort();
            if reversed {
                ids.reverse();
            }
            for (hour, id) in (1..).zip(&ids) {
                let end = format!("2026-11-29T0{hour}:00:00Z");
                let decided = approve_within(&world, *id, "alice", SATURDAY, &end).await;
                assert!(matches!(decided, Decided::Approved(_)));
            }
            world.clock.set(SATURDAY.parse().unwrap());
            let report = world.tenant.run_due(&Monitor::default()).await.unwrap();
            let ran: Vec<ProposalId> = report.executed.iter().map(|worked| worked.proposal).collect();
            assert_eq!(ran, ids);
        }
    });
}

#[test]
fn the_next_time_is_that_of_the_first_window_that_begins() {
    pollster::block_on(async {
        let world = World::new().await;
        let later = "2026-11-29T01:00:00Z";
        // Whose window begins first ends last, so it is not met first.
        for (target, begin, end) in [
            ("printer", later, "2026-11-29T02:00:00Z"),
            ("switch", SATURDAY, SUNDAY),
            ("files", later, "2026-11-29T03:00:00Z"),
        ] {
            let id = world.stage_2(&[target]).await.id();
            let _ = approve_within(&world, id, "alice", begin, end).await;
        }
        let report = world.practice.run_due(&Monitor::default()).await.unwrap();
        assert_eq!(report.next, Some(SATURDAY.parse().unwrap()));
        world.clock.set(SATURDAY.parse().unwrap());
        let report = world.practice.run_due(&Monitor::default()).await.unwrap();
        assert_eq!(
            (report.executed.len(), report.next),
            (1, Some(later.parse().unwrap()))
        );
    });
}

/// Two decisions are needed, so the window is over with the first of them; the proposal goes on.
#[test]
fn a_window_of_two_decisions_is_missed_with_the_end_of_the_first() {
    pollster::block_on(async {
        for ends in [["2026-11-29T02:00:00Z", SUNDAY], [SUNDAY, "2026-11-29T02:00:00Z"]] {
            let people = TenantOptions::region("eu").policy(two());
            let people = people.approvers(signers(&["alice", "bob", "carol"]));
            let world = World::with(PracticeOptions::default(), people).await;
            let id = world.stage_2(&["printer"]).await.id();
            let _ = approve_within(&world, id, "alice", SATURDAY, ends[0]).await;
            let decided = approve_within(&world, id, "bob", "2026-11-28T23:00:00Z", ends[1]).await;
            assert!(matches!(decided, Decided::Approved(_)));
            // It begins with the last of them.
            world.clock.set("2026-11-28T22:30:00Z".parse().unwrap());
            let early = world.tenant.run_due(&Monitor::default()).await.unwrap();
            assert!(early.executed.is_empty() && early.is_quiet(), "{early:?}");
            world.clock.set("2026-11-29T02:00:01Z".parse().unwrap());
            let report = world.tenant.run_due(&Monitor::default()).await.unwrap();
            let [missed] = report.missed.as_slice() else {
                panic!("{report:?}");
            };
            assert_eq!((missed.proposal, missed.over), (id, false));
            let told = [missed.begin, missed.end].map(|at| at.to_string());
            assert_eq!(told, ["2026-11-28T23:00:00Z", "2026-11-29T02:00:00Z"]);
            assert!(report.executed.is_empty());
            assert!(matches!(world.resume(id).await, Resumed::Routed(_)));
        }
    });
}

/// No decision holds it back, so the window of the change itself does.
#[test]
fn what_needs_no_approval_does_not_start_before_its_window_by_hand_either() {
    pollster::block_on(async {
        let world = World::new().await;
        let mut windowed = change("documentation", vec![step("s1", "set", "shelf-1")]);
        windowed.not_before = Some("2026-11-22T08:30:00Z".parse().unwrap());
        for (at, expected) in [("2026-11-22T08:29:59Z", false), ("2026-11-22T08:30:00Z", true)] {
            world.clock.set(at.parse().unwrap());
            let Routed::Automatic(staged) = world.submit(windowed.clone()).await else {
                panic!("level 0");
            };
            let executed = staged.authorize().await.unwrap().execute().await;
            assert_eq!(executed.is_ok(), expected, "{at}");
            if let Err(error) = executed {
                assert_eq!(error.kind(), ErrorKind::Denied);
                assert!(world.lab.calls().is_empty());
            }
        }
    });
}
