//! The work of a window: what was approved for Saturday night is derived anew from the ledger then, and run.

use jiff::Timestamp;

use super::engine::Gate;
use super::id::ProposalId;
use super::notifier::MissedWindow;
use super::outcome::ExecutionStatus;
use super::staged::{Approved, Resumed, Routed};
use super::state::{Phase, State};
use super::stuck::stuck;
use super::window::{expiry_of, window_of};
use crate::actor::Actor;
use crate::error::{Error, ErrorKind, Result};
use crate::monitor::Monitor;

/// What one call of the worker did.
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct WorkReport {
    /// What was started, in order.
    pub executed: Vec<Worked>,
    /// What was due and not started, with the reason; tried again at the next call, as long as its window lasts.
    pub refused: Vec<Refusal>,
    /// What was approved and whose window passed before it was started. Told once, as it is recorded.
    pub missed: Vec<MissedWindow>,
    /// What waits for approvals that nobody can give any more. Told at every call, until somebody does something about it.
    pub stuck: Vec<Stuck>,
    /// When the next window begins of those that are known now; absent where none does.
    pub next: Option<Timestamp>,
}

/// An execution that the worker began.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Worked {
    /// The client.
    pub tenant: String,
    /// What was executed.
    pub proposal: ProposalId,
    /// How it ended.
    pub status: ExecutionStatus,
}

/// What was due and could not be started.
#[derive(Debug)]
#[non_exhaustive]
pub struct Refusal {
    /// The client.
    pub tenant: String,
    /// What was not started; absent where the tenant could not be worked on at all.
    pub proposal: Option<ProposalId>,
    /// Why.
    pub error: Error,
}

/// A proposal that waits in vain.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Stuck {
    /// The client.
    pub tenant: String,
    /// What waits.
    pub proposal: ProposalId,
    /// Why nobody can approve it any more, and what helps.
    pub why: String,
}

impl WorkReport {
    /// Whether nothing was missed, nothing refused, nothing waits in vain, and every execution ended without need of a human.
    pub fn is_quiet(&self) -> bool {
        let needs_human = self.executed.iter().any(|worked| worked.status.needs_human());
        self.refused.is_empty() && self.missed.is_empty() && self.stuck.is_empty() && !needs_human
    }

    pub(crate) fn refuse(&mut self, tenant: &str, proposal: Option<ProposalId>, error: Error) {
        self.refused.push(Refusal {
            tenant: tenant.to_owned(),
            proposal,
            error,
        });
    }
}

/// A window that has begun, or will.
struct Due {
    proposal: ProposalId,
    begin: Timestamp,
    end: Timestamp,
}

impl Gate {
    /// Starts what is due, the one whose window ends first before the others, and records what was missed.
    pub(crate) async fn run_due(
        &self,
        tenant: &str,
        monitor: &Monitor,
        report: &mut WorkReport,
    ) -> Result<()> {
        self.settle_rules().await?;
        let over: Vec<ProposalId> = self
            .read(|state, at| {
                let over = state
                    .proposals()
                    .filter(|proposal| expiry_of(proposal, at).is_some());
                Ok(over.map(|proposal| proposal.id).collect())
            })
            .await?;
        for id in over {
            if let Some((_, Some(missed))) = self.expire_and_tell(&id).await? {
                report.missed.push(missed);
            }
        }
        let stuck = self
            .read(|state, at| stuck_of(state, tenant, self.operator(), at))
            .await?;
        report.stuck.extend(stuck);
        let due = self.read(due).await?;
        let total = due.len() as u64;
        for (done, due) in (0..).zip(due) {
            monitor.report("worker", done, Some(total))?;
            // Asked anew: what ran before this one took its time.
            if self.peek(|_, at| Ok(at < due.begin))? {
                report.next = report
                    .next
                    .map_or(Some(due.begin), |next| Some(next.min(due.begin)));
                continue;
            }
            match self.run_one(due.proposal).await {
                Ok(Some(status)) => report.executed.push(Worked {
                    tenant: tenant.to_owned(),
                    proposal: due.proposal,
                    status,
                }),
                // Others were faster, or it no longer is what it was.
                Ok(None) => {}
                Err(error) if error.kind() == ErrorKind::Consumed => {}
                Err(error) => report.refuse(tenant, Some(due.proposal), error),
            }
        }
        Ok(())
    }

    /// By the way that everybody goes: the ledger gives the approval, and the approval is executed.
    async fn run_one(&self, id: ProposalId) -> Result<Option<ExecutionStatus>> {
        let approved: Approved = match self.resume(id).await? {
            Resumed::Approved(approved) => approved,
            Resumed::Routed(Routed::Automatic(staged)) => staged.authorize().await?,
            Resumed::Routed(Routed::Notify(staged)) => staged.authorize().await?,
            _ => return Ok(None),
        };
        Ok(Some(approved.execute().await?.status()))
    }
}

/// What waits for approvals that nobody can give any more, in order of the id.
fn stuck_of(state: &State, tenant: &str, operator: &Actor, at: Timestamp) -> Result<Vec<Stuck>> {
    let mut all = Vec::new();
    for proposal in state.proposals() {
        if let Some(why) = stuck(state, proposal, operator, at)? {
            all.push(Stuck {
                tenant: tenant.to_owned(),
                proposal: proposal.id,
                why,
            });
        }
    }
    Ok(all)
}

/// What waits with a window and has what it needs to start.
fn due(state: &State, at: Timestamp) -> Result<Vec<Due>> {
    let mut due = Vec::new();
    for proposal in state.proposals().filter(|proposal| proposal.phase == Phase::Open) {
        if let Some(window) = window_of(state, proposal, at)?
            && let Some(begin) = window.begin
        {
            due.push(Due {
                proposal: proposal.id,
                begin,
                end: window.end,
            });
        }
    }
    due.sort_by_key(|due| (due.end, due.begin, due.proposal));
    Ok(due)
}
