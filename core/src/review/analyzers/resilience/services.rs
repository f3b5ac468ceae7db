//! Single points of failure under the services that the business depends on.

use std::collections::{BTreeMap, BTreeSet};

use super::{Cuts, has_dependencies};
use crate::change::{EffortSize, Strategy};
use crate::error::Result;
use crate::estate::{Asset, AssetId, AssetKind, Criticality};
use crate::impact::{Failure, FailureSimulator};
use crate::review::advice::{ARCHITECTURE, Advice};
use crate::review::context::Context;
use crate::review::facts::numbers;
use crate::review::finding::{Reach, Read};
use crate::review::outcome::{Outcome, Severity};
use crate::review::rule::Rule;
use crate::review::verdict::{Draft, Verdicts};

/// So many services are named in a text; all are in the list of related assets.
const NAMED: usize = 5;

pub(super) fn judge(
    context: &Context<'_>,
    verdicts: &mut Verdicts<'_>,
    rule: &Rule,
    cuts: &mut Cuts,
) -> Result<()> {
    let mut points: BTreeMap<AssetId, Vec<&Asset>> = BTreeMap::new();
    let mut judged = 0;
    for asset in context.estate().assets() {
        context.check()?;
        if !is_service(&asset.kind) {
            verdicts.not_applicable(rule, asset);
            continue;
        }
        match &asset.criticality {
            None => verdicts.not_recorded(rule, asset, "criticality"),
            Some(Criticality::Critical | Criticality::High) => {
                if !has_dependencies(context, &asset.id) {
                    verdicts.not_recorded(rule, asset, "what it depends on");
                    continue;
                }
                judged += 1;
                let found = cuts.of(&asset.id)?;
                if found.is_empty() {
                    verdicts.satisfied(rule, asset);
                } else {
                    verdicts.answer(rule, asset, Outcome::NotSatisfied);
                }
                for point in found {
                    points.entry(point.clone()).or_default().push(asset);
                }
            }
            Some(_) => verdicts.not_applicable(rule, asset),
        }
    }
    let mut simulator = FailureSimulator::new(context.estate());
    for (id, services) in points {
        context.check()?;
        if let Some(point) = context.estate().asset(id.as_str()) {
            let failure = simulator.fail([&id])?;
            let draft = draft(context, point, &services, judged, &failure)?;
            verdicts.note(rule, point, draft)?;
        }
    }
    Ok(())
}

fn is_service(kind: &AssetKind) -> bool {
    matches!(kind, AssetKind::BusinessApplication | AssetKind::Service)
}

fn draft(
    context: &Context<'_>,
    point: &Asset,
    services: &[&Asset],
    judged: usize,
    failure: &Failure,
) -> Result<Draft> {
    let critical = services
        .iter()
        .any(|service| service.criticality == Some(Criticality::Critical));
    let severity = match (critical, services.len()) {
        (true, 3..) => Severity::Critical,
        (true, _) | (false, 3..) => Severity::High,
        (false, _) => Severity::Medium,
    };
    let reach = reach(context, point, failure);
    let people = reach.people.map_or_else(String::new, |people| {
        format!(" At least {people} people depend on them.")
    });
    let title = match services.len() {
        1 => "Its failure alone stops 1 service".to_owned(),
        several => format!("Its failure alone stops {several} services"),
    };
    Ok(Draft::new(Outcome::NotSatisfied, severity, title)
        .detail(format!(
            "{} of {judged} services that matter and whose dependencies are recorded stop with it: {}.{people}{}",
            services.len(),
            names(services),
            way(context, services, failure)?,
        ))
        .reach(reach)
        .related(services.iter().map(|service| service.id.clone()))
        .reads(services.iter().map(|service| Read::criticality(service)))
        .reads(
            stopped(context, failure)
                .filter(|asset| asset.fact("people").is_some())
                .map(|asset| Read::fact(asset, "people")),
        )
        .reads([context.impact_layer()])
        .advice(advice(point, services)))
}

fn advice(point: &Asset, services: &[&Asset]) -> Advice {
    Advice {
        key: format!("resilience.single_point/{}", point.id.as_str()),
        title: "Take away a single point of failure".to_owned(),
        rationale: format!(
            "When it fails, {} stops or stop with it until it is repaired.",
            names(services)
        ),
        strategy: Strategy::Remediate,
        size: EffortSize::L,
        area: ARCHITECTURE,
        target: point.id.clone(),
        action: format!(
            "Give {} what can go on without it: a second instance that shares neither host, power nor line with the first. \
             Try the switch-over. Where that costs more than an outage, let the owner decide so in writing, and hold a \
             spare.",
            names(services)
        ),
        confirm: "The next snapshot has the second instance as a member of a group, and the review no longer names this \
                  asset."
            .to_owned(),
    }
}

fn names(services: &[&Asset]) -> String {
    let shown: Vec<&str> = services
        .iter()
        .take(NAMED)
        .map(|service| label(service))
        .collect();
    match services.len().saturating_sub(shown.len()) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

fn label(asset: &Asset) -> &str {
    asset.name.as_ref().map_or(asset.id.as_str(), |name| name.raw())
}

/// The shortest way from the point to one of the services, where it is not direct.
fn way(context: &Context<'_>, services: &[&Asset], failure: &Failure) -> Result<String> {
    let Some(first) = services.first() else {
        return Ok(String::new());
    };
    let Some(why) = failure.why(&first.id)? else {
        return Ok(String::new());
    };
    let steps: Vec<&str> = why
        .steps
        .iter()
        .filter_map(|step| context.estate().asset(step.asset.as_str()))
        .map(label)
        .collect();
    Ok(match steps.len() {
        3..=8 => format!(" The way: {}.", steps.join(", then ")),
        _ => String::new(),
    })
}

/// Everything else that stops.
fn stopped<'a>(context: &Context<'a>, failure: &Failure) -> impl Iterator<Item = &'a Asset> {
    failure
        .failed
        .iter()
        .filter_map(|id| context.estate().asset(id.as_str()))
}

fn reach(context: &Context<'_>, point: &Asset, failure: &Failure) -> Reach {
    let others: BTreeSet<&AssetId> = failure.failed.iter().filter(|id| **id != point.id).collect();
    let services = stopped(context, failure)
        .filter(|asset| asset.id != point.id && is_service(&asset.kind))
        .count();
    // The same people use several services: the largest number is certain, a sum is not.
    let people = stopped(context, failure)
        .filter_map(|asset| numbers(asset, "people").least().copied())
        .max()
        .and_then(|people| {
            u64::try_from(people.trunc().mantissa())
                .ok()
                .filter(|_| people.trunc().scale() == 0)
        });
    Reach {
        assets: others.len() as u64,
        services: services as u64,
        people,
    }
}
