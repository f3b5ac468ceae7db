//! Ways around a rule that look like another rule.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use vcto::ErrorKind;
use vcto::gate::sshsig::passkey_key;
use vcto::gate::{Approver, DecisionOptions, Policy, Routed, RulesEdit, Verdict};
use vcto::practice::{PracticeOptions, TenantOptions};
use vcto::{Actor, gate::Level};

use super::world::{World, approval, by, change, key, level_2, signers, step};
use crate::signatures::token::Passkey;

#[test]
fn a_second_spelling_of_the_proposer_or_the_operator_is_the_same_person() {
    pollster::block_on(async {
        let world = World::new().await;
        for spelled in ["alice ", " Alice", "alice\u{a0}", "al\u{ad}ice", "\u{ff41}lice"] {
            let routed = world
                .tenant
                .submit(level_2(&["printer"]), &Actor::person(spelled))
                .await;
            let staged = approval(routed.unwrap());
            let error = staged.decision("alice", Verdict::Approve).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Denied, "{spelled:?}");
            assert!(staged.decision("bob", Verdict::Approve).is_ok());
        }
        let options = PracticeOptions::default().operator(Actor::service("alice "));
        let world = World::with(
            options,
            TenantOptions::region("eu").approvers(signers(&["alice", "bob"])),
        )
        .await;
        let approved = world.approved_2(&["printer"]).await;
        assert_eq!(approved.execute().await.unwrap_err().kind(), ErrorKind::Denied);
        assert!(world.lab.calls().is_empty());
        // Many spellings are one author, whose small changes count together.
        let levels = ["svc", "svc ", "SVC", "s\u{200d}vc"]
            .iter()
            .enumerate()
            .map(|(n, name)| {
                let shelf = change("documentation", vec![step("s1", "set", &format!("shelf-{n}"))]);
                let name = name.replace('\u{200d}', "\u{ad}");
                let routed = pollster::block_on(world.tenant.submit(shelf, &Actor::service(name))).unwrap();
                matches!(routed, Routed::Automatic(_))
            });
        assert_eq!(levels.collect::<Vec<_>>(), [true, true, false, false]);
    });
}

#[test]
fn one_private_key_is_one_person_whatever_it_is_said_to_be_for() {
    let plain = key("alice").public_key();
    let mut blob = Vec::new();
    for part in [&b"sk-ssh-ed25519@openssh.com"[..], plain.as_bytes(), b"ssh:"] {
        blob.extend_from_slice(&u32::try_from(part.len()).unwrap().to_be_bytes());
        blob.extend_from_slice(part);
    }
    let token = format!("sk-ssh-ed25519@openssh.com {}", STANDARD.encode(blob));
    let point = Passkey::new().key();
    let [one, two] = ["msp.example", "other.example"]
        .map(|domain| passkey_key(domain, point.as_bytes()).unwrap().to_string());
    pollster::block_on(async {
        for (first, second) in [(plain.to_string(), token), (one, two)] {
            let world = World::new().await;
            let options = TenantOptions::region("eu")
                .approver(Approver::new("alice", &first).unwrap())
                .approver(Approver::new("bob", &second).unwrap());
            let error = world.practice.create_tenant("pryce", options).await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidInput);
            assert!(error.to_string().contains("listed already"), "{error}");
        }
    });
}

#[test]
fn a_window_that_has_begun_makes_a_decision_no_longer() {
    pollster::block_on(async {
        let world = World::new().await;
        let staged = world.stage_2(&["printer"]).await;
        let wish = |begin: &str, end: &str| DecisionOptions {
            not_before: Some(begin.parse().unwrap()),
            not_after: Some(end.parse().unwrap()),
            ..DecisionOptions::new("alice", Verdict::Approve)
        };
        // It is 08:00 of 22 November.
        for (begin, end, fits) in [
            ("1970-01-01T00:00:00Z", "2026-12-20T08:00:00Z", false),
            ("2026-11-22T08:00:00Z", "2026-11-23T08:00:01Z", false),
            ("2026-11-22T07:00:00Z", "2026-11-23T08:00:00Z", true),
            ("2026-11-22T08:00:01Z", "2026-12-20T08:00:00Z", true),
        ] {
            assert_eq!(
                staged.decision_with(wish(begin, end)).is_ok(),
                fits,
                "{begin} {end}"
            );
        }
    });
}

#[test]
fn rules_that_nobody_could_change_in_a_month_are_refused() {
    pollster::block_on(async {
        let world = World::new().await;
        let lasting = |name: &str, until: &str| {
            let key = key(name).public_key().to_string();
            let line = format!("{name} valid-before=\"{until}\" {key}\n");
            let signers: vcto::gate::allowed_signers::AllowedSigners = line.parse().unwrap();
            Approver::from_signer(signers.iter().next().unwrap().clone()).unwrap()
        };
        let only = |approver: Approver| {
            ["alice", "bob", "carol"]
                .iter()
                .fold(RulesEdit::new().add_approver(approver), |edit, name| {
                    edit.revoke_key(key(name).public_key().to_string())
                })
        };
        let soon = only(lasting("dora", "20261201Z"));
        let error = world
            .tenant
            .change_rules(soon, "all leave", &by())
            .await
            .unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Denied);
        assert!(error.to_string().contains("in 30 days"), "{error}");
        let later = only(lasting("dora", "20271201Z"));
        let routed = world
            .tenant
            .change_rules(later, "all leave", &by())
            .await
            .unwrap();
        assert!(matches!(&routed, Routed::Approval(staged) if staged.level() == Level::L2));
        assert_eq!(Policy::default().approvals, 1);
    });
}
