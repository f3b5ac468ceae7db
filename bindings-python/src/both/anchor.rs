//! Anchors outside: what one that is written in the caller's language is told and answers, and what was kept, for a verification.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use vcto::ledger::{AnchorRequest, Kept, KeptCheckpoint, SplitView, VerifyOptions};
use vcto::practice::{AnchorOptions, AnchorRound};
use vcto::{Error, ErrorKind, Result};

use super::read::{read, word};

/// What an anchor is to keep.
#[derive(Serialize)]
pub struct Asked<'a> {
    checkpoint: &'a str,
    key: String,
    handovers: &'a [String],
    origin: &'a str,
    region: &'a str,
    size: u64,
    confirmed: u64,
    failures: u32,
    at: String,
}

impl<'a> Asked<'a> {
    /// In the form in which it is told.
    pub fn of(request: &'a AnchorRequest) -> Self {
        Self {
            checkpoint: request.checkpoint.note(),
            key: request.key.to_string(),
            handovers: &request.handovers,
            origin: request.checkpoint.origin(),
            region: &request.region,
            size: request.checkpoint.size(),
            confirmed: request.confirmed,
            failures: request.failures,
            at: request.at.to_string(),
        }
    }
}

/// What an anchor answered: nothing, or a text to record. `answer` is its JSON text, or what went wrong instead of one.
pub fn kept(answer: Result<Vec<u8>, String>) -> Result<Kept> {
    let text = answer.map_err(|why| Error::new(ErrorKind::Unavailable, why))?;
    let answer: Option<String> = read(&text, "answer")?;
    Ok(answer.map_or_else(Kept::silently, Kept::answering))
}

/// A round, and whether anything in it is a failure.
#[derive(Serialize)]
pub struct Round<'a> {
    #[serde(flatten)]
    round: &'a AnchorRound,
    has_failure: bool,
}

impl<'a> Round<'a> {
    /// As core says it.
    pub fn of(round: &'a AnchorRound) -> Self {
        Self {
            round,
            has_failure: !round.has_no_failure(),
        }
    }
}

/// How a round is to be done.
pub fn how(heartbeat: Option<Duration>) -> Result<AnchorOptions> {
    Ok(match heartbeat {
        Some(interval) => AnchorOptions::default().heartbeat(signed(interval, "heartbeat")?),
        None => AnchorOptions::default(),
    })
}

/// That a log has told two stories.
#[derive(Serialize)]
pub struct Evidence<'a> {
    origin: &'a str,
    key: String,
    checkpoints: [Told<'a>; 2],
}

/// A checkpoint of the log in the evidence.
#[derive(Serialize)]
struct Told<'a> {
    note: &'a str,
    size: u64,
}

impl<'a> Evidence<'a> {
    /// As core has read and checked it.
    pub fn of(split: &'a SplitView) -> Self {
        let (first, second) = split.checkpoints();
        Self {
            origin: first.origin(),
            key: split.key().to_string(),
            checkpoints: [first, second].map(|told| Told {
                note: told.note(),
                size: told.size(),
            }),
        }
    }
}

/// A checkpoint that a folder keeps.
#[derive(Serialize)]
pub struct KeptFile<'a> {
    note: &'a str,
    size: u64,
    since: Option<String>,
}

impl<'a> KeptFile<'a> {
    /// As the folder has them.
    pub fn of(kept: &'a [KeptCheckpoint]) -> Vec<Self> {
        kept.iter()
            .map(|kept| Self {
                note: &kept.note,
                size: kept.size,
                since: kept.since.map(|since| since.to_string()),
            })
            .collect()
    }
}

/// A checkpoint of an anchor log, as the caller brings it.
#[derive(Deserialize)]
#[serde(untagged)]
enum Brought {
    Note(String),
    Kept { note: String, since: Option<String> },
}

/// What the caller brings of anchor logs.
#[derive(Default)]
pub struct Outside {
    /// The JSON text of a list of notes, or of objects with `note` and `since`.
    pub anchors: Option<Vec<u8>>,
    /// The key of the anchor log.
    pub key: Option<String>,
    /// How old what vouches for the log may be.
    pub fresh_within: Option<Duration>,
    /// At which time.
    pub as_of: Option<String>,
}

impl Outside {
    /// Adds it to the options of core.
    pub fn add(self, mut options: VerifyOptions) -> Result<VerifyOptions> {
        let brought: Vec<Brought> = match self.anchors {
            Some(text) => read(&text, "anchors")?,
            None => Vec::new(),
        };
        for one in brought {
            let (note, since) = match one {
                Brought::Note(note) => (note, None),
                Brought::Kept { note, since } => (note, since),
            };
            let since = since.map(|since| word(&since, "since")).transpose()?;
            options = options.kept_anchor(note, since);
        }
        if let Some(key) = self.key {
            options = options.anchor_key(key.parse()?);
        }
        match (self.fresh_within, self.as_of) {
            (Some(limit), Some(as_of)) => {
                Ok(options.fresh_within(signed(limit, "fresh_within")?, word(&as_of, "as_of")?))
            }
            (None, None) => Ok(options),
            _ => Err(Error::new(
                ErrorKind::InvalidInput,
                "a limit of age needs a time, and a time a limit",
            )
            .at("fresh_within")
            .during("ledger.verify")),
        }
    }
}

fn signed<T: TryFrom<Duration>>(duration: Duration, place: &'static str) -> Result<T> {
    T::try_from(duration).map_err(|_| Error::new(ErrorKind::InvalidInput, "this is too long").at(place))
}
