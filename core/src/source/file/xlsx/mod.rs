//! Workbooks (xlsx), read as a stream under bounds: a workbook from outside is a zip file that may claim anything.
//!
//! Only what an importer needs is read: names of sheets, shared strings, cell values. Formulas, external links, macros,
//! styles and pictures are never inflated. Why not a general reader: `docs/decisions/0010-own-xlsx-reader.md`.

mod cells;
mod package;
mod strings;
mod xml;

pub(crate) use cells::{Cell, Value, cell_name};
use package::Package;
pub(crate) use strings::Strings;

use crate::error::{Error, ErrorKind, Result};
use crate::text::quoted;

/// More sheets than any vendor writes.
const MAX_SHEETS: usize = 1_024;

/// An opened workbook: the names of its sheets are known, nothing else has been read.
pub(crate) struct Workbook<'a> {
    package: Package<'a>,
    /// Name and part of each sheet, in the order of the tabs.
    sheets: Vec<(String, String)>,
    strings_part: Option<String>,
    /// Whether days count from 1904 and not from 1900.
    pub(crate) epoch_1904: bool,
}

impl<'a> Workbook<'a> {
    /// Opens the bytes of a workbook: checks the bounds of the zip file, and reads the list of sheets.
    pub(crate) fn open(bytes: &'a [u8]) -> Result<Self> {
        let mut package = Package::open(bytes)?;
        let root = xml::relationships(&mut package, "_rels/.rels", "")?;
        let main = root
            .iter()
            .find(|relationship| relationship.is("officeDocument"))
            .ok_or_else(|| not_a_workbook("it names no workbook part"))?
            .target
            .clone();
        let (folder, file) = main.rsplit_once('/').unwrap_or(("", &main));
        let rels = if folder.is_empty() {
            format!("_rels/{file}.rels")
        } else {
            format!("{folder}/_rels/{file}.rels")
        };
        let links = xml::relationships(&mut package, &rels, folder)?;
        let contents = xml::workbook(&mut package, &main)?;
        if contents.sheets.len() > MAX_SHEETS {
            return Err(Error::new(
                ErrorKind::TooLarge,
                format!("the workbook has {} sheets", contents.sheets.len()),
            )
            .remedy(format!("at most {MAX_SHEETS} are read")));
        }
        let sheets = contents
            .sheets
            .into_iter()
            .filter_map(|(name, id)| {
                let link = links.iter().find(|link| link.id == id && link.is("worksheet"))?;
                Some((name, link.target.clone()))
            })
            .collect();
        let strings_part = links
            .iter()
            .find(|link| link.is("sharedStrings"))
            .map(|link| link.target.clone());
        Ok(Self {
            package,
            sheets,
            strings_part,
            epoch_1904: contents.epoch_1904,
        })
    }

    /// The names of the sheets, in the order of the tabs.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.sheets.iter().map(|(name, _)| name.as_str())
    }

    /// The strings that cells refer to. Read once, before the first sheet.
    pub(crate) fn strings(&mut self) -> Result<Strings> {
        match &self.strings_part {
            Some(part) => Strings::read(&mut self.package, part),
            None => Ok(Strings::default()),
        }
    }

    /// Hands each cell of a sheet that has a value to `each`, in the order of the file.
    pub(crate) fn cells(
        &mut self,
        name: &str,
        strings: &Strings,
        each: &mut dyn FnMut(Cell<'_>) -> Result<()>,
    ) -> Result<()> {
        let Some((_, part)) = self.sheets.iter().find(|(sheet, _)| sheet == name) else {
            return Err(Error::new(
                ErrorKind::NotFound,
                format!("the workbook has no sheet {}", quoted(name)),
            ));
        };
        cells::read(&mut self.package, part, strings, each).map_err(|error| error.within(name))
    }
}

/// The error for a zip file that is no workbook.
fn not_a_workbook(why: &str) -> Error {
    Error::new(ErrorKind::InvalidInput, format!("not an xlsx workbook: {why}"))
}
