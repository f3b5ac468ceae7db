//! What the gate recorded, as entries of the assessment log and of the logs of the risks.

use super::context::Context;
use super::history::{Event, Proposal, SignedText, Stamp, What};
use super::lexical::{Id, Line, Markup, NAMESPACE, Time, Token};
use super::model::{Link, LogEntry, LoggedBy, Prop, RelatedResponse, Speaker};
use crate::review::WaivedBy;

/// The status of a risk, as far as events move it.
pub(super) const OPEN: &str = "open";
const REMEDIATING: &str = "remediating";
pub(super) const CLOSED: &str = "closed";
pub(super) const ACCEPTED: &str = "deviation-approved";

/// Where the signed text and its signature lie.
pub(crate) fn decision_paths(seq: u64) -> (String, String) {
    (
        format!("decisions/{seq:08}.json"),
        format!("decisions/{seq:08}.json.sig"),
    )
}

/// The resource with the signed text and its signature.
pub(super) fn decision_resource(context: &Context<'_>, seq: u64) -> Id {
    context.id("decision", &[&seq.to_string()])
}

/// The entry of the assessment log for a submitted change.
pub(super) fn submitted(context: &Context<'_>, proposal: &Proposal) -> LogEntry {
    let mut props = stamp(&proposal.stamp, "proposed");
    props.extend(Prop::ours("proposal", &proposal.id));
    props.extend(Prop::ours("gate-level", &proposal.level));
    props.extend(Prop::ours("change-digest", &proposal.digest));
    props.extend(
        proposal
            .takes_back
            .as_deref()
            .and_then(|of| Prop::ours("rollback-of", of)),
    );
    LogEntry {
        uuid: context.id("log", &["proposed", &proposal.stamp.seq.to_string()]),
        title: Markup::of(&format!("Submitted: {}", proposal.change.title.raw())),
        description: Some(Markup::of(&format!(
            "By {}, level {}",
            proposal.proposer, proposal.level
        ))),
        start: Time(proposal.stamp.time),
        props,
        links: Vec::new(),
        logged_by: vec![operator(context)],
        status_change: None,
        related_responses: Vec::new(),
    }
}

/// Who makes an entry where no person signs: whoever runs the engine.
pub(super) fn operator(context: &Context<'_>) -> LoggedBy {
    LoggedBy {
        party_uuid: context.provider(),
        role: Speaker::Executor,
    }
}

/// Who makes the entry for an event.
pub(super) fn speaker(context: &Context<'_>, what: &What) -> LoggedBy {
    match what {
        What::Decided(signature) => LoggedBy {
            party_uuid: context.person(&signature.person),
            role: Speaker::Approver,
        },
        _ => operator(context),
    }
}

/// The entry of the assessment log for an event.
pub(super) fn happened(context: &Context<'_>, event: &Event, level: &str) -> LogEntry {
    let mut props = stamp(&event.stamp, event.kind());
    props.extend(Prop::ours("proposal", &event.proposal));
    props.extend(Prop::ours("gate-level", level));
    let (title, description) = told(&event.what);
    let mut links = Vec::new();
    match &event.what {
        What::Decided(signature) => {
            props.extend(signed(signature));
            links.push(Link {
                href: decision_resource(context, event.stamp.seq).href(),
                rel: Token::of("signature"),
            });
        }
        What::Started { automatic: true, .. } => props.extend(Prop::ours("decision", "auto")),
        What::Finished { status } => props.extend(Prop::ours("outcome", status)),
        _ => {}
    }
    LogEntry {
        uuid: context.id("log", &["event", &event.stamp.seq.to_string()]),
        title: Markup::of(&title),
        description: description.map(|text| Markup::of(&text)),
        start: Time(event.stamp.time),
        props,
        links,
        logged_by: vec![speaker(context, &event.what)],
        status_change: None,
        related_responses: Vec::new(),
    }
}

/// The same event in the log of a risk: with what it does to its status, and the response that it is about.
pub(super) fn of_risk(
    context: &Context<'_>,
    finding: &str,
    event: &Event,
    proposal: &Proposal,
    response: Id,
) -> LogEntry {
    let mut entry = happened(context, event, &proposal.level);
    entry.uuid = context.id("risk-log", &[finding, &event.stamp.seq.to_string()]);
    entry.props.extend(Prop::nist("type", entry_type(&event.what)));
    entry.status_change = status_after(&event.what, proposal);
    entry.related_responses = vec![RelatedResponse {
        response_uuid: response,
    }];
    entry
}

/// What a review says of a risk that is waived, in its log. No party of the register signed it: nobody logs it.
pub(super) fn waived(context: &Context<'_>, finding: &str, reviewed: &Stamp, waiver: &WaivedBy) -> LogEntry {
    let mut props = stamp(reviewed, "waiver");
    props.extend(
        [
            Prop::ours("waiver-requested-by", waiver.requested_by.raw()),
            Prop::ours("waiver-approved-by", waiver.approved_by.raw()),
            Prop::ours("waiver-at", &waiver.at.to_string()),
            Prop::ours("waiver-until", &waiver.until.to_string()),
            Prop::ours("waiver-signed", "no"),
            Prop::nist("type", "dr-approved"),
        ]
        .into_iter()
        .flatten(),
    );
    LogEntry {
        uuid: context.id("risk-log", &["waiver", finding, &reviewed.seq.to_string()]),
        title: Markup::of(&format!("Waived until {}", waiver.until)),
        description: Some(Markup::of(waiver.reason.raw())),
        start: Time(reviewed.time),
        props,
        links: Vec::new(),
        logged_by: Vec::new(),
        status_change: Some(ACCEPTED),
        related_responses: Vec::new(),
    }
}

/// NIST's names of what an entry of a risk's log is about.
fn entry_type(what: &What) -> &'static str {
    match what {
        What::Finished { status } if status == "succeeded" => "remediated",
        What::Decided(signature) if accepts_risk(signature) => "dr-approved",
        _ => "status-update",
    }
}

/// The status that an event gives to the risk; none where it changes nothing.
pub(super) fn status_after(what: &What, proposal: &Proposal) -> Option<&'static str> {
    let forward = proposal.takes_back.is_none();
    match what {
        What::Decided(signature) if forward && accepts_risk(signature) => Some(ACCEPTED),
        What::Decided(signature) if forward && signature.statement == "did" => Some(CLOSED),
        What::Started { .. } if forward => Some(REMEDIATING),
        What::Finished { status } => match (forward, status.as_str()) {
            (true, "succeeded") => Some(CLOSED),
            (true, "handed_over") => Some(REMEDIATING),
            (true, _) | (false, "succeeded" | "handed_over" | "rolled_back" | "rolled_back_unverified") => {
                Some(OPEN)
            }
            (false, _) => None,
        },
        _ => None,
    }
}

/// Whether somebody refused the change because the risk is accepted.
pub(super) fn accepts_risk(signature: &SignedText) -> bool {
    signature.statement == "reject" && signature.reason_code.as_deref() == Some("risk_accepted")
}

fn told(what: &What) -> (String, Option<String>) {
    match what {
        What::Decided(signature) => {
            let verb = match signature.statement.as_str() {
                "approve" => "Approved",
                "reject" => "Rejected",
                "did" => "Attested as done",
                "declined" => "Declined",
                _ => "Accepted as it is",
            };
            let role = signature.role.as_ref().map(|role| format!("In the role {role}"));
            (format!("{verb} by {}", signature.person), role)
        }
        What::Finished { status } => (format!("Execution ended: {status}"), None),
        What::Other { kind, detail } => ((*kind).replace('_', " "), Some(detail.clone())),
        What::Started { operator, .. } => ("Execution started".to_owned(), Some(format!("By {operator}"))),
    }
}

fn signed(signature: &SignedText) -> Vec<Prop> {
    let decision = match signature.statement.as_str() {
        "approve" => "approved",
        "reject" => "rejected",
        other => other,
    };
    let digest = blake3::hash(&signature.text).to_hex();
    [
        Prop::ours("decision", decision),
        Prop::ours("decision-digest-blake3", digest.as_str()),
        Prop::ours("key-id", &signature.key),
        signature
            .reason_code
            .as_deref()
            .and_then(|code| Prop::ours("reason-code", code)),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// Where in the ledger it stands.
pub(super) fn stamp(stamp: &Stamp, kind: &str) -> Vec<Prop> {
    let ours = |name: &str, value: &str| Prop {
        name: Token::of(name),
        ns: Some(NAMESPACE),
        value: Line::or_dash(value),
    };
    vec![
        ours("event-kind", kind),
        ours("ledger-seq", &stamp.seq.to_string()),
        ours("ledger-leaf-sha256", &stamp.leaf_sha256),
    ]
}
