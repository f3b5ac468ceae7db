//! Work that is only handed over is never called done, whatever the executor answers.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use vcto::Actor;
use vcto::gate::{
    ActionDeclaration, Decided, ExecutionStatus, Executor, Idempotency, Observation, Permit, Reversibility,
    StepContext, StepOutcome, Verdict,
};
use vcto::practice::{Practice, PracticeOptions, TenantOptions, Trigger};
use vcto::time::ManualClock;

use super::world::{START, approval, estate_of, inventory, level_2, sign, signers};

/// Hands work to a desk, and answers as it is told to.
#[derive(Debug)]
struct Desk {
    answer: fn() -> StepOutcome,
    handed: AtomicBool,
}

#[async_trait]
impl Executor for Desk {
    fn name(&self) -> &'static str {
        "desk"
    }

    fn actions(&self) -> Vec<ActionDeclaration> {
        vec![ActionDeclaration::new("hand", Reversibility::Compensation, Idempotency::Key).hands_over()]
    }

    async fn observe(&self, _: &StepContext) -> vcto::Result<Observation> {
        let handed = self.handed.load(Ordering::SeqCst);
        Ok(if handed {
            Observation::present()
        } else {
            Observation::absent()
        })
    }

    async fn apply(&self, _: Permit<'_>) -> StepOutcome {
        self.handed.store(true, Ordering::SeqCst);
        (self.answer)()
    }

    async fn undo(&self, _: Permit<'_>) -> StepOutcome {
        StepOutcome::not_done("a desk takes nothing back")
    }
}

async fn executed(answer: fn() -> StepOutcome) -> ExecutionStatus {
    let clock = Arc::new(ManualClock::new(START.parse().unwrap()));
    let practice = Practice::in_memory(PracticeOptions::default().clock(clock));
    let handed = AtomicBool::new(false);
    practice.register(Desk { answer, handed }).unwrap();
    let options = TenantOptions::region("eu").approvers(signers(&["alice"]));
    let tenant = practice.create_tenant("halden", options).await.unwrap();
    let day = "2026-11-22".parse().unwrap();
    tenant
        .review(&estate_of(&inventory()), day, Trigger::Manual)
        .await
        .unwrap();
    let mut change = level_2(&["printer"]);
    for step in &mut change.steps {
        step.executor = "desk".to_owned();
        step.action = "hand".to_owned();
        step.undo = None;
    }
    let staged = approval(tenant.submit(change, &Actor::service("svc")).await.unwrap());
    let text = staged.decision("alice", Verdict::Approve).unwrap();
    let Decided::Approved(approved) = staged.decide(&text, sign("alice", &text)).await.unwrap() else {
        panic!("one approval should suffice");
    };
    approved.execute().await.unwrap().status()
}

#[test]
fn work_that_was_handed_over_is_not_done_even_where_the_answer_was_lost() {
    pollster::block_on(async {
        assert_eq!(
            executed(StepOutcome::handed_over).await,
            ExecutionStatus::HandedOver
        );
        assert_eq!(
            executed(|| StepOutcome::unknown("the line broke")).await,
            ExecutionStatus::HandedOver
        );
        assert_eq!(executed(StepOutcome::done).await, ExecutionStatus::HandedOver);
    });
}
