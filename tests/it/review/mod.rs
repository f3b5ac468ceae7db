//! Tests of `vcto::review` through the public API.

mod deletion;
mod lifecycle;
mod real;
mod resilience;
mod support;

use vcto::estate::{Asset, AssetKind, Scalar};
use vcto::review::{Outcome, Review, Reviewer};
use vcto::{ErrorKind, Estate, Inventory};

fn day(text: &str) -> jiff::civil::Date {
    text.parse().expect("a date")
}

fn estate(assets: Vec<Asset>) -> Estate {
    Estate::new(Inventory {
        assets,
        ..Inventory::default()
    })
    .expect("a sound estate")
}

fn three_owners() -> Vec<Asset> {
    vec![
        Asset::new("a", AssetKind::Server).with("owner", "finance"),
        Asset::new("b", AssetKind::Server).with("owner", Scalar::Unknown),
        Asset::new("c", AssetKind::Server),
    ]
}

#[test]
fn an_owner_that_is_unknown_fails_and_one_that_is_not_recorded_is_not_evaluated() {
    let review = Reviewer::standard()
        .review(&estate(three_owners()), day("2026-11-22"))
        .unwrap();
    let rule = review.rule("documentation.owner").unwrap();
    assert_eq!(
        (
            rule.outcomes.satisfied,
            rule.outcomes.not_satisfied,
            rule.outcomes.not_evaluated
        ),
        (1, 1, 1)
    );
    assert_eq!((rule.known, rule.total), (2, 3));
    let found: Vec<_> = review.findings_of("documentation.owner").collect();
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].asset.as_ref().unwrap().as_str(), "b");
    assert_eq!(found[0].outcome, Outcome::NotSatisfied);
}

#[test]
fn the_document_reads_back_to_the_same_bytes_and_refuses_other_formats() {
    let review = Reviewer::standard()
        .review(&estate(three_owners()), day("2026-11-22"))
        .unwrap();
    let json = review.to_json();
    let back = Review::from_json(json.as_bytes()).unwrap();
    assert_eq!(back.to_json(), json);
    assert_eq!(back, review);
    let other = json.replacen("vcto.review/1", "vcto.review/2", 1);
    assert_eq!(
        Review::from_json(other.as_bytes()).unwrap_err().kind(),
        ErrorKind::Unsupported
    );
    let more = json.replacen("{\"format\"", "{\"more\":1,\"format\"", 1);
    assert_eq!(
        Review::from_json(more.as_bytes()).unwrap_err().kind(),
        ErrorKind::InvalidInput
    );
}
