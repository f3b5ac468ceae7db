//! What an anchor outside is, and what it is handed.

use std::fmt;

use async_trait::async_trait;
use jiff::Timestamp;

use crate::error::Result;
#[cfg(feature = "http")]
use crate::error::{Error, ErrorKind};
use crate::ledger::chain::KeyChain;
use crate::ledger::checkpoint::Checkpoint;
use crate::ledger::handle::Ledger;
use crate::ledger::note::VerifierKey;
use crate::ledger::proof::ConsistencyProof;
use crate::ledger::tree::Hash;

/// A place outside of the practice that keeps checkpoints of an anchor log: a folder on another machine, a webhook, whatever the
/// operator of the practice cannot change afterwards. It sees sizes and roots of the anchor log only, and of no tenant.
///
/// It is called by rounds, by one process at a time, at least once for each checkpoint that it is owed, and again after a
/// failure. It bounds its own waiting: a round waits for it, appends to the tenants' logs never do.
#[async_trait]
pub trait Anchor: fmt::Debug + Send + Sync {
    /// Names it in the records of the anchor log: 1 to 64 of a-z, 0-9 and `-`, beginning with a letter or digit. The same in
    /// every process and for ever: under another name it is owed everything anew.
    fn name(&self) -> &str;

    /// Keeps a checkpoint. When it says so, the checkpoint is kept durably, and earlier ones still are.
    ///
    /// # Errors
    /// Whatever kept it from keeping: the kind is recorded, and the detail `retry_after` (whole seconds) is heeded, up to a day.
    async fn keep(&self, request: &AnchorRequest) -> Result<Kept>;
}

/// What an anchor is to keep.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct AnchorRequest {
    /// The checkpoint of the anchor log.
    pub checkpoint: Checkpoint,
    /// The public key that signed it.
    pub key: VerifierKey,
    /// How the anchor log came to that key: each hand-over of its signing key so far as a note that the key before and the key
    /// after have signed, in order. From the key that an anchor knows it follows them to the present one.
    pub handovers: Vec<String>,
    /// The region.
    pub region: String,
    /// The size of the newest checkpoint that this anchor has confirmed; 0 for none.
    pub confirmed: u64,
    /// How often this was tried in vain since then.
    pub failures: u32,
    /// Now, by the clock of the practice.
    pub at: Timestamp,
    pub(super) keys: KeyChain,
    pub(super) ledger: Ledger,
}

/// That an anchor has kept a checkpoint.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct Kept {
    /// What it answered, to be recorded: a countersignature, a token. At most 16 KiB; a longer one is left out.
    pub answer: Option<String>,
}

impl AnchorRequest {
    /// Proves that the anchor log at `new` entries begins with the anchor log at `old` entries.
    ///
    /// # Errors
    /// `not_found` when it never had these sizes; `io`, `corrupt`, `rollback_detected`.
    pub async fn prove_consistency(&self, old: u64, new: u64) -> Result<ConsistencyProof> {
        self.ledger.prove_consistency(old, new).await
    }

    /// When the newest entry under the checkpoint was written, by the clock of the log.
    ///
    /// # Errors
    /// `rollback_detected` when the log does not have it any more; `io`, `corrupt`.
    #[cfg(feature = "http")]
    pub(super) async fn time(&self) -> Result<Timestamp> {
        let size = self.checkpoint.size();
        let newest = self.ledger.entries(size.saturating_sub(1)..size).await?;
        newest
            .last()
            .map(super::super::entry::Entry::time)
            .ok_or_else(|| {
                Error::new(
                    ErrorKind::RollbackDetected,
                    "the anchor log is shorter than its checkpoint",
                )
            })
    }

    /// The root of the first so many entries, as the log has them now.
    pub(super) async fn root_at(&self, size: u64) -> Result<Hash> {
        self.ledger.root_at(size).await
    }
}

impl Kept {
    /// Kept, with nothing to say.
    pub fn silently() -> Self {
        Self::default()
    }

    /// Kept, with an answer to record.
    pub fn answering(answer: impl Into<String>) -> Self {
        Self {
            answer: Some(answer.into()),
        }
    }
}
