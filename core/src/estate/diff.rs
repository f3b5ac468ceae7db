//! What changed between two snapshots, record by record. What that means for what breaks what is `impact::diff`.

use std::cmp::Ordering;
use std::collections::BTreeSet;

use serde::Serialize;

use super::asset::{Asset, AssetId, AssetKind, Criticality};
use super::fact::{Confidence, Fact, FactValue, Facts};
use super::inventory::Source;
use super::relation::{Relation, Requirement};
use super::scalar::Scalar;
use super::snapshot::Estate;
use crate::text::Untrusted;

/// What changed between two snapshots.
///
/// Absence is deletion only where the new snapshot is complete: what a partial source does not mention is *unseen*. Of a
/// merge, those sources count that told of the asset before.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Diff {
    /// Assets that only the new snapshot has.
    pub added: Vec<AssetId>,
    /// Assets of the old snapshot that are gone.
    pub removed: Vec<AssetId>,
    /// Assets of the old snapshot that the new one does not mention, and of which it need not know.
    pub unseen: Vec<AssetId>,
    /// Assets of which something else is said.
    pub changed: Vec<AssetChange>,
    /// Relations.
    pub relations: Records<Relation>,
    /// Requirement groups.
    pub requirements: Records<Requirement>,
}

/// Records that came, went or are not mentioned any more. A record that changed went, and another came.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Records<T> {
    /// Only in the new snapshot.
    pub added: Vec<T>,
    /// Gone.
    pub removed: Vec<T>,
    /// Not mentioned by a snapshot that need not know of them.
    pub unseen: Vec<T>,
}

/// What changed of one asset.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct AssetChange {
    /// Which asset.
    pub id: AssetId,
    /// Its kind.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<Replaced<AssetKind>>,
    /// Its name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<Replaced<Option<Untrusted<String>>>>,
    /// Its criticality.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub criticality: Option<Replaced<Option<Criticality>>>,
    /// Facts, in the order of their names. A statement that was only repeated at a later time is no change.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub facts: Vec<FactChange>,
}

/// A value before and after.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Replaced<T> {
    /// In the old snapshot.
    pub before: T,
    /// In the new one.
    pub after: T,
}

/// A fact before and after; absent where nothing was said.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct FactChange {
    /// The name of the fact.
    pub fact: String,
    /// In the old snapshot.
    pub before: Option<Fact>,
    /// In the new one.
    pub after: Option<Fact>,
}

/// Compares two snapshots, in time linear in their size.
///
/// ```
/// use vcto::{Estate, Inventory, estate::{Asset, AssetKind, diff}};
///
/// let told = |complete: bool, ids: &[&str]| {
///     let mut inventory = Inventory::default();
///     inventory.source.complete = complete;
///     inventory.assets = ids.iter().map(|id| Asset::new(*id, AssetKind::Server)).collect();
///     Estate::new(inventory)
/// };
/// let old = told(true, &["a", "b"])?;
/// assert_eq!(diff(&old, &told(true, &["a"])?).removed[0].as_str(), "b");
/// assert_eq!(diff(&old, &told(false, &["a"])?).unseen[0].as_str(), "b");
/// # Ok::<(), vcto::Error>(())
/// ```
#[must_use]
pub fn diff(old: &Estate, new: &Estate) -> Diff {
    let mut found = Diff::default();
    let source = new.source();
    for pair in pairs(old.assets(), new.assets(), |a, b| a.id.cmp(&b.id)) {
        match pair {
            Pair::New(asset) => found.added.push(asset.id.clone()),
            Pair::Old(asset) if is_gone(asset, old.source(), source) => found.removed.push(asset.id.clone()),
            Pair::Old(asset) => found.unseen.push(asset.id.clone()),
            Pair::Both(before, after) => found.changed.extend(asset_change(before, after)),
        }
    }
    // Without one of its ends, or seen by a source that knows all, a record that is not there is gone.
    let gone = |id: &AssetId| found.removed.binary_search(id).is_ok();
    let complete = is_complete(source);
    found.relations = records(old.relations(), new.relations(), |relation| {
        complete || gone(&relation.from) || gone(&relation.to)
    });
    found.requirements = records(old.requirements(), new.requirements(), |requirement| {
        complete || gone(&requirement.asset) || requirement.members.iter().any(gone)
    });
    found
}

impl Diff {
    /// Whether nothing is added, removed or changed; what is merely unseen does not count.
    pub fn is_empty(&self) -> bool {
        self.added.is_empty()
            && self.removed.is_empty()
            && self.changed.is_empty()
            && self.relations.is_empty()
            && self.requirements.is_empty()
    }
}

impl<T> Records<T> {
    /// Whether nothing is added or removed; what is merely unseen does not count.
    pub fn is_empty(&self) -> bool {
        self.added.is_empty() && self.removed.is_empty()
    }
}

impl<T> Default for Records<T> {
    fn default() -> Self {
        Self {
            added: Vec::new(),
            removed: Vec::new(),
            unseen: Vec::new(),
        }
    }
}

/// Whether an asset that the new snapshot does not mention is gone: when everyone who told of it before tells of all
/// assets of its kind now.
fn is_gone(asset: &Asset, old: &Source, new: &Source) -> bool {
    let complete = |source: &Source| knows_all(source, &asset.kind);
    if new.merged_from.is_empty() {
        return complete(new);
    }
    let statements = asset.facts.iter().flat_map(|(_, fact)| fact.values());
    let tellers: BTreeSet<_> = statements
        .filter_map(FactValue::source)
        .filter(|name| old.merged_from.iter().any(|source| source.name == **name))
        .collect();
    if tellers.is_empty() {
        // Nobody knows who told of it.
        return new.merged_from.iter().all(complete);
    }
    let now = |name: &Untrusted<String>| new.merged_from.iter().find(|source| source.name == *name);
    tellers.into_iter().all(|name| now(name).is_some_and(complete))
}

/// Whether a source tells of all assets of this kind. A scope with the name of a kind speaks for that kind.
fn knows_all(source: &Source, kind: &AssetKind) -> bool {
    source
        .scopes
        .iter()
        .find(|scope| scope.name.raw() == kind.as_str())
        .map_or(source.complete, |scope| scope.complete)
}

fn is_complete(source: &Source) -> bool {
    source.complete && source.merged_from.iter().all(|source| source.complete)
}

fn asset_change(before: &Asset, after: &Asset) -> Option<AssetChange> {
    if before == after {
        return None;
    }
    let change = AssetChange {
        id: after.id.clone(),
        kind: replaced(&before.kind, &after.kind),
        name: replaced(&before.name, &after.name),
        criticality: replaced(&before.criticality, &after.criticality),
        facts: fact_changes(&before.facts, &after.facts),
    };
    let any = change.kind.is_some()
        || change.name.is_some()
        || change.criticality.is_some()
        || !change.facts.is_empty();
    any.then_some(change)
}

fn replaced<T: Clone + PartialEq>(before: &T, after: &T) -> Option<Replaced<T>> {
    (before != after).then(|| Replaced {
        before: before.clone(),
        after: after.clone(),
    })
}

fn fact_changes(before: &Facts, after: &Facts) -> Vec<FactChange> {
    let (before, after): (Vec<_>, Vec<_>) = (before.iter().collect(), after.iter().collect());
    pairs(&before, &after, |(a, _), (b, _)| a.cmp(b))
        .filter_map(|pair| {
            let (fact, before, after) = match pair {
                Pair::New((name, after)) => (name, None, Some(*after)),
                Pair::Old((name, before)) => (name, Some(*before), None),
                Pair::Both((_, before), (_, after)) if statements(before) == statements(after) => {
                    return None;
                }
                Pair::Both((name, before), (_, after)) => (name, Some(*before), Some(*after)),
            };
            Some(FactChange {
                fact: (*fact).to_owned(),
                before: before.cloned(),
                after: after.cloned(),
            })
        })
        .collect()
}

/// What is said, by whom, how surely.
type Statement<'a> = (&'a Scalar, Option<&'a Untrusted<String>>, Option<Confidence>);

/// What is said, whenever it was.
fn statements(fact: &Fact) -> Vec<Statement<'_>> {
    let mut statements: Vec<_> = fact
        .values()
        .iter()
        .map(|value| (&value.value, value.source(), value.confidence()))
        .collect();
    statements.sort_unstable();
    statements.dedup();
    statements
}

fn records<T: Clone + Ord>(old: &[T], new: &[T], is_gone: impl Fn(&T) -> bool) -> Records<T> {
    let mut found = Records::default();
    for pair in pairs(old, new, T::cmp) {
        match pair {
            Pair::New(record) => found.added.push(record.clone()),
            Pair::Old(record) if is_gone(record) => found.removed.push(record.clone()),
            Pair::Old(record) => found.unseen.push(record.clone()),
            Pair::Both(..) => {}
        }
    }
    found
}

enum Pair<'a, T> {
    Both(&'a T, &'a T),
    New(&'a T),
    Old(&'a T),
}

/// Walks two lists that are sorted alike, side by side.
fn pairs<'a, T>(
    old: &'a [T],
    new: &'a [T],
    order: impl Fn(&T, &T) -> Ordering,
) -> impl Iterator<Item = Pair<'a, T>> {
    let (mut old, mut new) = (old.iter().peekable(), new.iter().peekable());
    std::iter::from_fn(move || {
        let first = match (old.peek(), new.peek()) {
            (Some(a), Some(b)) => order(a, b),
            (Some(_), None) => Ordering::Less,
            (None, _) => Ordering::Greater,
        };
        match first {
            Ordering::Less => old.next().map(Pair::Old),
            Ordering::Equal => old.next().zip(new.next()).map(|(a, b)| Pair::Both(a, b)),
            Ordering::Greater => new.next().map(Pair::New),
        }
    })
}
