//! The audit ledger of a tenant, and proofs of it.

use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};

use pollster::block_on;
use pyo3::prelude::*;
use vcto::ledger::{Cursor, Entry, Selection, VerifyOptions};

use crate::anchor::KeptAnchors;
use crate::both::anchor::Outside;
use crate::both::told::Verified;
use crate::both::wanted::Wanted;
use crate::day::Moment;
use crate::error::Result;
use crate::given::{Number, Span, Text};
use crate::json::{LedgerEntry, Verification};
use crate::monitor::{Progress, watch};

/// How many entries are fetched at once.
const PAGE: usize = 256;

/// The audit ledger of a tenant.
#[pyclass(frozen, module = "vcto")]
pub struct Ledger(pub(crate) vcto::Tenant);

#[pymethods]
impl Ledger {
    /// The name under which the log is known.
    #[getter]
    fn origin(&self) -> &str {
        self.0.ledger().origin()
    }

    /// How many entries there are.
    fn size(&self, py: Python<'_>) -> Result<u64> {
        Ok(py.detach(|| block_on(self.0.ledger().size()))?)
    }

    /// The key that signs its checkpoints, as `verify` takes it. Keep it elsewhere.
    #[getter]
    fn verifier_key(&self) -> String {
        self.0.ledger().verifier_key().to_string()
    }

    /// How far the entry at this place has come: `durable`, `included` under a checkpoint that the log has signed, or `anchored`
    /// once an anchor outside keeps a checkpoint over it. Signs the log where the entry is not under a checkpoint yet.
    fn level(&self, py: Python<'_>, seq: Number) -> Result<&'static str> {
        let seq = seq.fit("seq")?;
        Ok(py.detach(|| block_on(self.0.level_of(seq)))?.as_str())
    }

    /// Verifies every entry: one verdict for each question, never a bare "valid". `key` and `checkpoint` are what was kept
    /// elsewhere: without them authenticity is `self_signed` and completeness `unanchored` at best. `headers_only` leaves the
    /// payloads unread: a lesser check, which a changed payload passes, and whose integrity is `headers_only` at best.
    ///
    /// Where there were rounds, the log is compared with the anchor log of its region. `anchors` are checkpoints of that log which
    /// were kept outside, as texts or as `FileAnchor.kept` gives them; with one that holds, completeness is `ok`. `anchor_key` is
    /// the key of the anchor log. `fresh_within` says how old what vouches for the log may be, at the time `as_of`.
    #[pyo3(signature = (*, key=None, checkpoint=None, anchors=None, anchor_key=None, fresh_within=None, as_of=None, headers_only=false, progress=None))]
    #[expect(clippy::too_many_arguments, reason = "keywords in Python")]
    fn verify(
        &self,
        py: Python<'_>,
        key: Option<&str>,
        checkpoint: Option<String>,
        anchors: Option<KeptAnchors<'_>>,
        anchor_key: Option<Text>,
        fresh_within: Option<Span>,
        as_of: Option<Moment<'_>>,
        headers_only: bool,
        progress: Option<Progress>,
    ) -> Result<Verification> {
        let outside = outside(anchors, anchor_key, fresh_within, as_of)?;
        let options = outside.add(how_to_verify(key, checkpoint, headers_only)?)?;
        let verified = watch(py, progress, |monitor| {
            block_on(self.0.verify(&options.monitor(monitor)))
        })?;
        Verification::of(py, &Verified::of(&verified))
    }

    /// The entries of the log in order, checked and opened: all, or those of these types, from `start` up to and without
    /// `stop`, from the time `since` up to and without `until`, about this subject (the id of a proposal, an asset, a person).
    ///
    /// Each entry has a `cursor`: kept after the work on the entry was done, it lets another run go on behind it, with
    /// `cursor=`, so that nothing is left out and only unfinished work is repeated.
    #[pyo3(signature = (*, types=None, start=None, stop=None, since=None, until=None, subject=None, cursor=None))]
    #[expect(clippy::too_many_arguments, reason = "keywords in Python")]
    fn entries(
        &self,
        types: Option<Vec<Number>>,
        start: Option<Number>,
        stop: Option<Number>,
        since: Option<Moment<'_>>,
        until: Option<Moment<'_>>,
        subject: Option<Text>,
        cursor: Option<Text>,
    ) -> Result<Entries> {
        let fit = |types: Vec<Number>| types.iter().map(|one| one.fit("types")).collect();
        let selection = Wanted {
            types: types.map(fit).transpose()?,
            start: start.map(|start| start.fit("start")).transpose()?,
            stop: stop.map(|stop| stop.fit("stop")).transpose()?,
            since: since.map(|time| time.text()).transpose()?,
            until: until.map(|time| time.text()).transpose()?,
            subject: subject.map(|Text(subject)| subject),
        };
        let cursor = cursor.map(|Text(cursor)| cursor.parse()).transpose()?;
        let cursor = cursor.unwrap_or_else(|| self.0.ledger().start());
        Ok(Entries {
            tenant: self.0.clone(),
            selection: selection.selection()?,
            walk: Mutex::new(Walk {
                behind: cursor.clone(),
                cursor,
                ready: Vec::new().into_iter(),
                is_end: false,
            }),
        })
    }

    fn __repr__(&self) -> String {
        format!("<Ledger {}>", self.origin())
    }
}

/// Entries of a ledger, read as they are asked for.
#[pyclass(frozen, module = "vcto")]
pub struct Entries {
    tenant: vcto::Tenant,
    selection: Selection,
    walk: Mutex<Walk>,
}

struct Walk {
    cursor: Cursor,
    /// Where the reader is when all that is ready was given.
    behind: Cursor,
    ready: std::vec::IntoIter<Entry>,
    is_end: bool,
}

#[pymethods]
impl Entries {
    /// Behind the last entry that was given; at the end, behind what was passed over too.
    #[getter]
    fn cursor(&self, py: Python<'_>) -> String {
        py.detach(|| self.walk().cursor.to_string())
    }

    fn __iter__(slf: PyRef<'_, Self>) -> PyRef<'_, Self> {
        slf
    }

    fn __next__(&self, py: Python<'_>) -> Result<Option<LedgerEntry>> {
        let next = py.detach(|| self.advance())?;
        next.map(|entry| LedgerEntry::of(py, &entry)).transpose()
    }
}

impl Entries {
    fn walk(&self) -> MutexGuard<'_, Walk> {
        self.walk.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn advance(&self) -> vcto::Result<Option<Entry>> {
        let mut walk = self.walk();
        loop {
            if let Some(entry) = walk.ready.next() {
                walk.cursor = Cursor::after(&entry);
                return Ok(Some(entry));
            }
            walk.cursor = walk.behind.clone();
            if walk.is_end {
                return Ok(None);
            }
            let page = block_on(self.tenant.ledger().read_on(&self.selection, &walk.cursor, PAGE))?;
            walk.is_end = page.is_end;
            walk.behind = page.cursor;
            walk.ready = page.entries.into_iter();
        }
    }
}

/// Verifies a proof that `prove` wrote, or the ledger bundle alone: the verdicts of `Ledger.verify`, without keys. Of `anchors`
/// the checkpoint counts to which the proof leads.
#[pyfunction]
#[pyo3(signature = (directory, *, key=None, checkpoint=None, anchors=None, anchor_key=None, fresh_within=None, as_of=None, headers_only=false, progress=None))]
#[expect(clippy::too_many_arguments, reason = "keywords in Python")]
pub fn verify_bundle(
    py: Python<'_>,
    directory: PathBuf,
    key: Option<&str>,
    checkpoint: Option<String>,
    anchors: Option<KeptAnchors<'_>>,
    anchor_key: Option<Text>,
    fresh_within: Option<Span>,
    as_of: Option<Moment<'_>>,
    headers_only: bool,
    progress: Option<Progress>,
) -> Result<Verification> {
    let outside = outside(anchors, anchor_key, fresh_within, as_of)?;
    let options = outside.add(how_to_verify(key, checkpoint, headers_only)?)?;
    let verified = watch(py, progress, |monitor| {
        vcto::proof::verify_bundle(directory, &options.monitor(monitor))
    })?;
    Verification::of(py, &Verified::of(&verified))
}

/// The statements that set a PostgreSQL database up for vcto, for its owner to run.
#[pyfunction]
pub fn postgres_schema() -> &'static str {
    vcto::ledger::postgres_schema()
}

fn outside(
    anchors: Option<KeptAnchors<'_>>,
    key: Option<Text>,
    fresh_within: Option<Span>,
    as_of: Option<Moment<'_>>,
) -> Result<Outside> {
    Ok(Outside {
        anchors: anchors.map(|anchors| anchors.text()).transpose()?,
        key: key.map(|Text(key)| key),
        fresh_within: fresh_within.map(|span| span.fit("fresh_within")).transpose()?,
        as_of: as_of.map(|time| time.text()).transpose()?,
    })
}

/// What a verification is to go by.
pub fn how_to_verify(
    key: Option<&str>,
    checkpoint: Option<String>,
    headers_only: bool,
) -> Result<VerifyOptions> {
    let mut options = VerifyOptions::default();
    if headers_only {
        options = options.headers_only();
    }
    if let Some(key) = key {
        options = options.key(key.parse()?);
    }
    if let Some(note) = checkpoint {
        options = options.seen_checkpoint(note);
    }
    Ok(options)
}
