//! `facts.csv`: what people know, in long and in wide form.

use vcto::estate::{Asset, AssetKind, Criticality, Inventory, RelationKind, Scalar};
use vcto::source::{self, Format, Input, Reader};
use vcto::{ErrorKind, Estate};

fn crm() -> Input {
    Input::bytes(
        "crm.json",
        r#"{"format": "vcto.inventory/1", "source": {"name": "crm", "captured_at": "2026-11-01T00:00:00Z"}, "assets": [
            {"id": "erp", "kind": "business_application", "name": "ERP", "criticality": "low"},
            {"id": "sql-1", "kind": "database", "name": "SQL A", "facts": {"warranty_end": "2027-03-31"}},
            {"id": "nas-1", "kind": "storage", "name": "NAS"},
            {"id": "nas-2", "kind": "storage", "name": "nas"},
            {"id": "leeds", "kind": "site", "name": "Leeds; Park Row"}]}"#,
    )
}

fn with(facts: impl Into<Vec<u8>>) -> vcto::Result<Inventory> {
    source::read_all([crm(), Input::bytes("facts.csv", facts)])
}

fn refused(facts: impl Into<Vec<u8>>) -> vcto::Error {
    with(facts).unwrap_err()
}

fn asset<'a>(inventory: &'a Inventory, id: &str) -> &'a Asset {
    inventory
        .assets
        .iter()
        .find(|asset| asset.id.as_str() == id)
        .unwrap()
}

#[test]
fn long_and_wide_form_say_the_same() {
    let long = with("asset,fact,value\nERP,owner,Finance\nERP,people,40\nsql-1,mfa,yes\n").unwrap();
    let wide = with("asset;owner;people;MFA\nerp;Finance;40;\nSQL A;;;YES\n").unwrap();
    for inventory in [&long, &wide] {
        assert_eq!(
            asset(inventory, "erp").value("owner"),
            Some(&Scalar::from("Finance"))
        );
        assert_eq!(
            asset(inventory, "erp").value("people"),
            Some(&Scalar::from(40_i64))
        );
        assert_eq!(asset(inventory, "sql-1").value("mfa"), Some(&Scalar::from(true)));
        assert_eq!(inventory.assets.len(), 5);
    }
}

#[test]
fn a_row_may_have_its_own_fact_and_facts_with_columns() {
    let merged = with("asset,owner,fact,value\nERP,Finance,people,40\nERP,,hours,8 to 18\n").unwrap();
    let erp = asset(&merged, "erp");
    assert_eq!(erp.value("owner"), Some(&Scalar::from("Finance")));
    assert_eq!(erp.value("people"), Some(&Scalar::from(40_i64)));
    assert_eq!(erp.value("hours"), Some(&Scalar::from("8 to 18")));
}

#[test]
fn who_said_it_and_when_stay_with_the_fact() {
    let merged =
        with("asset,fact,value,author,at\nERP,owner,Finance,A. Jones,2026-11-20\nERP,people,4,,\n").unwrap();
    let erp = asset(&merged, "erp");
    let owner = &erp.fact("owner").unwrap().values()[0];
    assert_eq!(owner.source().unwrap().raw(), "A. Jones");
    assert_eq!(owner.stated_at().unwrap().to_string(), "2026-11-20T00:00:00Z");
    // Without an author it is the file that says it.
    let people = &erp.fact("people").unwrap().values()[0];
    assert_eq!(people.source().unwrap().raw(), "facts.csv");
}

#[test]
fn a_statement_that_differs_stands_beside_the_other_and_is_a_finding() {
    let merged = with("asset,fact,value,author\nsql-1,warranty_end,2026-12-31,A. Jones\n").unwrap();
    let warranty = asset(&merged, "sql-1").fact("warranty_end").unwrap();
    assert_eq!(warranty.values().len(), 2);
    let estate = Estate::new(merged).unwrap();
    let review = vcto::review::Reviewer::standard()
        .review(&estate, "2026-11-22".parse().unwrap())
        .unwrap();
    assert_eq!(review.findings_of("facts.agree").count(), 1);
}

#[test]
fn kind_name_and_criticality_by_hand_take_precedence_and_what_differs_is_kept() {
    for inputs in [0, 1] {
        let facts = Input::bytes(
            "facts.csv",
            "asset,criticality,kind,name\nERP,High,Service,\nsql-1,,,SQL Leeds\nnas-1,medium,,\n",
        );
        let merged = if inputs == 0 {
            source::read_all([crm(), facts])
        } else {
            source::read_all([facts, crm()])
        };
        let merged = merged.unwrap();
        let erp = asset(&merged, "erp");
        assert_eq!(erp.criticality, Some(Criticality::High));
        assert_eq!(erp.kind, AssetKind::Service);
        assert_eq!(erp.name.as_ref().unwrap().raw(), "ERP");
        let said = |fact: &str| {
            let values = erp.fact(fact).unwrap().values();
            values.iter().map(|value| value.value.clone()).collect::<Vec<_>>()
        };
        assert_eq!(said("criticality"), [Scalar::from("high"), Scalar::from("low")]);
        assert_eq!(
            said("kind"),
            [Scalar::from("service"), Scalar::from("business_application")]
        );
        // What nobody else states is no dispute.
        let nas = asset(&merged, "nas-1");
        assert_eq!(
            (nas.criticality.as_ref(), &nas.kind),
            (Some(&Criticality::Medium), &AssetKind::Storage)
        );
        assert!(nas.fact("kind").is_none() && nas.fact("criticality").is_none());
        assert_eq!(asset(&merged, "sql-1").name.as_ref().unwrap().raw(), "SQL Leeds");
        assert_eq!(merged.source.merged_from[inputs].name.raw(), "crm");
    }
}

#[test]
fn a_new_asset_is_made_only_by_a_row_that_says_so() {
    let facts = "asset,new,kind,criticality,owner,depends_on\n\
                 Payroll,yes,Business application,critical,HR,SQL A; nas-1\npayroll,,,,,\n";
    let relations = Input::bytes(
        "relations.csv",
        "from,to,kind\nPayroll,Leeds; Park Row,located_at\n",
    );
    let merged = source::read_all([crm(), Input::bytes("facts.csv", facts), relations]).unwrap();
    let payroll = asset(&merged, "by_hand:asset:Payroll");
    assert_eq!(payroll.kind, AssetKind::BusinessApplication);
    assert_eq!(payroll.name.as_ref().unwrap().raw(), "Payroll");
    let mut ends: Vec<_> = merged
        .relations
        .iter()
        .map(|relation| {
            (
                relation.from.as_str(),
                relation.kind.as_str(),
                relation.to.as_str(),
            )
        })
        .collect();
    ends.sort_unstable();
    assert_eq!(
        ends,
        [
            ("by_hand:asset:Payroll", "depends_on", "nas-1"),
            ("by_hand:asset:Payroll", "depends_on", "sql-1"),
            ("by_hand:asset:Payroll", "located_at", "leeds"),
        ]
    );
    assert!(Estate::new(merged).is_ok());

    let error = refused("asset,kind\nPayroll,service\n");
    assert_eq!(error.kind(), ErrorKind::NotFound);
    let error = refused("asset,new,owner\nPayroll,yes,HR\n");
    assert!(error.message().contains("has no kind"), "{error}");
    assert_eq!(error.place(), Some("facts.csv: line 2"));
    let error = refused("asset,new,kind\nsql a,yes,database\n");
    assert!(error.message().contains("is there already: `sql-1`"), "{error}");
}

#[test]
fn a_relation_by_hand_may_lead_to_several_assets_and_says_who_stated_it() {
    let merged = with(
        "asset,fact,value,author,at\nERP,depends_on,\"SQL A; nas-1; Leeds; Park Row\",A. Jones,2026-11-20\n",
    );
    // The name with a semicolon can only be told by its id in a list.
    let error = merged.unwrap_err();
    assert!(
        error.message().contains("no asset has the id or name `Leeds`"),
        "{error}"
    );
    let merged = with("asset,fact,value,author,at\nERP,uses,\"SQL A; leeds\",A. Jones,2026-11-20\nERP,uses,Leeds; Park Row,,\n")
        .unwrap();
    assert_eq!(merged.relations.len(), 3);
    assert!(
        merged
            .relations
            .iter()
            .all(|relation| relation.kind == RelationKind::Uses)
    );
    assert_eq!(
        merged.relations[0].note().unwrap().raw(),
        "stated by A. Jones on 2026-11-20"
    );
}

#[test]
fn all_unknown_and_ambiguous_names_are_listed_at_once_with_lines_and_candidates() {
    let mut facts = "asset,owner\nSQL B,x\nNAS,x\n".to_owned();
    for line in 4..=14 {
        facts.push_str(&format!("thing {line},x\n"));
    }
    facts.push_str("thing 4,y\n");
    let error = refused(facts);
    assert_eq!(error.kind(), ErrorKind::NotFound);
    assert_eq!(error.place(), Some("facts.csv: line 2"));
    let text = error.to_string();
    let (first, others) = text.split_once("; and ").unwrap();
    assert!(
        first.ends_with("`sql-1`)") && first.contains("(near: `SQL A` with the id"),
        "{first}"
    );
    assert!(
        !others.contains("`sql-1`") && error.remedy_text().is_none(),
        "{others}"
    );
    assert!(
        text.contains("12 more") && text.contains("3 are not listed"),
        "{text}"
    );
    assert!(
        text.contains("2 assets are called `NAS`") && text.contains("`nas-1`, `nas-2`"),
        "{text}"
    );
    assert!(text.contains("line 11") && !text.contains("line 12"), "{text}");
}

#[test]
fn all_values_that_are_wrong_are_listed_at_once_with_their_lines() {
    let error = refused(
        "asset,fact,value,at\nERP,people,about 20,\nERP,replacement_cost,\"1,250\",\nsql-1,warranty_end,31/03/2027,\n\
         sql-1,waranty_end,2027-03-31,\nERP,owner,Finance,yesterday\n,owner,Finance,\nERP,owner,Finance,\n",
    );
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
    assert_eq!(error.place(), Some("facts.csv: line 2"));
    let text = error.to_string();
    for part in [
        "5 more",
        "line 3",
        "write 1234.50",
        "line 4",
        "write 2027-01-12",
        "line 5",
        "did you mean `warranty_end`",
        "line 6",
        "line 7",
        "`asset` is empty",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    assert!(!text.contains("line 8"), "{text}");
}

#[test]
fn each_failure_has_its_remedy_beside_it_once() {
    let text = refused("asset,fact,value\nERP,replacement_cost,\"1,2\"\nERP,replacement_cost,x\n".to_owned())
        .to_string();
    let parts: Vec<_> = text.split("; and 1 more: ").collect();
    assert_eq!(parts.len(), 2, "{text}");
    for part in parts {
        assert_eq!(part.matches("(write 1234.50, say)").count(), 1, "{text}");
        assert!(part.ends_with("(write 1234.50, say)"), "{text}");
    }
}

#[test]
fn a_number_that_is_too_large_is_said_to_be() {
    for (fact, value) in [
        ("replacement_cost", "1".repeat(20) + "0"),
        ("people", "9".repeat(40)),
    ] {
        let error = refused(format!("asset,fact,value\nERP,{fact},{value}\n"));
        assert!(
            error.message().contains("too large") && !error.message().contains("comma"),
            "{error}"
        );
        assert_eq!(error.remedy_text(), Some("write at most 18 digits"), "{error}");
    }
    let most = "9".repeat(18);
    assert!(
        with(format!(
            "asset,fact,value\nERP,replacement_cost,{most}\nsql-1,replacement_cost,{most}\n"
        ))
        .is_ok()
    );
}

#[test]
fn two_rows_cannot_give_one_asset_two_kinds_names_or_criticalities() {
    for facts in [
        "asset,criticality\nERP,high\nERP,low\n",
        "asset,criticality\nERP,high\nerp,low\n",
        "asset,kind\nERP,service\nerp,server\n",
        "asset,name\nERP,A\nerp,B\n",
    ] {
        let error = refused(facts);
        assert!(error.message().contains("stated twice"), "{error}");
        assert_eq!(error.place(), Some("facts.csv: line 3"), "{error}");
    }
    assert!(with("asset,criticality\nERP,high\nerp,high\n").is_ok());
}

#[test]
fn titles_that_say_nothing_or_twice_the_same_are_refused() {
    for titles in [
        "asset",
        "asset,author",
        "asset,fact",
        "asset,value,owner",
        "asset,owner,Owner",
        "asset,asset,owner",
        "asset,at,date,owner",
        "asset,waranty_end",
        "asset,cost\0centre",
    ] {
        let error = refused(format!("{titles}\n"));
        assert_eq!(
            (error.kind(), error.place()),
            (ErrorKind::InvalidInput, Some("facts.csv: line 1")),
            "{titles}"
        );
    }
}

#[test]
fn the_format_is_told_by_a_column_asset() {
    assert_eq!(source::detect(b"Asset;owner\n").unwrap(), Format::Facts);
    assert_eq!(
        source::detect("\u{feff}asset,fact,value\n".as_bytes()).unwrap(),
        Format::Facts
    );
    assert!(source::detect(b"device,owner\n").is_err());
}

#[test]
fn hostile_tables_are_refused_or_kept_as_data() {
    let utf16: Vec<u8> = "asset,owner\n"
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    assert_eq!(
        Reader::new()
            .format(Format::Facts)
            .read(Input::bytes("f", utf16))
            .unwrap_err()
            .kind(),
        ErrorKind::InvalidInput
    );
    assert!(refused("asset,owner\nERP,a\0b\n").message().contains("NUL"));
    assert!(
        refused("asset,owner\nERP,a,b\n")
            .message()
            .contains("more fields than columns")
    );
    assert_eq!(
        refused(format!("asset,owner\nERP,{}\n", "x".repeat(5_000))).kind(),
        ErrorKind::TooLarge
    );
    let formula = "'=HYPERLINK(\"\"http://evil\"\")";
    let merged = with(format!("asset,owner\nERP,\"{formula}\"\nSQL A,\u{202e}nimda\n")).unwrap();
    assert_eq!(
        asset(&merged, "erp").value("owner"),
        Some(&Scalar::from("=HYPERLINK(\"http://evil\")"))
    );
    assert_eq!(
        asset(&merged, "sql-1").value("owner"),
        Some(&Scalar::from("\u{202e}nimda"))
    );
    let error = refused("asset,owner\n\u{202e}PRE,x\n");
    assert!(!error.to_string().contains('\u{202e}'), "{error}");
}

#[test]
fn ten_thousand_columns_and_rows_of_one_asset_are_bounded() {
    let titles: Vec<String> = (0..10_000).map(|at| format!("zz{at}zz{at}zz{at}")).collect();
    assert!(with(format!("asset,{}\nERP,x\n", titles.join(","))).is_ok());
    let rows: String = (0..200).map(|at| format!("ERP,owner,person {at}\n")).collect();
    let error = refused(format!("asset,fact,value\n{rows}"));
    assert!(error.message().contains("more than 100 statements"), "{error}");
    let many = vec!["SQL A"; 600].join(";");
    let rows: String = (0..4).map(|_| format!("\"{many}\",uses,\"{many}\"\n")).collect();
    assert_eq!(
        refused(format!("asset,fact,value\n{rows}")).kind(),
        ErrorKind::TooLarge
    );
}

#[test]
fn a_sheet_without_its_inventory_is_kept_and_resolved_later_and_is_no_estate() {
    let alone = Reader::new()
        .read(Input::bytes("facts.csv", "asset,owner\nERP,Finance\n"))
        .unwrap();
    assert_eq!(alone.assets[0].id.as_str(), "facts:2:ERP");
    assert_eq!(
        Estate::new(alone.clone()).unwrap_err().kind(),
        ErrorKind::InvalidInput
    );
    let later = Inventory::from_json(alone.to_json().as_bytes()).unwrap();
    let merged = source::read_all([crm(), later.into()]).unwrap();
    assert_eq!(
        asset(&merged, "erp").value("owner"),
        Some(&Scalar::from("Finance"))
    );
    let error = source::read_all([Input::bytes("facts.csv", "asset,owner\nERP,Finance\n")]).unwrap_err();
    assert!(
        error
            .remedy_text()
            .unwrap()
            .contains("together with the inventory"),
        "{error}"
    );
}

#[test]
fn what_was_merged_is_merged_again_without_harm() {
    let facts = || {
        Input::bytes(
            "facts.csv",
            "asset,new,kind,owner\nPayroll,yes,service,HR\nERP,,,Finance\n",
        )
    };
    let first = source::read_all([crm(), facts()]).unwrap();
    let again = source::read_all([first.clone().into(), facts()]).unwrap();
    let (first, again) = (Estate::new(first).unwrap(), Estate::new(again).unwrap());
    assert_eq!(first.assets(), again.assets());
}

#[test]
fn a_filled_template_reads_back_and_asks_for_nothing_more() {
    let estate = Estate::new(source::read_all([crm()]).unwrap()).unwrap();
    let template = source::facts_template(&estate);
    let rows: Vec<&str> = template.lines().collect();
    assert_eq!(
        rows,
        [
            "asset,fact,value,author,at",
            "ERP,depends_on,,,",
            "ERP,owner,,,",
            "ERP,people,,,",
            "\"Leeds; Park Row\",hours,,,",
            "\"Leeds; Park Row\",people,,,",
        ]
    );
    // An empty one changes nothing.
    let empty = source::read_all([crm(), Input::bytes("facts.csv", template.clone())]).unwrap();
    let none = source::read_all([crm(), Input::bytes("facts.csv", "asset,fact,value\n")]).unwrap();
    assert_eq!(empty.assets, none.assets);
    let filled = template
        .replace("depends_on,", "depends_on,SQL A")
        .replace("owner,", "owner,Finance")
        .replace("people,", "people,12")
        .replace("hours,", "hours,8 to 18");
    let merged = source::read_all([crm(), Input::bytes("facts.csv", filled)]).unwrap();
    let estate = Estate::new(merged).unwrap();
    assert_eq!(source::facts_template(&estate).lines().count(), 1);
}
