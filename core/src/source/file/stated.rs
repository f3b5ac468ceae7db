//! What the rows of a sheet state, gathered as an inventory whose assets stand as they are written.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::table::Row;
use crate::error::{Error, ErrorKind, Result};
use crate::estate::{Asset, AssetId, AssetKind, FactValue, Inventory, Relation, Source};
use crate::source::overlay::{self, Failures, Sheet, Statement};
use crate::text::quoted;

/// Who said something, and when.
#[derive(Clone, Debug, Default)]
pub(super) struct Author {
    pub(super) name: String,
    pub(super) at: Option<Timestamp>,
}

impl Author {
    /// Reads who said what stands in a row, and when.
    ///
    /// # Errors
    /// `invalid_input` for a date that is none.
    pub(super) fn of(row: &Row<'_>, name: Option<usize>, at: Option<usize>) -> Result<Self> {
        let at = row.field(at);
        Ok(Self {
            name: row.field(name).into_owned(),
            at: (!at.is_empty()).then(|| overlay::moment(&at)).transpose()?,
        })
    }

    fn is_stated(&self) -> bool {
        !self.name.is_empty() || self.at.is_some()
    }

    fn signs(&self, value: impl Into<FactValue>) -> FactValue {
        let mut value = value.into();
        if !self.name.is_empty() {
            value = value.stated_by(self.name.as_str());
        }
        match self.at {
            Some(at) => value.at(at),
            None => value,
        }
    }

    /// The same for a relation, which has no source of its own.
    fn remark(&self) -> Option<String> {
        self.is_stated().then(|| format!("stated {}", self.signature()))
    }

    /// Who and when, behind a verb; empty where neither is stated.
    pub(super) fn signature(&self) -> String {
        let day = self.at.map(|at| at.strftime("%Y-%m-%d").to_string());
        match (self.name.as_str(), day) {
            ("", None) => String::new(),
            ("", Some(day)) => format!("on {day}"),
            (name, None) => format!("by {name}"),
            (name, Some(day)) => format!("by {name} on {day}"),
        }
    }
}

/// The statements of one sheet so far.
pub(super) struct Stated {
    sheet: Sheet,
    inventory: Inventory,
    /// Where each asset stands, as it is written.
    positions: BTreeMap<AssetId, usize>,
    written: BTreeMap<String, AssetId>,
    /// New assets, with the line on which they are made.
    made: BTreeMap<AssetId, u64>,
    failures: Failures,
}

impl Stated {
    pub(super) fn new(sheet: Sheet, name: &str) -> Self {
        let source = Source {
            name: name.into(),
            ..Source::default()
        };
        Self {
            sheet,
            inventory: Inventory {
                source,
                ..Inventory::default()
            },
            positions: BTreeMap::new(),
            written: BTreeMap::new(),
            made: BTreeMap::new(),
            failures: Failures::default(),
        }
    }

    /// Keeps what is wrong with a row; the others are read on.
    pub(super) fn failed(&mut self, error: Error) {
        self.failures.push(error);
    }

    /// A new asset of this text. Its kind may be stated in another row.
    pub(super) fn make(&mut self, line: u64, text: &str) {
        let id = overlay::by_hand(text);
        self.made.entry(id.clone()).or_insert(line);
        self.written.insert(text.to_owned(), id);
    }

    /// States one thing of an asset.
    ///
    /// # Errors
    /// `invalid_input` where the sheet states another kind, name or criticality of it; `too_large` for too many statements
    /// of one fact.
    pub(super) fn state(
        &mut self,
        line: u64,
        text: &str,
        statement: Statement,
        author: &Author,
    ) -> Result<()> {
        let id = self.subject(line, text);
        let mut said = Asset::new(id.clone(), AssetKind::unstated());
        match statement {
            Statement::Criticality(word) => {
                if author.is_stated() {
                    said = said.with("criticality", author.signs(word.as_str()));
                }
                said.criticality = Some(word);
            }
            Statement::Fact(name, value) => said = said.with(&name, author.signs(value)),
            Statement::Kind(kind) => said.kind = kind,
            Statement::Name(name) => said = said.named(name),
            Statement::Relation(kind, to) => {
                let relation = Relation::new(id, overlay::pending(self.sheet, line, &to), kind);
                self.inventory.relations.push(match author.remark() {
                    Some(remark) => relation.noted(remark),
                    None => relation,
                });
                return Ok(());
            }
        }
        let position = *self.positions.entry(id).or_insert(self.inventory.assets.len());
        if let Some(known) = self.inventory.assets.get_mut(position) {
            return overlay::join(known, said);
        }
        self.inventory.assets.push(said);
        Ok(())
    }

    /// The id of an asset as it is written: that of the first line, so that an unknown name is listed once.
    fn subject(&mut self, line: u64, text: &str) -> AssetId {
        let sheet = self.sheet;
        let id = self
            .written
            .entry(text.to_owned())
            .or_insert_with(|| overlay::pending(sheet, line, text));
        id.clone()
    }

    /// # Errors
    /// What is wrong with the rows, all at once; also `invalid_input` for a new asset of which no kind is stated.
    pub(super) fn finish(mut self) -> Result<Inventory> {
        let texts: BTreeMap<&AssetId, &String> = self.written.iter().map(|(text, id)| (id, text)).collect();
        for (id, line) in &self.made {
            let asset = self
                .positions
                .get(id)
                .and_then(|at| self.inventory.assets.get_mut(*at));
            let text = texts.get(id).map_or("", |text| text.as_str());
            match asset {
                Some(asset) if !asset.kind.is_unstated() => {
                    asset.name.get_or_insert_with(|| text.into());
                }
                _ => self.failures.push(
                    Error::new(
                        ErrorKind::InvalidInput,
                        format!("the new asset {} has no kind", quoted(text)),
                    )
                    .at(format!("line {line}"))
                    .remedy("write its kind, `business_application` say, in the column `kind`"),
                ),
            }
        }
        self.failures.none()?;
        Ok(self.inventory)
    }
}
