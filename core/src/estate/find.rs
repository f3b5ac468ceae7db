//! Finds an asset by what people call it.

use std::hash::BuildHasher;

use hashbrown::DefaultHashBuilder;

use super::asset::{Asset, AssetId};
use super::near::meant;
use crate::error::{Error, ErrorKind, Result};
use crate::text::quoted;

/// At most this many ids are listed in a message.
const LISTED: usize = 10;

/// The names of a snapshot's assets, upper and lower case alike.
pub(super) struct Names {
    /// Hash of the lower-case name, and position; sorted.
    by_hash: Box<[(u64, u32)]>,
    hasher: DefaultHashBuilder,
}

impl Names {
    pub(super) fn new(assets: &[Asset]) -> Self {
        let hasher = DefaultHashBuilder::default();
        let mut by_hash: Box<[_]> = (0..)
            .zip(assets)
            .filter_map(|(at, asset)| {
                let name = asset.name.as_ref()?;
                Some((hasher.hash_one(name.raw().to_lowercase()), at))
            })
            .collect();
        by_hash.sort_unstable();
        Self { by_hash, hasher }
    }

    /// The only asset with exactly this name, or else the only one with this name in other letters.
    pub(super) fn find(&self, assets: &[Asset], wanted: &str) -> Result<AssetId> {
        let alike = self.alike(assets, wanted);
        let exact: Vec<_> = alike
            .iter()
            .copied()
            .filter(|asset| name(asset) == Some(wanted))
            .collect();
        let candidates = if exact.is_empty() { alike } else { exact };
        match candidates.as_slice() {
            [only] => Ok(only.id.clone()),
            [] => Err(unknown(assets, wanted)),
            several => Err(ambiguous(several, wanted)),
        }
    }

    /// The assets with this name in any letters, in the order of their ids.
    fn alike<'a>(&self, assets: &'a [Asset], wanted: &str) -> Vec<&'a Asset> {
        let lower = wanted.to_lowercase();
        let hash = self.hasher.hash_one(&lower);
        let start = self.by_hash.partition_point(|(other, _)| *other < hash);
        self.by_hash
            .get(start..)
            .unwrap_or_default()
            .iter()
            .take_while(|(other, _)| *other == hash)
            .filter_map(|(_, at)| assets.get(*at as usize))
            .filter(|asset| name(asset).is_some_and(|name| name.to_lowercase() == lower))
            .collect()
    }
}

fn name(asset: &Asset) -> Option<&str> {
    asset.name.as_ref().map(|name| name.raw().as_str())
}

fn ambiguous(several: &[&Asset], wanted: &str) -> Error {
    let mut ids: Vec<_> = several
        .iter()
        .take(LISTED)
        .map(|asset| quoted(asset.id.as_str()))
        .collect();
    if several.len() > LISTED {
        ids.push(format!("and {} more", several.len() - LISTED));
    }
    Error::new(
        ErrorKind::Ambiguous,
        format!("{} assets are called {}", several.len(), quoted(wanted)),
    )
    .remedy(format!("use an id: {}", ids.join(", ")))
}

fn unknown(assets: &[Asset], wanted: &str) -> Error {
    let error = Error::new(
        ErrorKind::NotFound,
        format!("no asset has the id or the name {}", quoted(wanted)),
    );
    let words = assets
        .iter()
        .flat_map(|asset| [Some(asset.id.as_str()), name(asset)])
        .flatten();
    let near: Vec<_> = meant(wanted, words).into_iter().map(quoted).collect();
    if near.is_empty() {
        return error;
    }
    error.remedy(format!("did you mean {}?", near.join(" or ")))
}
