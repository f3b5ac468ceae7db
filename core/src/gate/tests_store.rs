//! No ledger, no action: whichever call of the store fails, and whether it took effect or not.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use pollster::block_on;

use super::engine::Means;
use super::registry::Registry;
use super::setup::FirstRules;
use super::*;
use crate::actor::Actor;
use crate::change::Change;
use crate::error::Result;
use crate::gate::sshsig::MemoryKey;
use crate::ledger::{
    Condition, Draft, Faults, Ledger, LedgerOptions, LocalKeyFile, Storage, VerifyOptions, with_faults,
};
use crate::time::{ManualClock, SystemEntropy};

/// Notes each step that it does.
#[derive(Clone, Debug, Default)]
struct Notes(Arc<Mutex<Vec<String>>>);

#[async_trait]
impl Executor for Notes {
    fn name(&self) -> &'static str {
        "notes"
    }

    fn actions(&self) -> Vec<ActionDeclaration> {
        ["note", "strike"]
            .map(|name| ActionDeclaration::new(name, Reversibility::Exact, Idempotency::Natural))
            .to_vec()
    }

    async fn observe(&self, context: &StepContext) -> Result<Observation> {
        let there = self.0.lock().unwrap().contains(&context.step().id);
        Ok(if there {
            Observation::present()
        } else {
            Observation::absent()
        })
    }

    async fn apply(&self, permit: Permit<'_>) -> StepOutcome {
        self.0.lock().unwrap().push(permit.step().id.clone());
        StepOutcome::done()
    }

    async fn undo(&self, _: Permit<'_>) -> StepOutcome {
        StepOutcome::not_done("nothing is struck here")
    }
}

/// A log, its keys and its clock.
struct Place {
    storage: Storage,
    keys: Arc<LocalKeyFile>,
    clock: Arc<ManualClock>,
}

impl Place {
    fn options(&self) -> LedgerOptions {
        let (keys, clock) = (Arc::clone(&self.keys), Arc::clone(&self.clock));
        LedgerOptions::new(keys.clone(), keys, clock, Arc::new(SystemEntropy)).policy(Arc::new(GateCheck))
    }

    fn open(&self, storage: &Storage, notes: &Notes) -> Result<Gate> {
        let registry = Registry::default();
        registry.register(Arc::new(notes.clone()))?;
        let means = Means {
            registry: Arc::new(registry),
            clock: Arc::clone(&self.clock) as _,
            operator: Actor::service("vcto"),
            notifier: None,
        };
        let ledger = block_on(Ledger::open(storage, self.options()))?;
        block_on(Gate::open(ledger, means))
    }
}

/// A tenant with an approved change of two steps.
fn prepared() -> (Place, ProposalId) {
    let place = Place {
        storage: Storage::memory(),
        keys: Arc::new(LocalKeyFile::in_memory(&SystemEntropy).unwrap()),
        clock: Arc::new(ManualClock::new("2026-11-22T08:00:00Z".parse().unwrap())),
    };
    drop(
        block_on(Ledger::create(
            &place.storage,
            "example.org/x",
            "eu",
            place.options(),
        ))
        .unwrap(),
    );
    let gate = place.open(&place.storage, &Notes::default()).unwrap();
    let key = MemoryKey::from_seed(&[1; 32]);
    let rules = FirstRules {
        policy: Policy::default(),
        areas: Vec::new(),
        approvers: vec![Approver::new("alice", &key.public_key().to_string()).unwrap()],
    };
    block_on(gate.set_up("halden", "eu", &rules, &SystemEntropy)).unwrap();
    let snapshot = br#"{"format": "vcto.inventory/1", "source": {"name": "crm"}, "assets":
        [{"id": "erp", "kind": "business_application"}, {"id": "sql", "kind": "database"}],
        "relations": [{"from": "erp", "to": "sql", "kind": "depends_on"}]}"#;
    let drafts = vec![Draft::new(SNAPSHOT, snapshot.to_vec())];
    block_on(gate.ledger().append_reserved(drafts, Condition::Any)).unwrap();
    let change = Change::from_json(
        br#"{"format": "vcto.change/1", "title": "T", "reason": "R", "area": "architecture-review", "steps": [
            {"id": "s1", "title": "S", "executor": "notes", "action": "note", "target": "sql", "undo": {"action": "strike"}},
            {"id": "s2", "title": "S", "executor": "notes", "action": "note", "target": "erp", "undo": {"action": "strike"}}]}"#,
    )
    .unwrap();
    let Routed::Approval(staged) = block_on(gate.submit(&change, &Actor::service("svc"))).unwrap() else {
        panic!("the area has the floor L2");
    };
    let id = staged.id();
    let text = staged.decision("alice", Verdict::Approve).unwrap();
    let signature = key.sign(NAMESPACE, &text).unwrap();
    let _ = block_on(staged.decide(&text, signature)).unwrap();
    (place, id)
}

/// Opens, resumes and executes; whatever stops it, ends it.
fn execute(place: &Place, storage: &Storage, notes: &Notes, id: ProposalId) -> Result<()> {
    let gate = place.open(storage, notes)?;
    match block_on(gate.resume(id))? {
        Resumed::Approved(approved) => block_on(approved.execute()).map(|_| ()),
        other => panic!("{other:?}"),
    }
}

/// The steps whose intent is in the log.
fn announced(ledger: &Ledger) -> BTreeSet<String> {
    let entries = block_on(ledger.entries(..)).unwrap();
    let intents = entries.iter().filter(|entry| entry.entry_type().0 == 0x0121);
    intents
        .map(|entry| {
            let record: serde_json::Value = serde_json::from_slice(entry.payload()).unwrap();
            record["record"]["act"]["step"].as_str().unwrap().to_owned()
        })
        .collect()
}

#[test]
fn where_the_ledger_fails_nothing_is_done_that_it_does_not_announce() {
    for persisted in [false, true] {
        let mut done = BTreeSet::new();
        for first in 0.. {
            assert!(first < 2_000, "it ends");
            let (place, id) = prepared();
            let notes = Notes::default();
            // From this call on the store is gone.
            let faults = Faults::new(first, 1 << 40, persisted);
            let failing = with_faults(&place.storage, &faults);
            let ended = execute(&place, &failing, &notes, id);
            let calls = notes.0.lock().unwrap().clone();
            done.insert(calls.len());

            let gate = place.open(&place.storage, &notes).unwrap();
            let announced = announced(gate.ledger());
            let once: BTreeSet<String> = calls.iter().cloned().collect();
            assert_eq!(once.len(), calls.len(), "nothing twice: {calls:?}");
            assert!(
                once.is_subset(&announced),
                "at call {first}: {calls:?} {announced:?}"
            );
            let resumed = block_on(gate.resume(id)).unwrap();
            match &resumed {
                Resumed::Approved(_) => assert!(calls.is_empty(), "never approved again"),
                Resumed::InDoubt(_) | Resumed::Finished(_) => {}
                Resumed::Routed(_) => panic!("{resumed:?}"),
            }
            let report = block_on(gate.ledger().verify(&VerifyOptions::default())).unwrap();
            assert_eq!(
                report.policy,
                crate::ledger::Policy::Ok,
                "at call {first}: {report:?}"
            );
            if ended.is_ok() && !faults.is_met() {
                break;
            }
        }
        assert_eq!(
            done,
            BTreeSet::from([0, 1, 2]),
            "it failed before, between and after the steps"
        );
    }
}

/// The kinds of the records of the rules behind the creation.
fn sets(gate: &Gate) -> BTreeSet<u16> {
    let entries = block_on(gate.ledger().entries(6..)).unwrap();
    let kinds = entries.iter().map(|entry| entry.entry_type().0);
    kinds.filter(|kind| (0x0101..=0x0106).contains(kind)).collect()
}

/// A call of the store that fails once, and whether it took effect or not: the rules in force are those of the ledger, and an
/// execution never says of a rule what the ledger does not show.
#[test]
fn where_the_ledger_fails_once_no_rule_is_told_to_be_set_that_is_not_nor_the_other_way() {
    for persisted in [false, true] {
        let mut ends = BTreeSet::new();
        for first in 0.. {
            assert!(first < 2_000, "it ends");
            let (place, _) = prepared();
            let gate = place.open(&place.storage, &Notes::default()).unwrap();
            let (from, until) = ("2026-12-18T17:00:00Z", "2027-01-04T06:00:00Z");
            let freeze = Freeze::new("f", from.parse().unwrap(), until.parse().unwrap(), "why");
            let policy = Policy {
                targets: 9,
                ..Policy::default()
            };
            let edit = RulesEdit::new().policy(policy).freeze(freeze);
            let routed = block_on(gate.change_rules(&edit, "why", &Actor::service("svc"))).unwrap();
            let Routed::Approval(staged) = routed else {
                panic!("the rules change at L2");
            };
            let id = staged.id();
            let text = staged.decision("alice", Verdict::Approve).unwrap();
            let signature = MemoryKey::from_seed(&[1; 32]).sign(NAMESPACE, &text).unwrap();
            let _ = block_on(staged.decide(&text, signature)).unwrap();
            drop(gate);
            let faults = Faults::new(first, 1, persisted);
            let failing = with_faults(&place.storage, &faults);
            let ended = execute(&place, &failing, &Notes::default(), id).is_ok();

            let gate = place.open(&place.storage, &Notes::default()).unwrap();
            let found = sets(&gate);
            let resumed = match block_on(gate.resume(id)).unwrap() {
                Resumed::InDoubt(in_doubt) => {
                    let settled = block_on(in_doubt.probe()).unwrap();
                    assert_eq!(found, sets(&gate), "looking sets nothing");
                    matches!(settled, Settled::Finished(_)).then(|| block_on(gate.resume(id)).unwrap())
                }
                resumed => Some(resumed),
            };
            let told = match &resumed {
                Some(Resumed::Finished(finished)) => finished.outcome().as_str(),
                Some(_) => "not begun",
                None => "in doubt",
            };
            let expected: &[&str] = match found.len() {
                0 => &["not begun", "not_done"],
                1 => &["in doubt", "rollback_failed"],
                _ => &["succeeded"],
            };
            assert!(expected.contains(&told), "at call {first}: {told} with {found:?}");
            let rules = block_on(gate.rules()).unwrap();
            let in_force = (rules.policy.targets == 9, rules.freezes.len() == 1);
            assert_eq!(in_force, (found.contains(&0x0101), found.contains(&0x0104)));
            let report = block_on(gate.ledger().verify(&VerifyOptions::default())).unwrap();
            assert_eq!(
                report.policy,
                crate::ledger::Policy::Ok,
                "at call {first}: {report:?}"
            );
            ends.insert(told);
            if ended && !faults.is_met() {
                break;
            }
        }
        assert!(
            ends.len() >= 3,
            "it failed before, between and after the steps: {ends:?}"
        );
    }
}
