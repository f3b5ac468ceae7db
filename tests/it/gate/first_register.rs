//! Who approves first: given with the creation, or once later, and never too few for what is asked of them.

use std::sync::Arc;

use vcto::ErrorKind;
use vcto::gate::{Decided, Level, Policy, ProcessArea, RulesEdit};
use vcto::ledger::VerifyOptions;
use vcto::practice::{Practice, PracticeOptions, TenantOptions};
use vcto::time::ManualClock;

use super::rules::{approver, change_refused, set};
use super::world::{World, key, signers};

const APPROVERS: u16 = 0x0103;

async fn without() -> World {
    World::with(PracticeOptions::default(), TenantOptions::region("eu")).await
}

#[test]
fn a_tenant_without_approvers_gets_its_first_ones_once() {
    pollster::block_on(async {
        let mut world = without().await;
        let error = change_refused(&world, RulesEdit::new().add_approver(approver("alice"))).await;
        assert_eq!(error.kind(), ErrorKind::Denied);
        let people = || TenantOptions::region("eu").approvers(signers(&["alice", "bob"]));
        world.tenant = world.practice.create_tenant("halden", people()).await.unwrap();
        let recorded = world.recorded(APPROVERS).await;
        assert_eq!(recorded[1]["record"]["right"], "first");
        let staged = world.stage_2(&["printer"]).await;
        let decided = world.approve(staged, "alice").await.unwrap();
        assert!(matches!(decided, Decided::Approved(_)));
        let again = world.practice.create_tenant("halden", people()).await;
        assert_eq!(again.unwrap_err().kind(), ErrorKind::Conflict);
        // Also where nobody of them is left in force but one.
        let bob = key("bob").public_key().fingerprint();
        set(&world, RulesEdit::new().revoke_key(bob), &["alice"]).await;
        let carol = TenantOptions::region("eu").approvers(signers(&["carol"]));
        let again = world.practice.create_tenant("halden", carol).await;
        assert_eq!(again.unwrap_err().kind(), ErrorKind::Conflict);
        let verified = world
            .tenant
            .ledger()
            .verify(&VerifyOptions::default())
            .await
            .unwrap();
        assert!(verified.has_no_failure(), "{verified:?}");
    });
}

#[test]
fn with_the_first_approvers_nothing_else_comes() {
    pollster::block_on(async {
        let world = without().await;
        let people = || TenantOptions::region("eu").approvers(signers(&["alice", "bob"]));
        let two = Policy {
            approvals: 2,
            ..Policy::default()
        };
        let area = ProcessArea::new("firewall", "network", Level::L2, "because");
        let refused = [
            people().policy(two),
            people().area(area),
            TenantOptions::region("us").approvers(signers(&["alice"])),
            TenantOptions::region("eu"),
        ];
        for options in refused {
            let error = world.practice.create_tenant("halden", options).await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Conflict, "{error}");
        }
        assert_eq!(world.recorded(APPROVERS).await.len(), 1);
        let given = world
            .practice
            .create_tenant("halden", people().policy(Policy::default()));
        assert!(given.await.is_ok());
    });
}

#[test]
fn rules_that_ask_for_more_than_there_are_approvers_are_not_begun_with() {
    pollster::block_on(async {
        let clock = Arc::new(ManualClock::new("2026-11-22T08:00:00Z".parse().unwrap()));
        let practice = Practice::in_memory(PracticeOptions::default().clock(clock));
        let people = || TenantOptions::region("eu").approver(approver("alice").role("owner"));
        let policy = |approvals, role: Option<&str>| Policy {
            approvals,
            roles: role.map(str::to_owned).into_iter().collect(),
            ..Policy::default()
        };
        let area = |role: &str| {
            let mut area = ProcessArea::new(format!("of-{role}"), "network", Level::L2, "because");
            area.roles.insert(role.to_owned());
            area
        };
        let mut many = area("owner");
        many.approvals = 2;
        let refused = [
            people().policy(policy(2, None)),
            people().policy(policy(1, Some("security"))),
            people().area(area("security")),
            people().area(many),
        ];
        for options in refused {
            let error = practice.create_tenant("halden", options).await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidInput, "{error}");
            assert!(
                error
                    .remedy_text()
                    .is_some_and(|remedy| remedy.contains("more approvers"))
            );
        }
        assert!(practice.tenants().unwrap().is_empty(), "nothing was made");
        // Later too: the rules stay, and so does what they ask for.
        let strict = TenantOptions::region("eu").policy(policy(2, None));
        practice.create_tenant("halden", strict).await.unwrap();
        let few = TenantOptions::region("eu")
            .policy(policy(2, None))
            .approver(approver("alice"));
        let error = practice.create_tenant("halden", few).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput);
        let enough = TenantOptions::region("eu").approvers(signers(&["alice"]));
        let error = practice.create_tenant("halden", enough).await.unwrap_err();
        assert_eq!(
            error.kind(),
            ErrorKind::InvalidInput,
            "two are asked for by the policy in force"
        );
        let enough = TenantOptions::region("eu").approvers(signers(&["alice", "bob"]));
        practice.create_tenant("halden", enough).await.unwrap();
    });
}
