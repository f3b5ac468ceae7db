//! Who decides about the rules: those who were there before, all whom the strictest rule asks for, and never nobody.

use vcto::gate::{
    Approver, Decided, ExecutionStatus, Level, Policy, ProcessArea, Resumed, RulesEdit, Verdict,
};
use vcto::practice::{PracticeOptions, TenantOptions};
use vcto::{Actor, ErrorKind};

use super::rules::{approved, approver, change_refused, set, staged, two};
use super::world::{World, approval, key, sign, signers};

#[test]
fn a_policy_is_not_approved_by_those_whom_its_change_adds() {
    pollster::block_on(async {
        let world = World::with(
            PracticeOptions::default(),
            TenantOptions::region("eu")
                .policy(two())
                .approvers(signers(&["alice", "bob"])),
        )
        .await;
        // One change that adds an accomplice and lowers the bar; another that only lowers it.
        let edit = RulesEdit::new()
            .add_approver(approver("mallory"))
            .policy(Policy::default());
        let first = staged(&world, edit).await;
        let id = first.id();
        let _ = world.approve(first, "alice").await.unwrap();
        let Resumed::Routed(routed) = world.resume(id).await else {
            panic!("the old policy asks for two");
        };
        let first = approval(routed);
        assert_eq!(first.approvals().unwrap().needed, 2);
        assert_eq!(
            first.decision("mallory", Verdict::Approve).unwrap_err().kind(),
            ErrorKind::Denied
        );
        let _ = world.approve(first, "bob").await.unwrap();
        let Resumed::Approved(run) = world.resume(id).await else {
            panic!("both approved");
        };
        let _ = run.execute().await.unwrap();
        assert_eq!(world.tenant.rules().await.unwrap().policy.approvals, 1);
        // From now on mallory decides, about what is submitted from now on.
        set(&world, RulesEdit::new().policy(two()), &["mallory"]).await;
    });
}

#[test]
fn an_approver_who_was_registered_later_does_not_count_for_what_was_submitted_before() {
    pollster::block_on(async {
        let world = World::with(
            PracticeOptions::default(),
            TenantOptions::region("eu").approvers(signers(&["alice", "bob"])),
        )
        .await;
        let open = world.stage_2(&["printer"]).await;
        set(
            &world,
            RulesEdit::new().add_approver(approver("mallory")),
            &["alice"],
        )
        .await;
        let error = open.decision("mallory", Verdict::Approve).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Denied);
        assert!(error.message().contains("registered after"), "{error}");
        // She may stop it all the same.
        let text = open.decision("mallory", Verdict::Reject).unwrap();
        let decided = open.decide(&text, sign("mallory", &text)).await.unwrap();
        assert!(matches!(decided, Decided::Rejected));
        let later = world.stage_2(&["printer"]).await;
        assert!(matches!(
            world.approve(later, "mallory").await.unwrap(),
            Decided::Approved(_)
        ));
    });
}

#[test]
fn a_second_key_or_a_new_role_of_an_approver_counts_from_then_on() {
    pollster::block_on(async {
        let policy = Policy {
            roles: ["owner".to_owned()].into(),
            ..Policy::default()
        };
        let people = TenantOptions::region("eu")
            .policy(policy)
            .approver(approver("alice").role("owner"))
            .approver(approver("bob"));
        let world = World::with(PracticeOptions::default(), people).await;
        let open = world.stage_2(&["printer"]).await;
        let id = open.id();
        let second = Approver::new("alice", &key("alice-2").public_key().to_string()).unwrap();
        let edit = RulesEdit::new()
            .add_approver(second.role("owner"))
            .add_approver(approver("bob").role("owner"));
        let staged = staged(&world, edit).await;
        let by_alice = vcto::gate::DecisionOptions {
            role: Some("owner".to_owned()),
            ..vcto::gate::DecisionOptions::new("alice", Verdict::Approve)
        };
        let text = staged.decision_with(by_alice.clone()).unwrap();
        let Decided::Approved(run) = staged.decide(&text, sign("alice", &text)).await.unwrap() else {
            panic!("alice holds the role");
        };
        let _ = run.execute().await.unwrap();
        let mut by_bob = by_alice.clone();
        by_bob.approver = "bob".to_owned();
        assert_eq!(open.decision_with(by_bob).unwrap_err().kind(), ErrorKind::Denied);
        // Alice may decide, with the key that she had.
        let text = open.decision_with(by_alice.clone()).unwrap();
        let error = open.decide(&text, sign("alice-2", &text)).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Denied);
        let Resumed::Routed(routed) = world.resume(id).await else {
            panic!("it waits");
        };
        let decided = approval(routed)
            .decide(&text, sign("alice", &text))
            .await
            .unwrap();
        assert!(matches!(decided, Decided::Approved(_)));
    });
}

#[test]
fn an_approval_by_a_key_that_was_revoked_since_does_not_count_and_the_past_still_verifies() {
    pollster::block_on(async {
        let world = World::new().await;
        let staged = world.stage_2(&["printer"]).await;
        let id = staged.id();
        let Decided::Approved(run) = world.approve(staged, "alice").await.unwrap() else {
            panic!("one suffices");
        };
        let done = world.approved_2(&["switch"]).await.execute().await.unwrap();
        assert_eq!(done.status(), ExecutionStatus::Succeeded);
        world.clock.advance(jiff::SignedDuration::from_secs(90));
        set(
            &world,
            RulesEdit::new().revoke_key(key("alice").public_key().to_string()),
            &["bob"],
        )
        .await;
        let error = run.execute().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Denied, "{error}");
        let Resumed::Routed(routed) = world.resume(id).await else {
            panic!("it waits again");
        };
        let waiting = approval(routed);
        assert!(waiting.approvals().unwrap().given.is_empty());
        let error = waiting.decision("alice", Verdict::Approve).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Denied);
        // Her text from before, again.
        let old = world.tenant.decisions().await.unwrap().remove(0);
        let error = waiting.decide(&old.text, &old.signature).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Denied);
        assert!(error.message().contains("revoked"), "{error}");
        // The exported register ends her key with the second of the revocation, and keeps it.
        let signers = world.tenant.approvers().await.unwrap().allowed_signers().unwrap();
        let line = signers.find(&key("alice").public_key()).unwrap();
        assert_eq!(line.valid_before(), Some("2026-11-22T08:01:30Z".parse().unwrap()));
        assert!(line.permits("vcto-approval-v1", old.at).is_ok());
        let report = world
            .tenant
            .ledger()
            .verify(&vcto::ledger::VerifyOptions::default())
            .await
            .unwrap();
        assert_eq!(report.policy, vcto::ledger::Policy::Ok, "{:?}", report.problems);
    });
}

#[test]
fn a_key_names_one_person_for_ever() {
    pollster::block_on(async {
        let world = World::new().await;
        let taken = Approver::new("mallory", &key("carol").public_key().to_string()).unwrap();
        let error = change_refused(&world, RulesEdit::new().add_approver(taken.clone())).await;
        assert_eq!(error.kind(), ErrorKind::InvalidInput);
        let fingerprint = key("carol").public_key().fingerprint();
        set(&world, RulesEdit::new().revoke_key(&fingerprint), &["alice"]).await;
        let error = change_refused(&world, RulesEdit::new().add_approver(taken)).await;
        assert_eq!(error.kind(), ErrorKind::Denied, "{error}");
        let error = change_refused(&world, RulesEdit::new().revoke_key(fingerprint)).await;
        assert_eq!(error.kind(), ErrorKind::NotFound);
        // Nor does a name come back in another spelling.
        let other = Approver::new("Carol", &key("carol-2").public_key().to_string()).unwrap();
        let error = change_refused(&world, RulesEdit::new().add_approver(other)).await;
        assert_eq!(error.kind(), ErrorKind::InvalidInput);
        // Its own person may have it back.
        set(
            &world,
            RulesEdit::new().add_approver(approver("carol")),
            &["alice"],
        )
        .await;
        assert_eq!(
            world.tenant.rules().await.unwrap().approvers.in_force().count(),
            3
        );
    });
}

#[test]
fn a_change_of_the_rules_takes_the_strictest_of_them_all() {
    pollster::block_on(async {
        let mut strict = ProcessArea::new("backups", "storage", Level::L2, "what is deleted is gone");
        strict.approvals = 2;
        strict.roles = ["owner".to_owned()].into();
        let options = TenantOptions::region("eu")
            .area(strict)
            .approver(approver("alice"))
            .approver(approver("bob").role("owner"));
        let world = World::with(PracticeOptions::default(), options).await;
        let staged = staged(&world, RulesEdit::new().add_approver(approver("carol"))).await;
        let approvals = staged.approvals().unwrap();
        assert_eq!((approvals.needed, approvals.roles), (2, vec!["owner".to_owned()]));
        drop(staged);
        // A proposer who would be needed for it is told at once.
        let edit = RulesEdit::new().add_approver(approver("carol"));
        let error = world
            .tenant
            .change_rules(edit, "x", &Actor::person("bob"))
            .await
            .unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Denied);
        assert!(error.remedy_text().is_some());
    });
}

#[test]
fn a_gate_does_not_lock_itself_out() {
    pollster::block_on(async {
        let world = World::new().await;
        let revoke = |people: &[&str]| {
            people.iter().fold(RulesEdit::new(), |edit, person| {
                edit.revoke_key(key(person).public_key().fingerprint())
            })
        };
        let four = Policy {
            approvals: 4,
            ..Policy::default()
        };
        let in_role = Policy {
            roles: ["owner".to_owned()].into(),
            ..Policy::default()
        };
        let mut area = ProcessArea::new("backups", "storage", Level::L2, "what is deleted is gone");
        area.roles = ["keeper".to_owned()].into();
        for edit in [
            revoke(&["alice", "bob", "carol"]),
            RulesEdit::new().policy(four.clone()),
            RulesEdit::new().policy(in_role.clone()),
            RulesEdit::new().area(area),
            revoke(&["alice", "bob"]).policy(two()),
        ] {
            let error = change_refused(&world, edit).await;
            assert_eq!(error.kind(), ErrorKind::Denied, "{error}");
            assert!(error.remedy_text().is_some());
        }
        // Together with who is asked for it goes, in an order in which every step on the way could be the last.
        let edit = RulesEdit::new().policy(four).add_approver(approver("dora"));
        let staged = staged(&world, edit).await;
        let actions: Vec<&str> = staged
            .change()
            .steps
            .iter()
            .map(|step| step.action.as_str())
            .collect();
        assert_eq!(actions, ["set_approvers", "set_policy"]);
        let _ = approved(&world, staged, &["alice"])
            .await
            .execute()
            .await
            .unwrap();
        let edit = revoke(&["alice", "bob", "carol"]).policy(Policy::default());
        let staged = self::staged(&world, edit).await;
        let actions: Vec<&str> = staged
            .change()
            .steps
            .iter()
            .map(|step| step.action.as_str())
            .collect();
        assert_eq!(actions, ["set_policy", "set_approvers"]);
    });
}
