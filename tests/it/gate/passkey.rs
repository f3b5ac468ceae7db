//! A person whose key is on a token or a passkey approves as everybody does, and an outsider can check it.

use vcto::gate::sshsig::passkey_key;
use vcto::gate::{Approver, Decided, Party, Verdict};
use vcto::practice::{PracticeOptions, TenantOptions};

use super::world::{World, approval, level_2};
use crate::signatures::token::{Assertion, DOMAIN, ORIGIN, Passkey, Token};

#[test]
fn a_passkey_and_a_token_make_a_quorum_of_two() {
    pollster::block_on(async {
        let (passkey, token) = (Passkey::new(), Token::new());
        let policy = vcto::gate::Policy {
            approvals: 2,
            ..Default::default()
        };
        let options = TenantOptions::region("eu")
            .policy(policy)
            .approver(
                Approver::new("alice", &passkey.key().to_string())
                    .unwrap()
                    .party(Party::Client),
            )
            .approver(Approver::new("bob", &token.line()).unwrap());
        let world = World::with(PracticeOptions::default(), options).await;
        let staged = approval(world.submit(level_2(&["printer"])).await);

        let text = staged.decision("alice", Verdict::Approve).unwrap();
        let stolen = passkey.assert(Assertion {
            origin: "https://evil.example",
            told: "https://evil.example",
            ..Assertion::over(&text)
        });
        let id = staged.id();
        assert!(
            staged.decide(&text, stolen).await.is_err(),
            "a page of somebody else"
        );
        let vcto::gate::Resumed::Routed(routed) = world.resume(id).await else {
            panic!("it waits");
        };
        let staged = approval(routed);
        let text = staged.decision("alice", Verdict::Approve).unwrap();
        let signature = passkey.assert(Assertion {
            origin: ORIGIN,
            ..Assertion::over(&text)
        });
        let Decided::Waiting(staged) = staged.decide(&text, signature).await.unwrap() else {
            panic!("one of two");
        };
        let text = staged.decision("bob", Verdict::Approve).unwrap();
        let Decided::Approved(approved) = staged.decide(&text, token.sign_text(&text)).await.unwrap() else {
            panic!("two of two");
        };
        approved.execute().await.unwrap();
        assert_eq!(world.lab.calls(), ["apply s1"]);

        // The register and the statements, before the stock tool.
        let folder = tempfile::tempdir().unwrap();
        let signers = world
            .tenant
            .approvers()
            .await
            .unwrap()
            .allowed_signers()
            .unwrap()
            .to_string();
        assert!(passkey_key(DOMAIN, passkey.key().as_bytes()).is_ok() && signers.contains("nistp256"));
        let decisions = world.tenant.decisions().await.unwrap();
        assert_eq!(decisions.len(), 2);
        for decision in decisions {
            let verified = crate::signatures::stock_verifies(
                folder.path(),
                &signers,
                &decision.person,
                vcto::gate::NAMESPACE,
                None,
                &decision.signature,
                decision.text.as_bytes(),
            );
            assert!(verified, "{}", decision.person);
        }
    });
}
