//! Signing the log, and proving to others what is under the signature.

use super::Ledger;
use crate::error::{Error, ErrorKind, Result};
use crate::ledger::anchor::LogHead;
use crate::ledger::checkpoint::Checkpoint;
use crate::ledger::entry::{Level, Receipt};
use crate::ledger::proof::{ConsistencyProof, EntryProof};
use crate::ledger::reader::Question;
use crate::ledger::tree::{Hash, leaf_hash};
use crate::ledger::writer::Order;

impl Ledger {
    /// Signs the log as it is now: reads back what is new, signs size and root, raises the high-water mark. The log does
    /// this by itself too, when it is quiet, after 8,192 entries, and when it is closed.
    ///
    /// # Errors
    /// `io`, `corrupt`, `rollback_detected`, `unavailable`.
    pub async fn checkpoint(&self) -> Result<Checkpoint> {
        self.order(|reply| Order::Checkpoint { reply })
            .await
            .map_err(|error| error.during("ledger.checkpoint"))
    }

    /// Hands over to the next key of its [succession](crate::ledger::LedgerOptions::succession), and signs with it. Whoever has
    /// the log open follows when it comes to signing.
    ///
    /// # Errors
    /// As [`checkpoint`](Self::checkpoint), and what keeps the next key from being made. Where it is open whether the entry was
    /// written, the next signature tells.
    pub(crate) async fn succeed(&self) -> Result<Checkpoint> {
        self.order(|reply| Order::Succeed { reply })
            .await
            .map_err(|error| error.during("ledger.rotate_signer"))
    }

    /// The root of the first so many entries.
    ///
    /// # Errors
    /// `not_found` when there are fewer; `io`, `corrupt`.
    pub(crate) async fn root_at(&self, size: u64) -> Result<Hash> {
        self.ask(|reply| Question::Root { size, reply }).await
    }

    /// The log as it signs itself now, for an anchor log.
    pub(crate) async fn head(&self) -> Result<LogHead> {
        let checkpoint = self.checkpoint().await?;
        let ring = &self.0.session.ring;
        Ok(LogHead {
            blinded: ring.blinded(),
            epoch: ring.current_epoch(),
            checkpoint,
        })
    }

    /// As [`prove_inclusion`](Self::prove_inclusion), under an earlier checkpoint of this log.
    ///
    /// # Errors
    /// `corrupt` when the checkpoint is of another history; `not_found` when the log is shorter than it, or the entry is not
    /// under it.
    pub(crate) async fn prove_under(&self, seq: u64, checkpoint: Checkpoint) -> Result<EntryProof> {
        self.ask(|reply| Question::Inclusion {
            seq,
            checkpoint,
            reply,
        })
        .await
    }

    /// Proves that an entry is in the log, to anybody who has the log's [public key](Self::verifier_key).
    ///
    /// # Errors
    /// `not_found`; else as [`checkpoint`](Self::checkpoint).
    pub async fn prove_inclusion(&self, seq: u64) -> Result<EntryProof> {
        let checkpoint = self.checkpoint().await?;
        self.ask(|reply| Question::Inclusion {
            seq,
            checkpoint,
            reply,
        })
        .await
    }

    /// Takes a receipt to the level [`Included`](Level::Included): signs the log where that entry is not under a checkpoint
    /// yet, proves that it is there, and gives the receipt anew. A receipt of that level or above is given back as it is.
    ///
    /// # Errors
    /// `invalid_input` for a receipt of another log; `rollback_detected` when the log has another entry at this place, or
    /// none: it is not the log that gave the receipt; else as [`prove_inclusion`](Self::prove_inclusion).
    pub async fn include(&self, receipt: &Receipt) -> Result<Receipt> {
        let during = |error: Error| error.during("ledger.include");
        if receipt.log_id() != self.log_id() {
            let message = "the receipt is of another log";
            return Err(during(Error::new(ErrorKind::InvalidInput, message).at("receipt")));
        }
        if receipt.level() >= Level::Included {
            return Ok(receipt.clone());
        }
        let gone = || {
            Error::new(
                ErrorKind::RollbackDetected,
                "the log does not have the entry of the receipt: it was rolled back or replaced",
            )
            .with("seq", receipt.seq())
        };
        let proof = match self.prove_inclusion(receipt.seq()).await {
            Err(error) if error.kind() == ErrorKind::NotFound => return Err(during(gone())),
            other => other.map_err(during)?,
        };
        let (header, _) = proof.verify_by(self.keys()).map_err(during)?;
        if leaf_hash(&header.to_bytes()) != receipt.leaf_hash() {
            return Err(during(gone()));
        }
        Ok(Receipt {
            level: Level::Included,
            ..receipt.clone()
        })
    }

    /// Proves that the log at `new` entries begins with the log at `old` entries.
    ///
    /// # Errors
    /// `not_found` when the log never had these sizes; `io`, `corrupt`, `rollback_detected`.
    pub async fn prove_consistency(&self, old: u64, new: u64) -> Result<ConsistencyProof> {
        self.ask(|reply| Question::Consistency { old, new, reply })
            .await
            .map_err(|error| error.during("ledger.prove"))
    }
}
