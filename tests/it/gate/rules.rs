//! The rules change only by an approved change over what is in force, and by nothing else.

use std::collections::BTreeMap;

use vcto::change::Step;
use vcto::estate::{AssetId, Scalar};
use vcto::gate::{
    Approved, Approver, Decided, ExecutionStatus, Freeze, Level, Policy, ProcessArea, RULES_AREA,
    RULES_EXECUTOR, RULES_TARGET, Resumed, Routed, RulesEdit, Staged, Verdict,
};
use vcto::practice::{PracticeOptions, TenantOptions};
use vcto::{Actor, ErrorKind};

use super::world::{STALE, World, approval, by, change, key, level_2, sign, signers, step};

pub fn approver(person: &str) -> Approver {
    Approver::new(person, &key(person).public_key().to_string()).unwrap()
}

pub fn two() -> Policy {
    Policy {
        approvals: 2,
        ..Policy::default()
    }
}

pub async fn staged(world: &World, edit: RulesEdit) -> Staged<vcto::gate::Approval> {
    let routed = world.tenant.change_rules(edit, "we agreed on it", &by()).await;
    approval(routed.unwrap())
}

pub async fn approved(world: &World, staged: Staged<vcto::gate::Approval>, people: &[&str]) -> Approved {
    let id = staged.id();
    for person in people {
        let Resumed::Routed(routed) = world.resume(id).await else {
            panic!("it waits");
        };
        let _ = world.approve(approval(routed), person).await.unwrap();
    }
    match world.resume(id).await {
        Resumed::Approved(approved) => approved,
        other => panic!("{other:?}"),
    }
}

/// Makes a change of the rules and executes it.
pub async fn set(world: &World, edit: RulesEdit, people: &[&str]) {
    let staged = staged(world, edit).await;
    let execution = approved(world, staged, people).await.execute().await.unwrap();
    assert_eq!(
        execution.status(),
        ExecutionStatus::Succeeded,
        "{:?}",
        execution.steps()
    );
}

pub async fn change_refused(world: &World, edit: RulesEdit) -> vcto::Error {
    world
        .tenant
        .change_rules(edit, "we agreed on it", &by())
        .await
        .unwrap_err()
}

pub fn titles(staged: &Staged<vcto::gate::Approval>) -> Vec<String> {
    let steps = staged.change().steps.iter();
    steps.map(|step| step.title.raw().clone()).collect()
}

#[test]
fn every_document_is_set_by_an_approved_change_and_read_back() {
    pollster::block_on(async {
        let world = World::new().await;
        let area = ProcessArea::new("firewall", "network", Level::L1, "rules can be put back exactly");
        let (from, until) = (
            "2026-12-18T17:00:00Z".parse().unwrap(),
            "2027-01-04T06:00:00Z".parse().unwrap(),
        );
        let freeze = Freeze::new("year-end", from, until, "payroll").area("firewall");
        let edit = RulesEdit::new()
            .policy(two())
            .area(area.clone())
            .add_approver(approver("dora").role("owner"))
            .revoke_key(key("carol").public_key().fingerprint())
            .freeze(freeze.clone());
        let staged = staged(&world, edit).await;
        let (carol, dora) = (
            key("carol").public_key().fingerprint(),
            key("dora").public_key().fingerprint(),
        );
        assert_eq!(
            titles(&staged),
            [
                format!(
                    "Change the approvers: revokes carol with the key {carol}; adds dora with the key {dora}, provider, roles owner"
                ),
                "Change the policy: approvals from 1 to 2".to_owned(),
                "Change the process areas: adds the area firewall (zone network, floor L1, approvals 1, roles none)"
                    .to_owned(),
                "Change the freezes: adds the freeze year-end of firewall from 2026-12-18T17:00:00Z until \
                 2027-01-04T06:00:00Z: payroll"
                    .to_owned(),
            ]
        );
        assert_eq!(
            (staged.level(), staged.change().area.as_str()),
            (Level::L2, RULES_AREA)
        );
        let execution = approved(&world, staged, &["alice"])
            .await
            .execute()
            .await
            .unwrap();
        assert_eq!(execution.status(), ExecutionStatus::Succeeded);
        let rules = world.tenant.rules().await.unwrap();
        assert_eq!(rules.policy, two());
        assert!(rules.areas.contains(&area) && rules.areas.len() == 3);
        assert_eq!(rules.freezes, [freeze]);
        let people: Vec<&str> = rules.approvers.in_force().map(Approver::person).collect();
        assert_eq!(people, ["alice", "bob", "dora"]);
        assert!(rules.halts.is_empty());
        // From its intent to its answer, each record of the rules stands between its own.
        let records = world.records().await;
        let execution: Vec<u16> = records
            .into_iter()
            .skip_while(|number| *number != 0x0120)
            .collect();
        let step = |set| [0x0121, set, 0x0122, 0x0124];
        let steps = [step(0x0103), step(0x0101), step(0x0102), step(0x0104)].concat();
        assert_eq!(execution, [vec![0x0120], steps, vec![0x0128]].concat());
        // A rule that falls again is one more change, by what the rules ask for now.
        let edit = RulesEdit::new()
            .policy(Policy::default())
            .unfreeze("year-end")
            .remove_area("firewall");
        set(&world, edit, &["alice", "bob"]).await;
        let rules = world.tenant.rules().await.unwrap();
        assert_eq!(
            (rules.policy, rules.areas.len(), rules.freezes.len()),
            (Policy::default(), 2, 0)
        );
        assert_eq!(execution_is_final(&world).await, ErrorKind::Denied);
    });
}

/// What was set has no way back of its own.
async fn execution_is_final(world: &World) -> ErrorKind {
    let staged = staged(world, RulesEdit::new().policy(two())).await;
    let execution = approved(world, staged, &["alice"]).await.execute().await.unwrap();
    execution.rollback().await.unwrap_err().kind()
}

#[test]
fn another_change_of_the_rules_meanwhile_voids_the_approvals_and_nothing_is_lost() {
    pollster::block_on(async {
        let world = World::new().await;
        let dora = staged(&world, RulesEdit::new().add_approver(approver("dora"))).await;
        let dora_id = dora.id();
        let dora = approved(&world, dora, &["alice"]).await;
        let stricter = staged(&world, RulesEdit::new().policy(two())).await;
        let stricter_id = stricter.id();
        let stricter = approved(&world, stricter, &["alice"]).await;
        set(&world, RulesEdit::new().add_approver(approver("erin")), &["bob"]).await;
        for run in [dora, stricter] {
            assert_eq!(run.execute().await.unwrap_err().kind(), ErrorKind::Stale);
        }
        assert_eq!(world.recorded(STALE).await.len(), 2);
        // What rests on another document is approved anew.
        let Resumed::Routed(routed) = world.resume(stricter_id).await else {
            panic!("it waits");
        };
        let run = approved(&world, approval(routed), &["alice"]).await;
        let _ = run.execute().await.unwrap();
        // What would undo the other change can no longer be approved: its document does not know erin.
        let Resumed::Routed(routed) = world.resume(dora_id).await else {
            panic!("it waits");
        };
        let error = approval(routed).decision("bob", Verdict::Approve).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Stale, "{error}");
        let rules = world.tenant.rules().await.unwrap();
        assert!(
            rules
                .approvers
                .in_force()
                .any(|approver| approver.person() == "erin")
        );
    });
}

#[test]
fn an_ordinary_approval_is_void_when_its_policy_changes_and_an_old_text_with_it() {
    pollster::block_on(async {
        let world = World::new().await;
        let staged = world.stage_2(&["printer"]).await;
        let id = staged.id();
        let old = staged.decision("bob", Verdict::Approve).unwrap();
        let Decided::Approved(run) = world.approve(staged, "alice").await.unwrap() else {
            panic!("one suffices");
        };
        set(&world, RulesEdit::new().policy(two()), &["alice"]).await;
        assert_eq!(run.execute().await.unwrap_err().kind(), ErrorKind::Stale);
        let Resumed::Routed(routed) = world.resume(id).await else {
            panic!("it waits");
        };
        let error = approval(routed)
            .decide(&old, sign("bob", &old))
            .await
            .unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Stale, "{error}");
    });
}

#[test]
fn nothing_else_uses_what_is_the_gates_own() {
    pollster::block_on(async {
        let world = World::new().await;
        let genuine = staged(&world, RulesEdit::new().policy(two()))
            .await
            .change()
            .clone();
        let refused = async |change| {
            let error = world.tenant.submit(change, &by()).await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidInput, "{error}");
            error.place().unwrap_or_default().to_owned()
        };
        let spoiled = |spoil: &dyn Fn(&mut Step)| {
            let mut spoiled = genuine.clone();
            spoil(&mut spoiled.steps[0]);
            spoiled
        };
        let text = |step: &mut Step, name: &str, text: &str| {
            step.parameters.insert(name.to_owned(), Scalar::from(text));
        };
        // An ordinary change with a step of the gate, and one on the gate.
        let mut own = step("s1", "set", "printer");
        own.executor = RULES_EXECUTOR.to_owned();
        assert_eq!(
            refused(change("documentation", vec![own])).await,
            "/steps/0/executor"
        );
        let on_it = vec![step("s1", "set", RULES_TARGET)];
        assert_eq!(refused(change("documentation", on_it)).await, "/steps/0/target");
        // A change of the rules with anything else in it.
        let mut mixed = genuine.clone();
        mixed.steps.push(step("s2", "set", "printer"));
        assert_eq!(refused(mixed).await, "/steps/1/executor");
        let mut twice = genuine.clone();
        twice.steps.push(Step {
            id: "again".to_owned(),
            ..genuine.steps[0].clone()
        });
        assert_eq!(refused(twice).await, "/steps/1/action");
        let mut reads = genuine.clone();
        reads.reads = level_2(&["printer"]).reads;
        assert_eq!(refused(reads).await, "/reads");
        for (place, spoil) in [
            (
                "/steps/0/executor",
                &(|step: &mut Step| step.target = AssetId::from("printer")) as &dyn Fn(&mut Step),
            ),
            ("/steps/0/undo", &|one: &mut Step| {
                one.undo = step("x", "set", "y").undo
            }),
            ("/steps/0/document", &|step| {
                step.action = "set_everything".to_owned()
            }),
            ("/steps/0/document", &|step| step.action = "set_areas".to_owned()),
            ("/steps/0/document", &|step| text(step, "document", "{}")),
            ("/steps/0/document", &|step| {
                let document = step.parameters["document"].as_text().unwrap().raw().clone();
                text(step, "document", &format!(" {document}"));
            }),
            ("/steps/0/parameters/document", &|step| {
                step.parameters = BTreeMap::new()
            }),
            ("/steps/0/parameters", &|step| text(step, "more", "x")),
            ("/steps/0/parameters", &|step| {
                step.parameters.remove("replaces");
            }),
            ("/steps/0/title", &|step| step.title = "Tidy up".into()),
        ] {
            assert_eq!(refused(spoiled(spoil)).await, place);
        }
        // A policy that the gate does not take at all, and a document that takes the place of another one.
        let weak = spoiled(&|step| {
            let document = step.parameters["document"].as_text().unwrap().raw().clone();
            text(
                step,
                "document",
                &document.replace("\"approvals\":2", "\"approvals\":0"),
            );
        });
        assert_eq!(refused(weak).await, "/approvals");
        let other = spoiled(&|step| text(step, "replaces", &format!("blake3:{}", "0".repeat(64))));
        let error = world.tenant.submit(other, &by()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Stale);
        // Nor can the executor's name be taken, nor the area's.
        let area = ProcessArea::new(RULES_AREA, "gate", Level::L2, "mine");
        let error = change_refused(&world, RulesEdit::new().area(area)).await;
        assert_eq!(error.kind(), ErrorKind::InvalidInput);
        // The genuine one, submitted by hand, is what the gate makes.
        let by_hand = world.tenant.submit(genuine, &by()).await.unwrap();
        assert!(matches!(by_hand, Routed::Approval(_)));
    });
}

#[test]
fn an_edit_that_changes_nothing_or_names_what_is_not_there_is_refused() {
    pollster::block_on(async {
        let world = World::new().await;
        let freeze = |areas: &[&str], until: &str| {
            let (from, until) = ("2026-12-18T17:00:00Z".parse().unwrap(), until.parse().unwrap());
            let freeze = Freeze::new("year-end", from, until, "payroll");
            RulesEdit::new().freeze(areas.iter().fold(freeze, |freeze, area| freeze.area(*area)))
        };
        let cases = [
            (RulesEdit::new(), ErrorKind::InvalidInput),
            (
                RulesEdit::new().policy(Policy::default()),
                ErrorKind::InvalidInput,
            ),
            (
                RulesEdit::new().add_approver(approver("alice")),
                ErrorKind::InvalidInput,
            ),
            (RulesEdit::new().revoke_key("SHA256:nobody"), ErrorKind::NotFound),
            (RulesEdit::new().remove_area("nowhere"), ErrorKind::NotFound),
            (RulesEdit::new().unfreeze("never"), ErrorKind::NotFound),
            (RulesEdit::new().lift_halt(), ErrorKind::NotFound),
            (freeze(&[], "2026-12-18T17:00:00Z"), ErrorKind::InvalidInput),
            (freeze(&[], "2026-12-19T17:00:00.5Z"), ErrorKind::InvalidInput),
            (
                freeze(&["documentatoin"], "2027-01-04T06:00:00Z"),
                ErrorKind::InvalidInput,
            ),
            (
                freeze(&[RULES_AREA], "2027-01-04T06:00:00Z"),
                ErrorKind::InvalidInput,
            ),
        ];
        for (edit, kind) in cases {
            let error = change_refused(&world, edit.clone()).await;
            assert_eq!(error.kind(), kind, "{edit:?}: {error}");
        }
        let error = world
            .tenant
            .change_rules(RulesEdit::new().policy(two()), "", &by())
            .await
            .unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput);
    });
}

#[test]
fn a_change_of_the_rules_is_amended_under_the_same_rules() {
    pollster::block_on(async {
        let world = World::new().await;
        let edit = RulesEdit::new().policy(two()).add_approver(approver("dora"));
        let first = staged(&world, edit).await;
        let mut only_dora = first.change().clone();
        only_dora.steps.truncate(1);
        let alice = Actor::person("alice");
        let reason = "too_risky: one thing at a time";
        let mut spoiled = only_dora.clone();
        spoiled.steps[0].title = "Nothing of note".into();
        let error = world
            .tenant
            .amend(first.id(), spoiled, &alice, reason)
            .await
            .unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput);
        // Who narrows it may still approve it.
        let routed = world
            .tenant
            .amend(first.id(), only_dora, &alice, reason)
            .await
            .unwrap();
        let run = approved(&world, approval(routed), &["alice"]).await;
        let _ = run.execute().await.unwrap();
        let rules = world.tenant.rules().await.unwrap();
        assert_eq!(
            (rules.policy, rules.approvers.in_force().count()),
            (Policy::default(), 4)
        );
        // An ordinary change does not become one of the rules by the way.
        let open = world.stage_2(&["printer"]).await;
        let mut rules = staged(&world, RulesEdit::new().policy(two()))
            .await
            .change()
            .clone();
        rules.steps.push(step("s1", "set", "printer"));
        let error = world
            .tenant
            .amend(open.id(), rules, &alice, reason)
            .await
            .unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput);
    });
}

#[test]
fn an_edit_reads_from_json_and_names_of_the_policy_only_what_differs() {
    pollster::block_on(async {
        let strict = Policy {
            approvals: 2,
            ..Policy::default()
        };
        let people = TenantOptions::region("eu")
            .policy(strict)
            .approvers(signers(&["alice", "bob"]));
        let world = World::with(PracticeOptions::default(), people).await;
        let edit: RulesEdit =
            serde_json::from_str(r#"{"policy": {"targets": 9, "blast_radius": {"l2": 20}}}"#).unwrap();
        let staged = staged(&world, edit).await;
        assert_eq!(
            titles(&staged),
            ["Change the policy: blast_radius.l2 from 50 to 20; targets from 500 to 9"]
        );
        let _ = approved(&world, staged, &["alice", "bob"])
            .await
            .execute()
            .await
            .unwrap();
        let policy = world.tenant.rules().await.unwrap().policy;
        assert_eq!(
            (policy.approvals, policy.targets, policy.blast_radius.l1),
            (2, 9, 5)
        );
        for (text, place) in [
            (r#"{"policy": {"approval": 3}}"#, "/policy/approval"),
            (r#"{"policy": {"approvals": "two"}}"#, "/policy/approvals"),
            (
                r#"{"policy": {"blast_radius": {"l7": 1}}}"#,
                "/policy/blast_radius",
            ),
            (r#"{"policy": {"approvals": 0}}"#, "/approvals"),
        ] {
            let error = change_refused(&world, serde_json::from_str(text).unwrap()).await;
            assert_eq!(
                (error.kind(), error.place()),
                (ErrorKind::InvalidInput, Some(place)),
                "{error}"
            );
        }
        for text in [
            r#"{"polisy": {}}"#,
            r#"{"add_approvers": [{"person": "x"}]}"#,
            r#"{"freezes": [{}]}"#,
        ] {
            assert!(serde_json::from_str::<RulesEdit>(text).is_err(), "{text}");
        }
    });
}
