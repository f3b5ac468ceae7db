//! The identity of a proposal.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize};

use crate::digest::Digest;
use crate::error::{Error, ErrorKind, Result};
use crate::text::quoted;

/// The identity of a change as it was submitted: `p-` and 20 lower-case hexadecimal digits, unique in its log.
///
/// ```
/// use vcto::gate::ProposalId;
///
/// let id: ProposalId = "p-0123456789abcdef0123".parse()?;
/// assert_eq!(id.to_string(), "p-0123456789abcdef0123");
/// assert!("p-0123".parse::<ProposalId>().is_err());
/// # Ok::<(), vcto::Error>(())
/// ```
#[derive(Clone, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(transparent)]
pub struct ProposalId(Box<str>);

const DIGITS: usize = 20;

impl ProposalId {
    /// The first digits of a digest.
    #[allow(dead_code, reason = "used as soon as proposals are recorded")]
    pub(super) fn from_digest(digest: Digest) -> Self {
        let digits: String = digest.hex().chars().take(DIGITS).collect();
        Self(format!("p-{digits}").into())
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for ProposalId {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let well_formed = text.strip_prefix("p-").is_some_and(|digits| {
            digits.len() == DIGITS
                && digits
                    .bytes()
                    .all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
        });
        if well_formed {
            Ok(Self(text.into()))
        } else {
            Err(Error::new(
                ErrorKind::InvalidInput,
                format!(
                    "{} is not the id of a proposal: `p-` and {DIGITS} hexadecimal digits",
                    quoted(text)
                ),
            ))
        }
    }
}

impl<'de> Deserialize<'de> for ProposalId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

impl fmt::Display for ProposalId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for ProposalId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
