//! What an interrupted execution left, settled late.

use std::pin::pin;
use std::task::{Context, Poll, Waker};

use jiff::{SignedDuration, Timestamp};
use pollster::block_on;
use vcto::ErrorKind;
use vcto::gate::{Decided, ExecutionStatus, Outcome, ProposalId, Resumed, Settled};

use super::world::{START, World, approval, level_2, sign};

/// A change within a window of two hours that began, whose executor never answered.
fn interrupted(world: &World) -> ProposalId {
    block_on(async {
        let start: Timestamp = START.parse().unwrap();
        let mut change = level_2(&["printer", "switch"]);
        change.not_before = Some(start);
        change.not_after = Some(start + SignedDuration::from_hours(2));
        let staged = approval(world.submit(change).await);
        let id = staged.id();
        let Decided::Approved(approved) = world.approve(staged, "alice").await.unwrap() else {
            panic!("one approval suffices");
        };
        world.lab.0.lock().unwrap().stall_at = Some(3);
        {
            let mut execution = pin!(approved.execute());
            while world.lab.0.lock().unwrap().places < 3 {
                let polled = execution.as_mut().poll(&mut Context::from_waker(Waker::noop()));
                assert!(matches!(polled, Poll::Pending));
                std::thread::yield_now();
            }
        }
        world.lab.0.lock().unwrap().blind = true;
        id
    })
}

fn in_doubt(world: &World, id: ProposalId) -> vcto::gate::InDoubt {
    match block_on(world.resume(id)) {
        Resumed::InDoubt(in_doubt) => in_doubt,
        other => panic!("{other:?}"),
    }
}

/// The time of a change bounds its start. What it left is there all the same, holds its targets, and a person must be able to
/// end that: after the window, and after the proposal's own time.
#[test]
fn what_was_left_is_accepted_after_the_window_and_after_the_proposals_time() {
    for later in [
        SignedDuration::from_hours(30),
        SignedDuration::from_hours(24 * 40),
    ] {
        let world = block_on(World::new());
        let id = interrupted(&world);
        world.clock.advance(later);
        let Settled::InDoubt(in_doubt) = block_on(in_doubt(&world, id).probe()).unwrap() else {
            panic!("the targets cannot be seen");
        };
        let text = in_doubt.acceptance("bob", None).unwrap();
        let accepted = block_on(in_doubt.accept(&text, sign("bob", &text))).unwrap();
        let Settled::Finished(finished) = accepted else {
            panic!("one acceptance suffices");
        };
        assert_eq!(
            finished.outcome(),
            Outcome::Executed(ExecutionStatus::AcceptedAsIs)
        );
        // Its targets are free again.
        let staged = block_on(world.stage_2(&["printer"]));
        assert!(matches!(
            block_on(world.approve(staged, "alice")).unwrap(),
            Decided::Approved(_)
        ));
    }
}

#[test]
fn an_acceptance_is_valid_for_a_day_as_every_decision() {
    let world = block_on(World::new());
    let id = interrupted(&world);
    let text = in_doubt(&world, id).acceptance("bob", None).unwrap();
    world.clock.advance(SignedDuration::from_hours(25));
    let error = block_on(in_doubt(&world, id).accept(&text, sign("bob", &text))).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Expired);
}
