//! From a tenant's log to a checkpoint of the anchor log: one leaf, its content, and its way up.

use super::head::AnchoredHead;
use crate::error::{Error, ErrorKind, Result};
use crate::ledger::checkpoint::Checkpoint;
use crate::ledger::entry::EntryType;
use crate::ledger::header::Aead;
use crate::ledger::note::VerifierKey;
use crate::ledger::proof::EntryProof;
use crate::ledger::seal::check_digest;

/// Shows that a head of a tenant's log is a leaf of the anchor log of its region. Says nothing of any other tenant.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct AnchorProof {
    key: VerifierKey,
    head: Vec<u8>,
    proof: EntryProof,
}

impl AnchorProof {
    /// Puts together what a proof's folder holds: the anchor log's key, the content of the leaf byte for byte, and the leaf's
    /// `.tlog-proof`. Proves nothing before [`verify`](Self::verify).
    pub fn new(key: VerifierKey, head: Vec<u8>, proof: EntryProof) -> Self {
        Self { key, head, proof }
    }

    /// The key of the anchor log, as the one who made the proof states it.
    pub fn key(&self) -> &VerifierKey {
        &self.key
    }

    /// The content of the leaf: JSON.
    pub fn head(&self) -> &[u8] {
        &self.head
    }

    /// The leaf's way up to the checkpoint of the anchor log.
    pub fn inclusion(&self) -> &EntryProof {
        &self.proof
    }

    /// Checks the signature of the anchor log's checkpoint under this key, the way from the leaf to its root, and that the
    /// content is the leaf's. Returns what the leaf says, and the checkpoint: compare it with one that was kept outside.
    ///
    /// # Errors
    /// `denied` when the key did not sign; `corrupt` when the leaf is not in the signed tree, is no head, or has another
    /// content.
    pub fn verify(&self, key: &VerifierKey) -> Result<(AnchoredHead, Checkpoint)> {
        let (header, checkpoint) = self.proof.verify(key)?;
        if header.entry_type != EntryType::LOG_HEAD || header.aead != Aead::Clear {
            return Err(
                Error::new(ErrorKind::Corrupt, "the leaf is no head of a log").during("ledger.anchor")
            );
        }
        check_digest(&header, &self.head)?;
        Ok((AnchoredHead::parse(&self.head)?, checkpoint))
    }
}
