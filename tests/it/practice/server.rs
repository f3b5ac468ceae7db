//! A practice in a database, and an execution whose process stood still for too long.

use std::fs;
use std::path::Path;
use std::process::Command;

use async_trait::async_trait;
use pollster::block_on;
use vcto::ErrorKind;
use vcto::gate::{
    ActionDeclaration, Decided, Executor, Idempotency, Observation, Permit, Resumed, Reversibility,
    StepContext, StepOutcome, Verdict,
};
use vcto::ledger::{Policy, VerifyOptions};
use vcto::practice::{Practice, PracticeOptions, Tenant, Trigger};

use super::{options, people};
use crate::gate::world::{approval, by, estate_of, inventory, level_2, sign};
use crate::ledger::crash::{said, say, spawn_test};
use crate::postgres::database;

fn at(dir: &Path) -> PracticeOptions {
    options().folder(dir)
}

#[test]
fn a_practice_in_a_database_is_found_again_and_keeps_its_keys_in_a_folder() {
    let Some(url) = database() else { return };
    block_on(async {
        let dir = tempfile::tempdir().unwrap();
        let practice = Practice::open(&url, at(dir.path()).origin("msp.example/vcto"))
            .await
            .unwrap();
        assert!(practice.tenants().unwrap().is_empty());
        let halden = practice.create_tenant("halden", people()).await.unwrap();
        practice.create_tenant("pryce", people()).await.unwrap();
        assert_eq!(halden.ledger().origin(), "msp.example/vcto/halden");
        let made = practice.create_tenant("halden", people()).await.unwrap_err();
        assert_eq!(made.kind(), ErrorKind::Conflict);
        drop((halden, practice));

        let again = Practice::open(&url, at(dir.path())).await.unwrap();
        assert_eq!(again.tenants().unwrap(), ["halden", "pryce"]);
        let halden = again.tenant("halden").await.unwrap();
        assert_eq!(halden.approvers().await.unwrap().iter().count(), 2);
        let near = again.tenant("haldne").await.unwrap_err();
        assert_eq!(near.remedy_text(), Some("did you mean `halden`?"));
        let other = Practice::open(&url, at(dir.path()).origin("elsewhere.example"))
            .await
            .unwrap_err();
        assert_eq!(other.kind(), ErrorKind::Conflict);
        drop((halden, again));

        // Another machine, to which nobody brought the keys.
        let bare = tempfile::tempdir().unwrap();
        let there = Practice::open(&url, at(bare.path())).await.unwrap();
        assert_eq!(there.tenants().unwrap(), ["halden", "pryce"]);
        for error in [
            there.tenant("halden").await.unwrap_err(),
            there.create_tenant("halden", people()).await.unwrap_err(),
        ] {
            assert_eq!(error.kind(), ErrorKind::Unavailable, "{error}");
        }
        // And one that got the keys, not the marks.
        let keys = fs::read_dir(dir.path())
            .unwrap()
            .next()
            .unwrap()
            .unwrap()
            .path()
            .join("keys");
        let own = fs::read_dir(bare.path())
            .unwrap()
            .next()
            .unwrap()
            .unwrap()
            .path()
            .join("keys");
        fs::copy(keys.join("halden.key"), own.join("halden.key")).unwrap();
        let error = there.tenant("halden").await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::RollbackDetected);
        assert!(
            error.remedy_text().unwrap().contains("`accept_missing_mark`"),
            "{error}"
        );
    });
}

#[test]
fn a_practice_in_a_database_needs_a_folder() {
    let Some(url) = database() else { return };
    let error = block_on(Practice::open(url, PracticeOptions::default())).unwrap_err();
    assert_eq!(
        (error.kind(), error.place()),
        (ErrorKind::InvalidInput, Some("folder"))
    );
}

/// Says when it is called, and waits a little.
#[derive(Debug)]
struct Slow;

#[async_trait]
impl Executor for Slow {
    fn name(&self) -> &str {
        "lab"
    }

    fn actions(&self) -> Vec<ActionDeclaration> {
        ["set", "clear"]
            .map(|name| ActionDeclaration::new(name, Reversibility::Verified, Idempotency::Natural))
            .to_vec()
    }

    async fn observe(&self, _: &StepContext) -> vcto::Result<Observation> {
        Ok(Observation::absent())
    }

    async fn apply(&self, _: Permit<'_>) -> StepOutcome {
        say("applying");
        std::thread::sleep(std::time::Duration::from_millis(500));
        StepOutcome::done()
    }

    async fn undo(&self, _: Permit<'_>) -> StepOutcome {
        StepOutcome::done()
    }
}

async fn with_slow(url: &str, dir: &Path) -> Tenant {
    let practice = Practice::open(url, at(dir)).await.unwrap();
    practice.register(Slow).unwrap();
    match practice.tenant("halden").await {
        Ok(tenant) => tenant,
        Err(_) => practice.create_tenant("halden", people()).await.unwrap(),
    }
}

/// Executes what was approved, and says how that ended.
#[test]
#[ignore = "a child process of another test"]
fn child_executes() {
    let Some(dir) = std::env::var_os("VCTO_TEST_DIR") else {
        return;
    };
    let (url, id) = (
        std::env::var("VCTO_TEST_URL").unwrap(),
        std::env::var("VCTO_TEST_NAME").unwrap(),
    );
    block_on(async {
        let tenant = with_slow(&url, Path::new(&dir)).await;
        let Resumed::Approved(approved) = tenant.resume(id.parse().unwrap()).await.unwrap() else {
            panic!("it is approved");
        };
        match approved.execute().await {
            Ok(execution) => say(&format!("ended {:?}", execution.status())),
            Err(error) => say(&format!("refused {}", error.kind())),
        }
    });
}

#[test]
fn an_execution_whose_lease_was_taken_over_while_it_stood_still_writes_nothing_more() {
    let Some(url) = database() else { return };
    let dir = tempfile::tempdir().unwrap();
    block_on(async {
        let tenant = with_slow(&url, dir.path()).await;
        let as_of = "2026-11-22".parse().unwrap();
        tenant
            .review(&estate_of(&inventory()), as_of, Trigger::Manual)
            .await
            .unwrap();
        let staged = approval(tenant.submit(level_2(&["printer"]), &by()).await.unwrap());
        let id = staged.id();
        let text = staged.decision("alice", Verdict::Approve).unwrap();
        let decided = staged.decide(&text, sign("alice", &text)).await.unwrap();
        assert!(matches!(decided, Decided::Approved(_)));
        let mut child = spawn_test(
            "practice::server::child_executes",
            dir.path(),
            Some(&url),
            &id.to_string(),
        );
        let mut lines = said(&mut child);
        assert_eq!(lines.next().as_deref(), Some("applying"));
        let signal = |name: &str| {
            let done = Command::new("kill")
                .args([name, &child.id().to_string()])
                .status();
            assert!(done.unwrap().success());
        };
        signal("-STOP");
        let lease = format!("execution-{id}");
        assert!(
            tenant.ledger().try_lease(&lease).unwrap().is_none(),
            "it has not run out"
        );
        // As if the time had passed.
        let mut owner = postgres::Client::connect(&url, postgres::NoTls).unwrap();
        owner
            .batch_execute("UPDATE vcto.lease SET expires = '-infinity'")
            .unwrap();
        let taken = tenant.ledger().try_lease(&lease).unwrap().unwrap();
        let before = tenant.ledger().size().await.unwrap();
        signal("-CONT");
        assert_eq!(lines.next().as_deref(), Some("refused busy"));
        child.wait().unwrap();
        assert_eq!(tenant.ledger().size().await.unwrap(), before);
        drop(taken);
        assert!(matches!(tenant.resume(id).await.unwrap(), Resumed::InDoubt(_)));
        let report = tenant.ledger().verify(&VerifyOptions::default()).await.unwrap();
        assert_eq!(report.policy, Policy::Ok, "{:?}", report.problems);
    });
}
