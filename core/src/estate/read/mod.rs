//! Reads the inventory format, as a JSON document or as NDJSON, in one pass and without a copy of the input.

mod outline;
mod record;

use std::io::Read;
use std::sync::Arc;

use super::asset::AssetId;
use super::bounds::{MAX_DOCUMENT, MAX_NAME, MAX_NOTES, MAX_RECORDS, MAX_SOURCES, MAX_TEXT, MAX_WORD};
use super::fact::Origin;
use super::intern::Interner;
use super::inventory::{FORMAT, Inventory, Note, Scope, Source};
use super::json::{Kind, Lexer, Under};
use crate::error::{Error, ErrorKind, Result};
use crate::text::quoted;
use outline::FactNames;
pub(super) use outline::{Numbered, RequirementOutline};

/// Which of the two forms is acceptable.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Form {
    Document,
    Either,
    Lines,
}

/// Reads a whole inventory.
pub(super) fn inventory(input: impl Read, form: Form) -> Result<Inventory> {
    let mut all = Inventory::default();
    records(input, form, &mut all).map_err(|error| error.during("inventory.read"))?;
    all.assets.shrink_to_fit();
    all.relations.shrink_to_fit();
    all.requirements.shrink_to_fit();
    Ok(all)
}

/// Takes what an inventory holds, one record after the other: each method reads a record and keeps of it what it wants.
pub(super) trait Collect {
    /// The source, once, before or behind the records.
    fn source(&mut self, source: Source);
    fn asset(&mut self, reader: &mut Reader<'_>) -> Result<()>;
    fn relation(&mut self, reader: &mut Reader<'_>) -> Result<()>;
    fn requirement(&mut self, reader: &mut Reader<'_>) -> Result<()>;
}

impl Collect for Inventory {
    fn source(&mut self, source: Source) {
        self.source = source;
    }

    fn asset(&mut self, reader: &mut Reader<'_>) -> Result<()> {
        self.assets.push(reader.asset()?);
        Ok(())
    }

    fn relation(&mut self, reader: &mut Reader<'_>) -> Result<()> {
        self.relations.push(reader.relation()?);
        Ok(())
    }

    fn requirement(&mut self, reader: &mut Reader<'_>) -> Result<()> {
        self.requirements.push(reader.requirement()?);
        Ok(())
    }
}

/// Hands every record of an inventory to `all`.
pub(super) fn records(mut input: impl Read, form: Form, all: &mut dyn Collect) -> Result<()> {
    let mut input = (&mut input).take(MAX_DOCUMENT + 1);
    let read = Lexer::new(&mut input).and_then(|lexer| Reader::new(lexer).inventory(all, form));
    if input.limit() == 0 {
        return Err(too_many("bytes", MAX_DOCUMENT));
    }
    read.map_err(|error| {
        let place = match error.place() {
            Some(_) => None,
            None => error
                .context()
                .find(|(key, _)| *key == "line")
                .map(|(_, line)| format!("line {line}")),
        };
        match place {
            Some(place) => error.at(place),
            None => error,
        }
    })
}

pub(super) struct Reader<'r> {
    lexer: Lexer<'r>,
    ids: Interner<AssetId>,
    /// Names of facts, and words that this version does not know.
    words: Interner<Arc<str>>,
    last_origin: Option<Arc<Origin>>,
    /// The names of the facts of one asset, where the facts are not kept.
    fact_names: FactNames,
    /// How many records of each kind there are so far.
    counts: [usize; 3],
}

#[derive(Clone, Copy)]
enum Section {
    Assets,
    Format,
    Relations,
    Requirements,
    Source,
}

const DOCUMENT: &[(&str, Section)] = &[
    ("format", Section::Format),
    ("source", Section::Source),
    ("assets", Section::Assets),
    ("relations", Section::Relations),
    ("requirements", Section::Requirements),
];

/// What the first line of NDJSON holds.
const HEADER: &[(&str, Section)] = &[("format", Section::Format), ("source", Section::Source)];

#[derive(Clone, Copy)]
enum Record {
    Asset,
    Relation,
    Requirement,
}

const RECORD: &[(&str, Record)] = &[
    ("asset", Record::Asset),
    ("relation", Record::Relation),
    ("requirement", Record::Requirement),
];

#[derive(Clone, Copy)]
enum SourceField {
    CapturedAt,
    Complete,
    MergedFrom,
    Name,
    Notes,
    Scopes,
}

const SOURCE: &[(&str, SourceField)] = &[
    ("name", SourceField::Name),
    ("captured_at", SourceField::CapturedAt),
    ("complete", SourceField::Complete),
    ("scopes", SourceField::Scopes),
    ("notes", SourceField::Notes),
    ("merged_from", SourceField::MergedFrom),
];

/// What a source that was merged holds: all but the last.
const MERGED: &[(&str, SourceField)] = match SOURCE.split_last() {
    Some((_, inner)) => inner,
    None => &[],
};

impl<'r> Reader<'r> {
    fn new(lexer: Lexer<'r>) -> Self {
        Self {
            lexer,
            ids: Interner::default(),
            words: Interner::default(),
            last_origin: None,
            fact_names: FactNames::default(),
            counts: [0; 3],
        }
    }

    fn inventory(mut self, all: &mut dyn Collect, form: Form) -> Result<()> {
        let has_lists = self.top(all, form)?;
        if form == Form::Lines || (form == Form::Either && !has_lists) {
            self.lines(all)?;
        } else if self.lexer.has_more()? {
            return Err(self.lexer.fault("there is more behind the end of the document"));
        }
        Ok(())
    }

    /// The document, or the first line; whether it held lists of records.
    fn top(&mut self, all: &mut dyn Collect, form: Form) -> Result<bool> {
        let known = if form == Form::Lines { HEADER } else { DOCUMENT };
        let (mut format, mut source, mut has_lists) = (false, false, false);
        let mut object = self.lexer.object()?;
        while let Some((name, section)) = self.lexer.field(&mut object, known)? {
            match section {
                Section::Format => {
                    format = true;
                    self.format()
                }
                Section::Source => {
                    source = true;
                    self.source(true).map(|read| all.source(read))
                }
                Section::Assets => {
                    has_lists = true;
                    self.list(all, Record::Asset, "assets")
                }
                Section::Relations => {
                    has_lists = true;
                    self.list(all, Record::Relation, "relations")
                }
                Section::Requirements => {
                    has_lists = true;
                    self.list(all, Record::Requirement, "requirements")
                }
            }
            .under(name)?;
        }
        self.present(format, "format")?;
        self.present(source, "source")?;
        Ok(has_lists)
    }

    fn list(&mut self, all: &mut dyn Collect, record: Record, what: &str) -> Result<()> {
        let mut list = self.lexer.list()?;
        let mut at = 0;
        while self.lexer.item(&mut list)? {
            self.room(record, what)?;
            self.record(all, record).item(at)?;
            at += 1;
        }
        Ok(())
    }

    /// Counts one more record, when the format has room for it.
    fn room(&mut self, record: Record, what: &str) -> Result<()> {
        if let Some(count) = self.counts.get_mut(record as usize) {
            if *count == MAX_RECORDS {
                return Err(too_many(what, MAX_RECORDS as u64));
            }
            *count += 1;
        }
        Ok(())
    }

    fn record(&mut self, all: &mut dyn Collect, record: Record) -> Result<()> {
        match record {
            Record::Asset => all.asset(self),
            Record::Relation => all.relation(self),
            Record::Requirement => all.requirement(self),
        }
    }

    fn format(&mut self) -> Result<()> {
        let format = self.lexer.text(MAX_WORD)?;
        if format == FORMAT {
            return Ok(());
        }
        Err(Error::new(
            ErrorKind::Unsupported,
            format!("the format is {}, this version reads `{FORMAT}`", quoted(format)),
        ))
    }

    /// Records that stand on a line each.
    fn lines(&mut self, all: &mut dyn Collect) -> Result<()> {
        let mut last = self.lexer.line();
        while self.lexer.has_more()? {
            let line = self.lexer.line();
            let read = if line == last {
                Err(self.lexer.fault("a second record on the same line"))
            } else {
                self.line(all)
            };
            read.map_err(|error| error.within(format_args!("line {line}")))?;
            last = self.lexer.line();
            if last != line {
                return Err(self
                    .lexer
                    .fault("the record goes over more than one line")
                    .at(format!("line {line}")));
            }
        }
        Ok(())
    }

    fn line(&mut self, all: &mut dyn Collect) -> Result<()> {
        let mut object = self.lexer.object()?;
        let Some((name, record)) = self.lexer.field(&mut object, RECORD)? else {
            return Err(self
                .lexer
                .fault("an empty record")
                .remedy("it has one of asset, relation, requirement"));
        };
        self.room(record, name)
            .and_then(|()| self.record(all, record))
            .under(name)?;
        match self.lexer.field(&mut object, RECORD)? {
            None => Ok(()),
            Some((name, _)) => Err(self.lexer.fault("a second record on the same line").under(name)),
        }
    }

    /// A source. Sources that were merged have none of their own.
    fn source(&mut self, outermost: bool) -> Result<Source> {
        let mut source = Source::default();
        let mut named = false;
        let mut object = self.lexer.object()?;
        let known = if outermost { SOURCE } else { MERGED };
        while let Some((name, field)) = self.lexer.field(&mut object, known)? {
            match field {
                SourceField::Name => {
                    named = true;
                    self.lexer.text(MAX_NAME).map(|text| source.name = text.into())
                }
                SourceField::CapturedAt => self.time().map(|time| source.captured_at = time),
                SourceField::Complete => self.lexer.boolean().map(|complete| source.complete = complete),
                SourceField::Scopes => self.some(&mut source.scopes, MAX_SOURCES, "scopes", Self::scope),
                SourceField::Notes => self.some(&mut source.notes, MAX_NOTES, "notes", Self::note),
                SourceField::MergedFrom => {
                    self.some(&mut source.merged_from, MAX_SOURCES, "sources", |reader| {
                        reader.source(false)
                    })
                }
            }
            .under(name)?;
        }
        self.present(named, "name")?;
        Ok(source)
    }

    fn scope(&mut self) -> Result<Scope> {
        #[derive(Clone, Copy)]
        enum Field {
            Complete,
            Name,
        }
        const FIELDS: &[(&str, Field)] = &[("name", Field::Name), ("complete", Field::Complete)];
        let mut scope = Scope {
            name: "".into(),
            complete: false,
        };
        let mut named = false;
        let mut object = self.lexer.object()?;
        while let Some((name, field)) = self.lexer.field(&mut object, FIELDS)? {
            match field {
                Field::Name => {
                    named = true;
                    self.lexer.text(MAX_NAME).map(|text| scope.name = text.into())
                }
                Field::Complete => self.lexer.boolean().map(|complete| scope.complete = complete),
            }
            .under(name)?;
        }
        self.present(named, "name")?;
        Ok(scope)
    }

    fn note(&mut self) -> Result<Note> {
        #[derive(Clone, Copy)]
        enum Field {
            Asset,
            At,
            Text,
        }
        const FIELDS: &[(&str, Field)] = &[("at", Field::At), ("text", Field::Text), ("asset", Field::Asset)];
        let mut note = Note::default();
        let mut told = false;
        let mut object = self.lexer.object()?;
        while let Some((name, field)) = self.lexer.field(&mut object, FIELDS)? {
            match field {
                Field::At => self.optional(MAX_TEXT).map(|text| note.at = text),
                Field::Text => {
                    told = true;
                    self.lexer.text(MAX_TEXT).map(|text| note.text = text.into())
                }
                Field::Asset => self.optional_id().map(|id| note.asset = id),
            }
            .under(name)?;
        }
        self.present(told, "text")?;
        Ok(note)
    }

    /// A list of at most so many values.
    fn some<T>(
        &mut self,
        into: &mut Vec<T>,
        bound: usize,
        what: &str,
        read: impl Fn(&mut Self) -> Result<T>,
    ) -> Result<()> {
        let mut list = self.lexer.list()?;
        while self.lexer.item(&mut list)? {
            if into.len() == bound {
                return Err(too_many(what, bound as u64));
            }
            let one = read(self).item(into.len())?;
            into.push(one);
        }
        Ok(())
    }

    /// A time, or null for none.
    fn time(&mut self) -> Result<Option<jiff::Timestamp>> {
        if self.lexer.null()? {
            return Ok(None);
        }
        self.lexer.expect(Kind::Text)?;
        let text = self.lexer.text(MAX_WORD)?;
        match text.parse() {
            Ok(time) => Ok(Some(time)),
            Err(_) => Err(
                Error::new(ErrorKind::InvalidInput, format!("{} is no time", quoted(text)))
                    .remedy("write it like 2026-11-22T08:00:00Z, with a zone"),
            ),
        }
    }

    fn present(&self, there: bool, name: &str) -> Result<()> {
        if there { Ok(()) } else { Err(self.missing(name)) }
    }

    fn missing(&self, name: &str) -> Error {
        self.lexer.fault(&format!("`{name}` is missing"))
    }
}

fn too_many(what: &str, bound: u64) -> Error {
    Error::new(ErrorKind::TooLarge, format!("more than {bound} {what}"))
}
