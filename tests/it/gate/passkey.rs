//! A person whose key is on a token or a passkey approves as everybody does, and an outsider can check it.

use vcto::gate::{Approver, Decided, Party, Verdict};
use vcto::practice::{PracticeOptions, TenantOptions};

use super::world::{World, approval, level_2};
use crate::signatures::token::{Assertion, ORIGIN, Passkey, Token};

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

        super::openssh::every_statement_verifies(&world, 2).await;
    });
}
