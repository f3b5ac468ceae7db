//! Records that would have been right a moment before, or of a twin, and are not where they stand.

use std::path::Path;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use jiff::SignedDuration;
use serde_json::{Value, json};
use tempfile::TempDir;
use vcto::Actor;
use vcto::change::Change;
use vcto::estate::Scalar;
use vcto::gate::{
    Attestation, ExecutionStatus, Freeze, Policy, ProposalId, Resumed, Routed, RulesEdit, Verdict,
};
use vcto::ledger;

use super::audit::{forge, last, policy};
use super::crash::copy;
use super::forged::{next_id, with_change};
use super::rules::set;
use super::world::{EXPIRED, Fault, STALE, STARTED, World, approval, inventory, level_2, sign};

const PROPOSED: u16 = 0x0110;
const DECIDED: u16 = 0x0111;
const ATTESTED: u16 = 0x0116;
const INTENT: u16 = 0x0121;
const VERIFIED: u16 = 0x0124;
const UNDO_BEGUN: u16 = 0x0125;
const DOUBT: u16 = 0x0127;
const RECONCILED: u16 = 0x0129;

async fn in_folder() -> (TempDir, World) {
    let dir = tempfile::tempdir().unwrap();
    let world = World::in_folder(dir.path()).await;
    (dir, world)
}

/// A copy of a world, which goes its own way.
async fn twin(dir: &Path, world: &World) -> (TempDir, World) {
    let own = tempfile::tempdir().unwrap();
    copy(dir, own.path());
    let twin = world.elsewhere(own.path()).await;
    (own, twin)
}

/// Whether a log passes with this record at its end.
async fn passes(dir: &Path, world: &World, entry_type: u16, record: &impl serde::Serialize) -> bool {
    forge(dir, world, entry_type, record).await;
    policy(world).await.0 == ledger::Policy::Ok
}

/// The record of a proposal as if this change were proposed now.
async fn proposed_now(world: &World, mut record: Value, change: &Change) -> Box<serde_json::value::RawValue> {
    record["record"]["proposal"] = json!(next_id(world, &change.digest().unwrap()).await);
    with_change(record, change.to_bytes().unwrap())
}

/// What becomes other between the assessment of a change and its proposal.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Meanwhile {
    Nothing,
    Halted,
    Frozen,
    OtherPolicy,
    NewSnapshot,
    NewFacts,
}

impl Meanwhile {
    async fn happen(self, world: &World) {
        match self {
            Self::Nothing => {}
            Self::Halted => {
                let by = Actor::engine("watchdog");
                world.tenant.halt(&by, "smoke").await.unwrap();
            }
            Self::Frozen => {
                let (from, until) = ("2026-11-22T08:00:00Z", "2026-11-23T08:00:00Z");
                let freeze = Freeze::new("now", from.parse().unwrap(), until.parse().unwrap(), "audit");
                set(world, RulesEdit::new().freeze(freeze), &["alice"]).await;
            }
            // One that changes no level.
            Self::OtherPolicy => {
                let policy = Policy {
                    targets: 100,
                    ..Policy::default()
                };
                set(world, RulesEdit::new().policy(policy), &["alice"]).await;
            }
            Self::NewSnapshot => world.review(&inventory()).await,
            Self::NewFacts => {
                let mut changed = inventory();
                changed["assets"][0]["facts"]["os_name"] = "Windows Server 2025".into();
                world.review(&changed).await;
            }
        }
    }
}

#[test]
fn what_was_assessed_on_other_rules_or_another_estate_is_not_proposed() {
    pollster::block_on(async {
        for meanwhile in [
            Meanwhile::Nothing,
            Meanwhile::Halted,
            Meanwhile::Frozen,
            Meanwhile::OtherPolicy,
            Meanwhile::NewSnapshot,
        ] {
            let (dir, world) = in_folder().await;
            let assessed = {
                let (_folder, twin) = twin(dir.path(), &world).await;
                let _ = twin.submit(level_2(&["printer"])).await;
                last(&twin, PROPOSED).await
            };
            meanwhile.happen(&world).await;
            let record = proposed_now(&world, assessed, &level_2(&["printer"])).await;
            let passes = passes(dir.path(), &world, PROPOSED, &record).await;
            assert_eq!(passes, meanwhile == Meanwhile::Nothing, "{meanwhile:?}");
        }
    });
}

#[test]
fn what_was_assessed_for_another_change_is_not_proposed() {
    pollster::block_on(async {
        for (target, expected) in [("printer", true), ("switch", false)] {
            let (dir, world) = in_folder().await;
            let assessed = {
                let (_folder, twin) = twin(dir.path(), &world).await;
                let _ = twin.submit(level_2(&["printer"])).await;
                last(&twin, PROPOSED).await
            };
            let record = proposed_now(&world, assessed, &level_2(&[target])).await;
            assert_eq!(
                passes(dir.path(), &world, PROPOSED, &record).await,
                expected,
                "{target}"
            );
        }
    });
}

/// What was approved with a step is its undo, to the letter.
#[test]
fn a_way_back_with_anything_else_in_it_is_none() {
    pollster::block_on(async {
        let same: fn(&mut Change) = |_| {};
        let titled: fn(&mut Change) = |change| change.title = "Something else".into();
        let widened: fn(&mut Change) = |change| {
            let parameters = &mut change.steps[0].parameters;
            parameters.insert("all".to_owned(), Scalar::from("yes"));
        };
        for (edit, expected) in [(same, true), (titled, false), (widened, false)] {
            let (dir, world) = in_folder().await;
            let id = {
                let run = world.approved_2(&["printer"]).await;
                let id = run.id();
                assert_eq!(run.execute().await.unwrap().status(), ExecutionStatus::Succeeded);
                id
            };
            let (record, mut change) = {
                let (_folder, twin) = twin(dir.path(), &world).await;
                let Resumed::Finished(finished) = twin.resume(id).await else {
                    panic!("it is over");
                };
                let back = approval(finished.execution().unwrap().rollback().await.unwrap());
                (last(&twin, PROPOSED).await, back.change().clone())
            };
            edit(&mut change);
            let record = proposed_now(&world, record, &change).await;
            assert_eq!(
                passes(dir.path(), &world, PROPOSED, &record).await,
                expected,
                "{change:?}"
            );
        }
    });
}

/// The record of a start in a twin.
async fn started_elsewhere(dir: &Path, world: &World, id: ProposalId) -> Value {
    let (_folder, twin) = twin(dir, world).await;
    let Resumed::Approved(run) = twin.resume(id).await else {
        panic!("it is approved");
    };
    let _ = run.execute().await.unwrap();
    last(&twin, STARTED).await
}

/// That the gate records an approval's end before it looks at anything else is one thing. That it counts for nothing from
/// then on is another one.
#[test]
fn a_start_after_the_end_of_its_approval_fails_though_no_end_is_recorded() {
    pollster::block_on(async {
        let day = SignedDuration::from_hours(24);
        for (late, expected) in [(0, true), (1, false)] {
            let (dir, world) = in_folder().await;
            let id = world.approved_2(&["printer"]).await.id();
            let mut started = started_elsewhere(dir.path(), &world, id).await;
            world.clock.advance(day + SignedDuration::from_secs(late));
            started["at"] = json!(vcto::time::Clock::now(&*world.clock).to_string());
            assert_eq!(
                passes(dir.path(), &world, STARTED, &started).await,
                expected,
                "{late}"
            );
        }
    });
}

#[test]
fn a_start_of_what_a_human_does_fails_whatever_authority_it_names() {
    pollster::block_on(async {
        for authority in [json!("level"), json!({"decisions": []})] {
            let (dir, world) = in_folder().await;
            let other = world.approved_2(&["printer"]).await.id();
            let mut started = started_elsewhere(dir.path(), &world, other).await;
            let Routed::HumanOnly(staged) = world.submit(level_2(&["rack"])).await else {
                panic!("more than fifty others");
            };
            started["record"]["proposal"] = json!(staged.id().to_string());
            started["record"]["authority"] = authority;
            started["record"]["grounds"] = last(&world, PROPOSED).await["record"]["grounds"].clone();
            assert!(!passes(dir.path(), &world, STARTED, &started).await);
        }
    });
}

/// A world whose execution of two steps was dropped at this place inside the executor.
fn dropped_at(place: usize, fault: Option<&str>) -> (TempDir, World, ProposalId) {
    let (dir, world) = pollster::block_on(in_folder());
    let run = pollster::block_on(world.approved_2(&["printer", "switch"]));
    let id = run.id();
    if let Some(step) = fault {
        world.lab.fault(step, "apply", Fault::NotDone);
    }
    world.lab.0.lock().unwrap().stall_at = Some(place);
    let mut execution = pin!(run.execute());
    while world.lab.0.lock().unwrap().places < place {
        let polled = execution.as_mut().poll(&mut Context::from_waker(Waker::noop()));
        assert!(matches!(polled, Poll::Pending));
        std::thread::yield_now();
    }
    (dir, world, id)
}

fn record(fields: &Value) -> Value {
    json!({"v": 1, "at": super::world::START, "record": fields})
}

/// Every step is done and looked at, and nobody says that anything is in doubt: then nobody settles it either.
#[test]
fn what_is_not_in_doubt_is_not_settled_and_what_is_only_as_the_records_say() {
    // The last place of all is the look at what the second step did.
    let (dir, world, id) = dropped_at(8, None);
    pollster::block_on(async {
        let act = json!({"proposal": id, "step": "s2", "direction": "apply"});
        let seen = record(&json!({"act": act, "after": {"effect": "present", "image": "s2"}}));
        assert!(passes(dir.path(), &world, VERIFIED, &seen).await);
        let settled = |status: &str| record(&json!({"proposal": id, "status": status}));
        for (in_doubt, status, expected) in [
            (true, "succeeded", true),
            (false, "succeeded", false),
            (true, "not_done", false),
            (true, "rolled_back", false),
            (true, "accepted_as_is", false),
        ] {
            let (folder, twin) = twin(dir.path(), &world).await;
            if in_doubt {
                let doubt = record(&json!({"proposal": id}));
                assert!(passes(folder.path(), &twin, DOUBT, &doubt).await);
            }
            let found = passes(folder.path(), &twin, RECONCILED, &settled(status)).await;
            assert_eq!(found, expected, "{in_doubt} {status}");
        }
    });
}

/// The key that `docs/formats/gate-records.md` prescribes for a call.
async fn idempotency_key(world: &World, id: ProposalId, step: &str, direction: &str) -> String {
    let log = world.tenant.ledger().entries(0..1).await.unwrap()[0]
        .header()
        .log_id;
    let mut hasher = blake3::Hasher::new_derive_key("vcto idempotency v1");
    for field in [
        &log.0[..],
        id.to_string().as_bytes(),
        step.as_bytes(),
        direction.as_bytes(),
    ] {
        hasher.update(&(field.len() as u64).to_le_bytes());
        hasher.update(field);
    }
    hasher.finalize().to_hex().to_string()
}

#[test]
fn an_undo_is_announced_only_over_what_the_step_left() {
    // The second step would not; the next place is the look before the first one is taken back.
    let (dir, world, id) = dropped_at(8, Some("s2"));
    pollster::block_on(async {
        assert_eq!(last(&world, UNDO_BEGUN).await["record"]["step"], "s2");
        let left = last(&world, VERIFIED).await["record"]["after"].clone();
        assert_eq!(left, json!({"effect": "present", "image": "s1"}));
        let key = idempotency_key(&world, id, "s1", "undo").await;
        for (before, expected) in [
            (left, true),
            (json!({"effect": "present", "image": "foreign"}), false),
            (json!({"effect": "unknown", "image": "foreign"}), false),
            (json!({"effect": "absent", "image": "-"}), false),
        ] {
            let (folder, twin) = twin(dir.path(), &world).await;
            let act = json!({"proposal": id, "step": "s1", "direction": "undo"});
            let intent = record(&json!({"act": act, "idempotency_key": key, "before": before}));
            let found = passes(folder.path(), &twin, INTENT, &intent).await;
            assert_eq!(found, expected, "{before}");
        }
    });
}

/// A text with another word for what is said, signed by alice.
fn said(text: Vec<u8>, from: &str, to: &str) -> Value {
    let text = String::from_utf8(text).unwrap();
    let verdict = |word: &str| format!("\"verdict\":\"{word}\"");
    assert!(text.contains(&verdict(from)));
    let text = text.replace(&verdict(from), &verdict(to));
    let signature = sign("alice", text.as_bytes());
    json!({"text": text, "signature": signature})
}

/// People decide about level 2 and attest level 3, and each has a record of its own.
#[test]
fn what_is_said_is_taken_at_its_own_level_and_in_its_own_record_only() {
    pollster::block_on(async {
        for (entry_type, word, expected) in [
            (DECIDED, "approve", true),
            (DECIDED, "reject", true),
            (DECIDED, "did", false),
            (ATTESTED, "did", false),
            (ATTESTED, "declined", false),
            (ATTESTED, "reject", false),
        ] {
            let (dir, world) = in_folder().await;
            let staged = world.stage_2(&["printer"]).await;
            let text = staged.decision("alice", Verdict::Approve).unwrap();
            let field = if entry_type == DECIDED {
                "decision"
            } else {
                "attestation"
            };
            let record = record(&json!({"proposal": staged.id(), field: said(text, "approve", word)}));
            assert_eq!(
                passes(dir.path(), &world, entry_type, &record).await,
                expected,
                "{word}"
            );
        }
        for (entry_type, word, expected) in [
            (ATTESTED, "did", true),
            (ATTESTED, "declined", true),
            (ATTESTED, "approve", false),
            (DECIDED, "approve", false),
            (DECIDED, "reject", false),
            (DECIDED, "did", false),
        ] {
            let (dir, world) = in_folder().await;
            let Routed::HumanOnly(staged) = world.submit(level_2(&["rack"])).await else {
                panic!("more than fifty others");
            };
            let text = staged.attestation("alice", Attestation::Did, None).unwrap();
            let field = if entry_type == DECIDED {
                "decision"
            } else {
                "attestation"
            };
            let record = record(&json!({"proposal": staged.id(), field: said(text, "did", word)}));
            assert_eq!(
                passes(dir.path(), &world, entry_type, &record).await,
                expected,
                "{word}"
            );
        }
    });
}

#[test]
fn an_end_that_has_not_come_and_a_change_that_is_none_are_not_recorded() {
    pollster::block_on(async {
        for (late, expected) in [(0, false), (1, true)] {
            let (dir, world) = in_folder().await;
            let id = world.approved_2(&["printer"]).await.id();
            world
                .clock
                .advance(SignedDuration::from_hours(24) + SignedDuration::from_secs(late));
            let mut expired = record(&json!({"proposal": id, "what": "approvals"}));
            expired["at"] = json!(vcto::time::Clock::now(&*world.clock).to_string());
            assert_eq!(
                passes(dir.path(), &world, EXPIRED, &expired).await,
                expected,
                "{late}"
            );
        }
        for why in [json!([]), json!(["facts"]), json!(["level"]), json!(["policy"])] {
            let (dir, world) = in_folder().await;
            let id = world.stage_2(&["printer"]).await.id();
            let grounds = last(&world, PROPOSED).await["record"]["grounds"].clone();
            let stale = record(&json!({"proposal": id, "why": why, "grounds": grounds}));
            assert!(!passes(dir.path(), &world, STALE, &stale).await, "{why}");
        }
    });
}

/// What was approved is started on what is there at that place of the log, and while nothing stops it.
#[test]
fn a_start_over_other_facts_or_while_all_is_stopped_fails() {
    pollster::block_on(async {
        for meanwhile in [
            Meanwhile::Nothing,
            Meanwhile::Halted,
            Meanwhile::Frozen,
            Meanwhile::NewFacts,
        ] {
            let (dir, world) = in_folder().await;
            let id = world.approved_2(&["printer"]).await.id();
            let mut started = started_elsewhere(dir.path(), &world, id).await;
            meanwhile.happen(&world).await;
            // The grounds of now, as the same change has them.
            let _ = world.submit(level_2(&["printer"])).await;
            started["record"]["grounds"] = last(&world, PROPOSED).await["record"]["grounds"].clone();
            let passes = passes(dir.path(), &world, STARTED, &started).await;
            assert_eq!(passes, meanwhile == Meanwhile::Nothing, "{meanwhile:?}");
        }
    });
}

/// The approvals that a start names are those that count, all of them and no others.
#[test]
fn a_start_names_the_approvals_in_force_and_the_duty_that_its_level_has() {
    pollster::block_on(async {
        let same: fn(&mut Value) = |_| {};
        let none: fn(&mut Value) = |record| record["authority"]["decisions"] = json!([]);
        let twice: fn(&mut Value) = |record| {
            let one = record["authority"]["decisions"][0].clone();
            record["authority"]["decisions"] = json!([one, one]);
        };
        let level: fn(&mut Value) = |record| record["authority"] = json!("level");
        let duty: fn(&mut Value) = |record| {
            record["review_due"] = json!({"who": "erin", "by": "2026-11-23T08:00:00Z"});
        };
        let approver: fn(&mut Value) = |record| record["operator"]["name"] = json!("Alice");
        for (edit, expected) in [
            (same, true),
            (none, false),
            (twice, false),
            (level, false),
            (duty, false),
            (approver, false),
        ] {
            let (dir, world) = in_folder().await;
            let id = world.approved_2(&["printer"]).await.id();
            let mut started = started_elsewhere(dir.path(), &world, id).await;
            edit(&mut started["record"]);
            assert_eq!(
                passes(dir.path(), &world, STARTED, &started).await,
                expected,
                "{started}"
            );
        }
    });
}
