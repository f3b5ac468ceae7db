//! Time and randomness come in as arguments: nothing else in this crate reads a clock or the system's entropy.

use std::fmt::Debug;
use std::sync::atomic::{AtomicI64, Ordering};

use jiff::Timestamp;

use crate::error::{Error, ErrorKind, Result};

/// Tells the time. The ledger and the gate take one when a practice is opened.
pub trait Clock: Debug + Send + Sync {
    /// The present, in UTC.
    fn now(&self) -> Timestamp;
}

/// The machine's clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place that reads the machine's clock"
    )]
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }
}

/// A clock that stands still until it is moved: for tests, replays and demonstrations.
///
/// ```
/// use vcto::time::{Clock, ManualClock};
///
/// let clock = ManualClock::new("2026-11-22T08:00:00Z".parse()?);
/// clock.advance(jiff::SignedDuration::from_hours(24));
/// assert_eq!(clock.now().to_string(), "2026-11-23T08:00:00Z");
/// # Ok::<(), jiff::Error>(())
/// ```
#[derive(Debug)]
pub struct ManualClock(AtomicI64);

impl ManualClock {
    /// A clock that shows this time, to the microsecond.
    pub fn new(at: Timestamp) -> Self {
        Self(AtomicI64::new(at.as_microsecond()))
    }

    /// Sets the clock, forwards or backwards.
    pub fn set(&self, at: Timestamp) {
        self.0.store(at.as_microsecond(), Ordering::SeqCst);
    }

    /// Moves the clock; stays within the range of [`Timestamp`].
    pub fn advance(&self, by: jiff::SignedDuration) {
        let moved = self.now().saturating_add(by).unwrap_or(Timestamp::MAX);
        self.set(moved);
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_microsecond(self.0.load(Ordering::SeqCst)).unwrap_or(Timestamp::MAX)
    }
}

/// Gives unpredictable bytes for keys and nonces.
pub trait Entropy: Debug + Send + Sync {
    /// Fills the buffer.
    ///
    /// # Errors
    /// `unavailable` when the source has none.
    fn fill(&self, bytes: &mut [u8]) -> Result<()>;
}

/// The operating system's entropy.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemEntropy;

impl Entropy for SystemEntropy {
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place that reads the system's entropy"
    )]
    fn fill(&self, bytes: &mut [u8]) -> Result<()> {
        getrandom::fill(bytes).map_err(|source| {
            Error::new(
                ErrorKind::Unavailable,
                "the operating system gives no random bytes",
            )
            .caused_by(source)
        })
    }
}
