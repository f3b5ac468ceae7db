//! From findings to recommendations: what answers several findings is advised once.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use super::finding::{Finding, Read, short_id};
use super::outcome::Severity;
use crate::change::{
    self, Change, Effort, EffortSize, FactRef, FindingId, Recommendation, Step, Strategy, Undo,
};
use crate::digest::Hasher;
use crate::estate::{AssetId, Scalar};
use crate::text::Untrusted;

/// The process area of a change to the architecture.
pub const ARCHITECTURE: &str = "architecture-review";
/// The process area of a change to records alone.
pub const DOCUMENTATION: &str = "documentation";

/// The executor and actions that standard recommendations use: work is handed to people as work orders.
const EXECUTOR: &str = "work_orders";
const CREATE: &str = "work_order.create";
const WITHDRAW: &str = "work_order.withdraw";

/// At most so many steps in one change; more are split into numbered parts.
const STEPS: usize = 250;

/// What to do about a finding. Findings whose advice has the same key are answered by one recommendation, which takes
/// title, rationale, strategy and area from the first of them.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Advice {
    /// What answers together: the rule and, say, the product.
    pub key: String,
    /// One line.
    pub title: String,
    /// Why, in a few sentences.
    pub rationale: String,
    /// What kind of answer it is.
    pub strategy: Strategy,
    /// Work for one asset.
    pub size: EffortSize,
    /// [`ARCHITECTURE`] or [`DOCUMENTATION`].
    pub area: &'static str,
    /// The asset to work on.
    pub target: AssetId,
    /// What to do there.
    pub action: String,
    /// How to see that it is done.
    pub confirm: String,
}

/// The recommendations that answer these findings, best first.
///
/// The order: gravest finding; then whose asset most people, then most assets depend on, by the findings about single
/// failures; then earliest due day, most findings, least work, the key. The identity is a function of the key and the part, so it stays over runs.
///
/// What is waived is not proposed: what would answer it is the second list. How much depends on an asset stays as it is.
pub(super) fn recommend(answered: Vec<(&Finding, Advice)>) -> (Vec<Recommendation>, Vec<Recommendation>) {
    let weights = weights(&answered);
    let (waived, counted): (Vec<_>, Vec<_>) = answered
        .into_iter()
        .partition(|(finding, _)| finding.waiver.is_some());
    (ranked(counted, &weights), ranked(waived, &weights))
}

fn ranked(answered: Vec<(&Finding, Advice)>, weights: &BTreeMap<AssetId, Weight>) -> Vec<Recommendation> {
    let mut groups: BTreeMap<String, Vec<(&Finding, Advice)>> = BTreeMap::new();
    for (finding, advice) in answered {
        groups
            .entry(advice.key.clone())
            .or_default()
            .push((finding, advice));
    }
    let mut ranked: Vec<_> = groups
        .into_iter()
        .flat_map(|(key, mut members)| {
            members.sort_by(|(a, x), (b, y)| (&x.target, &a.id).cmp(&(&y.target, &b.id)));
            parts(members)
                .into_iter()
                .map(|part| (priority(&part, weights), build(&key, &part)))
                .collect::<Vec<_>>()
        })
        .collect();
    ranked.sort_by(|(a, x), (b, y)| a.cmp(b).then_with(|| x.id.cmp(&y.id)));
    (1..)
        .zip(ranked)
        .map(|(rank, (_, recommendation))| Recommendation {
            rank,
            ..recommendation
        })
        .collect()
}

/// One part: its number, how many there are, and the findings of each target.
struct Part<'a> {
    number: usize,
    of: usize,
    members: Vec<(&'a Finding, Advice)>,
}

fn parts(members: Vec<(&Finding, Advice)>) -> Vec<Part<'_>> {
    let mut chunks: Vec<Vec<(&Finding, Advice)>> = Vec::new();
    let mut targets = 0;
    let mut last: Option<AssetId> = None;
    for member in members {
        if last.as_ref() != Some(&member.1.target) {
            if targets % STEPS == 0 {
                chunks.push(Vec::new());
            }
            targets += 1;
            last = Some(member.1.target.clone());
        }
        if let Some(chunk) = chunks.last_mut() {
            chunk.push(member);
        }
    }
    let of = chunks.len();
    (1..)
        .zip(chunks)
        .map(|(number, members)| Part { number, of, members })
        .collect()
}

/// How many people and assets depend on an asset.
type Weight = (u64, u64);

/// By asset, where a finding tells: an old firewall that everybody needs comes before an old one that nobody does.
fn weights(answered: &[(&Finding, Advice)]) -> BTreeMap<AssetId, Weight> {
    let mut weights: BTreeMap<AssetId, Weight> = BTreeMap::new();
    for (finding, _) in answered {
        if let (Some(asset), Some(reach)) = (&finding.asset, finding.reach) {
            let weight = weights.entry(asset.clone()).or_default();
            *weight = (*weight).max((reach.people.unwrap_or(0), reach.assets));
        }
    }
    weights
}

/// Sorts ascending: what comes first is done first.
type Priority = (
    Reverse<Severity>,
    Reverse<Weight>,
    jiff::civil::Date,
    Reverse<usize>,
    u64,
);

fn priority(part: &Part<'_>, weights: &BTreeMap<AssetId, Weight>) -> Priority {
    let findings = || part.members.iter().map(|(finding, _)| *finding);
    let severity = findings()
        .map(|finding| finding.severity)
        .max()
        .unwrap_or(Severity::Informational);
    let weight = part
        .members
        .iter()
        .filter_map(|(_, advice)| weights.get(&advice.target))
        .max();
    let due = findings()
        .filter_map(|finding| finding.due)
        .min()
        .unwrap_or(jiff::civil::Date::MAX);
    (
        Reverse(severity),
        Reverse(weight.copied().unwrap_or_default()),
        due,
        Reverse(part.members.len()),
        points(part),
    )
}

fn points(part: &Part<'_>) -> u64 {
    let mut targets = BTreeSet::new();
    part.members
        .iter()
        .filter(|(_, advice)| targets.insert(&advice.target))
        .map(|(_, advice)| match advice.size {
            EffortSize::S => 1,
            EffortSize::M => 2,
            EffortSize::L => 4,
            EffortSize::Xl => 8,
        })
        .sum()
}

fn build(key: &str, part: &Part<'_>) -> Recommendation {
    let steps = steps(part);
    let (title, rationale, strategy, area) = part.members.first().map_or_else(
        || (String::new(), String::new(), Strategy::Investigate, ARCHITECTURE),
        |(_, first)| {
            (
                heading(&first.title, &steps, part),
                first.rationale.clone(),
                first.strategy,
                first.area,
            )
        },
    );
    let findings: Vec<FindingId> = unique(part.members.iter().map(|(finding, _)| finding.id.clone()));
    let size = match points(part) {
        0..=1 => EffortSize::S,
        2..=3 => EffortSize::M,
        4..=7 => EffortSize::L,
        _ => EffortSize::Xl,
    };
    Recommendation {
        id: recommendation_id(key, part.number),
        title: Untrusted::new(title.clone()),
        rationale: Untrusted::new(rationale.clone()),
        strategy,
        effort: Effort { size, hours: None },
        rank: 0,
        findings: findings.clone(),
        change: Change {
            format: change::FORMAT.to_owned(),
            title: Untrusted::new(title),
            reason: Untrusted::new(rationale),
            area: area.to_owned(),
            findings,
            steps,
            reads: facts_read(part),
            not_before: None,
            not_after: None,
            cost: None,
        },
    }
}

/// With the name of the asset where there is one, else with how many there are.
fn heading(title: &str, steps: &[Step], part: &Part<'_>) -> String {
    let mut text = match steps {
        [only] => only.title.raw().clone(),
        several => format!("{title} ({} assets)", several.len()),
    };
    // Writing to a string cannot fail.
    if part.of > 1 {
        let _ = write!(text, ", part {} of {}", part.number, part.of);
    }
    text
}

/// One step a target: its findings of this part are put right in one visit.
fn steps(part: &Part<'_>) -> Vec<Step> {
    let mut by_target: BTreeMap<&AssetId, Vec<&(&Finding, Advice)>> = BTreeMap::new();
    for member in &part.members {
        by_target.entry(&member.1.target).or_default().push(member);
    }
    (1..)
        .zip(by_target)
        .map(|(number, (target, members))| step(number, target, &members))
        .collect()
}

fn step(number: usize, target: &AssetId, members: &[&(&Finding, Advice)]) -> Step {
    let lines = |pick: fn(&Advice) -> &String| {
        unique(members.iter().map(|(_, advice)| pick(advice).clone())).join("\n")
    };
    let title = members.first().map_or("", |(_, advice)| advice.title.as_str());
    let name = members.iter().find_map(|(finding, _)| {
        finding
            .name
            .as_ref()
            .filter(|_| finding.asset.as_ref() == Some(target))
    });
    let label = name.map_or(target.as_str(), |name| name.raw());
    let severity = members
        .iter()
        .map(|(finding, _)| finding.severity)
        .max()
        .unwrap_or(Severity::Informational);
    let mut parameters = BTreeMap::from([
        (
            "confirm".to_owned(),
            Scalar::from(lines(|advice| &advice.confirm)),
        ),
        (
            "instructions".to_owned(),
            Scalar::from(lines(|advice| &advice.action)),
        ),
        ("priority".to_owned(), Scalar::from(severity.as_str())),
    ]);
    if let Some(due) = members.iter().filter_map(|(finding, _)| finding.due).min() {
        parameters.insert("due".to_owned(), Scalar::from(due.to_string()));
    }
    Step {
        id: format!("step-{number}"),
        title: Untrusted::new(format!("{title}: {label}")),
        executor: EXECUTOR.to_owned(),
        action: CREATE.to_owned(),
        target: target.clone(),
        parameters,
        undo: Some(Undo {
            action: WITHDRAW.to_owned(),
            parameters: BTreeMap::new(),
        }),
    }
}

/// The facts under the findings, each once, sorted.
fn facts_read(part: &Part<'_>) -> Vec<FactRef> {
    let all: BTreeSet<FactRef> = part
        .members
        .iter()
        .flat_map(|(finding, _)| &finding.evidence.reads)
        .filter_map(|read| match read {
            Read::Fact { asset, fact, .. } => Some(FactRef {
                asset: asset.clone(),
                fact: fact.clone(),
            }),
            _ => None,
        })
        .collect();
    all.into_iter().collect()
}

/// The identity of the recommendation that answers this key, or of a part of it, from 1.
pub(crate) fn recommendation_id(key: &str, part: usize) -> String {
    let digest = Hasher::new("vcto recommendation id v1")
        .field(key.as_bytes())
        .field(part.to_string().as_bytes())
        .finish();
    short_id("r-", digest)
}

fn unique<T: Clone + Ord>(items: impl Iterator<Item = T>) -> Vec<T> {
    let mut seen = BTreeSet::new();
    items.filter(|item| seen.insert(item.clone())).collect()
}
