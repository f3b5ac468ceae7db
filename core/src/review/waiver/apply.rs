//! Which finding each waiver is about, and what that means on the day of the review.

use std::collections::BTreeMap;

use super::taken::{WaiverEntry, WaiverState};
use super::{Placed, Waiver, WaiverOf, Waivers};
use crate::change::FindingId;
use crate::error::{Error, ErrorKind, Result};
use crate::estate::{AssetId, near};
use crate::review::advice::Advice;
use crate::review::calendar::{Ending, Statement};
use crate::review::context::Context;
use crate::review::finding::{Finding, Read, finding_id};
use crate::review::lifecycle::days_between;
use crate::review::outcome::{DebtKind, Outcome, Pillar, Severity};
use crate::review::rule::{Reads, Rule};
use crate::review::verdict::{Draft, Subject, Verdicts};
use crate::source::overlay::Failures;
use crate::text::{Untrusted, quoted};

/// The rules that a review with waivers carries out beside those of its analyzers. The estate is their only subject: the
/// number of waivers moves no count of answers.
pub(in crate::review) static RULES: [Rule; 2] = [
    Rule {
        id: "waiver.expired",
        version: 1,
        title: "No waiver has run out while what it is about is still there",
        pillar: Pillar::Operations,
        debt: DebtKind::Documentation,
        reads: &[Reads::Waivers],
    },
    Rule {
        id: "waiver.unmatched",
        version: 1,
        title: "Every waiver is about something that was found",
        pillar: Pillar::Operations,
        debt: DebtKind::Documentation,
        reads: &[Reads::Waivers],
    },
];

/// Marks the findings that are waived, and hands in what is wrong with the waivers. Called once all analyzers have run, so no
/// waiver can be about a finding of these rules. Gives what each came to, in the order of the document.
///
/// # Errors
/// `ambiguous` where a waiver fits several assets or findings: all such are listed, with their places and candidates.
pub(in crate::review) fn settle(
    waivers: &Waivers,
    context: &Context<'_>,
    rules: &[&Rule],
    verdicts: &mut Verdicts<'_>,
) -> Result<Vec<WaiverEntry>> {
    let found = find_all(waivers, context, rules, &verdicts.gathered.findings)?;
    let states = states(waivers, context, &found);
    let mut entries = Vec::with_capacity(found.len());
    for ((placed, found), state) in waivers.placed.iter().zip(&found).zip(&states) {
        if let (WaiverState::InForce, Some(position)) = (state, found.position)
            && let Some((finding, _)) = verdicts.gathered.findings.get_mut(position)
        {
            finding.waiver = Some((&placed.waiver).into());
        }
        entries.push(WaiverEntry {
            state: *state,
            finding: found.position.map(|_| found.key.clone()),
            asset: found.asset.clone(),
            days: context.days_to(placed.waiver.until),
            waiver: placed.waiver.clone(),
        });
    }
    report(waivers, context, &found, &states, verdicts)?;
    Ok(entries)
}

/// What a waiver is about.
struct Found {
    /// The identity of the finding, or the one that it would have.
    key: FindingId,
    /// Where it stands; `None` where there is none.
    position: Option<usize>,
    asset: Option<AssetId>,
    /// The rule and what it says, or why nothing was found.
    about: String,
}

type Findings = [(Finding, Option<Advice>)];

fn find_all(
    waivers: &Waivers,
    context: &Context<'_>,
    rules: &[&Rule],
    findings: &Findings,
) -> Result<Vec<Found>> {
    let index = Index::of(findings, waivers.placed.is_empty());
    let mut failures = Failures::default();
    let mut all = Vec::with_capacity(waivers.placed.len());
    for Placed { place, waiver } in &waivers.placed {
        match index.find(waiver, context, rules) {
            Ok(found) => all.push(found),
            Err(error) => failures.push(error.at(format!("waivers: {place}"))),
        }
    }
    failures.none()?;
    Ok(all)
}

/// The findings by what a waiver names.
struct Index<'f> {
    findings: &'f Findings,
    by_id: BTreeMap<&'f str, usize>,
    by_rule: BTreeMap<(&'f str, &'f str), Vec<usize>>,
}

impl<'f> Index<'f> {
    fn of(findings: &'f Findings, is_idle: bool) -> Self {
        let mut index = Self {
            findings,
            by_id: BTreeMap::new(),
            by_rule: BTreeMap::new(),
        };
        if is_idle {
            return index;
        }
        for (position, (finding, _)) in findings.iter().enumerate() {
            index.by_id.insert(&finding.id.0, position);
            if let Some(asset) = &finding.asset {
                let key = (finding.rule.as_str(), asset.as_str());
                index.by_rule.entry(key).or_default().push(position);
            }
        }
        index
    }

    fn find(&self, waiver: &Waiver, context: &Context<'_>, rules: &[&Rule]) -> Result<Found> {
        let (rule, asset, part) = match &waiver.of {
            WaiverOf::Finding(id) => {
                return Ok(match self.by_id.get(id.0.as_str()) {
                    Some(position) => self.at(*position),
                    None => Found {
                        key: id.clone(),
                        position: None,
                        asset: None,
                        about: format!("No finding of this review has the id {}.", id.0),
                    },
                });
            }
            WaiverOf::Rule { rule, asset, part } => (rule, asset.raw(), part),
        };
        let nothing = |asset: AssetId, known: bool, about: String| Found {
            key: finding_id(rule, Some(&asset), part),
            position: None,
            asset: known.then_some(asset),
            about,
        };
        let id = match context.estate().find(asset) {
            Ok(id) => id,
            Err(error) if error.kind() == ErrorKind::NotFound => {
                let remedy = error
                    .remedy_text()
                    .map_or(String::new(), |near| format!(" ({near})"));
                let about = format!("No asset has the id or name {}{remedy}.", quoted(asset));
                return Ok(nothing(AssetId::from(asset.to_owned()), false, about));
            }
            Err(error) => return Err(error),
        };
        let there = self.by_rule.get(&(rule.as_str(), id.as_str()));
        let there = there.map_or(&[][..], Vec::as_slice);
        let exact = there.iter().find(|position| self.part(**position) == part);
        match (exact, there) {
            (Some(position), _) => Ok(self.at(*position)),
            (None, [only]) if part.is_empty() => Ok(self.at(*only)),
            (None, [_, ..]) if part.is_empty() => Err(self.several(rule, asset, there)),
            (None, []) => {
                let about = unfound(rule, asset, rules);
                Ok(nothing(id.clone(), true, about))
            }
            (None, [_, ..]) => {
                let about = format!(
                    "The rule {rule} found nothing about the part {} of {}; there is {}.",
                    quoted(part),
                    quoted(asset),
                    self.parts(there)
                );
                Ok(nothing(id.clone(), true, about))
            }
        }
    }

    fn part(&self, position: usize) -> &str {
        self.findings
            .get(position)
            .map_or("", |(finding, _)| finding.part.as_str())
    }

    fn parts(&self, there: &[usize]) -> String {
        let parts: Vec<String> = there
            .iter()
            .map(|position| match self.part(*position) {
                "" => "one without a part".to_owned(),
                part => quoted(part),
            })
            .collect();
        parts.join(", ")
    }

    fn several(&self, rule: &str, asset: &str, there: &[usize]) -> Error {
        Error::new(
            ErrorKind::Ambiguous,
            format!(
                "the rule {rule} found {} things about {}",
                there.len(),
                quoted(asset)
            ),
        )
        .remedy(format!("write one of {} into `part`", self.parts(there)))
    }

    fn at(&self, position: usize) -> Found {
        let finding = self.findings.get(position).map(|(finding, _)| finding);
        Found {
            key: finding.map_or_else(|| FindingId(String::new()), |finding| finding.id.clone()),
            position: Some(position),
            asset: finding.and_then(|finding| finding.asset.clone()),
            about: finding.map_or_else(String::new, |finding| finding.rule.clone()),
        }
    }
}

/// Why a rule has no finding about an asset that is there.
fn unfound(rule: &str, asset: &str, rules: &[&Rule]) -> String {
    if rules.iter().any(|known| known.id == rule) {
        return format!(
            "The rule {rule} found nothing about {}: it may be put right, or could not be told.",
            quoted(asset)
        );
    }
    let near: Vec<String> = near::closest(rule, rules.iter().map(|known| known.id))
        .into_iter()
        .map(quoted)
        .collect();
    let near = if near.is_empty() {
        String::new()
    } else {
        format!("; near: {}", near.join(", "))
    };
    format!("This review has no rule {}{near}.", quoted(rule))
}

/// Of several waivers of one finding the one that ends last counts, of two that end on a day the later row.
fn states(waivers: &Waivers, context: &Context<'_>, found: &[Found]) -> Vec<WaiverState> {
    let as_of = context.as_of();
    let mut chosen: BTreeMap<&str, (jiff::civil::Date, usize)> = BTreeMap::new();
    let rows = || {
        waivers
            .placed
            .iter()
            .map(|placed| &placed.waiver)
            .zip(found)
            .enumerate()
    };
    for (row, (waiver, found)) in rows() {
        if found.position.is_some() && waiver.at <= as_of && as_of <= waiver.until {
            let best = chosen.entry(&found.key.0).or_insert((waiver.until, row));
            *best = (*best).max((waiver.until, row));
        }
    }
    rows()
        .map(|(row, (waiver, found))| match chosen.get(found.key.0.as_str()) {
            _ if found.position.is_none() => WaiverState::Unmatched,
            Some((_, best)) if *best == row => WaiverState::InForce,
            _ if as_of < waiver.at => WaiverState::NotYet,
            Some(_) => WaiverState::Replaced,
            None => WaiverState::Expired,
        })
        .collect()
}

/// Hands in the answers of the two rules, a finding for each thing that is wrong, and the days for the calendar.
fn report(
    waivers: &Waivers,
    context: &Context<'_>,
    found: &[Found],
    states: &[WaiverState],
    verdicts: &mut Verdicts<'_>,
) -> Result<()> {
    answer(states, verdicts);
    let all = waivers.placed.iter().zip(found).zip(states).enumerate();
    // Of several that have run out, or are about nothing, the one that ended last speaks for all.
    let mut last: BTreeMap<&str, (usize, &Waiver, &Found, WaiverState)> = BTreeMap::new();
    for (row, ((placed, found), state)) in all {
        if matches!(state, WaiverState::NotYet | WaiverState::Replaced) {
            continue;
        }
        let this = (row, &placed.waiver, found, *state);
        let best = last.entry(&found.key.0).or_insert(this);
        if best.1.until <= placed.waiver.until {
            *best = this;
        }
    }
    for (row, waiver, found, state) in last.into_values() {
        let read = Read::Waiver {
            document: waivers.digest,
            number: row as u64 + 1,
            until: waiver.until,
        };
        tell(context, waiver, found, (state, read), verdicts)?;
    }
    Ok(())
}

/// One answer a rule, however many waivers there are.
fn answer(states: &[WaiverState], verdicts: &mut Verdicts<'_>) {
    let [expired, unmatched] = &RULES;
    for (rule, wrong, outcome) in [
        (expired, WaiverState::Expired, Outcome::NotSatisfied),
        (unmatched, WaiverState::Unmatched, Outcome::Manual),
    ] {
        let outcome = match (states.is_empty(), states.contains(&wrong)) {
            (true, _) => Outcome::NotApplicable,
            (false, true) => outcome,
            (false, false) => Outcome::Satisfied,
        };
        verdicts.answer(rule, Subject::ESTATE, outcome);
    }
}

/// One waiver's last day, and what is wrong with it.
fn tell(
    context: &Context<'_>,
    waiver: &Waiver,
    found: &Found,
    (state, read): (WaiverState, Read),
    verdicts: &mut Verdicts<'_>,
) -> Result<()> {
    let [expired, unmatched] = &RULES;
    let part = found.key.0.as_str();
    let asset = found
        .asset
        .as_ref()
        .and_then(|id| context.estate().asset(id.as_str()));
    let subject = Subject { asset, part };
    if state == WaiverState::Unmatched {
        return verdicts.note(unmatched, subject, about_nothing(waiver, found).reads([read]));
    }
    let what = format!("waiver of {}", found.about);
    let ending = asset.and_then(|asset| {
        Ending::new(
            context,
            expired.id,
            (asset, part),
            &what,
            vec![said(context, waiver)],
        )
    });
    if let Some(ending) = ending {
        verdicts.ends(ending);
    }
    if state == WaiverState::Expired {
        verdicts.note(expired, subject, run_out(waiver, found).reads([read]))?;
    }
    Ok(())
}

fn run_out(waiver: &Waiver, found: &Found) -> Draft {
    Draft::new(Outcome::NotSatisfied, Severity::Medium, "A waiver has run out")
        .detail(format!(
            "It was about the finding {} of the rule {}, and ended on {}; {} asked for it, {} approved it. The finding is \
             still there and counts in full: put it right, or decide anew.",
            found.key.0,
            found.about,
            waiver.until,
            waiver.requested_by.raw(),
            waiver.approved_by.raw()
        ))
        .due(Some(waiver.until))
}

fn about_nothing(waiver: &Waiver, found: &Found) -> Draft {
    Draft::new(
        Outcome::Manual,
        Severity::Low,
        "A waiver is about nothing that was found",
    )
    .detail(format!(
        "{} The waiver until {} ({} asked, {} approved) waives nothing: correct it, or take it out.",
        found.about,
        waiver.until,
        waiver.requested_by.raw(),
        waiver.approved_by.raw()
    ))
}

/// Who set its last day, and how long ago.
fn said(context: &Context<'_>, waiver: &Waiver) -> Statement {
    Statement {
        date: waiver.until,
        source: Some(Untrusted::new(waiver.approved_by.raw().clone())),
        as_of: Some(waiver.at),
        age_days: Some(days_between(waiver.at, context.as_of())),
    }
}
