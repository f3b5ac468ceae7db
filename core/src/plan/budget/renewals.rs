//! What is one renewal: ends of one asset that take the same price.
//!
//! Two sources may write the end of one agreement into two facts, and a warranty may end with the maker's support: what the
//! list prices with one row is bought once.

use std::collections::BTreeMap;

use super::Item;
use super::choose::{Chooser, Found};
use super::needs::Need;
use crate::estate::AssetId;

/// A need and its price.
type Priced<'a> = (Need<'a>, Found);

/// The needs, each with its price: of an asset's renewals that take the same row of the list (or, where it cannot be
/// decided, the same rows) the earliest, which then rests on what all of them rest on. A price that the asset itself
/// states goes before that row.
pub(super) fn priced<'a>(needs: Vec<Need<'a>>, chooser: &mut Chooser<'_>) -> Vec<Priced<'a>> {
    let mut priced: Vec<Priced<'a>> = Vec::with_capacity(needs.len());
    let mut renewals: BTreeMap<(&'a AssetId, Vec<u64>), Vec<Priced<'a>>> = BTreeMap::new();
    for need in needs {
        let label = need.label.as_deref();
        let found = chooser.find(need.item, need.asset, label);
        let rows = if need.item.is_renewal() {
            chooser.rows(need.item, need.asset, label)
        } else {
            Vec::new()
        };
        if rows.is_empty() {
            priced.push((need, found));
        } else {
            renewals
                .entry((&need.asset.id, rows))
                .or_default()
                .push((need, found));
        }
    }
    priced.extend(renewals.into_values().filter_map(one));
    priced
}

/// The first by its day, with what the others know.
fn one(mut same: Vec<Priced<'_>>) -> Option<Priced<'_>> {
    same.sort_by_key(|(need, _)| (need.due, rank(need.item)));
    let mut rest = same.into_iter();
    let (mut need, mut found) = rest.next()?;
    for (other, price) in rest {
        if price.is_stated() {
            found = price;
        }
        need.because = format!("{} {}", need.because, other.because);
        need.findings.extend(other.findings);
        need.facts.extend(other.facts);
    }
    Some((need, found))
}

/// On the same day: what is signed goes before what follows from it.
fn rank(item: Item) -> u8 {
    match item {
        Item::Contract => 0,
        Item::Subscription => 1,
        Item::Expiry => 2,
        Item::Support => 3,
        Item::Warranty => 4,
        Item::Replacement | Item::Upgrade => 5,
    }
}
