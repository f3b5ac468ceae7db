//! From Friday to Monday: one process stages, others record thirty ordinary nightly syncs, a person decides in another, a worker
//! executes in the window of the decision; and what changed meanwhile in a way that matters voids it.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use pollster::block_on;
use serde_json::{Value, json};
use vcto::gate::{DecisionOptions, ExecutionStatus, Resumed, Routed, Verdict};
use vcto::practice::{Practice, PracticeOptions, Tenant, TenantOptions, Trigger};
use vcto::time::ManualClock;
use vcto::{Actor, ErrorKind, Estate, Inventory, WorkOrders};

use crate::gate::world::{sign, signers};

const FRIDAY: &str = "2026-11-20T17:00:00Z";
const SUNDAY: &str = "2026-11-22T17:00:00Z";
const MONDAY: &str = "2026-11-23T02:30:00Z";
const OPENS: &str = "2026-11-23T02:00:00Z";
const CLOSES: &str = "2026-11-23T04:00:00Z";
const NIGHTLY: u32 = 30;

/// A small office: a firewall out of support, a file server behind it, and computers that come and go.
fn office(night: u32, matters: bool) -> Estate {
    let computers = 20 + night % 5;
    let mut assets = vec![
        json!({"id": "fw", "kind": "firewall", "name": "FW-LDS-01",
            "facts": {"os_name": "FortiOS", "os_version": if matters { "7.4.8" } else { "6.4.15" }, "owner": "Halden IT", "last_seen": day(night)}}),
        json!({"id": "files", "kind": "service", "name": "Client files", "criticality": "high", "facts": {"owner": "partners", "people": 40}}),
    ];
    let mut relations = vec![json!({"from": "files", "to": "fw", "kind": "depends_on"})];
    for n in 0..computers {
        assets.push(json!({"id": format!("pc-{n}"), "kind": "workstation", "name": format!("PC-{n:03}"),
            "facts": {"os_name": "Windows 11", "os_version": "24H2", "last_seen": day(night), "disk_used_mib": 1000 + night * n}}));
    }
    if night.is_multiple_of(3) {
        relations.push(json!({"from": "pc-1", "to": "pc-0", "kind": "uses", "strength": "soft"}));
    }
    let document: Value = json!({"format": "vcto.inventory/1",
        "source": {"name": "rmm", "captured_at": format!("{}T22:00:00Z", day(night)), "complete": true}, "assets": assets, "relations": relations});
    Estate::new(Inventory::from_json(document.to_string().as_bytes()).unwrap()).unwrap()
}

fn day(night: u32) -> String {
    format!("2026-11-{:02}", 20 + night % 3)
}

async fn open(dir: &Path, at: &str) -> (Practice, Tenant) {
    let clock = Arc::new(ManualClock::new(at.parse().unwrap()));
    let options = PracticeOptions::default()
        .clock(clock)
        .operator(Actor::service("worker"));
    let practice = Practice::open(dir.join("practice"), options).await.unwrap();
    practice
        .register(WorkOrders::new(dir.join("work-orders")))
        .unwrap();
    let tenant = match practice.tenant("halden").await {
        Ok(tenant) => tenant,
        Err(_) => practice
            .create_tenant(
                "halden",
                TenantOptions::region("eu").approvers(signers(&["alice"])),
            )
            .await
            .unwrap(),
    };
    (practice, tenant)
}

/// Runs one of the children below in a process of its own.
fn process(role: &str, dir: &Path) {
    let done = Command::new(std::env::current_exe().unwrap())
        .args(["--ignored", "--exact", &format!("practice::weekend::{role}")])
        .env("VCTO_TEST_DIR", dir)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&done.stdout);
    assert!(
        done.status.success() && said.contains("1 passed"),
        "{role}: {said}"
    );
}

fn dir() -> Option<PathBuf> {
    std::env::var_os("VCTO_TEST_DIR").map(PathBuf::from)
}

#[test]
#[ignore = "a child process of another test"]
fn child_stages_on_friday() {
    let Some(dir) = dir() else { return };
    block_on(async {
        let (_practice, tenant) = open(&dir, FRIDAY).await;
        let review = tenant
            .review(
                &office(0, false),
                "2026-11-20".parse().unwrap(),
                Trigger::Schedule,
            )
            .await
            .unwrap();
        let upgrade = review
            .recommendations
            .iter()
            .find(|one| one.title.raw().contains("FortiOS 6.4"))
            .expect("the firewall is out of support");
        let routed = tenant
            .submit(upgrade.change.clone(), &Actor::service("svc-review"))
            .await
            .unwrap();
        assert!(matches!(routed, Routed::Approval(_)));
    });
}

#[test]
#[ignore = "a child process of another test"]
fn child_decides_on_sunday() {
    let Some(dir) = dir() else { return };
    block_on(async {
        let (_practice, tenant) = open(&dir, SUNDAY).await;
        let waiting = tenant.pending().await.unwrap();
        let Resumed::Routed(Routed::Approval(staged)) = tenant.resume(waiting[0].id).await.unwrap() else {
            panic!("it waits for an approval");
        };
        let mut window = DecisionOptions::new("alice", Verdict::Approve);
        window.not_before = Some(OPENS.parse().unwrap());
        window.not_after = Some(CLOSES.parse().unwrap());
        let text = staged.decision_with(window).unwrap();
        let _ = staged.decide(&text, &sign("alice", &text)).await.unwrap();
    });
}

/// The worker of the night: executes what may run.
#[test]
#[ignore = "a child process of another test"]
fn child_works_on_monday() {
    let Some(dir) = dir() else { return };
    block_on(async {
        let (_practice, tenant) = open(&dir, MONDAY).await;
        let waiting = tenant.pending().await.unwrap();
        let Resumed::Approved(approved) = tenant.resume(waiting[0].id).await.unwrap() else {
            panic!("it is approved");
        };
        let execution = approved.execute().await.unwrap();
        assert_eq!(execution.status(), ExecutionStatus::HandedOver);
    });
}

/// The nights, each recorded by this process as a service would.
fn nights(dir: &Path, at: &str) {
    block_on(async {
        let (_practice, tenant) = open(dir, at).await;
        for night in 1..=NIGHTLY {
            let as_of = day(night).parse().unwrap();
            tenant
                .review(&office(night, false), as_of, Trigger::Schedule)
                .await
                .unwrap();
        }
    });
}

fn work_orders(dir: &Path) -> usize {
    std::fs::read_dir(dir.join("work-orders")).map_or(0, |entries| {
        entries
            .filter(|entry| {
                entry
                    .as_ref()
                    .unwrap()
                    .path()
                    .extension()
                    .is_some_and(|it| it == "md")
            })
            .count()
    })
}

#[test]
fn staged_on_friday_decided_on_sunday_after_thirty_syncs_executed_on_monday() {
    let dir = tempfile::tempdir().unwrap();
    process("child_stages_on_friday", dir.path());
    nights(dir.path(), "2026-11-22T06:00:00Z");
    process("child_decides_on_sunday", dir.path());
    block_on(async {
        let (_practice, tenant) = open(dir.path(), "2026-11-22T18:00:00Z").await;
        let waiting = tenant.pending().await.unwrap();
        let Resumed::Approved(early) = tenant.resume(waiting[0].id).await.unwrap() else {
            panic!("it is approved");
        };
        let error = early.execute().await.unwrap_err();
        assert_eq!(
            error.kind(),
            ErrorKind::Denied,
            "the window is not open yet: {error}"
        );
    });
    assert_eq!(work_orders(dir.path()), 0);
    process("child_works_on_monday", dir.path());
    assert_eq!(work_orders(dir.path()), 1);
}

#[test]
fn what_changed_in_a_way_that_matters_voids_the_approval() {
    let dir = tempfile::tempdir().unwrap();
    process("child_stages_on_friday", dir.path());
    process("child_decides_on_sunday", dir.path());
    block_on(async {
        let (_practice, tenant) = open(dir.path(), MONDAY).await;
        // Somebody upgraded the firewall on Sunday night.
        tenant
            .review(&office(3, true), "2026-11-22".parse().unwrap(), Trigger::Schedule)
            .await
            .unwrap();
        let waiting = tenant.pending().await.unwrap();
        let error = match tenant.resume(waiting[0].id).await.unwrap() {
            Resumed::Approved(approved) => approved.execute().await.unwrap_err(),
            other => panic!("{other:?}"),
        };
        assert_eq!(error.kind(), ErrorKind::Stale, "{error}");
    });
    assert_eq!(work_orders(dir.path()), 0);
}
