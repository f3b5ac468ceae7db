//! A filled `questions.csv`: what is read back, what is left out, and what is refused.

use vcto::ErrorKind;
use vcto::estate::{Asset, AssetKind, Criticality, Relation, RelationKind, Scalar};
use vcto::review::Ask;
use vcto::source::{self, Format, Input};

use super::questions::{of, review, with};

const TITLES: &str = "question,ask,asset,name,fact,unlocks,answer,author,date\n";

#[test]
fn ids_and_names_that_look_like_formulas_are_neutralised_and_lead_back() {
    let ids = [
        "=cmd|' /C calc'!A0",
        "+49",
        "-1",
        "@SUM(A1)",
        "\u{ff1d}1+1",
        "'=quoted",
        "a;=b",
        "semi;colon",
        "com,ma \"quoted\"",
        "\u{202e}bidi",
        "two\nlines",
    ];
    let assets: Vec<Asset> = ids
        .iter()
        .map(|id| {
            Asset::new(*id, AssetKind::Service)
                .named(*id)
                .with("product", "x")
        })
        .collect();
    let mut inventory = of(assets);
    for asset in &mut inventory.assets {
        asset.criticality = Some(Criticality::Low);
    }
    let before = review(&inventory);
    let sheet = before.to_questions_csv();
    for cell in [
        "'=cmd",
        "'+49",
        "'-1",
        "'@SUM",
        "'\u{ff1d}1",
        "''=quoted",
        "a;'=b",
    ] {
        assert!(sheet.contains(cell), "{cell}: {sheet}");
    }
    let row = |id: &str| {
        format!(
            "q,owner,\"{}\",,owner,1,Finance,,\n",
            guarded(id).replace('"', "\"\"")
        )
    };
    let answers: String = ids.iter().map(|id| row(id)).collect();
    let merged = with(&inventory, format!("{TITLES}{answers}")).unwrap();
    assert_eq!(merged.assets.len(), ids.len());
    for asset in &merged.assets {
        assert_eq!(
            asset.value("owner"),
            Some(&Scalar::from("Finance")),
            "{:?}",
            asset.id
        );
    }
    // The sheet that was written has the same cells.
    for id in ids {
        assert!(sheet.contains(&guarded(id).replace('"', "\"\"")), "{id}");
    }
}

#[test]
fn answers_are_facts_with_author_and_date_and_the_text_of_the_question_does_not_matter() {
    let inventory = of(vec![Asset::new("p", AssetKind::Printer).named("MFP")]);
    let sheet = format!(
        "{TITLES}who?,nobody,p,Another name,owner,99,=Finance,A. Jones,2026-11-20\n,,p,,agreement,,,,\n"
    );
    let merged = with(&inventory, sheet).unwrap();
    let owner = &merged.assets[0].fact("owner").unwrap().values()[0];
    assert_eq!(owner.value, Scalar::from("=Finance"));
    assert_eq!(owner.source().unwrap().raw(), "A. Jones");
    assert_eq!(owner.stated_at().unwrap().to_string(), "2026-11-20T00:00:00Z");
    assert_eq!(merged.assets[0].name.as_ref().unwrap().raw(), "MFP");
    assert!(merged.assets[0].fact("agreement").is_none());
}

#[test]
fn rows_whose_asset_has_gone_are_listed_and_the_others_are_taken() {
    let inventory = of(vec![
        Asset::new("a", AssetKind::Printer),
        Asset::new("b", AssetKind::Printer),
    ]);
    let sheet = format!(
        "{TITLES}q,owner,gone,,owner,1,X,,\nq,owner,a; lost; b,,owner,3,IT,,\nq,engineer,gone,,connects_to,1,a,,\n"
    );
    let merged = with(&inventory, sheet).unwrap();
    assert!(
        merged
            .assets
            .iter()
            .all(|asset| asset.value("owner") == Some(&Scalar::from("IT")))
    );
    assert!(merged.relations.is_empty());
    let sheet = merged
        .source
        .merged_from
        .iter()
        .find(|source| source.name.raw() == "questions.csv")
        .unwrap();
    let mut notes: Vec<String> = sheet
        .notes
        .iter()
        .map(|note| format!("{} {}", note.at.as_ref().unwrap().raw(), note.text.raw()))
        .collect();
    notes.sort();
    assert_eq!(notes.len(), 3, "{notes:?}");
    assert!(
        notes[0].contains("line 2") && notes[0].contains("`gone` is no longer there"),
        "{notes:?}"
    );
    assert!(notes[1].contains("line 2"), "{notes:?}");
    assert!(
        notes[2].contains("line 3") && notes[2].contains("`lost`"),
        "{notes:?}"
    );
    // None of them: it is the sheet of another client.
    let error = with(&inventory, format!("{TITLES}q,owner,gone,,owner,1,X,,\n")).unwrap_err();
    assert_eq!(
        (error.kind(), error.place()),
        (ErrorKind::NotFound, Some("questions.csv: line 2"))
    );
}

#[test]
fn wrong_answers_are_listed_at_once_with_their_lines() {
    let inventory = of(vec![Asset::new("a", AssetKind::Server)]);
    let mut sheet = TITLES.to_owned();
    for answer in ["soon", "12/01/2027", "2027-02-30"] {
        sheet.push_str(&format!("q,vendor,a,,warranty_end,1,{answer},,\n"));
    }
    for _ in 0..10 {
        sheet.push_str("q,vendor,a,,people,1,many,,\n");
    }
    sheet.push_str("q,vendor,,,people,1,5,,\nq,vendor,a,,owner,1,IT,,20.11.2026\n");
    let error = with(&inventory, sheet).unwrap_err();
    assert_eq!(
        (error.kind(), error.place()),
        (ErrorKind::InvalidInput, Some("questions.csv: line 2"))
    );
    let text = error.to_string();
    for part in [
        "14 more",
        "line 3",
        "line 4",
        "line 11",
        "5 are not listed",
        "write 2027-01-12",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
}

#[test]
fn the_format_is_told_by_its_titles_and_needs_three_of_them() {
    assert_eq!(source::detect(TITLES.as_bytes()).unwrap(), Format::Questions);
    assert_eq!(
        source::detect(b"Question;Asset;Name;Fact;Answer;my notes\n").unwrap(),
        Format::Questions
    );
    let inventory = of(vec![Asset::new("a", AssetKind::Server)]);
    for titles in ["question,asset,answer", "question,asset,fact,answer,answer"] {
        let input = Input::bytes("q.csv", format!("{titles}\n"));
        let read = source::Reader::new().format(Format::Questions).read(input);
        assert_eq!(read.unwrap_err().place(), Some("q.csv: line 1"), "{titles}");
    }
    let more = "question,asset,fact,answer,my notes\nq,a,owner,IT,see the mail\n";
    assert_eq!(
        with(&inventory, more.to_owned()).unwrap().assets[0].value("owner"),
        Some(&Scalar::from("IT"))
    );
}

#[test]
fn a_firewall_without_a_recorded_network_is_asked_about() {
    let inventory = of(vec![
        Asset::new("fw", AssetKind::Firewall).named("FW-LDS-01"),
        Asset::new("sw", AssetKind::Switch).named("SW-1"),
    ]);
    let before = review(&inventory);
    let question = before
        .questions()
        .iter()
        .find(|question| question.fact == "connects_to" && question.assets[0].as_str() == "fw")
        .unwrap();
    assert_eq!((question.unlocks, question.ask), (1, Ask::Engineer));
    let sheet = format!("{TITLES}q,engineer,fw,,connects_to,1,SW-1,A. Jones,2026-11-20\n");
    let merged = with(&inventory, sheet).unwrap();
    let expected =
        Relation::new("fw", "sw", RelationKind::ConnectsTo).noted("stated by A. Jones on 2026-11-20");
    assert_eq!(merged.relations, [expected]);
    assert_eq!(
        review(&merged)
            .rule("network.articulation")
            .unwrap()
            .outcomes
            .not_evaluated,
        0
    );
}

fn guarded(text: &str) -> String {
    vcto::text::Cell(text).to_string()
}
