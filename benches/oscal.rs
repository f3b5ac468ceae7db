//! The proof of a tenant with many findings: time and memory by size. The OSCAL documents are to be linear in time, and
//! their writing to need hardly more memory for 10,000 findings than for 1,000, beside the review that it is about.
//!
//! A table only: one proof of each size is enough to see it.

mod instances;

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

use instances::{cpu_ms, memory};
use vcto::estate::{Asset, AssetKind};
use vcto::gate::sshsig::MemoryKey;
use vcto::gate::{NAMESPACE, Routed, Verdict};
use vcto::practice::{Practice, PracticeOptions, Tenant, TenantOptions, Trigger};
use vcto::{Actor, Estate, Inventory};

#[global_allocator]
static COUNTED: memory::Counted = memory::Counted;

fn main() {
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    println!("proof of a tenant: processor time, and memory at its peak");
    let rows: Vec<_> = [1_000, 10_000].into_iter().map(measure).collect();
    if let [small, large] = &rows[..] {
        println!(
            "  10,000 to 1,000: time {:.1} x, documents' own peak {:.2} x",
            large.time / small.time,
            large.export as f64 / small.export as f64
        );
    }
}

struct Row {
    time: f64,
    export: usize,
}

fn measure(findings: usize) -> Row {
    let folder = tempfile::tempdir().expect("a folder");
    let tenant = tenant(folder.path(), findings);
    let proof = folder.path().join("proof");
    let start = memory::live();
    memory::reset();
    let before = cpu_ms();
    let done = AtomicBool::new(false);
    let export = std::thread::scope(|scope| {
        let watch = scope.spawn(|| watch(&folder.path().join(".proof.partial/oscal"), &done));
        pollster::block_on(tenant.prove(&proof)).expect("a proof");
        done.store(true, Relaxed);
        watch.join().expect("the watch ends")
    });
    // The watch takes some of it; it sleeps most of the time.
    let time = cpu_ms() - before;
    let (whole, loaded) = export;
    let size = std::fs::metadata(proof.join("oscal/assessment-results.json")).map_or(0, |of| of.len());
    let row = Row {
        time,
        export: memory::peak().saturating_sub(loaded),
    };
    let kb = |bytes: usize| bytes / 1_000;
    println!(
        "  {findings:>6} findings: {time:>8.0} ms; results {:>6} kB",
        size / 1_000
    );
    println!(
        "    peak {:>6} kB while the history is read and held; beyond it the documents take {:>5} kB ({} B a finding)",
        kb(whole.saturating_sub(start)),
        kb(row.export),
        row.export / findings
    );
    row
}

/// Waits for the first document: what is allocated then is the history that was read. Returns the peak until then, and that.
fn watch(documents: &Path, done: &AtomicBool) -> (usize, usize) {
    while !documents.exists() && !done.load(Relaxed) {
        std::thread::sleep(std::time::Duration::from_micros(200));
    }
    let (peak, loaded) = (memory::peak(), memory::live());
    memory::reset();
    (peak, loaded)
}

/// A tenant with a review of so many findings; every recommendation was submitted, and approved where that is needed.
fn tenant(folder: &Path, findings: usize) -> Tenant {
    pollster::block_on(async {
        let practice = Practice::open(folder.join("practice"), PracticeOptions::default())
            .await
            .expect("a practice");
        let key = MemoryKey::from_seed(&[7; 32]);
        let options = TenantOptions::region("eu").approvers(format!("alice {}\n", key.public_key()));
        let tenant = practice.create_tenant("halden", options).await.expect("a tenant");
        let estate = estate(findings);
        let day = "2026-11-22".parse().expect("a day");
        let review = tenant
            .review(&estate, day, Trigger::Manual)
            .await
            .expect("a review");
        println!(
            "  {} findings, {} recommendations",
            review.findings.len(),
            review.recommendations.len()
        );
        for advice in &review.recommendations {
            let submitted = tenant
                .submit(advice.change.clone(), &Actor::service("bench"))
                .await;
            if let Routed::Approval(staged) = submitted.expect("routed") {
                let text = staged.decision("alice", Verdict::Approve).expect("a text");
                let signature = key.sign(NAMESPACE, &text).expect("a signature");
                let _ = staged.decide(&text, &signature).await.expect("decided");
            }
        }
        tenant
    })
}

/// Servers whose warranty has ended.
fn estate(assets: usize) -> Estate {
    let mut inventory = Inventory::default();
    inventory.source.name = "bench".into();
    inventory.assets = (0..assets)
        .map(|at| {
            let mut asset =
                Asset::new(format!("server-{at:06}"), AssetKind::Server).named(format!("Server {at}"));
            asset.facts.insert("owner", "operations");
            asset.facts.insert("last_seen", "2026-11-20");
            asset.facts.insert("warranty_end", "2025-01-31");
            asset
        })
        .collect();
    Estate::new(inventory).expect("a sound estate")
}
