//! What a practice and its tenants are set up with, from objects in the JSON shape of core's types.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::json;
use vcto::change::Change;
use vcto::estate::AssetKind;
use vcto::gate::{ActionDeclaration, Approver, Party, Policy, ProcessArea};
use vcto::plan::{BudgetOptions, PriceList};
use vcto::{Error, ErrorKind, PracticeOptions, Result};

use super::read::{read, read_each_over, read_over, value};

/// A policy in the shape of `vcto.policy/1`. What it leaves out is as in the default.
pub fn policy(text: &[u8]) -> Result<Policy> {
    read_over(&Policy::default(), text, "policy")
}

/// Approvers with parties and roles. Who names no party is of the provider, as in core.
pub fn approvers(text: &[u8]) -> Result<Vec<Approver>> {
    let defaults = json!({ "party": value(&Party::default())? });
    read_each_over(&defaults, text, "approvers")
}

/// Process areas.
pub fn areas(text: &[u8]) -> Result<Vec<ProcessArea>> {
    read(text, "areas")
}

/// What an executor declares of its actions. What says nothing does the work itself.
pub fn actions(text: &[u8]) -> Result<Vec<ActionDeclaration>> {
    read_each_over(&json!({ "hands_over": false }), text, "actions")
}

/// How to plan a budget. `lifetimes` is the text of an object: years by kind of asset.
pub fn budget(
    fiscal_year_start: Option<usize>,
    years: Option<usize>,
    lifetimes: Option<&[u8]>,
) -> Result<BudgetOptions> {
    let mut options = BudgetOptions::default();
    // What is no month and no number of years is refused by core.
    if let Some(month) = fiscal_year_start {
        options = options.fiscal_year_start(u8::try_from(month).unwrap_or(0));
    }
    if let Some(years) = years {
        options = options.years(u32::try_from(years).unwrap_or(0));
    }
    let lifetimes: BTreeMap<AssetKind, u32> = match lifetimes {
        Some(text) => read(text, "lifetimes").map_err(|error| error.during("plan.budget"))?,
        None => BTreeMap::new(),
    };
    Ok(lifetimes
        .into_iter()
        .fold(options, |options, (kind, years)| options.lifetime(kind, years)))
}

/// The price list in a file.
pub fn prices(path: &Path) -> Result<PriceList> {
    PriceList::read(path).map_err(|error| {
        if path.to_string_lossy().contains('\n') {
            error.remedy("this is no path: give the text of a price list as bytes")
        } else {
            error
        }
    })
}

/// Where a practice in a database keeps its keys and marks: where the caller says, else `.vcto` in the user's home.
pub fn with_folder(options: PracticeOptions, given: Option<PathBuf>) -> PracticeOptions {
    match given.or_else(|| std::env::home_dir().map(|home| home.join(".vcto"))) {
        Some(folder) => options.folder(folder),
        None => options,
    }
}

/// Goes on without the marks of these ledgers.
pub fn without_marks(options: PracticeOptions, names: Option<Vec<String>>) -> PracticeOptions {
    let names = names.unwrap_or_default();
    names
        .into_iter()
        .fold(options, PracticeOptions::accept_missing_mark)
}

/// Why a notifier is not taken without the person whom it tells, nor the person without it.
pub fn half_a_notifier() -> Error {
    Error::new(
        ErrorKind::InvalidInput,
        "a notifier needs a reviewer, and a reviewer a notifier",
    )
    .at("reviewer")
    .remedy("name the person who reviews what runs at level 1, and give what tells that person")
    .during("practice.open")
}

/// A change as the caller wrote it out, or what is wrong with that.
pub fn change(text: Result<Vec<u8>>) -> Result<Change> {
    text.and_then(|text| read(&text, ""))
        .map_err(|error| error.during("change.read"))
}
