//! Text for the cells of a sheet: what a spreadsheet would take for a formula gets an apostrophe before it.

use std::borrow::Cow;
use std::fmt::{self, Write};

/// Shows a text for a cell of CSV or of a workbook, so that no spreadsheet computes it.
///
/// An apostrophe goes before a text that begins with `=`, `+`, `-` or `@`, full-width ones too, or with a tab or line end;
/// what cannot be seen before it (spaces, control characters) does not count, nor do apostrophes. The same holds behind
/// each semicolon, tab and line end within the text: a spreadsheet that takes those for separators begins a new cell there.
/// Nothing else is changed, and [`Cell::read`] gives the text back.
///
/// ```
/// use vcto::text::Cell;
///
/// let name = " =HYPERLINK(\"http://evil\")";
/// let cell = Cell(name).to_string();
/// assert_eq!(cell, "' =HYPERLINK(\"http://evil\")");
/// assert_eq!(Cell::read(&cell), name);
/// assert_eq!(Cell("SQL-01; -5 V").to_string(), "SQL-01;' -5 V");
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Cell<'a>(pub &'a str);

impl Cell<'_> {
    /// The text that a cell was made of.
    pub fn read(cell: &str) -> Cow<'_, str> {
        if !cell.contains('\'') {
            return Cow::Borrowed(cell);
        }
        let mut text = String::with_capacity(cell.len());
        for (first, piece) in pieces(cell) {
            let bare = piece.strip_prefix('\'').filter(|_| is_active(piece, first));
            text.push_str(bare.unwrap_or(piece));
        }
        Cow::Owned(text)
    }
}

impl fmt::Display for Cell<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (first, piece) in pieces(self.0) {
            if is_active(piece, first) {
                f.write_char('\'')?;
            }
            f.write_str(piece)?;
        }
        Ok(())
    }
}

/// A line of CSV: each text as a [`Cell`], between quotation marks where it has to be, and a line end.
pub(crate) fn csv_line<'a>(texts: impl IntoIterator<Item = &'a str>) -> String {
    let mut line = String::new();
    for (at, text) in texts.into_iter().enumerate() {
        if at > 0 {
            line.push(',');
        }
        let cell = Cell(text).to_string();
        if cell.contains([',', ';', '"', '\t', '\n', '\r']) || cell.trim() != cell {
            line.push('"');
            line.push_str(&cell.replace('"', "\"\""));
            line.push('"');
        } else {
            line.push_str(&cell);
        }
    }
    line.push('\n');
    line
}

/// What could become a cell of its own, each with its separator, and whether it is the first.
fn pieces(text: &str) -> impl Iterator<Item = (bool, &str)> {
    let pieces = text.split_inclusive(is_separator);
    pieces.enumerate().map(|(at, piece)| (at == 0, piece))
}

/// Comma is none: the writers separate by it and quote what holds one.
fn is_separator(c: char) -> bool {
    matches!(c, ';' | '\t' | '\n' | '\r')
}

/// INVARIANT: an apostrophe before the piece changes nothing, so that reading undoes exactly what writing did.
fn is_active(piece: &str, first: bool) -> bool {
    match piece.chars().find(|c| *c != '\'' && !is_passed_over(*c)) {
        Some('=' | '+' | '-' | '@' | '\u{ff1d}' | '\u{ff0b}' | '\u{ff0d}' | '\u{ff20}') => true,
        Some('\t' | '\n' | '\r') => first,
        _ => false,
    }
}

/// What a spreadsheet may drop, or a person not see, before the first character.
fn is_passed_over(c: char) -> bool {
    !is_separator(c) && (c == '"' || c.is_whitespace() || super::is_unsafe_to_show(c))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_a_spreadsheet_would_compute_is_neutralised() {
        for text in [
            "=1+1",
            "+1",
            "-1",
            "@SUM(A1)",
            "\t=1",
            "\r=1",
            "\u{ff1d}1",
            "\u{ff0b}1",
            "\u{ff0d}1",
            "\u{ff20}A1",
            "  =1",
            "\u{feff}=1",
            "\u{202e}=1",
            "'=1",
            "\"=1",
        ] {
            assert!(Cell(text).to_string().starts_with('\''), "{text:?}");
        }
        for text in [
            "",
            "a=1",
            "1-1",
            "DC-01",
            "'twas",
            "a@b",
            "'",
            "-".repeat(0).as_str(),
        ] {
            assert_eq!(Cell(text).to_string(), text);
        }
    }

    #[test]
    fn a_separator_of_other_countries_opens_no_formula() {
        assert_eq!(Cell("a;=1").to_string(), "a;'=1");
        assert_eq!(Cell("a\t@b\n+c").to_string(), "a\t'@b\n'+c");
    }

    proptest! {
        #[test]
        fn a_cell_reads_back(text in "[-=+@'\";\t\r\n ＝a\u{feff}]{0,12}") {
            let cell = Cell(&text).to_string();
            prop_assert_eq!(Cell::read(&cell), text);
        }

        #[test]
        fn no_part_of_a_cell_begins_with_a_sign(text in "[-=+@'\";\t\r\n ＝a]{0,12}") {
            for part in Cell(&text).to_string().split([';', '\t', '\r', '\n']) {
                prop_assert!(!part.trim().starts_with(['=', '+', '-', '@', '＝']));
            }
        }
    }
}
