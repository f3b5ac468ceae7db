//! What facts say together.

use vcto::estate::{Asset, AssetKind, Fact, FactValue, Facts, Scalar};

#[test]
fn sources_agree_when_all_that_know_say_the_same() {
    let fact = Fact::from_values([
        FactValue::from(Scalar::Unknown).stated_by("rmm"),
        FactValue::from("2027-03-31").stated_by("vendor"),
        FactValue::from("2027-03-31").stated_by("psa"),
    ])
    .unwrap();
    assert_eq!(fact.agreed(), Some(&"2027-03-31".into()));
    assert!(!fact.disagrees());
    assert!(fact.is_known());
}

#[test]
fn a_fact_that_is_only_known_to_be_unknown_is_not_known() {
    let fact = Fact::from(Scalar::Unknown);
    assert!(!fact.is_known() && !fact.disagrees() && fact.agreed().is_none());
    assert_eq!(Fact::from_values([]), None);
}

#[test]
fn numbers_agree_by_value_and_not_by_their_digits() {
    let decimal = |text: &str| Scalar::Number(text.parse().unwrap());
    let mut fact = Fact::from(decimal("12.50"));
    fact.push(decimal("12.5").into());
    assert!(!fact.disagrees());
    fact.push(decimal("12.51").into());
    assert!(fact.disagrees());
}

#[test]
fn getters_give_a_value_only_of_their_type() {
    let asset = Asset::new("a", AssetKind::Server)
        .named("")
        .with("cores", 8)
        .with("os", "Windows")
        .with("vm", true)
        .with("day", "2026-11-22")
        .with("time", "2026-11-22T08:00:00Z")
        .with("no_day", "2026-11-22-07")
        .with("conflict", 1)
        .with("conflict", FactValue::from(2).stated_by("rmm"));
    assert_eq!(asset.number("cores"), Some(8.into()));
    assert_eq!(asset.number("os"), None);
    assert_eq!(asset.text("os").unwrap().raw(), "Windows");
    assert!(asset.text("cores").is_none());
    assert_eq!(asset.boolean("vm"), Some(true));
    let day = jiff::civil::date(2026, 11, 22);
    assert_eq!((asset.date("day"), asset.date("time")), (Some(day), Some(day)));
    assert_eq!((asset.date("no_day"), asset.date("os")), (None, None));
    assert_eq!(asset.value("conflict"), None);
    assert!(asset.fact("conflict").unwrap().disagrees());
    assert_eq!(*asset.label().raw(), "a");
}

#[test]
fn facts_stand_in_the_order_of_their_names() {
    let mut facts: Facts = [("b", 1), ("a", 2), ("c", 3)].into_iter().collect();
    assert_eq!(
        facts.iter().map(|(name, _)| name).collect::<Vec<_>>(),
        ["a", "b", "c"]
    );
    assert_eq!(facts.insert("b", 4), Some(Fact::from(1)));
    facts.add("b", 5);
    assert_eq!(facts.get("b").unwrap().values().len(), 2);
    assert_eq!(facts.remove("a"), Some(Fact::from(2)));
    assert_eq!((facts.len(), facts.get("a")), (2, None));
}
