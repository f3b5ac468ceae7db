//! "What people decided", and how to verify all that without us.

use std::collections::BTreeMap;

use maud::{Markup, html};

use super::Page;
use super::figure::{name, noun};
use crate::gate::{Level, Pending};
use crate::ledger::Verification;

const LISTED: usize = 12;

pub(super) fn section(page: &Page<'_>) -> Markup {
    html! {
        section aria-labelledby="control" {
            h2 id="control" { "What people decided" }
            @match page.pending {
                None => { p { "This is a preview: nothing was submitted, and nothing can run." } }
                Some([]) => { p { "Nothing waits for a decision." } }
                Some(pending) => {
                    p {
                        (pending.len()) " " (noun(pending.len(), "change")) " "
                        @if pending.len() == 1 { "waits" } @else { "wait" } ": " (levels(pending))
                        ". L0 runs by itself, L1 runs and owes a review, L2 needs signed approvals, L3 is done by people only."
                    }
                }
            }
            @if let Some(decisions) = page.decisions {
                @if decisions.is_empty() { p { "No decision has been signed yet." } }
                @else {
                    h3 { "Signed decisions" }
                    div.wide tabindex="0" role="region" aria-label="Signed decisions" {
                        table {
                            thead { tr { th scope="col" { "entry" } th scope="col" { "who" } th scope="col" { "said" } th scope="col" { "of" } } }
                            tbody { @for decision in decisions.iter().rev().take(LISTED) { tr {
                                th scope="row" { (decision.seq) }
                                td { (name(&decision.person)) }
                                td { (decision.statement) }
                                td { code { (decision.proposal) } }
                            } } }
                        }
                    }
                    (super::figure::more(decisions.len().saturating_sub(LISTED), "the proof"))
                }
            }
        }
    }
}

fn levels(pending: &[Pending]) -> String {
    let mut levels = BTreeMap::<Level, usize>::new();
    for proposal in pending {
        *levels.entry(proposal.level).or_default() += 1;
    }
    let counts: Vec<String> = levels
        .iter()
        .map(|(level, count)| format!("{count} at {level}"))
        .collect();
    counts.join(", ")
}

pub(super) fn verify(page: &Page<'_>) -> Markup {
    html! {
        section aria-labelledby="verify" {
            h2 id="verify" { "How to verify this" }
            @match page.verification {
                Some(verification) => { (verdicts(verification)) }
                None => { p { "This review is not recorded in a ledger." } }
            }
            p { "With the proof of this client beside this page: " code { "sh proof/verify.sh" } ". It needs only stock tools: sha256sum, openssl, ssh-keygen, python3." }
        }
    }
}

fn verdicts(verification: &Verification) -> Markup {
    html! {
        p { "The ledger has " (verification.size) " " (noun(super::frame::amount(verification.size), "entry")) ", root " code { (verification.root) } "." }
        dl.measures {
            div { dt { "Integrity" } dd { (verification.integrity) } }
            div { dt { "Authenticity" } dd { (verification.authenticity) } }
            div { dt { "Completeness" } dd { (verification.completeness) } }
            div { dt { "Freshness" } dd { (verification.freshness) } }
            div { dt { "Policy" } dd { (verification.policy) } }
        }
    }
}
