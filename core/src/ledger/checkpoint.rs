//! C2SP checkpoints: origin, size and root of a log, in a signed note.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;

use super::keys::Signer;
use super::note::{SignedNote, VerifierKey, check_name, sign};
use super::tree::Hash;
use crate::error::{Error, ErrorKind, Result};

/// A signed statement of a log: so many entries, this root.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Checkpoint {
    origin: String,
    size: u64,
    root: Hash,
    note: String,
}

impl Checkpoint {
    /// Reads a checkpoint and checks its signature by this key, whose name must be the origin.
    ///
    /// # Errors
    /// `corrupt` when it is not in the form of the specification (extension lines are refused), `denied` when the key
    /// did not sign it.
    pub fn verify(note: &[u8], key: &VerifierKey) -> Result<Self> {
        let signed = SignedNote::parse(note)?;
        signed.verify(std::slice::from_ref(key))?;
        let (origin, size, root) = parse_text(signed.text())?;
        if origin != key.name() {
            return Err(
                Error::new(ErrorKind::Denied, "the checkpoint is of another log").during("ledger.checkpoint")
            );
        }
        Ok(Self {
            origin: origin.to_owned(),
            size,
            root,
            note: String::from_utf8_lossy(note).into_owned(),
        })
    }

    /// The size that a checkpoint states, before anything is known of its signature.
    pub(crate) fn size_unverified(note: &[u8]) -> Result<u64> {
        Ok(parse_text(SignedNote::parse(note)?.text())?.1)
    }

    /// The origin that a checkpoint states, before anything is known of its signature.
    pub(super) fn origin_unverified(note: &[u8]) -> Result<String> {
        Ok(parse_text(SignedNote::parse(note)?.text())?.0.to_owned())
    }

    /// The log's origin.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// The number of entries.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The root of the tree at this size.
    pub fn root(&self) -> &Hash {
        &self.root
    }

    /// The signed note, byte for byte. Keep it elsewhere: it shows later whether the log still is the same.
    pub fn note(&self) -> &str {
        &self.note
    }

    /// States and signs.
    pub(super) fn sign(origin: &str, size: u64, root: Hash, signer: &dyn Signer) -> Result<Self> {
        let text = format!("{origin}\n{size}\n{}\n", BASE64_STANDARD.encode(root));
        let note = sign(&text, origin, signer)?;
        Ok(Self {
            origin: origin.to_owned(),
            size,
            root,
            note,
        })
    }
}

fn parse_text(text: &str) -> Result<(&str, u64, Hash)> {
    let mut lines = text.strip_suffix('\n').unwrap_or(text).split('\n');
    let (Some(origin), Some(size), Some(root), None) =
        (lines.next(), lines.next(), lines.next(), lines.next())
    else {
        return Err(corrupt("a checkpoint has three lines: origin, size, root"));
    };
    check_name(origin)?;
    let size = decimal(size).ok_or_else(|| corrupt("the size is a decimal number without leading zeros"))?;
    let root = BASE64_STANDARD
        .decode(root)
        .ok()
        .and_then(|root| Hash::try_from(root).ok())
        .ok_or_else(|| corrupt("the root is the base64 of 32 bytes"))?;
    Ok((origin, size, root))
}

/// A decimal number in its only form.
pub(super) fn decimal(text: &str) -> Option<u64> {
    let number: u64 = text
        .bytes()
        .all(|digit| digit.is_ascii_digit())
        .then(|| text.parse().ok())??;
    (number.to_string() == text).then_some(number)
}

fn corrupt(message: &str) -> Error {
    Error::new(ErrorKind::Corrupt, message).during("ledger.checkpoint")
}
