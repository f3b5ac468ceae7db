//! Ways through the gate that were open once.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use vcto::change::{Change, Extent};
use vcto::gate::allowed_signers::AllowedSigners;
use vcto::gate::sshsig::passkey_key;
use vcto::gate::{
    Approver, Attestation, AttestationOptions, Decided, HumanOnly, Level, NAMESPACE, Outcome, Policy,
    ProcessArea, ProposalId, Resumed, Routed, RulesEdit, Staged, Verdict,
};
use vcto::ledger::VerifyOptions;
use vcto::monitor::Monitor;
use vcto::practice::{PracticeOptions, TenantOptions};
use vcto::{Actor, ErrorKind};

use super::rules::{approved, approver, change_refused, set, staged, two};
use super::world::{World, approval, by, change, key, level_2, sign, step};
use crate::signatures::stock_verifies;
use crate::signatures::token::Passkey;

fn within(begin: Option<&str>, end: &str) -> Change {
    let mut change = level_2(&["printer"]);
    change.not_before = begin.map(|begin| begin.parse().unwrap());
    change.not_after = Some(end.parse().unwrap());
    change
}

#[test]
fn a_chain_of_narrowings_does_not_end_outside_of_its_first_change() {
    pollster::block_on(async {
        let world = World::new().await;
        let (alice, bob) = (Actor::person("alice"), Actor::person("bob"));
        let first = approval(world.submit(within(None, "2026-11-24T08:00:00Z")).await);
        let second = within(Some("2026-11-24T07:00:00Z"), "2026-11-24T08:00:00Z");
        let second = approval(
            world
                .tenant
                .amend(first.id(), second, &alice, "wrong_time")
                .await
                .unwrap(),
        );
        assert_eq!(second.amendment().unwrap().extent, Extent::Narrower);
        assert!(second.decision("alice", Verdict::Approve).is_ok());
        // No longer than the second, and a month after the first.
        let third = within(Some("2026-12-20T07:00:00Z"), "2026-12-20T08:00:00Z");
        let third = approval(
            world
                .tenant
                .amend(second.id(), third, &alice, "wrong_time")
                .await
                .unwrap(),
        );
        assert_eq!(third.amendment().unwrap().extent, Extent::Wider);
        assert!(third.decision("alice", Verdict::Approve).is_err());
        // Within the third, and outside of the first two: whoever takes it over has a part in it.
        let fourth = within(Some("2026-12-20T07:00:00Z"), "2026-12-20T07:30:00Z");
        let fourth = approval(
            world
                .tenant
                .amend(third.id(), fourth, &bob, "wrong_time")
                .await
                .unwrap(),
        );
        assert_eq!(fourth.amendment().unwrap().extent, Extent::Wider);
        assert!(fourth.decision("bob", Verdict::Approve).is_err());
        assert!(fourth.decision("carol", Verdict::Approve).is_ok());
    });
}

/// Something for a human, between nine and ten.
async fn by_hand(world: &World) -> Staged<HumanOnly> {
    let mut change = change("documentation", vec![step("s1", "burn", "printer")]);
    change.not_before = Some("2026-11-22T09:00:00Z".parse().unwrap());
    change.not_after = Some("2026-11-22T10:00:00Z".parse().unwrap());
    human_only(world.tenant.submit(change, &by()).await.unwrap())
}

fn done_at(time: &str) -> AttestationOptions {
    AttestationOptions {
        note: Some("by hand".to_owned()),
        done_at: Some(time.parse().unwrap()),
        ..AttestationOptions::new("alice", Attestation::Did)
    }
}

fn human_only(routed: Routed) -> Staged<HumanOnly> {
    match routed {
        Routed::HumanOnly(staged) => staged,
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_a_human_did_in_the_window_is_attested_after_it() {
    pollster::block_on(async {
        let world = World::new().await;
        let staged = by_hand(&world).await;
        let id = staged.id();
        let at = |time: &str| time.parse().unwrap();
        let refused = |staged: &Staged<HumanOnly>, done: &str| {
            let drafted = staged.attestation_with(done_at(done));
            drafted.map_err(|error| error.kind()).unwrap_err()
        };
        let now = staged.attestation("alice", Attestation::Did, None).unwrap_err();
        assert_eq!(now.kind(), ErrorKind::Denied, "the window has not begun");
        assert_eq!(refused(&staged, "2026-11-22T09:30:00Z"), ErrorKind::Denied);
        // Whatever the worker does meanwhile.
        world.clock.set(at("2026-11-24T09:00:00Z"));
        assert!(
            world
                .tenant
                .run_due(&Monitor::default())
                .await
                .unwrap()
                .is_quiet()
        );
        let pending = world.tenant.pending().await.unwrap();
        assert_eq!(pending.iter().map(|one| one.id).collect::<Vec<_>>(), [id]);
        let Resumed::Routed(routed) = world.resume(id).await else {
            panic!("somebody may have done it");
        };
        let staged = human_only(routed);
        let now = staged.attestation("alice", Attestation::Did, None).unwrap_err();
        assert_eq!(now.kind(), ErrorKind::Expired);
        assert!(now.remedy_text().unwrap().contains("when it was done"), "{now}");
        for (done, kind) in [
            ("2026-11-22T08:59:59Z", ErrorKind::Denied),
            ("2026-11-22T10:00:01Z", ErrorKind::Expired),
            ("2026-11-24T09:00:01Z", ErrorKind::Denied),
            ("2026-11-22T09:30:00.5Z", ErrorKind::InvalidInput),
        ] {
            assert_eq!(refused(&staged, done), kind, "{done}");
        }
        let never = AttestationOptions {
            what: Attestation::Declined,
            ..done_at("2026-11-22T09:30:00Z")
        };
        let error = staged.attestation_with(never).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Denied);
        let text = staged.attestation_with(done_at("2026-11-22T09:30:00Z")).unwrap();
        let words = String::from_utf8(text.clone()).unwrap();
        assert!(words.contains("\"done_at\":\"2026-11-22T09:30:00Z\""), "{words}");
        let done = staged.attest(&text, sign("alice", &text)).await.unwrap();
        assert_eq!(done.outcome(), Outcome::HumanDid);
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
fn after_a_month_nobody_says_any_more_what_was_done() {
    pollster::block_on(async {
        let world = World::new().await;
        let staged = by_hand(&world).await;
        let id = staged.id();
        world.clock.set("2026-12-22T10:00:00Z".parse().unwrap());
        assert!(matches!(world.resume(id).await, Resumed::Routed(_)));
        let text = staged.attestation_with(done_at("2026-11-22T10:00:00Z")).unwrap();
        world.clock.set("2026-12-22T10:00:00.000001Z".parse().unwrap());
        let error = staged.attest(&text, sign("alice", &text)).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Expired);
        let Resumed::Finished(over) = world.resume(id).await else {
            panic!("it is over");
        };
        assert_eq!(over.outcome(), Outcome::Expired);
    });
}

#[test]
fn a_standard_area_keeps_its_place_and_its_zone() {
    pollster::block_on(async {
        let world = World::new().await;
        let elsewhere = ProcessArea::new("documentation", "network", Level::L2, "because");
        for edit in [
            RulesEdit::new().remove_area("architecture-review"),
            RulesEdit::new().remove_area("documentation"),
            RulesEdit::new().area(elsewhere.clone()),
        ] {
            let error = change_refused(&world, edit).await;
            assert_eq!(error.kind(), ErrorKind::InvalidInput);
            assert!(error.message().contains("standard area"), "{error}");
        }
        let options = TenantOptions::region("eu").area(elsewhere);
        let error = world.practice.create_tenant("pryce", options).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput);
        let own = ProcessArea::new("firewall", "network", Level::L1, "because");
        set(&world, RulesEdit::new().area(own), &["alice"]).await;
        set(&world, RulesEdit::new().remove_area("firewall"), &["alice"]).await;
        assert_eq!(world.tenant.rules().await.unwrap().areas.len(), 2);
    });
}

#[test]
fn nobody_keeps_a_tenant_stopped_by_stopping_it_again() {
    pollster::block_on(async {
        let world = World::new().await;
        let eve = Actor::person("eve");
        world.tenant.halt(&eve, "reason 0").await.unwrap();
        let edit = RulesEdit::new()
            .revoke_key(key("carol").public_key().fingerprint())
            .lift_halt();
        let change = staged(&world, edit).await;
        let text = change.decision("alice", Verdict::Approve).unwrap();
        world
            .tenant
            .halt(&Actor::person("eve-1"), "reason 1")
            .await
            .unwrap();
        let Decided::Approved(change) = change.decide(&text, sign("alice", &text)).await.unwrap() else {
            panic!("what was drafted before the halt is taken");
        };
        for n in 2..100 {
            let other = Actor::person(format!("eve-{n}"));
            world.tenant.halt(&other, &format!("reason {n}")).await.unwrap();
        }
        let size = world.tenant.ledger().size().await.unwrap();
        let again = Actor::person("eve-99");
        assert_eq!(
            world.tenant.halt(&again, "reason 99").await.unwrap().seq + 1,
            size
        );
        assert_eq!(world.tenant.ledger().size().await.unwrap(), size);
        let full = Actor::person("eve-100");
        let full = world.tenant.halt(&full, "reason 100").await.unwrap_err();
        assert_eq!(full.kind(), ErrorKind::TooLarge);
        change.execute().await.unwrap();
        let standing = world.tenant.rules().await.unwrap().halts;
        assert_eq!((standing.len(), &*standing[0].why), (99, "reason 1"));
        // All that stand are lifted by one change, and each is told in it.
        let lift = staged(&world, RulesEdit::new().lift_halt()).await;
        let title = lift.change().steps[0].title.raw().clone();
        assert!(standing.iter().all(|halt| title.contains(&halt.to_string())));
        approved(&world, lift, &["bob"]).await.execute().await.unwrap();
        assert!(world.tenant.rules().await.unwrap().halts.is_empty());
    });
}

/// What the worker, the list of what waits and the approvals say of it.
async fn told(world: &World, id: ProposalId) -> Option<String> {
    let report = world.tenant.run_due(&Monitor::default()).await.unwrap();
    let pending = world.tenant.pending().await.unwrap();
    let pending = pending.iter().find(|one| one.id == id).unwrap();
    let Resumed::Routed(routed) = world.resume(id).await else {
        panic!("it waits");
    };
    let approvals = approval(routed).approvals().unwrap();
    assert_eq!(approvals.stuck, pending.stuck);
    let reported = report.stuck.iter().find(|stuck| stuck.proposal == id);
    assert_eq!(reported.map(|stuck| stuck.why.clone()), pending.stuck);
    assert_eq!(report.is_quiet(), report.stuck.is_empty());
    pending.stuck.clone()
}

#[test]
fn approvals_that_nobody_can_complete_any_more_are_told() {
    pollster::block_on(async {
        let world = World::new().await;
        let alice = Actor::person("alice");
        let submit = |change| world.tenant.submit(change, &alice);
        let id = approval(submit(level_2(&["printer"])).await.unwrap()).id();
        assert_eq!(told(&world, id).await, None, "bob or carol");
        set(&world, RulesEdit::new().policy(two()), &["alice"]).await;
        assert_eq!(told(&world, id).await, None, "bob and carol");
        let carol = key("carol").public_key().fingerprint();
        let edit = RulesEdit::new().revoke_key(carol).add_approver(approver("dora"));
        set(&world, edit, &["alice", "bob"]).await;
        // Dora came later than the change, and alice proposed it.
        let why = told(&world, id).await.unwrap();
        assert!(
            why.contains("it needs 2 approvals, 0 have, and 1 may still decide"),
            "{why}"
        );
        assert!(why.contains("withdraw it and submit it again"), "{why}");
        let Resumed::Routed(routed) = world.resume(id).await else {
            panic!("it waits");
        };
        let _ = world.approve(approval(routed), "bob").await;
        assert!(told(&world, id).await.is_some());
        // The remedy helps.
        let again = approval(submit(level_2(&["printer"])).await.unwrap()).id();
        assert_eq!(told_of(&world, again).await, None);
        let mut one = two();
        one.approvals = 1;
        set(&world, RulesEdit::new().policy(one), &["bob", "dora"]).await;
        assert!(!matches!(world.resume(id).await, Resumed::Finished(_)));
        assert_eq!(told_of(&world, id).await, None, "bob suffices");
    });
}

async fn told_of(world: &World, id: ProposalId) -> Option<String> {
    let pending = world.tenant.pending().await.unwrap();
    pending.iter().find(|one| one.id == id).unwrap().stuck.clone()
}

#[test]
fn a_change_of_rules_that_are_no_longer_in_force_is_told() {
    pollster::block_on(async {
        let world = World::new().await;
        let late = staged(&world, RulesEdit::new().policy(two())).await.id();
        assert_eq!(told(&world, late).await, None);
        let mut other = two();
        other.targets = 9;
        set(&world, RulesEdit::new().policy(other), &["alice"]).await;
        let why = told(&world, late).await.unwrap();
        assert!(
            why.contains("no longer in force") && why.contains("withdraw"),
            "{why}"
        );
    });
}

#[test]
fn roles_are_filled_by_those_who_have_not_decided_in_another_one() {
    pollster::block_on(async {
        let policy = Policy {
            approvals: 2,
            roles: ["owner".to_owned()].into(),
            ..Policy::default()
        };
        let options = TenantOptions::region("eu")
            .approver(approver("alice").role("owner"))
            .approver(approver("bob"))
            .policy(policy);
        let world = World::with(PracticeOptions::default(), options).await;
        let mut change = level_2(&["printer"]);
        change.not_after = Some("2026-11-22T12:00:00Z".parse().unwrap());
        let staged = approval(world.submit(change).await);
        let id = staged.id();
        assert_eq!(told(&world, id).await, None);
        // Alice decides until its end, and in no role: nobody is left who could be the owner.
        let _ = world.approve(staged, "alice").await.unwrap();
        let why = told(&world, id).await.unwrap();
        assert!(why.contains("owner") && why.contains("1 have"), "{why}");
    });
}

#[test]
fn a_key_that_was_away_for_a_time_signs_nothing_in_it_with_stock_tools_either() {
    pollster::block_on(async {
        let world = World::new().await;
        let alice = key("alice").public_key();
        let text = world
            .stage_2(&["printer"])
            .await
            .decision("alice", Verdict::Approve)
            .unwrap();
        let at = |time: &str| world.clock.set(time.parse().unwrap());
        let away = RulesEdit::new().revoke_key(alice.fingerprint());
        at("2026-11-22T09:00:00.5Z");
        set(&world, away.clone(), &["bob"]).await;
        at("2026-11-22T10:00:00.5Z");
        set(&world, RulesEdit::new().add_approver(approver("alice")), &["bob"]).await;
        at("2026-11-22T11:00:00.5Z");
        set(&world, away, &["bob"]).await;
        at("2026-11-22T12:00:00.5Z");
        // Other rights for a time, which end by themselves, and are given again.
        let line = format!("alice valid-before=\"20261122130000Z\" {alice}\n");
        let signers: AllowedSigners = line.parse().unwrap();
        let ending = Approver::from_signer(signers.iter().next().unwrap().clone()).unwrap();
        set(&world, RulesEdit::new().add_approver(ending), &["bob"]).await;
        at("2026-11-22T14:00:00.5Z");
        set(
            &world,
            RulesEdit::new().add_approver(approver("alice").role("owner")),
            &["bob"],
        )
        .await;
        let register = world.tenant.approvers().await.unwrap();
        let signers = register.allowed_signers().unwrap();
        let lines = signers.to_string();
        assert_eq!(lines.parse::<AllowedSigners>().unwrap(), signers, "{lines}");
        assert_eq!(lines.matches("alice ").count(), 4, "{lines}");
        let folder = tempfile::tempdir().unwrap();
        let signature = sign("alice", &text);
        for (time, valid) in [
            ("20261122085959Z", true),
            ("20261122090000Z", true),
            ("20261122090001Z", false),
            ("20261122095959Z", false),
            ("20261122100000Z", true),
            ("20261122110000Z", true),
            ("20261122110001Z", false),
            ("20261122120000Z", true),
            ("20261122130000Z", true),
            ("20261122130001Z", false),
            ("20261122135959Z", false),
            ("20261122140000Z", true),
            ("20271122140000Z", true),
        ] {
            let stock = stock_verifies(
                folder.path(),
                &lines,
                "alice",
                NAMESPACE,
                Some(time),
                &signature,
                &text,
            );
            let own = jiff::civil::DateTime::strptime("%Y%m%d%H%M%SZ", time).unwrap();
            let own = jiff::tz::TimeZone::UTC.to_timestamp(own).unwrap();
            let own = signers.signer_at(&alice, NAMESPACE, own);
            assert_eq!((stock, own.is_ok()), (valid, valid), "{time}\n{lines}");
        }
        // Nobody is registered twice with what was exported.
        let twice = TenantOptions::region("eu").approvers(lines);
        let error = world.practice.create_tenant("pryce", twice).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput);
        let proof = folder.path().join("proof");
        world.tenant.prove(&proof).await.unwrap();
        let options = VerifyOptions::default().key(world.tenant.ledger().verifier_key().clone());
        let verified = vcto::proof::verify_bundle(&proof, &options).unwrap();
        assert!(
            verified.has_no_failure() && verified.problems.is_empty(),
            "{verified:?}"
        );
    });
}

#[test]
fn a_relying_party_is_a_domain_that_somebody_can_have() {
    let point = Passkey::new().key();
    for (domain, why) in [
        ("com", "single label"),
        ("a", "single label"),
        ("127.0.0.1", "an address"),
        ("1.2", "an address"),
        ("10.0x7f", "an address"),
        ("[::1]", "no address"),
        ("::1", "no address"),
        ("msp.example.", "none of them empty"),
        (".msp.example", "none of them empty"),
        ("msp..example", "none of them empty"),
        ("", "none of them empty"),
        ("-msp.example", "labels"),
        ("msp_.example", "labels"),
        ("MSP.example", "lower case"),
        ("msp.example:8443", "port"),
        ("https://msp.example", "scheme"),
        ("msp.example/x", "path"),
    ] {
        let error = passkey_key(domain, point.as_bytes()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput, "{domain}");
        assert!(error.message().contains(why), "{domain}: {error}");
        // As a line of text, which nobody made with `passkey_key`, too.
        let mut blob = Vec::new();
        for part in [
            &b"sk-ecdsa-sha2-nistp256@openssh.com"[..],
            b"nistp256",
            point.as_bytes(),
            domain.as_bytes(),
        ] {
            blob.extend_from_slice(&u32::try_from(part.len()).unwrap().to_be_bytes());
            blob.extend_from_slice(part);
        }
        let line = format!("sk-ecdsa-sha2-nistp256@openssh.com {}", STANDARD.encode(blob));
        assert!(Approver::new("alice", &line).is_err(), "{domain}");
    }
    for domain in [
        "msp.example",
        "gate.msp.example",
        "localhost",
        "xn--mnchen-3ya.de",
        "7.example",
    ] {
        assert!(passkey_key(domain, point.as_bytes()).is_ok(), "{domain}");
    }
}
