//! The analyzers that are built in.

mod accounts;
mod agreement;
mod backup;
mod circuits;
mod coverage;
mod expiry;
mod imports;
mod ownership;
mod power;
mod readiness;
mod records;
mod resilience;
mod support;

use std::sync::Arc;

pub(super) use backup::cell as backup_cell;
pub(super) use expiry::cell as warranty_cell;
pub(crate) use readiness::REPLACED as REPLACED_FOR_WINDOWS_11;

use super::rule::Analyzer;

/// The rules that hand in days for the calendar.
pub(super) fn dated() -> Vec<&'static str> {
    let ends = expiry::rules().iter().map(|rule| rule.id);
    ends.chain([support::DATED]).collect()
}

/// All of them, in the order in which they run.
pub(super) fn standard() -> Vec<Arc<dyn Analyzer>> {
    vec![
        Arc::new(support::EndOfSupport),
        Arc::new(expiry::Expiry),
        Arc::new(readiness::Readiness),
        Arc::new(coverage::Coverage),
        Arc::new(resilience::Resilience),
        Arc::new(backup::Backup),
        Arc::new(power::Power),
        Arc::new(circuits::Circuits),
        Arc::new(agreement::Agreement),
        Arc::new(ownership::Ownership),
        Arc::new(records::Records),
        Arc::new(imports::Imports),
        Arc::new(accounts::Accounts),
    ]
}
