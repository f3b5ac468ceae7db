//! A revoked key in what outsiders get: its past verifies with the stock tool, its future does not.

use std::process::Command;

use vcto::gate::{ExecutionStatus, Freeze, NAMESPACE, RulesEdit};
use vcto::ledger::VerifyOptions;
use vcto::practice::{PracticeOptions, TenantOptions};
use vcto::proof::verify_bundle;
use vcto::{Actor, ErrorKind};

use super::rules::{approver, set};
use super::world::{World, key, sign, signers};
use crate::signatures::stock_verifies;

/// A tenant whose alice approved what ran, and whose key was revoked 90 seconds later.
async fn revoked() -> World {
    let options = TenantOptions::region("eu").approvers(signers(&["alice", "bob"]));
    let world = World::with(PracticeOptions::default(), options).await;
    let done = world.approved_2(&["printer"]).await.execute().await.unwrap();
    assert_eq!(done.status(), ExecutionStatus::Succeeded);
    world.clock.advance(jiff::SignedDuration::from_secs(90));
    world
        .tenant
        .halt(&Actor::engine("watchdog"), "smoke")
        .await
        .unwrap();
    let until = "2027-01-04T06:00:00Z".parse().unwrap();
    let edit = RulesEdit::new()
        .revoke_key(key("alice").public_key().fingerprint())
        .add_approver(approver("dora").role("owner"))
        .freeze(Freeze::new(
            "year-end",
            "2026-12-18T17:00:00Z".parse().unwrap(),
            until,
            "payroll",
        ))
        .lift_halt();
    set(&world, edit, &["bob"]).await;
    world
}

#[test]
fn stock_ssh_keygen_accepts_a_decision_of_before_the_revocation_and_none_of_after_it() {
    pollster::block_on(async {
        let folder = tempfile::tempdir().unwrap();
        let world = revoked().await;
        let register = world.tenant.approvers().await.unwrap();
        let lines = register.allowed_signers().unwrap().to_string();
        let old = world.tenant.decisions().await.unwrap().remove(0);
        assert_eq!(old.person, "alice");
        let verifies = |time: &str, signature: &str| {
            let text = old.text.as_bytes();
            stock_verifies(
                folder.path(),
                &lines,
                "alice",
                NAMESPACE,
                Some(time),
                signature,
                text,
            )
        };
        let at = old.at.strftime("%Y%m%d%H%M%SZ").to_string();
        assert!(verifies(&at, &old.signature));
        assert!(
            verifies("20261122080130Z", &old.signature),
            "the second of the revocation"
        );
        assert!(!verifies("20261122080131Z", &old.signature));
        // What she signs from then on is worth nothing, here as there.
        let fresh = sign("alice", old.text.as_bytes());
        assert!(!verifies("20261122090000Z", &fresh));
        let gone = register
            .allowed_signers()
            .unwrap()
            .find(&key("alice").public_key())
            .unwrap()
            .permits(NAMESPACE, "2026-11-22T08:01:31Z".parse().unwrap());
        assert_eq!(gone.unwrap_err().kind(), ErrorKind::Expired);
    });
}

#[test]
fn a_proof_over_a_change_of_the_rules_and_a_revocation_verifies_with_us_and_with_stock_tools() {
    pollster::block_on(async {
        let folder = tempfile::tempdir().unwrap();
        let world = revoked().await;
        let proof = folder.path().join("proof");
        let proved = world.tenant.prove(&proof).await.unwrap();
        assert_eq!((proved.decisions, proved.oscal), (2, true));
        let options = VerifyOptions::default().key(world.tenant.ledger().verifier_key().clone());
        let verified = verify_bundle(&proof, &options).unwrap();
        assert!(verified.has_no_failure(), "{verified:?}");
        assert_eq!(verified.problems, []);
        let output = Command::new("sh").arg(proof.join("verify.sh")).output().unwrap();
        let printed = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success(), "{printed}");
        assert!(printed.contains("2 signed decisions looked at"), "{printed}");
        let results = std::fs::read_to_string(proof.join("oscal/assessment-results.json")).unwrap();
        for told in [
            "Submitted: Change the rules of the gate",
            "set-approvers: in force from here: approvers",
            "lift-halt: in force from here: its halts are lifted",
        ] {
            assert!(results.contains(told), "{told}");
        }
    });
}
