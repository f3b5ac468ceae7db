//! What a person says of a change that a human does.

use jiff::Timestamp;

use super::decision::Attestation;

/// An attestation with everything that can be said in it.
///
/// ```
/// use vcto::gate::{Attestation, AttestationOptions};
///
/// let options = AttestationOptions {
///     done_at: Some("2026-11-22T09:30:00Z".parse()?),
///     ..AttestationOptions::new("alice", Attestation::Did)
/// };
/// assert_eq!(options.person, "alice");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct AttestationOptions {
    /// The person who will sign, as the register names them.
    pub person: String,
    /// What is attested.
    pub what: Attestation,
    /// In words: as a reason of a decision, at most 1,000 bytes.
    pub note: Option<String>,
    /// When it was done, a whole second that is past. Must lie within the window of the change, which the attestation itself need
    /// not. Absent: just now.
    pub done_at: Option<Timestamp>,
}

impl AttestationOptions {
    /// An attestation of what was done just now, or is declined, without a note.
    pub fn new(person: impl Into<String>, what: Attestation) -> Self {
        Self {
            person: person.into(),
            what,
            note: None,
            done_at: None,
        }
    }
}
