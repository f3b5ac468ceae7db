//! What is asked of backup jobs, and of assets that carry the same facts themselves.

use crate::change::{EffortSize, Strategy};
use crate::error::Result;
use crate::estate::{Asset, AssetId, AssetKind, RelationKind};
use crate::review::advice::{ARCHITECTURE, Advice};
use crate::review::context::Context;
use crate::review::facts::{Reading, dates, lists, texts};
use crate::review::finding::Read;
use crate::review::outcome::{Outcome, Severity};
use crate::review::questions::Want;
use crate::review::rule::Rule;
use crate::review::verdict::{Draft, Verdicts};

/// `rules`: exclusions, recent, last result, restore tested.
pub(super) fn judge(
    context: &Context<'_>,
    verdicts: &mut Verdicts<'_>,
    rules: &[Rule],
    asset: &Asset,
) -> Result<()> {
    let [exclusions, recent, result, restore] = rules else {
        return Ok(());
    };
    let is_job = asset.kind == AssetKind::BackupJob;
    for (rule, fact) in [
        (exclusions, "backup_excludes"),
        (recent, "backup_last_success"),
        (result, "backup_last_result"),
        (restore, "restore_tested"),
    ] {
        if !is_job && asset.fact(fact).is_none() {
            verdicts.not_applicable(rule, asset);
            continue;
        }
        match fact {
            "backup_excludes" => leaves_out(context, verdicts, rule, asset)?,
            "backup_last_success" => is_recent(context, verdicts, rule, asset)?,
            "backup_last_result" => was_good(verdicts, rule, asset)?,
            _ => was_restored(context, verdicts, rule, asset)?,
        }
    }
    Ok(())
}

fn leaves_out(context: &Context<'_>, verdicts: &mut Verdicts<'_>, rule: &Rule, asset: &Asset) -> Result<()> {
    let Reading::Known(stated) = lists(asset, "backup_excludes") else {
        let want = Want::new(asset, "backup_excludes");
        verdicts.unanswered(rule, asset, "what the backup leaves out", [want]);
        return Ok(());
    };
    let mut left_out: Vec<String> = stated.into_iter().flatten().collect();
    left_out.sort();
    left_out.dedup();
    if left_out.is_empty() {
        verdicts.satisfied(rule, asset);
        return Ok(());
    }
    let what = left_out.join(", ");
    let green = texts(asset, "backup_last_result")
        .values()
        .iter()
        .any(|result| result.eq_ignore_ascii_case("success"));
    let protected = context
        .incoming_of(&asset.id, RelationKind::BackedUpBy)
        .map(|relation| relation.from.clone());
    let draft = Draft::new(
        Outcome::NotSatisfied,
        Severity::High,
        format!("The backup leaves out {what}"),
    )
    .detail(if green {
        "Its last run was good, so nobody is told: what is left out is lost when it is needed."
    } else {
        "What is left out is lost when it is needed."
    })
    .related(protected)
    .reads([
        Read::kind(asset),
        Read::fact(asset, "backup_excludes"),
        Read::fact(asset, "backup_last_result"),
    ])
    .reads(
        context
            .incoming_of(&asset.id, RelationKind::BackedUpBy)
            .map(Read::relation),
    )
    .advice(complete(&asset.id, "backup.no_exclusions", &what));
    verdicts.find(rule, asset, draft)
}

/// What to do where a backup is not whole.
pub(super) fn complete(target: &AssetId, key: &str, what: &str) -> Advice {
    Advice {
        key: key.to_owned(),
        title: "Take into the backup what it leaves out".to_owned(),
        rationale: "A backup that is not whole is found out on the day of the restore.".to_owned(),
        strategy: Strategy::Remediate,
        size: EffortSize::S,
        area: ARCHITECTURE,
        target: target.clone(),
        action: format!(
            "Take {what} into the backup, or have the owner say in writing that it needs none. Then run the job and \
             restore one file from there as a trial."
        ),
        confirm: "The next snapshot shows nothing left out.".to_owned(),
    }
}

fn is_recent(context: &Context<'_>, verdicts: &mut Verdicts<'_>, rule: &Rule, asset: &Asset) -> Result<()> {
    let reading = dates(asset, "backup_last_success");
    // Of disagreeing dates the earlier counts: a late one must not hide that backups have stopped.
    let ago = reading.least().map(|day| -context.days_to(*day));
    let title = match (&reading, ago) {
        (Reading::Unknown, _) => "No backup has ever succeeded".to_owned(),
        (_, Some(ago)) if ago <= i64::from(context.settings().backup_late_days) => {
            verdicts.satisfied(rule, asset);
            return Ok(());
        }
        (_, Some(ago)) => format!("The last good backup is {ago} days old"),
        _ => {
            let want = Want::new(asset, "backup_last_success");
            verdicts.unanswered(rule, asset, "the day of the last good backup", [want]);
            return Ok(());
        }
    };
    let draft = Draft::new(Outcome::NotSatisfied, Severity::High, title)
        .detail("What was written since would be lost.")
        .reads([Read::kind(asset), Read::fact(asset, "backup_last_success")])
        .advice(repair(asset, "backup.recent"));
    verdicts.find(rule, asset, draft)
}

fn was_good(verdicts: &mut Verdicts<'_>, rule: &Rule, asset: &Asset) -> Result<()> {
    let reading = texts(asset, "backup_last_result");
    // Where sources disagree, the worst counts.
    let worst = reading.values().iter().map(|result| grade(result)).max();
    let (outcome, title) = match worst {
        Some(Run::Good) => {
            verdicts.satisfied(rule, asset);
            return Ok(());
        }
        Some(Run::Warning) => (
            Outcome::Partially,
            "The last run of the backup ended with warnings",
        ),
        Some(Run::Failed) => (Outcome::NotSatisfied, "The last run of the backup failed"),
        Some(Run::Other) | None => {
            let want = Want::new(asset, "backup_last_result");
            verdicts.unanswered(rule, asset, "the result of the last backup", [want]);
            return Ok(());
        }
    };
    let severity = if outcome == Outcome::Partially {
        Severity::Medium
    } else {
        Severity::High
    };
    let draft = Draft::new(outcome, severity, title)
        .reads([Read::kind(asset), Read::fact(asset, "backup_last_result")])
        .advice(repair(asset, "backup.last_result"));
    verdicts.find(rule, asset, draft)
}

/// From good to bad.
#[derive(Clone, Copy, Eq, Ord, PartialEq, PartialOrd)]
enum Run {
    Good,
    /// A word that is not known here.
    Other,
    Warning,
    Failed,
}

fn grade(result: &str) -> Run {
    match result.to_lowercase().as_str() {
        "success" | "successful" | "succeeded" | "ok" | "completed" => Run::Good,
        "warning" | "warnings" | "partial" | "completed with warnings" => Run::Warning,
        "failed" | "failure" | "error" | "errors" => Run::Failed,
        _ => Run::Other,
    }
}

fn repair(asset: &Asset, key: &str) -> Advice {
    Advice {
        key: key.to_owned(),
        title: "Get backups to run again".to_owned(),
        rationale: "Since the last good run nothing new is safe.".to_owned(),
        strategy: Strategy::Remediate,
        size: EffortSize::S,
        area: ARCHITECTURE,
        target: asset.id.clone(),
        action:
            "Read the log of the last run, remove the cause, run the backup, and restore one file as a trial."
                .to_owned(),
        confirm: "The next snapshot shows a good run within the limit.".to_owned(),
    }
}

fn was_restored(
    context: &Context<'_>,
    verdicts: &mut Verdicts<'_>,
    rule: &Rule,
    asset: &Asset,
) -> Result<()> {
    let reading = dates(asset, "restore_tested");
    let limit = i64::from(context.settings().restore_test_days);
    let title = match (&reading, reading.values().last()) {
        (Reading::Unknown, _) => "A restore was never proved".to_owned(),
        (_, Some(day)) if -context.days_to(*day) <= limit => {
            verdicts.satisfied(rule, asset);
            return Ok(());
        }
        (_, Some(day)) => format!("A restore was last proved on {day}"),
        _ => {
            let want = Want::new(asset, "restore_tested");
            verdicts.unanswered(rule, asset, "when a restore was last proved", [want]);
            return Ok(());
        }
    };
    let draft = Draft::new(Outcome::NotSatisfied, Severity::Medium, title)
        .detail("A backup that was never restored is a hope.")
        .reads([Read::kind(asset), Read::fact(asset, "restore_tested")])
        .advice(Advice {
            key: "backup.restore_tested".to_owned(),
            title: "Prove that backups can be restored".to_owned(),
            rationale: "Only a restore shows that a backup is whole, readable and quick enough.".to_owned(),
            strategy: Strategy::Remediate,
            size: EffortSize::S,
            area: ARCHITECTURE,
            target: asset.id.clone(),
            action:
                "Restore into a separate place, check the content with its owner, and note how long it took."
                    .to_owned(),
            confirm: "The next snapshot has the day in `restore_tested`.".to_owned(),
        });
    verdicts.find(rule, asset, draft)
}
