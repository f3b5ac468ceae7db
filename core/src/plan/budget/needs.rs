//! What has to be paid for within the years: hardware that has lived its life or cannot run what it has to, releases whose
//! support ends, and everything that has to be renewed.

use std::collections::{BTreeMap, BTreeSet};

use jiff::ToSpan;
use jiff::civil::Date;

use super::{BudgetOptions, FiscalYear, Item, Undated};
use crate::change::{FactRef, FindingId};
use crate::estate::{Asset, AssetId, AssetKind, Estate};
use crate::review::{Ending, REPLACED_FOR_WINDOWS_11, Review, earliest, is_retired, recommendation_id};

/// So many devices without a day of purchase are named.
const NAMED: usize = 5;

/// Something to be paid for.
pub(super) struct Need<'a> {
    pub(super) asset: &'a Asset,
    pub(super) item: Item,
    pub(super) what: String,
    /// The release, of an upgrade.
    pub(super) label: Option<String>,
    /// When it is needed.
    pub(super) due: Date,
    /// The day from which it is paid, before the day of the review is looked at.
    pub(super) from: Date,
    pub(super) because: String,
    pub(super) findings: Vec<FindingId>,
    pub(super) facts: Vec<FactRef>,
}

/// What is needed up to a day, and the hardware that has no place in time.
pub(super) fn needs<'a>(
    estate: &'a Estate,
    review: &Review,
    options: &BudgetOptions,
    years: &[FiscalYear],
) -> (Vec<Need<'a>>, Vec<Undated>) {
    let until = years.last().map_or(review.as_of, |year| year.ends);
    // What is overdue is paid in the first year.
    let year = |day: Date| years.iter().position(|year| year.holds(day.max(review.as_of)));
    let gather = Gather {
        estate,
        review,
        findings: by_asset(review),
        unfit: unfit(review),
    };
    let (mut needs, mut undated) = (Vec::new(), BTreeMap::new());
    for asset in estate.assets() {
        gather.replacement(asset, options, &mut needs, &mut undated);
    }
    needs.retain(|need| need.due <= until);
    let replaced: BTreeMap<&AssetId, Option<usize>> = needs
        .iter()
        .map(|need: &Need<'_>| (&need.asset.id, year(need.from)))
        .collect();
    let ends = review.calendar.entries.iter();
    let ends: Vec<Need<'_>> = ends
        .filter_map(|ending| gather.ending(ending))
        .filter(|need| need.due <= until)
        .filter(|need| {
            let new = replaced.get(&need.asset.id).copied().flatten();
            !(comes_with_it(need) && new.zip(year(need.from)).is_some_and(|(new, old)| new <= old))
        })
        .collect();
    needs.extend(ends);
    (needs, undated.into_values().collect())
}

/// Whether a new device brings it: its own warranty, and a system that is supported. The system of a server is bought apart.
fn comes_with_it(need: &Need<'_>) -> bool {
    match need.item {
        Item::Warranty => true,
        Item::Upgrade => !matches!(need.asset.kind, AssetKind::HypervisorHost | AssetKind::Server),
        _ => false,
    }
}

struct Gather<'a, 'b> {
    estate: &'a Estate,
    review: &'b Review,
    /// Findings by asset and rule.
    findings: BTreeMap<(&'b AssetId, &'b str), Vec<&'b FindingId>>,
    /// Workstations that have to be replaced to run Windows 11.
    unfit: BTreeSet<&'b AssetId>,
}

fn by_asset(review: &Review) -> BTreeMap<(&AssetId, &str), Vec<&FindingId>> {
    let mut findings: BTreeMap<_, Vec<&FindingId>> = BTreeMap::new();
    for finding in review
        .findings
        .iter()
        .filter(|finding| finding.outcome.is_problem())
    {
        if let Some(asset) = &finding.asset {
            let key = (asset, finding.rule.as_str());
            findings.entry(key).or_default().push(&finding.id);
        }
    }
    findings
}

/// The targets of the recommendation to replace them, in all its parts. What is waived is put off, not paid.
fn unfit(review: &Review) -> BTreeSet<&AssetId> {
    (1..)
        .map(|part| recommendation_id(REPLACED_FOR_WINDOWS_11, part))
        .map_while(|id| {
            let made = review.recommendations.iter().filter(|made| made.id == id);
            let steps = made.flat_map(|made| &made.change.steps);
            let waivers = review.waivers.iter().flat_map(|waivers| &waivers.withheld);
            let withheld = waivers.filter(|withheld| withheld.id == id);
            let targets: Vec<&AssetId> = steps
                .map(|step| &step.target)
                .chain(withheld.flat_map(|withheld| &withheld.targets))
                .collect();
            (!targets.is_empty()).then_some(targets)
        })
        .flatten()
        .collect()
}

impl<'a> Gather<'a, '_> {
    fn replacement(
        &self,
        asset: &'a Asset,
        options: &BudgetOptions,
        needs: &mut Vec<Need<'a>>,
        undated: &mut BTreeMap<AssetKind, Undated>,
    ) {
        let years = options.lifetimes.get(&asset.kind).copied().unwrap_or(0);
        if is_retired(asset) {
            return;
        }
        let unfit = self.unfit.contains(&asset.id);
        let bought = earliest(asset, "purchased").filter(|_| years > 0);
        let old = bought.and_then(|day| day.checked_add(i64::from(years).years()).ok());
        let due = match (unfit, old) {
            // What it has to run has no support any more: now, or when its age came before.
            (true, old) => old.unwrap_or(self.review.as_of).min(self.review.as_of),
            (false, Some(old)) => old,
            (false, None) if years == 0 => return,
            (false, None) => {
                let entry = undated.entry(asset.kind.clone()).or_insert_with(|| Undated {
                    kind: asset.kind.clone(),
                    count: 0,
                    examples: Vec::new(),
                });
                entry.count += 1;
                if entry.examples.len() < NAMED {
                    entry.examples.push(asset.id.clone());
                }
                return;
            }
        };
        let mut because = Vec::new();
        if unfit {
            because.push("It cannot run Windows 11.".to_owned());
        }
        if let (Some(bought), Some(old)) = (bought, old) {
            because.push(format!(
                "Bought on {bought}, it will have lived its {years} years on {old}."
            ));
        }
        needs.push(Need {
            asset,
            item: Item::Replacement,
            what: format!("replacement of the {}", asset.kind.as_str().replace('_', " ")),
            label: None,
            due,
            from: due,
            because: because.join(" "),
            findings: if unfit {
                self.found(asset, "readiness.windows_11")
            } else {
                Vec::new()
            },
            facts: bought.map(|_| fact(asset, "purchased")).into_iter().collect(),
        });
    }

    /// What an entry of the calendar asks for; secrets and push certificates cost nothing, and a day of notice has an end of
    /// its own.
    fn ending(&self, ending: &Ending) -> Option<Need<'a>> {
        let item = match ending.rule.as_str() {
            "expiry.certificate" | "expiry.domain" | "expiry.other" => Item::Expiry,
            "expiry.contract" => Item::Contract,
            "licence.subscription_in_force" => Item::Subscription,
            "lifecycle.item_support" => Item::Support,
            "lifecycle.security_support" => Item::Upgrade,
            "warranty.in_force" => Item::Warranty,
            _ => return None,
        };
        let asset = self.estate.asset(ending.asset.as_str())?;
        let due = ending.ends.unwrap_or(ending.date);
        let what = ending.what.raw();
        let (label, said, what) = if item == Item::Upgrade {
            let label = what.strip_prefix("security support of ").unwrap_or(what);
            let read = if ending.part == "os" { "os_name" } else { "product" };
            (Some(label.to_owned()), read, format!("upgrade of {label}"))
        } else {
            (None, ending.part.as_str(), format!("renewal: {what}"))
        };
        Some(Need {
            asset,
            item,
            what,
            label,
            due,
            // The last covered day is covered: a renewal begins on the next.
            from: if item.is_renewal() {
                due.tomorrow().unwrap_or(due)
            } else {
                due
            },
            because: if due < self.review.as_of {
                format!("The {} ended on {due}.", ending.what.raw())
            } else {
                format!("The {} ends on {due}.", ending.what.raw())
            },
            findings: self.found(asset, &ending.rule),
            facts: vec![fact(asset, said)],
        })
    }

    fn found(&self, asset: &Asset, rule: &str) -> Vec<FindingId> {
        let found = self.findings.get(&(&asset.id, rule));
        found.into_iter().flatten().map(|id| (*id).clone()).collect()
    }
}

fn fact(asset: &Asset, name: &str) -> FactRef {
    FactRef {
        asset: asset.id.clone(),
        fact: name.to_owned(),
    }
}
