//! The first steps in Rust; `quickstart.py` and `quickstart.mjs` print the same bytes.

use vcto::review::Reviewer;
use vcto::{Estate, impact, source};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let estate = Estate::new(source::read("examples/data/erp.json", None)?)?;
    println!(
        "{} assets, {} relations",
        estate.asset_count(),
        estate.relation_count()
    );

    let san = estate.find("SAN")?;
    println!("could be touched: {}", impact::blast_radius(&estate, &san)?.total);
    println!(
        "stops with SQL A: {}",
        impact::fail(&estate, ["sql-1"])?.failed.len() - 1
    );
    println!(
        "stops with the SAN: {}",
        impact::fail(&estate, [&san])?.failed.len() - 1
    );

    let review = Reviewer::standard().review(&estate, "2026-11-22".parse()?)?;
    println!("{} findings", review.findings.len());
    println!("{}", review.to_json());
    Ok(())
}
