//! "What would stop the business": the top risks, each with the tree of what falls with it.

use maud::{Markup, PreEscaped, html};

use super::Page;
use super::figure::{
    fallout, ids, label, listed, more, name, noun, sentence, severity, subject, voided, way_out,
};
use super::frame::amount;
use super::tree::{Effect, Node, Tree};
use crate::change::FindingId;
use crate::error::Result;
use crate::estate::AssetId;
use crate::impact::{WhatIf, WhatIfSimulator};
use crate::review::{Stop, hosts};

const SHOWN: usize = 3;

/// The first few single failures, each with what happens then, and how many there are.
pub(super) struct Risks<'a> {
    pub(super) shown: Vec<(Stop<'a>, WhatIf)>,
    pub(super) total: usize,
}

impl<'a> Risks<'a> {
    pub(super) fn of(page: &Page<'a>) -> Result<Self> {
        let (stops, total) = page.review.stops(page.estate, SHOWN);
        let simulator = WhatIfSimulator::new(page.estate);
        let shown = stops.into_iter().map(|stop| {
            let told = simulator.what_if(stop.finding.asset.iter().map(AssetId::as_str))?;
            Ok((stop, told))
        });
        Ok(Self {
            shown: shown.collect::<Result<_>>()?,
            total,
        })
    }

    /// The place of the first of them that what answers these findings would take away; behind them all otherwise: the
    /// order in which people are asked.
    pub(super) fn place(&self, findings: &[FindingId]) -> usize {
        let answered = |(stop, _): &(Stop<'_>, WhatIf)| {
            let shared = stop.shared.iter().map(|shared| shared.finding);
            shared
                .chain([stop.finding])
                .any(|finding| findings.contains(&finding.id))
        };
        self.shown.iter().position(answered).unwrap_or(self.shown.len())
    }
}

pub(super) fn section(page: &Page<'_>, risks: &Risks<'_>) -> Markup {
    let judged = page
        .review
        .rule("resilience.single_point")
        .is_some_and(|rule| rule.known > 0);
    html! {
        section aria-labelledby="risks" {
            h2 id="risks" { "What would stop the business" }
            @if risks.shown.is_empty() {
                p {
                    @if judged { "No single failure that stops a service was found in what is recorded." }
                    @else { "This could not be judged: no service has both a criticality and recorded dependencies." }
                }
                @for host in hosts(page.estate) { p { (host.sentence()) "." } }
            }
            @for (stop, told) in &risks.shown { (risk(page, stop, told)) }
            (more(risks.total - risks.shown.len(), "review.json"))
        }
    }
}

fn risk(page: &Page<'_>, stop: &Stop<'_>, told: &WhatIf) -> Markup {
    let finding = stop.finding;
    let reach = finding.reach.unwrap_or_default();
    let asset = finding.asset.as_ref();
    let tree = asset.map(|asset| Tree::of(page.estate, asset, told));
    html! {
        article.risk data-ev=(finding.id.0) {
            h3 { (severity(finding.severity)) " " (subject(finding)) }
            p { (sentence(finding.title.raw())) ". " (sentence(finding.detail.raw())) }
            @if let Some(waiver) = &finding.waiver { p.mark { "Accepted until " (waiver.until) ": " a href="#waivers" { "see the exceptions" } "." } }
            p {
                "Of the other assets " span.n data-ev=(finding.id.0) { (fallout(told)) }
                @if reach.services > 0 {
                    "; " span.n data-ev=(finding.id.0) { (reach.services) } " " (noun(amount(reach.services), "service")) " that " (if reach.services == 1 { "matters stops" } else { "matter stop" })
                }
                @match reach.people {
                    Some(people) => { "; at least " span.n data-ev=(finding.id.0) { (people) } " people work with that" }
                    None => { "; how many people work with that is not recorded" }
                }
                "."
            }
            @for (findings, text) in &voided(page, &stop.shared) { p data-ev=(ids(findings)) { (sentence(text)) "." } }
            @if let [first, rest @ ..] = stop.also.as_slice() {
                p data-ev=(ids(&stop.also)) {
                    "What makes it worse: " (sentence(first.title.raw()))
                    @if !rest.is_empty() { ", and " (rest.len()) " more" }
                    "."
                }
            }
            @if let Some(answer) = stop.answer { p { "What would take it away: " (sentence(way_out(answer))) "." } }
            @if let Some(tree) = tree { (drawn(page, &tree, told)) }
        }
    }
}

fn drawn(page: &Page<'_>, tree: &Tree, told: &WhatIf) -> Markup {
    let cut_off: Vec<String> = told.cut_off.iter().map(|id| label(page, id)).collect();
    html! {
        figure {
            figcaption { "What falls with it: " (fallout(told)) ". Each asset once, under the first that it hangs on." }
            div.tree { (nested(tree)) }
            @if !cut_off.is_empty() { p.note { "Cut off from what they need, or from the world outside: " (listed(&cut_off)) "." } }
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
    let mark = |effect: &Effect| {
        html! {
            @match effect {
                Effect::Stops => { span.mark.stop { "■ stops" } }
                Effect::CutOff => { span.mark.stop { "◆ cut off" } }
                Effect::Worse => { span.mark.worse { "▲ worse" } }
            }
            " "
        }
    };
    html! {
        @match node {
            Node::Asset { name: called, kind, effect, below } => {
                (mark(effect)) strong { (name(called)) } " " span.kind { (kind) }
                @if *below > 0 { " " (bar(*below, largest)) " " span.below { (below) " below" } }
            }
            Node::Folded { count, kind, effect } => { (mark(effect)) (count) " more: " (kind) }
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
