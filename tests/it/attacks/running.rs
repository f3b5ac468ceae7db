//! An execution that is dropped, raced or called back into.

use std::collections::BTreeSet;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;

use pollster::block_on;
use vcto::ErrorKind;
use vcto::gate::{ExecutionStatus, Resumed};

use super::{PAIRS, World};

struct Unpark(std::thread::Thread, AtomicUsize);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.1.fetch_add(1, Ordering::SeqCst);
        self.0.unpark();
    }
}

/// Polls a future so many times, then drops it wherever it is. `None`: it was dropped before its end.
fn dropped_after<T>(polls: usize, future: impl std::future::Future<Output = T>) -> Option<T> {
    let unpark = Arc::new(Unpark(std::thread::current(), AtomicUsize::new(0)));
    let waker = Waker::from(Arc::clone(&unpark));
    let mut context = Context::from_waker(&waker);
    let mut future = pin!(future);
    for _ in 0..polls {
        let before = unpark.1.load(Ordering::SeqCst);
        if let Poll::Ready(value) = future.as_mut().poll(&mut context) {
            return Some(value);
        }
        while unpark.1.load(Ordering::SeqCst) == before {
            std::thread::park_timeout(Duration::from_millis(200));
        }
    }
    None
}

#[test]
fn an_execution_that_is_dropped_anywhere_runs_no_step_twice_and_is_never_approved_again() {
    let world = World::new(true);
    let mut ends = BTreeSet::new();
    for polls in 0.. {
        assert!(polls < PAIRS, "it ends");
        let approved = world.approved(&[&format!("x{polls}"), &format!("y{polls}")]);
        let (id, before) = (approved.id(), world.calls().len());
        let whole = dropped_after(polls, approved.execute()).is_some();
        let after_drop = world.calls().len();
        let end = match block_on(world.reopened().resume(id)).unwrap() {
            Resumed::Approved(again) => {
                assert_eq!(after_drop, before, "dropped after {polls} polls");
                assert_eq!(
                    block_on(again.execute()).unwrap().status(),
                    ExecutionStatus::Succeeded
                );
                "approved"
            }
            Resumed::InDoubt(doubt) => {
                let _ = block_on(doubt.probe()).unwrap();
                assert_eq!(world.calls().len(), after_drop, "probing does nothing");
                "in doubt"
            }
            Resumed::Finished(_) => "finished",
            other => panic!("{other:?}"),
        };
        ends.insert(end);
        if whole {
            break;
        }
    }
    let calls = world.calls();
    assert_eq!(
        calls.iter().collect::<BTreeSet<_>>().len(),
        calls.len(),
        "no step twice"
    );
    assert_eq!(
        ends.into_iter().collect::<Vec<_>>(),
        ["approved", "finished", "in doubt"],
        "each is reached"
    );
    let verified = block_on(
        world
            .reopened()
            .ledger()
            .verify(&vcto::ledger::VerifyOptions::default()),
    )
    .unwrap();
    assert!(verified.has_no_failure(), "{verified:?}");
}

#[test]
fn of_many_who_hold_the_same_approval_one_starts() {
    let world = World::new(false);
    let first = world.approved(&["a"]);
    let id = first.id();
    let mut holders = vec![first];
    for _ in 0..3 {
        let Resumed::Approved(again) = block_on(world.reopened().resume(id)).unwrap() else {
            panic!()
        };
        holders.push(again);
        let Resumed::Approved(again) = block_on(world.tenant.resume(id)).unwrap() else {
            panic!()
        };
        holders.push(again);
    }
    let ends: Vec<_> = std::thread::scope(|scope| {
        let threads: Vec<_> = holders
            .into_iter()
            .map(|held| {
                scope.spawn(|| {
                    block_on(held.execute())
                        .map(|execution| execution.status())
                        .map_err(|error| error.kind())
                })
            })
            .collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert_eq!(
        ends.iter()
            .filter(|end| **end == Ok(ExecutionStatus::Succeeded))
            .count(),
        1,
        "{ends:?}"
    );
    let refused = ends
        .iter()
        .filter(|end| matches!(end, Err(ErrorKind::Busy | ErrorKind::Consumed)))
        .count();
    assert_eq!(refused, ends.len() - 1, "{ends:?}");
    assert_eq!(world.calls().len(), 1);
}

#[test]
fn an_executor_that_calls_the_gate_neither_hangs_nor_gets_a_second_start() {
    let world = World::new(false);
    let approved = world.approved(&["a"]);
    *world.lab.0.reenter.lock().unwrap() = Some((world.tenant.clone(), approved.id()));
    assert_eq!(
        block_on(approved.execute()).unwrap().status(),
        ExecutionStatus::Succeeded
    );
    assert_eq!(*world.lab.0.seen.lock().unwrap(), ["Err(Busy)", "Ok(1)"]);
    assert_eq!(world.calls().len(), 1);
}

#[test]
fn two_approved_changes_of_one_target_do_not_run_together() {
    let world = World::new(true);
    let first = world.approved(&["a", "b"]);
    let second = world.approved(&["b"]);
    let first_id = first.id();
    // The first is dropped in the middle: it still holds its targets.
    let mut polls = 0;
    let mut first = Some(first);
    while let Some(held) = first.take() {
        polls += 1;
        if dropped_after(polls, held.execute()).is_some() {
            panic!("it was never in the middle");
        }
        match block_on(world.tenant.resume(first_id)).unwrap() {
            Resumed::Approved(again) => first = Some(again),
            Resumed::InDoubt(_) => {}
            other => panic!("{other:?}"),
        }
    }
    let before = world.calls().len();
    let busy = block_on(second.execute()).unwrap_err();
    assert_eq!(busy.kind(), ErrorKind::Busy, "{busy}");
    assert_eq!(world.calls().len(), before);
}
