//! RVTools workbooks: any bytes, and any sheets inside a sound container.
#![no_main]

use std::io::{Cursor, Write as _};

use libfuzzer_sys::fuzz_target;
use vcto::Inventory;
use vcto::source::{Format, Input, Reader};
use zip::write::SimpleFileOptions;

fuzz_target!(|bytes: &[u8]| {
    let workbook = match bytes.split_first() {
        Some((0..=0x7f, sheets)) => wrap(sheets),
        Some((_, raw)) => raw.to_vec(),
        None => return,
    };
    let input = Input::bytes("rvtools.xlsx", workbook);
    if let Ok(inventory) = Reader::new().format(Format::Rvtools).read(input) {
        let written = inventory.to_json();
        let again = Inventory::from_json(written.as_bytes()).expect("what was written reads back");
        assert_eq!(again.to_json(), written);
    }
});

/// The parts that a workbook needs, each taken from the input at a 0xff byte, or a sound one where the input has none.
fn wrap(bytes: &[u8]) -> Vec<u8> {
    const PARTS: [(&str, &[u8]); 6] = [
        ("xl/worksheets/sheet1.xml", include_bytes!("../seeds/parts/sheet1.xml")),
        ("xl/sharedStrings.xml", include_bytes!("../seeds/parts/sharedStrings.xml")),
        ("xl/styles.xml", include_bytes!("../seeds/parts/styles.xml")),
        ("xl/workbook.xml", include_bytes!("../seeds/parts/workbook.xml")),
        ("xl/_rels/workbook.xml.rels", include_bytes!("../seeds/parts/workbook.xml.rels")),
        ("[Content_Types].xml", include_bytes!("../seeds/parts/content-types.xml")),
    ];
    let mut given = bytes.split(|byte| *byte == 0xff);
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let stored = SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    for (name, sound) in PARTS {
        let part = given.next().filter(|part| !part.is_empty()).unwrap_or(sound);
        archive.start_file(name, stored).expect("in memory");
        archive.write_all(part).expect("in memory");
    }
    archive.finish().expect("in memory").into_inner()
}
