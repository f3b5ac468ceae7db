//! Drafting the text of a decision from the state, and admitting a signed one: both build the same text.

use jiff::{SignedDuration, Timestamp};

use super::approver::{Registered, is_same};
use super::decision::{Decision, Head, Second, Statement, VERSION, check_reason, nonce, verified};
use super::policy::Policy;
use super::record::Signed;
use super::rules;
use super::state::{Proposal, State, Vote, named};
use crate::actor::Actor;
use crate::change::Change;
use crate::error::{Error, ErrorKind, Result};
use crate::text::quoted;

/// What a text is drafted for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wish<'a> {
    pub(super) approver: &'a str,
    pub(super) statement: Statement,
    pub(super) reason: Option<&'a str>,
    pub(super) role: Option<&'a str>,
    pub(super) not_before: Option<Timestamp>,
    pub(super) not_after: Option<Timestamp>,
    /// When a human did it.
    pub(super) done_at: Option<Timestamp>,
}

impl<'a> Wish<'a> {
    /// Without a reason, a role and times.
    pub(super) fn new(approver: &'a str, statement: Statement) -> Self {
        Self {
            approver,
            statement,
            reason: None,
            role: None,
            not_before: None,
            not_after: None,
            done_at: None,
        }
    }
}

/// Drafts the text for a person at a time.
pub(super) fn draft(state: &State, proposal: &Proposal, wish: &Wish<'_>, at: Timestamp) -> Result<Vec<u8>> {
    check_reason(wish.reason)?;
    check_person(state, proposal, wish, at)?;
    check_base(state, proposal, wish.statement)?;
    let not_before = wish.not_before.or(window_of(proposal, wish.statement).0);
    let not_before = not_before
        .map(|at| Second::exact(at, "/not_before"))
        .transpose()?;
    let not_after = match wish.not_after {
        Some(at) => Second::exact(at, "/not_after")?,
        None => default_end(state.setup.policy()?, proposal, wish.statement, not_before, at),
    };
    check_done(proposal, wish, at)?;
    check_window(state, proposal, wish.statement, (not_before, not_after), at)?;
    build(state, proposal, wish, (not_before, not_after), state.head()?)?.to_text()
}

/// Admits a signed text: gives the vote, or says what is wrong with it.
pub(super) fn admit(state: &State, proposal: &Proposal, signed: &Signed, at: Timestamp) -> Result<Vote> {
    let text = signed.text.as_bytes();
    let (key, decision) = verified(text, &signed.signature)?;
    let entry = state.setup.register()?.signer_at(&key, at)?;
    let approver = &entry.approver;
    if approver.person() != decision.approver {
        return Err(denied(format!(
            "the text is for {}, and the key belongs to {}",
            quoted(&decision.approver),
            quoted(approver.person())
        )));
    }
    let wish = Wish {
        approver: &decision.approver,
        statement: decision.verdict,
        reason: decision.reason.as_deref(),
        role: decision.role.as_deref(),
        not_before: decision.not_before.map(|second| second.0),
        not_after: Some(decision.not_after.0),
        done_at: decision.done_at.map(|second| second.0),
    };
    check_reason(wish.reason)?;
    check_person(state, proposal, &wish, at)?;
    if !proposal.is_of_its_electorate(decision.verdict, entry) {
        return Err(too_late(approver.person()));
    }
    check_base(state, proposal, decision.verdict)?;
    check_head(state, proposal, decision.head)?;
    let window = (decision.not_before, decision.not_after);
    compare(&decision, &build(state, proposal, &wish, window, decision.head)?)?;
    check_done(proposal, &wish, at)?;
    check_window(state, proposal, decision.verdict, window, at)?;
    let digest = Decision::digest_of(text);
    if proposal.votes.iter().any(|vote| vote.digest == digest) {
        return Err(denied("this decision is recorded already"));
    }
    let votes = proposal.valid_votes(decision.verdict, state.setup.register()?, at);
    if votes
        .iter()
        .any(|vote| vote.person == decision.approver || vote.key == key)
    {
        return Err(denied(format!(
            "{} has decided already",
            quoted(&decision.approver)
        )));
    }
    Ok(Vote {
        statement: decision.verdict,
        person: decision.approver,
        role: decision.role,
        key,
        digest,
        at,
        not_before: window.0.map(|second| second.0),
        not_after: window.1.0,
    })
}

/// Within which times a statement about a proposal must lie: the window of the change, and the end of the proposal. Both bound
/// when it may start; what an interrupted execution left can be accepted whenever somebody finds it, and what a human did, or
/// does not do, is said afterwards.
fn window_of(proposal: &Proposal, statement: Statement) -> (Option<Timestamp>, Option<Timestamp>, Timestamp) {
    match statement {
        Statement::Accept => return (None, None, Timestamp::MAX),
        Statement::Declined | Statement::Did => return (None, None, proposal.closes_at()),
        Statement::Approve | Statement::Reject => {}
    }
    let change = &proposal.change;
    (change.not_before, change.not_after, proposal.expires_at)
}

/// When the decision ends if it names no end: with the window where there is one, otherwise after a day; never after the
/// proposal.
fn default_end(
    policy: &Policy,
    proposal: &Proposal,
    statement: Statement,
    not_before: Option<Second>,
    at: Timestamp,
) -> Second {
    let valid = SignedDuration::from_secs(i64::from(policy.decision_valid_s));
    let day_from = |from: Timestamp| from.saturating_add(valid).unwrap_or(Timestamp::MAX);
    let (_, window_end, latest) = window_of(proposal, statement);
    let end = match (not_before, window_end) {
        (Some(begin), Some(end)) if begin.0 > at => end,
        (Some(begin), None) => day_from(begin.0.max(at)),
        (_, Some(end)) => end.min(day_from(at)),
        (None, None) => day_from(at),
    };
    Second::floor(end.min(latest))
}

/// When a proposal of this change ends that is submitted at this time.
pub(super) fn expiry(policy: &Policy, change: &Change, at: Timestamp) -> Timestamp {
    let seconds = |n: u32| SignedDuration::from_secs(i64::from(n));
    let add = |from: Timestamp, n: u32| from.saturating_add(seconds(n)).unwrap_or(Timestamp::MAX);
    let life = add(at, policy.proposal_valid_s);
    let window = change.not_before.map(|begin| {
        change
            .not_after
            .unwrap_or_else(|| add(begin, policy.decision_valid_s))
    });
    Second::floor(window.map_or(life, |end| end.max(life))).0
}

/// Who may say what: the person is registered and in force, holds the role, and is not the proposer.
fn check_person(state: &State, proposal: &Proposal, wish: &Wish<'_>, at: Timestamp) -> Result<()> {
    let attests = matches!(wish.statement, Statement::Did | Statement::Declined);
    if !attests && is_same(&proposal.proposer, wish.approver) {
        return Err(denied(format!(
            "{} proposed this change and cannot decide about it",
            quoted(wish.approver)
        )));
    }
    if !attests
        && proposal
            .authors
            .iter()
            .any(|author| is_same(author, wish.approver))
    {
        return Err(denied(format!(
            "{} widened this change and cannot decide about it",
            quoted(wish.approver)
        )));
    }
    let candidates = state.setup.register()?.entries_at(at);
    let own: Vec<&Registered> = candidates
        .filter(|entry| entry.approver.person() == wish.approver)
        .collect();
    if own.is_empty() {
        return Err(denied(format!(
            "{} is no approver of this tenant now",
            quoted(wish.approver)
        ))
        .remedy("names are those of `allowed_signers`, and keys have a validity"));
    }
    let mut counted = own
        .into_iter()
        .filter(|entry| proposal.is_of_its_electorate(wish.statement, entry))
        .peekable();
    if counted.peek().is_none() {
        return Err(too_late(wish.approver));
    }
    if let Some(role) = wish.role
        && !counted.any(|entry| entry.approver.roles().contains(role))
    {
        return Err(denied(format!(
            "{} does not hold the role {}",
            quoted(wish.approver),
            quoted(role)
        )));
    }
    Ok(())
}

/// What a change of the rules takes the place of is in force still, or nobody can approve it any more.
fn check_base(state: &State, proposal: &Proposal, statement: Statement) -> Result<()> {
    match statement {
        Statement::Approve => rules::check_base(state, &proposal.change),
        _ => Ok(()),
    }
}

fn too_late(person: &str) -> Error {
    denied(format!(
        "{} was registered after this change was submitted, and cannot approve it",
        quoted(person)
    ))
    .remedy("submit the change again")
}

fn check_window(
    state: &State,
    proposal: &Proposal,
    statement: Statement,
    (not_before, not_after): (Option<Second>, Second),
    at: Timestamp,
) -> Result<()> {
    let (window_begin, window_end, latest) = window_of(proposal, statement);
    let (begin, end) = (not_before.map(|second| second.0), not_after.0);
    if at > end {
        return Err(Error::new(ErrorKind::Expired, "the decision is past its time")
            .remedy("draft a new one and sign it"));
    }
    let refuse = |message: &str| Err(denied(message).at("/not_after"));
    if begin.is_some_and(|begin| begin >= end) {
        return refuse("the window ends before it begins");
    }
    if end > latest || window_end.is_some_and(|limit| end > limit) {
        return refuse("the decision would outlive the proposal or the window of the change");
    }
    if let Some(limit) = window_begin
        && begin.is_none_or(|begin| begin < limit)
    {
        return Err(denied("the decision begins before the window of the change").at("/not_before"));
    }
    let valid = SignedDuration::from_secs(i64::from(state.setup.policy()?.decision_valid_s));
    // A window that has begun is none any more: who signs now, signs for a day.
    if begin.is_none_or(|begin| begin <= at) && end > at.saturating_add(valid).unwrap_or(Timestamp::MAX) {
        return refuse("a decision without a window to come is valid for a day at most");
    }
    Ok(())
}

/// What a human did lies in the window of the change, and between its submission and now.
fn check_done(proposal: &Proposal, wish: &Wish<'_>, at: Timestamp) -> Result<()> {
    let done_at = match (wish.statement, wish.done_at) {
        (Statement::Did, done_at) => done_at.unwrap_or(at),
        (_, None) => return Ok(()),
        (_, Some(_)) => return Err(denied("only of what was done it is said when").at("/done_at")),
    };
    Second::exact(wish.done_at.unwrap_or_default(), "/done_at")?;
    let refuse = |kind, message: &str| {
        Err(Error::new(kind, message)
            .remedy("say when it was done: an attestation can be made later, for a time within the window")
            .at("/done_at"))
    };
    let begin = proposal
        .change
        .not_before
        .max(Some(Second::floor(proposal.submitted_at).0));
    if done_at > at {
        return refuse(ErrorKind::Denied, "what is still to come was not done");
    }
    if begin.is_some_and(|begin| done_at < begin) {
        return refuse(ErrorKind::Denied, "the window of the change had not begun");
    }
    if done_at > proposal.ends_at() {
        return refuse(
            ErrorKind::Expired,
            "the window of the change, or the proposal, was over",
        );
    }
    Ok(())
}

/// The head must be one of this log, and show what the decision rests on.
fn check_head(state: &State, proposal: &Proposal, head: Head) -> Result<()> {
    if state.heads.get(&head.size) != Some(&head) {
        return Err(denied("the text was drafted over another log"));
    }
    if head.size <= proposal.grounds_at {
        return Err(Error::new(
            ErrorKind::Stale,
            "the text was drafted before what it rests on changed",
        )
        .remedy("resume the proposal and draft a new text"));
    }
    Ok(())
}

fn build(
    state: &State,
    proposal: &Proposal,
    wish: &Wish<'_>,
    (not_before, not_after): (Option<Second>, Second),
    head: Head,
) -> Result<Decision> {
    let tenant = state.setup.tenant()?;
    Ok(Decision {
        v: VERSION,
        ledger: state.log_id.to_string(),
        tenant: tenant.name.clone(),
        proposal: proposal.id,
        change: proposal.change_digest,
        level: proposal.level,
        policy: proposal.grounds.policy,
        risk: proposal.grounds.risk.digest()?,
        approver: wish.approver.to_owned(),
        role: wish.role.map(str::to_owned),
        verdict: wish.statement,
        reason: wish.reason.map(str::to_owned),
        nonce: nonce(&tenant.nonce_key, &proposal.id, wish.approver, &head),
        not_before,
        not_after,
        done_at: wish.done_at.map(Second),
        head,
    })
}

/// Compares field by field, so that the refusal can say what differs.
fn compare(signed: &Decision, drafted: &Decision) -> Result<()> {
    let pairs = [
        ("ledger", signed.ledger == drafted.ledger, false),
        ("tenant", signed.tenant == drafted.tenant, false),
        ("proposal", signed.proposal == drafted.proposal, false),
        ("change", signed.change == drafted.change, false),
        ("level", signed.level == drafted.level, true),
        ("policy", signed.policy == drafted.policy, true),
        ("risk", signed.risk == drafted.risk, true),
        ("nonce", signed.nonce == drafted.nonce, false),
        ("text", signed == drafted, false),
    ];
    match pairs.iter().find(|(_, equal, _)| !equal) {
        None => Ok(()),
        Some((name, _, true)) => Err(Error::new(
            ErrorKind::Stale,
            format!("{} of the text is not that of the proposal now", named(name)),
        )
        .remedy("resume the proposal and draft a new text")),
        Some((name, _, false)) => Err(denied(format!(
            "{} of the text is not that of the proposal",
            named(name)
        ))),
    }
}

/// Whether an actor may run what these persons approved: the operator is none of them.
pub(super) fn check_operator(operator: &Actor, votes: &[&Vote]) -> Result<()> {
    match votes.iter().find(|vote| is_same(operator, &vote.person)) {
        None => Ok(()),
        Some(vote) => Err(denied(format!(
            "{} approved this change and cannot be the operator who runs it",
            quoted(&vote.person)
        ))),
    }
}

fn denied(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::Denied, message)
}
