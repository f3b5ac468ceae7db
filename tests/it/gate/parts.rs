//! Texts made of parts of others, each well signed; and what a host loses or does twice. Numbers are those of `docs/gate-tests.md`.

use std::collections::BTreeSet;

use jiff::SignedDuration;
use pollster::block_on;
use serde_json::Value;
use vcto::ErrorKind;
use vcto::gate::{Approval, Approved, DecisionOptions, ExecutionStatus, Resumed, Routed, Staged, Verdict};

use super::world::{STARTED, World, approval, sign};

fn staged(world: &World, target: &str) -> Staged<Approval> {
    block_on(world.stage_2(&[target]))
}

fn again(world: &World, id: vcto::gate::ProposalId) -> Staged<Approval> {
    match block_on(world.resume(id)) {
        Resumed::Routed(routed) => approval(routed),
        other => panic!("{other:?}"),
    }
}

fn text(staged: &Staged<Approval>, verdict: Verdict) -> String {
    String::from_utf8(staged.decision("alice", verdict).unwrap()).unwrap()
}

/// The raw JSON of one field of a text.
fn field(text: &str, name: &str) -> String {
    let value: Value = serde_json::from_str(text).unwrap();
    format!("\"{name}\":{}", value[name])
}

/// 39: the signature under a text that rejects does not hold for the text that approves.
#[test]
fn a_rejection_is_not_turned_into_an_approval() {
    let world = block_on(World::new());
    let waiting = staged(&world, "printer");
    let id = waiting.id();
    let rejects = text(&waiting, Verdict::Reject);
    let approves = rejects.replace("\"verdict\":\"reject\"", "\"verdict\":\"approve\"");
    assert_eq!(
        approves,
        text(&waiting, Verdict::Approve),
        "only the label differs"
    );
    let error = block_on(waiting.decide(&approves, sign("alice", rejects.as_bytes()))).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Denied);
    assert!(block_on(again(&world, id).decide(&approves, sign("alice", approves.as_bytes()))).is_ok());
}

/// 33, 35, 40, 41, 42: each binding of a text taken from another text that the gate drafted too.
#[test]
fn a_signed_text_with_one_part_of_another_is_refused() {
    let world = block_on(World::new());
    let elsewhere = block_on(World::new());
    // The other log is at another size as well.
    drop(staged(&elsewhere, "files"));
    let waiting = staged(&world, "printer");
    let id = waiting.id();
    let own = text(&waiting, Verdict::Approve);
    let others = [
        text(&staged(&world, "switch"), Verdict::Approve),
        text(&staged(&elsewhere, "printer"), Verdict::Approve),
    ];
    let mut swapped = BTreeSet::new();
    for other in &others {
        for name in [
            "ledger",
            "proposal",
            "change",
            "policy",
            "risk",
            "nonce",
            "head",
            "not_after",
            "level",
            "tenant",
        ] {
            let forged = own.replace(&field(&own, name), &field(other, name));
            if forged == own {
                continue;
            }
            swapped.insert(name);
            world.clock.advance(SignedDuration::from_mins(2));
            let error =
                block_on(again(&world, id).decide(&forged, sign("alice", forged.as_bytes()))).unwrap_err();
            assert!(
                matches!(error.kind(), ErrorKind::Denied | ErrorKind::Stale),
                "{name}: {error}"
            );
        }
        // All parts of the other text, as it is.
        assert!(block_on(again(&world, id).decide(other, sign("alice", other.as_bytes()))).is_err());
    }
    assert!(
        swapped.is_superset(&BTreeSet::from([
            "ledger", "proposal", "change", "risk", "nonce", "head"
        ])),
        "{swapped:?}"
    );
    // 41: a digest of rules that were never in force here.
    let digest = format!("\"policy\":\"blake3:{}\"", "0".repeat(64));
    let old = own.replace(&field(&own, "policy"), &digest);
    assert_ne!(old, own);
    let error = block_on(again(&world, id).decide(&old, sign("alice", old.as_bytes()))).unwrap_err();
    assert!(
        matches!(error.kind(), ErrorKind::Denied | ErrorKind::Stale),
        "{error}"
    );
    assert!(block_on(again(&world, id).decide(&own, sign("alice", own.as_bytes()))).is_ok());
}

/// 45: handed in at its last second it counts, a second later it does not.
#[test]
fn a_text_that_is_handed_in_after_its_time_is_refused() {
    for (late, counts) in [(0, true), (1, false)] {
        let world = block_on(World::new());
        let waiting = staged(&world, "printer");
        let options = DecisionOptions {
            not_after: Some("2026-11-22T09:00:00Z".parse().unwrap()),
            ..DecisionOptions::new("alice", Verdict::Approve)
        };
        let text = waiting.decision_with(options).unwrap();
        world.clock.set("2026-11-22T09:00:00Z".parse().unwrap());
        world.clock.advance(SignedDuration::from_secs(late));
        let decided = block_on(waiting.decide(&text, sign("alice", &text)));
        assert_eq!(decided.is_ok(), counts, "{late}: {decided:?}");
    }
}

fn approved(world: &World, target: &str) -> Approved {
    block_on(world.approved_2(&[target]))
}

/// 78: what is lost in memory is lost for nobody, and starts once.
#[test]
fn an_approval_that_is_forgotten_is_given_again_and_starts_once() {
    let world = block_on(World::new());
    let held = approved(&world, "printer");
    let id = held.id();
    std::mem::forget(held);
    let Resumed::Approved(first) = block_on(world.resume(id)) else {
        panic!("the ledger has it");
    };
    let Resumed::Approved(second) = block_on(world.resume(id)) else {
        panic!("and gives it as often as it is asked");
    };
    block_on(first.execute()).unwrap();
    assert_eq!(
        block_on(second.execute()).unwrap_err().kind(),
        ErrorKind::Consumed
    );
    assert_eq!(world.lab.calls(), ["apply s1"]);
    assert_eq!(block_on(world.recorded(STARTED)).len(), 1);
}

/// 81: no two executions share an idempotency key, though the change is the same to the byte; nor do a step and its undo.
#[test]
fn idempotency_keys_differ_over_executions_directions_and_logs() {
    let world = block_on(World::new());
    for _ in 0..2 {
        let execution = block_on(approved(&world, "printer").execute()).unwrap();
        let Routed::Approval(back) = block_on(execution.rollback()).unwrap() else {
            panic!("the floor of the area");
        };
        let text = back.decision("bob", Verdict::Approve).unwrap();
        let vcto::gate::Decided::Approved(back) = block_on(back.decide(&text, sign("bob", &text))).unwrap()
        else {
            panic!("one approval suffices");
        };
        assert_eq!(
            block_on(back.execute()).unwrap().status(),
            ExecutionStatus::RolledBack
        );
    }
    let other = block_on(World::new());
    block_on(approved(&other, "printer").execute()).unwrap();
    let mut keys = world.lab.0.lock().unwrap().keys.clone();
    keys.extend(other.lab.0.lock().unwrap().keys.clone());
    assert_eq!(keys.len(), 5);
    assert_eq!(keys.iter().collect::<BTreeSet<_>>().len(), 5, "{keys:?}");
}

/// 46, 47: no second form of a text is read, however well it is signed.
#[test]
fn no_other_form_of_a_text_is_taken_though_it_is_signed() {
    let world = block_on(World::new());
    let id = staged(&world, "printer").id();
    let own = text(&again(&world, id), Verdict::Approve);
    let change = field(&own, "change");
    let upper = change.to_uppercase().replace("\"CHANGE\"", "\"change\"");
    let forms = [
        own.replace("\"v\":1", "\"v\":NaN"),
        own.replace("\"v\":1", "\"v\":1e0"),
        own.replace("\"v\":1,", "\"v\":1,\"v\":1,"),
        own.replace("\"tenant\":", "\"unknown\":0,\"tenant\":"),
        own.replace(&change, &upper),
        own.replace(&change, &upper.replace("BLAKE3", "blake3")),
        own.replace(&change, &format!("{}\"", &change[..change.len() - 9])),
        own.replace('\n', "\r\n"),
        format!("{own}{own}"),
        format!("{own}\0"),
        format!("\u{feff}{own}"),
    ];
    for form in forms {
        assert_ne!(form, own);
        let error = block_on(again(&world, id).decide(&form, sign("alice", form.as_bytes()))).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Denied, "{error}");
    }
}
