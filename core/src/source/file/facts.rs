//! `facts.csv`: what people know of assets, a row a fact or a row an asset. Format: `docs/formats/facts-csv.md`.

use std::collections::BTreeSet;

use super::stated::{Author, Stated};
use super::table::{Row, Table, heading};
use crate::error::{Error, ErrorKind, Result};
use crate::estate::Inventory;
use crate::monitor::Monitor;
use crate::source::input::Document;
use crate::source::overlay::{self, Sheet};
use crate::text::quoted;

/// What the titles may be.
const TITLES: &str = "the columns are asset,fact,value or asset and one a fact; beside them author, at, new, kind, name, \
                      criticality";

/// Whether these are the titles of the format.
pub(super) fn is_header(titles: &[String]) -> bool {
    titles.iter().any(|title| title.eq_ignore_ascii_case("asset"))
}

/// Reads the sheet. Assets stand as they are written until the inventories are there that know them.
pub(super) fn read(document: &Document, monitor: &Monitor) -> Result<Inventory> {
    let mut table = Table::open(&document.bytes)?;
    let columns = Columns::of(table.titles())?;
    let mut stated = Stated::new(Sheet::Facts, &document.name);
    while let Some(row) = table.next(monitor)? {
        columns.row(&row, &mut stated);
    }
    stated.finish()
}

/// Where each column stands.
#[derive(Default)]
struct Columns {
    asset: Option<usize>,
    author: Option<usize>,
    at: Option<usize>,
    new: Option<usize>,
    /// The name and the value of the fact, where each has a row of its own.
    long: Option<(usize, usize)>,
    /// Facts and properties that have a column of their own.
    wide: Vec<(usize, String)>,
}

impl Columns {
    fn of(titles: &[String]) -> Result<Self> {
        let mut columns = Self::default();
        let (mut fact, mut value) = (None, None);
        let mut seen = BTreeSet::new();
        for (index, title) in titles.iter().enumerate() {
            let lower = title.to_lowercase();
            let slot = match lower.as_str() {
                "" => continue,
                "asset" => &mut columns.asset,
                "at" | "date" => &mut columns.at,
                "author" => &mut columns.author,
                "fact" => &mut fact,
                "new" => &mut columns.new,
                "value" => &mut value,
                _ => {
                    let name = overlay::fact_name(title).map_err(|error| error.at("line 1"))?;
                    if !seen.insert(name.clone()) {
                        return Err(heading(
                            format!("the column {} is there twice", quoted(title)),
                            TITLES,
                        ));
                    }
                    columns.wide.push((index, name));
                    continue;
                }
            };
            if slot.replace(index).is_some() {
                return Err(heading(
                    format!("the column {} is there twice", quoted(title)),
                    TITLES,
                ));
            }
        }
        columns.long = match (fact, value) {
            (Some(fact), Some(value)) => Some((fact, value)),
            (None, None) => None,
            _ => {
                return Err(heading(
                    "of the columns `fact` and `value` one is missing".into(),
                    TITLES,
                ));
            }
        };
        if columns.asset.is_none() {
            return Err(heading("the column `asset` is missing".into(), TITLES));
        }
        if columns.long.is_none() && columns.wide.is_empty() {
            return Err(heading("no column states a fact".into(), TITLES));
        }
        Ok(columns)
    }

    fn row(&self, row: &Row<'_>, stated: &mut Stated) {
        let said = self.check(row);
        let (asset, author, is_new) = match said {
            Ok(said) => said,
            Err(error) => return stated.failed(error.at(row.place())),
        };
        if is_new {
            stated.make(row.line(), &asset);
        }
        let mut say = |name: Result<String>, column| {
            let cell = row.field(Some(column));
            let said = name
                .and_then(|name| overlay::statement(&name, &cell))
                .and_then(|statement| stated.state(row.line(), &asset, statement, &author));
            said.unwrap_or_else(|error| stated.failed(error.at(row.place())));
        };
        // An empty cell says nothing.
        let is_filled = |column| !row.field(Some(column)).is_empty();
        for (column, name) in self.wide.iter().filter(|(column, _)| is_filled(*column)) {
            say(Ok(name.clone()), *column);
        }
        if let Some((fact, value)) = self.long.filter(|(_, value)| is_filled(*value)) {
            say(overlay::fact_name(&row.field(Some(fact))), value);
        }
    }

    /// What the row speaks of, who says it, and whether it makes a new asset.
    fn check(&self, row: &Row<'_>) -> Result<(String, Author, bool)> {
        let asset = row.field(self.asset);
        if asset.is_empty() {
            return Err(Error::new(ErrorKind::InvalidInput, "`asset` is empty")
                .remedy("write the id or the name of an asset"));
        }
        let new = row.field(self.new).to_lowercase();
        let is_new = match new.as_str() {
            "yes" | "true" => true,
            "" | "no" | "false" => false,
            other => {
                let what = format!("`new` is {}", quoted(other));
                return Err(Error::new(ErrorKind::InvalidInput, what)
                    .remedy("write yes, or nothing for an asset that is there"));
            }
        };
        Ok((asset.into_owned(), Author::of(row, self.author, self.at)?, is_new))
    }
}
