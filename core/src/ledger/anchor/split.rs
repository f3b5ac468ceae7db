//! Evidence that a log has told two stories.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde::{Deserialize, Serialize};

use crate::error::{Error, ErrorKind, Result};
use crate::ledger::chain::KeyChain;
use crate::ledger::checkpoint::Checkpoint;
use crate::ledger::note::{MAX_NOTE, VerifierKey};
use crate::ledger::proof::verify_consistency;
use crate::ledger::tree::Hash;

const FORMAT: &str = "vcto.split-view/1";
const FORMAT_OF_SIZES: &str = "vcto.split-view/2";

/// The longest evidence that is read, in bytes.
const MAX_EVIDENCE: usize = 16 * MAX_NOTE;

/// Two checkpoints of one log, both signed by its key, that no log can have had one after the other: whoever holds them can show to
/// everybody, offline, that the log was told in two ways.
///
/// Of one size they have different roots. Of two sizes, the larger log is shown to begin with another tree than the one that the
/// log signed at the smaller size.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct SplitView {
    first: Checkpoint,
    second: Checkpoint,
    keys: KeyChain,
    beginning: Option<Beginning>,
}

/// With what the larger log begins.
#[derive(Clone, Debug, Eq, PartialEq)]
struct Beginning {
    root: Hash,
    consistency: Vec<Hash>,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Document {
    format: String,
    vkey: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    handovers: Option<Vec<String>>,
    notes: [String; 2],
    #[serde(default, skip_serializing_if = "Option::is_none")]
    root: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    consistency: Option<Vec<String>>,
}

impl SplitView {
    /// Puts the evidence of one size together, and checks it: the key signed both, the sizes are equal, the roots are not.
    ///
    /// # Errors
    /// `denied` when the key did not sign both; `invalid_input` when the two do not contradict each other.
    pub fn new(key: VerifierKey, first: &str, second: &str) -> Result<Self> {
        let first = Checkpoint::verify(first.as_bytes(), &key)?;
        let second = Checkpoint::verify(second.as_bytes(), &key)?;
        if first.size() != second.size() || first.root() == second.root() {
            return Err(no_contradiction());
        }
        Ok(Self {
            first,
            second,
            keys: KeyChain::new(key),
            beginning: None,
        })
    }

    /// Puts the evidence of two sizes together, and checks it: the log signed both, `consistency` (RFC 9162, 2.1.4) shows that the
    /// larger one, `second`, begins with a tree of `root` at the size of `first`, and that is not the root that `first` states.
    ///
    /// `handovers` lead from `key` to the keys that signed, as in [`AnchorRequest`](super::AnchorRequest::handovers); none where
    /// `key` signed both.
    ///
    /// # Errors
    /// `denied` when the log did not sign both or a hand-over does not hold; `invalid_input` when the two do not contradict each
    /// other; `corrupt` when the proof does not lead to the root of the larger one.
    pub fn of_sizes(
        key: VerifierKey,
        handovers: &[String],
        first: &str,
        second: &str,
        root: Hash,
        consistency: Vec<Hash>,
    ) -> Result<Self> {
        let keys = KeyChain::of_notes(key, handovers.iter().map(String::as_str))?;
        let (first, second) = (keys.verify(first.as_bytes())?, keys.verify(second.as_bytes())?);
        if first.size() >= second.size() || *first.root() == root {
            return Err(no_contradiction());
        }
        verify_consistency(first.size(), second.size(), &consistency, &root, second.root())?;
        Ok(Self {
            first,
            second,
            keys,
            beginning: Some(Beginning { root, consistency }),
        })
    }

    /// Reads and checks an evidence file. The key is the one that the file names: compare it with [the log's](Self::key).
    ///
    /// # Errors
    /// `too_large`, `corrupt`; as [`new`](Self::new) and [`of_sizes`](Self::of_sizes).
    pub fn parse(bytes: &[u8]) -> Result<Self> {
        if bytes.len() > MAX_EVIDENCE {
            return Err(
                Error::new(ErrorKind::TooLarge, "the evidence is too large").during("ledger.split_view")
            );
        }
        let document: Document =
            serde_json::from_slice(bytes).map_err(|source| corrupt(&source.to_string()))?;
        let key = document.vkey.parse()?;
        let [first, second] = document.notes;
        match (
            document.format.as_str(),
            document.handovers,
            document.root,
            document.consistency,
        ) {
            (FORMAT, None, None, None) => Self::new(key, &first, &second),
            (FORMAT_OF_SIZES, Some(handovers), Some(root), Some(consistency)) => {
                let consistency = consistency.iter().map(|one| hash(one)).collect::<Result<_>>()?;
                Self::of_sizes(key, &handovers, &first, &second, hash(&root)?, consistency)
            }
            (FORMAT | FORMAT_OF_SIZES, ..) => Err(corrupt("the evidence has not the fields of its format")),
            _ => Err(corrupt(&format!(
                "the format is neither `{FORMAT}` nor `{FORMAT_OF_SIZES}`"
            ))),
        }
    }

    /// The key that signed both; where the evidence has hand-overs, the key from which they lead to those that signed.
    pub fn key(&self) -> &VerifierKey {
        self.keys.at(0)
    }

    /// The two checkpoints. Of one size the one that was seen first is the first, of two sizes the smaller.
    pub fn checkpoints(&self) -> (&Checkpoint, &Checkpoint) {
        (&self.first, &self.second)
    }

    /// The root that the log has in its other history, at the size of the first checkpoint.
    pub(super) fn other_root(&self) -> &Hash {
        let beginning = self.beginning.as_ref();
        beginning.map_or(self.second.root(), |begins| &begins.root)
    }

    /// The evidence as a file: JSON with `format`, `vkey` and the two `notes`; of two sizes with `handovers`, `root` and
    /// `consistency` too.
    ///
    /// # Errors
    /// `internal`: never, as far as is known.
    pub fn to_json(&self) -> Result<String> {
        let beginning = self.beginning.as_ref();
        let document = Document {
            format: beginning.map_or(FORMAT, |_| FORMAT_OF_SIZES).to_owned(),
            vkey: self.key().to_string(),
            handovers: beginning.map(|_| self.keys.notes().map(str::to_owned).collect()),
            notes: [self.first.note().to_owned(), self.second.note().to_owned()],
            root: beginning.map(|begins| BASE64_STANDARD.encode(begins.root)),
            consistency: beginning.map(|begins| {
                let hashes = begins.consistency.iter();
                hashes.map(|hash| BASE64_STANDARD.encode(hash)).collect()
            }),
        };
        let mut text = serde_json::to_string_pretty(&document).map_err(|source| {
            Error::new(ErrorKind::Internal, "the evidence does not serialise").caused_by(source)
        })?;
        text.push('\n');
        Ok(text)
    }
}

fn hash(text: &str) -> Result<Hash> {
    let bytes = BASE64_STANDARD.decode(text).ok();
    bytes
        .and_then(|bytes| Hash::try_from(bytes).ok())
        .ok_or_else(|| corrupt("a hash is the base64 of 32 bytes"))
}

fn corrupt(text: &str) -> Error {
    Error::new(ErrorKind::Corrupt, text).during("ledger.split_view")
}

fn no_contradiction() -> Error {
    Error::new(
        ErrorKind::InvalidInput,
        "the two checkpoints do not contradict each other",
    )
    .during("ledger.split_view")
}
