//! The page around the sections: head, style, content security policy, heading, foot.

use std::sync::LazyLock;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use maud::{DOCTYPE, Markup, PreEscaped, html};
use sha2::{Digest, Sha256};

use super::figure::{People, counted, fallout, figure, name, noun, people, subject};
use super::risks::Risks;
use super::{Page, budget, coverage, decisions, due, human, risks, waivers};
use crate::error::{Error, ErrorKind, Result};
use crate::review::{Finding, Severity, Stop};

const STYLE: &str = include_str!("style.css");

/// No script, no request: the one style is named by its digest.
static POLICY: LazyLock<String> = LazyLock::new(|| {
    format!(
        "default-src 'none'; style-src 'sha256-{}'; img-src data:; base-uri 'none'; form-action 'none'",
        STANDARD.encode(Sha256::digest(STYLE))
    )
});

/// All documents of a page are about one estate.
pub(super) fn check(page: &Page<'_>) -> Result<()> {
    let estate = page.estate.digest();
    let refuse = |what: &str| {
        Err(
            Error::new(ErrorKind::Conflict, format!("the {what} is of another estate"))
                .remedy("give the page the estate that was reviewed"),
        )
    };
    if page.review.estate != estate {
        return refuse("review");
    }
    if page.budget.is_some_and(|budget| budget.estate != estate) {
        return refuse("budget");
    }
    Ok(())
}

pub(super) fn page(page: &Page<'_>) -> Result<String> {
    check(page)?;
    let risks = Risks::of(page)?;
    let title = match page.client {
        Some(client) => format!("Architecture review: {}", name(client)),
        None => "Architecture review".to_owned(),
    };
    let document = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(*POLICY);
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (title) ", as of " (page.review.as_of) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                a.skip href="#decisions" { "To the decisions" }
                (head(page, &title, &risks))
                main {
                    (decisions::section(page, &risks))
                    (coverage::section(page))
                    (risks::section(page, &risks))
                    (due::section(page.review))
                    (due::debt(page.review))
                    @if let Some(budget) = page.budget { (budget::section(budget)) }
                    (waivers::section(page.review))
                    (human::section(page))
                    (human::verify(page))
                }
                footer {
                    p { "Estate " code { (page.review.estate) } }
                    p { "Every number names its evidence: " code { "data-ev" } " the findings, " code { "data-from" } " the place in the document." }
                }
            }
        }
    };
    Ok(document.into_string())
}

fn head(page: &Page<'_>, title: &str, risks: &Risks<'_>) -> Markup {
    let coverage = &page.review.coverage;
    html! {
        header {
            p.when { "As of " (page.review.as_of) }
            h1 { (title) }
            p.lead { (headline(page, risks)) }
            p {
                (counted_as("assets", coverage.assets, "asset")) ", " (counted_as("relations", coverage.relations, "relation"))
                " (" (figure("/coverage/inferred_relations", coverage.inferred_relations)) " inferred), "
                (counted_as("sources", coverage.sources, "source"))
                @if let Some(People { count, at_least, open }) = people(page) {
                    "; " (at_least) (figure("/coverage/people", count)) " people at " (counted_as("sites", coverage.sites, "site"))
                    @if !open.is_empty() { " (" (open) ")" }
                }
                "."
            }
        }
    }
}

fn counted_as(field: &str, count: u64, one: &str) -> Markup {
    html! { (figure(&format!("/coverage/{field}"), count)) " " (noun(amount(count), one)) }
}

/// One sentence with a number: the failure that would hurt most, or what is wrong at all, or that nothing could be judged.
fn headline(page: &Page<'_>, risks: &Risks<'_>) -> Markup {
    let problems: Vec<&Finding> = page
        .review
        .findings
        .iter()
        .filter(|finding| finding.outcome.is_problem())
        .collect();
    let grave: Vec<&Finding> = problems
        .iter()
        .copied()
        .filter(|finding| finding.severity >= Severity::High)
        .collect();
    html! {
        @if let Some((Stop { finding: worst, .. }, told)) = risks.shown.first() {
            @let reach = worst.reach.unwrap_or_default();
            "If " strong { (subject(worst)) } " fails, of the other assets "
            span.n data-ev=(worst.id.0) { (fallout(told)) }
            @if let Some(people) = reach.people { "; at least " span.n data-ev=(worst.id.0) { (people) } " people work with what stops" }
            ". "
        }
        @if grave.is_empty() {
            (counted(&problems)) " " (noun(problems.len(), "problem")) " found in what is recorded."
        } @else {
            (counted(&grave)) " " (noun(grave.len(), "problem")) " of high or critical severity found in what is recorded."
        }
    }
}

pub(super) fn amount(count: u64) -> usize {
    usize::try_from(count).unwrap_or(usize::MAX)
}
