//! "Decisions we need": the few things that the reader should say yes or no to.

use maud::{Markup, html};

use super::figure::{more, noun, sentence, severity};
use super::risks::Risks;
use super::{Page, budget};
use crate::change::{EffortSize, Recommendation};
use crate::review::{Finding, Review};

/// As many as a meeting can take.
const ASKED: usize = 5;

/// By the risks of the page that they would take away, then by rank.
pub(super) fn section(page: &Page<'_>, risks: &Risks<'_>) -> Markup {
    let review = page.review;
    let mut asked: Vec<&Recommendation> = review.recommendations.iter().collect();
    asked.sort_by_cached_key(|recommendation| risks.place(&recommendation.findings));
    asked.truncate(ASKED);
    html! {
        section aria-labelledby="decisions" {
            h2 id="decisions" { "Decisions we need" }
            @if asked.is_empty() {
                p { "Nothing is recommended on what is recorded." }
            } @else {
                ol.cards { @for recommendation in &asked { (card(page, recommendation)) } }
                (more(review.recommendations.len() - asked.len(), "review.json, by rank"))
            }
        }
    }
}

fn card(page: &Page<'_>, recommendation: &Recommendation) -> Markup {
    let findings = behind(page.review, recommendation);
    let worst = findings.iter().map(|finding| finding.severity).max();
    let due = findings.iter().filter_map(|finding| finding.due).min();
    html! {
        li.card data-ev=(super::figure::ids(&findings)) {
            h3 { @if let Some(worst) = worst { (severity(worst)) " " } (sentence(recommendation.title.raw())) }
            p { (sentence(recommendation.rationale.raw())) }
            dl {
                div { dt { "Effort" } dd { (effort(recommendation)) } }
                div { dt { "Cost" } dd { (cost(page, recommendation, &findings)) } }
                @if let Some(due) = due { div { dt { "Date" } dd { (due) @if due < page.review.as_of { ", past" } } } }
                div.whole { dt { "Approval" } dd { (state(page, recommendation)) } }
                div.whole { dt { "If nobody decides" } dd { (undecided(&findings)) } }
            }
        }
    }
}

fn behind<'a>(review: &'a Review, recommendation: &Recommendation) -> Vec<&'a Finding> {
    review
        .findings
        .iter()
        .filter(|finding| recommendation.findings.contains(&finding.id))
        .collect()
}

fn effort(recommendation: &Recommendation) -> String {
    let size = match recommendation.effort.size {
        EffortSize::S => "small",
        EffortSize::M => "medium",
        EffortSize::L => "large",
        EffortSize::Xl => "very large",
    };
    match recommendation.effort.hours {
        Some(hours) => format!("{size}, {hours} hours"),
        None => format!("{size}; hours not estimated"),
    }
}

/// The price of the change itself, else what the budget has for the same findings.
fn cost(page: &Page<'_>, recommendation: &Recommendation, findings: &[&Finding]) -> Markup {
    let change = &recommendation.change;
    let planned = || budget::of_findings(page.budget?, &change.targets(), findings);
    match &change.cost {
        Some(cost) => html! { (cost.amount) " " (cost.currency) },
        None => planned().unwrap_or_else(|| html! { "no price is known" }),
    }
}

/// Where it stands at the gate: the proposal of this title that answers the same findings.
fn state(page: &Page<'_>, recommendation: &Recommendation) -> Markup {
    let change = &recommendation.change;
    let waiting = page.pending.and_then(|pending| {
        pending
            .iter()
            .find(|proposal| proposal.findings == change.findings && proposal.title == change.title)
    });
    html! {
        @match waiting {
            Some(proposal) => {
                (proposal.level) ", " (proposal.state.as_str()) ": "
                (proposal.approved_by.len()) " of " (proposal.approvals_needed) " "
                (noun(proposal.approvals_needed, "approval")) ", until " (proposal.expires_at.strftime("%Y-%m-%d"))
                ", " code { (proposal.id) }
            }
            None => { "does not wait at the gate" }
        }
    }
}

fn undecided(findings: &[&Finding]) -> Markup {
    html! {
        @match findings {
            [] => { "It stays as it is." }
            [one] => { "It stays: " (sentence(one.title.raw())) "." }
            [first, rest @ ..] => { "It stays: " (sentence(first.title.raw())) ", and " (rest.len()) " more like it." }
        }
    }
}
