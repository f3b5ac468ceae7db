//! `relations.csv`: the overlay that people write by hand. Format: `docs/formats/relations-csv.md`.

use csv::{ReaderBuilder, StringRecord};

use super::encoding;
use crate::error::{Error, ErrorKind, Result};
use crate::estate::near;
use crate::estate::{Inventory, Relation, RelationKind, Source};
use crate::monitor::Monitor;
use crate::source::input::Document;
use crate::source::overlay;
use crate::text::quoted;

/// The largest file.
const MAX_BYTES: usize = 16 << 20;

/// The longest field.
const MAX_FIELD: usize = 4_096;

/// Progress is told every so many lines.
const STEP: u64 = 4_096;

/// Whether this text begins with the header of the format, in any order and with any of its separators.
pub(super) fn is_header(text: &[u8]) -> bool {
    let line = text
        .split(|byte| matches!(byte, b'\n' | b'\r'))
        .next()
        .unwrap_or_default();
    let Ok(line) = std::str::from_utf8(line) else {
        return false;
    };
    let mut record = StringRecord::new();
    let read = reader(line.as_bytes(), separator(line)).read_record(&mut record);
    matches!(read, Ok(true)) && Columns::of(&record).is_ok()
}

/// Reads the overlay. Ends are kept as they are written, with their line, until the inventories are there that they
/// speak of: [`overlay::resolve`].
pub(super) fn read(document: &Document, monitor: &Monitor) -> Result<Inventory> {
    if document.bytes.len() > MAX_BYTES {
        return Err(Error::new(ErrorKind::TooLarge, "the file is too large")
            .remedy(format!("at most {MAX_BYTES} bytes are read")));
    }
    let text = encoding::text(&document.bytes)?;
    let first = text
        .lines()
        .find(|line| !line.trim().is_empty())
        .unwrap_or_default();
    let mut lines = Lines {
        text,
        byte: 0,
        line: 1,
    };
    let mut reader = reader(text.as_bytes(), separator(first));
    let mut record = StringRecord::new();
    if !reader.read_record(&mut record).map_err(|error| broken(&error))? {
        return Err(Error::new(ErrorKind::InvalidInput, "the file is empty"));
    }
    let columns = Columns::of(&record)?;
    let mut inventory = Inventory {
        source: Source {
            name: document.name.as_str().into(),
            ..Source::default()
        },
        ..Inventory::default()
    };
    while reader.read_record(&mut record).map_err(|error| broken(&error))? {
        let line = lines.of(&record);
        if line.is_multiple_of(STEP) {
            monitor.report("source.read", line, None)?;
        }
        if record.iter().all(|field| field.trim().is_empty()) {
            continue;
        }
        if record.iter().any(|field| field.contains('\0')) {
            let nul = Error::new(ErrorKind::InvalidInput, "a NUL character in a field");
            return Err(nul.at(format!("line {line}")));
        }
        let relation = columns
            .relation(&record, line)
            .map_err(|error| error.at(format!("line {line}")))?;
        inventory.relations.push(relation);
    }
    Ok(inventory)
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
    Error::new(ErrorKind::InvalidInput, "the table does not parse").at(format!("line {line}"))
}

/// Where each column stands.
struct Columns {
    from: usize,
    to: usize,
    kind: usize,
    strength: Option<usize>,
    note: Option<usize>,
    count: usize,
}

impl Columns {
    fn of(header: &StringRecord) -> Result<Self> {
        let known = ["from", "to", "kind", "strength", "note"];
        let mut found = [None; 5];
        for (index, title) in header.iter().enumerate() {
            let title = title.trim().to_ascii_lowercase();
            if title.is_empty() {
                continue;
            }
            let Some(slot) = known
                .iter()
                .position(|name| *name == title)
                .and_then(|at| found.get_mut(at))
            else {
                return Err(heading(format!("the column {} is unknown", quoted(&title))));
            };
            if slot.replace(index).is_some() {
                return Err(heading(format!("the column `{title}` is there twice")));
            }
        }
        let [from, to, kind, strength, note] = found;
        let needed = |column: Option<usize>, name: &str| {
            column.ok_or_else(|| heading(format!("the column `{name}` is missing")))
        };
        Ok(Self {
            from: needed(from, "from")?,
            to: needed(to, "to")?,
            kind: needed(kind, "kind")?,
            strength,
            note,
            count: header.len(),
        })
    }

    /// One line as a relation.
    fn relation(&self, record: &StringRecord, line: u64) -> Result<Relation> {
        if record.len() > self.count
            && record
                .iter()
                .skip(self.count)
                .any(|field| !field.trim().is_empty())
        {
            return Err(Error::new(ErrorKind::InvalidInput, "more fields than columns")
                .remedy("put a text that holds the separator between double quotes"));
        }
        if record.iter().any(|field| field.len() > MAX_FIELD) {
            return Err(Error::new(
                ErrorKind::TooLarge,
                format!("a field is longer than {MAX_FIELD} bytes"),
            ));
        }
        let field = |column: usize| record.get(column).unwrap_or_default().trim();
        let end = |column: usize, name: &str| match field(column) {
            "" => Err(Error::new(ErrorKind::InvalidInput, format!("`{name}` is empty"))
                .remedy("write the id or the name of an asset")),
            text => Ok(text),
        };
        let (from, to) = (end(self.from, "from")?, end(self.to, "to")?);
        if from == to {
            return Err(Error::new(
                ErrorKind::InvalidInput,
                format!("{} cannot relate to itself", quoted(from)),
            ));
        }
        let kind = kind(field(self.kind))?;
        let mut relation = Relation::new(overlay::pending(line, from), overlay::pending(line, to), kind);
        match self.strength.map_or("", field) {
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
        Ok(match self.note.map_or("", field) {
            "" => relation,
            note => relation.noted(note),
        })
    }
}

fn heading(what: String) -> Error {
    Error::new(ErrorKind::InvalidInput, what)
        .at("line 1")
        .remedy("the columns are from,to,kind,strength,note; the last two may be left out")
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
