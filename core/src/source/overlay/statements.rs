//! Puts what overlays state where it belongs, once it is known which assets they mean.

use std::collections::BTreeMap;

use super::{Failures, Names, Sheet, Written};
use crate::error::{Error, ErrorKind, Result};
use crate::estate::{Asset, AssetId, Fact, Inventory, Note, Relation};
use crate::source::identity::{mint, unmint};
use crate::text::{Plain, quoted};

/// At most this many relations come of one sheet.
const RELATIONS: usize = 1_000_000;

/// At most this many statements of one fact of one asset stand in one sheet.
const STATEMENTS: usize = 100;

/// The source and kind in the ids of assets that people made.
const MADE: (&str, &str) = ("by_hand", "asset");

/// The id of an asset that people made, by what they wrote.
pub(in crate::source) fn by_hand(text: &str) -> AssetId {
    mint(MADE.0, MADE.1, [text])
}

/// What was written for an asset that people made.
pub(super) fn written_as(id: &AssetId) -> Option<String> {
    let (kind, text) = unmint(id.as_str(), MADE.0)?;
    (kind == MADE.1).then_some(text)
}

/// Which assets the relations and assets of one inventory mean.
#[derive(Default)]
pub(super) struct Plan {
    /// Ends of each relation; `None` where they stay as they are.
    relations: Vec<Option<(Vec<AssetId>, Vec<AssetId>)>>,
    /// Whom each asset means; `None` where it is one itself.
    assets: Vec<Option<Vec<AssetId>>>,
    notes: Vec<Note>,
    /// Answers whose asset is there.
    found: usize,
    /// The first answer whose asset is not.
    vanished: Option<(String, String)>,
}

impl Plan {
    pub(super) fn of(inventory: &Inventory, names: &Names<'_>, failures: &mut Failures) -> Self {
        let source = inventory.source.name.raw();
        let mut plan = Self::default();
        for relation in &inventory.relations {
            let ends = plan.ends(relation, source, names, failures);
            plan.relations.push(ends);
        }
        for asset in &inventory.assets {
            let written = names.written(&asset.id);
            let meant = written.map(|written| plan.subjects(&written, source, names, failures));
            plan.assets.push(meant);
        }
        if inventory.source.merged_from.is_empty() {
            for asset in &inventory.assets {
                is_new(asset, source, names, failures);
            }
        }
        if let Some((text, place)) = plan.vanished.take().filter(|_| plan.found == 0) {
            failures.push_with(|| names.refusal(&text).at(place));
        }
        plan
    }

    fn ends(
        &mut self,
        relation: &Relation,
        source: &str,
        names: &Names<'_>,
        failures: &mut Failures,
    ) -> Option<(Vec<AssetId>, Vec<AssetId>)> {
        let (from, to) = (names.written(&relation.from), names.written(&relation.to));
        if from.is_none() && to.is_none() {
            return None;
        }
        let from = match from {
            Some(written) => self.subjects(&written, source, names, failures),
            None => vec![relation.from.clone()],
        };
        let to = match to {
            Some(written) => all(&written, source, names, failures),
            None => vec![relation.to.clone()],
        };
        Some((from, to))
    }

    /// The assets of which something is said. Those of a sheet of questions may have gone since it was asked: that is
    /// noted, and the other answers stay.
    fn subjects(
        &mut self,
        written: &Written,
        source: &str,
        names: &Names<'_>,
        failures: &mut Failures,
    ) -> Vec<AssetId> {
        if written.sheet != Sheet::Questions {
            return all(written, source, names, failures);
        }
        let mut found = Vec::new();
        for asset in names.find(written) {
            match asset {
                Ok(id) => found.push(id),
                Err(text) if names.is_known(&text) => {
                    failures.push_with(|| names.refusal(&text).at(written.place(source)));
                }
                Err(text) => {
                    self.notes.push(Note {
                        at: Some(written.place(source).into()),
                        text: format!(
                            "the asset {} is no longer there: the answer about it is left out",
                            quoted(&text)
                        )
                        .into(),
                        asset: None,
                    });
                    self.vanished.get_or_insert((text, written.place(source)));
                }
            }
        }
        self.found += found.len();
        found
    }

    pub(super) fn carry_out(self, inventory: &mut Inventory) -> Result<()> {
        let source = inventory.source.name.raw().clone();
        if self.relations.iter().any(Option::is_some) {
            let relations = std::mem::take(&mut inventory.relations);
            for (relation, ends) in relations.into_iter().zip(self.relations) {
                match ends {
                    None => inventory.relations.push(relation),
                    Some((from, to)) if from.len() * to.len() + inventory.relations.len() > RELATIONS => {
                        let what = format!("more than {RELATIONS} relations in one sheet");
                        return Err(Error::new(ErrorKind::TooLarge, what).at(Plain(&source).to_string()));
                    }
                    Some((from, to)) => inventory.relations.extend(each(&relation, &from, &to)),
                }
            }
        }
        if self.assets.iter().any(Option::is_some) {
            let mut joined = Joined::default();
            for (asset, meant) in std::mem::take(&mut inventory.assets).into_iter().zip(self.assets) {
                let written = Written::of(&asset.id);
                let place =
                    written.map_or_else(|| Plain(&source).to_string(), |written| written.place(&source));
                for id in meant.unwrap_or_else(|| vec![asset.id.clone()]) {
                    let asset = Asset { id, ..asset.clone() };
                    joined.add(asset).map_err(|error| error.at(&place))?;
                }
            }
            inventory.assets = joined.assets;
        }
        inventory.source.notes.extend(self.notes);
        Ok(())
    }
}

/// All that is written; what is not there is a failure.
fn all(written: &Written, source: &str, names: &Names<'_>, failures: &mut Failures) -> Vec<AssetId> {
    let mut found = Vec::new();
    for asset in names.find(written) {
        match asset {
            Ok(id) => found.push(id),
            Err(text) => failures.push_with(|| names.refusal(&text).at(written.place(source))),
        }
    }
    found
}

/// A relation between each two.
fn each(relation: &Relation, from: &[AssetId], to: &[AssetId]) -> Vec<Relation> {
    let mut relations = Vec::with_capacity(from.len() * to.len());
    for from in from {
        for to in to {
            let mut relation = relation.clone();
            (relation.from, relation.to) = (from.clone(), to.clone());
            relations.push(relation);
        }
    }
    relations
}

/// Whether an asset that people made is not there already.
fn is_new(asset: &Asset, source: &str, names: &Names<'_>, failures: &mut Failures) {
    let Some(text) = written_as(&asset.id) else {
        return;
    };
    let name = asset.name.as_ref().map_or(text.as_str(), |name| name.raw());
    let others = |text| names.others(text, &asset.id).next();
    if let Some(other) = others(&text).or_else(|| others(name)) {
        failures.push_with(|| {
            Error::new(
                ErrorKind::InvalidInput,
                format!(
                    "an asset called {} is there already: {}",
                    quoted(name),
                    quoted(other.as_str())
                ),
            )
            .at(Plain(source).to_string())
            .remedy("leave `new` empty to speak of that one, or give the new one another name")
        });
    }
}

/// Assets of one inventory, each once: a sheet may speak of one by its id and by its name.
#[derive(Default)]
struct Joined {
    assets: Vec<Asset>,
    positions: BTreeMap<AssetId, usize>,
}

impl Joined {
    fn add(&mut self, asset: Asset) -> Result<()> {
        let position = *self
            .positions
            .entry(asset.id.clone())
            .or_insert(self.assets.len());
        if let Some(known) = self.assets.get_mut(position) {
            return join(known, asset);
        }
        self.assets.push(asset);
        Ok(())
    }
}

/// Adds what another row says of the same asset. Facts are kept side by side; of kind, name and criticality there is one.
///
/// # Errors
/// `invalid_input` where two rows state different ones.
pub(in crate::source) fn join(known: &mut Asset, other: Asset) -> Result<()> {
    if known.kind.is_unstated() {
        known.kind = other.kind;
    } else if !other.kind.is_unstated() && other.kind != known.kind {
        return Err(twice("kind", known.kind.as_str(), other.kind.as_str(), &known.id));
    }
    match (&known.name, &other.name) {
        (Some(one), Some(another)) if one != another => {
            return Err(twice("name", one.raw(), another.raw(), &known.id));
        }
        (None, Some(_)) => known.name = other.name,
        _ => {}
    }
    match (&known.criticality, &other.criticality) {
        (Some(one), Some(another)) if one != another => {
            return Err(twice("criticality", one.as_str(), another.as_str(), &known.id));
        }
        (None, Some(_)) => known.criticality = other.criticality,
        _ => {}
    }
    for (name, fact) in other.facts.iter() {
        for value in fact.values() {
            let there = known.fact(name).map_or(&[][..], Fact::values);
            if there.len() >= STATEMENTS {
                let what = format!("more than {STATEMENTS} statements of the fact {}", quoted(name));
                return Err(Error::new(ErrorKind::TooLarge, what));
            }
            if !there.contains(value) {
                known.facts.add(name, value.clone());
            }
        }
    }
    Ok(())
}

fn twice(property: &str, one: &str, another: &str, id: &AssetId) -> Error {
    Error::new(
        ErrorKind::InvalidInput,
        format!(
            "the {property} of {} is stated twice: {} and {}",
            quoted(id.as_str()),
            quoted(one),
            quoted(another)
        ),
    )
    .remedy("leave one of them out")
}
