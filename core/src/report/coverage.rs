//! "What we could see": coverage before any score.

use std::collections::BTreeMap;

use maud::{Markup, html};

use super::Page;
use super::figure::{figure, more, name, noun, sentence};
use super::frame::amount;
use crate::estate::Source;
use crate::review::{ColumnResult, Review};

const SOURCES: usize = 12;
const GAPS: usize = 8;

pub(super) fn section(page: &Page<'_>) -> Markup {
    html! {
        section aria-labelledby="coverage" {
            h2 id="coverage" { "What we could see" }
            (answered(page.review))
            (devices(page.review))
            (sources(page))
            (layers(page.review))
            (unknown(page.review))
            (catalogue(page.review))
        }
    }
}

/// The same without the sources, which only the estate knows.
pub(super) fn of(review: &Review) -> Markup {
    html! { (answered(review)) (devices(review)) (layers(review)) (unknown(review)) }
}

fn answered(review: &Review) -> Markup {
    let coverage = &review.coverage;
    html! {
        p {
            (figure("/coverage/known", coverage.known)) " of " (figure("/coverage/total", coverage.total))
            " questions could be answered from data"
            @if let Some(percent) = coverage.percent() { " (" (percent) " %)" }
            ". The others are open, and count as unknown, never as good."
        }
    }
}

fn sources(page: &Page<'_>) -> Markup {
    let source = page.estate.source();
    let all: Vec<&Source> = if source.merged_from.is_empty() {
        vec![source]
    } else {
        source.merged_from.iter().collect()
    };
    html! {
        h3 { "Sources" }
        div.wide tabindex="0" role="region" aria-label="Sources" {
            table {
                thead { tr { th scope="col" { "source" } th scope="col" { "captured" } th scope="col" { "remarks of the import" } } }
                tbody {
                    @for source in all.iter().take(SOURCES) {
                        tr {
                            th scope="row" { (name(source.name.raw())) }
                            td { @match source.captured_at { Some(at) => { (at.strftime("%Y-%m-%d")) } None => { "not stated" } } }
                            td { (source.notes.len()) }
                        }
                    }
                }
            }
        }
        (more(all.len().saturating_sub(SOURCES), "the inventory"))
    }
}

/// What looks after the devices: one line a column, the unknown beside each number.
fn devices(review: &Review) -> Markup {
    let devices = &review.matrix.devices;
    html! {
        @if !review.matrix.rows.is_empty() {
            h3 { "What looks after the devices" }
            p {
                (figure("/matrix/devices/live", devices.live)) " in use, "
                (figure("/matrix/devices/stale", devices.stale)) " unseen for more than "
                (figure("/settings/stale_after_days", u64::from(review.settings.stale_after_days))) " days, "
                (figure("/matrix/devices/retired", devices.retired)) " retired, "
                (figure("/matrix/devices/unknown", devices.unknown)) " of which no source says when they were seen. A share is that of the known ones."
            }
            div.wide tabindex="0" role="region" aria-label="What looks after the devices" {
                table {
                    thead { tr { th scope="col" { "what" } th scope="col" { "share" } th scope="col" { "covered" } th scope="col" { "gap" } th scope="col" { "contradicted" } th scope="col" { "unknown" } } }
                    tbody { @for (at, column) in review.matrix.columns.iter().enumerate() { (covered(at, column)) } }
                }
            }
        }
    }
}

fn covered(at: usize, column: &ColumnResult) -> Markup {
    let cell = |name: &str, count| figure(&format!("/matrix/columns/{at}/in_use/{name}"), count);
    html! {
        tr {
            th scope="row" { (column.column.title()) }
            td { @match column.percent {
                Some(percent) => { (figure(&format!("/matrix/columns/{at}/percent"), percent)) " %" }
                None => { "unknown" }
            } }
            td { (cell("covered", column.in_use.covered)) }
            td { (cell("gap", column.in_use.gap)) }
            td { (cell("contradicted", column.in_use.contradicted)) }
            td { (cell("unknown", column.in_use.unknown)) }
        }
    }
}

fn layers(review: &Review) -> Markup {
    let layers = &review.coverage.layers;
    html! {
        h3 { "Layers" }
        ul.plain {
            @for (at, layer) in layers.iter().enumerate() {
                li {
                    (layer.layer) ": "
                    @if layer.recorded == 0 { strong { "nothing is recorded" } ", so nothing can be said of it" }
                    @else { (figure(&format!("/coverage/layers/{at}/recorded"), layer.recorded)) " recorded" }
                }
            }
        }
    }
}

/// What is not recorded, most frequent first: several rules may miss the same, which is then one line.
fn unknown(review: &Review) -> Markup {
    let mut missing: BTreeMap<&str, (u64, usize)> = BTreeMap::new();
    for (at, gap) in review.gaps.iter().enumerate() {
        let entry = missing.entry(&gap.missing).or_insert((gap.count, at));
        if gap.count > entry.0 {
            *entry = (gap.count, at);
        }
    }
    let mut missing: Vec<(&str, (u64, usize))> = missing.into_iter().collect();
    missing.sort_by_key(|(_, (count, _))| std::cmp::Reverse(*count));
    html! {
        h3 { "What is unknown" }
        @if missing.is_empty() { p { "Every question was answered." } }
        @else {
            ul.plain {
                @for (what, (count, at)) in missing.iter().take(GAPS) {
                    li { (sentence(what)) ": not recorded for " (figure(&format!("/gaps/{at}/count"), *count)) }
                }
            }
            (more(missing.len().saturating_sub(GAPS), "questions.csv, which asks for them"))
        }
    }
}

fn catalogue(review: &Review) -> Markup {
    let catalogue = &review.catalogue;
    html! {
        p.note {
            "Lifecycle dates: " (figure("/catalogue/products", catalogue.products)) " "
            (noun(amount(catalogue.products), "product"))
            @if let (Some(day), Some(age)) = (catalogue.as_of, catalogue.age_days) {
                ", the oldest as of " (day) ", " (age) " days before the review"
            }
            "."
        }
    }
}
