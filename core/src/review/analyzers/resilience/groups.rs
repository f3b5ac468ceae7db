//! Whether the members of a redundant group can stop together.

use std::collections::BTreeMap;

use super::{Cuts, has_dependencies};
use crate::change::{EffortSize, Strategy};
use crate::digest::Hasher;
use crate::error::Result;
use crate::estate::{Asset, AssetId, Criticality, Requirement};
use crate::review::advice::{ARCHITECTURE, Advice};
use crate::review::context::Context;
use crate::review::finding::{Read, short_id};
use crate::review::outcome::{Outcome, Severity};
use crate::review::questions::Want;
use crate::review::rule::Rule;
use crate::review::verdict::{Draft, Subject, Verdicts};

pub(super) fn judge(
    context: &Context<'_>,
    verdicts: &mut Verdicts<'_>,
    rule: &Rule,
    cuts: &mut Cuts,
) -> Result<()> {
    let mut grouped = Vec::new();
    for group in context.estate().requirements() {
        context.check()?;
        let Some(asset) = context.estate().asset(group.asset.as_str()) else {
            continue;
        };
        let part = part(group);
        let subject = Subject::from((asset, part.as_str()));
        let spare = group.members.len().saturating_sub(group.needs as usize);
        if spare == 0 {
            verdicts.not_applicable(rule, subject);
            continue;
        }
        grouped.push(&group.asset);
        let shared = shared(group, spare, cuts)?;
        if !shared.is_empty() {
            verdicts.find(rule, subject, draft(context, asset, group, &shared))?;
        } else if group
            .members
            .iter()
            .all(|member| has_dependencies(context, member))
        {
            verdicts.satisfied(rule, subject);
        } else {
            let unknown = group
                .members
                .iter()
                .filter(|member| !has_dependencies(context, member));
            let members = unknown.filter_map(|member| context.estate().asset(member.as_str()));
            let wants = members.map(|member| Want::new(member, "depends_on"));
            verdicts.unanswered(rule, subject, "what the members of the group depend on", wants);
        }
    }
    grouped.dedup();
    for asset in context.estate().assets() {
        if grouped.binary_search(&&asset.id).is_err() {
            verdicts.not_applicable(rule, asset);
        }
    }
    Ok(())
}

/// A name for the group that stays as long as its members and their number do.
fn part(group: &Requirement) -> String {
    let mut hasher = Hasher::new("vcto requirement group v1");
    hasher.field(&u64::from(group.needs).to_le_bytes());
    for member in &group.members {
        hasher.field(member.as_str().as_bytes());
    }
    short_id("g-", hasher.finish())
}

/// The assets each of which stops more members than the group has to spare; a member stops itself.
fn shared(group: &Requirement, spare: usize, cuts: &mut Cuts) -> Result<Vec<AssetId>> {
    let mut stops: BTreeMap<AssetId, usize> = BTreeMap::new();
    for member in &group.members {
        *stops.entry(member.clone()).or_default() += 1;
        for point in cuts.of(member)? {
            *stops.entry(point.clone()).or_default() += 1;
        }
    }
    stops.remove(&group.asset);
    Ok(stops
        .into_iter()
        .filter(|(_, count)| *count > spare)
        .map(|(id, _)| id)
        .collect())
}

fn draft(context: &Context<'_>, asset: &Asset, group: &Requirement, shared: &[AssetId]) -> Draft {
    let name = |id: &AssetId| {
        let asset = context.estate().asset(id.as_str());
        asset
            .and_then(|asset| asset.name.as_ref())
            .map_or(id.as_str(), |name| name.raw())
            .to_owned()
    };
    // What a member rests on directly tells more than what lies far below.
    let direct = |id: &AssetId| {
        group
            .members
            .iter()
            .any(|member| context.outgoing(member).iter().any(|relation| relation.to == *id))
    };
    let nearest = shared.iter().find(|id| direct(id)).or(shared.first());
    let (first, more) = (
        nearest.map_or_else(String::new, name),
        shared.len().saturating_sub(1),
    );
    let members: Vec<String> = group.members.iter().take(5).map(name).collect();
    let others = match more {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let severity = match asset.criticality {
        Some(Criticality::Critical) => Severity::Critical,
        Some(Criticality::Low) => Severity::Low,
        _ => Severity::High,
    };
    Draft::new(
        Outcome::NotSatisfied,
        severity,
        format!("Its redundant members all hang on {first}{others}"),
    )
    .detail(format!(
        "It needs {} of {} ({}). That is no protection against a failure of {first}.",
        group.needs,
        group.members.len(),
        members.join(", ")
    ))
    .related(shared.iter().chain(&group.members).cloned())
    .reads([context.impact_layer(), Read::criticality(asset)])
    .advice(Advice {
        key: format!("resilience.group_independence/{}", asset.id.as_str()),
        title: "Separate what should protect each other".to_owned(),
        rationale: "A second instance on the same host, supply or line fails with the first.".to_owned(),
        strategy: Strategy::Remediate,
        size: EffortSize::M,
        area: ARCHITECTURE,
        target: asset.id.clone(),
        action: format!(
            "Move one of {} to where it does not depend on {first}{others}, and set a rule that keeps them apart.",
            members.join(", ")
        ),
        confirm: "The next snapshot shows the members on different hosts, supplies and lines.".to_owned(),
    })
}
