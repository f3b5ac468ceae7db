//! `relations.csv`: what people write by hand.

use vcto::ErrorKind;
use vcto::estate::{Inventory, RelationKind, Strength};
use vcto::source::{self, Format, Input, Reader};

fn crm() -> Input {
    Input::bytes(
        "crm.json",
        r#"{"format": "vcto.inventory/1", "source": {"name": "crm"}, "assets": [
            {"id": "erp", "kind": "business_application", "name": "ERP"},
            {"id": "sql-1", "kind": "database", "name": "SQL A"},
            {"id": "sql-2", "kind": "database", "name": "SQL B"},
            {"id": "nas-1", "kind": "storage", "name": "NAS"},
            {"id": "nas-2", "kind": "storage", "name": "nas"}]}"#,
    )
}

fn with(relations: impl Into<Vec<u8>>) -> vcto::Result<Inventory> {
    source::read_all([crm(), Input::bytes("relations.csv", relations)])
}

fn refused(relations: impl Into<Vec<u8>>) -> vcto::Error {
    with(relations).unwrap_err()
}

#[test]
fn ends_resolve_by_id_and_by_unambiguous_name_without_regard_to_case() {
    let merged = with(
        "from,to,kind,strength,note\nERP,sql-1,depends_on,,\nerp,sql b,uses,soft,\"reports; at night\"\n",
    )
    .unwrap();
    let [first, second] = merged.relations.as_slice() else {
        panic!("two relations")
    };
    assert_eq!((first.from.as_str(), first.to.as_str()), ("erp", "sql-1"));
    assert_eq!(
        (&first.kind, first.strength),
        (&RelationKind::DependsOn, Strength::Hard)
    );
    assert_eq!((second.from.as_str(), second.to.as_str()), ("erp", "sql-2"));
    assert_eq!(
        (&second.kind, second.strength),
        (&RelationKind::Uses, Strength::Soft)
    );
    assert_eq!(second.note().unwrap().raw(), "reports; at night");
}

#[test]
fn the_order_of_the_inputs_does_not_matter_to_the_names() {
    let overlay = || Input::bytes("relations.csv", "from,to,kind\nERP,SQL A,depends_on\n");
    let behind = source::read_all([crm(), overlay()]).unwrap();
    let before = source::read_all([overlay(), crm()]).unwrap();
    assert_eq!(behind.relations, before.relations);
}

#[test]
fn semicolons_tabs_a_byte_order_mark_and_any_order_of_columns_are_taken() {
    for text in [
        "\u{feff}kind;to;from\r\ndepends_on;SQL A;ERP\r\n\r\n",
        "From\tTo\tKind\nERP\tSQL A\tdepends_on",
        "from,to,kind,strength\n,,,\nERP,SQL A,DEPENDS_ON,hard\n",
    ] {
        let merged = with(text).unwrap();
        assert_eq!(merged.relations.len(), 1, "{text}");
        assert_eq!(merged.relations[0].to.as_str(), "sql-1");
    }
}

#[test]
fn values_that_look_like_formulas_are_data() {
    let merged = with("from,to,kind,note\nERP,SQL A,depends_on,=1+1\n").unwrap();
    assert_eq!(merged.relations[0].note().unwrap().raw(), "=1+1");
}

#[test]
fn an_ambiguous_name_is_refused_with_its_line_and_candidates() {
    let error = refused("from,to,kind\nERP,SQL A,depends_on\nERP,NAS,uses\n");
    assert_eq!(error.kind(), ErrorKind::Ambiguous);
    assert_eq!(error.place(), Some("relations.csv: line 3"));
    assert_eq!(error.remedy_text(), Some("write one of the ids `nas-1`, `nas-2`"));
}

#[test]
fn an_unknown_name_is_refused_with_its_line_and_near_names() {
    let error = refused("from,to,kind\n\nERP,SQL-A,depends_on\n");
    assert_eq!(error.kind(), ErrorKind::NotFound);
    assert_eq!(error.place(), Some("relations.csv: line 3"));
    let remedy = error.remedy_text().unwrap();
    assert_eq!(remedy, "near: `SQL A` with the id `sql-1`; `sql-2`");
}

#[test]
fn every_end_that_does_not_resolve_is_listed_at_once() {
    let error = refused("from,to,kind\nERP,x1,uses\nx2,SQL A,uses\n");
    let text = error.to_string();
    assert!(
        text.contains("line 2") && text.contains("line 3") && text.contains("`x2`"),
        "{text}"
    );
}

#[test]
fn an_overlay_alone_says_that_it_needs_its_inventory() {
    let error =
        source::read_all([Input::bytes("relations.csv", "from,to,kind\nERP,SQL,uses\n")]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
    assert_eq!(
        error.to_string().matches("together with the inventory").count(),
        2,
        "each end: {error}"
    );
}

#[test]
fn an_overlay_read_on_its_own_resolves_when_it_is_merged_later() {
    let overlay = Reader::new()
        .read(Input::bytes(
            "relations.csv",
            "from,to,kind\nERP,SQL A,depends_on\n",
        ))
        .unwrap();
    let merged = source::read_all([Reader::new().read(crm()).unwrap(), overlay]).unwrap();
    assert_eq!(merged.relations[0].to.as_str(), "sql-1");
}

#[test]
fn what_is_wrong_in_a_line_is_said_with_the_line() {
    for (text, place, what) in [
        ("from,to\nERP,SQL A\n", "line 1", "`kind` is missing"),
        ("from,to,kind,frm\n", "line 1", "`frm` is unknown"),
        ("from,to,kind,to\n", "line 1", "`to` is there twice"),
        ("from,to,kind\nERP,,uses\n", "line 2", "`to` is empty"),
        (
            "from,to,kind\nERP,SQL A,depend_on\n",
            "line 2",
            "`depend_on` is unknown",
        ),
        (
            "from,to,kind,strength\nERP,SQL A,uses,strong\n",
            "line 2",
            "`strong` is unknown",
        ),
        (
            "from,to,kind\nERP,ERP,uses\n",
            "line 2",
            "cannot relate to itself",
        ),
        (
            "from,to,kind\nERP,SQL A,uses,a,b\n",
            "line 2",
            "more fields than columns",
        ),
        ("from,to,kind\n\"a\nb\",SQL A,\n", "line 2", "kind"),
    ] {
        let error = Reader::new()
            .format(Format::Relations)
            .read(Input::bytes("relations.csv", text))
            .unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput, "{text}");
        assert_eq!(
            error.place(),
            Some(format!("relations.csv: {place}").as_str()),
            "{text}"
        );
        assert!(error.to_string().contains(what), "{error}");
    }
    let mistyped = refused("from,to,kind\nERP,SQL A,depend_on\n");
    assert_eq!(mistyped.remedy_text(), Some("did you mean `depends_on`?"));
}

#[test]
fn two_names_of_one_asset_are_no_relation() {
    let error = refused("from,to,kind\nERP,erp,uses\n");
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
}

#[test]
fn other_encodings_and_long_fields_are_refused_with_the_way_out() {
    let utf16: Vec<u8> = std::iter::once(0xFEFF)
        .chain("from,to,kind\n".encode_utf16())
        .flat_map(u16::to_le_bytes)
        .collect();
    let error = refused(utf16);
    assert!(error.to_string().contains("UTF-16") && error.remedy_text() == Some("save it as UTF-8"));
    let latin = b"from,to,kind\nERP,B\xFCro,uses\n".to_vec();
    assert_eq!(refused(latin).place(), Some("relations.csv: line 2"));
    let long = format!("from,to,kind\nERP,{},uses\n", "x".repeat(1 << 20));
    assert_eq!(refused(long).kind(), ErrorKind::TooLarge);
}

#[test]
fn a_nul_character_is_refused_with_its_line() {
    let error = refused("from,to,kind,strength,note\nerp,sql-1,uses,soft,\0\n");
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
    assert!(error.to_string().contains("line 2"), "{error}");
}
