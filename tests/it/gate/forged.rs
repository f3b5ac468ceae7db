//! Records that somebody wrote past the gate, one word away from what it would accept.

use serde_json::value::RawValue;
use serde_json::{Value, json};
use vcto::Actor;
use vcto::change::Change;
use vcto::digest::Digest;
use vcto::gate::ProposalId;
use vcto::ledger::Policy;

use super::audit::{forge, last, policy};
use super::world::{World, change, level_2, step};

const PROPOSED: u16 = 0x0110;

/// The id that `docs/formats/gate-records.md` prescribes for a proposal that is recorded next.
pub(super) async fn next_id(world: &World, change: &Digest) -> String {
    let ledger = world.tenant.ledger();
    let size = ledger.size().await.unwrap();
    let mut hasher = blake3::Hasher::new_derive_key("vcto proposal v1");
    let log = ledger.entries(0..1).await.unwrap()[0].header().log_id;
    for field in [&log.0[..], &size.to_be_bytes(), change.as_bytes()] {
        hasher.update(&(field.len() as u64).to_le_bytes());
        hasher.update(field);
    }
    format!(
        "p-{}",
        hasher.finalize().to_hex().chars().take(20).collect::<String>()
    )
}

/// The record of a change that was submitted by somebody, as another proposal of it, with one part changed; and whether
/// a log with it passes.
async fn passes(first: &[(Change, &str)], then: Change, edit: impl Fn(&mut Value, &[ProposalId])) -> bool {
    let dir = tempfile::tempdir().unwrap();
    let world = World::in_folder(dir.path()).await;
    let mut ids = Vec::new();
    for (change, by) in first {
        let _ = world
            .tenant
            .submit(change.clone(), &Actor::service(*by))
            .await
            .unwrap();
        let id = last(&world, PROPOSED).await["record"]["proposal"].clone();
        ids.push(serde_json::from_value(id).unwrap());
    }
    let (digest, exact) = (then.digest().unwrap(), then.to_bytes().unwrap());
    let _ = world
        .tenant
        .submit(then, &Actor::service("svc-genuine"))
        .await
        .unwrap();
    let mut record = last(&world, PROPOSED).await;
    record["record"]["earlier"] = json!([record["record"]["proposal"]]);
    record["record"]["proposal"] = json!(next_id(&world, &digest).await);
    edit(&mut record["record"], &ids);
    forge(dir.path(), &world, PROPOSED, &with_change(record, exact)).await;
    policy(&world).await.0 == Policy::Ok
}

/// The record with exactly these bytes as its change: they are what is digested.
pub(super) fn with_change(mut record: Value, exact: Vec<u8>) -> Box<RawValue> {
    let bytes = String::from_utf8(exact).unwrap();
    record["record"]["change"] = json!("@");
    let text = record.to_string().replacen("\"@\"", &bytes, 1);
    RawValue::from_string(text).unwrap()
}

fn shelf(n: usize) -> Change {
    change("documentation", vec![step("s1", "set", &format!("shelf-{n}"))])
}

#[test]
fn a_record_that_leaves_out_the_changes_before_it_fails() {
    pollster::block_on(async {
        let before = [(shelf(0), "svc-a"), (shelf(1), "svc-a")];
        let by = |name: &'static str| {
            move |record: &mut Value, _: &[ProposalId]| {
                record["proposer"] = json!({"type": "service", "name": name});
            }
        };
        assert!(
            passes(&before, shelf(2), by("svc-b")).await,
            "nothing is before it"
        );
        assert!(!passes(&before, shelf(2), by("svc-a")).await, "two are");
        assert!(!passes(&before, shelf(2), by("SVC-A")).await, "another spelling");
    });
}

#[test]
fn a_record_that_amends_without_right_reason_or_difference_fails() {
    pollster::block_on(async {
        let wide = || level_2(&["printer", "switch"]);
        let before = [(level_2(&["printer"]), "svc-a"), (wide(), "svc-a")];
        let amends = |reason: &'static str, proposer: &'static str, which: usize| {
            move |record: &mut Value, ids: &[ProposalId]| {
                record["proposer"] = json!({"type": "service", "name": proposer});
                record["earlier"] = json!([ids[1], record["earlier"][0]]);
                let by = json!({"type": "person", "name": "alice"});
                record["amends"] = json!({"proposal": ids[which], "by": by, "reason": reason});
            }
        };
        assert!(
            passes(&before, wide(), amends("judged_wrong", "svc-a", 0)).await,
            "as it should be"
        );
        assert!(
            !passes(&before, wide(), amends("because", "svc-a", 0)).await,
            "no code"
        );
        assert!(
            !passes(&before, wide(), amends("judged_wrong", "alice", 0)).await,
            "the proposer washed off"
        );
        assert!(
            !passes(&before, wide(), amends("judged_wrong", "svc-a", 1)).await,
            "nothing differs"
        );
        let both = |record: &mut Value, ids: &[ProposalId]| {
            amends("judged_wrong", "svc-a", 0)(record, ids);
            record["takes_back"] = json!(ids[0]);
        };
        assert!(!passes(&before, wide(), both).await, "a way back does not amend");
    });
}

/// Each part of a proposal that follows from something else does.
#[test]
fn a_record_of_a_proposal_says_what_follows_from_the_log_and_the_rules() {
    pollster::block_on(async {
        let same: fn(&mut Value) = |_| {};
        let longer: fn(&mut Value) = |record| record["expires_at"] = json!("2026-12-23T08:00:00Z");
        let shorter: fn(&mut Value) = |record| record["expires_at"] = json!("2026-12-21T08:00:00Z");
        let first: fn(&mut Value) = |record| record["earlier"] = json!([]);
        let lower: fn(&mut Value) = |record| record["grounds"]["risk"]["level"] = json!("L0");
        let nothing: fn(&mut Value) = |record| record["grounds"]["risk"]["bands"] = json!([]);
        let engine: fn(&mut Value) = |record| record["proposer"]["name"] = json!("two\nlines");
        for (edit, expected) in [
            (same, true),
            (longer, false),
            (shorter, false),
            (first, false),
            (lower, false),
            (nothing, false),
            (engine, false),
        ] {
            let found = passes(&[], level_2(&["printer"]), |record, _| edit(record)).await;
            assert_eq!(found, expected);
        }
    });
}
