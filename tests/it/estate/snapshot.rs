//! The frozen snapshot: finding assets, and what relations and groups come to.

use vcto::estate::Confidence;
use vcto::{ErrorKind, Estate, Inventory};

use super::{SAMPLE, estate};

#[test]
fn clones_share_the_snapshot_and_cross_threads() {
    let one = Estate::new(Inventory::from_json(SAMPLE.as_bytes()).unwrap()).unwrap();
    let other = one.clone();
    assert!(std::ptr::eq(one.assets(), other.assets()));
    assert_eq!(
        std::thread::spawn(move || other.digest()).join().unwrap(),
        one.digest()
    );
}

#[test]
fn an_id_is_found_before_a_name_and_the_same_letters_before_others() {
    let estate = estate(
        r#""assets": [{"id": "erp", "kind": "service", "name": "crm"}, {"id": "2", "kind": "service", "name": "erp"},
            {"id": "3", "kind": "service", "name": "ERP"}, {"id": "4", "kind": "service", "name": "Straße"},
            {"id": "5", "kind": "service", "name": "FW-LDS-01"}, {"id": "6", "kind": "service", "name": "FW-LDS-02"},
            {"id": "7", "kind": "service", "name": "Twin"}, {"id": "8", "kind": "service", "name": "Twin"},
            {"id": "9", "kind": "service", "name": "twiN"}, {"id": "10", "kind": "service", "name": "Pair"},
            {"id": "11", "kind": "service", "name": "PAIR"}]"#,
    )
    .unwrap();
    for (wanted, id) in [
        ("erp", "erp"),
        ("ERP", "3"),
        ("CRM", "erp"),
        ("STRAßE", "4"),
        ("fw-lds-01", "5"),
        ("twiN", "9"),
        ("PAIR", "11"),
    ] {
        assert_eq!(estate.find(wanted).unwrap().as_str(), id, "{wanted}");
    }
    for (wanted, ids) in [
        ("Twin", "`7`, `8`"),
        ("TWIN", "`7`, `8`, `9`"),
        ("pair", "`10`, `11`"),
    ] {
        let error = estate.find(wanted).unwrap_err();
        assert_eq!(
            (error.kind(), error.operation()),
            (ErrorKind::Ambiguous, Some("estate.find"))
        );
        assert!(error.to_string().contains(ids), "{error}");
    }
    let error = estate.find("FW-LSD-01").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
    assert!(error.to_string().contains("did you mean `FW-LDS-01`"), "{error}");
    let error = estate.find("fw-").unwrap_err();
    assert_eq!(
        error.remedy_text(),
        Some("did you mean `FW-LDS-01` or `FW-LDS-02`?")
    );
    let error = estate.find("01 lds").unwrap_err();
    assert_eq!(error.remedy_text(), Some("did you mean `FW-LDS-01`?"));
    assert_eq!(estate.find("").unwrap_err().kind(), ErrorKind::NotFound);
}

#[test]
fn many_candidates_are_counted_and_not_all_listed() {
    let assets: Vec<_> = (0..50)
        .map(|at| format!(r#"{{"id": "{at:02}", "kind": "printer", "name": "HP"}}"#))
        .collect();
    let error = estate(&format!(r#""assets": [{}]"#, assets.join(",")))
        .unwrap()
        .find("HP")
        .unwrap_err();
    assert!(
        error.to_string().contains("50 assets") && error.to_string().contains("and 40 more"),
        "{error}"
    );
}

#[test]
fn what_is_said_twice_stands_once_but_parallel_links_stay() {
    let estate = estate(
        r#""assets": [{"id": "a", "kind": "switch"}, {"id": "b", "kind": "switch"}],
           "relations": [{"from": "a", "to": "b", "kind": "depends_on"}, {"from": "a", "to": "b", "kind": "depends_on", "strength": "hard"},
             {"from": "a", "to": "b", "kind": "depends_on", "note": "seen"}, {"from": "a", "to": "b", "kind": "uses", "strength": "soft"},
             {"from": "a", "to": "b", "kind": "connects_to"}, {"from": "a", "to": "b", "kind": "connects_to"}, {"from": "b", "to": "a", "kind": "connects_to"}],
           "requirements": []"#,
    )
    .unwrap();
    let kinds: Vec<_> = estate
        .relations()
        .iter()
        .map(|relation| relation.kind.as_str())
        .collect();
    assert_eq!(
        kinds,
        [
            "connects_to",
            "connects_to",
            "depends_on",
            "depends_on",
            "uses",
            "connects_to"
        ]
    );
    // All impact relations of the pair are one edge, and hard wins.
    assert_eq!(estate.graph().link_count(), 1);
    let edge = estate.graph().edge(0, 1).unwrap();
    assert_eq!(edge.strength, vcto::estate::Strength::Hard);
}

#[test]
fn a_group_absorbs_hard_and_inferred_relations_to_its_members() {
    let estate = estate(
        r#""assets": [{"id": "a", "kind": "service"}, {"id": "b", "kind": "database"}, {"id": "c", "kind": "database"}, {"id": "d", "kind": "database"}],
           "relations": [{"from": "a", "to": "b", "kind": "depends_on"}, {"from": "a", "to": "b", "kind": "uses", "strength": "soft"},
             {"from": "a", "to": "c", "kind": "depends_on", "strength": "soft", "inferred_by": "dns"}],
           "requirements": [{"asset": "a", "members": ["d", "c", "b", "b"], "needs": 2}, {"asset": "a", "members": ["b", "c", "d"], "needs": 2}]"#,
    )
    .unwrap();
    // The records stay; the same group twice is one.
    assert_eq!((estate.relation_count(), estate.requirements().len()), (3, 1));
    let ids: Vec<_> = estate.requirements()[0]
        .members
        .iter()
        .map(|id| id.as_str())
        .collect();
    assert_eq!(ids, ["b", "c", "d"]);
    assert_eq!(estate.graph().dependencies(0), [1, 2, 3]);
}

#[test]
fn an_estate_may_be_empty() {
    let estate = Estate::new(Inventory::default()).unwrap();
    assert_eq!(
        (
            estate.asset_count(),
            estate.relation_count(),
            estate.graph().asset_count()
        ),
        (0, 0, 0)
    );
    assert!(estate.asset("").is_none() && estate.id(0).is_none());
    assert_eq!(
        Inventory::from_json(estate.to_json().as_bytes()).unwrap(),
        Inventory::default()
    );
}

#[test]
fn the_digest_is_that_of_the_described_layout() {
    let golden = Estate::new(Inventory::from_json(include_bytes!("golden.json")).unwrap()).unwrap();
    // Computed by golden.py, which knows only docs/formats/inventory.md.
    assert_eq!(
        golden.digest().to_string(),
        "blake3:98fed26042ca9a5bd4ef89b85064bc2592c6b2fd75a0bc776c8adb9b1e47fc24"
    );
    let inferred =
        Estate::new(Inventory::from_json(include_bytes!("golden_inferred.json")).unwrap()).unwrap();
    assert_eq!(
        inferred.digest().to_string(),
        "blake3:8feb52aa09a153786a71a3dd17424969cd8cce39406e566cc81ad1dc171ff51c"
    );
}

#[test]
fn what_was_inferred_is_counted_apart_and_says_how_sure_it_is() {
    let bytes = include_bytes!("golden_inferred.json");
    let estate = Estate::new(Inventory::from_json(bytes).unwrap()).unwrap();
    assert_eq!(
        (estate.relation_count(), estate.inferred_relation_count()),
        (5, 4),
        "a refusal is no relation that was inferred"
    );
    let sure: Vec<_> = estate
        .relations()
        .iter()
        .map(|relation| (relation.to.as_str(), relation.confidence()))
        .collect();
    assert_eq!(
        sure,
        [
            ("dc", Some(Confidence::Medium)),
            ("dc", None),
            ("fw", None),
            ("fw", Some(Confidence::Low)),
            ("fw", Some(Confidence::High)),
        ]
    );
    assert_eq!(
        Inventory::from_json(estate.to_json().as_bytes())
            .unwrap()
            .relations,
        estate.relations()
    );
    assert_eq!(estate.graph().dependencies(2), [0, 1]);
}
