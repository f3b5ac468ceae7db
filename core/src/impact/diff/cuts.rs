//! Which sets of assets stop a service now and did not, or the other way round.

#![expect(
    clippy::indexing_slicing,
    reason = "numbers are below the count of the union, for which the marks are made"
)]

use super::super::cuts::{CutSearch, CutSets};
use super::super::what_if::is_service;
use super::aligned::{Aligned, Side, flood};
use super::{CutChange, DiffOptions};
use crate::error::{Error, ErrorKind, Result};
use crate::estate::AssetId;
use crate::text::quoted;

/// The numbers of the assets whose cut sets can differ: those of one side alone, and those that lead to an asset that needs
/// something else than before. Ascending; of the named ones, or of services.
pub(super) fn affected(aligned: &Aligned<'_>, options: &DiffOptions) -> Result<Vec<u32>> {
    let mut marked = vec![false; aligned.count()];
    for side in [&aligned.old, &aligned.new] {
        let graph = side.graph();
        for position in flood(graph, &side.changed.owners, |asset| graph.hard_dependants(asset)) {
            marked[side.number(position) as usize] = true;
        }
    }
    let differs = |number: &u32| {
        let alone = aligned.old.position(*number).is_some() != aligned.new.position(*number).is_some();
        alone || marked[*number as usize]
    };
    let Some(named) = &options.assets else {
        return Ok(aligned
            .numbers()
            .filter(differs)
            .filter(|number| {
                [&aligned.old, &aligned.new]
                    .iter()
                    .any(|side| serves(side, *number))
            })
            .collect());
    };
    let mut numbers = named
        .iter()
        .map(|id| number(aligned, id))
        .collect::<Result<Vec<u32>>>()?;
    numbers.sort_unstable();
    numbers.dedup();
    numbers.retain(differs);
    Ok(numbers)
}

fn serves(side: &Side<'_>, number: u32) -> bool {
    side.position(number)
        .and_then(|position| side.estate.assets().get(position as usize))
        .is_some_and(is_service)
}

fn number(aligned: &Aligned<'_>, id: &str) -> Result<u32> {
    let found = [&aligned.new, &aligned.old].into_iter().find_map(|side| {
        let position = side.estate.index_of(id)?;
        Some(side.number(position))
    });
    found.ok_or_else(|| {
        Error::new(
            ErrorKind::NotFound,
            format!("no asset of either snapshot has the id {}", quoted(id)),
        )
        .remedy("name assets by their ids, as `Estate::find` gives them")
    })
}

/// The cut sets of one asset after another, on both sides.
pub(super) struct Comparison<'a> {
    aligned: &'a Aligned<'a>,
    old: CutSearch,
    new: CutSearch,
    order: usize,
}

/// Sets of numbers.
type Sets = Vec<Vec<u32>>;

impl<'a> Comparison<'a> {
    pub(super) fn new(aligned: &'a Aligned<'a>, options: &DiffOptions) -> Self {
        let search = |side: &Side<'_>| {
            CutSearch::new(side.estate)
                .monitor(options.monitor.clone())
                .most(options.most)
                .silent()
        };
        Self {
            aligned,
            old: search(&aligned.old),
            new: search(&aligned.new),
            order: options.order,
        }
    }

    /// What changed of this asset; nothing where no set came or went.
    pub(super) fn of(&mut self, number: u32) -> Result<Option<CutChange>> {
        let Some(asset) = self.aligned.id(number) else {
            return Ok(None);
        };
        let before = sets(&mut self.old, &self.aligned.old, number, self.order);
        let after = sets(&mut self.new, &self.aligned.new, number, self.order);
        let named = |error: Error| refused(error, &asset);
        let (before, after) = (before.map_err(named)?, after.map_err(named)?);
        let (absorbed, gone) = left(&before, &after);
        let (relieved, appeared) = left(&after, &before);
        let change = CutChange {
            appeared: self.named(&appeared),
            gone: self.named(&gone),
            absorbed: self.named(&absorbed),
            relieved: self.named(&relieved),
            asset,
        };
        let any = !appeared.is_empty() || !gone.is_empty();
        Ok(any.then_some(change))
    }

    fn named(&self, sets: &[&Vec<u32>]) -> CutSets {
        let set = |set: &&Vec<u32>| set.iter().filter_map(|number| self.aligned.id(*number)).collect();
        CutSets(sets.iter().map(set).collect())
    }
}

/// The cut sets of one side, by size, then by numbers.
fn sets(search: &mut CutSearch, side: &Side<'_>, number: u32, order: usize) -> Result<Sets> {
    let Some(position) = side.position(number) else {
        return Ok(Vec::new());
    };
    let mut sets = search.positions(position, order)?;
    for member in sets.iter_mut().flatten() {
        *member = side.number(*member);
    }
    Ok(sets)
}

/// Of the minimal sets of one side that are not minimal on the other: those that still stop the asset there, since a part of
/// them does, and those that do not.
fn left<'s>(mine: &'s Sets, theirs: &Sets) -> (Vec<&'s Vec<u32>>, Vec<&'s Vec<u32>>) {
    let by_size = |one: &Vec<u32>, other: &Vec<u32>| (one.len(), one).cmp(&(other.len(), other));
    let has = |set: &Vec<u32>| theirs.binary_search_by(|other| by_size(other, set)).is_ok();
    mine.iter()
        .filter(|set| !has(set))
        .partition(|set| set.len() > 1 && set.iter().any(|member| has(&vec![*member])))
}

fn refused(error: Error, asset: &AssetId) -> Error {
    let error = error.with("asset", quoted(asset.as_str()));
    if error.kind() == ErrorKind::TooLarge {
        error.remedy(
            "ask for order 1 (`DiffOptions::order`), name fewer assets (`assets`), or raise the bound (`most`)",
        )
    } else {
        error
    }
}
