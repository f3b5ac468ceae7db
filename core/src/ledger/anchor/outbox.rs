//! What the anchors outside are owed, and handing it to them. The outbox is the anchor log itself: what an anchor has confirmed,
//! and when the next try is due, are entries of it.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::head::malformed;
use super::log::AnchorLog;
use super::outside::{Anchor, AnchorRequest, Kept};
use super::state::State;
use crate::error::{Error, ErrorKind, Result};
use crate::foreign::awaited;
use crate::ledger::checkpoint::Checkpoint;
use crate::ledger::entry::{Condition, Draft, EntryType};

/// The wait after the first failure; it doubles with each.
const FIRST_WAIT: SignedDuration = SignedDuration::from_mins(1);
/// The longest wait of our own accord.
const LONGEST_WAIT: SignedDuration = SignedDuration::from_hours(1);
/// The longest wait that an anchor may ask for.
const LONGEST_ASKED: SignedDuration = SignedDuration::from_hours(24);
/// The longest answer that is recorded, in bytes.
const MAX_ANSWER: usize = 16 << 10;

/// What became of an anchor in a round.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum DeliveryOutcome {
    /// It has everything: no head was taken since the checkpoint that it keeps.
    Current,
    /// It did not keep the checkpoint. What it kept before stands.
    Failed,
    /// It keeps the checkpoint of this round.
    Kept,
    /// It failed before, and its next try is not due yet.
    Waiting,
}

/// An anchor in a round.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Delivery {
    /// The anchor.
    pub anchor: String,
    /// What became of it.
    pub outcome: DeliveryOutcome,
    /// The size of the newest checkpoint that it keeps; 0 for none.
    pub confirmed: u64,
    /// When it is tried again, where it failed.
    pub next: Option<Timestamp>,
    /// What is wrong.
    pub text: Option<String>,
}

/// What an anchor has confirmed, and what is to be tried when.
#[derive(Clone, Debug, Default)]
pub(super) struct Standing {
    /// The newest checkpoint that it keeps.
    pub(super) confirmed: Option<Confirmed>,
    failures: u32,
    next: Option<Timestamp>,
}

#[derive(Clone, Debug)]
pub(super) struct Confirmed {
    pub(super) size: u64,
    pub(super) note: String,
}

/// The payload of [`EntryType::ANCHORED`].
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AnchoredRecord {
    v: u8,
    anchor: String,
    size: u64,
    /// The signed note that it keeps.
    checkpoint: String,
    at: Timestamp,
    answer: Option<String>,
}

/// The payload of [`EntryType::ANCHOR_FAILED`].
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FailedRecord {
    v: u8,
    anchor: String,
    size: u64,
    /// The kind of the error.
    kind: String,
    failures: u32,
    at: Timestamp,
    next: Timestamp,
}

impl State {
    /// The newest of the checkpoints that some anchor keeps.
    pub(super) fn confirmed(&self) -> Option<&Confirmed> {
        let all = self
            .anchors
            .values()
            .filter_map(|standing| standing.confirmed.as_ref());
        all.max_by_key(|confirmed| confirmed.size)
    }

    pub(super) fn take_anchored(&mut self, record: AnchoredRecord, seq: u64) -> Result<()> {
        if record.v != 1 || record.size > seq {
            return Err(malformed(
                "a confirmation of a checkpoint that was not signed yet",
            ));
        }
        let standing = self.anchors.entry(record.anchor).or_default();
        standing.failures = 0;
        standing.next = None;
        // A later confirmation of less takes nothing back.
        if standing
            .confirmed
            .as_ref()
            .is_none_or(|before| before.size <= record.size)
        {
            standing.confirmed = Some(Confirmed {
                size: record.size,
                note: record.checkpoint,
            });
        }
        Ok(())
    }

    pub(super) fn take_failed(&mut self, record: FailedRecord) -> Result<()> {
        if record.v != 1 {
            return Err(malformed("a failure of an anchor is not in its form"));
        }
        let standing = self.anchors.entry(record.anchor).or_default();
        standing.failures = record.failures;
        standing.next = Some(record.next);
        Ok(())
    }
}

impl AnchorLog {
    /// Hands the checkpoint to those anchors that are owed a head and whose time has come. What comes of it is recorded.
    ///
    /// # Errors
    /// `conflict` when others write to the anchor log meanwhile; `io` and the like: of the log, never of an anchor.
    pub(crate) async fn deliver(
        &self,
        anchors: &[Arc<dyn Anchor>],
        checkpoint: &Checkpoint,
        at: Timestamp,
    ) -> Result<Vec<Delivery>> {
        let mut told = Vec::new();
        for anchor in anchors {
            told.push(self.deliver_to(anchor, checkpoint, at).await?);
        }
        Ok(told)
    }

    async fn deliver_to(
        &self,
        anchor: &Arc<dyn Anchor>,
        checkpoint: &Checkpoint,
        at: Timestamp,
    ) -> Result<Delivery> {
        let state = self.state().await?;
        let name = anchor.name().to_owned();
        let standing = state.anchors.get(&name).cloned().unwrap_or_default();
        let confirmed = standing.confirmed.as_ref().map_or(0, |confirmed| confirmed.size);
        let mut told = Delivery {
            anchor: name,
            outcome: DeliveryOutcome::Current,
            confirmed,
            next: None,
            text: None,
        };
        if state.newest_head.is_none_or(|head| head < confirmed) {
            return Ok(told);
        }
        if standing.next.is_some_and(|next| at < next) {
            told.outcome = DeliveryOutcome::Waiting;
            told.next = standing.next;
            return Ok(told);
        }
        let keys = self.ledger().keys();
        let request = AnchorRequest {
            checkpoint: checkpoint.clone(),
            key: keys.at(checkpoint.size()).clone(),
            handovers: keys.notes().map(str::to_owned).collect(),
            keys: keys.clone(),
            region: self.ledger().region().to_owned(),
            confirmed,
            failures: standing.failures,
            at,
            ledger: self.ledger().clone(),
        };
        let kept = awaited(|| anchor.keep(&request)).await;
        let kept = kept.unwrap_or_else(|| Err(Error::new(ErrorKind::Internal, "the anchor panicked")));
        let draft = match kept {
            Ok(kept) => {
                told.outcome = DeliveryOutcome::Kept;
                told.confirmed = checkpoint.size();
                anchored(&told, kept, checkpoint, at)?
            }
            Err(error) => {
                let failures = standing.failures.saturating_add(1);
                let next = at
                    .saturating_add(wait(failures, &error))
                    .unwrap_or(Timestamp::MAX);
                told.outcome = DeliveryOutcome::Failed;
                told.next = Some(next);
                told.text = Some(error.to_string());
                let record = FailedRecord {
                    v: 1,
                    anchor: told.anchor.clone(),
                    size: checkpoint.size(),
                    kind: error.kind().as_str().to_owned(),
                    failures,
                    at,
                    next,
                };
                Draft::of_ledger(EntryType::ANCHOR_FAILED, &record)?
            }
        };
        let size = Condition::SizeIs(state.size);
        self.ledger().append_reserved(vec![draft], size).await?;
        Ok(told)
    }
}

fn anchored(told: &Delivery, kept: Kept, checkpoint: &Checkpoint, at: Timestamp) -> Result<Draft> {
    Draft::of_ledger(
        EntryType::ANCHORED,
        &AnchoredRecord {
            v: 1,
            anchor: told.anchor.clone(),
            size: checkpoint.size(),
            checkpoint: checkpoint.note().to_owned(),
            at,
            answer: kept.answer.filter(|answer| answer.len() <= MAX_ANSWER),
        },
    )
}

/// How long to leave an anchor alone after so many failures in a row.
fn wait(failures: u32, error: &Error) -> SignedDuration {
    let own = FIRST_WAIT
        .checked_mul(2i32.checked_pow(failures.saturating_sub(1)).unwrap_or(i32::MAX))
        .unwrap_or(LONGEST_WAIT)
        .min(LONGEST_WAIT);
    let asked = error
        .context()
        .find(|(name, _)| *name == "retry_after")
        .and_then(|(_, seconds)| seconds.parse().ok())
        .map(SignedDuration::from_secs);
    asked.map_or(own, |asked| asked.min(LONGEST_ASKED).max(own))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wait_doubles_up_to_an_hour_and_heeds_what_is_asked_up_to_a_day() {
        let error = Error::new(ErrorKind::Unavailable, "x");
        let minutes: Vec<_> = (1..=8)
            .map(|failures| wait(failures, &error).as_secs() / 60)
            .collect();
        assert_eq!(minutes, [1, 2, 4, 8, 16, 32, 60, 60]);
        assert_eq!(wait(u32::MAX, &error), LONGEST_WAIT);
        let asking = |seconds: &str| {
            let error = Error::new(ErrorKind::Unavailable, "x").with("retry_after", seconds);
            wait(1, &error).as_secs()
        };
        assert_eq!(asking("300"), 300);
        assert_eq!((asking("1"), asking("-5"), asking("soon")), (60, 60, 60));
        assert_eq!(asking("9999999999"), 24 * 60 * 60);
    }
}
