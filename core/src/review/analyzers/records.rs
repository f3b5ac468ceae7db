//! Whether assets are named, and still seen.

use crate::change::{EffortSize, Strategy};
use crate::error::Result;
use crate::estate::{Asset, AssetKind};
use crate::review::advice::{Advice, DOCUMENTATION};
use crate::review::context::Context;
use crate::review::facts::{Reading, dates};
use crate::review::finding::Read;
use crate::review::life::{in_service, is_retired};
use crate::review::outcome::{DebtKind, Outcome, Pillar, Severity};
use crate::review::rule::{Analyzer, Reads, Rule};
use crate::review::verdict::{Draft, Verdicts};

/// Names and sightings.
#[derive(Clone, Copy, Debug)]
pub(super) struct Records;

static RULES: [Rule; 2] = [
    Rule {
        id: "documentation.name",
        version: 1,
        title: "The asset has a name",
        pillar: Pillar::Operations,
        debt: DebtKind::Documentation,
        reads: &[Reads::Property("kind"), Reads::Property("name")],
    },
    Rule {
        id: "documentation.seen",
        version: 2,
        title: "The asset was seen lately",
        pillar: Pillar::Operations,
        debt: DebtKind::Documentation,
        reads: &in_service![Reads::Property("kind"), Reads::Fact("last_seen"),],
    },
];

impl Analyzer for Records {
    fn rules(&self) -> &[Rule] {
        &RULES
    }

    fn analyze(&self, context: &Context<'_>, verdicts: &mut Verdicts<'_>) -> Result<()> {
        let [name, seen] = &RULES;
        for asset in context.estate().assets() {
            context.check()?;
            if asset
                .name
                .as_ref()
                .is_some_and(|name| !name.raw().trim().is_empty())
            {
                verdicts.satisfied(name, asset);
            } else {
                verdicts.find(name, asset, unnamed(asset))?;
            }
            if is_retired(asset) {
                verdicts.not_applicable(seen, asset);
            } else {
                sighting(context, verdicts, seen, asset)?;
            }
        }
        Ok(())
    }
}

fn unnamed(asset: &Asset) -> Draft {
    Draft::new(Outcome::NotSatisfied, Severity::Low, "It has no name")
        .detail("People cannot speak of it, and its records cannot be told from those of others.")
        .reads([Read::kind(asset), Read::name(asset)])
        .advice(Advice {
            key: "documentation.name".to_owned(),
            title: "Find out what the unnamed assets are, and name them".to_owned(),
            rationale: "What nobody can name, nobody maintains.".to_owned(),
            strategy: Strategy::Investigate,
            size: EffortSize::S,
            area: DOCUMENTATION,
            target: asset.id.clone(),
            action: "Find the asset, find out what it is for and who answers for it, name and label it."
                .to_owned(),
            confirm: "The next snapshot has a name.".to_owned(),
        })
}

fn sighting(context: &Context<'_>, verdicts: &mut Verdicts<'_>, rule: &Rule, asset: &Asset) -> Result<()> {
    let reading = dates(asset, "last_seen");
    // The latest sighting counts: one source that lost sight of it does not make it lost.
    let last = reading.values().last().copied();
    let past = reading
        .values()
        .iter()
        .rev()
        .find(|day| !context.is_ahead(**day))
        .copied();
    match (&reading, last) {
        (Reading::Absent, _) if !reports_itself(&asset.kind) => verdicts.not_applicable(rule, asset),
        (Reading::Unreadable, _) => {
            let draft = Draft::new(Outcome::Error, Severity::Low, "`last_seen` is not a date")
                .detail("A date is written `2027-01-12`.")
                .reads([Read::kind(asset), Read::fact(asset, "last_seen")]);
            verdicts.find(rule, asset, draft)?;
        }
        (_, None) => verdicts.not_recorded(rule, asset, "last_seen"),
        (_, Some(day)) if past.is_none() => verdicts.find(rule, asset, ahead(asset, &day.to_string()))?,
        (_, Some(last)) => {
            let day = past.unwrap_or(last);
            let ago = -context.days_to(day);
            if ago <= i64::from(context.settings().stale_after_days) {
                verdicts.satisfied(rule, asset);
            } else {
                verdicts.find(rule, asset, stale(asset, &day.to_string(), ago))?;
            }
        }
    }
    Ok(())
}

/// A clock that is wrong: then nobody knows when it was seen.
fn ahead(asset: &Asset, day: &str) -> Draft {
    Draft::new(
        Outcome::NotSatisfied,
        Severity::Medium,
        format!("Last seen on a day that has not come: {day}"),
    )
    .detail("A clock is wrong, its own or that of what watches it: whether it is in use is not known, and tickets and \
             certificates fail on a wrong clock.")
    .reads([Read::kind(asset), Read::fact(asset, "last_seen")])
    .advice(Advice {
        key: "documentation.seen.clock".to_owned(),
        title: "Put clocks right".to_owned(),
        rationale: "With a wrong clock nobody knows what was seen when, and sign-in fails.".to_owned(),
        strategy: Strategy::Investigate,
        size: EffortSize::S,
        area: DOCUMENTATION,
        target: asset.id.clone(),
        action: "Find which clock is wrong, point it to the time server of the network, and read the records again."
            .to_owned(),
        confirm: "The next snapshot has a `last_seen` that is not ahead of it.".to_owned(),
    })
}

fn stale(asset: &Asset, day: &str, ago: i64) -> Draft {
    Draft::new(
        Outcome::NotSatisfied,
        Severity::Medium,
        format!("Not seen for {ago} days"),
    )
    .detail(format!(
        "Last seen on {day}. It may be switched off, lost, or out of management: then it gets no updates either."
    ))
    .reads([Read::kind(asset), Read::fact(asset, "last_seen")])
    .advice(Advice {
        key: "documentation.seen".to_owned(),
        title: "Look for assets that were not seen lately".to_owned(),
        rationale: "An asset out of sight gets no updates, and may be lost with what is on it.".to_owned(),
        strategy: Strategy::Investigate,
        size: EffortSize::S,
        area: DOCUMENTATION,
        target: asset.id.clone(),
        action: "Find the asset: bring it back under management, or record that it is out of service and withdraw its \
                 access."
            .to_owned(),
        confirm: "The next snapshot has a new `last_seen`, or the asset is gone.".to_owned(),
    })
}

/// Kinds that a management agent reports.
fn reports_itself(kind: &AssetKind) -> bool {
    matches!(
        kind,
        AssetKind::HypervisorHost | AssetKind::Server | AssetKind::VirtualMachine | AssetKind::Workstation
    )
}
