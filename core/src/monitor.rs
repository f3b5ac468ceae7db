//! Progress of long work, and the wish to stop it.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::error::{Error, ErrorKind, Result};

/// How far a long operation has come.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Progress {
    /// What is being done, as `module.stage`.
    pub stage: &'static str,
    /// Units done.
    pub done: u64,
    /// Units in all, where that is known.
    pub total: Option<u64>,
}

/// Watches a long operation: receives its progress, and can cancel it. Clones watch the same operation.
///
/// ```
/// use vcto::{ErrorKind, monitor::Monitor};
///
/// let monitor = Monitor::default();
/// assert!(monitor.check().is_ok());
/// monitor.cancel();
/// assert_eq!(monitor.check().unwrap_err().kind(), ErrorKind::Cancelled);
/// ```
#[derive(Clone, Default)]
pub struct Monitor {
    cancelled: Arc<AtomicBool>,
    listener: Option<Arc<dyn Fn(Progress) + Send + Sync>>,
}

impl Monitor {
    /// A monitor that hands each step of progress to `listener`, on the thread that works.
    pub fn new(listener: impl Fn(Progress) + Send + Sync + 'static) -> Self {
        Self {
            cancelled: Arc::default(),
            listener: Some(Arc::new(listener)),
        }
    }

    /// Asks the operation to stop at its next check.
    pub fn cancel(&self) {
        self.cancelled.store(true, Ordering::Relaxed);
    }

    /// Whether somebody asked to stop.
    pub fn is_cancelled(&self) -> bool {
        self.cancelled.load(Ordering::Relaxed)
    }

    /// Called by the operation between units of work.
    ///
    /// # Errors
    /// `cancelled` after [`cancel`](Self::cancel).
    pub fn check(&self) -> Result<()> {
        if self.is_cancelled() {
            Err(Error::new(ErrorKind::Cancelled, "the caller asked to stop"))
        } else {
            Ok(())
        }
    }

    /// Called by the operation: tells the listener, then checks.
    ///
    /// # Errors
    /// `cancelled` after [`cancel`](Self::cancel).
    pub fn report(&self, stage: &'static str, done: u64, total: Option<u64>) -> Result<()> {
        if let Some(listener) = &self.listener {
            listener(Progress { stage, done, total });
        }
        self.check()
    }
}

impl fmt::Debug for Monitor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Monitor")
            .field("cancelled", &self.is_cancelled())
            .finish_non_exhaustive()
    }
}
