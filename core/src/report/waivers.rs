//! "Exceptions in force": who accepted what, why, until when, and the counts with and without it.

use maud::{Markup, html};

use super::figure::{figure, more, name, noun, sentence, severity, subject};
use super::frame::amount;
use crate::review::{Finding, Ratio, Review, Risk, WaivedBy, WaiversTaken};

const LISTED: usize = 12;

pub(super) fn section(review: &Review) -> Markup {
    html! {
        section aria-labelledby="waivers" {
            h2 id="waivers" { "Exceptions in force" }
            @match &review.waivers {
                None => { p { "This review was given no exceptions: every finding counts in full." } }
                Some(taken) => { (taken_in(taken)) (in_force(review)) (counts(review, taken)) }
            }
        }
    }
}

fn taken_in(taken: &WaiversTaken) -> Markup {
    let count = |field: &str, number| figure(&format!("/waivers/{field}"), number);
    html! {
        p {
            (count("in_force", taken.in_force)) " " (noun(amount(taken.in_force), "finding")) " "
            @if taken.in_force == 1 { "is" } @else { "are" } " accepted for a time. "
            "What is accepted stays in this report and in its counts; nothing is recommended for it."
        }
        @if taken.expired + taken.unmatched + taken.not_yet > 0 {
            p {
                "Of the other exceptions " (count("expired", taken.expired)) " have run out, "
                (count("unmatched", taken.unmatched)) " are about nothing that was found, "
                (count("not_yet", taken.not_yet)) " begin later. None of these counts."
            }
        }
    }
}

/// The ones that end first before the others.
fn in_force(review: &Review) -> Markup {
    let mut waived: Vec<(&WaivedBy, &Finding)> = review
        .findings
        .iter()
        .filter_map(|finding| Some((finding.waiver.as_ref()?, finding)))
        .collect();
    waived.sort_by_key(|(waiver, finding)| (waiver.until, std::cmp::Reverse(finding.severity)));
    html! {
        @if !waived.is_empty() {
            div.wide tabindex="0" role="region" aria-label="Each exception" {
                table {
                    thead { tr { th scope="col" { "until" } th scope="col" { "severity" } th scope="col" { "what" } th scope="col" { "why" } th scope="col" { "who" } } }
                    tbody { @for (waiver, finding) in waived.iter().take(LISTED) { (row(waiver, finding)) } }
                }
            }
            (more(waived.len().saturating_sub(LISTED), "review.json"))
            p.note { "Who asked and who approved is what the sheet of exceptions says: it is not signed." }
        }
    }
}

fn row(waiver: &WaivedBy, finding: &Finding) -> Markup {
    html! {
        tr data-ev=(finding.id.0) {
            th scope="row" { (waiver.until) }
            td { (severity(finding.severity)) }
            td { (subject(finding)) ": " (sentence(finding.title.raw())) }
            td { (sentence(waiver.reason.raw())) }
            td { (name(waiver.requested_by.raw())) " asked, " (name(waiver.approved_by.raw())) " approved on " (waiver.at) }
        }
    }
}

fn counts(review: &Review, taken: &WaiversTaken) -> Markup {
    html! {
        h3 { "With and without them" }
        div.wide tabindex="0" role="region" aria-label="Problems with and without the exceptions" {
            table {
                thead { tr {
                    th scope="col" { "problems" } th scope="col" { "critical" } th scope="col" { "high" } th scope="col" { "medium" }
                    th scope="col" { "low" } th scope="col" { "debt ratio" }
                } }
                tbody {
                    (counted("all, as everywhere else here", "/debt", &review.debt.risk, review.debt.ratio.as_ref()))
                    (counted("without what is accepted", "/waivers/remaining", &taken.remaining.risk, taken.remaining.ratio.as_ref()))
                }
            }
        }
    }
}

fn counted(what: &str, place: &str, risk: &Risk, ratio: Option<&Ratio>) -> Markup {
    let count = |field: &str, number| figure(&format!("{place}/risk/{field}"), number);
    html! {
        tr {
            th scope="row" { (what) }
            td { (count("critical", risk.critical)) }
            td { (count("high", risk.high)) }
            td { (count("medium", risk.medium)) }
            td { (count("low", risk.low)) }
            td { @match ratio { Some(ratio) => { (ratio.percent) " %, grade " (format!("{:?}", ratio.grade)) } None => { "not known" } } }
        }
    }
}
