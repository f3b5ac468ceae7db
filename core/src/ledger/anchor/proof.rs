//! From a tenant's log to a checkpoint of the anchor log: one leaf, its content, and its way up.

use super::head::AnchoredHead;
use crate::error::{Error, ErrorKind, Result};
use crate::ledger::chain::KeyChain;
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
    handovers: Vec<String>,
    head: Vec<u8>,
    proof: EntryProof,
}

impl AnchorProof {
    /// Puts together what a proof's folder holds: the anchor log's key, the content of the leaf byte for byte, and the leaf's
    /// `.tlog-proof`. Proves nothing before [`verify`](Self::verify).
    pub fn new(key: VerifierKey, head: Vec<u8>, proof: EntryProof) -> Self {
        Self {
            key,
            handovers: Vec::new(),
            head,
            proof,
        }
    }

    /// Adds the hand-overs of the anchor log from that key on, in order: notes that the key before and the key after have signed.
    #[must_use]
    pub fn with_handovers(mut self, notes: Vec<String>) -> Self {
        self.handovers = notes;
        self
    }

    /// The key of the anchor log, as the one who made the proof states it; where the log has handed over, its first.
    pub fn key(&self) -> &VerifierKey {
        &self.key
    }

    /// The hand-overs of the anchor log.
    pub fn handovers(&self) -> &[String] {
        &self.handovers
    }

    /// The content of the leaf: JSON.
    pub fn head(&self) -> &[u8] {
        &self.head
    }

    /// The leaf's way up to the checkpoint of the anchor log.
    pub fn inclusion(&self) -> &EntryProof {
        &self.proof
    }

    /// Checks the signature of the anchor log's checkpoint under this key or the one to which it has handed over by then, the way from the leaf to its root, and that the
    /// content is the leaf's. Returns what the leaf says, and the checkpoint: compare it with one that was kept outside.
    ///
    /// # Errors
    /// `denied` when the key did not sign, or a hand-over does not hold; `corrupt` when the leaf is not in the signed tree, is no head, or has another
    /// content.
    pub fn verify(&self, key: &VerifierKey) -> Result<(AnchoredHead, Checkpoint)> {
        self.verify_by(&self.keys(Some(key))?)
    }

    /// All keys that it states, in the order in which they signed.
    pub(crate) fn all_keys(&self) -> Result<Vec<VerifierKey>> {
        Ok(self.keys(None)?.keys().cloned().collect())
    }

    /// The keys of the anchor log, of which the trusted one is one.
    pub(in crate::ledger) fn keys(&self, trusted: Option<&VerifierKey>) -> Result<KeyChain> {
        if self.handovers.is_empty() {
            return Ok(KeyChain::new(trusted.unwrap_or(&self.key).clone()));
        }
        let keys = KeyChain::of_notes(self.key.clone(), self.handovers.iter().map(String::as_str))?;
        if trusted.is_some_and(|trusted| keys.keys().all(|key| key != trusted)) {
            let text = "the key that is to have signed the anchor log is none of it";
            return Err(Error::new(ErrorKind::Denied, text).during("ledger.anchor"));
        }
        Ok(keys)
    }

    /// As [`verify`](Self::verify), by these keys.
    pub(in crate::ledger) fn verify_by(&self, keys: &KeyChain) -> Result<(AnchoredHead, Checkpoint)> {
        let (header, checkpoint) = self.proof.verify_by(keys)?;
        if header.entry_type != EntryType::LOG_HEAD || header.aead != Aead::Clear {
            return Err(
                Error::new(ErrorKind::Corrupt, "the leaf is no head of a log").during("ledger.anchor")
            );
        }
        check_digest(&header, &self.head)?;
        Ok((AnchoredHead::parse(&self.head)?, checkpoint))
    }
}
