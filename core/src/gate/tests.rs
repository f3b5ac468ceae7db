//! Live state and replay are one: what a gate holds after each act is what its ledger gives when it is read anew.

use async_trait::async_trait;

use super::state::State;
use super::*;
use crate::actor::Actor;
use crate::change::{Change, FORMAT, Step, Undo};
use crate::estate::{Estate, Inventory};
use crate::gate::sshsig::MemoryKey;
use crate::practice::{Practice, PracticeOptions, Tenant, TenantOptions, Trigger};

#[derive(Debug)]
struct Switchboard;

#[async_trait]
impl Executor for Switchboard {
    fn name(&self) -> &'static str {
        "board"
    }

    fn actions(&self) -> Vec<ActionDeclaration> {
        ["on", "off", "fail"]
            .map(|name| ActionDeclaration::new(name, Reversibility::Exact, Idempotency::Natural))
            .to_vec()
    }

    async fn observe(&self, _: &StepContext) -> crate::Result<Observation> {
        Ok(Observation::unknown())
    }

    async fn apply(&self, permit: Permit<'_>) -> StepOutcome {
        match permit.step().action.as_str() {
            "fail" => StepOutcome::not_done("no"),
            _ => StepOutcome::done(),
        }
    }

    async fn undo(&self, _: Permit<'_>) -> StepOutcome {
        StepOutcome::handed_over()
    }
}

fn change(actions: &[&str]) -> Change {
    let steps = actions.iter().enumerate().map(|(at, action)| Step {
        id: format!("s{at}"),
        title: "Step".into(),
        executor: "board".to_owned(),
        action: (*action).to_owned(),
        target: "sql".into(),
        parameters: std::collections::BTreeMap::new(),
        undo: Some(Undo {
            action: "off".to_owned(),
            parameters: std::collections::BTreeMap::new(),
        }),
    });
    Change {
        format: FORMAT.to_owned(),
        title: "T".into(),
        reason: "R".into(),
        area: "architecture-review".to_owned(),
        findings: Vec::new(),
        steps: steps.collect(),
        reads: Vec::new(),
        not_before: None,
        not_after: None,
        cost: None,
    }
}

fn key(person: u8) -> MemoryKey {
    MemoryKey::from_seed(&[person; 32])
}

/// Compares the state that the gate holds with one that is folded from the ledger now.
async fn same(tenant: &Tenant) {
    let entries = tenant.ledger().entries(..).await.unwrap();
    let mut replayed = State::new(tenant.ledger().log_id());
    for entry in &entries {
        replayed.take_in(entry).unwrap();
    }
    let held = tenant
        .gate()
        .read(|state, _| Ok(format!("{state:#?}")))
        .await
        .unwrap();
    assert_eq!(held, format!("{replayed:#?}"));
}

/// With the machine's own clock, whose time goes on between a record and its entry.
#[test]
fn what_a_gate_holds_is_what_its_ledger_gives() {
    pollster::block_on(async {
        let practice = Practice::in_memory(PracticeOptions::default());
        practice.register(Switchboard).unwrap();
        let signers = format!("alice {}\nbob {}\n", key(1).public_key(), key(2).public_key());
        let options = TenantOptions::region("eu").approvers(signers);
        let tenant = practice.create_tenant("halden", options).await.unwrap();
        same(&tenant).await;
        let inventory = br#"{"format": "vcto.inventory/1", "source": {"name": "crm"}, "assets":
            [{"id": "erp", "kind": "business_application"}, {"id": "sql", "kind": "database"}],
            "relations": [{"from": "erp", "to": "sql", "kind": "depends_on"}]}"#;
        let estate = Estate::new(Inventory::from_json(inventory).unwrap()).unwrap();
        let as_of = "2026-11-22".parse().unwrap();
        tenant.review(&estate, as_of, Trigger::Manual).await.unwrap();
        for (actions, expected) in [
            (&["on", "on"][..], ExecutionStatus::Succeeded),
            (&["on", "fail"][..], ExecutionStatus::RolledBackUnverified),
        ] {
            let by = Actor::service("svc");
            let Routed::Approval(staged) = tenant.submit(change(actions), &by).await.unwrap() else {
                panic!("the area has the floor L2");
            };
            same(&tenant).await;
            let id = staged.id();
            let text = staged.decision("alice", Verdict::Approve).unwrap();
            assert!(staged.decide(&text, "garbage").await.is_err());
            same(&tenant).await;
            let Resumed::Routed(Routed::Approval(staged)) = tenant.resume(id).await.unwrap() else {
                panic!("a bad vote changes nothing");
            };
            let signature = key(1).sign(NAMESPACE, &text).unwrap();
            let Decided::Approved(approved) = staged.decide(&text, signature).await.unwrap() else {
                panic!("one approval suffices");
            };
            same(&tenant).await;
            let execution = approved.execute().await.unwrap();
            assert_eq!(execution.status(), expected);
            same(&tenant).await;
        }
        tenant.halt(&Actor::engine("watchdog"), "smoke").await.unwrap();
        same(&tenant).await;
        let edit = RulesEdit::new()
            .revoke_key(key(2).public_key().fingerprint())
            .policy(Policy {
                targets: 9,
                ..Policy::default()
            })
            .lift_halt();
        let by = Actor::service("svc");
        let Routed::Approval(staged) = tenant.change_rules(edit, "because", &by).await.unwrap() else {
            panic!("the rules change at L2");
        };
        same(&tenant).await;
        let text = staged.decision("alice", Verdict::Approve).unwrap();
        let signature = key(1).sign(NAMESPACE, &text).unwrap();
        let Decided::Approved(approved) = staged.decide(&text, signature).await.unwrap() else {
            panic!("one approval suffices");
        };
        let execution = approved.execute().await.unwrap();
        assert_eq!(execution.status(), ExecutionStatus::Succeeded);
        same(&tenant).await;
    });
}
