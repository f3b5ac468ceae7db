//! The anchor logs that are open in this process.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::open::Practice;
use super::place::ANCHOR;
use crate::error::{Error, ErrorKind, Result};
use crate::foreign::guarded;
use crate::gate::is_name;
use crate::ledger::{Anchor, AnchorLog, LedgerOptions, Storage};

/// What the handles to a practice share for anchoring.
#[derive(Default)]
pub(super) struct Anchors {
    /// By region, with the process in which they were opened: a forked child opens them anew.
    logs: Mutex<BTreeMap<String, (u32, AnchorLog)>>,
    /// The anchors outside, in the order in which they were registered.
    outside: Mutex<Vec<Arc<dyn Anchor>>>,
}

impl Anchors {
    fn logs(&self) -> MutexGuard<'_, BTreeMap<String, (u32, AnchorLog)>> {
        self.logs.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn outside(&self) -> MutexGuard<'_, Vec<Arc<dyn Anchor>>> {
        self.outside.lock().unwrap_or_else(PoisonError::into_inner)
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
    /// Registers a place outside that keeps the checkpoints of the anchor logs, for all regions. Rounds hand it what it is owed;
    /// what it was handed under its name before stands in the anchor logs.
    ///
    /// # Errors
    /// `invalid_input` for an unfit name, `conflict` when the name is taken.
    pub fn register_anchor(&self, anchor: impl Anchor + 'static) -> Result<()> {
        self.register_anchor_shared(Arc::new(anchor))
    }

    /// As [`register_anchor`](Self::register_anchor), for an anchor that is shared.
    ///
    /// # Errors
    /// As [`register_anchor`](Self::register_anchor).
    pub fn register_anchor_shared(&self, anchor: Arc<dyn Anchor>) -> Result<()> {
        let refuse =
            |kind, message: String| Err(Error::new(kind, message).during("practice.register_anchor"));
        let name = guarded(|| anchor.name().to_owned()).unwrap_or_default();
        if !is_name(&name) {
            let text =
                "an anchor has a name of 1 to 64 of a-z, 0-9 and `-`, beginning with a letter or digit";
            return refuse(ErrorKind::InvalidInput, text.to_owned());
        }
        let mut outside = self.anchors().outside();
        if outside.iter().any(|known| known.name() == name) {
            return refuse(
                ErrorKind::Conflict,
                format!("there is an anchor `{name}` already"),
            );
        }
        outside.push(anchor);
        Ok(())
    }

    /// The place of a region's anchor log, and what it is opened with; none where there is no such log and none is to be made.
    fn anchor_place(&self, region: &str, make: bool) -> Result<Option<(Storage, LedgerOptions)>> {
        let found = self.place().anchor(region, make, &self.options().entropy)?;
        let log = format!("{ANCHOR}{region}");
        Ok(found.map(|(storage, keys)| (storage, self.ledger_options(&log, &keys))))
    }

    /// The anchor log of a region; one is made where there is none.
    pub(super) async fn make_anchor_log(&self, region: &str) -> Result<AnchorLog> {
        if let Some(log) = self.anchors().opened(region) {
            return Ok(log);
        }
        let origin = self.place().anchor_origin(region);
        let Some((storage, options)) = self.anchor_place(region, true)? else {
            return Err(Error::new(ErrorKind::Internal, "an anchor log has no place"));
        };
        let log = AnchorLog::open_or_create(&storage, &origin, region, options).await;
        let log = log.map_err(|error| self.with_remedy(&format!("{ANCHOR}{region}"), error))?;
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
            Err(error) => Err(self.with_remedy(&format!("{ANCHOR}{region}"), error)),
            Ok(log) => Ok(Some(self.anchors().keep(region, log))),
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
