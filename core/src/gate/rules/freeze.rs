//! Times in which nothing starts.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::RULES_AREA;
use crate::error::{Error, ErrorKind, Result};
use crate::gate::decision::check_reason;
use crate::gate::policy::is_name;
use crate::text::quoted;

/// A time in which changes do not start, whatever was approved: approvals stay, and what runs is not stopped. Changes of the
/// rules are exempt, or no freeze could be ended.
///
/// ```
/// use vcto::gate::Freeze;
///
/// let (from, until) = ("2026-12-18T17:00:00Z".parse()?, "2027-01-04T06:00:00Z".parse()?);
/// let freeze = Freeze::new("year-end", from, until, "payroll and the annual accounts").area("architecture-review");
/// assert!(freeze.holds("architecture-review", from));
/// assert!(!freeze.holds("architecture-review", until));
/// assert!(!freeze.holds("documentation", from));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Freeze {
    /// By which it is ended again: 1 to 64 of `a-z`, `0-9` and `-`.
    pub name: String,
    /// From this whole second on.
    pub from: Timestamp,
    /// Until just before this whole second.
    pub until: Timestamp,
    /// The process areas that it holds; none: all.
    #[serde(default)]
    pub areas: BTreeSet<String>,
    /// Why, on one line, for those whose change does not start.
    pub reason: String,
}

/// The most freezes at once.
const MAX_FREEZES: usize = 1_000;

impl Freeze {
    /// A freeze of all areas.
    pub fn new(
        name: impl Into<String>,
        from: Timestamp,
        until: Timestamp,
        reason: impl Into<String>,
    ) -> Self {
        Self {
            name: name.into(),
            from,
            until,
            areas: BTreeSet::new(),
            reason: reason.into(),
        }
    }

    /// Holds this area; with the first one, no longer all.
    #[must_use]
    pub fn area(mut self, area: impl Into<String>) -> Self {
        self.areas.insert(area.into());
        self
    }

    /// Whether a change of this area does not start at this time.
    pub fn holds(&self, area: &str, at: Timestamp) -> bool {
        self.from <= at && at < self.until && (self.areas.is_empty() || self.areas.contains(area))
    }
}

/// The freezes that hold an area at a time. Changes of the rules are held by none.
pub(in crate::gate) fn in_force<'a>(
    freezes: &'a [Freeze],
    area: &str,
    at: Timestamp,
) -> impl Iterator<Item = &'a Freeze> {
    let area = (area != RULES_AREA).then(|| area.to_owned());
    freezes
        .iter()
        .filter(move |freeze| area.as_ref().is_some_and(|area| freeze.holds(area, at)))
}

/// Checks a whole list: each by itself, in order of the name and each name once.
pub(super) fn check_freezes(freezes: &[Freeze], is_area: impl Fn(&str) -> bool) -> Result<()> {
    if freezes.len() > MAX_FREEZES {
        return Err(Error::new(ErrorKind::TooLarge, "at most 1,000 freezes").at("/freezes"));
    }
    for freeze in freezes {
        check(freeze, &is_area).map_err(|error| error.with("freeze", quoted(&freeze.name)))?;
    }
    if !freezes.is_sorted_by(|one, other| one.name < other.name) {
        return Err(invalid(
            "freezes stand in order of the name, each once",
            "/freezes",
        ));
    }
    Ok(())
}

fn check(freeze: &Freeze, is_area: impl Fn(&str) -> bool) -> Result<()> {
    if !is_name(&freeze.name) {
        return Err(invalid(
            &format!(
                "{} cannot name a freeze: 1 to 64 of a-z, 0-9 and -",
                quoted(&freeze.name)
            ),
            "/freezes/name",
        ));
    }
    let is_whole = |at: Timestamp| at.subsec_nanosecond() == 0;
    if !is_whole(freeze.from) || !is_whole(freeze.until) || freeze.from >= freeze.until {
        return Err(invalid(
            "a freeze begins and ends at whole seconds, and ends after it began",
            "/freezes/until",
        ));
    }
    check_reason(Some(&freeze.reason)).map_err(|error| error.at("/freezes/reason"))?;
    // INVARIANT: no freeze is without effect because of a slip of the pen.
    match freeze.areas.iter().find(|area| !is_area(area)) {
        Some(area) => Err(invalid(
            &format!("there is no process area {}", quoted(area)),
            "/freezes/areas",
        )
        .remedy("name areas of this tenant; changes of the rules themselves cannot be frozen")),
        None => Ok(()),
    }
}

fn invalid(message: &str, place: &str) -> Error {
    Error::new(ErrorKind::InvalidInput, message)
        .at(place)
        .during("rules.check")
}
