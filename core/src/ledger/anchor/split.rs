//! Evidence that a log has told two stories.

use serde::{Deserialize, Serialize};

use crate::error::{Error, ErrorKind, Result};
use crate::ledger::checkpoint::Checkpoint;
use crate::ledger::note::{MAX_NOTE, VerifierKey};

const FORMAT: &str = "vcto.split-view/1";

/// Two checkpoints of one log, of the same size, with different roots, both signed by its key: whoever holds them can show to
/// everybody, offline, that the log was told in two ways.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct SplitView {
    first: Checkpoint,
    second: Checkpoint,
    key: VerifierKey,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Document {
    format: String,
    vkey: String,
    notes: [String; 2],
}

impl SplitView {
    /// Puts the evidence together, and checks it: the key signed both, the sizes are equal, the roots are not.
    ///
    /// # Errors
    /// `denied` when the key did not sign both; `invalid_input` when the two do not contradict each other.
    pub fn new(key: VerifierKey, first: &str, second: &str) -> Result<Self> {
        let first = Checkpoint::verify(first.as_bytes(), &key)?;
        let second = Checkpoint::verify(second.as_bytes(), &key)?;
        if first.size() != second.size() || first.root() == second.root() {
            return Err(Error::new(
                ErrorKind::InvalidInput,
                "the two checkpoints do not contradict each other",
            )
            .during("ledger.split_view"));
        }
        Ok(Self { first, second, key })
    }

    /// Reads and checks an evidence file. The key is the one that the file names: compare it with [the log's](Self::key).
    ///
    /// # Errors
    /// `too_large`, `corrupt`; as [`new`](Self::new).
    pub fn parse(bytes: &[u8]) -> Result<Self> {
        if bytes.len() > 4 * MAX_NOTE {
            return Err(
                Error::new(ErrorKind::TooLarge, "the evidence is too large").during("ledger.split_view")
            );
        }
        let corrupt = |text: String| Error::new(ErrorKind::Corrupt, text).during("ledger.split_view");
        let document: Document =
            serde_json::from_slice(bytes).map_err(|source| corrupt(source.to_string()))?;
        if document.format != FORMAT {
            return Err(corrupt(format!("the format is not `{FORMAT}`")));
        }
        let [first, second] = document.notes;
        Self::new(document.vkey.parse()?, &first, &second)
    }

    /// The key that signed both.
    pub fn key(&self) -> &VerifierKey {
        &self.key
    }

    /// The two checkpoints, the one that was seen first before the other.
    pub fn checkpoints(&self) -> (&Checkpoint, &Checkpoint) {
        (&self.first, &self.second)
    }

    /// The evidence as a file: JSON with `format`, `vkey` and the two `notes`.
    ///
    /// # Errors
    /// `internal`: never, as far as is known.
    pub fn to_json(&self) -> Result<String> {
        let document = Document {
            format: FORMAT.to_owned(),
            vkey: self.key.to_string(),
            notes: [self.first.note().to_owned(), self.second.note().to_owned()],
        };
        let mut text = serde_json::to_string_pretty(&document).map_err(|source| {
            Error::new(ErrorKind::Internal, "the evidence does not serialise").caused_by(source)
        })?;
        text.push('\n');
        Ok(text)
    }
}
