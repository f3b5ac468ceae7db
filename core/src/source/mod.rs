//! Where inventories come from: files of other tools, and what people add by hand.
//!
//! [`read`] takes one file or folder, [`read_all`] several and makes one inventory of them. [`Reader`] is the long form:
//! it forces a format, watches progress, and names the time. What each format gives, fact by fact: `docs/sources.md`.

mod file;
mod format;
mod identity;
mod infer;
mod input;
pub(crate) mod overlay;
mod reconcile;

use std::path::Path;

use jiff::Timestamp;

pub use file::detect;
pub(crate) use file::{Row, Table, columns, needed};
pub use format::Format;
pub(crate) use infer::is_of_inference;
pub use infer::{Doubt, Inference, Method, MethodCount, infer, inferred_csv};
pub use input::{Input, MAX_FILE, MAX_FILES};
pub use overlay::facts_template;
pub(crate) use reconcile::serial;

use crate::error::Result;
use crate::estate::Inventory;
use crate::monitor::Monitor;
use file::Options;
use input::{Found, What};

/// Reads one file, or a folder of what a NetBox or a NinjaOne answered. Without a format it is told by the content.
///
/// The ends of a `relations.csv` are resolved by [`read_all`], which knows the assets that they name.
///
/// # Errors
/// Each with the file's name and the place in it: `io`, `not_found`, `permission_denied`; `invalid_input` for content
/// that is not of the format; `too_large` beyond a bound; `unsupported` for another version of a format.
pub fn read(path: impl AsRef<Path>, format: Option<Format>) -> Result<Inventory> {
    let reader = Reader {
        format,
        ..Reader::new()
    };
    reader.read(path.as_ref())
}

/// Reads several inputs, and makes one inventory of them.
///
/// Assets with the same id become one, and what sources say of it is kept side by side. Ends of a `relations.csv` are
/// resolved by id or unambiguous name.
///
/// # Errors
/// As [`read`]; also `not_found` and `ambiguous` for the ends of relations, with line and candidates.
pub fn read_all<I>(inputs: I) -> Result<Inventory>
where
    I: IntoIterator,
    I::Item: Into<Input>,
{
    Reader::new().read_all(inputs)
}

/// How to read: [`read`] and [`read_all`] with options.
///
/// ```
/// use vcto::source::{Format, Input, Reader};
///
/// let relations = Input::bytes("by-hand.csv", "from;to;kind;strength\n1;2;uses;soft\n");
/// let inventory = Reader::new()
///     .format(Format::Relations)
///     .captured_at("2026-11-22T08:00:00Z".parse()?)
///     .read(relations)?;
/// assert_eq!(inventory.relations.len(), 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default)]
#[must_use]
pub struct Reader {
    format: Option<Format>,
    scope: Option<String>,
    captured_at: Option<Timestamp>,
    infer: bool,
    monitor: Monitor,
}

impl Reader {
    /// Tells the format by the content, and watches nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes every input to be in this format.
    pub fn format(mut self, format: Format) -> Self {
        self.format = Some(format);
        self
    }

    /// Which client, by name or id, where an input holds several: an organization of NinjaOne. Every record of another is
    /// left out, and counted in a note. Formats that know no clients are read whole; of those that might hold several
    /// (NetBox, RVTools) a note says so.
    ///
    /// ```
    /// use vcto::source::{Input, Reader};
    ///
    /// let devices = || Input::bytes("devices.json", r#"[
    ///     {"id": 101, "organizationId": 5, "nodeClass": "WINDOWS_SERVER", "displayName": "DC-01"},
    ///     {"id": 900, "organizationId": 6, "nodeClass": "WINDOWS_SERVER", "displayName": "X"}]"#);
    /// assert_eq!(Reader::new().read(devices()).unwrap_err().kind(), vcto::ErrorKind::Ambiguous);
    /// let inventory = Reader::new().scope("5").read(devices())?;
    /// assert_eq!(inventory.assets[0].id.as_str(), "ninjaone:device:101");
    /// # Ok::<(), vcto::Error>(())
    /// ```
    pub fn scope(mut self, client: impl Into<String>) -> Self {
        self.scope = Some(client.into());
        self
    }

    /// When the data was true, for inputs that do not say it.
    pub fn captured_at(mut self, at: Timestamp) -> Self {
        self.captured_at = Some(at);
        self
    }

    /// Infers relations once everything is read and merged, and adds them: see [`infer`]. What was not guessed is noted in
    /// the inventory's source. Off unless it is asked for.
    pub fn infer(mut self, infer: bool) -> Self {
        self.infer = infer;
        self
    }

    /// Watches progress (stage `source.read`), and can stop the work.
    pub fn monitor(mut self, monitor: Monitor) -> Self {
        self.monitor = monitor;
        self
    }

    /// See [`read`].
    ///
    /// # Errors
    /// As [`read`].
    pub fn read(&self, input: impl Into<Input>) -> Result<Inventory> {
        self.one(input.into())
            .and_then(|inventory| self.inferred(inventory))
            .map_err(|error| error.during("source.read"))
    }

    /// See [`read_all`].
    ///
    /// # Errors
    /// As [`read_all`].
    pub fn read_all<I>(&self, inputs: I) -> Result<Inventory>
    where
        I: IntoIterator,
        I::Item: Into<Input>,
    {
        let mut inventories = Vec::new();
        for input in inputs {
            let read = self.one(input.into());
            inventories.push(read.map_err(|error| error.during("source.read"))?);
        }
        self.merged(inventories)
            .map_err(|error| error.during("source.read_all"))
    }

    /// Joins what was read, carries out what people decided, and infers the rest.
    fn merged(&self, mut inventories: Vec<Inventory>) -> Result<Inventory> {
        let is_one = inventories.len() == 1;
        let verdicts = if is_one {
            Vec::new()
        } else {
            infer::take(&mut inventories)
        };
        let by_hand = overlay::resolve(&mut inventories)?;
        let mut inventory = reconcile::merge(inventories, &by_hand)?;
        if is_one {
            // A sheet alone waits for what it speaks of.
            return self.inferred(inventory);
        }
        let mut verdicts = infer::Verdicts::of(verdicts, &inventory)?;
        verdicts.state(&mut inventory);
        infer::settle(&mut inventory);
        let mut inventory = self.inferred(inventory)?;
        verdicts.decide(&mut inventory)?;
        infer::settle(&mut inventory);
        Ok(inventory)
    }

    fn inferred(&self, mut inventory: Inventory) -> Result<Inventory> {
        if self.infer {
            infer::infer_watched(&inventory, &self.monitor)?.apply(&mut inventory);
        }
        Ok(inventory)
    }

    fn one(&self, input: Input) -> Result<Inventory> {
        self.monitor.check()?;
        let options = Options {
            format: self.format,
            scope: self.scope.as_deref(),
            captured_at: self.captured_at,
            monitor: &self.monitor,
        };
        let mut inventory = match input.0 {
            What::Bytes(document) => file::parse_bytes(&document, options)?,
            What::Inventory(inventory) => *inventory,
            What::Path(path) => match input::open(&path)? {
                Found::File(file) => file::parse_file(file, options)?,
                Found::Folder { name, files } => file::parse_folder(&path, &name, &files, options)?,
            },
        };
        if inventory.source.captured_at.is_none() {
            inventory.source.captured_at = self.captured_at;
        }
        Ok(inventory)
    }
}
