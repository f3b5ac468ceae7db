//! What a ledger is opened with.

use std::sync::Arc;

use super::keys::{KeyProvider, Signer};
use super::signing::Succession;
use super::verdict::DomainCheck;
use crate::time::{Clock, Entropy};

/// What a ledger needs from outside.
#[derive(Clone, Debug)]
pub struct LedgerOptions {
    pub(super) keys: Arc<dyn KeyProvider>,
    pub(super) signer: Arc<dyn Signer>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) entropy: Arc<dyn Entropy>,
    pub(super) accept_missing_mark: bool,
    pub(super) policy: Option<Arc<dyn DomainCheck>>,
    pub(super) succession: Option<Arc<dyn Succession>>,
}

impl LedgerOptions {
    /// Keys to seal with, a key to sign with, a clock and entropy.
    pub fn new(
        keys: Arc<dyn KeyProvider>,
        signer: Arc<dyn Signer>,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
    ) -> Self {
        Self {
            keys,
            signer,
            clock,
            entropy,
            accept_missing_mark: false,
            policy: None,
            succession: None,
        }
    }

    /// Verifies the meaning of the entries too: the `policy` verdict. The types of entry that the check
    /// [reserves](DomainCheck::reserves) cannot be appended through this handle.
    #[must_use]
    pub fn policy(mut self, check: Arc<dyn DomainCheck>) -> Self {
        self.policy = Some(check);
        self
    }

    /// Where the signers are to which the log hands over: it follows them while it is open.
    pub(crate) fn succession(mut self, succession: Arc<dyn Succession>) -> Self {
        self.succession = Some(succession);
        self
    }

    /// Opens a log although its high-water mark is missing. Only for one who has compared the log with something that
    /// was kept elsewhere: without the mark a truncated log looks whole.
    #[must_use]
    pub fn accept_missing_mark(mut self, accept: bool) -> Self {
        self.accept_missing_mark = accept;
        self
    }
}
