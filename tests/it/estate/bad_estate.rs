//! What breaks a bound, or makes no sense together, is refused as a whole.

use vcto::{ErrorKind, Estate, Inventory};

use super::estate;
use super::refusal::{invalid, refused, unreadable};

#[test]
fn texts_beyond_their_bound_are_refused_before_they_are_read() {
    let long = "x".repeat(1 << 20);
    for (rest, place) in [
        (
            format!(r#""assets": [{{"id": "{long}", "kind": "server"}}]"#),
            "/assets/0/id",
        ),
        (
            format!(r#""assets": [{{"id": "a", "kind": "{long}"}}]"#),
            "/assets/0/kind",
        ),
        (
            format!(r#""assets": [{{"id": "a", "kind": "server", "name": "{long}"}}]"#),
            "/assets/0/name",
        ),
        (
            format!(r#""assets": [{{"id": "a", "kind": "server", "facts": {{"{long}": 1}}}}]"#),
            "/assets/0/facts",
        ),
        (
            format!(r#""assets": [{{"id": "a", "kind": "server", "facts": {{"x": "{long}"}}}}]"#),
            "/assets/0/facts/x",
        ),
        (format!(r#""{long}": 1"#), "line 1"),
    ] {
        refused(estate(&rest), ErrorKind::TooLarge, place, "longer than");
    }
    let name = "é".repeat(2_048);
    let just = format!(r#""assets": [{{"id": "a", "kind": "server", "name": "{name}"}}]"#);
    assert_eq!(
        estate(&just).unwrap().assets()[0].name.as_ref().unwrap().raw(),
        &name
    );
}

#[test]
fn the_bounds_hold_for_inventories_that_were_not_read_too() {
    use vcto::estate::{Asset, AssetKind, Relation, RelationKind};

    let with = |asset: Asset| {
        Estate::new(Inventory {
            assets: vec![asset],
            ..Inventory::default()
        })
    };
    let asset = || Asset::new("a", AssetKind::Server);
    let long = "x".repeat(1 << 20);
    refused(
        with(asset().named(long.as_str())),
        ErrorKind::TooLarge,
        "/assets/0/name",
        "longer",
    );
    refused(
        with(asset().with("x", long.as_str())),
        ErrorKind::TooLarge,
        "/assets/0/facts/x/0",
        "longer",
    );
    refused(
        with(asset().with(&long, 1)),
        ErrorKind::TooLarge,
        &format!("/assets/0/facts/{}...", &long[..64]),
        "longer",
    );
    refused(
        with(Asset::new("", AssetKind::Server)),
        ErrorKind::InvalidInput,
        "/assets/0/id",
        "empty",
    );
    refused(
        with(asset().named("a\0b")),
        ErrorKind::InvalidInput,
        "/assets/0/name",
        "NUL",
    );
    let beyond: vcto::Decimal = "18446744073709551616".parse().unwrap();
    refused(
        with(asset().with("x", beyond)),
        ErrorKind::InvalidInput,
        "/assets/0/facts/x/0",
        "2^64",
    );
    let noted = Relation::new("a", "b", RelationKind::Uses).noted(long.as_str());
    let inventory = Inventory {
        assets: vec![asset(), Asset::new("b", AssetKind::Server)],
        relations: vec![noted],
        ..Inventory::default()
    };
    refused(
        Estate::new(inventory),
        ErrorKind::TooLarge,
        "/relations/0/note",
        "longer",
    );
}

#[test]
fn nul_is_refused_and_direction_marks_are_kept_and_shown_escaped() {
    for text in ["a\\u0000b", "\\u0000"] {
        invalid(
            &format!(r#""assets": [{{"id": "{text}", "kind": "server"}}]"#),
            "/assets/0/id",
            "NUL",
        );
        invalid(
            &format!(r#""assets": [{{"id": "a", "kind": "server", "facts": {{"x": "{text}"}}}}]"#),
            "/assets/0/facts/x",
            "NUL",
        );
    }
    invalid(
        "\"assets\": [{\"id\": \"a\0b\", \"kind\": \"server\"}]",
        "/assets/0/id",
        "the byte 0x00",
    );
    let estate =
        estate("\"assets\": [{\"id\": \"a\", \"kind\": \"server\", \"name\": \"\u{202e}gpj.exe\"}]").unwrap();
    let name = estate.assets()[0].name.as_ref().unwrap();
    assert_eq!(name.raw(), "\u{202e}gpj.exe");
    assert_eq!(name.plain().to_string(), "\\u{202e}gpj.exe");
    let error = estate.find("\u{202e}x").unwrap_err();
    assert!(!error.to_string().contains('\u{202e}'), "{error}");
}

#[test]
fn depth_bombs_end_at_their_first_step() {
    let deep = "[".repeat(5_000_000);
    unreadable(deep.as_bytes(), "line 1", "a list where an object belongs");
    let deep = r#"{"a":"#.repeat(1_000_000);
    unreadable(deep.as_bytes(), "/a", "no key");
    let deep = format!(
        r#""assets": [{{"id": "a", "kind": "server", "facts": {{"x": {}"#,
        "[".repeat(5_000_000)
    );
    invalid(&deep, "/assets/0/facts/x/0", "a list where");
}

#[test]
fn lists_have_bounds() {
    let many =
        |count: usize, item: &dyn Fn(usize) -> String| (0..count).map(item).collect::<Vec<_>>().join(",");
    let facts = many(10_001, &|at| format!(r#""f{at}": null"#));
    refused(
        estate(&format!(
            r#""assets": [{{"id": "a", "kind": "server", "facts": {{{facts}}}}}]"#
        )),
        ErrorKind::TooLarge,
        "/assets/0/facts",
        "more than 10000 facts",
    );
    let values = many(1_001, &|at| at.to_string());
    refused(
        estate(&format!(
            r#""assets": [{{"id": "a", "kind": "server", "facts": {{"x": [{values}]}}}}]"#
        )),
        ErrorKind::TooLarge,
        "/assets/0/facts/x",
        "more than 1000 values",
    );
    let members = many(100_001, &|at| format!(r#""m{at}""#));
    refused(
        estate(&format!(
            r#""requirements": [{{"asset": "a", "members": [{members}], "needs": 1}}]"#
        )),
        ErrorKind::TooLarge,
        "/requirements/0/members",
        "more than 100000 members",
    );
}

#[test]
fn records_that_make_no_sense_together_are_refused() {
    let assets = r#""assets": [{"id": "a", "kind": "service"}, {"id": "b", "kind": "database"}, {"id": "c", "kind": "database"}]"#;
    for (rest, place, says) in [
        (
            r#""relations": [{"from": "a", "to": "x", "kind": "uses"}]"#,
            "/relations/0/to",
            "no asset has the id `x`",
        ),
        (
            r#""relations": [{"from": "x", "to": "a", "kind": "uses"}]"#,
            "/relations/0/from",
            "no asset has the id `x`",
        ),
        (
            r#""relations": [{"from": "A", "to": "b", "kind": "uses"}]"#,
            "/relations/0/from",
            "no asset has the id `A`",
        ),
        (
            r#""relations": [{"from": "b", "to": "c", "kind": "uses"}, {"from": "a", "to": "a", "kind": "connects_to"}]"#,
            "/relations/1/to",
            "itself",
        ),
        (
            r#""requirements": [{"asset": "x", "members": ["b"], "needs": 1}]"#,
            "/requirements/0/asset",
            "no asset",
        ),
        (
            r#""requirements": [{"asset": "a", "members": ["b", "x"], "needs": 1}]"#,
            "/requirements/0/members/1",
            "no asset",
        ),
        (
            r#""requirements": [{"asset": "a", "members": [], "needs": 1}]"#,
            "/requirements/0/members",
            "without members",
        ),
        (
            r#""requirements": [{"asset": "a", "members": ["b", "a"], "needs": 1}]"#,
            "/requirements/0/members/1",
            "its own group",
        ),
        (
            r#""requirements": [{"asset": "a", "members": ["b"], "needs": 0}]"#,
            "/requirements/0/needs",
            "at least one",
        ),
        (
            r#""requirements": [{"asset": "a", "members": ["b", "c"], "needs": 3}]"#,
            "/requirements/0/needs",
            "cannot need 3",
        ),
        (
            r#""requirements": [{"asset": "a", "members": ["b", "b"], "needs": 2}]"#,
            "/requirements/0/needs",
            "counts once",
        ),
        (
            r#""relations": [{"from": "a", "to": "b", "kind": "connects_to"}, {"from": "a", "to": "b", "kind": "uses", "strength": "soft"}],
               "requirements": [{"asset": "a", "members": ["b", "c"], "needs": 1}]"#,
            "/relations/1/strength",
            "`a` only degrades",
        ),
        (
            r#""relations": [{"from": "a", "to": "b", "kind": "uses", "strength": "soft", "inferred_by": "dns"},
                             {"from": "a", "to": "b", "kind": "depends_on", "strength": "soft"}],
               "requirements": [{"asset": "a", "members": ["b", "c"], "needs": 1}]"#,
            "/relations/1/strength",
            "`a` only degrades",
        ),
        (
            r#""relations": [{"from": "a", "to": "b", "kind": "uses", "confidence": "high"}]"#,
            "/relations/0/confidence",
            "without `inferred_by`",
        ),
        (
            r#""relations": [{"from": "a", "to": "b", "kind": "uses", "inferred_by": "dns", "confidence": "sure"}]"#,
            "/relations/0/confidence",
            "sure",
        ),
    ] {
        invalid(&format!("{assets}, {rest}"), place, says);
    }
    invalid(
        r#""assets": [{"id": "a", "kind": "server"}, {"id": "b", "kind": "server"}, {"id": "a", "kind": "printer"}]"#,
        "/assets/2/id",
        "`a` belongs to /assets/0",
    );
}
