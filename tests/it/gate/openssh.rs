//! Decisions and the stock tools: people sign with `ssh-keygen`, auditors verify with it.

use vcto::gate::{Attestation, Decided, NAMESPACE, Routed, Verdict};
use vcto::practice::{PracticeOptions, TenantOptions};

use super::world::{World, approval, level_2};
use crate::signatures::{stock_key, stock_sign, stock_verifies};

#[test]
fn ssh_keygen_signs_decisions_and_verifies_every_stored_one() {
    pollster::block_on(async {
        let folder = tempfile::tempdir().unwrap();
        let people = ["alice", "bob"].map(|name| {
            let public = stock_key(folder.path(), name, "ed25519");
            format!("{name} {public}")
        });
        let options = TenantOptions::region("eu").approvers(people.concat());
        let world = World::with(PracticeOptions::default(), options).await;

        let staged = world.stage_2(&["printer"]).await;
        let text = staged.decision("alice", Verdict::Approve).unwrap();
        let signature = stock_sign(folder.path(), "alice", NAMESPACE, &text);
        let Decided::Approved(approved) = staged.decide(&text, &signature).await.unwrap() else {
            panic!("it is approved");
        };
        let _ = approved.execute().await.unwrap();
        let staged = approval(world.submit(level_2(&["switch"])).await);
        let text = staged.decision("bob", Verdict::Reject).unwrap();
        let signature = stock_sign(folder.path(), "bob", NAMESPACE, &text);
        let _ = staged.decide(&text, &signature).await.unwrap();
        let Routed::HumanOnly(staged) = world.submit(level_2(&["rack"])).await else {
            panic!("level 3");
        };
        let text = staged
            .attestation("alice", Attestation::Did, Some("moved by hand"))
            .unwrap();
        let signature = stock_sign(folder.path(), "alice", NAMESPACE, &text);
        let _ = staged.attest(&text, &signature).await.unwrap();

        every_statement_verifies(&world, 3).await;
    });
}

/// The stock tool accepts every signed statement of the ledger at the time at which it was recorded, and none with a byte changed.
pub async fn every_statement_verifies(world: &World, count: usize) {
    let folder = tempfile::tempdir().unwrap();
    let register = world.tenant.approvers().await.unwrap();
    let signers = register.allowed_signers().unwrap().to_string();
    let decisions = world.tenant.decisions().await.unwrap();
    assert_eq!(decisions.len(), count);
    for decision in decisions {
        let at = decision.at.strftime("%Y%m%d%H%M%SZ").to_string();
        let verifies = |text: &[u8], signature: &str| {
            let person = &decision.person;
            stock_verifies(
                folder.path(),
                &signers,
                person,
                NAMESPACE,
                Some(&at),
                signature,
                text,
            )
        };
        assert!(
            verifies(decision.text.as_bytes(), &decision.signature),
            "{}",
            decision.text
        );
        for place in [0, decision.text.len() / 2, decision.text.len() - 2] {
            let mut changed = decision.text.clone().into_bytes();
            changed[place] ^= 1;
            assert!(!verifies(&changed, &decision.signature), "byte {place}");
        }
        let mut changed = decision.signature.clone().into_bytes();
        let place = changed.len() / 2;
        changed[place] = if changed[place] == b'A' { b'B' } else { b'A' };
        let changed = std::str::from_utf8(&changed).unwrap();
        assert!(!verifies(decision.text.as_bytes(), changed));
    }
}
