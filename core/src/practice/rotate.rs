//! Handing the signing of a ledger over to a new key.

use super::open::Practice;
use crate::error::{Error, Result};
use crate::ledger::VerifierKey;

impl Practice {
    /// Hands the signing of a tenant's ledger over to a new key, and gives its public key: by policy after so many years, or when
    /// the old one may be known to others. The hand-over is an entry of the ledger, signed by both keys; what was signed before
    /// stays valid, and whoever holds any public key of the ledger can follow. It may be done at any time: the tenant stays open,
    /// here and in other processes, and an execution that is under way goes on.
    ///
    /// The new key is a secret of its own, in a file beside the first: `keys/<tenant>.key.1`, after the next rotation
    /// `keys/<tenant>.key.2`. The first is needed as before, to read the content. Where the practice is in a database, each other
    /// machine needs a copy of the new file: until it has one, its appends are refused with `unavailable`. A rotation that was
    /// interrupted has been done or not; where it left a key without an entry, the next one takes that.
    ///
    /// ```
    /// use vcto::practice::{Practice, PracticeOptions, TenantOptions};
    ///
    /// # pollster::block_on(async {
    /// let practice = Practice::in_memory(PracticeOptions::default());
    /// let tenant = practice.create_tenant("halden", TenantOptions::region("eu")).await?;
    /// let before = tenant.ledger().verifier_key().clone();
    /// let now = practice.rotate_tenant_key("halden").await?;
    /// assert_eq!(tenant.ledger().verifier_key(), &now);
    /// assert_ne!(before, now);
    /// # Ok::<(), vcto::Error>(())
    /// # }).unwrap();
    /// ```
    ///
    /// # Errors
    /// As [`tenant`](Self::tenant), but for the policy; `io`, `permission_denied` when the new key cannot be written.
    pub async fn rotate_tenant_key(&self, name: &str) -> Result<VerifierKey> {
        let during = |error: Error| error.during("practice.rotate_tenant_key");
        let ledger = self.ledger_of(name).await.map_err(during)?;
        ledger.succeed().await.map_err(during)?;
        Ok(ledger.verifier_key().clone())
    }

    /// As [`rotate_tenant_key`](Self::rotate_tenant_key), for the anchor log of a region (`keys/anchor.<region>.key.1`). The anchors
    /// outside learn of it with the next checkpoint that they are handed.
    ///
    /// # Errors
    /// As [`anchor_log`](Self::anchor_log); `io`, `permission_denied` when the new key cannot be written.
    pub async fn rotate_anchor_key(&self, region: &str) -> Result<VerifierKey> {
        let during = |error: Error| error.during("practice.rotate_anchor_key");
        let ledger = self.anchor_log(region).await.map_err(during)?;
        ledger.succeed().await.map_err(during)?;
        Ok(ledger.verifier_key().clone())
    }
}
