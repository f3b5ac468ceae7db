//! Inclusion and consistency: making proofs from a tree's nodes, and checking them as RFC 9162 says.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;

use super::chain::KeyChain;
use super::checkpoint::{Checkpoint, decimal};
use super::header::{HEADER_LEN, Header};
use super::note::{MAX_NOTE, VerifierKey};
use super::tree::{Hash, empty_root, leaf_hash, node_hash};
use crate::error::{Error, ErrorKind, Result};

/// No tree of less than 2^63 leaves needs more hashes.
const MAX_HASHES: usize = 126;

const HEAD: &str = "c2sp.org/tlog-proof@v1";

/// That an entry is in the log, in one text that an outsider can check: C2SP `.tlog-proof`, with the header as extra data.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct EntryProof {
    header: [u8; HEADER_LEN],
    index: u64,
    hashes: Vec<Hash>,
    note: String,
}

/// That a log has only grown between two sizes.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ConsistencyProof {
    /// The earlier size.
    pub old_size: u64,
    /// The later size.
    pub new_size: u64,
    /// The hashes, in the order of RFC 9162, 2.1.4.
    pub hashes: Vec<Hash>,
}

/// Gives the root of each complete subtree: of the `2^level` leaves from `index * 2^level` on.
pub(super) trait Nodes {
    fn node(&mut self, level: u8, index: u64) -> Result<Hash>;
}

impl EntryProof {
    pub(super) fn new(
        header: [u8; HEADER_LEN],
        index: u64,
        hashes: Vec<Hash>,
        checkpoint: &Checkpoint,
    ) -> Self {
        Self {
            header,
            index,
            hashes,
            note: checkpoint.note().to_owned(),
        }
    }

    /// The entry's place.
    pub fn index(&self) -> u64 {
        self.index
    }

    /// The hashes from the leaf's sibling up to the root's child.
    pub fn hashes(&self) -> &[Hash] {
        &self.hashes
    }

    /// The text of a `.tlog-proof` file.
    pub fn to_text(&self) -> String {
        let mut text = format!(
            "{HEAD}\nextra {}\nindex {}\n",
            BASE64_STANDARD.encode(self.header),
            self.index
        );
        for hash in &self.hashes {
            text.push_str(&BASE64_STANDARD.encode(hash));
            text.push('\n');
        }
        text.push('\n');
        text.push_str(&self.note);
        text
    }

    /// Reads the text of a `.tlog-proof` file. Strict and bounded; proves nothing before [`verify`](Self::verify).
    ///
    /// # Errors
    /// `too_large`, `corrupt`.
    pub fn parse(bytes: &[u8]) -> Result<Self> {
        if bytes.len() > MAX_NOTE + 64 * MAX_HASHES {
            return Err(Error::new(ErrorKind::TooLarge, "the proof is too large").during("ledger.proof"));
        }
        let text = std::str::from_utf8(bytes).map_err(|_| corrupt("the proof is not UTF-8"))?;
        let (head, note) = text
            .split_once("\n\n")
            .ok_or_else(|| corrupt("the proof has no checkpoint"))?;
        let mut lines = head.split('\n');
        if lines.next() != Some(HEAD) {
            return Err(corrupt("the proof does not begin with `c2sp.org/tlog-proof@v1`"));
        }
        let header = lines
            .next()
            .and_then(|line| line.strip_prefix("extra "))
            .and_then(|extra| BASE64_STANDARD.decode(extra).ok())
            .and_then(|header| <[u8; HEADER_LEN]>::try_from(header).ok())
            .ok_or_else(|| corrupt("the proof has no header of 127 bytes as extra data"))?;
        let index = lines
            .next()
            .and_then(|line| line.strip_prefix("index "))
            .and_then(decimal)
            .ok_or_else(|| corrupt("the proof has no index"))?;
        let hashes = lines.map(hash).collect::<Result<Vec<_>>>()?;
        if hashes.len() > MAX_HASHES {
            return Err(corrupt("the proof has too many hashes"));
        }
        Ok(Self {
            header,
            index,
            hashes,
            note: note.to_owned(),
        })
    }

    /// Checks the log's signature and the way from the entry to the signed root. Returns the entry's header and the
    /// checkpoint.
    ///
    /// # Errors
    /// `denied` when the key did not sign, `corrupt` when the entry is not in the signed tree at this place.
    pub fn verify(&self, key: &VerifierKey) -> Result<(Header, Checkpoint)> {
        let checkpoint = Checkpoint::verify(self.note.as_bytes(), key)?;
        verify_inclusion(
            &leaf_hash(&self.header),
            self.index,
            checkpoint.size(),
            &self.hashes,
            checkpoint.root(),
        )?;
        let header = Header::parse(&self.header)?;
        if header.seq != self.index {
            return Err(corrupt("the header is of another place than the proof"));
        }
        Ok((header, checkpoint))
    }
}

impl EntryProof {
    /// As [`verify`](Self::verify), by the key that signs a checkpoint of this size.
    pub(super) fn verify_by(&self, keys: &KeyChain) -> Result<(Header, Checkpoint)> {
        let size = Checkpoint::size_unverified(self.note.as_bytes())?;
        self.verify(keys.at(size))
    }
}

impl ConsistencyProof {
    /// Checks that the tree with `new_root` begins with the tree with `old_root`.
    ///
    /// # Errors
    /// `corrupt` when the proof does not show it.
    pub fn verify(&self, old_root: &Hash, new_root: &Hash) -> Result<()> {
        verify_consistency(self.old_size, self.new_size, &self.hashes, old_root, new_root)
    }
}

/// Checks an inclusion proof (RFC 9162, 2.1.3.2). Allocates nothing.
///
/// # Errors
/// `corrupt` when the leaf is not shown to be at this place of the tree with this root.
pub fn verify_inclusion(leaf: &Hash, index: u64, size: u64, proof: &[Hash], root: &Hash) -> Result<()> {
    if index >= size {
        return Err(corrupt("the entry is not below the size of the tree"));
    }
    let mut hash = *leaf;
    let arrived = climb(index, size - 1, proof, |sibling, is_left| {
        hash = if is_left {
            node_hash(sibling, &hash)
        } else {
            node_hash(&hash, sibling)
        };
    });
    if arrived && hash == *root {
        Ok(())
    } else {
        Err(corrupt("the proof does not lead to the root"))
    }
}

/// Checks a consistency proof (RFC 9162, 2.1.4.2). Allocates nothing. Every tree grows from the empty one.
///
/// # Errors
/// `corrupt` when the larger tree is not shown to begin with the smaller one.
pub fn verify_consistency(
    old_size: u64,
    new_size: u64,
    proof: &[Hash],
    old_root: &Hash,
    new_root: &Hash,
) -> Result<()> {
    let holds = match old_size {
        0 => proof.is_empty() && *old_root == empty_root(),
        _ if old_size == new_size => proof.is_empty() && old_root == new_root,
        _ if old_size > new_size => false,
        _ if old_size.is_power_of_two() => grows(old_size, new_size, old_root, proof, old_root, new_root),
        _ => proof
            .split_first()
            .is_some_and(|(first, rest)| grows(old_size, new_size, first, rest, old_root, new_root)),
    };
    if holds {
        Ok(())
    } else {
        Err(corrupt("the proof does not show that the log has only grown"))
    }
}

/// Whether the way up from the last complete subtree of the old tree passes through both roots; `0 < old_size < new_size`.
fn grows(
    old_size: u64,
    new_size: u64,
    first: &Hash,
    proof: &[Hash],
    old_root: &Hash,
    new_root: &Hash,
) -> bool {
    let shift = (old_size - 1).trailing_ones();
    let (mut old, mut new) = (*first, *first);
    let arrived = climb(
        (old_size - 1) >> shift,
        (new_size - 1) >> shift,
        proof,
        |sibling, is_left| {
            if is_left {
                old = node_hash(sibling, &old);
                new = node_hash(sibling, &new);
            } else {
                new = node_hash(&new, sibling);
            }
        },
    );
    arrived && old == *old_root && new == *new_root
}

/// Walks from a node up to the root, as both algorithms of RFC 9162 do; shows each sibling and whether it is on the left.
/// False when the proof is too long or too short.
fn climb(node: u64, last: u64, proof: &[Hash], mut step: impl FnMut(&Hash, bool)) -> bool {
    let (mut node, mut last) = (node, last);
    for sibling in proof {
        if last == 0 {
            return false;
        }
        let is_left = node & 1 == 1 || node == last;
        step(sibling, is_left);
        if is_left {
            while node & 1 == 0 && node != 0 {
                node >>= 1;
                last >>= 1;
            }
        }
        node >>= 1;
        last >>= 1;
    }
    last == 0
}

/// The hashes that lead from a leaf to the root of the first `size` leaves.
pub(super) fn inclusion(nodes: &mut dyn Nodes, index: u64, size: u64) -> Result<Vec<Hash>> {
    let (mut low, mut high) = (0, size);
    let mut siblings = Vec::new();
    while high - low > 1 {
        let middle = low + largest_power_below(high - low);
        let sibling;
        if index < middle {
            sibling = (middle, high);
            high = middle;
        } else {
            sibling = (low, middle);
            low = middle;
        }
        siblings.push(sibling);
    }
    siblings
        .into_iter()
        .rev()
        .map(|(low, high)| range_root(nodes, low, high))
        .collect()
}

/// The hashes that show that the first `new` leaves begin with the first `old` ones; `0 < old <= new`.
pub(super) fn consistency(nodes: &mut dyn Nodes, old: u64, new: u64) -> Result<Vec<Hash>> {
    let (mut low, mut high) = (0, new);
    let mut siblings = Vec::new();
    while high != old {
        let middle = low + largest_power_below(high - low);
        if old <= middle {
            siblings.push((middle, high));
            high = middle;
        } else {
            siblings.push((low, middle));
            low = middle;
        }
    }
    // Where the old tree is a complete subtree of the new one, the verifier has its root already.
    if low != 0 {
        siblings.push((low, high));
    }
    siblings
        .into_iter()
        .rev()
        .map(|(low, high)| range_root(nodes, low, high))
        .collect()
}

/// The root over leaves `low..high`; `low` is a multiple of the largest power of two that is not above the width.
fn range_root(nodes: &mut dyn Nodes, low: u64, high: u64) -> Result<Hash> {
    let mut subtrees = Vec::new();
    let mut at = low;
    while at < high {
        let level = (high - at).ilog2();
        subtrees.push(nodes.node(u8::try_from(level).unwrap_or(u8::MAX), at >> level)?);
        at += 1 << level;
    }
    let root = subtrees
        .into_iter()
        .rev()
        .reduce(|right, left| node_hash(&left, &right));
    Ok(root.unwrap_or_else(empty_root))
}

/// For a width of at least 2.
fn largest_power_below(width: u64) -> u64 {
    1 << (width - 1).ilog2()
}

fn hash(line: &str) -> Result<Hash> {
    BASE64_STANDARD
        .decode(line)
        .ok()
        .and_then(|hash| Hash::try_from(hash).ok())
        .ok_or_else(|| corrupt("a line of the proof is not the base64 of 32 bytes"))
}

fn corrupt(message: &str) -> Error {
    Error::new(ErrorKind::Corrupt, message).during("ledger.proof")
}
