//! What people add by hand: relations and facts of assets that are written as ids or names, resolved once the assets are
//! known.

mod statements;
mod template;
mod value;
mod vocabulary;

use std::collections::{BTreeMap, BTreeSet};

pub(super) use self::statements::{by_hand, join};
pub use self::template::facts_template;
pub(super) use self::value::{Statement, fact_name, moment, statement};
pub use self::vocabulary::Ask;
pub(crate) use self::vocabulary::{Entry, entry, rank};

/// What a sheet of questions calls the services that need an asset: the other end of `depends_on`.
pub(crate) const NEEDED_BY: &str = "needed_by";

use self::statements::{Plan, written_as};
use super::identity::{encode, unmint};
use crate::error::{Error, ErrorKind, Result};
use crate::estate::near;
use crate::estate::{Asset, AssetId, Inventory};
use crate::text::{Plain, quoted};

/// At most this many candidates are named for one end.
const CANDIDATES: usize = 5;

/// A sheet that people write: the source in the ids of assets that are not resolved yet.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Sheet {
    Facts,
    Questions,
    Relations,
}

impl Sheet {
    const ALL: [Self; 3] = [Self::Facts, Self::Questions, Self::Relations];

    fn as_str(self) -> &'static str {
        match self {
            Self::Facts => "facts",
            Self::Questions => "questions",
            Self::Relations => "relations",
        }
    }

    /// Whether one field may name several assets, separated by semicolons.
    fn lists(self) -> bool {
        self != Self::Relations
    }
}

/// An asset as it was written, with its line: `relations:<line>:<text>`. It stands for an asset until [`resolve`].
pub(super) fn pending(sheet: Sheet, line: u64, text: &str) -> AssetId {
    AssetId::from(format!("{}:{line}:{}", sheet.as_str(), encode(text)))
}

/// What stands in such an id.
struct Written {
    sheet: Sheet,
    line: String,
    text: String,
}

impl Written {
    fn of(id: &AssetId) -> Option<Self> {
        Sheet::ALL.into_iter().find_map(|sheet| {
            let (line, text) = unmint(id.as_str(), sheet.as_str())?;
            let is_line = line.bytes().all(|byte| byte.is_ascii_digit());
            is_line.then_some(Self { sheet, line, text })
        })
    }

    fn place(&self, source: &str) -> String {
        format!("{}: line {}", Plain(source), self.line)
    }
}

/// Replaces the assets that overlays name by id or by an unambiguous name, against all the inventories. Says for each
/// inventory whether people state facts in it: what they say of kind, name and criticality takes precedence.
///
/// # Errors
/// `not_found` or `ambiguous` with the line, what is written and its candidates; up to ten are listed. Nothing is guessed.
pub(super) fn resolve(inventories: &mut [Inventory]) -> Result<Vec<bool>> {
    let stated: Vec<bool> = inventories.iter().map(states_facts).collect();
    let waits = |inventory: &Inventory| {
        let mut ends = inventory
            .relations
            .iter()
            .flat_map(|relation| [&relation.from, &relation.to]);
        ends.any(|end| Written::of(end).is_some())
    };
    if !stated.contains(&true) && !inventories.iter().any(waits) {
        return Ok(stated);
    }
    let names = Names::of(inventories.iter().flat_map(|inventory| &inventory.assets));
    let mut failures = Failures::default();
    let plans: Vec<Plan> = inventories
        .iter()
        .map(|inventory| Plan::of(inventory, &names, &mut failures))
        .collect();
    failures.none()?;
    for (inventory, plan) in inventories.iter_mut().zip(plans) {
        plan.carry_out(inventory)?;
    }
    same_end(inventories)?;
    Ok(stated)
}

/// Whether people state facts in it, of assets that are there or of new ones.
fn states_facts(inventory: &Inventory) -> bool {
    let by_hand = |asset: &Asset| Written::of(&asset.id).is_some() || written_as(&asset.id).is_some();
    inventory.source.merged_from.is_empty() && inventory.assets.iter().any(by_hand)
}

/// Two names may turn out to be the same asset.
fn same_end(inventories: &[Inventory]) -> Result<()> {
    for inventory in inventories {
        if let Some(relation) = inventory
            .relations
            .iter()
            .find(|relation| relation.from == relation.to)
        {
            return Err(Error::new(
                ErrorKind::InvalidInput,
                format!("both ends are the asset {}", quoted(relation.from.as_str())),
            )
            .at(Plain(inventory.source.name.raw()).to_string()));
        }
    }
    Ok(())
}

/// What is wrong with a sheet, all at once: the first ten are listed, the others counted.
#[derive(Debug, Default)]
pub(crate) struct Failures {
    listed: Vec<Error>,
    count: usize,
}

impl Failures {
    const LISTED: usize = 10;

    pub(crate) fn push(&mut self, error: Error) {
        self.push_with(|| error);
    }

    /// To find what is near to a name costs a look at all names: only for those that are listed.
    fn push_with(&mut self, error: impl FnOnce() -> Error) {
        self.count += 1;
        if self.listed.len() < Self::LISTED {
            self.listed.push(error());
        }
    }

    /// # Errors
    /// The first failure, with the others behind it; where there are several, each with its own remedy beside it.
    pub(crate) fn none(self) -> Result<()> {
        let mut listed = self.listed.into_iter();
        let Some(first) = listed.next() else {
            return Ok(());
        };
        let more: Vec<_> = listed.map(|error| error.to_string()).collect();
        if more.is_empty() {
            return Err(first);
        }
        let others = self.count - 1;
        let unlisted = others.saturating_sub(more.len());
        let remedy = first.remedy_text().map(|remedy| format!(" ({remedy})"));
        let remedy = remedy.unwrap_or_default();
        let mut text = format!(
            "{}{remedy}; and {others} more: {}",
            first.message(),
            more.join("; ")
        );
        if unlisted > 0 {
            text = format!("{text}; {unlisted} are not listed");
        }
        let mut error = Error::new(first.kind(), text).with("unresolved", self.count);
        if let Some(place) = first.place() {
            error = error.at(place);
        }
        Err(error)
    }
}

/// Every id and name of the inventories. Names are compared without regard to case, as `Estate::find` does.
pub(super) struct Names<'a> {
    ids: BTreeMap<&'a str, &'a AssetId>,
    names: BTreeMap<String, Named<'a>>,
}

/// The assets of one name, and how it is written.
struct Named<'a> {
    written: String,
    ids: Vec<&'a AssetId>,
}

impl<'a> Names<'a> {
    pub(super) fn of(assets: impl IntoIterator<Item = &'a Asset>) -> Self {
        let mut ids = BTreeMap::new();
        let mut names: BTreeMap<String, Named<'_>> = BTreeMap::new();
        let assets = assets.into_iter();
        for asset in assets.filter(|asset| Written::of(&asset.id).is_none()) {
            // Two sources may speak of one asset, under one name or two.
            ids.insert(asset.id.as_str(), &asset.id);
            let name = asset.name.as_ref().map(|name| name.raw().clone());
            for name in name.into_iter().chain(written_as(&asset.id)) {
                let known = names.entry(folded(&name)).or_insert_with(|| Named {
                    written: name.trim().to_owned(),
                    ids: Vec::new(),
                });
                if !known.ids.contains(&&asset.id) {
                    known.ids.push(&asset.id);
                }
            }
        }
        Self { ids, names }
    }

    /// What is written in the place of an id; `None` for an id that stands for itself.
    fn written(&self, id: &AssetId) -> Option<Written> {
        Written::of(id).filter(|_| !self.ids.contains_key(id.as_str()))
    }

    /// The assets that are written in a field, each by id or name; what is neither comes back.
    fn find(&self, written: &Written) -> Vec<Result<AssetId, String>> {
        let one = |text: &str| self.one(text).cloned().ok_or_else(|| text.to_owned());
        if written.sheet.lists() && written.text.contains(';') && !self.is_known(&written.text) {
            let parts = written.text.split(';').map(str::trim);
            return parts.filter(|part| !part.is_empty()).map(one).collect();
        }
        vec![one(&written.text)]
    }

    fn is_known(&self, text: &str) -> bool {
        self.ids.contains_key(text) || self.names.contains_key(&folded(text))
    }

    /// The other assets that have this id or name.
    fn others<'s>(&'s self, text: &str, id: &'s AssetId) -> impl Iterator<Item = &'a AssetId> + use<'s, 'a> {
        let by_id = self.ids.get(text).copied();
        let named = self.names.get(&folded(text));
        let named = named.into_iter().flat_map(|named| named.ids.iter().copied());
        by_id.into_iter().chain(named).filter(move |other| *other != id)
    }

    pub(super) fn one(&self, text: &str) -> Option<&AssetId> {
        if let Some(id) = self.ids.get(text) {
            return Some(id);
        }
        match self.names.get(&folded(text)).map(|named| named.ids.as_slice()) {
            Some([only]) => Some(only),
            _ => None,
        }
    }

    /// Why a text names no asset.
    pub(super) fn refusal(&self, text: &str) -> Error {
        match self.names.get(&folded(text)) {
            Some(Named { ids, .. }) => Error::new(
                ErrorKind::Ambiguous,
                format!("{} assets are called {}", ids.len(), quoted(text)),
            )
            .remedy(format!(
                "write one of the ids {}",
                listed(ids.iter().map(|id| id.as_str()))
            )),
            None => self.unknown(text),
        }
    }

    fn unknown(&self, text: &str) -> Error {
        let error = Error::new(
            ErrorKind::NotFound,
            format!("no asset has the id or name {}", quoted(text)),
        );
        if self.ids.is_empty() {
            return error.remedy("read it together with the inventory that it speaks of");
        }
        let names = self
            .names
            .keys()
            .map(String::as_str)
            .chain(self.ids.keys().copied());
        let near = near::meant(text, names);
        if near.is_empty() {
            return error;
        }
        error.remedy(format!("near: {}", self.candidates(&near).join("; ")))
    }

    /// Names as they are written, each with its ids; an id that stands with its name already is not told twice.
    fn candidates(&self, near: &[&str]) -> Vec<String> {
        let named = |name: &&str| self.names.get(*name);
        let told: BTreeSet<&str> = near
            .iter()
            .filter_map(named)
            .flat_map(|named| named.ids.iter().map(|id| id.as_str()))
            .collect();
        near.iter()
            .filter_map(|name| match named(name) {
                Some(Named { written, ids }) => {
                    let word = if ids.len() == 1 { "id" } else { "ids" };
                    let ids = listed(ids.iter().map(|id| id.as_str()));
                    Some(format!("{} with the {word} {ids}", quoted(written)))
                }
                None => (!told.contains(name)).then(|| quoted(name)),
            })
            .collect()
    }
}

fn folded(name: &str) -> String {
    name.trim().to_lowercase()
}

fn listed<'a>(texts: impl ExactSizeIterator<Item = &'a str>) -> String {
    let more = texts.len().saturating_sub(CANDIDATES);
    let shown = texts.take(CANDIDATES).map(quoted).collect::<Vec<_>>().join(", ");
    if more > 0 {
        format!("{shown} and {more} more")
    } else {
        shown
    }
}
