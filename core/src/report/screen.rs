//! The page as text for a terminal: about one screen, every number from the documents that the page names.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use jiff::ToSpan;
use jiff::civil::Date;

use super::Page;
use super::figure::{
    self, People, fallout, label, listed, name, noun, sentence, subject, voided, way_out, what_ends,
};
use super::frame::amount;
use super::risks::Risks;
use crate::change::{FindingId, Recommendation};
use crate::error::Result;
use crate::estate::AssetId;
use crate::gate::Pending;
use crate::impact::WhatIf;
use crate::plan::Budget;
use crate::review::{Band, Calendar, Ending, Outcome, Review, Severity, Stop, hosts};
use crate::source::overlay::rank;
use crate::text::{self, Plain};

/// So wide a line may be; a longer one goes on below.
const WIDTH: usize = 118;
/// Groups of what is past, and of what is coming.
const PAST: usize = 4;
const COMING: usize = 7;
/// Proposals that are listed.
const WAITING: usize = 4;
/// Names in a list.
const NAMED: usize = 3;
/// Characters of a text within a line.
const SHORT: usize = 64;

/// Lines with a hanging indent.
#[derive(Default)]
struct Screen(String);

impl Screen {
    fn heading(&mut self, text: &str) {
        self.0.push('\n');
        self.line(0, text);
    }

    /// A line; what does not fit goes on below, by so many columns.
    fn line(&mut self, indent: usize, text: &str) {
        let mut width = 0;
        for (at, word) in Plain(text).to_string().split(' ').enumerate() {
            let long = word.chars().count();
            if at > 0 && width + 1 + long > WIDTH {
                // Writing to a string cannot fail.
                let _ = write!(self.0, "\n{:indent$}", "");
                width = indent;
            } else if at > 0 {
                self.0.push(' ');
                width += 1;
            }
            self.0.push_str(word);
            width += long;
        }
        self.0.push('\n');
    }
}

pub(super) fn of(page: &Page<'_>) -> Result<String> {
    let risks = Risks::of(page)?;
    let mut screen = Screen::default();
    head(&mut screen, page);
    seen(&mut screen, page.review);
    if let Some(waivers) = &page.review.waivers {
        screen.line(6, &waivers.line(&page.review.debt));
    }
    stops(&mut screen, page, &risks);
    due(&mut screen, page.review);
    if let Some(budget) = page.budget {
        spend(&mut screen, budget);
    }
    if let Some(pending) = page.pending {
        waiting(&mut screen, page, pending, &risks);
    }
    Ok(screen.0)
}

fn head(screen: &mut Screen, page: &Page<'_>) {
    let coverage = &page.review.coverage;
    let client = page.client.map_or_else(|| "Architecture review".to_owned(), name);
    let (people, open) = match figure::people(page) {
        None => (String::new(), String::new()),
        Some(People {
            count,
            at_least,
            open,
        }) => (
            format!(", {at_least}{count} people"),
            if open.is_empty() {
                open
            } else {
                format!(" ({open})")
            },
        ),
    };
    screen.line(
        2,
        &format!(
            "{client}{people}, {} {}{open}, as of {}",
            coverage.sites,
            noun(amount(coverage.sites), "site"),
            page.review.as_of
        ),
    );
    let by_hand = page
        .by_hand
        .map_or_else(String::new, |count| format!(", {count} by hand"));
    screen.line(
        2,
        &format!(
            "{} assets, {} relations ({} inferred{by_hand}), {} {}",
            coverage.assets,
            coverage.relations,
            coverage.inferred_relations,
            coverage.sources,
            noun(amount(coverage.sources), "source")
        ),
    );
}

fn seen(screen: &mut Screen, review: &Review) {
    let coverage = &review.coverage;
    let mut parts: Vec<String> = Vec::new();
    for column in &review.matrix.columns {
        let title = column.column.title();
        parts.push(match (column.percent, column.in_use.unknown) {
            (None, _) => format!("{title} unknown"),
            (Some(percent), 0) => format!("{title} {percent}%"),
            (Some(percent), unknown) => format!("{title} {percent}% ({unknown} unknown)"),
        });
    }
    if let Some(percent) = (coverage.linked * 100).checked_div(coverage.linkable) {
        parts.push(format!("network {percent}%"));
    }
    if !parts.is_empty() {
        screen.line(6, &format!("Seen: {}", parts.join(", ")));
    }
    let whole = review
        .rules
        .iter()
        .filter(|rule| rule.conclusion == Outcome::NotEvaluated);
    let whole = whole.count();
    let open = review.rules.iter().filter(|rule| rule.outcomes.not_evaluated > 0);
    let part = open.count().saturating_sub(whole);
    screen.line(
        6,
        &format!(
            "{whole} {} NOT evaluated, {part} only in part ({} of {} answers open): {} questions in questions.csv",
            noun(whole, "rule"),
            coverage.total - coverage.known,
            coverage.total,
            review.questions().len() as u64 + review.questions_unlisted
        ),
    );
}

fn stops(screen: &mut Screen, page: &Page<'_>, risks: &Risks<'_>) {
    let Risks { shown, total } = risks;
    screen.heading(&match total.saturating_sub(shown.len()) {
        0 => "WHAT WOULD STOP THE FIRM".to_owned(),
        _ => format!("WHAT WOULD STOP THE FIRM   the first {} of {total}", shown.len()),
    });
    if shown.is_empty() {
        let judged = page
            .review
            .rule("resilience.single_point")
            .is_some_and(|rule| rule.known > 0);
        screen.line(
            2,
            if judged {
                "  nothing found in what is recorded"
            } else {
                "  this could not be judged: no service has both a criticality and recorded dependencies"
            },
        );
        for host in hosts(page.estate) {
            screen.line(4, &format!("  {}", host.sentence()));
        }
    }
    for (place, (stop, told)) in (1..).zip(shown) {
        let subject = subject(stop.finding);
        screen.line(5, &format!("  {place}  {subject}: {}", why(page, stop)));
        screen.line(7, &format!("     takes along {}", reach(page, stop, told)));
        let answers = stop
            .shared
            .iter()
            .map(|shared| shared.answer)
            .chain([stop.answer]);
        let answers: Vec<String> = answers
            .flatten()
            .map(|answer| format!("{} (effort {:?})", sentence(way_out(answer)), answer.effort.size))
            .collect();
        if !answers.is_empty() {
            screen.line(7, &format!("     removed by: {}", answers.join("; ")));
        }
    }
}

fn why(page: &Page<'_>, stop: &Stop<'_>) -> String {
    let shared = voided(page, &stop.shared).into_iter();
    let mut parts: Vec<String> = shared.map(|(_, text)| text).collect();
    if parts.is_empty() {
        parts.push("nothing stands in for it".to_owned());
    }
    let soon = page.review.as_of.saturating_add(90.days());
    let worse = stop
        .also
        .iter()
        .filter(|finding| finding.severity >= Severity::Medium && finding.due.is_some_and(|day| day <= soon));
    parts.extend(worse.take(2).map(|finding| small(&sentence(finding.title.raw()))));
    parts.join("; ")
}

/// Whom and what it takes along, what matters most first.
fn reach(page: &Page<'_>, stop: &Stop<'_>, told: &WhatIf) -> String {
    let reach = stop.finding.reach.unwrap_or_default();
    let people = match reach.people {
        Some(people) => format!("at least {people} people"),
        None => "people unknown".to_owned(),
    };
    let mut services: Vec<&AssetId> = stop.finding.related.iter().collect();
    services.sort_by_key(|id| {
        rank(
            page.estate
                .asset(id.as_str())
                .and_then(|asset| asset.criticality.as_ref()),
        )
    });
    let names: Vec<String> = services.into_iter().map(|id| short(&label(page, id))).collect();
    format!(
        "{people}; of {} other assets {}; {} {}: {}",
        page.review.coverage.assets.saturating_sub(1),
        fallout(told),
        reach.services,
        noun(amount(reach.services), "service"),
        listed(&names)
    )
}

fn due(screen: &mut Screen, review: &Review) {
    let calendar = &review.calendar;
    screen.heading(&format!(
        "WHAT IS DUE   {} past, {} within 30 days, {} within 90, {} within 180, {} later",
        calendar.past, calendar.within_30, calendar.within_90, calendar.within_180, calendar.later
    ));
    let weights = weights(review);
    let mut past = groups(calendar, &[Band::Past], &weights);
    past.sort_by_key(|group| std::cmp::Reverse((group.severity, group.endings.len())));
    let older = past.split_off(PAST.min(past.len()));
    rows(screen, (&past, &older), |_| "past".to_owned());
    let mut coming = groups(
        calendar,
        &[Band::Within30, Band::Within90, Band::Within180],
        &weights,
    );
    // The gravest, in the order of their days.
    coming.sort_by_key(|group| (std::cmp::Reverse(group.severity), group.from));
    let later = coming.split_off(COMING.min(coming.len()));
    coming.sort_by(|a, b| (a.from, &a.what).cmp(&(b.from, &b.what)));
    rows(screen, (&coming, &later), |group| format!("{} d", group.days));
    let unknown: u64 = calendar.not_recorded.iter().map(|rule| rule.count).sum();
    if unknown > 0 || calendar.disputed > 0 {
        let asked: BTreeSet<&str> = calendar
            .not_recorded
            .iter()
            .map(|rule| rule.rule.as_str())
            .collect();
        let gaps = review.gaps.iter().filter(|gap| asked.contains(gap.rule.as_str()));
        let what: Vec<String> = gaps
            .take(NAMED)
            .map(|gap| format!("{} {}", gap.count, short(&gap.missing.replace('_', " "))))
            .collect();
        screen.line(
            12,
            &format!(
                "  {:>6}    {unknown} without a date ({}, ...); sources disagree on {}",
                "?",
                what.join(", "),
                calendar.disputed
            ),
        );
    }
}

/// What ends in the same way within the same time.
struct Group<'a> {
    what: String,
    from: Date,
    days: i64,
    severity: Option<Severity>,
    endings: Vec<&'a Ending>,
}

type Weights<'a> = BTreeMap<(&'a str, Option<&'a AssetId>), Severity>;

/// How grave what the calendar lists is, by the findings of the same rule and asset.
fn weights(review: &Review) -> Weights<'_> {
    let mut weights = Weights::new();
    for finding in review.findings.iter().filter(|finding| finding.due.is_some()) {
        let weight = weights
            .entry((finding.rule.as_str(), finding.asset.as_ref()))
            .or_insert(finding.severity);
        *weight = finding.severity.max(*weight);
    }
    weights
}

fn groups<'a>(calendar: &'a Calendar, bands: &[Band], weights: &Weights<'_>) -> Vec<Group<'a>> {
    let mut groups: BTreeMap<(Band, String), Group<'a>> = BTreeMap::new();
    for ending in calendar
        .entries
        .iter()
        .filter(|ending| bands.contains(&ending.band))
    {
        let key = (ending.rule.as_str(), Some(&ending.asset));
        let severity = weights.get(&key).copied();
        let what = what_ends(ending);
        // Entries come by day: the first of a group is its earliest.
        let group = groups
            .entry((ending.band, what.clone()))
            .or_insert_with(|| Group {
                what,
                from: ending.date,
                days: ending.days,
                severity,
                endings: Vec::new(),
            });
        group.severity = group.severity.max(severity);
        group.endings.push(ending);
    }
    groups.into_values().collect()
}

fn rows(
    screen: &mut Screen,
    (shown, others): (&[Group<'_>], &[Group<'_>]),
    mark: impl Fn(&Group<'_>) -> String,
) {
    for group in shown {
        let last = group.endings.iter().map(|ending| ending.date).max();
        let days = match last {
            Some(last) if last > group.from => format!("{} to {last}", group.from),
            _ => group.from.to_string(),
        };
        screen.line(
            12,
            &format!(
                "  {:>6}    {}: {} ({days})",
                mark(group),
                things(&group.endings),
                short(&group.what)
            ),
        );
    }
    let rest: usize = others.iter().map(|group| group.endings.len()).sum();
    if rest > 0 {
        screen.line(12, &format!("  {:>6}    and {rest} more", ""));
    }
}

/// `4 switches`, or the name where there is one only.
fn things(endings: &[&Ending]) -> String {
    if let [only] = endings {
        return match &only.name {
            Some(name) if !name.raw().trim().is_empty() => short(name.raw()),
            _ => short(only.asset.as_str()),
        };
    }
    let kinds: BTreeSet<&str> = endings.iter().map(|ending| ending.kind.as_str()).collect();
    let kind = if kinds.len() == 1 {
        kinds.first().copied()
    } else {
        None
    };
    format!(
        "{} {}",
        endings.len(),
        noun(endings.len(), &kind.unwrap_or("asset").replace('_', " "))
    )
}

fn spend(screen: &mut Screen, budget: &Budget) {
    screen.heading("BUDGET");
    for line in budget.years() {
        screen.line(6, &format!("  {line}"));
    }
    let undated: u64 = budget.undated.iter().map(|kind| kind.count).sum();
    let parts = [
        (budget.unpriced.len() as u64, "no price"),
        (undated, "no day of purchase"),
    ];
    let parts: Vec<String> = parts
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, what)| {
            format!(
                "{count} {} {what}",
                if *count == 1 { "item has" } else { "items have" }
            )
        })
        .collect();
    if !parts.is_empty() {
        screen.line(6, &format!("  {}: not in these sums", parts.join(", ")));
    }
}

/// What waits, the answers to what would stop the firm first.
fn waiting(screen: &mut Screen, page: &Page<'_>, pending: &[Pending], risks: &Risks<'_>) {
    let review = page.review;
    screen.heading(&match pending.len().saturating_sub(WAITING) {
        0 => "WAITING FOR A HUMAN".to_owned(),
        _ => format!("WAITING FOR A HUMAN   the first {WAITING} of {}", pending.len()),
    });
    if pending.is_empty() {
        screen.line(2, "  nothing");
    }
    let people = people(review);
    let by_findings: BTreeMap<(&[FindingId], &str), &Recommendation> = review
        .recommendations
        .iter()
        .map(|one| {
            (
                (one.change.findings.as_slice(), one.change.title.raw().as_str()),
                one,
            )
        })
        .collect();
    let mut ordered: Vec<&Pending> = pending.iter().collect();
    ordered.sort_by_key(|proposal| risks.place(&proposal.findings));
    for proposal in ordered.into_iter().take(WAITING) {
        let change = by_findings
            .get(&(proposal.findings.as_slice(), proposal.title.raw().as_str()))
            .map(|recommendation| &recommendation.change);
        let touched = change.and_then(|change| {
            change
                .targets()
                .iter()
                .filter_map(|target| people.get(*target))
                .max()
                .copied()
        });
        let undo = match change {
            Some(change) if change.steps.iter().all(|step| step.undo.is_some()) => "yes",
            Some(_) => "no",
            None => "?",
        };
        let id: String = proposal.id.to_string().chars().take(10).collect();
        screen.line(
            14,
            &format!(
                "  {id}  {}  {:>4} people  undo: {undo:<3}  {}",
                proposal.level,
                touched.map_or_else(|| "?".to_owned(), |people| people.to_string()),
                short(proposal.title.raw())
            ),
        );
    }
}

/// By asset, how many people depend on it, where a finding tells.
fn people(review: &Review) -> BTreeMap<&AssetId, u64> {
    let mut people: BTreeMap<&AssetId, u64> = BTreeMap::new();
    for finding in &review.findings {
        if let (Some(asset), Some(count)) = (&finding.asset, finding.reach.and_then(|reach| reach.people)) {
            let known = people.entry(asset).or_default();
            *known = count.max(*known);
        }
    }
    people
}

fn short(text: &str) -> String {
    text::short(text, SHORT)
}

/// A title within a sentence.
fn small(title: &str) -> String {
    let mut letters = title.chars();
    match letters.next() {
        Some(first) => first.to_lowercase().chain(letters).collect(),
        None => String::new(),
    }
}
