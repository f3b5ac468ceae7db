//! Several inventories as one.

use proptest::prelude::*;
use vcto::estate::{Asset, AssetKind, Criticality, FactValue, Relation, RelationKind, Requirement, Source};
use vcto::{ErrorKind, Estate, Inventory};

use super::arbitrary::inventories;

fn told(source: &str, at: &str, assets: Vec<Asset>) -> Inventory {
    Inventory {
        source: Source {
            name: source.into(),
            captured_at: at.parse().ok(),
            complete: true,
            ..Source::default()
        },
        assets,
        ..Inventory::default()
    }
}

const MONDAY: &str = "2026-11-16T08:00:00Z";
const TUESDAY: &str = "2026-11-17T08:00:00Z";

#[test]
fn what_each_source_says_stays_with_its_name_and_time() {
    let server = |os: &str| Asset::new("srv", AssetKind::Server).with("os_name", os);
    let rmm = told(
        "rmm",
        MONDAY,
        vec![server("Windows Server 2019").with("cores", 8)],
    );
    let vendor = FactValue::from("2027-01-31").stated_by("vendor");
    let psa = told(
        "psa",
        TUESDAY,
        vec![server("Windows Server 2016").with("warranty_until", vendor)],
    );
    let both = Inventory::merge([rmm, psa]).unwrap();
    assert_eq!(both.source.name.raw(), "psa + rmm");
    assert_eq!(both.source.captured_at, MONDAY.parse().ok());
    assert!(both.source.complete);
    assert_eq!(both.source.merged_from.len(), 2);

    let [server] = both.assets.as_slice() else {
        panic!("one asset: {:?}", both.assets)
    };
    let os = server.fact("os_name").unwrap();
    assert!(os.disagrees());
    let said: Vec<_> = os
        .values()
        .iter()
        .map(|value| (value.source().unwrap().raw().as_str(), value.stated_at()))
        .collect();
    assert_eq!(
        said,
        [("psa", TUESDAY.parse().ok()), ("rmm", MONDAY.parse().ok())]
    );
    let cores = &server.fact("cores").unwrap().values()[0];
    assert_eq!(cores.source().unwrap().raw(), "rmm");
    let warranty = &server.fact("warranty_until").unwrap().values()[0];
    assert_eq!(
        (warranty.source().unwrap().raw().as_str(), warranty.stated_at()),
        ("vendor", TUESDAY.parse().ok())
    );
}

#[test]
fn disagreement_about_kind_name_and_criticality_is_kept_as_facts() {
    let one = Asset::new("a", AssetKind::Device).named("FW-1");
    let two = Asset {
        criticality: Some(Criticality::Low),
        ..Asset::new("a", AssetKind::Firewall).named("fw-1.example")
    };
    let three = Asset {
        criticality: Some(Criticality::Critical),
        ..Asset::new("a", AssetKind::from("thing")).named("FW-1")
    };
    let merged = Inventory::merge([
        told("one", MONDAY, vec![one]),
        told("two", MONDAY, vec![two]),
        told("three", MONDAY, vec![three]),
    ])
    .unwrap();
    let asset = &merged.assets[0];
    assert_eq!(asset.kind, AssetKind::Firewall);
    assert_eq!(asset.criticality, Some(Criticality::Critical));
    assert_eq!(asset.name.as_ref().unwrap().raw(), "FW-1");
    for (fact, values) in [
        ("kind", vec!["device", "firewall", "thing"]),
        ("criticality", vec!["critical", "low"]),
        ("name", vec!["FW-1", "FW-1", "fw-1.example"]),
    ] {
        let fact = asset.fact(fact).unwrap();
        assert!(fact.disagrees());
        let said: Vec<_> = fact
            .values()
            .iter()
            .map(|value| value.value.as_text().unwrap().raw().as_str())
            .collect();
        assert_eq!(said, values);
        assert!(fact.values().iter().all(|value| value.source().is_some()));
    }
}

#[test]
fn sources_that_agree_leave_no_fact_about_it() {
    let asset = || Asset::new("a", AssetKind::Server).named("SRV");
    let merged = Inventory::merge([
        told("one", MONDAY, vec![asset()]),
        told("two", MONDAY, vec![asset()]),
    ])
    .unwrap();
    assert!(merged.assets[0].facts.is_empty());
}

#[test]
fn relations_and_groups_that_several_state_stand_once() {
    let with = |source: &str, note: Option<&str>| {
        let ids = ["a", "b", "c"];
        let mut inventory = told(
            source,
            MONDAY,
            ids.map(|id| Asset::new(id, AssetKind::Server)).to_vec(),
        );
        let depends = Relation::new("a", "b", RelationKind::DependsOn);
        inventory.relations = vec![match note {
            Some(note) => depends.noted(note),
            None => depends,
        }];
        inventory.requirements = vec![Requirement {
            asset: "a".into(),
            members: vec!["c".into(), "b".into()],
            needs: 1,
        }];
        inventory
    };
    let mut turned = with("two", None);
    turned.requirements[0].members.reverse();
    let merged = Inventory::merge([with("one", None), turned, with("three", Some("seen"))]).unwrap();
    assert_eq!((merged.relations.len(), merged.requirements.len()), (2, 1));
}

#[test]
fn two_sources_tell_of_the_same_cables_and_two_in_one_source_are_two() {
    let linked = |source: &str, links: &[(&str, &str)]| {
        let ids = ["a", "b", "c"];
        let mut inventory = told(
            source,
            MONDAY,
            ids.map(|id| Asset::new(id, AssetKind::Switch)).to_vec(),
        );
        inventory.relations = links
            .iter()
            .map(|(from, to)| Relation::new(*from, *to, RelationKind::ConnectsTo))
            .collect();
        inventory
    };
    let links = |inventories: Vec<Inventory>| {
        let estate = Estate::new(Inventory::merge(inventories).unwrap()).unwrap();
        estate
            .relations()
            .iter()
            .map(|link| format!("{}{}", link.from.as_str(), link.to.as_str()))
            .collect::<Vec<_>>()
    };
    let cables = linked("netbox", &[("a", "b"), ("b", "a"), ("b", "c")]);
    let neighbours = linked("rmm", &[("a", "b"), ("c", "b"), ("c", "a")]);
    assert_eq!(
        links(vec![cables.clone(), neighbours.clone()]),
        ["ab", "ba", "bc", "ca"]
    );
    assert_eq!(links(vec![neighbours, cables]), ["ab", "ba", "bc", "ca"]);
}

#[test]
fn an_id_that_stands_twice_in_one_source_is_refused_and_named() {
    let assets = || {
        vec![
            Asset::new("a", AssetKind::Server),
            Asset::new("a", AssetKind::Printer),
        ]
    };
    let error = Inventory::merge([told("rmm", MONDAY, assets()), told("psa", MONDAY, vec![])]).unwrap_err();
    assert_eq!(
        (error.kind(), error.place()),
        (ErrorKind::InvalidInput, Some("rmm: /assets/1/id")),
        "{error}"
    );
    assert_eq!(Inventory::merge([]).unwrap_err().kind(), ErrorKind::InvalidInput);
}

#[test]
fn a_partial_or_undated_source_makes_the_whole_so() {
    let mut partial = told("b", TUESDAY, vec![]);
    partial.source.complete = false;
    let mut undated = told("c", MONDAY, vec![]);
    undated.source.captured_at = None;
    let whole = told("a", MONDAY, vec![]);
    assert!(
        !Inventory::merge([whole.clone(), partial])
            .unwrap()
            .source
            .complete
    );
    assert_eq!(
        Inventory::merge([whole, undated]).unwrap().source.captured_at,
        None
    );
}

#[test]
fn a_merge_of_merges_names_the_sources_at_the_bottom() {
    let one = |name: &str| {
        told(
            name,
            MONDAY,
            vec![Asset::new("a", AssetKind::Server).with("said_by", name)],
        )
    };
    let inner = Inventory::merge([one("a"), one("b")]).unwrap();
    let merged = Inventory::merge([inner, one("c")]).unwrap();
    let names: Vec<_> = merged
        .source
        .merged_from
        .iter()
        .map(|source| source.name.raw().as_str())
        .collect();
    assert_eq!(names, ["a", "b", "c"]);
    let said = merged.assets[0].fact("said_by").unwrap();
    assert!(
        said.values()
            .iter()
            .all(|value| value.source() == value.value.as_text())
    );
    assert!(Estate::new(merged).is_ok());
    let many = Inventory::merge((0..9).map(|at| one(&at.to_string()))).unwrap();
    assert_eq!(many.source.name.raw(), "9 sources");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn the_order_of_the_inventories_does_not_matter(
        (some, others) in proptest::collection::vec(inventories(), 1..4).prop_flat_map(|some| (Just(some.clone()), Just(some).prop_shuffle())),
    ) {
        let (one, other) = (Inventory::merge(some).unwrap(), Inventory::merge(others).unwrap());
        // What two sources say together may clash; then it clashes either way.
        match (Estate::new(one), Estate::new(other)) {
            (Ok(one), Ok(other)) => prop_assert_eq!(one.to_json(), other.to_json()),
            (one, other) => prop_assert_eq!(one.is_err(), other.is_err()),
        }
    }

    #[test]
    fn nothing_that_was_said_is_lost(some in proptest::collection::vec(inventories(), 2..4)) {
        let merged = Inventory::merge(some.clone()).unwrap();
        for inventory in &some {
            for asset in &inventory.assets {
                let joined = merged.assets.iter().find(|other| other.id == asset.id).unwrap();
                for (name, fact) in asset.facts.iter() {
                    let known = joined.fact(name).unwrap();
                    for value in fact.values() {
                        let source = value.source().unwrap_or(&inventory.source.name);
                        prop_assert!(known.values().iter().any(|other| other.value == value.value && other.source() == Some(source)));
                    }
                }
            }
            for relation in inventory.relations.iter().filter(|relation| relation.kind != RelationKind::ConnectsTo) {
                prop_assert!(merged.relations.contains(relation));
            }
        }
    }
}
