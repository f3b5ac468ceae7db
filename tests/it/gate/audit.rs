//! The policy verdict of a verification, and what a forged record does.

use std::path::Path;
use std::sync::Arc;

use serde_json::{Value, json};
use static_assertions::assert_not_impl_any;
use vcto::gate::{
    Approval, Approved, Automatic, Decided, Execution, Freeze, HumanOnly, InDoubt, Level, Notify, Permit,
    ProcessArea, Resumed, Routed, RulesEdit, Staged, Verdict,
};
use vcto::ledger::{
    Condition, Draft, EntryType, Ledger, LedgerOptions, LocalKeyFile, Policy, Storage, VerifyOptions,
};
use vcto::time::SystemEntropy;
use vcto::{Actor, ErrorKind};

use super::rules::approver;
use super::world::{STARTED, World, key, level_2, sign};

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

pub(super) async fn policy(world: &World) -> (Policy, Option<u64>) {
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
pub(super) async fn last(world: &World, entry_type: u16) -> Value {
    world.recorded(entry_type).await.pop().unwrap()
}

/// Appends a record past the gate, as somebody could who has the tenant's key file and may write to its folder: through a
/// ledger of their own, which knows nothing of the gate.
pub(super) async fn forge(dir: &Path, world: &World, entry_type: u16, record: &impl serde::Serialize) -> u64 {
    let keys = Arc::new(LocalKeyFile::open(dir.join("keys/halden.key")).unwrap());
    let options = LedgerOptions::new(
        keys.clone(),
        keys,
        Arc::clone(&world.clock) as _,
        Arc::new(SystemEntropy),
    );
    let storage = Storage::sqlite_with_mark(dir.join("tenants/halden"), dir.join("marks/halden"));
    let ledger = Ledger::open(&storage, options).await.unwrap();
    let draft = Draft::json(EntryType(entry_type), record).unwrap();
    ledger.append(draft).await.unwrap().seq()
}

#[test]
fn a_host_appends_what_is_its_own_and_nothing_that_the_gate_or_the_review_writes() {
    pollster::block_on(async {
        let world = World::new().await;
        let _ = world.approved_2(&["printer"]).await.execute().await.unwrap();
        let ledger = world.tenant.ledger();
        let size = ledger.size().await.unwrap();
        let genuine = last(&world, STARTED).await;
        let own = |number| Draft::json(EntryType(number), &genuine).unwrap();
        // Every number that has or may get a meaning; the ledger's own are refused by the ledger itself.
        for number in (0..0x8000_u16).filter(|number| *number < 0x0400 || number % 0x0fff == 0) {
            let error = ledger.append(own(number)).await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Denied, "{number:#06x}: {error}");
        }
        // Not among others, not through a clone, not on the right place, not as other bytes, not with a key.
        let sizes = Condition::SizeIs(size);
        for drafts in [
            vec![own(0x8000), own(0x0120)],
            vec![own(0x0201), own(0x8000)],
            vec![Draft::octets(EntryType(0x0110), Vec::new())],
            vec![own(0x0200).idempotent("x")],
        ] {
            let error = ledger.clone().append_all(drafts, sizes).await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Denied, "{error}");
            assert_eq!(error.remedy_text(), Some("types of one's own begin at 0x8000"));
        }
        assert_eq!(ledger.size().await.unwrap(), size, "nothing was written");
        for number in [0x8000, 0xffff] {
            ledger.append(own(number)).await.unwrap();
        }
        assert_eq!(ledger.size().await.unwrap(), size + 2);
        assert_eq!(policy(&world).await, (Policy::Ok, None));
        let _ = world.approved_2(&["switch"]).await.execute().await.unwrap();
    });
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
            let dir = tempfile::tempdir().unwrap();
            let world = World::in_folder(dir.path()).await;
            let twin = world.stage_2(&["printer"]).await;
            let proposed = last(&world, 0x0110).await;
            forged["record"]["proposal"] = json!(twin.id().to_string());
            forged["record"]["grounds"] = proposed["record"]["grounds"].clone();
            let seq = forge(dir.path(), &world, STARTED, &forged).await;
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

/// A change that ran and one of every document of the rules, with a halt that was lifted.
async fn full(world: &World) -> Execution {
    let execution = world.approved_2(&["printer"]).await.execute().await.unwrap();
    world
        .tenant
        .halt(&Actor::engine("watchdog"), "smoke")
        .await
        .unwrap();
    let (from, until) = (
        "2026-12-18T17:00:00Z".parse().unwrap(),
        "2027-01-04T06:00:00Z".parse().unwrap(),
    );
    let edit = RulesEdit::new()
        .policy(vcto::gate::Policy {
            targets: 100,
            ..vcto::gate::Policy::default()
        })
        .area(ProcessArea::new("firewall", "network", Level::L1, "exact"))
        .add_approver(approver("dora"))
        .revoke_key(key("carol").public_key().fingerprint())
        .freeze(Freeze::new("year-end", from, until, "payroll"))
        .lift_halt();
    super::rules::set(world, edit, &["alice"]).await;
    execution
}

#[test]
fn forged_records_of_every_kind_fail_the_policy_verdict() {
    pollster::block_on(async {
        let genuine = World::new().await;
        let _ = full(&genuine).await.rollback().await.unwrap();
        let entries = genuine.tenant.ledger().entries(..).await.unwrap();
        let mut tried = std::collections::BTreeSet::new();
        let original = tempfile::tempdir().unwrap();
        let original_world = World::in_folder(original.path()).await;
        let _ = full(&original_world).await;
        for entry in entries
            .iter()
            .filter(|entry| (0x0100..0x0200).contains(&entry.entry_type().0))
        {
            // Each record again, at the end of a log like the one that it came from: none of them may come twice there.
            let dir = tempfile::tempdir().unwrap();
            super::crash::copy(original.path(), dir.path());
            let world = original_world.elsewhere(dir.path()).await;
            let record: Value = serde_json::from_slice(entry.payload()).unwrap();
            let number = entry.entry_type().0;
            let seq = forge(dir.path(), &world, number, &record).await;
            // But to stop everything, which anybody may.
            let expected = if number == 0x0105 {
                (Policy::Ok, None)
            } else {
                (Policy::Failed, Some(seq))
            };
            assert_eq!(policy(&world).await, expected, "{number:#06x}");
            tried.insert(number);
        }
        let kinds = [
            0x0100, 0x0101, 0x0102, 0x0103, 0x0104, 0x0105, 0x0106, 0x0110, 0x0111, 0x0120, 0x0121, 0x0122,
            0x0124, 0x0128,
        ];
        assert_eq!(tried, kinds.into());
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
            let dir = tempfile::tempdir().unwrap();
            let world = World::in_folder(dir.path()).await;
            forge(dir.path(), &world, number, &record).await;
            assert_eq!(
                world.tenant.pending().await.unwrap_err().kind(),
                ErrorKind::Unsupported
            );
        }
        // What is not the gate's does not concern it.
        let dir = tempfile::tempdir().unwrap();
        let world = World::in_folder(dir.path()).await;
        forge(dir.path(), &world, 0x0400, &json!({"anything": true})).await;
        assert!(world.tenant.pending().await.unwrap().is_empty());
        assert_eq!(policy(&world).await, (Policy::Ok, None));
    });
}

#[test]
fn a_vote_that_was_signed_but_never_admitted_counts_for_nothing() {
    pollster::block_on(async {
        let dir = tempfile::tempdir().unwrap();
        let world = World::in_folder(dir.path()).await;
        let staged = world.stage_2(&["printer"]).await;
        let text = staged.decision("alice", Verdict::Approve).unwrap();
        let record = json!({"v": 1, "at": "2026-11-22T08:00:00Z", "record": {
            "proposal": staged.id().to_string(),
            "decision": {"text": String::from_utf8(text.clone()).unwrap(), "signature": sign("bob", &text)},
        }});
        let seq = forge(dir.path(), &world, 0x0111, &record).await;
        assert_eq!(policy(&world).await, (Policy::Failed, Some(seq)));
    });
}
