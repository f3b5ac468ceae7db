//! The gate's state of one tenant: nothing but a fold over the ledger.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use super::amend::Amendment;
use super::approver::{Register, Registered};
use super::decision::{Head, Statement};
use super::head::Frontier;
use super::id::ProposalId;
use super::level::Level;
use super::outcome::ExecutionStatus;
use super::policy::{Policy, ProcessArea, digest_of};
use super::proposals::Proposals;
use super::quorum::Quorum;
use super::record::{Grounds, ObservedStep};
use super::rules::{Freeze, Halt, RULES_AREA};
use super::run::Run;
use super::sshsig::PublicKey;
use crate::actor::Actor;
use crate::change::Change;
use crate::digest::Digest;
use crate::error::{Error, ErrorKind, Result};
use crate::ledger::LogId;
use crate::text::Plain;

/// Everything the gate knows of a tenant. A copy is cheap: what does not change is shared.
#[derive(Clone, Debug)]
pub(crate) struct State {
    pub(super) log_id: LogId,
    /// The tree over the entries that were taken in.
    pub(super) tree: Frontier,
    /// The heads at which a text may have been drafted: after each record of the gate.
    pub(super) heads: BTreeMap<u64, Head>,
    /// The time never runs backwards: the latest of all entries and records.
    pub(super) time: Timestamp,
    /// The latest time that a record names. Records that were appended together name one time, and the ledger gives their
    /// entries later ones.
    pub(super) record_time: Timestamp,
    pub(super) setup: Setup,
    pub(super) proposals: Proposals,
    /// The entry with the last snapshot of the estate.
    pub(super) snapshot: Option<u64>,
    /// Of what names no proposal.
    pub(super) refusals: Refusals,
}

/// Who the tenant is and what rules are in force.
#[derive(Clone, Debug, Default)]
pub(crate) struct Setup {
    pub(super) tenant: Option<Arc<TenantIdentity>>,
    pub(super) policy: Option<Arc<Policy>>,
    pub(super) areas: Option<Arc<BTreeMap<String, ProcessArea>>>,
    pub(super) register: Option<Arc<Register>>,
    pub(super) freezes: Arc<Vec<Freeze>>,
    /// The kill switch: on while there is one, in the order in which they were made.
    pub(super) halts: Arc<Vec<Halt>>,
    /// Halts that a change which waits would lift, and whose place a later one by the same actor took.
    pub(super) replaced_halts: Arc<BTreeSet<u64>>,
    /// The last entry that changed any of the rules. A halt changes none of them.
    pub(super) rules_at: u64,
}

/// What a tenant was created with.
#[derive(Debug)]
pub(crate) struct TenantIdentity {
    pub(crate) name: String,
    pub(crate) region: String,
    pub(super) nonce_key: [u8; 32],
}

/// A change on its way.
#[derive(Clone, Debug)]
pub(crate) struct Proposal {
    pub(crate) id: ProposalId,
    pub(crate) change: Arc<Change>,
    pub(crate) change_digest: Digest,
    /// The proposal that this one takes back.
    pub(crate) takes_back: Option<ProposalId>,
    pub(crate) proposer: Actor,
    /// Who wrote what is in it, the proposer first: none of them approves it.
    pub(crate) authors: Vec<Actor>,
    /// Their names as they are compared.
    pub(super) author_names: Arc<[String]>,
    /// The proposal whose place this one took.
    pub(crate) amendment: Option<Arc<Amendment>>,
    /// The proposal that took the place of this one.
    pub(crate) superseded_by: Option<ProposalId>,
    /// Its entry of the log: who was registered later does not approve it.
    pub(super) place: u64,
    pub(crate) submitted_at: Timestamp,
    pub(crate) expires_at: Timestamp,
    /// Never falls.
    pub(crate) level: Level,
    pub(crate) grounds: Arc<Grounds>,
    /// The entry that set the grounds: who decides must have seen it.
    pub(super) grounds_at: u64,
    /// The votes of the present grounds, in the order in which they were recorded.
    pub(crate) votes: Vec<Vote>,
    pub(crate) phase: Phase,
    pub(crate) run: Option<Run>,
    /// The proposal that takes this one back, while that is open or has begun.
    pub(crate) taken_back_by: Option<ProposalId>,
    /// What was seen of what a human did.
    pub(crate) observed: Vec<ObservedStep>,
    pub(crate) refusals: Refusals,
}

/// One signed statement about a proposal.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Vote {
    pub(crate) statement: Statement,
    pub(crate) person: String,
    pub(crate) role: Option<String>,
    pub(crate) key: PublicKey,
    pub(crate) digest: Digest,
    pub(crate) at: Timestamp,
    pub(crate) not_before: Option<Timestamp>,
    pub(crate) not_after: Timestamp,
}

/// Where a proposal is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Phase {
    /// Routed: it waits for people, or for somebody to start it.
    Open,
    /// It began. Whether it runs or is in doubt depends on the execution lease.
    Started,
    /// It is over.
    Closed(Outcome),
}

/// How a proposal ended.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[non_exhaustive]
pub enum Outcome {
    /// A person attested that it will not be done.
    Declined,
    /// It ran.
    Executed(ExecutionStatus),
    /// Its time passed.
    Expired,
    /// A person attested that they did it.
    HumanDid,
    /// A person rejected it.
    Rejected,
    /// An amended one took its place.
    Superseded,
    /// Its proposer took it back.
    Withdrawn,
}

impl Outcome {
    /// The stable name, in `snake_case`: for an execution that of its status.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Declined => "declined",
            Self::Executed(status) => status.as_str(),
            Self::Expired => "expired",
            Self::HumanDid => "human_did",
            Self::Rejected => "rejected",
            Self::Superseded => "superseded",
            Self::Withdrawn => "withdrawn",
        }
    }
}

/// How many refusals of a proposal, or of what names none, were recorded in the present hour.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Refusals {
    pub(crate) hour: i64,
    pub(crate) recorded: u32,
}

impl State {
    /// The state before the first entry.
    pub(crate) fn new(log_id: LogId) -> Self {
        Self {
            log_id,
            tree: Frontier::default(),
            heads: BTreeMap::new(),
            time: Timestamp::UNIX_EPOCH,
            record_time: Timestamp::UNIX_EPOCH,
            setup: Setup::default(),
            proposals: Proposals::default(),
            snapshot: None,
            refusals: Refusals::default(),
        }
    }

    /// The log.
    pub(crate) fn log_id(&self) -> LogId {
        self.log_id
    }

    /// How many entries were taken in.
    pub(crate) fn size(&self) -> u64 {
        self.tree.size()
    }

    /// The latest time that is recorded.
    pub(crate) fn time(&self) -> Timestamp {
        self.time
    }

    /// The entry with the last snapshot of the estate.
    pub(crate) fn snapshot(&self) -> Option<u64> {
        self.snapshot
    }

    /// The last head at which a text may be drafted.
    pub(super) fn head(&self) -> Result<Head> {
        self.heads
            .last_key_value()
            .map(|(_, head)| *head)
            .ok_or_else(incomplete)
    }

    /// A proposal.
    pub(crate) fn proposal(&self, id: &ProposalId) -> Result<&Arc<Proposal>> {
        self.proposals
            .get(id)
            .ok_or_else(|| Error::new(ErrorKind::NotFound, format!("there is no proposal {id}")))
    }

    /// All proposals, in order of the id.
    pub(crate) fn proposals(&self) -> impl Iterator<Item = &Arc<Proposal>> {
        self.proposals.values()
    }

    /// A proposal that has started, and another one that holds one of its targets.
    pub(super) fn holder_of_targets(&self, proposal: &Proposal) -> Option<&Proposal> {
        let targets = proposal.change.targets();
        self.proposals
            .started()
            .filter(|other| other.id != proposal.id)
            .find(|other| {
                other
                    .change
                    .targets()
                    .iter()
                    .any(|target| targets.contains(target))
            })
            .map(Arc::as_ref)
    }
}

impl Setup {
    /// Whether the tenant's creation is complete.
    pub(crate) fn is_complete(&self) -> bool {
        self.tenant.is_some() && self.policy.is_some() && self.areas.is_some() && self.register.is_some()
    }

    pub(crate) fn tenant(&self) -> Result<&Arc<TenantIdentity>> {
        self.tenant.as_ref().ok_or_else(incomplete)
    }

    pub(crate) fn policy(&self) -> Result<&Arc<Policy>> {
        self.policy.as_ref().ok_or_else(incomplete)
    }

    pub(crate) fn register(&self) -> Result<&Arc<Register>> {
        self.register.as_ref().ok_or_else(incomplete)
    }

    pub(crate) fn areas(&self) -> Result<&Arc<BTreeMap<String, ProcessArea>>> {
        self.areas.as_ref().ok_or_else(incomplete)
    }

    /// The digest of the rules for one area: the policy, and the area where it is known.
    pub(crate) fn rules_digest(&self, area: &str) -> Result<Digest> {
        digest_of(
            "vcto rules v1",
            &(self.policy()?.as_ref(), self.areas()?.get(area)),
        )
    }

    /// How many persons must approve a change of this area, and in which roles somebody must.
    pub(crate) fn quorum(&self, area: &str) -> Result<Quorum<'_>> {
        let policy = self.policy()?;
        if area == RULES_AREA {
            return self.strictest();
        }
        let area = self.areas()?.get(area);
        Ok(Quorum {
            approvals: area.map_or(policy.approvals, |area| area.approvals.max(policy.approvals)) as usize,
            roles: policy
                .roles
                .iter()
                .chain(area.iter().flat_map(|area| area.roles.iter()))
                .map(String::as_str)
                .collect(),
        })
    }

    /// What a change of the rules needs: all that any of the rules asks for, since it can weaken each of them.
    fn strictest(&self) -> Result<Quorum<'_>> {
        let (policy, areas) = (self.policy()?, self.areas()?);
        let approvals = areas.values().map(|area| area.approvals).max().unwrap_or(0);
        Ok(Quorum {
            approvals: approvals.max(policy.approvals) as usize,
            roles: policy
                .roles
                .iter()
                .chain(areas.values().flat_map(|area| area.roles.iter()))
                .map(String::as_str)
                .collect(),
        })
    }
}

/// How many refusals of one proposal, or of what names none, are recorded in an hour: nobody can fill the ledger with them.
pub(crate) const REFUSALS_AN_HOUR: u32 = 60;

impl Refusals {
    /// With one more recorded at a time.
    pub(super) fn counted(self, at: Timestamp) -> Self {
        let hour = at.as_second().div_euclid(3_600);
        let recorded = if hour == self.hour { self.recorded } else { 0 };
        Self {
            hour,
            recorded: recorded.saturating_add(1),
        }
    }

    /// Whether one more may be recorded at a time.
    pub(crate) fn has_room(self, at: Timestamp) -> bool {
        self.counted(at).recorded <= REFUSALS_AN_HOUR
    }
}

/// For how long after its end what a human did can be attested.
const TO_ATTEST: SignedDuration = SignedDuration::from_hours(30 * 24);

impl Proposal {
    /// After this time nothing of it can start.
    pub(crate) fn ends_at(&self) -> Timestamp {
        self.change
            .not_after
            .map_or(self.expires_at, |end| end.min(self.expires_at))
    }

    /// After this time nothing is said of it any more. What a human does ends like everything else; that they did it, or did not,
    /// is said when they are back at their desk.
    pub(crate) fn closes_at(&self) -> Timestamp {
        match self.level {
            Level::L3 => self.ends_at().saturating_add(TO_ATTEST).unwrap_or(Timestamp::MAX),
            _ => self.ends_at(),
        }
    }

    /// The votes of a kind that count at a time: the key is in force, the decision is not past its time. One a person.
    pub(crate) fn valid_votes<'a>(
        &'a self,
        statement: Statement,
        register: &'a Register,
        at: Timestamp,
    ) -> Vec<&'a Vote> {
        let mut votes: Vec<&Vote> = Vec::new();
        for vote in self.votes.iter().filter(|vote| vote.statement == statement) {
            let in_force = register.signer_at(&vote.key, at).is_ok_and(|entry| {
                let is_own = entry.approver.person() == vote.person;
                is_own && self.is_of_its_electorate(statement, entry)
            });
            let has_role = vote
                .role
                .as_ref()
                .is_none_or(|role| register.has_role(&vote.person, role, at));
            let counted = votes
                .iter()
                .any(|other| other.person == vote.person || other.key == vote.key);
            if in_force && has_role && at <= vote.not_after && !counted {
                votes.push(vote);
            }
        }
        votes
    }

    /// Whether an entry of the register counts for an approval: who was registered after it was submitted does not. A later
    /// entry may reject it, attest it or settle it all the same.
    pub(super) fn is_of_its_electorate(&self, statement: Statement, entry: &Registered) -> bool {
        statement != Statement::Approve || entry.since < self.place
    }

    /// The approvals with which it may start at a time, when there are enough.
    pub(crate) fn approvals<'a>(&'a self, setup: &'a Setup, at: Timestamp) -> Result<Option<Vec<&'a Vote>>> {
        let votes = self.valid_votes(Statement::Approve, setup.register()?, at);
        let quorum = setup.quorum(&self.change.area)?;
        Ok(quorum.is_met(&votes).then_some(votes))
    }
}

pub(super) fn incomplete() -> Error {
    Error::new(ErrorKind::Conflict, "the creation of this tenant was interrupted")
        .remedy("create it again: what is there is completed")
}

/// A message with an escaped name in it.
pub(super) fn named(text: &str) -> String {
    format!("`{}`", Plain(text))
}
