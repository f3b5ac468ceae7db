//! Bringing a tenant back from its proof.

use std::path::Path;

use super::LEDGER;
use crate::error::{Error, Result};
use crate::ledger::VerifyOptions;
use crate::practice::{Practice, Tenant};

impl Practice {
    /// Brings a tenant back from the proof that [`Tenant::prove`] wrote, or from the bundle of its ledger alone, and opens it:
    /// on another machine, or after a loss. The tenant's key must be in its place (`keys/<tenant>.key`, and the newest to which it
    /// handed over), and the practice must have the same origin. The ledger is verified first, by its signature, its tree and the rules of the gate, and written
    /// whole or not at all; the other files of a proof are not needed, since what they say is in the ledger.
    ///
    /// A ledger that went on elsewhere after the proof was written forks by this: see
    /// [`Ledger::import`](crate::ledger::Ledger::import), and give what was kept of it with `verify`.
    ///
    /// # Errors
    /// `conflict` when there is such a tenant already; `rollback_detected` when the proof ends before the high-water mark that is
    /// here (details `have` and `expected`): then nothing is written; `unavailable` when its key is not here; `unsupported` in memory;
    /// `invalid_input` for the proof of another origin; else as `Ledger::import`.
    pub async fn import_tenant(
        &self,
        name: &str,
        dir: impl AsRef<Path>,
        verify: &VerifyOptions,
    ) -> Result<Tenant> {
        let dir = dir.as_ref();
        let ledger = dir.join(LEDGER);
        let bundle = if ledger.is_dir() { &ledger } else { dir };
        self.bring_back(name, bundle, verify)
            .await
            .map_err(|error: Error| error.during("practice.import_tenant"))
    }
}
