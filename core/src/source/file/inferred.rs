//! `inferred.csv`: what people say of relations that were inferred. Format: `docs/formats/inferred-csv.md`.

use super::stated::Author;
use super::table::{self, Row, Table};
use crate::error::{Error, ErrorKind, Result};
use crate::estate::bounds::MAX_ID;
use crate::estate::{Inventory, RelationKind, Source, near};
use crate::monitor::Monitor;
use crate::source::infer::sheet::{COLUMNS, end};
use crate::source::infer::{ANY, Decision, Method, Verdict};
use crate::source::input::Document;
use crate::text::quoted;

/// What the titles may be.
const TITLES: &str = "the columns are from,to,kind,method,confidence,why,verdict,author,at; from, to and verdict must be there";

/// The longest word of a method or a kind that is read: as long as a kind may be.
const MAX_WORD: usize = 128;

/// Whether these are the titles of the format.
pub(super) fn is_header(titles: &[String]) -> bool {
    Columns::of(titles).is_ok()
}

/// Reads the verdicts. Rows without one are passed over. The others stand in the inventory until the inputs are there that
/// they speak of.
pub(super) fn read(document: &Document, monitor: &Monitor) -> Result<Inventory> {
    let mut table = Table::open(&document.bytes)?;
    let columns = Columns::of(table.titles())?;
    let mut inventory = Inventory {
        source: Source {
            name: document.name.as_str().into(),
            ..Source::default()
        },
        ..Inventory::default()
    };
    while let Some(row) = table.next(monitor)? {
        let verdict = columns
            .verdict(&row, &document.name)
            .map_err(|error| error.at(row.place()))?;
        let Some(relation) = verdict.map(|verdict| verdict.stand_in()) else {
            continue;
        };
        if relation.from.as_str().len().max(relation.to.as_str().len()) > MAX_ID {
            return Err(Error::new(ErrorKind::TooLarge, "an end is too long").at(row.place()));
        }
        inventory.relations.push(relation);
    }
    Ok(inventory)
}

/// Where each column stands that is read. What the sheet says of confidence says nothing new.
struct Columns {
    from: usize,
    to: usize,
    kind: Option<usize>,
    method: Option<usize>,
    why: Option<usize>,
    verdict: usize,
    author: Option<usize>,
    at: Option<usize>,
}

impl Columns {
    fn of(titles: &[String]) -> Result<Self> {
        let [from, to, kind, method, _, why, verdict, author, at] = table::columns(titles, COLUMNS, TITLES)?;
        Ok(Self {
            from: table::needed(from, "from", TITLES)?,
            to: table::needed(to, "to", TITLES)?,
            kind,
            method,
            why,
            verdict: table::needed(verdict, "verdict", TITLES)?,
            author,
            at,
        })
    }

    fn verdict(&self, row: &Row<'_>, source: &str) -> Result<Option<Verdict>> {
        let word = row.field(Some(self.verdict));
        if word.is_empty() {
            return Ok(None);
        }
        let (from, to) = (row.field(Some(self.from)), row.field(Some(self.to)));
        for (text, name) in [(&from, "from"), (&to, "to")] {
            if text.is_empty() {
                return Err(
                    Error::new(ErrorKind::InvalidInput, format!("a verdict without `{name}`"))
                        .remedy("write the id or name of an asset, or `*` for every asset"),
                );
            }
        }
        let (from, to) = (end(&from).map(str::to_owned), end(&to).map(str::to_owned));
        if from.is_some() && from == to {
            return Err(Error::new(
                ErrorKind::InvalidInput,
                "both ends of the relation are the same",
            ));
        }
        let (method, kind) = (method(&row.field(self.method))?, kind(&row.field(self.kind))?);
        if from.is_none() && to.is_none() && method.is_none() {
            return Err(Error::new(
                ErrorKind::InvalidInput,
                "a verdict on everything that was inferred",
            )
            .remedy("name a method, or one of the ends"));
        }
        Ok(Some(Verdict {
            line: row.line(),
            from,
            to,
            kind,
            method,
            decision: Decision::read(&word)?,
            by: Author::of(row, self.author, self.at)?.signature(),
            why: row.field(self.why).into_owned(),
            source: source.to_owned(),
        }))
    }
}

/// A method as it is known, or as another tool calls one that is not.
fn method(text: &str) -> Result<Option<String>> {
    if text.is_empty() || text == ANY {
        return Ok(None);
    }
    short(text)?;
    let known = text.parse::<Method>().ok();
    Ok(Some(known.map_or_else(
        || text.to_owned(),
        |method| method.as_str().to_owned(),
    )))
}

/// A kind as it is known, or as another tool calls one that is not; one that is nearly known is mistyped.
fn kind(text: &str) -> Result<Option<RelationKind>> {
    if text.is_empty() || text == ANY {
        return Ok(None);
    }
    short(text)?;
    let words = || RelationKind::KNOWN.iter().map(RelationKind::as_str);
    match RelationKind::from(text.to_lowercase().as_str()) {
        RelationKind::Other(word) => match near::closest(&word, words()).first() {
            Some(near) => Err(Error::new(
                ErrorKind::InvalidInput,
                format!("the kind of relation {} is unknown", quoted(text)),
            )
            .remedy(format!("did you mean `{near}`?"))),
            None => Ok(Some(RelationKind::from(text))),
        },
        known => Ok(Some(known)),
    }
}

fn short(text: &str) -> Result<()> {
    if text.len() > MAX_WORD {
        return Err(Error::new(
            ErrorKind::TooLarge,
            format!("a method or kind is longer than {MAX_WORD} bytes"),
        ));
    }
    Ok(())
}
