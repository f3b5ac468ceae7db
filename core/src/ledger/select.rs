//! Reading on: which entries are wanted, where a reader has come, and a page of what follows.

use std::collections::BTreeSet;
use std::fmt;
use std::ops::{Bound, Range, RangeBounds};
use std::str::FromStr;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use jiff::Timestamp;
use serde::{Serialize, Serializer};

use super::checkpoint::decimal;
use super::entry::{Entry, EntryType, LogId};
use super::header::Codec;
use super::tree::Hash;
use crate::digest::unhex;
use crate::error::{Error, ErrorKind, Result};

/// The most entries of a page.
pub const MAX_PAGE: usize = 1_024;

const CURSOR_FORMAT: &str = "vcto.cursor/1";
/// A cursor is shorter than this.
const MAX_CURSOR: usize = 160;

/// Which entries are wanted: all that fit every condition. Each condition is checked on what was read and hashed again, never
/// on an index that could be wrong.
///
/// ```
/// use vcto::ledger::{EntryType, Selection};
///
/// let approvals_in_november = Selection::all()
///     .types([EntryType(0x0111)])
///     .since("2026-11-01T00:00:00Z".parse()?)
///     .until("2026-12-01T00:00:00Z".parse()?);
/// # let _ = approvals_in_november;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Selection {
    types: Option<BTreeSet<EntryType>>,
    pub(super) seq: Range<u64>,
    pub(super) since: Option<Timestamp>,
    pub(super) until: Option<Timestamp>,
    subject: Option<String>,
}

impl Default for Selection {
    fn default() -> Self {
        Self::all()
    }
}

impl Selection {
    /// Every entry.
    pub fn all() -> Self {
        Self {
            types: None,
            seq: 0..u64::MAX,
            since: None,
            until: None,
            subject: None,
        }
    }

    /// Only entries of these types. The payloads of others are not opened.
    #[must_use]
    pub fn types(mut self, types: impl IntoIterator<Item = EntryType>) -> Self {
        self.types = Some(types.into_iter().collect());
        self
    }

    /// Only entries at these places.
    #[must_use]
    pub fn range(mut self, seq: impl RangeBounds<u64>) -> Self {
        self.seq = places(&seq);
        self
    }

    /// Only entries of this time or later, by the writer's clock. Entries never go back in time, so the first one is found
    /// without reading those before it.
    #[must_use]
    pub fn since(mut self, time: Timestamp) -> Self {
        self.since = Some(time);
        self
    }

    /// Only entries before this time.
    #[must_use]
    pub fn until(mut self, time: Timestamp) -> Self {
        self.until = Some(time);
        self
    }

    /// Only entries about this: the id of a proposal, an asset, a person. An entry is about what stands in its JSON payload
    /// as a whole text value, at any depth; in a payload that is no JSON, as a text in quotes that no colon follows.
    #[must_use]
    pub fn subject(mut self, subject: impl Into<String>) -> Self {
        self.subject = Some(subject.into());
        self
    }

    pub(super) fn wants(&self, entry_type: EntryType) -> bool {
        self.types
            .as_ref()
            .is_none_or(|types| types.contains(&entry_type))
    }

    /// Whether an opened entry of a wanted type is about the subject.
    pub(super) fn is_about(&self, entry: &Entry) -> bool {
        let Some(subject) = &self.subject else { return true };
        if entry.codec() != Codec::Json {
            return false;
        }
        mentions(entry.payload(), subject)
    }
}

/// The half-open range that bounds mean.
pub(super) fn places(range: &impl RangeBounds<u64>) -> Range<u64> {
    let start = match range.start_bound() {
        Bound::Included(start) => *start,
        Bound::Excluded(before) => before.saturating_add(1),
        Bound::Unbounded => 0,
    };
    let end = match range.end_bound() {
        Bound::Included(last) => last.saturating_add(1),
        Bound::Excluded(end) => *end,
        Bound::Unbounded => u64::MAX,
    };
    start..end
}

/// Where a reader has come: everything before was given to it. Its text is short, says nothing confidential, and is kept by the
/// reader beside what it made of the entries.
///
/// Delivery is *at least once*: a reader that stores its cursor after its work is given again, after a crash, what it had not
/// stored yet; one that stores both in one transaction of its own sees each entry once. A cursor also holds the hash of the
/// last entry before it, so that a log that was rolled back or written anew is refused instead of read on.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Cursor {
    pub(super) log_id: LogId,
    pub(super) next: u64,
    /// The leaf hash of entry `next - 1`.
    pub(super) last: Option<Hash>,
}

impl Cursor {
    pub(super) fn start(log_id: LogId) -> Self {
        Self {
            log_id,
            next: 0,
            last: None,
        }
    }

    /// Where a reader is that has done its work on this entry and on those before it.
    pub fn after(entry: &Entry) -> Self {
        Self {
            log_id: entry.header().log_id,
            next: entry.seq().saturating_add(1),
            last: Some(entry.leaf_hash()),
        }
    }

    /// The place of the first entry that was not given yet.
    pub fn next_seq(&self) -> u64 {
        self.next
    }
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{CURSOR_FORMAT} {} {} ", self.log_id, self.next)?;
        match &self.last {
            Some(hash) => f.write_str(&BASE64_STANDARD.encode(hash)),
            None => f.write_str("-"),
        }
    }
}

impl Serialize for Cursor {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl FromStr for Cursor {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        parse(text).ok_or_else(|| {
            Error::new(ErrorKind::InvalidInput, "this is no cursor of a ledger")
                .remedy("pass what `cursor` gave, or none to begin at the first entry")
                .during("ledger.cursor")
        })
    }
}

fn parse(text: &str) -> Option<Cursor> {
    if text.len() > MAX_CURSOR {
        return None;
    }
    let mut words = text.split(' ');
    let (format, log_id, next, last) = (words.next()?, words.next()?, words.next()?, words.next()?);
    if format != CURSOR_FORMAT || words.next().is_some() {
        return None;
    }
    let next = decimal(next)?;
    let last = match last {
        "-" => None,
        hash => Some(Hash::try_from(BASE64_STANDARD.decode(hash).ok()?).ok()?),
    };
    let log_id = LogId(unhex(log_id)?);
    ((next == 0) == last.is_none()).then_some(Cursor { log_id, next, last })
}

/// What follows a cursor. Serialises to the document that all three languages give.
#[derive(Clone, Debug, Serialize)]
pub struct Page {
    /// The entries that were selected, in order.
    pub entries: Vec<Entry>,
    /// Where the next page begins. It moves on over entries that were not selected too.
    pub cursor: Cursor,
    /// Whether nothing follows for now: the end of the log or of the selection was reached.
    pub is_end: bool,
}

/// Whether a text stands among the values of a JSON document, at any depth: what is nested is not descended into, but gone
/// over, so that no depth is too much. Of what is no JSON the texts count that are whole.
fn mentions(json: &[u8], subject: &str) -> bool {
    let mut rest = json;
    while let Some(start) = rest.iter().position(|byte| *byte == b'"') {
        let text = rest.get(start..).unwrap_or_default();
        let Some(length) = length_of_text(text) else {
            return false;
        };
        let (text, after) = text.split_at_checked(length).unwrap_or((text, &[]));
        let next = after.iter().find(|byte| !b" \t\r\n".contains(byte));
        if next != Some(&b':') && is_written(text, subject) {
            return true;
        }
        rest = after;
    }
    false
}

/// How long the text is that begins here, with both of its quotes; none where it does not end.
fn length_of_text(json: &[u8]) -> Option<usize> {
    let mut is_escaped = false;
    let end = json.iter().skip(1).position(|byte| {
        let ends = *byte == b'"' && !is_escaped;
        is_escaped = *byte == b'\\' && !is_escaped;
        ends
    })?;
    Some(end + 2)
}

/// Whether this is how the subject is written, however it is escaped.
fn is_written(text: &[u8], subject: &str) -> bool {
    let inner = text.get(1..text.len().saturating_sub(1)).unwrap_or_default();
    if inner.contains(&b'\\') {
        serde_json::from_slice::<String>(text).is_ok_and(|text| text == subject)
    } else {
        inner == subject.as_bytes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_comes_back_from_its_text_and_nothing_else_is_one() {
        let start = Cursor::start(LogId([7; 16]));
        let later = Cursor {
            next: 42,
            last: Some([9; 32]),
            ..start.clone()
        };
        for cursor in [start, later] {
            assert_eq!(cursor.to_string().parse::<Cursor>().unwrap(), cursor);
        }
        let id = "07".repeat(16);
        let hash = BASE64_STANDARD.encode([9; 32]);
        for text in [
            String::new(),
            "vcto.cursor/1".to_owned(),
            format!("vcto.cursor/2 {id} 0 -"),
            format!("vcto.cursor/1 {id} 0 {hash}"),
            format!("vcto.cursor/1 {id} 5 -"),
            format!("vcto.cursor/1 {id} 05 {hash}"),
            format!("vcto.cursor/1 {id} -1 {hash}"),
            format!("vcto.cursor/1 {id} 99999999999999999999 {hash}"),
            format!("vcto.cursor/1 {} 5 {hash}", "7".repeat(31)),
            format!("vcto.cursor/1 {id} 5 {}", hash.get(4..).unwrap_or_default()),
            format!("vcto.cursor/1 {id} 5 {hash} "),
            "x".repeat(1 << 20),
        ] {
            assert!(text.parse::<Cursor>().is_err(), "{text:.80}");
        }
    }

    #[test]
    fn a_subject_is_a_whole_text_value_at_any_depth() {
        let about = |payload: &str, subject| mentions(payload.as_bytes(), subject);
        assert!(about(r#"{"a":{"b":[1,true,null,"p-1"]}}"#, "p-1"));
        assert!(about(r#""p\u002d1""#, "p-1"), "however it is escaped");
        assert!(!about(r#"{"a":"p-12"}"#, "p-1"));
        assert!(!about(r#"{"p-1":1}"#, "p-1"), "a key is no value");
        assert!(!about(r#"{"p-1" : "x"}"#, "p-1"));
        assert!(about(r#"{"p-1":"p-1"}"#, "p-1"));
        assert!(
            about(r#"["a\\","p-1"]"#, "p-1"),
            "a quote after an escaped backslash ends the text"
        );
        assert!(!about(r#"["\"p-1"]"#, "p-1"));
        assert!(about(r#"["\"p-1\""]"#, "\"p-1\""));
        let deep = |text| format!("{}{text}{}", "[".repeat(100_000), "]".repeat(100_000));
        assert!(about(&deep(r#""p-1""#), "p-1") && !about(&deep("1"), "p-1"));
        for cut in [r#"{"a":"p-"#, r#"{"a":"p-1"#, r#"""#, r#""\"#, ""] {
            assert!(!about(cut, "p-1"), "{cut}");
        }
        assert!(about(r#"{"a":"p-1""#, "p-1") && about(r#"{"a":"p-1"} and more"#, "p-1"));
    }
}
