//! A signed list of files with their SHA-256, in the form that `sha256sum` prints: for what the tree does not cover.

use sha2::{Digest, Sha256};

use super::keys::Signer;
use super::note::{SignedNote, VerifierKey, sign};
use crate::digest::{hex, unhex};
use crate::error::{Error, ErrorKind, Result};
use crate::text::quoted;

/// The hash of a file's content.
pub(crate) type Sum = [u8; 32];

/// The hash as a manifest lists it.
pub(crate) fn sum(bytes: &[u8]) -> Sum {
    Sha256::digest(bytes).into()
}

/// Signs the list as the log of this origin. The first line says what kind of folder it is, the second which log's.
pub(super) fn sign_manifest(
    format: &str,
    files: &[(&str, Sum)],
    origin: &str,
    signer: &dyn Signer,
) -> Result<String> {
    let head = format!("{format}\n{origin}\n");
    let lines = files.iter().map(|(name, sum)| format!("{}  {name}\n", hex(sum)));
    sign(
        &std::iter::once(head).chain(lines).collect::<String>(),
        origin,
        signer,
    )
}

/// The files that a manifest lists, in its order, once its signature holds.
///
/// # Errors
/// `corrupt` when it is no manifest of this kind, `denied` when the log did not sign it.
pub(crate) fn read_manifest(note: &[u8], format: &str, key: &VerifierKey) -> Result<Vec<(String, Sum)>> {
    let note = SignedNote::parse(note)?;
    note.verify(std::slice::from_ref(key))?;
    let mut lines = note.text().lines();
    if lines.next() != Some(format) || lines.next() != Some(key.name()) {
        return Err(malformed(format!(
            "the manifest is not one of `{format}` for {}",
            quoted(key.name())
        )));
    }
    lines
        .map(|line| {
            let (sum, name) = line.split_once("  ").unwrap_or_default();
            match unhex(sum) {
                Some(sum) if !name.is_empty() => Ok((name.to_owned(), sum)),
                _ => Err(malformed(format!("{} is no line of a manifest", quoted(line)))),
            }
        })
        .collect()
}

fn malformed(text: String) -> Error {
    Error::new(ErrorKind::Corrupt, text).during("ledger.manifest")
}
