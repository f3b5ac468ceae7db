//! The budget as a workbook: the same figures as in the document, amounts and days as numbers, texts that compute nothing.

use jiff::civil::Date;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, Workbook, Worksheet, XlsxError};

use super::{Budget, InternalBudget, Line, Term, Unpriced, Why};
use crate::error::{Error, ErrorKind, Result};
use crate::estate::AssetId;
use crate::text::{Cell, Plain};

/// Rows of a sheet, less its titles.
const MAX_ROWS: usize = 1_048_575;

/// A cell takes 32,767 characters; a text of an inventory is cut long before.
const MAX_CHARS: usize = 1_000;

pub(super) fn workbook(budget: &Budget, internal: Option<&InternalBudget>) -> Result<Vec<u8>> {
    let longest = budget.lines.len().max(budget.unpriced.len());
    if longest > MAX_ROWS {
        return Err(
            Error::new(ErrorKind::TooLarge, "a sheet has at most 1,048,575 rows")
                .during("plan.xlsx")
                .remedy("use the document, or budget fewer years"),
        );
    }
    write(budget, internal).map_err(|source| {
        Error::new(ErrorKind::Internal, "the workbook cannot be written")
            .during("plan.xlsx")
            .caused_by(source)
    })
}

fn write(budget: &Budget, internal: Option<&InternalBudget>) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    // The writer would take the time of day: the same budget is the same bytes.
    book.set_properties(&DocProperties::new().set_creation_datetime(&day(budget.as_of)?));
    sums(&mut Page::add(&mut book, "Sums")?, budget, internal)?;
    lines(&mut Page::add(&mut book, "Lines")?, budget, internal)?;
    unpriced(&mut Page::add(&mut book, "No price")?, budget)?;
    undated(&mut Page::add(&mut book, "No date")?, budget)?;
    book.save_to_buffer()
}

fn sums(page: &mut Page<'_>, budget: &Budget, internal: Option<&InternalBudget>) -> Result<(), XlsxError> {
    let mut titles = vec![
        ("Fiscal year", 14),
        ("Currency", 10),
        ("One-off", 14),
        ("Recurring", 14),
        ("Total", 14),
        ("Of which at expired prices", 26),
        ("Lines", 8),
    ];
    if internal.is_some() {
        titles.extend([("Cost", 14), ("Margin", 14), ("Lines with a cost", 18)]);
    }
    page.titles(&titles)?;
    for (at, total) in budget.totals.iter().enumerate() {
        page.text(&total.fiscal_year)?;
        page.text(&total.currency)?;
        for amount in [total.one_off, total.recurring, total.total, total.expired] {
            page.money(Some(amount))?;
        }
        page.count(total.lines)?;
        if let Some(cost) = internal.and_then(|internal| internal.totals.get(at)) {
            page.money(Some(cost.cost))?;
            page.money(Some(cost.margin))?;
            page.count(cost.known)?;
        }
        page.next();
    }
    Ok(())
}

fn lines(page: &mut Page<'_>, budget: &Budget, internal: Option<&InternalBudget>) -> Result<(), XlsxError> {
    let mut titles = vec![
        ("Fiscal year", 14),
        ("Date", 12),
        ("Asset", 28),
        ("Kind", 16),
        ("What", 36),
        ("Due", 12),
        ("Overdue", 9),
        ("Instalments", 12),
        ("Amount", 14),
        ("Currency", 10),
        ("Price", 14),
        ("Term", 10),
        ("Row of the list", 15),
        ("Matched", 24),
        ("Valid until", 12),
        ("Expired", 9),
        ("Because", 60),
        ("Findings", 40),
    ];
    if internal.is_some() {
        titles.extend([("Cost", 14), ("Margin", 14)]);
    }
    page.titles(&titles)?;
    for (at, line) in budget.lines.iter().enumerate() {
        one_line(page, line)?;
        if let Some(cost) = internal.and_then(|internal| internal.costs.get(at)) {
            page.money(cost.cost)?;
            page.money(cost.margin)?;
        }
        page.next();
    }
    Ok(())
}

fn one_line(page: &mut Page<'_>, line: &Line) -> Result<(), XlsxError> {
    let price = &line.price;
    page.text(&line.fiscal_year)?;
    page.day(Some(line.date))?;
    page.text(line.name.as_ref().map_or(line.asset.as_str(), |name| name.raw()))?;
    page.text(line.kind.as_str())?;
    page.text(line.what.raw())?;
    page.day(Some(line.due))?;
    page.text(answer(line.overdue))?;
    page.count(line.instalments.into())?;
    page.money(Some(line.amount))?;
    page.text(&line.currency)?;
    page.money(Some(price.amount))?;
    page.text(match price.term {
        Term::Month => "a month",
        Term::OneOff => "once",
        Term::Year => "a year",
    })?;
    match price.line {
        Some(row) => page.count(row)?,
        None => page.text("fact")?,
    }
    page.text(price.matched.raw())?;
    page.day(price.valid_until)?;
    page.text(answer(price.expired))?;
    page.text(line.because.raw())?;
    page.text(&ids(&line.findings))
}

fn unpriced(page: &mut Page<'_>, budget: &Budget) -> Result<(), XlsxError> {
    page.titles(&[
        ("Fiscal year", 14),
        ("Asset", 28),
        ("Kind", 16),
        ("What", 36),
        ("Due", 12),
        ("Overdue", 9),
        ("Why", 40),
        ("Because", 60),
        ("Findings", 40),
    ])?;
    for item in &budget.unpriced {
        page.text(&item.fiscal_year)?;
        page.text(item.name.as_ref().map_or(item.asset.as_str(), |name| name.raw()))?;
        page.text(item.kind.as_str())?;
        page.text(item.what.raw())?;
        page.day(Some(item.due))?;
        page.text(answer(item.overdue))?;
        page.text(&why(item))?;
        page.text(item.because.raw())?;
        page.text(&ids(&item.findings))?;
        page.next();
    }
    Ok(())
}

fn undated(page: &mut Page<'_>, budget: &Budget) -> Result<(), XlsxError> {
    page.titles(&[
        ("Kind", 20),
        ("Devices without a day of purchase", 34),
        ("For example", 60),
    ])?;
    for kind in &budget.undated {
        page.text(kind.kind.as_str())?;
        page.count(kind.count)?;
        let examples: Vec<&str> = kind.examples.iter().map(AssetId::as_str).collect();
        page.text(&examples.join(", "))?;
        page.next();
    }
    Ok(())
}

fn why(item: &Unpriced) -> String {
    match item.why {
        Why::NoPrice => "no row of the list fits".to_owned(),
        Why::Ambiguous => {
            let rows: Vec<String> = item.rows.iter().map(ToString::to_string).collect();
            format!("rows {} fit equally well", rows.join(", "))
        }
    }
}

fn answer(yes: bool) -> &'static str {
    if yes { "yes" } else { "no" }
}

fn ids(findings: &[crate::change::FindingId]) -> String {
    let ids: Vec<&str> = findings.iter().map(|id| id.0.as_str()).collect();
    ids.join(" ")
}

fn day(day: Date) -> Result<ExcelDateTime, XlsxError> {
    let part = |part: i8| u8::try_from(part).unwrap_or(1);
    ExcelDateTime::from_ymd(
        u16::try_from(day.year()).unwrap_or_default(),
        part(day.month()),
        part(day.day()),
    )
}

/// A sheet, written cell by cell.
struct Page<'a> {
    sheet: &'a mut Worksheet,
    row: u32,
    column: u16,
    bold: Format,
    amount: Format,
    date: Format,
}

impl<'a> Page<'a> {
    fn add(book: &'a mut Workbook, name: &str) -> Result<Self, XlsxError> {
        let sheet = book.add_worksheet();
        sheet.set_name(name)?;
        Ok(Self {
            sheet,
            row: 0,
            column: 0,
            bold: Format::new().set_bold(),
            amount: Format::new().set_num_format("#,##0.00##"),
            date: Format::new().set_num_format("yyyy-mm-dd"),
        })
    }

    fn titles(&mut self, titles: &[(&str, u32)]) -> Result<(), XlsxError> {
        for (title, width) in titles {
            self.sheet.set_column_width(self.column, *width)?;
            self.sheet
                .write_string_with_format(self.row, self.column, *title, &self.bold)?;
            self.column += 1;
        }
        self.sheet.set_freeze_panes(1, 0)?;
        self.next();
        Ok(())
    }

    fn next(&mut self) {
        self.row += 1;
        self.column = 0;
    }

    /// Shown as in a terminal, and so that no spreadsheet computes it.
    fn text(&mut self, text: &str) -> Result<(), XlsxError> {
        let plain: String = Plain(text).to_string().chars().take(MAX_CHARS).collect();
        self.sheet
            .write_string(self.row, self.column, Cell(&plain).to_string())?;
        self.column += 1;
        Ok(())
    }

    fn count(&mut self, count: u64) -> Result<(), XlsxError> {
        let number = u32::try_from(count).unwrap_or(u32::MAX);
        self.sheet.write_number(self.row, self.column, number)?;
        self.column += 1;
        Ok(())
    }

    /// A sheet has doubles: 15 digits of the amount.
    fn money(&mut self, amount: Option<Decimal>) -> Result<(), XlsxError> {
        if let Some(number) = amount.and_then(|amount| amount.to_f64()) {
            self.sheet
                .write_number_with_format(self.row, self.column, number, &self.amount)?;
        }
        self.column += 1;
        Ok(())
    }

    fn day(&mut self, date: Option<Date>) -> Result<(), XlsxError> {
        // Excel knows no day before 1900.
        if let Some(date) = date.filter(|date| date.year() >= 1900) {
            self.sheet
                .write_datetime_with_format(self.row, self.column, &day(date)?, &self.date)?;
        }
        self.column += 1;
        Ok(())
    }
}
