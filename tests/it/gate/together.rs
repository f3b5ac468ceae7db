//! Small changes that nobody approved count together.

use std::pin::pin;
use std::task::{Context, Poll, Waker};

use vcto::Actor;
use vcto::change::Change;
use vcto::gate::{Axis, Level, Routed};

use super::world::{EXPIRED, STARTED, World, by, change, step};

fn shelf(n: usize) -> Change {
    change("documentation", vec![step("s1", "set", &format!("shelf-{n}"))])
}

fn level(routed: &Routed) -> Level {
    match routed {
        Routed::Automatic(_) => Level::L0,
        Routed::Notify(_) => Level::L1,
        Routed::Approval(_) => Level::L2,
        Routed::HumanOnly(_) => Level::L3,
    }
}

async fn execute(world: &World, n: usize) -> vcto::Result<()> {
    let Routed::Automatic(staged) = world.submit(shelf(n)).await else {
        panic!("level 0");
    };
    staged.authorize().await?.execute().await.map(|_| ())
}

#[test]
fn ten_small_changes_of_one_author_are_one_large_one() {
    pollster::block_on(async {
        let world = World::new().await;
        // One asset beside the target is level 0; the third would be level 1, and nobody would be told.
        execute(&world, 0).await.unwrap();
        execute(&world, 1).await.unwrap();
        let third = world.submit(shelf(2)).await;
        let Routed::Approval(third) = third else {
            panic!("{third:?}");
        };
        let band = third
            .why()
            .into_iter()
            .find(|band| band.axis == Axis::BlastRadius)
            .unwrap();
        assert_eq!(
            band.to_string(),
            "3 assets or more are touched together with 2 earlier changes of its author that nobody approved (L1)"
        );
        // Another author begins anew, another spelling of the same one does not.
        let other = world
            .tenant
            .submit(shelf(3), &Actor::service("svc-other"))
            .await
            .unwrap();
        assert_eq!(level(&other), Level::L0);
        let spelled = world
            .tenant
            .submit(shelf(3), &Actor::person("SVC-Review"))
            .await
            .unwrap();
        assert_eq!(level(&spelled), Level::L2);
        // The same asset again touches nothing new.
        assert_eq!(level(&world.submit(shelf(1)).await), Level::L0);
    });
}

#[test]
fn what_waits_counts_as_what_ran_does() {
    pollster::block_on(async {
        let world = World::new().await;
        let mut levels = Vec::new();
        for n in 0..8 {
            levels.push(level(&world.submit(shelf(n)).await));
        }
        // What was routed to an approval does not count with the others.
        assert_eq!(levels[..2], [Level::L0, Level::L0]);
        assert!(levels[2..].iter().all(|level| *level == Level::L2), "{levels:?}");
        // The first ones stay what they were routed to: later ones do not raise them.
        let first = world.tenant.pending().await.unwrap();
        assert_eq!(
            first.iter().filter(|pending| pending.level == Level::L0).count(),
            2
        );
    });
}

#[test]
fn a_day_later_or_when_it_is_withdrawn_or_taken_back_it_no_longer_counts() {
    pollster::block_on(async {
        let world = World::new().await;
        execute(&world, 0).await.unwrap();
        execute(&world, 1).await.unwrap();
        world.clock.set("2026-11-23T08:00:00Z".parse().unwrap());
        world.review(&fresh("2026-11-23T08:00:00Z")).await;
        assert_eq!(level(&world.submit(shelf(2)).await), Level::L2, "within 24 hours");
        world.clock.set("2026-11-23T08:00:01Z".parse().unwrap());
        assert_eq!(
            level(&world.submit(shelf(3)).await),
            Level::L0,
            "24 hours after the start"
        );

        let world = World::new().await;
        execute(&world, 0).await.unwrap();
        let Routed::Automatic(second) = world.submit(shelf(1)).await else {
            panic!("level 0");
        };
        second.withdraw(&by()).await.unwrap();
        assert_eq!(level(&world.submit(shelf(2)).await), Level::L0);
    });
}

#[test]
fn a_way_back_frees_only_when_it_was_taken() {
    pollster::block_on(async {
        let world = World::new().await;
        execute(&world, 0).await.unwrap();
        let Routed::Automatic(staged) = world.submit(shelf(1)).await else {
            panic!("level 0");
        };
        let execution = staged.authorize().await.unwrap().execute().await.unwrap();
        let Routed::Automatic(back) = execution.rollback().await.unwrap() else {
            panic!("what could be set can be cleared");
        };
        assert_eq!(
            level(&world.submit(shelf(2)).await),
            Level::L2,
            "it is only proposed"
        );
        let back = back.authorize().await.unwrap().execute().await.unwrap();
        assert_eq!(back.status(), vcto::gate::ExecutionStatus::RolledBack);
        assert_eq!(level(&world.submit(shelf(3)).await), Level::L0);
    });
}

/// How many earlier changes the last record of this kind counts.
async fn counted(world: &World, entry_type: u16) -> Option<u64> {
    let record = world.recorded(entry_type).await.pop().unwrap();
    record["record"]["grounds"]["risk"]["input"]["with_earlier"]["proposals"].as_u64()
}

const PROPOSED: u16 = 0x0110;

/// By who runs what is proposed here: a way back is proposed by them.
async fn submit_as_operator(world: &World, change: Change) -> Routed {
    let operator = world.recorded(STARTED).await.pop().unwrap()["record"]["operator"].clone();
    let operator: Actor = serde_json::from_value(operator).unwrap();
    world.tenant.submit(change, &operator).await.unwrap()
}

/// A way back is never held back by what was done before it, and holds nothing back itself.
#[test]
fn a_way_back_neither_counts_nor_is_counted_with() {
    pollster::block_on(async {
        let world = World::new().await;
        execute(&world, 0).await.unwrap();
        let Routed::Automatic(own) = submit_as_operator(&world, shelf(1)).await else {
            panic!("level 0");
        };
        let execution = own.authorize().await.unwrap().execute().await.unwrap();
        let Routed::Automatic(other) = submit_as_operator(&world, shelf(2)).await else {
            panic!("two are level 0");
        };
        assert_eq!(counted(&world, PROPOSED).await, Some(1));
        let Routed::Automatic(_back) = execution.rollback().await.unwrap() else {
            panic!("what could be set can be cleared");
        };
        assert_eq!(counted(&world, PROPOSED).await, None, "the way back");
        let _ = other.authorize().await.unwrap().execute().await.unwrap();
        let _ = submit_as_operator(&world, shelf(3)).await;
        assert_eq!(
            counted(&world, PROPOSED).await,
            Some(2),
            "the two, and not the way back"
        );
    });
}

/// What comes later counts with what was before it, and not the other way round.
#[test]
fn what_is_proposed_later_does_not_count_at_the_start() {
    pollster::block_on(async {
        let world = World::new().await;
        let Routed::Automatic(first) = world.submit(shelf(0)).await else {
            panic!("level 0");
        };
        let _second = world.submit(shelf(1)).await;
        assert_eq!(counted(&world, PROPOSED).await, Some(1));
        let _ = first.authorize().await.unwrap().execute().await.unwrap();
        assert_eq!(counted(&world, STARTED).await, None);
    });
}

#[test]
fn what_can_no_longer_start_does_not_count_though_nobody_recorded_its_end() {
    pollster::block_on(async {
        for (late, expected) in [(0, Some(1)), (1, None)] {
            let world = World::new().await;
            let mut short = shelf(0);
            short.not_after = Some("2026-11-22T08:30:00Z".parse().unwrap());
            let _open = world.submit(short).await;
            world.clock.set("2026-11-22T08:30:00Z".parse().unwrap());
            world.clock.advance(jiff::SignedDuration::from_secs(late));
            let _ = world.submit(shelf(1)).await;
            assert_eq!(counted(&world, PROPOSED).await, expected, "{late}");
            assert!(world.recorded(EXPIRED).await.is_empty());
        }
    });
}

/// What has begun and not ended may have done anything.
#[test]
fn what_runs_or_is_in_doubt_counts() {
    let world = pollster::block_on(World::new());
    let Routed::Automatic(staged) = pollster::block_on(world.submit(shelf(0))) else {
        panic!("level 0");
    };
    let run = pollster::block_on(staged.authorize()).unwrap();
    world.lab.0.lock().unwrap().stall_at = Some(2);
    let mut execution = pin!(run.execute());
    while world.lab.0.lock().unwrap().places < 2 {
        let polled = execution.as_mut().poll(&mut Context::from_waker(Waker::noop()));
        assert!(matches!(polled, Poll::Pending));
        std::thread::yield_now();
    }
    let _ = pollster::block_on(world.submit(shelf(1)));
    assert_eq!(pollster::block_on(counted(&world, PROPOSED)), Some(1));
}

fn fresh(at: &str) -> serde_json::Value {
    let mut inventory = super::world::inventory();
    inventory["source"]["captured_at"] = at.into();
    inventory
}
