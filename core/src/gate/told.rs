//! An entry of the ledger as others see it: what was proposed, and what happened to it. Reads, decides nothing.

use super::decision::{Decision, verified};
use super::outcome::ExecutionStatus;
use super::record::{ActRef, Authority, ExpiredWhat, Proposed, Record, SetupRight, Signed};
use crate::change::Change;
use crate::error::Result;
use crate::ledger::Entry;

/// What a record says.
pub(crate) enum Told {
    /// A change was submitted.
    Proposed {
        id: String,
        change: Box<Change>,
        digest: String,
        proposer: String,
        level: String,
        reach: Option<u64>,
        takes_back: Option<String>,
        /// The proposal whose place it took, and by whom and why.
        amends: Option<(String, String)>,
    },
    /// Something happened to a proposal.
    Happened { proposal: String, what: Happening },
}

/// What happened.
pub(crate) enum Happening {
    Finished { status: ExecutionStatus },
    Other { kind: &'static str, detail: String },
    Started { operator: String, automatic: bool },
    Stated(Box<Stated>),
}

/// A signed statement of a person.
pub(crate) struct Stated {
    pub(crate) person: String,
    pub(crate) role: Option<String>,
    pub(crate) statement: &'static str,
    pub(crate) reason: Option<String>,
    /// The fingerprint of the key.
    pub(crate) key: String,
    pub(crate) text: String,
    pub(crate) signature: String,
}

/// Reads one entry; what is not about a proposal is none.
///
/// # Errors
/// `corrupt` for a record that cannot be read, `unsupported` for one of a newer version.
pub(crate) fn told(entry: &Entry) -> Result<Option<Told>> {
    let Some((_, record)) = Record::read(entry)? else {
        return Ok(None);
    };
    let happened = |proposal: &super::ProposalId, what| {
        Some(Told::Happened {
            proposal: proposal.to_string(),
            what,
        })
    };
    let other = |proposal: &super::ProposalId, kind, detail: String| {
        Some(Told::Happened {
            proposal: proposal.to_string(),
            what: Happening::Other { kind, detail },
        })
    };
    let act = |act: &ActRef, kind, rest: &str| {
        let direction = if act.direction == super::Direction::Undo {
            ", taking back"
        } else {
            ""
        };
        other(&act.proposal, kind, format!("{}{direction}{rest}", act.step))
    };
    Ok(match &record {
        Record::Proposed(record) => Some(proposed(record)?),
        Record::Decided(record) => Some(stated(&record.proposal.to_string(), &record.decision)?),
        Record::Attested(record) => Some(stated(&record.proposal.to_string(), &record.attestation)?),
        Record::Refused(record) => record.proposal.as_ref().and_then(|proposal| {
            other(
                proposal,
                "refused",
                format!("{}: {}", record.operation, record.why),
            )
        }),
        Record::Stale(record) => other(
            &record.proposal,
            "stale",
            "What was approved no longer describes the present".to_owned(),
        ),
        Record::Expired(record) => {
            let what = match record.what {
                ExpiredWhat::Approvals => "Its approvals",
                ExpiredWhat::Proposal => "The proposal",
            };
            other(&record.proposal, "expired", what.to_owned())
        }
        Record::Withdrawn(record) => other(&record.proposal, "withdrawn", format!("By {}", record.by)),
        Record::Started(record) => happened(
            &record.proposal,
            Happening::Started {
                operator: record.operator.to_string(),
                automatic: record.authority == Authority::Level,
            },
        ),
        Record::StepIntent(record) => act(&record.act, "step_intent", ""),
        Record::StepDone(record) => act(&record.act, "step_done", ""),
        Record::StepProbed(record) => act(&record.act, "step_probed", ""),
        Record::StepVerified(record) => act(&record.act, "step_verified", ""),
        Record::UndoBegun(record) => other(&record.proposal, "undo_begun", record.why.clone()),
        Record::StepLeft(record) => other(
            &record.proposal,
            "step_left",
            format!("{}: {}", record.step, record.note),
        ),
        Record::Doubt(record) => other(
            &record.proposal,
            "doubt",
            "It is not known what was done".to_owned(),
        ),
        Record::NotTold(record) => other(
            &record.proposal,
            "not_told",
            "Telling who must review failed".to_owned(),
        ),
        Record::Finished(record) => happened(
            &record.proposal,
            Happening::Finished {
                status: record.status,
            },
        ),
        Record::Reconciled(record) => happened(
            &record.proposal,
            Happening::Finished {
                status: record.status,
            },
        ),
        _ => rule_set(&record),
    })
}

fn proposed(record: &Proposed) -> Result<Told> {
    let change = Change::from_json(record.change.get().as_bytes())?;
    Ok(Told::Proposed {
        id: record.proposal.to_string(),
        digest: change.digest()?.to_string(),
        change: Box::new(change),
        proposer: record.proposer.to_string(),
        level: record.grounds.risk.level.to_string(),
        reach: record.grounds.risk.input.reach,
        takes_back: record.takes_back.as_ref().map(ToString::to_string),
        amends: record.amends.as_ref().map(|amends| {
            let detail = format!("By {}, as {}: {}", amends.by, record.proposal, amends.reason);
            (amends.proposal.to_string(), detail)
        }),
    })
}

/// That a document of the rules came into force; what comes with the creation is about no proposal.
fn rule_set(record: &Record) -> Option<Told> {
    let (right, what) = match record {
        Record::PolicySet(record) => (&record.right, "policy"),
        Record::AreasSet(record) => (&record.right, "process areas"),
        Record::ApproversSet(record) => (&record.right, "approvers"),
        Record::FreezesSet(record) => (&record.right, "freezes"),
        Record::HaltLifted(record) => (&record.right, "its halts are lifted"),
        _ => return None,
    };
    let SetupRight::Step { proposal, step } = right else {
        return None;
    };
    Some(Told::Happened {
        proposal: proposal.to_string(),
        what: Happening::Other {
            kind: "rules_set",
            detail: format!("{step}: in force from here: {what}"),
        },
    })
}

fn stated(proposal: &str, signed: &Signed) -> Result<Told> {
    let (key, decision): (_, Decision) = verified(signed.text.as_bytes(), &signed.signature)?;
    let what = Happening::Stated(Box::new(Stated {
        person: decision.approver,
        role: decision.role,
        statement: decision.verdict.as_str(),
        reason: decision.reason,
        key: key.fingerprint(),
        text: signed.text.clone(),
        signature: signed.signature.clone(),
    }));
    Ok(Told::Happened {
        proposal: proposal.to_owned(),
        what,
    })
}
