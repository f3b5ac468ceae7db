//! Reading: how much there is, entries by their place, and page after page behind a cursor.

use std::ops::RangeBounds;

use super::Ledger;
use crate::error::{Error, ErrorKind, Result};
use crate::ledger::entry::{Entry, EntryType};
use crate::ledger::reader::Question;
use crate::ledger::select::{Cursor, MAX_PAGE, Page, Selection, places};

impl Ledger {
    /// The number of entries.
    ///
    /// # Errors
    /// `io`, `corrupt`, `rollback_detected`.
    pub async fn size(&self) -> Result<u64> {
        self.ask(|reply| Question::Size { reply })
            .await
            .map_err(|error| error.during("ledger.read"))
    }

    /// Entries by sequence number, in order, as far as there are any; checked and opened.
    ///
    /// # Errors
    /// `corrupt`, with the detail `seq`, when an entry is not what was written; `io`, `rollback_detected`.
    pub async fn entries(&self, range: impl RangeBounds<u64>) -> Result<Vec<Entry>> {
        self.entries_of(range, |_| true).await
    }

    /// As [`entries`](Self::entries), with the payloads of the wanted types only; the others are empty. For those who follow
    /// the whole log and must not open what is large and not theirs.
    pub(crate) async fn entries_of(
        &self,
        range: impl RangeBounds<u64>,
        wants: fn(EntryType) -> bool,
    ) -> Result<Vec<Entry>> {
        self.ask(|reply| Question::Entries {
            range: places(&range),
            wants,
            reply,
        })
        .await
        .map_err(|error| error.during("ledger.read"))
    }

    /// Where a reader begins that wants everything from the first entry on.
    pub fn start(&self) -> Cursor {
        Cursor::start(self.log_id())
    }

    /// Reads on from a cursor: a page of the selected entries that follow it, at most `limit` (1 to [`MAX_PAGE`](crate::ledger::MAX_PAGE)), and the
    /// cursor behind them. A page may be empty although more follows: go on until it [is the end](Page::is_end). At the end
    /// of the log, the same cursor finds later what was appended meanwhile.
    ///
    /// ```
    /// # use std::sync::Arc;
    /// # use vcto::ledger::{Cursor, Draft, EntryType, Ledger, LedgerOptions, LocalKeyFile, Selection, Storage};
    /// # use vcto::time::{SystemClock, SystemEntropy};
    /// # pollster::block_on(async {
    /// # let keys = Arc::new(LocalKeyFile::in_memory(&SystemEntropy)?);
    /// # let options = LedgerOptions::new(keys.clone(), keys, Arc::new(SystemClock), Arc::new(SystemEntropy));
    /// # let ledger = Ledger::create(&Storage::memory(), "example.org/halden", "eu", options).await?;
    /// const SENT: EntryType = EntryType(0x8000);
    /// ledger.append(Draft::json(SENT, &"a")?).await?;
    /// let mut kept: String = ledger.start().to_string(); // out of the reader's own store
    /// loop {
    ///     let page = ledger.read_on(&Selection::all().types([SENT]), &kept.parse()?, 100).await?;
    ///     for entry in &page.entries {
    ///         assert_eq!(entry.payload(), br#""a""#); // work first,
    ///     }
    ///     kept = page.cursor.to_string(); // then keep the cursor: at least once
    ///     if page.is_end {
    ///         break;
    ///     }
    /// }
    /// # Ok::<(), vcto::Error>(())
    /// # }).unwrap();
    /// ```
    ///
    /// # Errors
    /// `invalid_input` for another limit and for a cursor of another log; `rollback_detected` when the log is not the one
    /// that was read so far; `corrupt`, with the detail `seq`; `io`.
    pub async fn read_on(&self, selection: &Selection, cursor: &Cursor, limit: usize) -> Result<Page> {
        if limit == 0 || limit > MAX_PAGE {
            return Err(Error::new(
                ErrorKind::InvalidInput,
                format!("a page has 1 to {MAX_PAGE} entries"),
            )
            .at("limit")
            .during("ledger.read"));
        }
        let (selection, cursor) = (selection.clone(), cursor.clone());
        self.ask(|reply| Question::Page {
            selection,
            cursor,
            limit,
            reply,
        })
        .await
        .map_err(|error| error.during("ledger.read"))
    }
}
