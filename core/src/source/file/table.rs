//! Tables that people write by hand, as CSV: dialect, encoding, bounds, and the line of each row.
//! Form: `docs/formats/relations-csv.md`, "Form".

use std::borrow::Cow;

use csv::{ReaderBuilder, StringRecord};

use super::encoding;
use crate::error::{Error, ErrorKind, Result};
use crate::monitor::Monitor;
use crate::text::{Cell, quoted};

/// The largest file.
const MAX_BYTES: usize = 16 << 20;

/// The longest field.
pub(super) const MAX_FIELD: usize = 4_096;

/// Progress is told every so many lines.
const STEP: u64 = 4_096;

/// The titles of the columns of the table that begins with this text, by its first line.
pub(super) fn titles(text: &[u8]) -> Option<Vec<String>> {
    let line = text
        .split(|byte| matches!(byte, b'\n' | b'\r'))
        .next()
        .unwrap_or_default();
    let line = std::str::from_utf8(line).ok()?;
    let mut record = StringRecord::new();
    match reader(line.as_bytes(), separator(line)).read_record(&mut record) {
        Ok(true) => Some(headings(&record)),
        _ => None,
    }
}

/// Where each of the known columns stands, in upper or lower case. Empty titles are passed over.
///
/// # Errors
/// `invalid_input` for a column that is unknown or there twice, with `remedy`.
pub(crate) fn columns<const N: usize>(
    titles: &[String],
    known: [&str; N],
    remedy: &str,
) -> Result<[Option<usize>; N]> {
    let mut found = [None; N];
    for (index, title) in titles.iter().enumerate() {
        let title = title.to_ascii_lowercase();
        if title.is_empty() {
            continue;
        }
        let slot = known.iter().position(|name| *name == title);
        let Some(slot) = slot.and_then(|at| found.get_mut(at)) else {
            return Err(heading(
                format!("the column {} is unknown", quoted(&title)),
                remedy,
            ));
        };
        if slot.replace(index).is_some() {
            return Err(heading(format!("the column `{title}` is there twice"), remedy));
        }
    }
    Ok(found)
}

/// A column that must be there.
///
/// # Errors
/// `invalid_input` where it is not, with `remedy`.
pub(crate) fn needed(column: Option<usize>, name: &str, remedy: &str) -> Result<usize> {
    column.ok_or_else(|| heading(format!("the column `{name}` is missing"), remedy))
}

/// Something is wrong with the titles.
pub(crate) fn heading(what: String, remedy: &str) -> Error {
    Error::new(ErrorKind::InvalidInput, what)
        .at("line 1")
        .remedy(remedy)
}

/// A table, read row by row.
pub(crate) struct Table<'a> {
    reader: csv::Reader<&'a [u8]>,
    record: StringRecord,
    lines: Lines<'a>,
    titles: Vec<String>,
}

impl<'a> Table<'a> {
    /// Opens the table and reads its titles.
    ///
    /// # Errors
    /// `too_large` beyond the bound; `invalid_input` for another encoding, or an empty file.
    pub(crate) fn open(bytes: &'a [u8]) -> Result<Self> {
        if bytes.len() > MAX_BYTES {
            return Err(Error::new(ErrorKind::TooLarge, "the file is too large")
                .remedy(format!("at most {MAX_BYTES} bytes are read")));
        }
        let text = encoding::text(bytes)?;
        let first = text
            .lines()
            .find(|line| !line.trim().is_empty())
            .unwrap_or_default();
        let mut reader = reader(text.as_bytes(), separator(first));
        let mut record = StringRecord::new();
        if !reader.read_record(&mut record).map_err(|error| broken(&error))? {
            return Err(Error::new(ErrorKind::InvalidInput, "the file is empty"));
        }
        let titles = headings(&record);
        Ok(Self {
            reader,
            record,
            lines: Lines {
                text,
                byte: 0,
                line: 1,
            },
            titles,
        })
    }

    /// The titles of the columns, as they are written.
    pub(crate) fn titles(&self) -> &[String] {
        &self.titles
    }

    /// The next row of which some field is not empty.
    ///
    /// # Errors
    /// `invalid_input` or `too_large` with the line; `cancelled`.
    pub(crate) fn next(&mut self, monitor: &Monitor) -> Result<Option<Row<'_>>> {
        loop {
            let read = self.reader.read_record(&mut self.record);
            if !read.map_err(|error| broken(&error))? {
                return Ok(None);
            }
            let line = self.lines.of(&self.record);
            if line.is_multiple_of(STEP) {
                monitor.report("source.read", line, None)?;
            }
            if self.record.iter().any(|field| !field.trim().is_empty()) {
                self.fits().map_err(|error| error.at(place(line)))?;
                break Ok(Some(Row {
                    record: &self.record,
                    line,
                }));
            }
        }
    }

    fn fits(&self) -> Result<()> {
        if self.record.iter().any(|field| field.contains('\0')) {
            return Err(Error::new(ErrorKind::InvalidInput, "a NUL character in a field"));
        }
        let mut beyond = self.record.iter().skip(self.titles.len());
        if beyond.any(|field| !field.trim().is_empty()) {
            return Err(Error::new(ErrorKind::InvalidInput, "more fields than columns")
                .remedy("put a text that holds the separator between double quotes"));
        }
        if self.record.iter().any(|field| field.len() > MAX_FIELD) {
            return Err(Error::new(
                ErrorKind::TooLarge,
                format!("a field is longer than {MAX_FIELD} bytes"),
            ));
        }
        Ok(())
    }
}

/// One row of a table.
pub(crate) struct Row<'r> {
    record: &'r StringRecord,
    line: u64,
}

impl Row<'_> {
    /// The line on which it begins.
    pub(crate) fn line(&self) -> u64 {
        self.line
    }

    /// That line, as the place in an error.
    pub(crate) fn place(&self) -> String {
        place(self.line)
    }

    /// A field without the spaces around it and without what [`Cell`] put before it; empty where the column is not there.
    pub(crate) fn field(&self, column: Option<usize>) -> Cow<'_, str> {
        let field = column.and_then(|column| self.record.get(column));
        Cell::read(field.unwrap_or_default().trim())
    }
}

fn place(line: u64) -> String {
    format!("line {line}")
}

fn headings(record: &StringRecord) -> Vec<String> {
    record
        .iter()
        .map(|title| Cell::read(title.trim()).into_owned())
        .collect()
}

/// Counts lines as far as they have been read.
struct Lines<'a> {
    text: &'a str,
    byte: usize,
    line: u64,
}

impl Lines<'_> {
    /// The line on which a record begins. The reader's own position is that of the blank lines before it.
    fn of(&mut self, record: &StringRecord) -> u64 {
        let start = record.position().map_or(0, csv::Position::byte);
        let start = usize::try_from(start).unwrap_or(usize::MAX);
        let bytes = self.text.as_bytes();
        let blank = bytes
            .iter()
            .skip(start)
            .take_while(|byte| matches!(byte, b'\n' | b'\r'))
            .count();
        let passed = bytes.get(self.byte..start + blank).unwrap_or_default();
        self.line += passed.split(|byte| *byte == b'\n').skip(1).count() as u64;
        self.byte = start + blank;
        self.line
    }
}

fn reader(text: &[u8], separator: u8) -> csv::Reader<&[u8]> {
    ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(separator)
        .from_reader(text)
}

/// Of comma, semicolon and tab the one that the header has most of; comma where it has none.
fn separator(header: &str) -> u8 {
    let count = |separator: u8| header.bytes().filter(|byte| *byte == separator).count();
    let mut best = b',';
    for other in [b';', b'\t'] {
        if count(other) > count(best) {
            best = other;
        }
    }
    best
}

fn broken(error: &csv::Error) -> Error {
    let line = error.position().map_or(0, csv::Position::line);
    Error::new(ErrorKind::InvalidInput, "the table does not parse").at(place(line))
}
