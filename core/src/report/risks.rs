//! "What would stop the business": the top risks, each with the tree of what falls with it.

use maud::{Markup, PreEscaped, html};

use super::Page;
use super::figure::{ids, more, name, noun, sentence, severity, subject, voided, way_out};
use super::frame::amount;
use super::tree::{Node, Tree};
use crate::error::Result;
use crate::review::Stop;

const SHOWN: usize = 3;

pub(super) fn section(page: &Page<'_>) -> Result<Markup> {
    let (found, total) = page.review.stops(page.estate, SHOWN);
    let mut shown = Vec::new();
    for stop in &found {
        shown.push(risk(page, stop)?);
    }
    let judged = page
        .review
        .rule("resilience.single_point")
        .is_some_and(|rule| rule.known > 0);
    Ok(html! {
        section aria-labelledby="risks" {
            h2 id="risks" { "What would stop the business" }
            @if shown.is_empty() {
                p {
                    @if judged { "No single failure that stops a service was found in what is recorded." }
                    @else { "This could not be judged: no service has both a criticality and recorded dependencies." }
                }
            }
            @for risk in &shown { (risk) }
            (more(total - shown.len(), "review.json"))
        }
    })
}

fn risk(page: &Page<'_>, stop: &Stop<'_>) -> Result<Markup> {
    let finding = stop.finding;
    let reach = finding.reach.unwrap_or_default();
    let tree = match &finding.asset {
        Some(asset) => Some(Tree::of(page.estate, asset)?),
        None => None,
    };
    Ok(html! {
        article.risk data-ev=(finding.id.0) {
            h3 { (severity(finding.severity)) " " (subject(finding)) }
            p { (sentence(finding.title.raw())) ". " (sentence(finding.detail.raw())) }
            @if let Some(waiver) = &finding.waiver { p.mark { "Accepted until " (waiver.until) ": " a href="#waivers" { "see the exceptions" } "." } }
            p {
                span.n data-ev=(finding.id.0) { (reach.assets) } " " (noun(amount(reach.assets), "asset")) " depend on it"
                @if reach.services > 0 {
                    ", " span.n data-ev=(finding.id.0) { (reach.services) } " " (noun(amount(reach.services), "service")) " of them"
                }
                @match reach.people {
                    Some(people) => { ", at least " span.n data-ev=(finding.id.0) { (people) } " people" }
                    None => { "; how many people work with them is not recorded" }
                }
                "."
            }
            @for shared in &stop.shared {
                p data-ev=(shared.finding.id.0) { (sentence(&voided(page, shared))) "." }
            }
            @if let [first, rest @ ..] = stop.also.as_slice() {
                p data-ev=(ids(&stop.also)) {
                    "What makes it worse: " (sentence(first.title.raw()))
                    @if !rest.is_empty() { ", and " (rest.len()) " more" }
                    "."
                }
            }
            @if let Some(answer) = stop.answer { p { "What would take it away: " (sentence(way_out(answer))) "." } }
            @if let Some(tree) = tree { (drawn(&tree)) }
        }
    })
}

fn drawn(tree: &Tree) -> Markup {
    html! {
        figure {
            figcaption { "What falls with it: " (tree.failed) " stop, " (tree.degraded) " get worse. Each asset once, under the first that it hangs on." }
            div.tree { (nested(tree)) }
            @if tree.cut { p.more { "There is no room for all: the simulation lists them." } }
        }
    }
}

/// The rows as nested lists. They come in the order of the picture, each with its depth, so that no recursion is needed.
fn nested(tree: &Tree) -> Markup {
    let mut out = String::new();
    let mut open = 0;
    for row in &tree.rows {
        let depth = row.depth + 1;
        if depth > open {
            out.push_str("<ul>");
            open += 1;
        } else {
            for _ in depth..open {
                out.push_str("</li></ul>");
            }
            out.push_str("</li>");
            open = depth;
        }
        out.push_str("<li>");
        out.push_str(&self::row(&row.node, tree.largest).into_string());
    }
    for _ in 0..open {
        out.push_str("</li></ul>");
    }
    PreEscaped(out)
}

fn row(node: &Node, largest: u64) -> Markup {
    let effect = |fails: bool| {
        html! { @if fails { span.mark.stop { "■ stops" } } @else { span.mark.worse { "▲ worse" } } " " }
    };
    html! {
        @match node {
            Node::Asset { name: called, kind, fails, below } => {
                (effect(*fails)) strong { (name(called)) } " " span.kind { (kind) }
                @if *below > 0 { " " (bar(*below, largest)) " " span.below { (below) " below" } }
            }
            Node::Folded { count, kind, fails } => { (effect(*fails)) (count) " more: " (kind) }
            Node::Deeper { count } => { span.kind { (count) " more below" } }
        }
    }
}

/// A bar, linear in the number: a picture must not flatter the small ones.
fn bar(count: u64, largest: u64) -> Markup {
    let width = (count * 100).checked_div(largest).unwrap_or(0).clamp(1, 100);
    html! {
        svg.bar viewBox=(format!("0 0 {width} 10")) width=(width) height="10" role="img" aria-label=(format!("{count} of {largest}")) {
            rect width=(width) height="10" {}
        }
    }
}
