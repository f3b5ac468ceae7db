//! The budget as a workbook, read back with another reader.

use std::io::{Cursor, Read};
use std::str::FromStr;

use calamine::{Data, Range, Reader, Xlsx};
use vcto::Decimal;
use vcto::estate::{Asset, AssetKind};
use vcto::plan::Budget;

use super::{budget, internal, pc};

fn sheet(bytes: &[u8], name: &str) -> Range<Data> {
    let mut book: Xlsx<_> = calamine::open_workbook_from_rs(Cursor::new(bytes)).expect("a workbook");
    book.worksheet_range(name).expect("the sheet")
}

/// The column under a title, in every row.
fn column<'a>(sheet: &'a Range<Data>, title: &str) -> Vec<&'a Data> {
    let head = sheet.rows().next().expect("titles");
    let at = head.iter().position(|cell| cell == title).expect("the title");
    sheet.rows().skip(1).map(|row| &row[at]).collect()
}

fn texts(sheet: &Range<Data>, title: &str) -> Vec<String> {
    column(sheet, title)
        .into_iter()
        .map(ToString::to_string)
        .collect()
}

fn amounts(sheet: &Range<Data>, title: &str) -> Vec<Decimal> {
    let read = |cell: &Data| match cell {
        Data::Float(number) => Decimal::from_str(&number.to_string()).unwrap(),
        Data::Int(number) => (*number).into(),
        other => panic!("{title} is no number: {other:?}"),
    };
    column(sheet, title).into_iter().map(read).collect()
}

fn planned() -> Budget {
    budget(
        vec![
            pc("a", "2018-01-01"),
            pc("b", "2022-04-01"),
            Asset::new("l", AssetKind::Licence)
                .named("Mail")
                .with("subscription_end", "2027-01-15"),
            Asset::new("s", AssetKind::Server),
            Asset::new("d", AssetKind::Domain).with("expires", "2027-01-31"),
        ],
        ",workstation,,one_off,950.10,GBP,,700\nMail,,renewal,month,0.35,EUR,2026-01-01,",
    )
}

#[test]
fn the_sums_and_lines_of_the_sheets_are_those_of_the_document() {
    let budget = planned();
    let bytes = budget.to_xlsx().unwrap();
    let sums = sheet(&bytes, "Sums");
    let of = |pick: fn(&vcto::plan::Total) -> Decimal| -> Vec<Decimal> {
        budget.totals.iter().map(pick).collect()
    };
    assert_eq!(amounts(&sums, "Total"), of(|total| total.total));
    assert_eq!(amounts(&sums, "One-off"), of(|total| total.one_off));
    assert_eq!(amounts(&sums, "Recurring"), of(|total| total.recurring));
    assert_eq!(
        amounts(&sums, "Of which at expired prices"),
        of(|total| total.expired)
    );
    let years: Vec<&str> = budget
        .totals
        .iter()
        .map(|total| total.fiscal_year.as_str())
        .collect();
    assert_eq!(texts(&sums, "Fiscal year"), years);
    let lines = sheet(&bytes, "Lines");
    let stated: Vec<Decimal> = budget.lines.iter().map(|line| line.amount).collect();
    assert_eq!(amounts(&lines, "Amount"), stated);
    assert!(stated.contains(&Decimal::from_str("1.05").unwrap()));
    let dates: Vec<String> = column(&lines, "Due")
        .into_iter()
        .map(|cell| match cell {
            // Days since 1899-12-30.
            Data::DateTime(number) => {
                let days = number.as_f64();
                assert!(days.fract() == 0.0, "{days}");
                let first = jiff::civil::date(1899, 12, 30);
                let span = jiff::Span::new().days(days.to_string().parse::<i64>().unwrap());
                first.checked_add(span).unwrap().to_string()
            }
            other => panic!("no day: {other:?}"),
        })
        .collect();
    let due: Vec<String> = budget.lines.iter().map(|line| line.due.to_string()).collect();
    assert_eq!(dates, due);
    // What is in no sum is on sheets of its own.
    assert_eq!(texts(&sheet(&bytes, "No price"), "Asset"), ["d"]);
    assert_eq!(texts(&sheet(&bytes, "No date"), "Kind"), ["server"]);
    // The same budget is the same bytes.
    assert_eq!(planned().to_xlsx().unwrap(), bytes);
}

#[test]
fn no_text_of_a_sheet_can_compute_and_hostile_names_do_no_harm() {
    let names = [
        "=HYPERLINK(\"http://evil\",\"x\")",
        "+1",
        "-2+3",
        "@SUM(A1)",
        "\t=1",
        "<script>&]]>",
        "\u{202e}gpj.exe",
        "line\nbreak",
    ];
    let mut assets: Vec<Asset> = names
        .iter()
        .enumerate()
        .map(|(at, name)| {
            let mut asset = pc(&format!("pc-{at}"), "2018-01-01").with("product", *name);
            asset.name = Some((*name).into());
            asset
        })
        .collect();
    assets.push(Asset::new("=cmd|' /C calc'!A0", AssetKind::Firewall).with("purchased", "2018-01-01"));
    assets.push(pc(&"n".repeat(4_000), "2018-01-01"));
    let budget = budget(
        assets,
        "=1+2,workstation,,one_off,1,GBP,,\n,workstation,,one_off,950,GBP,,",
    );
    let bytes = budget.to_xlsx().unwrap();
    let mut book: Xlsx<_> = calamine::open_workbook_from_rs(Cursor::new(&bytes[..])).unwrap();
    for (name, range) in book.worksheets() {
        for text in range.rows().flatten().filter_map(|cell| match cell {
            Data::String(text) => Some(text),
            _ => None,
        }) {
            assert!(
                !text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']),
                "{name}: {text}"
            );
            assert!(!text.contains(['\u{202e}', '\n', '\t']), "{name}: {text}");
            assert!(text.chars().count() <= 1_001);
        }
        assert_eq!(book.worksheet_formula(&name).unwrap().used_cells().count(), 0);
    }
    let shown = texts(&sheet(&bytes, "Lines"), "Asset");
    assert!(
        shown.contains(&"'+1".to_owned()) && shown.contains(&"<script>&]]>".to_owned()),
        "{shown:?}"
    );
}

/// All that the package holds, unpacked.
fn unpacked(bytes: &[u8]) -> String {
    let mut package = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut all = String::new();
    for at in 0..package.len() {
        package.by_index(at).unwrap().read_to_string(&mut all).unwrap();
    }
    all
}

#[test]
fn what_the_provider_pays_is_in_no_part_of_the_clients_workbook() {
    let assets = || vec![pc("a", "2018-01-01")];
    let rows = ",workstation,,one_off,950,GBP,,31337.77";
    let client = unpacked(&budget(assets(), rows).to_xlsx().unwrap());
    for word in ["31337", ">Cost", ">Margin"] {
        assert!(!client.contains(word), "{word}");
    }
    assert!(client.contains(">950<") && client.contains(">Amount<"));
    let bytes = internal(assets(), rows).to_xlsx().unwrap();
    let sums = sheet(&bytes, "Sums");
    assert_eq!(amounts(&sums, "Cost"), [Decimal::from_str("31337.77").unwrap()]);
    assert_eq!(
        amounts(&sums, "Margin"),
        [Decimal::from_str("-30387.77").unwrap()]
    );
    assert_eq!(
        amounts(&sheet(&bytes, "Lines"), "Cost"),
        [Decimal::from_str("31337.77").unwrap()]
    );
}
