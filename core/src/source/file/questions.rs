//! `questions.csv`: the questions of a review with the answers that people gave. Format: `docs/formats/questions-csv.md`.

use super::stated::{Author, Stated};
use super::table::{Row, Table, heading, needed};
use crate::error::{Error, ErrorKind, Result};
use crate::estate::{AssetKind, Inventory, RelationKind};
use crate::monitor::Monitor;
use crate::source::input::Document;
use crate::source::overlay::{self, Sheet, Statement};

/// What the titles may be.
const TITLES: &str = "the columns are question,ask,asset,name,fact,unlocks,answer,author,date; asset, fact and answer must be there";

/// Whether these are the titles of the format.
pub(super) fn is_header(titles: &[String]) -> bool {
    ["question", "asset", "fact", "answer"]
        .iter()
        .all(|needed| titles.iter().any(|title| title.eq_ignore_ascii_case(needed)))
}

/// Reads the answers. Rows without one are passed over, and so is what the sheet says of the question itself: its text, its
/// rank, the name of the asset.
pub(super) fn read(document: &Document, monitor: &Monitor) -> Result<Inventory> {
    let mut table = Table::open(&document.bytes)?;
    let columns = Columns::of(table.titles())?;
    let mut stated = Stated::new(Sheet::Questions, &document.name);
    while let Some(row) = table.next(monitor)? {
        if let Err(error) = columns.row(&row, &mut stated) {
            stated.failed(error.at(row.place()));
        }
    }
    stated.finish()
}

/// Where each column stands that is read.
struct Columns {
    asset: usize,
    fact: usize,
    answer: usize,
    author: Option<usize>,
    date: Option<usize>,
}

impl Columns {
    fn of(titles: &[String]) -> Result<Self> {
        let find = |name: &str| {
            let mut found = titles
                .iter()
                .enumerate()
                .filter(|(_, title)| title.eq_ignore_ascii_case(name))
                .map(|(index, _)| index);
            match (found.next(), found.next()) {
                (_, Some(_)) => Err(heading(format!("the column `{name}` is there twice"), TITLES)),
                (first, None) => Ok(first),
            }
        };
        Ok(Self {
            asset: needed(find("asset")?, "asset", TITLES)?,
            fact: needed(find("fact")?, "fact", TITLES)?,
            answer: needed(find("answer")?, "answer", TITLES)?,
            author: find("author")?,
            date: find("date")?,
        })
    }

    fn row(&self, row: &Row<'_>, stated: &mut Stated) -> Result<()> {
        let answer = row.field(Some(self.answer));
        if answer.is_empty() {
            return Ok(());
        }
        let (asset, fact) = (row.field(Some(self.asset)), row.field(Some(self.fact)));
        for (cell, name) in [(&asset, "asset"), (&fact, "fact")] {
            if cell.is_empty() {
                let what = format!("an answer without `{name}`");
                return Err(Error::new(ErrorKind::InvalidInput, what)
                    .remedy("leave the columns of the question as they were written"));
            }
        }
        let author = Author::of(row, self.author, self.date)?;
        if fact == overlay::NEEDED_BY {
            return needed_by(row.line(), &asset, &answer, &author, stated);
        }
        let statement = overlay::statement(&overlay::fact_name(&fact)?, &answer)?;
        stated.state(row.line(), &asset, statement, &author)
    }
}

/// Services that need an asset: each is made where the answer names it, and depends on the asset.
fn needed_by(line: u64, asset: &str, answer: &str, author: &Author, stated: &mut Stated) -> Result<()> {
    for name in answer.split(';').map(str::trim).filter(|name| !name.is_empty()) {
        stated.make(line, name);
        stated.state(line, name, Statement::Kind(AssetKind::Service), author)?;
        let needs = Statement::Relation(RelationKind::DependsOn, asset.to_owned());
        stated.state(line, name, needs, author)?;
    }
    Ok(())
}
