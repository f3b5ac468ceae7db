//! The root of the log at each record of the gate: what history a person was shown.

use sha2::{Digest as _, Sha256};

/// The complete subtrees of an RFC 6962 tree, largest first: enough to add leaves and to know the root.
#[derive(Clone, Debug, Default)]
pub(super) struct Frontier {
    size: u64,
    // INVARIANT: one subtree for each 1 in the binary form of `size`, the largest first.
    subtrees: Vec<[u8; 32]>,
}

impl Frontier {
    /// The number of leaves.
    pub(super) fn size(&self) -> u64 {
        self.size
    }

    /// Adds a leaf by its hash.
    pub(super) fn push(&mut self, leaf: [u8; 32]) {
        let mut hash = leaf;
        for _ in 0..self.size.trailing_ones() {
            if let Some(left) = self.subtrees.pop() {
                hash = node(&left, &hash);
            }
        }
        self.subtrees.push(hash);
        self.size += 1;
    }

    /// The root; of an empty tree `SHA-256("")`.
    pub(super) fn root(&self) -> [u8; 32] {
        let mut smallest_first = self.subtrees.iter().rev();
        match smallest_first.next() {
            None => Sha256::digest([]).into(),
            Some(last) => smallest_first.fold(*last, |right, left| node(left, &right)),
        }
    }
}

/// `SHA-256(0x01 || left || right)`.
fn node(left: &[u8; 32], right: &[u8; 32]) -> [u8; 32] {
    let mut hasher = Sha256::new();
    hasher.update([0x01]);
    hasher.update(left);
    hasher.update(right);
    hasher.finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// MTH of RFC 6962, 2.1, as it is written there.
    fn by_definition(leaves: &[[u8; 32]]) -> [u8; 32] {
        match leaves {
            [] => Sha256::digest([]).into(),
            [only] => *only,
            many => {
                let k = many.len().next_power_of_two() / 2;
                node(&by_definition(&many[..k]), &by_definition(&many[k..]))
            }
        }
    }

    #[test]
    fn the_root_is_that_of_rfc_6962_at_every_size() {
        let leaves: Vec<[u8; 32]> = (0u8..130).map(|n| Sha256::digest([n]).into()).collect();
        let mut frontier = Frontier::default();
        for size in 0..leaves.len() {
            assert_eq!(frontier.root(), by_definition(&leaves[..size]), "size {size}");
            frontier.push(leaves[size]);
        }
    }
}
