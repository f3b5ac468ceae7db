//! The small things of a page: numbers that say where they are from, text from outside, counts with their noun.

use maud::{Markup, html};

use super::Page;
use crate::change::Recommendation;
use crate::estate::{Asset, AssetId, Scalar};
use crate::review::{Finding, Severity, Shared};
use crate::text::{short, short_name};

/// How many characters of a sentence are shown.
const SENTENCE: usize = 400;

/// A number that stands in `review.json`, at this JSON pointer.
pub(super) fn figure(pointer: &str, number: u64) -> Markup {
    html! { span.n data-from=(format!("review.json#{pointer}")) { (number) } }
}

/// A number of findings: these.
pub(super) fn counted(findings: &[&Finding]) -> Markup {
    html! { span.n.count data-ev=(ids(findings)) { (findings.len()) } }
}

/// The ids of findings, for the attribute that names the evidence.
pub(super) fn ids(findings: &[&Finding]) -> String {
    let ids: Vec<&str> = findings.iter().map(|finding| finding.id.0.as_str()).collect();
    ids.join(" ")
}

/// A name from outside.
pub(super) fn name(text: &str) -> String {
    short_name(text)
}

/// A sentence that may hold names from outside.
pub(super) fn sentence(text: &str) -> String {
    short(text, SENTENCE)
}

/// What an asset is called: its name, or else its id.
pub(super) fn called(asset: &Asset) -> &str {
    asset.label().into_raw()
}

/// The subject of a finding.
pub(super) fn subject(finding: &Finding) -> String {
    name(finding.subject())
}

/// A severity as word and shape: never by colour alone.
pub(super) fn severity(severity: Severity) -> Markup {
    html! { span class={ "sev " (severity.as_str()) } { (severity.as_str()) } }
}

/// That a redundancy is none: "DC-01 and DC-02, which should stand in for each other under Logon, both hang on it".
pub(super) fn voided(page: &Page<'_>, shared: &Shared<'_>) -> String {
    let names: Vec<String> = shared.members.iter().map(|id| label(page, id)).collect();
    format!(
        "{}, which should stand in for each other under {}, {} hang on it",
        listed(&names),
        subject(shared.finding),
        if names.len() == 2 { "both" } else { "all" }
    )
}

/// What the asset of this id is called.
pub(super) fn label(page: &Page<'_>, id: &AssetId) -> String {
    name(page.estate.asset(id.as_str()).map_or(id.as_str(), called))
}

/// The first few of several names.
pub(super) fn listed(names: &[String]) -> String {
    match names {
        [] => String::new(),
        [one] => one.clone(),
        [one, other] => format!("{one} and {other}"),
        [one, other, third] => format!("{one}, {other} and {third}"),
        [one, other, third, rest @ ..] => format!("{one}, {other}, {third} and {} more", rest.len()),
    }
}

/// What a recommendation does, as far as the first clause: the rest tells how.
pub(super) fn way_out(recommendation: &Recommendation) -> &str {
    let step = recommendation.change.steps.first();
    let told = step.and_then(|step| step.parameters.get("instructions"));
    let text = told.and_then(Scalar::as_text).map_or_else(
        || recommendation.title.raw().as_str(),
        |instructions| instructions.raw().as_str(),
    );
    let end = [". ", ", so that ", ", and "]
        .iter()
        .filter_map(|clause| text.find(clause))
        .min();
    end.and_then(|end| text.get(..end))
        .unwrap_or(text)
        .trim_end_matches('.')
}

/// "1 asset", "2 assets".
pub(super) fn noun(count: usize, one: &str) -> String {
    match (count, one.strip_suffix('y')) {
        (1, _) => one.to_owned(),
        (_, Some(stem)) if !stem.ends_with(['a', 'e', 'o', 'u']) => format!("{stem}ies"),
        _ if one.ends_with(['s', 'x']) || one.ends_with("ch") => format!("{one}es"),
        _ => format!("{one}s"),
    }
}

/// "and 7 more", where something was left out.
pub(super) fn more(rest: usize, whence: &str) -> Markup {
    html! { @if rest > 0 { p.more { "and " (rest) " more, in " (whence) } } }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nouns_have_their_plural() {
        let plural = |one| noun(2, one);
        assert_eq!(
            ["asset", "switch", "day", "entry", "business"].map(plural),
            ["assets", "switches", "days", "entries", "businesses"]
        );
        assert_eq!(noun(1, "entry"), "entry");
    }
}
