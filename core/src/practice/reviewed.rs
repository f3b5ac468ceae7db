//! How a review is recorded: the snapshot, and what was concluded from it.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::tenant::{Tenant, Trigger};
use crate::digest::Digest;
use crate::error::{Error, ErrorKind, Result};
use crate::estate::Estate;
use crate::gate::SNAPSHOT;
use crate::ledger::{Condition, Draft, EntryType};
use crate::review::Review;

/// The entry that holds a review.
pub(crate) const REVIEWED: EntryType = EntryType(0x0201);

/// How often the place in the log is sought anew because others were faster.
const MAX_TRIES: usize = 1_000;

/// The payload of [`REVIEWED`]. The format is in `docs/formats/gate-records.md`.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Reviewed {
    pub(crate) v: u8,
    pub(crate) trigger: Trigger,
    pub(crate) as_of: Date,
    /// The entry with the snapshot that was reviewed.
    pub(crate) snapshot: u64,
    /// The digest of that snapshot.
    pub(crate) estate: Digest,
    /// The document, byte for byte.
    pub(crate) review: Box<RawValue>,
}

impl Tenant {
    /// Appends the snapshot and the review next to each other.
    pub(super) async fn record_review(
        &self,
        estate: &Estate,
        review: &Review,
        trigger: Trigger,
    ) -> Result<()> {
        let document = RawValue::from_string(review.to_json())
            .map_err(|source| Error::new(ErrorKind::Internal, "a review is not JSON").caused_by(source))?;
        let mut record = Reviewed {
            v: 1,
            trigger,
            as_of: review.as_of,
            snapshot: 0,
            estate: estate.digest(),
            review: document,
        };
        let snapshot = Draft::new(SNAPSHOT, estate.to_json().into_bytes());
        for _ in 0..MAX_TRIES {
            record.snapshot = self.ledger().size().await?;
            let drafts = vec![snapshot.clone(), Draft::json(REVIEWED, &record)?];
            match self
                .ledger()
                .append_reserved(drafts, Condition::SizeIs(record.snapshot))
                .await
            {
                Ok(_) => {
                    self.gate().hold_estate(record.snapshot, estate.clone());
                    return Ok(());
                }
                Err(error) if error.kind() == ErrorKind::Conflict => {}
                Err(error) => return Err(error),
            }
        }
        Err(Error::new(
            ErrorKind::Busy,
            "others write to this ledger all the time",
        ))
    }
}
