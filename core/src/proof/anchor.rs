//! The way from the tenant's ledger to the anchor log of its region, as files of a proof.

use std::path::Path;

use super::read::read;
use crate::error::{Error, ErrorKind, Result};
use crate::ledger::{AnchorProof, EntryProof, VerifierKey};

/// The content of the leaf, byte for byte.
const HEAD: &str = "anchor/head.json";
/// The way from the leaf to a checkpoint of the anchor log.
const INCLUSION: &str = "anchor/head.tlog-proof";
/// The keys of the anchor log, one a line, the newest last.
const VKEY: &str = "anchor/log.vkey";
/// Before the number of a hand-over from one of those keys to the next, from 1 on.
const HANDOVER: &str = "anchor/handover-";

/// The files that show it.
pub(super) fn files(proof: &AnchorProof) -> Result<Vec<(String, Vec<u8>)>> {
    let keys: Vec<_> = proof.all_keys()?.iter().map(ToString::to_string).collect();
    let handovers = (1..).zip(proof.handovers());
    let mut files: Vec<_> = handovers
        .map(|(number, note)| (format!("{HANDOVER}{number}"), note.clone().into_bytes()))
        .collect();
    files.extend([
        (HEAD.to_owned(), proof.head().to_vec()),
        (INCLUSION.to_owned(), proof.inclusion().to_text().into_bytes()),
        (VKEY.to_owned(), format!("{}\n", keys.join("\n")).into_bytes()),
    ]);
    Ok(files)
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
    let keys: Vec<VerifierKey> = std::str::from_utf8(&key)
        .ok()
        .and_then(|keys| {
            keys.strip_suffix('\n')?
                .split('\n')
                .map(|key| key.parse().ok())
                .collect()
        })
        .ok_or_else(|| corrupt("`anchor/log.vkey` has not a verifier key in each line"))?;
    let [first, later @ ..] = keys.as_slice() else {
        return Err(corrupt("`anchor/log.vkey` is empty"));
    };
    let mut handovers = Vec::new();
    for (number, _) in (1..).zip(later) {
        let note =
            read(&dir.join(format!("{HANDOVER}{number}")))?.and_then(|note| String::from_utf8(note).ok());
        handovers.push(note.ok_or_else(|| corrupt("a hand-over of the anchor log's key is missing"))?);
    }
    let proof =
        AnchorProof::new(first.clone(), head, EntryProof::parse(&inclusion)?).with_handovers(handovers);
    if proof.all_keys()? != keys {
        return Err(corrupt(
            "`anchor/log.vkey` lists other keys than those that were handed over to",
        ));
    }
    Ok(Some(proof))
}

fn corrupt(message: &str) -> Error {
    Error::new(ErrorKind::Corrupt, message).during("proof.verify_bundle")
}
