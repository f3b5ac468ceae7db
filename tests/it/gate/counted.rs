//! Which signed texts are taken, and which of those that were taken still count when it matters.

use std::pin::pin;
use std::task::{Context, Poll, Waker};

use pollster::block_on;
use vcto::ErrorKind;
use vcto::gate::{
    Approval, Decided, DecisionOptions, ExecutionStatus, InDoubt, Outcome, Party, Policy, ProposalId,
    Resumed, RulesEdit, Settled, Staged, Verdict,
};
use vcto::practice::{PracticeOptions, TenantOptions};

use super::rules::{approved, approver, set, staged, two};
use super::world::{STALE, World, approval, inventory, key, sign, signers};

async fn again(world: &World, id: ProposalId) -> Staged<Approval> {
    match world.resume(id).await {
        Resumed::Routed(routed) => approval(routed),
        other => panic!("{other:?}"),
    }
}

/// The text says the level, the policy and the risk; the facts it does not. So a text is for what was known when it was
/// drafted, and for nothing that became known later.
#[test]
fn a_text_that_was_drafted_before_the_facts_changed_is_void_though_it_names_nothing_that_did() {
    block_on(async {
        let world = World::new().await;
        let waiting = world.stage_2(&["switch"]).await;
        let id = waiting.id();
        let old = waiting.decision("bob", Verdict::Approve).unwrap();
        let Decided::Approved(run) = world.approve(waiting, "alice").await.unwrap() else {
            panic!("one suffices");
        };
        let mut changed = inventory();
        changed["assets"][0]["facts"]["os_name"] = "Windows Server 2025".into();
        world.review(&changed).await;
        assert_eq!(run.execute().await.unwrap_err().kind(), ErrorKind::Stale);
        let stale = world.recorded(STALE).await.pop().unwrap();
        assert_eq!(stale["record"]["why"], serde_json::json!(["facts"]));
        let error = again(&world, id)
            .await
            .decide(&old, sign("bob", &old))
            .await
            .unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Stale, "{error}");
        assert!(error.message().contains("before"), "{error}");
        // A text that is drafted now is taken.
        let now = again(&world, id).await;
        assert!(matches!(
            world.approve(now, "bob").await.unwrap(),
            Decided::Approved(_)
        ));
    });
}

/// Whoever holds more than before is registered anew, and what they said before is not said by who they are now.
#[test]
fn an_approval_no_longer_counts_when_its_approver_is_registered_anew() {
    block_on(async {
        let world = World::new().await;
        let id = world.approved_2(&["printer"]).await.id();
        let edit = RulesEdit::new().add_approver(approver("alice").role("owner"));
        set(&world, edit, &["bob"]).await;
        let waits = again(&world, id).await;
        assert_eq!(waits.approvals().unwrap().given.len(), 0, "{waits:?}");
        assert!(matches!(
            world.approve(waits, "bob").await.unwrap(),
            Decided::Approved(_)
        ));
    });
}

/// The side on which somebody stands is part of who approves, as a role is.
#[test]
fn who_changed_sides_or_came_back_does_not_approve_what_was_submitted_before() {
    block_on(async {
        for revoked in [false, true] {
            let world = World::new().await;
            let open = world.stage_2(&["printer"]).await;
            let id = open.id();
            if revoked {
                let edit = RulesEdit::new().revoke_key(key("alice").public_key().fingerprint());
                set(&world, edit, &["bob"]).await;
                set(&world, RulesEdit::new().add_approver(approver("alice")), &["bob"]).await;
            } else {
                let edit = RulesEdit::new().add_approver(approver("alice").party(Party::Client));
                set(&world, edit, &["bob"]).await;
            }
            let error = open.decision("alice", Verdict::Approve).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Denied, "{revoked}");
            assert!(error.message().contains("registered after"), "{error}");
            // What is submitted from now on she approves.
            let later = world.stage_2(&["switch"]).await;
            assert!(matches!(
                world.approve(later, "alice").await.unwrap(),
                Decided::Approved(_)
            ));
            assert!(matches!(world.resume(id).await, Resumed::Routed(_)));
        }
    });
}

/// A change of the rules names the documents whose place it takes. Its text does not, so it is asked again when it comes in.
#[test]
fn a_text_about_rules_that_were_replaced_meanwhile_is_not_taken() {
    block_on(async {
        let world = World::new().await;
        let dora = staged(&world, RulesEdit::new().add_approver(approver("dora"))).await;
        let text = dora.decision("bob", Verdict::Approve).unwrap();
        set(
            &world,
            RulesEdit::new().add_approver(approver("erin")),
            &["alice"],
        )
        .await;
        let error = dora.decide(&text, sign("bob", &text)).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Stale, "{error}");
    });
}

/// Two are needed for what runs, and two for accepting what it left.
fn interrupted() -> (World, ProposalId) {
    let people = TenantOptions::region("eu").policy(two());
    let people = people.approvers(signers(&["alice", "bob", "carol"]));
    let world = block_on(World::with(PracticeOptions::default(), people));
    let open = block_on(world.stage_2(&["printer", "switch"]));
    let run = block_on(approved(&world, open, &["alice", "bob"]));
    let id = run.id();
    world.lab.0.lock().unwrap().stall_at = Some(3);
    {
        let mut execution = pin!(run.execute());
        while world.lab.0.lock().unwrap().places < 3 {
            let polled = execution.as_mut().poll(&mut Context::from_waker(Waker::noop()));
            assert!(matches!(polled, Poll::Pending));
            std::thread::yield_now();
        }
    }
    world.lab.0.lock().unwrap().blind = true;
    (world, id)
}

async fn accept(world: &World, in_doubt: InDoubt, person: &str) -> Settled {
    let text = in_doubt.acceptance(person, None).unwrap();
    let settled = in_doubt.accept(&text, sign(person, &text)).await.unwrap();
    assert_eq!(
        world.tenant.decisions().await.unwrap().last().unwrap().person,
        person
    );
    settled
}

#[test]
fn what_two_approved_is_accepted_by_two() {
    let (world, id) = interrupted();
    block_on(async {
        let Resumed::InDoubt(in_doubt) = world.resume(id).await else {
            panic!("it was interrupted");
        };
        let Settled::InDoubt(in_doubt) = accept(&world, in_doubt, "carol").await else {
            panic!("one acceptance is not two");
        };
        // The same person again is no second one.
        let text = in_doubt.acceptance("carol", None).unwrap();
        let error = in_doubt.accept(&text, sign("carol", &text)).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Denied, "{error}");
        let Resumed::InDoubt(in_doubt) = world.resume(id).await else {
            panic!("it waits for another one");
        };
        let Settled::Finished(finished) = accept(&world, in_doubt, "alice").await else {
            panic!("two suffice");
        };
        assert_eq!(
            finished.outcome(),
            Outcome::Executed(ExecutionStatus::AcceptedAsIs)
        );
    });
}

/// Who approved in a role approved as who holds it; without the role there is no such approval.
#[test]
fn an_approval_in_a_role_no_longer_counts_when_the_role_is_taken_away() {
    block_on(async {
        let policy = Policy {
            roles: ["owner".to_owned()].into(),
            ..Policy::default()
        };
        let owners = ["alice", "bob", "carol"].map(|person| approver(person).role("owner"));
        let mut people = TenantOptions::region("eu").policy(policy);
        for owner in owners {
            people = people.approver(owner);
        }
        let world = World::with(PracticeOptions::default(), people).await;
        let in_role = |person: &str| DecisionOptions {
            role: Some("owner".to_owned()),
            ..DecisionOptions::new(person, Verdict::Approve)
        };
        let open = world.stage_2(&["printer"]).await;
        let id = open.id();
        let text = open.decision_with(in_role("alice")).unwrap();
        let Decided::Approved(_) = open.decide(&text, sign("alice", &text)).await.unwrap() else {
            panic!("alice holds the role");
        };
        let edit = staged(&world, RulesEdit::new().add_approver(approver("alice"))).await;
        let text = edit.decision_with(in_role("bob")).unwrap();
        let Decided::Approved(run) = edit.decide(&text, sign("bob", &text)).await.unwrap() else {
            panic!("bob holds the role");
        };
        assert_eq!(run.execute().await.unwrap().status(), ExecutionStatus::Succeeded);
        let waits = again(&world, id).await;
        assert_eq!(waits.approvals().unwrap().given.len(), 0);
    });
}
