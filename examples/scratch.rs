//! scratch
use vcto::{Estate, review::Reviewer, source};
fn main() -> Result<(), Box<dyn std::error::Error>> {
    let paths: Vec<String> = std::env::args().skip(1).collect();
    let inv = source::read_all(paths)?;
    let estate = Estate::new(inv)?;
    println!(
        "{} assets {} relations {}",
        estate.asset_count(),
        estate.relation_count(),
        estate.digest()
    );
    let review = Reviewer::standard().review(&estate, "2026-11-22".parse()?)?;
    println!("{}", review.to_json());
    Ok(())
}
