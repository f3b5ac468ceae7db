//! The worker: what was approved for a window is started when the window has begun.

use super::open::Practice;
use super::tenant::Tenant;
use crate::error::{ErrorKind, Result};
use crate::gate::WorkReport;
use crate::monitor::Monitor;

impl Tenant {
    /// Starts what has what it needs and whose window has begun, the one whose window ends first before the others, and records
    /// what was missed; the notifier is told of that. Everything is derived from the ledger and checked anew. What has no window
    /// is left to who staged it. Call it at the time that the report names, and every few minutes besides: it does what is due,
    /// then returns. Two at once do nothing twice.
    ///
    /// What cannot be started is in the report and does not keep the others from it.
    ///
    /// # Errors
    /// `cancelled` between two executions; `io` and the like from the ledger.
    pub async fn run_due(&self, monitor: &Monitor) -> Result<WorkReport> {
        let mut report = WorkReport::default();
        self.work(monitor, &mut report).await?;
        Ok(report)
    }

    pub(super) async fn work(&self, monitor: &Monitor, report: &mut WorkReport) -> Result<()> {
        let worked = self.gate().run_due(self.name(), monitor, report).await;
        worked.map_err(|error| error.during("tenant.run_due"))
    }
}

impl Practice {
    /// As [`Tenant::run_due`], for every tenant, in order of the name. A tenant that cannot be worked on is in the report, and
    /// the others are worked on all the same.
    ///
    /// ```
    /// use vcto::monitor::Monitor;
    /// use vcto::{Practice, PracticeOptions};
    ///
    /// # pollster::block_on(async {
    /// let practice = Practice::in_memory(PracticeOptions::default());
    /// let report = practice.run_due(&Monitor::default()).await?;
    /// assert!(report.is_quiet() && report.executed.is_empty());
    /// // Come back at `report.next`, or in a few minutes.
    /// # Ok::<(), vcto::Error>(()) }).unwrap();
    /// ```
    ///
    /// # Errors
    /// `cancelled` between two executions; `io` where the tenants cannot be listed.
    pub async fn run_due(&self, monitor: &Monitor) -> Result<WorkReport> {
        let mut report = WorkReport::default();
        for name in self.tenants()? {
            let worked = match self.tenant(&name).await {
                Ok(tenant) => tenant.work(monitor, &mut report).await,
                Err(error) => Err(error),
            };
            match worked {
                Ok(()) => {}
                Err(error) if error.kind() == ErrorKind::Cancelled => return Err(error),
                Err(error) => report.refuse(&name, None, error),
            }
        }
        Ok(report)
    }
}
