//! What is open is amended: narrowed or widened, with a reason, and approved anew.

use vcto::change::{Change, Extent, Money};
use vcto::gate::{Decided, Level, Outcome, OverrideKind, ReasonCode, Resumed, Routed, Verdict};
use vcto::practice::{PracticeOptions, TenantOptions};
use vcto::{Actor, ErrorKind};

use super::world::{REFUSED, World, approval, by, level_2, sign, signers};

fn alice() -> Actor {
    Actor::person("alice")
}

async fn two_votes() -> World {
    let policy = vcto::gate::Policy {
        approvals: 2,
        ..Default::default()
    };
    let options = TenantOptions::region("eu").approvers(signers(&["alice", "bob", "carol"]));
    World::with(PracticeOptions::default(), options.policy(policy)).await
}

fn narrowed() -> Change {
    level_2(&["printer"])
}

#[test]
fn who_narrows_a_change_may_approve_it_and_the_original_is_over() {
    pollster::block_on(async {
        let world = World::new().await;
        let original = world.stage_2(&["printer", "switch"]).await.id();
        let amended = world
            .tenant
            .amend(
                original,
                narrowed(),
                &alice(),
                "wrong_target: the switch was replaced",
            )
            .await
            .unwrap();
        let staged = approval(amended);
        assert_eq!(staged.proposer(), &by(), "the proposer stays");
        let amendment = staged.amendment().unwrap();
        assert_eq!(
            (amendment.original, amendment.extent, &amendment.by),
            (original, Extent::Narrower, &alice())
        );
        let Resumed::Finished(over) = world.resume(original).await else {
            panic!("the original is over");
        };
        assert_eq!(over.outcome(), Outcome::Superseded);
        assert_eq!(over.superseded_by(), Some(staged.id()));
        assert_eq!(
            over.change(),
            &level_2(&["printer", "switch"]),
            "it stays as it was"
        );

        let Decided::Approved(approved) = world.approve(staged, "alice").await.unwrap() else {
            panic!("alice may approve what she narrowed");
        };
        let execution = approved.execute().await.unwrap();
        assert_eq!(execution.steps().len(), 1);
        assert_eq!(world.lab.calls(), ["apply s1"]);
    });
}

#[test]
fn who_widens_a_change_cannot_approve_it() {
    pollster::block_on(async {
        let world = World::new().await;
        let original = world.stage_2(&["printer"]).await.id();
        let wide = level_2(&["printer", "switch"]);
        let staged = approval(
            world
                .tenant
                .amend(original, wide, &alice(), "judged_wrong: the switch too")
                .await
                .unwrap(),
        );
        assert_eq!(staged.amendment().unwrap().extent, Extent::Wider);
        let error = staged.decision("alice", Verdict::Approve).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Denied);
        assert!(error.to_string().contains("widened this change"), "{error}");
        // Narrowing it again later does not wash it off.
        let id = staged.id();
        let back = world
            .tenant
            .amend(id, narrowed(), &Actor::person("bob"), "too_risky")
            .await
            .unwrap();
        let staged = approval(back);
        assert!(staged.decision("alice", Verdict::Approve).is_err());
        let Decided::Approved(_) = world.approve(staged, "bob").await.unwrap() else {
            panic!("bob may");
        };
    });
}

#[test]
fn votes_are_on_what_was_signed_and_do_not_carry_over() {
    pollster::block_on(async {
        let world = two_votes().await;
        let staged = world.stage_2(&["printer", "switch"]).await;
        let original = staged.id();
        let late = staged.decision("bob", Verdict::Approve).unwrap();
        let Decided::Waiting(_) = world.approve(staged, "alice").await.unwrap() else {
            panic!("one of two");
        };
        let amended = world
            .tenant
            .amend(original, narrowed(), &alice(), "no_budget")
            .await
            .unwrap();
        let staged = approval(amended);
        assert!(staged.approvals().unwrap().given.is_empty());
        // The second vote over the original comes too late, wherever it is handed in.
        let id = staged.id();
        let error = staged.decide(&late, sign("bob", &late)).await.unwrap_err();
        assert!(error.kind().is_refusal(), "{error}");
        assert!(matches!(world.resume(original).await, Resumed::Finished(_)));
        let Resumed::Routed(Routed::Approval(staged)) = world.resume(id).await else {
            panic!("it waits");
        };
        assert!(staged.approvals().unwrap().given.is_empty());
    });
}

#[test]
fn a_reason_without_a_code_and_a_change_without_a_difference_are_refused() {
    pollster::block_on(async {
        let world = World::new().await;
        let original = world.stage_2(&["printer"]).await.id();
        for reason in ["", "because", "too risky", "too_risky\n"] {
            let refused = world
                .tenant
                .amend(original, level_2(&["switch"]), &alice(), reason)
                .await;
            assert_eq!(refused.unwrap_err().kind(), ErrorKind::InvalidInput, "{reason:?}");
        }
        let same = world
            .tenant
            .amend(original, narrowed(), &alice(), "too_risky")
            .await
            .unwrap_err();
        assert_eq!(same.kind(), ErrorKind::InvalidInput);
        assert!(
            matches!(world.resume(original).await, Resumed::Routed(_)),
            "it is open as before"
        );
    });
}

#[test]
fn what_is_over_or_approved_by_those_who_would_be_left_out_is_not_amended() {
    pollster::block_on(async {
        let world = World::new().await;
        let approved = world.approved_2(&["printer", "switch"]).await;
        let id = approved.id();
        let _ = approved.execute().await.unwrap();
        let error = world
            .tenant
            .amend(id, narrowed(), &alice(), "too_risky")
            .await
            .unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Consumed);
        assert_eq!(
            world.recorded(REFUSED).await.last().unwrap()["record"]["operation"],
            "amend"
        );

        // With two of two needed, whoever widens leaves nobody to approve: found now.
        let policy = vcto::gate::Policy {
            approvals: 2,
            ..Default::default()
        };
        let options = TenantOptions::region("eu")
            .approvers(signers(&["alice", "bob"]))
            .policy(policy);
        let world = World::with(PracticeOptions::default(), options).await;
        let id = world.stage_2(&["printer"]).await.id();
        let wide = level_2(&["printer", "switch"]);
        let error = world
            .tenant
            .amend(id, wide, &alice(), "judged_wrong")
            .await
            .unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Denied);
        assert!(error.to_string().contains("nobody could approve"), "{error}");
        assert!(
            matches!(world.resume(id).await, Resumed::Routed(_)),
            "the original is as it was"
        );
    });
}

#[test]
fn an_approved_change_can_be_narrowed_until_it_starts() {
    pollster::block_on(async {
        let world = World::new().await;
        let approved = world.approved_2(&["printer", "switch"]).await;
        let id = approved.id();
        let amended = world
            .tenant
            .amend(id, narrowed(), &alice(), "wrong_time")
            .await
            .unwrap();
        let error = approved.execute().await.unwrap_err();
        assert_eq!(
            error.kind(),
            ErrorKind::Consumed,
            "the approval was of the original"
        );
        assert!(world.lab.calls().is_empty());
        assert_eq!(approval(amended).level(), Level::L2);
    });
}

#[test]
fn a_way_back_is_not_amended() {
    pollster::block_on(async {
        let world = World::new().await;
        let execution = world
            .approved_2(&["printer", "switch"])
            .await
            .execute()
            .await
            .unwrap();
        let back = approval(execution.rollback().await.unwrap());
        let mut less = back.change().clone();
        less.steps.pop();
        let error = world
            .tenant
            .amend(back.id(), less, &alice(), "too_risky")
            .await
            .unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Denied);
    });
}

#[test]
fn the_overrides_tell_who_decided_otherwise_and_why() {
    pollster::block_on(async {
        let world = World::new().await;
        let mut dear = level_2(&["printer", "switch"]);
        dear.cost = Some(Money {
            amount: 900.into(),
            currency: "EUR".to_owned(),
        });
        let original = approval(world.submit(dear.clone()).await).id();
        dear.cost = Some(Money {
            amount: 500.into(),
            currency: "EUR".to_owned(),
        });
        let reason = "no_budget: half of it is there";
        let amended = approval(
            world
                .tenant
                .amend(original, dear, &alice(), reason)
                .await
                .unwrap(),
        );
        let id = amended.id();
        let mut options = vcto::gate::DecisionOptions::new("bob", Verdict::Reject);
        options.reason = Some("duplicate: of last month's".to_owned());
        let text = amended.decision_with(options).unwrap();
        assert!(matches!(
            amended.decide(&text, sign("bob", &text)).await.unwrap(),
            Decided::Rejected
        ));

        let overrides = world.tenant.overrides().await.unwrap();
        let told: Vec<_> = overrides
            .iter()
            .map(|told| {
                (
                    told.proposal,
                    told.kind,
                    told.replacement,
                    told.by.name(),
                    told.code.clone(),
                )
            })
            .collect();
        assert_eq!(
            told,
            [
                (
                    original,
                    OverrideKind::Narrowed,
                    Some(id),
                    "alice",
                    Some(ReasonCode::NoBudget)
                ),
                (
                    id,
                    OverrideKind::Rejected,
                    None,
                    "bob",
                    Some(ReasonCode::Duplicate)
                ),
            ]
        );
        assert_eq!(overrides[0].reason.as_deref(), Some(reason));
    });
}
