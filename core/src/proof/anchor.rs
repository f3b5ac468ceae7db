//! The way from the tenant's ledger to the anchor log of its region, as files of a proof.

use std::path::Path;

use super::read::read;
use crate::error::{Error, ErrorKind, Result};
use crate::ledger::{AnchorProof, EntryProof};

/// The content of the leaf, byte for byte.
const HEAD: &str = "anchor/head.json";
/// The way from the leaf to a checkpoint of the anchor log.
const INCLUSION: &str = "anchor/head.tlog-proof";
/// The key of the anchor log.
const VKEY: &str = "anchor/log.vkey";

/// The files that show it.
pub(super) fn files(proof: &AnchorProof) -> [(&'static str, Vec<u8>); 3] {
    [
        (HEAD, proof.head().to_vec()),
        (INCLUSION, proof.inclusion().to_text().into_bytes()),
        (VKEY, format!("{}\n", proof.key()).into_bytes()),
    ]
}

/// What a proof shows of the anchor log; nothing where it has no such files.
///
/// # Errors
/// `corrupt` when they are not in their form or not all there; `io`.
pub(super) fn anchor_proof(dir: &Path) -> Result<Option<AnchorProof>> {
    let found = [HEAD, INCLUSION, VKEY].map(|path| read(&dir.join(path)));
    let [head, inclusion, key] = found;
    let (head, inclusion, key) = match (head?, inclusion?, key?) {
        (None, None, None) => return Ok(None),
        (Some(head), Some(inclusion), Some(key)) => (head, inclusion, key),
        _ => return Err(corrupt("a file of the folder `anchor` is missing")),
    };
    let key = std::str::from_utf8(&key)
        .ok()
        .and_then(|key| key.strip_suffix('\n')?.parse().ok())
        .ok_or_else(|| corrupt("`anchor/log.vkey` is no verifier key and a line end"))?;
    Ok(Some(AnchorProof::new(key, head, EntryProof::parse(&inclusion)?)))
}

fn corrupt(message: &str) -> Error {
    Error::new(ErrorKind::Corrupt, message).during("proof.verify_bundle")
}
