//! A change of the rules that dies or is raced, and executions that are stopped by the kill switch.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock};

use async_trait::async_trait;
use pollster::block_on;
use vcto::gate::{
    ActionDeclaration, Decided, ExecutionStatus, Executor, Freeze, Idempotency, Observation, Outcome, Permit,
    Policy, ProcessArea, ProposalId, Resumed, Reversibility, RulesEdit, StepContext, StepOutcome, Verdict,
};
use vcto::practice::{Practice, PracticeOptions, Tenant, TenantOptions, Trigger};
use vcto::time::Clock;
use vcto::{Actor, ErrorKind};

use super::crash::{DIE_AT, DeadlyClock, PASSED, child, copy, policy_holds, role, still};
use super::rules::approver;
use super::world::{approval, by, estate_of, inventory, level_2, sign, signers};

async fn open(dir: &Path, clock: Arc<dyn Clock>) -> (Practice, Tenant) {
    let options = PracticeOptions::default().clock(clock);
    let practice = Practice::open(dir.join("practice"), options).await.unwrap();
    let tenant = practice.tenant("halden").await.unwrap();
    (practice, tenant)
}

fn two() -> Policy {
    Policy {
        approvals: 2,
        ..Policy::default()
    }
}

/// All five documents at once.
fn everything() -> RulesEdit {
    let (from, until) = (
        "2026-12-18T17:00:00Z".parse().unwrap(),
        "2027-01-04T06:00:00Z".parse().unwrap(),
    );
    RulesEdit::new()
        .policy(two())
        .area(ProcessArea::new(
            "firewall",
            "network",
            vcto::gate::Level::L1,
            "exact",
        ))
        .add_approver(approver("dora"))
        .freeze(Freeze::new("year-end", from, until, "payroll"))
        .lift_halt()
}

async fn approve(tenant: &Tenant, id: ProposalId, people: &[&str]) {
    for person in people {
        let Resumed::Routed(routed) = tenant.resume(id).await.unwrap() else {
            panic!("it waits");
        };
        let staged = approval(routed);
        let text = staged.decision(person, Verdict::Approve).unwrap();
        let _ = staged.decide(&text, sign(person, &text)).await.unwrap();
    }
}

/// A halted tenant with an approved change of all its rules.
async fn prepare(dir: &Path) -> ProposalId {
    let options = PracticeOptions::default().clock(still());
    let practice = Practice::open(dir.join("practice"), options).await.unwrap();
    let people = TenantOptions::region("eu").approvers(signers(&["alice", "bob"]));
    let tenant = practice.create_tenant("halden", people).await.unwrap();
    tenant.halt(&Actor::engine("watchdog"), "smoke").await.unwrap();
    let routed = tenant
        .change_rules(everything(), "as agreed", &by())
        .await
        .unwrap();
    let staged = approval(routed);
    let id = staged.id();
    approve(&tenant, id, &["alice"]).await;
    id
}

/// Executes a change of the rules, and dies at the record that it was told.
#[test]
#[ignore = "a child process of another test"]
fn child_changes_rules() {
    let Some((dir, arguments)) = role() else { return };
    block_on(async {
        let (_practice, tenant) = open(&dir, Arc::new(DeadlyClock)).await;
        let Resumed::Approved(approved) = tenant.resume(arguments[0].parse().unwrap()).await.unwrap() else {
            panic!("it is approved");
        };
        PASSED.store(0, Ordering::SeqCst);
        DIE_AT.store(arguments[1].parse().unwrap(), Ordering::SeqCst);
        let execution = approved.execute().await.unwrap();
        DIE_AT.store(usize::MAX, Ordering::SeqCst);
        assert_eq!(execution.status(), ExecutionStatus::Succeeded);
    });
}

/// The kinds of the records of the rules that an execution left, in order.
async fn sets(tenant: &Tenant, from: u64) -> Vec<u16> {
    let entries = tenant.ledger().entries(from..).await.unwrap();
    let kinds = entries.iter().map(|entry| entry.entry_type().0);
    kinds.filter(|kind| (0x0101..=0x0106).contains(kind)).collect()
}

/// The rules in force are those whose record stands, and no others.
async fn check_rules(tenant: &Tenant, sets: &[u16]) {
    let rules = tenant.rules().await.unwrap();
    let in_force = [
        (0x0101, rules.policy == two()),
        (0x0102, rules.areas.len() == 3),
        (0x0103, rules.approvers.in_force().count() == 3),
        (0x0104, rules.freezes.len() == 1),
        (0x0106, rules.halts.is_empty()),
    ];
    for (kind, is_in_force) in in_force {
        assert_eq!(is_in_force, sets.contains(&kind), "{kind:#06x} {sets:?}");
    }
}

/// After a crash: it is settled by looking alone; and the rules can still be changed.
async fn check_after_crash(dir: &Path, id: ProposalId, begin: u64) -> (u64, ExecutionStatus) {
    let (_practice, tenant) = open(dir, still()).await;
    let size = tenant.ledger().size().await.unwrap();
    let found = sets(&tenant, begin).await;
    check_rules(&tenant, &found).await;
    let status = match tenant.resume(id).await.unwrap() {
        Resumed::Approved(approved) => {
            assert!(found.is_empty(), "not begun");
            let execution = approved.execute().await.unwrap();
            assert_eq!(execution.status(), ExecutionStatus::Succeeded);
            ExecutionStatus::Running
        }
        Resumed::Finished(finished) => {
            assert_eq!(sets(&tenant, begin).await, found, "settling changes no rule");
            let Outcome::Executed(status) = finished.outcome() else {
                panic!("{:?}", finished.outcome());
            };
            let expected = match found.len() {
                0 => ExecutionStatus::NotDone,
                5 => ExecutionStatus::Succeeded,
                _ => ExecutionStatus::RollbackFailed,
            };
            assert_eq!(status, expected, "{found:?}");
            status
        }
        other => panic!("{other:?}"),
    };
    check_rules(&tenant, &sets(&tenant, begin).await).await;
    let edit = RulesEdit::new().add_approver(approver("erin"));
    let staged = approval(tenant.change_rules(edit, "on it goes", &by()).await.unwrap());
    let (id, needed) = (staged.id(), staged.approvals().unwrap().needed);
    approve(&tenant, id, &["alice", "bob"][..needed]).await;
    let Resumed::Approved(approved) = tenant.resume(id).await.unwrap() else {
        panic!("it is approved");
    };
    assert_eq!(
        approved.execute().await.unwrap().status(),
        ExecutionStatus::Succeeded
    );
    policy_holds(&tenant).await;
    (size, status)
}

#[test]
fn a_process_that_dies_between_any_two_records_of_a_change_of_the_rules_leaves_nothing_wrong() {
    let prepared = tempfile::tempdir().unwrap();
    let id = block_on(prepare(prepared.path()));
    let begin = block_on(async {
        let (_practice, tenant) = open(prepared.path(), still()).await;
        tenant.ledger().size().await.unwrap()
    });
    let mut sizes = BTreeSet::new();
    let mut ends = BTreeSet::new();
    for place in 1.. {
        let dir = tempfile::tempdir().unwrap();
        copy(prepared.path(), dir.path());
        let arguments = format!("{id} {place}");
        if child("rules_run::child_changes_rules", dir.path(), &arguments).success() {
            break;
        }
        let (size, end) = block_on(check_after_crash(dir.path(), id, begin));
        sizes.insert(size);
        ends.insert(end);
    }
    // Started; five times intent, record of the rules, answer and look; the end.
    assert_eq!(sizes, (begin..begin + 1 + 5 * 4 + 1).collect());
    let every_end = [
        ExecutionStatus::NotDone,
        ExecutionStatus::RollbackFailed,
        ExecutionStatus::Running,
        ExecutionStatus::Succeeded,
    ];
    assert_eq!(ends, every_end.into());
}

#[test]
fn another_process_that_is_open_sees_the_changed_rules_and_starts_nothing_on_the_old_ones() {
    let dir = tempfile::tempdir().unwrap();
    block_on(async {
        let id = prepare(dir.path()).await;
        let (_practice, here) = open(dir.path(), still()).await;
        here.review(
            &estate_of(&inventory()),
            "2026-11-22".parse().unwrap(),
            Trigger::Manual,
        )
        .await
        .unwrap();
        let mine = approval(
            here.change_rules(RulesEdit::new().lift_halt(), "mine", &by())
                .await
                .unwrap(),
        );
        let mine_id = mine.id();
        approve(&here, mine_id, &["bob"]).await;
        let Resumed::Approved(mine) = here.resume(mine_id).await.unwrap() else {
            panic!("it is approved");
        };
        // The snapshot is new to the child's change too, but it voids no approval: it rests on the rules alone.
        let status = child(
            "rules_run::child_changes_rules",
            dir.path(),
            &format!("{id} 1000000"),
        );
        assert!(status.success());
        assert_eq!(mine.execute().await.unwrap_err().kind(), ErrorKind::Stale);
        assert_eq!(here.rules().await.unwrap().policy, two());
        policy_holds(&here).await;
    });
}

#[test]
fn a_change_of_the_rules_goes_through_while_others_write_and_starts_once() {
    let dir = tempfile::tempdir().unwrap();
    block_on(async {
        let id = prepare(dir.path()).await;
        let begin = {
            let (_practice, tenant) = open(dir.path(), still()).await;
            tenant.ledger().size().await.unwrap()
        };
        let is_done = AtomicBool::new(false);
        let started = std::thread::scope(|scope| {
            let noise = scope.spawn(|| {
                block_on(async {
                    let (_practice, tenant) = open(dir.path(), still()).await;
                    while !is_done.load(Ordering::SeqCst) {
                        let _ = tenant.submit(level_2(&["printer"]), &by()).await.unwrap();
                    }
                });
            });
            let runs: Vec<_> = (0..2)
                .map(|_| {
                    scope.spawn(|| {
                        block_on(async {
                            let (_practice, tenant) = open(dir.path(), still()).await;
                            match tenant.resume(id).await {
                                Ok(Resumed::Approved(run)) => run.execute().await.is_ok(),
                                _ => false,
                            }
                        })
                    })
                })
                .collect();
            let started = runs
                .into_iter()
                .map(|run| run.join().unwrap())
                .filter(|won| *won)
                .count();
            is_done.store(true, Ordering::SeqCst);
            noise.join().unwrap();
            started
        });
        assert_eq!(started, 1);
        let (_practice, tenant) = open(dir.path(), still()).await;
        let sets = sets(&tenant, begin).await;
        assert_eq!(sets.len(), 5, "each once");
        check_rules(&tenant, &sets).await;
        policy_holds(&tenant).await;
    });
}

/// An executor that stops everything while it does its second step, and remembers what it was asked to do.
#[derive(Clone, Debug, Default)]
struct Alarmed {
    tenant: Arc<OnceLock<Tenant>>,
    done: Arc<Mutex<Vec<String>>>,
}

#[async_trait]
impl Executor for Alarmed {
    fn name(&self) -> &str {
        "lab"
    }

    fn actions(&self) -> Vec<ActionDeclaration> {
        ["set", "clear"]
            .map(|name| ActionDeclaration::new(name, Reversibility::Verified, Idempotency::Natural))
            .to_vec()
    }

    async fn observe(&self, context: &StepContext) -> vcto::Result<Observation> {
        let done = self.done.lock().unwrap();
        let last = done.iter().rev().find(|line| line.ends_with(&context.step().id));
        Ok(match last {
            Some(line) if line.starts_with("apply") => Observation::present(),
            _ => Observation::absent(),
        })
    }

    async fn apply(&self, permit: Permit<'_>) -> StepOutcome {
        if let (Some(tenant), "s2") = (self.tenant.get(), permit.step().id.as_str()) {
            tenant
                .halt(&Actor::person("eve"), "the phones are down")
                .await
                .unwrap();
        }
        self.done
            .lock()
            .unwrap()
            .push(format!("apply {}", permit.step().id));
        StepOutcome::done()
    }

    async fn undo(&self, permit: Permit<'_>) -> StepOutcome {
        self.done
            .lock()
            .unwrap()
            .push(format!("undo {}", permit.step().id));
        StepOutcome::done()
    }
}

#[test]
fn a_running_execution_turns_back_before_its_next_step_when_the_kill_switch_is_turned_on() {
    block_on(async {
        let alarmed = Alarmed::default();
        let practice = Practice::in_memory(PracticeOptions::default().clock(still()));
        practice.register(alarmed.clone()).unwrap();
        let options = TenantOptions::region("eu").approvers(signers(&["alice"]));
        let tenant = practice.create_tenant("halden", options).await.unwrap();
        let as_of = "2026-11-22".parse().unwrap();
        tenant
            .review(&estate_of(&inventory()), as_of, Trigger::Manual)
            .await
            .unwrap();
        alarmed.tenant.set(tenant.clone()).unwrap();
        let change = level_2(&["printer", "switch", "files"]);
        let staged = approval(tenant.submit(change, &by()).await.unwrap());
        let text = staged.decision("alice", Verdict::Approve).unwrap();
        let Decided::Approved(run) = staged.decide(&text, sign("alice", &text)).await.unwrap() else {
            panic!("one suffices");
        };
        let execution = run.execute().await.unwrap();
        assert_eq!(execution.status(), ExecutionStatus::RolledBack);
        // What had begun was done, and taken back while the switch was on.
        let done = alarmed.done.lock().unwrap().clone();
        assert_eq!(done, ["apply s1", "apply s2", "undo s2", "undo s1"]);
        let entries = tenant.ledger().entries(..).await.unwrap();
        let turn = entries
            .iter()
            .find(|entry| entry.entry_type().0 == 0x0125)
            .unwrap();
        let turn: serde_json::Value = serde_json::from_slice(turn.payload()).unwrap();
        let why = turn["record"]["why"].as_str().unwrap();
        assert!(
            why.contains("eve") && why.contains("the phones are down"),
            "{why}"
        );
        assert_eq!(turn["record"]["step"], "s3");
        policy_holds(&tenant).await;
    });
}
