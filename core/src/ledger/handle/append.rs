//! Writing: entries go to the writer, checked as far as they can be before they are sealed.

use super::Ledger;
use crate::error::{Error, ErrorKind, Result};
use crate::ledger::entry::{Condition, Draft, Receipt};
use crate::ledger::writer::Order;

/// The most drafts of one atomic append.
const MAX_DRAFTS: usize = 1_024;

impl Ledger {
    /// Appends one entry. When the future is ready the entry is durable and has its place; when it is dropped before,
    /// the entry may or may not have been written (an idempotency key tells later).
    ///
    /// # Errors
    /// As [`append_all`](Self::append_all).
    pub async fn append(&self, draft: Draft) -> Result<Receipt> {
        let receipts = self.append_all(vec![draft], Condition::Any).await?;
        receipts.into_iter().next().ok_or_else(|| {
            Error::new(ErrorKind::Internal, "an append without a receipt").during("ledger.append")
        })
    }

    /// Appends entries next to each other: all or none. 1 to 1,024.
    ///
    /// # Errors
    /// `denied` for a type of entry that the [check](crate::ledger::LedgerOptions::policy) of this log reserves; `conflict` when the
    /// condition does not hold or an idempotency key was used for another content, `invalid_input`, `too_large`,
    /// `rollback_detected`, `corrupt`; `io` or `unavailable` when the store fails: whether the entries were written is then
    /// open until an append with the same idempotency keys, or reading, tells.
    pub async fn append_all(&self, drafts: Vec<Draft>, condition: Condition) -> Result<Vec<Receipt>> {
        if let Some(check) = &self.0.session.options.policy {
            drafts.iter().try_for_each(|draft| draft.check_free(&**check))?;
        }
        self.append_reserved(drafts, condition).await
    }

    /// As [`append_all`](Self::append_all), for those of this crate whose types of entry are reserved. Not public: what is
    /// written through it must pass the transition function of its domain first.
    pub(crate) async fn append_reserved(
        &self,
        drafts: Vec<Draft>,
        condition: Condition,
    ) -> Result<Vec<Receipt>> {
        if drafts.is_empty() || drafts.len() > MAX_DRAFTS {
            return Err(
                Error::new(ErrorKind::InvalidInput, "1 to 1,024 entries are appended at once")
                    .during("ledger.append"),
            );
        }
        drafts.iter().try_for_each(Draft::check)?;
        self.order(|reply| Order::Append {
            drafts,
            condition,
            reply,
        })
        .await
    }
}
