//! A practice: its tenants, and the executors that all of them share.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use jiff::Timestamp;

use super::anchors::Anchors;
use super::keys::LogKeys;
use super::options::PracticeOptions;
use super::place::Place;
use super::tenant::Open;
use crate::error::{Error, ErrorKind, Result};
use crate::gate::{Executor, GateCheck, Means, Policy, Registry, check_name};
use crate::ledger::LedgerOptions;

/// A managed service provider's practice. Clones are handles to the same one.
///
/// ```
/// use vcto::practice::{Practice, PracticeOptions, TenantOptions};
///
/// # pollster::block_on(async {
/// let practice = Practice::in_memory(PracticeOptions::default());
/// practice.create_tenant("halden", TenantOptions::region("eu")).await?;
/// let error = practice.tenant("haldne").await.unwrap_err();
/// assert_eq!(error.kind(), vcto::ErrorKind::NotFound);
/// assert_eq!(error.remedy_text(), Some("did you mean `halden`?"));
/// # Ok::<(), vcto::Error>(())
/// # }).unwrap();
/// ```
#[derive(Clone)]
pub struct Practice(Arc<Inner>);

struct Inner {
    place: Place,
    options: PracticeOptions,
    registry: Arc<Registry>,
    anchors: Anchors,
    /// Tenants that are open in this process: two handles share one.
    open: Mutex<BTreeMap<String, Weak<Open>>>,
}

impl Practice {
    /// Opens the practice in this folder, or begins one where the folder is empty or not there. `postgres://user@host/database`
    /// names a database instead, with the feature `postgres`: see [`Storage::postgres`](crate::ledger::Storage::postgres) for what it must be like, and
    /// [`PracticeOptions::folder`] for what is kept elsewhere.
    ///
    /// # Errors
    /// `invalid_input` when the folder holds something else, the URL is unfit or the policy, the origin or the operator is unfit; `conflict` when the practice is known by
    /// another origin; `io`, `permission_denied`, `corrupt`, `unsupported`.
    #[expect(
        clippy::unused_async,
        reason = "awaited everywhere: a place that waits otherwise changes no caller"
    )]
    pub async fn open(folder: impl AsRef<Path>, options: PracticeOptions) -> Result<Self> {
        let during = |error: Error| error.during("practice.open");
        options
            .policy
            .as_ref()
            .map_or(Ok(()), Policy::check)
            .and_then(|()| check_name(options.operator.name(), "operator"))
            .map_err(during)?;
        let place = Place::open(folder.as_ref(), &options);
        Ok(Self::new(place.map_err(during)?, options))
    }

    /// A practice in memory: for tests and demonstrations. It is gone with the last handle to it.
    pub fn in_memory(options: PracticeOptions) -> Self {
        Self::new(Place::memory(&options), options)
    }

    fn new(place: Place, options: PracticeOptions) -> Self {
        Self(Arc::new(Inner {
            place,
            options,
            registry: Arc::default(),
            anchors: Anchors::default(),
            open: Mutex::default(),
        }))
    }

    /// Registers an executor for all tenants. What names it is staged after that: an action that no registered executor
    /// declares is left to humans.
    ///
    /// # Errors
    /// `conflict` when the name is taken; `invalid_input` when a name is unfit or an action is declared twice.
    pub fn register(&self, executor: impl Executor + 'static) -> Result<()> {
        self.register_shared(Arc::new(executor))
    }

    /// As [`register`](Self::register), for an executor that is shared.
    ///
    /// # Errors
    /// As [`register`](Self::register).
    pub fn register_shared(&self, executor: Arc<dyn Executor>) -> Result<()> {
        self.0
            .registry
            .register(executor)
            .map_err(|error| error.during("practice.register"))
    }

    pub(super) fn place(&self) -> &Place {
        &self.0.place
    }

    pub(super) fn options(&self) -> &PracticeOptions {
        &self.0.options
    }

    pub(super) fn anchors(&self) -> &Anchors {
        &self.0.anchors
    }

    /// The tenants that are open, by name.
    pub(super) fn open_tenants(&self) -> MutexGuard<'_, BTreeMap<String, Weak<Open>>> {
        self.0.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Says how to go on with a log whose mark is missing.
    pub(super) fn with_remedy(&self, log: &str, error: Error) -> Error {
        if error.kind() != ErrorKind::RollbackDetected || self.place().has_mark(log) {
            return error;
        }
        error.remedy(format!(
            "restore the mark; or compare the log with a receipt, a checkpoint or a bundle that was kept elsewhere, and open the \
             practice with the option `accept_missing_mark` (in Node `acceptMissingMark`, on the command line `--accept-missing-mark`) for `{log}`, which is recorded in the log"
        ))
    }

    pub(super) fn now(&self) -> Timestamp {
        self.0.options.clock.now()
    }

    /// What a gate works with.
    pub(super) fn means(&self) -> Result<Means> {
        // A practice in memory is made without a check.
        check_name(self.0.options.operator.name(), "operator")?;
        Ok(Means {
            registry: Arc::clone(&self.0.registry),
            clock: Arc::clone(&self.0.options.clock),
            operator: self.0.options.operator.clone(),
            notifier: self.0.options.notifier.clone(),
        })
    }

    /// What a log is opened with: that of a tenant, or `anchor/<region>`.
    pub(super) fn ledger_options(&self, log: &str, keys: &LogKeys) -> LedgerOptions {
        let options = &self.0.options;
        LedgerOptions::new(
            Arc::clone(keys.first()) as _,
            Arc::clone(keys.first()) as _,
            Arc::clone(&options.clock),
            Arc::clone(&options.entropy),
        )
        .policy(Arc::new(GateCheck))
        .succession(Arc::new(keys.clone()))
        .accept_missing_mark(options.without_mark.contains(log))
    }
}

impl fmt::Debug for Practice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Practice")
            .field("place", &self.0.place)
            .finish_non_exhaustive()
    }
}
