//! A full review at the size of a large client. First a table of processor time, which other work on the machine disturbs
//! least; then divan's table of wall time.

mod instances;

use divan::{Bencher, black_box};
use instances::{Numbers, median_ms};
use vcto::Estate;
use vcto::estate::{AssetKind, Criticality};
use vcto::review::{Review, Reviewer};

fn main() {
    if std::env::args().any(|argument| argument == "--bench") {
        for size in [10_000, 100_000] {
            table(size);
        }
    }
    divan::main();
}

fn table(size: usize) {
    let estate = estate(size);
    estate.digest();
    let review = reviewed(&estate);
    println!(
        "{size} assets, {} relations: {} answers, {} findings, {} recommendations; processor time, median",
        estate.relation_count(),
        review.coverage.total + review.coverage.outcomes.not_applicable,
        review.findings.len(),
        review.recommendations.len()
    );
    let full = median_ms(5, || (), |()| reviewed(&estate));
    println!("  full review                           {full:>10.2} ms");
    let json = median_ms(3, || (), |()| review.to_json());
    println!("  its document                          {json:>10.2} ms");
}

#[divan::bench(args = [10_000, 100_000], sample_count = 5)]
fn full_review(bencher: Bencher<'_, '_>, size: usize) {
    let estate = estate(size);
    estate.digest();
    bencher.bench_local(|| black_box(reviewed(&estate)));
}

fn reviewed(estate: &Estate) -> Review {
    let day = "2026-11-22".parse().expect("a day");
    Reviewer::standard().review(estate, day).expect("a review")
}

/// The instance of the impact benches, with facts as a client has them: some old systems, gaps, a service in a hundred that
/// matters.
fn estate(size: usize) -> Estate {
    const SYSTEMS: [&str; 10] = [
        "Windows 11 Pro 25H2",
        "Windows 11 Pro 25H2",
        "Windows 11 Enterprise 24H2",
        "Windows 10 Pro 22H2",
        "Windows Server 2019 Standard",
        "Windows Server 2022 Standard",
        "Windows Server 2016 Standard",
        "Debian GNU/Linux 12",
        "VMware ESXi 8.0.2",
        "FooOS 7",
    ];
    let mut inventory = instances::layered(size, 42).inventory(false);
    let mut numbers = Numbers(7);
    for asset in &mut inventory.assets {
        let number = numbers.below(1_000);
        let named = format!("host-{number}-{}", asset.id.as_str());
        *asset = asset.clone().named(named);
        asset.facts.insert("os_name", SYSTEMS[number % 10]);
        if number < 800 {
            asset.facts.insert("owner", "operations");
            asset.facts.insert("last_seen", "2026-11-20");
        }
        if number < 500 {
            asset.facts.insert(
                "warranty_end",
                if number < 50 { "2026-01-31" } else { "2028-01-31" },
            );
        }
        let service = matches!(asset.kind, AssetKind::BusinessApplication | AssetKind::Service);
        if service && number.is_multiple_of(100) {
            asset.criticality = Some(Criticality::High);
        }
    }
    Estate::new(inventory).expect("a sound estate")
}
