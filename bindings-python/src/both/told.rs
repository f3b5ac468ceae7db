//! What executors and notifiers that are written in the caller's language are told.

use serde::Serialize;
use vcto::change::{Change, Step};
use vcto::estate::Asset;
use vcto::gate::{ApprovedBy, Direction, MissedWindow, ReviewDuty, StepContext, WorkReport};
use vcto::ledger::Verification;
use vcto::practice::RecordedDecision;

/// Everything an executor may know of a step.
#[derive(Serialize)]
pub struct Context<'a> {
    tenant: &'a str,
    proposal: String,
    change: &'a Change,
    step: &'a Step,
    asset: Option<&'a Asset>,
    direction: Direction,
    idempotency_key: &'a str,
    approved_by: Vec<Approval<'a>>,
    undoes: Option<Undoes<'a>>,
}

#[derive(Serialize)]
struct Approval<'a> {
    person: &'a str,
    at: String,
    decision: String,
}

#[derive(Serialize)]
struct Undoes<'a> {
    idempotency_key: &'a str,
    before: Option<&'a str>,
    after: Option<&'a str>,
    receipt: Option<&'a str>,
}

impl<'a> Context<'a> {
    /// In the form in which it is told.
    pub fn of(context: &'a StepContext) -> Self {
        Self {
            tenant: context.tenant(),
            proposal: context.proposal().to_string(),
            change: context.change(),
            step: context.step(),
            asset: context.asset(),
            direction: context.direction(),
            idempotency_key: context.idempotency_key(),
            approved_by: context.approved_by().iter().map(Approval::of).collect(),
            undoes: context.undoes().map(|undoes| Undoes {
                idempotency_key: &undoes.idempotency_key,
                before: undoes.before.as_deref(),
                after: undoes.after.as_deref(),
                receipt: undoes.receipt.as_deref(),
            }),
        }
    }
}

impl<'a> Approval<'a> {
    fn of(by: &'a ApprovedBy) -> Self {
        Self {
            person: &by.person,
            at: by.at.to_string(),
            decision: by.decision.to_string(),
        }
    }
}

/// A duty to review.
#[derive(Serialize)]
pub struct Duty<'a> {
    tenant: &'a str,
    proposal: String,
    who: &'a str,
    by: String,
}

impl<'a> Duty<'a> {
    /// In the form in which it is told.
    pub fn of(duty: &'a ReviewDuty) -> Self {
        Self {
            tenant: &duty.tenant,
            proposal: duty.proposal.to_string(),
            who: &duty.who,
            by: duty.by.to_string(),
        }
    }
}

/// An approved change that was not started within its window.
#[derive(Serialize)]
pub struct Missed<'a> {
    tenant: &'a str,
    proposal: String,
    begin: String,
    end: String,
    over: bool,
}

impl<'a> Missed<'a> {
    /// In the form in which it is told.
    pub fn of(missed: &'a MissedWindow) -> Self {
        Self {
            tenant: &missed.tenant,
            proposal: missed.proposal.to_string(),
            begin: missed.begin.to_string(),
            end: missed.end.to_string(),
            over: missed.over,
        }
    }
}

/// What one call of the worker did.
#[derive(Serialize)]
pub struct Work<'a> {
    executed: Vec<Worked<'a>>,
    refused: Vec<Refusal<'a>>,
    missed: Vec<Missed<'a>>,
    stuck: Vec<Stuck<'a>>,
    next: Option<String>,
    is_quiet: bool,
}

#[derive(Serialize)]
struct Worked<'a> {
    tenant: &'a str,
    proposal: String,
    status: &'static str,
}

#[derive(Serialize)]
struct Refusal<'a> {
    tenant: &'a str,
    proposal: Option<String>,
    kind: &'static str,
    text: String,
    remedy: Option<String>,
}

#[derive(Serialize)]
struct Stuck<'a> {
    tenant: &'a str,
    proposal: String,
    why: &'a str,
}

impl<'a> Work<'a> {
    /// As core says it.
    pub fn of(report: &'a WorkReport) -> Self {
        let executed = report.executed.iter().map(|worked| Worked {
            tenant: &worked.tenant,
            proposal: worked.proposal.to_string(),
            status: worked.status.as_str(),
        });
        let refused = report.refused.iter().map(|refusal| Refusal {
            tenant: &refusal.tenant,
            proposal: refusal.proposal.map(|id| id.to_string()),
            kind: refusal.error.kind().as_str(),
            text: refusal.error.to_string(),
            remedy: refusal.error.remedy_text().map(ToString::to_string),
        });
        let stuck = report.stuck.iter().map(|stuck| Stuck {
            tenant: &stuck.tenant,
            proposal: stuck.proposal.to_string(),
            why: &stuck.why,
        });
        Self {
            executed: executed.collect(),
            refused: refused.collect(),
            missed: report.missed.iter().map(Missed::of).collect(),
            stuck: stuck.collect(),
            next: report.next.map(|next| next.to_string()),
            is_quiet: report.is_quiet(),
        }
    }
}

/// Who must review an execution, and until when.
#[derive(Serialize)]
pub struct ReviewDue<'a> {
    who: &'a str,
    by: String,
}

impl<'a> ReviewDue<'a> {
    /// As an execution says it.
    pub fn of((who, by): (&'a str, impl ToString)) -> Self {
        Self {
            who,
            by: by.to_string(),
        }
    }
}

/// The verdicts of a verification, whether any of them is a failure, and what a command ends with.
#[derive(Serialize)]
pub struct Verified<'a> {
    #[serde(flatten)]
    verdicts: &'a Verification,
    has_failure: bool,
    exit_code: u8,
}

impl<'a> Verified<'a> {
    /// As core says it.
    pub fn of(verdicts: &'a Verification) -> Self {
        Self {
            verdicts,
            has_failure: !verdicts.has_no_failure(),
            exit_code: verdicts.exit_code(),
        }
    }
}

/// A signed statement of the ledger.
#[derive(Serialize)]
pub struct Decision<'a> {
    seq: u64,
    at: String,
    proposal: String,
    person: &'a str,
    role: Option<&'a str>,
    statement: &'a str,
    reason: Option<&'a str>,
    text: &'a str,
    signature: &'a str,
    digest: String,
}

impl<'a> Decision<'a> {
    /// As the ledger has it.
    pub fn of(decision: &'a RecordedDecision) -> Self {
        Self {
            seq: decision.seq,
            at: decision.at.to_string(),
            proposal: decision.proposal.to_string(),
            person: &decision.person,
            role: decision.role.as_deref(),
            statement: &decision.statement,
            reason: decision.reason.as_deref(),
            text: &decision.text,
            signature: &decision.signature,
            digest: decision.digest.to_string(),
        }
    }
}
