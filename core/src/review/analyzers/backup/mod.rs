//! Whether there is a backup, whether it is whole and recent, and whether anybody has ever restored it.

mod jobs;
mod rules;

use self::rules::RULES;
use crate::change::{EffortSize, Strategy};
use crate::error::Result;
use crate::estate::{Asset, AssetKind, Relation, RelationKind};
use crate::review::advice::{ARCHITECTURE, Advice};
use crate::review::context::Context;
use crate::review::facts::{Reading, answers, dates, lists};
use crate::review::finding::Read;
use crate::review::life::is_retired;
use crate::review::matrix::{Cell, Column, is_complete, scopes};
use crate::review::outcome::{Outcome, Severity};
use crate::review::questions::Want;
use crate::review::rule::{Analyzer, Rule};
use crate::review::verdict::{Draft, Verdicts};

/// Backup coverage.
#[derive(Clone, Copy, Debug)]
pub(super) struct Backup;

impl Analyzer for Backup {
    fn rules(&self) -> &[Rule] {
        &RULES
    }

    fn analyze(&self, context: &Context<'_>, verdicts: &mut Verdicts<'_>) -> Result<()> {
        let [in_place, volumes, rest @ ..] = &RULES;
        let complete = is_complete(context.estate().source(), scopes(Column::Backup));
        for asset in context.estate().assets() {
            context.check()?;
            if is_retired(asset) {
                verdicts.outside(&RULES, asset);
                continue;
            }
            let protected = protection(context, in_place, asset, complete, verdicts)?;
            if protected {
                whole(verdicts, volumes, asset)?;
            } else {
                verdicts.not_applicable(volumes, asset);
            }
            jobs::judge(context, verdicts, rest, asset)?;
        }
        Ok(())
    }
}

fn holds_data(kind: &AssetKind) -> bool {
    matches!(
        kind,
        AssetKind::Database
            | AssetKind::SaasSubscription
            | AssetKind::Server
            | AssetKind::Storage
            | AssetKind::VirtualMachine
    )
}

/// What is known of the backup of an asset.
enum Standing {
    Missing(&'static str),
    NotAsked,
    Protected,
    Unknown,
}

/// `complete`: a source knows every backup, so that its silence says that there is none.
fn standing(context: &Context<'_>, asset: &Asset, complete: bool) -> Standing {
    let waived = answers(asset, "backup_required").values() == [false];
    if !holds_data(&asset.kind) || waived || is_retired(asset) {
        return Standing::NotAsked;
    }
    match dates(asset, "backup_last_success") {
        _ if is_backed_up(context, asset) => Standing::Protected,
        Reading::Unknown => Standing::Missing("The records say that no backup of it has ever succeeded."),
        _ if complete => {
            Standing::Missing("The backup system's records are complete, and no job of them names it.")
        }
        _ => Standing::Unknown,
    }
}

/// Whether a backup of it is recorded. That software for it is there does not prove that there is one.
fn is_backed_up(context: &Context<'_>, asset: &Asset) -> bool {
    let mut jobs = context.outgoing_of(asset, RelationKind::BackedUpBy);
    jobs.any(Relation::is_stated) || matches!(dates(asset, "backup_last_success"), Reading::Known(_))
}

/// The same as a cell of the coverage matrix. What need not be backed up, and is, counts as covered; a device of which
/// only failed runs are recorded is a gap.
pub(in crate::review) fn cell(context: &Context<'_>, asset: &Asset, complete: bool) -> Cell {
    match standing(context, asset, complete) {
        Standing::Missing(_) => Cell::Gap,
        Standing::NotAsked if is_backed_up(context, asset) => Cell::Covered,
        Standing::NotAsked if matches!(dates(asset, "backup_last_failure"), Reading::Known(_)) => Cell::Gap,
        Standing::NotAsked => Cell::NotApplicable,
        Standing::Protected => Cell::Covered,
        Standing::Unknown => Cell::Unknown,
    }
}

/// Judges whether there is a backup; returns whether there is one.
fn protection(
    context: &Context<'_>,
    rule: &Rule,
    asset: &Asset,
    complete: bool,
    verdicts: &mut Verdicts<'_>,
) -> Result<bool> {
    let why = match standing(context, asset, complete) {
        Standing::Missing(why) => why,
        Standing::NotAsked => {
            verdicts.not_applicable(rule, asset);
            return Ok(false);
        }
        Standing::Protected => {
            verdicts.satisfied(rule, asset);
            return Ok(true);
        }
        Standing::Unknown => {
            let want = Want::new(asset, "backup_last_success");
            verdicts.unanswered(rule, asset, "a backup", [want]);
            return Ok(false);
        }
    };
    let draft = Draft::new(Outcome::NotSatisfied, Severity::High, "It has no backup")
        .detail(why)
        .reads([
            Read::kind(asset),
            Read::fact(asset, "backup_required"),
            Read::fact(asset, "backup_last_success"),
            context
                .outgoing_of(asset, RelationKind::BackedUpBy)
                .next()
                .map_or_else(
                    || Read::no_relation(asset, &RelationKind::BackedUpBy),
                    Read::relation,
                ),
            Read::Completeness {
                scope: "backup".to_owned(),
                complete,
            },
        ])
        .advice(Advice {
            key: "backup.in_place".to_owned(),
            title: "Put under backup what has none".to_owned(),
            rationale: "What has no backup is lost with the first failed disk or the first attack.".to_owned(),
            strategy: Strategy::Remediate,
            size: EffortSize::S,
            area: ARCHITECTURE,
            target: asset.id.clone(),
            action: "Add the asset to a backup job, run it, and restore one file as a trial. If it needs none, have \
                     its owner say so and record `backup_required` as false."
                .to_owned(),
            confirm: "The next snapshot has a relation `backed_up_by` to a job with a good run.".to_owned(),
        });
    verdicts.find(rule, asset, draft)?;
    Ok(false)
}

/// Whether the backup has all volumes of an asset.
fn whole(verdicts: &mut Verdicts<'_>, rule: &Rule, asset: &Asset) -> Result<()> {
    let (volumes, covers) = (lists(asset, "volumes"), lists(asset, "backup_covers"));
    let (Reading::Known(volumes), Reading::Known(covers)) = (&volumes, &covers) else {
        let known = [
            ("volumes", matches!(volumes, Reading::Known(_))),
            ("backup_covers", matches!(covers, Reading::Known(_))),
        ];
        let wants = known.into_iter().filter(|(_, known)| !known);
        verdicts.unanswered(
            rule,
            asset,
            "which volumes it has, and which of them are in the backup",
            wants.map(|(fact, _)| Want::new(asset, fact)),
        );
        return Ok(());
    };
    // Where sources disagree: every volume that anybody names, against what all say is covered.
    let missing: Vec<&str> = volumes
        .iter()
        .flatten()
        .filter(|volume| !covers.iter().all(|covered| covered.contains(volume)))
        .map(String::as_str)
        .collect();
    if missing.is_empty() {
        verdicts.satisfied(rule, asset);
        return Ok(());
    }
    let draft = Draft::new(
        Outcome::NotSatisfied,
        Severity::High,
        format!(
            "The backup has not all its volumes: {} not in it",
            missing.join(", ")
        ),
    )
    .detail("A good run of the job says nothing of what the job does not look at.")
    .reads([Read::fact(asset, "volumes"), Read::fact(asset, "backup_covers")])
    .advice(jobs::complete(
        &asset.id,
        "backup.covers_volumes",
        &missing.join(", "),
    ));
    verdicts.find(rule, asset, draft)
}
