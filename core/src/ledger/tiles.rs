//! Tiles from storage, each checked against the tile above it, up to the right edge in memory.

use super::edge::{corrupt, full_tile};
use super::proof::Nodes;
use super::store::Store;
use super::tree::{Hash, TILE_WIDTH, TileId, Tree, subtree_root};
use crate::error::{Error, ErrorKind, Result};

/// The last tile of each level that was found good.
#[derive(Debug, Default)]
pub(super) struct TileCache(Vec<(TileId, Vec<Hash>)>);

/// Reads tiles that belong to a tree.
pub(super) struct Tiles<'a> {
    pub(super) store: &'a mut dyn Store,
    pub(super) tree: &'a Tree,
    pub(super) cache: &'a mut TileCache,
}

impl Tiles<'_> {
    /// The hashes of a tile, full or the last of its level.
    pub(super) fn verified(&mut self, id: TileId) -> Result<Vec<Hash>> {
        let mut unproved = Vec::new();
        let mut at = id;
        let mut trusted = loop {
            if let Some(hashes) = self.edge(at).or_else(|| self.cache.find(at)) {
                break hashes;
            }
            unproved.push((at, full_tile(self.store, at)?));
            at = TileId {
                level: at.level.saturating_add(1),
                index: at.index / TILE_WIDTH as u64,
            };
            if at.level > 8 {
                return Err(Error::new(ErrorKind::Internal, "a tile outside of the tree"));
            }
        };
        while let Some((tile, hashes)) = unproved.pop() {
            let expected = trusted.get(slot(tile.index));
            if expected != Some(&subtree_root(&hashes)) {
                let first = tile
                    .index
                    .checked_shl(8 * (u32::from(tile.level) + 1))
                    .unwrap_or(u64::MAX);
                return Err(corrupt(
                    first,
                    "lies in a tile that is not the one that was written",
                ));
            }
            self.cache.keep(tile, &hashes);
            trusted = hashes;
        }
        Ok(trusted)
    }

    /// The tile as the tree in memory has it, if it is the last of its level and not full.
    fn edge(&self, id: TileId) -> Option<Vec<Hash>> {
        let full = self
            .tree
            .size()
            .checked_shr(8 * (u32::from(id.level) + 1))
            .unwrap_or(0);
        if id.index < full {
            return None;
        }
        let is_last = id.index == full;
        Some(if is_last {
            self.tree.edge(id.level).to_vec()
        } else {
            Vec::new()
        })
    }
}

impl Nodes for Tiles<'_> {
    fn node(&mut self, level: u8, index: u64) -> Result<Hash> {
        let within = u32::from(level % 8);
        let first = index << within;
        let tile = self.verified(TileId {
            level: level / 8,
            index: first / TILE_WIDTH as u64,
        })?;
        let start = slot(first);
        let row = tile.get(start..start + (1 << within));
        row.map(subtree_root)
            .ok_or_else(|| Error::new(ErrorKind::Internal, "a node outside of the tree"))
    }
}

impl TileCache {
    fn find(&self, id: TileId) -> Option<Vec<Hash>> {
        self.0
            .iter()
            .find(|(kept, _)| *kept == id)
            .map(|(_, hashes)| hashes.clone())
    }

    fn keep(&mut self, id: TileId, hashes: &[Hash]) {
        self.0.retain(|(kept, _)| kept.level != id.level);
        self.0.push((id, hashes.to_vec()));
    }
}

/// The place of a hash in its tile.
pub(super) fn slot(index: u64) -> usize {
    usize::try_from(index % TILE_WIDTH as u64).unwrap_or(0)
}
