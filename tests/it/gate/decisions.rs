//! Who may decide, over which text, and until when.

use jiff::{SignedDuration, Timestamp};
use vcto::gate::{
    Approval, Approver, Attestation, Decided, DecisionOptions, Outcome, Party, Policy, ProcessArea,
    ProposalId, Resumed, Routed, Staged, Verdict,
};
use vcto::practice::{PracticeOptions, TenantOptions};
use vcto::{Actor, Error, ErrorKind};

use super::world::{
    EXPIRED, REFUSED, STALE, STARTED, World, approval, by, change, inventory, key, level_2, sign, signers,
    step,
};

fn hours(n: i64) -> SignedDuration {
    SignedDuration::from_hours(n)
}

fn at(text: &str) -> Option<Timestamp> {
    Some(text.parse().unwrap())
}

async fn again(world: &World, id: ProposalId) -> Staged<Approval> {
    match world.resume(id).await {
        Resumed::Routed(routed) => approval(routed),
        other => panic!("{other:?}"),
    }
}

/// The last refusal in the ledger: what was asked for, and the kind of the error.
async fn last_refusal(world: &World) -> (String, String) {
    let record = world
        .recorded(REFUSED)
        .await
        .pop()
        .expect("a refusal is recorded");
    let text = |key: &str| record["record"][key].as_str().unwrap().to_owned();
    (text("operation"), text("kind"))
}

async fn refused(world: &World, staged: Staged<Approval>, text: &[u8], signature: &str) -> Error {
    let before = world.recorded(REFUSED).await.len();
    let error = staged.decide(text, signature).await.expect_err("it is refused");
    assert_eq!(
        world.recorded(REFUSED).await.len(),
        before + 1,
        "the refusal is recorded: {error}"
    );
    assert_eq!(
        last_refusal(world).await,
        ("decide".to_owned(), error.kind().to_string())
    );
    error
}

#[test]
fn one_approval_suffices_and_is_recorded_with_the_exact_text() {
    pollster::block_on(async {
        let world = World::new().await;
        let staged = world.stage_2(&["printer"]).await;
        let id = staged.id();
        let text = staged.decision("alice", Verdict::Approve).unwrap();
        let signature = sign("alice", &text);
        let decided = staged.decide(&text, &signature).await.unwrap();
        assert!(matches!(decided, Decided::Approved(_)), "{decided:?}");
        let decisions = world.tenant.decisions().await.unwrap();
        assert_eq!(decisions.len(), 1);
        assert_eq!(decisions[0].text.as_bytes(), text);
        assert_eq!(decisions[0].signature, signature);
        assert_eq!(
            (decisions[0].person.as_str(), decisions[0].statement.as_str()),
            ("alice", "approve")
        );
        assert_eq!(decisions[0].proposal, id);
    });
}

#[test]
fn every_changed_byte_of_text_or_signature_is_refused_and_recorded() {
    pollster::block_on(async {
        let world = World::new().await;
        let staged = world.stage_2(&["printer"]).await;
        let id = staged.id();
        let text = staged.decision("alice", Verdict::Approve).unwrap();
        let signature = sign("alice", &text);
        drop(staged);
        // The clock goes on, so that the bound on recorded refusals an hour does not hide one.
        for place in (0..text.len()).step_by(41) {
            let mut changed = text.clone();
            changed[place] ^= 1;
            world.clock.advance(SignedDuration::from_mins(2));
            refused(&world, again(&world, id).await, &changed, &signature).await;
        }
        let body = 36..signature.len() - 34;
        for place in body.step_by(29) {
            let mut changed = signature.clone().into_bytes();
            changed[place] = if changed[place] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(changed).unwrap();
            world.clock.advance(SignedDuration::from_mins(2));
            refused(&world, again(&world, id).await, &text, &changed).await;
        }
        // The unchanged pair is still good.
        let decided = again(&world, id).await.decide(&text, &signature).await.unwrap();
        assert!(matches!(decided, Decided::Approved(_)));
    });
}

#[test]
fn a_signature_of_another_key_or_namespace_is_refused() {
    pollster::block_on(async {
        let world = World::new().await;
        let id = world.stage_2(&["printer"]).await.id();
        let text = again(&world, id)
            .await
            .decision("alice", Verdict::Approve)
            .unwrap();
        let by_bob = refused(&world, again(&world, id).await, &text, &sign("bob", &text)).await;
        assert_eq!(by_bob.kind(), ErrorKind::Denied);
        let by_stranger = refused(&world, again(&world, id).await, &text, &sign("mallory", &text)).await;
        assert_eq!(by_stranger.kind(), ErrorKind::Denied);
        let for_git = key("alice").sign("git", &text).unwrap();
        let error = refused(&world, again(&world, id).await, &text, &for_git).await;
        assert_eq!(error.kind(), ErrorKind::Denied);
        for garbage in [
            "",
            "-----BEGIN SSH SIGNATURE-----\nAAAA\n-----END SSH SIGNATURE-----\n",
            "\u{0}",
        ] {
            refused(&world, again(&world, id).await, &text, garbage).await;
        }
        let error = again(&world, id)
            .await
            .decide(&text, b"\xff\xfe")
            .await
            .unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput);
    });
}

#[test]
fn a_text_of_another_proposal_tenant_or_ledger_is_refused() {
    pollster::block_on(async {
        let world = World::new().await;
        let first = world.stage_2(&["printer"]).await;
        let second = world.stage_2(&["switch"]).await.id();
        let text = first.decision("alice", Verdict::Approve).unwrap();
        let error = refused(&world, again(&world, second).await, &text, &sign("alice", &text)).await;
        assert_eq!(error.kind(), ErrorKind::Denied);

        // The same practice, change, people and clock, but another ledger.
        let elsewhere = World::new().await;
        let other = elsewhere.stage_2(&["printer"]).await;
        let error = refused(&elsewhere, other, &text, &sign("alice", &text)).await;
        assert_eq!(error.kind(), ErrorKind::Denied);
    });
}

#[test]
fn a_text_that_the_gate_did_not_draft_is_refused_though_the_signature_is_good() {
    pollster::block_on(async {
        let world = World::new().await;
        let id = world.stage_2(&["printer"]).await.id();
        let text = String::from_utf8(
            again(&world, id)
                .await
                .decision("alice", Verdict::Approve)
                .unwrap(),
        )
        .unwrap();
        let swap = |from: &str, to: &str| {
            let swapped = text.replace(from, to);
            assert_ne!(swapped, text, "{from}");
            swapped
        };
        let nonce_at = text.find("\"nonce\":\"").unwrap() + 9;
        let other_nonce = format!(
            "{}{}{}",
            &text[..nonce_at],
            "0".repeat(64),
            &text[nonce_at + 64..]
        );
        let variants = [
            swap("\"level\":\"L2\"", "\"level\":\"L0\""),
            swap("\"tenant\":\"halden\"", "\"tenant\":\"pryce\""),
            swap("\"approver\":\"alice\"", "\"approver\":\"bob\""),
            swap("\"verdict\":\"approve\"", "\"verdict\":\"did\""),
            swap("\"role\":null", "\"role\":\"owner\""),
            swap("2026-11-23T08:00:00Z", "2026-11-29T08:00:00Z"),
            swap("\"v\":1", "\"v\":2"),
            swap("\"v\":1,", "\"v\":1, "),
            swap("}\n", ",\"extra\":1}\n"),
            swap("}\n", "}"),
            swap("\"reason\":null", "\"reason\":\"a\\u202eb\""),
            other_nonce,
            format!("\u{feff}{text}"),
            String::new(),
            "{}\n".to_owned(),
        ];
        for variant in variants {
            let staged = again(&world, id).await;
            refused(
                &world,
                staged,
                variant.as_bytes(),
                &sign("alice", variant.as_bytes()),
            )
            .await;
        }
    });
}

#[test]
fn reject_is_final_and_a_new_proposal_names_the_old_one() {
    pollster::block_on(async {
        let world = World::new().await;
        let staged = world.stage_2(&["printer"]).await;
        let id = staged.id();
        let options = DecisionOptions {
            reason: Some("too_risky: payroll week".to_owned()),
            ..DecisionOptions::new("bob", Verdict::Reject)
        };
        let text = staged.decision_with(options).unwrap();
        assert!(matches!(
            staged.decide(&text, sign("bob", &text)).await.unwrap(),
            Decided::Rejected
        ));
        let Resumed::Finished(finished) = world.resume(id).await else {
            panic!("a rejected proposal is over");
        };
        assert_eq!(finished.outcome(), Outcome::Rejected);
        assert!(finished.execution().is_none());
        assert_eq!(
            world.tenant.decisions().await.unwrap()[0].reason.as_deref(),
            Some("too_risky: payroll week")
        );

        let anew = world.stage_2(&["printer"]).await;
        assert_ne!(anew.id(), id);
        let proposed = world.recorded(0x0110).await.pop().unwrap();
        assert_eq!(proposed["record"]["earlier"], serde_json::json!([id.to_string()]));
    });
}

#[test]
fn an_approved_change_can_be_objected_to_before_it_starts() {
    pollster::block_on(async {
        let world = World::new().await;
        let approved = world.approved_2(&["printer"]).await;
        let id = approved.id();
        let text = approved.objection("bob", Some("wrong_time")).unwrap();
        approved.object(&text, sign("bob", &text)).await.unwrap();
        assert!(
            matches!(world.resume(id).await, Resumed::Finished(finished) if finished.outcome() == Outcome::Rejected)
        );
    });
}

#[test]
fn an_approval_is_not_taken_for_an_objection() {
    pollster::block_on(async {
        let world = World::new().await;
        let approved = world.approved_2(&["printer"]).await;
        let id = approved.id();
        let text = String::from_utf8(approved.objection("bob", None).unwrap()).unwrap();
        let turned = text.replace("\"verdict\":\"reject\"", "\"verdict\":\"approve\"");
        assert_ne!(text, turned);
        let error = approved
            .object(&turned, sign("bob", turned.as_bytes()))
            .await
            .unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput, "{error}");
        assert!(matches!(world.resume(id).await, Resumed::Approved(_)));
        assert_eq!(world.tenant.decisions().await.unwrap().len(), 1);
    });
}

#[test]
fn proposer_and_operator_never_approve() {
    pollster::block_on(async {
        let world = World::new().await;
        for proposer in [
            Actor::person("alice"),
            Actor::service("alice"),
            Actor::engine("Alice"),
        ] {
            let staged = approval(
                world
                    .tenant
                    .submit(level_2(&["printer"]), &proposer)
                    .await
                    .unwrap(),
            );
            let error = staged.decision("alice", Verdict::Approve).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Denied, "{proposer}");
            // Bob's text with Alice's signature does not help either.
            let text = staged.decision("bob", Verdict::Approve).unwrap();
            refused(&world, staged, &text, &sign("alice", &text)).await;
        }

        let options = PracticeOptions::default().operator(Actor::person("bob"));
        let people = TenantOptions::region("eu").approvers(signers(&["alice", "bob"]));
        let world = World::with(options, people).await;
        let staged = world.stage_2(&["printer"]).await;
        let Decided::Approved(approved) = world.approve(staged, "bob").await.unwrap() else {
            panic!("bob's approval is good for another operator");
        };
        let error = approved.execute().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Denied);
        assert_eq!(last_refusal(&world).await.0, "start");
        assert!(world.recorded(STARTED).await.is_empty() && world.lab.calls().is_empty());
    });
}

#[test]
fn a_quorum_counts_persons_and_is_reached_once() {
    pollster::block_on(async {
        let policy = Policy {
            approvals: 2,
            ..Policy::default()
        };
        // Alice has two keys: two signatures of hers are one voice.
        let second_key = format!("alice {}\n", key("alice-token").public_key());
        let people = TenantOptions::region("eu")
            .approvers(signers(&["alice", "bob"]) + &second_key)
            .policy(policy);
        let world = World::with(PracticeOptions::default(), people).await;
        let staged = world.stage_2(&["printer"]).await;
        let id = staged.id();
        let text = staged.decision("alice", Verdict::Approve).unwrap();
        let Decided::Waiting(staged) = staged.decide(&text, sign("alice", &text)).await.unwrap() else {
            panic!("one of two");
        };
        assert_eq!(staged.approvals().unwrap().given, ["alice"]);
        refused(&world, staged, &text, &sign("alice", &text)).await;
        let staged = again(&world, id).await;
        let text = staged.decision("alice", Verdict::Approve).unwrap();
        refused(&world, staged, &text, &sign("alice-token", &text)).await;
        let pending = world.tenant.pending().await.unwrap();
        assert_eq!(
            (pending[0].approvals_needed, pending[0].approved_by.as_slice()),
            (2, &["alice".to_owned()][..])
        );
        let decided = world.approve(again(&world, id).await, "bob").await.unwrap();
        assert!(matches!(decided, Decided::Approved(_)));
        assert!(matches!(world.resume(id).await, Resumed::Approved(_)));
    });
}

#[test]
fn a_quorum_that_nobody_can_meet_is_found_at_submit() {
    pollster::block_on(async {
        let two = Policy {
            approvals: 2,
            ..Policy::default()
        };
        let people = TenantOptions::region("eu")
            .approvers(signers(&["alice", "bob"]))
            .policy(two);
        let world = World::with(PracticeOptions::default(), people).await;
        let error = world
            .tenant
            .submit(level_2(&["printer"]), &Actor::person("bob"))
            .await
            .unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Denied);
        assert_eq!(
            last_refusal(&world).await,
            ("submit".to_owned(), "denied".to_owned())
        );
        assert!(world.tenant.pending().await.unwrap().is_empty());
        assert!(world.tenant.submit(level_2(&["printer"]), &by()).await.is_ok());

        let nobody = World::with(PracticeOptions::default(), TenantOptions::region("eu")).await;
        let error = nobody
            .tenant
            .submit(level_2(&["printer"]), &by())
            .await
            .unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Denied);
    });
}

#[test]
fn demanded_roles_must_be_filled_by_those_who_hold_them() {
    pollster::block_on(async {
        let mut area = ProcessArea::new(
            "cut-over",
            "network",
            vcto::gate::Level::L2,
            "it stops the business",
        );
        area.approvals = 2;
        area.roles = ["owner".to_owned()].into();
        let approver = |name: &str| Approver::new(name, &key(name).public_key().to_string()).unwrap();
        let people = TenantOptions::region("eu")
            .approver(approver("alice").party(Party::Client).role("owner"))
            .approver(approver("bob"))
            .approver(approver("carol"))
            .area(area);
        let world = World::with(PracticeOptions::default(), people).await;
        let cut_over = || change("cut-over", vec![step("s1", "set", "printer")]);

        let error = world
            .tenant
            .submit(cut_over(), &Actor::person("alice"))
            .await
            .unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Denied, "nobody else is the owner");

        let id = approval(world.submit(cut_over()).await).id();
        for person in ["bob", "carol"] {
            let decided = world.approve(again(&world, id).await, person).await.unwrap();
            assert!(
                matches!(decided, Decided::Waiting(_)),
                "{person} is not the owner"
            );
        }
        let in_role = |person: &str| DecisionOptions {
            role: Some("owner".to_owned()),
            ..DecisionOptions::new(person, Verdict::Approve)
        };
        let staged = again(&world, id).await;
        assert_eq!(
            staged.decision_with(in_role("bob")).unwrap_err().kind(),
            ErrorKind::Denied
        );
        let text = staged.decision_with(in_role("alice")).unwrap();
        let decided = staged.decide(&text, sign("alice", &text)).await.unwrap();
        assert!(matches!(decided, Decided::Approved(_)));
    });
}

#[test]
fn a_decision_ends_after_a_day_and_that_is_recorded() {
    pollster::block_on(async {
        let world = World::new().await;
        let id = world.approved_2(&["printer"]).await.id();
        world.clock.advance(hours(24));
        assert!(
            matches!(world.resume(id).await, Resumed::Approved(_)),
            "the last second still counts"
        );
        let Resumed::Approved(approved) = world.resume(id).await else {
            panic!("the last second still counts");
        };
        world.clock.advance(SignedDuration::from_secs(1));
        let error = approved.execute().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Expired, "{error}");
        assert_eq!(world.recorded(EXPIRED).await.len(), 1);
        assert!(world.recorded(STARTED).await.is_empty() && world.lab.calls().is_empty());
        // It waits for a new decision, and setting the clock back does not bring the old one to life.
        world.clock.set("2026-11-22T09:00:00Z".parse().unwrap());
        assert!(matches!(
            world.resume(id).await,
            Resumed::Routed(Routed::Approval(_))
        ));
        let staged = again(&world, id).await;
        assert!(matches!(
            world.approve(staged, "alice").await.unwrap(),
            Decided::Approved(_)
        ));
    });
}

#[test]
fn a_proposal_ends_after_thirty_days() {
    pollster::block_on(async {
        let world = World::new().await;
        let staged = world.stage_2(&["printer"]).await;
        let id = staged.id();
        let expected: Timestamp = "2026-12-22T08:00:00Z".parse().unwrap();
        assert_eq!(staged.expires_at(), expected);
        world.clock.set("2026-12-22T08:00:01Z".parse().unwrap());
        assert!(world.tenant.pending().await.unwrap().is_empty());
        let Resumed::Finished(finished) = world.resume(id).await else {
            panic!("its time is over");
        };
        assert_eq!(finished.outcome(), Outcome::Expired);
        world.clock.set("2026-11-22T09:00:00Z".parse().unwrap());
        assert!(matches!(world.resume(id).await, Resumed::Finished(_)));
    });
}

#[test]
fn a_window_keeps_a_decision_until_then_and_no_longer() {
    pollster::block_on(async {
        let world = World::new().await;
        let mut windowed = level_2(&["printer"]);
        windowed.not_before = at("2026-11-28T22:00:00Z");
        windowed.not_after = at("2026-11-29T04:00:00Z");
        let staged = approval(world.submit(windowed.clone()).await);
        let id = staged.id();
        let text = staged.decision("alice", Verdict::Approve).unwrap();
        let shown = String::from_utf8(text.clone()).unwrap();
        assert!(
            shown.contains(r#""not_before":"2026-11-28T22:00:00Z","not_after":"2026-11-29T04:00:00Z""#),
            "{shown}"
        );
        let Decided::Approved(early) = staged.decide(&text, sign("alice", &text)).await.unwrap() else {
            panic!("it is approved");
        };
        let error = early.execute().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Denied, "the window has not begun");
        world.clock.set("2026-11-28T22:00:00Z".parse().unwrap());
        let Resumed::Approved(approved) = world.resume(id).await else {
            panic!("the approval waits for the window");
        };
        approved.execute().await.unwrap();

        let staged = approval(world.submit(windowed).await);
        let id = staged.id();
        world.clock.set("2026-11-29T04:00:01Z".parse().unwrap());
        assert!(
            matches!(world.resume(id).await, Resumed::Finished(finished) if finished.outcome() == Outcome::Expired)
        );
        let mut over = level_2(&["switch"]);
        over.not_after = at("2026-11-29T04:00:00Z");
        assert_eq!(
            world.tenant.submit(over, &by()).await.unwrap_err().kind(),
            ErrorKind::Expired
        );
    });
}

#[test]
fn an_approver_can_name_a_window_within_that_of_the_change_only() {
    pollster::block_on(async {
        let world = World::new().await;
        let mut windowed = level_2(&["printer"]);
        windowed.not_before = at("2026-11-28T22:00:00Z");
        windowed.not_after = at("2026-11-29T04:00:00Z");
        let staged = approval(world.submit(windowed).await);
        let wish = |begin: &str, end: &str| DecisionOptions {
            not_before: at(begin),
            not_after: at(end),
            ..DecisionOptions::new("alice", Verdict::Approve)
        };
        for (begin, end) in [
            ("2026-11-28T21:59:59Z", "2026-11-29T04:00:00Z"),
            ("2026-11-28T22:00:00Z", "2026-11-29T04:00:01Z"),
            ("2026-11-29T03:00:00Z", "2026-11-29T02:00:00Z"),
            ("2026-11-28T22:00:00.5Z", "2026-11-29T04:00:00Z"),
        ] {
            assert!(staged.decision_with(wish(begin, end)).is_err(), "{begin} {end}");
        }
        let text = staged
            .decision_with(wish("2026-11-29T01:00:00Z", "2026-11-29T02:00:00Z"))
            .unwrap();
        let id = staged.id();
        let _ = staged.decide(&text, sign("alice", &text)).await.unwrap();
        world.clock.set("2026-11-29T00:30:00Z".parse().unwrap());
        let Resumed::Approved(approved) = world.resume(id).await else {
            panic!("it is approved");
        };
        assert_eq!(approved.execute().await.unwrap_err().kind(), ErrorKind::Denied);
        world.clock.set("2026-11-29T01:00:00Z".parse().unwrap());
        let Resumed::Approved(approved) = world.resume(id).await else {
            panic!("it is approved");
        };
        approved.execute().await.unwrap();
    });
}

#[test]
fn a_key_counts_only_while_it_is_valid() {
    pollster::block_on(async {
        let alice = key("alice").public_key();
        let bob = key("bob").public_key();
        let text = format!(
            "alice valid-before=\"20261122100000Z\" {alice}\nbob valid-after=\"20261122120000Z\" {bob}\n"
        );
        // Carol is there throughout, so that the rules can be changed at every moment.
        let people = TenantOptions::region("eu")
            .approvers(text)
            .approvers(signers(&["carol"]));
        let world = World::with(PracticeOptions::default(), people).await;
        let staged = world.stage_2(&["printer"]).await;
        let id = staged.id();
        assert_eq!(
            staged.decision("bob", Verdict::Approve).unwrap_err().kind(),
            ErrorKind::Denied
        );
        let Decided::Approved(approved) = world.approve(staged, "alice").await.unwrap() else {
            panic!("it is approved");
        };
        // The key ends between the approval and the start.
        world.clock.set("2026-11-22T11:00:00Z".parse().unwrap());
        assert_eq!(approved.execute().await.unwrap_err().kind(), ErrorKind::Denied);
        assert!(matches!(world.resume(id).await, Resumed::Routed(_)));
        world.clock.set("2026-11-22T12:00:00Z".parse().unwrap());
        assert!(matches!(
            world.approve(again(&world, id).await, "bob").await.unwrap(),
            Decided::Approved(_)
        ));
        // The old decision still verifies: what was valid then is judged by then.
        let report = world
            .tenant
            .ledger()
            .verify(&vcto::ledger::VerifyOptions::default())
            .await
            .unwrap();
        assert_eq!(report.policy, vcto::ledger::Policy::Ok);
    });
}

#[test]
fn changed_facts_void_an_approval_and_a_sync_that_finds_the_same_does_not() {
    pollster::block_on(async {
        let world = World::new().await;
        let id = world.approved_2(&["switch"]).await.id();
        // A later snapshot with other things in it, but the same facts and blast radius.
        let mut later = inventory();
        later["source"]["captured_at"] = "2026-11-22T08:00:00Z".into();
        later["assets"][0]["facts"]["owner"] = "somebody else".into();
        later["assets"]
            .as_array_mut()
            .unwrap()
            .push(serde_json::json!({"id": "new-pc", "kind": "workstation"}));
        world.review(&later).await;
        assert!(matches!(world.resume(id).await, Resumed::Approved(_)));

        // The fact that the change reads changes.
        later["assets"][0]["facts"]["os_name"] = "Windows Server 2025".into();
        world.review(&later).await;
        let Resumed::Approved(approved) = world.resume(id).await else {
            panic!("the ledger does not look at facts before it starts");
        };
        let error = approved.execute().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Stale);
        assert_eq!(world.recorded(STALE).await.len(), 1);
        assert!(matches!(
            world.resume(id).await,
            Resumed::Routed(Routed::Approval(_))
        ));
        assert!(world.lab.calls().is_empty());
    });
}

#[test]
fn a_grown_blast_radius_raises_the_level_and_an_older_text_is_void() {
    pollster::block_on(async {
        let world = World::new().await;
        let staged = world.stage_2(&["switch"]).await;
        let id = staged.id();
        let old_text = staged.decision("bob", Verdict::Approve).unwrap();
        let Decided::Approved(approved) = world.approve(staged, "alice").await.unwrap() else {
            panic!("it is approved");
        };
        let mut grown = inventory();
        let relations = grown["relations"].as_array_mut().unwrap();
        for n in 0..60 {
            relations.push(
                serde_json::json!({"from": format!("shelf-{n}"), "to": "switch", "kind": "depends_on"}),
            );
        }
        world.review(&grown).await;
        assert_eq!(approved.execute().await.unwrap_err().kind(), ErrorKind::Stale);
        assert_eq!(
            world.recorded(STALE).await[0]["record"]["why"],
            serde_json::json!(["facts", "level"])
        );
        let Resumed::Routed(Routed::HumanOnly(_)) = world.resume(id).await else {
            panic!("more than fifty others: level 3");
        };
        // Back to what it was: the level does not fall, and what was drafted before is void.
        world.review(&inventory()).await;
        let Resumed::Routed(Routed::HumanOnly(staged)) = world.resume(id).await else {
            panic!("a level never falls");
        };
        let error = staged
            .attest(&old_text, sign("bob", &old_text))
            .await
            .unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Stale, "{error}");
    });
}

#[test]
fn level_three_is_only_attested() {
    pollster::block_on(async {
        let world = World::new().await;
        for (what, outcome) in [
            (Attestation::Did, Outcome::HumanDid),
            (Attestation::Declined, Outcome::Declined),
        ] {
            let Routed::HumanOnly(staged) = world.submit(level_2(&["rack"])).await else {
                panic!("more than fifty others: level 3");
            };
            let id = staged.id();
            let text = staged
                .attestation("alice", what, Some("power moved by hand"))
                .unwrap();
            let finished = staged.attest(&text, sign("alice", &text)).await.unwrap();
            assert_eq!(finished.outcome(), outcome);
            assert!(matches!(world.resume(id).await, Resumed::Finished(_)));
        }
        assert!(world.lab.calls().is_empty() && world.recorded(STARTED).await.is_empty());
    });
}

#[test]
fn only_the_proposer_withdraws() {
    pollster::block_on(async {
        let world = World::new().await;
        let staged = world.stage_2(&["printer"]).await;
        let id = staged.id();
        let error = staged.withdraw(&Actor::person("alice")).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Denied);
        again(&world, id).await.withdraw(&by()).await.unwrap();
        assert!(
            matches!(world.resume(id).await, Resumed::Finished(finished) if finished.outcome() == Outcome::Withdrawn)
        );
    });
}

#[test]
fn refusals_cannot_fill_the_ledger() {
    pollster::block_on(async {
        let world = World::new().await;
        let id = world.stage_2(&["printer"]).await.id();
        for _ in 0..70 {
            let staged = again(&world, id).await;
            assert!(staged.decide("garbage", "garbage").await.is_err());
        }
        assert_eq!(world.recorded(REFUSED).await.len(), 60);
        world.clock.advance(hours(1));
        assert!(
            again(&world, id)
                .await
                .decide("garbage", "garbage")
                .await
                .is_err()
        );
        assert_eq!(world.recorded(REFUSED).await.len(), 61);
    });
}
