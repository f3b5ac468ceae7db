//! Workbooks that are not what they seem: each is refused with a typed error, in bounded memory, without a panic.

use proptest::prelude::*;
use vcto::source::{self, Format, Input, Reader};
use vcto::{Error, ErrorKind, Inventory};

use super::book::{Book, Cell, zipped};

fn read(bytes: Vec<u8>) -> vcto::Result<Inventory> {
    Reader::new()
        .format(Format::Rvtools)
        .read(Input::bytes("book.xlsx", bytes))
}

fn refused(bytes: Vec<u8>) -> Error {
    let error = read(bytes).unwrap_err();
    assert!(error.place().unwrap().starts_with("book.xlsx"), "{error}");
    error
}

/// One machine.
fn small() -> Book {
    Book::new().texts(
        "vInfo",
        &[&["VM", "VM UUID", "Powerstate"], &["a", "u-1", "poweredOn"]],
    )
}

/// The parts of the small workbook with one of them replaced.
fn with(part: &str, content: impl Into<String>) -> Vec<u8> {
    let mut parts = small().parts();
    let found = parts.iter_mut().find(|(name, _)| name == part).unwrap();
    found.1 = content.into();
    zipped(&parts)
}

fn sheet(data: &str) -> Vec<u8> {
    with(
        "xl/worksheets/sheet1.xml",
        format!("<worksheet>{data}</worksheet>"),
    )
}

#[test]
fn a_part_that_inflates_a_thousandfold_is_refused_before_it_is_read() {
    let bomb = format!("<sst><si><t>{}</t></si></sst>", "a".repeat(40 << 20));
    let bytes = with("xl/sharedStrings.xml", bomb);
    assert!(bytes.len() < 1 << 20);
    let error = refused(bytes);
    assert_eq!(error.kind(), ErrorKind::TooLarge);
    assert!(error.to_string().contains("claims to inflate"), "{error}");
}

#[test]
fn a_part_that_inflates_beyond_what_it_claims_is_refused_while_it_is_read() {
    // Beyond the bound of 4 MiB for the list of sheets, with a size of 100 claimed in both headers.
    let real = 5 << 20;
    let bomb = format!("<workbook>{}</workbook>", " ".repeat(real - 21));
    let mut bytes = with("xl/workbook.xml", bomb);
    let claimed = u32::try_from(real).unwrap().to_le_bytes();
    let mut lies = 0;
    for at in 0..bytes.len() - 4 {
        if bytes[at..at + 4] == claimed {
            bytes[at..at + 4].copy_from_slice(&100_u32.to_le_bytes());
            lies += 1;
        }
    }
    assert_eq!(lies, 2);
    let error = refused(bytes);
    assert!(
        matches!(error.kind(), ErrorKind::TooLarge | ErrorKind::InvalidInput),
        "{error}"
    );
}

#[test]
fn parts_beyond_their_own_bound_are_refused() {
    // Random enough that the ratio is no reason.
    let mut noise = String::new();
    let mut state = 1_u32;
    while noise.len() < 5 << 20 {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        noise += &format!("<a b=\"{state}\"/>");
    }
    let error = refused(with("xl/workbook.xml", format!("<workbook>{noise}</workbook>")));
    assert_eq!(error.kind(), ErrorKind::TooLarge);
    assert!(error.to_string().contains("inflates beyond its bound"), "{error}");
}

#[test]
fn too_many_entries_are_refused_before_the_directory_is_read() {
    let mut parts = small().parts();
    parts.extend((0..5_000).map(|at| (format!("xl/media/{at}.png"), String::new())));
    let error = refused(zipped(&parts));
    assert_eq!(error.kind(), ErrorKind::TooLarge);
    assert!(error.to_string().contains("entries"), "{error}");
}

#[test]
fn counts_that_a_file_claims_are_not_believed() {
    // A reader that reserves what is claimed here asks for 2.4 terabytes.
    let bytes = with(
        "xl/sharedStrings.xml",
        "<sst count=\"99999999999\" uniqueCount=\"99999999999\"><si><t>VM</t></si><si><t>VM UUID</t></si>
         <si><t>Powerstate</t></si><si><t>a</t></si><si><t>u-1</t></si><si><t>poweredOn</t></si></sst>",
    );
    assert_eq!(read(bytes).unwrap().assets.len(), 1);
    let bytes = sheet("<dimension ref=\"A1:XFD1048576\"/><sheetData/>");
    assert_eq!(refused(bytes).kind(), ErrorKind::InvalidInput);
}

#[test]
fn cells_outside_of_a_sheet_are_refused() {
    for name in ["ZZZZZZZZZZZZ1", "A99999999999999", "XFE1", "A0", "1", "", "&#0;"] {
        let data = format!("<sheetData><row r=\"1\"><c r=\"{name}\"><v>1</v></c></row></sheetData>");
        let error = refused(sheet(&data));
        assert_eq!(error.kind(), ErrorKind::InvalidInput, "{name}");
    }
    for row in ["0", "-1", "4294967296", "x"] {
        let data = format!("<sheetData><row r=\"{row}\"><c><v>1</v></c></row></sheetData>");
        assert_eq!(refused(sheet(&data)).kind(), ErrorKind::InvalidInput, "{row}");
    }
}

#[test]
fn strings_that_are_not_there_are_named_by_their_cell() {
    let data = "<sheetData><row r=\"1\"><c r=\"A1\" t=\"s\"><v>0</v></c><c r=\"B1\" t=\"s\"><v>7000</v></c></row></sheetData>";
    let error = refused(sheet(data));
    assert_eq!(error.place(), Some("book.xlsx: vInfo: B1"));
}

#[test]
fn entities_are_not_expanded_and_nesting_is_bounded() {
    let lol = "<!DOCTYPE w [<!ENTITY a \"lol\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;\">]>";
    let mut parts = small().parts();
    for (_, content) in &mut parts {
        *content = content.replace("<si><t>a</t></si>", "<si><t>&b; &amp; &#65;</t></si>");
        *content = content.replace("<sst>", &format!("{lol}<sst>"));
    }
    let inventory = read(zipped(&parts)).unwrap();
    assert_eq!(inventory.assets[0].label().raw(), &"&b; & A");
    let deep = format!("<sheetData>{}", "<row>".repeat(100_000));
    assert_eq!(refused(sheet(&deep)).kind(), ErrorKind::InvalidInput);
}

#[test]
fn a_missing_part_or_link_is_refused() {
    let parts = small().parts();
    for at in 0..parts.len() {
        let mut fewer = parts.clone();
        let (name, _) = fewer.remove(at);
        let error = read(zipped(&fewer)).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput, "{name}");
    }
    let outside = with(
        "xl/_rels/workbook.xml.rels",
        "<Relationships><Relationship Id=\"rId1\" TargetMode=\"External\" Target=\"http://169.254.169.254/\"
          Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet\"/></Relationships>",
    );
    assert_eq!(refused(outside).kind(), ErrorKind::InvalidInput);
}

#[test]
fn every_truncation_of_a_workbook_is_refused() {
    let whole = small().bytes();
    assert!(read(whole.clone()).is_ok());
    for length in 0..whole.len() {
        let error = refused(whole[..length].to_vec());
        assert_eq!(error.kind(), ErrorKind::InvalidInput, "{length}");
    }
}

#[test]
fn what_is_no_export_of_rvtools_is_said_with_its_sheets() {
    let other = Book::new().texts("Budget", &[&["a"]]).bytes();
    let error = source::detect(&other).unwrap_err();
    assert!(error.to_string().contains("`Budget`"), "{error}");
    assert!(refused(other).to_string().contains("no sheet `vInfo`"));
    let old = b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1".to_vec();
    assert!(
        source::detect(&old)
            .unwrap_err()
            .remedy_text()
            .unwrap()
            .contains("xlsx")
    );
    assert_eq!(
        refused(b"from,to,kind\n".to_vec()).kind(),
        ErrorKind::InvalidInput
    );
}

#[test]
fn a_formula_counts_as_the_value_that_was_stored_with_it() {
    let formula = ">\u{200b}".replace('\u{200b}', "<f>HYPERLINK(\"http://x\")</f><v>4</v>");
    let error_cell = " t=\"e\"><v>#N/A</v>".to_owned();
    let book = Book::new().sheet(
        "vInfo",
        vec![
            ["VM", "VM UUID", "CPUs", "Memory"]
                .map(|title| Some(title.into()))
                .into(),
            vec![
                Some("=cmd|'/c calc'!A1".into()),
                Some("u-1".into()),
                Some(Cell::Raw(formula)),
                Some(Cell::Raw(error_cell)),
            ],
        ],
    );
    let inventory = read(book.bytes()).unwrap();
    let machine = &inventory.assets[0];
    assert_eq!(machine.label().raw(), &"=cmd|'/c calc'!A1");
    assert_eq!(machine.number("cpu_cores").unwrap().to_string(), "4");
    assert!(machine.fact("memory_mib").is_none());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, ..ProptestConfig::default() })]

    #[test]
    fn a_damaged_workbook_never_panics(at in any::<prop::sample::Index>(), byte: u8, more in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..8)) {
        let mut bytes = small().bytes();
        for (at, byte) in more.into_iter().chain([(at, byte)]) {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        let _ = source::detect(&bytes);
        let _ = read(bytes);
    }

    #[test]
    fn a_sheet_of_any_markup_never_panics(data in "(<(row|c|v|t|is|sheetData|rPh)( r=\"[A-Z]{0,4}[0-9]{0,8}\")?( t=\"(s|b|e|str|inlineStr|d|x)\")?/?>|</(row|c|v|t|is|sheetData)>|[0-9a-zA-Z&;#<>]{0,6}){0,40}") {
        let _ = read(sheet(&data));
        let _ = read(with("xl/sharedStrings.xml", data.clone()));
        let _ = read(with("xl/workbook.xml", data));
    }

    #[test]
    fn bytes_that_claim_to_be_a_workbook_never_panic(tail in prop::collection::vec(any::<u8>(), 0..400)) {
        let mut bytes = b"PK\x03\x04".to_vec();
        bytes.extend(tail);
        let _ = source::detect(&bytes);
        let _ = read(bytes);
    }
}
