//! `relations.csv`: the overlay that people write by hand. Format: `docs/formats/relations-csv.md`.

use super::table::{self, Row, Table};
use crate::error::{Error, ErrorKind, Result};
use crate::estate::near;
use crate::estate::{Inventory, Relation, RelationKind, Source};
use crate::monitor::Monitor;
use crate::source::input::Document;
use crate::source::overlay::{self, Sheet};
use crate::text::quoted;

/// What the titles may be.
const TITLES: &str = "the columns are from,to,kind,strength,note; the last two may be left out";

/// Whether these are the titles of the format.
pub(super) fn is_header(titles: &[String]) -> bool {
    Columns::of(titles).is_ok()
}

/// Reads the overlay. Ends are kept as they are written, with their line, until the inventories are there that they
/// speak of: [`overlay::resolve`].
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
        let relation = columns.relation(&row).map_err(|error| error.at(row.place()))?;
        inventory.relations.push(relation);
    }
    Ok(inventory)
}

/// Where each column stands.
struct Columns {
    from: usize,
    to: usize,
    kind: usize,
    strength: Option<usize>,
    note: Option<usize>,
}

impl Columns {
    fn of(titles: &[String]) -> Result<Self> {
        let known = ["from", "to", "kind", "strength", "note"];
        let [from, to, kind, strength, note] = table::columns(titles, known, TITLES)?;
        Ok(Self {
            from: table::needed(from, "from", TITLES)?,
            to: table::needed(to, "to", TITLES)?,
            kind: table::needed(kind, "kind", TITLES)?,
            strength,
            note,
        })
    }

    /// One row as a relation.
    fn relation(&self, row: &Row<'_>) -> Result<Relation> {
        let (from, to) = (row.field(Some(self.from)), row.field(Some(self.to)));
        for (end, name) in [(&from, "from"), (&to, "to")] {
            if end.is_empty() {
                return Err(Error::new(ErrorKind::InvalidInput, format!("`{name}` is empty"))
                    .remedy("write the id or the name of an asset"));
            }
        }
        if from == to {
            return Err(Error::new(
                ErrorKind::InvalidInput,
                format!("{} cannot relate to itself", quoted(&from)),
            ));
        }
        let kind = kind(&row.field(Some(self.kind)))?;
        let ends = [&from, &to].map(|end| overlay::pending(Sheet::Relations, row.line(), end));
        let [from, to] = ends;
        let mut relation = Relation::new(from, to, kind);
        match &*row.field(self.strength) {
            "" | "hard" => {}
            "soft" => relation = relation.soft(),
            other => {
                return Err(Error::new(
                    ErrorKind::InvalidInput,
                    format!("the strength {} is unknown", quoted(other)),
                )
                .remedy("write `hard`, `soft`, or nothing for hard"));
            }
        }
        Ok(match &*row.field(self.note) {
            "" => relation,
            note => relation.noted(note),
        })
    }
}

/// Only known kinds: a mistyped one would silently carry no impact.
fn kind(text: &str) -> Result<RelationKind> {
    let words = || RelationKind::KNOWN.iter().map(RelationKind::as_str);
    match RelationKind::from(text.to_ascii_lowercase().as_str()) {
        RelationKind::Other(word) => {
            let remedy = match near::closest(&word, words()).first() {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("kinds are {}", words().collect::<Vec<_>>().join(", ")),
            };
            Err(Error::new(
                ErrorKind::InvalidInput,
                format!("the kind of relation {} is unknown", quoted(text)),
            )
            .remedy(remedy))
        }
        known => Ok(known),
    }
}
