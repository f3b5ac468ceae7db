//! Single points of failure under the services that the business depends on.

use std::collections::BTreeMap;

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use super::{Cuts, has_dependencies};
use crate::change::{EffortSize, Strategy};
use crate::error::Result;
use crate::estate::{Asset, AssetId, AssetKind, Criticality};
use crate::impact::{RadiiOptions, blast_radii_with, path};
use crate::review::advice::{ARCHITECTURE, Advice};
use crate::review::context::Context;
use crate::review::facts::numbers;
use crate::review::finding::{Reach, Read};
use crate::review::outcome::{Outcome, Severity};
use crate::review::questions::Want;
use crate::review::rule::Rule;
use crate::review::verdict::{Draft, Verdicts};

/// So many services are named in a text; all are in the list of related assets.
const NAMED: usize = 5;
/// For so many points the way to a service is told.
const EXPLAINED: usize = 200;

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
            None => {
                let needs = (!has_dependencies(context, &asset.id)).then(|| Want::new(asset, "depends_on"));
                let wants = [Want::new(asset, "criticality")].into_iter().chain(needs);
                verdicts.unanswered(rule, asset, "criticality", wants);
            }
            Some(Criticality::Critical | Criticality::High) => {
                if !has_dependencies(context, &asset.id) {
                    let want = Want::new(asset, "depends_on");
                    verdicts.unanswered(rule, asset, "what it depends on", [want]);
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
    report(context, verdicts, rule, (points, judged), cuts)
}

/// A finding for each point. The way to a service is told of those that stop most, since finding it costs a search.
fn report(
    context: &Context<'_>,
    verdicts: &mut Verdicts<'_>,
    rule: &Rule,
    (points, judged): (BTreeMap<AssetId, Vec<&Asset>>, usize),
    cuts: &mut Cuts,
) -> Result<()> {
    if points.is_empty() {
        return Ok(());
    }
    let options = RadiiOptions::default().monitor(context.monitor().clone());
    let radii = blast_radii_with(context.estate(), &options)?;
    let mut ranked: Vec<(AssetId, Vec<&Asset>)> = points.into_iter().collect();
    ranked.sort_by(|(a, x), (b, y)| y.len().cmp(&x.len()).then_with(|| a.cmp(b)));
    for (place, (id, services)) in ranked.iter().enumerate() {
        context.check()?;
        let Some(point) = context.estate().asset(id.as_str()) else {
            continue;
        };
        let way = if place < EXPLAINED {
            way(context, point, services)?
        } else {
            String::new()
        };
        let reach = Reach {
            assets: radii.total(id).unwrap_or(0) as u64,
            services: services.len() as u64,
            people: services.iter().filter_map(|service| people(service)).max(),
        };
        let draft = draft(context, services, judged, reach).explained(&way);
        // A service that stops with something below it is put right there.
        let rests = is_service(&point.kind) && !cuts.of(id)?.is_empty();
        let draft = if rests {
            draft
        } else {
            draft.advice(advice(point, services))
        };
        verdicts.note(rule, point, draft)?;
    }
    Ok(())
}

fn is_service(kind: &AssetKind) -> bool {
    matches!(kind, AssetKind::BusinessApplication | AssetKind::Service)
}

fn draft(context: &Context<'_>, services: &[&Asset], judged: usize, reach: Reach) -> Draft {
    let critical = services
        .iter()
        .any(|service| service.criticality == Some(Criticality::Critical));
    let severity = match (critical, services.len()) {
        (true, 3..) => Severity::Critical,
        (true, _) | (false, 3..) => Severity::High,
        (false, _) => Severity::Medium,
    };
    let crowd = reach.people.map_or_else(String::new, |people| {
        format!(" At least {people} people depend on them.")
    });
    let title = match services.len() {
        1 => "Its failure alone stops 1 service".to_owned(),
        several => format!("Its failure alone stops {several} services"),
    };
    let most = services.iter().max_by_key(|service| people(service));
    Draft::new(Outcome::NotSatisfied, severity, title)
        .detail(format!(
            "{} of {judged} services that matter and whose dependencies are recorded stop with it: {}.{crowd}",
            services.len(),
            names(services),
        ))
        .reach(reach)
        .related(services.iter().map(|service| service.id.clone()))
        .reads([context.impact_layer(), context.criticality_layer()])
        .reads(
            most.filter(|service| people(service).is_some())
                .map(|service| Read::fact(service, "people")),
        )
}

fn advice(point: &Asset, services: &[&Asset]) -> Advice {
    Advice {
        key: format!("resilience.single_point/{}", point.id.as_str()),
        title: "Take away a single point of failure".to_owned(),
        rationale: format!(
            "When it fails, {} {} with it until it is repaired.",
            names(services),
            if services.len() == 1 { "stops" } else { "stop" }
        ),
        strategy: Strategy::Remediate,
        size: EffortSize::L,
        area: ARCHITECTURE,
        target: point.id.clone(),
        action: format!(
            "Add a second {} that shares neither host, power nor line with it, so that {} can go on. Try the switch-over. \
             Where that costs more than an outage, let the owner decide so in writing, and hold a spare.",
            point.kind.as_str().replace('_', " "),
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
        .map(|service| *service.label().raw())
        .collect();
    match services.len().saturating_sub(shown.len()) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

/// The shortest way down from one of the services to the point, where it is not direct.
fn way(context: &Context<'_>, point: &Asset, services: &[&Asset]) -> Result<String> {
    let Some(first) = services.first() else {
        return Ok(String::new());
    };
    let Some(path) = path(context.estate(), &first.id, &point.id)? else {
        return Ok(String::new());
    };
    let steps: Vec<&str> = path
        .0
        .iter()
        .filter_map(|id| context.estate().asset(id.as_str()))
        .map(|asset| *asset.label().raw())
        .collect();
    Ok(match steps.as_slice() {
        [first, rest @ ..] if (2..8).contains(&rest.len()) => {
            format!(" {first} needs {}.", rest.join(", which needs "))
        }
        _ => String::new(),
    })
}

/// People who depend on a service; of disagreeing numbers the least.
fn people(service: &Asset) -> Option<u64> {
    numbers(service, "people").least().and_then(Decimal::to_u64)
}
