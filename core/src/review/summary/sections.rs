//! What goes into a summary, in which order.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use jiff::civil::Date;

use crate::estate::AssetId;
use crate::review::calendar::Calendar;
use crate::review::document::Review;
use crate::review::finding::Finding;
use crate::review::matrix::{ColumnResult, Matrix};
use crate::review::outcome::Severity;
use crate::text::short_name;

/// At most so many lines in a section; the rest is counted.
const LINES: usize = 12;

/// A summary, ready to be rendered. Texts are raw: the renderer escapes them.
pub(super) struct Summary {
    pub(super) title: String,
    /// How much is known: to be read first.
    pub(super) coverage: Vec<String>,
    pub(super) sections: Vec<Section>,
}

/// A list under a heading.
pub(super) struct Section {
    pub(super) heading: &'static str,
    /// What stands there when there is no line.
    pub(super) empty: String,
    pub(super) lines: Vec<Line>,
    /// Lines left out.
    pub(super) more: usize,
}

/// One line.
pub(super) struct Line {
    /// A word of few letters: the severity, a count, a rank.
    pub(super) mark: String,
    pub(super) text: String,
}

pub(super) fn of(review: &Review) -> Summary {
    let mut told = BTreeSet::new();
    let sections = vec![
        stops(review, &mut told),
        due(review, &mut told),
        wrong(review, &told),
        unknown(review),
        first(review),
    ];
    Summary {
        title: format!("Architecture review as of {}", review.as_of),
        coverage: coverage(review),
        sections,
    }
}

fn coverage(review: &Review) -> Vec<String> {
    let coverage = &review.coverage;
    let percent = coverage
        .percent()
        .map_or_else(String::new, |percent| format!(" ({percent} %)"));
    let inferred = match coverage.inferred_relations {
        0 => String::new(),
        count => format!(" ({count} of them inferred)"),
    };
    let mut lines = vec![format!(
        "{} assets, {} relations{inferred}. {} of {} questions could be answered from data{percent}; {} are open.",
        coverage.assets,
        coverage.relations,
        coverage.known,
        coverage.total,
        coverage.total - coverage.known
    )];
    let blank: Vec<&str> = coverage
        .layers
        .iter()
        .filter(|layer| layer.recorded == 0)
        .map(|layer| layer.layer.as_str())
        .collect();
    if !blank.is_empty() {
        lines.push(format!(
            "Nothing is recorded of: {}. Nothing can be said of it.",
            blank.join(", ")
        ));
    }
    let catalogue = &review.catalogue;
    let age = match (catalogue.as_of, catalogue.age_days) {
        (Some(day), Some(age)) => format!(", the oldest of {day}, {age} days before the review"),
        _ => String::new(),
    };
    lines.push(format!(
        "Lifecycle dates: {} products, {} releases{age}.",
        catalogue.products, catalogue.cycles
    ));
    lines.extend(calendar(&review.calendar));
    lines.extend(devices(&review.matrix, review.settings.stale_after_days));
    lines.extend(review.waivers.as_ref().map(|waivers| waivers.line(&review.debt)));
    lines
}

/// The calendar in a line; none where no day is recorded or asked for.
fn calendar(calendar: &Calendar) -> Option<String> {
    let missing: u64 = calendar.not_recorded.iter().map(|rule| rule.count).sum();
    if calendar.entries.is_empty() && missing == 0 {
        return None;
    }
    Some(format!(
        "{} ends are on record: {} past, {} within 30 days, {} within 90, {} within 180, {} later; sources disagree on {}, \
         and {missing} are not recorded.",
        calendar.entries.len(),
        calendar.past,
        calendar.within_30,
        calendar.within_90,
        calendar.within_180,
        calendar.later,
        calendar.disputed
    ))
}

/// The coverage matrix in two lines; none where there is no device.
fn devices(matrix: &Matrix, days: u32) -> Vec<String> {
    let devices = &matrix.devices;
    if matrix.rows.is_empty() {
        return Vec::new();
    }
    let columns: Vec<String> = matrix.columns.iter().map(column).collect();
    vec![
        format!(
            "{} devices: {} seen within {days} days, {} not, {} out of service, {} of which nobody says when they were \
             seen.",
            matrix.rows.len(),
            devices.live,
            devices.stale,
            devices.retired,
            devices.unknown
        ),
        format!("Covered: {}.", columns.join("; ")),
    ]
}

/// `RMM 97 % of 214, 3 unknown`.
fn column(result: &ColumnResult) -> String {
    let title = result.column.title();
    let cells = &result.in_use;
    let Some(percent) = result.percent else {
        return format!("{title} unknown for all {}", result.total);
    };
    let mut text = format!("{title} {percent} % of {}", result.known);
    for (count, word) in [
        (cells.unknown, "unknown"),
        (cells.contradicted, "contradicted"),
        (result.stale.total(), "not seen lately"),
    ] {
        if count > 0 {
            // Writing to a string cannot fail.
            let _ = write!(text, ", {count} {word}");
        }
    }
    text
}

/// Problems by severity whose failure stops services or loses data.
fn stops(review: &Review, told: &mut BTreeSet<String>) -> Section {
    let grave = review.grave_failures();
    let lines = grave
        .into_iter()
        .map(|finding| {
            told.insert(finding.id.0.clone());
            let reach = finding.reach.map_or_else(String::new, |reach| {
                let people = reach
                    .people
                    .map_or_else(String::new, |people| format!(", at least {people} people"));
                format!(" ({} assets depend on it{people})", reach.assets)
            });
            Line {
                mark: finding.severity.as_str().to_owned(),
                text: format!(
                    "{}: {}{reach}{}",
                    short_name(finding.subject()),
                    finding.title.raw(),
                    accepted(finding)
                ),
            }
        })
        .collect();
    let judged = review
        .rule("resilience.single_point")
        .is_some_and(|rule| rule.known > 0);
    let empty = if judged {
        "Nothing found in what is recorded."
    } else {
        "This could not be judged: no service has both a criticality and recorded dependencies."
    };
    section("What would stop the firm", empty, lines)
}

/// That a finding is waived.
fn accepted(finding: &Finding) -> String {
    let until = finding.waiver.as_ref().map(|waiver| waiver.until);
    until.map_or_else(String::new, |until| format!("; accepted until {until}"))
}

/// Problems with a day, equal ones together.
fn due(review: &Review, told: &mut BTreeSet<String>) -> Section {
    let mut groups: BTreeMap<(std::cmp::Reverse<Severity>, Date, &str), Vec<&Finding>> = BTreeMap::new();
    for finding in review
        .findings
        .iter()
        .filter(|finding| finding.outcome.is_problem())
    {
        if let Some(day) = finding.due
            && told.insert(finding.id.0.clone())
        {
            let key = (
                std::cmp::Reverse(finding.severity),
                day,
                finding.title.raw().as_str(),
            );
            groups.entry(key).or_default().push(finding);
        }
    }
    let lines = groups
        .into_iter()
        .map(|((severity, _, title), findings)| Line {
            mark: severity.0.as_str().to_owned(),
            text: format!("{title}: {}", who(&findings)),
        })
        .collect();
    section("What is due", "Nothing is due in what is recorded.", lines)
}

/// All other problems, a line a rule.
fn wrong(review: &Review, told: &BTreeSet<String>) -> Section {
    let mut rules: BTreeMap<&str, Vec<&Finding>> = BTreeMap::new();
    for finding in &review.findings {
        if finding.outcome.is_problem() && !told.contains(&finding.id.0) {
            rules.entry(&finding.rule).or_default().push(finding);
        }
    }
    let mut lines: Vec<(std::cmp::Reverse<Option<Severity>>, &str, Line)> = rules
        .into_iter()
        .map(|(rule, findings)| {
            let severity = findings.iter().map(|finding| finding.severity).max();
            let result = review.rule(rule);
            let title = result.map_or(rule, |rule| rule.title.as_str());
            let known = result.map_or_else(String::new, |rule| {
                format!(", {} of {} known", rule.known, rule.total)
            });
            let line = Line {
                mark: severity.map_or("", Severity::as_str).to_owned(),
                text: format!(
                    "Not met: {title} ({} found{known}): {}",
                    findings.len(),
                    who(&findings)
                ),
            };
            (std::cmp::Reverse(severity), rule, line)
        })
        .collect();
    lines.sort_by(|a, b| (a.0, a.1).cmp(&(b.0, b.1)));
    section(
        "What else is wrong",
        "Nothing found in what is recorded.",
        lines.into_iter().map(|(_, _, line)| line).collect(),
    )
}

/// What is not recorded, and the questions that data could not settle.
fn unknown(review: &Review) -> Section {
    let mut lines = Vec::new();
    let mut seen: BTreeMap<&str, u64> = BTreeMap::new();
    for gap in &review.gaps {
        let count = seen.entry(&gap.missing).or_default();
        *count = gap.count.max(*count);
    }
    let mut missing: Vec<(&str, u64)> = seen.into_iter().collect();
    missing.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    let open = review
        .findings
        .iter()
        .filter(|finding| !finding.outcome.is_problem())
        .count();
    if open > 0 {
        lines.push(Line {
            mark: open.to_string(),
            text: "questions for somebody to look into (listed as findings)".to_owned(),
        });
    }
    lines.extend(missing.into_iter().map(|(missing, count)| Line {
        mark: count.to_string(),
        text: format!("not recorded: {missing}"),
    }));
    section("What is unknown", "Every question was answered.", lines)
}

fn first(review: &Review) -> Section {
    let lines = review
        .recommendations
        .iter()
        .map(|recommendation| Line {
            mark: format!("{}.", recommendation.rank),
            text: recommendation.title.raw().clone(),
        })
        .collect();
    section("What to do first", "Nothing to recommend.", lines)
}

fn section(heading: &'static str, empty: &str, mut lines: Vec<Line>) -> Section {
    let more = lines.len().saturating_sub(LINES);
    lines.truncate(LINES);
    Section {
        heading,
        empty: empty.to_owned(),
        lines,
        more,
    }
}

/// The assets of several findings, each once: the name of one, or how many and the first few.
fn who(findings: &[&Finding]) -> String {
    let mut seen: BTreeSet<Option<&AssetId>> = BTreeSet::new();
    let names: Vec<String> = findings
        .iter()
        .filter(|finding| seen.insert(finding.asset.as_ref()))
        .map(|finding| short_name(finding.subject()))
        .collect();
    match names.as_slice() {
        [] => String::new(),
        [one] => one.clone(),
        [first, second, third] => format!("{first}, {second}, {third}"),
        [first, second] => format!("{first}, {second}"),
        [first, second, rest @ ..] => format!("{first}, {second} and {} more", rest.len()),
    }
}
