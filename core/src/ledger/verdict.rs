//! What a verification says: one verdict for each question, never a bare "valid".

use std::fmt;

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use super::anchor::AnchorProof;
use super::entry::{Entry, EntryType, Receipt};
use super::note::VerifierKey;
use super::tree::Hash;
use crate::error::Result;
use crate::monitor::Monitor;

/// A check of what the entries mean, handed in by those who wrote them: for the gate, that nothing ran without the
/// approval that its level needs. Gives the `policy` verdict.
pub trait DomainCheck: fmt::Debug + Send + Sync {
    /// Begins a replay at the first entry.
    fn replay(&self) -> Box<dyn DomainReplay>;

    /// Whether only the domain itself writes entries of this type. [`Ledger::append`](super::Ledger::append) refuses them on
    /// a log that was opened with this check: one entry that the replay does not accept would make the log useless to its
    /// domain. By default none.
    fn reserves(&self, entry_type: EntryType) -> bool {
        let _ = entry_type;
        false
    }
}

/// One run of a [`DomainCheck`] over a log.
pub trait DomainReplay {
    /// Takes the next entry. Called for every entry, in order, from the first.
    ///
    /// # Errors
    /// What is wrong with the log at this entry; the replay ends.
    fn entry(&mut self, entry: &Entry) -> Result<()>;

    /// Called after the last entry.
    ///
    /// # Errors
    /// What is wrong with the log as a whole.
    fn finish(&mut self) -> Result<()> {
        Ok(())
    }
}

macro_rules! verdicts {
    ($($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $text:literal,)* })*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
        #[serde(rename_all = "snake_case")]
        #[non_exhaustive]
        pub enum $name { $($(#[$variant_doc])* $variant,)* }

        impl $name {
            /// The stable name, in `snake_case`.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text,)* }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }
    )*};
}

verdicts! {
    /// Are the stored entries, payloads and tiles those that were written?
    Integrity {
        /// No.
        Failed = "failed",
        /// The headers and the tree are; the payloads were not read, as the caller
        /// [asked](VerifyOptions::headers_only).
        HeadersOnly = "headers_only",
        /// Yes, every byte was hashed again.
        Ok = "ok",
    }
    /// Did the log sign what is there?
    Authenticity {
        /// No.
        Failed = "failed",
        /// Yes: the checkpoints bear its signature, under the key that its genesis names and that the caller expects.
        Ok = "ok",
        /// The signature holds under the key that the log itself names; no key was given to compare with.
        SelfSigned = "self_signed",
    }
    /// Is anything missing at the end?
    Completeness {
        /// Yes: the log is shorter than, or forked from, what was seen elsewhere.
        Failed = "failed",
        /// No: the log contains every checkpoint and receipt from outside that was given.
        Ok = "ok",
        /// It cannot be told: nothing that was kept outside was given to compare with.
        Unanchored = "unanchored",
    }
    /// Is this the present state?
    Freshness {
        /// No limit was given.
        NotChecked = "not_checked",
        /// Yes: within the limit an anchor outside took a head of the log that was new then, and the log contains it.
        Ok = "ok",
        /// No: even by its own clock the last entry is older than the limit; or it lies further ahead than that, so that its
        /// clock says nothing.
        Stale = "stale",
        /// By its own clock the last entry is recent, but no trusted time outside the log says so.
        Unanchored = "unanchored",
    }
    /// Can the content still be read by who holds the keys?
    Erasure {
        /// No key was ever destroyed, as far as the log records.
        None = "none",
    }
    /// Do the entries obey the rules of those who wrote them?
    Policy {
        /// No.
        Failed = "failed",
        /// No rules or no keys were at hand.
        NotChecked = "not_checked",
        /// Yes.
        Ok = "ok",
    }
}

/// The most problems that are listed.
const MAX_PROBLEMS: usize = 100;

/// What a verification compares the log with.
#[derive(Clone, Debug, Default)]
pub struct VerifyOptions {
    pub(super) key: Option<VerifierKey>,
    pub(super) checkpoints: Vec<String>,
    pub(super) receipts: Vec<(u64, Hash)>,
    pub(super) fresh: Option<(SignedDuration, Timestamp)>,
    pub(super) anchors: AnchorEvidence,
    pub(super) headers_only: bool,
    pub(super) monitor: Monitor,
}

/// What is known of the log by way of the anchor log.
#[derive(Clone, Debug, Default)]
pub(super) struct AnchorEvidence {
    pub(super) key: Option<VerifierKey>,
    pub(super) kept: Vec<KeptAnchor>,
    pub(super) proofs: Vec<AnchorProof>,
    /// What was found wrong with the anchor log itself.
    pub(super) problems: Vec<String>,
}

/// A checkpoint of the anchor log that was kept outside.
#[derive(Clone, Debug)]
pub(crate) struct KeptAnchor {
    pub(crate) note: String,
    pub(crate) since: Option<Timestamp>,
}

impl VerifyOptions {
    /// The key that must have signed the log, from a source that the verifier trusts. A ledger that is open knows its own.
    #[must_use]
    pub fn key(mut self, key: VerifierKey) -> Self {
        self.key = Some(key);
        self
    }

    /// A checkpoint of this log that was kept elsewhere (the text of the signed note): the log must contain it.
    #[must_use]
    pub fn seen_checkpoint(mut self, note: impl Into<String>) -> Self {
        self.checkpoints.push(note.into());
        self
    }

    /// A receipt that was kept elsewhere: the log must have this entry at its place.
    #[must_use]
    pub fn seen_receipt(mut self, receipt: &Receipt) -> Self {
        self.receipts.push((receipt.seq(), receipt.leaf_hash()));
        self
    }

    /// A checkpoint of the region's anchor log that was kept outside (the text of the signed note), and since when it lies
    /// there, by the clock of the one who keeps it. It counts where an [anchor proof](Self::anchor_proof) leads to exactly this
    /// checkpoint: [`Tenant::verify`](crate::practice::Tenant::verify) and a proof's folder bring that along.
    #[must_use]
    pub fn kept_anchor(mut self, note: impl Into<String>, since: Option<Timestamp>) -> Self {
        let note = note.into();
        self.anchors.kept.push(KeptAnchor { note, since });
        self
    }

    /// Shows that a head of this log stands in the anchor log. The log must contain it.
    #[must_use]
    pub fn anchor_proof(mut self, proof: AnchorProof) -> Self {
        self.anchors.proofs.push(proof);
        self
    }

    /// The key that must have signed the anchor log, from a source that the verifier trusts. Without it the key is the one that
    /// the anchor proof states, which a checkpoint that was kept outside bears out.
    #[must_use]
    pub fn anchor_key(mut self, key: VerifierKey) -> Self {
        self.anchors.key = Some(key);
        self
    }

    /// See [`kept_anchor`](Self::kept_anchor).
    pub(crate) fn kept_anchors(&self) -> &[KeptAnchor] {
        &self.anchors.kept
    }

    /// See [`anchor_key`](Self::anchor_key).
    pub(crate) fn expected_anchor_key(&self) -> Option<&VerifierKey> {
        self.anchors.key.as_ref()
    }

    /// Something that is wrong with the anchor log: fails the completeness.
    #[must_use]
    pub(crate) fn anchor_problem(mut self, text: String) -> Self {
        self.anchors.problems.push(text);
        self
    }

    /// How old the newest thing may be that vouches for the log, at this time: a head that was taken into an anchor log and
    /// [kept outside](Self::kept_anchor) (`ok`), or else the last entry by the log's own clock (`unanchored`).
    #[must_use]
    pub fn fresh_within(mut self, limit: SignedDuration, as_of: Timestamp) -> Self {
        self.fresh = Some((limit, as_of));
        self
    }

    /// Leaves the payloads unread: a lesser check, for a look at a large log between two full ones. It does not see a
    /// payload that was changed, exchanged or removed; everything else it sees. `integrity` is `headers_only` at best, and
    /// `policy` is `not_checked`, since rules are about content.
    #[must_use]
    pub fn headers_only(mut self) -> Self {
        self.headers_only = true;
        self
    }

    /// See [`key`](Self::key).
    pub(crate) fn expected_key(&self) -> Option<&VerifierKey> {
        self.key.as_ref()
    }

    /// Watches and can stop the verification.
    #[must_use]
    pub fn monitor(mut self, monitor: Monitor) -> Self {
        self.monitor = monitor;
        self
    }
}

/// One thing that is wrong.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct Problem {
    /// Which verdict it is about: `integrity`, `authenticity`, ...
    pub verdict: &'static str,
    /// The entry, where it is about one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seq: Option<u64>,
    /// In words.
    pub text: String,
}

/// The result of a verification. Serialises to the document that all three languages return.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct Verification {
    /// Are the stored entries, payloads and tiles those that were written?
    pub integrity: Integrity,
    /// Did the log sign what is there?
    pub authenticity: Authenticity,
    /// Is anything missing at the end?
    pub completeness: Completeness,
    /// Is this the present state?
    pub freshness: Freshness,
    /// Can the content still be read by who holds the keys?
    pub erasure: Erasure,
    /// Do the entries obey the rules of those who wrote them?
    pub policy: Policy,
    /// The log's origin.
    pub origin: String,
    /// How many entries were verified, from the first.
    pub size: u64,
    /// How many of them lie under a checkpoint that the log has signed. The rest is newer than its last signature.
    pub signed_size: u64,
    /// The root over those entries, as base64.
    pub root: String,
    /// The first entry that is not what was written, is missing, or is not vouched for; 0 when that holds for the whole log.
    pub first_bad_index: Option<u64>,
    /// What is wrong, in the order in which it was found; the first 100.
    pub problems: Vec<Problem>,
}

impl Verification {
    /// Adds what is wrong with a file that travels with the log.
    pub(crate) fn fail_integrity(&mut self, text: String) {
        self.integrity = Integrity::Failed;
        self.first_bad_index.get_or_insert(0);
        if self.problems.len() < MAX_PROBLEMS {
            self.problems.push(Problem {
                verdict: "integrity",
                seq: None,
                text,
            });
        }
    }

    /// Whether no verdict is a failure. `unanchored`, `headers_only` and `not_checked` are not failures: read the verdicts.
    pub fn has_no_failure(&self) -> bool {
        self.exit_code() == 0
    }

    /// What a command that verifies ends with: 0 where no verdict is a failure, else the number of the first that is, in
    /// this order: 10 integrity, 11 authenticity, 12 completeness, 13 freshness, 15 policy. The numbers never change their
    /// meaning; 14 is kept for erasure, which is none of the failures.
    pub fn exit_code(&self) -> u8 {
        [
            (self.integrity == Integrity::Failed, 10),
            (self.authenticity == Authenticity::Failed, 11),
            (self.completeness == Completeness::Failed, 12),
            (self.freshness == Freshness::Stale, 13),
            (self.policy == Policy::Failed, 15),
        ]
        .into_iter()
        .find_map(|(failed, code)| failed.then_some(code))
        .unwrap_or(0)
    }
}
