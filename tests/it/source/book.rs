//! Writes small workbooks for the tests.

use std::io::{Cursor, Write};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

const RELATIONSHIPS: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";

/// A cell as XML.
pub(super) enum Cell {
    Boolean(bool),
    /// A text in the cell itself.
    Inline(String),
    Number(f64),
    /// XML as it is.
    Raw(String),
    /// A text in the shared table.
    Text(String),
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<f64> for Cell {
    fn from(number: f64) -> Self {
        Self::Number(number)
    }
}

impl From<bool> for Cell {
    fn from(value: bool) -> Self {
        Self::Boolean(value)
    }
}

/// A workbook under construction.
#[derive(Default)]
pub(super) struct Book {
    sheets: Vec<(String, String)>,
    strings: Vec<String>,
    pub(super) epoch_1904: bool,
}

impl Book {
    pub(super) fn new() -> Self {
        Self::default()
    }

    /// Adds a sheet of texts; an empty one is a blank cell.
    pub(super) fn texts(self, name: &str, rows: &[&[&str]]) -> Self {
        let rows = rows
            .iter()
            .map(|row| {
                row.iter()
                    .map(|text| (!text.is_empty()).then(|| Cell::from(*text)))
                    .collect()
            })
            .collect();
        self.sheet(name, rows)
    }

    /// Adds a sheet of cells.
    pub(super) fn sheet(mut self, name: &str, rows: Vec<Vec<Option<Cell>>>) -> Self {
        let mut xml = String::from("<sheetData>");
        for (row, cells) in rows.into_iter().enumerate() {
            let row = row + 1;
            xml += &format!("<row r=\"{row}\">");
            for (column, cell) in cells.into_iter().enumerate() {
                let name = format!("{}{row}", letters(column));
                xml += &match cell {
                    None => format!("<c r=\"{name}\" s=\"1\"/>"),
                    Some(Cell::Boolean(value)) => {
                        format!("<c r=\"{name}\" t=\"b\"><v>{}</v></c>", u8::from(value))
                    }
                    Some(Cell::Inline(text)) => {
                        format!(
                            "<c r=\"{name}\" t=\"inlineStr\"><is><t>{}</t></is></c>",
                            escaped(&text)
                        )
                    }
                    Some(Cell::Number(number)) => format!("<c r=\"{name}\"><v>{number}</v></c>"),
                    Some(Cell::Raw(inner)) => format!("<c r=\"{name}\"{inner}</c>"),
                    Some(Cell::Text(text)) => {
                        self.strings.push(text);
                        format!("<c r=\"{name}\" t=\"s\"><v>{}</v></c>", self.strings.len() - 1)
                    }
                };
            }
            xml += "</row>";
        }
        xml += "</sheetData>";
        self.sheets.push((name.to_owned(), xml));
        self
    }

    /// The parts of the package by name.
    pub(super) fn parts(&self) -> Vec<(String, String)> {
        let mut sheets = String::new();
        let mut links = String::new();
        let mut parts = Vec::new();
        for (at, (name, xml)) in self.sheets.iter().enumerate() {
            let at = at + 1;
            sheets += &format!(
                "<sheet name=\"{}\" sheetId=\"{at}\" r:id=\"rId{at}\"/>",
                escaped(name)
            );
            links += &format!(
                "<Relationship Id=\"rId{at}\" Type=\"{RELATIONSHIPS}/worksheet\" Target=\"worksheets/sheet{at}.xml\"/>"
            );
            parts.push((
                format!("xl/worksheets/sheet{at}.xml"),
                format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?><worksheet>{xml}</worksheet>"),
            ));
        }
        links += &format!(
            "<Relationship Id=\"rIdS\" Type=\"{RELATIONSHIPS}/sharedStrings\" Target=\"sharedStrings.xml\"/>"
        );
        let items: String = self
            .strings
            .iter()
            .map(|text| format!("<si><t>{}</t></si>", escaped(text)))
            .collect();
        let epoch = if self.epoch_1904 {
            "<workbookPr date1904=\"1\"/>"
        } else {
            "<workbookPr/>"
        };
        parts.extend([
            (
                "_rels/.rels".to_owned(),
                format!("<Relationships><Relationship Id=\"a\" Type=\"{RELATIONSHIPS}/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>"),
            ),
            ("xl/_rels/workbook.xml.rels".to_owned(), format!("<Relationships>{links}</Relationships>")),
            (
                "xl/workbook.xml".to_owned(),
                format!("<workbook xmlns:r=\"{RELATIONSHIPS}\">{epoch}<sheets>{sheets}</sheets></workbook>"),
            ),
            ("xl/sharedStrings.xml".to_owned(), format!("<sst>{items}</sst>")),
        ]);
        parts
    }

    /// The bytes of the file.
    pub(super) fn bytes(&self) -> Vec<u8> {
        zipped(&self.parts())
    }
}

/// A zip file of these parts.
pub(super) fn zipped(parts: &[(String, String)]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
    for (name, content) in parts {
        zip.start_file(name.as_str(), options).unwrap();
        zip.write_all(content.as_bytes()).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

fn letters(mut column: usize) -> String {
    let mut letters = Vec::new();
    column += 1;
    while column > 0 {
        column -= 1;
        letters.push(char::from(b'A' + u8::try_from(column % 26).unwrap()));
        column /= 26;
    }
    letters.into_iter().rev().collect()
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('"', "&quot;")
}
