//! Which problems of resilience are grave, and in which order they are told.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::document::Review;
use super::finding::Finding;
use super::outcome::{DebtKind, Severity};
use crate::estate::AssetId;

/// Problems by the asset that they are about.
pub(super) type Others<'a> = BTreeMap<&'a AssetId, Vec<&'a Finding>>;

impl Review {
    /// Problems of resilience that are high or critical. First those that most people depend on, then those whose asset has
    /// other grave problems, then those that most services and assets depend on.
    pub(crate) fn grave_failures(&self) -> Vec<&Finding> {
        self.ranked(&self.others())
    }

    /// Problems by the asset that they are about, gravest first, but for those of resilience.
    pub(super) fn others(&self) -> Others<'_> {
        let mut others = Others::new();
        for finding in &self.findings {
            if let Some(asset) = &finding.asset
                && finding.outcome.is_problem()
                && finding.debt != DebtKind::Resilience
            {
                others.entry(asset).or_default().push(finding);
            }
        }
        others
    }

    pub(super) fn ranked<'a>(&'a self, others: &Others<'a>) -> Vec<&'a Finding> {
        let is_grave = |finding: &&Finding| {
            finding.outcome.is_problem()
                && finding.debt == DebtKind::Resilience
                && finding.severity >= Severity::High
        };
        let mut found: Vec<&Finding> = self.findings.iter().filter(is_grave).collect();
        found.sort_by_cached_key(|finding| {
            let reach = finding.reach.unwrap_or_default();
            let others = finding
                .asset
                .as_ref()
                .and_then(|asset| others.get(asset)?.first());
            Reverse((
                finding.severity,
                reach.people,
                others.map(|other| other.severity),
                reach.services,
                reach.assets,
            ))
        });
        found
    }
}
