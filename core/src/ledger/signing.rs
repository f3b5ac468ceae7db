//! Who signs an open log: the signer that it was opened with, and those to which it handed over meanwhile.

use std::fmt;
use std::sync::{Arc, OnceLock};

use super::chain::{KeyChain, load, rotated};
use super::keys::Signer;
use super::note::VerifierKey;
use super::options::LedgerOptions;
use super::store::{Identity, Store};
use crate::error::Result;

/// Where the signers are that follow the first one. A log that is opened with one follows its hand-overs by itself; a log that
/// is opened without is refused once it has handed over.
pub(crate) trait Succession: fmt::Debug + Send + Sync {
    /// The signer after so many hand-overs, 1 or more.
    ///
    /// # Errors
    /// `unavailable` when it is not here.
    fn signer(&self, handovers: u64) -> Result<Arc<dyn Signer>>;

    /// As [`signer`](Self::signer); made, and durable, where there is none yet.
    ///
    /// # Errors
    /// `io`, `permission_denied`, `unavailable`.
    fn prepare(&self, handovers: u64) -> Result<Arc<dyn Signer>>;
}

/// A key that signs the log, with those before it.
#[derive(Debug)]
pub(super) struct Signing {
    pub(super) key: VerifierKey,
    /// All keys up to this one.
    pub(super) chain: KeyChain,
    pub(super) signer: Arc<dyn Signer>,
    next: OnceLock<Box<Self>>,
}

impl Signing {
    /// The signer of a log as it is stored.
    ///
    /// # Errors
    /// `denied` when the log has handed over to a key that is not at hand, `unavailable` when that key is missing.
    pub(super) fn open(store: &mut dyn Store, identity: &Identity, options: &LedgerOptions) -> Result<Self> {
        let (chain, signer) = match (load(store, identity)?, &options.succession) {
            (Some(chain), Some(succession)) => {
                let signer = succession.signer(chain.handovers())?;
                (Some(chain), signer)
            }
            (chain, _) => (chain, Arc::clone(&options.signer)),
        };
        let key = VerifierKey::new(&identity.origin, signer.public_key(&identity.origin)?)?;
        let chain = chain.unwrap_or_else(|| KeyChain::new(key.clone()));
        if *chain.newest() != key {
            return Err(rotated());
        }
        Ok(Self {
            key,
            chain,
            signer,
            next: OnceLock::new(),
        })
    }

    /// The newest that is known.
    pub(super) fn newest(&self) -> &Self {
        let mut newest = self;
        while let Some(next) = newest.next.get() {
            newest = next;
        }
        newest
    }

    /// The one that signs this size, or the first that is known.
    pub(super) fn at(&self, size: u64) -> &Self {
        let mut found = self;
        while let Some(next) = found.next.get()
            && next.chain.newest_from() <= size
        {
            found = next;
        }
        found
    }

    /// The newest, with the hand-overs that are stored by now.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub(super) fn follow(
        &self,
        store: &mut dyn Store,
        identity: &Identity,
        options: &LedgerOptions,
    ) -> Result<&Self> {
        loop {
            let newest = self.newest();
            if store
                .seq_of_tag(&newest.chain.next_tag(identity.log_id))?
                .is_none()
            {
                return Ok(newest);
            }
            let next = Self::open(store, identity, options)?;
            if next.chain.handovers() <= newest.chain.handovers() {
                return Err(rotated());
            }
            // Where another thread was faster, its find is looked at in turn.
            let _ = newest.next.set(Box::new(next));
        }
    }
}
