//! The Merkle tree of RFC 6962 with SHA-256, kept as the right edge of C2SP tiles.

use sha2::{Digest, Sha256};

use super::header::HEADER_LEN;

/// A hash of the tree: SHA-256.
pub type Hash = [u8; 32];

/// Hashes in a full tile; a tile spans eight levels of the tree.
pub(super) const TILE_WIDTH: usize = 256;

/// The hash of a leaf: `SHA-256(0x00 || leaf)`.
pub fn leaf_hash(leaf: &[u8]) -> Hash {
    // An entry's header, with the prefix, is two blocks of SHA-256: in one piece it needs no buffer.
    if let Ok(header) = <&[u8; HEADER_LEN]>::try_from(leaf) {
        let mut blocks = [0x00; HEADER_LEN + 1];
        let (_, slot) = blocks.split_at_mut(1);
        slot.copy_from_slice(header);
        return Sha256::digest(blocks).into();
    }
    let mut hasher = Sha256::new();
    hasher.update([0x00]);
    hasher.update(leaf);
    hasher.finalize().into()
}

/// The hash of a node: `SHA-256(0x01 || left || right)`.
pub fn node_hash(left: &Hash, right: &Hash) -> Hash {
    let mut block = [0x01; 65];
    let (_, hashes) = block.split_at_mut(1);
    let (first, second) = hashes.split_at_mut(32);
    first.copy_from_slice(left);
    second.copy_from_slice(right);
    Sha256::digest(block).into()
}

/// The root of a tree without leaves, `SHA-256("")`.
pub fn empty_root() -> Hash {
    Sha256::digest([]).into()
}

/// Where a tile is: its level, counted in tiles of height 8, and its index in that level.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(super) struct TileId {
    pub(super) level: u8,
    pub(super) index: u64,
}

/// A tile that an append has filled.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct FullTile {
    pub(super) id: TileId,
    pub(super) hashes: Vec<Hash>,
}

/// A Merkle tree that only grows, without its leaves: of each tile level the tile that is not full yet. Appending costs
/// one hash a leaf and, in the mean, one a node; nothing is hashed twice.
///
/// ```
/// use vcto::ledger::{Tree, leaf_hash};
///
/// let mut tree = Tree::default();
/// tree.push(leaf_hash(b"first"));
/// assert_eq!(tree.root(), leaf_hash(b"first"));
/// ```
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Tree {
    size: u64,
    // INVARIANT: `levels[k]` holds the `(size >> 8k) mod 256` last complete subtrees of height 8k; no empty level on top.
    levels: Vec<Vec<Hash>>,
}

impl Tree {
    /// A tree from its right edge: per level the hashes of the tile that is not full. `None` when the widths do not fit
    /// the size.
    pub(super) fn from_edge(size: u64, levels: Vec<Vec<Hash>>) -> Option<Self> {
        let fits = levels.len() == levels_of(size)
            && (0..)
                .zip(&levels)
                .all(|(level, hashes)| hashes.len() == edge_width(size, level));
        fits.then_some(Self { size, levels })
    }

    /// The number of leaves.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The hashes of the tile of this level that is not full.
    pub(super) fn edge(&self, level: u8) -> &[Hash] {
        self.levels.get(usize::from(level)).map_or(&[], Vec::as_slice)
    }

    /// Adds a leaf; hands out the tiles that it fills.
    pub(super) fn push_filling(&mut self, leaf: Hash, full: &mut Vec<FullTile>) {
        let mut hash = leaf;
        for level in 0u8.. {
            let at = usize::from(level);
            if self.levels.len() == at {
                self.levels.push(Vec::with_capacity(TILE_WIDTH));
            }
            let Some(edge) = self.levels.get_mut(at) else {
                break;
            };
            edge.push(hash);
            if edge.len() < TILE_WIDTH {
                break;
            }
            hash = subtree_root(edge);
            let index = self.size >> (8 * (u32::from(level) + 1));
            let hashes = std::mem::replace(edge, Vec::with_capacity(TILE_WIDTH));
            full.push(FullTile {
                id: TileId { level, index },
                hashes,
            });
        }
        self.size += 1;
    }

    /// Adds a leaf by its [hash](leaf_hash).
    pub fn push(&mut self, leaf: Hash) {
        self.push_filling(leaf, &mut Vec::new());
    }

    /// The root, `MTH(D[size])`.
    pub fn root(&self) -> Hash {
        let mut root: Option<Hash> = None;
        for edge in &self.levels {
            root = fold_edge(edge, root);
        }
        root.unwrap_or_else(empty_root)
    }
}

/// How many tile levels a tree of this size has.
pub(super) fn levels_of(size: u64) -> usize {
    (0u8..8)
        .take_while(|level| size >> (8 * u32::from(*level)) > 0)
        .count()
}

/// The width of the tile of this level that is not full, in a tree of this size.
pub(super) fn edge_width(size: u64, level: u8) -> usize {
    let complete = size.checked_shr(8 * u32::from(level)).unwrap_or(0);
    usize::try_from(complete % TILE_WIDTH as u64).unwrap_or(0)
}

/// The root of a complete subtree from its row of hashes; their number is a power of two.
pub(super) fn subtree_root(row: &[Hash]) -> Hash {
    let mut row = row.to_vec();
    while row.len() > 1 {
        row = row
            .chunks(2)
            .map(|pair| match pair {
                [left, right] => node_hash(left, right),
                _ => pair.first().copied().unwrap_or_default(),
            })
            .collect();
    }
    row.first().copied().unwrap_or_else(empty_root)
}

/// Puts the complete subtrees of an edge, largest first, to the left of what is right of them.
pub(super) fn fold_edge(edge: &[Hash], right: Option<Hash>) -> Option<Hash> {
    let mut root = right;
    let mut rest = edge;
    while !rest.is_empty() {
        let width = 1usize << rest.len().trailing_zeros();
        let (left, last) = rest.split_at_checked(rest.len() - width)?;
        let subtree = subtree_root(last);
        root = Some(root.map_or(subtree, |right| node_hash(&subtree, &right)));
        rest = left;
    }
    root
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 6962, 2.1, by its words.
    fn mth(leaves: &[Hash]) -> Hash {
        match leaves {
            [] => empty_root(),
            [leaf] => *leaf,
            _ => {
                let split = leaves.len().next_power_of_two() / 2;
                node_hash(&mth(&leaves[..split]), &mth(&leaves[split..]))
            }
        }
    }

    #[test]
    fn the_root_is_that_of_the_definition_and_the_edge_has_the_width_of_the_format() {
        let leaves: Vec<Hash> = (0u32..1_100).map(|n| leaf_hash(&n.to_be_bytes())).collect();
        let mut tree = Tree::default();
        let mut full = Vec::new();
        assert_eq!(tree.root(), empty_root());
        for (n, leaf) in leaves.iter().enumerate() {
            tree.push_filling(*leaf, &mut full);
            let size = n as u64 + 1;
            if n < 300 || n % 37 == 0 || (1_020..1_030).contains(&n) {
                assert_eq!(tree.root(), mth(&leaves[..=n]), "size {size}");
            }
            assert_eq!(Tree::from_edge(size, tree.levels.clone()).as_ref(), Some(&tree));
        }
        let ids: Vec<_> = full.iter().map(|tile| (tile.id.level, tile.id.index)).collect();
        assert_eq!(ids, [(0, 0), (0, 1), (0, 2), (0, 3)]);
        for tile in &full {
            let start = usize::try_from(tile.id.index).unwrap() * 256;
            assert_eq!(tile.hashes, leaves[start..start + 256]);
        }
        assert_eq!(
            tree.edge(1),
            [0, 1, 2, 3].map(|n| mth(&leaves[n * 256..(n + 1) * 256]))
        );
    }

    #[test]
    fn an_edge_of_the_wrong_width_is_no_tree() {
        assert!(Tree::from_edge(1, vec![]).is_none());
        assert!(Tree::from_edge(0, vec![vec![]]).is_none());
        assert!(Tree::from_edge(256, vec![vec![], vec![]]).is_none());
        assert!(Tree::from_edge(256, vec![vec![], vec![[0; 32]]]).is_some());
    }
}
