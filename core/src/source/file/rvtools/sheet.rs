//! A sheet as rows of known columns.

use std::str::FromStr;

use jiff::civil::{Date, DateTime};
use rust_decimal::Decimal;

use super::columns::{SheetColumns, Title};
use crate::error::{Error, ErrorKind, Result};
use crate::monitor::Monitor;
use crate::source::file::notes::Notes;
use crate::source::file::xlsx::{Cell, Strings, Value, Workbook, cell_name};
use crate::text::quoted;

/// More rows than any vCenter has disks.
const MAX_ROWS: usize = 1_000_000;

/// Progress is told every so many rows.
const STEP: usize = 1_024;

/// The rows of a sheet that hold anything, with the known columns only.
pub(super) struct Sheet {
    columns: &'static SheetColumns,
    pub(super) rows: Vec<Row>,
    /// The column in the file of each known column that is there.
    places: Vec<Option<u32>>,
    /// Whether titles are written as no RVTools writes them.
    pub(super) foreign: bool,
    epoch_1904: bool,
}

/// A row: its number in the file, and the values of the known columns.
pub(super) struct Row {
    pub(super) number: u32,
    cells: Box<[Option<Stored>]>,
}

#[derive(Debug)]
enum Stored {
    Boolean(bool),
    Number(Box<str>),
    Text(Box<str>),
}

impl Sheet {
    /// Reads a sheet; `None` where the workbook has none of this name. Blank rows are passed over, and the first row that
    /// holds anything has the titles.
    pub(super) fn read(
        workbook: &mut Workbook<'_>,
        strings: &Strings,
        columns: &'static SheetColumns,
        notes: &mut Notes,
        monitor: &Monitor,
    ) -> Result<Option<Self>> {
        let Some(name) = workbook
            .names()
            .find(|name| name.eq_ignore_ascii_case(columns.sheet))
            .map(str::to_owned)
        else {
            return Ok(None);
        };
        let epoch_1904 = workbook.epoch_1904;
        let mut builder = Builder::new(columns);
        workbook.cells(&name, strings, &mut |cell| builder.cell(&cell, monitor))?;
        builder.note(notes);
        Ok(Some(Self {
            columns,
            rows: builder.rows,
            places: builder.places,
            foreign: builder.foreign,
            epoch_1904,
        }))
    }

    /// The name of the sheet.
    pub(super) fn name(&self) -> &'static str {
        self.columns.sheet
    }

    /// Whether the sheet has this column.
    pub(super) fn has(&self, title: &str) -> bool {
        self.place(title)
            .is_some_and(|place| self.places.get(place).is_some_and(Option::is_some))
    }

    /// The text of a cell; blank ones are none.
    pub(super) fn text<'r>(&self, row: &'r Row, title: &str) -> Option<&'r str> {
        match self.stored(row, title)? {
            Stored::Boolean(true) => Some("True"),
            Stored::Boolean(false) => Some("False"),
            Stored::Number(text) | Stored::Text(text) => Some(text.trim()).filter(|text| !text.is_empty()),
        }
    }

    /// The number of a cell.
    ///
    /// # Errors
    /// The cell, where it holds something else.
    pub(super) fn number(&self, row: &Row, title: &str) -> Result<Option<Decimal>, Unread> {
        let Some(text) = self.text(row, title) else {
            return Ok(None);
        };
        let digits = text.strip_suffix('%').unwrap_or(text).trim_end();
        Decimal::from_str(digits)
            .or_else(|_| Decimal::from_scientific(digits))
            .map(|number| Some(number.normalize()))
            .map_err(|_| self.unread(row, title, text, "a number"))
    }

    /// Yes or no: a boolean, or `True` and `False` as text.
    ///
    /// # Errors
    /// The cell, where it holds something else.
    pub(super) fn boolean(&self, row: &Row, title: &str) -> Result<Option<bool>, Unread> {
        let Some(text) = self.text(row, title) else {
            return Ok(None);
        };
        match text.to_ascii_lowercase().as_str() {
            "true" | "yes" | "1" => Ok(Some(true)),
            "false" | "no" | "0" => Ok(Some(false)),
            _ => Err(self.unread(row, title, text, "`True` or `False`")),
        }
    }

    /// A time without a zone, as ISO 8601 text: a date cell, or text in one of the forms that RVTools writes.
    ///
    /// # Errors
    /// The cell, where it holds something else.
    pub(super) fn time(&self, row: &Row, title: &str) -> Result<Option<DateTime>, Unread> {
        let Some(text) = self.text(row, title) else {
            return Ok(None);
        };
        let time = match self.stored(row, title) {
            Some(Stored::Number(days)) => from_serial(days, self.epoch_1904),
            _ => from_text(text),
        };
        time.map(Some)
            .ok_or_else(|| self.unread(row, title, text, "a time"))
    }

    /// The cell of a known column, as `sheet!B7`.
    pub(super) fn place_of(&self, row: &Row, title: &str) -> String {
        let column = self
            .place(title)
            .and_then(|place| self.places.get(place).copied().flatten());
        match column {
            Some(column) => format!("{}!{}", self.name(), cell_name(column, row.number)),
            None => self.row_name(row),
        }
    }

    /// The row, as `sheet!7`.
    pub(super) fn row_name(&self, row: &Row) -> String {
        format!("{}!{}", self.name(), row.number)
    }

    fn place(&self, title: &str) -> Option<usize> {
        self.columns.columns().position(|column| column.title == title)
    }

    fn stored<'r>(&self, row: &'r Row, title: &str) -> Option<&'r Stored> {
        row.cells.get(self.place(title)?)?.as_ref()
    }

    fn unread(&self, row: &Row, title: &str, text: &str, wanted: &str) -> Unread {
        Unread {
            place: self.place_of(row, title),
            text: format!("`{title}` is {}, not {wanted}", quoted(text)),
        }
    }
}

/// A cell whose value is not of the kind that its column has.
#[derive(Debug)]
pub(super) struct Unread {
    pub(super) place: String,
    pub(super) text: String,
}

/// Collects the cells of a sheet.
struct Builder {
    columns: &'static SheetColumns,
    width: usize,
    /// The row with the titles.
    heading: Option<u32>,
    /// Which known column each column of the file is.
    known: Vec<(u32, usize)>,
    places: Vec<Option<u32>>,
    /// Columns that were found under another title than their own.
    aliased: Vec<usize>,
    rows: Vec<Row>,
    foreign: bool,
    megabytes: Vec<String>,
    repeated: Vec<String>,
}

impl Builder {
    fn new(columns: &'static SheetColumns) -> Self {
        let width = columns.columns().count();
        Self {
            columns,
            width,
            heading: None,
            known: Vec::new(),
            places: vec![None; width],
            aliased: Vec::new(),
            rows: Vec::new(),
            foreign: false,
            megabytes: Vec::new(),
            repeated: Vec::new(),
        }
    }

    fn cell(&mut self, cell: &Cell<'_>, monitor: &Monitor) -> Result<()> {
        if matches!(cell.value, Value::Text(text) if text.trim().is_empty()) {
            return Ok(());
        }
        if *self.heading.get_or_insert(cell.row) == cell.row {
            self.title(cell);
            return Ok(());
        }
        let Ok(at) = self
            .known
            .binary_search_by_key(&cell.column, |(column, _)| *column)
        else {
            return Ok(());
        };
        let Some((_, place)) = self.known.get(at).copied() else {
            return Ok(());
        };
        if self.rows.last().is_none_or(|row| row.number != cell.row) {
            self.start(cell.row, monitor)?;
        }
        let slot = self.rows.last_mut().and_then(|row| row.cells.get_mut(place));
        if let Some(slot) = slot {
            *slot = Some(match cell.value {
                Value::Boolean(value) => Stored::Boolean(value),
                Value::Number(value) => Stored::Number(value.into()),
                Value::Text(value) => Stored::Text(value.into()),
            });
        }
        Ok(())
    }

    fn start(&mut self, number: u32, monitor: &Monitor) -> Result<()> {
        if self.rows.len() >= MAX_ROWS {
            return Err(Error::new(
                ErrorKind::TooLarge,
                format!("the sheet has more than {MAX_ROWS} rows"),
            ));
        }
        if self.rows.len().is_multiple_of(STEP) {
            monitor.report("source.read", self.rows.len() as u64, None)?;
        }
        let cells = std::iter::repeat_with(|| None).take(self.width).collect();
        self.rows.push(Row { number, cells });
        Ok(())
    }

    fn title(&mut self, cell: &Cell<'_>) {
        let Value::Text(title) = cell.value else { return };
        let Some((place, style)) = self.columns.find(title) else {
            return;
        };
        let Some(slot) = self.places.get_mut(place) else {
            return;
        };
        if let Some(taken) = *slot {
            if style != Title::Own {
                // Newer versions have a column of their own beside the older one.
                return;
            }
            if !self.aliased.contains(&place) {
                self.repeated.push(quoted(title));
                return;
            }
            self.aliased.retain(|aliased| *aliased != place);
            self.known.retain(|(column, _)| *column != taken);
        } else if style != Title::Own {
            self.aliased.push(place);
        }
        *slot = Some(cell.column);
        self.foreign |= style == Title::Snake;
        if style == Title::Megabytes {
            self.megabytes.push(quoted(title));
        }
        // Columns come in any order in a hostile file: keep them sorted for the search.
        let at = self.known.partition_point(|(column, _)| *column < cell.column);
        self.known.insert(at, (cell.column, place));
    }

    fn note(&self, notes: &mut Notes) {
        let place = || self.columns.sheet.to_owned();
        if !self.megabytes.is_empty() {
            let titles = self.megabytes.join(", ");
            notes.add(
                place(),
                format!("{titles}: read as MiB, as older versions of RVTools mean it"),
            );
        }
        if !self.repeated.is_empty() {
            let titles = self.repeated.join(", ");
            notes.add(
                place(),
                format!("{titles}: the column is there twice; the first is read"),
            );
        }
    }
}

/// A date cell: days since the end of 1899, or since 1904, with the time of day as the fraction.
fn from_serial(days: &str, epoch_1904: bool) -> Option<DateTime> {
    let days = Decimal::from_str(days)
        .or_else(|_| Decimal::from_scientific(days))
        .ok()?;
    if days < Decimal::ONE || days >= Decimal::from(2_958_466) {
        return None;
    }
    // 1900 counts as a leap year in the format, so that before March of 1900 days are off by one.
    let epoch = if epoch_1904 {
        Date::new(1904, 1, 1)
    } else {
        Date::new(1899, 12, 30)
    };
    let seconds = (days * Decimal::from(86_400)).round();
    let seconds = i64::try_from(seconds).ok()?;
    let midnight = epoch.ok()?.to_datetime(jiff::civil::Time::midnight());
    midnight
        .checked_add(jiff::SignedDuration::from_secs(seconds))
        .ok()
}

/// `2025-02-26T12:53:35`, `2025/02/26 12:53:35`, or only the day. Other orders are not guessed.
fn from_text(text: &str) -> Option<DateTime> {
    let text = text.replace('/', "-").replace(' ', "T");
    text.parse::<DateTime>().ok().or_else(|| {
        text.parse::<Date>()
            .ok()
            .map(|date| date.to_datetime(jiff::civil::Time::midnight()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_come_as_cells_or_as_text() {
        let noon: DateTime = "2025-02-26T12:00:00".parse().unwrap();
        // 45714 is 2025-02-26 in every spreadsheet; the 1904 count is 1,462 days behind.
        assert_eq!(from_serial("45714.5", false), Some(noon));
        assert_eq!(from_serial("44252.5", true), Some(noon));
        for text in ["2025-02-26T12:00:00", "2025/02/26 12:00:00", "2025-02-26 12:00"] {
            assert_eq!(from_text(text), Some(noon), "{text}");
        }
        for bad in ["26.02.2025", "02/26/2025", "", "soon", "0000-00-00"] {
            assert_eq!(from_text(bad), None, "{bad}");
        }
        for bad in ["-1", "0", "2958466", "1e300", "NaN"] {
            assert_eq!(from_serial(bad, false), None, "{bad}");
        }
    }
}
