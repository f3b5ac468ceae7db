//! The first steps in Rust; `quickstart.py` and `quickstart.mjs` print the same bytes.

use vcto::{Estate, Inventory};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let text = std::fs::read("examples/data/erp.json")?;
    let estate = Estate::new(Inventory::from_json(&text)?)?;
    println!(
        "{} assets, {} relations",
        estate.asset_count(),
        estate.relation_count()
    );
    println!("{}", estate.digest());
    Ok(())
}
