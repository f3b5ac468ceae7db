//! The rules about backups.

use crate::review::life::in_service;
use crate::review::outcome::{DebtKind, Pillar};
use crate::review::rule::{Reads, Rule};

const fn rule(id: &'static str, title: &'static str, reads: &'static [Reads]) -> Rule {
    Rule {
        id,
        version: 2,
        title,
        pillar: Pillar::Reliability,
        debt: DebtKind::Resilience,
        reads,
    }
}

/// The first two are asked of what holds data, the others of jobs, and of assets that have such facts of their own.
pub(super) static RULES: [Rule; 6] = [
    rule(
        "backup.in_place",
        "What holds data has a backup",
        &in_service![
            Reads::Property("kind"),
            Reads::Fact("backup_required"),
            Reads::Fact("backup_last_success"),
            Reads::Relation("backed_up_by"),
            Reads::Completeness,
        ],
    ),
    rule(
        "backup.covers_volumes",
        "All volumes are in the backup",
        &in_service![Reads::Fact("volumes"), Reads::Fact("backup_covers"),],
    ),
    rule(
        "backup.no_exclusions",
        "The backup leaves nothing out",
        &in_service![
            Reads::Property("kind"),
            Reads::Fact("backup_excludes"),
            Reads::Fact("backup_last_result"),
            Reads::Relation("backed_up_by"),
        ],
    ),
    rule(
        "backup.recent",
        "The last good backup is recent",
        &in_service![Reads::Property("kind"), Reads::Fact("backup_last_success"),],
    ),
    rule(
        "backup.last_result",
        "The last run of the backup was good",
        &in_service![Reads::Property("kind"), Reads::Fact("backup_last_result"),],
    ),
    rule(
        "backup.restore_tested",
        "A restore was proved lately",
        &in_service![Reads::Property("kind"), Reads::Fact("restore_tested"),],
    ),
];
