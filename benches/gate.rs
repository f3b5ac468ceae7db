//! The gate on an estate of 100,000 assets: from a change to its approval, and 10,000 pending proposals after a restart.
//!
//! In memory, so that no disk decides. The signing is the approver's, and is measured apart; drafting and verifying are in.

#![allow(clippy::disallowed_methods, reason = "a bench looks at the clock")]

mod instances;

use std::time::Instant;

use instances::{cpu_ms, layered};
use pollster::block_on;
use vcto::change::{Change, FORMAT, Step};
use vcto::estate::{AssetId, AssetKind};
use vcto::gate::sshsig::MemoryKey;
use vcto::gate::{Decided, NAMESPACE, ProposalId, Resumed, Routed, Verdict};
use vcto::practice::{Practice, PracticeOptions, Tenant, TenantOptions, Trigger};
use vcto::{Actor, Estate};

const ASSETS: usize = 100_000;
const ROUNDS: usize = 1_000;
const PENDING: usize = 10_000;

fn main() {
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    let estate = Estate::new(layered(ASSETS, 42).inventory(false)).expect("the instance is sound");
    approve(&estate);
    replay(&estate);
}

fn key() -> MemoryKey {
    MemoryKey::from_seed(&[7; 32])
}

fn set_up(practice: &Practice, estate: &Estate) -> Tenant {
    let options = TenantOptions::region("eu").approvers(format!("alice {}\n", key().public_key()));
    let tenant = block_on(practice.create_tenant("halden", options)).expect("a tenant");
    let as_of = "2026-11-22".parse().expect("a day");
    block_on(tenant.review(estate, as_of, Trigger::Manual)).expect("a review");
    tenant
}

/// One work order on one workstation. Nothing depends on a workstation: what is measured is the gate, not the search.
fn change(targets: &[AssetId], number: usize) -> Change {
    let target = &targets[number % targets.len()];
    Change {
        format: FORMAT.to_owned(),
        title: format!("Renew the support of {target:?}").into(),
        reason: format!("Reason {number}").into(),
        area: "architecture-review".to_owned(),
        findings: Vec::new(),
        steps: vec![Step {
            id: "s1".to_owned(),
            title: "Renew".into(),
            executor: "work_orders".to_owned(),
            action: "work_order.create".to_owned(),
            target: target.clone(),
            parameters: std::collections::BTreeMap::new(),
            undo: None,
        }],
        reads: Vec::new(),
        not_before: None,
        not_after: None,
        cost: None,
    }
}

fn workstations(estate: &Estate) -> Vec<AssetId> {
    let assets = estate.assets().iter();
    let found = assets.filter(|asset| asset.kind == AssetKind::Workstation);
    found.map(|asset| asset.id.clone()).collect()
}

fn submit(tenant: &Tenant, change: Change) -> Routed {
    block_on(tenant.submit(change, &Actor::service("svc-review"))).expect("it is routed")
}

/// Microseconds from `tenant.submit` to `Approved`, on a ledger that grows by two entries a round.
fn approve(estate: &Estate) {
    let folder = tempfile::tempdir().expect("a folder");
    let practice = Practice::in_memory(PracticeOptions::default());
    let orders = vcto::executor::work_order::WorkOrders::new(folder.path().join("orders"));
    practice.register(orders).expect("an executor");
    let tenant = set_up(&practice, estate);
    let targets = workstations(estate);
    let (mut walls, mut signing) = (Vec::with_capacity(ROUNDS), Vec::with_capacity(ROUNDS));
    let changes: Vec<Change> = (0..ROUNDS).map(|number| change(&targets, number)).collect();
    let before = cpu_ms();
    for change in changes {
        let began = Instant::now();
        let Routed::Approval(staged) = submit(&tenant, change) else {
            panic!("it waits for an approval");
        };
        let text = staged.decision("alice", Verdict::Approve).expect("a text");
        let signs = Instant::now();
        let signature = key().sign(NAMESPACE, &text).expect("a signature");
        let signed = signs.elapsed();
        let decided = block_on(staged.decide(&text, signature)).expect("it is decided");
        assert!(matches!(decided, Decided::Approved(_)));
        walls.push(began.elapsed() - signed);
        signing.push(signed);
    }
    let cpu = (cpu_ms() - before) * 1_000.0 / ROUNDS as f64;
    walls.sort();
    signing.sort();
    let at = |times: &[std::time::Duration], part: usize| {
        times[(times.len() - 1) * part / 100].as_secs_f64() * 1e6
    };
    println!(
        "submit to Approved, {ASSETS} assets, in memory: median {:.0} us, 99 % {:.0} us (goal 200); processor {cpu:.0} us \
         with the approver's signing of {:.0} us",
        at(&walls, 50),
        at(&walls, 99),
        at(&signing, 50),
    );
}

/// Seconds until a practice that is opened anew knows 10,000 pending proposals.
fn replay(estate: &Estate) {
    // In the system's folder for passing files: the disk would decide how long the writing takes, not the reading.
    let folder = tempfile::tempdir().expect("a folder");
    let orders = || vcto::executor::work_order::WorkOrders::new(folder.path().join("orders"));
    let open = || {
        let practice = block_on(Practice::open(
            folder.path().join("practice"),
            PracticeOptions::default(),
        ));
        let practice = practice.expect("a practice");
        practice.register(orders()).expect("an executor");
        practice
    };
    let targets = workstations(estate);
    let ids: Vec<ProposalId> = {
        let practice = open();
        let tenant = set_up(&practice, estate);
        let staged = (0..PENDING).map(|number| match submit(&tenant, change(&targets, number)) {
            Routed::Approval(staged) => staged.id(),
            other => panic!("{other:?}"),
        });
        staged.collect()
    };
    let (began, before) = (Instant::now(), cpu_ms());
    let practice = open();
    let tenant = block_on(practice.tenant("halden")).expect("the tenant");
    let pending = block_on(tenant.pending()).expect("what waits");
    let (wall, cpu) = (began.elapsed(), cpu_ms() - before);
    assert_eq!(pending.len(), PENDING);
    println!(
        "replay of {PENDING} pending proposals: {:.2} s, processor {:.2} s (goal 1)",
        wall.as_secs_f64(),
        cpu / 1_000.0
    );
    let began = Instant::now();
    let resumed = block_on(tenant.resume(ids[PENDING / 2])).expect("it is there");
    assert!(matches!(resumed, Resumed::Routed(_)));
    println!(
        "  and one of them resumed: {:.1} ms",
        began.elapsed().as_secs_f64() * 1e3
    );
}
