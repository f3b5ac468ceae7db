//! The small things of a page: numbers that say where they are from, text from outside, counts with their noun.

use maud::{Markup, html};

use super::Page;
use crate::change::Recommendation;
use crate::estate::{Asset, AssetId, AssetKind, Scalar};
use crate::impact::WhatIf;
use crate::review::{Ending, Finding, Severity, Shared, people_stated};
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

/// How many people there are: the number, whether it is a lower bound only, and what makes it one, in words.
pub(super) struct People {
    pub(super) count: u64,
    pub(super) at_least: &'static str,
    pub(super) open: String,
}

/// The people of all sites, where a number is recorded of any. A site that states none, or of which sources disagree,
/// makes the sum a lower bound.
pub(super) fn people(page: &Page<'_>) -> Option<People> {
    let count = page.review.coverage.people?;
    let (mut silent, mut disputed) = (Vec::new(), Vec::new());
    for site in page.estate.assets() {
        match people_stated(site) {
            _ if site.kind != AssetKind::Site => {}
            0 => silent.push(name(called(site))),
            1 => {}
            _ => disputed.push(name(called(site))),
        }
    }
    let mut open = Vec::new();
    if !silent.is_empty() {
        open.push(format!("how many at {} is not recorded", listed(&silent)));
    }
    if !disputed.is_empty() {
        open.push(format!("sources disagree about {}", listed(&disputed)));
    }
    Some(People {
        count,
        at_least: if open.is_empty() { "" } else { "at least " },
        open: open.join("; "),
    })
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

/// That redundancies are none, each set of members once with all that it should keep up: "DC-01 and DC-02, which should
/// stand in for each other under Logon and Files, both hang on it". With the findings that say so.
pub(super) fn voided<'a>(page: &Page<'_>, shared: &[Shared<'a>]) -> Vec<(Vec<&'a Finding>, String)> {
    let mut groups: Vec<(&[AssetId], Vec<&'a Finding>)> = Vec::new();
    for one in shared {
        match groups.iter_mut().find(|(members, _)| *members == one.members) {
            Some((_, findings)) => findings.push(one.finding),
            None => groups.push((one.members, vec![one.finding])),
        }
    }
    let told = groups.into_iter().map(|(members, findings)| {
        let names: Vec<String> = members.iter().map(|id| label(page, id)).collect();
        let under: Vec<String> = findings.iter().map(|finding| subject(finding)).collect();
        let both = if names.len() == 2 { "both" } else { "all" };
        let (names, under) = (listed(&names), listed(&under));
        let text = format!("{names}, which should stand in for each other under {under}, {both} hang on it");
        (findings, text)
    });
    told.collect()
}

/// What a what-if counts, without what was assumed: "5 stop, 32 are cut off, 157 get worse".
pub(super) fn fallout(told: &WhatIf) -> String {
    let count = |count: usize, one: &str, several: &str| match count {
        1 => format!("1 {one}"),
        count => format!("{count} {several}"),
    };
    let stop = told.failed.len().saturating_sub(told.seeds.len());
    let mut parts = vec![count(stop, "stops", "stop")];
    if !told.cut_off.is_empty() {
        parts.push(count(told.cut_off.len(), "is cut off", "are cut off"));
    }
    parts.push(count(told.degraded.len(), "gets worse", "get worse"));
    parts.join(", ")
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

/// What there is to do by the day of an entry of the calendar: on a day of notice nothing ends yet.
pub(super) fn what_ends(ending: &Ending) -> String {
    let what = ending.what.raw();
    match ending.ends {
        Some(last) => format!("last day to give notice ({what} ends {last})"),
        None => what.clone(),
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
