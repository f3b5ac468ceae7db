//! The identity of a proposal.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::digest::{Digest, hex, unhex};
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
#[derive(Clone, Copy, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct ProposalId([u8; LEN]);

const LEN: usize = 10;

impl ProposalId {
    /// The first bytes of a digest.
    pub(super) fn from_digest(digest: Digest) -> Self {
        let mut id = [0; LEN];
        for (slot, byte) in id.iter_mut().zip(digest.as_bytes()) {
            *slot = *byte;
        }
        Self(id)
    }
}

impl FromStr for ProposalId {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        text.strip_prefix("p-").and_then(unhex).map(Self).ok_or_else(|| {
            Error::new(
                ErrorKind::InvalidInput,
                format!(
                    "{} is not the id of a proposal: `p-` and 20 hexadecimal digits",
                    quoted(text)
                ),
            )
        })
    }
}

impl Serialize for ProposalId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
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
        write!(f, "p-{}", hex(&self.0))
    }
}

impl fmt::Debug for ProposalId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
