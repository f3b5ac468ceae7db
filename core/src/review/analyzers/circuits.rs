//! Ways out of a site.

use std::collections::BTreeSet;

use crate::change::{EffortSize, Strategy};
use crate::error::Result;
use crate::estate::{Asset, AssetId, AssetKind, Confidence, RelationKind};
use crate::review::advice::{ARCHITECTURE, Advice, DOCUMENTATION};
use crate::review::context::Context;
use crate::review::facts::{Reading, texts};
use crate::review::finding::Read;
use crate::review::outcome::{DebtKind, Outcome, Pillar, Severity};
use crate::review::questions::Want;
use crate::review::rule::{Analyzer, Reads, Rule};
use crate::review::verdict::{Draft, Verdicts};

/// Circuits of sites.
#[derive(Clone, Copy, Debug)]
pub(super) struct Circuits;

const READS: &[Reads] = &[
    Reads::Property("kind"),
    Reads::Relation("located_at"),
    Reads::Relation("depends_on"),
    Reads::Fact("provider"),
    Reads::Fact("route"),
];

static RULES: [Rule; 2] = [
    Rule {
        id: "documentation.way_out",
        version: 1,
        title: "A way out of the site is recorded",
        pillar: Pillar::Operations,
        debt: DebtKind::Documentation,
        reads: READS,
    },
    Rule {
        id: "resilience.circuits",
        version: 1,
        title: "Two circuits that do not fail together lead out of the site",
        pillar: Pillar::Reliability,
        debt: DebtKind::Resilience,
        reads: READS,
    },
];

impl Analyzer for Circuits {
    fn rules(&self) -> &[Rule] {
        &RULES
    }

    fn analyze(&self, context: &Context<'_>, verdicts: &mut Verdicts<'_>) -> Result<()> {
        let [way_out, redundant] = &RULES;
        let assets = context.estate().assets();
        let any = assets.iter().any(|asset| asset.kind == AssetKind::Circuit);
        for site in assets {
            context.check()?;
            if site.kind != AssetKind::Site {
                verdicts.not_applicable(way_out, site);
                verdicts.not_applicable(redundant, site);
                continue;
            }
            let circuits = if any { circuits(context, site) } else { Vec::new() };
            if !any {
                verdicts.not_recorded(way_out, site, "circuits");
            } else if circuits.is_empty() {
                verdicts.find(way_out, site, no_way_out(site))?;
            } else {
                verdicts.satisfied(way_out, site);
            }
            redundancy(context, verdicts, redundant, site, &circuits)?;
        }
        Ok(())
    }
}

/// The circuits that end at a site, each once.
fn circuits<'a>(context: &Context<'a>, site: &Asset) -> Vec<&'a Asset> {
    let mut ids: Vec<&AssetId> = context
        .incoming_of(&site.id, RelationKind::LocatedAt)
        .map(|relation| &relation.from)
        .collect();
    ids.dedup();
    ids.into_iter()
        .filter_map(|id| context.estate().asset(id.as_str()))
        .filter(|asset| asset.kind == AssetKind::Circuit)
        .collect()
}

fn no_way_out(site: &Asset) -> Draft {
    Draft::new(Outcome::NotSatisfied, Severity::Low, "No way out is recorded")
        .detail("Other sites have circuits in the records, this one has none: either it has no line, or it is not recorded.")
        .confidence(Confidence::Medium)
        .reads([Read::kind(site), Read::no_relation(site, &RelationKind::LocatedAt)])
        .advice(Advice {
            key: "documentation.way_out".to_owned(),
            title: "Record how the sites are connected to the outside".to_owned(),
            rationale: "Without it nobody can say what stops when a line fails.".to_owned(),
            strategy: Strategy::Investigate,
            size: EffortSize::S,
            area: DOCUMENTATION,
            target: site.id.clone(),
            action: "Find out which lines lead out of the site; record each with carrier, number and the way it takes into \
                     the building."
                .to_owned(),
            confirm: "The next snapshot has a circuit at the site, or says that there is none.".to_owned(),
        })
}

fn redundancy(
    context: &Context<'_>,
    verdicts: &mut Verdicts<'_>,
    rule: &Rule,
    site: &Asset,
    circuits: &[&Asset],
) -> Result<()> {
    let carriers: Vec<Option<String>> = circuits.iter().map(|circuit| carrier(context, circuit)).collect();
    let routes: Vec<Reading<String>> = circuits.iter().map(|circuit| texts(circuit, "route")).collect();
    let draft = match (circuits.len(), same(&carriers), same_route(&routes)) {
        (0, ..) => {
            verdicts.not_recorded(rule, site, "circuits of the site");
            return Ok(());
        }
        (1, ..) => problem(
            site,
            Outcome::NotSatisfied,
            Severity::Medium,
            "One circuit leads out of the site",
        ),
        (_, _, Some(true)) => problem(
            site,
            Outcome::NotSatisfied,
            Severity::Medium,
            "All circuits take the same way into the building",
        ),
        (_, Some(true), _) => problem(
            site,
            Outcome::Partially,
            Severity::Low,
            "All circuits are of one carrier",
        ),
        (_, Some(false), Some(false)) => {
            verdicts.satisfied(rule, site);
            return Ok(());
        }
        _ if routes.contains(&Reading::Unknown) => {
            verdicts.ask(rule, unknown(context, circuits));
            unknown_route(site)
        }
        _ => {
            let wants = unknown(context, circuits);
            verdicts.unanswered(rule, site, "carrier and route of each circuit", wants);
            return Ok(());
        }
    };
    let draft = draft
        .related(circuits.iter().map(|circuit| circuit.id.clone()))
        .reads(reads(context, site, circuits));
    verdicts.find(rule, site, draft)
}

/// The carriers and routes that are not known.
fn unknown(context: &Context<'_>, circuits: &[&Asset]) -> Vec<Want> {
    let mut wants = Vec::new();
    for circuit in circuits {
        if carrier(context, circuit).is_none() {
            wants.push(Want::new(circuit, "provider"));
        }
        if texts(circuit, "route").values().len() != 1 {
            wants.push(Want::new(circuit, "route"));
        }
    }
    wants
}

/// Whether all are the same; `None` where one is not known.
fn same(carriers: &[Option<String>]) -> Option<bool> {
    let known: Option<BTreeSet<String>> = carriers.iter().cloned().collect();
    Some(known?.len() < 2)
}

/// Routes that sources dispute are not known.
fn same_route(routes: &[Reading<String>]) -> Option<bool> {
    let known: Option<BTreeSet<String>> = routes
        .iter()
        .map(|route| match route.values() {
            [route] => Some(route.to_lowercase()),
            _ => None,
        })
        .collect();
    Some(known?.len() < 2)
}

/// Who runs a circuit: the provider that it depends on, or the one that it names.
fn carrier(context: &Context<'_>, circuit: &Asset) -> Option<String> {
    let provider = context
        .outgoing_of(circuit, RelationKind::DependsOn)
        .find_map(|relation| {
            let to = context.estate().asset(relation.to.as_str())?;
            (to.kind == AssetKind::Provider).then(|| to.id.as_str().to_owned())
        });
    provider.or_else(|| match texts(circuit, "provider").values() {
        [name] => Some(name.to_lowercase()),
        _ => None,
    })
}

fn problem(site: &Asset, outcome: Outcome, severity: Severity, title: &str) -> Draft {
    Draft::new(outcome, severity, title)
        .detail("When it fails, the site is cut off from what it uses elsewhere.")
        .confidence(Confidence::Medium)
        .advice(Advice {
            key: "resilience.circuits".to_owned(),
            title: "Give the sites a second way out".to_owned(),
            rationale: "One cut cable or one failure of a carrier must not cut off a site.".to_owned(),
            strategy: Strategy::Remediate,
            size: EffortSize::M,
            area: ARCHITECTURE,
            target: site.id.clone(),
            action: "Order a second circuit of another carrier on another way into the building, or a mobile one; set up \
                     and try the switch-over."
                .to_owned(),
            confirm: "The next snapshot has two circuits at the site whose carriers and routes differ.".to_owned(),
        })
}

fn unknown_route(site: &Asset) -> Draft {
    Draft::new(
        Outcome::NotEvaluated,
        Severity::Low,
        "Whether the circuits take different ways is not known",
    )
    .detail("There is more than one circuit. If they share a duct, one digger cuts both.")
    .advice(Advice {
        key: "resilience.circuits/route".to_owned(),
        title: "Ask the carriers which way their lines take".to_owned(),
        rationale: "A second line protects only if it does not lie beside the first.".to_owned(),
        strategy: Strategy::Investigate,
        size: EffortSize::S,
        area: DOCUMENTATION,
        target: site.id.clone(),
        action: "Ask each carrier for the route into the building and record it in `route` of the circuit."
            .to_owned(),
        confirm: "The next snapshot has a `route` for each circuit of the site.".to_owned(),
    })
}

fn reads(context: &Context<'_>, site: &Asset, circuits: &[&Asset]) -> Vec<Read> {
    let mut reads = vec![Read::kind(site)];
    for circuit in circuits {
        let links = context.outgoing(&circuit.id).iter().filter(|relation| {
            matches!(relation.kind, RelationKind::DependsOn)
                || (relation.kind == RelationKind::LocatedAt && relation.to == site.id)
        });
        reads.extend(links.map(Read::relation));
        reads.push(Read::fact(circuit, "provider"));
        reads.push(Read::fact(circuit, "route"));
    }
    reads
}
