//! Whether what needs each other could be started again from nothing.

use std::collections::BTreeSet;

use super::is_grave;
use crate::change::{EffortSize, Strategy};
use crate::error::Result;
use crate::estate::{Asset, AssetId};
use crate::impact::{ColdStartOptions, Deadlock, cold_start_with, cycles};
use crate::review::advice::{ARCHITECTURE, Advice};
use crate::review::context::Context;
use crate::review::outcome::{Outcome, Severity};
use crate::review::rule::Rule;
use crate::review::verdict::{Draft, Verdicts};

/// So many assets are named in a text; all are in the list of related assets.
const NAMED: usize = 5;

pub(super) fn judge(context: &Context<'_>, verdicts: &mut Verdicts<'_>, rule: &Rule) -> Result<()> {
    let estate = context.estate();
    let cycles = cycles(estate).0;
    let asked: BTreeSet<&AssetId> = cycles.iter().flatten().collect();
    let options = ColdStartOptions::default().monitor(context.monitor().clone());
    let start = cold_start_with(estate, &options)?;
    let locked = start.deadlocks.iter().flat_map(|deadlock| &deadlock.assets);
    let blocked = start.blocked.iter().map(|blocked| &blocked.asset);
    let stuck: BTreeSet<&AssetId> = locked.chain(blocked).collect();
    for asset in estate.assets() {
        context.check()?;
        if !asked.contains(&asset.id) {
            verdicts.not_applicable(rule, asset);
        } else if stuck.contains(&asset.id) {
            verdicts.answer(rule, asset, Outcome::NotSatisfied);
        } else {
            verdicts.satisfied(rule, asset);
        }
    }
    let mut behind: Vec<Vec<&AssetId>> = vec![Vec::new(); start.deadlocks.len()];
    for blocked in &start.blocked {
        if let Some(behind) = behind.get_mut(blocked.deadlock) {
            behind.push(&blocked.asset);
        }
    }
    for (deadlock, behind) in start.deadlocks.iter().zip(&behind) {
        let first = deadlock.assets.first().and_then(|id| estate.asset(id.as_str()));
        let Some(first) = first else { continue };
        verdicts.note(rule, first, draft(context, first, deadlock, behind))?;
    }
    Ok(())
}

fn draft(context: &Context<'_>, first: &Asset, deadlock: &Deadlock, behind: &[&AssetId]) -> Draft {
    let affected = deadlock.assets.iter().chain(behind.iter().copied());
    let grave = affected
        .filter_map(|id| context.estate().asset(id.as_str()))
        .any(is_grave);
    let severity = if grave { Severity::High } else { Severity::Medium };
    let held = match behind.len() {
        0 => String::new(),
        1 => " 1 more asset waits behind them.".to_owned(),
        more => format!(" {more} more assets wait behind them."),
    };
    let title = format!(
        "After an outage of everything it and {} cannot start: they wait for each other",
        others(deadlock.assets.len().saturating_sub(1))
    );
    Draft::new(Outcome::NotSatisfied, severity, title)
        .detail(format!(
            "{}. They run because they never stopped all at once.{held}",
            ring(context, deadlock)
        ))
        .related(deadlock.assets.iter().skip(1).cloned())
        .reads([context.impact_layer(), context.criticality_layer()])
        .advice(advice(context, first, deadlock))
}

fn others(count: usize) -> String {
    match count {
        1 => "1 other".to_owned(),
        several => format!("{several} others"),
    }
}

/// The ring as a sentence, from its first asset back to it.
fn ring(context: &Context<'_>, deadlock: &Deadlock) -> String {
    let name = |id: &AssetId| label(context, id);
    let Some((first, rest)) = deadlock.ring.split_first() else {
        return String::new();
    };
    let (shown, left) = rest.split_at(rest.len().min(NAMED));
    let mut steps: Vec<String> = shown.iter().map(name).collect();
    if !left.is_empty() {
        steps.push(format!("{} more in a row", left.len()));
    }
    steps.push(name(first));
    format!("{} waits for {}", name(first), steps.join(", which waits for "))
}

fn advice(context: &Context<'_>, first: &Asset, deadlock: &Deadlock) -> Advice {
    let by_hand: Vec<String> = deadlock
        .start_by_hand
        .iter()
        .take(NAMED)
        .map(|id| label(context, id))
        .collect();
    let more = match deadlock.start_by_hand.len().saturating_sub(by_hand.len()) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    Advice {
        key: format!("resilience.cold_start/{}", first.id.as_str()),
        title: "Make a start from nothing possible".to_owned(),
        rationale:
            "After a power cut the recovery stops here until somebody finds out by hand what to start first."
                .to_owned(),
        strategy: Strategy::Remediate,
        size: EffortSize::M,
        area: ARCHITECTURE,
        target: first.id.clone(),
        action: format!(
            "Give one of them a second thing to rest on outside the ring, for example a directory server on other hosts or a \
             local account. Until then write down how {}{more} can be started by hand without what it waits for, keep it on \
             paper, and try it.",
            by_hand.join(", ")
        ),
        confirm:
            "The next snapshot has a group with a member outside the ring, and the review no longer names it."
                .to_owned(),
    }
}

fn label(context: &Context<'_>, id: &AssetId) -> String {
    let asset = context.estate().asset(id.as_str());
    asset.map_or(id.as_str(), |asset| *asset.label().raw()).to_owned()
}
