//! The anchor logs that are open in this process.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::open::Practice;
use crate::error::{Error, ErrorKind, Result};
use crate::ledger::AnchorLog;

/// What the handles to a practice share for anchoring.
#[derive(Default)]
pub(super) struct Anchors {
    /// By region, with the process in which they were opened: a forked child opens them anew.
    logs: Mutex<BTreeMap<String, (u32, AnchorLog)>>,
}

impl Anchors {
    fn logs(&self) -> MutexGuard<'_, BTreeMap<String, (u32, AnchorLog)>> {
        self.logs.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn opened(&self, region: &str) -> Option<AnchorLog> {
        let logs = self.logs();
        let (pid, log) = logs.get(region)?;
        (*pid == std::process::id()).then(|| log.clone())
    }

    fn keep(&self, region: &str, log: AnchorLog) -> AnchorLog {
        self.logs()
            .insert(region.to_owned(), (std::process::id(), log.clone()));
        log
    }
}

impl Practice {
    /// The anchor log of a region; one is made where there is none.
    pub(super) async fn make_anchor_log(&self, region: &str) -> Result<AnchorLog> {
        if let Some(log) = self.anchors().opened(region) {
            return Ok(log);
        }
        let origin = self.anchor_origin(region);
        let Some((storage, options)) = self.anchor_place(region, true)? else {
            return Err(crate::Error::new(
                ErrorKind::Internal,
                "an anchor log has no place",
            ));
        };
        let log = AnchorLog::open_or_create(&storage, &origin, region, options).await?;
        Ok(self.anchors().keep(region, log))
    }

    /// The anchor log of a region; none where there is none.
    pub(super) async fn opened_anchor_log(&self, region: &str) -> Result<Option<AnchorLog>> {
        if let Some(log) = self.anchors().opened(region) {
            return Ok(Some(log));
        }
        let Some((storage, options)) = self.anchor_place(region, false)? else {
            return Ok(None);
        };
        match AnchorLog::open(&storage, options).await {
            Err(error) if error.kind() == ErrorKind::NotFound => Err(gone(region)),
            log => Ok(Some(self.anchors().keep(region, log?))),
        }
    }
}

/// Something is left of the log: a folder, or the high-water mark.
fn gone(region: &str) -> Error {
    Error::new(
        ErrorKind::RollbackDetected,
        format!("the anchor log of the region `{region}` is gone, and was there: its mark or folder is left"),
    )
    .remedy("restore it from a backup; where its creation was interrupted, a round completes it")
    .during("practice.anchor_log")
}
