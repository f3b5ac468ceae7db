//! The policy verdict of a verification, and what a forged record does.

use serde_json::{Value, json};
use static_assertions::assert_not_impl_any;
use vcto::ErrorKind;
use vcto::gate::{
    Approval, Approved, Automatic, Decided, Execution, HumanOnly, InDoubt, Notify, Permit, Resumed, Routed,
    Staged, Verdict,
};
use vcto::ledger::{Draft, EntryType, Policy, VerifyOptions};

use super::world::{STARTED, World, level_2, sign};

assert_not_impl_any!(Approved: Clone, Copy, Default, serde::Serialize, serde::de::DeserializeOwned);
assert_not_impl_any!(Staged<Automatic>: Clone, Copy, Default, serde::Serialize, serde::de::DeserializeOwned);
assert_not_impl_any!(Staged<Notify>: Clone, Copy, Default, serde::Serialize, serde::de::DeserializeOwned);
assert_not_impl_any!(Staged<Approval>: Clone, Copy, Default, serde::Serialize, serde::de::DeserializeOwned);
assert_not_impl_any!(Staged<HumanOnly>: Clone, Copy, Default, serde::Serialize, serde::de::DeserializeOwned);
assert_not_impl_any!(InDoubt: Clone, Copy, Default, serde::Serialize, serde::de::DeserializeOwned);
assert_not_impl_any!(Routed: Clone, Copy, Default, serde::Serialize, serde::de::DeserializeOwned);
assert_not_impl_any!(Decided: Clone, Copy, Default, serde::Serialize, serde::de::DeserializeOwned);
assert_not_impl_any!(Resumed: Clone, Copy, Default, serde::Serialize, serde::de::DeserializeOwned);
assert_not_impl_any!(Execution: Copy, Default, serde::de::DeserializeOwned);
assert_not_impl_any!(Permit<'static>: Clone, Copy, Default, serde::Serialize, serde::de::DeserializeOwned);

async fn policy(world: &World) -> (Policy, Option<u64>) {
    let report = world
        .tenant
        .ledger()
        .verify(&VerifyOptions::default())
        .await
        .unwrap();
    let bad = report.problems.iter().find(|problem| problem.verdict == "policy");
    (report.policy, bad.and_then(|problem| problem.seq))
}

/// The payload of the last record of a kind.
async fn last(world: &World, entry_type: u16) -> Value {
    world.recorded(entry_type).await.pop().unwrap()
}

/// Appends a record past the gate, as somebody could who holds the ledger's keys.
async fn forge(world: &World, entry_type: u16, record: &Value) -> u64 {
    let draft = Draft::json(EntryType(entry_type), record).unwrap();
    world.tenant.ledger().append(draft).await.unwrap().seq()
}

#[test]
fn an_execution_without_its_approval_fails_the_policy_verdict_at_its_entry() {
    pollster::block_on(async {
        // A genuine start, to copy its form.
        let genuine = World::new().await;
        let _ = genuine.approved_2(&["printer"]).await.execute().await.unwrap();
        assert_eq!(policy(&genuine).await, (Policy::Ok, None));
        let started = last(&genuine, STARTED).await;

        let mut forged = started.clone();
        for authority in [
            json!("level"),
            json!({"decisions": []}),
            started["record"]["authority"].clone(),
        ] {
            forged["record"]["authority"] = authority.clone();
            let world = World::new().await;
            let twin = world.stage_2(&["printer"]).await;
            let proposed = last(&world, 0x0110).await;
            forged["record"]["proposal"] = json!(twin.id().to_string());
            forged["record"]["grounds"] = proposed["record"]["grounds"].clone();
            let seq = forge(&world, STARTED, &forged).await;
            assert_eq!(policy(&world).await, (Policy::Failed, Some(seq)), "{authority}");
            // The gate goes no further on such a log.
            assert_eq!(
                world.tenant.pending().await.unwrap_err().kind(),
                ErrorKind::Denied
            );
            assert!(
                world
                    .tenant
                    .submit(level_2(&["switch"]), &super::world::by())
                    .await
                    .is_err()
            );
            assert!(world.lab.calls().is_empty());
        }
    });
}

#[test]
fn forged_records_of_every_kind_fail_the_policy_verdict() {
    pollster::block_on(async {
        let genuine = World::new().await;
        let execution = genuine.approved_2(&["printer"]).await.execute().await.unwrap();
        let _ = execution.rollback().await.unwrap();
        let entries = genuine.tenant.ledger().entries(..).await.unwrap();
        let mut tried = 0;
        for entry in entries
            .iter()
            .filter(|entry| (0x0100..0x0200).contains(&entry.entry_type().0))
        {
            // Each record again, at the end of a log like the one that it came from: none of them may come twice there.
            let world = World::new().await;
            let _ = world.approved_2(&["printer"]).await.execute().await.unwrap();
            let record: Value = serde_json::from_slice(entry.payload()).unwrap();
            let seq = forge(&world, entry.entry_type().0, &record).await;
            assert_eq!(
                policy(&world).await,
                (Policy::Failed, Some(seq)),
                "{:#06x}",
                entry.entry_type().0
            );
            tried += 1;
        }
        assert!(tried >= 11, "{tried}");
    });
}

#[test]
fn records_of_a_later_version_are_refused_not_skipped() {
    pollster::block_on(async {
        let later = [
            (
                0x01fe,
                json!({"v": 1, "at": "2026-11-22T08:00:00Z", "record": {}}),
            ),
            (
                0x0112,
                json!({"v": 2, "at": "2026-11-22T08:00:00Z", "record": {"new": true}}),
            ),
        ];
        for (number, record) in later {
            let world = World::new().await;
            forge(&world, number, &record).await;
            assert_eq!(
                world.tenant.pending().await.unwrap_err().kind(),
                ErrorKind::Unsupported
            );
        }
        // What is not the gate's does not concern it.
        let world = World::new().await;
        forge(&world, 0x0400, &json!({"anything": true})).await;
        assert!(world.tenant.pending().await.unwrap().is_empty());
        assert_eq!(policy(&world).await, (Policy::Ok, None));
    });
}

#[test]
fn a_vote_that_was_signed_but_never_admitted_counts_for_nothing() {
    pollster::block_on(async {
        let world = World::new().await;
        let staged = world.stage_2(&["printer"]).await;
        let text = staged.decision("alice", Verdict::Approve).unwrap();
        let record = json!({"v": 1, "at": "2026-11-22T08:00:00Z", "record": {
            "proposal": staged.id().to_string(),
            "decision": {"text": String::from_utf8(text.clone()).unwrap(), "signature": sign("bob", &text)},
        }});
        let seq = forge(&world, 0x0111, &record).await;
        assert_eq!(policy(&world).await, (Policy::Failed, Some(seq)));
    });
}
