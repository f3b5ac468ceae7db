//! Waivers: findings that somebody accepted for a time, with who asked, who approved, why, and until when.

mod apply;
mod sheet;
mod taken;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

pub(super) use self::apply::{RULES, settle};
use self::sheet::Written;
pub use self::taken::{WaivedBy, WaiverEntry, WaiverState, WaiversTaken, Withheld};

use super::lifecycle::days_between;
use crate::change::FindingId;
use crate::digest::Digest;
use crate::error::{Error, ErrorKind, Result};
use crate::text::{Untrusted, quoted};

/// The longest reason, in bytes.
const MAX_REASON: usize = 2_000;

/// The longest name of a person, rule or part, in bytes.
const MAX_NAME: usize = 200;

/// The longest id or name of an asset, in bytes: what a field of a sheet holds.
const MAX_ASSET: usize = 4_000;

/// The most waivers of one review.
const MAX_WAIVERS: usize = 10_000;

/// One finding that is accepted for a time. A value that exists has all that a waiver needs: a reason, two persons, two days.
///
/// It says what people claim, and proves nothing about them: see `docs/decisions/0019-waivers.md`.
///
/// ```
/// use vcto::review::{Waiver, WaiverOf};
///
/// let of = WaiverOf::rule("lifecycle.security_support", "SQL-LDS-01");
/// let waiver = Waiver::requested(of, "B. Holt", "Apart from the network until the new ERP runs")
///     .approved("A. Jones", "2026-11-02".parse()?, "2027-03-31".parse()?)?;
/// assert_eq!(waiver.until().to_string(), "2027-03-31");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(try_from = "Written", into = "Written")]
pub struct Waiver {
    of: WaiverOf,
    reason: Untrusted<String>,
    requested_by: Untrusted<String>,
    approved_by: Untrusted<String>,
    at: Date,
    until: Date,
}

/// Which finding is waived: exactly one. There is no waiver of a whole rule.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum WaiverOf {
    /// The finding with this id.
    Finding(FindingId),
    /// The finding of a rule about an asset.
    Rule {
        /// The rule.
        rule: String,
        /// The asset, by id or by a name that only one has.
        asset: Untrusted<String>,
        /// The part of the asset; empty where the rule found only one thing about it.
        part: String,
    },
}

impl WaiverOf {
    /// What this rule found about this asset, which is given by id or by a name that only one has.
    pub fn rule(rule: impl Into<String>, asset: impl Into<String>) -> Self {
        Self::Rule {
            rule: rule.into(),
            asset: Untrusted::new(asset.into()),
            part: String::new(),
        }
    }
}

impl From<FindingId> for WaiverOf {
    fn from(id: FindingId) -> Self {
        Self::Finding(id)
    }
}

/// A waiver that somebody asked for and nobody approved yet.
#[derive(Clone, Debug)]
#[must_use]
pub struct RequestedWaiver {
    of: WaiverOf,
    by: String,
    reason: String,
}

impl RequestedWaiver {
    /// Somebody else approved it on a day; `until` is the last day on which it counts.
    ///
    /// # Errors
    /// `invalid_input` with a remedy: the same person twice, a day before the other or more than [`Waiver::MAX_DAYS`] after
    /// it, no reason, a text that is empty or too long.
    pub fn approved(self, by: impl Into<String>, at: Date, until: Date) -> Result<Waiver> {
        let (requested_by, approved_by) = (
            person("requested_by", &self.by)?,
            person("approved_by", &by.into())?,
        );
        if folded(&requested_by) == folded(&approved_by) {
            let what = format!(
                "{} approves what {} asked for",
                quoted(&approved_by),
                quoted(&requested_by)
            );
            return Err(fault("approved_by", what).remedy("let another person approve it"));
        }
        let days = days_between(at, until);
        if days < 0 {
            let what = format!("it ends on {until}, before it was approved on {at}");
            return Err(fault("until", what).remedy("write the last day on which it counts"));
        }
        if days > Waiver::MAX_DAYS {
            let what = format!("it ends on {until}, {days} days after it was approved");
            return Err(fault("until", what).remedy(format!(
                "write a day at most {} days after `at`, and decide anew then",
                Waiver::MAX_DAYS
            )));
        }
        Ok(Waiver {
            of: checked(self.of)?,
            reason: Untrusted::new(text("reason", &self.reason, MAX_REASON)?),
            requested_by: Untrusted::new(requested_by),
            approved_by: Untrusted::new(approved_by),
            at,
            until,
        })
    }
}

impl Waiver {
    /// A waiver ends at most so many days after it was approved: a year, and a leap day.
    pub const MAX_DAYS: i64 = 366;

    /// Somebody asks for a waiver, for a reason.
    pub fn requested(
        of: impl Into<WaiverOf>,
        by: impl Into<String>,
        reason: impl Into<String>,
    ) -> RequestedWaiver {
        RequestedWaiver {
            of: of.into(),
            by: by.into(),
            reason: reason.into(),
        }
    }

    /// What is waived.
    pub fn of(&self) -> &WaiverOf {
        &self.of
    }

    /// Why.
    pub fn reason(&self) -> &Untrusted<String> {
        &self.reason
    }

    /// Who asked.
    pub fn requested_by(&self) -> &Untrusted<String> {
        &self.requested_by
    }

    /// Who approved: another person.
    pub fn approved_by(&self) -> &Untrusted<String> {
        &self.approved_by
    }

    /// The day of the approval: the first on which it counts.
    pub fn at(&self) -> Date {
        self.at
    }

    /// The last day on which it counts.
    pub fn until(&self) -> Date {
        self.until
    }
}

/// The waivers of one client: a document, and what it says.
#[derive(Clone, Debug)]
pub struct Waivers {
    placed: Vec<Placed>,
    digest: Digest,
}

/// A waiver, and where it stands in its document.
#[derive(Clone, Debug)]
struct Placed {
    place: String,
    waiver: Waiver,
}

impl Waivers {
    /// These waivers. Their document is the sheet that [`to_csv`](Self::to_csv) writes.
    ///
    /// # Errors
    /// `too_large` for more than 10,000.
    pub fn new(waivers: impl IntoIterator<Item = Waiver>) -> Result<Self> {
        let placed = waivers.into_iter().enumerate().map(|(at, waiver)| Placed {
            place: format!("/{at}"),
            waiver,
        });
        let mut own = Self {
            placed: bounded(placed.take(MAX_WAIVERS + 1).collect())?,
            digest: sheet::digest(&[]),
        };
        own.digest = sheet::digest(own.to_csv().as_bytes());
        Ok(own)
    }

    /// The waivers, in the order of the document.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &Waiver> {
        self.placed.iter().map(|placed| &placed.waiver)
    }

    /// Identifies the document: BLAKE3 in the context `vcto waivers v1` over its bytes. It stands in the review.
    pub fn digest(&self) -> Digest {
        self.digest
    }
}

fn bounded(placed: Vec<Placed>) -> Result<Vec<Placed>> {
    if placed.len() > MAX_WAIVERS {
        return Err(Error::new(
            ErrorKind::TooLarge,
            format!("more than {MAX_WAIVERS} waivers"),
        ));
    }
    Ok(placed)
}

/// What is waived, with what people wrote brought into shape.
fn checked(of: WaiverOf) -> Result<WaiverOf> {
    match of {
        WaiverOf::Finding(FindingId(id)) => {
            let digits = id.strip_prefix("f-").unwrap_or_default();
            let plain = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
            if digits.len() != 32 || !digits.bytes().all(plain) {
                return Err(fault("finding", format!("{} is no id of a finding", quoted(&id)))
                    .remedy("copy it from the review: `f-` and 32 digits"));
            }
            Ok(WaiverOf::Finding(FindingId(id)))
        }
        WaiverOf::Rule { rule, asset, part } => {
            let rule = text("rule", &rule, MAX_NAME)?;
            let plain =
                |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"._".contains(&byte);
            if !rule.bytes().all(plain) {
                return Err(fault("rule", format!("{} is no id of a rule", quoted(&rule)))
                    .remedy("copy it from the review, as `lifecycle.security_support`"));
            }
            let part = part.trim();
            Ok(WaiverOf::Rule {
                rule,
                asset: Untrusted::new(text("asset", asset.raw(), MAX_ASSET)?),
                part: if part.is_empty() {
                    String::new()
                } else {
                    text("part", part, MAX_NAME)?
                },
            })
        }
    }
}

/// A person's name; letters or digits are what tells two apart.
fn person(field: &'static str, name: &str) -> Result<String> {
    let name = text(field, name, MAX_NAME)?;
    if folded(&name).is_empty() {
        return Err(fault(field, format!("{} is no name", quoted(&name))).remedy("write who it was"));
    }
    Ok(name)
}

/// A name without what two ways of writing it differ in: case, dots, spaces.
fn folded(name: &str) -> String {
    name.chars()
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect()
}

/// A text that must be there, without space around it.
fn text(field: &'static str, text: &str, most: usize) -> Result<String> {
    let trimmed = text.trim();
    if trimmed.is_empty() {
        return Err(fault(field, format!("`{field}` is empty")).remedy(format!("write `{field}`")));
    }
    if trimmed.len() > most || trimmed.contains('\0') {
        let what = format!("`{field}` is longer than {most} bytes, or has a NUL character");
        return Err(fault(field, what).remedy("write less"));
    }
    Ok(trimmed.to_owned())
}

fn fault(field: &'static str, what: String) -> Error {
    Error::new(ErrorKind::InvalidInput, what).at(format!("`{field}`"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Date {
        text.parse().unwrap()
    }

    fn by(requested: &str, approved: &str) -> Result<Waiver> {
        Waiver::requested(WaiverOf::rule("r.x", "a"), requested, "why").approved(
            approved,
            day("2026-01-01"),
            day("2026-06-30"),
        )
    }

    #[test]
    fn nobody_approves_what_they_asked_for_however_they_write_their_name() {
        assert!(by("A. Jones", "B. Holt").is_ok());
        for other in ["A. Jones", "a jones", " A.Jones ", "A.\u{200b} JONES"] {
            let error = by("A. Jones", other).unwrap_err();
            assert_eq!(
                (error.kind(), error.place()),
                (ErrorKind::InvalidInput, Some("`approved_by`"))
            );
        }
        assert!(by("A. Jones", " - ").is_err() && by("", "B. Holt").is_err());
    }

    #[test]
    fn it_lasts_a_year_at_most_and_a_day_at_least() {
        let until = |until: &str| {
            Waiver::requested(WaiverOf::rule("r.x", "a"), "A", "why").approved(
                "B",
                day("2026-01-01"),
                day(until),
            )
        };
        assert!(until("2026-01-01").is_ok() && until("2027-01-02").is_ok());
        assert!(until("2025-12-31").is_err() && until("2027-01-03").is_err());
    }
}
