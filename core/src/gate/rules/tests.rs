//! What may stand where in the ledger, tried at every place of a genuine change of the rules.

use pollster::block_on;

use super::*;
use crate::actor::Actor;
use crate::gate::executor::{Effect, Observation, StepOutcome};
use crate::gate::record::{FreezesSet, HaltLifted, Halted, PolicySet, Record, SetupRight, StepDone};
use crate::gate::sshsig::MemoryKey;
use crate::gate::state::State;
use crate::gate::{Decided, NAMESPACE, Routed, Verdict};
use crate::ledger::Entry;
use crate::practice::{Practice, PracticeOptions, Tenant, TenantOptions};

fn two() -> Policy {
    Policy {
        approvals: 2,
        ..Policy::default()
    }
}

async fn set(tenant: &Tenant, edit: RulesEdit, alice: &MemoryKey) {
    let routed = tenant.change_rules(edit, "because", &Actor::service("svc")).await;
    let Routed::Approval(staged) = routed.unwrap() else {
        panic!("it is at level 2");
    };
    let text = staged.decision("alice", Verdict::Approve).unwrap();
    let signature = alice.sign(NAMESPACE, &text).unwrap();
    let Decided::Approved(run) = staged.decide(&text, signature).await.unwrap() else {
        panic!("one approval suffices");
    };
    run.execute().await.unwrap();
}

/// The ledger of a tenant that was halted, whose halt was lifted, and whose policy and freezes were changed.
fn genuine() -> Vec<Entry> {
    block_on(async {
        let keys = [1, 2].map(|seed| MemoryKey::from_seed(&[seed; 32]));
        let people = format!("alice {}\nbob {}\n", keys[0].public_key(), keys[1].public_key());
        let practice = Practice::in_memory(PracticeOptions::default());
        let options = TenantOptions::region("eu").approvers(people);
        let tenant = practice.create_tenant("halden", options).await.unwrap();
        tenant.halt(&Actor::engine("watchdog"), "smoke").await.unwrap();
        let (from, until) = (
            "2026-12-18T17:00:00Z".parse().unwrap(),
            "2027-01-04T06:00:00Z".parse().unwrap(),
        );
        let edit = RulesEdit::new()
            .policy(two())
            .freeze(Freeze::new("year-end", from, until, "payroll"))
            .lift_halt();
        set(&tenant, edit, &keys[0]).await;
        tenant.ledger().entries(..).await.unwrap()
    })
}

fn is_of_the_rules(record: &Record) -> bool {
    matches!(
        record,
        Record::PolicySet(_)
            | Record::AreasSet(_)
            | Record::ApproversSet(_)
            | Record::FreezesSet(_)
            | Record::HaltLifted(_)
    )
}

#[test]
fn a_record_of_the_rules_is_accepted_at_its_own_place_only() {
    let entries = genuine();
    let mut sets: Vec<(u64, Record)> = Vec::new();
    for entry in &entries {
        if let Some((_, record)) = Record::read(entry).unwrap()
            && is_of_the_rules(&record)
        {
            sets.push((entry.seq(), record));
        }
    }
    // Three with the creation, three by the change.
    assert_eq!(sets.len(), 6);
    let mut state = State::new(entries[0].header().log_id);
    for entry in &entries {
        for (seq, record) in &sets {
            let accepted = state.apply(state.record_time, record).is_ok();
            let is_its_place = *seq == entry.seq();
            // What comes with the creation comes once, and beside each other in any order.
            let may = is_its_place || (record.execution().is_none() && *seq > entry.seq());
            assert!(may || !accepted, "{seq} at {}: {record:?}", entry.seq());
            assert!(accepted || !is_its_place, "{seq}: {record:?}");
        }
        state.take_in(entry).unwrap();
    }
    for (_, record) in &sets {
        assert!(state.apply(state.record_time, record).is_err());
    }
}

#[test]
fn between_intent_and_answer_nothing_but_the_approved_document_is_accepted() {
    let entries = genuine();
    let mut state = State::new(entries[0].header().log_id);
    let mut tried = 0;
    for entry in &entries {
        let read = Record::read(entry).unwrap();
        if let Some((at, Record::PolicySet(genuine))) = &read
            && let SetupRight::Step { proposal, step } = &genuine.right
        {
            let policy = |right: SetupRight, policy: Policy| Record::from(PolicySet { right, policy });
            let right = |step: &str| SetupRight::Step {
                proposal: *proposal,
                step: step.to_owned(),
            };
            let three = Policy {
                approvals: 3,
                ..two()
            };
            for forged in [
                policy(right(step), three),
                policy(right("set-freezes"), two()),
                policy(right("nowhere"), two()),
                policy(SetupRight::Creation, two()),
                FreezesSet {
                    right: right(step),
                    freezes: Vec::new(),
                }
                .into(),
                HaltLifted {
                    right: right(step),
                    halts: vec![6],
                }
                .into(),
                answer(genuine, StepOutcome::done()),
                answer(genuine, StepOutcome::handed_over()),
            ] {
                assert!(state.apply(*at, &forged).is_err(), "{forged:?}");
                tried += 1;
            }
            assert!(
                state
                    .apply(*at, &answer(genuine, StepOutcome::not_done("no")))
                    .is_ok()
            );
            // Anybody may stop everything, in between too.
            let halted = Halted {
                by: Actor::person("eve"),
                why: "stop".to_owned(),
            };
            assert!(state.apply(*at, &halted.into()).is_ok());
        }
        state.take_in(entry).unwrap();
        // Once it is set it cannot be told that it was not.
        if let Some((at, Record::PolicySet(genuine))) = &read
            && genuine.right != SetupRight::Creation
        {
            assert!(
                state
                    .apply(*at, &answer(genuine, StepOutcome::not_done("no")))
                    .is_err()
            );
            assert!(
                state
                    .apply(*at, &answer(genuine, StepOutcome::done().with_receipt("x")))
                    .is_err()
            );
            assert!(
                state
                    .apply(*at, &answer(genuine, StepOutcome::unknown("lost")))
                    .is_ok()
            );
        }
        if let Some((at, Record::StepDone(done))) = &read {
            let seen = |effect| {
                let after = Observation { effect, image: None };
                Record::from(crate::gate::record::StepVerified {
                    act: done.act.clone(),
                    after,
                })
            };
            assert!(state.apply(*at, &seen(Effect::Absent)).is_err());
            assert!(state.apply(*at, &seen(Effect::Present)).is_ok());
        }
    }
    assert_eq!(tried, 8);
}

fn answer(set: &PolicySet, answer: StepOutcome) -> Record {
    let SetupRight::Step { proposal, step } = &set.right else {
        panic!("it was set by a step");
    };
    let act = crate::gate::record::ActRef {
        proposal: *proposal,
        step: step.clone(),
        direction: crate::gate::Direction::Apply,
    };
    StepDone { act, answer }.into()
}
