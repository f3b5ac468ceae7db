//! The text that a person signs: drafted by the gate, byte for byte, and read back only in that very form.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::id::ProposalId;
use super::level::Level;
use super::sshsig::{self, PublicKey};
use crate::digest::{Digest, hex, unhex};
use crate::error::{Error, ErrorKind, Result};
use crate::text::{Plain, quoted};

/// The namespace of every decision: `ssh-keygen -Y sign -n vcto-approval-v1`.
pub const NAMESPACE: &str = "vcto-approval-v1";

/// The most that a text may have, in bytes.
pub(crate) const MAX_TEXT: usize = 16 * 1024;

/// The most that a reason may have, in bytes.
const MAX_REASON: usize = 1_000;

/// What a person decides about a change of level 2.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// It may run.
    Approve,
    /// It may not; final for this proposal.
    Reject,
}

/// What a person attests of a change of level 3.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Attestation {
    /// It will not be done.
    Declined,
    /// The person did it.
    Did,
}

/// A decision with everything that can be said in it.
///
/// ```
/// use vcto::gate::{DecisionOptions, Verdict};
///
/// let options = DecisionOptions {
///     reason: Some("too_risky: payroll week".to_owned()),
///     ..DecisionOptions::new("alice", Verdict::Reject)
/// };
/// assert_eq!(options.approver, "alice");
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct DecisionOptions {
    /// The person who will sign, as the register names them.
    pub approver: String,
    /// What is decided.
    pub verdict: Verdict,
    /// Why: a code of [`ReasonCode`], alone or followed by `: ` and free text; or free text. At most 1,000 bytes.
    pub reason: Option<String>,
    /// In which of their roles the person decides.
    pub role: Option<String>,
    /// The change may not start before this whole second. Must lie within the window of the change.
    pub not_before: Option<Timestamp>,
    /// The change may not start after this whole second. Must lie within the window of the change.
    pub not_after: Option<Timestamp>,
}

impl DecisionOptions {
    /// A decision without reason and role, for the whole window that the change and the policy allow.
    pub fn new(approver: impl Into<String>, verdict: Verdict) -> Self {
        Self {
            approver: approver.into(),
            verdict,
            reason: None,
            role: None,
            not_before: None,
            not_after: None,
        }
    }
}

crate::estate::open_enum! {
    /// Why a decision was taken, in one word: from these the engine later learns.
    ReasonCode {
        /// It is already done, or another change covers it.
        Duplicate = "duplicate",
        /// The evidence does not suffice.
        InsufficientEvidence = "insufficient_evidence",
        /// The finding or the advice is wrong.
        JudgedWrong = "judged_wrong",
        /// There is no money for it.
        NoBudget = "no_budget",
        /// The risk is accepted.
        RiskAccepted = "risk_accepted",
        /// It could do more harm than good.
        TooRisky = "too_risky",
        /// It names the wrong asset.
        WrongTarget = "wrong_target",
        /// It comes at the wrong time.
        WrongTime = "wrong_time",
    }
}

impl ReasonCode {
    /// The code at the start of a reason; free text has none.
    ///
    /// ```
    /// use vcto::gate::ReasonCode;
    ///
    /// assert_eq!(ReasonCode::of("too_risky: payroll week"), Some(ReasonCode::TooRisky));
    /// assert_eq!(ReasonCode::of("too risky for me"), None);
    /// ```
    pub fn of(reason: &str) -> Option<Self> {
        let word = reason.split_once(": ").map_or(reason, |(word, _)| word);
        Some(Self::from(word)).filter(|code| Self::KNOWN.contains(code))
    }
}

/// What a signed text says: the verdicts, the attestations, and the acceptance of what an interrupted execution left.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Statement {
    Accept,
    Approve,
    Declined,
    Did,
    Reject,
}

impl Statement {
    /// The word in the text.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Accept => "accept",
            Self::Approve => "approve",
            Self::Declined => "declined",
            Self::Did => "did",
            Self::Reject => "reject",
        }
    }
}

impl From<Verdict> for Statement {
    fn from(verdict: Verdict) -> Self {
        match verdict {
            Verdict::Approve => Self::Approve,
            Verdict::Reject => Self::Reject,
        }
    }
}

impl From<Attestation> for Statement {
    fn from(attestation: Attestation) -> Self {
        match attestation {
            Attestation::Declined => Self::Declined,
            Attestation::Did => Self::Did,
        }
    }
}

/// The signed document. The order of the fields is the order of the keys.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Decision {
    pub(crate) v: u8,
    pub(crate) ledger: String,
    pub(crate) tenant: String,
    pub(crate) proposal: ProposalId,
    pub(crate) change: Digest,
    pub(crate) level: Level,
    pub(crate) policy: Digest,
    pub(crate) risk: Digest,
    pub(crate) approver: String,
    pub(crate) role: Option<String>,
    pub(crate) verdict: Statement,
    pub(crate) reason: Option<String>,
    pub(crate) nonce: String,
    pub(crate) not_before: Option<Second>,
    pub(crate) not_after: Second,
    /// Of what a human did, when that was; absent where it is attested at once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) done_at: Option<Second>,
    pub(crate) head: Head,
}

/// The version of the text.
pub(crate) const VERSION: u8 = 1;

impl Decision {
    /// The exact bytes to sign: the JSON object and one line end.
    pub(crate) fn to_text(&self) -> Result<Vec<u8>> {
        let mut text = serde_json::to_vec(self).map_err(|source| {
            Error::new(ErrorKind::Internal, "a decision does not serialise").caused_by(source)
        })?;
        text.push(b'\n');
        if text.len() > MAX_TEXT {
            return Err(Error::new(
                ErrorKind::TooLarge,
                "the text of a decision has at most 16 KiB",
            ));
        }
        Ok(text)
    }

    /// Reads a text that has been verified. Only the form that [`to_text`](Self::to_text) writes is read: no other spacing,
    /// escaping, order or spelling of the same content.
    pub(crate) fn parse(text: &[u8]) -> Result<Self> {
        if text.len() > MAX_TEXT {
            return Err(denied("the text of a decision has at most 16 KiB"));
        }
        let decision: Self = serde_json::from_slice(text).map_err(|source| {
            denied(format!(
                "the text is not a decision: {}",
                Plain(&source.to_string())
            ))
        })?;
        if decision.v != VERSION {
            return Err(Error::new(
                ErrorKind::Unsupported,
                "the text has a version that this build does not know",
            ));
        }
        if decision.to_text()? != text {
            return Err(denied("the text is not in the form in which the gate drafts it"));
        }
        Ok(decision)
    }

    /// The identity of a signed text.
    pub(crate) fn digest_of(text: &[u8]) -> Digest {
        Digest::of("vcto decision v1", text)
    }
}

/// Verifies a signature over the exact bytes of a text; gives the key and then what the text says. Nothing is parsed before
/// it is verified.
pub(crate) fn verified(text: &[u8], signature: &str) -> Result<(PublicKey, Decision)> {
    if text.len() > MAX_TEXT {
        return Err(denied("the text of a decision has at most 16 KiB"));
    }
    let key = sshsig::verify(signature, NAMESPACE, text)?;
    Ok((key, Decision::parse(text)?))
}

/// Checks a reason: bounded, and without anything that could mislead the eye.
pub(crate) fn check_reason(reason: Option<&str>) -> Result<()> {
    let Some(reason) = reason else { return Ok(()) };
    let shown = Plain(reason).to_string();
    if reason.is_empty() || reason.len() > MAX_REASON || shown != reason {
        return Err(Error::new(
            ErrorKind::InvalidInput,
            "a reason has 1 to 1,000 bytes on one line, without control characters",
        )
        .at("/reason"));
    }
    Ok(())
}

/// Ties a text to one proposal, one person and one state of the log: a keyed BLAKE3 that only the tenant's gate can compute.
pub(crate) fn nonce(key: &[u8; 32], proposal: &ProposalId, approver: &str, head: &Head) -> String {
    let mut hasher = blake3::Hasher::new_keyed(key);
    for field in [&proposal.to_string(), approver, &head.to_string()] {
        hasher.update(&(field.len() as u64).to_le_bytes());
        hasher.update(field.as_bytes());
    }
    hex(hasher.finalize().as_bytes())
}

/// What the log was when a text was drafted: its size, and the root of its tree. Written `12:sha256:` and 64 digits.
#[derive(Clone, Copy, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) struct Head {
    pub(crate) size: u64,
    pub(crate) root: [u8; 32],
}

impl fmt::Display for Head {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:sha256:{}", self.size, hex(&self.root))
    }
}

impl fmt::Debug for Head {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Head {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let parsed = text.split_once(":sha256:").and_then(|(size, root)| {
            Some(Self {
                size: size.parse().ok()?,
                root: unhex(root)?,
            })
        });
        parsed.ok_or_else(|| denied(format!("{} is not a head of a log", quoted(text))))
    }
}

impl Serialize for Head {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Head {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// A time in whole seconds, written `2026-11-22T08:00:00Z`.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) struct Second(pub(crate) Timestamp);

impl Second {
    /// The second in which a time lies.
    pub(crate) fn floor(at: Timestamp) -> Self {
        Self(Timestamp::from_second(at.as_microsecond().div_euclid(1_000_000)).unwrap_or(Timestamp::MIN))
    }

    /// A time that is a whole second.
    pub(crate) fn exact(at: Timestamp, place: &str) -> Result<Self> {
        if at.subsec_nanosecond() == 0 {
            Ok(Self(at))
        } else {
            Err(Error::new(
                ErrorKind::InvalidInput,
                "a window begins and ends at a whole second",
            )
            .at(place))
        }
    }
}

impl Serialize for Second {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0.strftime("%Y-%m-%dT%H:%M:%SZ"))
    }
}

impl<'de> Deserialize<'de> for Second {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let at = Timestamp::deserialize(deserializer)?;
        Self::exact(at, "").map_err(serde::de::Error::custom)
    }
}

fn denied(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::Denied, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decision() -> Decision {
        let head = Head {
            size: 12,
            root: [0xab; 32],
        };
        let proposal: ProposalId = "p-0123456789abcdef0123".parse().unwrap();
        Decision {
            v: VERSION,
            ledger: "00112233445566778899aabbccddeeff".to_owned(),
            tenant: "halden".to_owned(),
            nonce: nonce(&[1; 32], &proposal, "alice", &head),
            proposal,
            change: Digest::from_bytes([1; 32]),
            level: Level::L2,
            policy: Digest::from_bytes([2; 32]),
            risk: Digest::from_bytes([3; 32]),
            approver: "alice".to_owned(),
            role: None,
            verdict: Statement::Approve,
            reason: Some("ok \u{e9} \"quoted\"".to_owned()),
            not_before: None,
            not_after: Second("2026-11-23T08:00:00Z".parse().unwrap()),
            done_at: None,
            head,
        }
    }

    #[test]
    fn the_text_has_the_documented_keys_in_order_and_one_line_end() {
        let text = String::from_utf8(decision().to_text().unwrap()).unwrap();
        let keys = [
            "v",
            "ledger",
            "tenant",
            "proposal",
            "change",
            "level",
            "policy",
            "risk",
            "approver",
            "role",
            "verdict",
            "reason",
            "nonce",
            "not_before",
            "not_after",
            "head",
        ];
        let places: Vec<usize> = keys
            .iter()
            .map(|key| {
                text.find(&format!("\"{key}\":"))
                    .unwrap_or_else(|| panic!("no {key}"))
            })
            .collect();
        assert!(places.is_sorted(), "{places:?}");
        assert!(text.ends_with("}\n") && text.matches('\n').count() == 1 && !text.contains(": "));
        assert!(text.contains("\"not_before\":null,\"not_after\":\"2026-11-23T08:00:00Z\""));
        assert_eq!(Decision::parse(text.as_bytes()).unwrap(), decision());
    }

    #[test]
    fn no_other_spelling_of_the_same_decision_is_read() {
        let text = String::from_utf8(decision().to_text().unwrap()).unwrap();
        let variants = [
            text.trim_end().to_owned(),
            format!("{text}\n"),
            format!(" {text}"),
            format!("\u{feff}{text}"),
            text.replace('\n', "\r\n"),
            text.replace("\"v\":1", "\"v\": 1"),
            text.replace("\"v\":1", "\"v\":1.0"),
            text.replace("\"v\":1", "\"v\":2"),
            text.replace("\u{e9}", "\\u00e9"),
            text.replace("08:00:00Z", "08:00:00.0Z"),
            text.replace("08:00:00Z", "08:00:00+00:00"),
            text.replace("\"role\":null,", ""),
            text.replace("\"v\":1,", "\"v\":1,\"x\":1,"),
            text.replace("\"v\":1,", "\"v\":1,\"v\":1,"),
            text.replace("blake3:01", "blake3:1"),
            text.replace("sha256:ab", "sha256:AB"),
            text.replace("\"12:sha", "\"012:sha"),
        ];
        for variant in variants {
            assert_ne!(variant, text, "the case changes nothing");
            assert!(Decision::parse(variant.as_bytes()).is_err(), "{variant}");
        }
    }

    #[test]
    fn a_nonce_is_for_one_proposal_one_person_and_one_head() {
        let base = decision();
        let other_id: ProposalId = "p-0123456789abcdef0124".parse().unwrap();
        let other_head = Head {
            size: 13,
            ..base.head
        };
        let nonces = [
            nonce(&[1; 32], &base.proposal, "alice", &base.head),
            nonce(&[2; 32], &base.proposal, "alice", &base.head),
            nonce(&[1; 32], &other_id, "alice", &base.head),
            nonce(&[1; 32], &base.proposal, "alicf", &base.head),
            nonce(&[1; 32], &base.proposal, "alice", &other_head),
        ];
        let distinct: std::collections::BTreeSet<_> = nonces.iter().collect();
        assert_eq!(distinct.len(), nonces.len());
    }

    #[test]
    fn a_reason_cannot_mislead_the_eye() {
        for bad in ["", "two\nlines", "right\u{202e}left", &"x".repeat(1_001)] {
            assert!(check_reason(Some(bad)).is_err(), "{bad:?}");
        }
        assert!(check_reason(Some("too_risky: payroll week, ask J\u{f6}rg")).is_ok());
        assert!(check_reason(None).is_ok());
    }
}
