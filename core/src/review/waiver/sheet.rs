//! `waivers.csv` and the same as JSON: read whole, every row that is wrong listed. Format: `docs/formats/waivers-csv.md`.

use std::path::Path;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::{MAX_WAIVERS, Placed, Waiver, WaiverOf, Waivers, bounded, fault};
use crate::change::FindingId;
use crate::digest::Digest;
use crate::error::{Error, ErrorKind, Result};
use crate::file;
use crate::monitor::Monitor;
use crate::source::overlay::Failures;
use crate::source::{Row, Table, columns, needed};
use crate::text::{Untrusted, csv_line, quoted};

/// The largest document.
const MAX_BYTES: u64 = 16 << 20;

/// The titles, in the order in which they are written. What people note beside is passed over.
const COLUMNS: [&str; 10] = [
    "finding",
    "rule",
    "asset",
    "part",
    "reason",
    "requested_by",
    "approved_by",
    "at",
    "until",
    "note",
];

/// What the titles may be.
const TITLES: &str = "the columns are finding,rule,asset,part,reason,requested_by,approved_by,at,until,note; finding or rule and \
                      asset, and the five from reason to until must be there";

/// A waiver as it is written: nothing is checked yet.
#[derive(Default, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Written {
    #[serde(skip_serializing_if = "Option::is_none")]
    finding: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rule: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    asset: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    part: Option<String>,
    reason: Option<String>,
    requested_by: Option<String>,
    approved_by: Option<String>,
    at: Option<String>,
    until: Option<String>,
}

impl TryFrom<Written> for Waiver {
    type Error = Error;

    fn try_from(written: Written) -> Result<Self> {
        let given = |text: Option<String>| text.filter(|text| !text.trim().is_empty());
        let of =
            match (given(written.finding), given(written.rule), given(written.asset)) {
                (Some(finding), None, None) if given(written.part.clone()).is_none() => {
                    WaiverOf::Finding(FindingId(finding.trim().to_owned()))
                }
                (None, Some(rule), Some(asset)) => WaiverOf::Rule {
                    rule,
                    asset: Untrusted::new(asset),
                    part: written.part.unwrap_or_default(),
                },
                (None, Some(_), None) => {
                    return Err(fault("asset", "a rule as a whole cannot be waived".to_owned())
                        .remedy("write the asset, or the id of the finding"));
                }
                (None, ..) => {
                    return Err(
                        fault("finding", "it does not say which finding is waived".to_owned())
                            .remedy("write the id of the finding, or its rule and asset"),
                    );
                }
                (Some(_), ..) => {
                    return Err(fault("finding", "the finding is named in two ways".to_owned()).remedy(
                    "write the id of the finding alone, or rule and asset alone; put remarks into `note`",
                ));
                }
            };
        let at = date("at", written.at)?;
        let until = date("until", written.until)?;
        Self::requested(
            of,
            written.requested_by.unwrap_or_default(),
            written.reason.unwrap_or_default(),
        )
        .approved(written.approved_by.unwrap_or_default(), at, until)
    }
}

impl From<Waiver> for Written {
    fn from(waiver: Waiver) -> Self {
        let mut written = Self {
            reason: Some(waiver.reason.into_raw()),
            requested_by: Some(waiver.requested_by.into_raw()),
            approved_by: Some(waiver.approved_by.into_raw()),
            at: Some(waiver.at.to_string()),
            until: Some(waiver.until.to_string()),
            ..Self::default()
        };
        match waiver.of {
            WaiverOf::Finding(FindingId(id)) => written.finding = Some(id),
            WaiverOf::Rule { rule, asset, part } => {
                written.rule = Some(rule);
                written.asset = Some(asset.into_raw());
                written.part = Some(part).filter(|part| !part.is_empty());
            }
        }
        written
    }
}

impl Waivers {
    /// Reads a `waivers.csv`.
    ///
    /// ```
    /// use vcto::review::Waivers;
    ///
    /// let waivers = Waivers::from_csv(b"rule,asset,reason,requested_by,approved_by,at,until\n\
    ///     warranty.in_force,NAS-01,Replaced in spring,B. Holt,A. Jones,2026-11-02,2027-04-30\n")?;
    /// assert_eq!(waivers.iter().len(), 1);
    /// # Ok::<(), vcto::Error>(())
    /// ```
    ///
    /// # Errors
    /// `invalid_input` with the line, the column and a remedy: all rows that are wrong, the first ten of them listed.
    /// `too_large` beyond 16 MiB, 4,096 bytes a field or 10,000 rows.
    pub fn from_csv(bytes: &[u8]) -> Result<Self> {
        csv(bytes).map_err(|error| error.during("waivers.read"))
    }

    /// Reads a list of waivers as JSON: objects with the columns of the sheet as keys, days as texts.
    ///
    /// # Errors
    /// As [`from_csv`](Self::from_csv), with a JSON pointer to each.
    pub fn from_json(bytes: &[u8]) -> Result<Self> {
        json(bytes).map_err(|error| error.during("waivers.read"))
    }

    /// Reads a file: a `waivers.csv`.
    ///
    /// # Errors
    /// As [`from_csv`](Self::from_csv); `io` and the like where it cannot be read.
    pub fn read(path: impl AsRef<Path>) -> Result<Self> {
        file::read(path.as_ref(), MAX_BYTES)
            .and_then(|bytes| csv(&bytes))
            .map_err(|error| error.during("waivers.read"))
    }

    /// The waivers as a sheet. Read back, it gives the same waivers. No cell of it is computed by a spreadsheet.
    pub fn to_csv(&self) -> String {
        let mut sheet = csv_line(COLUMNS);
        for waiver in self.iter() {
            let (at, until) = (waiver.at.to_string(), waiver.until.to_string());
            let [finding, rule, asset, part] = match &waiver.of {
                WaiverOf::Finding(id) => [id.0.as_str(), "", "", ""],
                WaiverOf::Rule { rule, asset, part } => ["", rule, asset.raw(), part],
            };
            sheet.push_str(&csv_line([
                finding,
                rule,
                asset,
                part,
                waiver.reason.raw(),
                waiver.requested_by.raw(),
                waiver.approved_by.raw(),
                &at,
                &until,
                "",
            ]));
        }
        sheet
    }
}

pub(super) fn digest(document: &[u8]) -> Digest {
    Digest::of("vcto waivers v1", document)
}

fn csv(bytes: &[u8]) -> Result<Waivers> {
    let mut table = Table::open(bytes)?;
    let places = titles(table.titles())?;
    let mut rows = Rows::default();
    while let Some(row) = table.next(&Monitor::default())? {
        rows.add(row.place(), written(&row, &places).try_into())?;
    }
    rows.finish(digest(bytes))
}

fn json(bytes: &[u8]) -> Result<Waivers> {
    if bytes.len() as u64 > MAX_BYTES {
        return Err(Error::new(
            ErrorKind::TooLarge,
            format!("waivers have at most {MAX_BYTES} bytes"),
        ));
    }
    let broken = |error: serde_json::Error| {
        Error::new(ErrorKind::InvalidInput, error.to_string())
            .remedy("give a list of objects with the keys finding or rule and asset, reason, requested_by, approved_by, at, until")
    };
    let list: Vec<&RawValue> = serde_json::from_slice(bytes).map_err(broken)?;
    let mut rows = Rows::default();
    for (at, row) in list.into_iter().enumerate() {
        let written = serde_json::from_str::<Written>(row.get()).map_err(broken);
        rows.add(format!("/{at}"), written.and_then(Waiver::try_from))?;
    }
    // The document is the sheet of it, whatever white space the list had.
    let read = rows.finish(digest(&[]))?;
    let digest = digest(read.to_csv().as_bytes());
    Ok(Waivers { digest, ..read })
}

/// What was read so far, and what was wrong.
#[derive(Default)]
struct Rows {
    placed: Vec<Placed>,
    failures: Failures,
}

impl Rows {
    fn add(&mut self, place: String, waiver: Result<Waiver>) -> Result<()> {
        match waiver {
            Ok(waiver) => self.placed.push(Placed { place, waiver }),
            Err(error) => self.failures.push(match error.place() {
                Some(field) => {
                    let whole = format!("{place}, {field}");
                    error.at(whole)
                }
                None => error.at(place),
            }),
        }
        if self.placed.len() > MAX_WAIVERS {
            bounded(std::mem::take(&mut self.placed))?;
        }
        Ok(())
    }

    fn finish(self, digest: Digest) -> Result<Waivers> {
        self.failures.none()?;
        Ok(Waivers {
            placed: bounded(self.placed)?,
            digest,
        })
    }
}

fn titles(titles: &[String]) -> Result<[Option<usize>; COLUMNS.len()]> {
    let places = columns(titles, COLUMNS, TITLES)?;
    let [finding, rule, asset, _, required @ .., _] = &places;
    if finding.is_none() {
        needed(*rule, "rule", TITLES)?;
        needed(*asset, "asset", TITLES)?;
    }
    for (column, name) in required.iter().zip(COLUMNS.iter().skip(4)) {
        needed(*column, name, TITLES)?;
    }
    Ok(places)
}

fn written(row: &Row<'_>, places: &[Option<usize>; COLUMNS.len()]) -> Written {
    let [
        finding,
        rule,
        asset,
        part,
        reason,
        requested_by,
        approved_by,
        at,
        until,
        _,
    ] = places.map(|place| Some(row.field(place).into_owned()));
    Written {
        finding,
        rule,
        asset,
        part,
        reason,
        requested_by,
        approved_by,
        at,
        until,
    }
}

/// A day, year first; a spreadsheet's other ways of writing one may mean two days.
fn date(field: &'static str, written: Option<String>) -> Result<Date> {
    let text = written.unwrap_or_default();
    let text = text.trim();
    if text.is_empty() {
        let remedy = match field {
            "until" => format!(
                "write the last day on which it counts, at most {} days after `at`: no waiver is open-ended",
                Waiver::MAX_DAYS
            ),
            _ => "write the day on which it was approved, as 2026-11-02".to_owned(),
        };
        return Err(fault(field, format!("`{field}` is empty")).remedy(remedy));
    }
    let refuse = || fault(field, format!("{} is no day", quoted(text))).remedy("write it as 2027-03-31");
    if text.len() != 10 {
        return Err(refuse());
    }
    text.parse().map_err(|_| refuse())
}
