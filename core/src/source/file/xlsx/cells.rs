//! The cells of a worksheet, one after the other.

use quick_xml::events::{BytesStart, Event};

use super::not_a_workbook;
use super::package::{Package, Part};
use super::strings::Strings;
use super::xml::{self, Parser, attribute};
use crate::error::{Error, ErrorKind, Result};
use crate::text::quoted;

/// The last row and column of the format.
const MAX_ROW: u32 = 1_048_576;
const MAX_COLUMN: u32 = 16_384;

/// The longest text of a cell in the format is 32,767 characters; some writers go beyond it.
const MAX_TEXT: usize = 1 << 20;

/// A cell with a value.
#[derive(Debug)]
pub(crate) struct Cell<'a> {
    /// From 1.
    pub(crate) row: u32,
    /// From 1.
    pub(crate) column: u32,
    pub(crate) value: Value<'a>,
}

/// The value of a cell. A formula counts as the value that was stored with it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Value<'a> {
    Boolean(bool),
    /// As it is written: digits, maybe with an exponent. Days since the epoch for a date.
    Number(&'a str),
    Text(&'a str),
}

/// `B7` for column 2 of row 7.
pub(crate) fn cell_name(column: u32, row: u32) -> String {
    let mut letters = Vec::new();
    let mut rest = column;
    while rest > 0 {
        rest -= 1;
        letters.push(char::from(b'A' + (rest % 26) as u8));
        rest /= 26;
    }
    letters.iter().rev().collect::<String>() + &row.to_string()
}

/// The reverse of [`cell_name`], within the bounds of the format.
fn position(name: &str) -> Option<(u32, u32)> {
    let digits = name.find(|c: char| c.is_ascii_digit())?;
    let (letters, digits) = name.split_at_checked(digits)?;
    if letters.is_empty() || letters.len() > 3 || digits.len() > 7 {
        return None;
    }
    let mut column = 0_u32;
    for letter in letters.bytes() {
        let letter = letter.to_ascii_uppercase();
        if !letter.is_ascii_uppercase() {
            return None;
        }
        column = column * 26 + u32::from(letter - b'A') + 1;
    }
    let row = digits.parse().ok()?;
    ((1..=MAX_COLUMN).contains(&column) && (1..=MAX_ROW).contains(&row)).then_some((column, row))
}

/// How a cell stores its value.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Kind {
    Boolean,
    Error,
    Inline,
    Number,
    Shared,
    Text,
}

impl Kind {
    fn of(tag: &BytesStart<'_>) -> Self {
        match attribute(tag, "t").as_deref() {
            Some("b") => Self::Boolean,
            Some("e") => Self::Error,
            Some("inlineStr") => Self::Inline,
            Some("s") => Self::Shared,
            Some("str" | "d") => Self::Text,
            _ => Self::Number,
        }
    }
}

/// Where the reader is.
struct Cursor {
    row: u32,
    column: u32,
    /// The cell that is open.
    kind: Option<Kind>,
    /// Inside a `v`, or a `t` of an inline string.
    inside: bool,
    /// Inside a phonetic reading.
    phonetic: bool,
    text: String,
}

pub(super) fn read(
    package: &mut Package<'_>,
    part: &str,
    strings: &Strings,
    each: &mut dyn FnMut(Cell<'_>) -> Result<()>,
) -> Result<()> {
    let stream = package
        .part(part, Part::Sheet)?
        .ok_or_else(|| not_a_workbook("a part is missing").at(quoted(part)))?;
    let mut parser = Parser::new(stream, Part::Sheet, part);
    let mut cursor = Cursor {
        row: 0,
        column: 0,
        kind: None,
        inside: false,
        phonetic: false,
        text: String::new(),
    };
    while let Some(event) = parser.next()? {
        match event {
            Event::Start(tag) => cursor.start(&tag)?,
            Event::Empty(tag) => {
                // A cell or row without content still moves the position.
                if matches!(tag.local_name().as_ref(), "c" | "row") {
                    cursor.start(&tag)?;
                    cursor.kind = None;
                }
            }
            Event::End(tag) => match tag.local_name().as_ref() {
                "c" => cursor.finish(strings, each)?,
                "is" | "t" | "v" => cursor.inside = false,
                "rPh" => cursor.phonetic = false,
                "sheetData" => return Ok(()),
                _ => {}
            },
            other if cursor.inside => {
                xml::push_text(&mut cursor.text, &other);
                if cursor.text.len() > MAX_TEXT {
                    return Err(Error::new(ErrorKind::TooLarge, "the text of a cell is too long")
                        .at(cell_name(cursor.column, cursor.row))
                        .remedy(format!("at most {MAX_TEXT} bytes are read")));
                }
            }
            _ => {}
        }
    }
    Ok(())
}

impl Cursor {
    fn start(&mut self, tag: &BytesStart<'_>) -> Result<()> {
        match tag.local_name().as_ref() {
            "row" => {
                self.row = match attribute(tag, "r") {
                    Some(number) => number
                        .parse()
                        .ok()
                        .filter(|row| (1..=MAX_ROW).contains(row))
                        .ok_or_else(|| outside(&number))?,
                    None => self.row.saturating_add(1),
                };
                self.column = 0;
            }
            "c" => {
                (self.column, self.row) = match attribute(tag, "r") {
                    Some(name) => position(&name).ok_or_else(|| outside(&name))?,
                    None => (self.column.saturating_add(1), self.row),
                };
                if self.column > MAX_COLUMN || self.row > MAX_ROW {
                    return Err(outside(&cell_name(self.column, self.row)));
                }
                self.kind = Some(Kind::of(tag));
                self.inside = false;
                self.text.clear();
            }
            "v" => self.inside = self.kind.is_some_and(|kind| kind != Kind::Inline),
            "t" => self.inside = self.kind == Some(Kind::Inline) && !self.phonetic,
            "rPh" => self.phonetic = true,
            _ => {}
        }
        Ok(())
    }

    /// The cell has ended: hands on its value. Errors such as `#N/A` and empty cells are no values.
    fn finish(&mut self, strings: &Strings, each: &mut dyn FnMut(Cell<'_>) -> Result<()>) -> Result<()> {
        let text = self.text.as_str();
        let value = match self.kind.take() {
            Some(Kind::Boolean) => Some(Value::Boolean(text.trim() == "1" || text.trim() == "true")),
            Some(Kind::Inline | Kind::Text) => Some(Value::Text(text)),
            Some(Kind::Number) => Some(Value::Number(text.trim())),
            Some(Kind::Shared) => {
                let number = text.trim().parse().ok();
                let found = number.and_then(|number| strings.find(number));
                Some(Value::Text(found.ok_or_else(|| {
                    not_a_workbook("a cell names a shared string that is not there")
                        .at(cell_name(self.column, self.row))
                })?))
            }
            Some(Kind::Error) | None => None,
        };
        match value {
            None | Some(Value::Text("") | Value::Number("")) => Ok(()),
            Some(value) => each(Cell {
                row: self.row,
                column: self.column,
                value,
            }),
        }
    }
}

fn outside(name: &str) -> Error {
    not_a_workbook("a cell stands outside of the sheet").at(quoted(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_are_those_of_the_format() {
        assert_eq!(position("A1"), Some((1, 1)));
        assert_eq!(position("XFD1048576"), Some((MAX_COLUMN, MAX_ROW)));
        assert_eq!(position("aa10"), Some((27, 10)));
        for outside in [
            "XFE1",
            "A1048577",
            "A0",
            "1",
            "A",
            "",
            "A-1",
            "ZZZZZZZZ1",
            "A99999999999",
            "é1",
            "A1B",
        ] {
            assert_eq!(position(outside), None, "{outside}");
        }
    }

    #[test]
    fn a_name_leads_back_to_its_position() {
        for column in [1, 2, 26, 27, 52, 53, 702, 703, MAX_COLUMN] {
            assert_eq!(position(&cell_name(column, 7)), Some((column, 7)));
        }
    }
}
