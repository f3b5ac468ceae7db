//! Questions to a graph under edits: they cost what they touch.

use std::collections::{BTreeMap, BTreeSet};

use hashbrown::HashMap;
use serde::Serialize;

use super::json;
use crate::error::{Error, ErrorKind, Result};
use crate::estate::{AssetId, AssetKind, Class, LiveGraph};
use crate::text::quoted;

/// What a failure does in a graph under edits.
///
/// In JSON `{"failed", "degraded"}`.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct LiveFailure {
    /// The seeds and everything that stops with them, by id.
    pub failed: Vec<AssetId>,
    /// What still runs but leans on something that is failed or degraded, by id.
    pub degraded: Vec<AssetId>,
}

/// What a failure of one asset could touch in a graph under edits, redundancy ignored. The fields are those of a
/// [`BlastRadius`](super::BlastRadius); people are counted from facts, which are not there.
///
/// In JSON `{"asset", "total", "by_kind", "assets", "degraded"}`.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct LiveRadius {
    /// The asset asked about; it is not counted.
    pub asset: AssetId,
    /// How many assets reach it over hard impact relations and group memberships.
    pub total: usize,
    /// `total` by kind of asset.
    pub by_kind: BTreeMap<AssetKind, usize>,
    /// These assets, by id.
    pub assets: Vec<AssetId>,
    /// Assets that reach it only by paths with at least one soft relation, by id; not in the other counts.
    pub degraded: Vec<AssetId>,
}

impl LiveRadius {
    /// The result as JSON.
    pub fn to_json(&self) -> String {
        json(self)
    }
}

impl LiveFailure {
    /// The result as JSON.
    pub fn to_json(&self) -> String {
        json(self)
    }
}

impl LiveGraph {
    /// What [`blast_radius`](super::blast_radius()) gives of an estate that is as the topology is now.
    ///
    /// # Errors
    /// `not_found` for an unknown id.
    pub fn blast_radius(&self, asset: impl AsRef<str>) -> Result<LiveRadius> {
        let start = self.named(asset.as_ref(), "live.blast_radius")?;
        let mut seen = BTreeSet::from([start]);
        let mut hard = vec![start];
        self.spread(&mut hard, &mut seen, |class| class != Class::Soft);
        let mut soft = Vec::new();
        for asset in &hard {
            let dependants = self.classed_dependants(*asset);
            soft.extend(
                dependants
                    .map(|(other, _)| other)
                    .filter(|other| seen.insert(*other)),
            );
        }
        self.spread(&mut soft, &mut seen, |_| true);
        let mut by_kind = BTreeMap::new();
        for kind in hard.iter().skip(1).filter_map(|touched| self.kind(*touched)) {
            *by_kind.entry(kind.clone()).or_insert(0) += 1;
        }
        let assets = self.ids(hard.iter().skip(1));
        Ok(LiveRadius {
            asset: asset.as_ref().into(),
            total: assets.len(),
            by_kind,
            assets,
            degraded: self.ids(&soft),
        })
    }

    /// What [`fail`](super::fail()) gives of the topology as it is now.
    ///
    /// # Errors
    /// `not_found` for an unknown id.
    pub fn fail<I>(&self, seeds: I) -> Result<LiveFailure>
    where
        I: IntoIterator,
        I::Item: AsRef<str>,
    {
        let mut seen = BTreeSet::new();
        let mut failed = Vec::new();
        for seed in seeds {
            let position = self.named(seed.as_ref(), "live.fail")?;
            if seen.insert(position) {
                failed.push(position);
            }
        }
        // Failed members of each group so far.
        let mut counts: HashMap<u32, u32> = HashMap::new();
        let mut next = 0;
        while let Some(asset) = failed.get(next).copied() {
            next += 1;
            let dependants = self.classed_dependants(asset);
            let needed = dependants.filter_map(|(other, class)| (class == Class::Needed).then_some(other));
            let owners = self.joined(asset).filter_map(|number| {
                let count = counts.entry(number).or_default();
                *count += 1;
                self.owner_at(number, *count)
            });
            failed.extend(needed.chain(owners).filter(|other| seen.insert(*other)));
        }
        let mut degraded = Vec::new();
        for asset in &failed {
            degraded.extend(self.dependants(*asset).filter(|other| seen.insert(*other)));
        }
        self.spread(&mut degraded, &mut seen, |_| true);
        Ok(LiveFailure {
            failed: self.ids(&failed),
            degraded: self.ids(&degraded),
        })
    }

    /// Adds whatever reaches the assets of a list over edges of some classes.
    fn spread(&self, reached: &mut Vec<u32>, seen: &mut BTreeSet<u32>, follows: impl Fn(Class) -> bool) {
        let mut next = 0;
        while let Some(asset) = reached.get(next).copied() {
            next += 1;
            let dependants = self.classed_dependants(asset);
            reached.extend(
                dependants
                    .filter(|(_, class)| follows(*class))
                    .map(|(other, _)| other)
                    .filter(|other| seen.insert(*other)),
            );
        }
    }

    /// The ids at these positions, sorted.
    fn ids<'a>(&self, positions: impl IntoIterator<Item = &'a u32>) -> Vec<AssetId> {
        let mut ids: Vec<_> = positions.into_iter().filter_map(|at| self.id(*at)).collect();
        ids.sort_unstable();
        ids
    }

    fn named(&self, id: &str, question: &'static str) -> Result<u32> {
        self.index_of(id).ok_or_else(|| {
            Error::new(ErrorKind::NotFound, format!("no asset has the id {}", quoted(id))).during(question)
        })
    }
}
