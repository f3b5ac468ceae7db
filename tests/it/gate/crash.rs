//! Processes that die while they execute, and processes that share a practice.

use std::collections::BTreeSet;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use jiff::Timestamp;
use pollster::block_on;
use vcto::ErrorKind;
use vcto::gate::{
    ActionDeclaration, Decided, ExecutionStatus, Executor, Idempotency, Observation, Outcome, Permit,
    ProposalId, Resumed, Reversibility, Routed, Settled, StepContext, StepOutcome, Verdict,
};
use vcto::ledger::{Policy, VerifyOptions};
use vcto::practice::{Practice, PracticeOptions, Tenant, TenantOptions, Trigger};
use vcto::time::{Clock, ManualClock};

use super::world::{START, approval, by, estate_of, inventory, level_2, sign, signers};

const FIVE: [&str; 5] = ["printer", "switch", "files", "app-db", "scan"];

/// How often a place was passed at which this process could die, and at which of them it does.
pub(super) static PASSED: AtomicUsize = AtomicUsize::new(0);
pub(super) static DIE_AT: AtomicUsize = AtomicUsize::new(usize::MAX);

pub(super) fn pass() {
    if PASSED.fetch_add(1, Ordering::SeqCst) + 1 == DIE_AT.load(Ordering::SeqCst) {
        std::process::abort();
    }
}

/// Stands still. The ledger's writer asks it just before it writes: a place to die, before each record.
#[derive(Debug)]
pub(super) struct DeadlyClock;

impl Clock for DeadlyClock {
    fn now(&self) -> Timestamp {
        if std::thread::current().name() == Some("vcto-ledger-write") {
            pass();
        }
        START.parse().unwrap()
    }
}

/// An executor on files: a target is done when its file holds the step's id. Each effect leaves a line in a log.
#[derive(Debug)]
struct Files {
    dir: PathBuf,
    fails_at: Option<String>,
}

impl Files {
    fn note(&self, line: &str) {
        let path = self.dir.join("effects");
        let mut log = fs::OpenOptions::new()
            .create(true)
            .append(true)
            .open(path)
            .unwrap();
        writeln!(log, "{line}").unwrap();
    }

    fn target(&self, context: &StepContext) -> PathBuf {
        self.dir.join(context.step().target.as_str())
    }
}

#[async_trait]
impl Executor for Files {
    fn name(&self) -> &str {
        "lab"
    }

    fn actions(&self) -> Vec<ActionDeclaration> {
        ["set", "clear"]
            .map(|name| ActionDeclaration::new(name, Reversibility::Verified, Idempotency::Natural))
            .to_vec()
    }

    async fn observe(&self, context: &StepContext) -> vcto::Result<Observation> {
        pass();
        let there = self.target(context).exists();
        Ok(if there {
            Observation::present()
        } else {
            Observation::absent()
        })
    }

    async fn apply(&self, permit: Permit<'_>) -> StepOutcome {
        if self.fails_at.as_ref() == Some(&permit.step().id) {
            return StepOutcome::not_done("it would not");
        }
        pass();
        fs::write(self.target(permit.context()), &permit.step().id).unwrap();
        self.note(&format!("apply {}", permit.step().id));
        pass();
        StepOutcome::done()
    }

    async fn undo(&self, permit: Permit<'_>) -> StepOutcome {
        pass();
        let _ = fs::remove_file(self.target(permit.context()));
        self.note(&format!("undo {}", permit.step().id));
        pass();
        StepOutcome::done()
    }
}

async fn open(dir: &Path, clock: Arc<dyn Clock>, fails_at: Option<&str>) -> (Practice, Tenant) {
    let practice = Practice::open(dir.join("practice"), PracticeOptions::default().clock(clock))
        .await
        .unwrap();
    let files = Files {
        dir: dir.join("world"),
        fails_at: fails_at.map(str::to_owned),
    };
    practice.register(files).unwrap();
    let tenant = practice.tenant("halden").await.unwrap();
    (practice, tenant)
}

pub(super) fn still() -> Arc<ManualClock> {
    Arc::new(ManualClock::new(START.parse().unwrap()))
}

/// A folder with a practice in which a change of five steps is approved.
async fn prepare(dir: &Path) -> ProposalId {
    fs::create_dir(dir.join("world")).unwrap();
    let options = PracticeOptions::default().clock(still());
    let practice = Practice::open(dir.join("practice"), options).await.unwrap();
    let people = TenantOptions::region("eu").approvers(signers(&["alice", "bob"]));
    practice.create_tenant("halden", people).await.unwrap();
    drop(practice);
    let (_practice, tenant) = open(dir, still(), None).await;
    let as_of = "2026-11-22".parse().unwrap();
    tenant
        .review(&estate_of(&inventory()), as_of, Trigger::Manual)
        .await
        .unwrap();
    let staged = approval(tenant.submit(level_2(&FIVE), &by()).await.unwrap());
    let id = staged.id();
    let text = staged.decision("alice", Verdict::Approve).unwrap();
    let decided = staged.decide(&text, sign("alice", &text)).await.unwrap();
    assert!(matches!(decided, Decided::Approved(_)));
    id
}

pub(super) fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), &target).unwrap();
        }
    }
}

pub(super) fn child(role: &str, dir: &Path, arguments: &str) -> ExitStatus {
    Command::new(std::env::current_exe().unwrap())
        .args([
            "--ignored",
            "--exact",
            &format!("gate::{role}"),
            "--nocapture",
            "--test-threads=1",
        ])
        .env("VCTO_TEST_DIR", dir)
        .env("VCTO_TEST_NAME", arguments)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .unwrap()
}

pub(super) fn role() -> Option<(PathBuf, Vec<String>)> {
    let dir = std::env::var_os("VCTO_TEST_DIR")?;
    let name = std::env::var("VCTO_TEST_NAME").unwrap();
    Some((dir.into(), name.split(' ').map(str::to_owned).collect()))
}

/// Executes what is approved, and dies at the place that it was told.
#[test]
#[ignore = "a child process of another test"]
fn child_executes_and_dies() {
    let Some((dir, arguments)) = role() else { return };
    block_on(async {
        let fails_at = arguments.get(2).map(String::as_str);
        let (_practice, tenant) = open(&dir, Arc::new(DeadlyClock), fails_at).await;
        let Resumed::Approved(approved) = tenant.resume(arguments[0].parse().unwrap()).await.unwrap() else {
            panic!("it is approved");
        };
        PASSED.store(0, Ordering::SeqCst);
        DIE_AT.store(arguments[1].parse().unwrap(), Ordering::SeqCst);
        let _ = approved.execute().await.unwrap();
        DIE_AT.store(usize::MAX, Ordering::SeqCst);
    });
}

/// Stages a change and leaves.
#[test]
#[ignore = "a child process of another test"]
fn child_stages() {
    let Some((dir, _)) = role() else { return };
    block_on(async {
        let (_practice, tenant) = open(&dir, still(), None).await;
        let routed = tenant.submit(level_2(&["rack-unit"]), &by()).await.unwrap();
        assert!(matches!(routed, Routed::HumanOnly(_)), "the asset is not known");
        let staged = approval(tenant.submit(level_2(&["printer"]), &by()).await.unwrap());
        drop(staged);
    });
}

fn effects(dir: &Path) -> Vec<String> {
    let text = fs::read_to_string(dir.join("world/effects")).unwrap_or_default();
    text.lines().map(str::to_owned).collect()
}

/// What the intents of the ledger announce, in the words of the log of effects.
async fn announced(tenant: &Tenant) -> Vec<String> {
    let entries = tenant.ledger().entries(..).await.unwrap();
    let intents = entries.iter().filter(|entry| entry.entry_type().0 == 0x0121);
    intents
        .map(|entry| {
            let record: serde_json::Value = serde_json::from_slice(entry.payload()).unwrap();
            let act = &record["record"]["act"];
            format!(
                "{} {}",
                act["direction"].as_str().unwrap(),
                act["step"].as_str().unwrap()
            )
        })
        .collect()
}

pub(super) async fn policy_holds(tenant: &Tenant) {
    let report = tenant.ledger().verify(&VerifyOptions::default()).await.unwrap();
    assert_eq!(report.policy, Policy::Ok, "{:?}", report.problems);
    assert!(report.has_no_failure(), "{:?}", report.problems);
}

/// After a crash: nothing unrecorded happened, nothing runs on by itself, and everything can be settled.
async fn check_after_crash(dir: &Path, id: ProposalId, fails_at: Option<&str>) -> (u64, &'static str) {
    let (_practice, tenant) = open(dir, still(), fails_at).await;
    let size = tenant.ledger().size().await.unwrap();
    let before = effects(dir);
    // The step that is refused is announced and has no effect.
    let refused = fails_at.map(|step| format!("apply {step}"));
    let mut announced = announced(&tenant).await;
    announced.retain(|call| Some(call) != refused.as_ref());
    assert!(announced.starts_with(&before), "{before:?} {announced:?}");
    assert!(
        announced.len() <= before.len() + 1,
        "one call may be open: {before:?} {announced:?}"
    );
    let found = match tenant.resume(id).await.unwrap() {
        Resumed::Approved(approved) => {
            assert!(before.is_empty());
            let execution = approved.execute().await.unwrap();
            let expected = if fails_at.is_some() {
                ExecutionStatus::RolledBack
            } else {
                ExecutionStatus::Succeeded
            };
            assert_eq!(execution.status(), expected);
            "approved"
        }
        Resumed::InDoubt(in_doubt) => {
            let finished = match in_doubt.probe().await.unwrap() {
                Settled::Finished(finished) => finished,
                Settled::InDoubt(in_doubt) => {
                    let text = in_doubt.acceptance("bob", None).unwrap();
                    let Settled::Finished(finished) =
                        in_doubt.accept(&text, sign("bob", &text)).await.unwrap()
                    else {
                        panic!("one acceptance suffices");
                    };
                    finished
                }
            };
            assert_eq!(effects(dir), before, "settling does nothing");
            check_status(dir, finished.outcome());
            "in doubt"
        }
        Resumed::Finished(finished) => {
            check_status(dir, finished.outcome());
            "finished"
        }
        Resumed::Routed(routed) => panic!("{routed:?}"),
    };
    let after = effects(dir);
    let once: BTreeSet<_> = after.iter().collect();
    assert_eq!(once.len(), after.len(), "nothing twice: {after:?}");
    assert!(matches!(tenant.resume(id).await.unwrap(), Resumed::Finished(_)));
    policy_holds(&tenant).await;
    (size, found)
}

/// What the ledger says of the end agrees with the files that are there.
fn check_status(dir: &Path, outcome: Outcome) {
    let standing = FIVE
        .iter()
        .filter(|target| dir.join("world").join(target).exists())
        .count();
    let expected = match outcome {
        Outcome::Executed(ExecutionStatus::Succeeded) => standing == 5,
        Outcome::Executed(ExecutionStatus::NotDone | ExecutionStatus::RolledBack) => standing == 0,
        Outcome::Executed(ExecutionStatus::AcceptedAsIs) => (1..5).contains(&standing),
        _ => false,
    };
    assert!(expected, "{outcome:?} with {standing} standing");
}

/// Kills a process at every place and checks what it left.
fn die_everywhere(fails_at: Option<&str>, records: u64) {
    let prepared = tempfile::tempdir().unwrap();
    let id = block_on(prepare(prepared.path()));
    let begin = block_on(async {
        let (_practice, tenant) = open(prepared.path(), still(), None).await;
        tenant.ledger().size().await.unwrap()
    });
    let mut sizes = BTreeSet::new();
    let mut found = BTreeSet::new();
    for place in 1.. {
        let dir = tempfile::tempdir().unwrap();
        copy(prepared.path(), dir.path());
        let arguments = format!("{id} {place} {}", fails_at.unwrap_or_default());
        let status = child("crash::child_executes_and_dies", dir.path(), arguments.trim());
        if status.success() {
            break;
        }
        let (size, what) = block_on(check_after_crash(dir.path(), id, fails_at));
        sizes.insert(size);
        found.insert(what);
    }
    // It died between any two records of the execution, and before the first.
    assert_eq!(sizes, (begin..begin + records).collect());
    assert!(found.contains("approved") && found.contains("in doubt"));
}

#[test]
fn a_process_that_dies_between_any_two_records_of_five_steps_leaves_nothing_wrong() {
    // Started, five times intent, answer and look, the end.
    die_everywhere(None, 1 + 5 * 3 + 1);
}

#[test]
fn a_process_that_dies_between_any_two_records_of_a_rollback_leaves_nothing_wrong() {
    // Started, four steps, the fifth refused, the turn, four undos, the end.
    die_everywhere(Some("s5"), 1 + 4 * 3 + 2 + 1 + 4 * 3 + 1);
}

#[test]
fn a_second_process_resumes_what_the_first_staged() {
    let dir = tempfile::tempdir().unwrap();
    block_on(async {
        let first = prepare(dir.path()).await;
        assert!(child("crash::child_stages", dir.path(), "-").success());
        let (_practice, tenant) = open(dir.path(), still(), None).await;
        let pending = tenant.pending().await.unwrap();
        assert_eq!(pending.len(), 3);
        let staged = pending
            .iter()
            .find(|entry| entry.id != first && entry.approvals_needed == 1)
            .unwrap();
        let Resumed::Routed(routed) = tenant.resume(staged.id).await.unwrap() else {
            panic!("it waits");
        };
        let staged = approval(routed);
        let text = staged.decision("bob", Verdict::Approve).unwrap();
        let Decided::Approved(approved) = staged.decide(&text, sign("bob", &text)).await.unwrap() else {
            panic!("it is approved");
        };
        assert_eq!(
            approved.execute().await.unwrap().status(),
            ExecutionStatus::Succeeded
        );
        policy_holds(&tenant).await;
    });
}

#[test]
fn two_open_practices_work_side_by_side_and_start_once() {
    let dir = tempfile::tempdir().unwrap();
    block_on(async {
        let id = prepare(dir.path()).await;
        let (_one, here) = open(dir.path(), still(), None).await;
        let (_two, there) = open(dir.path(), still(), None).await;
        let Resumed::Approved(first) = here.resume(id).await.unwrap() else {
            panic!("it is approved");
        };
        let Resumed::Approved(second) = there.resume(id).await.unwrap() else {
            panic!("it is approved there too");
        };
        let racing =
            std::thread::spawn(move || block_on(second.execute()).map(|execution| execution.status()));
        let first = first.execute().await.map(|execution| execution.status());
        let second = racing.join().unwrap();
        let (won, lost) = if first.is_ok() {
            (first, second)
        } else {
            (second, first)
        };
        assert_eq!(won.unwrap(), ExecutionStatus::Succeeded);
        assert!(matches!(
            lost.unwrap_err().kind(),
            ErrorKind::Busy | ErrorKind::Consumed
        ));
        assert_eq!(effects(dir.path()).len(), 5);
        assert!(matches!(here.resume(id).await.unwrap(), Resumed::Finished(_)));
        // Both keep writing.
        for tenant in [&here, &there, &here, &there] {
            let _ = tenant.submit(level_2(&["printer"]), &by()).await.unwrap();
        }
        assert_eq!(here.pending().await.unwrap().len(), 4);
        assert_eq!(there.pending().await.unwrap().len(), 4);
        policy_holds(&there).await;
    });
}

#[test]
fn while_another_process_executes_a_proposal_is_busy_not_in_doubt() {
    let dir = tempfile::tempdir().unwrap();
    block_on(async {
        let id = prepare(dir.path()).await;
        let (_practice, tenant) = open(dir.path(), still(), None).await;
        let lease = tenant
            .ledger()
            .try_lease(&format!("execution-{id}"))
            .unwrap()
            .unwrap();
        let Resumed::Approved(approved) = tenant.resume(id).await.unwrap() else {
            panic!("not started, so the lease does not matter yet");
        };
        assert_eq!(approved.execute().await.unwrap_err().kind(), ErrorKind::Busy);
        assert!(effects(dir.path()).is_empty());
        drop(lease);
        let Resumed::Approved(approved) = tenant.resume(id).await.unwrap() else {
            panic!("nothing is lost");
        };
        approved.execute().await.unwrap();
    });
}

#[test]
fn a_process_without_the_executor_neither_runs_nor_spoils_a_change() {
    let dir = tempfile::tempdir().unwrap();
    block_on(async {
        let id = prepare(dir.path()).await;
        let options = PracticeOptions::default().clock(still());
        let bare = Practice::open(dir.path().join("practice"), options)
            .await
            .unwrap();
        let tenant = bare.tenant("halden").await.unwrap();
        let before = tenant.ledger().size().await.unwrap();
        let Resumed::Approved(approved) = tenant.resume(id).await.unwrap() else {
            panic!("it is approved");
        };
        assert_eq!(approved.execute().await.unwrap_err().kind(), ErrorKind::NotFound);
        assert_eq!(tenant.ledger().size().await.unwrap(), before);
        let (_practice, equipped) = open(dir.path(), still(), None).await;
        let Resumed::Approved(approved) = equipped.resume(id).await.unwrap() else {
            panic!("still approved, at the same level");
        };
        assert_eq!(
            approved.execute().await.unwrap().status(),
            ExecutionStatus::Succeeded
        );
    });
}
