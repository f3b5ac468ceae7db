//! Approvals that no longer fit the present, and input without bounds.

use pollster::block_on;
use serde_json::json;
use vcto::gate::{Decided, ExecutionStatus, NAMESPACE, Resumed, Routed, Verdict};
use vcto::{Actor, ErrorKind};

use super::{START, World, change, inventory, person, record};

#[test]
fn a_clock_that_is_set_back_brings_nothing_to_life() {
    let world = World::new(false);
    let approved = world.approved(&["a"]);
    let id = approved.id();
    world.clock.advance(jiff::SignedDuration::from_hours(25));
    let late = block_on(approved.execute()).unwrap_err();
    assert!(
        matches!(late.kind(), ErrorKind::Expired | ErrorKind::Denied),
        "{late}"
    );
    world.clock.set(START.parse().unwrap());
    let again = block_on(world.reopened().resume(id)).unwrap();
    assert!(matches!(again, Resumed::Routed(Routed::Approval(_))), "{again:?}");
    world.clock.advance(jiff::SignedDuration::from_hours(24 * 400));
    let over = block_on(world.reopened().resume(id)).unwrap();
    assert!(matches!(over, Resumed::Finished(_)), "{over:?}");
    world.clock.set(START.parse().unwrap());
    assert!(matches!(
        block_on(world.reopened().resume(id)).unwrap(),
        Resumed::Finished(_)
    ));
    assert!(world.calls().is_empty());
}

#[test]
fn the_same_facts_are_the_same_in_the_next_process() {
    // Numbers at the edge of what JSON carries, read by the change: a stamp that a reopening changes would void approvals.
    let world = World::new(false);
    let id = world.approved(&["a"]).id();
    let Resumed::Approved(again) = block_on(world.reopened().resume(id)).unwrap() else {
        panic!()
    };
    assert_eq!(
        block_on(again.execute()).unwrap().status(),
        ExecutionStatus::Succeeded
    );
}

#[test]
fn a_target_that_is_replaced_under_the_same_name_voids_the_approval() {
    let world = World::new(false);
    let approved = world.approved(&["a"]);
    let mut other = inventory();
    other["assets"][0]["id"] = json!("a2");
    other["assets"][0]["name"] = json!("a");
    other["relations"][0]["from"] = json!("a2");
    record(&world.tenant, &other);
    let stale = block_on(approved.execute()).unwrap_err();
    assert_eq!(stale.kind(), ErrorKind::Stale);
    assert!(world.calls().is_empty());
}

#[test]
fn what_did_not_exist_and_then_does_voids_the_approval() {
    let world = World::new(false);
    let approved = world.approved(&["a"]);
    let mut more = inventory();
    more["assets"][0]["facts"]["absent"] = json!(null);
    record(&world.tenant, &more);
    assert_eq!(block_on(approved.execute()).unwrap_err().kind(), ErrorKind::Stale);
}

#[test]
fn a_change_without_bounds_is_refused_by_a_typed_error() {
    let world = World::new(false);
    let mut long = change("architecture-review", &["a"]);
    long.title = "x".repeat(5 << 20).into();
    let error = block_on(world.tenant.submit(long, &Actor::service("svc"))).unwrap_err();
    assert!(
        matches!(error.kind(), ErrorKind::TooLarge | ErrorKind::InvalidInput),
        "{error}"
    );
}

#[test]
fn refused_submissions_do_not_fill_the_ledger() {
    let world = World::new(false);
    let alone = Actor::person("alice");
    let before = block_on(world.tenant.ledger().size()).unwrap();
    let mut expired = change("architecture-review", &["a"]);
    expired.not_after = Some("2026-01-01T00:00:00Z".parse().unwrap());
    for _ in 0..100 {
        assert!(block_on(world.tenant.submit(expired.clone(), &alone)).is_err());
    }
    let after = block_on(world.tenant.ledger().size()).unwrap();
    assert!(after - before <= 60, "{} records of refusals", after - before);
}

#[test]
fn an_approval_by_a_key_that_ended_since_neither_counts_nor_is_named() {
    let world = World::new(false);
    let id = world.approved(&["a"]).id();
    world.clock.set("2026-11-22T10:00:01Z".parse().unwrap());
    {
        let resumed = block_on(world.tenant.resume(id)).unwrap();
        let Resumed::Routed(Routed::Approval(staged)) = resumed else {
            panic!("{resumed:?}")
        };
        let text = staged.decision("bob", Verdict::Approve).unwrap();
        let signature = person("bob").sign(NAMESPACE, &text).unwrap();
        let Decided::Approved(approved) = block_on(staged.decide(&text, &signature)).unwrap() else {
            panic!("one suffices")
        };
        block_on(approved.execute()).unwrap();
    }
    assert_eq!(*world.lab.0.approved_by.lock().unwrap(), ["bob"]);
}
