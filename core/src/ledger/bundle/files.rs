//! Which files a bundle consists of: no others belong into its folder.

use super::{CHECKPOINT, KEYS, MANIFEST, TilePath, VKEY};
use crate::digest::unhex;
use crate::ledger::tree::TILE_WIDTH;

/// The names of a bundle's files, as far as its entries could be read.
#[derive(Debug, Default)]
pub(crate) struct BundleFiles {
    size: u64,
    /// The digests of the payloads, sorted.
    payloads: Vec<[u8; 32]>,
}

impl BundleFiles {
    pub(super) fn new(size: u64, mut payloads: Vec<[u8; 32]>) -> Self {
        payloads.sort_unstable();
        Self { size, payloads }
    }

    /// Whether a bundle of these entries has a file of this name, written with `/`.
    pub(crate) fn contains(&self, name: &str) -> bool {
        if [CHECKPOINT, KEYS, MANIFEST, VKEY].contains(&name) {
            return true;
        }
        match name.parse::<TilePath>() {
            Ok(tile) => self.has_tile(tile),
            Err(_) => self.has_payload(name),
        }
    }

    /// Each index has one tile: a full one, or at the end the one of the width that remains.
    fn has_tile(&self, tile: TilePath) -> bool {
        let hashes = self
            .size
            .checked_shr(8 * u32::from(tile.level().unwrap_or(0)))
            .unwrap_or(0);
        let remaining = tile
            .index()
            .checked_mul(TILE_WIDTH as u64)
            .and_then(|before| hashes.checked_sub(before))
            .unwrap_or(0);
        remaining > 0 && remaining.min(TILE_WIDTH as u64) == u64::from(tile.width())
    }

    fn has_payload(&self, name: &str) -> bool {
        let digest = name.rsplit('/').next().and_then(unhex);
        digest.is_some_and(|digest| {
            super::payload_path(&digest) == name && self.payloads.binary_search(&digest).is_ok()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn has(size: u64, name: &str) -> bool {
        BundleFiles::new(size, vec![[0xab; 32]]).contains(name)
    }

    #[test]
    fn a_tile_has_the_one_width_that_its_place_at_this_size_gives() {
        // 70,000 = 273 * 256 + 112; 273 = 256 + 17.
        for good in [
            "tile/entries/000",
            "tile/entries/272",
            "tile/entries/273.p/112",
            "tile/0/000",
            "tile/0/273.p/112",
            "tile/1/000",
            "tile/1/001.p/17",
            "tile/2/000.p/1",
        ] {
            assert!(has(70_000, good), "{good}");
        }
        for bad in [
            "tile/entries/273",
            "tile/entries/272.p/255",
            "tile/entries/274.p/1",
            "tile/0/273.p/111",
            "tile/1/001.p/18",
            "tile/2/001.p/1",
            "tile/3/000.p/1",
            "tile/9/000.p/1",
            "tile/0/x999/x999/x999/x999/x999/999",
            "tile/0/0",
        ] {
            assert!(!has(70_000, bad), "{bad}");
        }
        assert!(!has(256, "tile/entries/001.p/1") && has(256, "tile/1/000.p/1"));
        assert!(!has(0, "tile/entries/000") && !has(0, "tile/0/000"));
    }

    #[test]
    fn a_payload_lies_in_the_folder_of_its_first_byte_under_the_digest_of_an_entry() {
        let digest = "ab".repeat(32);
        assert!(has(1, &format!("payload/ab/{digest}")));
        for bad in [
            format!("payload/{digest}"),
            format!("payload/ac/{digest}"),
            format!("payload/ab/{}", digest.to_uppercase()),
            format!("payload/ab/{digest}/{digest}"),
            format!("payload/ab/{}", "ac".repeat(32)),
            "payload/ab".to_owned(),
        ] {
            assert!(!has(1, &bad), "{bad}");
        }
    }
}
