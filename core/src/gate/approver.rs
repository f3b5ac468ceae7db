//! Who may approve: persons with their keys, parties and roles.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::allowed_signers::{AllowedSigner, AllowedSigners};
use super::decision::NAMESPACE;
use super::named::folded;
use super::policy::check_roles;
use super::sshsig::PublicKey;
use crate::actor::Actor;
use crate::error::{Error, ErrorKind, Result};
use crate::text::quoted;

/// On whose side a person stands.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Party {
    /// The client whose estate it is.
    Client,
    /// The managed service provider.
    #[default]
    Msp,
}

/// One key of one person who may approve.
///
/// ```
/// use vcto::gate::{Approver, Party};
///
/// let key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAINdamAGCsQq31Uv+08lkBzoO4XLz2qYjJa8CGmj3B1Ea";
/// let approver = Approver::new("alice", key)?.party(Party::Client).role("owner");
/// assert_eq!(approver.person(), "alice");
/// # Ok::<(), vcto::Error>(())
/// ```
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(try_from = "Stored", into = "Stored")]
pub struct Approver {
    signer: AllowedSigner,
    party: Party,
    roles: BTreeSet<String>,
}

impl Approver {
    /// A person of the provider, without roles, with a public key as it stands in a `.pub` file.
    ///
    /// # Errors
    /// `invalid_input` when the name or the key is unfit.
    pub fn new(person: impl Into<String>, key: &str) -> Result<Self> {
        Self::from_signer(AllowedSigner::new(person, key.parse()?)?)
    }

    /// A person of the provider, without roles, as a line of `allowed_signers` says.
    ///
    /// # Errors
    /// `invalid_input` when the line restricts the key to other namespaces than the one of decisions.
    pub fn from_signer(signer: AllowedSigner) -> Result<Self> {
        if signer
            .namespaces()
            .is_some_and(|namespaces| !namespaces.contains(NAMESPACE))
        {
            return Err(Error::new(
                ErrorKind::InvalidInput,
                format!("the key of {} may not sign decisions", quoted(signer.person())),
            )
            .remedy(format!("add the namespace `{NAMESPACE}` to its line"))
            .during("approver.new"));
        }
        Ok(Self {
            signer: signer.with_namespaces([NAMESPACE])?,
            party: Party::Msp,
            roles: BTreeSet::new(),
        })
    }

    /// Says on whose side the person stands.
    #[must_use]
    pub fn party(mut self, party: Party) -> Self {
        self.party = party;
        self
    }

    /// Adds a role in which the person may approve: 1 to 64 of `a-z`, `0-9` and `-`, checked when it is recorded.
    #[must_use]
    pub fn role(mut self, role: impl Into<String>) -> Self {
        self.roles.insert(role.into());
        self
    }

    /// The person.
    pub fn person(&self) -> &str {
        self.signer.person()
    }

    /// The key.
    pub fn key(&self) -> PublicKey {
        self.signer.key()
    }

    /// On whose side the person stands.
    pub fn side(&self) -> Party {
        self.party
    }

    /// The roles in which the person may approve.
    pub fn roles(&self) -> &BTreeSet<String> {
        &self.roles
    }

    /// From when to when the key may sign.
    pub fn signer(&self) -> &AllowedSigner {
        &self.signer
    }
}

/// The form in records.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Stored {
    person: String,
    key: PublicKey,
    #[serde(default)]
    party: Party,
    #[serde(default)]
    roles: BTreeSet<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    valid_after: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    valid_before: Option<Timestamp>,
}

impl TryFrom<Stored> for Approver {
    type Error = Error;

    fn try_from(stored: Stored) -> Result<Self> {
        let signer = AllowedSigner::new(stored.person, stored.key)?
            .with_namespaces([NAMESPACE])?
            .with_validity(stored.valid_after, stored.valid_before)?;
        Ok(Self {
            signer,
            party: stored.party,
            roles: stored.roles,
        })
    }
}

impl From<Approver> for Stored {
    fn from(approver: Approver) -> Self {
        Self {
            person: approver.signer.person().to_owned(),
            key: approver.signer.key(),
            party: approver.party,
            roles: approver.roles,
            valid_after: approver.signer.valid_after(),
            valid_before: approver.signer.valid_before(),
        }
    }
}

/// The approvers of a tenant as its ledger has them at one moment.
#[derive(Clone, Debug, Default, Eq, PartialEq, Serialize)]
#[serde(transparent)]
pub struct Register {
    entries: Vec<Registered>,
}

impl<'a> IntoIterator for &'a Register {
    type Item = &'a Registered;
    type IntoIter = std::slice::Iter<'a, Registered>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

/// One entry of a [`Register`].
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Registered {
    /// Who.
    #[serde(flatten)]
    pub approver: Approver,
    /// The entry of the ledger since which it stands so. What was submitted before that is not approved with it.
    pub since: u64,
    /// When the key was revoked; absent while it is in force.
    pub revoked_at: Option<Timestamp>,
    /// From when on its present period holds, where it had another one before.
    #[serde(skip)]
    again_from: Option<Timestamp>,
    /// The periods before that, as lines of `allowed_signers`.
    #[serde(skip)]
    before: Vec<AllowedSigner>,
}

impl Registered {
    /// Whether the key may sign a decision at this time.
    ///
    /// # Errors
    /// `denied` for a revoked or not yet valid key, `expired` for one past its time.
    fn permits(&self, at: Timestamp) -> Result<()> {
        match self.revoked_at {
            Some(revoked_at) => Err(denied(format!(
                "{}'s key was revoked at {revoked_at}",
                quoted(self.approver.person())
            ))),
            None => self.approver.signer.permits(NAMESPACE, at),
        }
    }

    /// An entry that a record gives its rights.
    fn since(seq: u64, approver: Approver) -> Self {
        Self {
            approver,
            since: seq,
            revoked_at: None,
            again_from: None,
            before: Vec::new(),
        }
    }

    /// The entry after this one, with what the approver may do from now on. A time in which the key could or could not sign
    /// stays so in the export: what it signed then is worth the same with stock tools, whatever its times are now.
    fn renewed(&self, approver: &Approver, seq: u64, at: Timestamp) -> Result<Self> {
        let period = |of: &Approver| (of.signer.valid_after(), of.signer.valid_before());
        let goes_on = self.revoked_at.is_none() && period(&self.approver) == period(approver);
        let mut before = self.before.clone();
        if !goes_on {
            before.extend(self.line_until(Some(self.revoked_at.unwrap_or(at)))?);
        }
        Ok(Self {
            approver: approver.clone(),
            since: if self.covers(approver) { self.since } else { seq },
            revoked_at: None,
            again_from: if goes_on { self.again_from } else { Some(at) },
            before,
        })
    }

    /// The present line for `allowed_signers`: a revoked key ends with the second in which it was revoked.
    fn line(&self) -> Result<Option<AllowedSigner>> {
        self.line_until(self.revoked_at)
    }

    /// The line for `allowed_signers` of the present period, which ends with a second at the latest. None where the key never
    /// was valid before that.
    fn line_until(&self, latest: Option<Timestamp>) -> Result<Option<AllowedSigner>> {
        let signer = &self.approver.signer;
        let second = |at: Timestamp| Timestamp::from_second(at.as_second()).unwrap_or(Timestamp::MAX);
        let begin = signer.valid_after().max(self.again_from.map(second));
        let end = match (signer.valid_before(), latest.map(second)) {
            (Some(end), Some(latest)) => Some(end.min(latest)),
            (end, latest) => end.or(latest),
        };
        if matches!((begin, end), (Some(begin), Some(end)) if begin >= end) {
            return Ok(None);
        }
        signer.clone().with_validity(begin, end).map(Some)
    }

    /// Whether this entry could do at least what the other one may.
    fn covers(&self, other: &Approver) -> bool {
        let own = &self.approver;
        let begins = own.signer.valid_after() <= other.signer.valid_after();
        // No end is the latest.
        let ends = match (own.signer.valid_before(), other.signer.valid_before()) {
            (Some(own), Some(other)) => other <= own,
            (own, _) => own.is_none(),
        };
        let roles = other.roles.is_subset(&own.roles);
        self.revoked_at.is_none() && own.party == other.party && begins && ends && roles
    }
}

impl Register {
    /// A register of these approvers, recorded by this entry.
    ///
    /// # Errors
    /// `invalid_input` when a key stands twice, two names differ only in case, or a role is unfit; `too_large`.
    pub(crate) fn new(approvers: impl IntoIterator<Item = Approver>, seq: u64) -> Result<Self> {
        let entries = approvers
            .into_iter()
            .map(|approver| Registered::since(seq, approver));
        Self::checked(entries.collect())
    }

    /// The register after this one: exactly these approvers are in force. Who is not among them is revoked, and stays.
    ///
    /// # Errors
    /// As [`new`](Self::new); `denied` for a key that is or was another person's.
    pub(super) fn followed_by(&self, approvers: &[Approver], seq: u64, at: Timestamp) -> Result<Self> {
        let mut next: BTreeMap<PublicKey, &Approver> = approvers
            .iter()
            .map(|approver| (approver.key(), approver))
            .collect();
        let mut entries = Vec::new();
        for old in &self.entries {
            entries.push(match next.remove(&old.approver.key()) {
                None => Registered {
                    revoked_at: old.revoked_at.or(Some(at)),
                    ..old.clone()
                },
                Some(new) if new.person() != old.approver.person() => {
                    return Err(denied(format!(
                        "the key {} is or was {}'s",
                        new.key().fingerprint(),
                        quoted(old.approver.person())
                    ))
                    .remedy("a key names one person for ever: take a new one"));
                }
                Some(new) => old.renewed(new, seq, at)?,
            });
        }
        // In the order in which they are given.
        let added = approvers
            .iter()
            .filter(|approver| next.contains_key(&approver.key()));
        entries.extend(added.map(|approver| Registered::since(seq, approver.clone())));
        Self::checked(entries)
    }

    fn checked(entries: Vec<Registered>) -> Result<Self> {
        AllowedSigners::new(entries.iter().map(|entry| entry.approver.signer.clone()))?;
        // Each key once here, whatever its periods.
        let mut keys = BTreeSet::new();
        for entry in &entries {
            if !keys.insert(entry.approver.key()) {
                return Err(Error::new(
                    ErrorKind::InvalidInput,
                    format!("the key {} stands twice", entry.approver.key().fingerprint()),
                )
                .remedy("name each key once, with the period in which it is valid from now on"));
            }
        }
        for (at, entry) in entries.iter().enumerate() {
            check_roles(&entry.approver.roles, &format!("/approvers/{at}/roles"))?;
        }
        let register = Self { entries };
        register.allowed_signers()?;
        Ok(register)
    }

    /// The entries, in the order in which they were first recorded, those of revoked keys with them.
    pub fn iter(&self) -> std::slice::Iter<'_, Registered> {
        self.entries.iter()
    }

    /// The approvers whose key is not revoked, in the order in which they were first recorded.
    pub fn in_force(&self) -> impl Iterator<Item = &Approver> {
        let in_force = self.entries.iter().filter(|entry| entry.revoked_at.is_none());
        in_force.map(|entry| &entry.approver)
    }

    /// The text for `ssh-keygen -Y verify -f`: every approver that ever was, so that old decisions verify. Give the time of a
    /// decision as `-O verify-time=`. A revoked key ends with the second in which it was revoked; one that was registered again, or
    /// whose times were changed, has one line for each period.
    ///
    /// # Errors
    /// `internal` when an entry has no text form.
    pub fn allowed_signers(&self) -> Result<AllowedSigners> {
        let mut lines = Vec::new();
        for entry in &self.entries {
            lines.extend(entry.before.iter().cloned());
            lines.extend(entry.line()?);
        }
        AllowedSigners::new(lines)
    }

    /// The entry with this key, when it may sign a decision at this time.
    ///
    /// # Errors
    /// `denied` for an unknown, revoked or not yet valid key, `expired` for one past its time.
    pub(crate) fn signer_at(&self, key: &PublicKey, at: Timestamp) -> Result<&Registered> {
        let entry = self
            .entries
            .iter()
            .find(|entry| entry.approver.key() == *key)
            .ok_or_else(|| denied(format!("the key {} belongs to no approver", key.fingerprint())))?;
        entry.permits(at)?;
        Ok(entry)
    }

    /// The entries whose key may sign at this time.
    pub(super) fn entries_at(&self, at: Timestamp) -> impl Iterator<Item = &Registered> {
        self.entries.iter().filter(move |entry| entry.permits(at).is_ok())
    }

    /// The entries whose key may sign at some time from the one to the other, of none of the `excluded`.
    pub(super) fn to_come(&self, from: Timestamp, until: Timestamp, excluded: &[&Actor]) -> Vec<&Registered> {
        let is_to_come = |entry: &&Registered| {
            let signer = &entry.approver.signer;
            let ends = signer
                .valid_before()
                .is_none_or(|end| from.as_second() <= end.as_second());
            let begins = signer.valid_after().is_none_or(|begin| begin <= until);
            entry.revoked_at.is_none() && ends && begins
        };
        let is_excluded = |entry: &Registered| {
            excluded
                .iter()
                .any(|actor| is_same(actor, entry.approver.person()))
        };
        let to_come = self.entries.iter().filter(is_to_come);
        to_come.filter(|entry| !is_excluded(entry)).collect()
    }

    /// Whether a person holds a role at this time.
    pub(super) fn has_role(&self, person: &str, role: &str, at: Timestamp) -> bool {
        self.entries_at(at)
            .any(|entry| entry.approver.person() == person && entry.approver.roles.contains(role))
    }

    /// The approvers who may sign at this time and are none of the `excluded`.
    pub(crate) fn eligible(&self, at: Timestamp, excluded: &[&Actor]) -> Vec<&Approver> {
        self.entries_at(at)
            .map(|entry| &entry.approver)
            .filter(|approver| !excluded.iter().any(|actor| is_same(actor, approver.person())))
            .collect()
    }
}

/// Whether an actor and a person share a name, however it is spelled. The kind of the actor does not matter: a service that is
/// called like a person must not be a second voice of that person.
pub(crate) fn is_same(actor: &Actor, person: &str) -> bool {
    folded(actor.name()) == folded(person)
}

fn denied(message: String) -> Error {
    Error::new(ErrorKind::Denied, message)
}
