//! The one transition function: what the gate is about to write and what it finds in the ledger pass through it alike.

use std::sync::Arc;

use jiff::Timestamp;

use super::decision::Statement;
use super::engine::MAX_WHY;
use super::id::ProposalId;
use super::level::Level;
use super::named::MAX_NAME;
use super::policy::is_name;
use super::record::{
    Attested, Decided, Expired, ExpiredWhat, ObservedStep, Record, Refused, Stale, StaleWhy, TenantCreated,
    Withdrawn,
};
use super::state::{Outcome, Phase, Proposal, Refusals, Setup, State, TenantIdentity};
use super::together::Subject;
use super::{apply_run, apply_start, rules, statement};
use crate::change::Change;
use crate::digest::unhex;
use crate::error::{Error, ErrorKind, Result};
use crate::ledger::{Entry, Receipt};

/// What a record changes. Empty: nothing but the time.
#[derive(Debug, Default)]
pub(crate) struct Transition {
    setup: Option<Box<Setup>>,
    proposals: Vec<Arc<Proposal>>,
    refusals: Option<Refusals>,
}

impl Transition {
    pub(super) fn of(proposal: Proposal) -> Self {
        Self::all([proposal])
    }

    /// The rules change, by this proposal where one does it.
    pub(super) fn of_setup(setup: Setup, proposal: Option<Proposal>) -> Self {
        Self {
            setup: Some(Box::new(setup)),
            ..Self::all(proposal)
        }
    }

    pub(super) fn all(proposals: impl IntoIterator<Item = Proposal>) -> Self {
        Self {
            proposals: proposals.into_iter().map(Arc::new).collect(),
            ..Self::default()
        }
    }

    /// Whether it ends a proposal so.
    pub(super) fn closes(&self, id: &ProposalId, outcome: Outcome) -> bool {
        let mut closed = self.proposals.iter().filter(|proposal| proposal.id == *id);
        closed.any(|proposal| proposal.phase == Phase::Closed(outcome))
    }

    /// Changes one proposal more.
    pub(super) fn add(&mut self, proposal: Proposal) {
        self.proposals.push(Arc::new(proposal));
    }
}

impl State {
    /// Checks a record against the state at its place in the log, and says what it changes.
    ///
    /// # Errors
    /// What is not permitted: `denied`, `stale`, `expired`, `conflict`, `consumed`, `not_found`, `invalid_input`.
    pub(crate) fn apply(&self, at: Timestamp, record: &Record) -> Result<Transition> {
        if at < self.record_time {
            return Err(Error::new(ErrorKind::Denied, "time would run backwards"));
        }
        match record {
            Record::TenantCreated(record) => self.tenant_created(record),
            Record::PolicySet(record) => rules::policy_set(self, at, record),
            Record::AreasSet(record) => rules::areas_set(self, at, record),
            Record::ApproversSet(record) => rules::approvers_set(self, at, record),
            Record::FreezesSet(record) => rules::freezes_set(self, at, record),
            Record::Halted(record) => rules::halted(self, at, record),
            Record::HaltLifted(record) => rules::halt_lifted(self, at, record),
            Record::Proposed(record) => apply_start::proposed(self, at, record),
            Record::Decided(record) => self.decided(at, record),
            Record::Refused(record) => self.refused(at, record),
            Record::Stale(record) => self.stale(at, record),
            Record::Expired(record) => self.expired(at, record),
            Record::Withdrawn(record) => self.withdrawn(record),
            Record::Attested(record) => self.attested(at, record),
            Record::Started(record) => apply_start::started(self, at, record),
            Record::StepIntent(record) => apply_run::intent(self, record),
            Record::StepDone(record) => apply_run::done(self, record),
            Record::StepProbed(record) => apply_run::probed(self, record),
            Record::StepVerified(record) => apply_run::verified(self, record),
            Record::UndoBegun(record) => apply_run::undo_begun(self, record),
            Record::StepLeft(record) => apply_run::left(self, record),
            Record::Doubt(record) => apply_run::doubt(self, record),
            Record::Finished(record) => apply_run::finished(self, at, record),
            Record::Reconciled(record) => apply_run::reconciled(self, at, record),
            Record::NotTold(record) => apply_run::not_told(self, record),
        }
    }

    /// Takes in the next entry of the log.
    ///
    /// # Errors
    /// As [`apply`](Self::apply), `corrupt` and `unsupported` for what cannot be read; the detail `seq` names the entry.
    pub(crate) fn take_in(&mut self, entry: &Entry) -> Result<()> {
        self.replay(entry)
            .map_err(|error| error.with("seq", entry.seq()).during("gate.replay"))
    }

    fn replay(&mut self, entry: &Entry) -> Result<()> {
        if entry.seq() != self.size() {
            return Err(Error::new(
                ErrorKind::Internal,
                "an entry is missing or out of order",
            ));
        }
        let record = Record::read(entry)?;
        let at = record.as_ref().map(|(at, _)| *at);
        if let Some((at, record)) = &record {
            let transition = self.apply(*at, record)?;
            self.install(transition);
        }
        if entry.entry_type() == super::SNAPSHOT {
            self.snapshot = Some(entry.seq());
        }
        self.advance(at, entry.time(), entry.leaf_hash());
        Ok(())
    }

    /// Takes in a record that was just appended at the end of this state, without reading it back.
    pub(crate) fn take_in_own(&mut self, transition: Transition, at: Timestamp, receipt: &Receipt) {
        self.install(transition);
        self.advance(Some(at), receipt.time(), receipt.leaf_hash());
    }

    /// Counts an entry: a record of the gate names a time, and a text may be drafted from then on.
    fn advance(&mut self, at: Option<Timestamp>, entry_time: Timestamp, leaf: [u8; 32]) {
        self.time = self.time.max(entry_time);
        self.tree.push(leaf);
        if let Some(at) = at {
            self.record_time = at;
            self.time = self.time.max(at);
            let head = super::decision::Head {
                size: self.tree.size(),
                root: self.tree.root(),
            };
            self.heads.insert(head.size, head);
        }
    }

    /// Carries out what a record changes.
    pub(super) fn install(&mut self, transition: Transition) {
        if let Some(setup) = transition.setup {
            self.setup = *setup;
        }
        self.refusals = transition.refusals.unwrap_or(self.refusals);
        for proposal in transition.proposals {
            self.proposals.insert(proposal);
        }
    }

    fn tenant_created(&self, record: &TenantCreated) -> Result<Transition> {
        if self.setup.tenant.is_some() {
            return Err(Error::new(ErrorKind::Conflict, "the tenant is created already"));
        }
        let nonce_key =
            unhex(&record.nonce_key).filter(|_| is_name(&record.tenant) && record.region.len() <= MAX_NAME);
        let nonce_key =
            nonce_key.ok_or_else(|| malformed("the record of a tenant's creation is malformed"))?;
        let mut setup = self.setup.clone();
        setup.tenant = Some(Arc::new(TenantIdentity {
            name: record.tenant.clone(),
            region: record.region.clone(),
            nonce_key,
        }));
        Ok(Transition::of_setup(setup, None))
    }

    fn decided(&self, at: Timestamp, record: &Decided) -> Result<Transition> {
        let mut proposal = Proposal::clone(self.proposal(&record.proposal)?);
        let vote = statement::admit(self, &proposal, &record.decision, at)?;
        let said = vote.statement;
        match (said, proposal.phase) {
            (Statement::Approve | Statement::Reject, Phase::Open) => {
                check_open(&proposal, at)?;
                check_level(&proposal, Level::L2)?;
            }
            (Statement::Accept, Phase::Started) => apply_run::check_in_doubt(&proposal)?,
            (Statement::Did | Statement::Declined, _) => return Err(wrong_kind()),
            _ => return Err(over(&proposal)),
        }
        proposal.votes.push(vote);
        match said {
            Statement::Reject => return Ok(self.close(proposal, Outcome::Rejected)),
            Statement::Accept => return apply_run::accepted(self, at, proposal),
            _ => {}
        }
        Ok(Transition::of(proposal))
    }

    fn attested(&self, at: Timestamp, record: &Attested) -> Result<Transition> {
        let mut proposal = Proposal::clone(self.proposal(&record.proposal)?);
        check_before(&proposal, proposal.closes_at(), at)?;
        check_level(&proposal, Level::L3)?;
        let vote = statement::admit(self, &proposal, &record.attestation, at)?;
        let outcome = match vote.statement {
            Statement::Did => Outcome::HumanDid,
            Statement::Declined => Outcome::Declined,
            _ => return Err(wrong_kind()),
        };
        proposal.votes.push(vote);
        proposal.observed = observed(&proposal.change, outcome, &record.observed)?;
        Ok(self.close(proposal, outcome))
    }

    fn refused(&self, at: Timestamp, record: &Refused) -> Result<Transition> {
        self.setup.tenant()?;
        let by = record.by.as_deref().map_or(0, str::len);
        let words = [record.operation.len(), record.kind.len(), by];
        if words.iter().any(|length| *length > MAX_NAME) || record.why.len() > MAX_WHY {
            return Err(malformed("the text of a refusal is too long"));
        }
        let Some(id) = &record.proposal else {
            return Ok(Transition {
                refusals: Some(self.refusals.counted(at)),
                ..Transition::default()
            });
        };
        let mut proposal = Proposal::clone(self.proposal(id)?);
        proposal.refusals = proposal.refusals.counted(at);
        Ok(Transition::of(proposal))
    }

    fn stale(&self, at: Timestamp, record: &Stale) -> Result<Transition> {
        let mut proposal = Proposal::clone(self.proposal(&record.proposal)?);
        if proposal.phase != Phase::Open {
            return Err(over(&proposal));
        }
        apply_start::check_grounds(self, &Subject::of(&proposal), &record.grounds, at)?;
        let found = stale_reasons(&proposal, &record.grounds);
        if found.is_empty() || found != record.why {
            return Err(malformed("what is said to have changed has not"));
        }
        proposal.level = proposal.level.max(record.grounds.risk.level);
        proposal.grounds = Arc::new(record.grounds.clone());
        proposal.grounds_at = self.size();
        proposal.votes.clear();
        Ok(Transition::of(proposal))
    }

    fn expired(&self, at: Timestamp, record: &Expired) -> Result<Transition> {
        let mut proposal = Proposal::clone(self.proposal(&record.proposal)?);
        if proposal.phase != Phase::Open {
            return Err(over(&proposal));
        }
        match record.what {
            ExpiredWhat::Proposal if at > proposal.closes_at() => Ok(self.close(proposal, Outcome::Expired)),
            ExpiredWhat::Approvals => {
                let before = proposal.votes.len();
                proposal.votes.retain(|vote| at <= vote.not_after);
                if proposal.votes.len() == before {
                    return Err(malformed("no approval is past its time"));
                }
                Ok(Transition::of(proposal))
            }
            ExpiredWhat::Proposal => Err(malformed("the proposal is not past its time")),
        }
    }

    fn withdrawn(&self, record: &Withdrawn) -> Result<Transition> {
        let proposal = Proposal::clone(self.proposal(&record.proposal)?);
        if proposal.phase != Phase::Open {
            return Err(over(&proposal));
        }
        if !proposal.authors.contains(&record.by) {
            return Err(Error::new(
                ErrorKind::Denied,
                "only who proposed it, or widened it, can withdraw a proposal",
            ));
        }
        Ok(self.close(proposal, Outcome::Withdrawn))
    }

    /// Ends a proposal. Where it was to take another one back and did not, that one can be taken back anew.
    pub(super) fn close(&self, mut proposal: Proposal, outcome: Outcome) -> Transition {
        use super::outcome::ExecutionStatus::{RollbackConflict, RollbackFailed};
        proposal.phase = Phase::Closed(outcome);
        let original = proposal.takes_back.as_ref().and_then(|id| self.proposals.get(id));
        let failed = matches!(
            outcome,
            Outcome::Expired
                | Outcome::Rejected
                | Outcome::Superseded
                | Outcome::Withdrawn
                | Outcome::Declined
                | Outcome::Executed(RollbackConflict | RollbackFailed)
        );
        let freed = original.filter(|_| failed).map(|original| {
            let mut original = Proposal::clone(original);
            original.taken_back_by = None;
            original
        });
        Transition::all(freed.into_iter().chain([proposal]))
    }
}

/// What makes new grounds differ from those on which a proposal rests. A level that falls is no reason.
pub(super) fn stale_reasons(proposal: &Proposal, now: &super::record::Grounds) -> Vec<StaleWhy> {
    [
        (StaleWhy::Facts, now.facts != proposal.grounds.facts),
        (StaleWhy::Level, now.risk.level > proposal.level),
        (StaleWhy::Policy, now.policy != proposal.grounds.policy),
    ]
    .into_iter()
    .filter_map(|(why, differs)| differs.then_some(why))
    .collect()
}

/// What was seen is of steps of the change, each once and in their order; of what was not done nothing is seen.
fn observed(change: &Change, outcome: Outcome, observed: &[ObservedStep]) -> Result<Vec<ObservedStep>> {
    let mut steps = change.steps.iter();
    let in_order = observed.iter().all(|seen| steps.any(|step| step.id == seen.step));
    if in_order && (outcome == Outcome::HumanDid || observed.is_empty()) {
        return Ok(observed.to_vec());
    }
    Err(malformed("what was observed is not of the steps of this change"))
}

/// The proposal waits, and its time is not over.
pub(super) fn check_open(proposal: &Proposal, at: Timestamp) -> Result<()> {
    check_before(proposal, proposal.ends_at(), at)
}

fn check_before(proposal: &Proposal, end: Timestamp, at: Timestamp) -> Result<()> {
    if proposal.phase != Phase::Open {
        return Err(over(proposal));
    }
    if at > end {
        return Err(
            Error::new(ErrorKind::Expired, "the proposal is past its time").remedy("submit the change again")
        );
    }
    Ok(())
}

fn check_level(proposal: &Proposal, level: Level) -> Result<()> {
    if proposal.level == level {
        return Ok(());
    }
    Err(Error::new(
        ErrorKind::Denied,
        format!("the proposal is at level {}, not {level}", proposal.level),
    ))
}

/// The error for a proposal that is past the state in which this could be asked.
pub(super) fn over(proposal: &Proposal) -> Error {
    match proposal.phase {
        Phase::Closed(Outcome::Expired) => Error::new(ErrorKind::Expired, "the proposal is past its time"),
        Phase::Closed(outcome) => Error::new(
            ErrorKind::Consumed,
            format!("the proposal is over: {}", outcome.as_str()),
        ),
        Phase::Started => Error::new(ErrorKind::Consumed, "the proposal was started already"),
        Phase::Open => Error::new(ErrorKind::Denied, "the proposal was not started"),
    }
    .with("proposal", proposal.id)
}

pub(super) fn malformed(message: &str) -> Error {
    Error::new(ErrorKind::InvalidInput, message)
}

fn wrong_kind() -> Error {
    Error::new(
        ErrorKind::Denied,
        "the text says something else than what is asked here",
    )
}
