//! Loads an inventory and says what it took: `cargo run --release --example load -- inventory.json`.

use std::fs::File;
use std::time::Instant;

use vcto::{Estate, Inventory};

#[expect(
    clippy::disallowed_methods,
    reason = "an example is no part of the core: it may look at the clock"
)]
fn main() -> Result<(), Box<dyn std::error::Error>> {
    let path = std::env::args_os().nth(1).ok_or("usage: load INVENTORY")?;
    let start = Instant::now();
    let inventory = Inventory::read(File::open(&path)?)?;
    eprintln!("read in {:?}, peak {:?} kB", start.elapsed(), peak());
    let estate = Estate::new(inventory)?;
    eprintln!("estate in {:?}, peak {:?} kB", start.elapsed(), peak());
    println!(
        "{} assets, {} relations, {} edges",
        estate.asset_count(),
        estate.relation_count(),
        estate.graph().link_count()
    );
    println!("{}", estate.digest());
    eprintln!("digest in {:?}", start.elapsed());
    Ok(())
}

/// The most memory that this process held, where the system says it.
fn peak() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().split(' ').next()?.parse().ok()
}
